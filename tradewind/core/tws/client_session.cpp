#include "tradewind/core/tws/client_session.hpp"

#include <fmt/format.h>

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

}  // namespace

ClientSession::ClientSession(ClientConfig config) : config_{std::move(config)} {}

std::string ClientSession::not_ready_text(const char* api) {
  return fmt::format("{} cannot be sent: the session is not ready", api);
}

void ClientSession::connected(MonoTime now) {
  phase_ = Phase::handshake;
  deadline_ = now + config_.handshake_limit;
  const std::string versions = fmt::format("v{}..{}", config_.min_version, config_.max_version);
  output_.append(as_bytes(std::string_view{"API\0", 4}));
  store_be32(output_.prepare(4), static_cast<std::uint32_t>(versions.size()));
  output_.commit(4);
  output_.append(as_bytes(versions));
  wire_.bytes_out += 8 + versions.size();
}

Result<void> ClientSession::received(std::size_t count, MonoTime now, ClientHandler& handler) {
  reader_.commit(count);
  wire_.bytes_in += count;
  while (phase_ != Phase::closed) {
    auto payload = reader_.next();
    if (!payload.has_value()) {
      phase_ = Phase::closed;
      return std::unexpected{std::move(payload).error()};
    }
    if (!payload->has_value()) return {};
    if (phase_ == Phase::handshake) {
      if (auto greeted = on_greeting(**payload, now, handler); !greeted.has_value()) {
        phase_ = Phase::closed;
        return greeted;
      }
    } else {
      on_message(**payload, handler);
    }
  }
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
  return write(start);
}

void ClientSession::on_message(Bytes payload, ClientHandler& handler) {
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
  if (phase_ != Phase::starting) [[likely]]
    return;
  if (frame.id == ManagedAccounts::kInfo.id) has_accounts_ = true;
  if (frame.id == NextValidId::kInfo.id) next_valid_id_ = scratch_.next_valid_id.order_id;
  if (has_accounts_ && next_valid_id_) {
    phase_ = Phase::ready;
    deadline_.reset();
    handler.on_ready(*next_valid_id_);
  }
}

Result<void> ClientSession::check_time(MonoTime now) {
  if (!deadline_ || now < *deadline_) return {};
  const bool greeting = phase_ == Phase::handshake;
  phase_ = Phase::closed;
  deadline_.reset();
  return fail(
      Errc::unavailable,
      greeting ? "the port accepts connections but nothing answers the handshake: is TWS or IB Gateway logged in, and "
                 "its API enabled?"
               : "the gateway answers but does not start the API session: is the client id in use, or a dialog open?");
}

}  // namespace tradewind::tws
