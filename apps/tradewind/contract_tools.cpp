#include "apps/tradewind/contract_tools.hpp"

#include "tradewind/core/client/hours/hours.hpp"
#include "tradewind/core/client/option_chain.hpp"
#include "tradewind/edge/catalog/zones.hpp"
#include "tradewind/edge/store/instrument_registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <set>
#include <utility>

namespace tradewind::app {

namespace net = edge::net;
namespace chains = client::chains;
namespace hours = client::hours;
using edge::store::InstrumentRegistry;

namespace {

// --- find ---

void show_contracts(const std::vector<ContractRow>& rows, const std::vector<InstrumentRegistry::Bound>& saved,
                    bool json) {
  if (json) {
    JsonWriter out;
    out.begin_object().key("contracts").begin_array();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out.begin_object();
      write_contract(out, rows[i]->contract);
      out.member("long_name", rows[i]->contract_details.long_name);
      if (i < saved.size()) out.member("name", saved[i].name).member("saved", name(saved[i].how));
      out.end_object();
    }
    fmt::print("{}\n", out.end_array().end_object().str());
    return;
  }
  Table table{{"con id", "contract", "local symbol", "primary", "class", saved.empty() ? "" : "our name", ""}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const tws::Contract& contract = rows[i]->contract;
    table.add({fmt::format("{}", contract.con_id), text_of(contract), std::string{contract.local_symbol},
               std::string{contract.primary_exchange}, std::string{contract.trading_class},
               i < saved.size() ? saved[i].name : "", i < saved.size() ? std::string{name(saved[i].how)} : ""});
  }
  fmt::print("{}", table.text());
}

Result<std::vector<InstrumentRegistry::Bound>> save(const ContractFindCommand& command,
                                                    const std::vector<ContractRow>& rows) {
  if (!command.own_symbol.empty() && rows.size() != 1) {
    return fail(Errc::invalid_argument, fmt::format("--as names one contract, and {} were found", rows.size()));
  }
  std::error_code error;
  std::filesystem::create_directories(command.contract.state, error);
  if (error) return fail(Errc::io, fmt::format("{}: cannot be made: {}", command.contract.state, error.message()));
  auto registry = TW_TRY(InstrumentRegistry::open(registry_path(command.contract.state)));
  std::vector<InstrumentRegistry::Bound> saved;
  for (const auto& row : rows) {
    const model::ContractIdentity identity = TW_TRY(identity_of(row->contract));
    std::string own = command.own_symbol;
    if (own.empty()) own = TW_TRY(model::own_symbol(identity));
    saved.push_back(TW_TRY(registry.bind(own, !command.own_symbol.empty(), identity, net::system_now().utc)));
  }
  return saved;
}

// One row for each contract: a gateway tells a contract once for each exchange that was not ruled out.
std::vector<ContractRow> each_once(std::vector<ContractRow> rows) {
  std::vector<ContractRow> once;
  std::set<std::int32_t> seen;
  for (auto& row : rows) {
    if (seen.insert(row->contract.con_id).second) once.push_back(std::move(row));
  }
  return once;
}

Result<void> search(const ContractFindCommand& command, Link& link) {
  const auto answer = TW_TRY(link.ask_all(tws::MatchingSymbolsRequest{.pattern = command.contract.symbol}));
  const auto& found = answer.rows().front()->contract_descriptions;
  if (found.empty()) return fail(Errc::not_found, fmt::format("nothing matches '{}'", command.contract.symbol));
  if (command.tool.json) {
    JsonWriter out;
    out.begin_object().key("contracts").begin_array();
    for (const auto& each : found) {
      out.begin_object();
      write_contract(out, each.contract);
      out.member("long_name", each.contract.description).key("derivatives").begin_array();
      for (const std::string_view type : each.derivative_sec_types) out.text(type);
      out.end_array().end_object();
    }
    fmt::print("{}\n", out.end_array().end_object().str());
    return {};
  }
  Table table{{"con id", "contract", "primary", "name", "derivatives"}};
  for (const auto& each : found) {
    table.add({fmt::format("{}", each.contract.con_id), text_of(each.contract),
               std::string{each.contract.primary_exchange}, std::string{each.contract.description},
               fmt::format("{}", fmt::join(each.derivative_sec_types, ","))});
  }
  fmt::print("{}", table.text());
  return {};
}

// --- show ---

void show_details(const ContractRow& row, bool json) {
  const tws::ContractDetails& details = row->contract_details;
  if (json) {
    JsonWriter out;
    out.begin_object();
    write_contract(out, row->contract);
    out.member("long_name", details.long_name).member("market_name", details.market_name);
    write_decimal(out, "min_tick", details.min_tick);
    write_decimal(out, "min_size", details.min_size);
    write_decimal(out, "size_increment", details.size_increment);
    out.member("price_magnifier", details.price_magnifier)
        .member("valid_exchanges", details.valid_exchanges)
        .member("market_rule_ids", details.market_rule_ids)
        .member("order_types", details.order_types)
        .member("time_zone", details.time_zone_id)
        .member("underlying_con_id", details.under_con_id)
        .member("industry", details.industry)
        .member("category", details.category)
        .member("stock_type", details.stock_type);
    fmt::print("{}\n", out.end_object().str());
    return;
  }
  const auto line = [](std::string_view what, std::string_view value) {
    if (!value.empty() && value != "-") fmt::print("{:<18}{}\n", what, value);
  };
  line("contract", text_of(row->contract));
  line("con id", fmt::format("{}", row->contract.con_id));
  line("name", details.long_name);
  line("local symbol", row->contract.local_symbol);
  line("trading class", row->contract.trading_class);
  line("primary exchange", row->contract.primary_exchange);
  line("multiplier", text_or_dash(row->contract.multiplier));
  line("price increment", text_or_dash(details.min_tick));
  line("least size", text_or_dash(details.min_size));
  line("size increment", text_or_dash(details.size_increment));
  line("exchanges", details.valid_exchanges);
  line("market rules", details.market_rule_ids);
  line("order types", details.order_types);
  line("time zone", details.time_zone_id);
}

void write_instrument(JsonWriter& out, const InstrumentRegistry::Instrument& known) {
  const model::ContractIdentity& identity = known.identity;
  out.begin_object()
      .member("name", known.name)
      .member("con_id", identity.con_id)
      .member("symbol", identity.symbol)
      .member("type", identity.security_type)
      .member("exchange", identity.exchange)
      .member("primary_exchange", identity.primary_exchange)
      .member("currency", identity.currency)
      .member("local_symbol", identity.local_symbol)
      .member("trading_class", identity.trading_class)
      .member("expiry", identity.last_trade_date);
  write_decimal(out, "strike", identity.strike);
  out.member("right", identity.right);
  write_decimal(out, "multiplier", identity.multiplier);
  out.member("first_seen", iso_text(known.first_seen)).member("last_seen", iso_text(known.last_seen)).end_object();
}

std::string table_of(const std::vector<InstrumentRegistry::Instrument>& all) {
  Table table{{"name", "con id", "symbol", "type", "exchange", "primary", "currency", "last seen"}};
  for (const auto& known : all) {
    table.add({known.name, fmt::format("{}", known.identity.con_id), known.identity.symbol,
               known.identity.security_type, known.identity.exchange, known.identity.primary_exchange,
               known.identity.currency, iso_text(known.last_seen)});
  }
  return table.text();
}

// The registry's answer to a name of ours; nothing when it is for the gateway.
Result<std::optional<InstrumentRegistry::Instrument>> known(const ContractChoice& choice) {
  if (choice.state.empty()) return std::optional<InstrumentRegistry::Instrument>{};
  const auto registry = TW_TRY(InstrumentRegistry::open_existing(registry_path(choice.state)));
  auto found = TW_TRY(choice.con_id != 0 ? registry.find(choice.con_id) : registry.find(choice.symbol));
  if (!found) {
    return fail(Errc::not_found,
                fmt::format("{}: there is no instrument '{}'; `tradewind contract list` names them, `contract find "
                            "… --save` adds to them",
                            registry_path(choice.state),
                            choice.con_id != 0 ? fmt::format("{}", choice.con_id) : choice.symbol));
  }
  return found;
}

// --- chain ---

Result<chains::ChainFilter> filter_of(const ChainCommand& command) {
  chains::ChainFilter filter;
  filter.exchange = command.exchange;
  filter.trading_class = command.trading_class;
  filter.contracts_max = command.contracts_max;
  if (!command.expiry_from.empty()) {
    const auto expiry = TW_TRY(chains::Expiry::parse(command.expiry_from));
    filter.expiry_from = expiry;
  }
  if (!command.expiry_until.empty()) {
    const auto expiry = TW_TRY(chains::Expiry::parse(command.expiry_until));
    filter.expiry_until = expiry;
  }
  if (!command.strike_from.empty()) {
    const auto strike = TW_TRY(Price::parse(command.strike_from));
    filter.strike_from = strike;
  }
  if (!command.strike_until.empty()) {
    const auto strike = TW_TRY(Price::parse(command.strike_until));
    filter.strike_until = strike;
  }
  filter.calls = command.right != "P";
  filter.puts = command.right != "C";
  return filter;
}

Result<void> show_parameters(const ChainCommand& command, Link& link, const ContractRow& underlying) {
  tws::SecDefOptParamsRequest request;
  request.underlying_symbol = underlying->contract.symbol;
  request.underlying_sec_type = underlying->contract.sec_type;
  request.underlying_con_id = underlying->contract.con_id;
  if (underlying->contract.sec_type == "FUT") request.fut_fop_exchange = underlying->contract.exchange;
  const auto answer = TW_TRY(link.ask_all(request));
  std::vector<chains::ChainRow> rows;
  for (const auto& row : answer.rows()) {
    auto read = TW_TRY(chains::chain_row(*row));
    if (!command.trading_class.empty() && read.trading_class != command.trading_class) continue;
    if (command.exchange != "*" && read.exchange != command.exchange) continue;
    rows.push_back(std::move(read));
  }
  if (rows.empty()) {
    return fail(Errc::not_found, fmt::format("{} has no options at {}; --exchange '*' shows every exchange",
                                             text_of(underlying->contract), command.exchange));
  }
  if (command.tool.json) {
    JsonWriter out;
    out.begin_object().key("underlying").begin_object();
    write_contract(out, underlying->contract);
    out.end_object().key("chains").begin_array();
    for (const auto& row : rows) {
      out.begin_object()
          .member("exchange", row.exchange)
          .member("trading_class", row.trading_class)
          .member("multiplier", row.multiplier.text());
      out.key("expiries").begin_array();
      for (const auto& expiry : row.expiries) out.text(expiry.text());
      out.end_array().key("strikes").begin_array();
      for (const Price strike : row.strikes) out.text(strike.text());
      out.end_array().end_object();
    }
    fmt::print("{}\n", out.end_array().end_object().str());
    return {};
  }
  for (const auto& row : rows) {
    std::vector<std::string> expiries;
    for (const auto& expiry : row.expiries) expiries.push_back(expiry.text());
    fmt::print("{} {}, multiplier {}\n  expiries  {}\n  strikes   {}\n", row.exchange, row.trading_class,
               row.multiplier, fmt::join(expiries, " "), fmt::join(row.strikes, " "));
  }
  return {};
}

Result<void> show_options(const ChainCommand& command, Link& link, const ContractRow& underlying) {
  client::OptionChain::Query query;
  query.underlying.symbol = underlying->contract.symbol;
  query.underlying.currency = underlying->contract.currency;
  query.underlying_con_id = underlying->contract.con_id;
  query.underlying_sec_type = underlying->contract.sec_type;
  if (underlying->contract.sec_type == "FUT") {
    query.underlying.option_sec_type = "FOP";
    query.fut_fop_exchange = underlying->contract.exchange;
  }
  query.filter = TW_TRY(filter_of(command));
  std::optional<Result<chains::QualifyPlan::Report>> done;
  client::OptionChain chain{link.client(), std::move(query), [&done](auto report) { done.emplace(std::move(report)); }};
  TW_TRY_VOID(chain.start());
  link.pump();
  // Each contract is a request of its own, paced; what ends this is the answer, or that nothing comes any more.
  link.wait(std::chrono::minutes{10}, [&] { return done.has_value() || link.is_lost(); });
  if (!done) return fail(Errc::unavailable, link.is_lost() ? link.lost_reason() : "the chain did not come to an end");
  if (!done->has_value()) return std::unexpected{done->error()};
  const chains::QualifyPlan::Report& report = **done;
  if (command.tool.json) {
    JsonWriter out;
    out.begin_object().member("complete", report.complete).key("options").begin_array();
    for (const auto& option : report.qualified) {
      out.begin_object()
          .member("con_id", option.con_id)
          .member("local_symbol", option.local_symbol)
          .member("expiry", option.candidate.expiry.text())
          .member("strike", option.candidate.strike.text())
          .member("right", name(option.candidate.right))
          .member("exchange", option.candidate.exchange)
          .member("trading_class", option.candidate.trading_class)
          .member("multiplier", option.candidate.multiplier.text())
          .end_object();
    }
    out.end_array()
        .member("nonexistent", report.nonexistent.size())
        .member("failed", report.failed.size())
        .member("unknown", report.unknown.size());
    fmt::print("{}\n", out.end_object().str());
  } else {
    Table table{{"con id", "local symbol", "expiry", "strike", "right", "class", "multiplier"}};
    for (const auto& option : report.qualified) {
      table.add({fmt::format("{}", option.con_id), option.local_symbol, option.candidate.expiry.text(),
                 option.candidate.strike.text(), std::string{name(option.candidate.right)},
                 option.candidate.trading_class, option.candidate.multiplier.text()});
    }
    fmt::print("{}{} exist, {} do not, {} could not be asked\n", table.text(), report.qualified.size(),
               report.nonexistent.size(), report.failed.size() + report.unknown.size());
  }
  if (!report.complete) {
    return fail(Errc::unavailable, report.failed.empty()
                                       ? std::string{"not every contract was answered"}
                                       : fmt::format("some could not be asked: {}", report.failed.front().why));
  }
  return {};
}

// --- hours ---

std::string local_text(const TimeZone& zone, Timestamp at) {
  const CivilTime local = zone.local(at);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", local.year, local.month, local.day, local.hour, local.minute);
}

Result<void> show_hours(const HoursCommand& command, Link& link) {
  const ContractRow row = TW_TRY(find_contract(link, command.contract));
  client::zones::Zones zones{edge::catalog::load_time_zone};
  const auto hours = TW_TRY(hours::contract_hours(row->contract_details, zones));
  const TimeZone& zone = *TW_TRY(zones.find(row->contract_details.time_zone_id));
  const Timestamp now = net::system_now().utc;
  const auto state = [&now](const hours::Hours& of) {
    switch (of.state(now)) {
      case hours::MarketState::open:
        return "open";
      case hours::MarketState::closed:
        return "closed";
      default:
        return "unknown";
    }
  };
  const auto next_open = hours.trading.next_open(now);
  const auto next_close = hours.trading.next_close(now);
  if (command.tool.json) {
    JsonWriter out;
    out.begin_object().key("contract").begin_object();
    write_contract(out, row->contract);
    out.end_object()
        .member("time_zone", row->contract_details.time_zone_id)
        .member("state", state(hours.trading))
        .member("regular", state(hours.liquid));
    const auto at = [&out](const char* name, std::optional<Timestamp> time) {
      if (time) out.member(name, iso_text(*time));
      else out.key(name).null();
    };
    at("next_open", next_open);
    at("next_close", next_close);
    const auto sessions = [&out](const char* name, const hours::Hours& of) {
      out.key(name).begin_array();
      for (const auto& each : of.intervals()) {
        out.begin_object().member("from", iso_text(each.from)).member("until", iso_text(each.until)).end_object();
      }
      out.end_array();
    };
    sessions("sessions", hours.trading);
    sessions("regular_sessions", hours.liquid);
    fmt::print("{}\n", out.end_object().str());
    return {};
  }
  fmt::print("{} ({}): {}, regular session {}\n", text_of(row->contract), row->contract_details.time_zone_id,
             state(hours.trading), state(hours.liquid));
  if (next_open) fmt::print("next open   {} ({})\n", local_text(zone, *next_open), iso_text(*next_open));
  if (next_close) fmt::print("next close  {} ({})\n", local_text(zone, *next_close), iso_text(*next_close));
  Table table{{"session", "from", "until"}};
  const auto add = [&](const char* kind, const hours::Hours& of) {
    for (const auto& each : of.intervals())
      table.add({kind, local_text(zone, each.from), local_text(zone, each.until)});
  };
  add("all", hours.trading);
  add("regular", hours.liquid);
  fmt::print("{}", table.text());
  return {};
}

}  // namespace

int contract_find_command(const ContractFindCommand& command) {
  if ((command.save || !command.own_symbol.empty()) && (command.contract.state.empty() || command.search)) {
    return report_failure(
        ExitCode::usage,
        {Errc::invalid_argument, command.search ? "--save goes with an exact description, not with --search"
                                                : "--save needs --state DIR, where the instruments are kept"},
        command.tool.json);
  }
  return with_link(command.tool, command.contract, [&command](Link& link) -> Result<void> {
    if (command.search) return search(command, link);
    const auto rows = each_once(TW_TRY(find_contracts(link, command.contract)));
    std::vector<InstrumentRegistry::Bound> saved;
    if (command.save || !command.own_symbol.empty()) saved = TW_TRY(save(command, rows));
    show_contracts(rows, saved, command.tool.json);
    return {};
  });
}

int contract_show_command(const ContractShowCommand& command) {
  const auto found = known(command.contract);
  if (!found.has_value()) return report_failure(code_for(found.error()), found.error(), command.tool.json);
  if (*found) {
    if (command.tool.json) {
      JsonWriter out;
      write_instrument(out, **found);
      fmt::print("{}\n", out.str());
    } else {
      fmt::print("{}", table_of({**found}));
    }
    return static_cast<int>(ExitCode::ok);
  }
  return with_link(command.tool, command.contract, [&command](Link& link) -> Result<void> {
    show_details(TW_TRY(find_contract(link, command.contract)), command.tool.json);
    return {};
  });
}

int contract_list_command(const std::string& state, bool json) {
  const auto all = [&state]() -> Result<std::vector<InstrumentRegistry::Instrument>> {
    const auto registry = TW_TRY(InstrumentRegistry::open_existing(registry_path(state)));
    return registry.all();
  }();
  if (!all.has_value()) return report_failure(code_for(all.error()), all.error(), json);
  if (json) {
    JsonWriter out;
    out.begin_object().key("instruments").begin_array();
    for (const auto& each : *all) write_instrument(out, each);
    fmt::print("{}\n", out.end_array().end_object().str());
  } else {
    fmt::print("{}", table_of(*all));
  }
  return static_cast<int>(ExitCode::ok);
}

int chain_command(const ChainCommand& command) {
  return with_link(command.tool, command.underlying, [&command](Link& link) -> Result<void> {
    const ContractRow underlying = TW_TRY(find_contract(link, command.underlying));
    return command.contracts ? show_options(command, link, underlying) : show_parameters(command, link, underlying);
  });
}

int hours_command(const HoursCommand& command) {
  return with_link(command.tool, command.contract, [&command](Link& link) { return show_hours(command, link); });
}

}  // namespace tradewind::app
