// The libFuzzer targets fuzz_client, fuzz_gateway and fuzz_neighbours: this file, compiled once for each (TW_FUZZ_TARGET is
// client, gateway or neighbours). `./dev fuzz` runs them all.

#include "tests/fuzz/harness.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/neighbours.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

using namespace tradewind;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace {

#define TW_TEXT_OF(name) #name
#define TW_TEXT(macro) TW_TEXT_OF(macro)
#define TW_JOINED_OF(a, b) a##b
#define TW_JOINED(a, b) TW_JOINED_OF(a, b)

constexpr std::string_view kTarget = TW_TEXT(TW_FUZZ_TARGET);
constexpr auto kRun = &fuzz::TW_JOINED(run_, TW_FUZZ_TARGET);
constexpr auto kDirection = kTarget == "client" ? tws::Direction::gateway_to_client : tws::Direction::client_to_gateway;

std::uint64_t inputs = 0;
std::uint64_t frames = 0;

void report() {
  std::fprintf(stderr, "fuzz_%s: %llu frames in %llu inputs\n", kTarget.data(), static_cast<unsigned long long>(frames),
               static_cast<unsigned long long>(inputs));
}

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

std::size_t put(const std::string& bytes, std::uint8_t* out, std::size_t size_max) {
  const std::size_t size = std::min(bytes.size(), size_max);
  if (size != 0) std::memcpy(out, bytes.data(), size);
  return size;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  std::atexit(report);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Outcome outcome = kRun(text_of(data, size));
  ++inputs;
  frames += outcome.frames;
  if (outcome.complaint) {
    std::fprintf(stderr, "%s\n", outcome.complaint->c_str());
    std::abort();
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned seed) {
  fuzz::Mutator mutator{kDirection, seed, LLVMFuzzerMutate};
  return put(mutator.mutated(text_of(data, size), size_max), data, size_max);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* first, std::size_t first_size,
                                                 const std::uint8_t* second, std::size_t second_size, std::uint8_t* out,
                                                 std::size_t size_max, unsigned seed) {
  fuzz::Mutator mutator{kDirection, seed, LLVMFuzzerMutate};
  return put(mutator.crossed(text_of(first, first_size), text_of(second, second_size), size_max), out, size_max);
}
