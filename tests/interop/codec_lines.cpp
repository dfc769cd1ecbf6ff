// Our codecs as a filter, for tests written in other languages. One JSON object per line.
//
//   codec_lines make SEED ROUNDS VERSION...   random messages: name, direction, id, version, protobuf, the frame in hex,
//                                             the columns put in, and those our own decoder finds again
//   codec_lines make_plausible SEED ROUNDS VERSION...   the same, without unset values and odd times
//   codec_lines read                          lines "VERSION in|out HEX" on stdin: name, columns, or fault

#include "tests/support/tws_frames.hpp"
#include "tests/support/tws_random.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <boost/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <span>
#include <sstream>
#include <string>

namespace tradewind::tws {
namespace {

namespace json = boost::json;
using testing::Columns;

const char* name_of(Direction direction) { return direction == Direction::client_to_gateway ? "out" : "in"; }

json::object columns_of(const auto& message) {
  const Columns columns{message};
  json::object object;
  for (const auto& [path, value] : columns.all()) object[path] = value;
  return object;
}

void print(const json::object& line) { std::cout << json::serialize(line) << '\n'; }

// Of the three parts only the one that belongs to the type is there; in protobuf they are a oneof.
void make_sense(TickByTickData& message) {
  message.tick_type = message.tick_type & 3 ? message.tick_type & 3 : 4;
  if (message.tick_type > 2) message.last = {};
  if (message.tick_type != 3) message.bid_ask = {};
  if (message.tick_type != 4) message.mid_point = {};
}
// A condition has the value that it is about: no gateway sends one without, and other clients cannot read it.
void make_sense(auto& message) {
  if constexpr (requires { message.order.conditions; }) {
    for (OrderCondition& condition : message.order.conditions) {
      if (!condition.price) condition.price = Price::of(201);
      if (!condition.percent) condition.percent = 30;
      if (!condition.volume) condition.volume = 1000;
      if (!condition.change_percent) condition.change_percent = 2.5;
    }
  }
}

template <class Message>
void make_one(testing::RandomMessages& random, int version) {
  random.forget();
  auto message = random.make<Message>();
  make_sense(message);
  ByteQueue bytes;
  const auto encoded = encode(message, version, bytes);
  if (!encoded) {
    fmt::print(stderr, "{}\n", encoded.error().detail);
    std::exit(1);
  }
  const FrameView frame = parse_frame(bytes.contents().subspan(4), version);
  Message decoded;
  if (const DecodeFault fault = decode(frame, version, decoded); fault.failed()) {
    fmt::print(stderr, "{}\n", fault.text());
    std::exit(1);
  }
  print({{"message", Message::kInfo.name},
         {"direction", name_of(Message::kInfo.direction)},
         {"id", Message::kInfo.id},
         {"version", version},
         {"protobuf", frame.is_protobuf},
         {"frame", hex_text(bytes.contents())},
         {"columns", columns_of(message)},
         {"decoded", columns_of(decoded)}});
}

void make(std::uint64_t seed, int rounds, std::span<char*> versions, bool plausible) {
  for (const char* text : versions) {
    const int version = std::atoi(text);
    // Each version has its own sequence, so that adding one changes no other.
    // No backslash: a reader may or may not take it for the start of an escape.
    testing::RandomMessages random{seed + static_cast<std::uint64_t>(version), "\\"};
    if (plausible) random.be_plausible();
    for_each_message_type([&]<class Message>() {
      if (version < Message::kInfo.since) return;
      for (int round = 0; round < rounds; ++round) make_one<Message>(random, version);
    });
  }
}

// Whether the frame has fields after those that the schema knows; only dispatch counts them.
template <class Messages, class Handler>
bool has_trailing_fields(const FrameView& frame, int version) {
  Messages scratch;
  Handler handler;
  DecodeCounters counters;
  static_cast<void>(dispatch(frame, version, scratch, handler, counters));
  return counters.trailing_fields != 0;
}

json::object read_one(int version, Direction direction, Bytes bytes) {
  if (bytes.size() < 4 || load_be32(bytes.data()) != bytes.size() - 4) return {{"fault", "not one whole frame"}};
  const FrameView frame = parse_frame(bytes.subspan(4), version);
  if (frame.fault != nullptr) return {{"fault", frame.fault}};
  json::object line{{"fault", fmt::format("no message {} {}", name_of(direction), frame.id)}};
  for_each_message_type([&]<class Message>() {
    if (Message::kInfo.id != frame.id || Message::kInfo.direction != direction) return;
    Message message;
    const DecodeFault fault = decode(frame, version, message);
    line = {{"message", Message::kInfo.name}, {"protobuf", frame.is_protobuf}, {"columns", columns_of(message)}};
    if (fault.failed()) line["fault"] = fault.text();
  });
  const bool trailing = direction == Direction::gateway_to_client
                            ? has_trailing_fields<IncomingMessages, IncomingHandler>(frame, version)
                            : has_trailing_fields<OutgoingMessages, OutgoingHandler>(frame, version);
  if (trailing) line["fault"] = "fields after the last one the schema knows";
  return line;
}

int read() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words{line};
    int version = 0;
    std::string direction;
    std::string hex;
    if (!(words >> version >> direction >> hex) || (direction != "in" && direction != "out")) {
      fmt::print(stderr, "cannot read '{}'\n", line);
      return 1;
    }
    const testing::PaddedBytes bytes{testing::from_hex(hex)};
    print(read_one(version, direction == "in" ? Direction::gateway_to_client : Direction::client_to_gateway,
                   bytes.view()));
  }
  return 0;
}

}  // namespace
}  // namespace tradewind::tws

int main(int argc, char** argv) {
  using namespace tradewind::tws;
  std::ios::sync_with_stdio(false);
  const std::span<char*> arguments{argv + 1, static_cast<std::size_t>(argc - 1)};
  const std::string_view mode = arguments.empty() ? "" : arguments[0];
  if ((mode == "make" || mode == "make_plausible") && arguments.size() >= 4) {
    make(std::strtoull(arguments[1], nullptr, 10), std::atoi(arguments[2]), arguments.subspan(3),
         mode == "make_plausible");
    return 0;
  }
  if (mode == "read" && arguments.size() == 1) return read();
  fmt::print(stderr, "usage: codec_lines make|make_plausible SEED ROUNDS VERSION... | read\n");
  return 2;
}
