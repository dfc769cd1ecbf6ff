#include "apps/tradewind/sim_scenarios.hpp"

#include "apps/tradewind/failure.hpp"
#include "tradewind/sim/gateway/faults/catalogue.hpp"
#include "tradewind/sim/gateway/scenario/messages.hpp"
#include "tradewind/sim/gateway/scenario/shipped.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

namespace tradewind::app {

namespace scenario = sim::gateway::scenario;

namespace {

constexpr std::uintmax_t kFileSizeMax = 1 << 20;

// The text of a file or of a shipped scenario.
Result<std::string> text_of(const std::string& file_or_name) {
  std::error_code problem;
  const auto size = std::filesystem::file_size(file_or_name, problem);
  if (!problem && size <= kFileSizeMax) {
    std::ifstream file{file_or_name, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (file.good() || file.eof()) return text;
  }
  if (!problem && size > kFileSizeMax)
    return fail(Errc::invalid_argument, fmt::format("{}: larger than a megabyte; that is no scenario", file_or_name));
  const auto shipped = std::ranges::find(scenario::shipped_scenarios(), file_or_name, &scenario::Shipped::name);
  if (shipped != scenario::shipped_scenarios().end()) return std::string{shipped->text};
  return fail(
      Errc::invalid_argument,
      fmt::format("{}: neither a file that can be read nor a shipped scenario; `tradewind sim list` names those",
                  file_or_name));
}

// All that is wrong; the script is whole when that is nothing.
std::vector<std::string> errors_in(const std::string& file_or_name, scenario::Script& script) {
  const auto text = text_of(file_or_name);
  if (!text.has_value()) return {text.error().detail};
  return scenario::parse(file_or_name, *text, script);
}

int lint(const std::vector<std::string>& files) {
  std::size_t errors = 0;
  for (const std::string& file : files) {
    scenario::Script script;
    const auto found = errors_in(file, script);
    for (const std::string& error : found) fmt::print(stderr, "{}\n", error);
    if (found.empty()) fmt::print("{}: {} steps, no error\n", file, script.steps.size());
    errors += found.size();
  }
  return static_cast<int>(errors == 0 ? ExitCode::ok : ExitCode::failed);
}

int list(bool messages, bool faults, const std::string& fields_of) {
  if (!fields_of.empty()) {
    const auto fields = scenario::message_fields(fields_of);
    if (!scenario::find_message(fields_of))
      return report_failure(
          ExitCode::usage,
          {Errc::invalid_argument,
           fmt::format("--fields {}: there is no such message; `tradewind sim list --messages` names them", fields_of)},
          false);
    for (const std::string& path : fields) fmt::print("{}\n", path);
    return 0;
  }
  if (messages) {
    for (const std::string& api : scenario::message_names(tws::Direction::client_to_gateway))
      fmt::print("client   {}\n", api);
    for (const std::string& api : scenario::message_names(tws::Direction::gateway_to_client))
      fmt::print("gateway  {}\n", api);
  }
  if (faults) {
    for (const auto& fault : sim::gateway::faults::faults()) fmt::print("{}  {}\n", fault.id, fault.name);
  }
  if (messages || faults) return 0;
  for (const scenario::Shipped& shipped : scenario::shipped_scenarios()) {
    const std::string_view text = shipped.text;
    fmt::print("{:28} {}\n", shipped.name, text.substr(2, text.find('\n') - 2));
  }
  return 0;
}

// One after the other; the first that does not go as written ends it.
int run_all(const std::vector<std::string>& files, const SimServeCommand& command) {
  std::vector<scenario::Script> scripts;
  for (const std::string& file : files) {
    auto script = load_scenario(file);
    if (!script.has_value()) return report_failure(code_for(script.error()), script.error(), command.json);
    scripts.push_back(*std::move(script));
  }
  for (scenario::Script& script : scripts) {
    SimServeCommand one = command;
    const std::string file = script.file;
    one.scenario = std::move(script);
    if (const int code = sim_serve_command(std::move(one)); code != 0) return code;
    fmt::print(stderr, "{}: all went as written\n", file);
  }
  return 0;
}

}  // namespace

Result<scenario::Script> load_scenario(const std::string& file_or_name) {
  scenario::Script script;
  const auto errors = errors_in(file_or_name, script);
  if (!errors.empty()) return fail(Errc::invalid_argument, fmt::format("{}", fmt::join(errors, "; ")));
  return script;
}

struct ScenarioCommands::Flags {
  CLI::App* run = nullptr;
  CLI::App* lint = nullptr;
  CLI::App* list = nullptr;
  std::vector<std::string> files;
  SimServeCommand serve;
  std::uint16_t control_port = 0;
  std::int64_t give_up_after = 60;
  bool messages = false;
  bool faults = false;
  std::string fields_of;
};

ScenarioCommands::ScenarioCommands(CLI::App& sim) : flags_{std::make_unique<Flags>()} {
  Flags& flags = *flags_;
  flags.run = sim.add_subcommand("run", "serve a gateway for a scenario, and end with it: 0 if all went as written");
  flags.lint = sim.add_subcommand("lint", "check scenario files, and name all that is wrong in them");
  flags.list = sim.add_subcommand("list", "name the scenarios that are shipped");
  flags.run->add_option("scenarios", flags.files, "files, or names of shipped scenarios; one after the other")
      ->required()
      ->type_name("FILE");
  flags.run->add_option("--port", flags.serve.port, "port to listen on (default: the system chooses)")
      ->check(CLI::Range(0, 65'535))
      ->type_name("N");
  flags.run
      ->add_option_function<std::uint16_t>(
          "--control", [&flags](std::uint16_t port) { flags.serve.control_port = port; },
          "loopback port of the control interface; 0 lets the system choose")
      ->check(CLI::Range(0, 65'535))
      ->type_name("M");
  flags.run->add_option("--give-up-after", flags.give_up_after, "seconds for each scenario (default 60)")
      ->check(CLI::Range(1, 86'400))
      ->type_name("N");
  flags.run
      ->add_option_function<std::string>(
          "--log", [&flags](const std::string& file) { flags.serve.log_file = file; },
          "append a line to this file for each event")
      ->type_name("FILE");
  flags.run->add_flag("--json", flags.serve.json, "say where it listens as one JSON object");
  flags.lint->add_option("scenarios", flags.files, "the files")->required()->type_name("FILE");
  flags.list->add_flag("--messages", flags.messages, "the messages that a scenario can name instead");
  flags.list->add_flag("--faults", flags.faults, "the faults that a scenario can inject instead");
  flags.list->add_option("--fields", flags.fields_of, "the fields of this message instead")->type_name("MESSAGE");
}

ScenarioCommands::~ScenarioCommands() = default;

std::optional<int> ScenarioCommands::run() const {
  if (*flags_->lint) return lint(flags_->files);
  if (*flags_->list) return list(flags_->messages, flags_->faults, flags_->fields_of);
  if (!*flags_->run) return std::nullopt;
  flags_->serve.give_up_after = std::chrono::seconds{flags_->give_up_after};
  return run_all(flags_->files, flags_->serve);
}

}  // namespace tradewind::app
