#pragma once

#include "apps/tradewind/failure.hpp"
#include "apps/tradewind/link.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/core/model/own_symbol.hpp"
#include "tradewind/core/tws/messages.hpp"
#include "tradewind/core/tws/owned.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the commands that ask a gateway have in common.
namespace tradewind::app {

struct GatewayTool {
  GatewayAddress address;
  bool json = false;
};

// Connects, and does what a command does. An error's exit code is 4 when there is no connection.
template <class Use>
int with_link(const GatewayTool& tool, Use use) {
  Link link{tool.address};
  Result<void> result = link.open();
  if (result.has_value()) result = use(link);
  if (result.has_value()) return static_cast<int>(ExitCode::ok);
  const bool connected = link.was_ready() && !link.is_lost();
  return report_failure(connected ? code_for(result.error()) : ExitCode::not_connected, result.error(), tool.json);
}

// How a person names a contract.
struct ContractChoice {
  std::string symbol;  // or a name of ours, where `state` names a folder with a registry
  std::string type = "STK";
  std::string exchange;  // empty: SMART, IDEALPRO or any, by the type
  std::string primary_exchange;
  std::string currency;  // empty: USD, or what a pair such as EUR.USD says
  std::string expiry;
  std::string strike;
  std::string right;
  std::string trading_class;
  std::int32_t con_id = 0;
  std::string state;  // folder of the registry
};

// What is wrong with it before anybody is asked.
[[nodiscard]] Result<void> check(const ContractChoice& choice);

// For a command about a contract.
template <class Use>
int with_link(const GatewayTool& tool, const ContractChoice& contract, Use use) {
  if (const auto checked = check(contract); !checked.has_value())
    return report_failure(code_for(checked.error()), checked.error(), tool.json);
  return with_link(tool, std::move(use));
}

// STATE/instruments.db.
[[nodiscard]] std::string registry_path(const std::string& state);

using ContractRow = tws::Owned<tws::ContractData>;
// Everything the gateway has under this description; at least one.
[[nodiscard]] Result<std::vector<ContractRow>> find_contracts(Link& link, const ContractChoice& choice);
// The one contract it describes, at the exchange to ask it at. `invalid_argument` when there are several.
[[nodiscard]] Result<ContractRow> find_contract(Link& link, const ContractChoice& choice);

// "C", "P" or empty, of what the wire says.
[[nodiscard]] std::string_view right_text(std::string_view right);
// Errors: a strike that is no exact number.
[[nodiscard]] Result<model::ContractIdentity> identity_of(const tws::Contract& contract);
// "AAPL STK SMART USD", with what an option has.
[[nodiscard]] std::string text_of(const tws::Contract& contract);
// Members of an open object.
void write_contract(JsonWriter& json, const tws::Contract& contract);

// What IB observed and sends as floating point, in the shortest form; "-" for nothing.
[[nodiscard]] std::string observed_text(std::optional<double> value);
void write_observed(JsonWriter& json, std::string_view name, std::optional<double> value);
template <class Value>
[[nodiscard]] std::string text_or_dash(const std::optional<Value>& value) {
  return value ? value->text() : "-";
}
template <class Value>
void write_decimal(JsonWriter& json, std::string_view name, const std::optional<Value>& value) {
  if (value) json.member(name, value->text());
  else json.key(name).null();
}

// How far the gateway's clock is ahead of ours: somewhere between the two, as the answer took time and the gateway's
// clock is told in whole units.
struct ClockDifference {
  Duration least{};
  Duration most{};
  // The difference there is at least, with its sign; zero when there may be none.
  [[nodiscard]] Duration certain() const;
};
[[nodiscard]] Result<ClockDifference> measure_clock(Link& link);

// Rows with aligned columns on standard output.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string text() const;

 private:
  struct Rows : std::vector<std::vector<std::string>> {
    explicit Rows(std::vector<std::string> head) { push_back(std::move(head)); }
  } rows_;
};

// How long a stream goes on. The first update has to come within the address's timeout, or within `length` if it is given.
struct StreamLimits {
  std::uint64_t count = 0;  // 0: no limit
  std::optional<Duration> length;
};
// Waits while `shown()`, which shows what is new, says how many updates have been shown; ends with the limits, with an
// interrupt, or with a failure of the subscription.
[[nodiscard]] Result<void> stream(Link& link, const StreamLimits& limits, std::string_view what,
                                  const std::function<std::uint64_t()>& shown,
                                  const std::optional<client::Failure>& ended);

}  // namespace tradewind::app
