#pragma once

#include "tests/support/tws_random.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <optional>
#include <set>
#include <span>
#include <string>

namespace tradewind::fuzz {

// Every server version at which a layout changes; in a fuzzer's input a version is a place in this list.
inline constexpr int kVersions[] = {176, 177, 178, 183, 187, 188, 190, 192, 193, 195, 196, 197,
                                    199, 200, 201, 203, 206, 208, 210, 213, 218, 219, 221, 226};

// A message type of the schema, as functions.
struct Kind {
  tws::MessageInfo info;
  // The payload of a random message, in the form the version asks for, or the first version that knows it.
  std::string (*make)(tws::testing::RandomMessages& random, int server_version);
  // What is wrong, if anything, with what the frame decodes to: it must encode, decode to the same values again, and
  // decode to them into a used message as well.
  std::optional<std::string> (*check)(const tws::FrameView& frame, int server_version);
  // The paths of all lists it has, and of those that are not empty in the frame; none when that cannot be decoded.
  std::set<std::string> (*lists)();
  std::set<std::string> (*filled_lists)(const tws::FrameView& frame, int server_version);
};

[[nodiscard]] std::span<const Kind> kinds(tws::Direction direction);
[[nodiscard]] const Kind* kind_of(tws::Direction direction, int id);  // null: an id the schema does not have

}  // namespace tradewind::fuzz
