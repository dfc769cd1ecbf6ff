#pragma once

#include "tradewind/core/base/money.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/model/ids.hpp"

#include <compare>
#include <string>

namespace tradewind::model {

using Symbol = InlineText<24>;
using ExchangeName = InlineText<16>;
using SecurityType = InlineText<12>;  // IB's own words: "STK", "OPT", "FUT", "CASH" …

// What a person writes to name an instrument. Nothing has a default: the caller says it.
struct InstrumentSpec {
  Symbol symbol;
  SecurityType security_type;
  ExchangeName exchange;
  Currency currency;

  friend auto operator<=>(const InstrumentSpec&, const InstrumentSpec&) = default;
};

// What identifies a contract in a message from the broker.
struct ContractRef {
  ConId con_id{0};
  Symbol symbol;
  SecurityType security_type;
  Currency currency;
  Multiplier multiplier = Multiplier::of(1);

  friend bool operator==(const ContractRef&, const ContractRef&) = default;
};

// A contract as the broker's contract details describe it.
struct Instrument {
  ContractRef contract;
  ExchangeName exchange;  // where orders and data requests go, usually SMART
  ExchangeName primary_exchange;
  Price min_tick = Price::zero();  // smallest price increment; zero is "not known"
  std::string long_name;
};

}  // namespace tradewind::model
