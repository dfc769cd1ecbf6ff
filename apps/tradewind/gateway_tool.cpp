#include "apps/tradewind/gateway_tool.hpp"

#include "tradewind/core/client/chains/chain.hpp"
#include "tradewind/edge/store/instrument_registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

namespace tradewind::app {

namespace net = edge::net;
using edge::store::InstrumentRegistry;
using namespace std::chrono_literals;

std::string registry_path(const std::string& state) { return state + "/instruments.db"; }

// --- Contracts ---

namespace {

// The choice with its defaults filled in, and a name of ours as the contract id it stands for.
Result<ContractChoice> completed(const ContractChoice& given) {
  ContractChoice choice = given;
  std::ranges::transform(choice.type, choice.type.begin(), [](unsigned char c) { return std::toupper(c); });
  if (choice.con_id == 0 && !choice.state.empty() && model::is_own_symbol(choice.symbol)) {
    const auto registry = TW_TRY(InstrumentRegistry::open_existing(registry_path(choice.state)));
    if (const auto known = TW_TRY(registry.find(choice.symbol))) {
      ContractChoice named;
      named.con_id = known->identity.con_id;
      named.exchange = given.exchange;
      return named;
    }
    // A pair such as EUR.USD has a dot too, and is a symbol.
    if (choice.symbol.find('-') != std::string::npos) {
      return fail(Errc::not_found, fmt::format("{}: there is no instrument '{}'; `tradewind contract list` names them",
                                               registry_path(choice.state), choice.symbol));
    }
  }
  if (choice.con_id != 0) {
    ContractChoice by_id;
    by_id.con_id = choice.con_id;
    by_id.exchange = choice.exchange;
    return by_id;
  }
  if (choice.type == "CASH") {
    if (const std::size_t dot = choice.symbol.find('.'); dot != std::string::npos && choice.currency.empty()) {
      choice.currency = choice.symbol.substr(dot + 1);
      choice.symbol.resize(dot);
    }
    if (choice.exchange.empty()) choice.exchange = "IDEALPRO";
  }
  if (choice.exchange.empty() && (choice.type == "STK" || choice.type == "OPT")) choice.exchange = "SMART";
  if (choice.currency.empty()) choice.currency = "USD";
  return choice;
}

tws::Contract contract_of(const ContractChoice& choice) {
  tws::Contract contract;
  contract.con_id = choice.con_id;
  contract.exchange = choice.exchange;
  if (choice.con_id != 0) return contract;
  contract.symbol = choice.symbol;
  contract.sec_type = choice.type;
  contract.primary_exchange = choice.primary_exchange;
  contract.currency = choice.currency;
  contract.last_trade_date_or_contract_month = choice.expiry;
  contract.trading_class = choice.trading_class;
  contract.right = choice.right;
  if (!choice.strike.empty()) {
    double strike = 0;
    std::from_chars(choice.strike.data(), choice.strike.data() + choice.strike.size(), strike);
    contract.strike = strike;
  }
  return contract;
}

// The better of two places to ask a contract at.
bool is_better(const tws::Contract& a, const tws::Contract& b) {
  const auto rank = [](const tws::Contract& contract) {
    return contract.exchange == "SMART" ? 0 : contract.exchange == contract.primary_exchange ? 1 : 2;
  };
  return rank(a) < rank(b);
}

}  // namespace

Result<void> check(const ContractChoice& choice) {
  if (choice.symbol.empty() && choice.con_id == 0)
    return fail(Errc::invalid_argument, "name a contract: a symbol, or --con-id");
  if (choice.strike.empty()) return {};
  if (const auto strike = Price::parse(choice.strike); !strike.has_value())
    return fail(Errc::invalid_argument, fmt::format("--strike: {}", strike.error().detail));
  return {};
}

Result<std::vector<ContractRow>> find_contracts(Link& link, const ContractChoice& choice) {
  const ContractChoice whole = TW_TRY(completed(choice));
  tws::ContractDataRequest request;
  request.contract = contract_of(whole);
  auto answer = TW_TRY(link.ask_all(request));
  std::vector<ContractRow> rows;
  for (const auto& row : answer.rows<tws::ContractData>()) rows.emplace_back(*row);
  for (const auto& row : answer.rows<tws::BondContractData>()) {
    tws::ContractData data;
    data.contract = row->contract;
    data.contract_details = row->contract_details;
    rows.emplace_back(data);
  }
  if (rows.empty()) return fail(Errc::not_found, "the gateway has no contract like this");
  return rows;
}

Result<ContractRow> find_contract(Link& link, const ContractChoice& choice) {
  auto rows = TW_TRY(find_contracts(link, choice));
  std::set<std::int32_t> ids;
  for (const auto& row : rows) ids.insert(row->contract.con_id);
  if (ids.size() > 1) {
    std::string some;
    std::set<std::int32_t> named;
    for (const auto& row : rows) {
      if (named.size() == 5) break;
      if (named.insert(row->contract.con_id).second)
        some += fmt::format("{}{} ({})", some.empty() ? "" : ", ", text_of(row->contract), row->contract.con_id);
    }
    return fail(Errc::invalid_argument,
                fmt::format("{} contracts fit, such as {}; say more (--expiry, --strike, --right, --exchange, "
                            "--primary, --currency), or --con-id",
                            ids.size(), some));
  }
  auto best =
      std::ranges::min_element(rows, [](const auto& a, const auto& b) { return is_better(a->contract, b->contract); });
  return std::move(*best);
}

std::string_view right_text(std::string_view right) {
  if (right == "C" || right == "CALL") return "C";
  if (right == "P" || right == "PUT") return "P";
  return {};
}

Result<model::ContractIdentity> identity_of(const tws::Contract& contract) {
  model::ContractIdentity identity;
  identity.con_id = contract.con_id;
  identity.symbol = contract.symbol;
  identity.security_type = contract.sec_type;
  identity.right = right_text(contract.right);
  // The date may have a time and a zone behind it.
  identity.last_trade_date =
      contract.last_trade_date_or_contract_month.substr(0, contract.last_trade_date_or_contract_month.find(' '));
  if (contract.strike && *contract.strike != 0) {
    const Price strike = TW_TRY(client::chains::strike_price(*contract.strike));
    identity.strike = strike;
  }
  identity.multiplier = contract.multiplier;
  identity.exchange = contract.exchange;
  identity.primary_exchange = contract.primary_exchange;
  identity.currency = contract.currency;
  identity.local_symbol = contract.local_symbol;
  identity.trading_class = contract.trading_class;
  return identity;
}

std::string text_of(const tws::Contract& contract) {
  std::string text{contract.symbol};
  const auto add = [&text](std::string_view part) {
    if (!part.empty()) text.append(" ").append(part);
  };
  add(contract.sec_type);
  add(contract.last_trade_date_or_contract_month);
  if (contract.strike && *contract.strike != 0) add(fmt::format("{}", *contract.strike));
  add(right_text(contract.right));
  add(contract.exchange);
  add(contract.currency);
  return text;
}

void write_contract(JsonWriter& json, const tws::Contract& contract) {
  json.member("con_id", contract.con_id)
      .member("symbol", contract.symbol)
      .member("type", contract.sec_type)
      .member("exchange", contract.exchange)
      .member("primary_exchange", contract.primary_exchange)
      .member("currency", contract.currency)
      .member("local_symbol", contract.local_symbol)
      .member("trading_class", contract.trading_class);
  json.member("expiry", contract.last_trade_date_or_contract_month);
  write_observed(json, "strike", contract.strike && *contract.strike != 0 ? contract.strike : std::nullopt);
  json.member("right", right_text(contract.right));
  write_decimal(json, "multiplier", contract.multiplier);
}

// --- Values ---

std::string observed_text(std::optional<double> value) { return value ? fmt::format("{}", *value) : "-"; }

void write_observed(JsonWriter& json, std::string_view name, std::optional<double> value) {
  if (value) json.member(name, fmt::format("{}", *value));
  else json.key(name).null();
}

Duration ClockDifference::certain() const {
  if (least > Duration::zero()) return least;
  if (most < Duration::zero()) return most;
  return Duration::zero();
}

Result<ClockDifference> measure_clock(Link& link) {
  const Timestamp asked = net::system_now().utc;
  const auto between = [asked](std::int64_t told, Duration unit) -> Result<ClockDifference> {
    if (told <= 0 || told > INT64_MAX / unit.count())
      return fail(Errc::out_of_range, fmt::format("the gateway's time {} is no time", told));
    const Timestamp from = Timestamp::from_ns(told * unit.count());
    return ClockDifference{from - net::system_now().utc, from + unit - asked};
  };
  if (link.client().server_version() >= tws::CurrentTimeInMillisRequest::kInfo.since) {
    const auto answer = TW_TRY(link.ask_all(tws::CurrentTimeInMillisRequest{}));
    return between(answer.rows().front()->current_time_in_millis, 1ms);
  }
  const auto answer = TW_TRY(link.ask_all(tws::CurrentTimeRequest{}));
  return between(answer.rows().front()->current_time, 1s);
}

// --- What is shown ---

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Result<void> stream(Link& link, const StreamLimits& limits, std::string_view what,
                    const std::function<std::uint64_t()>& shown, const std::optional<client::Failure>& ended) {
  const MonoTime start = net::system_now().mono;
  const Duration first_limit = limits.length.value_or(link.address().timeout);
  std::uint64_t count = 0;
  const auto is_over = [&] {
    count = shown();
    return ended.has_value() || (limits.count != 0 && count >= limits.count);
  };
  for (;;) {
    // A slice at a time, as what is to be shown may also depend on the time.
    link.wait(100ms, is_over);
    if (limits.count != 0 && count >= limits.count) return {};
    if (ended) return std::unexpected{Link::error_of(*ended, what)};
    const Duration passed = net::system_now().mono - start;
    const bool is_late = count == 0 ? passed >= first_limit : limits.length && passed >= *limits.length;
    if (!is_late && !link.is_interrupted()) continue;
    if (count != 0) return {};
    if (link.is_lost()) return fail(Errc::unavailable, fmt::format("{}: {}", what, link.lost_reason()));
    if (link.is_interrupted())
      return fail(Errc::unavailable, fmt::format("{}: interrupted before anything came", what));
    return fail(Errc::unavailable,
                fmt::format("{}: nothing came in {} s{}", what,
                            std::chrono::duration_cast<std::chrono::seconds>(first_limit).count(),
                            what == "pnl" ? "" : "; the market may be closed, or the data not subscribed to"));
  }
}

}  // namespace tradewind::app
