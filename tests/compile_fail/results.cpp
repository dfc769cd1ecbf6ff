// A result is looked at.
#include "tradewind/core/base/result.hpp"

namespace tradewind {

Result<int> measure();
Result<void> act();

Result<int> results() {
  TW_TRY_VOID(act());
  const int measured = TW_TRY(measure());
#if TW_MUST_NOT_COMPILE == 1
  measure();
#elif TW_MUST_NOT_COMPILE == 2
  act();
#elif TW_MUST_NOT_COMPILE == 3
  fail(Errc::io, "made, and not returned");
#elif TW_MUST_NOT_COMPILE == 4
  const int unchecked = measure();
  return unchecked;
#endif
  return measured;
}

}  // namespace tradewind
