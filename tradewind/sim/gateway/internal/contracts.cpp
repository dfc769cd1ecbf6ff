#include "tradewind/sim/gateway/internal/contracts.hpp"

#include "tradewind/sim/gateway/contract_query.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"
#include "tradewind/sim/gateway/internal/exchange_letters.hpp"
#include "tradewind/sim/gateway/internal/observed.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

constexpr std::string_view kNotFound = "No security definition has been found for the request";

constexpr std::int32_t kComboId = 28'812'380;  // what messages say of any combo in US dollars; its legs tell them apart

constexpr auto kSecurityTypes =
    std::to_array<std::string_view>({"BAG", "BOND", "CASH", "CFD", "CMDTY", "CONTFUT", "CRYPTO", "FOP", "FUND", "FUT",
                                     "IND", "IOPT", "NEWS", "OPT", "STK", "WAR"});

struct OrderTypes {
  std::string_view security_type;
  std::string_view types;
};
constexpr auto kOrderTypes = std::to_array<OrderTypes>({
    {"STK",
     "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AON,AVGCOST,BASKET,CASHQTY,COND,CONDORDER,DAY,DEACT,DEACTDIS,DEACTEOD,DIS,"
     "GAT,GTC,GTD,GTT,HID,IOC,LIT,LMT,LOC,MIDPX,MIT,MKT,MOC,MTL,OCA,OPG,PEGBENCH,PEGMID,REL,RTH,SCALE,STP,STPLMT,TRAIL,"
     "TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"},
    {"OPT",
     "ACTIVETIM,AD,ADJUST,ALERT,ALLOC,AON,AVGCOST,BASKET,COND,CONDORDER,DAY,DEACT,DEACTDIS,DEACTEOD,GAT,GTC,GTD,GTT,"
     "IOC,"
     "LIT,LMT,MIT,MKT,MTL,OCA,OPENCLOSE,REL,SCALE,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,VOLAT,WHATIF"},
    {"FUT",
     "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AVGCOST,BASKET,COND,CONDORDER,DAY,DEACT,DEACTDIS,DEACTEOD,GAT,GTC,GTD,GTT,"
     "ICE,"
     "IOC,LIT,LMT,MIT,MKT,MTL,OCA,RTH,SCALE,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"},
    {"CASH",
     "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AVGCOST,BASKET,CASHQTY,COND,CONDORDER,DAY,DEACT,DEACTDIS,DEACTEOD,GAT,GTC,"
     "GTD,"
     "GTT,IOC,LIT,LMT,MIT,MKT,OCA,REL,RFQ,SCALE,STP,STPLMT,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"},
    {"BOND", "ACTIVETIM,AD,ALERT,ALLOC,AON,AVGCOST,BASKET,COND,DAY,DEACT,GAT,GTC,GTD,GTT,IOC,LMT,MKT,OCA,RFQ,WHATIF"},
    {"BAG", "ACTIVETIM,ALERT,COND,DAY,GAT,GTC,GTD,IOC,LMT,MKT,OCA,WHATIF"},
});

std::string_view order_types_of(const Listing& listing) {
  const auto found = std::ranges::find(kOrderTypes, listing.security_type, &OrderTypes::security_type);
  return found == kOrderTypes.end() ? std::string_view{} : found->types;
}

// Said in so many digits: in text, clients take nothing less for a number.
constexpr std::int32_t kNoGroup = 2'147'483'647;

// Contracts that count as one another's in depth and scanner data share a group.
std::int32_t aggregation_group(const Listing& listing) {
  if (listing.security_type == "STK" || listing.security_type == "BAG") return 1;
  if (listing.security_type == "OPT") return 2;
  if (listing.security_type == "CASH") return 4;
  if (listing.security_type == "BOND") return 7;
  return kNoGroup;
}

constexpr auto kDepthExchanges = std::to_array<tws::DepthMarketDataDescription>({
    {"AMEX", "STK", "", "Deep", 1},
    {"ARCA", "STK", "", "Deep", 1},
    {"BATS", "STK", "", "Deep", 1},
    {"BEX", "STK", "", "Deep", 1},
    {"BYX", "STK", "", "Deep", 1},
    {"EDGX", "STK", "", "Deep", 1},
    {"IEX", "STK", "", "Deep", 1},
    {"MEMX", "STK", "", "Deep", 1},
    {"NASDAQ", "STK", "", "Deep2", 1},
    {"NYSE", "STK", "", "Deep", 1},
    {"CBOE", "OPT", "", "Deep", 2},
    {"IDEALPRO", "CASH", "", "Deep", 4},
    {"CBOT", "FUT", "", "Deep", kNoGroup},
    {"CME", "FUT", "", "Deep", kNoGroup},
});

bool begins_without_case(std::string_view text, std::string_view pattern) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
  return text.size() >= pattern.size() && std::ranges::equal(text.substr(0, pattern.size()), pattern, {}, upper, upper);
}

// How well a search finds a listing: 0 is its symbol, 1 the start of it, 2 a word of its name; nothing else does.
std::optional<int> rank_of(const Listing& listing, std::string_view pattern) {
  if (begins_without_case(listing.symbol, pattern)) return listing.symbol.size() == pattern.size() ? 0 : 1;
  std::string_view name = listing.long_name;
  for (;;) {
    if (begins_without_case(name, pattern)) return 2;
    const std::size_t blank = name.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    name.remove_prefix(blank + 1);
  }
}

std::string_view right_text(venue::Right right) {
  if (right == venue::Right::none) return "";
  return right == venue::Right::call ? "C" : "P";
}

}  // namespace

// --- Which listing is meant ---

std::string_view Contracts::complaint(const tws::Contract& contract) {
  if (contract.con_id != 0) return "";
  const bool has_id = !contract.sec_id_type.empty() && !contract.sec_id.empty();
  if (!has_id && std::ranges::find(kSecurityTypes, contract.sec_type) == kSecurityTypes.end())
    return "Please enter a valid security type";
  if (!has_id && contract.symbol.empty() && contract.local_symbol.empty() && !is_combo(contract))
    return "Please enter a local symbol or an ID";
  return "";
}

std::vector<std::uint32_t> Contracts::matches(const tws::Contract& contract) {
  if (is_combo(contract)) {
    const auto combo = client_.make_combo(legs_of(contract));
    return combo ? std::vector{*combo} : std::vector<std::uint32_t>{};
  }
  venue::ContractQuery query = query_of(contract);
  const bool is_continuous = query.security_type == "CONTFUT";
  if (is_continuous) query.security_type = "FUT";
  auto found = find_listings(client_.universe(), query);
  std::erase_if(found, [&](std::uint32_t index) {
    const auto& expires = client_.listings()[index].expires;
    return expires && *expires <= client_.now() && !contract.include_expired;
  });
  if (is_continuous && found.size() > 1) found.resize(1);
  return found;
}

void Contracts::refuse(std::int32_t request_id, const tws::Contract& contract,
                       const std::vector<std::uint32_t>& found) {
  if (found.empty()) return client_.error(request_id, 200, kNotFound);
  const auto& listings = client_.listings();
  const auto differs = [&](auto member) {
    return std::ranges::any_of(
        found, [&](std::uint32_t index) { return listings[index].*member != listings[found.front()].*member; });
  };
  const std::string_view name =
      contract.symbol.empty() ? std::string_view{listings[found.front()].symbol} : contract.symbol;
  const bool by_class = differs(&Listing::trading_class) || differs(&Listing::multiplier);
  client_.error(request_id, 200,
                fmt::format("The contract description specified for {} is ambiguous{}", name,
                            by_class ? "; you must specify the multiplier or trading class." : "."));
}

std::optional<std::uint32_t> Contracts::only_match(std::int32_t request_id, const tws::Contract& contract) {
  const auto invalid = [&](std::string_view why) {
    client_.error(request_id, 321, fmt::format("Error validating request.-'bS' : cause - {}", why));
    return std::nullopt;
  };
  if (const std::string_view why = complaint(contract); !why.empty()) return invalid(why);
  if (contract.exchange.empty()) return invalid("Please enter exchange");
  const auto found = matches(contract);
  if (found.size() == 1) {
    client_.watch(found.front());
    return found.front();
  }
  refuse(request_id, contract, found);
  return std::nullopt;
}

bool Contracts::admits(const tws::PlaceOrderRequest& request) {
  const tws::Contract& contract = request.contract;
  const auto found = complaint(contract).empty() ? matches(contract) : std::vector<std::uint32_t>{};
  if (found.empty()) return true;  // the desk says what it says of unknown ones
  if (found.size() > 1) {
    refuse(request.order_id, contract, found);
    return false;
  }
  if (!client_.listings()[found.front()].is_tradable()) {
    client_.error(
        request.order_id, 387,
        fmt::format("Unsupported order type for this exchange and security type: {}", request.order.order_type));
    return false;
  }
  client_.watch(found.front());
  return true;
}

tws::Contract Contracts::contract_of(std::uint32_t index) const {
  return contract_of(index, venue::usual_exchange(client_.listings()[index]));
}

tws::Contract Contracts::contract_of(std::uint32_t index, std::string_view exchange) const {
  const Listing& listing = client_.listings()[index];
  tws::Contract contract;
  contract.con_id = listing.is_combo() ? kComboId : listing.con_id;
  contract.symbol = listing.symbol;
  contract.sec_type = listing.security_type;
  contract.exchange = exchange;
  contract.currency = listing.currency;
  contract.local_symbol = listing.local();
  contract.trading_class = listing.trading_class;
  contract.last_trade_date_or_contract_month = listing.last_trade_date;
  if (listing.strike) contract.strike = observed(*listing.strike);
  contract.right = right_text(listing.right);
  if (listing.security_type == "FUT" || listing.is_option()) contract.multiplier = listing.multiplier;
  for (const venue::Leg& leg : listing.legs) {
    tws::ComboLeg& out = contract.combo_legs.emplace_back();
    out.con_id = leg.con_id;
    out.ratio = leg.ratio;
    out.action = leg.side == Side::buy ? "BUY" : "SELL";
    out.exchange = exchange;
  }
  return contract;
}

// --- Contract details ---

void Contracts::request(const tws::ContractDataRequest& request) {
  const tws::Contract& contract = request.contract;
  if (const std::string_view why = complaint(contract); !why.empty()) {
    return client_.error(request.req_id, 321, fmt::format("Error validating request.-'bN' : cause - {}", why));
  }
  const auto found = matches(contract);
  if (found.empty()) return client_.error(request.req_id, 200, kNotFound);
  // A contract named by its symbol alone is one of its kind at every exchange; of many contracts, the usual one is told.
  const bool everywhere = found.size() == 1 && contract.exchange.empty() && contract.con_id == 0;
  for (const std::uint32_t index : found) {
    const Listing& listing = client_.listings()[index];
    std::vector<std::string_view> exchanges{venue::usual_exchange(listing)};
    if (!contract.exchange.empty()) exchanges = {contract.exchange == "ISLAND" ? "NASDAQ" : contract.exchange};
    else if (everywhere) exchanges = venue::exchanges_of(listing);
    for (const std::string_view exchange : exchanges)
      send_details(request.req_id, index, exchange, contract.sec_type == "CONTFUT");
  }
  client_.send(tws::ContractDataEnd{.req_id = request.req_id});
}

void Contracts::send_details(std::int32_t request_id, std::uint32_t index, std::string_view exchange,
                             bool as_continuous) {
  const Listing& listing = client_.listings()[index];
  constexpr int kDaysTold = 6;
  const venue::Calendar& calendar = client_.hours().of(listing);
  const std::string trading = calendar.hours_text(venue::HoursKind::trading, client_.now(), kDaysTold);
  const std::string liquid = calendar.hours_text(venue::HoursKind::liquid, client_.now(), kDaysTold);
  const auto exchanges = venue::exchanges_of(listing);
  const std::string valid = fmt::format("{}", fmt::join(exchanges, ","));
  const std::string rules = fmt::format("{}", fmt::join(std::vector(exchanges.size(), listing.market_rule), ","));
  std::string market_name = listing.security_type == "CASH" ? listing.local() : listing.trading_class;

  tws::Contract contract = contract_of(index, exchange);
  tws::ContractDetails details;
  details.min_tick = listing.min_tick;
  details.order_types = order_types_of(listing);
  details.valid_exchanges = valid;
  details.price_magnifier = 1;
  details.long_name = listing.long_name;
  details.time_zone_id = client_.options().zone.name();
  details.trading_hours = trading;
  details.liquid_hours = liquid;
  details.agg_group = aggregation_group(listing);
  details.market_rule_ids = rules;
  details.min_size = listing.size_increment;
  details.size_increment = listing.size_increment;
  details.suggested_size_increment = listing.security_type == "STK" ? Quantity::of(100) : listing.size_increment;
  if (listing.bond) {
    // Its cusip field carries the gateway's own name; the true one is among the ids. The symbol stays empty.
    details.cusip = listing.local();
    details.coupon = static_cast<double>(listing.bond->coupon_millionths) / 1e6;
    details.issue_date = listing.bond->issue_date;
    details.bond_type = listing.bond->type;
    details.ratings = listing.bond->ratings;
    details.desc_append = listing.bond->description;
    details.sec_id_list.push_back({"CUSIP", listing.bond->cusip});
    details.sec_id_list.push_back({"ISIN", listing.isin});
    contract.symbol = {};
    return client_.send(tws::BondContractData{.req_id = request_id, .contract = contract, .contract_details = details});
  }
  details.market_name = market_name;
  details.industry = listing.industry;
  details.category = listing.category;
  details.subcategory = listing.subcategory;
  details.stock_type = listing.stock_type;
  if (!listing.isin.empty()) details.sec_id_list.push_back({"ISIN", listing.isin});
  if (listing.security_type == "STK") contract.primary_exchange = listing.primary_exchange;
  if (listing.underlying) {
    details.under_con_id = *listing.underlying;
    details.under_symbol = listing.symbol;
    details.under_sec_type = listing.underlying_type;
    details.contract_month = std::string_view{listing.last_trade_date}.substr(0, 6);
    details.real_expiration_date = listing.last_trade_date;
    contract.last_trade_date = listing.last_trade_date;
  }
  if (as_continuous) contract.sec_type = "CONTFUT";
  client_.send(tws::ContractData{.req_id = request_id, .contract = contract, .contract_details = details});
}

// --- Chains and searches ---

void Contracts::option_parameters(const tws::SecDefOptParamsRequest& request) {
  if (request.underlying_con_id <= 0) {
    return client_.error(request.req_id, 321, "Error validating request.-'cJ' : cause - Invalid contract id");
  }
  struct Class {
    std::string_view name;
    std::string multiplier;
    std::vector<std::string_view> expirations;
    std::vector<Price> strikes;
    const Listing* one = nullptr;
  };
  std::vector<Class> classes;
  for (const std::uint32_t index : client_.universe().by_symbol(request.underlying_symbol)) {
    const Listing& option = client_.listings()[index];
    if (!option.is_option() || option.underlying != request.underlying_con_id) continue;
    if (!request.underlying_sec_type.empty() && option.underlying_type != request.underlying_sec_type) continue;
    if (option.expires && *option.expires <= client_.now()) continue;
    auto found = std::ranges::find(classes, std::string_view{option.trading_class}, &Class::name);
    if (found == classes.end()) {
      classes.push_back({option.trading_class, option.multiplier.text(), {}, {}, &option});
      found = classes.end() - 1;
    }
    found->expirations.push_back(option.last_trade_date);
    found->strikes.push_back(*option.strike);
  }
  for (Class& each : classes) {
    const auto only_once = [](auto& values) {
      std::ranges::sort(values);
      const auto repeated = std::ranges::unique(values);
      values.erase(repeated.begin(), repeated.end());
    };
    only_once(each.expirations);
    only_once(each.strikes);
    tws::SecDefOptParameter parameter;
    parameter.req_id = request.req_id;
    parameter.underlying_con_id = request.underlying_con_id;
    parameter.trading_class = each.name;
    parameter.multiplier = each.multiplier;
    parameter.expirations = each.expirations;
    for (const Price strike : each.strikes) parameter.strikes.push_back(observed(strike));
    for (const std::string_view exchange : venue::exchanges_of(*each.one)) {
      if (!request.fut_fop_exchange.empty() && request.fut_fop_exchange != exchange) continue;
      parameter.exchange = exchange;
      client_.send(parameter);
    }
  }
  client_.send(tws::SecDefOptParameterEnd{.req_id = request.req_id});
}

void Contracts::matching_symbols(const tws::MatchingSymbolsRequest& request) {
  constexpr std::size_t kResultsMax = 16;
  std::string_view pattern = request.pattern;
  while (pattern.starts_with(' ')) pattern.remove_prefix(1);
  while (pattern.ends_with(' ')) pattern.remove_suffix(1);
  struct Hit {
    int rank;
    std::uint32_t index;
  };
  std::vector<Hit> hits;
  const auto& listings = client_.listings();
  for (std::uint32_t index = 0; index < listings.size() && !pattern.empty(); ++index) {
    const Listing& listing = listings[index];
    // Of derivatives, futures stand for the index they are on.
    const bool searched = listing.security_type == "STK" || listing.security_type == "IND" ||
                          listing.security_type == "CASH" || (listing.security_type == "FUT" && !listing.priced_from);
    if (!searched) continue;
    if (const auto rank = rank_of(listing, pattern)) hits.push_back({*rank, index});
  }
  std::ranges::sort(hits, {}, [](const Hit& hit) { return std::pair{hit.rank, hit.index}; });
  if (hits.size() > kResultsMax) hits.resize(kResultsMax);
  tws::SymbolSamples samples;
  samples.req_id = request.req_id;
  for (const Hit& hit : hits) {
    const Listing& listing = listings[hit.index];
    tws::ContractDescription& description = samples.contract_descriptions.emplace_back();
    tws::Contract& contract = description.contract;
    contract.con_id = listing.con_id;
    contract.symbol = listing.symbol;
    contract.sec_type = listing.security_type;
    contract.primary_exchange = listing.primary_exchange;
    contract.currency = listing.currency;
    contract.description = listing.long_name;
    if (listing.security_type == "FUT") {
      contract.con_id = *listing.underlying;
      contract.sec_type = "IND";
      description.derivative_sec_types = {"FUT"};
      continue;
    }
    const auto derived = client_.universe().by_symbol(listing.symbol);
    const bool has_options =
        std::ranges::any_of(derived, [&](std::uint32_t index) { return listings[index].underlying == listing.con_id; });
    if (has_options) description.derivative_sec_types = {"OPT", "BAG"};
  }
  client_.send(samples);
}

// --- Tables ---

void Contracts::market_rule(const tws::MarketRuleRequest& request) {
  const venue::MarketRule* rule = venue::find_market_rule(request.market_rule_id);
  if (rule == nullptr) {
    return client_.error(
        -1, 321,
        fmt::format("Error validating request.-'cN' : cause - Invalid market rule id: {}", request.market_rule_id));
  }
  tws::MarketRule message;
  message.market_rule_id = rule->id;
  for (const venue::PriceStep& step : rule->steps) message.price_increments.push_back({step.from, step.increment});
  client_.send(message);
}

void Contracts::smart_components(const tws::SmartComponentsRequest& request) {
  tws::SmartComponents message;
  message.req_id = request.req_id;
  if (request.bbo_exchange == kStockMap) {
    for (const ExchangeLetter& each : kExchangeLetters)
      message.components.push_back({each.bit, each.exchange, each.letter});
  }
  client_.send(message);
}

void Contracts::depth_exchanges(const tws::MarketDepthExchangesRequest& /*request*/) {
  tws::MarketDepthExchanges message;
  message.descriptions.assign(kDepthExchanges.begin(), kDepthExchanges.end());
  client_.send(message);
}

}  // namespace tradewind::sim::gateway
