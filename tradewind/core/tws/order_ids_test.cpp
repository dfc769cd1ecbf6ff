// The order ids of one client id: never one twice, whatever the broker says (F017, F018).

#include "tradewind/core/tws/order_ids.hpp"

#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace tradewind::tws {
namespace {

TEST(OrderIds, GoOnAboveWhatWeRememberAndWhatTheBrokerSays) {
  OrderIds ids{100};
  EXPECT_EQ(ids.upcoming().value(), 101);
  EXPECT_EQ(ids.next().value(), 101);
  ids.raise(500);
  EXPECT_EQ(ids.next().value(), 500) << "the broker's next one is free";
  ids.raise(1);  // reset by the operator
  EXPECT_EQ(ids.next().value(), 501);
  ids.seen(700);
  EXPECT_EQ(ids.next().value(), 701);
  for (const std::int32_t none : {0, -1, INT32_MIN}) {
    ids.seen(none);
    ids.raise(none);
  }
  EXPECT_EQ(ids.next().value(), 702);
  EXPECT_EQ(ids.mark(), 702);
}

TEST(OrderIds, EndBeforeTheNumberThatIsNone) {
  OrderIds ids;
  EXPECT_EQ(ids.next().value(), 1);
  ids.raise(INT32_MAX - 1);
  EXPECT_EQ(ids.next().value(), INT32_MAX - 1);
  for (int i = 0; i < 2; ++i) {
    const auto none = ids.next();
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().code, Errc::out_of_range);
    EXPECT_NE(none.error().detail.find("reset them"), std::string::npos);
  }
  ids.raise(INT32_MAX);
  ids.seen(INT32_MAX);
  EXPECT_FALSE(ids.next().has_value());
  OrderIds few{0, 2};
  EXPECT_TRUE(few.next().has_value());
  EXPECT_TRUE(few.next().has_value());
  EXPECT_FALSE(few.next().has_value());
}

// Method: restarts with the mark that was remembered, and brokers that say anything.
TEST(OrderIds, AreNeverGivenTwiceOverManyLives) {
  Rng rng{1};
  std::set<std::int32_t> given;
  std::int32_t remembered = 0;
  for (int life = 0; life < 500; ++life) {
    OrderIds ids{remembered};
    for (int step = 0; step < 20; ++step) {
      const auto any = static_cast<std::int32_t>(rng.between(-10, 20'000));
      if (rng.one_in(4)) ids.raise(any);
      else if (rng.one_in(4)) ids.seen(any);
      else ASSERT_TRUE(given.insert(ids.next().value()).second);
    }
    remembered = ids.mark();
  }
}

}  // namespace
}  // namespace tradewind::tws
