#include "tests/fuzz/kinds.hpp"

#include "tests/support/tws_frames.hpp"
#include "tradewind/core/base/check.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/core/tws/reflect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::fuzz {
namespace {

using tws::Direction;
using tws::FrameView;

// The first column in which the two differ. With `may_gain` a column without a value may have got one.
template <class Message>
std::optional<std::string> difference(const Message& was, const Message& is, bool may_gain) {
  if (was == is) return std::nullopt;
  const auto old_values = tws::testing::Columns{was}.all();
  const auto new_values = tws::testing::Columns{is}.all();
  for (const auto& [path, value] : old_values) {
    const auto other = new_values.find(path);
    const bool is_lost = other == new_values.end() || other->second.empty();
    if (is_lost ? !value.empty() : other->second != value && !(may_gain && value.empty()))
      return fmt::format("{} was {}, is {}", path, value, is_lost ? "unset" : other->second);
  }
  if (may_gain) return std::nullopt;
  for (const auto& [path, value] : new_values) {
    const auto other = old_values.find(path);
    if (other == old_values.end() || other->second != value) return fmt::format("{} was unset, is {}", path, value);
  }
  return "lists of different length";
}

template <class Message>
std::string make(tws::testing::RandomMessages& random, int server_version) {
  random.forget();
  ByteQueue bytes;
  const int version = std::max(server_version, Message::kInfo.since);  // older ones do not know the message
  TW_CHECK(encode(random.make<Message>(), version, bytes).has_value());
  return std::string{as_text(bytes.contents().subspan(4))};
}

FrameView frame_of(const ByteQueue& bytes, int server_version) {
  return tws::parse_frame(bytes.contents().subspan(4), server_version);
}

template <class Message>
std::optional<std::string> check(const FrameView& frame, int server_version) {
  Message first;
  if (decode(frame, server_version, first).failed()) return std::nullopt;

  const auto complaint = [](const char* what, const std::string& detail) {
    return fmt::format("{} {}: {}", Message::kInfo.name, what, detail);
  };
  static tws::testing::RandomMessages random{1};
  static const Message used = random.make<Message>();
  Message reused = used;
  if (const auto fault = decode(frame, server_version, reused); fault.failed())
    return complaint("cannot be decoded into a used message", fault.text());
  if (const auto differs = difference(first, reused, false))
    return complaint("keeps something of the last message", *differs);

  // A protobuf reader takes every field, a writer leaves out what the server does not know: let it know everything.
  const int version = frame.is_protobuf ? kVersions[std::size(kVersions) - 1] : server_version;
  ByteQueue bytes;
  if (!encode(first, version, bytes).has_value()) return std::nullopt;  // a text that we may not send
  Message second;
  if (const auto fault = decode(frame_of(bytes, version), version, second); fault.failed())
    return complaint("cannot be read after it was encoded", fault.text());
  // A form that is not the version's own has been translated, bytes outside ASCII have become escapes, and of several
  // ways to write nothing the one that was chosen may read as zero. From the second time on nothing may change.
  const bool is_ascii =
      std::ranges::all_of(as_text(frame.body), [](char c) { return static_cast<unsigned char>(c) < 128; });
  if (frame.is_protobuf == frame_of(bytes, version).is_protobuf && (frame.is_protobuf || is_ascii)) {
    if (const auto differs = difference(first, second, true)) return complaint("changes when encoded", *differs);
  }
  ByteQueue bytes_again;
  if (const auto encoded = encode(second, version, bytes_again); !encoded.has_value())
    return complaint("cannot be encoded again", encoded.error().detail);
  Message third;
  if (const auto fault = decode(frame_of(bytes_again, version), version, third); fault.failed())
    return complaint("cannot be read after it was encoded again", fault.text());
  if (const auto differs = difference(second, third, false)) return complaint("changes when encoded again", *differs);
  return std::nullopt;
}

template <class T>
constexpr bool kIsList = false;
template <class T>
constexpr bool kIsList<std::vector<T>> = true;

// With `give_elements` empty lists get one each, so that those within are found.
template <class Part>
void add_lists(const std::string& path, Part& part, bool give_elements, std::set<std::string>& out) {
  if constexpr (kIsList<Part>) {
    if (give_elements && part.empty()) part.emplace_back();
    if (!part.empty()) out.insert(path);
    for (auto& element : part) add_lists(path, element, give_elements, out);
  } else if constexpr (requires { tws::for_each_column(part, [](const char*, auto&) {}); }) {
    tws::for_each_column(part, [&](const char* name, auto& column) {
      add_lists(path.empty() ? std::string{name} : fmt::format("{}.{}", path, name), column, give_elements, out);
    });
  }
}

template <class Message>
std::set<std::string> lists() {
  Message message;
  std::set<std::string> out;
  add_lists({}, message, true, out);
  return out;
}

template <class Message>
std::set<std::string> filled_lists(const FrameView& frame, int server_version) {
  Message message;
  std::set<std::string> out;
  if (!decode(frame, server_version, message).failed()) add_lists({}, message, false, out);
  return out;
}

std::vector<Kind> kinds_of(Direction direction) {
  std::vector<Kind> list;
  tws::for_each_message_type([&]<class Message>() {
    if (Message::kInfo.direction == direction)
      list.push_back({Message::kInfo, &make<Message>, &check<Message>, &lists<Message>, &filled_lists<Message>});
  });
  return list;
}

}  // namespace

std::span<const Kind> kinds(Direction direction) {
  static const std::array lists{kinds_of(Direction::client_to_gateway), kinds_of(Direction::gateway_to_client)};
  return lists[direction == Direction::client_to_gateway ? 0 : 1];
}

const Kind* kind_of(Direction direction, int id) {
  for (const Kind& kind : kinds(direction)) {
    if (kind.info.id == id) return &kind;
  }
  return nullptr;
}

}  // namespace tradewind::fuzz
