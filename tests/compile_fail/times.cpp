// The wall clock and the clock for time limits do not mix.
#include "tradewind/core/base/time.hpp"

namespace tradewind {

bool times(Timestamp utc, MonoTime mono) {
  [[maybe_unused]] const Duration elapsed = mono - MonoTime::from_ns(1);
  bool ok = utc < utc + elapsed && (utc - Timestamp::from_ns(1)).count() > 0;
#if TW_MUST_NOT_COMPILE == 1
  [[maybe_unused]] const auto mixed = utc - mono;
#elif TW_MUST_NOT_COMPILE == 2
  ok = ok && utc < mono;
#elif TW_MUST_NOT_COMPILE == 3
  utc = mono;
#elif TW_MUST_NOT_COMPILE == 4
  [[maybe_unused]] const auto sum = utc + utc;
#elif TW_MUST_NOT_COMPILE == 5
  utc = 1'000'000'000;
#endif
  return ok;
}

}  // namespace tradewind
