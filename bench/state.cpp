// From received bytes to state: framing, decoding, translation, the engine's market view and a strategy that looks on; and
// decoding alone. Goal P4, which compares both with ib_async on the same stream: peers.py runs this and that in turn. Then
// how the time a message grows with the backlog that is there at once.

#include "bench/bench.hpp"
#include "bench/rig.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace tradewind;
using bench::now_ns;
using bench::Rig;

constexpr int kServerVersion = 176;  // of the corpus
constexpr std::int32_t kFirstLine = 1000;  // the request ids of its ticks
constexpr std::size_t kPiece = 65'536;  // bytes that come at once

std::vector<model::InstrumentSpec> eight_stocks() {
  std::vector<model::InstrumentSpec> specs;
  for (const char* symbol : {"AAPL", "MSFT", "SPY", "TSLA", "NVDA", "QQQ", "AMZN", "META"})
    specs.push_back(bench::stock(symbol));
  return specs;
}

std::string corpus(const std::string& kind) {
  std::ifstream file{std::string{TW_CORPUS} + "/" + kind + ".bin", std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  if (bytes.empty()) {
    std::fprintf(stderr, "%s: no such stream\n", kind.c_str());
    std::exit(2);
  }
  return bytes;
}

// The stream with the request ids by which our engine has subscribed; the other messages as they are.
struct Renumbered final : tws::IncomingHandler {
  std::vector<std::int32_t> lines;
  ByteQueue out;
  std::size_t messages = 0;
  bool written = false;

  Renumbered(const std::string& text, const Rig& rig) {
    for (const auto& [line, symbol] : rig.gateway.lines) lines.push_back(line);
    tws::FrameReader stream{tws::kFrameSizeMax};
    stream.feed(as_bytes(text));
    tws::IncomingMessages scratch;
    tws::DecodeCounters counters;
    for (auto payload = stream.next(); payload.has_value() && payload->has_value(); payload = stream.next()) {
      written = false;
      if (dispatch(tws::parse_frame(**payload, kServerVersion), kServerVersion, scratch, *this, counters).failed())
        std::abort();
      ++messages;
      if (written) continue;
      store_be32(out.prepare(4), static_cast<std::uint32_t>((*payload)->size()));
      out.commit(4);
      out.append(**payload);
    }
  }
  template <class Tick>
  void write(Tick tick) {
    tick.req_id = lines[static_cast<std::size_t>(tick.req_id - kFirstLine) % lines.size()];
    if (!encode(tick, kServerVersion, out).has_value()) std::abort();
    written = true;
  }
  void on_tick_price(const tws::TickPrice& m) override { write(m); }
  void on_tick_size(const tws::TickSize& m) override { write(m); }
};

void receive_all(Rig& rig, std::string_view stream) {
  while (!stream.empty()) {
    rig.receive(stream.substr(0, kPiece));
    rig.commit();
    stream.remove_prefix(std::min(kPiece, stream.size()));
  }
}

// The stream as the engine of a rig knows it; all rigs give the same request ids.
std::string renumbered(const std::string& kind, std::size_t& messages) {
  const Rig rig{kServerVersion, {.specs = eight_stocks()}};
  const Renumbered stream{corpus(kind), rig};
  messages = stream.messages;
  return std::string{as_text(stream.out.contents())};
}

void to_state(const std::string& kind) {
  std::size_t messages = 0;
  const std::string bytes = renumbered(kind, messages);
  std::vector<double> times;
  std::uint64_t quotes = 0;
  for (int round = 0; round < 15; ++round) {
    Rig rig{kServerVersion, {.specs = eight_stocks()}};  // orders and fills are new to it each time
    const std::uint64_t before = rig.trigger->quotes;
    const std::int64_t begin = now_ns();
    receive_all(rig, bytes);
    times.push_back(static_cast<double>(now_ns() - begin) / static_cast<double>(messages));
    quotes = rig.trigger->quotes - before;
  }
  if (quotes == 0) std::abort();
  std::printf("bytes to state %-10s %7.1f ns a message (%zu messages, of which the strategy saw %llu as quotes)\n",
              kind.c_str(), bench::median(times), messages, static_cast<unsigned long long>(quotes));
}

struct Counting final : tws::IncomingHandler {
  std::int64_t sum = 0;
  void on_tick_price(const tws::TickPrice& m) override { sum += m.price.raw(); }
  void on_tick_size(const tws::TickSize& m) override { sum += m.req_id; }
  void on_tick_by_tick_data(const tws::TickByTickData& m) override { sum += m.tick_type; }
  void on_order_status(const tws::OrderStatus& m) override { sum += m.filled.raw(); }
};

void decoding(const std::string& kind) {
  const std::string text = corpus(kind);
  ByteQueue bytes;
  bytes.append(as_bytes(text));
  std::vector<Bytes> payloads;
  for (Bytes rest = bytes.contents(); !rest.empty();) {
    const std::size_t size = load_be32(rest.data());
    payloads.push_back(rest.subspan(4, size));
    rest = rest.subspan(4 + size);
  }
  tws::IncomingMessages scratch;
  tws::DecodeCounters counters;
  Counting counting;
  tws::IncomingHandler* volatile handler = &counting;
  std::vector<double> times;
  for (int round = 0; round < 5; ++round) {
    times.push_back(bench::pass_ns([&] {
      tws::IncomingHandler& to = *handler;
      for (const Bytes payload : payloads) {
        if (dispatch(tws::parse_frame(payload, kServerVersion), kServerVersion, scratch, to, counters).failed())
          std::abort();
      }
    }));
  }
  std::printf("decode %-18s %7.1f ns a message\n", kind.c_str(),
              bench::median(times) / static_cast<double>(payloads.size()));
}

void backlogs() {
  std::size_t messages = 0;
  const std::string ticks = renumbered("tick_price", messages);
  double first = 0;
  for (const std::size_t size : {std::size_t{4} << 10, std::size_t{64} << 10, std::size_t{1} << 20,
                                 std::size_t{16} << 20, std::size_t{64} << 20}) {
    // Whole messages of about this many bytes.
    std::string backlog;
    std::size_t count = 0;
    for (std::size_t at = 0; backlog.size() < size;) {
      const std::size_t frame = 4 + load_be32(as_bytes(ticks).subspan(at).data());
      backlog.append(ticks, at, frame);
      ++count;
      at += frame;
      if (at >= ticks.size()) at = 0;
    }
    Rig rig{kServerVersion, {.specs = eight_stocks()}};
    std::vector<double> times;
    const auto passes = static_cast<int>(std::max<std::size_t>(1, (std::size_t{4} << 20) / size));
    for (int round = 0; round < 7; ++round) {
      std::int64_t taken = 0;
      for (int pass = 0; pass < passes; ++pass) {
        rig.fill(backlog);
        const std::int64_t begin = now_ns();
        rig.handle(backlog.size());
        rig.commit();
        taken += now_ns() - begin;
      }
      times.push_back(static_cast<double>(taken) / static_cast<double>(passes) / static_cast<double>(count));
    }
    const double ns = bench::median(times);
    if (first == 0) first = ns;
    std::printf("backlog of %8zu KiB at once: %6.1f ns a message, %.2f of that at 4 KiB\n", size >> 10, ns, ns / first);
  }
}

}  // namespace

// Arguments: streams to measure; none means mixed, tick_price and the backlogs.
int main(int argc, char** argv) {
  std::vector<std::string> kinds(argv + 1, argv + argc);
  const bool all = kinds.empty();
  if (all) kinds = {"mixed", "tick_price"};
  for (const std::string& kind : kinds) {
    decoding(kind);
    to_state(kind);
  }
  if (all) backlogs();
}
