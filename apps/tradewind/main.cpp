// The command line: what is written here is parsed and handed over; nothing is decided.

#include "apps/tradewind/audit.hpp"
#include "apps/tradewind/demo.hpp"
#include "apps/tradewind/failure.hpp"
#include "apps/tradewind/recording_commands.hpp"
#include "apps/tradewind/run.hpp"
#include "apps/tradewind/sim_scenarios.hpp"
#include "apps/tradewind/sim_serve.hpp"
#include "apps/tradewind/strategy_list.hpp"
#include "apps/tradewind/tool_commands.hpp"
#include "apps/tradewind/wire.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace tradewind;

constexpr const char* kExitCodes =
    "Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 refused by a safety rule, 4 not connected, 5 outcome unknown.";

// "K=V" as a pair.
Result<strategy::ParameterValues> parameters_of(const std::vector<std::string>& texts) {
  strategy::ParameterValues values;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Errc::invalid_argument, "--param '" + text + "' is not NAME=VALUE");
    values.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return values;
}

// A day among the flags. The error is a usage error that names the flag.
Result<CivilTime> day_of(const char* flag, const std::string& text) {
  auto day = parse_date(text);
  if (!day.has_value()) return fail(Errc::invalid_argument, fmt::format("{}: {}", flag, day.error().detail));
  return day;
}

// The library turns "-1" into a huge number where the value has no sign, and what is too large into the largest.
std::string refuse_unless_whole(const std::string& text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? "" : "'" + text + "' is not a whole number of 64 bits";
}

// No option has an empty value: `--account "$ACCOUNT"` with the variable unset must not mean "any account".
void refuse_empty_values(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_items_expected_max() == 0) continue;
    option->check([](const std::string& text) { return std::string{text.empty() ? "the value is empty" : ""}; });
  }
  for (CLI::App* child : command.get_subcommands([](CLI::App*) { return true; })) refuse_empty_values(*child);
}

// What every command with a market takes, as text until it is checked.
struct MarketFlags {
  std::string data;
  std::vector<std::string> symbols;
  std::string from;
  std::string to;

  void add_to(CLI::App& command) {
    command.add_option("--data", data, "folder of recorded bars: LEAN's layout, or SYMBOL.csv files")->type_name("DIR");
    command.add_option("--symbols", symbols, "symbols to play, separated by commas")->delimiter(',')->type_name("A,B");
    command.add_option("--from", from, "first day, YYYY-MM-DD")->type_name("DAY");
    command.add_option("--to", to, "last day, YYYY-MM-DD; it counts")->type_name("DAY");
  }
  Result<app::MarketChoice> choice(std::uint64_t seed) const {
    app::MarketChoice choice;
    if (!data.empty()) choice.data = data;
    choice.symbols = symbols;
    choice.seed = seed;
    if (!from.empty()) choice.from = TW_TRY(day_of("--from", from));
    if (!to.empty()) choice.to = TW_TRY(day_of("--to", to));
    return choice;
  }
};

int failed(const Error& error, bool json = false) { return app::report_failure(app::code_for(error), error, json); }

// A command line that could not be parsed. Whether it asked for JSON is plain to see all the same; the demo's --json is a
// file.
int wrong_usage(const std::string& what, int argc, char** argv) {
  const std::vector<std::string_view> words(argv + std::min(argc, 1), argv + argc);
  const bool json = !words.empty() && words.front() != "demo" && std::ranges::find(words, "--json") != words.end();
  return app::report_failure(
      app::ExitCode::usage,
      {Errc::invalid_argument, what + "; `tradewind --help` and `tradewind COMMAND --help` list what there is"}, json);
}

// In huge pages what the simulator keeps of each order costs a tenth less of its time. glibc gives them to whom the environment
// says so before main, so the program starts itself again, once; where that cannot be, everything works without.
void ask_for_huge_pages(char** argv) {
  constexpr const char* kTunables = "GLIBC_TUNABLES";
  if (std::getenv(kTunables) != nullptr) return;
  if (::setenv(kTunables, "glibc.malloc.hugetlb=1", 0) == 0) ::execv("/proc/self/exe", argv);
}

int run_main(int argc, char** argv) {
  CLI::App cli{"Trading at Interactive Brokers with strategies of your own.", "tradewind"};
  cli.footer(kExitCodes);
  cli.require_subcommand(1);
  cli.set_version_flag("--version", "tradewind 0.1.0");

  CLI::App& demo = *cli.add_subcommand(
      "demo", "trade some market days against a simulated gateway, in this process and in virtual time");
  app::DemoCommand demo_command;
  MarketFlags demo_market;
  std::uint64_t demo_seed = 1;
  std::vector<std::string> demo_parameters;
  std::string demo_state;
  std::string demo_json;
  std::string sabotage;
  demo.add_flag("--headless", demo_command.headless, "no live view and no summary");
  demo.add_option("--json", demo_json, "write the result to this file")->type_name("FILE");
  demo.add_option("--seed", demo_seed, "of the generated market (default 1)")
      ->check(refuse_unless_whole)
      ->type_name("N");
  demo_market.add_to(demo);
  demo.add_option("--strategy", demo_command.demo.strategy, "`tradewind strategy list` names them (default ma_cross)")
      ->type_name("NAME");
  demo.add_option("--param", demo_parameters, "a parameter of the strategy; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  demo.add_option("--state", demo_state, "folder for journal and database, new or empty (default: a temporary one)")
      ->type_name("DIR");
  demo.add_option("--seconds", demo_command.seconds, "length of the live view; 0 for none (default 20)")
      ->type_name("N");
  demo.add_option("--sabotage", sabotage,
                  "prove the checks: 'mute-account-data' hides account values and positions, 'extra-share=SYMBOL' "
                  "makes the gateway's books wrong")
      ->type_name("HOW");

  CLI::App& run = *cli.add_subcommand("run", "run a strategy against a gateway: simulated or paper accounts only");
  app::RunCommand run_command;
  std::string mode = "sim";
  std::vector<std::string> run_parameters;
  std::string run_config;
  std::string run_record;
  std::string run_account;
  std::int32_t run_client_id = 0;
  std::int64_t give_up_after = 30;
  std::int64_t run_for = 0;
  std::int64_t stop_within = 30;
  run.add_option("--mode", mode, "sim or paper")->required()->check(CLI::IsMember({"sim", "paper"}));
  run.add_option("--connect", run_command.connect, "the gateway; paper: TWS 7497, IB Gateway 4002")
      ->required()
      ->type_name("HOST:PORT");
  run.add_option("--strategy", run_command.strategy, "`tradewind strategy list` names them")
      ->required()
      ->type_name("NAME");
  run.add_option("--param", run_parameters, "a parameter of the strategy; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  run.add_option("--state", run_command.state, "folder for journal and database; belongs to one mode for ever")
      ->required()
      ->type_name("DIR");
  run.add_option("--record", run_record, "folder for a recording of everything that crosses the socket")
      ->type_name("DIR");
  run.add_option("--config", run_config, "TOML file with account and limits")->type_name("FILE");
  auto* client_id_option = run.add_option("--client-id", run_client_id, "API client id, 0 to 2147483646 (default 1)")
                               ->check(CLI::Range(0, 2'147'483'646))
                               ->type_name("N");
  run.add_option("--account", run_account, "the account to trade, where the login manages several")->type_name("ID");
  run.add_option("--give-up-after", give_up_after, "seconds to wait for the first session (default 30)")
      ->check(CLI::Range(1, 86'400))
      ->type_name("N");
  auto* run_for_option =
      run.add_option("--run-for", run_for, "stop after so many seconds (default: on SIGINT or SIGTERM)")
          ->check(CLI::Range(1, 31'536'000))
          ->type_name("N");
  run.add_option("--stop-within", stop_within,
                 "seconds to wait at the end until the broker confirms that no order works any more (default 30)")
      ->check(CLI::Range(1, 3'600))
      ->type_name("N");
  run.add_flag("--json", run_command.json, "the result as one JSON object on standard output");

  CLI::App& sim = *cli.add_subcommand("sim", "the gateway simulator");
  sim.require_subcommand(1);
  CLI::App& serve = *sim.add_subcommand("serve", "serve a simulated gateway that any TWS client can connect to");
  app::SimServeCommand serve_command;
  MarketFlags serve_market;
  std::uint64_t serve_seed = 1;
  std::uint16_t control_port = 0;
  int server_version = 0;
  serve.add_option("--host", serve_command.host, "address to listen on (default 127.0.0.1)")->type_name("ADDRESS");
  serve.add_option("--port", serve_command.port, "port to listen on; 0 lets the system choose")
      ->required()
      ->check(CLI::Range(0, 65'535))
      ->type_name("N");
  auto* control_option =
      serve
          .add_option("--control", control_port,
                      "loopback port of the control interface: GET /books /state /faults, POST /inject /pause "
                      "/resume /step; 0 lets the system choose")
          ->check(CLI::Range(0, 65'535))
          ->type_name("M");
  serve_market.add_to(serve);
  auto* generate_option =
      serve.add_option("--generate", serve_seed, "play a generated market with this seed (the default, seed 1)")
          ->excludes("--data")
          ->check(refuse_unless_whole)
          ->type_name("SEED");
  std::string serve_recording;
  auto* recording_option = serve
                               .add_option("--recording", serve_recording,
                                           "play the market data of a recorded session: a file, or a folder of them")
                               ->excludes("--data")
                               ->excludes("--generate")
                               ->type_name("FILE");
  serve.add_option("--account", serve_command.accounts, "the accounts, separated by commas (default DU0000000)")
      ->delimiter(',')
      ->type_name("A,B");
  std::string accounts_file;
  auto* accounts_option =
      serve.add_option("--accounts", accounts_file, "the accounts, their cash and positions, from a TOML file")
          ->excludes("--account")
          ->type_name("FILE");
  serve.add_flag("--read-only", serve_command.read_only, "refuse orders, as a gateway with the Read-Only API does");
  auto* version_option =
      serve.add_option("--server-version", server_version, "newest protocol version to agree to")->type_name("V");
  serve.add_flag("--announce-presets", serve_command.announces_presets,
                 "say 10349 to orders without a time in force, as gateways with an order preset do");
  serve
      .add_option("--market-data", serve_command.market_data,
                  "what the user may see: live (the default), not-for-api, delayed or none")
      ->type_name("WHAT");
  serve.add_option("--delay", serve_command.delay_minutes, "minutes by which delayed data is late (default 0)")
      ->type_name("MINUTES");
  serve.add_option("--data-lines", serve_command.data_lines, "market data lines of all clients together (default 100)")
      ->type_name("N");
  serve
      .add_option("--without-depth", serve_command.without_depth,
                  "exchanges whose depth is not subscribed to, separated by commas")
      ->type_name("EXCHANGES")
      ->delimiter(',');
  serve
      .add_option(
          "--speed", serve_command.speed,
          "how fast the market goes: 1 is the wall clock (the default), 60 a minute a second; max: as fast as it "
          "can; step: by POST /step?ms=N of the control interface, from 2025-01-06 14:30 UTC on. The limits in seconds "
          "hold at speed 1 only")
      ->type_name("X");
  auto* seed_option = serve
                          .add_option("--seed", serve_command.seed,
                                      "of all that is made up: the market, unless --generate has one, news, and faults")
                          ->check(refuse_unless_whole)
                          ->type_name("S");
  std::string faults;
  auto* faults_option =
      serve
          .add_option(
              "--faults", faults,
              "faults that happen to clients, separated by commas: ids of the catalogue, as F094, each with a "
              "rate behind a colon, as F094:0.05, or always; swarm:0.01 is every fault with a chance of one half, "
              "at rates of their own up to that; a rate of 0 takes one out again. GET /faults lists them")
          ->type_name("SPEC");
  std::string log_file;
  auto* log_option = serve
                         .add_option("--log", log_file,
                                     "append a line to this file for each event: connections, requests, errors, orders")
                         ->type_name("FILE");
  serve
      .add_option("--message-rate", serve_command.messages_per_second,
                  "messages a client may send in a second (default 50): error 100 above, 0 for any number")
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("N");
  serve
      .add_option(
          "--working-orders", serve_command.working_orders,
          "orders that may work for one contract, side and account (default 15): error 201 above, 0 for any number")
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("N");
  serve.add_flag("--pace", serve_command.paces,
                 "messages above the rate wait instead, as for a client that connects with +PACEAPI");
  serve.add_flag("--json", serve_command.json, "say where it listens as one JSON object");

  std::string scenario;
  serve
      .add_option("--scenario", scenario, "what happens at the gateway: a scenario file, or the name of a shipped one")
      ->type_name("FILE");
  const app::ScenarioCommands scenarios{sim};
  const app::RecordingCommands recordings{sim};

  CLI::App& audit = *cli.add_subcommand("audit", "prove what happened");
  audit.require_subcommand(1);
  CLI::App& verify = *audit.add_subcommand("verify", "check every byte of a journal");
  std::string audit_directory;
  bool audit_json = false;
  verify.add_option("directory", audit_directory, "the journal's folder, or the state folder it is in")
      ->required()
      ->type_name("DIR");
  verify.add_flag("--json", audit_json, "the result as one JSON object");

  CLI::App& wire = *cli.add_subcommand("wire", "recordings of what crossed the socket");
  wire.require_subcommand(1);
  app::WireCommand wire_command;
  CLI::App& wire_show = *wire.add_subcommand("show", "print a recording, message by message");
  CLI::App& wire_stat = *wire.add_subcommand("stat", "count a recording's messages");
  for (CLI::App* one : {&wire_show, &wire_stat}) {
    one->add_option("recording", wire_command.path, "a file, or a folder of them")->required()->type_name("PATH");
    one->add_flag("--json", wire_command.json, "as JSON: one object for each message, or one for the counts");
  }
  wire_show.add_flag("--accounts", wire_command.accounts, "show account numbers as they are, not masked");

  CLI::App& strategy = *cli.add_subcommand("strategy", "the strategies this program brings");
  strategy.require_subcommand(1);
  CLI::App& list = *strategy.add_subcommand("list", "name them, with their parameters");
  bool list_json = false;
  list.add_flag("--json", list_json, "as one JSON array");

  const app::ToolCommands tools{cli};

  refuse_empty_values(cli);
  try {
    cli.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return cli.exit(wanted);  // --help, --version
  } catch (const CLI::RequiredError& error) {
    // It says that a command is missing also where one is misspelled.
    const bool misspelled = argc > 1 && argv[1][0] != '-' &&
                            cli.get_subcommands([&](CLI::App* one) { return one->get_name() == argv[1]; }).empty();
    return wrong_usage(misspelled ? fmt::format("there is no command '{}'", argv[1]) : error.what(), argc, argv);
  } catch (const CLI::ParseError& error) {
    return wrong_usage(error.what(), argc, argv);
  }

  if (const auto code = tools.run()) return *code;
  if (const auto code = scenarios.run()) return *code;
  if (const auto code = recordings.run()) return *code;
  if (demo) {
    auto market = demo_market.choice(demo_seed);
    if (!market.has_value()) return failed(market.error());
    demo_command.demo.market = *std::move(market);
    auto parameters = parameters_of(demo_parameters);
    if (!parameters.has_value()) return failed(parameters.error());
    demo_command.demo.parameters = *std::move(parameters);
    if (!demo_state.empty()) demo_command.demo.state = demo_state;
    if (!demo_json.empty()) demo_command.json_file = demo_json;
    if (sabotage == "mute-account-data") demo_command.demo.mute_account_data = true;
    else if (sabotage.starts_with("extra-share=")) demo_command.demo.extra_share = sabotage.substr(12);
    else if (!sabotage.empty())
      return failed(
          {Errc::invalid_argument, "--sabotage '" + sabotage + "': it is mute-account-data or extra-share=SYMBOL"});
    return app::demo_command(demo_command);
  }
  if (run) {
    run_command.mode = mode == "sim" ? model::Mode::sim : model::Mode::paper;
    auto parameters = parameters_of(run_parameters);
    if (!parameters.has_value()) return failed(parameters.error(), run_command.json);
    run_command.parameters = *std::move(parameters);
    if (!run_config.empty()) run_command.config_file = run_config;
    if (!run_record.empty()) run_command.record = run_record;
    if (!run_account.empty()) run_command.account = run_account;
    if (client_id_option->count() != 0) run_command.client_id = run_client_id;
    run_command.stop_within = std::chrono::seconds{stop_within};
    run_command.give_up_after = std::chrono::seconds{give_up_after};
    if (run_for_option->count() != 0) run_command.run_for = std::chrono::seconds{run_for};
    return app::run_command(run_command);
  }
  if (serve) {
    if (seed_option->count() != 0 && generate_option->count() == 0) serve_seed = serve_command.seed;
    if (log_option->count() != 0) serve_command.log_file = log_file;
    if (faults_option->count() != 0) serve_command.faults = faults;
    auto market = serve_market.choice(serve_seed);
    if (!market.has_value()) return failed(market.error(), serve_command.json);
    serve_command.market = *std::move(market);
    if (recording_option->count() != 0) serve_command.market.recording = serve_recording;
    if (control_option->count() != 0) serve_command.control_port = control_port;
    if (version_option->count() != 0) serve_command.server_version = server_version;
    if (accounts_option->count() != 0) serve_command.accounts_file = accounts_file;
    if (!scenario.empty()) {
      auto script = app::load_scenario(scenario);
      if (!script.has_value()) return failed(script.error(), serve_command.json);
      serve_command.scenario = *std::move(script);
    }
    return app::sim_serve_command(std::move(serve_command));
  }
  if (wire_show) return app::wire_show_command(wire_command);
  if (wire_stat) return app::wire_stat_command(wire_command);
  if (verify) return app::audit_verify_command(audit_directory, audit_json);
  return app::strategy_list_command(list_json);
}

}  // namespace

int main(int argc, char** argv) {
  // The libraries underneath may throw where memory is out or a file system is broken: that is said, and is a failure.
  try {
    const std::span arguments{argv, static_cast<std::size_t>(argc)};
    if (arguments.size() > 2 && std::string_view{arguments[1]} == "sim" && std::string_view{arguments[2]} == "serve")
      ask_for_huge_pages(argv);
    return run_main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tradewind: %s\n", error.what());
    return static_cast<int>(app::ExitCode::failed);
  }
}
