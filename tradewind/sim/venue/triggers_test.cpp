#include "tradewind/sim/venue/triggers.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tradewind::sim::venue {
namespace {

using Lines = std::vector<std::string>;

Price price(std::string_view text) { return Price::parse(text).value(); }
Timestamp at(int second) { return from_civil_utc({2026, 11, 25, 14, 30, 0}) + std::chrono::seconds{second}; }

TriggerTicket ticket(int id, Side side, TriggerKind kind, std::string_view trigger_price = "") {
  TriggerTicket ticket;
  ticket.id = HeldOrderId{id};
  ticket.side = side;
  ticket.kind = kind;
  if (!trigger_price.empty()) ticket.price = price(trigger_price);
  return ticket;
}
TriggerTicket stop(int id, Side side, std::string_view stop_price) {
  return ticket(id, side, TriggerKind::stop, stop_price);
}
TriggerTicket touch(int id, Side side, std::string_view touched) {
  return ticket(id, side, TriggerKind::touch, touched);
}
TriggerTicket trail(int id, Side side, std::string_view amount, std::string_view begins = "") {
  TriggerTicket trail = ticket(id, side, TriggerKind::trail, begins);
  trail.trail_by.amount = price(amount);
  return trail;
}
TriggerTicket by(TriggerMethod method, TriggerTicket ticket) {
  ticket.method = method;
  return ticket;
}
// Waits for conditions alone.
TriggerTicket waiting(int id, std::vector<Condition> conditions) {
  TriggerTicket waits = ticket(id, Side::buy, TriggerKind::none);
  waits.limit = price("9.50");
  waits.conditions = std::move(conditions);
  return waits;
}
Condition last_above(std::string_view level, std::uint32_t symbol = 1, bool and_next = true) {
  return {.what = PriceCondition{.symbol = SymbolIndex{symbol}, .is_more = true, .price = price(level)},
          .and_next = and_next};
}

// Orders on symbol 0, which moves by cents; conditions may look at symbol 1, which moves as it likes.
class Desk {
 public:
  Lines add(const TriggerTicket& ticket, int second = 0) {
    std::vector<TriggerReport> reports;
    const auto added = book_.hold(ticket, at(second), reports);
    if (!added) return {added.error().detail};
    return lines(reports);
  }
  bool remove(int id) { return book_.remove(HeldOrderId{id}); }
  Lines quote(int second, std::string_view bid, std::string_view ask, std::uint32_t symbol = 0) {
    model::Quote quote{.bid_size = Quantity::of(1), .ask_size = Quantity::of(1)};
    if (!bid.empty()) quote.bid = price(bid);
    if (!ask.empty()) quote.ask = price(ask);
    return show({.time = at(second), .symbol = SymbolIndex{symbol}, .data = quote});
  }
  Lines trade(int second, std::string_view trade_price, std::uint32_t symbol = 0, std::int64_t size = 100) {
    return show({.time = at(second),
                 .symbol = SymbolIndex{symbol},
                 .data = model::Trade{.time = at(second), .price = price(trade_price), .size = Quantity::of(size)}});
  }
  Lines time(int second) {
    std::vector<TriggerReport> reports;
    book_.on_time(at(second), reports);
    return lines(reports);
  }
  Lines execution(int second, std::uint32_t symbol) {
    std::vector<TriggerReport> reports;
    book_.on_execution(SymbolIndex{symbol}, at(second), reports);
    return lines(reports);
  }
  Lines margin(int second, std::uint32_t account, std::int64_t percent_millionths) {
    std::vector<TriggerReport> reports;
    book_.on_margin(AccountIndex{account}, percent_millionths, at(second), reports);
    return lines(reports);
  }
  [[nodiscard]] std::string stop_of(int id) const {
    const auto stop = book_.stop_price(HeldOrderId{id});
    return stop ? stop->text() : "none";
  }
  TriggerBook& book() { return book_; }

 private:
  Lines show(const MarketEvent& event) {
    std::vector<TriggerReport> reports;
    book_.on_market(event, reports);
    return lines(reports);
  }
  static Lines lines(const std::vector<TriggerReport>& reports) {
    Lines lines;
    for (const TriggerReport& report : reports) {
      if (const auto* triggered = std::get_if<Triggered>(&report)) {
        lines.push_back(triggered->limit ? fmt::format("{}: limit {}", triggered->order, *triggered->limit)
                                         : fmt::format("{}: market", triggered->order));
      } else if (const auto* moved = std::get_if<StopMoved>(&report)) {
        lines.push_back(fmt::format("{}: {} {}{}", moved->order,
                                    moved->kind == TriggerKind::trail ? "trails at" : "stop", moved->stop,
                                    moved->limit ? fmt::format(", limit {}", *moved->limit) : ""));
      } else {
        lines.push_back(fmt::format("{}: cancel", std::get<ConditionsCancel>(report).order));
      }
    }
    return lines;
  }

  TriggerBook book_{{find_market_rule(kPennyRule), nullptr}};
};

TEST(Stops, BuyWhenThePriceRisesToThemAndSellWhenItFalls) {
  Desk desk;
  desk.add(stop(1, Side::buy, "10.05"));
  desk.add(stop(2, Side::sell, "9.95"));
  EXPECT_EQ(desk.trade(1, "10.04"), Lines{});
  EXPECT_EQ(desk.trade(2, "9.96"), Lines{});
  EXPECT_EQ(desk.trade(3, "10.05"), (Lines{"1: market"}));
  EXPECT_EQ(desk.trade(4, "9.90"), (Lines{"2: market"}));
  EXPECT_EQ(desk.book().held_count(), 0U);
}

TEST(Stops, IfTouchedGoTheOtherWay) {
  Desk desk;
  desk.add(touch(1, Side::buy, "9.95"));
  TriggerTicket limit_if_touched = touch(2, Side::sell, "10.05");
  limit_if_touched.limit = price("10.04");
  desk.add(limit_if_touched);
  EXPECT_EQ(desk.trade(1, "10"), Lines{});
  EXPECT_EQ(desk.trade(2, "9.95"), (Lines{"1: market"}));
  EXPECT_EQ(desk.trade(3, "10.06"), (Lines{"2: limit 10.04"}));
}

TEST(Stops, BecomeLimitOrdersWithTheirLimitOrSoFarBeyondTheirStop) {
  Desk desk;
  TriggerTicket stop_limit = stop(1, Side::buy, "10.05");
  stop_limit.limit = price("10.10");
  desk.add(stop_limit);
  TriggerTicket with_protection = stop(2, Side::sell, "9.95");
  with_protection.limit_offset = price("3");
  desk.add(with_protection);
  EXPECT_EQ(desk.trade(1, "10.07"), (Lines{"1: limit 10.1"}));
  EXPECT_EQ(desk.trade(2, "9.95"), (Lines{"2: limit 6.95"}));
}

TEST(Stops, LookOnlyAtDataStampedAfterTheirArrival) {
  Desk desk;
  desk.trade(4, "10.05");
  desk.add(by(TriggerMethod::double_last, stop(2, Side::buy, "10.05")), 5);
  desk.add(stop(1, Side::buy, "10.05"), 5);
  EXPECT_EQ(desk.trade(5, "10.05"), Lines{});  // at the same instant is not after
  EXPECT_EQ(desk.trade(6, "10.05"), (Lines{"1: market"}));
  EXPECT_EQ(desk.trade(7, "10.05"), (Lines{"2: market"}));  // not before: the one at its arrival does not count
}

// Every method against the same market: which event releases a buy stop at 10.05 and a sell stop at 9.95.
TEST(Stops, LookAtThePricesOfTheirMethod) {
  struct Case {
    TriggerMethod method;
    std::string_view rising;   // the step that triggers the buy stop
    std::string_view falling;  // the sell stop
  };
  const auto step = [](Desk& desk, std::size_t number, bool up) {
    const auto of = [&](std::string_view high, std::string_view low) { return up ? high : low; };
    const int second = static_cast<int>(number) + 1;
    switch (number) {
      case 0:
        return up ? desk.quote(second, "10.01", "10.07") : desk.quote(second, "9.93", "9.99");  // one side is there
      case 1:
        return up ? desk.quote(second, "10.04", "10.06") : desk.quote(second, "9.94", "9.96");  // the midpoint
      case 2:
        return up ? desk.quote(second, "10.05", "10.06") : desk.quote(second, "9.94", "9.95");  // both sides
      case 3:
        return up ? desk.quote(second, "10.06", "10.07") : desk.quote(second, "9.93", "9.94");  // twice
      case 4:
        return desk.trade(second, of("10.05", "9.95"));
      default:
        return desk.trade(second, of("10.06", "9.94"));
    }
  };
  const std::map<TriggerMethod, std::size_t> released_by = {
      {TriggerMethod::midpoint, 1},       {TriggerMethod::bid_ask, 2}, {TriggerMethod::last_or_bid_ask, 2},
      {TriggerMethod::double_bid_ask, 3}, {TriggerMethod::last, 4},    {TriggerMethod::double_last, 5},
  };
  for (const auto& [method, releasing] : released_by) {
    for (const bool up : {true, false}) {
      Desk desk;
      desk.add(by(method, up ? stop(1, Side::buy, "10.05") : stop(1, Side::sell, "9.95")));
      for (std::size_t number = 0; number <= releasing; ++number) {
        EXPECT_EQ(step(desk, number, up), number == releasing ? Lines{"1: market"} : Lines{})
            << "method " << static_cast<int>(method) << ", step " << number << (up ? " up" : " down");
      }
    }
  }
}

TEST(Stops, WantTwoInARowWhereTheMethodIsDouble) {
  Desk desk;
  desk.add(by(TriggerMethod::double_last, stop(1, Side::buy, "10.05")));
  desk.add(by(TriggerMethod::double_bid_ask, stop(2, Side::buy, "10.05")));
  desk.trade(1, "10.05");
  desk.quote(1, "10.05", "10.06");
  EXPECT_EQ(desk.trade(2, "10.04"), Lines{});
  EXPECT_EQ(desk.quote(2, "", "10.06"), Lines{});  // no bid is not the bid again
  EXPECT_EQ(desk.trade(3, "10.05"), Lines{});
  EXPECT_EQ(desk.quote(3, "10.05", "10.06"), Lines{});
  EXPECT_EQ(desk.trade(4, "10.05"), (Lines{"1: market"}));
  EXPECT_EQ(desk.quote(4, "10.05", "10.06"), (Lines{"2: market"}));
}

TEST(Stops, HaveTheMethodIbChoosesForTheContract) {
  EXPECT_EQ(default_trigger_method(us_stock("AAPL")), TriggerMethod::last);
  Listing option = us_stock("AAPL");
  option.right = Right::call;
  EXPECT_EQ(default_trigger_method(option), TriggerMethod::double_bid_ask);
  Listing currency;
  currency.security_type = "CASH";
  EXPECT_EQ(default_trigger_method(currency), TriggerMethod::bid_ask);
  EXPECT_EQ(trigger_method(7), TriggerMethod::last_or_bid_ask);
  EXPECT_FALSE(trigger_method(5).has_value());
  EXPECT_FALSE(trigger_method(-1).has_value());
}

TEST(Stops, SleepOutsideRegularHoursUnlessToldOtherwise) {
  Desk desk;
  TriggerTicket awake = stop(1, Side::buy, "10.05");
  awake.outside_rth = true;
  desk.book().set_state(SymbolIndex{0}, TradingState::extended);
  desk.add(stop(2, Side::buy, "10.05"));
  desk.add(awake);
  EXPECT_EQ(desk.trade(1, "10.06"), (Lines{"1: market"}));
  desk.book().set_state(SymbolIndex{0}, TradingState::regular);
  EXPECT_EQ(desk.quote(2, "10.06", "10.07"), Lines{});  // nor does the print before the open count later
  EXPECT_EQ(desk.trade(3, "10.05"), (Lines{"2: market"}));
}

TEST(Stops, AreDeafWhileTheSymbolIsHalted) {
  Desk desk;
  TriggerTicket awake = stop(1, Side::buy, "10.05");
  awake.outside_rth = true;
  desk.add(awake);
  desk.add(stop(2, Side::buy, "10.05"));
  desk.book().set_state(SymbolIndex{0}, TradingState::halted);
  EXPECT_EQ(desk.trade(1, "11"), Lines{});
  desk.book().set_state(SymbolIndex{0}, TradingState::regular);
  EXPECT_EQ(desk.trade(2, "10"), Lines{});
  EXPECT_EQ(desk.trade(3, "11"), (Lines{"1: market", "2: market"}));
}

TEST(Stops, AreGoneWhenRemoved) {
  Desk desk;
  desk.add(stop(1, Side::buy, "10.05"));
  EXPECT_EQ(desk.stop_of(1), "10.05");
  EXPECT_TRUE(desk.remove(1));
  EXPECT_FALSE(desk.remove(1));
  EXPECT_EQ(desk.stop_of(1), "none");
  EXPECT_EQ(desk.trade(1, "11"), Lines{});
}

TEST(TrailingStops, FollowTheMarketAndNeverGoBack) {
  Desk desk;
  desk.add(trail(1, Side::sell, "0.50"));
  EXPECT_EQ(desk.stop_of(1), "none");
  EXPECT_EQ(desk.trade(1, "10"), (Lines{"1: trails at 9.5"}));
  EXPECT_EQ(desk.trade(2, "9.80"), Lines{});
  EXPECT_EQ(desk.trade(3, "10.25"), (Lines{"1: trails at 9.75"}));
  EXPECT_EQ(desk.trade(4, "10.20"), Lines{});
  EXPECT_EQ(desk.stop_of(1), "9.75");
  EXPECT_EQ(desk.trade(5, "9.76"), Lines{});
  EXPECT_EQ(desk.trade(6, "9.75"), (Lines{"1: market"}));

  desk.add(trail(2, Side::buy, "0.50"), 6);  // begins with what is known
  EXPECT_EQ(desk.stop_of(2), "10.25");
  EXPECT_EQ(desk.trade(7, "9.50"), (Lines{"2: trails at 10"}));
  EXPECT_EQ(desk.trade(8, "10"), (Lines{"2: market"}));
}

TEST(TrailingStops, BeginWhereTheyAreToldTo) {
  Desk desk;
  desk.trade(1, "10");
  EXPECT_EQ(desk.add(trail(1, Side::sell, "0.50", "9.70"), 1), Lines{});
  EXPECT_EQ(desk.trade(2, "10.10"), Lines{});  // 9.60 would be a step back
  EXPECT_EQ(desk.stop_of(1), "9.7");
  EXPECT_EQ(desk.trade(3, "10.30"), (Lines{"1: trails at 9.8"}));
}

TEST(TrailingStops, FollowTheSlowerOfTwoPrices) {
  Desk desk;
  desk.add(by(TriggerMethod::last_or_bid_ask, trail(1, Side::sell, "0.50")));
  EXPECT_EQ(desk.trade(1, "10"), (Lines{"1: trails at 9.5"}));
  EXPECT_EQ(desk.quote(2, "10.90", "11"), Lines{});  // the last price is still 10
  EXPECT_EQ(desk.trade(3, "10.80"), (Lines{"1: trails at 10.3"}));
  EXPECT_EQ(desk.trade(4, "11.20"), (Lines{"1: trails at 10.5"}));  // and now it is the ask
}

TEST(TrailingStops, KeepToTheMarketRuleOnTheSideAwayFromTheMarket) {
  Desk desk;
  TriggerTicket sells = trail(1, Side::sell, "1");
  sells.trail_by = {.amount = std::nullopt, .percent_millionths = 1'500'000};
  TriggerTicket buys = trail(2, Side::buy, "1");
  buys.trail_by = sells.trail_by;
  desk.add(sells);
  desk.add(buys);
  // 1.5 % of 10.01 is 0.15015.
  EXPECT_EQ(desk.trade(1, "10.01"), (Lines{"1: trails at 9.85", "2: trails at 10.17"}));
}

TEST(TrailingStops, TakeTheirLimitAlong) {
  Desk desk;
  TriggerTicket trail_limit = trail(1, Side::sell, "0.50");
  trail_limit.limit_offset = price("0.10");
  desk.add(trail_limit);
  EXPECT_EQ(desk.trade(1, "10"), (Lines{"1: trails at 9.5, limit 9.4"}));
  EXPECT_EQ(desk.trade(2, "11"), (Lines{"1: trails at 10.5, limit 10.4"}));
  EXPECT_EQ(desk.trade(3, "10.20"), (Lines{"1: limit 10.4"}));
}

TEST(AdjustableStops, BecomeAnotherStopWhenTheMarketHasMovedInTheirFavour) {
  Desk desk;
  TriggerTicket to_stop = stop(1, Side::sell, "9.50");
  to_stop.adjustment = StopAdjustment{
      .at = price("10.50"), .kind = TriggerKind::stop, .stop = price("10.20"), .limit = price("10.10"), .trail_by = {}};
  TriggerTicket to_trail = stop(2, Side::buy, "10.60");
  to_trail.adjustment = StopAdjustment{.at = price("9.80"),
                                       .kind = TriggerKind::trail,
                                       .stop = std::nullopt,
                                       .limit = std::nullopt,
                                       .trail_by = {.amount = price("0.30"), .percent_millionths = std::nullopt}};
  desk.add(to_stop);
  desk.add(to_trail);
  EXPECT_EQ(desk.trade(1, "9.90"), Lines{});
  EXPECT_EQ(desk.trade(2, "9.79"), (Lines{"2: trails at 10.09"}));
  EXPECT_EQ(desk.trade(3, "10.55"), (Lines{"1: stop 10.2, limit 10.1", "2: market"}));
  EXPECT_EQ(desk.trade(4, "10.21"), Lines{});
  EXPECT_EQ(desk.trade(5, "10.20"), (Lines{"1: limit 10.1"}));
}

TEST(Conditions, HoldAnOrderUntilTheyAreMet) {
  Desk desk;
  desk.add(waiting(1, {last_above("50")}));
  EXPECT_EQ(desk.trade(1, "60", 0), Lines{});  // of another symbol
  EXPECT_EQ(desk.trade(2, "49.99", 1), Lines{});
  EXPECT_EQ(desk.trade(3, "50", 1), (Lines{"1: limit 9.5"}));
  // They are states: this one has been met before.
  EXPECT_EQ(desk.add(waiting(2, {last_above("50")}), 9), (Lines{"2: limit 9.5"}));
  EXPECT_EQ(desk.book().held_count(), 0U);
}

TEST(Conditions, AreForgottenWithTheirOrder) {
  Desk desk;
  desk.add(waiting(1, {last_above("50"),
                       last_above("10", 0, false),
                       {.what = TimeCondition{.is_more = true, .time = at(10)}},
                       {.what = MarginCondition{.is_more = true, .cushion_percent = 1}},
                       {.what = ExecutionCondition{.symbols = {SymbolIndex{1}}}}}));
  EXPECT_TRUE(desk.remove(1));
  EXPECT_FALSE(desk.book().next_time().has_value());
  EXPECT_EQ(desk.trade(1, "60", 1), Lines{});
  EXPECT_EQ(desk.trade(1, "60", 0), Lines{});
  EXPECT_EQ(desk.margin(2, 0, 5'000'000), Lines{});
  EXPECT_EQ(desk.execution(3, 1), Lines{});
  EXPECT_EQ(desk.time(10), Lines{});
}

TEST(Conditions, ComeBeforeTheTriggerOfTheOrder) {
  Desk desk;
  TriggerTicket conditional = stop(1, Side::buy, "10.05");
  conditional.conditions = {last_above("50")};
  desk.add(conditional);
  EXPECT_EQ(desk.trade(1, "10.10"), Lines{});
  EXPECT_EQ(desk.trade(2, "50", 1), Lines{});
  EXPECT_EQ(desk.quote(3, "10.10", "10.11"), Lines{});  // the print came before its conditions were met
  EXPECT_EQ(desk.trade(4, "10.05"), (Lines{"1: market"}));
}

TEST(Conditions, AreJoinedByAndBeforeOr) {
  // a or b and c; a and b or c.
  const auto released = [](const std::vector<bool>& met, bool first_and, bool second_and) {
    Desk desk;
    desk.book().begin_day(SymbolIndex{1}, price("100"));
    desk.trade(1, "100", 1, 500);
    std::vector<Condition> conditions;
    for (std::size_t i = 0; i < 3; ++i) {
      conditions.push_back(
          {.what = VolumeCondition{.symbol = SymbolIndex{1}, .is_more = met[i], .volume = Quantity::of(200)},
           .and_next = i == 0 ? first_and : second_and});
    }
    return !desk.add(waiting(1, conditions), 2).empty();
  };
  for (int bits = 0; bits < 8; ++bits) {
    const bool a = (bits & 1) != 0;
    const bool b = (bits & 2) != 0;
    const bool c = (bits & 4) != 0;
    EXPECT_EQ(released({a, b, c}, false, true), (a || (b && c))) << bits;
    EXPECT_EQ(released({a, b, c}, true, false), ((a && b) || c)) << bits;
    EXPECT_EQ(released({a, b, c}, true, true), (a && b && c)) << bits;
    EXPECT_EQ(released({a, b, c}, false, false), (a || b || c)) << bits;
  }
}

TEST(Conditions, OfTimeAreMetWhenItComes) {
  Desk desk;
  desk.add(waiting(1, {{.what = TimeCondition{.is_more = true, .time = at(10)}}}));
  desk.add(waiting(2, {{.what = TimeCondition{.is_more = true, .time = at(20)}}}));
  EXPECT_EQ(desk.book().next_time(), at(10));
  EXPECT_EQ(desk.time(9), Lines{});
  EXPECT_EQ(desk.time(10), (Lines{"1: limit 9.5"}));
  EXPECT_EQ(desk.book().next_time(), at(20));
  EXPECT_EQ(desk.trade(21, "10"), (Lines{"2: limit 9.5"}));
  EXPECT_FALSE(desk.book().next_time().has_value());
  const Condition before{.what = TimeCondition{.is_more = false, .time = at(30)}};
  EXPECT_EQ(desk.add(waiting(3, {before}), 30), (Lines{"3: limit 9.5"}));
  EXPECT_EQ(desk.add(waiting(4, {before}), 31), Lines{});
}

TEST(Conditions, OfMarginLookAtTheirOwnAccount) {
  Desk desk;
  const Condition thin{.what = MarginCondition{.is_more = false, .cushion_percent = 10}};
  TriggerTicket other = waiting(1, {thin});
  other.account = AccountIndex{1};
  desk.add(other);
  desk.add(waiting(2, {thin}));  // account 0
  EXPECT_EQ(desk.margin(1, 0, 10'000'001), Lines{});
  EXPECT_EQ(desk.margin(2, 0, 10'000'000), (Lines{"2: limit 9.5"}));
  EXPECT_EQ(desk.margin(3, 1, 5'000'000), (Lines{"1: limit 9.5"}));
}

TEST(Conditions, OfAnExecutionAreMetForGood) {
  Desk desk;
  desk.execution(1, 1);  // before any order
  desk.add(waiting(1, {{.what = ExecutionCondition{.symbols = {SymbolIndex{1}}}}, last_above("50")}), 2);
  EXPECT_EQ(desk.trade(3, "51", 1), Lines{});
  EXPECT_EQ(desk.execution(4, 0), Lines{});
  EXPECT_EQ(desk.trade(5, "49", 1), Lines{});
  EXPECT_EQ(desk.execution(6, 1), Lines{});
  EXPECT_EQ(desk.trade(7, "51", 1), (Lines{"1: limit 9.5"}));
}

TEST(Conditions, OfVolumeAndChangeCountFromTheDaysBeginning) {
  Desk desk;
  desk.trade(1, "90", 1, 5'000);
  desk.book().begin_day(SymbolIndex{1}, price("100"));
  desk.add(waiting(1, {{.what = VolumeCondition{.symbol = SymbolIndex{1}, .volume = Quantity::of(300)}}}), 1);
  desk.add(waiting(2, {{.what = PercentChangeCondition{.symbol = SymbolIndex{1}, .percent_millionths = 2'500'000}}}),
           1);
  desk.add(waiting(3, {{.what =
                            PercentChangeCondition{
                                .symbol = SymbolIndex{1}, .is_more = false, .percent_millionths = -12'000'000}}}),
           1);
  EXPECT_EQ(desk.trade(2, "102.49", 1, 200), Lines{});
  EXPECT_EQ(desk.trade(3, "102.50", 1, 99), (Lines{"2: limit 9.5"}));
  EXPECT_EQ(desk.trade(4, "88", 1, 1), (Lines{"1: limit 9.5", "3: limit 9.5"}));
}

TEST(Conditions, LookOutsideRegularHoursOnlyWhenToldTo) {
  Desk desk;
  TriggerTicket all_hours = waiting(1, {last_above("50")});
  all_hours.conditions_ignore_rth = true;
  desk.book().set_state(SymbolIndex{1}, TradingState::extended);
  desk.add(all_hours);
  desk.add(waiting(2, {last_above("50")}));
  EXPECT_EQ(desk.trade(1, "51", 1), (Lines{"1: limit 9.5"}));
  desk.book().set_state(SymbolIndex{1}, TradingState::regular);
  EXPECT_EQ(desk.trade(2, "51", 1), (Lines{"2: limit 9.5"}));
}

TEST(Conditions, ThatCancelDoNotHoldTheOrder) {
  Desk desk;
  TriggerTicket at_market = waiting(1, {last_above("50")});
  at_market.conditions_cancel = true;
  TriggerTicket held = stop(2, Side::buy, "10.05");
  held.conditions = {last_above("60")};
  held.conditions_cancel = true;
  EXPECT_EQ(desk.add(at_market), Lines{});
  EXPECT_EQ(desk.add(held), Lines{});
  EXPECT_EQ(desk.trade(1, "50", 1), (Lines{"1: cancel"}));
  EXPECT_EQ(desk.trade(2, "10.05"), (Lines{"2: market"}));
  EXPECT_EQ(desk.trade(3, "10.10"), Lines{});  // once
  EXPECT_EQ(desk.book().held_count(), 1U);     // still watched for the order at the market
  TriggerTicket trailing = trail(3, Side::sell, "0.10");
  trailing.conditions = held.conditions;
  trailing.conditions_cancel = true;
  EXPECT_EQ(desk.add(trailing, 3), (Lines{"3: trails at 10"}));
  EXPECT_EQ(desk.trade(4, "10"), (Lines{"3: market"}));
  EXPECT_EQ(desk.trade(5, "11"), Lines{});  // nor does its stop move any more
  EXPECT_EQ(desk.trade(6, "60", 1), (Lines{"2: cancel", "3: cancel"}));
  EXPECT_EQ(desk.book().held_count(), 0U);
}

TEST(TriggerBook, RefusesTicketsThatMakeNoSense) {
  Desk desk;
  const auto refused = [&](const TriggerTicket& ticket) {
    const Lines lines = desk.add(ticket);
    return lines.empty() ? "taken" : lines.front();
  };
  EXPECT_EQ(refused(ticket(1, Side::buy, TriggerKind::none)), "held order 1: there is nothing to wait for");
  EXPECT_EQ(refused(ticket(1, Side::buy, TriggerKind::stop)), "held order 1: a trigger needs a price");
  TriggerTicket bad = stop(1, Side::buy, "10");
  bad.symbol = SymbolIndex{2};
  EXPECT_EQ(refused(bad), "held order 1: the venue has no such symbol");
  EXPECT_EQ(refused(by(TriggerMethod::by_contract, stop(1, Side::buy, "10"))),
            "held order 1: the trigger method is not decided");
  bad = stop(1, Side::buy, "10");
  bad.trail_by.amount = price("1");
  EXPECT_EQ(refused(bad), "held order 1: only a trail follows the market");
  bad = trail(1, Side::buy, "1");
  bad.trail_by.percent_millionths = 1;
  EXPECT_EQ(refused(bad), "held order 1: a trail needs an amount or a percentage");
  EXPECT_EQ(refused(trail(1, Side::buy, "0")), "held order 1: a trailing amount is above zero");
  bad.trail_by = {.amount = std::nullopt, .percent_millionths = 100'000'001};
  EXPECT_EQ(refused(bad), "held order 1: a trailing percentage is above 0 and at most 100");
  bad = stop(1, Side::buy, "10");
  bad.limit = price("10");
  bad.limit_offset = price("1");
  EXPECT_EQ(refused(bad), "held order 1: it has two limits");
  bad = touch(1, Side::buy, "10");
  bad.adjustment = StopAdjustment{};
  EXPECT_EQ(refused(bad), "held order 1: only a stop can be adjusted");
  EXPECT_EQ(refused(waiting(1, {last_above("1", 7)})),
            "held order 1: a condition is about a symbol the venue does not have");
  EXPECT_EQ(refused(stop(1, Side::buy, "10")), "taken");
  EXPECT_EQ(refused(stop(1, Side::buy, "10")), "held order 1: an order with this id is held already");
}

}  // namespace
}  // namespace tradewind::sim::venue
