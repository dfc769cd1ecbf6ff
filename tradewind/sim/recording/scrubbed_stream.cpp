#include "tradewind/sim/recording/scrubbed_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace tradewind::sim::recording {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPrefix = "API\0"sv;  // of what a client says

}  // namespace

ScrubbedStream::ScrubbedStream(Scrubbing& scrubbing, std::uint32_t connection,
                               std::function<void(const tws::WireEntry&)> write)
    : scrubbing_{scrubbing}, connection_{connection}, write_{std::move(write)} {}

void ScrubbedStream::write(tws::WireEntry::Kind kind, Bytes data, Now now) { write_({kind, now, connection_, data}); }

void ScrubbedStream::opened(Now now) { write(tws::WireEntry::Kind::opened, {}, now); }

void ScrubbedStream::closed(std::string_view reason, Now now) {
  for (const Side* side : {&client_, &gateway_}) {
    const std::size_t rest = side->reader.pending().size();
    if (rest > 0) withheld(*side, rest, "the connection ended within a frame", now);
    if (!side->broken.empty() && !scrubbing_.keeps_accounts) withheld(*side, side->unframed, side->broken, now);
  }
  write(tws::WireEntry::Kind::closed, as_bytes(reason), now);
}

void ScrubbedStream::take(Side& side, Bytes bytes, Now now) {
  if (!side.broken.empty()) return keep_unframed(side, bytes, now);
  side.reader.feed(bytes);
  if (side.is_client && !side.greeted) {
    const std::string_view begun = as_text(side.reader.pending()).substr(0, kPrefix.size());
    if (begun != kPrefix.substr(0, begun.size())) return breaks(side, "it does not begin as a client does", now);
    if (begun.size() < kPrefix.size()) return;
    side.reader.skip(kPrefix.size());
    side.greeted = true;
  }
  for (;;) {
    const auto payload = side.reader.next();
    if (!payload.has_value()) return breaks(side, "what follows has no length of a frame", now);
    if (!payload->has_value()) return;
    frame(side, **payload, now);
    if (!side.broken.empty()) return;
  }
}

void ScrubbedStream::frame(Side& side, Bytes payload, Now now) {
  const bool is_first = side.frames++ == 0;
  const auto cleaned = clean(side, payload);
  if (!cleaned.has_value()) {
    ++scrubbing_.withheld_frames;
    withheld(side, payload.size() + 4, cleaned.error().detail, now);
    // Without the greeting nothing that follows can be read.
    if (is_first) breaks(side, cleaned.error().detail, now);
    return;
  }
  entry_.clear();
  if (side.is_client && is_first) entry_.append(as_bytes(kPrefix));
  store_be32(entry_.prepare(4), static_cast<std::uint32_t>(cleaned->size()));
  entry_.commit(4);
  entry_.append(*cleaned);
  ++scrubbing_.frames;
  write(side.is_client ? tws::WireEntry::Kind::sent : tws::WireEntry::Kind::received, entry_.contents(), now);
}

// The greeting of each side is no message; every later frame is one.
Result<Bytes> ScrubbedStream::clean(Side& side, Bytes payload) {
  const std::string_view text = as_text(payload);
  if (side.frames == 1 && side.is_client) {
    if (!text.starts_with('v') && !scrubbing_.keeps_accounts) return fail(Errc::malformed, "it is no greeting");
    return payload;
  }
  if (side.frames == 1) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version_);
    const bool is_greeting = error == std::errc{} && end != text.data() + text.size() && *end == '\0' && version_ > 0;
    if (!is_greeting && !scrubbing_.keeps_accounts) return fail(Errc::malformed, "it is no greeting");
    return payload;
  }
  if (scrubbing_.keeps_accounts) return payload;
  if (version_ == 0) return fail(Errc::malformed, "it came before the gateway's greeting");
  return scrubbing_.scrubber.scrub(side.is_client, payload, version_);
}

// From here on the stream has no frames that could be found. It goes on all the same, and is counted.
void ScrubbedStream::breaks(Side& side, std::string why, Now now) {
  side.broken = std::move(why);
  const Bytes rest = side.reader.pending();
  keep_unframed(side, rest, now);
  side.reader.clear();
}

void ScrubbedStream::keep_unframed(Side& side, Bytes bytes, Now now) {
  if (!scrubbing_.keeps_accounts) {
    side.unframed += bytes.size();
    return;
  }
  if (side.unframed == 0) {
    const std::string what =
        fmt::format("{}: no frames from here on: {}", side.is_client ? "sent" : "received", side.broken);
    write(tws::WireEntry::Kind::dropped, as_bytes(what), now);
    side.unframed = 1;
  }
  write(side.is_client ? tws::WireEntry::Kind::sent : tws::WireEntry::Kind::received, bytes, now);
}

void ScrubbedStream::withheld(const Side& side, std::uint64_t bytes, std::string_view why, Now now) {
  scrubbing_.withheld_bytes += bytes;
  const std::string what =
      fmt::format("{}{} {} bytes: {}", kWithheld, side.is_client ? "sent" : "received", bytes, why);
  write(tws::WireEntry::Kind::dropped, as_bytes(what), now);
}

}  // namespace tradewind::sim::recording
