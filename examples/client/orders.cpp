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

  tws::Order market;
  market.action = "BUY";
  market.total_quantity = tradewind::Quantity::of(1);
  market.order_type = "MKT";
  market.tif = "DAY";
  market.account = accounts.front();
  market.order_ref = "example-1";
  const auto bought = value_or_exit(connection->place(stock("AAPL"), market));
  const auto filled = value_or_exit(connection->wait_for(bought, std::chrono::seconds{30}));
  tell(filled);

  tws::Order limit = market;
  limit.order_type = "LMT";
  limit.lmt_price = tradewind::Price::of(1);
  limit.order_ref = "example-2";
  const auto resting = value_or_exit(connection->place(stock("AAPL"), limit));
  value_or_exit(connection->cancel_order(resting));
  const auto cancelled = value_or_exit(connection->wait_for(resting, std::chrono::seconds{30}));
  tell(cancelled);
  return filled.stage() == client::OrderStage::filled && cancelled.stage() == client::OrderStage::cancelled ? 0 : 1;
}
