#include "apps/tradewind/account_report.hpp"

#include <algorithm>
#include <map>

namespace tradewind::app {

namespace {

Amount value_of(const model::ContractRef& contract, Position position, Price price) {
  const Amount value = notional(price, magnitude(position), contract.multiplier).value_or(Amount::zero());
  return position < Position::zero() ? negate(value) : value;
}

Amount sum(Amount a, Amount b) { return add(a, b).value_or(a); }

}  // namespace

AccountReport report_of(const engine::Node& node) {
  const engine::Engine& engine = node.engine();
  const ledger::Ledger& books = engine.ledger();
  AccountReport report;
  report.account = engine.account().view();
  report.currency = engine.currency().view();
  report.orders = engine.counters().orders_sent;
  report.denied = engine.counters().orders_denied;
  report.fills = books.fill_count();
  report.missing_commissions = books.missing_commissions();
  report.commissions = books.commissions(engine.currency());
  report.cash = books.cash(engine.currency()).value_or(Amount::zero());
  report.wire = node.wire();

  struct Held {
    model::ContractRef contract;
    Amount cost = Amount::zero();
    AccountReport::Row row;
  };
  std::map<model::ConId, Held> held;
  for (const auto& [key, holding] : books.holdings()) {
    if (key.account != engine.account()) continue;
    Held& entry = held[key.contract];
    entry.contract = holding.contract;
    entry.cost = sum(entry.cost, holding.cost);
    entry.row.symbol = holding.contract.symbol.view();
    entry.row.position = add(entry.row.position, holding.position).value_or(entry.row.position);
    entry.row.realized = sum(entry.row.realized, holding.realized);
  }
  report.equity = report.cash;
  for (auto& [id, entry] : held) {
    AccountReport::Row& row = entry.row;
    row.mark = engine.mark(id);
    if (row.mark) {
      const Amount value = value_of(entry.contract, row.position, *row.mark);
      row.unrealized = subtract(value, entry.cost);
      if (report.equity) report.equity = sum(*report.equity, value);
    } else if (!row.position.is_zero()) {
      report.equity.reset();
    }
    report.rows.push_back(row);
  }
  std::ranges::sort(report.rows, {}, &AccountReport::Row::symbol);
  return report;
}

void write_members(JsonWriter& json, const AccountReport& report) {
  json.member("account", report.account).member("currency", report.currency);
  json.member("orders", report.orders).member("denied", report.denied).member("fills", report.fills);
  json.member("commissions", report.commissions.text()).member("missing_commissions", report.missing_commissions);
  json.member("cash", report.cash.text());
  if (report.equity) json.member("equity", report.equity->text());
  else json.key("equity").null();
  json.key("positions").begin_array();
  for (const AccountReport::Row& row : report.rows) {
    if (row.position.is_zero()) continue;
    json.begin_object().member("symbol", row.symbol).member("quantity", row.position.text()).end_object();
  }
  json.end_array();
  json.key("wire").begin_object().member("bytes_in", report.wire.bytes_in).member("bytes_out", report.wire.bytes_out);
  json.member("messages_in", report.wire.messages_in).member("messages_out", report.wire.messages_out).end_object();
}

}  // namespace tradewind::app
