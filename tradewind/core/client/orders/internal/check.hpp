#pragma once

#include "tradewind/core/client/orders/place.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::client::orders::internal {

class Refusals {
 public:
  void add(int ib_code, std::string_view field, std::string detail) {
    list_.push_back({ib_code, std::string{field}, std::move(detail)});
  }
  void add_if(bool wrong, int ib_code, std::string_view field, std::string_view detail) {
    if (wrong) add(ib_code, field, std::string{detail});
  }
  void append(std::vector<Refusal> more) {
    for (Refusal& refusal : more) list_.push_back(std::move(refusal));
  }
  [[nodiscard]] std::vector<Refusal> take() { return std::move(list_); }

 private:
  std::vector<Refusal> list_;
};

// What the order's type, size, attributes, and what is known of the contract, forbid.
void check_order(const Contract& contract, const Order& order, const Session& session, const ContractFacts& facts,
                 const tws::PlaceOrderRequest& message, Refusals& out);
// The account that an order or an exercise names, or does not.
void check_account(const std::string* account, bool is_allocated, const Session& session, Refusals& out);
// No text holds what the protocol cannot carry.
void check_texts(const tws::PlaceOrderRequest& message, Refusals& out);
void check_texts(const tws::CancelOrderRequest& message, Refusals& out);
void check_texts(const tws::GlobalCancelRequest& message, Refusals& out);
void check_texts(const tws::ExerciseOptionsRequest& message, Refusals& out);

}  // namespace tradewind::client::orders::internal
