#pragma once

#include <memory>
#include <optional>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace tradewind::app {

// The command line of the commands that ask a gateway, and of the registry of instruments.
class ToolCommands {
 public:
  // Adds them; before the line is parsed.
  explicit ToolCommands(CLI::App& cli);
  ~ToolCommands();
  ToolCommands(const ToolCommands&) = delete;
  ToolCommands& operator=(const ToolCommands&) = delete;

  // Does what the line said, after it was parsed. Nothing when it was about another command.
  [[nodiscard]] std::optional<int> run() const;

 private:
  struct Flags;
  std::unique_ptr<Flags> flags_;
};

}  // namespace tradewind::app
