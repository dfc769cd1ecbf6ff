#pragma once

#include "tradewind/core/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::sim::gateway {

struct NewsProvider {
  std::string code;
  std::string name;
};

// What the login is subscribed to beside market data.
struct Services {
  // Those that come with every login.
  std::vector<NewsProvider> news = {{"BRFG", "Briefing.com General Market Columns"},
                                    {"BRFUPDN", "Briefing.com Analyst Actions"},
                                    {"DJNL", "Dow Jones Newsletters"}};
  bool corporate_events = false;  // the calendar of Wall Street Horizon
};

// What the gateway bears from its clients.
struct Limits {
  // Messages of one client within a second. Above it they are lost, with error 100; the third time ends the connection.
  // Empty: any number.
  std::optional<int> messages_per_second;
  // They wait for the next second instead, for all clients; a client that connects with +PACEAPI asks for it itself.
  bool paces = false;
  std::size_t clients = 32;
  // Within which a connection must have greeted and sent startApi. Empty: whenever it likes.
  std::optional<Duration> start_within = std::chrono::seconds{15};
  // Bytes for one client that nobody has taken away yet. Above it the client is dropped.
  std::size_t unsent = std::size_t{64} << 20;
};

}  // namespace tradewind::sim::gateway
