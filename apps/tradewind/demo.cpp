#include "apps/tradewind/demo.hpp"

#include "apps/tradewind/screen.hpp"
#include "strategies/catalog.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/core/journal/verify.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace tradewind::app {

namespace net = edge::net;
using namespace std::chrono_literals;

namespace {

volatile std::sig_atomic_t interrupted = 0;

Result<std::string> state_folder(const std::optional<std::string>& wanted) {
  if (wanted) {
    std::error_code error;
    if (std::filesystem::exists(*wanted + "/journal", error)) {
      return fail(
          Errc::already_exists,
          fmt::format("{}: holds a journal already; a demo begins with nothing. Name another folder.", *wanted));
    }
    return *wanted;
  }
  std::string path = (std::filesystem::temp_directory_path() / "tradewind-demo-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) return fail(Errc::io, fmt::format("{}: cannot be made", path));
  return path;
}

// Ours against the gateway's: every position, and cash.
std::vector<std::string> differences(const AccountReport& ours, const sim::gateway::Gateway& gateway) {
  std::vector<std::string> found;
  const auto& theirs = gateway.books().holdings(ours.account);
  for (const sim::gateway::Listing& listing : gateway.listings()) {
    const auto row = std::ranges::find(ours.rows, listing.symbol, &AccountReport::Row::symbol);
    const Position own = row == ours.rows.end() ? Position::zero() : row->position;
    const auto holding = theirs.find(listing.con_id);
    const Position other = holding == theirs.end() ? Position::zero() : holding->second.position;
    if (own != other)
      found.push_back(fmt::format("{}: our fills make {}, the gateway's books say {}", listing.symbol, own, other));
  }
  if (const Amount cash = gateway.books().cash(ours.account); cash != ours.cash) {
    found.push_back(
        fmt::format("cash: our fills and commissions make {}, the gateway's books say {}", ours.cash, cash));
  }
  if (ours.missing_commissions != 0)
    found.push_back(fmt::format("{} fills have no commission report", ours.missing_commissions));
  return found;
}

std::string json_of(const DemoReport& report) {
  JsonWriter json;
  json.begin_object();
  write_members(json, report.account);
  json.key("gateway").begin_object().member("cash", report.gateway_cash.text()).key("positions").begin_array();
  for (const auto& [symbol, position] : report.gateway_positions) {
    json.begin_object().member("symbol", symbol).member("quantity", position.text()).end_object();
  }
  json.end_array().end_object();
  json.key("differences").begin_array();
  for (const std::string& difference : report.differences) json.text(difference);
  json.end_array();
  json.key("journal").begin_object().member("path", report.journal_path).member("records", report.journal_records);
  json.member("head", report.journal_head).end_object();
  json.key("seconds").seconds(report.wall_time / 1ms).end_object();
  return json.str() + "\n";
}

void print_summary(const DemoReport& report) {
  const AccountReport& account = report.account;
  fmt::print("\n{:<10}{:>12}{:>14}{:>14}{:>14}\n", "", "position", "price", "realized", "unrealized");
  for (const AccountReport::Row& row : account.rows) {
    fmt::print("{:<10}{:>12}{:>14}{:>14}{:>14}\n", row.symbol, row.position, row.mark ? row.mark->text() : "-",
               row.realized.rounded_text(2), row.unrealized ? row.unrealized->rounded_text(2) : "-");
  }
  fmt::print("\n{} orders, {} fills, {} denied by the risk rules\n", account.orders, account.fills, account.denied);
  fmt::print("commissions {} {}, cash {} {}, equity {} {}\n", account.commissions.rounded_text(2), account.currency,
             account.cash.rounded_text(2), account.currency, account.equity ? account.equity->rounded_text(2) : "-",
             account.currency);
  fmt::print("journal {}: {} records, verified, head {}…\n", report.journal_path, report.journal_records,
             report.journal_head.substr(0, 16));
  fmt::print("wire: {} messages in, {} out\n", account.wire.messages_in, account.wire.messages_out);
  if (report.differences.empty())
    fmt::print("our books, made of executions and commission reports alone, equal the gateway's\n");
}

// Draws the screen ten times a second and holds the virtual clock back, so that a week can be watched.
class Show {
 public:
  Show(unsigned seconds, bool live)
      : length_{std::chrono::seconds{seconds}}, live_{live}, started_{net::system_now().mono} {}

  bool operator()(VirtualRun& run) {
    if (interrupted != 0) return false;
    if (!live_) return true;
    for (;;) {
      const MonoTime now = net::system_now().mono;
      const double done = static_cast<double>((run.now().utc - run.begin()).count()) /
                          static_cast<double>(std::max<std::int64_t>(1, (run.end() - run.begin()).count()));
      if (now - drawn_ >= 100ms) {
        drawn_ = now;
        screen_.draw(run.host().node(), run.now().utc, done);
      }
      const Duration ahead =
          started_ + Duration{static_cast<std::int64_t>(static_cast<double>(length_.count()) * done)} - now;
      if (ahead <= 0ns || interrupted != 0) return true;
      std::this_thread::sleep_for(std::min<Duration>(ahead, 50ms));
    }
  }

 private:
  Duration length_;
  bool live_;
  MonoTime started_;
  MonoTime drawn_;
  Screen screen_;
};

}  // namespace

Result<DemoReport> run_demo(const DemoOptions& options, std::function<bool(VirtualRun&)> on_advance) {
  const MonoTime started = net::system_now().mono;
  MarketSetup market = TW_TRY(market_days(options.market));
  const auto catalog = strategies::catalog();
  const auto factory = std::ranges::find(catalog, options.strategy, &strategy::StrategyFactory::name);
  if (factory == catalog.end()) {
    return fail(Errc::invalid_argument,
                fmt::format("there is no strategy '{}'; `tradewind strategy list` names them", options.strategy));
  }
  strategy::ParameterValues parameters = options.parameters;
  if (std::ranges::find(parameters, "symbols", &std::pair<std::string, std::string>::first) == parameters.end()) {
    std::vector<std::string> symbols;
    for (const sim::gateway::Listing& listing : market.market.listings()) symbols.push_back(listing.symbol);
    parameters.emplace_back("symbols", fmt::format("{}", fmt::join(symbols, ",")));
  }
  auto strategy = TW_TRY(factory->make(parameters));
  if (options.extra_share && std::ranges::find(market.market.listings(), *options.extra_share,
                                               &sim::gateway::Listing::symbol) == market.market.listings().end()) {
    return fail(Errc::invalid_argument, fmt::format("{} is not in this market", *options.extra_share));
  }

  VirtualRun::Options run_options;
  run_options.gateway.mute_account_data = options.mute_account_data;
  const sim::gateway::AccountSetup& account = run_options.gateway.accounts.front();
  HostOptions& host = run_options.host;
  host.state = TW_TRY(state_folder(options.state));
  host.engine.mode = model::Mode::sim;
  host.engine.account = model::AccountId{account.id};
  host.engine.opening_cash = {{account.cash, host.engine.limits.currency}};
  host.journal_seed = options.market.seed;
  host.wrap_directory = options.wrap_directory;
  run_options.read_at_most = options.read_at_most;
  bool tampered = !options.extra_share.has_value();
  run_options.on_advance = [&](VirtualRun& run) {
    if (!tampered && !run.gateway().desk().executions().empty()) {
      run.gateway().tamper(*options.extra_share, Position::of(1));
      tampered = true;
    }
    return !on_advance || on_advance(run);
  };

  const auto run = TW_TRY(VirtualRun::open(std::move(run_options), std::move(market), std::move(strategy)));
  TW_TRY_VOID(run->play());
  DemoReport report;
  report.account = report_of(run->host().node());
  report.gateway_cash = run->gateway().books().cash(report.account.account);
  for (const sim::gateway::Listing& listing : run->gateway().listings()) {
    const auto& holdings = run->gateway().books().holdings(report.account.account);
    const auto holding = holdings.find(listing.con_id);
    if (holding != holdings.end() && !holding->second.position.is_zero())
      report.gateway_positions.emplace_back(listing.symbol, holding->second.position);
  }
  std::ranges::sort(report.gateway_positions, {}, &std::pair<std::string, Position>::first);
  report.differences = differences(report.account, run->gateway());
  if (run->engine().state() != engine::State::stopped) report.differences.push_back("the engine has not stopped");
  for (const engine::Break& difference : run->engine().breaks()) {
    report.differences.push_back(
        fmt::format("{} {}: {}", difference.break_class, difference.subject, difference.detail));
  }
  static_cast<void>(TW_TRY(run->host().close(run->now())));
  report.journal_path = run->host().journal_path();
  const auto directory = TW_TRY(edge::store::PosixDirectory::open(report.journal_path));
  const journal::Verification verified = TW_TRY(journal::verify(directory));
  if (verified.finding)
    return fail(Errc::corrupt, fmt::format("{}: {}", report.journal_path, journal::text_of(*verified.finding)));
  report.journal_records = verified.records;
  report.journal_head = hex_text(verified.head);
  report.wall_time = net::system_now().mono - started;
  return report;
}

int demo_command(const DemoCommand& command) {
  const bool live = !command.headless && ::isatty(STDOUT_FILENO) == 1 && command.seconds != 0;
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  const auto report = [&] {
    Show show{command.seconds, live};
    return run_demo(command.demo, [&](VirtualRun& run) { return show(run); });
  }();
  if (!report.has_value()) return report_failure(code_for(report.error()), report.error(), false);
  if (command.json_file) {
    std::ofstream out{*command.json_file, std::ios::trunc};
    out << json_of(*report);
    if (!out.flush())
      return report_failure(ExitCode::failed, {Errc::io, fmt::format("{}: cannot be written", *command.json_file)},
                            false);
  }
  if (!command.headless) print_summary(*report);
  for (const std::string& difference : report->differences)
    fmt::print(stderr, "tradewind: the books differ: {}\n", difference);
  return static_cast<int>(report->differences.empty() ? ExitCode::ok : ExitCode::failed);
}

}  // namespace tradewind::app
