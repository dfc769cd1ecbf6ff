#include "tradewind/sim/gateway/internal/account_reports.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

double average_cost(const Books::Holding& holding) {
  const auto price = average_price(magnitude(holding.cost), magnitude(holding.position), Multiplier::of(1));
  return price ? observed(*price) : 0;
}

}  // namespace

bool AccountReports::mute() const { return client_.options().mute_account_data; }

template <class Use>
void AccountReports::for_each_position(const std::string& account, Use&& use) const {
  const auto& holdings = client_.books().holdings(account);
  for (std::uint32_t i = 0; i < client_.listings().size(); ++i) {
    if (holdings.contains(client_.listings()[i].con_id)) use(i);
  }
}

std::optional<Price> AccountReports::mark(std::uint32_t index) const {
  const Tape& tape = client_.tapes()[index];
  if (tape.last) return tape.last->price;
  if (tape.quote.bid && tape.quote.ask) return midpoint(*tape.quote.bid, *tape.quote.ask);
  return std::nullopt;
}

// Account values have two decimals, as the gateway prints them.
std::vector<AccountReports::AccountRow> AccountReports::account_rows(const std::string& account) const {
  const Amount cash = client_.books().cash(account);
  Amount stocks = Amount::zero();
  Amount realized = Amount::zero();
  Amount cost = Amount::zero();
  for (const auto& [con_id, holding] : client_.books().holdings(account)) {
    realized = add(realized, holding.realized).value_or(realized);
    cost = add(cost, holding.cost).value_or(cost);
  }
  for_each_position(account, [&](std::uint32_t index) {
    const Position position = client_.books().holdings(account).at(client_.listings()[index].con_id).position;
    const auto value = notional(mark(index).value_or(Price::zero()), magnitude(position), Multiplier::of(1));
    if (value) stocks = (position < Position::zero() ? subtract(stocks, *value) : add(stocks, *value)).value_or(stocks);
  });
  const Amount net = add(cash, stocks).value_or(cash);
  const Amount unrealized = subtract(stocks, cost).value_or(Amount::zero());
  const auto money = [](Amount amount) { return amount.rounded_text(2); };
  std::vector<AccountRow> rows = {
      {"AccountCode", account, ""},    {"AccountReady", "true", ""}, {"AccountType", "INDIVIDUAL", ""},
      {"Currency", "BASE", "BASE"},    {"Currency", "USD", "USD"},   {"ExchangeRate", "1.00", "BASE"},
      {"ExchangeRate", "1.00", "USD"},
  };
  for (const std::string_view currency : {"BASE", "USD"}) {
    rows.push_back({"CashBalance", money(cash), currency});
    rows.push_back({"TotalCashBalance", money(cash), currency});
    rows.push_back({"StockMarketValue", money(stocks), currency});
    rows.push_back({"NetLiquidationByCurrency", money(net), currency});
    rows.push_back({"RealizedPnL", money(realized), currency});
    rows.push_back({"UnrealizedPnL", money(unrealized), currency});
  }
  for (const std::string_view key : {"NetLiquidation", "EquityWithLoanValue", "PreviousEquityWithLoanValue"})
    rows.push_back({key, money(net), "USD"});
  rows.push_back({"TotalCashValue", money(cash), "USD"});
  rows.push_back({"SettledCash", money(cash), "USD"});
  rows.push_back({"GrossPositionValue", money(magnitude(stocks)), "USD"});
  for (const std::string_view key : {"AvailableFunds", "ExcessLiquidity", "BuyingPower"})
    rows.push_back({key, money(net), "USD"});
  for (const std::string_view key : {"InitMarginReq", "MaintMarginReq", "AccruedCash"})
    rows.push_back({key, "0.00", "USD"});
  return rows;
}

void AccountReports::send_portfolio(const std::string& account, std::uint32_t index) {
  const Books::Holding& holding = client_.books().holdings(account).at(client_.listings()[index].con_id);
  const Price price = mark(index).value_or(Price::zero());
  const Amount size = notional(price, magnitude(holding.position), Multiplier::of(1)).value_or(Amount::zero());
  const Amount value = holding.position < Position::zero() ? negate(size) : size;
  tws::PortfolioValue row;
  row.contract = client_.contracts().contract_of(index, "");
  row.contract.primary_exchange = client_.listings()[index].primary_exchange;
  row.position = holding.position;
  row.market_price = observed(price);
  row.market_value = observed(value);
  row.average_cost = average_cost(holding);
  row.unrealized_pnl = observed(subtract(value, holding.cost).value_or(Amount::zero()));
  row.realized_pnl = observed(holding.realized);
  row.account_name = account;
  client_.send(row);
}

void AccountReports::send_account(const std::string& account) {
  if (mute()) return;
  for (const AccountRow& row : account_rows(account)) {
    client_.send(
        tws::AccountValue{.key = row.key, .value = row.value, .currency = row.currency, .account_name = account});
  }
  const CivilTime local = client_.options().zone.local(client_.now());
  const std::string time = fmt::format("{:02}:{:02}", local.hour, local.minute);
  client_.send(tws::AccountUpdateTime{.time_stamp = time});
}

void AccountReports::updates(const tws::AccountDataRequest& request) {
  if (!request.subscribe) {
    updates_.clear();
    return;
  }
  const std::string account =
      request.acct_code.empty() ? client_.books().first_account() : std::string{request.acct_code};
  if (!client_.books().has_account(account)) {
    return client_.error(-1, 321,
                         fmt::format("Error validating request.-'bx' : cause - Invalid account code '{}'.", account));
  }
  updates_ = account;
  send_account(account);
  if (!mute()) for_each_position(account, [&](std::uint32_t index) { send_portfolio(account, index); });
  client_.send(tws::AccountDataEnd{.account_name = account});
}

void AccountReports::send_position(const std::string& account, std::uint32_t index) {
  const Books::Holding& holding = client_.books().holdings(account).at(client_.listings()[index].con_id);
  tws::PositionData row;
  row.account = account;
  row.contract = client_.contracts().contract_of(index, "");
  row.position = holding.position;
  row.avg_cost = average_cost(holding);
  client_.send(row);
}

void AccountReports::positions(const tws::PositionsRequest& /*request*/) {
  positions_ = true;
  if (!mute()) {
    for (const auto& [account, cash] : client_.options().accounts) {
      for_each_position(account, [&](std::uint32_t index) { send_position(account, index); });
    }
  }
  client_.send(tws::PositionEnd{});
}

void AccountReports::cancel_positions(const tws::CancelPositions& /*request*/) { positions_ = false; }

void AccountReports::positions_multi(const tws::PositionsMultiRequest& request) {
  positions_multi_.insert_or_assign(request.req_id, std::string{request.account});
  for (const auto& [account, cash] : client_.options().accounts) {
    if (mute() || (!request.account.empty() && request.account != account)) continue;
    for_each_position(account, [&](std::uint32_t index) {
      const Books::Holding& holding = client_.books().holdings(account).at(client_.listings()[index].con_id);
      tws::PositionMulti row;
      row.req_id = request.req_id;
      row.account = account;
      row.contract = client_.contracts().contract_of(index, "");
      row.position = holding.position;
      row.avg_cost = average_cost(holding);
      client_.send(row);
    });
  }
  client_.send(tws::PositionMultiEnd{.req_id = request.req_id});
}

void AccountReports::cancel_positions_multi(const tws::CancelPositionsMulti& request) {
  positions_multi_.erase(request.req_id);
}

void AccountReports::summary(const tws::AccountSummaryRequest& request) {
  if (summaries_.size() >= 2 && !summaries_.contains(request.req_id)) {
    return client_.error(
        request.req_id, 322,
        "Error processing request.-'bP' : cause - Maximum number of account summary requests exceeded");
  }
  summaries_.insert(request.req_id);
  for (const auto& [account, cash] : client_.options().accounts) {
    if (mute()) break;
    const auto rows = account_rows(account);
    std::string_view rest = request.tags;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      const std::string_view tag = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const auto row = std::ranges::find_if(
          rows, [&](const AccountRow& candidate) { return candidate.key == tag && candidate.currency != "BASE"; });
      if (row == rows.end()) continue;
      client_.send(tws::AccountSummary{
          .req_id = request.req_id, .account = account, .tag = tag, .value = row->value, .currency = row->currency});
    }
  }
  client_.send(tws::AccountSummaryEnd{.req_id = request.req_id});
}

void AccountReports::cancel_summary(const tws::CancelAccountSummary& request) { summaries_.erase(request.req_id); }

void AccountReports::updates_multi(const tws::AccountUpdatesMultiRequest& request) {
  const std::string account = request.account.empty() ? client_.books().first_account() : std::string{request.account};
  if (!client_.books().has_account(account)) {
    return client_.error(request.req_id, 321,
                         fmt::format("Error validating request.-'cd' : cause - Invalid account code '{}'.", account));
  }
  if (!mute()) {
    for (const AccountRow& row : account_rows(account)) {
      client_.send(tws::AccountUpdateMulti{.req_id = request.req_id,
                                           .account = account,
                                           .model_code = "",
                                           .key = row.key,
                                           .value = row.value,
                                           .currency = row.currency});
    }
  }
  client_.send(tws::AccountUpdateMultiEnd{.req_id = request.req_id});
}

void AccountReports::cancel_updates_multi(const tws::CancelAccountUpdatesMulti& /*request*/) {}

void AccountReports::on_books_changed(const std::string& account, std::uint32_t index) {
  if (mute()) return;
  if (positions_) send_position(account, index);
  if (updates_ == account) {
    send_portfolio(account, index);
    for (const AccountRow& row : account_rows(account)) {
      if (row.key == "CashBalance" || row.key == "NetLiquidation" || row.key == "RealizedPnL") {
        client_.send(
            tws::AccountValue{.key = row.key, .value = row.value, .currency = row.currency, .account_name = account});
      }
    }
  }
  for (const auto& [request_id, wanted] : positions_multi_) {
    if (!wanted.empty() && wanted != account) continue;
    const Books::Holding& holding = client_.books().holdings(account).at(client_.listings()[index].con_id);
    tws::PositionMulti row;
    row.req_id = request_id;
    row.account = account;
    row.contract = client_.contracts().contract_of(index, "");
    row.position = holding.position;
    row.avg_cost = average_cost(holding);
    client_.send(row);
  }
}

}  // namespace tradewind::sim::gateway
