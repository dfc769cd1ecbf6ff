#include "tradewind/sim/gateway/internal/profit_reports.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLook = 1s;
constexpr std::size_t kSubscriptionsMax = 1000;  // ours, of each kind: memory is bounded

std::optional<double> observed(const std::optional<Amount>& amount) {
  return amount ? std::optional{gateway::observed(*amount)} : std::nullopt;
}

std::optional<Amount> sum(std::optional<Amount> a, std::optional<Amount> b) {
  return a && b ? add(*a, *b) : std::nullopt;
}

}  // namespace

void ProfitReports::request(const tws::PnlRequest& request) {
  subscribe(accounts_, request.req_id, request.account, request.model_code, std::nullopt);
}
void ProfitReports::cancel(const tws::CancelPnl& request) { accounts_.erase(request.req_id); }

void ProfitReports::request_single(const tws::PnlSingleRequest& request) {
  subscribe(singles_, request.req_id, request.account, request.model_code, request.con_id);
}
void ProfitReports::cancel_single(const tws::CancelPnlSingle& request) { singles_.erase(request.req_id); }

void ProfitReports::subscribe(Subscriptions& subscriptions, std::int32_t request_id, std::string_view account,
                              std::string_view model, std::optional<std::int32_t> con_id) {
  if (account.empty()) {
    return client_.error(request_id, 321, "Error validating request.-'ci' : cause - Account must not be empty");
  }
  auto accounts = client_.accounts_named(account);
  if (accounts.empty())
    return client_.error(request_id, 321, "Error validating request.-'ci' : cause - Invalid account code");
  if (subscriptions.contains(request_id)) return client_.error(request_id, 102, "Duplicate ticker ID");
  if (subscriptions.size() >= kSubscriptionsMax) {
    return client_.error(request_id, 322,
                         "Error processing request.-'ci' : cause - Maximum number of PnL requests exceeded");
  }
  // No account here has models: nothing is known of one.
  if (!model.empty()) accounts.clear();
  Subscription& made = subscriptions[request_id];
  made = Subscription{std::move(accounts), con_id, client_.now() + kLook, {}};
  tell(request_id, made);
}

std::optional<ProfitReports::Told> ProfitReports::of_accounts(const Subscription& subscription) const {
  if (subscription.accounts.empty()) return std::nullopt;
  // Several accounts are told in the base currency of the first.
  const std::string& base = subscription.accounts.front()->currency;
  Told told{{Amount::zero(), Amount::zero(), std::nullopt}};
  for (const AccountSetup* account : subscription.accounts) {
    for (const HoldingFigures& holding : client_.holdings(account->id)) {
      const Listing& listing = client_.listings()[holding.listing];
      const Profit profit =
          profit_of(holding, client_.day_start().held(account->id, listing.con_id), listing.multiplier);
      const auto in_base = [&](const std::optional<Amount>& amount) {
        return amount ? client_.converted(*amount, listing.currency, base) : std::nullopt;
      };
      told.profit.today = sum(told.profit.today, in_base(profit.today));
      told.profit.unrealized = sum(told.profit.unrealized, in_base(profit.unrealized));
      if (profit.realized_today) {
        told.profit.realized_today =
            sum(told.profit.realized_today.value_or(Amount::zero()), in_base(profit.realized_today));
      }
    }
  }
  return told;
}

std::optional<ProfitReports::Told> ProfitReports::of_position(const Subscription& subscription) const {
  std::optional<Told> told;
  for (const AccountSetup* account : subscription.accounts) {
    for (const HoldingFigures& holding : client_.holdings(account->id)) {
      const Listing& listing = client_.listings()[holding.listing];
      if (listing.con_id != *subscription.con_id) continue;
      const Profit profit =
          profit_of(holding, client_.day_start().held(account->id, listing.con_id), listing.multiplier);
      if (!told) {
        told = Told{profit, holding.position, holding.value};
        continue;
      }
      told->profit.today = sum(told->profit.today, profit.today);
      told->profit.unrealized = sum(told->profit.unrealized, profit.unrealized);
      if (profit.realized_today) {
        told->profit.realized_today = sum(told->profit.realized_today.value_or(Amount::zero()), profit.realized_today);
      }
      told->position = add(told->position, holding.position).value_or(told->position);
      told->value = add(told->value, holding.value).value_or(told->value);
    }
  }
  return told;
}

void ProfitReports::tell(std::int32_t request_id, Subscription& subscription) {
  if (client_.options().mute_account_data) return;
  const auto now = subscription.con_id ? of_position(subscription) : of_accounts(subscription);
  if (!now || subscription.told == now) return;
  subscription.told = now;
  if (!subscription.con_id) {
    client_.send(tws::Pnl{.req_id = request_id,
                          .daily_pn_l = observed(now->profit.today),
                          .unrealized_pn_l = observed(now->profit.unrealized),
                          .realized_pn_l = observed(now->profit.realized_today)});
    return;
  }
  client_.send(tws::PnlSingle{.req_id = request_id,
                              .position = now->position,
                              .daily_pn_l = observed(now->profit.today),
                              .unrealized_pn_l = observed(now->profit.unrealized),
                              .realized_pn_l = observed(now->profit.realized_today),
                              .value = now->profit.unrealized ? observed(std::optional{now->value}) : std::nullopt});
}

std::optional<Timestamp> ProfitReports::wake_at() const {
  std::optional<Timestamp> earliest;
  for (const Subscriptions* subscriptions : {&accounts_, &singles_}) {
    for (const auto& [request_id, subscription] : *subscriptions) {
      if (!earliest || subscription.due < *earliest) earliest = subscription.due;
    }
  }
  return earliest;
}

void ProfitReports::wake(Timestamp now) {
  for (Subscriptions* subscriptions : {&accounts_, &singles_}) {
    for (auto& [request_id, subscription] : *subscriptions) {
      if (subscription.due > now) continue;
      tell(request_id, subscription);
      subscription.due = now + kLook;
    }
  }
}

}  // namespace tradewind::sim::gateway
