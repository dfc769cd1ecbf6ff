#include "tradewind/sim/gateway/internal/account_rows.hpp"

#include "tradewind/sim/gateway/internal/amounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tradewind::sim::gateway {
namespace {

// Values have two decimals; those of the ledger up to four, and never less than two.
std::string money(Amount amount) { return amount.rounded_text(2); }
std::string trimmed(std::string text) {
  const std::size_t keep = text.find('.') + 3;
  while (text.size() > keep && text.back() == '0') text.pop_back();
  return text;
}
std::string ledger_money(Amount amount) { return trimmed(amount.rounded_text(4)); }

Amount as_amount(Price price) { return notional(price, Quantity::of(1), Multiplier::of(1)).value_or(Amount::zero()); }

// part / whole, to the cent, with a number of decimals; zero of nothing.
std::string ratio(Amount part, Amount whole, int decimals) {
  constexpr Int128 kCent = 1'000'000'000'000'000;
  const Int128 cents = whole.raw() / kCent;
  const auto value = cents > 0 ? proportion(Amount::of(1), part.raw() / kCent, cents) : std::nullopt;
  return value.value_or(Amount::zero()).rounded_text(decimals);
}

class Rows {
 public:
  explicit Rows(std::string currency) : currency_{std::move(currency)} {}

  void text(const char* key, std::string value) { rows_.push_back({key, std::move(value), ""}); }
  void total(std::string key, Amount value) { rows_.push_back({std::move(key), money(value), currency_}); }
  // A total and its two segments; securities have what is not commodities'.
  void segments(const std::string& key, Amount value, Amount commodities) {
    total(key, value);
    total(key + "-C", commodities);
    total(key + "-S", difference(value, commodities));
  }
  // A total that is the securities' alone.
  void securities(const std::string& key, Amount value) {
    total(key, value);
    total(key + "-S", value);
  }
  std::vector<AccountRow> take() { return std::move(rows_); }

 private:
  std::string currency_;
  std::vector<AccountRow> rows_;
};

void sort_rows(std::vector<AccountRow>& rows) {
  std::ranges::sort(rows, [](const AccountRow& a, const AccountRow& b) {
    const auto rank = [](const AccountRow& row) { return row.currency == "BASE" ? std::string{} : row.currency; };
    return a.key != b.key ? a.key < b.key : rank(a) < rank(b);
  });
}

}  // namespace

std::vector<AccountRow> account_rows(const AccountSetup& account, const AccountFigures& figures,
                                     const AccountContext& context) {
  const Amount zero = Amount::zero();
  const Amount net = figures.base.net();
  const Amount cash = figures.base.cash;
  // Long options are paid in full and asked for in full, so they take nothing from the funds.
  const Amount equity = net;
  const Amount half_of_stocks = proportion(magnitude(sum(figures.base.stocks, figures.base.bonds)), 1,
                                           account.margin == MarginAccount::cash ? 1 : 2)
                                    .value_or(zero);
  const Amount commodities = figures.futures_margin;  // swept over from the securities segment
  const auto left = [&](Amount required) { return difference(equity, required); };
  const Amount commodities_excess = difference(commodities, figures.futures_maintenance);

  Rows rows{account.currency};
  rows.text("AccountCode", account.id);
  rows.text("AccountReady", "true");
  rows.text("AccountType", account.type == AccountType::advisor ? "ADVISOR" : "INDIVIDUAL");
  rows.text("ColumnPrio-C", "2");
  rows.text("ColumnPrio-S", "1");
  rows.text("Cushion", ratio(left(figures.margin.maintenance), net, 6));
  for (const char* key : {"DayTradesRemaining", "DayTradesRemainingT+1", "DayTradesRemainingT+2",
                          "DayTradesRemainingT+3", "DayTradesRemainingT+4"})
    rows.text(key, "-1");  // no limit
  rows.text("Leverage-S", ratio(figures.gross, net, 2));
  rows.text("LookAheadNextChange", std::to_string(context.next_change.ns() / 1'000'000'000));
  rows.text("NLVAndMarginInReview", "false");
  rows.text("SegmentTitle-C", "US Commodities");
  rows.text("SegmentTitle-S", "US Securities");
  rows.text("TradingType-S", account.margin == MarginAccount::cash ? "STKCASH" : "STKNOPT");
  rows.text("WhatIfPMEnabled", "true");

  for (const char* key : {"AccruedCash", "AccruedDividend", "Billable", "Guarantee", "IncentiveCoupons",
                          "IndianStockHaircut", "PASharesValue", "PhysicalCertificateValue", "PostExpirationExcess",
                          "PostExpirationMargin", "TotalDebitCardPendingCharges"})
    rows.segments(key, zero, zero);
  rows.segments("AvailableFunds", left(figures.margin.initial), zero);
  rows.total("BuyingPower", buying_power(left(figures.margin.initial), account.margin, context.time));
  rows.segments("EquityWithLoanValue", equity, commodities);
  rows.segments("ExcessLiquidity", left(figures.margin.maintenance), commodities_excess);
  for (const std::string prefix : {"Full", "LookAhead"}) {
    rows.segments(prefix + "AvailableFunds", left(figures.overnight.initial), zero);
    rows.segments(prefix + "ExcessLiquidity", left(figures.overnight.maintenance), commodities_excess);
    rows.segments(prefix + "InitMarginReq", figures.overnight.initial, figures.futures_margin);
    rows.segments(prefix + "MaintMarginReq", figures.overnight.maintenance, figures.futures_maintenance);
  }
  rows.securities("GrossPositionValue", figures.gross);
  rows.segments("InitMarginReq", figures.margin.initial, figures.futures_margin);
  rows.segments("MaintMarginReq", figures.margin.maintenance, figures.futures_maintenance);
  rows.segments("NetLiquidation", net, commodities);
  rows.total("NetLiquidationUncertainty", zero);
  rows.securities("PreviousDayEquityWithLoanValue", context.equity_before);
  rows.securities("RegTEquity", difference(net, commodities));
  rows.securities("RegTMargin", half_of_stocks);
  rows.securities("SMA", difference(difference(net, commodities), half_of_stocks));
  rows.segments("TotalCashValue", cash, commodities);
  auto made = rows.take();
  sort_rows(made);
  return made;
}

std::vector<AccountRow> ledger_rows(const AccountSetup& account, const AccountFigures& figures) {
  std::vector<AccountRow> rows;
  const auto tell = [&](const CurrencyFigures& own) {
    const auto row = [&](const char* key, std::string value) { rows.push_back({key, std::move(value), own.currency}); };
    row("Currency", own.currency);
    row("CashBalance", ledger_money(own.cash));
    row("TotalCashBalance", ledger_money(own.cash));
    row("AccruedCash", "0.00");
    row("StockMarketValue", money(own.stocks));
    row("OptionMarketValue", money(own.options));
    row("FutureOptionValue", "0.00");
    row("FuturesPNL", money(own.futures_profit));
    row("NetLiquidationByCurrency", ledger_money(own.net()));
    row("UnrealizedPnL", money(own.unrealized));
    row("RealizedPnL", money(own.realized));
    row("ExchangeRate", trimmed(as_amount(own.rate.value_or(Price::zero())).rounded_text(7)));
    for (const char* key : {"FundValue", "NetDividend", "MutualFundValue", "MoneyMarketFundValue"}) row(key, "0.00");
    row("CorporateBondValue", money(own.bonds));
    for (const char* key : {"TBondValue", "TBillValue", "WarrantValue", "FxCashBalance"}) row(key, "0.00");
    row("AccountOrGroup", account.id);
    row("RealCurrency", own.currency);
    row("IssuerOptionValue", "0.00");
    row("Cryptocurrency", "0.00");
  };
  for (const CurrencyFigures& own : figures.currencies) tell(own);
  tell(figures.base);
  return rows;
}

std::vector<AccountRow> all_rows(const AccountSetup& account, const AccountFigures& figures,
                                 const AccountContext& context) {
  auto rows = account_rows(account, figures, context);
  // The ledger has its own, in the same currency.
  std::erase_if(rows, [](const AccountRow& row) { return row.key == "AccruedCash"; });
  for (AccountRow& row : ledger_rows(account, figures)) rows.push_back(std::move(row));
  sort_rows(rows);
  return rows;
}

std::vector<AccountRow> summary_rows(const AccountSetup& account, const AccountFigures& figures,
                                     const AccountContext& context, std::string_view tags) {
  std::set<std::string, std::less<>> wanted;
  while (!tags.empty()) {
    const std::size_t end = std::min(tags.find(','), tags.size());
    std::string_view tag = tags.substr(0, end);
    tags.remove_prefix(std::min(end + 1, tags.size()));
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    wanted.emplace(tag);
  }
  auto rows = account_rows(account, figures, context);
  // Tags that only a summary has; some of IB's are misspelt, or spelt in two ways.
  const auto also = [&](const char* tag, std::string_view of) {
    const auto found = std::ranges::find(rows, of, &AccountRow::key);
    if (found != rows.end()) rows.push_back({tag, found->value, found->currency});
  };
  also("SettledCash", "TotalCashValue");
  also("PreviousEquityWithLoanValue", "PreviousDayEquityWithLoanValue");
  also("ReqTEquity", "RegTEquity");
  also("ReqTMargin", "RegTMargin");
  also("Leverage", "Leverage-S");
  rows.push_back({"HighestSeverity", "0", ""});
  sort_rows(rows);
  std::erase_if(rows, [&](const AccountRow& row) { return !wanted.contains(row.key); });
  for (AccountRow& row : ledger_rows(account, figures)) {
    const bool told = wanted.contains("$LEDGER:ALL") || wanted.contains("$LEDGER:" + row.currency) ||
                      (row.currency == "BASE" && wanted.contains("$LEDGER"));
    if (told) rows.push_back(std::move(row));
  }
  return rows;
}

bool ToldRows::tell(const std::string& account, const AccountRow& row) {
  const auto [known, is_new] = told_.try_emplace({account, row.key, row.currency}, row.value);
  if (is_new) return true;
  if (known->second == row.value) return false;
  known->second = row.value;
  return true;
}

}  // namespace tradewind::sim::gateway
