#pragma once

#include "tradewind/core/tws/messages.hpp"

namespace tradewind::sim::gateway {

class Client;

// What a client asks about its login: family codes, user information, soft dollar tiers, an advisor's groups.
class LoginReports {
 public:
  explicit LoginReports(Client& client) : client_{client} {}

  void family_codes(const tws::FamilyCodesRequest& request);
  void user_info(const tws::UserInfoRequest& request);
  void soft_dollar_tiers(const tws::SoftDollarTiersRequest& request);
  void advisor(const tws::FaRequest& request);
  void replace_advisor(const tws::FaReplace& request);

 private:
  // Says what is wrong with an advisor's request; false when something is.
  bool may_ask_advisor(std::int32_t request_id, std::int32_t kind);

  Client& client_;
};

}  // namespace tradewind::sim::gateway
