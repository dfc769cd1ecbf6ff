#include "tradewind/sim/gateway/internal/display_groups.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tradewind::sim::gateway {
namespace {

// "none", "combo", or a contract id and an exchange.
bool is_content(std::string_view text) {
  if (text == "none" || text == "combo") return true;
  const std::size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size() || text.size() > 64) return false;
  return std::ranges::all_of(text.substr(0, at), [](char c) { return c >= '0' && c <= '9'; });
}

constexpr std::size_t kSubscriptionsMax = 100;  // of one client; ours, so that nobody's memory grows for ever

}  // namespace

void DisplayGroups::query(const tws::QueryDisplayGroupsRequest& request) {
  client_.send(tws::DisplayGroupList{.req_id = request.req_id, .groups = "1|2|3|4|5|6|7"});
}

void DisplayGroups::subscribe(const tws::SubscribeToGroupEventsRequest& request) {
  const std::int32_t group = request.group_id;
  if (group < 1 || static_cast<std::size_t>(group) > client_.group_contents().size()) {
    return client_.error(
        request.req_id, 321,
        fmt::format("Error validating request.-'cl' : cause - Display group {} does not exist", group));
  }
  if (subscriptions_.size() >= kSubscriptionsMax && !subscriptions_.contains(request.req_id)) {
    return client_.error(request.req_id, 322,
                         "Error processing request.-'cl' : cause - Too many subscriptions to display groups");
  }
  subscriptions_.insert_or_assign(request.req_id, group);
  client_.send(tws::DisplayGroupUpdated{
      .req_id = request.req_id, .contract_info = client_.group_contents()[static_cast<std::size_t>(group) - 1]});
}

void DisplayGroups::update(const tws::UpdateDisplayGroupRequest& request) {
  const auto subscription = subscriptions_.find(request.req_id);
  if (subscription == subscriptions_.end()) {
    return client_.error(request.req_id, 321,
                         "Error validating request.-'cm' : cause - Not subscribed to a display group with this id");
  }
  if (!is_content(request.contract_info)) {
    return client_.error(request.req_id, 321,
                         "Error validating request.-'cm' : cause - Invalid contract info, use conId@exchange or none");
  }
  client_.set_group(subscription->second, std::string{request.contract_info});
}

void DisplayGroups::on_change(std::int32_t group) {
  for (const auto& [request_id, followed] : subscriptions_) {
    if (followed != group) continue;
    client_.send(tws::DisplayGroupUpdated{
        .req_id = request_id, .contract_info = client_.group_contents()[static_cast<std::size_t>(group) - 1]});
  }
}

}  // namespace tradewind::sim::gateway
