#pragma once

#include <memory>
#include <optional>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace tradewind::app {

// The command line of `sim record` and `sim replay`.
class RecordingCommands {
 public:
  // Adds them to `sim`; before the line is parsed.
  explicit RecordingCommands(CLI::App& sim);
  ~RecordingCommands();
  RecordingCommands(const RecordingCommands&) = delete;
  RecordingCommands& operator=(const RecordingCommands&) = delete;

  // Does what the line said, after it was parsed. Nothing when it was about another command.
  [[nodiscard]] std::optional<int> run() const;

 private:
  struct Flags;
  std::unique_ptr<Flags> flags_;
};

}  // namespace tradewind::app
