#include "tradewind/sim/gateway/internal/data_allowance.hpp"

#include <algorithm>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr int kDeepMin = 3;
constexpr int kDeepMax = 60;
constexpr int kLinesForEachDeep = 100;
constexpr std::size_t kRealTimeBarsMax = 60;
constexpr Duration kRealTimeBarsWindow = 10min;
constexpr Duration kRegulatoryPause = 1s;

}  // namespace

DataAllowance::DataAllowance(int lines, Duration tick_by_tick_pause) : lines_max_{lines}, pause_{tick_by_tick_pause} {}

int DataAllowance::deep_max() const { return std::clamp(lines_max_ / kLinesForEachDeep, kDeepMin, kDeepMax); }

std::optional<DataAllowance::Lease> DataAllowance::line() {
  if (lines_ >= lines_max_) return std::nullopt;
  return Lease{lines_};
}

std::optional<DataAllowance::Lease> DataAllowance::depth(std::uint32_t listing) {
  int& count = depth_[listing];
  const auto others = std::ranges::count_if(depth_, [](const auto& entry) { return entry.second > 0; });
  if (count == 0 && others >= deep_max()) return std::nullopt;
  return Lease{count};
}

std::optional<DataAllowance::Lease> DataAllowance::tick_by_tick() {
  if (tick_by_tick_ >= deep_max()) return std::nullopt;
  return Lease{tick_by_tick_};
}

bool DataAllowance::tick_by_tick_again(std::uint32_t listing, std::int32_t tick_type, Timestamp now) {
  const auto [entry, is_new] = last_tick_by_tick_.try_emplace({listing, tick_type}, now);
  if (!is_new && now < entry->second + pause_) return false;
  entry->second = now;
  return true;
}

bool DataAllowance::real_time_bars_again(Timestamp now) {
  while (!real_time_bars_.empty() && real_time_bars_.front() + kRealTimeBarsWindow <= now) real_time_bars_.pop_front();
  if (real_time_bars_.size() >= kRealTimeBarsMax) return false;
  real_time_bars_.push_back(now);
  return true;
}

bool DataAllowance::regulatory_snapshot_again(Timestamp now) {
  if (regulatory_snapshot_ && now < *regulatory_snapshot_ + kRegulatoryPause) return false;
  regulatory_snapshot_ = now;
  return true;
}

}  // namespace tradewind::sim::gateway
