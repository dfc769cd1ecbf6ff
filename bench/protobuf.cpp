// Reading protobuf messages, against libprotobuf on the same bytes; goal P6. Ours ends with exact numbers at a virtual
// handler, libprotobuf's with its own object, used again for every message.

#include "bench/bench.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"

#include <gateway.pb.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

using namespace tradewind;

constexpr int kTextVersion = 176;  // of the corpus
constexpr int kServerVersion = 226;

struct Body {
  std::size_t at;
  std::size_t size;
};

// Writes each message of a text stream again, as protobuf.
struct Rewriter final : tws::IncomingHandler {
  ByteQueue out;

  void on_tick_price(const tws::TickPrice& m) override { write(m); }
  void on_order_status(const tws::OrderStatus& m) override { write(m); }
  void on_open_order(const tws::OpenOrder& m) override { write(m); }
  template <class Message>
  void write(const Message& message) {
    if (!encode(message, kServerVersion, out).has_value()) std::abort();
  }
};

struct Totals {
  std::size_t messages = 0;
  std::size_t characters = 0;
  std::int64_t prices = 0;  // in raw units
  double reals = 0;

  [[nodiscard]] double numbers() const {
    return reals + static_cast<double>(prices) / static_cast<double>(Price::kScale);
  }
};

// Adds up what it is given, each number in the form in which it comes.
struct Reader final : tws::IncomingHandler {
  Totals total;

  void on_tick_price(const tws::TickPrice& m) override {
    ++total.messages;
    total.prices += m.price.raw();
    total.reals += m.req_id;
  }
  void on_order_status(const tws::OrderStatus& m) override {
    ++total.messages;
    total.reals += m.avg_fill_price + static_cast<double>(m.perm_id);
    total.characters += m.status.size();
  }
  void on_open_order(const tws::OpenOrder& m) override {
    ++total.messages;
    total.prices += m.order.lmt_price.value_or(Price::zero()).raw();
    total.reals += m.order_id;
    total.characters += m.order.order_ref.size() + m.contract.symbol.size() + m.order_state.status.size();
  }
};

void read(const gateway::TickPrice& m, Totals& total) {
  ++total.messages;
  total.reals += m.price() + m.reqid();
}
void read(const gateway::OrderStatus& m, Totals& total) {
  ++total.messages;
  total.reals += m.avgfillprice() + static_cast<double>(m.permid());
  total.characters += m.status().size();
}
void read(const gateway::OpenOrder& m, Totals& total) {
  ++total.messages;
  total.reals += m.order().lmtprice() + m.orderid();
  total.characters += m.order().orderref().size() + m.contract().symbol().size() + m.orderstate().status().size();
}

template <class Theirs>
bool compare(const char* kind, int id) {
  std::ifstream file{std::string{TW_CORPUS} + "/" + kind + ".bin", std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  tws::FrameReader stream{tws::kFrameSizeMax};
  stream.feed(as_bytes(text));
  tws::IncomingMessages scratch;
  tws::DecodeCounters counters;
  Rewriter rewriter;
  std::vector<Body> bodies;
  for (auto payload = stream.next(); payload.has_value() && payload->has_value(); payload = stream.next()) {
    const std::size_t before = rewriter.out.size();
    if (dispatch(tws::parse_frame(**payload, kTextVersion), kTextVersion, scratch, rewriter, counters).failed())
      std::abort();
    bodies.push_back({before + 8, rewriter.out.size() - before - 8});  // behind the length and the id
  }
  const Bytes all = rewriter.out.contents();

  Reader ours_read;
  tws::IncomingHandler* volatile handler = &ours_read;
  const auto ours = [&] {
    ours_read.total = {};
    tws::IncomingHandler& to = *handler;
    for (const Body& body : bodies) {
      const tws::FrameView frame{.id = id, .is_protobuf = true, .body = all.subspan(body.at, body.size)};
      if (dispatch(frame, kServerVersion, scratch, to, counters).failed()) std::abort();
    }
  };
  Totals theirs_read;
  Theirs object;
  const auto theirs = [&] {
    theirs_read = {};
    for (const Body& body : bodies) {
      if (!object.ParseFromArray(all.data() + body.at, static_cast<int>(body.size))) std::abort();
      read(object, theirs_read);
    }
  };
  ours();
  theirs();
  const Totals& total = ours_read.total;
  if (bodies.empty() || total.messages != bodies.size() || total.characters != theirs_read.characters ||
      std::fabs(total.numbers() - theirs_read.numbers()) > 1e-9 * std::fabs(theirs_read.numbers())) {
    std::fprintf(stderr, "%s: ours and libprotobuf's values differ\n", kind);
    return false;
  }
  const auto count = static_cast<double>(bodies.size());
  if (bench::counts_instructions()) {
    bench::tw_counted(ours);
    std::printf("counted protobuf %s %zu\n", kind, bodies.size());
    return true;
  }
  const auto pair = bench::timed_in_turn(theirs, ours);
  std::printf("protobuf %-13s (%.0f bytes)  libprotobuf %7.1f ns  ours %6.1f ns  libprotobuf/ours %5.2f\n", kind,
              static_cast<double>(all.size()) / count - 8, pair.first_ns / count, pair.second_ns / count, pair.ratio);
  return true;
}

}  // namespace

// Arguments: the kinds to measure; none means all.
int main(int argc, char** argv) {
  std::vector<std::string> kinds(argv + 1, argv + argc);
  if (kinds.empty()) kinds = {"tick_price", "order_status", "open_order"};
  for (const std::string& kind : kinds) {
    bool same = false;
    if (kind == "tick_price") same = compare<gateway::TickPrice>(kind.c_str(), tws::TickPrice::kInfo.id);
    if (kind == "order_status") same = compare<gateway::OrderStatus>(kind.c_str(), tws::OrderStatus::kInfo.id);
    if (kind == "open_order") same = compare<gateway::OpenOrder>(kind.c_str(), tws::OpenOrder::kInfo.id);
    if (!same) return 1;
  }
}
