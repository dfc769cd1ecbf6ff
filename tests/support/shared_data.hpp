#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tradewind::testing {

// Real market data and recorded messages that are not ours to redistribute. Empty when they are not there.
inline std::filesystem::path shared_data() {
  const char* named = std::getenv("TRADEWIND_TEST_DATA");
  const std::filesystem::path folder = named != nullptr ? named : TW_SOURCE_DIR "/../shared/data";
  return std::filesystem::is_directory(folder) ? folder : std::filesystem::path{};
}

}  // namespace tradewind::testing

#define TW_SHARED_DATA_OR_SKIP(variable, part)                                              \
  const std::filesystem::path variable = ::tradewind::testing::shared_data() / (part);      \
  if (::tradewind::testing::shared_data().empty() || !std::filesystem::exists(variable)) {  \
    GTEST_SKIP() << "REAL DATA ABSENT: " << (part)                                          \
                 << " is not in TRADEWIND_TEST_DATA (default ../shared/data); not checked"; \
  }
