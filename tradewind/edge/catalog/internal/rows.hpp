#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/model/market.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::edge::catalog::internal {

// Walks the lines of a text; both line ends are understood, the last line may lack one.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_{text} {}  // the text must outlive this object

  [[nodiscard]] std::optional<std::string_view> next();
  // Of the line `next` gave last, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

// The comma-separated fields of a line; no quoting.
void split(std::string_view line, std::vector<std::string_view>& fields);

// A whole number of decimal digits, nothing else; empty when it is none or does not fit.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view text);

// What is wrong with the prices of a bar; empty when nothing is.
[[nodiscard]] std::optional<std::string_view> price_problem(Price open, Price high, Price low, Price close);

}  // namespace tradewind::edge::catalog::internal
