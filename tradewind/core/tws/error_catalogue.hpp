#pragma once

#include "tradewind/core/base/enum_names.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

// What the codes of the `error` message mean, from errors/error_codes.csv. The code decides, never its range: a code the
// table does not know ends nothing and rejects nothing, the broker has to be asked.
namespace tradewind::tws {

enum class ErrorClass : std::uint8_t {
  connection,
  pacing,
  order_reject,
  order_warning,
  order_cancel,
  contract,
  market_data,
  historical,
  scanner,
  news,
  fundamental,
  account,
  client,
  system,
  client_local,  // client libraries give it to themselves; no gateway sends it
  unknown,
};
enum class ErrorSeverity : std::uint8_t { info, warning, error };
enum class ErrorScope : std::uint8_t { session, request, order };  // what the id of the message names
enum class RetryAdvice : std::uint8_t {
  none,  // nothing failed
  no,
  after_fix,
  after_wait,
  resubscribe,
  reconnect,
  text,  // the text decides
  ask_broker,
};
enum class ErrorBasis : std::uint8_t { documented, observed, reported, unverified, retired };  // how we know

enum class RequestKind : std::uint8_t {
  market_data,  // streams and snapshots
  depth,
  tick_by_tick,
  real_time_bars,
  historical,  // bars, ticks, head timestamps, histograms, schedules
  contract,  // details, option chains, symbol search, market rules, smart components
  scanner,
  news,  // calendar events too
  account,  // summary, updates, positions, profit and loss, executions, open and completed orders, advisors
  other,
  new_order,
  modify_order,
  cancel_order,
};
inline constexpr int kRequestKinds = 13;

// Whether a request has ended. `ask`: the code alone does not tell; read the text, ask the broker about an order.
enum class Ends : std::uint8_t { no, yes, ask };

// What a code does to an order, or to what was asked about one.
enum class OrderEffect : std::uint8_t {
  none,  // all goes on
  rejected,  // the new order was never accepted
  refused,  // the change or the cancel has no effect; the order lives on as it was
  cancelled,  // the order is cancelled
  ask,
};

using RequestKinds = std::uint16_t;  // a set: one bit for each
template <class... Kind>
[[nodiscard]] constexpr RequestKinds kinds(Kind... each) {
  return static_cast<RequestKinds>((0U | ... | (1U << static_cast<unsigned>(each))));
}
inline constexpr RequestKinds kAllKinds = (1U << kRequestKinds) - 1;

struct ErrorInfo {
  std::int32_t code = 0;
  ErrorClass error_class = ErrorClass::unknown;
  ErrorSeverity severity = ErrorSeverity::error;
  ErrorScope scope = ErrorScope::request;
  RetryAdvice retry = RetryAdvice::ask_broker;
  ErrorBasis basis = ErrorBasis::unverified;
  Ends request = Ends::ask;  // for requests that are no orders
  RequestKinds only = kAllKinds;  // and this kind; others go on
  OrderEffect new_order = OrderEffect::ask;
  OrderEffect modification = OrderEffect::ask;
  OrderEffect cancellation = OrderEffect::ask;
  std::string_view meaning;
  std::string_view what_to_do;
};

// All codes of the table, ascending.
[[nodiscard]] std::span<const ErrorInfo> error_catalogue();
// Nothing when the table does not have the code.
[[nodiscard]] const ErrorInfo* find_error(std::int32_t code);
// Never nothing: a code the table does not have gets class `unknown`, severity error, `ask` for everything, and code 0,
// which is not a claim about code 0.
[[nodiscard]] const ErrorInfo& error_info(std::int32_t code);

// Whether this code, with the id of a request of this kind, ends what was asked for. A modification or a cancel that is
// refused has ended; the order it was for has not.
[[nodiscard]] Ends ends(const ErrorInfo& info, RequestKind kind);
[[nodiscard]] Ends ends(std::int32_t code, RequestKind kind);
// The same for the three kinds that concern an order. `kind` must be one of them.
[[nodiscard]] OrderEffect order_effect(const ErrorInfo& info, RequestKind kind);

}  // namespace tradewind::tws

namespace tradewind {
template <>
inline constexpr auto kEnumNames<tws::ErrorClass> =
    std::to_array<std::pair<tws::ErrorClass, std::string_view>>({{tws::ErrorClass::connection, "connection"},
                                                                 {tws::ErrorClass::pacing, "pacing"},
                                                                 {tws::ErrorClass::order_reject, "order-reject"},
                                                                 {tws::ErrorClass::order_warning, "order-warning"},
                                                                 {tws::ErrorClass::order_cancel, "order-cancel"},
                                                                 {tws::ErrorClass::contract, "contract"},
                                                                 {tws::ErrorClass::market_data, "market-data"},
                                                                 {tws::ErrorClass::historical, "historical"},
                                                                 {tws::ErrorClass::scanner, "scanner"},
                                                                 {tws::ErrorClass::news, "news"},
                                                                 {tws::ErrorClass::fundamental, "fundamental"},
                                                                 {tws::ErrorClass::account, "account"},
                                                                 {tws::ErrorClass::client, "client"},
                                                                 {tws::ErrorClass::system, "system"},
                                                                 {tws::ErrorClass::client_local, "client-local"},
                                                                 {tws::ErrorClass::unknown, "unknown"}});
template <>
inline constexpr auto kEnumNames<tws::ErrorSeverity> =
    std::to_array<std::pair<tws::ErrorSeverity, std::string_view>>({{tws::ErrorSeverity::info, "info"},
                                                                    {tws::ErrorSeverity::warning, "warning"},
                                                                    {tws::ErrorSeverity::error, "error"}});
template <>
inline constexpr auto kEnumNames<tws::RetryAdvice> =
    std::to_array<std::pair<tws::RetryAdvice, std::string_view>>({{tws::RetryAdvice::none, "none"},
                                                                  {tws::RetryAdvice::no, "no"},
                                                                  {tws::RetryAdvice::after_fix, "after_fix"},
                                                                  {tws::RetryAdvice::after_wait, "after_wait"},
                                                                  {tws::RetryAdvice::resubscribe, "resubscribe"},
                                                                  {tws::RetryAdvice::reconnect, "reconnect"},
                                                                  {tws::RetryAdvice::text, "text"},
                                                                  {tws::RetryAdvice::ask_broker, "ask_broker"}});
template <>
inline constexpr auto kEnumNames<tws::Ends> = std::to_array<std::pair<tws::Ends, std::string_view>>(
    {{tws::Ends::no, "no"}, {tws::Ends::yes, "yes"}, {tws::Ends::ask, "ask"}});
template <>
inline constexpr auto kEnumNames<tws::OrderEffect> =
    std::to_array<std::pair<tws::OrderEffect, std::string_view>>({{tws::OrderEffect::none, "none"},
                                                                  {tws::OrderEffect::rejected, "rejected"},
                                                                  {tws::OrderEffect::refused, "refused"},
                                                                  {tws::OrderEffect::cancelled, "cancelled"},
                                                                  {tws::OrderEffect::ask, "ask"}});
}  // namespace tradewind
