#include "tradewind/core/client/orders/algos.hpp"

#include "tradewind/core/client/orders/internal/check.hpp"
#include "tradewind/core/client/orders/internal/order_tables.hpp"
#include "tradewind/core/client/orders/internal/tables.hpp"

#include <algorithm>
#include <array>

namespace tradewind::client::orders {

namespace {

using internal::AlgoParameter;
using internal::kAlgoParameters;
using internal::ParameterKind;

constexpr auto kUrgency = std::to_array<std::string_view>({"Urgent", "Normal", "Patient"});
constexpr auto kRiskAversion = std::to_array<std::string_view>({"Get Done", "Aggressive", "Neutral", "Passive"});
constexpr auto kTwapStyle =
    std::to_array<std::string_view>({"Marketable", "Matching", "Midpoint", "Matching Same Side", "Matching Last"});

// Adds what is stated, in the words of the wire.
class Words {
 public:
  explicit Words(std::string_view strategy) { out_.strategy = strategy; }

  Words& add(std::string_view tag, std::string_view text) {
    if (!text.empty()) out_.parameters.emplace_back(tag, text);
    return *this;
  }
  Words& add(std::string_view tag, Fraction value) { return add(tag, std::string_view{value.text()}); }
  Words& add(std::string_view tag, Price value) { return add(tag, std::string_view{value.text()}); }
  Words& add(std::string_view tag, int value) { return add(tag, std::string_view{fmt::to_string(value)}); }
  Words& add(std::string_view tag, bool value) { return add(tag, std::string_view{value ? "1" : "0"}); }
  Words& add(std::string_view tag, RiskAversion value) {
    return add(tag, kRiskAversion.at(static_cast<std::size_t>(value)));
  }
  Words& add(std::string_view tag, const ZonedTime& value) { return add(tag, std::string_view{value.text('-')}); }
  Words& add(std::string_view tag, const AlgoTime& value) {
    if (const auto* utc = std::get_if<Timestamp>(&value)) return add(tag, std::string_view{ib_utc_text(*utc)});
    const auto& local = std::get<LocalTime>(value);
    return add(
        tag, std::string_view{fmt::format("{:02}:{:02}:{:02} {}", local.hour, local.minute, local.second, local.zone)});
  }
  template <class T>
  Words& add(std::string_view tag, const std::optional<T>& value) {
    return value ? add(tag, *value) : *this;
  }
  [[nodiscard]] NamedAlgo take() { return std::move(out_); }

 private:
  NamedAlgo out_;
};

NamedAlgo words(const Adaptive& a) {
  return Words{"Adaptive"}.add("adaptivePriority", kUrgency.at(static_cast<std::size_t>(a.priority))).take();
}
NamedAlgo words(const ArrivalPrice& a) {
  return Words{"ArrivalPx"}
      .add("maxPctVol", a.max_volume)
      .add("riskAversion", a.risk_aversion)
      .add("startTime", a.start)
      .add("endTime", a.end)
      .add("forceCompletion", a.force_completion)
      .add("allowPastEndTime", a.allow_past_end)
      .take();
}
NamedAlgo words(const ClosePrice& a) {
  return Words{"ClosePx"}
      .add("maxPctVol", a.max_volume)
      .add("riskAversion", a.risk_aversion)
      .add("startTime", a.start)
      .add("forceCompletion", a.force_completion)
      .take();
}
NamedAlgo words(const DarkIce& a) {
  return Words{"DarkIce"}
      .add("displaySize", a.display_size)
      .add("startTime", a.start)
      .add("endTime", a.end)
      .add("allowPastEndTime", a.allow_past_end)
      .take();
}
NamedAlgo words(const AccumulateDistribute& a) {
  return Words{"AD"}
      .add("componentSize", a.component_size)
      .add("timeBetweenOrders", a.seconds_between_orders)
      .add("randomizeTime20", a.randomize_time)
      .add("randomizeSize55", a.randomize_size)
      .add("giveUp", a.give_up)
      .add("catchUp", a.catch_up)
      .add("waitForFill", a.wait_for_fill)
      .add("activeTimeStart", a.start)
      .add("activeTimeEnd", a.end)
      .take();
}
NamedAlgo words(const PercentOfVolume& a) {
  return Words{"PctVol"}
      .add("pctVol", a.volume)
      .add("startTime", a.start)
      .add("endTime", a.end)
      .add("noTakeLiq", a.no_take_liquidity)
      .take();
}
NamedAlgo words(const PriceVariantPercentOfVolume& a) {
  return Words{"PctVolPx"}
      .add("pctVol", a.volume)
      .add("deltaPctVol", a.delta)
      .add("minPctVol4Px", a.minimum)
      .add("maxPctVol4Px", a.maximum)
      .add("startTime", a.start)
      .add("endTime", a.end)
      .add("noTakeLiq", a.no_take_liquidity)
      .take();
}
template <class A>
NamedAlgo start_to_end(std::string_view strategy, const A& a) {
  return Words{strategy}
      .add("startPctVol", a.start_volume)
      .add("endPctVol", a.end_volume)
      .add("startTime", a.start)
      .add("endTime", a.end)
      .add("noTakeLiq", a.no_take_liquidity)
      .take();
}
NamedAlgo words(const SizeVariantPercentOfVolume& a) { return start_to_end("PctVolSz", a); }
NamedAlgo words(const TimeVariantPercentOfVolume& a) { return start_to_end("PctVolTm", a); }
NamedAlgo words(const Twap& a) {
  return Words{"Twap"}
      .add("strategyType", kTwapStyle.at(static_cast<std::size_t>(a.style)))
      .add("startTime", a.start)
      .add("endTime", a.end)
      .add("allowPastEndTime", a.allow_past_end)
      .take();
}
NamedAlgo words(const Vwap& a) {
  return Words{"Vwap"}
      .add("maxPctVol", a.max_volume)
      .add("startTime", a.start)
      .add("endTime", a.end)
      .add("allowPastEndTime", a.allow_past_end)
      .add("noTakeLiq", a.no_take_liquidity)
      .add("speedUp", a.speed_up)
      .take();
}
NamedAlgo words(const BalanceImpactRisk& a) {
  return Words{"BalanceImpactRisk"}
      .add("maxPctVol", a.max_volume)
      .add("riskAversion", a.risk_aversion)
      .add("forceCompletion", a.force_completion)
      .take();
}
NamedAlgo words(const MinimumImpact& a) { return Words{"MinImpact"}.add("maxPctVol", a.max_volume).take(); }
NamedAlgo words(const JefferiesVwap& a) {
  return Words{"VWAP"}
      .add("StartTime", a.start)
      .add("EndTime", a.end)
      .add("RelativeLimit", a.relative_limit)
      .add("MaxVolumeRate", a.max_volume_rate)
      .add("ExcludeAuctions", a.exclude_auctions)
      .add("TriggerPrice", a.trigger_price)
      .add("WowPrice", a.wow_price)
      .add("MinFillSize", a.min_fill_size)
      .add("WowOrderPct", a.wow_order_percent)
      .add("WowMode", a.wow_mode)
      .add("IsBuyBack", a.is_buy_back)
      .add("WowReference", a.wow_reference)
      .take();
}
NamedAlgo words(const CsfbInline& a) {
  return Words{"INLINE"}
      .add("StartTime", a.start)
      .add("EndTime", a.end)
      .add("ExecStyle", a.style)
      .add("MinPercent", a.min_percent)
      .add("MaxPercent", a.max_percent)
      .add("DisplaySize", a.display_size)
      .add("Auction", a.auction)
      .add("BlockFinder", a.block_finder)
      .add("BlockPrice", a.block_price)
      .add("MinBlockSize", a.min_block_size)
      .add("MaxBlockSize", a.max_block_size)
      .add("IWouldPrice", a.i_would_price)
      .take();
}
NamedAlgo words(const NamedAlgo& a) { return a; }

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}
bool is_clock(std::string_view text) {  // hh:mm:ss
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return false;
  const auto part = [&](std::size_t at, int below) {
    const std::string_view two = text.substr(at, 2);
    return is_digits(two) && (two[0] - '0') * 10 + (two[1] - '0') < below;
  };
  return part(0, 24) && part(3, 60) && part(6, 60);
}
bool is_date(std::string_view text) {  // yyyymmdd
  if (text.size() != 8 || !is_digits(text)) return false;
  const auto number = [&](std::size_t at, std::size_t size) {
    int out = 0;
    for (const char c : text.substr(at, size)) out = out * 10 + (c - '0');
    return out;
  };
  return is_valid(CivilTime{.year = number(0, 4), .month = number(4, 2), .day = number(6, 2)});
}
// "yyyymmdd-hh:mm:ss"
bool is_utc(std::string_view text) {
  return text.size() == 17 && is_date(text.substr(0, 8)) && text[8] == '-' && is_clock(text.substr(9));
}
bool has_zone(std::string_view text, std::size_t after) {
  return text.size() > after + 1 && text[after] == ' ' && text.find(' ', after + 1) == std::string_view::npos;
}

// Why the value is none for this parameter; empty when it is one.
std::string problem(const AlgoParameter& parameter, std::string_view value) {
  const auto number = [&](int decimals) -> std::string {
    const Decimal64 parsed = parse_decimal64(value, decimals, Excess::refuse);
    if (parsed.error != DecimalError::none) return std::string{name(parsed.error)};
    const std::int64_t millionths = decimals == 6 ? parsed.raw : parsed.raw * 1'000'000;
    if (parameter.low && millionths < *parameter.low) return "below " + decimal_text(*parameter.low, 6);
    if (parameter.high && millionths > *parameter.high) return "above " + decimal_text(*parameter.high, 6);
    return {};
  };
  switch (parameter.kind) {
    case ParameterKind::choice:
      for (std::string_view words = parameter.words; !words.empty();) {
        const std::size_t end = words.find('|');
        if (words.substr(0, end) == value) return {};
        words = end == std::string_view::npos ? std::string_view{} : words.substr(end + 1);
      }
      return fmt::format("none of {}", parameter.words);
    case ParameterKind::flag:
      return value == "0" || value == "1" ? std::string{} : "neither 0 nor 1";
    case ParameterKind::number:
      return number(6);
    case ParameterKind::whole:
      return value.size() > 9 ? std::string{"too large"} : number(0);
    case ParameterKind::time:
      if (is_utc(value) || (is_clock(value.substr(0, 8)) && has_zone(value, 8))) return {};
      return "neither 'hh:mm:ss ZONE' nor 'yyyymmdd-hh:mm:ss'";
    case ParameterKind::zoned_time:
      return is_utc(value.substr(0, 17)) && has_zone(value, 17) ? std::string{} : "not 'yyyymmdd-hh:mm:ss ZONE'";
    case ParameterKind::text:
      return value.empty() ? std::string{"empty"} : std::string{};
  }
  return {};
}

}  // namespace

NamedAlgo algo_words(const Algo& algo) {
  return std::visit([](const auto& which) { return words(which); }, algo);
}

std::vector<Refusal> refusals(const NamedAlgo& algo, std::string_view exchange, std::optional<SecurityType> type) {
  internal::Refusals out;
  const auto of_strategy = [&](const AlgoParameter& parameter) { return parameter.strategy == algo.strategy; };
  const auto first = std::ranges::find_if(kAlgoParameters, of_strategy);
  if (first == kAlgoParameters.end()) {
    out.add(439, "algoStrategy", fmt::format("'{}' is no algorithm: data/algos.csv has them", algo.strategy));
    return out.take();
  }
  if (exchange != first->exchange) {
    out.add(442, "exchange", fmt::format("{} runs on {}, not on {}", algo.strategy, first->exchange, exchange));
  }
  if (type && !first->types.empty() && !first->types.has(*type)) {
    out.add(442, "secType", fmt::format("{} is not for {}", algo.strategy, name(*type)));
  }
  for (std::size_t i = 0; i < algo.parameters.size(); ++i) {
    const auto& [tag, value] = algo.parameters[i];
    const auto found =
        std::ranges::find_if(kAlgoParameters, [&](const AlgoParameter& p) { return of_strategy(p) && p.tag == tag; });
    if (found == kAlgoParameters.end()) {
      out.add(443, "algoParams", fmt::format("{} has no parameter '{}'", algo.strategy, tag));
      continue;
    }
    const bool again = std::any_of(algo.parameters.begin(), algo.parameters.begin() + static_cast<std::ptrdiff_t>(i),
                                   [&](const auto& earlier) { return earlier.first == tag; });
    if (again) out.add(441, "algoParams", fmt::format("{} of {} is stated twice", tag, algo.strategy));
    if (const std::string wrong = problem(*found, value); !wrong.empty()) {
      out.add(441, "algoParams", fmt::format("{} of {} is '{}': {}", tag, algo.strategy, value, wrong));
    }
  }
  return out.take();
}

}  // namespace tradewind::client::orders
