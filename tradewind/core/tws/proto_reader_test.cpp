// Goal: reading protobuf by our own cursor gives what the encoding says, whatever its bytes are, and the quick ways to a
// decimal give what the slow ones give. Method: values written by protozero, bodies cut and changed, decimals by the
// thousand against parse_decimal; reuse of messages as a session reuses them.

#include "tests/support/tws_frames.hpp"
#include "tests/support/tws_random.hpp"
#include "tradewind/core/base/decimal.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/internal/field_reader.hpp"
#include "tradewind/core/tws/internal/protobuf.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/core/tws/reflect.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <protozero/pbf_writer.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

namespace tradewind::tws {
namespace {

using testing::PaddedBytes;
using testing::RandomMessages;

TEST(ProtoReader, VarintsOfEveryLengthReadAsWritten) {
  std::vector<std::uint64_t> values{0, 1};
  for (int bit = 1; bit < 64; ++bit) {
    for (const int near : {-1, 0, 1}) values.push_back((std::uint64_t{1} << bit) + static_cast<std::uint64_t>(near));
  }
  values.push_back(std::numeric_limits<std::uint64_t>::max());
  for (const std::uint64_t value : values) {
    std::string body;
    protozero::pbf_writer{body}.add_uint64(7, value);
    const PaddedBytes bytes{body};
    ProtoReader in{bytes.view()};
    ASSERT_TRUE(in.next());
    EXPECT_EQ(in.tag(), tag_of(7, Wire::varint));
    EXPECT_EQ(static_cast<std::uint64_t>(in.int64()), value);
    EXPECT_FALSE(in.next());
    EXPECT_TRUE(in.is_whole());
    for (std::size_t cut = 1; cut < body.size(); ++cut) {  // of a cut one nothing is whole, whatever lies behind it
      ProtoReader shorter{bytes.view().first(cut)};
      if (shorter.next()) static_cast<void>(shorter.int64());
      EXPECT_FALSE(shorter.next());
      EXPECT_FALSE(shorter.is_whole()) << value << " cut at " << cut;
    }
  }
}

TEST(ProtoReader, TagsOfEveryLengthReadAsWritten) {
  for (const std::uint32_t number : {1U, 15U, 16U, 2047U, 2048U, 18'999U, 20'000U, 262'143U, 536'870'911U}) {
    std::string body;
    protozero::pbf_writer{body}.add_bool(number, true);
    const PaddedBytes bytes{body};
    ProtoReader in{bytes.view()};
    ASSERT_TRUE(in.next());
    EXPECT_EQ(in.tag(), tag_of(number, Wire::varint));
    in.skip();
    EXPECT_FALSE(in.next());
    EXPECT_TRUE(in.is_whole());
  }
}

TEST(ProtoReader, FieldsOfEveryLayoutAreSkipped) {
  std::string body;
  protozero::pbf_writer out{body};
  out.add_int64(900, -1);
  out.add_double(901, 1.5);
  out.add_string(902, std::string(300, 'x'));
  out.add_fixed32(903, 7);
  out.add_int32(1, 42);
  const PaddedBytes bytes{body};
  ProtoReader in{bytes.view()};
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(in.next());
    in.skip();
  }
  ASSERT_TRUE(in.next());
  EXPECT_EQ(in.int32(), 42);
  EXPECT_FALSE(in.next());
  EXPECT_TRUE(in.is_whole());
}

TEST(ProtoReader, WhatNoWriterWritesIsRefused) {
  const std::vector<std::pair<const char*, std::string>> bodies = {
      {"field number 0", {"\x00\x01", 2}},
      {"a reserved field number", {"\xc0\xa3\x09\x01", 4}},  // 19000
      {"a group", "\x0b\x0c"},
      {"wire type 7", {"\x0f\x01", 2}},
      {"a varint of eleven bytes", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
      {"a tag of more than 32 bits", "\xff\xff\xff\xff\xff\x01\x01"},
      {"a text longer than the body",
       "\x22\x05"
       "abc"},
      {"a text of a negative length", "\x22\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
      {"a double cut short", "\x19\x01\x02\x03"},
      {"half a tag", "\xa8"},
  };
  for (const auto& [what, body] : bodies) {
    SCOPED_TRACE(what);
    PaddedBytes bytes{body};
    TickPrice tick;
    const FrameView frame{.id = TickPrice::kInfo.id, .is_protobuf = true, .body = bytes.view()};
    EXPECT_STREQ(decode(frame, 226, tick).what, "malformed protobuf");
  }
}

TEST(ProtoReader, APartThatRunsOverItsEndIsRefusedThoughTheBytesAreThere) {
  // openOrder whose contract is of two bytes: a tag, and the first byte of a number that goes on behind the contract.
  const PaddedBytes bytes{std::string{"\x12\x02\x08\x81\x01\x00\x00", 7}};
  OpenOrder order;
  const FrameView frame{.id = OpenOrder::kInfo.id, .is_protobuf = true, .body = bytes.view()};
  EXPECT_STREQ(decode(frame, 226, order).what, "malformed protobuf");
}

TEST(QuickDecimals, SizesOfUpToEightCharactersAreWhatTheSlowWayReads) {
  Rng rng{5};
  static constexpr std::string_view kCharacters = "00123456789..-+ eE";
  int quick = 0;
  for (int round = 0; round < 400'000; ++round) {
    std::string text;
    const std::size_t size = rng.below(11);
    const bool clean = rng.one_in(2);
    for (std::size_t i = 0; i < size; ++i)
      text.push_back(clean ? static_cast<char>('0' + rng.below(10)) : kCharacters[rng.below(kCharacters.size())]);
    if (clean && size > 1 && rng.one_in(2)) text[rng.below(size)] = '.';
    const PaddedBytes bytes{text};
    std::int64_t raw = 0;
    if (!protobuf::quick_size(as_text(bytes.view()), raw)) continue;
    ++quick;
    const Decimal64 slow = parse_decimal64(text, Quantity::kDecimals, Excess::refuse);
    ASSERT_EQ(slow.error, DecimalError::none) << text;
    ASSERT_EQ(slow.raw, raw) << text;
  }
  EXPECT_GT(quick, 100'000);
}

template <class Fixed, Excess kExcess>
void compare_with_the_slow_way(double value) {
  protobuf::Fault quick_fault;
  protobuf::Fault slow_fault;
  const auto quick = protobuf::fixed_from_double<Fixed, kExcess>(value, "f", quick_fault);
  const auto slow = protobuf::slow_fixed(value, Fixed::kDecimals, Fixed::kRawMin, kExcess, "f", slow_fault);
  ASSERT_EQ(quick.has_value(), slow.has_value()) << value;
  ASSERT_EQ(quick_fault.what == nullptr, slow_fault.what == nullptr) << value;
  if (quick) {
    ASSERT_EQ(quick->raw(), *slow) << fmt::format("{}", value);
  }
}

TEST(QuickDecimals, DoublesAreWhatTheSlowWayReads) {
  Rng rng{6};
  for (int round = 0; round < 200'000; ++round) {
    // A decimal of any length and magnitude, as a gateway turns it into a double; and its neighbours.
    const auto digits = static_cast<std::int64_t>(rng.below(1ULL << (1 + rng.below(60))));
    const std::string text = fmt::format("{}{}e-{}", rng.one_in(4) ? "-" : "", digits, rng.below(14));
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    if (rng.one_in(3)) value = std::nextafter(value, rng.one_in(2) ? 1e300 : -1e300);
    compare_with_the_slow_way<Price, Excess::noise>(value);
    compare_with_the_slow_way<Price, Excess::half_even>(value);
    compare_with_the_slow_way<Multiplier, Excess::noise>(value);
    protobuf::Fault quick_fault;
    protobuf::Fault slow_fault;
    ASSERT_EQ(protobuf::amount_from_double(value, "a", quick_fault), protobuf::slow_amount(value, "a", slow_fault));
  }
  for (const double value :
       {0.0, -0.0, 1e15, 1e-9, 4.9e-324, 0x1p51, 0x1p52, 0x1p53, 1e6 - 1e-9, 9'223'372'036.854775807,
        std::numeric_limits<double>::max(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    compare_with_the_slow_way<Price, Excess::noise>(value);
    compare_with_the_slow_way<Price, Excess::half_even>(value);
    compare_with_the_slow_way<Multiplier, Excess::noise>(value);
  }
}

TEST(QuickDecimals, FieldsOfTextAreWhatTheSlowWayReads) {
  Rng rng{7};
  static constexpr std::string_view kCharacters = "0123456789012345678901234567890123456789..-+ eE";
  int read = 0;
  for (int round = 0; round < 300'000; ++round) {
    std::string text;
    const std::size_t size = 1 + rng.below(12);
    for (std::size_t i = 0; i < size; ++i) text.push_back(kCharacters[rng.below(kCharacters.size())]);
    if (rng.one_in(4)) text[0] = '-';
    const PaddedBytes bytes{text + '\0' + "7" + '\0'};
    const Decimal64 slow = parse_decimal64(text, Position::kDecimals, Excess::noise);
    FieldFault fault;
    FieldReader in{bytes.view(), fault};
    const Position position = in.fixed<Position, Excess::noise>("f");
    if (slow.error == DecimalError::none && text != "2147483647") {
      ASSERT_EQ(fault.what, nullptr) << text;
      ASSERT_EQ(position.raw(), slow.raw) << text;
      ASSERT_EQ(in.int32("next"), 7) << text;
      ++read;
    } else {
      ASSERT_NE(fault.what, nullptr) << text;
    }
    std::int32_t expected = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), expected);
    const bool is_integer = error == std::errc{} && stop == text.data() + text.size();
    FieldFault integer_fault;
    FieldReader integers{bytes.view(), integer_fault};
    const std::int32_t integer = integers.int32("f");
    ASSERT_EQ(integer_fault.what == nullptr, is_integer) << text;
    if (is_integer) {
      ASSERT_EQ(integer, expected) << text;
      ASSERT_EQ(integers.int32("next"), 7) << text;
    }
  }
  EXPECT_GT(read, 50'000);
}

TEST(Frames, IdsOfEveryLengthAreRead) {
  for (const auto& [payload, id, size] :
       std::vector<std::tuple<std::string, int, std::size_t>>{{{"9\0x\0", 4}, 9, 2},
                                                              {{"61\0x\0", 5}, 61, 2},
                                                              {{"107\0x\0", 6}, 107, 2},
                                                              {{"1007\0x\0", 7}, 1007, 2},
                                                              {{"9\0", 2}, 9, 0},
                                                              {{"61\0", 3}, 61, 0},
                                                              {{"107\0", 4}, 107, 0}}) {
    const PaddedBytes bytes{payload};
    const FrameView frame = parse_frame(bytes.view(), 176);
    EXPECT_EQ(frame.fault, nullptr);
    EXPECT_EQ(frame.id, id);
    EXPECT_EQ(frame.body.size(), size);
  }
  for (const std::string& payload :
       {std::string{}, std::string{"9"}, std::string{"61"}, std::string{"1x\0", 3}, std::string{"\0", 1},
        std::string{"x\0", 2}, std::string{"10x\0", 4}, std::string{"-1\0", 3}}) {
    const PaddedBytes bytes{payload};
    EXPECT_NE(parse_frame(bytes.view(), 176).fault, nullptr) << payload;
  }
}

// A session decodes every message of a kind into the same one and empties no more than it has to.
template <class Scratch, class Handler, class Message>
void reuse(Scratch& scratch, Handler& handler, RandomMessages& random, Message& (*of)(Scratch&)) {
  DecodeCounters counters;
  for (const int version : {226, 200, 226, 213, 176, 226}) {
    if (version < Message::kInfo.since) continue;
    for (int round = 0; round < 20; ++round) {
      random.forget();
      ByteQueue bytes;
      ASSERT_TRUE(encode(random.make<Message>(), version, bytes).has_value());
      std::string payload{as_text(bytes.contents().subspan(4))};
      if (round % 4 == 3) payload.resize(payload.size() - 1);  // malformed: what it left must not be seen by the next
      const PaddedBytes padded{payload};
      const FrameView frame = parse_frame(padded.view(), version);
      if (frame.fault != nullptr) continue;
      Message fresh;
      const bool failed = decode(frame, version, fresh).failed();
      ASSERT_EQ(dispatch(frame, version, scratch, handler, counters).failed(), failed);
      if (!failed) {
        ASSERT_EQ(of(scratch), fresh) << "at " << version << ", round " << round;
      }
    }
  }
}

TEST(Reuse, ASessionsMessagesKeepNothingOfTheLastOneOfEitherForm) {
  RandomMessages random{8};
  struct : IncomingHandler {
  } incoming_handler;
  struct : OutgoingHandler {
  } outgoing_handler;
  IncomingMessages incoming;
  OutgoingMessages outgoing;
  for_each_message_type([&]<class Message>() {
    SCOPED_TRACE(Message::kInfo.name);
    if constexpr (Message::kInfo.direction == Direction::gateway_to_client) {
      reuse<IncomingMessages, IncomingHandler, Message>(incoming, incoming_handler, random, &message_of<Message>);
    } else {
      reuse<OutgoingMessages, OutgoingHandler, Message>(outgoing, outgoing_handler, random, &message_of<Message>);
    }
  });
}

TEST(Reuse, PartsThatComeTwiceAreMergedAndListsGoOn) {
  OpenOrder first;
  first.contract.symbol = "ACME";
  first.contract.combo_legs.emplace_back().con_id = 1;
  OpenOrder second;
  second.contract.exchange = "SMART";
  second.contract.combo_legs.emplace_back().con_id = 2;
  ByteQueue all;
  ASSERT_TRUE(encode(first, 226, all).has_value());
  std::string body{as_text(all.contents().subspan(8))};
  all.clear();
  ASSERT_TRUE(encode(second, 226, all).has_value());
  body.append(as_text(all.contents().subspan(8)));
  const PaddedBytes bytes{body};
  struct : IncomingHandler {
  } handler;
  IncomingMessages scratch;
  DecodeCounters counters;
  const FrameView frame{.id = OpenOrder::kInfo.id, .is_protobuf = true, .body = bytes.view()};
  for (int round = 0; round < 2; ++round) {
    ASSERT_FALSE(dispatch(frame, 226, scratch, handler, counters).failed());
    EXPECT_EQ(scratch.open_order.contract.symbol, "ACME");
    EXPECT_EQ(scratch.open_order.contract.exchange, "SMART");
    ASSERT_EQ(scratch.open_order.contract.combo_legs.size(), 2U);
    EXPECT_EQ(scratch.open_order.contract.combo_legs[1].con_id, 2);
  }
}

TEST(Reuse, APartThatTheFirstReadingDidNotBringIsThereAfterTheSecond) {
  ConfigResponse first;
  first.api.emplace().settings.emplace().master_client_id = 7;
  ConfigResponse second;
  second.api.emplace().precautions.emplace();
  ByteQueue all;
  ASSERT_TRUE(encode(first, 226, all).has_value());
  std::string body{as_text(all.contents().subspan(8))};
  all.clear();
  ASSERT_TRUE(encode(second, 226, all).has_value());
  body.append(as_text(all.contents().subspan(8)));
  const PaddedBytes bytes{body};
  ConfigResponse read;
  ASSERT_FALSE(decode({.id = ConfigResponse::kInfo.id, .is_protobuf = true, .body = bytes.view()}, 226, read).failed());
  ASSERT_TRUE(read.api && read.api->settings && read.api->precautions);
  EXPECT_EQ(read.api->settings->master_client_id, 7);
}

// Text is exact up to the end of its range, a double is not: what it becomes there still has to be readable.
TEST(Numbers, TheLargestOfTheirRangeCanBeReadBackFromADouble) {
  for (const std::int64_t raw : {std::numeric_limits<std::int64_t>::max(), -std::numeric_limits<std::int64_t>::max(),
                                 std::numeric_limits<std::int64_t>::max() - 1000}) {
    TickPrice sent;
    sent.req_id = 1;
    sent.price = Price::from_raw(raw);
    ByteQueue bytes;
    ASSERT_TRUE(encode(sent, 226, bytes).has_value());
    TickPrice read;
    const DecodeFault fault = decode(parse_frame(bytes.contents().subspan(4), 226), 226, read);
    EXPECT_FALSE(fault.failed()) << raw << ": " << fault.text();
    EXPECT_LE(std::abs(static_cast<double>(read.price.raw() - raw)), 4096.0);
  }
}

// A gateway writes some numbers in text as Java writes a double.
TEST(Numbers, TheLargestAndTheLeastCanBeReadBackFromJavasTextToTheLastDigit) {
  for (const std::int64_t raw :
       {std::numeric_limits<std::int64_t>::max(), -std::numeric_limits<std::int64_t>::max(), std::int64_t{7}}) {
    MarketRule sent;
    sent.price_increments.push_back({Price::zero(), Price::from_raw(raw)});
    ByteQueue bytes;
    ASSERT_TRUE(encode(sent, kMinServerVersion, bytes).has_value());
    MarketRule read;
    const DecodeFault fault =
        decode(parse_frame(bytes.contents().subspan(4), kMinServerVersion), kMinServerVersion, read);
    ASSERT_FALSE(fault.failed()) << raw << ": " << fault.text();
    EXPECT_EQ(read.price_increments.front().increment.raw(), raw);
  }
}

// -1 is how a gateway says that a bar has no volume. Where a quantity must be, it is none: an execution of -1 shares would
// read as one of zero, which is a bust.
TEST(Numbers, ASizeOfMinusOneIsNoneWhereThereNeedBeNoneAndAFaultElsewhere) {
  std::string bar;
  protozero::pbf_writer bar_writer{bar};
  bar_writer.add_string(6, "-1");
  std::string update;
  protozero::pbf_writer{update}.add_message(2, bar);
  HistoricalDataUpdate read;
  const PaddedBytes update_bytes{update};
  const FrameView update_frame{.id = HistoricalDataUpdate::kInfo.id, .is_protobuf = true, .body = update_bytes.view()};
  ASSERT_FALSE(decode(update_frame, 226, read).failed());
  EXPECT_FALSE(read.bar.volume);

  ExecutionDetails sent;
  sent.execution.exec_id = "0001.01.01";
  sent.execution.shares = Quantity::of(71);
  ByteQueue bytes;
  ASSERT_TRUE(encode(sent, 226, bytes).has_value());
  std::string body{as_text(bytes.contents().subspan(8))};
  body.replace(body.find("71"), 2, "-1");
  const PaddedBytes details_bytes{body};
  ExecutionDetails details;
  const FrameView details_frame{.id = ExecutionDetails::kInfo.id, .is_protobuf = true, .body = details_bytes.view()};
  EXPECT_TRUE(decode(details_frame, 226, details).failed());
}

}  // namespace
}  // namespace tradewind::tws
