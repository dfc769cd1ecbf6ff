#include "tests/fuzz/seeds.hpp"

#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/kinds.hpp"
#include "tests/support/tws_frames.hpp"
#include "tests/support/tws_random.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

namespace tradewind::fuzz {
namespace {

using tws::Direction;

constexpr std::size_t kFramesPerSeed = 6;
constexpr std::size_t kConversationBytes = 6'000;
// Chance leaves the list of some message empty at every version. These three have each message in each of its forms.
constexpr int kFullListVersions[] = {176, 200, 226};

// The place in kVersions of the last version that is not above this one.
std::uint8_t place_of(int server_version) {
  const auto after = std::upper_bound(std::begin(kVersions), std::end(kVersions), server_version);
  return static_cast<std::uint8_t>(after - std::begin(kVersions) - (after == std::begin(kVersions) ? 0 : 1));
}

void add_messages(Direction direction, tws::testing::RandomMessages& random, std::span<const int> versions,
                  std::vector<std::string>& out) {
  for (const int server_version : versions) {
    const std::uint8_t version = place_of(server_version);
    // Every other version's messages go to the client library.
    const bool library = direction == Direction::gateway_to_client && version % 2 == 1;
    const std::uint8_t flags = library ? Input::kLibrary : 0;
    Input input{
        .version = version, .flags = flags, .cuts = static_cast<std::uint8_t>(version % 4), .frames = {}, .tail = {}};
    for (const Kind& kind : kinds(direction)) {
      input.frames.push_back(kind.make(random, input.server_version()));
      if (input.frames.size() == kFramesPerSeed)
        out.push_back(std::exchange(input, Input{version, flags, input.cuts, {}, {}}).bytes());
    }
    out.push_back(input.bytes());
  }
}

// Handshakes begin their stream; every other frame is one of many.
void add_golden_frames(Direction direction, std::vector<std::string>& out) {
  std::ifstream file{TW_SOURCE_DIR "/tests/golden/tws_frames.txt"};
  const std::string_view wanted = direction == Direction::client_to_gateway ? "out" : "in";
  std::string found_direction;
  std::string version;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("direction ")) found_direction = line.substr(10);
    if (line.starts_with("version ")) version = line.substr(8);
    if (!line.starts_with("bytes ") || found_direction != wanted) continue;
    Input input;
    if (version == "-") input.flags = Input::kRawStart;
    else input.version = place_of(std::stoi(version));
    out.push_back(Input::parse(input.bytes() + tws::testing::from_hex(line.substr(6))).bytes());
  }
}

}  // namespace

std::vector<std::string> seeds(Direction direction) {
  std::vector<std::string> out;
  tws::testing::RandomMessages random{20260105};
  add_messages(direction, random, kVersions, out);
  random.fill_lists();
  add_messages(direction, random, kFullListVersions, out);
  add_golden_frames(direction, out);
  for (const int version : {176, 178, 196, 200}) {
    const Conversation said = well_meant(version, kConversationBytes);
    Input input{.version = place_of(version), .flags = 0, .cuts = 1, .frames = {}, .tail = {}};
    out.push_back(input.bytes() + (direction == Direction::client_to_gateway ? said.to_gateway : said.to_client));
  }
  for (const std::uint32_t length : {0U, 0x100001U, 0xFFFFFFU, 0x1000000U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
    Input input;
    std::byte prefix[4];
    store_be32(prefix, length);
    input.tail = std::string{as_text(prefix)} + "short";
    out.push_back(input.bytes());
  }
  return out;
}

}  // namespace tradewind::fuzz
