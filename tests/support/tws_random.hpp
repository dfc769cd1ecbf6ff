#pragma once

// Random messages: every column gets a random value of its type, texts and lists included.

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/tws/reflect.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::tws::testing {

class RandomMessages {
 public:
  // `avoid`: characters that no text has.
  explicit RandomMessages(std::uint64_t seed, std::string_view avoid = {}) : rng_{seed}, avoid_{avoid} {}

  // The texts live until the next call of `forget`.
  template <class Message>
  Message make() {
    Message message;
    fill_columns(message);
    return message;
  }
  void forget() { texts_.clear(); }

  // From here on no optional value is left out, times exist and sizes are whole: not all clients can read more.
  void be_plausible() { plausible_ = true; }
  // From here on no list is empty.
  void fill_lists() { fill_lists_ = true; }

 private:
  template <class Message>
  void fill_columns(Message& message) {
    for_each_column(message, [&](const char* name, auto& value) { fill(name, value); });
  }

  void fill(const char*, bool& value) { value = rng_.one_in(2); }
  void fill(const char* name, std::int32_t& value) {
    // Types of order conditions are a closed set that decides the layout.
    if (std::string_view{name} == "type") {
      constexpr std::int32_t kTypes[] = {1, 3, 4, 5, 6, 7};
      value = kTypes[rng_.below(6)];
      return;
    }
    if (std::string_view{name} == "optExerciseOrLapseType") return static_cast<void>(value = rng_.one_in(2) ? 1 : 102);
    if (std::string_view{name} == "tickType" && rng_.one_in(2)) {
      value = static_cast<std::int32_t>(rng_.between(1, 4));  // of tick-by-tick data, where it decides the layout, too
      return;
    }
    switch (rng_.below(4)) {
      case 0:
        value = 0;
        break;
      case 1:
        value = static_cast<std::int32_t>(rng_.between(-1, 20));
        break;
      case 2:
        value = static_cast<std::int32_t>(rng_.between(-2'147'483'648, 2'147'483'646));
        break;
      default:
        value = static_cast<std::int32_t>(rng_.between(0, 100'000));
        break;
    }
  }
  void fill(const char* name, std::int64_t& value) {
    if (plausible_ && std::string_view{name} == "time")
      return static_cast<void>(value = rng_.between(0, 2'000'000'000));
    value = rng_.one_in(2) ? rng_.between(0, 1'000'000) : rng_.between(INT64_MIN, INT64_MAX - 1);
  }
  void fill(const char* name, double& value) {
    // Other people's clients read this one as a whole number in text.
    if (std::string_view{name} == "evMultiplier" || (plausible_ && std::string_view{name} == "coupon")) {
      value = static_cast<double>(rng_.between(0, 1000));
      return;
    }
    switch (rng_.below(4)) {
      case 0:
        value = 0;
        break;
      case 1:
        value = static_cast<double>(rng_.between(-1'000'000, 1'000'000)) / 100;
        break;
      case 2:
        value = static_cast<double>(rng_.between(INT64_MIN, INT64_MAX)) * 1e-15;
        break;
      default:
        value = static_cast<double>(rng_.between(1, 999)) * 1e-9;
        break;
    }
  }
  void fill(const char* name, std::string_view& value) {
    constexpr std::string_view kWords[] = {"",     "",     "BAG",  "PEG BENCH", "PEG BEST", "PEG MID", "IBKRATS",
                                           "FUND", "AAPL", "None", "?",         "D",        "0"};
    // Closed sets, dates and numbers that other people's clients do not keep as text.
    const std::string_view column{name};
    if (column == "fundAssetType") return static_cast<void>(value = "003");
    if (column == "fundDistributionPolicyIndicator") return static_cast<void>(value = "Y");
    if (column == "lastTradeDateOrContractMonth" || column == "yieldRedemptionDate")
      return static_cast<void>(value = rng_.one_in(3) ? "" : "20260116");
    if (column == "secType" && rng_.one_in(3)) return static_cast<void>(value = rng_.one_in(2) ? "BAG" : "FUND");
    if (column == "time" && plausible_) return static_cast<void>(value = "20260105 09:30:00 UTC");
    if (column == "orderType" && rng_.one_in(3)) return static_cast<void>(value = kWords[3 + rng_.below(3)]);
    // Words that open a conditional part come up often enough to reach it.
    if (const std::uint64_t pick = rng_.below(20); pick < 13) {
      value = kWords[pick];
      return;
    }
    // A tag or value in a joined list may hold neither '=' nor ';'.
    const bool tag = column == "tag" || column == "value";
    std::string text;
    for (std::uint64_t n = rng_.below(24) + 1; n > 0; --n) {
      char c = static_cast<char>(rng_.between(' ', '~'));
      if ((tag && (c == '=' || c == ';')) || avoid_.contains(c)) c = '_';
      text.push_back(c);
    }
    value = texts_.emplace_back(std::move(text));
  }
  // A price that a double holds to the last digit, since protobuf carries prices as doubles.
  void fill(const char*, Price& value) {
    value = Price::from_raw(rng_.one_in(4) ? rng_.between(-99'999, 99'999)
                                           : rng_.between(-99'999'999, 99'999'999) * 10'000'000);
  }
  void fill(const char*, Quantity& value) {
    value = Quantity::from_raw(!plausible_ && rng_.one_in(2) ? rng_.between(0, 99'999'999)
                                                             : rng_.between(0, 90'000'000'000) * 100'000'000);
  }
  void fill(const char*, Position& value) {
    value = Position::from_raw(rng_.between(-99'999'999, 99'999'999) * rng_.between(1, 100'000'000));
  }
  void fill(const char*, Multiplier& value) { value = Multiplier::from_raw(rng_.between(0, 100'000'000)); }
  void fill(const char*, Amount& value) {
    value = Amount::from_raw(Int128{rng_.between(-99'999'999'999, 99'999'999'999)} * 10'000'000'000'000);
  }
  template <class T>
  void fill(const char* name, std::optional<T>& value) {
    if (!plausible_ && rng_.one_in(3)) return value.reset();
    fill(name, value.emplace());
  }
  void fill(const char* name, std::optional<Price>& value) { fill_number(name, value, Price::zero()); }
  void fill(const char* name, std::optional<Quantity>& value) { fill_number(name, value, Quantity::zero()); }
  void fill(const char* name, std::optional<Position>& value) { fill_number(name, value, Position::zero()); }
  void fill(const char* name, std::optional<Multiplier>& value) { fill_number(name, value, Multiplier::zero()); }
  void fill(const char* name, std::optional<Amount>& value) { fill_number(name, value, Amount::zero()); }
  template <class T>
  void fill_number(const char* name, std::optional<T>& value, T zero) {
    if (!plausible_ && rng_.one_in(3)) return value.reset();
    fill(name, value.emplace(zero));
  }
  template <class T>
  void fill(const char* name, std::vector<T>& value) {
    value.clear();
    std::uint64_t count = rng_.one_in(2) ? 0 : rng_.below(4);
    if (fill_lists_ && count == 0) count = 1;
    for (; count > 0; --count) fill(name, value.emplace_back());
  }
  template <class T>
    requires requires(T& t) { for_each_column(t, [](const char*, auto&) {}); }
  void fill(const char*, T& value) {
    fill_columns(value);
  }

  Rng rng_;
  std::string_view avoid_;
  bool plausible_ = false;
  bool fill_lists_ = false;
  std::deque<std::string> texts_;
};

}  // namespace tradewind::tws::testing
