// Buys one share at the market and waits for the end of the order; then places a limit order far away, and cancels it.
// For a paper account or a simulator: it asks which account it is before anything else.
#include "example.hpp"

using namespace example;

namespace {

void tell(const client::OrderState& order) {
  fmt::print("order {}: {} filled {}{}\n", order.perm_id(), name(order.stage()), order.filled(),
             order.average_price() ? fmt::format(" at {}", *order.average_price()) : "");
}

}  // namespace

int main(int argc, char** argv) {
  const auto connection = connect(argc, argv);

  // The port proves nothing; accounts that begin with D are demo accounts.
  const auto accounts = value_or_exit(connection->call([](client::Client& client) { return client.accounts(); }));
  if (accounts.size() != 1 || !accounts.front().starts_with("DU")) {
    fmt::print(stderr, "not one paper account: nothing is sent\n");
    return 3;
  }

  namespace orders = client::orders;
  const orders::Contract apple = orders::Stock{orders::Symbol{"AAPL"}, orders::Currency{"USD"}};
  // A market order has no price, a limit order has one: anything else does not compile.
  orders::Order market{tradewind::Side::buy, tradewind::Quantity::of(1), orders::Market{}, orders::Day{}};
  market.attributes.allocation = orders::Account{accounts.front()};
  market.attributes.reference = "example-1";
  const auto bought = value_or_exit(connection->place(apple, market));
  const auto filled = value_or_exit(connection->wait_for(bought, std::chrono::seconds{30}));
  tell(filled);

  orders::Order limit{tradewind::Side::buy, tradewind::Quantity::of(1), orders::Limit{tradewind::Price::of(1)},
                      orders::Day{}};
  limit.attributes = market.attributes;
  limit.attributes.reference = "example-2";
  const auto resting = value_or_exit(connection->place(apple, limit));
  value_or_exit(connection->cancel_order(resting));
  const auto cancelled = value_or_exit(connection->wait_for(resting, std::chrono::seconds{30}));
  tell(cancelled);
  return filled.stage() == client::OrderStage::filled && cancelled.stage() == client::OrderStage::cancelled ? 0 : 1;
}
