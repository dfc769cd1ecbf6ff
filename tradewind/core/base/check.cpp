#include "tradewind/core/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace tradewind::detail {

void check_failed(const char* condition, std::source_location where) noexcept {
  // tidy: allow(io) the last words before abort; there is nothing left to return an error to.
  std::fprintf(stderr, "%s:%u: %s: check failed: %s\n", where.file_name(), where.line(), where.function_name(),
               condition);
  std::abort();
}

}  // namespace tradewind::detail
