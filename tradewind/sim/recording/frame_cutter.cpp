#include "tradewind/sim/recording/frame_cutter.hpp"

#include "tradewind/sim/recording/scrubbed_stream.hpp"

#include <algorithm>
#include <charconv>

namespace tradewind::sim::recording {

void FrameCutter::add(const tws::WireEntry& entry) {
  using Kind = tws::WireEntry::Kind;
  switch (entry.kind) {
    case Kind::begin:
      return;
    case Kind::opened:
      open_.insert_or_assign(entry.connection, Connection{});
      return;
    case Kind::closed:
      open_.erase(entry.connection);
      return;
    case Kind::dropped:
      ++missing_;
      // After a hole nobody knows where frames begin.
      if (!as_text(entry.data).starts_with(kWithheld)) open_.clear();
      return;
    case Kind::sent:
    case Kind::received:
      if (const auto found = open_.find(entry.connection); found != open_.end()) cut(found->second, entry);
      return;
  }
}

void FrameCutter::cut(Connection& connection, const tws::WireEntry& entry) {
  const bool from_client = entry.kind == tws::WireEntry::Kind::sent;
  Side& side = from_client ? connection.client : connection.gateway;
  Bytes data = entry.data;
  if (from_client) {
    const std::size_t skipped = std::min(connection.prefix_left, data.size());
    connection.prefix_left -= skipped;
    data = data.subspan(skipped);
  }
  side.bytes.append(data);
  for (;;) {
    const Bytes waiting = side.bytes.contents();
    if (waiting.size() < 4) return;
    const std::size_t size = load_be32(waiting.data());
    if (size == 0 || waiting.size() - 4 < size) return;
    const Bytes payload = waiting.subspan(4, size);
    const bool is_greeting = side.frames++ == 0;
    if (is_greeting && !from_client) {
      const std::string_view text = as_text(payload);
      std::from_chars(text.data(), text.data() + text.size(), connection.version);
    }
    take_({entry.connection, from_client, is_greeting, entry.time, connection.version, payload});
    side.bytes.consume(4 + size);  // moves an offset; the bytes stay until the next append
  }
}

}  // namespace tradewind::sim::recording
