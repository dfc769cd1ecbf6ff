#include "apps/tradewind/audit.hpp"

#include "apps/tradewind/failure.hpp"
#include "tradewind/core/base/json.hpp"
#include "tradewind/core/journal/verify.hpp"
#include "tradewind/edge/store/posix_directory.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>

namespace tradewind::app {

namespace {

Result<std::pair<std::string, journal::Verification>> verify(const std::string& given) {
  std::error_code error;
  const std::string path = std::filesystem::is_directory(given + "/journal", error) ? given + "/journal" : given;
  const auto directory = TW_TRY(edge::store::PosixDirectory::open(path));
  const journal::Verification found = TW_TRY(journal::verify(directory));
  if (found.segments == 0 && !found.finding)
    return fail(Errc::not_found, fmt::format("{}: there is no journal in this folder", path));
  return std::pair{path, found};
}

std::string json_of(const std::string& path, const journal::Verification& found) {
  JsonWriter json;
  json.begin_object().member("path", path).member("ok", !found.finding.has_value());
  json.member("journal_id", found.journal_id.view())
      .member("records", found.records)
      .member("segments", found.segments);
  json.member("head", hex_text(found.head)).member("closed", found.is_closed).member("torn_bytes", found.torn_bytes);
  if (found.finding) {
    const journal::Finding& finding = *found.finding;
    json.key("error").begin_object().member("class", name(finding.what)).member("code", static_cast<int>(finding.what));
    json.member("record", finding.seq.value())
        .member("file", finding.file)
        .member("offset", finding.offset)
        .member("detail", finding.detail)
        .end_object();
  }
  return json.end_object().str();
}

}  // namespace

int audit_verify_command(const std::string& directory, bool json) {
  const auto found = verify(directory);
  if (!found.has_value()) return report_failure(ExitCode::failed, found.error(), json);
  const auto& [path, result] = *found;
  if (json) fmt::print("{}\n", json_of(path, result));
  if (result.finding) {
    fmt::print(stderr, "tradewind: {}: {}\n", path, journal::text_of(*result.finding));
    return static_cast<int>(ExitCode::failed);
  }
  if (!json) {
    fmt::print("{}: {} records in {} segments, all as written; head {}{}\n", path, result.records, result.segments,
               hex_text(result.head),
               result.is_closed ? "" : "; not closed (a run is going on, or ended without warning)");
  }
  return static_cast<int>(ExitCode::ok);
}

}  // namespace tradewind::app
