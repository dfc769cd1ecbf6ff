#include "tradewind/sim/gateway/internal/position_reports.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tradewind::sim::gateway {
namespace {

constexpr std::size_t kMultiMax = 200;  // ours: nobody needs more, and memory is bounded

}  // namespace

bool PositionReports::mute() const { return client_.options().mute_account_data; }

void PositionReports::send_position(const std::string& account, const HoldingFigures& holding) {
  tws::PositionData row;
  row.account = account;
  row.contract = client_.contracts().contract_of(holding.listing, "");
  row.position = holding.position;
  row.avg_cost = holding.average_cost();
  client_.send(row);
}

void PositionReports::send_multi(std::int32_t request_id, const std::string& account, const HoldingFigures& holding) {
  tws::PositionMulti row;
  row.req_id = request_id;
  row.account = account;
  row.contract = client_.contracts().contract_of(holding.listing, "");
  row.position = holding.position;
  row.avg_cost = holding.average_cost();
  client_.send(row);
}

void PositionReports::positions(const tws::PositionsRequest& /*request*/) {
  positions_ = true;
  if (!mute()) {
    for (const AccountSetup& account : client_.options().accounts) {
      for (const HoldingFigures& holding : client_.holdings(account.id)) {
        if (!holding.position.is_zero()) send_position(account.id, holding);
      }
    }
  }
  client_.send(tws::PositionEnd{});
}

void PositionReports::cancel_positions(const tws::CancelPositions& /*request*/) { positions_ = false; }

void PositionReports::positions_multi(const tws::PositionsMultiRequest& request) {
  auto accounts = client_.accounts_named(request.account);
  if (accounts.empty()) {
    return client_.error(
        request.req_id, 321,
        fmt::format("Error validating request.-'cc' : cause - Invalid account code '{}'.", request.account));
  }
  if (multi_.size() >= kMultiMax && !multi_.contains(request.req_id)) {
    return client_.error(request.req_id, 322,
                         "Error processing request.-'cc' : cause - Maximum number of positions requests exceeded");
  }
  // No account here has models: what is asked about one is empty.
  if (!request.model_code.empty()) accounts.clear();
  if (!mute()) {
    for (const AccountSetup* account : accounts) {
      for (const HoldingFigures& holding : client_.holdings(account->id)) {
        if (!holding.position.is_zero()) send_multi(request.req_id, account->id, holding);
      }
    }
  }
  multi_.insert_or_assign(request.req_id, std::move(accounts));
  client_.send(tws::PositionMultiEnd{.req_id = request.req_id});
}

void PositionReports::cancel_positions_multi(const tws::CancelPositionsMulti& request) { multi_.erase(request.req_id); }

void PositionReports::on_books_changed(const std::string& account, std::uint32_t index) {
  if (mute() || (!positions_ && multi_.empty())) return;
  for (const HoldingFigures& holding : client_.holdings(account)) {
    if (holding.listing != index) continue;
    if (positions_) send_position(account, holding);
    for (const auto& [request_id, accounts] : multi_) {
      if (std::ranges::find(accounts, account, &AccountSetup::id) != accounts.end())
        send_multi(request_id, account, holding);
    }
  }
}

}  // namespace tradewind::sim::gateway
