#include "tradewind/edge/store/instrument_registry.hpp"

#include "tradewind/edge/store/internal/sqlite.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace tradewind::edge::store {
namespace {

constexpr std::int64_t kRegistryId = 0x54574952;  // "TWIR", in the file's header
constexpr std::int64_t kRegistryVersion = 1;

constexpr const char* kSchema = R"sql(
CREATE TABLE instruments (name TEXT PRIMARY KEY, con_id INTEGER NOT NULL UNIQUE, symbol TEXT NOT NULL,
  security_type TEXT NOT NULL, last_trade_date TEXT NOT NULL, strike TEXT, right TEXT NOT NULL, multiplier TEXT,
  exchange TEXT NOT NULL, primary_exchange TEXT NOT NULL, currency TEXT NOT NULL, local_symbol TEXT NOT NULL,
  trading_class TEXT NOT NULL, first_seen_utc_ns INTEGER NOT NULL, last_seen_utc_ns INTEGER NOT NULL) WITHOUT ROWID;
)sql";

constexpr const char* kSelect =
    "SELECT name, con_id, symbol, security_type, last_trade_date, strike, right, multiplier, exchange, "
    "primary_exchange, currency, local_symbol, trading_class, first_seen_utc_ns, last_seen_utc_ns FROM instruments ";

template <class Value>
Result<std::optional<Value>> decimal(const SQLite::Column& column) {
  if (column.isNull()) return std::optional<Value>{};
  auto value = Value::parse(column.getString());
  if (!value.has_value()) return fail(Errc::corrupt, fmt::format("table instruments: {}", value.error().detail));
  return std::optional<Value>{*value};
}

Result<InstrumentRegistry::Instrument> row_of(SQLite::Statement& row) {
  InstrumentRegistry::Instrument found;
  found.name = row.getColumn(0).getString();
  model::ContractIdentity& identity = found.identity;
  identity.con_id = row.getColumn(1).getInt();
  identity.symbol = row.getColumn(2).getString();
  identity.security_type = row.getColumn(3).getString();
  identity.last_trade_date = row.getColumn(4).getString();
  identity.strike = TW_TRY(decimal<Price>(row.getColumn(5)));
  identity.right = row.getColumn(6).getString();
  identity.multiplier = TW_TRY(decimal<Multiplier>(row.getColumn(7)));
  identity.exchange = row.getColumn(8).getString();
  identity.primary_exchange = row.getColumn(9).getString();
  identity.currency = row.getColumn(10).getString();
  identity.local_symbol = row.getColumn(11).getString();
  identity.trading_class = row.getColumn(12).getString();
  found.first_seen = Timestamp::from_ns(row.getColumn(13).getInt64());
  found.last_seen = Timestamp::from_ns(row.getColumn(14).getInt64());
  return found;
}

void bind_text(SQLite::Statement& statement, int index, const std::optional<std::string>& value) {
  if (value) statement.bind(index, *value);
  else statement.bind(index);
}

}  // namespace

struct InstrumentRegistry::Impl {
  explicit Impl(std::string path) : path_{std::move(path)} {}

  Result<void> open(bool may_create) {
    return guarded(path_, [&]() -> Result<void> {
      database_.emplace(path_, may_create ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE : SQLite::OPEN_READONLY,
                        kBusyTimeoutMs);
      const std::int64_t application = database_->execAndGet("PRAGMA application_id").getInt64();
      const std::int64_t version = database_->execAndGet("PRAGMA user_version").getInt64();
      const std::int64_t tables = database_->execAndGet("SELECT count(*) FROM sqlite_master").getInt64();
      if (application == 0 && tables == 0 && may_create) return create();
      if (application != kRegistryId) {
        return fail(Errc::invalid_argument,
                    fmt::format("{}: the database of another program; name another folder", path_));
      }
      if (version > kRegistryVersion) {
        return fail(Errc::unsupported, fmt::format("{}: made by a newer version (schema {}, this one knows {})", path_,
                                                   version, kRegistryVersion));
      }
      return {};
    });
  }

  Result<void> create() {
    SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
    // Another process may have been first.
    if (database_->execAndGet("SELECT count(*) FROM sqlite_master").getInt64() != 0) return {};
    database_->exec(kSchema);
    database_->exec(fmt::format("PRAGMA application_id = {}", kRegistryId));
    database_->exec(fmt::format("PRAGMA user_version = {}", kRegistryVersion));
    transaction.commit();
    return {};
  }

  template <class Key>
  Result<std::optional<Instrument>> find(const char* where, const Key& key) {
    SQLite::Statement select{*database_, std::string{kSelect} + where};
    select.bind(1, key);
    if (!select.executeStep()) return std::optional<Instrument>{};
    return std::optional{TW_TRY(row_of(select))};
  }

  Result<Bound> bind(const std::string& name, bool is_given, const model::ContractIdentity& identity, Timestamp now) {
    SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
    const auto by_id = TW_TRY(find("WHERE con_id = ?", identity.con_id));
    const auto by_name = TW_TRY(find("WHERE name = ?", name));
    if (by_id && by_id->name != name && is_given) {
      return fail(Errc::already_exists, fmt::format("{}: contract {} is known as {}, and keeps that name", path_,
                                                    identity.con_id, by_id->name));
    }
    if (by_name && !by_id) {
      return fail(Errc::already_exists,
                  fmt::format("{}: {} means contract {} ({} on {}), not contract {}; give this one a name of its own "
                              "with --as NAME",
                              path_, name, by_name->identity.con_id, by_name->identity.local_symbol,
                              by_name->identity.primary_exchange.empty() ? by_name->identity.exchange
                                                                         : by_name->identity.primary_exchange,
                              identity.con_id));
    }
    const std::string known_as = by_id ? by_id->name : name;
    const Binding how = !by_id ? Binding::added : by_id->identity == identity ? Binding::seen : Binding::changed;
    write(known_as, identity, by_id ? by_id->first_seen : now, by_id ? std::max(by_id->last_seen, now) : now);
    transaction.commit();
    return Bound{known_as, how};
  }

  void write(const std::string& name, const model::ContractIdentity& identity, Timestamp first, Timestamp last) {
    SQLite::Statement put{*database_, "INSERT OR REPLACE INTO instruments VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
    const auto text_of = [](const auto& value) {
      return value ? std::optional<std::string>{value->text()} : std::nullopt;
    };
    put.bind(1, name);
    put.bind(2, identity.con_id);
    put.bind(3, identity.symbol);
    put.bind(4, identity.security_type);
    put.bind(5, identity.last_trade_date);
    bind_text(put, 6, text_of(identity.strike));
    put.bind(7, identity.right);
    bind_text(put, 8, text_of(identity.multiplier));
    put.bind(9, identity.exchange);
    put.bind(10, identity.primary_exchange);
    put.bind(11, identity.currency);
    put.bind(12, identity.local_symbol);
    put.bind(13, identity.trading_class);
    put.bind(14, first.ns());
    put.bind(15, last.ns());
    put.exec();
  }

  std::string path_;
  std::optional<SQLite::Database> database_;
};

Result<InstrumentRegistry> InstrumentRegistry::open(std::string path) {
  auto impl = std::make_unique<Impl>(std::move(path));
  TW_TRY_VOID(impl->open(true));
  return InstrumentRegistry{std::move(impl)};
}

Result<InstrumentRegistry> InstrumentRegistry::open_existing(std::string path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(Errc::not_found,
                fmt::format("{}: there are no instruments yet; `tradewind contract find … --save` makes it", path));
  }
  auto impl = std::make_unique<Impl>(std::move(path));
  TW_TRY_VOID(impl->open(false));
  return InstrumentRegistry{std::move(impl)};
}

InstrumentRegistry::InstrumentRegistry(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
InstrumentRegistry::InstrumentRegistry(InstrumentRegistry&&) noexcept = default;
InstrumentRegistry& InstrumentRegistry::operator=(InstrumentRegistry&&) noexcept = default;
InstrumentRegistry::~InstrumentRegistry() = default;

Result<InstrumentRegistry::Bound> InstrumentRegistry::bind(const std::string& name, bool is_given,
                                                           const model::ContractIdentity& identity, Timestamp now) {
  if (!model::is_own_symbol(name)) {
    return fail(Errc::invalid_argument,
                fmt::format("'{}' is no name: it has a dot, as in AAPL.USD-STK, no blanks, and at most {} characters",
                            name, model::kOwnSymbolMax));
  }
  if (identity.con_id <= 0) return fail(Errc::invalid_argument, fmt::format("{}: a contract without an id", name));
  return guarded(impl_->path_, [&] { return impl_->bind(name, is_given, identity, now); });
}

Result<std::optional<InstrumentRegistry::Instrument>> InstrumentRegistry::find(std::string_view name) const {
  return guarded(impl_->path_, [&] { return impl_->find("WHERE name = ?", std::string{name}); });
}

Result<std::optional<InstrumentRegistry::Instrument>> InstrumentRegistry::find(std::int32_t con_id) const {
  return guarded(impl_->path_, [&] { return impl_->find("WHERE con_id = ?", con_id); });
}

Result<std::vector<InstrumentRegistry::Instrument>> InstrumentRegistry::all() const {
  return guarded(impl_->path_, [&]() -> Result<std::vector<Instrument>> {
    SQLite::Statement select{*impl_->database_, std::string{kSelect} + "ORDER BY name"};
    std::vector<Instrument> found;
    while (select.executeStep()) found.push_back(TW_TRY(row_of(select)));
    return found;
  });
}

}  // namespace tradewind::edge::store
