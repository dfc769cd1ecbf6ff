#include "tradewind/core/model/order.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tradewind::model {
namespace {

TEST(OrderRef, CarriesModeJournalStrategyAndSequence) {
  const OrderRef ref{Mode::sim, "7K3M9QX2A4BT", StrategyName{"sma"}, 71};
  EXPECT_EQ(ref.view(), "S-7K3M9QX2A4BT-sma-1Z");
  EXPECT_TRUE(ref.is_of(Mode::sim, "7K3M9QX2A4BT"));
  EXPECT_FALSE(ref.is_of(Mode::paper, "7K3M9QX2A4BT"));
  EXPECT_FALSE(ref.is_of(Mode::sim, "7K3M9QX2A4BU"));
}

TEST(OrderRef, NeverGrowsBeyondWhatTheBrokerTakes) {
  const OrderRef ref{Mode::paper, "ABCDEFGHIJKL", StrategyName{"twelve-chars"},
                     std::numeric_limits<std::uint64_t>::max()};
  EXPECT_EQ(ref.view().size(), 32U);
  const OrderRef next{Mode::paper, "ABCDEFGHIJKL", StrategyName{"twelve-chars"},
                      std::numeric_limits<std::uint64_t>::max() - 1};
  EXPECT_NE(ref, next) << "the number is never cut";
}

TEST(OrderRef, TakesForeignTextWithoutTrustingIt) {
  EXPECT_EQ(OrderRef::from("manual-7").view(), "manual-7");
  EXPECT_TRUE(OrderRef::from("with blank").empty());
  EXPECT_TRUE(OrderRef::from("x\x01").empty());
  EXPECT_TRUE(OrderRef::from(std::string(33, 'x')).empty());
  EXPECT_FALSE(OrderRef::from("S-7K3M9QX2A4BT").is_of(Mode::sim, "7K3M9QX2A4BT"));
}

TEST(OrderState, FinalStatesAreTheOnesThatNeedNoProofAnyMore) {
  for (const auto& [state, text] : kEnumNames<OrderState>) {
    const bool expected = text == "FILLED" || text == "CANCELLED" || text == "REJECTED" || text == "DENIED_LATE" ||
                          text == "NOT_AT_BROKER";
    EXPECT_EQ(is_final(state), expected) << text;
    EXPECT_EQ(parse_enum<OrderState>(text), state);
  }
}

}  // namespace
}  // namespace tradewind::model
