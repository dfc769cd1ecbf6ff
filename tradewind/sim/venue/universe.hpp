#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::venue {

// All combos in US dollars go by this number at IB.
inline constexpr std::int32_t kComboNumber = 28812380;

// What a request says of a contract. What is empty was not said.
struct ContractQuery {
  std::int32_t con_id = 0;
  std::string_view symbol;
  std::string_view security_type;
  std::string_view expiry;  // yyyymm or yyyymmdd
  std::optional<Price> strike;
  Right right = Right::none;
  std::optional<Multiplier> multiplier;
  std::string_view exchange;
  std::string_view primary_exchange;
  std::string_view currency;
  std::string_view local_symbol;
  std::string_view trading_class;
  std::string_view isin;
  std::string_view cusip;
};

// All that is listed, found by binary search however it is asked for: by contract id, by local symbol, or by symbol and
// as much of type, expiry, strike and right as is known. The order of listings is that of their making; an index into it
// stays good for ever.
class Universe {
 public:
  static constexpr std::size_t kCombosMax = 2'048;  // of all clients together, so that nobody can fill the memory

  explicit Universe(std::vector<Listing> listings);
  // Addresses of listings are good for ever, also when it moves; a copy would have others.
  Universe(Universe&&) = default;
  Universe& operator=(Universe&&) = default;
  Universe(const Universe&) = delete;
  Universe& operator=(const Universe&) = delete;
  ~Universe() = default;

  [[nodiscard]] const std::vector<Listing>& listings() const { return listings_; }
  [[nodiscard]] std::optional<std::uint32_t> by_con_id(std::int32_t con_id) const;
  // Everything a query fits, ascending by symbol, type, expiry, strike and right.
  [[nodiscard]] std::vector<std::uint32_t> find(const ContractQuery& query) const;
  // What is listed under this symbol, in the same order.
  [[nodiscard]] std::vector<std::uint32_t> by_symbol(std::string_view symbol) const;

  // The combo of these legs; empty when none was made.
  [[nodiscard]] std::optional<std::uint32_t> combo(std::vector<Leg> legs) const;
  // The same, made and listed if need be. Empty when a leg is not listed or no combo may have it, legs repeat, or
  // kCombosMax others exist.
  std::optional<std::uint32_t> make_combo(std::vector<Leg> legs);

 private:
  void index(std::uint32_t at);

  std::vector<Listing> listings_;
  std::vector<std::pair<std::int32_t, std::uint32_t>> by_con_id_;
  std::vector<std::uint32_t> by_key_;  // ascending by symbol, type, expiry, strike, right
  std::vector<std::uint32_t> by_local_;  // ascending by local symbol
  std::map<std::vector<Leg>, std::uint32_t> combos_;
};

}  // namespace tradewind::sim::venue
