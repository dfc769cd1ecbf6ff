#include "tradewind/core/client/orders/internal/order_tables.hpp"
#include "tradewind/core/client/orders/internal/tables.hpp"
#include "tradewind/core/client/orders/internal/walk.hpp"
#include "tradewind/core/client/orders/place.hpp"

#include <algorithm>
#include <span>

namespace tradewind::client::orders {

namespace {

using internal::FieldGate;
using internal::kNever;

int first_version(const FieldGate& gate, int protobuf_from) {
  if (gate.text < protobuf_from) return gate.text;
  return std::max(gate.protobuf, protobuf_from);
}

template <class Message>
std::vector<Refusal> check(const Message& message, std::span<const FieldGate> gates, int protobuf_from,
                           int server_version) {
  std::vector<Refusal> out;
  internal::walk(message, "", [&](const std::string& path, const auto& value, const auto& by_default) {
    if (value == by_default) return;
    const auto gate = std::lower_bound(gates.begin(), gates.end(), path,
                                       [](const FieldGate& g, const std::string& p) { return g.path < p; });
    TW_CHECK(gate != gates.end() && gate->path == path);  // both come from the schema
    if (server_version >= (server_version < protobuf_from ? gate->text : gate->protobuf)) return;
    out.push_back(
        {0, path,
         gate->protobuf == kNever && gate->text == kNever
             ? std::string{"cannot be sent to any server"}
             : fmt::format("needs server version {}, the session has {}: leave it out, or update TWS or the gateway",
                           first_version(*gate, protobuf_from), server_version)});
  });
  return out;
}

}  // namespace

std::vector<Refusal> version_refusals(const tws::PlaceOrderRequest& message, int server_version) {
  return check(message, internal::kPlaceOrderRequestGates, internal::kPlaceOrderRequestProtobufFrom, server_version);
}
std::vector<Refusal> version_refusals(const tws::CancelOrderRequest& message, int server_version) {
  return check(message, internal::kCancelOrderRequestGates, internal::kCancelOrderRequestProtobufFrom, server_version);
}
std::vector<Refusal> version_refusals(const tws::GlobalCancelRequest& message, int server_version) {
  return check(message, internal::kGlobalCancelRequestGates, internal::kGlobalCancelRequestProtobufFrom,
               server_version);
}
std::vector<Refusal> version_refusals(const tws::ExerciseOptionsRequest& message, int server_version) {
  return check(message, internal::kExerciseOptionsRequestGates, internal::kExerciseOptionsRequestProtobufFrom,
               server_version);
}

}  // namespace tradewind::client::orders
