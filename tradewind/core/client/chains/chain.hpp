#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::client::chains {

enum class Right : std::uint8_t { call, put };

// A date on which options expire.
class Expiry {
 public:
  // "20260116"; IB may put a time and a zone behind it, after a blank.
  [[nodiscard]] static Result<Expiry> parse(std::string_view text);
  [[nodiscard]] int yyyymmdd() const { return yyyymmdd_; }
  [[nodiscard]] std::string text() const;
  friend auto operator<=>(Expiry, Expiry) = default;

 private:
  explicit Expiry(int yyyymmdd) : yyyymmdd_{yyyymmdd} {}
  int yyyymmdd_;
};

// What one securityDefinitionOptionParameter says: there may be options of any of these expiries and strikes.
struct ChainRow {
  std::string exchange;
  std::string trading_class;
  Multiplier multiplier = Multiplier::of(1);
  std::int32_t underlying_con_id = 0;
  std::vector<Expiry> expiries;  // ascending, each once
  std::vector<Price> strikes;    // ascending, each once
};
[[nodiscard]] Result<ChainRow> chain_row(const tws::SecDefOptParameter& message);
// A strike as the wire has it. Digits that only floating-point arithmetic can have added are dropped; others are refused.
[[nodiscard]] Result<Price> strike_price(double strike);

struct ChainFilter {
  std::string exchange = "SMART";
  std::string trading_class;  // empty: any
  std::optional<Expiry> expiry_from;
  std::optional<Expiry> expiry_until;  // this one, too
  std::optional<Price> strike_from;
  std::optional<Price> strike_until;  // this one, too
  // The strike nearest to `reference` (of two the lower) and so many on each side of it, for each row by itself.
  struct Around {
    Price reference;
    std::size_t on_each_side = 0;
  };
  std::optional<Around> around;
  bool calls = true;
  bool puts = true;
  std::size_t contracts_max = 200;
};

// An option that may exist.
struct Candidate {
  std::string exchange;
  std::string trading_class;
  Multiplier multiplier = Multiplier::of(1);
  Expiry expiry;
  Price strike;
  Right right{};
  friend bool operator==(const Candidate&, const Candidate&) = default;
};
[[nodiscard]] std::string text_of(const Candidate& candidate);

// By trading class, multiplier, expiry, strike, right; each once. Errors: `invalid_argument` for a filter that cannot
// match anything, `not_found` when nothing is left, `refused` when it is more than `contracts_max`.
[[nodiscard]] Result<std::vector<Candidate>> select(std::span<const ChainRow> rows, const ChainFilter& filter);

}  // namespace tradewind::client::chains

namespace tradewind {
template <>
inline constexpr auto kEnumNames<client::chains::Right> =
    std::to_array<std::pair<client::chains::Right, std::string_view>>(
        {{client::chains::Right::call, "C"}, {client::chains::Right::put, "P"}});
}  // namespace tradewind
