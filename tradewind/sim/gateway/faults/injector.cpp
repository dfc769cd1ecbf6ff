#include "tradewind/sim/gateway/faults/injector.hpp"

#include "tradewind/core/base/decimal.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/sim/gateway/faults/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tradewind::sim::gateway::faults {

// --- Which fault, how often ---

namespace {

constexpr std::string_view kSwarm = "swarm";
constexpr std::int64_t kSwarmRate = 10'000;

// The place in `faults()`, or why there is none.
Result<std::size_t> implemented(std::string_view id) {
  if (const auto fault = find_fault(id)) return *fault;
  const FaultRow* const row = find_row(id);
  const auto detail = row == nullptr ? fmt::format("'{}' is no fault of the catalogue, which has {} to {}", id,
                                                   fault_table().front().id, fault_table().back().id)
                      : row->on_wire ? fmt::format("the simulator cannot bring {} about", id)
                                     : fmt::format("{} is not on the wire: {}", id, row->reason);
  return fail(Errc::invalid_argument, detail + "; GET /faults of --control lists all");
}

}  // namespace

Result<std::vector<FaultRate>> parse_faults(std::string_view text) {
  std::vector<FaultRate> rates;
  bool goes_on = true;
  while (goes_on) {
    const std::string_view item = text.substr(0, text.find(','));
    goes_on = item.size() < text.size();
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    const std::size_t colon = item.find(':');
    FaultRate rate{.fault = std::string{item.substr(0, colon)}};
    const std::string place = fmt::format("item {}, '{}'", rates.size() + 1, item);
    if (rate.fault == kSwarm) rate.millionths = kSwarmRate;
    else if (const auto known = implemented(rate.fault); !known.has_value())
      return fail(Errc::invalid_argument, fmt::format("{}: {}", place, known.error().detail));
    if (colon != std::string_view::npos) {
      const Decimal64 parsed = parse_decimal64(item.substr(colon + 1), 6, Excess::refuse);
      if (parsed.error != DecimalError::none || parsed.raw < 0 || parsed.raw > kAlways)
        return fail(Errc::invalid_argument,
                    fmt::format("{}: the rate behind the colon is from 0 to 1, with at most six places", place));
      rate.millionths = parsed.raw;
    }
    rates.push_back(std::move(rate));
  }
  return rates;
}

Injector::Injector(std::uint64_t seed) {
  // The number of the id, not the place in the list: a new fault leaves the draws of the others as they were.
  for (const FaultInfo& info : faults()) {
    std::uint64_t number = 0;
    std::from_chars(info.id.data() + 1, info.id.data() + info.id.size(), number);
    states_.push_back({.rng = Rng{seed * 1000 + number}, .millionths = 0, .waiting = {}, .fired = 0});
  }
}

Result<void> Injector::set(const FaultRate& rate) {
  if (rate.fault == kSwarm) {
    arm_swarm(rate.millionths);
  } else {
    states_[TW_TRY(implemented(rate.fault))].millionths = rate.millionths;
  }
  look_whether_idle();
  return {};
}

void Injector::arm_swarm(std::int64_t millionths) {
  for (State& state : states_) {
    const bool takes_part = state.rng.one_in(2);
    state.millionths = takes_part && millionths > 0 ? state.rng.between(1, millionths) : 0;
  }
}

Result<void> Injector::inject(std::string_view id, std::optional<std::int32_t> client, std::size_t times) {
  constexpr std::size_t kWaitingMax = 1000;
  const std::size_t fault = TW_TRY(implemented(id));
  if (client && faults()[fault].moment == Moment::night)
    return fail(Errc::invalid_argument, fmt::format("{} befalls accounts and no client: leave the client out", id));
  auto& waiting = states_[fault].waiting;
  if (times > kWaitingMax || waiting.size() > kWaitingMax - times)
    return fail(Errc::unavailable, fmt::format("{} may wait for its moment {} times, and waits {} times already", id,
                                               kWaitingMax, waiting.size()));
  waiting.insert(waiting.end(), times, client);
  look_whether_idle();
  return {};
}

void Injector::look_whether_idle() {
  idle_ = std::ranges::all_of(states_, [](const State& s) { return s.millionths == 0 && s.waiting.empty(); });
}

bool Injector::takes(std::size_t fault, std::optional<std::int32_t> client) {
  auto& waiting = states_[fault].waiting;
  const auto asked = std::ranges::find_if(waiting, [&](const auto& of) { return !of || of == client; });
  if (asked == waiting.end()) return false;
  waiting.erase(asked);
  look_whether_idle();
  return true;
}

bool Injector::draws(std::size_t fault, std::optional<std::int32_t> client) {
  if (takes(fault, client)) return true;
  State& state = states_[fault];
  return state.millionths != 0 && state.rng.between(1, kAlways) <= state.millionths;
}

std::string Injector::json() const {
  JsonWriter json;
  json.begin_object().key("faults").begin_array();
  for (const FaultRow& row : fault_table()) {
    json.begin_object().member("id", row.id).member("on_wire", row.on_wire).member("layer", row.layer);
    json.member("implemented", row.implemented);
    json.member(row.on_wire ? "effect" : "reason", row.on_wire ? row.effect : row.reason);
    if (const auto fault = find_fault(row.id)) {
      const State& state = states_[*fault];
      json.member("rate", decimal_text(state.millionths, 6)).member("waiting", state.waiting.size());
      json.member("fired", state.fired);
    }
    json.end_object();
  }
  json.end_array().end_object();
  return json.str();
}

}  // namespace tradewind::sim::gateway::faults
