#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway {

// What one client has subscribed to of one kind, found by request id or by listing: a market event costs nothing to those
// who have not asked for it. A Subscription has `request_id` and `listing`; its address stays the same while it lives.
template <class Subscription>
class Subscriptions {
 public:
  [[nodiscard]] bool contains(std::int32_t request_id) const { return by_id_.contains(request_id); }
  [[nodiscard]] bool empty() const { return by_id_.empty(); }
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  // There must be none with this request id.
  Subscription& add(Subscription subscription) {
    const std::int32_t id = subscription.request_id;
    Subscription& added = by_id_.emplace(id, std::move(subscription)).first->second;
    if (by_listing_.size() <= added.listing) by_listing_.resize(std::size_t{added.listing} + 1);
    by_listing_[added.listing].push_back(&added);
    return added;
  }
  bool remove(std::int32_t request_id) {
    const auto found = by_id_.find(request_id);
    if (found == by_id_.end()) return false;
    std::erase(by_listing_[found->second.listing], &found->second);
    by_id_.erase(found);
    return true;
  }
  // In the order of their requests.
  [[nodiscard]] const std::vector<Subscription*>& of(std::uint32_t listing) const {
    return listing < by_listing_.size() ? by_listing_[listing] : none_;
  }
  // Ascending by request id.
  [[nodiscard]] auto begin() { return by_id_.begin(); }
  [[nodiscard]] auto end() { return by_id_.end(); }
  [[nodiscard]] auto begin() const { return by_id_.begin(); }
  [[nodiscard]] auto end() const { return by_id_.end(); }

 private:
  std::map<std::int32_t, Subscription> by_id_;
  std::vector<std::vector<Subscription*>> by_listing_;
  std::vector<Subscription*> none_;
};

}  // namespace tradewind::sim::gateway
