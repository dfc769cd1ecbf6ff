#pragma once

#include "tradewind/core/base/json.hpp"
#include "tradewind/core/base/result.hpp"

#include <string>

namespace tradewind::app {

// The exit codes of every command. Stable: scripts depend on them.
enum class ExitCode : int {
  ok = 0,
  failed = 1,
  usage = 2,
  refused_by_safety = 3,
  not_connected = 4,
  outcome_unknown = 5,
};

// Says what went wrong: one line to standard error and, with `json`, an object to standard output as well. Returns the
// code to exit with.
[[nodiscard]] int report_failure(ExitCode code, const Error& error, bool json);
// The member "error" of an open object.
void write_error(JsonWriter& json, const Error& error);
// The code that goes with an error where nothing more is known.
[[nodiscard]] ExitCode code_for(const Error& error);

}  // namespace tradewind::app
