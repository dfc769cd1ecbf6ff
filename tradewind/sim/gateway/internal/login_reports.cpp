#include "tradewind/sim/gateway/internal/login_reports.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <string>

namespace tradewind::sim::gateway {
namespace {

constexpr int kWithoutProfiles = 177;  // from this version on groups do what profiles did

}  // namespace

void LoginReports::family_codes(const tws::FamilyCodesRequest& /*request*/) {
  tws::FamilyCodes codes;
  for (const AccountSetup& account : client_.options().accounts) {
    if (!account.family_code.empty())
      codes.family_codes.push_back({.account_id = account.id, .family_code = account.family_code});
  }
  // Accounts of no family, as recorded.
  if (codes.family_codes.empty()) codes.family_codes.push_back({.account_id = "*", .family_code = ""});
  client_.send(codes);
}

void LoginReports::user_info(const tws::UserInfoRequest& request) {
  client_.send(tws::UserInfo{.req_id = request.req_id, .white_branding_id = client_.options().login.white_branding_id});
}

void LoginReports::soft_dollar_tiers(const tws::SoftDollarTiersRequest& request) {
  tws::SoftDollarTiers tiers;
  tiers.req_id = request.req_id;
  client_.send(tiers);
}

bool LoginReports::may_ask_advisor(std::int32_t request_id, std::int32_t kind) {
  const auto refuse = [&](const char* cause) {
    client_.error(request_id, 321, fmt::format("Error validating request.-'b9' : cause - {}", cause));
    return false;
  };
  if (!client_.advisor().is_one()) return refuse("FA data operations ignored for non FA customers.");
  if (kind < Advisor::groups || kind > Advisor::aliases) return refuse("Non-existent FA data operation request");
  if (kind == Advisor::profiles && client_.server_version() >= kWithoutProfiles)
    return refuse("FA Profile is not supported anymore, use FA Group instead - please upgrade to latest API");
  return true;
}

void LoginReports::advisor(const tws::FaRequest& request) {
  if (!may_ask_advisor(-1, request.fa_data_type)) return;
  const std::string xml = client_.advisor().xml(static_cast<Advisor::Kind>(request.fa_data_type));
  client_.send(tws::ReceiveFa{.fa_data_type = request.fa_data_type, .xml = xml});
}

void LoginReports::replace_advisor(const tws::FaReplace& request) {
  if (!may_ask_advisor(request.req_id, request.fa_data_type)) return;
  if (request.xml.empty()) {
    return client_.error(request.req_id, 321,
                         "Error validating request.-'b1' : cause - An XML string is required for this operation");
  }
  const auto replaced = client_.advisor().replace(static_cast<Advisor::Kind>(request.fa_data_type), request.xml);
  if (!replaced.has_value()) {
    if (replaced.error().code == Errc::not_found) {
      return client_.error(
          request.req_id, 10231,
          fmt::format("The following Groups and/or Profiles contain invalid accounts: {}", replaced.error().detail));
    }
    return client_.error(request.req_id, 322,
                         fmt::format("Error processing request.-'b1' : cause - {}", replaced.error().detail));
  }
  client_.send(tws::ReplaceFaEnd{.req_id = request.req_id, .text = "success"});
}

}  // namespace tradewind::sim::gateway
