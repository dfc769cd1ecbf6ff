#include "tradewind/sim/recording/recorded_market.hpp"

#include "tradewind/core/tws/codec.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tradewind::sim::recording {
namespace {

using namespace std::string_literals;
using Kind = tws::WireEntry::Kind;

constexpr int kVersion = 226;
constexpr std::int64_t kSecond = 1'000'000'000;

struct Session {
  RecordedMarket market;
  Timestamp time = Timestamp::from_ns(100 * kSecond);

  Session() {
    add(Kind::opened, "");
    add(Kind::received, framed("226\0now\0"s));
    add(Kind::sent, "API\0"s + framed("v176..226"));
  }
  static std::string framed(std::string_view payload) {
    std::byte size[4];
    store_be32(size, static_cast<std::uint32_t>(payload.size()));
    return std::string{as_text(size)}.append(payload);
  }
  void add(Kind kind, std::string_view data) { market.add({kind, {time, {}}, 1, as_bytes(data)}); }
  template <class Message>
  void say(const Message& message) {
    ByteQueue out;
    ASSERT_TRUE(encode(message, kVersion, out).has_value());
    const bool from_client = Message::kInfo.direction == tws::Direction::client_to_gateway;
    add(from_client ? Kind::sent : Kind::received, as_text(out.contents()));
  }
  void ask(std::int32_t request, std::string_view symbol, std::string_view type = "STK") {
    tws::MarketDataRequest message;
    message.req_id = request;
    message.contract.symbol = symbol;
    message.contract.sec_type = type;
    say(message);
  }
  void price(std::int32_t request, int type, std::int64_t price, std::int64_t size) {
    tws::TickPrice tick;
    tick.req_id = request;
    tick.tick_type = type;
    tick.price = Price::of(price);
    tick.size = Quantity::of(size);
    say(tick);
  }
  void size(std::int32_t request, int type, std::int64_t size) {
    tws::TickSize tick;
    tick.req_id = request;
    tick.tick_type = type;
    tick.size = Quantity::of(size);
    say(tick);
  }
  void at(std::int64_t milliseconds) { time = Timestamp::from_ns(100 * kSecond + milliseconds * 1'000'000); }
};

TEST(RecordedMarket, PrintsAndQuotesOfALineBecomeBarsOfASecond) {
  Session session;
  session.ask(1, "AAPL");
  session.at(100);
  session.price(1, 1, 99, 3);
  session.price(1, 2, 101, 4);
  session.price(1, 4, 100, 10);
  session.size(1, 5, 10);  // of the price before
  session.at(300);
  session.size(1, 5, 7);  // another print at that price
  session.at(900);
  session.price(1, 4, 102, 5);
  session.at(2'500);
  session.price(1, 4, 98, 1);
  session.size(1, 0, 9);
  const auto all = session.market.take();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].symbol, "AAPL");
  const auto& trades = all[0].history.trades;
  ASSERT_EQ(trades.size(), 2U);
  const model::Bar first{.start = Timestamp::from_ns(100 * kSecond),
                         .length = RecordedMarket::kLength,
                         .open = Price::of(100),
                         .high = Price::of(102),
                         .low = Price::of(100),
                         .close = Price::of(102),
                         .volume = Quantity::of(22),
                         .trade_count = 3};
  EXPECT_EQ(trades[0], first);
  EXPECT_EQ(trades[1].start, Timestamp::from_ns(102 * kSecond));
  const auto& quotes = all[0].history.quotes;
  ASSERT_EQ(quotes.size(), 2U);
  EXPECT_EQ(quotes[0].open.bid, Price::of(99));
  EXPECT_EQ(quotes[0].open.ask, std::nullopt);
  EXPECT_EQ(quotes[0].close.ask, Price::of(101));
  EXPECT_EQ(quotes[1].close.bid_size, Quantity::of(9));
}

TEST(RecordedMarket, TickByTickDataGoBeforeThoseOfALine) {
  Session session;
  session.ask(1, "AAPL");
  tws::TickByTickRequest request;
  request.req_id = 2;
  request.contract.symbol = "AAPL";
  request.contract.sec_type = "STK";
  request.tick_type = "AllLast";
  session.say(request);
  session.price(1, 4, 100, 10);
  tws::TickByTickData tick;
  tick.req_id = 2;
  tick.tick_type = 2;
  tick.last.price = Price::of(105);
  tick.last.size = Quantity::of(3);
  session.say(tick);
  const auto all = session.market.take();
  ASSERT_EQ(all.size(), 1U);
  ASSERT_EQ(all[0].history.trades.size(), 1U);
  EXPECT_EQ(all[0].history.trades[0].close, Price::of(105));
  EXPECT_EQ(all[0].history.trades[0].volume, Quantity::of(3));
}

TEST(RecordedMarket, OnlyStocksAreTakenAndEachRequestIsItsOwn) {
  Session session;
  session.ask(1, "MSFT");
  session.ask(2, "ES", "FUT");
  session.ask(3, "AAPL");
  session.price(3, 4, 50, 1);
  session.price(2, 4, 60, 1);
  session.price(1, 4, 70, 1);
  session.price(9, 4, 80, 1);
  const auto all = session.market.take();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].symbol, "AAPL");
  EXPECT_EQ(all[0].history.trades[0].close, Price::of(50));
  EXPECT_EQ(all[1].symbol, "MSFT");
  EXPECT_EQ(all[1].history.trades[0].close, Price::of(70));
}

}  // namespace
}  // namespace tradewind::sim::recording
