// What is listed and how it is found.

#include "tradewind/sim/venue/universe.hpp"

#include "tradewind/sim/venue/derivatives.hpp"
#include "tradewind/sim/venue/expiries.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace tradewind::sim::venue {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

const sys_days kToday = 2026y / std::chrono::November / 25;
const TimeZone kNewYork{"US/Eastern",
                        {{from_civil_utc({2026, 3, 8, 7}), std::chrono::seconds{-4 * 3600}},
                         {from_civil_utc({2026, 11, 1, 6}), std::chrono::seconds{-5 * 3600}},
                         {from_civil_utc({2027, 3, 14, 7}), std::chrono::seconds{-4 * 3600}}}};

Price price(const char* text) { return Price::parse(text).value(); }

Universe market() {
  std::vector<Listing> listings{us_stock("AAPL"), us_stock("SPY"), currency_pair("EUR", "USD"), stock_index("SPX"),
                                example_bond()};
  const auto futures = index_futures("ES", kToday, 3, kNewYork).value();
  for (const Listing& future : futures) listings.push_back(future);
  for (const Listing& option : option_chain(listings[0], {.today = kToday, .around = Price::of(210)}, kNewYork))
    listings.push_back(option);
  return Universe{std::move(listings)};
}

std::vector<std::string> locals(const Universe& universe, const std::vector<std::uint32_t>& found) {
  std::vector<std::string> names;
  for (const std::uint32_t at : found) names.push_back(universe.listings()[at].local());
  return names;
}

using Names = std::vector<std::string>;

TEST(Expiries, AreThirdFridaysOrTheThursdayBeforeAHoliday) {
  const auto of = [](int year, unsigned month) {
    return compact_date(monthly_expiry(std::chrono::year{year} / std::chrono::month{month}));
  };
  EXPECT_EQ(of(2026, 12), "20261218");
  EXPECT_EQ(of(2026, 6), "20260618");  // the 19th is Juneteenth
  EXPECT_EQ(of(2025, 4), "20250417");  // the 18th was Good Friday
  EXPECT_EQ(of(2022, 4), "20220414");
  EXPECT_EQ(of(2019, 4), "20190418");
  EXPECT_EQ(of(2026, 4), "20260417");
}

TEST(Expiries, OfWeeksComeOneAWeekAlsoAroundHolidays) {
  Names weeks;
  for (const sys_days day : weekly_expiries(kToday, 6)) weeks.push_back(compact_date(day));
  EXPECT_EQ(weeks, (Names{"20261127", "20261204", "20261211", "20261218", "20261224", "20261231"}));
  // On a Friday that is a holiday, the Thursday before it is over.
  EXPECT_EQ(compact_date(weekly_expiries(2026y / std::chrono::December / 25, 1).front()), "20261231");
}

TEST(Expiries, OfFuturesAreQuarterly) {
  Names quarters;
  for (const sys_days day : quarterly_expiries(2026y / std::chrono::December / 18, 3)) {
    quarters.push_back(compact_date(day));
  }
  EXPECT_EQ(quarters, (Names{"20261218", "20270319", "20270617"}));
  EXPECT_EQ(compact_date(quarterly_expiries(2026y / std::chrono::December / 19, 1).front()), "20270319");
}

TEST(Derivatives, AFutureIsWhatIbLists) {
  const Listing es = index_future("ES", 2026y / std::chrono::December / 18, kNewYork).value();
  EXPECT_EQ(es.local(), "ESZ6");
  EXPECT_EQ(es.last_trade_date, "20261218");
  EXPECT_EQ(es.multiplier, Multiplier::of(50));
  EXPECT_EQ(es.min_tick, price("0.25"));
  EXPECT_EQ(es.primary_exchange, "CME");
  EXPECT_EQ(es.underlying, 11004968);
  EXPECT_EQ(es.expires, from_civil_utc({2026, 12, 18, 14, 30, 0}));
  EXPECT_FALSE(index_future("ZZ", kToday, kNewYork).has_value());
}

TEST(Derivatives, AnOptionBearsTheNameOfTheOcc) {
  EXPECT_EQ(option_symbol("AAPL", 2026y / std::chrono::December / 18, Right::call, Price::of(200)),
            "AAPL  261218C00200000");
  EXPECT_EQ(option_symbol("F", 2026y / std::chrono::December / 18, Right::put, price("12.5")), "F     261218P00012500");
}

TEST(Derivatives, AChainHasBothRightsOfEveryStrikeAndNoNameTwice) {
  const Listing stock = us_stock("AAPL");
  const auto chain = option_chain(stock, {.today = kToday, .around = Price::of(210)}, kNewYork);
  std::set<std::string> names;
  std::size_t calls = 0;
  for (const Listing& option : chain) {
    names.insert(option.local());
    if (option.right == Right::call) ++calls;
    EXPECT_EQ(option.underlying, stock.con_id);
    EXPECT_EQ(option.strike->raw() % price("2.5").raw(), 0);
    EXPECT_EQ(option.multiplier, Multiplier::of(100));
  }
  EXPECT_EQ(names.size(), chain.size());
  EXPECT_EQ(calls * 2, chain.size());
  EXPECT_TRUE(names.contains("AAPL  261218C00130000"));   // monthly, far
  EXPECT_TRUE(names.contains("AAPL  261127P00212500"));   // weekly, near
  EXPECT_FALSE(names.contains("AAPL  261127P00130000"));  // weekly, far
  EXPECT_FALSE(names.contains("AAPL  261218C00132500"));  // far strikes are fewer
  EXPECT_GT(chain.size(), 400);
}

TEST(Universe, FindsAnOptionByWhateverItIsCalled) {
  const Universe universe = market();
  const auto option = universe.find({.local_symbol = "AAPL  261218C00200000"});
  ASSERT_EQ(option.size(), 1);
  const Listing& listing = universe.listings()[option[0]];
  EXPECT_EQ(universe.find({.con_id = listing.con_id}), option);
  EXPECT_EQ(universe.find({.con_id = listing.con_id, .exchange = "CBOE"}), option);
  EXPECT_TRUE(universe.find({.con_id = listing.con_id, .exchange = "IDEALPRO"}).empty());
  EXPECT_EQ(universe.find({.symbol = "AAPL",
                           .security_type = "OPT",
                           .expiry = "20261218",
                           .strike = Price::of(200),
                           .right = Right::call,
                           .exchange = "SMART",
                           .currency = "USD"}),
            option);
  EXPECT_TRUE(universe.find({.symbol = "AAPL", .security_type = "OPT", .expiry = "20261218", .strike = price("200.5")})
                  .empty());
  EXPECT_TRUE(universe.find({.security_type = "FUT", .local_symbol = listing.local_symbol}).empty());
}

TEST(Universe, FindsAllThatAPartialContractFits) {
  const Universe universe = market();
  EXPECT_EQ(locals(universe, universe.find({.symbol = "ES", .security_type = "FUT", .exchange = "CME"})),
            (Names{"ESZ6", "ESH7", "ESM7"}));
  EXPECT_EQ(locals(universe, universe.find({.symbol = "ES", .security_type = "FUT", .expiry = "202703"})),
            (Names{"ESH7"}));
  EXPECT_EQ(locals(universe, universe.find({.symbol = "AAPL",
                                            .security_type = "OPT",
                                            .expiry = "202612",
                                            .strike = Price::of(200),
                                            .trading_class = "AAPL"})),
            (Names{"AAPL  261204C00200000", "AAPL  261204P00200000", "AAPL  261211C00200000", "AAPL  261211P00200000",
                   "AAPL  261218C00200000", "AAPL  261218P00200000", "AAPL  261224C00200000", "AAPL  261224P00200000",
                   "AAPL  261231C00200000", "AAPL  261231P00200000"}));
  EXPECT_EQ(locals(universe, universe.find({.isin = "US0378331005"})), (Names{"AAPL"}));
  EXPECT_EQ(universe.find({.cusip = "459200HF1"}).size(), 1);
  EXPECT_EQ(universe.find({.symbol = "AAPL", .security_type = "STK", .primary_exchange = "ISLAND"}).size(), 1);
  EXPECT_TRUE(universe.find({.symbol = "AAPL", .security_type = "STK", .primary_exchange = "NYSE"}).empty());
  EXPECT_TRUE(universe.find({.symbol = "AAP"}).empty());
  // Binary search and the plain one agree, however much is said.
  std::vector<std::uint32_t> plain;
  for (std::uint32_t i = 0; i < universe.listings().size(); ++i) {
    const Listing& one = universe.listings()[i];
    if (one.symbol == "AAPL" && one.last_trade_date == "20261127" && one.right == Right::put) plain.push_back(i);
  }
  EXPECT_GT(plain.size(), 20);
  EXPECT_EQ(universe.find({.symbol = "AAPL", .security_type = "OPT", .expiry = "20261127", .right = Right::put}),
            plain);
}

TEST(Universe, GivesEachListingAnIdOfItsOwn) {
  Listing first = us_stock("ONE");
  Listing second = us_stock("TWO");
  second.con_id = first.con_id;
  const Universe universe{{first, second}};
  EXPECT_EQ(universe.listings()[0].con_id, first.con_id);
  EXPECT_EQ(universe.listings()[1].con_id, first.con_id + 1);
  EXPECT_EQ(universe.by_con_id(first.con_id + 1), 1U);
}

TEST(Universe, MakesAComboOnceWhateverTheOrderOfItsLegs) {
  Universe universe = market();
  const std::int32_t near = universe.listings()[universe.find({.local_symbol = "ESZ6"})[0]].con_id;
  const std::int32_t far = universe.listings()[universe.find({.local_symbol = "ESH7"})[0]].con_id;
  const std::vector<Leg> legs{{near, 1, Side::sell}, {far, 1, Side::buy}};
  EXPECT_FALSE(universe.combo(legs));
  const auto made = universe.make_combo(legs);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(universe.make_combo({legs[1], legs[0]}), made);
  EXPECT_EQ(universe.combo({legs[1], legs[0]}), made);
  const Listing& combo = universe.listings()[*made];
  EXPECT_EQ(combo.security_type, "BAG");
  EXPECT_EQ(combo.symbol, "ES");
  EXPECT_EQ(combo.multiplier, Multiplier::of(50));
  EXPECT_EQ(universe.by_con_id(combo.con_id), made);
  EXPECT_TRUE(universe.find({.symbol = "ES", .security_type = "BAG"}).empty());
  // The other way round it is another one.
  EXPECT_NE(universe.make_combo({{near, 1, Side::buy}, {far, 1, Side::sell}}), made);
}

TEST(Universe, RefusesCombosNobodyCouldTrade) {
  Universe universe = market();
  const std::int32_t aapl = us_stock("AAPL").con_id;
  const std::int32_t spy = us_stock("SPY").con_id;
  EXPECT_FALSE(universe.make_combo({{aapl, 1, Side::buy}}));
  EXPECT_FALSE(universe.make_combo({{aapl, 1, Side::buy}, {aapl, 1, Side::sell}}));
  EXPECT_FALSE(universe.make_combo({{aapl, 1, Side::buy}, {12345, 1, Side::sell}}));
  EXPECT_FALSE(universe.make_combo({{aapl, 1, Side::buy}, {spy, 0, Side::sell}}));
  EXPECT_FALSE(universe.make_combo({{aapl, 1, Side::buy}, {stock_index("SPX").con_id, 1, Side::sell}}));
  // No client can make it list without end; what was there stays where it was.
  const Listing* first = universe.listings().data();
  for (std::int32_t i = 1; i <= std::int32_t{Universe::kCombosMax}; ++i) {
    EXPECT_TRUE(universe.make_combo({{aapl, 1, Side::buy}, {spy, i, Side::sell}}));
  }
  EXPECT_FALSE(universe.make_combo({{aapl, 2, Side::buy}, {spy, 1, Side::buy}}));
  EXPECT_EQ(universe.listings().data(), first);
}

// The last digit of an ISIN proves the others.
TEST(Listing, IsinsAreRight) {
  std::vector<std::string> isins{example_bond().isin};
  for (const char* symbol : {"AAPL", "AMZN", "GOOG", "GOOGL", "IBM", "MSFT", "QQQ", "SPY", "TSLA"}) {
    isins.push_back(us_stock(symbol).isin);
  }
  for (const std::string& isin : isins) {
    std::string digits;
    for (const char c : isin) digits += c >= 'A' ? std::to_string(c - 'A' + 10) : std::string{c};
    int sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      const int digit = (digits[digits.size() - 1 - i] - '0') * (i % 2 == 1 ? 2 : 1);
      sum += digit > 9 ? digit - 9 : digit;
    }
    EXPECT_EQ(sum % 10, 0) << isin;
  }
}

}  // namespace
}  // namespace tradewind::sim::venue
