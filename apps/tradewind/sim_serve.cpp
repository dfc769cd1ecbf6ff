#include "apps/tradewind/sim_serve.hpp"

#include "apps/tradewind/accounts_file.hpp"
#include "apps/tradewind/failure.hpp"
#include "apps/tradewind/gateway_server.hpp"
#include "apps/tradewind/sim_control.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/edge/web/http_server.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::app {

namespace net = edge::net;
namespace web = edge::web;

namespace {

void say(const std::string& line) { fmt::print(stderr, "{} {}\n", iso_text(net::system_now().utc), line); }

// One line for each event, flushed at once: the file can be watched, and it is whole whenever the simulator ends.
class EventLog {
 public:
  static Result<EventLog> open(const std::string& path) {
    std::FILE* const file = std::fopen(path.c_str(), "ae");
    if (file == nullptr) return fail(Errc::io, fmt::format("--log {}: {}", path, std::strerror(errno)));
    return EventLog{file};
  }
  void write(Timestamp time, std::string_view line) {
    fmt::print(file_.get(), "{} {}\n", iso_text(time), line);
    std::fflush(file_.get());
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  explicit EventLog(std::FILE* file) : file_{file} {}
  std::unique_ptr<std::FILE, Close> file_;
};

// A market by steps does not depend on when it was started, so that the same seed says the same again: it begins on a
// Monday at 09:30 in New York.
constexpr CivilTime kStepsBegin{2025, 1, 6, 14, 30, 0};

Now market_start(const MarketSpeed& speed) {
  Now start = net::system_now();
  if (speed.kind == MarketSpeed::Kind::steps) start.utc = from_civil_utc(kStepsBegin);
  return start;
}

// What --faults says.
Result<std::vector<sim::gateway::faults::FaultRate>> fault_rates(const SimServeCommand& command) {
  if (!command.faults) return {};
  auto rates = sim::gateway::faults::parse_faults(*command.faults);
  if (!rates.has_value()) return fail(rates.error().code, "--faults: " + rates.error().detail);
  return rates;
}

Result<sim::gateway::DataRights> data_rights(const SimServeCommand& command, const SimAccounts& accounts) {
  using sim::gateway::LiveData;
  sim::gateway::DataRights rights;
  const std::string data = command.market_data.value_or(accounts.market_data.value_or("live"));
  if (data == "not-for-api") rights.live = LiveData::not_for_api;
  else if (data == "delayed" || data == "none") rights.live = LiveData::no;
  else if (data != "live")
    return fail(Errc::invalid_argument,
                fmt::format("--market-data '{}': it is live, not-for-api, delayed or none", data));
  rights.delayed = data != "none";
  if (command.delay_minutes < 0 || command.delay_minutes > 60)
    return fail(Errc::invalid_argument, fmt::format("--delay {}: it is 0 to 60 minutes", command.delay_minutes));
  rights.delay = std::chrono::minutes{command.delay_minutes};
  if (command.data_lines < 1 || command.data_lines > 100'000)
    return fail(Errc::invalid_argument, fmt::format("--data-lines {}: it is 1 to 100000", command.data_lines));
  rights.lines = command.data_lines;
  rights.without_depth = command.without_depth;
  rights.sampled = true;  // this is real time
  return rights;
}

// The accounts of the command line or of the file it names.
Result<SimAccounts> accounts_of(const SimServeCommand& command, const std::vector<sim::gateway::Listing>& listings) {
  if (command.accounts_file) return load_accounts(*command.accounts_file, listings);
  SimAccounts accounts;
  for (const std::string& account : command.accounts) {
    if (!model::AccountId::from(account) || account.empty())
      return fail(Errc::invalid_argument, fmt::format("--account '{}' is no account", account));
    if (std::ranges::count(command.accounts, account) != 1)
      return fail(Errc::invalid_argument, fmt::format("--account: {} is named twice", account));
    accounts.accounts.push_back({account, Amount::of(1'000'000)});
  }
  return accounts;
}

Result<void> check_version(const SimServeCommand& command) {
  if (command.server_version &&
      (*command.server_version < tws::kMinServerVersion || *command.server_version > tws::kMaxServerVersion)) {
    return fail(Errc::invalid_argument, fmt::format("--server-version {}: it is from {} to {}", *command.server_version,
                                                    tws::kMinServerVersion, tws::kMaxServerVersion));
  }
  return {};
}

Result<void> serve(const SimServeCommand& command, const MarketSpeed& speed, const Now& start, MarketSetup market,
                   SimAccounts accounts) {
  sim::gateway::GatewayOptions options;
  options.data = TW_TRY(data_rights(command, accounts));
  options.accounts = std::move(accounts.accounts);
  options.login = std::move(accounts.login);
  options.login.read_only = options.login.read_only || command.read_only;
  std::vector<std::string> names;
  for (const auto& account : options.accounts) names.push_back(account.id);
  if (command.server_version) options.server_version = *command.server_version;
  options.scenario = command.scenario;
  options.announces_presets = command.announces_presets;
  options.orders.working_orders_max = static_cast<std::size_t>(command.working_orders);
  options.zone = market.zone;
  if (!market.has_sessions) options.session_close.reset();
  options.seed = command.seed;
  const auto rates = TW_TRY(fault_rates(command));
  if (command.control_port || !rates.empty()) options.fault_seed = command.seed;
  options.limits.paces = command.paces;
  // What is measured in seconds is meant in those of the clients, which a market at another speed does not have.
  if (!speed.is_real_time()) options.limits.start_within.reset();
  else if (command.messages_per_second != 0) options.limits.messages_per_second = command.messages_per_second;
  std::optional<EventLog> event_log;
  if (command.log_file) {
    event_log.emplace(TW_TRY(EventLog::open(*command.log_file)));
    options.log = [&event_log](Timestamp time, std::string_view line) { event_log->write(time, line); };
  }
  MarketClock clock{speed, {start.utc, net::system_now().mono}};  // the market took its time to make
  sim::gateway::Gateway gateway{std::move(options), std::move(market.market)};
  for (const auto& rate : rates) TW_TRY_VOID(gateway.injector()->set(rate));
  net::Loop loop;
  const auto server = TW_TRY(GatewayServer::open(
      loop, gateway,
      {.endpoint = {command.host, command.port}, .market_clock = &clock, .log = [&](const std::string& line) {
         say(line);
         if (event_log) event_log->write(clock.now(net::system_now()), line);
       }}));
  std::optional<SimControl> control;
  std::unique_ptr<web::HttpServer> control_server;
  if (command.control_port) {
    control.emplace(gateway, clock, SimControl::Settings{command.speed, command.seed, command.market.seed},
                    [&server] { server->wake(); });
    control_server = TW_TRY(web::HttpServer::open(
        loop, {"127.0.0.1", *command.control_port},
        [&control](const web::HttpRequest& request) { return control->answer(request, net::system_now()); }));
  }
  // Before it is said where it listens: whoever reads that may end it at once.
  loop.on_signals([&loop](int) { loop.stop(); });
  // Standard output says where, for whoever starts this and needs to know; everything else goes to standard error.
  if (command.json) {
    JsonWriter json;
    json.begin_object().member("host", command.host).member("port", server->port());
    if (control_server) json.member("control_port", control_server->port());
    json.member("account", names.front()).key("accounts").begin_array();
    for (const std::string& account : names) json.text(account);
    json.end_array().end_object();
    fmt::print("{}\n", json.str());
  } else {
    fmt::print("simulated gateway on {}:{}, account {}", command.host, server->port(), fmt::join(names, ", "));
    if (control_server) fmt::print(", books at http://127.0.0.1:{}/books", control_server->port());
    fmt::print("\n");
  }
  std::fflush(stdout);
  if (!command.give_up_after) {
    loop.run();
    return {};
  }
  sim::gateway::scenario::Play& play = *gateway.play();
  server->on_flushed = [&] {
    if (play.is_over()) loop.stop();
  };
  net::Timer patience{loop, [&] {
                        play.give_up("it has not come to this within the time that was given");
                        loop.stop();
                      }};
  patience.set(net::system_now().mono + *command.give_up_after);
  loop.run();
  play.give_up("the run was ended before");
  if (play.failures().empty()) return {};
  return fail(Errc::not_found, fmt::format("{}", fmt::join(play.failures(), "; ")));
}

// What a scenario says of the gateway it is played on.
void apply(const sim::gateway::scenario::Settings& settings, SimServeCommand& command) {
  if (settings.seed) command.seed = command.market.seed = *settings.seed;
  if (!settings.symbols.empty()) command.market.symbols = settings.symbols;
  if (settings.speed) command.speed = *settings.speed;
  if (settings.server_version) command.server_version = settings.server_version;
  if (settings.market_data) command.market_data = settings.market_data;
  command.read_only = command.read_only || settings.read_only;
}

}  // namespace

int sim_serve_command(SimServeCommand command) {
  if (command.scenario) apply(command.scenario->settings, command);
  const auto failed = [&](const Error& error, std::optional<ExitCode> code = std::nullopt) {
    return report_failure(code.value_or(code_for(error)), error, command.json);
  };
  if (const auto checked = check_version(command); !checked.has_value()) return failed(checked.error());
  const auto speed = parse_speed(command.speed);
  if (!speed.has_value()) return failed(speed.error());
  const Now start = market_start(*speed);
  auto market = market_now(command.market, start.utc);
  if (!market.has_value()) return failed(market.error());
  // A file that cannot be used is wrong usage, whatever is wrong with it.
  auto accounts = accounts_of(command, market->market.listings());
  if (!accounts.has_value()) return failed(accounts.error(), ExitCode::usage);
  const auto served = serve(command, *speed, start, *std::move(market), *std::move(accounts));
  return served.has_value() ? 0 : failed(served.error());
}

}  // namespace tradewind::app
