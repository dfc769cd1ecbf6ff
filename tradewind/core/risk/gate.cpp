#include "tradewind/core/risk/gate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::risk {
namespace {

using model::OrderIntent;

class Verdict {
 public:
  void deny(std::string_view rule, std::string detail) { reasons_.push_back({std::string{rule}, std::move(detail)}); }
  [[nodiscard]] std::vector<Reason> take() && { return std::move(reasons_); }

 private:
  std::vector<Reason> reasons_;
};

// The price at which an order's value is judged: the limit when it is dearer for us than the reference, else the reference.
Price valuation_price(const OrderIntent& intent, Price reference) {
  const auto& limit = intent.request.limit_price;
  return limit && *limit > reference ? *limit : reference;
}

void check_conformity(const OrderIntent& intent, Verdict& verdict) {
  const auto& request = intent.request;
  if (request.quantity.is_zero()) verdict.deny("PTR-27 CONFORM", "the quantity is zero");
  const bool wants_limit = request.type == model::OrderType::limit;
  if (wants_limit != request.limit_price.has_value()) {
    verdict.deny("PTR-27 CONFORM",
                 wants_limit ? "a limit order needs a limit price" : "a market order takes no limit price");
  }
  if (intent.account.empty()) verdict.deny("PTR-32 OWNER", "the order names no account");
}

void check_collar(const OrderIntent& intent, Price reference, const Limits& limits, Verdict& verdict) {
  if (!intent.request.limit_price) return;
  const Int128 distance = Int128{intent.request.limit_price->raw()} - reference.raw();
  const Int128 size = reference.raw() < 0 ? -Int128{reference.raw()} : Int128{reference.raw()};
  if ((distance < 0 ? -distance : distance) * 10'000 > size * limits.price_collar_bp) {
    verdict.deny("PTR-07 PRICE_COLLAR", fmt::format("limit={} reference={} allowed={} bp", *intent.request.limit_price,
                                                    reference, limits.price_collar_bp));
  }
}

// The largest position on the order's side that could come about: everything working on it filled, nothing on the other.
// An order that only reduces is never held back by the position limit.
std::optional<Quantity> worst_position(const OrderIntent& intent, const Circumstances& now) {
  const bool buy = intent.request.side == Side::buy;
  const Int128 position = buy ? Int128{now.position.raw()} : -Int128{now.position.raw()};
  const Int128 working = buy ? now.working_buy.raw() : now.working_sell.raw();
  return Quantity::try_from_raw(std::max(position + working + intent.request.quantity.raw(), Int128{0}));
}

void check_values(const OrderIntent& intent, const Circumstances& now, const Limits& limits, Verdict& verdict) {
  if (intent.contract.currency != limits.currency) {
    verdict.deny("PTR-34 CURRENCY", fmt::format("the limits are in {}, the instrument trades in {}", limits.currency,
                                                intent.contract.currency));
    return;
  }
  const Price price = valuation_price(intent, *now.reference);
  const auto value = notional(price, intent.request.quantity, intent.contract.multiplier);
  if (!value || magnitude(*value) > limits.order_value_max) {
    verdict.deny("PTR-02 ORDER_VALUE", fmt::format("value={} limit={} {}", value ? value->rounded_text(2) : "too large",
                                                   limits.order_value_max, limits.currency));
  }
  const auto position = worst_position(intent, now);
  const auto exposure = position ? notional(price, *position, intent.contract.multiplier) : std::nullopt;
  if (!exposure || magnitude(*exposure) > limits.position_value_max) {
    verdict.deny("PTR-10 POSITION",
                 fmt::format("worst case={} limit={} {}", exposure ? exposure->rounded_text(2) : "too large",
                             limits.position_value_max, limits.currency));
  }
}

}  // namespace

std::expected<model::ApprovedOrder, std::vector<Reason>> Gate::check(const OrderIntent& intent,
                                                                     const Circumstances& now) const {
  Verdict verdict;
  if (now.closed) verdict.deny("PTR-01 STATE", *now.closed);
  check_conformity(intent, verdict);
  if (intent.request.quantity > limits_.order_quantity_max) {
    verdict.deny("PTR-03 ORDER_VOLUME",
                 fmt::format("quantity={} limit={}", intent.request.quantity, limits_.order_quantity_max));
  }
  if (!now.reference) {
    verdict.deny("PTR-16 STALE_DATA", "no reference price: no quote and no trade has been seen");
  } else {
    check_collar(intent, *now.reference, limits_, verdict);
    check_values(intent, now, limits_, verdict);
  }
  auto reasons = std::move(verdict).take();
  if (!reasons.empty()) return std::unexpected{std::move(reasons)};
  return model::ApprovedOrder{intent};
}

std::vector<std::pair<std::string, std::string>> described(const Limits& limits) {
  return {{"currency", std::string{limits.currency.view()}},
          {"order_value_max", limits.order_value_max.text()},
          {"order_quantity_max", limits.order_quantity_max.text()},
          {"price_collar_bp", std::to_string(limits.price_collar_bp)},
          {"position_value_max", limits.position_value_max.text()}};
}

namespace {

// A full account number has no place in a log; its ends tell the owner which it is.
std::string masked(const model::AccountId& account) {
  const std::string_view number = account.view();
  if (number.size() < 6) return fmt::format("{}***", number.substr(0, 1));
  return fmt::format("{}***{}", number.substr(0, 1), number.substr(number.size() - 3));
}

// Letters and digits alone: two numbers in one name, joined by whatever a list may come to be separated with, are not one
// demo account.
bool is_demo_account(std::string_view account) {
  const auto letter_or_digit = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return account.size() > 1 && account.front() == 'D' && std::ranges::all_of(account, letter_or_digit);
}

}  // namespace

std::optional<std::string> refuse_real_accounts(const std::vector<model::AccountId>& accounts) {
  if (accounts.empty()) return "the login manages no account";
  for (const auto& account : accounts) {
    if (!is_demo_account(account.view())) {
      return fmt::format(
          "account {} is not a paper account (its number would begin with D, letters and digits alone); real accounts "
          "are not traded by this version",
          masked(account));
    }
  }
  return std::nullopt;
}

}  // namespace tradewind::risk
