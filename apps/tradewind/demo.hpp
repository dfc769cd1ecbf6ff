#pragma once

#include "apps/tradewind/account_report.hpp"
#include "apps/tradewind/failure.hpp"
#include "apps/tradewind/market_source.hpp"
#include "apps/tradewind/virtual_run.hpp"
#include "tradewind/core/strategy/parameters.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::app {

struct DemoOptions {
  MarketChoice market;
  std::string strategy = "ma_cross";
  strategy::ParameterValues parameters;  // "symbols" is the market's, unless it is named here
  std::optional<std::string> state;      // an empty or new folder; default: a new one for temporary files
  // For proving that the comparison of the books is worth something: the gateway hides account values and positions; one
  // share of this symbol is added to the gateway's books.
  bool mute_account_data = false;
  std::optional<std::string> extra_share;
  // For tests.
  std::function<std::size_t()> read_at_most;
  std::function<std::unique_ptr<journal::Directory>(journal::Directory&)> wrap_directory;
};

struct DemoReport {
  AccountReport account;
  Amount gateway_cash = Amount::zero();
  std::vector<std::pair<std::string, Position>> gateway_positions;  // that are not zero
  std::vector<std::string> differences;  // between our books and the gateway's; must be empty
  std::string journal_path;
  std::uint64_t journal_records = 0;
  std::string journal_head;  // SHA-256 of the last record, in hexadecimal
  Duration wall_time{};
};

// Trades the market days from beginning to end, verifies the journal and compares the books. `on_advance` is called before
// each step of the virtual clock; false ends the run early. An error is a run that could not be finished; books that differ
// are in the report.
[[nodiscard]] Result<DemoReport> run_demo(const DemoOptions& options, std::function<bool(VirtualRun&)> on_advance);

struct DemoCommand {
  DemoOptions demo;
  bool headless = false;
  std::optional<std::string> json_file;
  unsigned seconds = 20;  // how long the live view takes; 0 as fast as it goes
};
[[nodiscard]] int demo_command(const DemoCommand& command);

}  // namespace tradewind::app
