// That no client can make the order desk remember more and more.

#include "tests/support/order_desk_rig.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;
using testing::DeskRig;
using Lines = std::vector<std::string>;

const auto limit = DeskRig::limit;

TEST(WorkingOrders, AreFifteenForOneContractSideAndAccount) {
  DeskRig desk;
  for (int id = 1; id <= 15; ++id) desk.place(id, "BUY", 1, "LMT", limit("90"));
  EXPECT_EQ(desk.place(16, "BUY", 1, "LMT", limit("90")), (Lines{"16 error 201", "16 Inactive"}));
  EXPECT_EQ(desk.last_error(),
            "Order rejected - reason:Maximum of 15 orders working on either the buy or sell side for this particular "
            "contract is reached.");
  EXPECT_EQ(desk.place(17, "SELL", 1, "LMT", limit("110")).back(), "17 Submitted");
  EXPECT_EQ(desk.place(18, "BUY", 1, "LMT",
                       [](auto& r) {
                         limit("90")(r);
                         r.contract.symbol = "IBM";
                       })
                .back(),
            "18 Submitted");
  EXPECT_EQ(desk.place(15, "BUY", 2, "LMT", limit("91")), (Lines{"15 Submitted"})) << "a change is no new order";
  desk.cancel(3);
  EXPECT_EQ(desk.place(19, "BUY", 1, "LMT", limit("90")).back(), "19 Submitted");
}

TEST(OpenOrders, AreLimitedForAClientAndForAll) {
  DeskRig desk{{.checks_margin = false, .client_orders_max = 3, .orders_max = 5}};
  const auto kept_back = [](auto& r) {
    limit("90")(r);
    r.order.transmit = false;
  };
  for (int id = 1; id <= 3; ++id) EXPECT_EQ(desk.place(id, "BUY", 1, "LMT", kept_back, 7), Lines{});
  EXPECT_EQ(desk.place(4, "BUY", 1, "LMT", kept_back, 7), (Lines{"4 error 201"}));
  EXPECT_EQ(desk.last_error(), "Order rejected - reason:Maximum of 3 open orders is reached.");
  for (int id = 1; id <= 2; ++id) EXPECT_EQ(desk.place(id, "BUY", 1, "LMT", kept_back, 8), Lines{});
  EXPECT_EQ(desk.place(3, "BUY", 1, "LMT", kept_back, 8), (Lines{"3 error 201"}));
  EXPECT_EQ(desk.last_error(), "Order rejected - reason:Maximum of 5 open orders is reached.");
  EXPECT_EQ(desk.cancel(1, 7), (Lines{"1 error 202"}));
  EXPECT_EQ(desk.place(3, "BUY", 1, "LMT", kept_back, 8), Lines{});
}

TEST(EndedOrders, TakeTheirTimersAndGroupsWithThem) {
  DeskRig desk;
  const auto busy = [](auto& r) {
    limit("90")(r);
    r.order.tif = "GTD";
    r.order.good_till_date = "20131018 16:00:00 US/Eastern";
    r.order.oca_group = "group";
    r.order.algo_strategy = "AD";
    r.order.algo_params = {{"componentSize", "1"}, {"timeBetweenOrders", "60"}};
  };
  desk.place(1, "BUY", 1'000'000, "LMT", busy);
  desk.place(2, "BUY", 1'000'000, "LMT", busy);
  EXPECT_EQ(desk.desk().wake_at(), desk.now() + 60s);
  EXPECT_EQ(desk.desk().group_count(), 1U);
  EXPECT_EQ(desk.order(1).timers.size(), 2U) << "its next slice, and its end";
  for (int change = 0; change < 20; ++change) desk.place(1, "BUY", 1'000'000, "LMT", busy);
  EXPECT_EQ(desk.order(1).timers.size(), 2U);
  desk.cancel(1);
  EXPECT_EQ(desk.desk().group_count(), 1U);
  desk.cancel(2);
  EXPECT_EQ(desk.desk().group_count(), 0U);
  EXPECT_EQ(desk.desk().wake_at(), std::nullopt);
}

TEST(EndedOrders, AreForgottenAfterSomeTimeAndTheirExecutionsToo) {
  DeskRig desk{{.checks_margin = false, .executions_kept = 10, .ended_orders_kept = 5}};
  desk.place(1, "BUY", 1, "LMT", limit("50"));
  for (int id = 2; id <= 201; ++id) {
    desk.place(id, "BUY", 1, id % 2 == 0 ? "MKT" : "LMT", limit("60"));
    desk.quote("99.99", "100.01");
    if (id % 2 != 0) desk.cancel(id);
  }
  EXPECT_LE(desk.desk().executions().size(), 11U);
  EXPECT_LE(desk.desk().orders().size(), 32U);
  EXPECT_EQ(desk.order(1).order_id, 1) << "it has not ended";
  EXPECT_EQ(desk.cancel(2), (Lines{"2 error 10147"}));
  EXPECT_EQ(desk.cancel(200), (Lines{"200 error 10148"}));
  EXPECT_EQ(desk.place(2, "BUY", 1, "MKT"), (Lines{"2 error 103"}));
  EXPECT_EQ(desk.desk().books().position("DU0000000", venue::us_stock("SPY").con_id), Position::of(100));
}

// The child waits for its parent's fill; afterwards the parent may go.
TEST(EndedOrders, StayAsLongAsTheirChildrenMayAskForThem) {
  DeskRig desk{{.checks_margin = false, .executions_kept = 1, .ended_orders_kept = 1}};
  desk.place(1, "BUY", 1, "LMT", [](auto& r) {
    limit("110")(r);
    r.order.transmit = false;
  });
  desk.place(2, "SELL", 1, "LMT", [](auto& r) {
    limit("120")(r);
    r.order.parent_id = 1;
  });
  for (int id = 3; id <= 20; ++id) {
    desk.place(id, "BUY", 1, "MKT");
    desk.quote("99.99", "100.01");
  }
  EXPECT_EQ(desk.order(1).status, "Filled");
  EXPECT_EQ(desk.order(2).parent, &desk.order(1));
  desk.cancel(2);
  for (int id = 21; id <= 40; ++id) {
    desk.place(id, "BUY", 1, "MKT");
    desk.quote("99.99", "100.01");
  }
  EXPECT_GT(desk.order(1).order_id, 2);
}

}  // namespace
}  // namespace tradewind::sim::gateway
