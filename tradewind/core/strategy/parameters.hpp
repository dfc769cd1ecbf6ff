#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/model/instrument.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::strategy {

class Strategy;

// A strategy declares its parameters once:
//
//   struct Params {
//     std::int64_t fast = 5;
//     template <class Visit> void describe(Visit&& visit) {
//       visit("fast", fast, "bars of the fast average", Range{1, 1000});
//     }
//   };
//
// and that drives command-line values and their checks, help, and the record of the values used. What no range can say,
// such as that one value is above another, goes into an optional `Result<void> check() const`.
struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

struct ParameterInfo {
  std::string name;
  std::string type;  // "integer", "quantity", "seconds", "yes or no", "symbols"
  std::string value;  // the default, or the one in use
  std::string range;  // empty when there is none
  std::string help;
};

namespace detail {

[[nodiscard]] Result<std::int64_t> parse_integer(std::string_view text, Range range);
[[nodiscard]] Result<Duration> parse_seconds(std::string_view text, Range range);
[[nodiscard]] Result<bool> parse_yes_no(std::string_view text);
[[nodiscard]] Result<std::vector<model::Symbol>> parse_symbols(std::string_view text);
[[nodiscard]] std::string seconds_text(Duration duration);
[[nodiscard]] std::string symbols_text(const std::vector<model::Symbol>& symbols);
[[nodiscard]] std::string range_text(Range range);

struct Lister {
  std::vector<ParameterInfo>& out;
  void operator()(const char* name, std::int64_t& value, const char* help, Range range) {
    out.push_back({name, "integer", std::to_string(value), range_text(range), help});
  }
  void operator()(const char* name, Duration& value, const char* help, Range range) {
    out.push_back({name, "seconds", seconds_text(value), range_text(range), help});
  }
  void operator()(const char* name, Quantity& value, const char* help) {
    out.push_back({name, "quantity", value.text(), "", help});
  }
  void operator()(const char* name, bool& value, const char* help) {
    out.push_back({name, "yes or no", value ? "yes" : "no", "", help});
  }
  void operator()(const char* name, std::vector<model::Symbol>& value, const char* help) {
    out.push_back({name, "symbols", symbols_text(value), "", help});
  }
};

// Sets the one parameter of that name. `found` says whether there is one.
struct Setter {
  std::string_view name;
  std::string_view text;
  bool found = false;
  std::optional<Error> error;

  template <class T>
  void take(T& into, Result<T> parsed) {
    found = true;
    if (parsed.has_value()) into = *std::move(parsed);
    else error = std::move(parsed).error();
  }
  void operator()(const char* candidate, std::int64_t& value, const char*, Range range) {
    if (name == candidate) take(value, parse_integer(text, range));
  }
  void operator()(const char* candidate, Duration& value, const char*, Range range) {
    if (name == candidate) take(value, parse_seconds(text, range));
  }
  void operator()(const char* candidate, Quantity& value, const char*) {
    if (name == candidate) take(value, Quantity::parse(text));
  }
  void operator()(const char* candidate, bool& value, const char*) {
    if (name == candidate) take(value, parse_yes_no(text));
  }
  void operator()(const char* candidate, std::vector<model::Symbol>& value, const char*) {
    if (name == candidate) take(value, parse_symbols(text));
  }
};

}  // namespace detail

using ParameterValues = std::vector<std::pair<std::string, std::string>>;

template <class Params>
[[nodiscard]] std::vector<ParameterInfo> parameter_infos(Params params = {}) {
  std::vector<ParameterInfo> infos;
  params.describe(detail::Lister{infos});
  return infos;
}

// The error names the parameter, what is wrong, and the parameters there are.
template <class Params>
[[nodiscard]] Result<Params> with_values(Params params, const ParameterValues& values) {
  for (const auto& [name, text] : values) {
    detail::Setter setter{name, text, false, {}};
    params.describe(setter);
    if (setter.error) return fail(Errc::invalid_argument, "parameter '" + name + "': " + setter.error->detail);
    if (!setter.found) {
      std::string known;
      for (const ParameterInfo& info : parameter_infos<Params>()) known += (known.empty() ? "" : ", ") + info.name;
      return fail(Errc::invalid_argument, "there is no parameter '" + name + "'; there are: " + known);
    }
  }
  if constexpr (requires { params.check(); }) TW_TRY_VOID(params.check());
  return params;
}

// What an application offers to run.
struct StrategyFactory {
  std::string name;
  std::string description;
  std::vector<ParameterInfo> parameters;
  Result<std::unique_ptr<Strategy>> (*make)(const ParameterValues& values);
};

// `S` has `struct Params`, `static constexpr kName, kDescription`, and a constructor that takes Params.
template <class S>
[[nodiscard]] StrategyFactory factory_of() {
  return {std::string{S::kName}, std::string{S::kDescription}, parameter_infos<typename S::Params>(),
          [](const ParameterValues& values) -> Result<std::unique_ptr<Strategy>> {
            auto params = with_values(typename S::Params{}, values);
            if (!params.has_value()) return std::unexpected{std::move(params).error()};
            return std::make_unique<S>(*std::move(params));
          }};
}

}  // namespace tradewind::strategy
