// What an account holds: net liquidation, cash, positions.
#include "example.hpp"

int main(int argc, char** argv) {
  using namespace example;
  const auto connection = connect(argc, argv);

  const auto summary = value_or_exit(
      connection->ask(tws::AccountSummaryRequest{.group = "All", .tags = "NetLiquidation,TotalCashValue,BuyingPower"}));
  for (const auto& row : summary.rows()) fmt::print("{} {} {} {}\n", row->account, row->tag, row->value, row->currency);

  const auto positions = value_or_exit(connection->ask(tws::PositionsRequest{}));
  for (const auto& row : positions.rows()) fmt::print("{} {} {}\n", row->account, row->contract.symbol, row->position);

  // An answer without its end marker is not "nothing": what is missing is not known.
  fmt::print("{} positions, {}\n", positions.rows().size(),
             positions.complete() ? "all of them" : "perhaps not all: " + positions.failure()->text);
  return positions.complete() && summary.complete() ? 0 : 1;
}
