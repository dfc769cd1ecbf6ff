#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/id.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/owned.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace tradewind::client {

// Names one request or subscription of a Client. Never used twice by one Client, and not what travels: a subscription
// that is renewed gets another number on the wire.
using RequestId = Id<struct RequestTag, std::int64_t>;

// Why a request has ended without its answer, or a subscription for good.
struct Failure {
  enum class Reason : std::uint8_t {
    refused,       // the gateway said so: `code` and `text` are its own
    no_answer,     // silence up to the time limit. It is not a "no": what was asked for may exist
    disconnected,  // the connection went before the answer was whole
    cancelled,     // by `Client::cancel`
    not_sent,      // it never left, for the reason in `text`
  };
  Reason reason{};
  std::int32_t code = 0;  // IB's error code when refused; docs/guide/error-codes.md
  std::string text;
};

// A list of message types.
template <class... Message>
struct Messages {};

// What a finished request has brought: every row that came, in order, each kind by itself. Rows own their texts.
//
// Without an end marker the answer is not complete, and what is missing is not known to be absent.
template <class... Row>
class Answer {
 public:
  // The end marker came. False whenever there is a failure.
  [[nodiscard]] bool complete() const { return !failure_; }
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

  template <class Wanted>
  [[nodiscard]] const std::vector<tws::Owned<Wanted>>& rows() const {
    return std::get<std::vector<tws::Owned<Wanted>>>(rows_);
  }
  // The rows of a request whose answer has one kind of row.
  [[nodiscard]] const auto& rows() const
    requires(sizeof...(Row) == 1)
  {
    return std::get<0>(rows_);
  }

  // --- For who collects ---
  template <class Message>
  void add(const Message& message) {
    std::get<std::vector<tws::Owned<Message>>>(rows_).emplace_back(message);
  }
  void fail(Failure failure) { failure_ = std::move(failure); }

 private:
  std::tuple<std::vector<tws::Owned<Row>>...> rows_;
  std::optional<Failure> failure_;
};

// Numbers are those of reqMarketDataType and marketDataType.
enum class DataKind : std::uint8_t { live = 1, frozen = 2, delayed = 3, delayed_frozen = 4 };

// How far the data of a subscription can be trusted at this moment.
struct Quality {
  DataKind kind = DataKind::live;
  // Nothing came for longer than the subscription allows, or a link the data come over is down.
  bool stale = false;
  // Data may be missing between the update before and this one: the number of the gap record, zero for none. Set on one
  // update only.
  std::uint64_t gap_before = 0;

  friend bool operator==(const Quality&, const Quality&) = default;
};

// One message of a subscription. The message is valid during the call only.
template <class... Row>
struct Update {
  std::variant<const Row*...> message;
  Quality quality;

  // The message when it is a `Wanted`, else null.
  template <class Wanted>
  [[nodiscard]] const Wanted* get() const {
    const auto* const found = std::get_if<const Wanted*>(&message);
    return found == nullptr ? nullptr : *found;
  }
};

// What the gateway says about a request, an order or the session that ends nothing.
struct Notice {
  std::int32_t code = 0;
  std::string text;
  bool unknown_code = false;  // the catalogue does not know it: read it, ask the broker
};

}  // namespace tradewind::client

namespace tradewind {
template <>
inline constexpr auto kEnumNames<client::Failure::Reason> =
    std::to_array<std::pair<client::Failure::Reason, std::string_view>>(
        {{client::Failure::Reason::refused, "refused"},
         {client::Failure::Reason::no_answer, "no_answer"},
         {client::Failure::Reason::disconnected, "disconnected"},
         {client::Failure::Reason::cancelled, "cancelled"},
         {client::Failure::Reason::not_sent, "not_sent"}});
template <>
inline constexpr auto kEnumNames<client::DataKind> = std::to_array<std::pair<client::DataKind, std::string_view>>(
    {{client::DataKind::live, "live"},
     {client::DataKind::frozen, "frozen"},
     {client::DataKind::delayed, "delayed"},
     {client::DataKind::delayed_frozen, "delayed_frozen"}});
}  // namespace tradewind
