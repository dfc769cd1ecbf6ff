#include "tradewind/core/client/history/bar_size.hpp"

#include <fmt/format.h>

#include <string>

namespace tradewind::client::history {
namespace {

constexpr std::array<int, kBarSizes> kSeconds{1,    5,      10,     15,     30,     60,      120,
                                              180,  300,    600,    900,    1200,   1800,    3600,
                                              7200, 10'800, 14'400, 28'800, 86'400, 604'800, 2'592'000};

}  // namespace

Result<BarSize> parse_bar_size(std::string_view text) {
  if (const auto size = parse_enum<BarSize>(text)) return *size;
  if (text == "1 sec") return BarSize::secs_1;
  if (text == "1W") return BarSize::week_1;
  if (text == "1M") return BarSize::month_1;
  std::string all;
  for (const auto& [size, wire] : kEnumNames<BarSize>) all += (all.empty() ? "" : ", ") + std::string{wire};
  return fail(Errc::invalid_argument,
              fmt::format("there are no bars of '{}': choose one of {}", text.substr(0, 32), all));
}

std::chrono::seconds nominal_length(BarSize size) {
  return std::chrono::seconds{kSeconds.at(static_cast<std::size_t>(size))};
}

}  // namespace tradewind::client::history
