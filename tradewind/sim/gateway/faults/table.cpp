#include "tradewind/sim/gateway/faults/table.hpp"

#include "tradewind/sim/gateway/faults/internal/faults_csv.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tradewind::sim::gateway::faults {
namespace {

constexpr std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

// The next field, without its quotes; no field has quotes inside.
constexpr std::string_view take_field(std::string_view& line) {
  const bool quoted = line.starts_with('"');
  if (quoted) line.remove_prefix(1);
  const std::string_view field = line.substr(0, line.find(quoted ? '"' : ','));
  line.remove_prefix(std::min(line.size(), field.size() + (quoted ? 2 : 1)));
  return field;
}

constexpr std::size_t kRows = static_cast<std::size_t>(std::ranges::count(kFaultsCsv, '\n')) - 1;

constexpr std::array<FaultRow, kRows> kTable = [] {
  std::array<FaultRow, kRows> rows;
  std::string_view text = kFaultsCsv;
  take_line(text);  // the names of the columns
  for (FaultRow& row : rows) {
    std::string_view line = take_line(text);
    row.id = take_field(line);
    row.on_wire = take_field(line) == "yes";
    row.layer = take_field(line);
    row.implemented = take_field(line) == "yes";
    row.effect = take_field(line);
    row.reason = take_field(line);
  }
  return rows;
}();

}  // namespace

std::span<const FaultRow> fault_table() { return kTable; }

const FaultRow* find_row(std::string_view id) {
  const auto row = std::ranges::find(kTable, id, &FaultRow::id);
  return row == kTable.end() ? nullptr : &*row;
}

}  // namespace tradewind::sim::gateway::faults
