#include "tradewind/sim/gateway/internal/account_values.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kRefresh = 180s;
constexpr std::size_t kSummariesMax = 2;
constexpr std::size_t kMultiMax = 200;  // accounts in all; ours: nobody needs more, and memory is bounded

}  // namespace

bool AccountValues::mute() const { return client_.options().mute_account_data; }

// --- Account updates ---

void AccountValues::updates(const tws::AccountDataRequest& request) {
  if (!request.subscribe) {
    if (updates_) client_.error(-1, 2100, "API client has been unsubscribed from account data.");
    updates_.reset();
    return;
  }
  const auto& accounts = client_.options().accounts;
  if (request.acct_code.empty() && accounts.size() > 1) {
    return client_.error(-1, 321,
                         "Error validating request.-'bk' : cause - The account code is required for this operation.");
  }
  const std::string_view wanted = request.acct_code.empty() ? std::string_view{accounts.front().id} : request.acct_code;
  const AccountSetup* account = client_.account(wanted);
  if (account == nullptr) {
    return client_.error(-1, 321,
                         fmt::format("Error validating request.-'bk' : cause - Invalid account code '{}'.", wanted));
  }
  if (updates_ && updates_->account != account) {
    client_.error(-1, 2100,
                  "New account data requested from TWS.  API client has been unsubscribed from account data.");
  }
  updates_ = Updates{account, client_.now() + kRefresh, {}, {}};
  if (!mute()) tell(*updates_);
  client_.send(tws::AccountDataEnd{.account_name = account->id});
}

void AccountValues::tell(Updates& updates) {
  tell_values(updates);
  for (const HoldingFigures& holding : client_.holdings(updates.account->id)) {
    const PortfolioFigures seen{holding.position, holding.price, holding.realized};
    const auto known = updates.told_portfolio.find(holding.listing);
    // What was closed is told once, when that happens.
    const bool is_news = known == updates.told_portfolio.end() ? !holding.position.is_zero() : known->second != seen;
    if (!is_news) continue;
    tell_portfolio(updates, holding);
    tell_time();
  }
  tell_time();
}

void AccountValues::tell_values(Updates& updates) {
  const AccountSetup& account = *updates.account;
  for (const AccountRow& row : all_rows(account, client_.figures(account), client_.account_context(account))) {
    if (!updates.told.tell(account.id, row)) continue;
    client_.send(
        tws::AccountValue{.key = row.key, .value = row.value, .currency = row.currency, .account_name = account.id});
  }
}

void AccountValues::tell_time() {
  const CivilTime local = client_.options().zone.local(client_.now());
  const std::string time = fmt::format("{:02}:{:02}", local.hour, local.minute);
  client_.send(tws::AccountUpdateTime{.time_stamp = time});
}

void AccountValues::tell_portfolio(Updates& updates, const HoldingFigures& holding) {
  if (holding.position.is_zero()) {
    updates.told_portfolio.erase(holding.listing);
  } else {
    updates.told_portfolio.insert_or_assign(holding.listing,
                                            PortfolioFigures{holding.position, holding.price, holding.realized});
  }
  tws::PortfolioValue row;
  row.contract = client_.contracts().contract_of(holding.listing, "");
  row.contract.primary_exchange = client_.listings()[holding.listing].primary_exchange;
  row.position = holding.position;
  row.market_price = observed(holding.price.value_or(Price::zero()));
  row.market_value = observed(holding.value.rounded(2));
  row.average_cost = holding.average_cost();
  row.unrealized_pnl = observed(holding.unrealized().rounded(2));
  row.realized_pnl = observed(holding.realized.rounded(2));
  row.account_name = updates.account->id;
  client_.send(row);
}

// --- Account updates multi ---

void AccountValues::updates_multi(const tws::AccountUpdatesMultiRequest& request) {
  auto accounts = client_.accounts_named(request.account);
  if (accounts.empty()) {
    return client_.error(
        request.req_id, 321,
        fmt::format("Error validating request.-'cd' : cause - Invalid account code '{}'.", request.account));
  }
  multi_.erase(request.req_id);
  std::size_t watched = accounts.size();
  for (const auto& [id, multi] : multi_) watched += std::max<std::size_t>(multi.accounts.size(), 1);
  if (watched > kMultiMax) {
    return client_.error(
        request.req_id, 322,
        "Error processing request.-'cd' : cause - Maximum number of account updates requests exceeded");
  }
  Multi& multi = multi_[request.req_id];
  multi = Multi{std::move(accounts), request.ledger_and_nlv, client_.now() + kRefresh, {}};
  // No account here has models: what is asked about one is empty.
  if (!request.model_code.empty()) multi.accounts.clear();
  if (!mute()) tell(request.req_id, multi);
  client_.send(tws::AccountUpdateMultiEnd{.req_id = request.req_id});
}

void AccountValues::cancel_updates_multi(const tws::CancelAccountUpdatesMulti& request) {
  multi_.erase(request.req_id);
}

void AccountValues::tell(std::int32_t request_id, Multi& multi) {
  for (const AccountSetup* account : multi.accounts) {
    const AccountFigures figures = client_.figures(*account);
    std::vector<AccountRow> rows;
    if (!multi.ledger_only) rows = account_rows(*account, figures, client_.account_context(*account));
    for (AccountRow& row : ledger_rows(*account, figures)) {
      // The base currency's accrued cash is there already.
      if (!multi.ledger_only && row.key == "AccruedCash" && row.currency == account->currency) continue;
      rows.push_back(std::move(row));
    }
    for (const AccountRow& row : rows) {
      if (!multi.told.tell(account->id, row)) continue;
      client_.send(tws::AccountUpdateMulti{.req_id = request_id,
                                           .account = account->id,
                                           .model_code = "",
                                           .key = row.key,
                                           .value = row.value,
                                           .currency = row.currency});
    }
  }
}

// --- Account summary ---

void AccountValues::summary(const tws::AccountSummaryRequest& request) {
  if (summaries_.size() >= kSummariesMax && !summaries_.contains(request.req_id)) {
    return client_.error(request.req_id, 322,
                         "Error processing request.-'bP' : cause - Maximum number of account summary requests "
                         "exceeded; desubscribe to previous request first");
  }
  auto accounts = client_.accounts_named(request.group);
  if (accounts.empty()) {
    return client_.error(
        request.req_id, 321,
        fmt::format("Error validating request.-'bP' : cause - Invalid account group '{}'.", request.group));
  }
  Summary& summary = summaries_[request.req_id];
  summary = Summary{std::move(accounts), std::string{request.tags}, client_.now() + kRefresh, {}};
  if (!mute()) tell(request.req_id, summary);
  client_.send(tws::AccountSummaryEnd{.req_id = request.req_id});
}

void AccountValues::cancel_summary(const tws::CancelAccountSummary& request) { summaries_.erase(request.req_id); }

void AccountValues::tell(std::int32_t request_id, Summary& summary) {
  for (const AccountSetup* account : summary.accounts) {
    for (const AccountRow& row :
         summary_rows(*account, client_.figures(*account), client_.account_context(*account), summary.tags)) {
      if (!summary.told.tell(account->id, row)) continue;
      client_.send(tws::AccountSummary{
          .req_id = request_id, .account = account->id, .tag = row.key, .value = row.value, .currency = row.currency});
    }
  }
}

// --- What happens in the world ---

void AccountValues::on_books_changed(const std::string& account, std::uint32_t index) {
  if (mute()) return;
  if (updates_ && updates_->account->id == account) {
    for (const HoldingFigures& holding : client_.holdings(account)) {
      if (holding.listing == index) tell_portfolio(*updates_, holding);
    }
    tell_values(*updates_);
    tell_time();
  }
  for (auto& [request_id, multi] : multi_) {
    if (std::ranges::find(multi.accounts, account, &AccountSetup::id) != multi.accounts.end()) tell(request_id, multi);
  }
}

std::optional<Timestamp> AccountValues::wake_at() const {
  if (mute()) return std::nullopt;
  std::optional<Timestamp> earliest;
  const auto sooner = [&](Timestamp due) {
    if (!earliest || due < *earliest) earliest = due;
  };
  if (updates_) sooner(updates_->due);
  for (const auto& [request_id, multi] : multi_) sooner(multi.due);
  for (const auto& [request_id, summary] : summaries_) sooner(summary.due);
  return earliest;
}

void AccountValues::wake(Timestamp now) {
  if (mute()) return;
  const auto is_due = [&](auto& subscription) {
    if (subscription.due > now) return false;
    while (subscription.due <= now) subscription.due = subscription.due + kRefresh;
    return true;
  };
  if (updates_ && is_due(*updates_)) tell(*updates_);
  for (auto& [request_id, multi] : multi_) {
    if (is_due(multi)) tell(request_id, multi);
  }
  for (auto& [request_id, summary] : summaries_) {
    if (is_due(summary)) tell(request_id, summary);
  }
}

}  // namespace tradewind::sim::gateway
