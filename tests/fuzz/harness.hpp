#pragma once

#include "tests/fuzz/input.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tradewind::fuzz {

struct Outcome {
  std::uint64_t frames = 0;  // whole frames that were handled
  std::optional<std::string> complaint;  // what went wrong, apart from what a sanitizer or TW_CHECK says by itself
};

// Bytes of a hostile gateway, into the function that the driver calls when bytes have come: Node::received, with an
// engine and a strategy behind it, or into the client library with requests, subscriptions and orders open. At server
// versions the node does not offer yet: the client session and the mapper.
[[nodiscard]] Outcome run_client(std::string_view bytes);

// Bytes of a hostile client, into the function that the simulator's server calls: Gateway::received, with a market and
// an order desk behind it. What the gateway answers must be readable for our own client.
[[nodiscard]] Outcome run_gateway(std::string_view bytes);

// What our node and our gateway say to each other when both mean well: the streams in both directions, without the
// handshake, up to about `size_max` bytes each; of a long answer only its beginning.
struct Conversation {
  std::string to_client;
  std::string to_gateway;
};
[[nodiscard]] Conversation well_meant(int server_version, std::size_t size_max);

}  // namespace tradewind::fuzz
