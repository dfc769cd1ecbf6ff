#pragma once

#include "apps/tradewind/sim_serve.hpp"

#include <memory>
#include <optional>
#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace tradewind::app {

// A scenario from a file, or one that is shipped, by its name. The error names each mistake in it.
[[nodiscard]] Result<sim::gateway::scenario::Script> load_scenario(const std::string& file_or_name);

// The command line of `sim run`, `sim lint` and `sim list`.
class ScenarioCommands {
 public:
  // Adds them to `sim`; before the line is parsed.
  explicit ScenarioCommands(CLI::App& sim);
  ~ScenarioCommands();
  ScenarioCommands(const ScenarioCommands&) = delete;
  ScenarioCommands& operator=(const ScenarioCommands&) = delete;

  // Does what the line said, after it was parsed. Nothing when it was about another command.
  [[nodiscard]] std::optional<int> run() const;

 private:
  struct Flags;
  std::unique_ptr<Flags> flags_;
};

}  // namespace tradewind::app
