#include "tradewind/core/tws/gateway_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace tradewind::tws {
namespace {

constexpr std::uint32_t kRequestSizeMax = 1 << 20;
constexpr std::string_view kPrefix{"API\0", 4};
constexpr std::size_t kHelloSizeMax = 512;  // version range and connect options
constexpr std::size_t kKeptMax = 8 << 20;   // bytes of requests that wait

struct VersionRange {
  int low = 0;
  int high = 0;
};

// "v100..225" or "v200", connect options after a blank.
std::optional<VersionRange> parse_versions(std::string_view text) {
  text = text.substr(0, text.find(' '));
  if (!text.starts_with('v')) return std::nullopt;
  text.remove_prefix(1);
  VersionRange range;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, range.low);
  if (error != std::errc{}) return std::nullopt;
  range.high = range.low;
  if (stop != end) {
    if (end - stop < 3 || stop[0] != '.' || stop[1] != '.') return std::nullopt;
    const auto high = std::from_chars(stop + 2, end, range.high);
    if (high.ec != std::errc{} || high.ptr != end) return std::nullopt;
  }
  if (range.low < 0 || range.low > range.high) return std::nullopt;
  return range;
}

}  // namespace

GatewaySession::GatewaySession(GatewayConfig config) : config_{std::move(config)}, reader_{kRequestSizeMax} {}

Result<void> GatewaySession::received(std::size_t count, GatewayHandler& handler) {
  reader_.commit(count);
  wire_.bytes_in += count;
  if (phase_ == Phase::hello) {
    auto greeted = on_hello();
    if (!greeted.has_value()) {
      phase_ = Phase::closed;
      return std::unexpected{std::move(greeted).error()};
    }
    if (!*greeted) return {};
  }
  return resume(handler);
}

Result<void> GatewaySession::resume(GatewayHandler& handler) {
  while (phase_ != Phase::closed && phase_ != Phase::hello) {
    const auto payload = reader_.peek();
    if (!payload.has_value()) {
      phase_ = Phase::closed;
      return std::unexpected{payload.error()};
    }
    if (!payload->has_value()) return {};
    const Bytes request = **payload;
    const auto admitted = admission(request, handler);
    if (admitted == GatewayHandler::Admission::later) {
      if (reader_.pending().size() <= kKeptMax) return {};
      phase_ = Phase::closed;
      return fail(Errc::out_of_range, fmt::format("more than {} bytes of requests wait for their turn", kKeptMax));
    }
    reader_.skip(4 + request.size());  // the bytes stay
    if (admitted == GatewayHandler::Admission::now) on_request(request, handler);
  }
  return {};
}

GatewayHandler::Admission GatewaySession::admission(Bytes payload, GatewayHandler& handler) const {
  if (phase_ != Phase::running) return GatewayHandler::Admission::now;
  const FrameView frame = parse_frame(payload, server_version_);
  return handler.admit(frame.fault == nullptr ? frame.id : 0);
}

// True when the client has greeted and the answer is queued; false when more bytes are needed.
Result<bool> GatewaySession::on_hello() {
  const std::string_view seen = as_text(reader_.pending());
  const std::size_t checked = std::min(seen.size(), kPrefix.size());
  if (seen.substr(0, checked) != kPrefix.substr(0, checked)) {
    return fail(Errc::malformed, "the client does not greet as a TWS API client (\"API\", then its versions)");
  }
  if (seen.size() < kPrefix.size() + 4) return false;
  const std::uint32_t size = load_be32(reader_.pending().data() + kPrefix.size());
  if (size == 0 || size > kHelloSizeMax)
    return fail(Errc::malformed, fmt::format("a greeting of {} bytes is not accepted", size));
  if (seen.size() < kPrefix.size() + 4 + size) return false;
  const std::string_view text = seen.substr(kPrefix.size() + 4, size);
  const auto versions = parse_versions(text);
  if (!versions) {
    return fail(Errc::malformed,
                fmt::format("the client's versions '{}' are not of the form v100..200", text.substr(0, 32)));
  }
  if (versions->high < config_.min_client_version || versions->low > config_.version) {
    return fail(Errc::unsupported,
                fmt::format("the client speaks versions {} to {}; this gateway speaks {} to {}", versions->low,
                            versions->high, config_.min_client_version, config_.version));
  }
  server_version_ = std::min(versions->high, config_.version);
  if (const std::size_t blank = text.find(' '); blank != std::string_view::npos)
    connect_options_ = text.substr(blank + 1);
  reader_.skip(kPrefix.size() + 4 + size);
  const std::string answer = fmt::format("{}{}{}{}", server_version_, '\0', config_.connection_time, '\0');
  store_be32(output_.prepare(4), static_cast<std::uint32_t>(answer.size()));
  output_.commit(4);
  output_.append(as_bytes(answer));
  wire_.bytes_out += 4 + answer.size();
  ++wire_.messages_out;
  phase_ = Phase::starting;
  return true;
}

void GatewaySession::on_request(Bytes payload, GatewayHandler& handler) {
  ++wire_.messages_in;
  const FrameView frame = parse_frame(payload, server_version_);
  if (frame.fault != nullptr) {
    handler.on_unreadable(0, {"frame", "", 0, frame.fault});
    return;
  }
  const bool starts = phase_ == Phase::starting;
  if (starts) {
    if (frame.id != StartApiRequest::kInfo.id) return;
    phase_ = Phase::running;
  }
  bool unknown = false;
  const DecodeFault fault = dispatch(frame, server_version_, scratch_, handler, counters_, &unknown);
  if (fault.failed()) {
    if (starts) phase_ = Phase::starting;  // nobody knows yet who the client is
    handler.on_unreadable(frame.id, fault);
  } else if (unknown) {
    handler.on_unknown(frame.id, frame.body);
  }
}

}  // namespace tradewind::tws
