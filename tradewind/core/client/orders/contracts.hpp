#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/client/orders/kinds.hpp"
#include "tradewind/core/client/orders/values.hpp"
#include "tradewind/core/tws/owned.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// What is ordered: one struct for each way to say it, with what identification needs as members that have no default.
namespace tradewind::client::orders {

enum class Right : std::uint8_t { call, put };
// A month, or the day itself.
using Expiry = std::variant<std::chrono::year_month, std::chrono::year_month_day>;

struct Stock {
  Symbol symbol;
  Currency currency;
  Exchange exchange = Exchange{"SMART"};
  std::string primary_exchange = {};  // tells equal symbols on SMART apart
};
struct Option {
  Symbol underlying;
  Expiry expiry;
  Price strike;
  Right right;
  Currency currency;
  Exchange exchange = Exchange{"SMART"};
  std::optional<Multiplier> multiplier = {};
  std::string trading_class = {};
};
struct Future {
  Symbol underlying;
  Expiry expiry;
  Currency currency;
  Exchange exchange;
  std::optional<Multiplier> multiplier = {};
  std::string trading_class = {};
};
// For data only: nothing can be ordered with it.
struct ContinuousFuture {
  Symbol underlying;
  Currency currency;
  Exchange exchange;
};
struct FutureOption {
  Symbol underlying;
  Expiry expiry;
  Price strike;
  Right right;
  Currency currency;
  Exchange exchange;
  std::optional<Multiplier> multiplier = {};
  std::string trading_class = {};
};
struct Forex {
  Currency base;  // EUR of EUR.USD
  Currency quote;
  Exchange exchange = Exchange{"IDEALPRO"};
};
// For data only.
struct Index {
  Symbol symbol;
  Currency currency;
  Exchange exchange;
};
using Isin = Required<struct IsinTag>;
using Cusip = Required<struct CusipTag>;
struct Bond {
  std::variant<Isin, Cusip, ContractId> id;
  Currency currency;
  Exchange exchange = Exchange{"SMART"};
};
struct Cfd {
  Symbol symbol;
  Currency currency;
  Exchange exchange = Exchange{"SMART"};
};
struct Commodity {
  Symbol symbol;
  Currency currency;
  Exchange exchange = Exchange{"SMART"};
};
struct Crypto {
  Symbol symbol;
  Currency currency;
  Exchange exchange;  // PAXOS or ZEROHASH
};
struct Fund {
  Symbol symbol;
  Currency currency;
  Exchange exchange;
};
struct Warrant {
  Symbol underlying;
  Expiry expiry;
  Price strike;
  Right right;
  Currency currency;
  Exchange exchange;
  std::optional<Multiplier> multiplier = {};
  std::string trading_class = {};
};

// By IB's number. The type is not needed to find it; without it fewer mistakes are found before the order is sent.
struct ByContractId {
  ContractId id;
  Exchange exchange;
  std::optional<SecurityType> type = {};
};
enum class SecurityIdType : std::uint8_t { isin, cusip, sedol, ric, figi };
struct BySecurityId {
  SecurityIdType id_type;
  std::string id;
  SecurityType type;
  Currency currency;
  Exchange exchange = Exchange{"SMART"};
};
// By the name the exchange gives it: "ESZ3".
struct ByLocalSymbol {
  std::string local_symbol;
  SecurityType type;
  Currency currency;
  Exchange exchange;
};

enum class LegPosition : std::uint8_t { same = 0, open = 1, close = 2, unknown = 3 };
struct LegShortSale {
  std::string location = {};  // empty: the clearing firm has the stock
  int exempt_code = -1;
};
struct ComboLeg {
  ContractId contract;
  int ratio;
  Side action;
  Exchange exchange = Exchange{"SMART"};
  LegPosition position = LegPosition::same;
  std::optional<LegShortSale> short_sale = {};
};
struct DeltaNeutralPart {
  ContractId contract;
  Fraction delta;
  Price price;
};
struct Combo {
  Symbol symbol;
  Currency currency;
  std::vector<ComboLeg> legs;
  Exchange exchange = Exchange{"SMART"};
  std::optional<DeltaNeutralPart> delta_neutral = {};
};

using Contract = std::variant<Stock, Option, Future, ContinuousFuture, FutureOption, Forex, Index, Bond, Cfd, Commodity,
                              Crypto, Fund, Warrant, ByContractId, BySecurityId, ByLocalSymbol, Combo>;

// Nothing when only IB knows.
[[nodiscard]] std::optional<SecurityType> security_type_of(const Contract& contract);
[[nodiscard]] const std::string& exchange_of(const Contract& contract);
[[nodiscard]] std::vector<Refusal> refusals(const Contract& contract);
// The contract as it goes over the wire, for requests of data; an order's is made by `place`.
[[nodiscard]] Result<tws::Owned<tws::Contract>> contract_message(const Contract& contract);

}  // namespace tradewind::client::orders

namespace tradewind {
template <>
inline constexpr auto kEnumNames<client::orders::SecurityIdType> =
    std::to_array<std::pair<client::orders::SecurityIdType, std::string_view>>(
        {{client::orders::SecurityIdType::isin, "ISIN"},
         {client::orders::SecurityIdType::cusip, "CUSIP"},
         {client::orders::SecurityIdType::sedol, "SEDOL"},
         {client::orders::SecurityIdType::ric, "RIC"},
         {client::orders::SecurityIdType::figi, "FIGI"}});
}  // namespace tradewind
