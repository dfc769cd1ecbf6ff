#pragma once

#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/model/order.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tradewind::model {

// IB's execution id: dotted text whose last part is a revision, "0000e0d5.63cefb1e.01.01". A correction is a further
// execution with the same stem and a higher revision; it replaces the earlier one.
class ExecId {
 public:
  ExecId() = default;
  // Empty when the text is empty, longer than 64 characters or not printable ASCII. Without a numeric last part the
  // whole text is the stem and the revision is 0.
  [[nodiscard]] static std::optional<ExecId> from(std::string_view text);

  [[nodiscard]] std::string_view view() const { return text_.view(); }
  [[nodiscard]] std::string_view stem() const { return text_.view().substr(0, stem_size_); }
  [[nodiscard]] std::uint32_t revision() const { return revision_; }

  friend bool operator==(const ExecId& a, const ExecId& b) { return a.text_ == b.text_; }
  friend auto operator<=>(const ExecId& a, const ExecId& b) { return a.text_ <=> b.text_; }

 private:
  InlineText<64> text_;
  std::uint8_t stem_size_ = 0;
  std::uint32_t revision_ = 0;
};

// A fill as the broker reports it.
struct Execution {
  ExecId exec_id;
  AccountId account;
  ContractRef contract;
  Side side = Side::buy;
  Quantity quantity = Quantity::zero();
  Price price = Price::zero();
  Quantity cumulative = Quantity::zero();  // of the order, as the broker counts
  OrderId order_id{0};
  ClientId client_id{0};
  PermId perm_id{0};
  OrderRef order_ref;        // empty when the order carries none of our form
  InlineText<48> time_text;  // as received; forms and zones vary

  friend bool operator==(const Execution&, const Execution&) = default;
};

// The fee of one execution; it may come before the execution, long after it, or not at all.
struct Commission {
  ExecId exec_id;
  Money commission;                    // positive is a cost, negative a rebate
  std::optional<Amount> realized_pnl;  // IB's own figure, shown and never used

  friend bool operator==(const Commission&, const Commission&) = default;
};

}  // namespace tradewind::model
