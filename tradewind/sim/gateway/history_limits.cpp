#include "tradewind/sim/gateway/history_limits.hpp"

#include "tradewind/core/base/hash.hpp"

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kIdentical = 15s;
constexpr Duration kBurst = 2s;
constexpr int kBurstMax = 5;  // for one series; the sixth is too many
constexpr Duration kWindow = 10min;
constexpr int kWindowMax = 60;  // bid and ask together count twice

std::uint64_t digest_of(std::string_view text) {
  Digest64 digest;
  for (const char c : text) digest.mix(std::uint64_t{static_cast<unsigned char>(c)});
  return digest.value();
}

}  // namespace

bool HistoryLimits::admits(std::string_view series, std::string_view whole, bool is_bid_ask, Timestamp now) {
  while (!asked_.empty() && now - asked_.front().time >= kWindow) asked_.pop_front();
  const Asked request{now, digest_of(series), digest_of(whole), is_bid_ask ? 2 : 1};
  int of_series = 0;
  int total = request.weight;
  for (const Asked& before : asked_) {
    const Duration age = now - before.time;
    if (before.whole == request.whole && age < kIdentical) return false;
    if (before.series == request.series && age < kBurst) ++of_series;
    total += before.weight;
  }
  if (of_series >= kBurstMax || total > kWindowMax) return false;
  asked_.push_back(request);
  return true;
}

}  // namespace tradewind::sim::gateway
