#include "tradewind/sim/gateway/internal/algos.hpp"

#include "tradewind/sim/gateway/history.hpp"
#include "tradewind/sim/gateway/internal/order_kinds.hpp"
#include "tradewind/sim/venue/expiries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

struct Algo {
  std::string_view name;
  std::string_view parameters;  // separated by blanks
  bool options_only = false;
};

constexpr auto kAlgos = std::to_array<Algo>({
    {"Adaptive", "adaptivePriority"},
    {"ArrivalPx", "maxPctVol riskAversion startTime endTime forceCompletion allowPastEndTime"},
    {"ClosePx", "maxPctVol riskAversion startTime forceCompletion"},
    {"DarkIce", "displaySize startTime endTime allowPastEndTime"},
    {"AD",
     "componentSize timeBetweenOrders randomizeTime20 randomizeSize55 giveUp catchUp waitForFill activeTimeStart "
     "activeTimeEnd"},
    {"PctVol", "pctVol startTime endTime noTakeLiq"},
    {"PctVolPx", "pctVol deltaPctVol minPctVol4Px maxPctVol4Px startTime endTime noTakeLiq"},
    {"PctVolSz", "startPctVol endPctVol startTime endTime noTakeLiq"},
    {"PctVolTm", "startPctVol endPctVol startTime endTime noTakeLiq"},
    {"Twap", "strategyType startTime endTime allowPastEndTime"},
    {"Vwap", "maxPctVol startTime endTime allowPastEndTime noTakeLiq speedUp"},
    {"BalanceImpactRisk", "maxPctVol riskAversion forceCompletion", true},
    {"MinImpact", "maxPctVol", true},
});

constexpr int kSlices = 10;
constexpr Duration kUsualLength = 5min;

std::string_view parameter(const tws::Order& order, std::string_view tag) {
  for (const tws::TagValue& pair : order.algo_params) {
    if (pair.tag == tag) return pair.value;
  }
  return {};
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

constexpr std::int64_t kSecondsMax = 86'400;

bool is_valid(std::string_view tag, std::string_view value) {
  if (tag == "adaptivePriority") return has_word("Urgent Normal Patient", value);
  if (tag == "riskAversion") return value == "Get Done" || has_word("Aggressive Neutral Passive", value);
  if (tag == "strategyType") {
    return has_word("Marketable Matching Midpoint", value) || value == "Matching Same Side" || value == "Matching Last";
  }
  if (has_word("forceCompletion allowPastEndTime noTakeLiq speedUp randomizeTime20 randomizeSize55 catchUp waitForFill",
               tag)) {
    return value == "0" || value == "1" || value.empty();
  }
  if (has_word("displaySize componentSize timeBetweenOrders", tag)) {
    const std::int64_t number = whole(value).value_or(0);
    return number > 0 && number <= (tag == "timeBetweenOrders" ? kSecondsMax : kOrderSizeMax);
  }
  if (tag.ends_with("PctVol") || tag == "pctVol") {
    const auto share = Price::parse(value);
    return share.has_value() && *share > Price::zero() && *share <= Price::from_raw(Price::kScale / 2);
  }
  return true;
}

}  // namespace

Quantity Timetable::released(Timestamp now) const {
  constexpr Quantity kAll = Quantity::from_raw(std::numeric_limits<std::int64_t>::max());
  if (now < start) return Quantity::zero();
  if (pause == Duration{}) return kAll;
  return Quantity::try_from_raw(Int128{slice.raw()} * ((now - start) / pause + 1)).value_or(kAll);
}

Timestamp Timetable::next_after(Timestamp now) const {
  if (now < start || pause == Duration{}) return start;
  return start + pause * ((now - start) / pause + 1);
}

std::optional<std::pair<std::int32_t, std::string>> algo_refusal(const tws::Order& order,
                                                                 std::string_view security_type) {
  if (order.algo_strategy.empty()) return std::nullopt;
  const auto algo = std::ranges::find(kAlgos, order.algo_strategy, &Algo::name);
  if (algo == kAlgos.end()) return {{439, "The algorithm definition is not found."}};
  if (!has_word("STK OPT FUT CASH CFD", security_type) || (algo->options_only && security_type != "OPT"))
    return {{442, "Specified algorithm is not allowed for this order."}};
  for (const tws::TagValue& pair : order.algo_params) {
    if (!has_word(algo->parameters, pair.tag)) return {{443, fmt::format("Unknown algo attribute: {}.", pair.tag)}};
    if (!is_valid(pair.tag, pair.value)) {
      return {{441, fmt::format("Algo attributes validation failed: Invalid value '{}' of {}.", pair.value, pair.tag)}};
    }
  }
  return std::nullopt;
}

Timetable algo_timetable(const tws::Order& order, Quantity quantity, Quantity step, Timestamp now,
                         const TimeZone& zone) {
  if (order.algo_strategy == "Adaptive") {
    const std::string_view priority = parameter(order, "adaptivePriority");
    const Duration wait = priority == "Urgent" ? 0s : priority == "Patient" ? 20s : 5s;
    return {.start = now + wait, .slice = quantity};
  }
  const bool daily = order.algo_strategy == "AD";
  const auto time = [&](std::string_view tag) { return order_time(parameter(order, tag), now, zone); };
  const Timestamp start = std::max(now, time(daily ? "activeTimeStart" : "startTime").value_or(now));
  const Timestamp end = time(daily ? "activeTimeEnd" : "endTime").value_or(start + kUsualLength);

  std::int64_t size = quantity.raw() / kSlices;
  Duration pause = end > start ? (end - start) / kSlices : Duration{};
  if (daily) {
    size = Quantity::of(whole(parameter(order, "componentSize")).value_or(100)).raw();
    pause = std::chrono::seconds{whole(parameter(order, "timeBetweenOrders")).value_or(30)};
  } else if (order.algo_strategy == "DarkIce") {
    size = Quantity::of(whole(parameter(order, "displaySize")).value_or(100)).raw();
  }
  // Whole steps of size, the last slice takes what is left.
  return {.start = start, .pause = pause, .slice = Quantity::from_raw(std::max(size - size % step.raw(), step.raw()))};
}

std::optional<Timestamp> order_time(std::string_view text, Timestamp now, const TimeZone& zone) {
  if (text.empty()) return std::nullopt;
  if (const auto full = parse_end(text, zone)) return full;
  if (text.size() > 2 && text[2] == ':') return parse_end(fmt::format("{} {}", date_text(now, zone), text), zone);
  return std::nullopt;
}

std::optional<Timestamp> good_till(const tws::Order& order, Timestamp now, const venue::Calendar& calendar) {
  const TimeZone& zone = calendar.zone();
  const bool is_date = order.good_till_date.size() == 8 && order.good_till_date[2] != ':';
  if (!is_date) return order_time(order.good_till_date, now, zone);
  const auto midnight = parse_end(fmt::format("{} 00:00:00", order.good_till_date), zone);
  if (!midnight) return std::nullopt;
  const auto date = venue::date_in(*midnight, zone);
  const auto day = calendar.trading_day(date);
  if (!day) return venue::instant_on(date + std::chrono::days{1}, 0min, zone);
  return order.outside_rth ? day->trading.end : day->regular.end;
}

}  // namespace tradewind::sim::gateway
