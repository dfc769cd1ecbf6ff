#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/journal/records.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The tables of the projection and what each record does to them. The functions here throw what SQLite throws; only
// projection.cpp calls them, and catches it.
namespace tradewind::edge::store {

inline constexpr std::int64_t kApplicationId = 0x54574a50;  // "TWJP", in the file's header
inline constexpr std::int64_t kSchemaVersion = 1;

void create_tables(SQLite::Database& database);
void clear_tables(SQLite::Database& database);

class Tables {
 public:
  explicit Tables(SQLite::Database& database);
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;
  ~Tables() = default;

  // Errc::out_of_range when a position no longer fits its type, Errc::corrupt when a table holds what was never written
  // to it.
  [[nodiscard]] Result<void> apply(const journal::Record& record, const journal::Envelope& envelope);

  struct Place {
    std::uint64_t seq = 0;
    std::string hash;  // hexadecimal
  };
  [[nodiscard]] Place place();
  void set_place(const Place& place);

 private:
  using At = const journal::Envelope&;
  // What only the engine's recovery needs has no table, nor what an OrderStateChanged sums up.
  template <class T>
  static constexpr bool kHasNoTable =
      journal::ChainRecord<T> || std::same_as<T, journal::StateChanged> || std::same_as<T, journal::SessionOpened> ||
      std::same_as<T, journal::SessionClosed> || std::same_as<T, journal::RecoveryCompleted> ||
      std::same_as<T, journal::DeniedLate> || std::same_as<T, journal::CancelRequested> ||
      std::same_as<T, journal::OrderResolved> || std::same_as<T, journal::MarketDigest>;
  template <class T>
    requires(kHasNoTable<T>)
  Result<void> on(const T&, At) {
    return {};
  }
  Result<void> on(const journal::RunStarted& record, At at);
  Result<void> on(const journal::RunEnded& record, At at);
  Result<void> on(const journal::Notice& record, At at);
  Result<void> on(const journal::InstrumentBound& record, At at);
  Result<void> on(const journal::Intent& record, At at);
  Result<void> on(const journal::Denied& record, At at);
  Result<void> on(const journal::Sent& record, At at);
  Result<void> on(const journal::OpenOrderNoted& record, At at);
  Result<void> on(const journal::StatusNoted& record, At at);
  Result<void> on(const journal::OrderErrorNoted& record, At at);
  Result<void> on(const journal::OrderStateChanged& record, At at);
  Result<void> on(const journal::ExecutionBooked& record, At at);
  Result<void> on(const journal::CommissionBooked& record, At at);
  Result<void> on(const journal::OpeningBook& record, At at);
  Result<void> on(const journal::BreakFound& record, At at);

  Result<void> move_position(const journal::ExecutionBooked& booked, Side side);
  // The execution that is booked under this stem, as far as a position needs it.
  Result<std::optional<journal::ExecutionBooked>> find_execution(std::string_view stem);

  SQLite::Statement get_place_, set_place_;
  SQLite::Statement insert_run_, end_run_, insert_notice_, insert_instrument_;
  SQLite::Statement insert_order_, set_state_, set_open_order_, set_status_, insert_denial_;
  SQLite::Statement get_execution_, insert_execution_, insert_commission_, get_position_, set_position_;
  SQLite::Statement clear_opening_positions_, clear_opening_cash_, insert_opening_position_, insert_opening_cash_,
      insert_break_;
};

}  // namespace tradewind::edge::store
