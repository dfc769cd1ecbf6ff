// Goal: what the fuzzers run is sound under every compiler, and what they once found stays mended. Method: the fuzzers'
// own functions over their seeds, over the inputs in regressions/, and over some thousand mutated inputs, the same in
// every run.

#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/kinds.hpp"
#include "tests/fuzz/neighbours.hpp"
#include "tests/fuzz/seeds.hpp"
#include "tradewind/core/base/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tradewind::fuzz {
namespace {

using tws::Direction;

struct Side {
  const char* name;
  Direction direction;
  Outcome (*run)(std::string_view);
};
const Side kSides[] = {{"client", Direction::gateway_to_client, &run_client},
                       {"gateway", Direction::client_to_gateway, &run_gateway}};

// Stands in for libFuzzer's mutation where there is no libFuzzer.
Mutator::ChangeBytes simple_changes(Rng& rng) {
  return [&rng](std::uint8_t* data, std::size_t size, std::size_t size_max) {
    if (size == 0 && size_max != 0) data[size++] = static_cast<std::uint8_t>(rng.below(256));
    for (std::uint64_t count = rng.below(4) + 1; count > 0 && size != 0; --count)
      data[rng.below(size)] ^= static_cast<std::uint8_t>(1U << rng.below(8));
    return size != 0 && rng.one_in(4) ? rng.below(size) + 1 : size;
  };
}

TEST(FuzzReplay, SeedsRunWithoutComplaintAndReachEveryMessage) {
  for (const Side& side : kSides) {
    SCOPED_TRACE(side.name);
    std::set<int> ids;
    std::uint64_t frames = 0;
    for (const std::string& seed : seeds(side.direction)) {
      const Outcome outcome = side.run(seed);
      ASSERT_FALSE(outcome.complaint) << *outcome.complaint << "\n" << hex_text(as_bytes(seed));
      frames += outcome.frames;
      const Input input = Input::parse(seed);
      for (const std::string& payload : input.frames) {
        ByteQueue padded;
        padded.append(as_bytes(payload));
        const auto frame = tws::parse_frame(padded.contents(), input.server_version());
        if (frame.fault == nullptr) ids.insert(frame.id);
      }
    }
    for (const Kind& kind : kinds(side.direction)) EXPECT_TRUE(ids.contains(kind.info.id)) << kind.info.name;
    EXPECT_GE(frames, kinds(side.direction).size() * std::size(kVersions));
  }
}

// In protobuf the elements of a list have a decoder of their own, which nothing reaches while the list is empty.
TEST(FuzzReplay, SeedsFillEveryListOfEveryProtobufMessage) {
  for (const Side& side : kSides) {
    SCOPED_TRACE(side.name);
    std::map<int, std::set<std::string>> filled;
    for (const std::string& seed : seeds(side.direction)) {
      const Input input = Input::parse(seed);
      for (const std::string& payload : input.frames) {
        ByteQueue padded;
        padded.append(as_bytes(payload));
        const auto frame = tws::parse_frame(padded.contents(), input.server_version());
        const Kind* const kind = frame.fault == nullptr ? kind_of(side.direction, frame.id) : nullptr;
        if (kind != nullptr && frame.is_protobuf)
          filled[frame.id].merge(kind->filled_lists(frame, input.server_version()));
      }
    }
    for (const Kind& kind : kinds(side.direction)) {
      if (kind.info.protobuf_since == 0) continue;
      for (const std::string& list : kind.lists())
        EXPECT_TRUE(filled[kind.info.id].contains(list)) << kind.info.name << ": " << list;
    }
  }
}

TEST(FuzzReplay, InputsThatOnceFailedRunWithoutComplaint) {
  int inputs = 0;
  std::vector<Side> sides{std::begin(kSides), std::end(kSides)};
  sides.push_back({"neighbours", Direction::client_to_gateway, &run_neighbours});
  for (const Side& side : sides) {
    const std::filesystem::path folder = std::filesystem::path{TW_SOURCE_DIR "/tests/fuzz/regressions"} / side.name;
    if (!std::filesystem::exists(folder)) continue;  // nothing was found on this side
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) files.insert(entry.path());
    for (const auto& path : files) {
      SCOPED_TRACE(path.string());
      std::ifstream file{path, std::ios::binary};
      const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
      const Outcome outcome = side.run(bytes);
      EXPECT_FALSE(outcome.complaint) << *outcome.complaint;
      ++inputs;
    }
  }
  EXPECT_GE(inputs, 2);
}

TEST(FuzzReplay, MutatedSeedsRunWithoutComplaint) {
  for (const Side& side : kSides) {
    SCOPED_TRACE(side.name);
    Rng rng{20260106};
    const std::vector<std::string> begin = seeds(side.direction);
    for (int round = 0; round < 10'000; ++round) {
      Mutator mutator{side.direction, rng.next(), simple_changes(rng)};
      std::string input = begin[rng.below(begin.size())];
      for (std::uint64_t count = rng.below(4) + 1; count > 0; --count) input = mutator.mutated(input, 8192);
      if (rng.one_in(4)) input = mutator.crossed(input, begin[rng.below(begin.size())], 8192);
      ASSERT_LE(input.size(), 8192U);
      const Outcome outcome = side.run(input);
      ASSERT_FALSE(outcome.complaint) << *outcome.complaint << "\n" << hex_text(as_bytes(input));
    }
  }
}

// Hostile clients of every sort beside one that means well: seeds as they are, mutated, flooded, never read, cut off.
TEST(FuzzReplay, HostileClientsDisturbNoOther) {
  Rng rng{20260107};
  const std::vector<std::string> begin = seeds(Direction::client_to_gateway);
  constexpr int kRounds = 600;
  int compared = 0;
  for (int round = 0; round < kRounds; ++round) {
    Mutator mutator{Direction::client_to_gateway, rng.next(), simple_changes(rng)};
    std::string input = begin[rng.below(begin.size())];
    for (std::uint64_t count = rng.below(4); count > 0; --count) input = mutator.mutated(input, 8192);
    if (input.size() > 1) input[1] = static_cast<char>(rng.below(32));  // the sort of hostility
    const Outcome outcome = run_neighbours(input);
    ASSERT_FALSE(outcome.complaint) << *outcome.complaint << "\n" << hex_text(as_bytes(input));
    compared += outcome.frames != 0 ? 1 : 0;
  }
  EXPECT_GE(compared, kRounds / 2) << "the others did what may disturb";
}

TEST(FuzzInput, IsWhatItsBytesSay) {
  Rng rng{5};
  for (const std::string& seed : seeds(Direction::gateway_to_client)) {
    EXPECT_EQ(Input::parse(seed).bytes(), seed);
    const std::string part = seed.substr(0, 3 + rng.below(seed.size()));
    EXPECT_EQ(Input::parse(part).bytes(), part);
  }
}

TEST(FuzzInput, MutationKeepsMostFramesReadable) {
  Rng rng{6};
  const std::vector<std::string> begin = seeds(Direction::gateway_to_client);
  std::uint64_t whole = 0;
  std::uint64_t all = 0;
  for (int round = 0; round < 2'000; ++round) {
    Mutator mutator{Direction::gateway_to_client, rng.next(), simple_changes(rng)};
    const Input input = Input::parse(mutator.mutated(begin[rng.below(begin.size())], 8192));
    for (const std::string& payload : input.frames) {
      ByteQueue padded;
      padded.append(as_bytes(payload));
      const auto frame = tws::parse_frame(padded.contents(), input.server_version());
      ++all;
      if (frame.fault == nullptr && kind_of(Direction::gateway_to_client, frame.id) != nullptr) ++whole;
    }
  }
  EXPECT_GT(whole * 10, all * 8) << whole << " of " << all;
}

}  // namespace
}  // namespace tradewind::fuzz
