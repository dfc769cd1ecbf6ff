// Messages there and back, and the frames the world agrees on.

#include "tradewind/core/tws/codec.hpp"

#include "tests/support/tws_frames.hpp"
#include "tests/support/tws_random.hpp"
#include "tradewind/core/tws/owned.hpp"
#include "tradewind/core/tws/packed.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tradewind::tws {
namespace {

using testing::Columns;
using testing::from_hex;
using testing::PaddedBytes;
using testing::RandomMessages;

struct GoldenFrame {
  std::string name, direction, version, form, content, bytes;
};

std::vector<GoldenFrame> golden_frames() {
  std::ifstream file{TW_SOURCE_DIR "/tests/golden/tws_frames.txt"};
  std::vector<GoldenFrame> frames;
  for (std::string line; std::getline(file, line);) {
    const auto value = [&](std::string_view key) { return line.substr(std::min(line.size(), key.size() + 1)); };
    if (line.starts_with("name "))
      frames.push_back({.name = value("name"), .direction = {}, .version = {}, .form = {}, .content = {}, .bytes = {}});
    if (line.starts_with("direction ")) frames.back().direction = value("direction");
    if (line.starts_with("version ")) frames.back().version = value("version");
    if (line.starts_with("form ")) frames.back().form = value("form");
    if (line.starts_with("content ")) frames.back().content = value("content");
    if (line.starts_with("bytes ")) frames.back().bytes = from_hex(value("bytes"));
  }
  return frames;
}

// Calls `use` with the message type whose id and direction the frame has.
template <class Use>
bool with_type(int id, Direction direction, Use&& use) {
  bool found = false;
  for_each_message_type([&]<class Message>() {
    if (Message::kInfo.id == id && Message::kInfo.direction == direction) {
      found = true;
      use.template operator()<Message>();
    }
  });
  return found;
}

// "a=1; b=x" as pairs; protobuf contents ("a: 1 b { … }") are checked by their own test.
std::map<std::string, std::string> stated_values(const std::string& content) {
  std::map<std::string, std::string> values;
  std::size_t at = 0;
  while (at < content.size()) {
    const std::size_t end = std::min(content.find("; ", at), content.size());
    const std::string pair = content.substr(at, end - at);
    const std::size_t equals = pair.find('=');
    if (equals != std::string::npos) values[pair.substr(0, equals)] = pair.substr(equals + 1);
    at = end + 2;
  }
  return values;
}

bool same_value(const std::string& stated, const std::string& decoded) {
  if (stated == decoded) return true;
  char* end = nullptr;
  const double a = std::strtod(stated.c_str(), &end);
  const bool numeric = !stated.empty() && *end == '\0';
  return numeric && a == std::strtod(decoded.c_str(), nullptr);
}

// Goal: our own frames are the ones that official clients and gateways exchange. `out` frames: decoded, re-encoded, the
// same bytes. `in` frames: decoded to their stated content, and re-encoded to something that decodes to the same
// values.
TEST(GoldenFrames, DecodeToTheirContentAndReencode) {
  const std::set<std::string> handshake = {"handshake_request", "handshake_request_with_options", "handshake_reply",
                                           "handshake_reply_utc_zone", "redirect_reply"};
  const std::set<std::string> unset = {"", "2147483647", "1.7976931348623157E308", "?", "None", "-9223372036854775808"};
  int frames = 0;
  for (const GoldenFrame& golden : golden_frames()) {
    if (handshake.contains(golden.name)) continue;  // session_test.cpp
    SCOPED_TRACE(golden.name);
    ++frames;
    const int version = std::stoi(golden.version);
    const PaddedBytes bytes{golden.bytes};
    ASSERT_EQ(load_be32(bytes.view().data()), bytes.view().size() - 4);
    const FrameView frame = parse_frame(bytes.view().subspan(4), version);
    ASSERT_EQ(frame.fault, nullptr);
    const Direction direction = golden.direction == "out" ? Direction::client_to_gateway : Direction::gateway_to_client;
    ASSERT_TRUE(with_type(frame.id, direction, [&]<class Message>() {
      Message message;
      const DecodeFault fault = decode(frame, version, message);
      ASSERT_FALSE(fault.failed()) << fault.text();
      const Columns columns{message};
      for (const auto& [name, value] : stated_values(golden.content)) {
        if (frame.is_protobuf || name == "version") continue;
        const std::map<std::string, std::string> kOtherNames = {
            {"time", Message::kInfo.id == 49 ? "currentTime" : "execution.time"},
            {"exchange", "contract.exchange"},
            {"execExchange", "execution.exchange"},
            {"yield", "bondYield"}};
        const auto other = kOtherNames.find(name);
        const auto decoded = columns.find(other == kOtherNames.end() ? name : other->second);
        if (!decoded || decoded->empty()) {
          EXPECT_TRUE(unset.contains(value) || value == "0" || value == "0.0")
              << name << " is stated as " << value << " and decoded as nothing";
        } else {
          EXPECT_TRUE(same_value(value, *decoded))
              << name << " is stated as " << value << " and decoded as " << *decoded;
        }
      }
      ByteQueue again;
      ASSERT_TRUE(encode(message, version, again).has_value());
      if (direction == Direction::client_to_gateway) {
        EXPECT_EQ(hex_text(again.contents()), hex_text(bytes.view()));
      }
      Message twice;
      ASSERT_FALSE(decode(parse_frame(again.contents().subspan(4), version), version, twice).failed());
      EXPECT_EQ(Columns{twice}.all(), columns.all());
      EXPECT_EQ(twice, message);
    }));
  }
  EXPECT_GE(frames, 31);
}

// The values of the protobuf goldens, read off their stated content by hand.
TEST(GoldenFrames, ProtobufValuesAreAsStated) {
  std::map<std::string, GoldenFrame> by_name;
  for (const GoldenFrame& golden : golden_frames()) by_name[golden.name] = golden;
  const auto frame_of = [&](const char* name, PaddedBytes& bytes) {
    bytes = PaddedBytes{by_name.at(name).bytes};
    return parse_frame(bytes.view().subspan(4), std::stoi(by_name.at(name).version));
  };
  PaddedBytes bytes{""};
  PlaceOrderRequest place;
  ASSERT_FALSE(decode(frame_of("place_order_proto", bytes), 225, place).failed());
  EXPECT_EQ(place.order_id, 42);
  EXPECT_EQ(place.contract.con_id, 265598);
  EXPECT_EQ(place.order.client_id, 7);
  EXPECT_EQ(place.order.total_quantity, Quantity::of(100));
  EXPECT_EQ(place.order.lmt_price, Price::parse("200.5").value());
  EXPECT_TRUE(place.order.transmit);
  EXPECT_EQ(place.order.exempt_code, -1);
  OrderStatus status;
  ASSERT_FALSE(decode(frame_of("order_status_proto", bytes), 213, status).failed());
  EXPECT_EQ(status.perm_id, 1234567890);
  EXPECT_EQ(status.remaining, Quantity::of(100));
  EXPECT_EQ(status.status, "Submitted");
  ErrorMessage error;
  ASSERT_FALSE(decode(frame_of("farm_notice_proto", bytes), 213, error).failed());
  EXPECT_EQ(error.id, -1);
  EXPECT_EQ(error.error_time, 1767623415123);
  EXPECT_EQ(error.error_code, 2104);
  TickPrice tick;
  ASSERT_FALSE(decode(frame_of("tick_price_proto", bytes), 213, tick).failed());
  EXPECT_EQ(tick.price, Price::parse("201.25").value());
  EXPECT_EQ(tick.size, Quantity::of(3));
}

// To a gateway's clients an absent number is an unset one, so a gateway writes zeros; a client leaves them out.
TEST(Protobuf, AGatewayWritesZerosAndAClientDoesNot) {
  const auto hex_of = [](const auto& message) {
    ByteQueue out;
    EXPECT_TRUE(encode(message, 226, out).has_value());
    return hex_text(out.contents().subspan(8));
  };
  EXPECT_EQ(hex_of(TickPrice{.req_id = 1, .tick_type = 68, .size = Quantity::zero()}),
            "08011044190000000000000000220130"
            "2800");
  EXPECT_EQ(hex_of(ExecutionDetails{.execution = {.exec_id = "x"}}).substr(0, 22), "08ffffffffffffffffff01");
  const std::string execution = hex_of(ExecutionDetails{.execution = {.exec_id = "x"}});
  EXPECT_NE(execution.find("3a0130"), std::string::npos) << "shares";
  EXPECT_NE(execution.find("620130"), std::string::npos) << "cumQty";
  EXPECT_EQ(hex_of(MarketDepthRequest{.req_id = 1, .num_rows = 0}), "080112020800") << "no numRows";
  EXPECT_EQ(hex_of(CancelOrderRequest{}), "08001200") << "an id is written always: absent, it would read as -1";
}

// A value of every column of every message survives encoding and decoding at every version at which the layout changes.
// What a layout does not carry at that version is lost in the first pass, so the comparison is with the second.
TEST(RoundTrip, EveryMessageAtEveryVersionKeepsWhatItsLayoutCarries) {
  RandomMessages random{20260105};
  for (const int version : {150, 163, 164, 176, 177, 178, 183, 187, 188, 190, 192, 193, 195,
                            196, 199, 200, 201, 203, 206, 210, 213, 218, 219, 225, 226}) {
    for_each_message_type([&]<class Message>() {
      if (version < Message::kInfo.since) return;
      SCOPED_TRACE(std::string{Message::kInfo.name} + " at " + std::to_string(version));
      for (int round = 0; round < 20; ++round) {
        random.forget();
        const Message message = random.make<Message>();
        ByteQueue first;
        ASSERT_TRUE(encode(message, version, first).has_value());
        ASSERT_EQ(load_be32(first.contents().data()), first.size() - 4);
        const FrameView frame = parse_frame(first.contents().subspan(4), version);
        ASSERT_EQ(frame.id, Message::kInfo.id);
        EXPECT_EQ(frame.is_protobuf, Message::kInfo.protobuf_since != 0 && version >= Message::kInfo.protobuf_since);
        Message decoded;
        const DecodeFault fault = decode(frame, version, decoded);
        ASSERT_FALSE(fault.failed()) << fault.text();
        ByteQueue second;
        ASSERT_TRUE(encode(decoded, version, second).has_value());
        EXPECT_EQ(as_text(second.contents()), as_text(first.contents()));
        Message again;
        ASSERT_FALSE(decode(parse_frame(second.contents().subspan(4), version), version, again).failed());
        EXPECT_EQ(again, decoded);
      }
    });
  }
}

// Protobuf has no trace of a value that is zero, but a list is as long as it is, and a part that is there is there.
TEST(RoundTrip, EmptyElementsAndEmptyPartsTravel) {
  ByteQueue bytes;
  NewsProviders providers;
  providers.providers = {{}, {.provider_code = "BRFG", .provider_name = "Briefing"}, {}};
  ASSERT_TRUE(encode(providers, 213, bytes).has_value());
  NewsProviders decoded;
  ASSERT_FALSE(decode(parse_frame(bytes.contents().subspan(4), 213), 213, decoded).failed());
  EXPECT_EQ(decoded, providers);
  bytes.clear();
  MarketDataRequest request;
  request.contract.delta_neutral_contract.emplace();
  ASSERT_TRUE(encode(request, 213, bytes).has_value());
  MarketDataRequest again;
  ASSERT_FALSE(decode(parse_frame(bytes.contents().subspan(4), 213), 213, again).failed());
  EXPECT_EQ(again, request);
}

// Decoding into a used message must give what decoding into a fresh one gives: nothing of the last message stays
// behind.
TEST(RoundTrip, AReusedMessageKeepsNothingOfTheLastOne) {
  RandomMessages random{7};
  for (const int version : {176, 200, 213, 226}) {
    for_each_message_type([&]<class Message>() {
      if (version < Message::kInfo.since) return;
      SCOPED_TRACE(Message::kInfo.name);
      Message reused;
      for (int round = 0; round < 20; ++round) {
        ByteQueue bytes;
        ASSERT_TRUE(encode(random.make<Message>(), version, bytes).has_value());
        const FrameView frame = parse_frame(bytes.contents().subspan(4), version);
        Message fresh;
        ASSERT_FALSE(decode(frame, version, fresh).failed());
        ASSERT_FALSE(decode(frame, version, reused).failed());
        ASSERT_EQ(reused, fresh);
      }
    });
  }
}

// Of another version, too, whose layout sets more: what a layout does not set at every version is emptied first.
TEST(RoundTrip, AReusedMessageKeepsNothingOfANewerVersionsFields) {
  RandomMessages random{11};
  for_each_message_type([&]<class Message>() {
    SCOPED_TRACE(Message::kInfo.name);
    for (int round = 0; round < 20; ++round) {
      Message used;
      for (const int version : {200, 176, 226, 176, 150}) {
        if (version < Message::kInfo.since) continue;
        ByteQueue bytes;
        random.forget();
        ASSERT_TRUE(encode(random.make<Message>(), version, bytes).has_value());
        const FrameView frame = parse_frame(bytes.contents().subspan(4), version);
        Message fresh;
        ASSERT_FALSE(decode(frame, version, fresh).failed());
        ASSERT_FALSE(decode(frame, version, used).failed());
        EXPECT_EQ(used, fresh) << "at " << version;
      }
    }
  });
}

// Whatever is done to a frame, decoding ends in a message or a fault, and a shortened text body is always a fault.
TEST(HostileBytes, ShortenedAndFlippedFramesNeverDoMoreThanFail) {
  RandomMessages random{99};
  Rng rng{4};
  for (const int version : {176, 200, 213, 226}) {
    for_each_message_type([&]<class Message>() {
      if (version < Message::kInfo.since) return;
      SCOPED_TRACE(Message::kInfo.name);
      ByteQueue bytes;
      ASSERT_TRUE(encode(random.make<Message>(), version, bytes).has_value());
      const std::string payload{as_text(bytes.contents().subspan(4))};
      Message message;
      for (std::size_t cut = 0; cut < payload.size(); ++cut) {
        const PaddedBytes part{payload.substr(0, cut)};
        const FrameView frame = parse_frame(part.view(), version);
        if (frame.fault != nullptr) continue;
        const DecodeFault fault = decode(frame, version, message);
        if (!frame.is_protobuf && Message::kInfo.id == frame.id) {
          EXPECT_TRUE(fault.failed()) << "cut at " << cut;
        }
      }
      for (int flip = 0; flip < 300; ++flip) {
        std::string changed = payload;
        changed[rng.below(changed.size())] ^= static_cast<char>(1U << rng.below(8));
        const PaddedBytes whole{changed};
        static_cast<void>(decode(parse_frame(whole.view(), version), version, message));
      }
    });
  }
}

// As a gateway writes them: its figures are Java's doubles, and its answer to a verification is a word.
TEST(TextForms, AreThoseOfTheGateway) {
  const auto written = [](const auto& message) {
    ByteQueue out;
    EXPECT_TRUE(encode(message, 200, out).has_value());
    return std::string{as_text(out.contents())};
  };
  const auto has = [](const std::string& frame, std::string_view field) {
    return frame.find('\0' + std::string{field} + '\0') != std::string::npos;
  };
  OpenOrder order;
  order.order_state.init_margin_before = 0;
  order.order_state.init_margin_change = 323301;
  order.order_state.maint_margin_change = 293910.5;
  order.order_state.equity_with_loan_after = 12345678;
  order.order_state.maint_margin_after_outside_rth = 7;
  const std::string told = written(order);
  for (const char* figure : {"0.0", "323301.0", "293910.5", "1.2345678E7", "7.0", "1.7976931348623157E308"})
    EXPECT_TRUE(has(told, figure)) << figure;
  EXPECT_TRUE(has(written(VerifyCompleted{.is_successful = true}), "true"));
  EXPECT_TRUE(has(written(VerifyAndAuthCompleted{.is_successful = false}), "false"));
}

TEST(HostileBytes, AbsurdCountsDoNotAllocate) {
  OpenOrder message;
  HistoricalData history;
  for (const char* count : {"2147483646", "-1", "999999999"}) {
    const PaddedBytes bytes{testing::payload_of({"17", "9", "s", "e", count, "20260105"}, 176)};
    const DecodeFault fault = decode(parse_frame(bytes.view(), 176), 176, history);
    EXPECT_TRUE(fault.failed());
    EXPECT_STREQ(fault.field, "barsCount");
    EXPECT_EQ(history.bars.capacity(), 0U);
  }
}

TEST(Faults, NameMessageFieldAndOffset) {
  const PaddedBytes bytes{testing::payload_of({"1", "6", "1001", "one", "201.25", "3", "1"}, 200)};
  TickPrice tick;
  const DecodeFault fault = decode(parse_frame(bytes.view(), 200), 200, tick);
  EXPECT_EQ(fault.text(), "TickPrice.tickType at byte 7: not an integer");
}

TEST(Faults, TextThatCannotTravelIsRefusedWhole) {
  ByteQueue out;
  out.append(as_bytes("before"));
  PlaceOrderRequest order;
  order.order.order_ref = std::string_view{"a\0b", 3};
  const auto refused = encode(order, 200, out);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail, "PlaceOrderRequest.orderRef: only printable ASCII can be sent");
  EXPECT_EQ(as_text(out.contents()), "before");
}

TEST(Faults, AMessageTheServerDoesNotKnowYetIsRefusedByName) {
  ByteQueue out;
  const auto refused = encode(ConfigRequest{.req_id = 1}, 218, out);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail, "ConfigRequest needs server version 219, this session has 218");
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(encode(ConfigRequest{.req_id = 1}, 219, out).has_value());
  EXPECT_FALSE(encode(CurrentTimeInMillisRequest{}, 196, out).has_value());
}

// Counts what a handler is given.
struct Counter : IncomingHandler {
  int ticks = 0;
  void on_tick_price(const TickPrice&) override { ++ticks; }
};

TEST(Dispatch, CountsUnknownIdsAndTrailingFieldsAndGoesOn) {
  IncomingMessages scratch;
  Counter handler;
  DecodeCounters counters;
  bool unknown = false;
  const PaddedBytes tick{
      testing::payload_of({"1", "6", "1001", "1", "201.25", "3", "1", "a field of the future"}, 200)};
  EXPECT_FALSE(dispatch(parse_frame(tick.view(), 200), 200, scratch, handler, counters, &unknown).failed());
  EXPECT_FALSE(unknown);
  const PaddedBytes strange{testing::payload_of({"4711", "x"}, 200)};
  EXPECT_FALSE(dispatch(parse_frame(strange.view(), 200), 200, scratch, handler, counters, &unknown).failed());
  EXPECT_TRUE(unknown);
  EXPECT_EQ(handler.ticks, 1);
  EXPECT_EQ(counters.messages, 1U);
  EXPECT_EQ(counters.trailing_fields, 1U);
  EXPECT_EQ(counters.unknown_ids, 1U);
}

TEST(Owned, KeepsItsTextsWhenTheBytesAreGone) {
  RandomMessages random{3};
  std::optional<Owned<OpenOrder>> kept;
  ByteQueue expected;
  for (int round = 0; round < 20; ++round) {
    ByteQueue bytes;
    ASSERT_TRUE(encode(random.make<OpenOrder>(), 200, bytes).has_value());
    OpenOrder message;
    ASSERT_FALSE(decode(parse_frame(bytes.contents().subspan(4), 200), 200, message).failed());
    Owned<OpenOrder> owned{message};
    kept.emplace(std::move(owned));
    expected.clear();
    expected.append(bytes.contents());
    std::memset(bytes.mutable_at(0), 'x', bytes.size());
    ByteQueue again;
    ASSERT_TRUE(encode(**kept, 200, again).has_value());
    EXPECT_EQ(as_text(again.contents()), as_text(expected.contents()));
  }
}

TEST(Packed, GivesBackEveryColumn) {
  RandomMessages random{5};
  const PlaceOrderRequest nothing;
  EXPECT_EQ(Packed{nothing}.unpacked(), nothing);
  // Any number of columns that say nothing before one that does: two in each parameter, and one more before the other.
  for (std::size_t parameters = 0; parameters < 300; ++parameters) {
    PlaceOrderRequest far;
    far.order.algo_params.resize(parameters);
    far.order.seek_price_improvement = 7;
    EXPECT_EQ(Packed{far}.unpacked(), far) << parameters;
    far.order.seek_price_improvement.reset();
    far.order.what_if_type = 7;
    EXPECT_EQ(Packed{far}.unpacked(), far) << parameters;
  }
  for (int round = 0; round < 200; ++round) {
    std::optional<Packed<PlaceOrderRequest>> kept;
    PlaceOrderRequest message = random.make<PlaceOrderRequest>();
    {
      const Owned<PlaceOrderRequest> gone{message};
      Packed packed{*gone};
      kept.emplace(std::move(packed));
    }
    EXPECT_EQ(kept->unpacked(), message);
  }
}

TEST(Unescaped, TurnsEscapesIntoUtf8) {
  EXPECT_EQ(unescaped("Gr\\u00fc\\u00dfe"),
            "Gr\xc3\xbc\xc3\x9f"
            "e");
  EXPECT_EQ(unescaped("\\ud83d\\ude00"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(unescaped("\\u12 \\uzzzz \\ud83dx"), "\\u12 \\uzzzz \xef\xbf\xbdx");
}

}  // namespace
}  // namespace tradewind::tws
