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
  explicit RandomMessages(std::uint64_t seed) : rng_{seed} {}

  // The texts live until the next call of `forget`.
  template <class Message>
  Message make() {
    Message message;
    fill_columns(message);
    return message;
  }
  void forget() { texts_.clear(); }

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
  void fill(const char*, std::int64_t& value) {
    value = rng_.one_in(2) ? rng_.between(0, 1'000'000) : rng_.between(INT64_MIN, INT64_MAX - 1);
  }
  void fill(const char*, double& value) {
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
    // Words that open a conditional part come up often enough to reach it.
    if (const std::uint64_t pick = rng_.below(20); pick < 13) {
      value = kWords[pick];
      return;
    }
    // A tag or value in a joined list may hold neither '=' nor ';'.
    const bool tag = std::string_view{name} == "tag" || std::string_view{name} == "value";
    std::string text;
    for (std::uint64_t n = rng_.below(24) + 1; n > 0; --n) {
      char c = static_cast<char>(rng_.between(' ', '~'));
      if (tag && (c == '=' || c == ';')) c = '_';
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
    value = Quantity::from_raw(rng_.one_in(2) ? rng_.between(0, 99'999'999)
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
    if (rng_.one_in(3)) return value.reset();
    fill(name, value.emplace());
  }
  void fill(const char* name, std::optional<Price>& value) { fill_number(name, value, Price::zero()); }
  void fill(const char* name, std::optional<Quantity>& value) { fill_number(name, value, Quantity::zero()); }
  void fill(const char* name, std::optional<Position>& value) { fill_number(name, value, Position::zero()); }
  void fill(const char* name, std::optional<Multiplier>& value) { fill_number(name, value, Multiplier::zero()); }
  void fill(const char* name, std::optional<Amount>& value) { fill_number(name, value, Amount::zero()); }
  template <class T>
  void fill_number(const char* name, std::optional<T>& value, T zero) {
    if (rng_.one_in(3)) return value.reset();
    fill(name, value.emplace(zero));
  }
  template <class T>
  void fill(const char* name, std::vector<T>& value) {
    value.clear();
    for (std::uint64_t n = rng_.one_in(2) ? 0 : rng_.below(4); n > 0; --n) fill(name, value.emplace_back());
  }
  template <class T>
    requires requires(T& t) { for_each_column(t, [](const char*, auto&) {}); }
  void fill(const char*, T& value) {
    fill_columns(value);
  }

  Rng rng_;
  std::deque<std::string> texts_;
};

}  // namespace tradewind::tws::testing
