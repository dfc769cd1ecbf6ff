#include "apps/tradewind/failure.hpp"

#include <cstdio>

namespace tradewind::app {

ExitCode code_for(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument:
      return ExitCode::usage;
    case Errc::refused:
      return ExitCode::refused_by_safety;
    default:
      return ExitCode::failed;
  }
}

void write_error(JsonWriter& json, const Error& error) {
  json.key("error").begin_object().member("class", name(error.code)).member("detail", error.detail).end_object();
}

int report_failure(ExitCode code, const Error& error, bool json) {
  std::fprintf(stderr, "tradewind: %s\n", error.detail.c_str());
  if (json) {
    JsonWriter out;
    out.begin_object();
    write_error(out, error);
    out.member("exit_code", static_cast<int>(code)).end_object();
    std::printf("%s\n", out.str().c_str());
  }
  return static_cast<int>(code);
}

}  // namespace tradewind::app
