// Decoding and encoding the TWS text protocol, against the yardstick in the same run; goals P1, P2, P3, P5.

#include "bench/bench.hpp"
#include "bench/yardstick/plain.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace tws = tradewind::tws;
using tradewind::Price;
using tradewind::Quantity;

constexpr int kServerVersion = 176;  // of the corpus

// Reads what it is given, as the yardstick's own sink does.
struct Reader final : tws::IncomingHandler {
  std::uint64_t messages = 0;
  std::int64_t prices = 0;
  std::int64_t numbers = 0;
  std::uint64_t characters = 0;

  static std::int64_t raw(const std::optional<Quantity>& size) { return size ? size->raw() : 0; }
  static std::int64_t raw(const std::optional<Price>& price) { return price ? price->raw() : 0; }

  void on_tick_price(const tws::TickPrice& m) override {
    ++messages;
    prices += m.price.raw();
    numbers += m.req_id + raw(m.size);
  }
  void on_tick_size(const tws::TickSize& m) override {
    ++messages;
    numbers += m.req_id + raw(m.size);
  }
  void on_tick_by_tick_data(const tws::TickByTickData& m) override {
    ++messages;
    if (m.tick_type == 3) {
      prices += m.bid_ask.price_ask.raw() - m.bid_ask.price_bid.raw();
      numbers += raw(m.bid_ask.size_bid) + raw(m.bid_ask.size_ask) + m.bid_ask.time;
    } else {
      prices += m.last.price.raw();
      numbers += raw(m.last.size) + m.last.time;
      characters += m.last.exchange.size() + m.last.special_conditions.size();
    }
  }
  void on_market_depth_l2(const tws::MarketDepthL2& m) override {
    ++messages;
    prices += m.market_depth_data.price.raw();
    numbers += raw(m.market_depth_data.size);
    characters += m.market_depth_data.market_maker.size();
  }
  void on_real_time_bar_tick(const tws::RealTimeBarTick& m) override {
    ++messages;
    prices += m.open.raw() + m.high.raw() + m.low.raw() + m.close.raw() + raw(m.wap);
    numbers += raw(m.volume) + m.time;
  }
  void on_order_status(const tws::OrderStatus& m) override {
    ++messages;
    numbers += m.filled.raw() + m.remaining.raw() + m.perm_id;
    characters += m.status.size() + m.why_held.size();
  }
  void on_open_order(const tws::OpenOrder& m) override {
    ++messages;
    prices += raw(m.order.lmt_price);
    numbers += raw(m.order.total_quantity);
    characters += m.order.order_ref.size() + m.contract.symbol.size() + m.order_state.status.size();
  }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    ++messages;
    prices += m.execution.price.raw();
    numbers += m.execution.shares.raw();
    characters += m.execution.exec_id.size() + m.execution.time.size();
  }
  void on_position_data(const tws::PositionData& m) override {
    ++messages;
    numbers += m.position.raw();
    characters += m.account.size() + m.contract.symbol.size();
  }
  void on_historical_data(const tws::HistoricalData& m) override {
    ++messages;
    for (const tws::HistoricalBar& bar : m.bars) {
      prices += bar.close.raw();
      numbers += raw(bar.volume);
      characters += bar.date.size();
    }
  }
};

// V, the vendor's C++ client, in times of the yardstick; see bench/yardstick/README.md.
double vendor_factor(const std::string& kind) {
  if (kind == "hist_bars") return 1.30;
  return 1.18;
}

constexpr std::size_t kPadding = 64;  // readable bytes behind the stream, as behind received bytes

std::vector<char> read_stream(const std::string& kind) {
  std::ifstream file{std::string{TW_CORPUS} + "/" + kind + ".bin", std::ios::binary};
  std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
  if (bytes.empty()) {
    std::fprintf(stderr, "%s: no such stream\n", kind.c_str());
    std::exit(2);
  }
  bytes.insert(bytes.end(), kPadding, '\0');
  return bytes;
}

std::vector<tradewind::Bytes> payloads_of(tradewind::Bytes stream) {
  std::vector<tradewind::Bytes> found;
  while (!stream.empty()) {
    const std::size_t size = tradewind::load_be32(stream.data());
    found.push_back(stream.subspan(4, size));
    stream = stream.subspan(4 + size);
  }
  return found;
}

bool decode_kind(const std::string& kind) {
  const std::vector<char> bytes = read_stream(kind);
  const std::size_t end = bytes.size() - kPadding;
  const auto whole = payloads_of(tradewind::as_bytes({bytes.data(), end}));
  tws::IncomingMessages scratch;
  tws::DecodeCounters counters;
  Reader reader;
  tws::IncomingHandler* volatile handler = &reader;
  const auto ours = [&] {
    tws::IncomingHandler& to = *handler;
    for (const tradewind::Bytes payload : whole) {
      if (dispatch(tws::parse_frame(payload, kServerVersion), kServerVersion, scratch, to, counters).failed())
        std::abort();
    }
  };
  // From received bytes: what a session does, framing included.
  tws::FrameReader stream{tws::kFrameSizeMax};
  const auto from_bytes = [&] {
    tws::IncomingHandler& to = *handler;
    for (std::size_t at = 0; at < end;) {
      const std::size_t piece = std::min<std::size_t>(65'536, end - at);
      std::memcpy(stream.prepare(piece), bytes.data() + at, piece);
      stream.commit(piece);
      at += piece;
      for (auto payload = stream.next(); payload.has_value() && payload->has_value(); payload = stream.next()) {
        if (dispatch(tws::parse_frame(**payload, kServerVersion), kServerVersion, scratch, to, counters).failed())
          std::abort();
      }
    }
  };
  ours();
  if (reader.messages != whole.size() || counters.trailing_fields != 0 || counters.unknown_ids != 0) {
    std::fprintf(stderr, "%s: %llu of %zu messages decoded\n", kind.c_str(),
                 static_cast<unsigned long long>(reader.messages), whole.size());
    return false;
  }
  if (tradewind::bench::counts_instructions()) {
    tradewind::bench::tw_counted(ours);
    std::printf("counted decode %s %zu\n", kind.c_str(), whole.size());
    return true;
  }
  tradewind::bench::PlainDecoder yardstick{bytes.data(), end, kServerVersion};
  const auto plain = [&] { yardstick.pass(); };
  // Both have read the same prices, where both add the same ones up.
  plain();
  if (kind == "tick_price" || kind == "l2" || kind == "hist_bars" || kind == "exec_details") {
    const double sum = static_cast<double>(reader.prices) / 1e9;
    if (std::fabs(sum - yardstick.price_sum()) > 1e-6 * std::fabs(sum)) {
      std::fprintf(stderr, "%s: prices add up to %.6f here and to %.6f there\n", kind.c_str(), sum,
                   yardstick.price_sum());
      return false;
    }
  }
  const auto count = static_cast<double>(whole.size());
  const auto pair = tradewind::bench::timed_in_turn(plain, ours);
  const auto framed = tradewind::bench::timed_in_turn(plain, from_bytes);
  std::printf(
      "decode %-13s plain %8.1f ns  ours %7.1f ns  plain/ours %5.2f  V/ours %5.2f   with framing %7.1f ns, V/ours "
      "%5.2f\n",
      kind.c_str(), pair.first_ns / count, pair.second_ns / count, pair.ratio, pair.ratio * vendor_factor(kind),
      framed.second_ns / count, framed.ratio * vendor_factor(kind));
  return true;
}

tws::PlaceOrderRequest limit_order() {
  tws::PlaceOrderRequest request;
  request.order_id = 1;
  request.contract.con_id = 265598;
  request.contract.symbol = "AAPL";
  request.contract.sec_type = "STK";
  request.contract.exchange = "SMART";
  request.contract.currency = "USD";
  request.order.action = "BUY";
  request.order.total_quantity = Quantity::of(100);
  request.order.order_type = "LMT";
  request.order.lmt_price = Price::parse("189.5").value();
  request.order.tif = "DAY";
  request.order.account = "DU0000000";
  request.order.order_ref = "strat-01";
  return request;
}

void encode_orders() {
  const auto plain = [] { tradewind::bench::encode_plain_orders(1000); };
  tws::PlaceOrderRequest request = limit_order();
  tradewind::ByteQueue out;
  for (const int version : {176, 200, 226}) {
    std::size_t size = 0;
    const auto ours = [&] {
      for (int i = 0; i < 1000; ++i) {
        request.order_id = i;
        request.order.lmt_price = Price::from_raw(189'500'000'000 + (i & 63) * 10'000'000);
        out.clear();
        if (!encode(request, version, out).has_value()) std::abort();
        size = out.size();
      }
    };
    if (tradewind::bench::counts_instructions()) {
      ours();  // the queue has its size
      tradewind::bench::tw_counted(ours);
      std::printf("counted encode place_order %d\n", 1000);
      return;
    }
    const auto pair = tradewind::bench::timed_in_turn(plain, ours);
    std::printf("encode placeOrder at %d (%zu bytes)  plain %7.1f ns  ours %6.1f ns  plain/ours %5.2f  V/ours %5.2f\n",
                version, size, pair.first_ns / 1000, pair.second_ns / 1000, pair.ratio, pair.ratio * 2.33);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> kinds(argv + 1, argv + argc);
  if (kinds.empty())
    kinds = {"tick_price", "tick_size",    "tick_by_tick", "l2",        "realtime_bar", "order_status",
             "open_order", "exec_details", "position",     "hist_bars", "mixed",        "place_order"};
  for (const std::string& kind : kinds) {
    if (kind == "place_order") encode_orders();
    else if (!decode_kind(kind)) return 1;
  }
}
