// Connects, says which accounts the login has, and asks for the gateway's time and for a contract.
#include "example.hpp"

int main(int argc, char** argv) {
  using namespace example;
  const auto connection = connect(argc, argv);

  const auto accounts = value_or_exit(connection->call([](client::Client& client) { return client.accounts(); }));
  for (const auto& account : accounts) fmt::print("account {}\n", account);

  // A blocking request: one call, one answer. What failed, and whether the answer is whole, is in the answer itself.
  const auto time = value_or_exit(connection->ask(tws::CurrentTimeRequest{}));
  if (time.complete()) fmt::print("gateway time {}\n", time.rows().front()->current_time);

  const auto details = value_or_exit(connection->ask(tws::ContractDataRequest{.contract = stock("AAPL")}));
  if (!details.complete()) {
    fmt::print(stderr, "no details: {} {}\n", details.failure()->code, details.failure()->text);
    return 1;
  }
  for (const auto& row : details.rows<tws::ContractData>()) {
    fmt::print("contract {} {} on {}, trades from {}\n", row->contract.con_id, row->contract.symbol,
               row->contract.primary_exchange, row->contract_details.min_tick.value_or(tradewind::Price::zero()));
  }
}
