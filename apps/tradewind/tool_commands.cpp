#include "apps/tradewind/tool_commands.hpp"

#include "apps/tradewind/account_tools.hpp"
#include "apps/tradewind/contract_tools.hpp"
#include "apps/tradewind/doctor.hpp"
#include "apps/tradewind/market_tools.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::app {

struct ToolCommands::Flags {
  struct Command {
    CLI::App* app = nullptr;
    std::function<int()> run;
  };
  std::vector<Command> commands;

  DoctorCommand doctor;
  GatewayTool status;
  ContractFindCommand find;
  ContractShowCommand show;
  std::string list_state;
  bool list_json = false;
  ChainCommand chain;
  HoursCommand hours;
  QuoteCommand quote;
  TicksCommand ticks;
  DepthCommand depth;
  BarsCommand bars;
  AccountCommand account;
  PositionsCommand positions;
  PnlCommand pnl;

  static void add_tool(CLI::App& app, GatewayTool& tool) {
    GatewayAddress& address = tool.address;
    app.add_option("--host", address.host, "of the gateway (default 127.0.0.1)")->type_name("HOST");
    app.add_option("--port", address.port, "of the gateway (default 4002; TWS usually has 7497 for paper trading)")
        ->check(CLI::Range(1, 65'535))
        ->type_name("N");
    app.add_option("--client-id", address.client_id, "API client id (default 97)")
        ->check(CLI::Range(0, 2'147'483'646))
        ->type_name("N");
    app.add_option_function<std::int64_t>(
           "--timeout", [&address](std::int64_t given) { address.timeout = std::chrono::seconds{given}; },
           "seconds to wait for each answer (default 10)")
        ->check(CLI::Range(1, 600))
        ->type_name("N");
    app.add_flag("--json", tool.json, "as JSON");
  }

  static void add_contract(CLI::App& app, ContractChoice& choice, bool positional = true) {
    app.add_option(positional ? "contract" : "--symbol", choice.symbol,
                   "symbol; with --state, a name of the registry such as AAPL.USD-STK")
        ->type_name("SYMBOL");
    app.add_option("--type", choice.type,
                   "STK, OPT, FUT, FOP, IND, CASH, CFD, CRYPTO, BOND, FUND, CMDTY, WAR (default STK)")
        ->type_name("TYPE");
    app.add_option("--exchange", choice.exchange, "exchange (default SMART, or IDEALPRO for CASH)")->type_name("NAME");
    app.add_option("--primary", choice.primary_exchange, "primary exchange, to tell listings apart")->type_name("NAME");
    app.add_option("--currency", choice.currency, "currency (default USD, or that of a pair)")->type_name("CUR");
    app.add_option("--expiry", choice.expiry, "last trade date yyyymmdd, or month yyyymm")->type_name("DATE");
    app.add_option("--strike", choice.strike, "strike of an option")->type_name("PRICE");
    app.add_option("--right", choice.right, "C or P")->check(CLI::IsMember({"C", "P"}))->type_name("C|P");
    app.add_option("--class", choice.trading_class, "trading class, such as SPXW")->type_name("NAME");
    app.add_option("--con-id", choice.con_id, "IB's contract id, instead of all this")
        ->check(CLI::Range(1, 2'147'483'647))
        ->type_name("N");
    app.add_option("--state", choice.state, "folder of the registry of instruments")->type_name("DIR");
  }

  static void add_limits(CLI::App& app, StreamLimits& limits, const char* count_help) {
    app.add_option("--count", limits.count, count_help)->check(CLI::Range(0, 1'000'000'000))->type_name("N");
    app.add_option_function<std::int64_t>(
           "--for", [&limits](std::int64_t given) { limits.length = std::chrono::seconds{given}; },
           "seconds after which it ends")
        ->check(CLI::Range(1, 31'536'000))
        ->type_name("N");
  }

  void add(CLI::App& app, std::function<int()> run) { commands.push_back({&app, std::move(run)}); }
};

ToolCommands::ToolCommands(CLI::App& cli) : flags_{std::make_unique<Flags>()} {
  Flags& flags = *flags_;

  CLI::App& doctor = *cli.add_subcommand("doctor", "find out what is wrong between here and IB, and what to do");
  Flags::add_tool(doctor, flags.doctor.tool);
  flags.doctor.contract.symbol = "AAPL";
  Flags::add_contract(doctor, flags.doctor.contract, false);
  doctor
      .add_option("--expect", flags.doctor.expect, "the accounts there should be: paper, live or any (default paper)")
      ->check(CLI::IsMember({"paper", "live", "any"}));
  flags.add(doctor, [&flags] { return doctor_command(flags.doctor); });

  CLI::App& status = *cli.add_subcommand("status", "session, accounts, clock, farms; exit code 0 when all is well");
  Flags::add_tool(status, flags.status);
  flags.add(status, [&flags] { return status_command(flags.status); });

  CLI::App& contract = *cli.add_subcommand("contract", "find contracts, and keep them under names of your own");
  contract.require_subcommand(1);
  CLI::App& find = *contract.add_subcommand("find", "everything the gateway has under a description");
  Flags::add_tool(find, flags.find.tool);
  Flags::add_contract(find, flags.find.contract);
  find.add_flag("--search", flags.find.search, "by the beginning of a symbol or by name");
  find.add_flag("--save", flags.find.save, "keep what is found in the registry of --state");
  find.add_option("--as", flags.find.own_symbol, "keep it under this name")->type_name("NAME");
  flags.add(find, [&flags] { return contract_find_command(flags.find); });
  CLI::App& show = *contract.add_subcommand(
      "show", "one contract with its details; with --state what the registry knows, without a gateway");
  Flags::add_tool(show, flags.show.tool);
  Flags::add_contract(show, flags.show.contract);
  flags.add(show, [&flags] { return contract_show_command(flags.show); });
  CLI::App& list = *contract.add_subcommand("list", "what the registry knows");
  list.add_option("--state", flags.list_state, "folder of the registry of instruments")->required()->type_name("DIR");
  list.add_flag("--json", flags.list_json, "as JSON");
  flags.add(list, [&flags] { return contract_list_command(flags.list_state, flags.list_json); });

  CLI::App& chain = *cli.add_subcommand("chain", "the options of an underlying");
  Flags::add_tool(chain, flags.chain.tool);
  chain.add_option("underlying", flags.chain.underlying.symbol, "symbol of the underlying")->type_name("SYMBOL");
  chain.add_option("--type", flags.chain.underlying.type, "of the underlying: STK, IND or FUT (default STK)")
      ->type_name("TYPE");
  chain.add_option("--underlying-exchange", flags.chain.underlying.exchange, "exchange of the underlying")
      ->type_name("NAME");
  chain.add_option("--currency", flags.chain.underlying.currency, "currency (default USD)")->type_name("CUR");
  chain.add_option("--expiry", flags.chain.underlying.expiry, "of an underlying that is a future")->type_name("DATE");
  chain.add_option("--con-id", flags.chain.underlying.con_id, "IB's contract id of the underlying")
      ->check(CLI::Range(1, 2'147'483'647))
      ->type_name("N");
  chain.add_option("--state", flags.chain.underlying.state, "folder of the registry of instruments")->type_name("DIR");
  chain
      .add_option("--exchange", flags.chain.exchange,
                  "of the options (default SMART); '*' for all, without --contracts")
      ->type_name("NAME");
  chain.add_option("--class", flags.chain.trading_class, "trading class of the options")->type_name("NAME");
  chain.add_flag("--contracts", flags.chain.contracts,
                 "ask which contracts exist; otherwise only expiries and strikes there may be");
  chain.add_option("--expiry-from", flags.chain.expiry_from, "first expiry, yyyymmdd")->type_name("DATE");
  chain.add_option("--expiry-until", flags.chain.expiry_until, "last expiry, yyyymmdd; it counts")->type_name("DATE");
  chain.add_option("--strike-from", flags.chain.strike_from, "lowest strike")->type_name("PRICE");
  chain.add_option("--strike-until", flags.chain.strike_until, "highest strike")->type_name("PRICE");
  chain.add_option("--right", flags.chain.right, "C or P; both by default")->check(CLI::IsMember({"C", "P"}));
  chain.add_option("--max", flags.chain.contracts_max, "refuse to ask for more contracts (default 100)")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N");
  flags.add(chain, [&flags] { return chain_command(flags.chain); });

  CLI::App& hours = *cli.add_subcommand("hours", "when a contract is traded");
  Flags::add_tool(hours, flags.hours.tool);
  Flags::add_contract(hours, flags.hours.contract);
  flags.add(hours, [&flags] { return hours_command(flags.hours); });

  CLI::App& quote = *cli.add_subcommand("quote", "bid, ask and last price, and how far they can be trusted");
  Flags::add_tool(quote, flags.quote.tool);
  Flags::add_contract(quote, flags.quote.contract);
  Flags::add_limits(quote, flags.quote.limits, "updates to show; 0 for no limit (default 1)");
  quote
      .add_option("--data", flags.quote.data,
                  "what to take where there are no live data: live (nothing), frozen, delayed, delayed-frozen "
                  "(default delayed)")
      ->check(CLI::IsMember({"live", "frozen", "delayed", "delayed-frozen"}));
  flags.add(quote, [&flags] { return quote_command(flags.quote); });

  CLI::App& ticks = *cli.add_subcommand("ticks", "each trade or quote as it happens");
  Flags::add_tool(ticks, flags.ticks.tool);
  Flags::add_contract(ticks, flags.ticks.contract);
  Flags::add_limits(ticks, flags.ticks.limits, "ticks to show; 0 for no limit (default 10)");
  ticks.add_option("--kind", flags.ticks.kind, "Last, AllLast, BidAsk or MidPoint (default Last)")
      ->check(CLI::IsMember({"Last", "AllLast", "BidAsk", "MidPoint"}));
  flags.add(ticks, [&flags] { return ticks_command(flags.ticks); });

  CLI::App& depth = *cli.add_subcommand("depth", "the order book");
  Flags::add_tool(depth, flags.depth.tool);
  Flags::add_contract(depth, flags.depth.contract);
  Flags::add_limits(depth, flags.depth.limits, "states of the book to show; 0 for no limit (default 10)");
  depth.add_option("--rows", flags.depth.rows, "of each side (default 5)")->check(CLI::Range(1, 60))->type_name("N");
  depth.add_flag("--smart", flags.depth.smart, "of all exchanges together");
  flags.add(depth, [&flags] { return depth_command(flags.depth); });

  CLI::App& bars = *cli.add_subcommand("bars", "bars of the past");
  Flags::add_tool(bars, flags.bars.tool);
  Flags::add_contract(bars, flags.bars.contract);
  bars.add_option("--size", flags.bars.size, "'1 secs' to '1 month' (default '1 min')")->type_name("SIZE");
  bars.add_option("--duration", flags.bars.duration, "how far back: '1800 S', '2 D', '1 W', '6 M' (default '1 D')")
      ->type_name("TEXT");
  bars.add_option("--what", flags.bars.what, "TRADES, MIDPOINT, BID, ASK, BID_ASK … (default TRADES)")
      ->type_name("KIND");
  bars.add_option("--end", flags.bars.end, "UTC, yyyymmdd-hh:mm:ss (default now)")->type_name("TIME");
  bars.add_flag("--all-hours", flags.bars.all_hours, "outside the regular session too");
  flags.add(bars, [&flags] { return bars_command(flags.bars); });

  CLI::App& account = *cli.add_subcommand("account", "what accounts are worth");
  Flags::add_tool(account, flags.account.tool);
  account.add_option("--account", flags.account.account, "this one only")->type_name("ID");
  account.add_option("--tags", flags.account.tags, "IB's account summary tags, separated by commas")->type_name("A,B");
  flags.add(account, [&flags] { return account_command(flags.account); });

  CLI::App& positions = *cli.add_subcommand("positions", "what accounts hold");
  Flags::add_tool(positions, flags.positions.tool);
  positions.add_option("--account", flags.positions.account, "this one only")->type_name("ID");
  flags.add(positions, [&flags] { return positions_command(flags.positions); });

  CLI::App& pnl = *cli.add_subcommand("pnl", "profit and loss, IB's own figures");
  Flags::add_tool(pnl, flags.pnl.tool);
  pnl.add_option("--account", flags.pnl.account, "this one only")->type_name("ID");
  Flags::add_limits(pnl, flags.pnl.limits, "updates of each account; 0 for no limit (default 1)");
  flags.add(pnl, [&flags] { return pnl_command(flags.pnl); });
}

ToolCommands::~ToolCommands() = default;

std::optional<int> ToolCommands::run() const {
  for (const auto& command : flags_->commands) {
    if (command.app->parsed()) return command.run();
  }
  return std::nullopt;
}

}  // namespace tradewind::app
