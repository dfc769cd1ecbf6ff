// Goal: what a hostile peer announces costs nothing; only bytes it has sent do, and these a bounded number of times.
// Method: this program counts what it allocates. Frames with absurd lengths and counts go into both sessions; the most
// that is held at once is compared with the bytes that came.

#include "tests/fuzz/input.hpp"
#include "tests/fuzz/kinds.hpp"
#include "tests/support/tws_frames.hpp"
#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/gateway_session.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace {

// One thread, so plain numbers will do.
std::size_t held = 0;
std::size_t held_most = 0;

void* take(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc{};
  held += malloc_usable_size(memory);
  held_most = std::max(held_most, held);
  return memory;
}
void give(void* memory) noexcept {
  if (memory != nullptr) held -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void operator delete(void* memory) noexcept { give(memory); }
void operator delete[](void* memory) noexcept { give(memory); }
void operator delete(void* memory, std::size_t) noexcept { give(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give(memory); }

namespace tradewind::fuzz {
namespace {

using tws::Direction;

// Two bytes of protobuf make the largest list element there is, and a growing list is held twice while it moves. 525
// were seen.
constexpr std::size_t kBytesPerByte = 600;

// More than before, at the worst moment, while `work` runs.
template <class Work>
std::size_t peak_of(Work&& work) {
  const std::size_t before = held;
  held_most = held;
  work();
  return held_most - before;
}

// A session that waits for messages, and what it has been sent since.
class Side {
 public:
  Side(Direction direction, int server_version) : direction_{direction}, server_version_{server_version} {
    if (direction == Direction::gateway_to_client) {
      client_ = std::make_unique<tws::ClientSession>(tws::ClientConfig{.max_version = server_version}, pacer_);
      client_->connected(MonoTime::from_ns(1));
      receive(framed(fmt::format("{}{}now{}", server_version, '\0', '\0')));
    } else {
      gateway_ = std::make_unique<tws::GatewaySession>(tws::GatewayConfig{.version = server_version});
      receive(std::string_view{"API\0\0\0\0\x09v100..226", 17});
      ByteQueue start;
      EXPECT_TRUE(encode(tws::StartApiRequest{}, server_version, start).has_value());
      receive(as_text(start.contents()));
    }
  }

  static std::string framed(std::string_view payload) { return Input{.frames = {std::string{payload}}}.stream(); }

  void receive(std::string_view bytes) {
    if (is_over_) return;
    if (client_) {
      std::memcpy(client_->prepare(bytes.size()), bytes.data(), bytes.size());
      is_over_ = !client_->received(bytes.size(), {{}, MonoTime::from_ns(2)}, client_handler_).has_value();
    } else {
      std::memcpy(gateway_->prepare(bytes.size()), bytes.data(), bytes.size());
      is_over_ = !gateway_->received(bytes.size(), gateway_handler_).has_value();
    }
  }
  [[nodiscard]] bool is_over() const { return is_over_; }
  [[nodiscard]] Direction direction() const { return direction_; }
  [[nodiscard]] int server_version() const { return server_version_; }

 private:
  Direction direction_;
  int server_version_;
  tws::Pacer pacer_{{}};
  std::unique_ptr<tws::ClientSession> client_;
  std::unique_ptr<tws::GatewaySession> gateway_;
  tws::ClientHandler client_handler_;
  tws::GatewayHandler gateway_handler_;
  bool is_over_ = false;
};

template <class Use>
void for_each_side(Use&& use) {
  for (const Direction direction : {Direction::gateway_to_client, Direction::client_to_gateway}) {
    for (const int version : {176, 200, 203, 226}) {
      SCOPED_TRACE(fmt::format("{} at {}", direction == Direction::gateway_to_client ? "client" : "gateway", version));
      use(direction, version);
    }
  }
}

std::string varint(std::size_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes.push_back(static_cast<char>((value & 127) | 128));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}
// The key of a field that has a length.
std::string key(unsigned number) { return varint(number << 3 | 2); }
std::string protobuf_id(const Kind& kind) {
  std::byte id[4];
  store_be32(id, static_cast<std::uint32_t>(kind.info.id + tws::kProtobufIdOffset));
  return std::string{as_text(id)};
}

TEST(Allocation, IsCounted) {
  EXPECT_GE(peak_of([] { std::vector<char>(1'000'000).swap(*std::make_unique<std::vector<char>>()); }), 1'000'000U);
}

TEST(Allocation, AFrameThatIsAnnouncedCostsNothing) {
  for_each_side([](Direction direction, int version) {
    for (const std::uint32_t length : {0x7FFFFFFFU, 0xFFFFFFFFU, 0x1000000U, 0xFFFFFFU, 0x100001U, 0xFFFFFU}) {
      Side side{direction, version};
      std::byte prefix[4];
      store_be32(prefix, length);
      const std::string bytes = std::string{as_text(prefix)} + std::string(100, 'x');
      EXPECT_LE(peak_of([&] { side.receive(bytes); }), 16'384U) << length;
      EXPECT_EQ(side.is_over(), length > (direction == Direction::gateway_to_client ? 0xFFFFFFU : 0x100000U)) << length;
    }
  });
}

// Every field of every message in turn holds an absurd count.
TEST(Allocation, ACountInATextBodyCostsNothing) {
  for_each_side([](Direction direction, int version) {
    tws::testing::RandomMessages random{11};
    for (const Kind& kind : kinds(direction)) {
      SCOPED_TRACE(kind.info.name);
      const std::string payload = kind.make(random, version);
      if (kind.info.protobuf_since != 0 && version >= kind.info.protobuf_since) continue;
      for (const Span& field : text_fields(payload, version)) {
        for (const char* count :
             {"2147483647", "2147483646", "-1", "-2147483648", "4294967295", "100000000", "65536"}) {
          Side side{direction, version};
          std::string changed = payload;
          changed.replace(field.begin, field.end - field.begin, count);
          const std::string bytes = Side::framed(changed);
          EXPECT_LE(peak_of([&] { side.receive(bytes); }), 16'384 + 16 * bytes.size())
              << count << " at " << field.begin;
        }
      }
    }
  });
}

// A body of protobuf with every field number up to 150, each with an absurd length, alone and within another.
TEST(Allocation, ALengthInAProtobufBodyCostsNothing) {
  const std::string lengths[] = {"\xff\xff\xff\xff\x07", "\xff\xff\xff\xff\x0f",
                                 "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\xff\xff\xff\x07"};
  for (const Direction direction : {Direction::gateway_to_client, Direction::client_to_gateway}) {
    for (const Kind& kind : kinds(direction)) {
      if (kind.info.protobuf_since == 0) continue;
      SCOPED_TRACE(kind.info.name);
      for (unsigned number = 1; number <= 150; ++number) {
        for (const std::string& length : lengths) {
          const std::string absurd = key(number) + length + "x";
          for (const std::string& body : {absurd, key(2) + static_cast<char>(absurd.size()) + absurd}) {
            Side side{direction, 226};
            const std::string bytes = Side::framed(protobuf_id(kind) + body);
            EXPECT_LE(peak_of([&] { side.receive(bytes); }), 16'384U) << number;
          }
        }
      }
    }
  }
}

// And a list stops growing where no real one reaches.
TEST(Allocation, AFrameOfNothingButEmptyElementsIsRefusedInTime) {
  Side side{Direction::gateway_to_client, 226};
  std::string body;
  for (int i = 0; i < 8'000'000; ++i) body += std::string_view{"\x12\0", 2};  // bars of HistoricalData
  const std::string bytes = Side::framed(std::string{"\0\0\0\xd9", 4} + body);
  EXPECT_LE(peak_of([&] { side.receive(bytes); }), 260U << 20);
}

// What is there is paid for, but not without bound: lists of the smallest elements that two bytes (protobuf) or one
// empty field each (text) can make.
TEST(Allocation, ListsOfEmptyElementsCostABoundedMultipleOfTheirBytes) {
  for_each_side([](Direction direction, int version) {
    for (const Kind& kind : kinds(direction)) {
      SCOPED_TRACE(kind.info.name);
      if (kind.info.protobuf_since != 0 && version >= kind.info.protobuf_since) {
        // In the message itself (outer 0) and in each of its first structs.
        for (unsigned outer = 0; outer < 5; ++outer) {
          for (unsigned number = 1; number <= 150; ++number) {
            std::string list;
            for (int i = 0; i < 5'000; ++i) list += key(number) + '\0';
            if (outer != 0) list = key(outer) + varint(list.size()) + list;
            Side side{direction, version};
            const std::string bytes = Side::framed(protobuf_id(kind) + list);
            const std::size_t peak = peak_of([&] { side.receive(bytes); });
            EXPECT_LE(peak, 16'384 + kBytesPerByte * bytes.size()) << "field " << outer << "." << number;
          }
        }
      } else {
        tws::testing::RandomMessages random{12};
        const std::string payload = kind.make(random, version);
        for (const Span& field : text_fields(payload, version)) {
          Side side{direction, version};
          std::string changed = payload.substr(0, field.begin) + "2000" + std::string(20'000, '\0');
          const std::string bytes = Side::framed(changed);
          const std::size_t peak = peak_of([&] { side.receive(bytes); });
          EXPECT_LE(peak, 16'384 + kBytesPerByte * bytes.size()) << "at " << field.begin;
        }
      }
    }
  });
}

}  // namespace
}  // namespace tradewind::fuzz
