#pragma once

#include <source_location>

namespace tradewind::detail {

[[noreturn]] void check_failed(const char* condition, std::source_location where) noexcept;

}  // namespace tradewind::detail

// A programmer error: an impossible state, a broken invariant. Prints the place and aborts, in release builds too;
// a restart recovers from the journal. Never for bad input: that is a Result.
#define TW_CHECK(condition)                                                             \
  do {                                                                                  \
    if (!(condition)) [[unlikely]] {                                                    \
      ::tradewind::detail::check_failed(#condition, ::std::source_location::current()); \
    }                                                                                   \
  } while (false)
