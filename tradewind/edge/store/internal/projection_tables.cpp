#include "tradewind/edge/store/internal/projection_tables.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/core/base/numbers.hpp"

#include <SQLiteCpp/Column.h>

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tradewind::edge::store {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (seq INTEGER PRIMARY KEY, started_utc_ns INTEGER NOT NULL, strategy TEXT NOT NULL,
  engine_version TEXT NOT NULL, parameters TEXT NOT NULL, limits TEXT NOT NULL, ended_utc_ns INTEGER, end_reason TEXT);
CREATE TABLE notices (seq INTEGER PRIMARY KEY, utc_ns INTEGER NOT NULL, order_id INTEGER, code INTEGER NOT NULL,
  text TEXT NOT NULL);
CREATE TABLE instruments (con_id INTEGER NOT NULL, symbol TEXT NOT NULL, security_type TEXT NOT NULL,
  currency TEXT NOT NULL, multiplier TEXT NOT NULL, exchange TEXT NOT NULL, primary_exchange TEXT NOT NULL,
  min_tick TEXT NOT NULL, long_name TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (con_id, symbol, security_type, currency)) WITHOUT ROWID;
CREATE TABLE orders (order_ref TEXT PRIMARY KEY, seq INTEGER NOT NULL, utc_ns INTEGER NOT NULL, strategy TEXT NOT NULL,
  account TEXT NOT NULL, con_id INTEGER NOT NULL, symbol TEXT NOT NULL, security_type TEXT NOT NULL,
  currency TEXT NOT NULL, multiplier TEXT NOT NULL, exchange TEXT NOT NULL, side TEXT NOT NULL, quantity TEXT NOT NULL,
  type TEXT NOT NULL, limit_price TEXT, time_in_force TEXT NOT NULL, reference_price TEXT, reason TEXT NOT NULL,
  order_id INTEGER NOT NULL, client_id INTEGER NOT NULL, perm_id INTEGER, state TEXT NOT NULL,
  state_utc_ns INTEGER NOT NULL, broker_status TEXT, broker_filled TEXT, broker_remaining TEXT) WITHOUT ROWID;
CREATE INDEX orders_by_order_id ON orders (client_id, order_id, seq);
CREATE TABLE denials (seq INTEGER NOT NULL, ordinal INTEGER NOT NULL, utc_ns INTEGER NOT NULL, strategy TEXT NOT NULL,
  instrument_id INTEGER NOT NULL, side TEXT NOT NULL, quantity TEXT NOT NULL, type TEXT NOT NULL, limit_price TEXT,
  code TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (seq, ordinal)) WITHOUT ROWID;
CREATE TABLE executions (stem TEXT PRIMARY KEY, exec_id TEXT NOT NULL, seq INTEGER NOT NULL, utc_ns INTEGER NOT NULL,
  strategy TEXT NOT NULL, account TEXT NOT NULL, con_id INTEGER NOT NULL, symbol TEXT NOT NULL,
  security_type TEXT NOT NULL, currency TEXT NOT NULL, multiplier TEXT NOT NULL, side TEXT NOT NULL,
  quantity TEXT NOT NULL, price TEXT NOT NULL, cumulative TEXT NOT NULL, order_id INTEGER NOT NULL,
  client_id INTEGER NOT NULL, perm_id INTEGER NOT NULL, order_ref TEXT NOT NULL,
  broker_time TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX executions_by_order_ref ON executions (order_ref);
CREATE TABLE commissions (stem TEXT PRIMARY KEY, exec_id TEXT NOT NULL, seq INTEGER NOT NULL, utc_ns INTEGER NOT NULL,
  amount TEXT NOT NULL, currency TEXT NOT NULL, realized_pnl TEXT) WITHOUT ROWID;
CREATE TABLE positions (strategy TEXT NOT NULL, account TEXT NOT NULL, con_id INTEGER NOT NULL, symbol TEXT NOT NULL,
  security_type TEXT NOT NULL, currency TEXT NOT NULL, multiplier TEXT NOT NULL, position TEXT NOT NULL,
  PRIMARY KEY (strategy, account, con_id, symbol, security_type, currency)) WITHOUT ROWID;
CREATE TABLE opening_positions (account TEXT NOT NULL, con_id INTEGER NOT NULL, symbol TEXT NOT NULL,
  security_type TEXT NOT NULL, currency TEXT NOT NULL, multiplier TEXT NOT NULL, position TEXT NOT NULL,
  PRIMARY KEY (account, con_id, symbol, security_type, currency)) WITHOUT ROWID;
CREATE TABLE opening_cash (account TEXT NOT NULL, currency TEXT NOT NULL, amount TEXT NOT NULL,
  PRIMARY KEY (account, currency)) WITHOUT ROWID;
CREATE TABLE breaks (seq INTEGER PRIMARY KEY, utc_ns INTEGER NOT NULL, class TEXT NOT NULL, subject TEXT NOT NULL,
  detail TEXT NOT NULL);
)sql";

constexpr auto kTables =
    std::to_array<const char*>({"meta", "runs", "notices", "instruments", "orders", "denials", "executions",
                                "commissions", "positions", "opening_positions", "opening_cash", "breaks"});

// One column's value; everything that is not a number is text.
template <class T>
void bind_one(SQLite::Statement& statement, int column, const T& value) {
  if constexpr (std::integral<T>) {
    statement.bind(column, static_cast<std::int64_t>(value));
  } else if constexpr (NamedEnum<T>) {
    statement.bind(column, std::string{name(value)});
  } else if constexpr (requires { value.has_value(); }) {
    if (value.has_value()) {
      bind_one(statement, column, *value);
    } else {
      statement.bind(column);
    }
  } else if constexpr (requires { value.ns(); }) {
    statement.bind(column, std::int64_t{value.ns()});
  } else if constexpr (requires { value.value(); }) {
    bind_one(statement, column, value.value());
  } else if constexpr (requires { value.view(); }) {
    statement.bind(column, std::string{value.view()});
  } else if constexpr (requires { value.text(); }) {
    statement.bind(column, value.text());
  } else {
    statement.bind(column, std::string{value});
  }
}

template <class... T>
SQLite::Statement& bind_all(SQLite::Statement& statement, const T&... values) {
  statement.tryReset();  // also after an error, which was reported when it happened
  TW_CHECK(statement.getBindParameterCount() == static_cast<int>(sizeof...(values)));
  int column = 0;
  (bind_one(statement, ++column, values), ...);
  return statement;
}
template <class... T>
void run(SQLite::Statement& statement, const T&... values) {
  bind_all(statement, values...).exec();
}

// Reads a column back. False when it holds no such value: somebody else wrote it.
template <class T>
bool take(SQLite::Statement& row, int column, T& value) {
  const SQLite::Column cell = row.getColumn(column);
  if constexpr (std::same_as<T, model::ConId>) {
    value = T{cell.getInt()};
    return true;
  } else {
    const std::string text = cell.getString();
    if constexpr (NamedEnum<T>) {
      const auto parsed = parse_enum<T>(text);
      if (parsed) value = *parsed;
      return parsed.has_value();
    } else if constexpr (requires { T::parse(text); }) {
      const auto parsed = T::parse(text);
      if (parsed) value = *parsed;
      return parsed.has_value();
    } else {
      const auto made = T::from(text);
      if (made) value = *made;
      return made.has_value();
    }
  }
}

std::string json_of(const std::vector<journal::NameValue>& values) {
  JsonWriter json;
  json.begin_object();
  for (const journal::NameValue& each : values) json.member(each.name, std::string_view{each.value});
  json.end_object();
  return json.str();
}

// "(?, ?, ?)"
std::string places(int count) {
  std::string text = "(?";
  for (int i = 1; i < count; ++i) text += ", ?";
  return text + ")";
}

}  // namespace

void create_tables(SQLite::Database& database) {
  database.exec(std::string{kSchema});
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
  database.exec(fmt::format("INSERT INTO meta VALUES ('schema_version', '{}')", kSchemaVersion));
}

void clear_tables(SQLite::Database& database) {
  for (const char* table : kTables) database.exec(fmt::format("DELETE FROM {}", table));
  database.exec(fmt::format("INSERT INTO meta VALUES ('schema_version', '{}')", kSchemaVersion));
}

Tables::Tables(SQLite::Database& database)
    : get_place_{database,
                 "SELECT (SELECT value FROM meta WHERE key = 'last_seq'), (SELECT value FROM meta WHERE key = "
                 "'last_hash')"},
      set_place_{database, "INSERT OR REPLACE INTO meta VALUES ('last_seq', ?), ('last_hash', ?)"},
      insert_run_{database, "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)"},
      end_run_{database,
               "UPDATE runs SET ended_utc_ns = ?, end_reason = ? WHERE seq = (SELECT max(seq) FROM runs) AND "
               "ended_utc_ns IS NULL"},
      insert_notice_{database, "INSERT OR REPLACE INTO notices VALUES " + places(5)},
      insert_instrument_{database, "INSERT OR REPLACE INTO instruments VALUES " + places(10)},
      insert_order_{database,
                    "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                    "NULL, ?, ?, NULL, NULL, NULL)"},
      set_state_{database, "UPDATE orders SET state = ?, state_utc_ns = ? WHERE order_ref = ?"},
      set_open_order_{database, "UPDATE orders SET perm_id = ?, broker_status = ? WHERE order_ref = ?"},
      set_status_{
          database,
          "UPDATE orders SET perm_id = ?, broker_status = ?, broker_filled = ?, broker_remaining = ? WHERE order_ref = "
          "(SELECT order_ref FROM orders WHERE client_id = ? AND order_id = ? ORDER BY seq DESC LIMIT 1)"},
      insert_denial_{database, "INSERT OR REPLACE INTO denials VALUES " + places(11)},
      get_execution_{
          database,
          "SELECT exec_id, strategy, account, con_id, symbol, security_type, currency, multiplier, side, quantity "
          "FROM executions WHERE stem = ?"},
      insert_execution_{database, "INSERT OR REPLACE INTO executions VALUES " + places(20)},
      insert_commission_{database, "INSERT OR REPLACE INTO commissions VALUES " + places(7)},
      get_position_{database,
                    "SELECT position FROM positions WHERE strategy = ? AND account = ? AND con_id = ? AND symbol = ? "
                    "AND security_type = ? AND currency = ?"},
      set_position_{database, "INSERT OR REPLACE INTO positions VALUES " + places(8)},
      clear_opening_positions_{database, "DELETE FROM opening_positions WHERE account = ?"},
      clear_opening_cash_{database, "DELETE FROM opening_cash WHERE account = ?"},
      insert_opening_position_{database, "INSERT OR REPLACE INTO opening_positions VALUES " + places(7)},
      insert_opening_cash_{database, "INSERT OR REPLACE INTO opening_cash VALUES " + places(3)},
      insert_break_{database, "INSERT OR REPLACE INTO breaks VALUES " + places(5)} {}

Tables::Place Tables::place() {
  Place place;
  get_place_.reset();
  if (get_place_.executeStep() && !get_place_.getColumn(0).isNull()) {
    place.seq = static_cast<std::uint64_t>(get_place_.getColumn(0).getInt64());
    place.hash = get_place_.getColumn(1).getString();
  }
  get_place_.reset();
  return place;
}

void Tables::set_place(const Place& place) { run(set_place_, std::to_string(place.seq), place.hash); }

Result<void> Tables::apply(const journal::Record& record, const journal::Envelope& envelope) {
  return std::visit([&](const auto& each) { return on(each, envelope); }, record);
}

Result<void> Tables::on(const journal::RunStarted& record, At at) {
  run(insert_run_, at.seq, at.utc, record.strategy, record.engine_version, json_of(record.parameters),
      json_of(record.limits));
  return {};
}

Result<void> Tables::on(const journal::RunEnded& record, At at) {
  run(end_run_, at.utc, record.reason);
  return {};
}

Result<void> Tables::on(const journal::Notice& record, At at) {
  run(insert_notice_, at.seq, at.utc, std::optional<std::int64_t>{}, record.code, record.text);
  return {};
}

Result<void> Tables::on(const journal::OrderErrorNoted& record, At at) {
  run(insert_notice_, at.seq, at.utc, record.error.order_id, record.error.code, record.error.text);
  return {};
}

Result<void> Tables::on(const journal::InstrumentBound& record, At at) {
  const model::Instrument& instrument = record.instrument;
  const model::ContractRef& contract = instrument.contract;
  run(insert_instrument_, contract.con_id, contract.symbol, contract.security_type, contract.currency,
      contract.multiplier, instrument.exchange, instrument.primary_exchange, instrument.min_tick, instrument.long_name,
      at.seq);
  return {};
}

Result<void> Tables::on(const journal::Intent& record, At at) {
  const model::OrderIntent& intent = record.intent;
  const model::ContractRef& contract = intent.contract;
  const model::OrderRequest& request = intent.request;
  run(insert_order_, intent.order_ref, at.seq, at.utc, intent.strategy, intent.account, contract.con_id,
      contract.symbol, contract.security_type, contract.currency, contract.multiplier, intent.exchange, request.side,
      request.quantity, request.type, request.limit_price, request.time_in_force, record.reference_price, record.reason,
      intent.order_id, intent.client_id, model::OrderState::parked, at.utc);
  return {};
}

Result<void> Tables::on(const journal::Denied& record, At at) {
  std::int64_t ordinal = 0;
  for (const journal::DenialReason& reason : record.reasons) {
    run(insert_denial_, at.seq, ++ordinal, at.utc, record.strategy, record.request.instrument, record.request.side,
        record.request.quantity, record.request.type, record.request.limit_price, reason.code, reason.detail);
  }
  return {};
}

Result<void> Tables::on(const journal::Sent& record, At at) {
  run(set_state_, model::OrderState::sent, at.utc, record.order_ref);
  return {};
}

Result<void> Tables::on(const journal::OrderStateChanged& record, At at) {
  run(set_state_, record.state, at.utc, record.order_ref);
  return {};
}

// The broker's own words stand beside our state and never change it: what they mean, the engine says in an
// OrderStateChanged.
Result<void> Tables::on(const journal::OpenOrderNoted& record, At) {
  run(set_open_order_, record.order.perm_id, record.order.status, record.order.order_ref);
  return {};
}

Result<void> Tables::on(const journal::StatusNoted& record, At) {
  const model::OrderStatusSeen& status = record.status;
  run(set_status_, status.perm_id, status.status, status.filled, status.remaining, status.client_id, status.order_id);
  return {};
}

Result<std::optional<journal::ExecutionBooked>> Tables::find_execution(std::string_view stem) {
  bind_all(get_execution_, stem);
  if (!get_execution_.executeStep()) return std::optional<journal::ExecutionBooked>{};
  journal::ExecutionBooked found;
  model::Execution& execution = found.execution;
  model::ContractRef& contract = execution.contract;
  const bool good = take(get_execution_, 0, execution.exec_id) && take(get_execution_, 1, found.strategy) &&
                    take(get_execution_, 2, execution.account) && take(get_execution_, 3, contract.con_id) &&
                    take(get_execution_, 4, contract.symbol) && take(get_execution_, 5, contract.security_type) &&
                    take(get_execution_, 6, contract.currency) && take(get_execution_, 7, contract.multiplier) &&
                    take(get_execution_, 8, execution.side) && take(get_execution_, 9, execution.quantity);
  get_execution_.reset();
  if (!good) return fail(Errc::corrupt, fmt::format("the row of execution {} holds no execution", stem));
  return found;
}

Result<void> Tables::move_position(const journal::ExecutionBooked& booked, Side side) {
  const model::Execution& execution = booked.execution;
  const model::ContractRef& contract = execution.contract;
  bind_all(get_position_, booked.strategy, execution.account, contract.con_id, contract.symbol, contract.security_type,
           contract.currency);
  Position before = Position::zero();
  const bool good = !get_position_.executeStep() || take(get_position_, 0, before);
  get_position_.reset();
  if (!good) return fail(Errc::corrupt, fmt::format("the position in {} is no number", contract.symbol.view()));
  const auto after = after_trade(before, side, execution.quantity);
  if (!after) return fail(Errc::out_of_range, fmt::format("the position in {} does not fit", contract.symbol.view()));
  run(set_position_, booked.strategy, execution.account, contract.con_id, contract.symbol, contract.security_type,
      contract.currency, contract.multiplier, *after);
  return {};
}

// A correction has the stem of an earlier execution and takes its place.
Result<void> Tables::on(const journal::ExecutionBooked& record, At at) {
  const model::Execution& execution = record.execution;
  if (const auto earlier = TW_TRY(find_execution(execution.exec_id.stem()))) {
    if (earlier->execution.exec_id.revision() >= execution.exec_id.revision()) return {};
    TW_TRY_VOID(move_position(*earlier, opposite(earlier->execution.side)));
  }
  TW_TRY_VOID(move_position(record, execution.side));
  const model::ContractRef& contract = execution.contract;
  run(insert_execution_, execution.exec_id.stem(), execution.exec_id, at.seq, at.utc, record.strategy,
      execution.account, contract.con_id, contract.symbol, contract.security_type, contract.currency,
      contract.multiplier, execution.side, execution.quantity, execution.price, execution.cumulative,
      execution.order_id, execution.client_id, execution.perm_id, execution.order_ref, execution.time_text);
  return {};
}

Result<void> Tables::on(const journal::CommissionBooked& record, At at) {
  const model::Commission& commission = record.commission;
  run(insert_commission_, commission.exec_id.stem(), commission.exec_id, at.seq, at.utc, commission.commission.amount,
      commission.commission.currency, commission.realized_pnl);
  return {};
}

Result<void> Tables::on(const journal::OpeningBook& record, At) {
  run(clear_opening_positions_, record.account);
  run(clear_opening_cash_, record.account);
  for (const journal::ContractPosition& held : record.positions) {
    const model::ContractRef& contract = held.contract;
    run(insert_opening_position_, record.account, contract.con_id, contract.symbol, contract.security_type,
        contract.currency, contract.multiplier, held.position);
  }
  for (const Money& cash : record.cash) run(insert_opening_cash_, record.account, cash.currency, cash.amount);
  return {};
}

Result<void> Tables::on(const journal::BreakFound& record, At at) {
  run(insert_break_, at.seq, at.utc, record.break_class, record.subject, record.detail);
  return {};
}

}  // namespace tradewind::edge::store
