#include "apps/tradewind/virtual_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::app {

namespace net = edge::net;
using edge::broker::Driver;
using edge::broker::Ended;
using namespace std::chrono_literals;

namespace {

constexpr Duration kLead = 1min;       // to connect and recover before the market begins
constexpr Duration kAfterglow = 2min;  // for what is still to come when the market is over
constexpr Duration kProbeAfter = 5min;  // every 5 s would be most of what happens in a night
constexpr Duration kSettleLimit = 30s;  // of the wall clock: bytes on a loopback connection take less

}  // namespace

VirtualRun::VirtualRun(Options options, MarketSetup market)
    : options_{std::move(options)},
      begin_{market.begin - kLead},
      end_{market.end + kAfterglow},
      now_{begin_, MonoTime{}},
      gateway_{options_.gateway, std::move(market.market)} {}

VirtualRun::~VirtualRun() = default;

Result<std::unique_ptr<VirtualRun>> VirtualRun::open(Options options, MarketSetup market,
                                                     std::unique_ptr<strategy::Strategy> strategy) {
  options.gateway.zone = market.zone;
  options.host.liveness.probe_after = kProbeAfter;
  if (!market.has_sessions) options.gateway.session_close.reset();
  std::unique_ptr<VirtualRun> run{new VirtualRun{std::move(options), std::move(market)}};
  VirtualRun* raw = run.get();
  run->server_ = TW_TRY(GatewayServer::open(
      run->loop_, run->gateway_, {.virtual_time = true, .clock = [raw] { return raw->now_.utc; }, .log = {}}));
  run->host_ = TW_TRY(Host::open(run->options_.host, std::move(strategy), run->now_));
  run->driver_ = std::make_unique<Driver>(run->loop_, run->host_->node(), run->host_->writer(),
                                          Driver::Options{.endpoint = {"127.0.0.1", run->server_->port()},
                                                          .virtual_time = true,
                                                          .clock = [raw] { return raw->now_; },
                                                          .on_end =
                                                              [raw](Ended how, const std::string& reason) {
                                                                raw->ended_ = how;
                                                                raw->ended_reason_ = reason;
                                                              },
                                                          .log = {}});
  if (run->options_.read_at_most) {
    const auto cut = [raw](net::Connection& connection) { connection.read_at_most(raw->options_.read_at_most); };
    run->server_->on_connection = cut;
    run->driver_->on_connection = cut;
  }
  return run;
}

bool VirtualRun::bytes_are_handled() const {
  return driver_->is_connected() && server_->bytes_handled() == driver_->bytes_sent() &&
         driver_->bytes_handled() == server_->bytes_sent();
}

Result<void> VirtualRun::settle() {
  MonoTime last_progress = net::system_now().mono;
  while (!ended_) {
    const bool moved = loop_.poll() > 0;
    if (moved) last_progress = net::system_now().mono;
    if (ended_ || moved) continue;
    if (!bytes_are_handled()) {
      static_cast<void>(loop_.run_one(10ms));
      if (net::system_now().mono - last_progress > kSettleLimit) {
        return fail(Errc::unavailable,
                    fmt::format("the connection to the simulated gateway makes no progress at {}", now_.utc));
      }
      continue;
    }
    if (driver_->delivered() == host_->node().log().last()) return {};
    TW_TRY_VOID(host_->writer().wait_idle());
    driver_->deliver_commits();
    last_progress = net::system_now().mono;
  }
  return {};
}

std::optional<Timestamp> VirtualRun::engine_due() const {
  auto due = host_->node().wake_utc();
  if (const auto mono = host_->node().wake_mono()) {
    const Timestamp then = now_.utc + (*mono - now_.mono);
    due = due ? std::min(*due, then) : then;
  }
  return due;
}

// Something of the engine's own. The session's questions whether the gateway lives never end.
bool VirtualRun::engine_plans() const {
  const engine::Engine& engine = host_->node().engine();
  return engine.wake_utc() || engine.wake_mono();
}

Result<void> VirtualRun::play() {
  driver_->start();
  TW_TRY_VOID(settle());
  bool stopping = false;
  while (!ended_) {
    const bool go_on = !options_.on_advance || options_.on_advance(*this);
    if (!stopping && (!go_on || now_.utc >= end_ || (gateway_.market_is_over() && !engine_plans()))) {
      stopping = true;
      driver_->stop(go_on ? "the market is over" : "stopped by the user");
      TW_TRY_VOID(settle());
      continue;
    }
    auto next = gateway_.wake_at();
    if (const auto engine = engine_due(); engine && (!next || *engine < *next)) next = engine;
    if (!stopping && (!next || *next > end_)) next = end_;
    if (!next)
      return fail(Errc::unavailable,
                  fmt::format("nothing is left to wait for at {}, and the engine has not stopped", now_.utc));
    if (*next > now_.utc) now_ = {*next, now_.mono + (*next - now_.utc)};
    // At the same time the market moves first: what the engine does then is done with that known.
    if (const auto due = gateway_.wake_at(); due && *due <= now_.utc) {
      server_->wake();
      TW_TRY_VOID(settle());
    }
    if (const auto due = engine_due(); !ended_ && due && *due <= now_.utc) {
      driver_->wake();
      TW_TRY_VOID(settle());
    }
  }
  if (*ended_ == Ended::stopped) return {};
  return fail(*ended_ == Ended::refused ? Errc::refused : Errc::io, ended_reason_);
}

}  // namespace tradewind::app
