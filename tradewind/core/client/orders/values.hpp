#pragma once

#include "tradewind/core/base/fixed_point.hpp"
#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tradewind::client::orders {

struct PercentTag {
  static constexpr int kDecimals = 6;
  static constexpr bool kSigned = true;
  static constexpr std::string_view kName = "percent";
};
struct FractionTag {
  static constexpr int kDecimals = 6;
  static constexpr bool kSigned = true;
  static constexpr std::string_view kName = "fraction";
};

using Percent = FixedPoint<PercentTag>;    // Percent::of(5) is 5 %
using Fraction = FixedPoint<FractionTag>;  // 0.1 is a tenth; also betas and hedge ratios

using OrderId = Id<struct OrderIdTag, std::int32_t>;
using ContractId = Id<struct ContractIdTag, std::int32_t>;

// A text that has to be stated, of one kind: a currency is no symbol. An empty one is refused when the order is made.
template <class Tag>
class Required {
 public:
  explicit Required(std::string text) : text_{std::move(text)} {}
  [[nodiscard]] const std::string& text() const { return text_; }
  friend bool operator==(const Required&, const Required&) = default;

 private:
  std::string text_;
};
using Symbol = Required<struct SymbolTag>;
using Currency = Required<struct CurrencyTag>;
using Exchange = Required<struct ExchangeTag>;
using Account = Required<struct AccountTag>;

// A wall clock time in a named zone, "20131007 09:30:00 US/Eastern".
class ZonedTime {
 public:
  ZonedTime(const CivilTime& local, std::string zone) : local_{local}, zone_{std::move(zone)} {}
  [[nodiscard]] static ZonedTime utc(Timestamp time) { return {civil_utc(time), "UTC"}; }
  [[nodiscard]] const CivilTime& local() const { return local_; }
  [[nodiscard]] const std::string& zone() const { return zone_; }
  [[nodiscard]] std::string text(char between_date_and_time) const {
    return fmt::format("{:04}{:02}{:02}{}{:02}:{:02}:{:02} {}", local_.year, local_.month, local_.day,
                       between_date_and_time, local_.hour, local_.minute, local_.second, zone_);
  }
  friend bool operator==(const ZonedTime&, const ZonedTime&) = default;

 private:
  CivilTime local_;
  std::string zone_;
};

// What was wrong with an order, before it was sent. Code 0: IB has none, or we do not know it.
struct Refusal {
  int ib_code = 0;     // what IB would answer
  std::string field;   // the field, by its name on the wire
  std::string detail;  // what is wrong, and the remedy
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

}  // namespace tradewind::client::orders
