#include "tradewind/core/tws/error_catalogue.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/tws/internal/error_table.hpp"

#include <algorithm>

namespace tradewind::tws {
namespace {

using internal::kErrorTable;

static_assert(std::ranges::adjacent_find(kErrorTable, [](const ErrorInfo& a, const ErrorInfo& b) {
                return a.code >= b.code;
              }) == kErrorTable.end());

constexpr ErrorInfo kUnknown{
    .meaning = "a code that the catalogue does not know",
    .what_to_do = "ask the broker about the order it names; nothing is rejected or ended by it"};

}  // namespace

std::span<const ErrorInfo> error_catalogue() { return kErrorTable; }

const ErrorInfo* find_error(std::int32_t code) {
  const auto* const found = std::ranges::lower_bound(kErrorTable, code, {}, &ErrorInfo::code);
  return found != kErrorTable.end() && found->code == code ? found : nullptr;
}

const ErrorInfo& error_info(std::int32_t code) {
  const ErrorInfo* const found = find_error(code);
  return found == nullptr ? kUnknown : *found;
}

OrderEffect order_effect(const ErrorInfo& info, RequestKind kind) {
  if (kind == RequestKind::new_order) return info.new_order;
  if (kind == RequestKind::modify_order) return info.modification;
  TW_CHECK(kind == RequestKind::cancel_order);
  return info.cancellation;
}

Ends ends(const ErrorInfo& info, RequestKind kind) {
  if (kind < RequestKind::new_order) return (info.only & kinds(kind)) != 0 ? info.request : Ends::no;
  switch (order_effect(info, kind)) {
    case OrderEffect::none:
      return Ends::no;
    case OrderEffect::rejected:
    case OrderEffect::refused:
    case OrderEffect::cancelled:
      return Ends::yes;
    case OrderEffect::ask:
      break;
  }
  return Ends::ask;
}

Ends ends(std::int32_t code, RequestKind kind) { return ends(error_info(code), kind); }

}  // namespace tradewind::tws
