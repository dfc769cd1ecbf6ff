#include "tradewind/core/client/orders/contracts.hpp"

#include "tradewind/core/client/orders/internal/check.hpp"
#include "tradewind/core/client/orders/internal/message.hpp"

#include <type_traits>

namespace tradewind::client::orders {

namespace {

using internal::Refusals;
using internal::Texts;

std::optional<SecurityType> type_of(const Stock&) { return SecurityType::stock; }
std::optional<SecurityType> type_of(const Option&) { return SecurityType::option; }
std::optional<SecurityType> type_of(const Future&) { return SecurityType::future; }
std::optional<SecurityType> type_of(const ContinuousFuture&) { return SecurityType::continuous_future; }
std::optional<SecurityType> type_of(const FutureOption&) { return SecurityType::future_option; }
std::optional<SecurityType> type_of(const Forex&) { return SecurityType::forex; }
std::optional<SecurityType> type_of(const Index&) { return SecurityType::index; }
std::optional<SecurityType> type_of(const Bond&) { return SecurityType::bond; }
std::optional<SecurityType> type_of(const Cfd&) { return SecurityType::cfd; }
std::optional<SecurityType> type_of(const Commodity&) { return SecurityType::commodity; }
std::optional<SecurityType> type_of(const Crypto&) { return SecurityType::crypto; }
std::optional<SecurityType> type_of(const Fund&) { return SecurityType::fund; }
std::optional<SecurityType> type_of(const Warrant&) { return SecurityType::warrant; }
std::optional<SecurityType> type_of(const ByContractId& contract) { return contract.type; }
std::optional<SecurityType> type_of(const BySecurityId& contract) { return contract.type; }
std::optional<SecurityType> type_of(const ByLocalSymbol& contract) { return contract.type; }
std::optional<SecurityType> type_of(const Combo&) { return SecurityType::combo; }

std::string expiry_text(const Expiry& expiry) {
  if (const auto* month = std::get_if<std::chrono::year_month>(&expiry)) {
    return fmt::format("{:04}{:02}", static_cast<int>(month->year()), static_cast<unsigned>(month->month()));
  }
  const auto& day = std::get<std::chrono::year_month_day>(expiry);
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

void write_bond_id(const Bond& bond, tws::Contract& out) {
  if (const auto* isin = std::get_if<Isin>(&bond.id)) {
    out.sec_id_type = "ISIN";
    out.sec_id = isin->text();
  } else if (const auto* cusip = std::get_if<Cusip>(&bond.id)) {
    out.sec_id_type = "CUSIP";
    out.sec_id = cusip->text();
  } else {
    out.con_id = std::get<ContractId>(bond.id).value();
  }
}

void write_legs(const Combo& combo, tws::Contract& out) {
  for (const ComboLeg& leg : combo.legs) {
    tws::ComboLeg& wire = out.combo_legs.emplace_back();
    wire.con_id = leg.contract.value();
    wire.ratio = leg.ratio;
    wire.action = name(leg.action);
    wire.exchange = leg.exchange.text();
    wire.open_close = static_cast<int>(leg.position);
    if (leg.short_sale) {
      wire.action = "SSHORT";
      wire.short_sale_slot = leg.short_sale->location.empty() ? 1 : 2;
      wire.designated_location = leg.short_sale->location;
      wire.exempt_code = leg.short_sale->exempt_code;
    }
  }
  if (combo.delta_neutral) {
    out.delta_neutral_contract = tws::DeltaNeutralContract{.con_id = combo.delta_neutral->contract.value(),
                                                           .delta = internal::nearest(combo.delta_neutral->delta),
                                                           .price = internal::nearest(combo.delta_neutral->price)};
  }
}

// The members that several kinds have, by their names.
template <class C>
void write_common(const C& contract, tws::Contract& out, Texts& texts) {
  out.exchange = contract.exchange.text();
  if constexpr (requires { contract.currency; }) out.currency = contract.currency.text();
  if constexpr (requires { contract.symbol; }) out.symbol = contract.symbol.text();
  if constexpr (requires { contract.underlying; }) out.symbol = contract.underlying.text();
  if constexpr (requires { contract.primary_exchange; }) out.primary_exchange = contract.primary_exchange;
  if constexpr (requires { contract.expiry; }) {
    out.last_trade_date_or_contract_month = texts.keep(expiry_text(contract.expiry));
  }
  if constexpr (requires { contract.strike; }) {
    out.strike = internal::nearest(contract.strike);
    out.right = contract.right == Right::call ? "C" : "P";
  }
  if constexpr (requires { contract.multiplier; }) out.multiplier = contract.multiplier;
  if constexpr (requires { contract.trading_class; }) out.trading_class = contract.trading_class;
  if constexpr (requires { contract.local_symbol; }) out.local_symbol = contract.local_symbol;
}

bool is_stated(const std::string& text) { return text.find_first_not_of(' ') != std::string::npos; }

void check_legs(const Combo& combo, Refusals& out) {
  out.add_if(combo.legs.empty(), 314, "comboLegs", "a combo has legs: state at least two");
  out.add_if(combo.legs.size() == 1, 312, "comboLegs", "a combo of one leg: order the leg itself");
  for (std::size_t i = 0; i < combo.legs.size(); ++i) {
    const ComboLeg& leg = combo.legs[i];
    const std::string field = fmt::format("comboLegs[{}]", i);
    out.add_if(leg.contract.value() <= 0, 313, field + ".conId",
               "a leg is named by IB's contract id: ask for its details");
    out.add_if(leg.ratio <= 0, 313, field + ".ratio", "must be above zero; the action says the direction");
    out.add_if(!is_stated(leg.exchange.text()), 313, field + ".exchange",
               "is empty: state the exchange of the leg, or SMART");
    out.add_if(leg.short_sale && leg.action != Side::sell, 348, field + ".action", "a short sale is a sale");
    for (std::size_t j = 0; j < i; ++j) {
      out.add_if(combo.legs[j].contract == leg.contract, 312, field + ".conId",
                 "the contract is in the combo twice: one leg of the sum");
    }
  }
}

}  // namespace

namespace internal {

void write(const Contract& contract, tws::Contract& out, Texts& texts) {
  std::visit(
      [&]<class C>(const C& which) {
        if (const auto type = type_of(which)) out.sec_type = name(*type);
        write_common(which, out, texts);
        if constexpr (std::is_same_v<C, Forex>) {
          out.symbol = which.base.text();
          out.currency = which.quote.text();
        }
        if constexpr (std::is_same_v<C, Bond>) write_bond_id(which, out);
        if constexpr (std::is_same_v<C, ByContractId>) out.con_id = which.id.value();
        if constexpr (std::is_same_v<C, BySecurityId>) {
          out.sec_id_type = name(which.id_type);
          out.sec_id = which.id;
        }
        if constexpr (std::is_same_v<C, Combo>) write_legs(which, out);
      },
      contract);
}

}  // namespace internal

std::optional<SecurityType> security_type_of(const Contract& contract) {
  return std::visit([](const auto& which) { return type_of(which); }, contract);
}

const std::string& exchange_of(const Contract& contract) {
  return std::visit([](const auto& which) -> const std::string& { return which.exchange.text(); }, contract);
}

std::vector<Refusal> refusals(const Contract& contract) {
  Refusals out;
  Texts texts;
  tws::Contract wire;
  internal::write(contract, wire, texts);
  const bool by_number = std::holds_alternative<ByContractId>(contract);
  out.add_if(!is_stated(exchange_of(contract)), 321, "exchange", "is empty: state the exchange, or SMART");
  out.add_if(!by_number && wire.currency.empty(), 321, "currency", "is empty: state the currency of the contract");
  std::visit(
      [&]<class C>(const C& which) {
        if constexpr (requires { which.symbol; } || requires { which.underlying; } || std::is_same_v<C, Forex>) {
          out.add_if(!is_stated(std::string{wire.symbol}), 321, "symbol", "is empty: state it, or use ByContractId");
        }
        if constexpr (requires { which.expiry; }) {
          const bool ok = std::visit([](const auto& date) { return date.ok(); }, which.expiry);
          out.add_if(!ok, 321, "lastTradeDateOrContractMonth", "is no date of the calendar");
        }
        if constexpr (requires { which.strike; })
          out.add_if(which.strike <= Price::zero(), 321, "strike", "must be above zero");
        if constexpr (requires { which.multiplier; }) {
          out.add_if(which.multiplier && which.multiplier->is_zero(), 321, "multiplier",
                     "is zero: leave it out, or state it");
        }
        if constexpr (std::is_same_v<C, ByContractId>)
          out.add_if(which.id.value() <= 0, 321, "conId", "must be above zero");
        if constexpr (std::is_same_v<C, ByLocalSymbol>) {
          out.add_if(!is_stated(which.local_symbol), 321, "localSymbol", "is empty: state it");
        }
        if constexpr (std::is_same_v<C, BySecurityId>)
          out.add_if(!is_stated(which.id), 321, "secId", "is empty: state it");
        if constexpr (std::is_same_v<C, Bond>) {
          out.add_if(wire.con_id <= 0 && wire.sec_id.empty(), 321, "secId",
                     "a bond is named by ISIN, CUSIP or contract id");
        }
        if constexpr (std::is_same_v<C, Forex>) {
          out.add_if(which.base == which.quote, 321, "symbol", "a currency against itself: state two currencies");
        }
        if constexpr (std::is_same_v<C, Combo>) check_legs(which, out);
      },
      contract);
  for (const char c : wire.symbol) {
    if (static_cast<unsigned char>(c) < 0x80) continue;
    out.add(407, "symbol", "has characters outside ASCII: use IB's symbol or ByContractId");
    break;
  }
  return out.take();
}

Result<tws::Owned<tws::Contract>> contract_message(const Contract& contract) {
  if (const auto wrong = refusals(contract); !wrong.empty()) return fail(Errc::refused, text(wrong));
  Texts texts;
  tws::Contract out;
  internal::write(contract, out, texts);
  return tws::Owned<tws::Contract>{out};
}

}  // namespace tradewind::client::orders
