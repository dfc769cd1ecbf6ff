#pragma once

#include "tradewind/core/client/client.hpp"
#include "tradewind/edge/client/connection.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

// What every example begins with: a connection to the gateway named on the command line.
namespace example {

namespace client = tradewind::client;
namespace tws = tradewind::tws;
using tradewind::name;
using tradewind::edge::client::Connection;

// The value, or the end of the program with the error's own words.
template <class T>
T value_or_exit(tradewind::Result<T> result) {
  if (!result.has_value()) {
    fmt::print(stderr, "{}\n", result.error().detail);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

inline Connection::Options options_from(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: {} HOST:PORT [CLIENT_ID]\n", argv[0]);
    std::exit(2);
  }
  Connection::Options options;
  options.transport.endpoint = value_or_exit(tradewind::edge::net::parse_endpoint(argv[1]));
  options.client.session.client_id = argc > 2 ? std::atoi(argv[2]) : 17;
  return options;
}

inline std::unique_ptr<Connection> connect(int argc, char** argv) {
  return value_or_exit(Connection::open(options_from(argc, argv)));
}

// A stock in US dollars; IB chooses the exchange.
inline tws::Contract stock(std::string_view symbol) {
  tws::Contract contract;
  contract.symbol = symbol;
  contract.sec_type = "STK";
  contract.exchange = "SMART";
  contract.currency = "USD";
  return contract;
}

}  // namespace example
