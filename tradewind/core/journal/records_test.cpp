#include "tradewind/core/journal/records.hpp"

#include "tests/support/journal_samples.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/journal/internal/cbor.hpp"
#include "tradewind/core/journal/internal/codec.hpp"
#include "tradewind/core/journal/internal/describe.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <boost/mp11/algorithm.hpp>

#include <map>
#include <string>
#include <vector>

namespace tradewind::journal {
namespace {

// --- Any record, from a seed ---

// Reaches every member through the descriptions, so a new record is covered without a line here.
class Maker {
 public:
  explicit Maker(std::uint64_t seed) : rng_{seed} {}

  template <class T>
  [[nodiscard]] T make() {
    T value = codec::blank<T>();
    fill(value);
    return value;
  }

 private:
  template <class T>
  void fill(T& value) {
    if constexpr (std::same_as<T, bool>) {
      value = rng_.one_in(2);
    } else if constexpr (std::integral<T>) {
      value = static_cast<T>(rng_.next() >> rng_.below(64));
    } else if constexpr (NamedEnum<T>) {
      value = kEnumNames<T>[rng_.below(kEnumNames<T>.size())].first;
    } else if constexpr (codec::kIsId<T>) {
      value = T{static_cast<std::remove_cvref_t<decltype(value.value())>>(rng_.next())};
    } else if constexpr (std::same_as<T, Timestamp> || std::same_as<T, MonoTime>) {
      value = T::from_ns(static_cast<std::int64_t>(rng_.next()));
    } else if constexpr (std::same_as<T, Duration>) {
      value = Duration{static_cast<std::int64_t>(rng_.next())};
    } else if constexpr (std::same_as<T, Hash256>) {
      for (auto& byte : value) byte = static_cast<std::byte>(rng_.next());
    } else if constexpr (std::same_as<T, Amount>) {
      // 125 bits: any more, and the text has more digits than an amount is read with.
      const auto high = static_cast<Int128>(static_cast<std::int64_t>(rng_.next()) >> 3);
      value = Amount::from_raw(high * (Int128{1} << 64) + static_cast<Int128>(rng_.next()));
    } else if constexpr (codec::Decimal<T>) {
      value = T::from_raw(static_cast<std::int64_t>(rng_.next() >> (1 + rng_.below(63))));
    } else if constexpr (std::same_as<T, std::string>) {
      value = text(rng_.below(300));
    } else if constexpr (std::same_as<T, model::OrderRef>) {
      value = rng_.one_in(4) ? T{} : testing::a_ref(1 + rng_.below(1'000'000));
    } else if constexpr (std::same_as<T, model::ExecId>) {
      value = T::from("0000e0d5.63cefb1e.01." + std::to_string(rng_.below(100))).value();
    } else if constexpr (codec::TextLike<T>) {
      value = T::from(text(rng_.below(T::capacity() + 1))).value();
    } else if constexpr (codec::kIsOptional<T>) {
      if (rng_.one_in(2)) value = make<typename T::value_type>();
    } else if constexpr (codec::kIsVector<T>) {
      for (std::uint64_t left = rng_.below(5); left > 0; --left) value.push_back(make<typename T::value_type>());
    } else {
      boost::mp11::mp_for_each<codec::Members<T>>([&](auto descriptor) { fill(value.*descriptor.pointer); });
    }
  }
  std::string text(std::uint64_t size) {
    std::string made;
    const bool is_ascii = rng_.one_in(2);
    for (; size > 0; --size)
      made.push_back(static_cast<char>(is_ascii ? rng_.between(' ', '~') : rng_.between(0, 255)));
    return made;
  }

  Rng rng_;
};

template <class... T>
Record make_any(std::size_t which, Maker& maker, const std::variant<T...>*) {
  Record record;
  std::size_t at = 0;
  ((which == at++ ? static_cast<void>(record = maker.make<T>()) : static_cast<void>(0)), ...);
  return record;
}
Record make_any(std::size_t which, std::uint64_t seed) {
  Maker maker{seed};
  return make_any(which, maker, static_cast<const Record*>(nullptr));
}

std::vector<std::byte> payload_of(const Record& record) {
  ByteQueue queue;
  encode_payload(record, queue);
  return {queue.contents().begin(), queue.contents().end()};
}
std::uint16_t kind_of(const Record& record) {
  return std::visit([]<class T>(const T&) { return T::kKind.number; }, record);
}

// --- Tests ---

RC_GTEST_PROP(Records, SurviveEncodingAndDecoding, ()) {
  const auto which = *rc::gen::inRange<std::size_t>(0, std::variant_size_v<Record>);
  const Record record = make_any(which, *rc::gen::arbitrary<std::uint64_t>());
  const auto payload = payload_of(record);
  const auto decoded = decode(kind_of(record), kSchema, payload);
  if (!decoded) RC_FAIL(decoded.error().detail);
  RC_ASSERT(decoded->index() == which);
  RC_ASSERT(payload_of(*decoded) == payload);
}

// The property above would hold for a codec that forgets a member; here values are compared.
TEST(Records, KeepEveryValue) {
  const Intent intent{
      .intent = testing::an_intent(), .reference_price = Price::parse("190.26").value(), .reason = "cross up"};
  const auto decoded_intent = decode(Intent::kKind.number, kSchema, payload_of(intent));
  const Intent& again = std::get<Intent>(*decoded_intent);
  EXPECT_EQ(again.intent, intent.intent);
  EXPECT_EQ(again.reference_price, intent.reference_price);
  EXPECT_EQ(again.reason, intent.reason);

  const ExecutionBooked booked{testing::an_execution("0000e0d5.63cefb1e.01.01"), model::StrategyName{"sma"}};
  const auto decoded_booked = decode(ExecutionBooked::kKind.number, kSchema, payload_of(booked));
  EXPECT_EQ(std::get<ExecutionBooked>(*decoded_booked).execution, booked.execution);
  EXPECT_EQ(std::get<ExecutionBooked>(*decoded_booked).strategy, booked.strategy);

  const CommissionBooked commission{{.exec_id = booked.execution.exec_id,
                                     .commission = {Amount::parse("-0.31415").value(), Currency{"USD"}},
                                     .realized_pnl = Amount::of(-12)}};
  const auto decoded_commission = decode(CommissionBooked::kKind.number, kSchema, payload_of(commission));
  EXPECT_EQ(std::get<CommissionBooked>(*decoded_commission).commission, commission.commission);
}

// Written down by hand from RFC 8949 and docs/adr/0005: keys by length, then by bytes; decimals as text; an empty
// optional is not there.
TEST(Records, AreTheBytesTheFormatPromises) {
  const Denied denied{.strategy = model::StrategyName{"sma"},
                      .request = {.instrument = model::InstrumentId{3},
                                  .side = Side::sell,
                                  .quantity = Quantity::parse("0.5").value(),
                                  .type = model::OrderType::market,
                                  .limit_price = {},
                                  .time_in_force = model::TimeInForce::ioc},
                      .reasons = {{.code = "PTR-07", .detail = "above limit"}}};
  const std::string expected =
      "a3"  // map of 3
      "6772656173"
      "6f6e73"
      "81"  // "reasons": array of 1
      "a2"
      "64636f6465"
      "665054522d3037"  // "code": "PTR-07"
      "6664657461696c"
      "6b61626f7665206c696d6974"  // "detail": "above limit"
      "6772657175657374"
      "a5"  // "request": map of 5
      "6473696465"
      "6453454c4c"  // "side": "SELL"
      "6474797065"
      "634d4b54"  // "type": "MKT"
      "687175616e74697479"
      "63302e35"  // "quantity": "0.5"
      "6a696e737472756d656e74"
      "03"  // "instrument": 3
      "6d74696d655f696e5f666f726365"
      "63494f43"  // "time_in_force": "IOC"
      "687374726174656779"
      "63736d61";  // "strategy": "sma"
  EXPECT_EQ(hex_text(payload_of(denied)), expected);
}

// These numbers are stored in journals. A change here is a change of the format.
TEST(Records, KeepTheirNumbers) {
  const std::map<std::uint16_t, std::string_view> expected{{1, "Genesis"},
                                                           {2, "SegmentStarted"},
                                                           {3, "SegmentEnded"},
                                                           {10, "RunStarted"},
                                                           {11, "RunEnded"},
                                                           {12, "StateChanged"},
                                                           {20, "SessionOpened"},
                                                           {21, "SessionClosed"},
                                                           {22, "Notice"},
                                                           {30, "InstrumentBound"},
                                                           {40, "Intent"},
                                                           {41, "Denied"},
                                                           {42, "Sent"},
                                                           {43, "DeniedLate"},
                                                           {44, "CancelRequested"},
                                                           {45, "OpenOrderNoted"},
                                                           {46, "StatusNoted"},
                                                           {47, "OrderErrorNoted"},
                                                           {48, "OrderResolved"},
                                                           {49, "OrderStateChanged"},
                                                           {60, "ExecutionBooked"},
                                                           {61, "CommissionBooked"},
                                                           {70, "RecoveryCompleted"},
                                                           {71, "OpeningBook"},
                                                           {72, "BreakFound"},
                                                           {80, "MarketDigest"}};
  std::map<std::uint16_t, std::string_view> actual;
  for (std::uint16_t kind = 0; kind < 1000; ++kind) {
    if (kind_name(kind) != "?") actual[kind] = kind_name(kind);
  }
  EXPECT_EQ(actual, expected);
  EXPECT_EQ(actual.size(), std::variant_size_v<Record>);
}

std::string error_of(std::uint16_t kind, const ByteQueue& payload) {
  const auto decoded = decode(kind, kSchema, payload.contents());
  return decoded ? "none" : decoded.error().detail;
}

TEST(Records, SkipKeysTheyDoNotKnow) {
  ByteQueue queue;
  cbor::Writer out{queue};
  out.head(cbor::Major::map, 4);  // {"code": 1, "later": {"x": [1]}, "text": "t", "zzzzz": true}, in key order
  out.text("code");
  out.integer(1);
  out.text("text");
  out.text("t");
  out.text("later");
  out.head(cbor::Major::map, 1);
  out.text("x");
  out.head(cbor::Major::array, 1);
  out.integer(1);
  out.text("zzzzz");
  out.boolean(true);
  out.finish();
  const auto decoded = decode(Notice::kKind.number, kSchema, queue.contents());
  ASSERT_TRUE(decoded.has_value()) << decoded.error().detail;
  EXPECT_EQ(std::get<Notice>(*decoded).code, 1);
  EXPECT_EQ(std::get<Notice>(*decoded).text, "t");
}

TEST(Records, NameTheKeyAtFault) {
  const auto notice = [](auto&& code) {
    ByteQueue queue;
    cbor::Writer out{queue};
    out.head(cbor::Major::map, 2);
    out.text("code");
    code(out);
    out.text("text");
    out.text("t");
    out.finish();
    return error_of(Notice::kKind.number, queue);
  };
  EXPECT_EQ(notice([](cbor::Writer& out) { out.text("1"); }), "record Notice: 'code': expected an integer");
  EXPECT_EQ(notice([](cbor::Writer& out) { out.integer(1LL << 40); }), "record Notice: 'code': integer out of range");

  ByteQueue missing;
  cbor::Writer out{missing};
  out.head(cbor::Major::map, 0);
  out.finish();
  EXPECT_EQ(error_of(Notice::kKind.number, missing), "record Notice: key 'code' is missing");
}

TEST(Records, NameTheWholeWayToANestedKey) {
  auto payload = payload_of(ExecutionBooked{testing::an_execution("a.01"), model::StrategyName{}});
  const std::string text{as_text(payload)};
  const auto spoil = [&](std::string_view find, std::string_view replace) {
    std::string spoiled = text;
    spoiled.replace(spoiled.find(find), find.size(), replace);
    const auto decoded = decode(ExecutionBooked::kKind.number, kSchema, as_bytes(spoiled));
    return decoded ? "none" : decoded.error().detail;
  };
  EXPECT_EQ(spoil("190.25", "190x25"),
            "record ExecutionBooked: 'execution.price': price '190x25': not a decimal number");
  EXPECT_EQ(spoil("BUY", "BYE"), "record ExecutionBooked: 'execution.side': not a word known here");
}

TEST(Records, RefuseWhatANewerVersionWrote) {
  const auto payload = payload_of(Notice{1, "x"});
  EXPECT_EQ(decode(Notice::kKind.number, kSchema + 1, payload).error().code, Errc::unsupported);
  EXPECT_EQ(decode(999, kSchema, payload).error().code, Errc::unsupported);
  EXPECT_EQ(decode(0, kSchema, payload).error().code, Errc::unsupported);
}

TEST(Records, RefuseBytesBehindTheMap) {
  auto payload = payload_of(Notice{1, "x"});
  payload.push_back(std::byte{0});
  EXPECT_EQ(decode(Notice::kKind.number, kSchema, payload).error().code, Errc::malformed);
}

// Method: valid payloads with a few bytes changed, cut or repeated at random. Whatever decodes must encode again;
// sanitizers do the rest.
TEST(Records, SurviveHostileBytes) {
  Rng rng{7};
  std::uint64_t accepted = 0;
  for (int round = 0; round < 30'000; ++round) {
    const Record record = make_any(rng.below(std::variant_size_v<Record>), rng.next());
    auto payload = payload_of(record);
    for (std::uint64_t left = 1 + rng.below(4); left > 0 && !payload.empty(); --left) {
      const std::size_t at = rng.below(payload.size());
      switch (rng.below(4)) {
        case 0:
          payload[at] = static_cast<std::byte>(rng.next());
          break;
        case 1:
          payload[at] ^= static_cast<std::byte>(1U << rng.below(8));
          break;
        case 2:
          payload.resize(at);
          break;
        default:
          payload.insert(payload.begin() + static_cast<std::ptrdiff_t>(at), payload[at]);
          break;
      }
    }
    const std::uint16_t kind = rng.one_in(10) ? static_cast<std::uint16_t>(rng.below(100)) : kind_of(record);
    const auto decoded = decode(kind, kSchema, payload);
    if (decoded) {
      ++accepted;
      ASSERT_FALSE(payload_of(*decoded).empty());
    } else {
      ASSERT_FALSE(decoded.error().detail.empty());
    }
  }
  EXPECT_GT(accepted, 100U) << "changes inside a text still decode; if none does, the test looks at nothing";
}

}  // namespace
}  // namespace tradewind::journal
