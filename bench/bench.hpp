#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

// What the benchmarks share: a clock, and pairs of things timed in turn, so that both see the same noise.
namespace tradewind::bench {

[[nodiscard]] inline std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Keeps the optimiser from leaving out what made `value`.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

[[nodiscard]] inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// True when instructions are to be counted (bench/instructions.py): then what is measured is run once, inside of `counted`,
// and nothing is timed.
[[nodiscard]] inline bool counts_instructions() { return std::getenv("TW_BENCH_COUNT") != nullptr; }
// callgrind counts what happens in here and nothing else.
template <class Work>
[[gnu::noinline]] void tw_counted(Work&& work) {
  work();
}

// Nanoseconds that one pass of `work` takes, over as many passes as fill 60 ms.
template <class Work>
[[nodiscard]] double pass_ns(Work&& work) {
  std::int64_t passes = 0;
  const std::int64_t begin = now_ns();
  std::int64_t taken = 0;
  do {
    work();
    ++passes;
    taken = now_ns() - begin;
  } while (taken < 60'000'000);
  return static_cast<double>(taken) / static_cast<double>(passes);
}

struct Pair {
  double first_ns = 0;  // median, a pass
  double second_ns = 0;
  double ratio = 0;  // first / second: the median of the rounds' own ratios
};

// Five rounds, in each of which one is timed right after the other.
template <class First, class Second>
[[nodiscard]] Pair timed_in_turn(First&& first, Second&& second) {
  std::vector<double> firsts;
  std::vector<double> seconds;
  std::vector<double> ratios;
  for (int round = 0; round < 5; ++round) {
    firsts.push_back(pass_ns(first));
    seconds.push_back(pass_ns(second));
    ratios.push_back(firsts.back() / seconds.back());
  }
  return {median(firsts), median(seconds), median(ratios)};
}

// The value below which this part (0 to 1) of the sorted samples lies.
[[nodiscard]] inline std::int64_t percentile(const std::vector<std::int64_t>& sorted, double part) {
  const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

}  // namespace tradewind::bench
