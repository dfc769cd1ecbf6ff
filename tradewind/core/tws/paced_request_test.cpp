#include "tradewind/core/tws/paced_request.hpp"

#include <gtest/gtest.h>

namespace tradewind::tws {
namespace {

HistoricalDataRequest bars() {
  HistoricalDataRequest message;
  message.req_id = 7;
  message.contract = {.con_id = 265598, .symbol = "AAPL", .sec_type = "STK", .exchange = "SMART", .currency = "USD"};
  message.duration = "1800 S";
  message.bar_size_setting = "5 secs";
  message.what_to_show = "TRADES";
  message.use_rth = true;
  return message;
}

TEST(PacedRequest, OrdersAndCancelsHaveLanesOfTheirOwn) {
  PlaceOrderRequest place;
  place.order_id = 12;
  EXPECT_EQ(paced(place, false).kind, PacedKind::new_order);
  EXPECT_EQ(paced(place, true).kind, PacedKind::modify_order);
  EXPECT_EQ(paced(place, true).id, 12);
  EXPECT_EQ(lane_of(paced(place, true)), Lane::order);
  EXPECT_EQ(lane_of(paced(ExerciseOptionsRequest{.order_id = 13})), Lane::order);
  EXPECT_EQ(lane_of(paced(CancelOrderRequest{.order_id = 12})), Lane::cancel);
  EXPECT_EQ(paced(CancelOrderRequest{.order_id = 12}).id, 12);
  EXPECT_EQ(lane_of(paced(GlobalCancelRequest{})), Lane::cancel);
}

TEST(PacedRequest, OtherMessagesAreQueriesOrCancelsOfRequests) {
  EXPECT_EQ(paced(CancelHistoricalData{.req_id = 7}).kind, PacedKind::cancel_request);
  EXPECT_EQ(paced(CancelMarketData{.req_id = 7}).id, 7);
  EXPECT_EQ(lane_of(paced(CancelMarketData{.req_id = 7})), Lane::query) << "only cancels of orders go first";
  EXPECT_EQ(paced(PositionsRequest{}).kind, PacedKind::query);
  EXPECT_EQ(paced(PositionsRequest{}).id, -1);
  EXPECT_EQ(paced(CancelPositions{}).kind, PacedKind::query) << "it has no id";
  EXPECT_EQ(paced(ContractDataRequest{.req_id = 9}).id, 9);
}

TEST(PacedRequest, SubscriptionsCountAgainstTheirOwnLimits) {
  EXPECT_EQ(paced(MarketDataRequest{.req_id = 1}).kind, PacedKind::market_data);
  EXPECT_EQ(paced(MarketDataRequest{.req_id = 1, .regulatory_snapshot = true}).kind, PacedKind::regulatory_snapshot);
  EXPECT_EQ(paced(MarketDepthRequest{.req_id = 1}).kind, PacedKind::depth);
  EXPECT_EQ(paced(TickByTickRequest{.req_id = 1}).kind, PacedKind::tick_by_tick);
  EXPECT_EQ(paced(RealTimeBarsRequest{.req_id = 1}).kind, PacedKind::real_time_bars);
  EXPECT_EQ(paced(AccountSummaryRequest{.req_id = 1}).kind, PacedKind::account_summary);
  EXPECT_EQ(paced(ScannerSubscriptionRequest{.req_id = 1}).kind, PacedKind::scanner);
  EXPECT_EQ(paced(MatchingSymbolsRequest{.req_id = 1}).kind, PacedKind::symbol_search);
}

TEST(PacedRequest, SmallBarsAreThoseOfThirtySecondsAndLess) {
  HistoricalDataRequest message = bars();
  for (const char* const size : {"1 secs", "5 secs", "10 secs", "15 secs", "30 secs"}) {
    message.bar_size_setting = size;
    EXPECT_TRUE(paced(message).small_bars) << size;
  }
  for (const char* const size : {"1 min", "2 mins", "30 mins", "1 hour", "8 hours", "1 day", "1 week", "1 month"}) {
    message.bar_size_setting = size;
    EXPECT_FALSE(paced(message).small_bars) << size;
  }
  EXPECT_EQ(lane_of(paced(message)), Lane::backfill);
  EXPECT_EQ(lane_of(paced(message, false)), Lane::query);
  EXPECT_TRUE(paced(HistoricalTicksRequest{.req_id = 1}).small_bars);
}

TEST(PacedRequest, BidAskCountsTwice) {
  HistoricalDataRequest message = bars();
  EXPECT_EQ(paced(message).weight, 1);
  message.what_to_show = "BID_ASK";
  EXPECT_EQ(paced(message).weight, 2);
}

TEST(PacedRequest, RequestsAreIdenticalWhenAllButTheIdIs) {
  const PacedRequest first = paced(bars());
  HistoricalDataRequest message = bars();
  message.req_id = 8;
  EXPECT_EQ(paced(message).identical, first.identical);
  message.contract.symbol = "";
  EXPECT_NE(paced(message).identical, first.identical);
  EXPECT_EQ(paced(message).series, first.series) << "contract id and exchange say which contract it is";
  for (const auto change : {+[](HistoricalDataRequest& m) { m.end_date_time = "20131007-13:30:00"; },
                            +[](HistoricalDataRequest& m) { m.duration = "3600 S"; },
                            +[](HistoricalDataRequest& m) { m.bar_size_setting = "10 secs"; },
                            +[](HistoricalDataRequest& m) { m.use_rth = false; }}) {
    message = bars();
    change(message);
    EXPECT_NE(paced(message).identical, first.identical);
    EXPECT_EQ(paced(message).series, first.series);
  }
  for (const auto change : {+[](HistoricalDataRequest& m) { m.contract.con_id = 8314; },
                            +[](HistoricalDataRequest& m) { m.contract.exchange = "NYSE"; },
                            +[](HistoricalDataRequest& m) { m.what_to_show = "MIDPOINT"; }}) {
    message = bars();
    change(message);
    EXPECT_NE(paced(message).series, first.series);
  }
}

TEST(PacedRequest, AContractWithoutAnIdIsAllItsFields) {
  TickByTickRequest message{.req_id = 1, .contract = {.symbol = "ES", .sec_type = "FUT", .exchange = "CME"}};
  message.contract.last_trade_date_or_contract_month = "202612";
  const std::uint64_t december = paced(message).instrument;
  message.tick_type = "BidAsk";
  EXPECT_EQ(paced(message).instrument, december);
  message.contract.last_trade_date_or_contract_month = "202703";
  EXPECT_NE(paced(message).instrument, december);
}

}  // namespace
}  // namespace tradewind::tws
