#pragma once

#include <span>
#include <string_view>

namespace tradewind::app {

// What can be wrong between a program and its broker, as `doctor` names it. Ids are stable: scripts and people look for
// them; docs/guide/doctor.md lists them all.
struct DoctorCause {
  std::string_view id;  // "step.what"
  bool is_failure = true;  // nothing works as it should; otherwise a warning
  std::string_view cause;
  std::string_view fix;
};

[[nodiscard]] std::span<const DoctorCause> doctor_causes();
// It must exist.
[[nodiscard]] const DoctorCause& doctor_cause(std::string_view id);

}  // namespace tradewind::app
