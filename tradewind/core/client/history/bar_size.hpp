#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/result.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tradewind::client::history {

// Every size of bar IB has, from the shortest.
enum class BarSize : std::uint8_t {
  secs_1,
  secs_5,
  secs_10,
  secs_15,
  secs_30,
  min_1,
  mins_2,
  mins_3,
  mins_5,
  mins_10,
  mins_15,
  mins_20,
  mins_30,
  hour_1,
  hours_2,
  hours_3,
  hours_4,
  hours_8,
  day_1,
  week_1,
  month_1,
};
inline constexpr int kBarSizes = 21;

// As on the wire, or "1 sec", "1W" and "1M", which people write.
[[nodiscard]] Result<BarSize> parse_bar_size(std::string_view text);

// A month counts as 30 days.
[[nodiscard]] std::chrono::seconds nominal_length(BarSize size);
// To 30 seconds: IB's windows of pacing apply, and there is nothing older than six months.
[[nodiscard]] constexpr bool is_small(BarSize size) { return size <= BarSize::secs_30; }
// Bars that carry a date and no time of day.
[[nodiscard]] constexpr bool is_dated(BarSize size) { return size >= BarSize::day_1; }

}  // namespace tradewind::client::history

namespace tradewind {
template <>
inline constexpr auto kEnumNames<client::history::BarSize> =
    std::to_array<std::pair<client::history::BarSize, std::string_view>>({
        {client::history::BarSize::secs_1, "1 secs"},   {client::history::BarSize::secs_5, "5 secs"},
        {client::history::BarSize::secs_10, "10 secs"}, {client::history::BarSize::secs_15, "15 secs"},
        {client::history::BarSize::secs_30, "30 secs"}, {client::history::BarSize::min_1, "1 min"},
        {client::history::BarSize::mins_2, "2 mins"},   {client::history::BarSize::mins_3, "3 mins"},
        {client::history::BarSize::mins_5, "5 mins"},   {client::history::BarSize::mins_10, "10 mins"},
        {client::history::BarSize::mins_15, "15 mins"}, {client::history::BarSize::mins_20, "20 mins"},
        {client::history::BarSize::mins_30, "30 mins"}, {client::history::BarSize::hour_1, "1 hour"},
        {client::history::BarSize::hours_2, "2 hours"}, {client::history::BarSize::hours_3, "3 hours"},
        {client::history::BarSize::hours_4, "4 hours"}, {client::history::BarSize::hours_8, "8 hours"},
        {client::history::BarSize::day_1, "1 day"},     {client::history::BarSize::week_1, "1 week"},
        {client::history::BarSize::month_1, "1 month"},
    });
}  // namespace tradewind
