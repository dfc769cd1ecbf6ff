#include "apps/tradewind/run.hpp"

#include "apps/tradewind/account_report.hpp"
#include "apps/tradewind/failure.hpp"
#include "apps/tradewind/host.hpp"
#include "strategies/catalog.hpp"
#include "tradewind/edge/broker/driver.hpp"
#include "tradewind/edge/catalog/zones.hpp"
#include "tradewind/edge/config/config.hpp"
#include "tradewind/edge/record/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <utility>

namespace tradewind::app {

namespace net = edge::net;
using edge::broker::Driver;
using edge::broker::Ended;
using namespace std::chrono_literals;

namespace {

// Where real money is by convention: TWS 7496, Gateway 4001, and the ports guides suggest beside them. The accounts decide,
// not the port; but nobody who names one of these wants a paper account.
constexpr auto kLivePorts = std::to_array<std::uint16_t>({7496, 4001, 4003, 7498});

Result<HostOptions> host_options(const RunCommand& command, const edge::config::Config& config) {
  HostOptions options;
  options.state = command.state;
  options.engine.mode = command.mode;
  options.engine.limits = config.limits;
  if (config.account) options.engine.account = *config.account;
  if (config.client_id) options.client_id = *config.client_id;
  if (command.client_id) options.client_id = model::ClientId{*command.client_id};
  if (command.account) {
    const auto account = model::AccountId::from(*command.account);
    if (!account || account->empty())
      return fail(Errc::invalid_argument, fmt::format("--account '{}' is no account", *command.account));
    options.engine.account = *account;
  }
  return options;
}

// Lines for people, on standard error: standard output belongs to --json.
void say(const std::string& line) { fmt::print(stderr, "{} {}\n", iso_text(net::system_now().utc), line); }

// Says what changes: state, orders, fills. Called after every turn of the loop.
class Narrator {
 public:
  void look(const engine::Node& node) {
    const engine::Engine& engine = node.engine();
    if (engine.state() != state_ || engine.state_reason() != reason_) {
      state_ = engine.state();
      reason_ = engine.state_reason();
      say(fmt::format("{}: {}", *state_, reason_));
    }
    if (engine.ledger().fill_count() == fills_ && engine.counters().orders_sent == orders_ &&
        engine.counters().orders_denied == denied_)
      return;
    fills_ = engine.ledger().fill_count();
    orders_ = engine.counters().orders_sent;
    const bool denied_more = engine.counters().orders_denied != denied_;
    denied_ = engine.counters().orders_denied;
    say(fmt::format("{} orders, {} fills, {} denied{}", orders_, fills_, denied_,
                    denied_more ? " (" + engine.counters().last_denial + ")" : ""));
  }

 private:
  std::optional<engine::State> state_;
  std::string reason_;
  std::uint64_t fills_ = 0;
  std::uint64_t orders_ = 0;
  std::uint64_t denied_ = 0;
};

std::string json_of(const engine::Node& node, const Host& host, const edge::store::JournalWriter::Head& head,
                    ExitCode code, const std::optional<Error>& error) {
  JsonWriter json;
  json.begin_object().member("state", name(node.engine().state())).member("reason", node.engine().state_reason());
  write_members(json, report_of(node));
  json.key("journal")
      .begin_object()
      .member("path", host.journal_path())
      .member("records", head.seq.value())
      .member("head", hex_text(head.hash))
      .end_object();
  if (error) write_error(json, *error);
  json.member("exit_code", static_cast<int>(code)).end_object();
  return json.str();
}

class Run {
 public:
  Run(const RunCommand& command, net::Endpoint endpoint) : command_{command}, endpoint_{std::move(endpoint)} {}

  Result<ExitCode> go(HostOptions options, std::unique_ptr<strategy::Strategy> strategy) {
    options.on_journal_progress = [this] {
      // One call on its way is enough, however many commits there are meanwhile.
      if (!commits_posted_.exchange(true)) {
        loop_.post([this] {
          commits_posted_ = false;
          if (driver_) driver_->deliver_commits();
          look();
        });
      }
    };
    host_ = TW_TRY(Host::open(std::move(options), std::move(strategy), net::system_now()));
    if (host_->restored_records() != 0)
      say(fmt::format("{}: {} records taken back", host_->journal_path(), host_->restored_records()));
    if (command_.record)
      recorder_ = TW_TRY(edge::record::Recorder::open({.directory = *command_.record}, net::system_now()));
    driver_ = std::make_unique<Driver>(
        loop_, host_->node(), host_->writer(),
        Driver::Options{.endpoint = endpoint_,
                        .on_end = [this](Ended how, const std::string& reason) { ended(how, reason); },
                        .log = [](const std::string& line) { say(line); },
                        .seed = random_bits(),
                        .tap = recorder_.get()});
    give_up_.set(net::system_now().mono + command_.give_up_after);
    if (command_.run_for) run_end_.set(net::system_now().mono + *command_.run_for);
    loop_.on_signals([this](int) {
      if (stopping_) return leave();  // a second signal does not wait for the broker
      stop("stopped by the user");
    });
    driver_->start();
    loop_.run();
    look();
    driver_.reset();
    if (recorder_) {
      if (const auto failure = recorder_->failure()) say("the recording has ended early: " + failure->detail);
      recorder_.reset();
    }
    const auto head = TW_TRY(host_->close(net::system_now()));
    if (command_.json) fmt::print("{}\n", json_of(host_->node(), *host_, head, code_, error_));
    return code_;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  // A connection alone says little: anything may listen there. A session is one in which the gateway has introduced itself.
  void look() {
    narrator_.look(host_->node());
    const engine::State state = host_->node().engine().state();
    if (state != engine::State::recovering && state != engine::State::ready) return;
    had_session_ = true;
    give_up_.cancel();
  }

  void stop(const char* reason) {
    look();
    stopping_ = true;
    halted_ = host_->node().engine().state() == engine::State::halted;
    halted_reason_ = host_->node().engine().state_reason();
    leave_.set(net::system_now().mono + command_.stop_within);
    driver_->stop(reason);
  }

  // Without the broker's word on the orders that worked.
  void leave() { finish(ExitCode::outcome_unknown, unknown_outcome()); }

  [[nodiscard]] Error unknown_outcome() const {
    return {Errc::unavailable, fmt::format("{} orders may still work at the broker: look at the gateway",
                                           host_->node().engine().orders().live_count())};
  }

  void ended(Ended how, const std::string& reason) {
    if (how == Ended::refused) {
      finish(ExitCode::refused_by_safety, Error{Errc::refused, reason});
    } else if (how == Ended::client_id_in_use) {
      finish(ExitCode::not_connected, Error{Errc::unavailable, reason});
    } else if (how == Ended::journal_failed) {
      finish(ExitCode::failed, Error{Errc::io, "the journal: " + reason});
    } else if (halted_) {
      finish(ExitCode::failed, Error{Errc::refused, halted_reason_});
    } else if (!had_session_) {
      const std::string& failure = driver_->last_failure();
      finish(ExitCode::not_connected,
             Error{Errc::unavailable,
                   fmt::format(
                       "not connected: {}. Is TWS or IB Gateway running there, and its API port enabled?",
                       failure.empty() ? fmt::format("{}:{}: no answer", endpoint_.host, endpoint_.port) : failure)});
    } else if (host_->node().engine().orders().live_count() != 0) {
      finish(ExitCode::outcome_unknown, unknown_outcome());
    } else {
      finish(ExitCode::ok, std::nullopt);
    }
  }

  void finish(ExitCode code, std::optional<Error> error) {
    code_ = code;
    error_ = std::move(error);
    loop_.stop();
  }

  const RunCommand& command_;
  net::Endpoint endpoint_;
  net::Loop loop_;
  Narrator narrator_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<edge::record::Recorder> recorder_;
  std::unique_ptr<Driver> driver_;
  std::atomic<bool> commits_posted_ = false;
  net::Timer give_up_{loop_, [this] {
                        look();
                        if (!had_session_) stop("not connected");
                      }};
  net::Timer leave_{loop_, [this] { leave(); }};
  net::Timer run_end_{loop_, [this] { stop("the time is over"); }};
  bool had_session_ = false;
  bool stopping_ = false;
  bool halted_ = false;
  std::string halted_reason_;
  ExitCode code_ = ExitCode::outcome_unknown;
  std::optional<Error> error_;
};

Result<ExitCode> go(const RunCommand& command, const edge::config::Config& config, std::optional<Error>& ended_with) {
  const net::Endpoint endpoint = TW_TRY(net::parse_endpoint(command.connect));
  if (std::ranges::find(kLivePorts, endpoint.port) != kLivePorts.end()) {
    return fail(Errc::refused, fmt::format("port {} is one of those where real money is (7496, 4001, 4003, 7498); this "
                                           "version trades simulated and paper accounts only. "
                                           "Paper: TWS 7497, IB Gateway 4002.",
                                           endpoint.port));
  }
  TW_TRY_VOID(edge::catalog::check_time_zones(net::system_now().utc));
  const auto catalog = strategies::catalog();
  const auto factory = std::ranges::find(catalog, command.strategy, &strategy::StrategyFactory::name);
  if (factory == catalog.end()) {
    return fail(Errc::invalid_argument,
                fmt::format("there is no strategy '{}'; `tradewind strategy list` names them", command.strategy));
  }
  auto strategy = TW_TRY(factory->make(command.parameters));
  HostOptions options = TW_TRY(host_options(command, config));
  Run run{command, endpoint};
  const ExitCode code = TW_TRY(run.go(std::move(options), std::move(strategy)));
  ended_with = run.error();
  return code;
}

}  // namespace

int run_command(const RunCommand& command) {
  edge::config::Config config;
  if (command.config_file) {
    auto loaded = edge::config::load(*command.config_file);
    // Like a wrong flag, whatever is wrong with it.
    if (!loaded.has_value()) return report_failure(ExitCode::usage, loaded.error(), command.json);
    config = *std::move(loaded);
  }
  std::optional<Error> ended_with;
  const auto code = go(command, config, ended_with);
  if (!code.has_value()) return report_failure(code_for(code.error()), code.error(), command.json);
  if (ended_with) fmt::print(stderr, "tradewind: {}\n", ended_with->detail);
  return static_cast<int>(*code);
}

}  // namespace tradewind::app
