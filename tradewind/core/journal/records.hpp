#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/model/event.hpp"
#include "tradewind/core/model/execution.hpp"
#include "tradewind/core/model/ids.hpp"
#include "tradewind/core/model/instrument.hpp"
#include "tradewind/core/model/mode.hpp"
#include "tradewind/core/model/order.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tradewind::journal {

// Everything the journal can hold, one plain struct for each kind. To add a record: the struct with a new number, its
// line in internal/describe.hpp, its entry in `Record`.
//
// Numbers and member names are stored in journals: never renumber, never rename, never give a number of the past to
// another record. A member added later is an optional or comes with a higher kSchema.

struct RecordKind {
  std::uint16_t number = 0;
  std::string_view name;
};

// The version of the payload's meaning, in every envelope. A record with a higher one is refused, not guessed at.
inline constexpr std::uint16_t kSchema = 1;

struct NameValue {
  std::string name;
  std::string value;
};

// --- The chain's own records: made by `Log`, in no other way ---

// The very first record: what this journal is.
struct Genesis {
  static constexpr RecordKind kKind{1, "Genesis"};
  JournalId journal_id;
  std::uint16_t format = kFormatVersion;
  model::Mode mode{};
  model::AccountId account;
  std::string made_by;
};
// The first record of every later segment. The last sequence number and hash of the predecessor are this record's own,
// less one, and its prev_hash; what lies behind the predecessor's last whole record is covered here.
struct SegmentStarted {
  static constexpr RecordKind kKind{2, "SegmentStarted"};
  JournalId journal_id;
  std::uint32_t index = 0;              // of this segment, from 1
  std::uint64_t predecessor_bytes = 0;  // length of the predecessor's file
  std::uint64_t torn_bytes = 0;         // of them, behind its last whole record
  Hash256 torn_hash{};                  // SHA-256 of those
};
enum class SegmentEnd : std::uint8_t { rolled, closed };
// The last record of a segment that was not cut short. After `rolled` a further segment must exist.
struct SegmentEnded {
  static constexpr RecordKind kKind{3, "SegmentEnded"};
  SegmentEnd end{};
};

// --- Life of the engine ---

struct RunStarted {
  static constexpr RecordKind kKind{10, "RunStarted"};
  model::StrategyName strategy;
  std::vector<NameValue> parameters;
  std::vector<NameValue> limits;
  std::string engine_version;
};
struct RunEnded {
  static constexpr RecordKind kKind{11, "RunEnded"};
  std::string reason;
};
struct StateChanged {
  static constexpr RecordKind kKind{12, "StateChanged"};
  std::string from;
  std::string to;
  std::string reason;
};
struct SessionOpened {
  static constexpr RecordKind kKind{20, "SessionOpened"};
  model::ClientId client_id{0};
  std::int32_t server_version = 0;
  model::OrderId next_order_id{0};
  std::vector<model::AccountId> accounts;
};
struct SessionClosed {
  static constexpr RecordKind kKind{21, "SessionClosed"};
  std::string reason;
};
struct Notice {
  static constexpr RecordKind kKind{22, "Notice"};
  std::int32_t code = 0;
  std::string text;
};
struct InstrumentBound {
  static constexpr RecordKind kKind{30, "InstrumentBound"};
  model::InstrumentId instrument_id{0};
  model::Instrument instrument;
};

// --- Orders ---

// Durable before the order's first byte leaves.
struct Intent {
  static constexpr RecordKind kKind{40, "Intent"};
  model::OrderIntent intent;
  std::optional<Price> reference_price;
  std::string reason;  // the strategy's
};
struct DenialReason {
  std::string code;  // of the rule: "PTR-07"
  std::string detail;
};
struct Denied {
  static constexpr RecordKind kKind{41, "Denied"};
  model::StrategyName strategy;
  model::OrderRequest request;
  std::vector<DenialReason> reasons;
};
struct Sent {
  static constexpr RecordKind kKind{42, "Sent"};
  model::OrderRef order_ref;
  model::OrderId order_id{0};
};
struct DeniedLate {
  static constexpr RecordKind kKind{43, "DeniedLate"};
  model::OrderRef order_ref;
  Duration waited{};
};
struct CancelRequested {
  static constexpr RecordKind kKind{44, "CancelRequested"};
  model::OrderRef order_ref;
  model::OrderId order_id{0};
  std::string reason;
};
struct OpenOrderNoted {
  static constexpr RecordKind kKind{45, "OpenOrderNoted"};
  model::OpenOrderSeen order;
};
struct StatusNoted {
  static constexpr RecordKind kKind{46, "StatusNoted"};
  model::OrderStatusSeen status;
};
struct OrderErrorNoted {
  static constexpr RecordKind kKind{47, "OrderErrorNoted"};
  model::OrderErrorSeen error;
};
// The state evidence ended in, with the evidence.
struct OrderResolved {
  static constexpr RecordKind kKind{48, "OrderResolved"};
  model::OrderRef order_ref;
  model::OrderState state{};
  std::string evidence;
};

// Where an order of ours stands now, as the engine concludes from the records before it. Nothing is restored from these:
// they are for those who read the journal.
struct OrderStateChanged {
  static constexpr RecordKind kKind{49, "OrderStateChanged"};
  model::OrderRef order_ref;
  model::OrderState state{};
  Quantity filled = Quantity::zero();
};

// --- Fills and books ---

struct ExecutionBooked {
  static constexpr RecordKind kKind{60, "ExecutionBooked"};
  model::Execution execution;
  model::StrategyName strategy;  // empty: external
};
struct CommissionBooked {
  static constexpr RecordKind kKind{61, "CommissionBooked"};
  model::Commission commission;
};

// --- Recovery and reconciliation ---

struct RecoveryCompleted {
  static constexpr RecordKind kKind{70, "RecoveryCompleted"};
  std::uint32_t open_orders = 0;
  std::uint32_t executions = 0;
  std::uint32_t completed = 0;
  std::uint32_t positions = 0;
  std::string summary;
};
struct ContractPosition {
  model::ContractRef contract;
  Position position = Position::zero();
};
// What an account held beyond the booked fills when the engine first met it.
struct OpeningBook {
  static constexpr RecordKind kKind{71, "OpeningBook"};
  model::AccountId account;
  std::vector<ContractPosition> positions;
  std::vector<Money> cash;
};
struct BreakFound {
  static constexpr RecordKind kKind{72, "BreakFound"};
  std::string break_class;  // "BRK-12"
  std::string subject;
  std::string detail;
};

// --- Market data ---

// The ticks of one minute live elsewhere; this fixes which they were.
struct MarketDigest {
  static constexpr RecordKind kKind{80, "MarketDigest"};
  Timestamp minute;
  std::uint64_t count = 0;
  std::uint64_t digest = 0;
};

using Record =
    std::variant<Genesis, SegmentStarted, SegmentEnded, RunStarted, RunEnded, StateChanged, SessionOpened,
                 SessionClosed, Notice, InstrumentBound, Intent, Denied, Sent, DeniedLate, CancelRequested,
                 OpenOrderNoted, StatusNoted, OrderErrorNoted, OrderResolved, OrderStateChanged, ExecutionBooked,
                 CommissionBooked, RecoveryCompleted, OpeningBook, BreakFound, MarketDigest>;

template <class T>
concept RecordType = requires {
  { T::kKind } -> std::convertible_to<RecordKind>;
};
// The records that hold the chain together; only `Log` appends them.
template <class T>
concept ChainRecord = std::same_as<T, Genesis> || std::same_as<T, SegmentStarted> || std::same_as<T, SegmentEnded>;

// "Intent" for 40; "?" for a number this version does not know.
[[nodiscard]] std::string_view kind_name(std::uint16_t kind) noexcept;

// The record in a payload. Safe on any bytes: Errc::malformed names the key at fault, Errc::unsupported means that a
// newer version of ours wrote it. Keys this version does not know are skipped.
[[nodiscard]] Result<Record> decode(std::uint16_t kind, std::uint16_t schema, Bytes payload);
[[nodiscard]] inline Result<Record> decode(const StoredRecord& stored) {
  return decode(stored.envelope.kind, stored.envelope.schema, stored.payload);
}

// Appends the payload of a record: a canonical CBOR map.
void encode_payload(const Record& record, ByteQueue& out);

namespace detail {
// The same, for the record of this kind that `record` points to.
void encode_payload(std::uint16_t kind, const void* record, ByteQueue& out);
}  // namespace detail

}  // namespace tradewind::journal

namespace tradewind {
template <>
inline constexpr auto kEnumNames<journal::SegmentEnd> = std::to_array<std::pair<journal::SegmentEnd, std::string_view>>(
    {{journal::SegmentEnd::rolled, "rolled"}, {journal::SegmentEnd::closed, "closed"}});
}  // namespace tradewind
