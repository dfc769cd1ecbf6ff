#pragma once

#include <string>

namespace tradewind::app {

// Verifies a journal: `directory` is its folder, or a state directory with one in it. Exit code 0 only when every byte is
// what was written.
[[nodiscard]] int audit_verify_command(const std::string& directory, bool json);

}  // namespace tradewind::app
