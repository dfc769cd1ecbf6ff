#include "tradewind/core/journal/internal/cbor.hpp"

#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

namespace tradewind::journal::cbor {
namespace {

template <class Write>
std::string hex_of(Write write) {
  ByteQueue queue;
  Writer writer{queue};
  write(writer);
  writer.finish();
  return hex_text(queue.contents());
}

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16)));
  }
  return bytes;
}

// Expected bytes are the examples of RFC 8949, appendix A.
TEST(Cbor, WritesTheExamplesOfTheStandard) {
  const auto integer = [](auto value) { return hex_of([value](Writer& out) { out.integer(value); }); };
  EXPECT_EQ(integer(0), "00");
  EXPECT_EQ(integer(23), "17");
  EXPECT_EQ(integer(24), "1818");
  EXPECT_EQ(integer(255), "18ff");
  EXPECT_EQ(integer(1000), "1903e8");
  EXPECT_EQ(integer(1'000'000), "1a000f4240");
  EXPECT_EQ(integer(1'000'000'000'000), "1b000000e8d4a51000");
  EXPECT_EQ(integer(std::numeric_limits<std::uint64_t>::max()), "1bffffffffffffffff");
  EXPECT_EQ(integer(-1), "20");
  EXPECT_EQ(integer(-1000), "3903e7");
  EXPECT_EQ(integer(std::numeric_limits<std::int64_t>::min()), "3b7fffffffffffffff");
  EXPECT_EQ(hex_of([](Writer& out) { out.boolean(false); }), "f4");
  EXPECT_EQ(hex_of([](Writer& out) { out.boolean(true); }), "f5");
  EXPECT_EQ(hex_of([](Writer& out) { out.text(""); }), "60");
  EXPECT_EQ(hex_of([](Writer& out) { out.text("IETF"); }), "6449455446");
  EXPECT_EQ(hex_of([](Writer& out) { out.text("\u6c34"); }), "63e6b0b4");
  EXPECT_EQ(hex_of([](Writer& out) { out.head(Major::array, 25); }), "9819");
  EXPECT_EQ(hex_of([](Writer& out) { out.decimal(-5, 1); }), "642d302e35");
}

TEST(Cbor, KeepsTextThatIsNotUtf8AsBytes) {
  EXPECT_EQ(hex_of([](Writer& out) { out.text("Stra\xdf"); }), "4553747261df");
  const auto bytes = from_hex("4553747261df");
  Reader reader{bytes};
  std::string_view text;
  ASSERT_TRUE(reader.text(text));
  EXPECT_EQ(text, "Stra\xdf");
}

TEST(Cbor, KnowsUtf8FromWhatOnlyLooksLikeIt) {
  for (const char* good : {"", "a", "plain ascii, longer than eight", "\u00e9", "\u6c34", "\xf0\x90\x85\x91",
                           "12345678\u00e9", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "1234567\xe6\xb0", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad)) << hex_text(as_bytes(bad));
  }
}

TEST(Cbor, WritesLongTextAcrossTheSpacePrepared) {
  const std::string text(100'000, 'x');
  ByteQueue queue;
  Writer writer{queue};
  writer.integer(7);
  writer.text(text);
  writer.integer(8);
  writer.finish();
  Reader reader{queue.contents()};
  std::int64_t number = 0;
  std::string_view read;
  ASSERT_TRUE(reader.integer(number));
  EXPECT_EQ(number, 7);
  ASSERT_TRUE(reader.text(read));
  EXPECT_EQ(read, text);
  ASSERT_TRUE(reader.integer(number));
  EXPECT_EQ(number, 8);
  EXPECT_TRUE(reader.at_end());
}

TEST(Cbor, SkipsAnyItemAndTellsTruncationFromNonsense) {
  for (const char* whole : {"00", "1818", "20", "4401020304", "6161", "83010203", "a26161016162820203", "c11a514b67b0",
                            "f4", "f93c00", "fb3ff199999999999a"}) {
    const auto bytes = from_hex(whole);
    std::size_t size = 0;
    EXPECT_EQ(skip_item(bytes, size), Extent::complete) << whole;
    EXPECT_EQ(size, bytes.size()) << whole;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      EXPECT_EQ(skip_item(Bytes{bytes}.first(cut), size), Extent::truncated) << whole << " cut at " << cut;
    }
  }
  // Longer heads than needed, reserved values, indefinite lengths.
  for (const char* nonsense : {"1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "1c", "1f", "5f", "7f", "9f", "bf",
                               "ff", "f818", "8118ff00"}) {
    const auto bytes = from_hex(nonsense);
    std::size_t size = 0;
    if (std::string_view{nonsense} == "8118ff00") {
      EXPECT_EQ(skip_item(bytes, size), Extent::complete);
      EXPECT_EQ(size, 3U) << "the item ends before the bytes do";
    } else {
      EXPECT_EQ(skip_item(bytes, size), Extent::malformed) << nonsense;
    }
  }
}

// Goal: no depth of nesting and no absurd count costs stack or memory.
TEST(Cbor, SurvivesDeepNestingAndAbsurdCounts) {
  std::vector<std::byte> deep(1'000'000, std::byte{0x81});
  std::size_t size = 0;
  EXPECT_EQ(skip_item(deep, size), Extent::truncated);
  deep.push_back(std::byte{0x00});
  EXPECT_EQ(skip_item(deep, size), Extent::complete);
  EXPECT_EQ(size, deep.size());
  for (const char* absurd :
       {"9bffffffffffffffff", "bbffffffffffffffff", "bb8000000000000000", "5bffffffffffffffff", "7bffffffffffffffff"}) {
    EXPECT_EQ(skip_item(from_hex(absurd), size), Extent::truncated) << absurd;
  }
}

TEST(Cbor, RefusesIntegersOutOfRange) {
  const auto largest = from_hex("1b7fffffffffffffff");
  const auto beyond = from_hex("1b8000000000000000");
  const auto below = from_hex("3b8000000000000000");
  std::int64_t value = 0;
  EXPECT_TRUE(Reader{largest}.integer(value));
  EXPECT_EQ(value, std::numeric_limits<std::int64_t>::max());
  Reader reader{beyond};
  EXPECT_FALSE(reader.integer(value));
  EXPECT_EQ(reader.error(), "integer out of range");
  EXPECT_FALSE(Reader{below}.integer(value));
  std::uint64_t natural = 0;
  const auto minus = from_hex("20");
  EXPECT_TRUE(Reader{beyond}.integer(natural));
  EXPECT_FALSE(Reader{minus}.integer(natural));
}

TEST(MapWalk, FindsKeysInStepAndSkipsTheRest) {
  // {"a": 1, "c": [1, 2], "bb": 3}
  const auto bytes = from_hex(
      "a361610161638201026262620"
      "3");
  Reader reader{bytes};
  MapWalk walk{reader};
  std::int64_t value = 0;
  ASSERT_TRUE(walk.begin());
  ASSERT_EQ(walk.seek("a"), MapWalk::Found::yes);
  ASSERT_TRUE(reader.integer(value));
  EXPECT_EQ(walk.seek("b"), MapWalk::Found::no);
  ASSERT_EQ(walk.seek("bb"), MapWalk::Found::yes) << "behind the one that is skipped";
  ASSERT_TRUE(reader.integer(value));
  EXPECT_EQ(value, 3);
  EXPECT_EQ(walk.seek("zz"), MapWalk::Found::no);
  EXPECT_TRUE(walk.finish());
  EXPECT_TRUE(reader.at_end());
}

TEST(MapWalk, RefusesKeysOutOfOrderTwiceOrNotText) {
  // {"b": 1, "a": 2}, {"a": 1, "a": 2}, {"bb": 1, "c": 2}, {1: 2}, {h'61': 2}
  for (const char* bad : {"a261620161610"
                          "2",
                          "a2616101616102", "a262626201616302", "a10102", "a1416102"}) {
    const auto bytes = from_hex(bad);
    Reader reader{bytes};
    MapWalk walk{reader};
    ASSERT_TRUE(walk.begin());
    EXPECT_FALSE(walk.finish()) << bad;
    EXPECT_FALSE(reader.error().empty());
  }
}

// Method: random bytes, and random bytes that begin like a map, through every call. Sanitizers do the looking.
TEST(Cbor, SurvivesRandomBytes) {
  Rng rng{1};
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> bytes(rng.below(40));
    for (auto& byte : bytes) byte = static_cast<std::byte>(rng.next());
    if (!bytes.empty() && rng.one_in(2)) bytes[0] = static_cast<std::byte>(0xa0 + rng.below(8));
    std::size_t size = 0;
    if (skip_item(bytes, size) == Extent::complete) {
      ASSERT_LE(size, bytes.size());
    }
    Reader reader{bytes};
    MapWalk walk{reader};
    const bool good = walk.begin() && walk.seek("a") != MapWalk::Found::error && walk.finish();
    EXPECT_TRUE(good || !reader.error().empty());
  }
}

}  // namespace
}  // namespace tradewind::journal::cbor
