#pragma once

#include "tradewind/core/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tradewind::sim::gateway {

// Counts the messages of one client, second by second from the first one on.
class MessageRate {
 public:
  static constexpr int kViolationsMax = 3;  // the third ends the connection

  enum class Verdict : std::uint8_t {
    fine,
    near,     // fine, and the client shall be warned
    exceeds,  // the first one too many of this second
    lost,     // one more of them
  };

  explicit MessageRate(std::optional<int> per_second) : max_{per_second} {}

  [[nodiscard]] Verdict count(Timestamp now) {
    if (!max_) return Verdict::fine;
    begin(now);
    ++count_;
    if (count_ > *max_ + 1) return Verdict::lost;
    if (count_ == *max_ + 1) {
      ++violations_;
      return Verdict::exceeds;
    }
    return count_ == *max_ - kWarnsBefore ? Verdict::near : Verdict::fine;
  }
  // For clients that are paced: when the next message may be counted; nothing when it may now.
  [[nodiscard]] std::optional<Timestamp> wait(Timestamp now) {
    if (!max_) return std::nullopt;
    begin(now);
    return count_ >= *max_ ? std::optional{start_ + kSecond} : std::nullopt;
  }
  [[nodiscard]] int seen() const { return count_; }
  [[nodiscard]] int violations() const { return violations_; }

 private:
  static constexpr Duration kSecond = std::chrono::seconds{1};
  static constexpr int kWarnsBefore = 2;

  void begin(Timestamp now) {
    if (count_ != 0 && now < start_ + kSecond) return;
    start_ = now;
    count_ = 0;
  }

  std::optional<int> max_;
  Timestamp start_;
  int count_ = 0;
  int violations_ = 0;
};

}  // namespace tradewind::sim::gateway
