#include "apps/tradewind/account_tools.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

namespace tradewind::app {

namespace net = edge::net;

namespace {

constexpr const char* kTags =
    "AccountType,NetLiquidation,TotalCashValue,SettledCash,BuyingPower,EquityWithLoanValue,GrossPositionValue,"
    "InitMarginReq,MaintMarginReq,AvailableFunds,ExcessLiquidity,Cushion,Leverage";

std::int64_t milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

Result<void> show_status(const GatewayTool& tool, Link& link) {
  const ClockDifference clock = TW_TRY(measure_clock(link));
  const client::Client& client = link.client();
  const tws::Connectivity& state = client.connectivity();
  std::vector<std::string> down;
  for (const tws::Farm& farm : state.farms()) {
    if (farm.state == tws::FarmState::down) down.push_back(fmt::format("{} ({})", farm.name, name(farm.kind)));
  }
  if (tool.json) {
    JsonWriter out;
    out.begin_object()
        .member("host", tool.address.host)
        .member("port", tool.address.port)
        .member("client_id", tool.address.client_id)
        .member("server_version", client.server_version())
        .member("gateway_started", link.greeted_text());
    out.key("accounts").begin_array();
    for (const std::string& account : client.accounts()) out.text(account);
    out.end_array().key("clock_difference").seconds(milliseconds(clock.certain()));
    out.member("link", state.has_link()).key("farms").begin_array();
    for (const tws::Farm& farm : state.farms()) {
      out.begin_object()
          .member("name", farm.name)
          .member("kind", name(farm.kind))
          .member("state", name(farm.state))
          .end_object();
    }
    out.end_array().member("ok", state.has_link() && down.empty());
    fmt::print("{}\n", out.end_object().str());
  } else {
    fmt::print("gateway     {}:{}, server version {}, client id {}\n", tool.address.host, tool.address.port,
               client.server_version(), tool.address.client_id);
    fmt::print("accounts    {}\n", fmt::join(client.accounts(), ", "));
    fmt::print("clock       the gateway's is {:+.3f} s from ours, to within {:.3f} s\n",
               static_cast<double>(milliseconds(clock.certain())) / 1000,
               static_cast<double>(milliseconds(clock.most - clock.least)) / 1000);
    fmt::print("link to IB  {}\n", state.has_link() ? "up" : "down: orders are refused");
    for (const tws::Farm& farm : state.farms())
      fmt::print("farm        {:<12} {:<22} {}\n", farm.name, name(farm.kind), name(farm.state));
  }
  if (!state.has_link()) return fail(Errc::unavailable, "the gateway has no link to IB (1100 or 2110)");
  if (!down.empty()) return fail(Errc::unavailable, fmt::format("down: {}", fmt::join(down, ", ")));
  return {};
}

Result<void> check_account(Link& link, const std::string& account) {
  const auto& accounts = link.client().accounts();
  if (account.empty() || std::ranges::find(accounts, account) != accounts.end()) return {};
  return fail(Errc::invalid_argument,
              fmt::format("--account {}: this login manages {}", account, fmt::join(accounts, ", ")));
}

Result<void> show_account(const AccountCommand& command, Link& link) {
  TW_TRY_VOID(check_account(link, command.account));
  tws::AccountSummaryRequest request;
  request.group = "All";
  request.tags = command.tags.empty() ? std::string_view{kTags} : std::string_view{command.tags};
  const auto answer = TW_TRY(link.ask_all(request));
  std::map<std::string_view, std::vector<const tws::AccountSummary*>> by_account;
  for (const auto& row : answer.rows()) {
    if (command.account.empty() || row->account == command.account) by_account[row->account].push_back(&*row);
  }
  if (command.tool.json) {
    JsonWriter out;
    out.begin_object().key("accounts").begin_array();
    for (const auto& [account, rows] : by_account) {
      out.begin_object().member("account", account).key("values").begin_array();
      for (const tws::AccountSummary* const row : rows) {
        out.begin_object()
            .member("tag", row->tag)
            .member("value", row->value)
            .member("currency", row->currency)
            .end_object();
      }
      out.end_array().end_object();
    }
    fmt::print("{}\n", out.end_array().end_object().str());
    return {};
  }
  Table table{{"account", "tag", "value", "currency"}};
  for (const auto& [account, rows] : by_account) {
    for (const tws::AccountSummary* const row : rows)
      table.add({std::string{account}, std::string{row->tag}, std::string{row->value}, std::string{row->currency}});
  }
  fmt::print("{}", table.text());
  return {};
}

Result<void> show_positions(const PositionsCommand& command, Link& link) {
  TW_TRY_VOID(check_account(link, command.account));
  const auto answer = TW_TRY(link.ask_all(tws::PositionsRequest{}));
  std::vector<const tws::PositionData*> rows;
  for (const auto& row : answer.rows()) {
    if (command.account.empty() || row->account == command.account) rows.push_back(&*row);
  }
  if (command.tool.json) {
    JsonWriter out;
    out.begin_object().key("positions").begin_array();
    for (const tws::PositionData* const row : rows) {
      out.begin_object().member("account", row->account).member("position", row->position.text());
      write_observed(out, "average_cost", row->avg_cost);
      out.key("contract").begin_object();
      write_contract(out, row->contract);
      out.end_object().end_object();
    }
    fmt::print("{}\n", out.end_array().end_object().str());
    return {};
  }
  Table table{{"account", "contract", "con id", "position", "average cost"}};
  for (const tws::PositionData* const row : rows) {
    table.add({std::string{row->account}, text_of(row->contract), fmt::format("{}", row->contract.con_id),
               row->position.text(), observed_text(row->avg_cost)});
  }
  fmt::print("{}", table.text());
  return {};
}

std::string pnl_line(const std::string& account, const tws::Pnl& pnl, Timestamp now, bool json) {
  if (!json) {
    return fmt::format("{}  {}  daily {}  unrealized {}  realized {}", iso_text(now), account,
                       observed_text(pnl.daily_pn_l), observed_text(pnl.unrealized_pn_l),
                       observed_text(pnl.realized_pn_l));
  }
  JsonWriter out;
  out.begin_object().member("time", iso_text(now)).member("account", account);
  write_observed(out, "daily", pnl.daily_pn_l);
  write_observed(out, "unrealized", pnl.unrealized_pn_l);
  write_observed(out, "realized", pnl.realized_pn_l);
  return out.end_object().str();
}

Result<void> show_pnl(const PnlCommand& command, Link& link) {
  TW_TRY_VOID(check_account(link, command.account));
  std::vector<std::string> accounts = link.client().accounts();
  if (!command.account.empty()) accounts = {command.account};
  std::optional<client::Failure> ended;
  std::map<std::string, std::uint64_t> counts;
  std::vector<Link::Subscription> subscriptions;
  for (const std::string& account : accounts) {
    counts[account] = 0;
    client::Subscriber<tws::PnlRequest> subscriber;
    subscriber.on_update = [&, account](const client::UpdateOf<tws::PnlRequest>& update) {
      const auto* const pnl = update.get<tws::Pnl>();
      if (pnl == nullptr || (command.limits.count != 0 && counts[account] >= command.limits.count)) return;
      ++counts[account];
      fmt::print("{}\n", pnl_line(account, *pnl, net::system_now().utc, command.tool.json));
      std::fflush(stdout);
    };
    subscriber.on_end = [&](const client::Failure& failure) { ended = failure; };
    subscriptions.push_back(TW_TRY(link.subscribe(tws::PnlRequest{.account = account}, std::move(subscriber))));
  }
  const auto least = [&counts] {
    return std::ranges::min_element(counts, {}, [](const auto& each) { return each.second; })->second;
  };
  return stream(link, command.limits, "pnl", least, ended);
}

}  // namespace

int status_command(const GatewayTool& tool) {
  return with_link(tool, [&tool](Link& link) { return show_status(tool, link); });
}

int account_command(const AccountCommand& command) {
  return with_link(command.tool, [&command](Link& link) { return show_account(command, link); });
}

int positions_command(const PositionsCommand& command) {
  return with_link(command.tool, [&command](Link& link) { return show_positions(command, link); });
}

int pnl_command(const PnlCommand& command) {
  return with_link(command.tool, [&command](Link& link) -> Result<void> {
    if (link.client().accounts().empty()) return fail(Errc::not_found, "this login manages no account");
    link.narrate();
    return show_pnl(command, link);
  });
}

}  // namespace tradewind::app
