#include "tradewind/core/tws/client_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tradewind::tws {
namespace {

// The fields of a text payload, if there are exactly two.
std::optional<std::array<std::string_view, 2>> two_fields(Bytes payload) {
  const std::string_view text = as_text(payload);
  const std::size_t first = text.find('\0');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('\0', first + 1);
  if (second == std::string_view::npos || second + 1 != text.size()) return std::nullopt;
  return std::array{text.substr(0, first), text.substr(first + 1, second - first - 1)};
}

// Nothing for times that a Timestamp does not hold.
std::optional<Timestamp> from_milliseconds(std::int64_t value) {
  constexpr std::int64_t kLatest = INT64_MAX / 1'000'000;
  if (value <= 0 || value > kLatest) return std::nullopt;
  return Timestamp::from_ns(value * 1'000'000);
}
std::optional<Timestamp> from_seconds(std::int64_t value) {
  return value <= 0 || value > INT64_MAX / 1'000 ? std::nullopt : from_milliseconds(value * 1'000);
}

}  // namespace

ClientSession::ClientSession(ClientConfig config, Pacer& pacer)
    : config_{std::move(config)}, pacer_{pacer}, liveness_{config_.liveness} {}

ClientSession::~ClientSession() {
  if (phase_ == Phase::idle) return;
  pacer_.connection_lost();
  static_cast<void>(pacer_.take_dropped());
}

std::string ClientSession::not_ready_text(const char* api) {
  return fmt::format("{} cannot be sent: the session is not ready", api);
}

void ClientSession::connected(MonoTime now) {
  phase_ = Phase::handshake;
  latest_ = now;
  deadline_ = now + config_.handshake_limit;
  const std::string versions = fmt::format("v{}..{}", config_.min_version, config_.max_version);
  output_.append(as_bytes(std::string_view{"API\0", 4}));
  store_be32(output_.prepare(4), static_cast<std::uint32_t>(versions.size()));
  output_.commit(4);
  output_.append(as_bytes(versions));
  wire_.bytes_out += 8 + versions.size();
}

Result<void> ClientSession::received(std::size_t count, Now now, ClientHandler& handler) {
  latest_ = std::max(latest_, now.mono);
  reader_.commit(count);
  wire_.bytes_in += count;
  while (phase_ != Phase::closed) {
    auto payload = reader_.next();
    if (!payload.has_value()) {
      phase_ = Phase::closed;
      return std::unexpected{std::move(payload).error()};
    }
    if (!payload->has_value()) break;
    if (phase_ == Phase::handshake) {
      if (auto greeted = on_greeting(**payload, now.mono, handler); !greeted.has_value()) {
        phase_ = Phase::closed;
        return greeted;
      }
    } else {
      on_message(**payload, now, handler);
    }
  }
  release(now.mono);
  report_dropped(handler);
  return {};
}

Result<void> ClientSession::on_greeting(Bytes payload, MonoTime now, ClientHandler& handler) {
  const auto fields = two_fields(payload);
  if (!fields)
    return {};  // some gateways send other frames first; the time limit ends a conversation without a greeting
  int version = 0;
  const auto [stop, error] = std::from_chars((*fields)[0].data(), (*fields)[0].data() + (*fields)[0].size(), version);
  if (error != std::errc{} || stop != (*fields)[0].data() + (*fields)[0].size()) {
    return fail(Errc::malformed, fmt::format("the gateway's version '{}' is not a number", (*fields)[0].substr(0, 32)));
  }
  if (version < 0) {
    return fail(Errc::unsupported,
                fmt::format("the gateway redirects to '{}'; connect there", (*fields)[1].substr(0, 64)));
  }
  if (version < config_.min_version) {
    return fail(Errc::unsupported,
                fmt::format("the gateway speaks version {}, the oldest supported is {}: upgrade TWS or IB Gateway",
                            version, config_.min_version));
  }
  if (version > config_.max_version) {
    return fail(Errc::malformed, fmt::format("the gateway chose version {} although {} was the highest offered",
                                             version, config_.max_version));
  }
  server_version_ = version;
  ++wire_.messages_in;
  handler.on_handshake(version, (*fields)[1]);
  phase_ = Phase::starting;
  deadline_ = now + config_.start_limit;
  StartApiRequest start;
  start.client_id = config_.client_id;
  start.optional_capabilities = config_.optional_capabilities;
  const auto written = write(start, now, paced(start));
  if (!written.has_value()) return std::unexpected{written.error()};
  return {};
}

void ClientSession::on_message(Bytes payload, Now now, ClientHandler& handler) {
  ++wire_.messages_in;
  const FrameView frame = parse_frame(payload, server_version_);
  if (frame.fault != nullptr) {
    handler.on_unreadable(0, {"frame", "", 0, frame.fault});
    return;
  }
  bool unknown = false;
  const DecodeFault fault = dispatch(frame, server_version_, scratch_, handler, counters_, &unknown);
  if (fault.failed()) [[unlikely]] {
    handler.on_unreadable(frame.id, fault);
    return;
  }
  if (unknown) [[unlikely]] {
    handler.on_unknown(frame.id, frame.body);
    return;
  }
  if (phase_ == Phase::starting) [[unlikely]]
    on_start(frame.id, now.mono, handler);
  if (frame.id == CurrentTime::kInfo.id) [[unlikely]]
    on_time(from_seconds(scratch_.current_time.current_time), now);
  if (frame.id == CurrentTimeInMillis::kInfo.id) [[unlikely]]
    on_time(from_milliseconds(scratch_.current_time_in_millis.current_time_in_millis), now);
}

// The first answers come in any order.
void ClientSession::on_start(int message_id, MonoTime now, ClientHandler& handler) {
  if (message_id == ManagedAccounts::kInfo.id) has_accounts_ = true;
  if (message_id == NextValidId::kInfo.id) next_valid_id_ = scratch_.next_valid_id.order_id;
  if (!has_accounts_ || !next_valid_id_) return;
  phase_ = Phase::ready;
  deadline_.reset();
  liveness_.start(now);
  handler.on_ready(*next_valid_id_);
}

void ClientSession::on_time(std::optional<Timestamp> gateway_time, Now now) {
  if (phase_ != Phase::ready) return;
  liveness_.echoed(now.mono);
  if (gateway_time) clock_skew_ = *gateway_time - now.utc;
}

// --- Sending ---

Result<Verdict> ClientSession::submit(const PacedRequest& request, std::size_t size, MonoTime now) {
  Result<Verdict> verdict = pacer_.submit(request, output_.contents().last(size), now);
  if (verdict.has_value() && *verdict == Verdict::go) has_left(request, size, now);
  else output_.retract(size);
  take_dropped();
  release(now);  // a cancel may have given back what another waits for
  return verdict;
}

// Appends what was held and may go.
void ClientSession::release(MonoTime now) {
  latest_ = std::max(latest_, now);
  if (pacer_.held() == 0 || (phase_ != Phase::starting && phase_ != Phase::ready)) return;
  pacer_.drop_late_orders(now, config_.order_hold_limit);
  while (const auto released = pacer_.next(now)) {
    output_.append(released->frame);
    has_left(released->request, released->frame.size(), now);
  }
  take_dropped();
}

void ClientSession::has_left(const PacedRequest& request, std::size_t size, MonoTime now) {
  wire_.bytes_out += size;
  ++wire_.messages_out;
  if (request.kind == PacedKind::probe) liveness_.sent(now);
}

void ClientSession::take_dropped() {
  for (const PacedRequest& request : pacer_.take_dropped()) dropped_.push_back(request);
}

void ClientSession::tell_dropped(ClientHandler& handler) {
  // The handler may send, which may drop more.
  for (const PacedRequest& request : std::exchange(dropped_, {})) handler.on_dropped(request);
}

void ClientSession::disconnected(ClientHandler& handler) {
  close();
  pacer_.connection_lost();
  take_dropped();
  report_dropped(handler);
}

// --- Time ---

std::optional<MonoTime> ClientSession::wake_at() const {
  if (!dropped_.empty()) return latest_;
  if (phase_ == Phase::idle || phase_ == Phase::closed) return std::nullopt;
  std::optional<MonoTime> earliest = deadline_;
  const auto sooner = [&earliest](std::optional<MonoTime> time) {
    if (time && (!earliest || *time < *earliest)) earliest = time;
  };
  if (phase_ == Phase::ready) sooner(liveness_.wake_at());
  if (pacer_.held() != 0) {
    sooner(pacer_.next_wake(latest_));
    if (const auto since = pacer_.oldest_order()) sooner(*since + config_.order_hold_limit);
  }
  return earliest;
}

Result<void> ClientSession::check_time(MonoTime now, ClientHandler& handler) {
  latest_ = std::max(latest_, now);
  if (deadline_ && now >= *deadline_) {
    const bool greeting = phase_ == Phase::handshake;
    close();
    return fail(
        Errc::unavailable,
        greeting
            ? "the port accepts connections but nothing answers the handshake: is TWS or IB Gateway logged in, and "
              "its API enabled?"
            : "the gateway answers but does not start the API session: is the client id in use, or a dialog open?");
  }
  if (phase_ == Phase::ready && liveness_.is_dead(now)) {
    close();
    return fail(Errc::unavailable,
                fmt::format("the connection is dead: the gateway has not answered reqCurrentTime for {} s",
                            config_.liveness.answer_limit / std::chrono::seconds{1}));
  }
  if (phase_ == Phase::ready && liveness_.wants_probe(now)) {
    liveness_.asked();
    TW_TRY_VOID(write(CurrentTimeRequest{}, now, {.kind = PacedKind::probe}));
  }
  release(now);
  report_dropped(handler);
  return {};
}

}  // namespace tradewind::tws
