// The engine without sockets and disk: a tick's bytes in hand → decode, state, strategy, risk, journal queue → the order's
// bytes (goal P9); ticks a second; bars a second. The journal acknowledges at once, so what is timed is ours alone.

#include "bench/bench.hpp"
#include "bench/rig.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace tradewind;
using bench::now_ns;
using bench::Rig;

void tick_to_order(int version) {
  Rig rig{version};
  std::vector<std::int64_t> samples;
  for (int i = 0; i < 60'000; ++i) {
    const std::string bytes = rig.tick(10'000 + i % 50);
    rig.trigger->is_armed = true;
    rig.pass(std::chrono::milliseconds{50});  // or the limit on messages would hold the order
    const std::int64_t begin = now_ns();
    rig.receive(bytes);
    rig.commit();
    const std::int64_t end = now_ns();
    if (rig.bytes_to_send() == 0) std::abort();
    if (i >= 10'000) samples.push_back(end - begin);  // once everything has grown to its size
    rig.settle();
  }
  std::sort(samples.begin(), samples.end());
  std::fprintf(stdout, "tick -> order bytes at %d: p50 %lld ns, p99 %lld ns, p99.9 %lld ns (%zu orders)\n", version,
               static_cast<long long>(bench::percentile(samples, 0.5)),
               static_cast<long long>(bench::percentile(samples, 0.99)),
               static_cast<long long>(bench::percentile(samples, 0.999)), samples.size());
}

void ticks_a_second(int version) {
  Rig rig{version};
  std::string stream;
  constexpr int kTicks = 1000;
  for (int i = 0; i < kTicks; ++i) stream += rig.tick(10'000 + i % 50, 1 + i % 2);
  const double ns = bench::pass_ns([&] {
    for (int i = 0; i < 100; ++i) {
      rig.receive(stream);
      rig.commit();
    }
  });
  std::fprintf(stdout, "ticks into book and strategy at %d: %.1f ns each, %.2f million a second\n", version,
               ns / (kTicks * 100), kTicks * 100 * 1e3 / ns);
}

void bars_a_second() {
  Rig rig{200};
  // Four prints make a one-minute bar, as a replay serves it.
  constexpr std::int64_t kStart = 1'735'828'200'000;
  std::uint64_t before = rig.trigger->bars;
  std::int64_t minute = 0;
  const std::int64_t begin = now_ns();
  while (now_ns() - begin < 1'000'000'000) {
    for (int i = 0; i < 100; ++i, ++minute) {
      for (int quarter = 0; quarter < 4; ++quarter)
        rig.receive(rig.print(10'000 + minute % 100, kStart + minute * 60'000 + quarter * 15'000));
      rig.advance(std::chrono::minutes{1});
      rig.commit();
    }
  }
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  std::fprintf(stdout,
               "bars out of prints into a strategy, with a timer a bar: %.0f thousand a second (%.0f ns each)\n",
               static_cast<double>(rig.trigger->bars - before) / seconds / 1e3,
               seconds * 1e9 / static_cast<double>(rig.trigger->bars - before));
}

}  // namespace

int main() {
  tick_to_order(200);
  tick_to_order(226);
  ticks_a_second(200);
  ticks_a_second(226);
  bars_a_second();
}
