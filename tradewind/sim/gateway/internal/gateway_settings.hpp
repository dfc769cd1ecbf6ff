#pragma once

#include "tradewind/core/tws/messages.hpp"

namespace tradewind::sim::gateway {

class Client;

// Requests about the gateway program itself, and those of services that are no more.
class GatewaySettings {
 public:
  explicit GatewaySettings(Client& client) : client_{client} {}

  // Nothing is said to a level that exists.
  void log_level(const tws::SetServerLogLevelRequest& request);
  void config(const tws::ConfigRequest& request);
  void update_config(const tws::UpdateConfigRequest& request);

  // Verification is for programs that IB has registered; no others are let in.
  void verify(const tws::VerifyRequest& request);
  void verify_message(const tws::VerifyMessageRequest& request);
  void verify_and_authenticate(const tws::VerifyAndAuthRequest& request);
  void verify_and_authenticate_message(const tws::VerifyAndAuthMessage& request);

  void fundamentals(const tws::FundamentalsDataRequest& request);
  void cancel_fundamentals(const tws::CancelFundamentalsData& /*request*/) {}

 private:
  Client& client_;
};

}  // namespace tradewind::sim::gateway
