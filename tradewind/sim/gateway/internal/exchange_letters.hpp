#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace tradewind::sim::gateway {

// Consolidated quotes name exchanges by letters; this is the map of US stocks.
struct ExchangeLetter {
  std::int32_t bit;
  std::string_view exchange;
  std::string_view letter;
};
inline constexpr std::string_view kStockMap = "9c0001";
inline constexpr auto kExchangeLetters = std::to_array<ExchangeLetter>({
    {0, "AMEX", "A"},
    {1, "BEX", "B"},
    {2, "NYSENAT", "C"},
    {3, "PEARL", "H"},
    {4, "EDGEA", "J"},
    {5, "EDGX", "K"},
    {6, "LTSE", "L"},
    {7, "CHX", "M"},
    {8, "NYSE", "N"},
    {9, "ARCA", "P"},
    {10, "NASDAQ", "Q"},
    {11, "MEMX", "U"},
    {12, "IEX", "V"},
    {13, "PSX", "X"},
    {14, "BYX", "Y"},
    {15, "BATS", "Z"},
});

// That of NASDAQ for an exchange that has none.
[[nodiscard]] constexpr std::string_view letter_of(std::string_view exchange) {
  const auto* const found = std::ranges::find(kExchangeLetters, exchange, &ExchangeLetter::exchange);
  return found == kExchangeLetters.end() ? std::string_view{"Q"} : found->letter;
}

}  // namespace tradewind::sim::gateway
