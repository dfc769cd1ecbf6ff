// Goal: protobuf written by our own writer is, byte by byte, what protozero writes for the same fields, and the quick way to a
// double gives what the decimal's text gives. Method: values and lengths around every edge, random trees of messages in a queue
// that has contents already, decimals by the hundred thousand.

#include "tradewind/core/tws/internal/proto_writer.hpp"
#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>
#include <protozero/pbf_writer.hpp>

#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace tradewind::tws {
namespace {

std::string written_by(const std::function<void(ProtoWriter&)>& write) {
  ByteQueue queue;
  ProtoWriter out{queue};
  write(out);
  out.flush();
  return std::string{as_text(queue.contents())};
}

TEST(ProtoWriter, NumbersOfEveryLengthAreWrittenAsProtozeroDoes) {
  std::vector<std::int64_t> values{0, -1, std::numeric_limits<std::int64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min()};
  for (int bit = 1; bit < 63; ++bit) {
    for (const int near : {-1, 0, 1}) values.push_back((std::int64_t{1} << bit) + near);
  }
  for (const std::uint32_t number : {1U, 15U, 16U, 2047U, 2048U, 262'143U, 536'870'911U}) {
    for (const std::int64_t value : values) {
      const auto less = static_cast<std::int32_t>(value);
      std::string expected;
      protozero::pbf_writer theirs{expected};
      theirs.add_int64(number, value);
      theirs.add_int32(number, less);
      theirs.add_double(number, std::bit_cast<double>(value));
      theirs.add_bool(number, less > 0);
      EXPECT_EQ(written_by([&](ProtoWriter& out) {
                  out.int64(number, value);
                  out.int32(number, less);
                  out.real(number, std::bit_cast<double>(value));
                  out.boolean(number, less > 0);
                }),
                expected)
          << number << " " << value;
    }
  }
}

TEST(ProtoWriter, TextsListsAndMessagesOfEveryLengthAreWrittenAsProtozeroDoes) {
  for (const std::size_t size :
       {0U, 1U, 15U, 16U, 127U, 128U, 2'040U, 2'048U, 16'383U, 16'384U, 2'097'151U, 2'097'152U}) {
    const std::string text(size, 'x');
    const std::vector<std::int32_t> integers(size / 2, -7);
    const std::vector<double> reals(size / 8, 0.1);
    std::string expected;
    protozero::pbf_writer theirs{expected};
    theirs.add_string(3, text);
    if (!integers.empty()) theirs.add_packed_int32(5, integers.begin(), integers.end());
    if (!reals.empty()) theirs.add_packed_double(6, reals.begin(), reals.end());
    EXPECT_TRUE(written_by([&](ProtoWriter& out) {
                  out.text(3, text);
                  out.packed(5, integers);
                  out.packed(6, reals);
                }) == expected)
        << size;
  }
}

// Both writers go the same random way. A message without fields is left out by protozero.
class Tree {
 public:
  explicit Tree(std::uint64_t seed) : rng_{seed} {}

  void grow(ProtoWriter& ours, protozero::pbf_writer& theirs, int depth) {
    for (std::int64_t fields = rng_.between(0, 5); fields > 0; --fields) {
      const auto number = static_cast<std::uint32_t>(rng_.between(1, rng_.one_in(4) ? 5'000 : 40));
      if (depth > 0 && !rng_.one_in(3)) {
        const ProtoWriter::Nested nested = ours.begin(number);
        {
          protozero::pbf_writer inside{theirs, number};
          grow(ours, inside, depth - 1);
        }
        ours.end(nested, ProtoWriter::Empty::left_out);
      } else if (rng_.one_in(2)) {
        const std::string text(static_cast<std::size_t>(rng_.between(0, rng_.one_in(8) ? 3'000 : 60)), 'y');
        ours.text(number, text);
        theirs.add_string(number, text);
      } else {
        const std::int64_t value = rng_.between(-1'000, 1'000'000);
        ours.int64(number, value);
        theirs.add_int64(number, value);
      }
    }
  }

 private:
  Rng rng_;
};

TEST(ProtoWriter, MessagesWithinMessagesAreWrittenAsProtozeroDoes) {
  ByteQueue queue;  // as a session uses one: for message after message, some of it taken meanwhile
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    queue.append(as_bytes("before"));
    const std::size_t before = queue.size();
    std::string expected;
    protozero::pbf_writer theirs{expected};
    {
      ProtoWriter ours{queue};
      Tree{seed}.grow(ours, theirs, 5);
    }
    ASSERT_TRUE(as_text(queue.contents().subspan(before)) == expected) << "seed " << seed;
    queue.consume(seed % 3 == 0 ? queue.size() : before / 2);
  }
}

// One of them ends where the writer's room does, and needs room of its own for its length. Only a field number as large as
// can be uses up all that is asked for.
TEST(ProtoWriter, MessagesEndAnywhereInTheRoom) {
  constexpr std::uint32_t kNumber = 536'870'911;
  for (std::size_t before = 0; before < 13; ++before) {
    for (int fields = 150; fields < 160; ++fields) {
      const std::string text(before, 'x');
      std::string expected;
      protozero::pbf_writer theirs{expected};
      theirs.add_string(3, text);
      {
        protozero::pbf_writer inside{theirs, 1};
        for (int i = 0; i < fields; ++i) inside.add_double(kNumber, 1.5);
      }
      for (int i = 0; i < 5'000; ++i) theirs.add_int32(3, 1);
      ASSERT_TRUE(written_by([&](ProtoWriter& out) {
                    out.text(3, text);
                    const ProtoWriter::Nested nested = out.begin(1);
                    for (int i = 0; i < fields; ++i) out.real(kNumber, 1.5);
                    out.end(nested, ProtoWriter::Empty::left_out);
                    for (int i = 0; i < 5'000; ++i) out.int32(3, 1);
                  }) == expected)
          << before << " " << fields;
    }
  }
}

TEST(ProtoWriter, AnEmptyMessageIsLeftOutOrThere) {
  using namespace std::string_literals;
  const auto within = [](ProtoWriter::Empty inner, ProtoWriter::Empty outer) {
    return written_by([&](ProtoWriter& out) {
      out.int32(1, 7);
      const ProtoWriter::Nested first = out.begin(2);
      const ProtoWriter::Nested second = out.begin(3);
      out.end(second, inner);
      out.end(first, outer);
      out.int32(4, 8);
    });
  };
  using enum ProtoWriter::Empty;
  EXPECT_EQ(within(left_out, left_out), "\x08\x07\x20\x08"s);
  EXPECT_EQ(within(left_out, there), "\x08\x07\x12\x00\x20\x08"s);
  EXPECT_EQ(within(there, left_out), "\x08\x07\x12\x02\x1a\x00\x20\x08"s);
}

TEST(ProtoWriter, ADecimalIsItsDigitsOrTheDoubleNextToIt) {
  using namespace std::string_literals;
  const Quantity size = Quantity::parse("1234.5").value();
  EXPECT_EQ(written_by([&](ProtoWriter& out) { out.decimal_text(6, size); }),
            "\x32\x06"
            "1234.5"s);
  std::string expected;
  protozero::pbf_writer{expected}.add_double(9, 101.37);
  EXPECT_EQ(written_by([&](ProtoWriter& out) { out.decimal_real(9, Price::parse("101.37").value()); }), expected);
}

TEST(ProtoWriter, TheQuickWayToADoubleGivesWhatTheTextGives) {
  const auto check = [](auto value) {
    using Fixed = decltype(value);
    const double quick = protobuf::to_double(value);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(quick),
              std::bit_cast<std::uint64_t>(protobuf::slow_double(value.raw(), Fixed::kDecimals)))
        << value.text();
  };
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  for (const std::int64_t edge : {std::int64_t{0}, kExact, -kExact, Price::kRawMax - 3, -Price::kRawMax + 3}) {
    for (std::int64_t near = -3; near <= 3; ++near) {
      check(Price::from_raw(edge + near));
      check(Amount::from_raw(Int128{edge} * 4'000 + near));
    }
  }
  Rng rng{1};
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t raw = rng.between(-Price::kRawMax, Price::kRawMax) >> rng.between(0, 62);
    check(Price::from_raw(raw));
    check(Amount::from_raw(raw));
    check(Amount::from_raw(Int128{raw >> 20} * 100'000'000'000));
  }
}

}  // namespace
}  // namespace tradewind::tws
