#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tradewind::sim::gateway::faults {

// When a fault may fire; each such moment is one draw of its rate.
enum class Moment : std::uint8_t {
  attempt,   // a client may come: the gateway is there now, or a connection has ended
  connect,   // a connection has been opened
  start,     // startApi has come
  frame,     // any message to a client that has started
  order,     // a new order has come
  change,    // a modification of an order has come
  cancel,    // a cancel has come
  request,   // another request of the kind that the fault is about has come
  fill,      // an order has filled, and another one of its group is to end or to shrink
  away,      // a client with live orders has gone
  night,     // an option in the money is held at some time between 02:00 and 03:00
  message,   // a message of the kind that the fault is about goes to the client
};

struct FaultInfo {
  std::string_view id;  // of the catalogue; what an observer sees is in faults.csv
  Moment moment{};
  std::string_view name;
};

// The faults that the simulated gateway has, in the order of their ids.
// tests/tools/faults_table_test.py reads these lines and compares them with faults.csv.
inline constexpr std::array kFaults = std::to_array<FaultInfo>({
    {"F001", Moment::attempt, "refused"},
    {"F002", Moment::connect, "no greeting"},
    {"F003", Moment::start, "never ready"},
    {"F004", Moment::frame, "connection ends"},
    {"F005", Moment::frame, "connection ends in a frame"},
    {"F006", Moment::order, "connection ends after an order"},
    {"F007", Moment::frame, "mute"},
    {"F008", Moment::frame, "deaf"},
    {"F009", Moment::frame, "a byte a second"},
    {"F010", Moment::frame, "not read"},
    {"F011", Moment::start, "ends soon, again"},
    {"F012", Moment::start, "client id in use"},
    {"F014", Moment::message, "orders of a foreign client"},
    {"F015", Moment::start, "session taken"},
    {"F016", Moment::order, "restart"},
    {"F017", Moment::message, "order id rolled back"},
    {"F018", Moment::message, "order id 1"},
    {"F019", Moment::frame, "1100 for hours"},
    {"F020", Moment::frame, "port changed"},
    {"F021", Moment::connect, "other server version"},
    {"F022", Moment::frame, "a field too many"},
    {"F023", Moment::frame, "stray bytes"},
    {"F024", Moment::order, "orders of a burst vanish"},
    {"F025", Moment::order, "read-only"},
    {"F026", Moment::frame, "one of two ends"},
    {"F027", Moment::connect, "accepted and closed"},
    {"F028", Moment::message, "streams stall"},
    {"F029", Moment::frame, "1100"},
    {"F030", Moment::message, "1100, then an execution"},
    {"F031", Moment::frame, "1101, no data"},
    {"F032", Moment::frame, "1102, no data"},
    {"F033", Moment::frame, "1100 repeated"},
    {"F034", Moment::frame, "1101 alone"},
    {"F035", Moment::frame, "2110"},
    {"F036", Moment::frame, "farm flaps"},
    {"F037", Moment::frame, "another farm is back"},
    {"F038", Moment::message, "10182"},
    {"F039", Moment::request, "no ticks"},
    {"F040", Moment::message, "competing session"},
    {"F041", Moment::message, "delayed data"},
    {"F042", Moment::message, "executions held back"},
    {"F043", Moment::message, "103 for a live order"},
    {"F045", Moment::message, "open order with id 0"},
    {"F046", Moment::message, "permId 0"},
    {"F047", Moment::message, "execution of another session"},
    {"F048", Moment::message, "two permIds"},
    {"F049", Moment::order, "order swallowed"},
    {"F050", Moment::order, "order seen late"},
    {"F051", Moment::message, "acknowledged, then refused"},
    {"F052", Moment::order, "refused by error or status"},
    {"F053", Moment::message, "399 for a live order"},
    {"F054", Moment::message, "unknown code"},
    {"F055", Moment::order, "110"},
    {"F056", Moment::message, "other time in force"},
    {"F057", Moment::order, "200"},
    {"F058", Moment::order, "435"},
    {"F059", Moment::order, "383"},
    {"F060", Moment::message, "held for locate"},
    {"F061", Moment::message, "Inactive, and back"},
    {"F062", Moment::message, "what-if unanswered"},
    {"F064", Moment::order, "child refused"},
    {"F066", Moment::fill, "both orders of a group fill"},
    {"F067", Moment::message, "over-fill"},
    {"F068", Moment::frame, "100"},
    {"F069", Moment::order, "exchange is closed"},
    {"F070", Moment::message, "held until"},
    {"F071", Moment::change, "modification refused"},
    {"F072", Moment::change, "modification swallowed"},
    {"F075", Moment::message, "no status"},
    {"F076", Moment::message, "status repeated"},
    {"F077", Moment::message, "old status last"},
    {"F078", Moment::message, "reordered"},
    {"F079", Moment::message, "fill after cancel"},
    {"F080", Moment::cancel, "10148 and a fill"},
    {"F081", Moment::cancel, "10147"},
    {"F082", Moment::cancel, "cancel answered late"},
    {"F083", Moment::cancel, "cancel swallowed"},
    {"F084", Moment::message, "quantities of a cancelled order lost"},
    {"F085", Moment::away, "DAY order ends"},
    {"F086", Moment::away, "order fills"},
    {"F087", Moment::request, "open orders never answered"},
    {"F088", Moment::message, "end marker missing or twice"},
    {"F089", Moment::message, "execution in a snapshot"},
    {"F090", Moment::away, "order is cancelled"},
    {"F091", Moment::message, "liquidation"},
    {"F092", Moment::away, "stop triggers"},
    {"F094", Moment::message, "execution repeated"},
    {"F095", Moment::message, "twin execIds"},
    {"F096", Moment::message, "execution missing"},
    {"F097", Moment::message, "correction"},
    {"F098", Moment::message, "correction first"},
    {"F099", Moment::message, "bust"},
    {"F100", Moment::message, "commission first"},
    {"F101", Moment::message, "no commission"},
    {"F102", Moment::message, "commission unset"},
    {"F103", Moment::message, "execution of an unknown order"},
    {"F104", Moment::message, "fraction of a share"},
    {"F105", Moment::away, "order fills before midnight"},
    {"F106", Moment::message, "bag after a leg"},
    {"F107", Moment::message, "advisor after an allocation"},
    {"F108", Moment::message, "time without zone"},
    {"F109", Moment::message, "negative average price"},
    {"F110", Moment::message, "thousand executions"},
    {"F111", Moment::request, "no executions in the answer"},
    {"F112", Moment::message, "position late"},
    {"F113", Moment::message, "flat position missing"},
    {"F114", Moment::message, "execution late"},
    {"F115", Moment::request, "positions refused"},
    {"F117", Moment::message, "position in an unknown contract"},
    {"F118", Moment::message, "position in a second account"},
    {"F119", Moment::message, "split"},
    {"F120", Moment::night, "option becomes stock"},
    {"F121", Moment::message, "cash changed"},
    {"F122", Moment::message, "much cash changed"},
    {"F123", Moment::message, "no exchange rate"},
    {"F124", Moment::message, "currency execution"},
    {"F125", Moment::message, "account value empty"},
    {"F127", Moment::message, "execution of client 0"},
    {"F128", Moment::order, "margin"},
    {"F129", Moment::message, "a cent a day"},
    {"F130", Moment::message, "price -1"},
    {"F131", Moment::message, "constant offset"},
    {"F132", Moment::message, "crossed book"},
    {"F133", Moment::message, "trade time goes back"},
    {"F134", Moment::message, "burst of ticks"},
    {"F135", Moment::message, "bar twice"},
    {"F136", Moment::message, "halted"},
    {"F137", Moment::message, "200 for a subscription"},
    {"F138", Moment::request, "101"},
    {"F139", Moment::request, "pacing violation"},
    {"F140", Moment::message, "same bars"},
    {"F172", Moment::message, "one zone changed"},
    {"F173", Moment::message, "hour that is there twice"},
    {"F174", Moment::connect, "unknown zone"},
    {"F176", Moment::message, "trading hours empty"},
    {"F177", Moment::message, "clock off"},
});

[[nodiscard]] constexpr std::span<const FaultInfo> faults() { return kFaults; }

// The place in `faults()`.
[[nodiscard]] constexpr std::optional<std::size_t> find_fault(std::string_view id) {
  for (std::size_t i = 0; i < kFaults.size(); ++i) {
    if (kFaults[i].id == id) return i;
  }
  return std::nullopt;
}
// The same for an id in the source: one that is not in the list does not compile.
[[nodiscard]] consteval std::size_t at(std::string_view id) { return find_fault(id).value(); }

}  // namespace tradewind::sim::gateway::faults
