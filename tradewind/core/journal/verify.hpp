#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/journal/file.hpp"
#include "tradewind/core/journal/format.hpp"
#include "tradewind/core/model/ids.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tradewind::journal {

// What is wrong with a journal. The numbers are the exit codes of `audit verify` and of tools/audit_verify.py: do not
// change them.
enum class FindingClass : std::uint8_t {
  hash_mismatch = 10,  // bytes that are not what was hashed, or do not follow their predecessor
  gap_or_order = 11,   // a record is missing, or is not where it belongs
  duplicate = 12,      // a record or segment is there twice
  missing_segment = 14,
  binding = 16,  // a segment of another journal
};

struct Finding {
  FindingClass what{};
  model::Seq seq{0};  // the first record that is wrong or missing
  std::string file;
  std::uint64_t offset = 0;  // in that file
  std::string detail;
};
// "hash mismatch (10) at record 17, 000002.seg offset 8: …"
[[nodiscard]] std::string text_of(const Finding& finding);

struct Verification {
  std::optional<Finding> finding;  // the first one; the figures below count what is good before it
  JournalId journal_id;
  std::uint64_t records = 0;
  std::uint32_t segments = 0;
  model::Seq last{0};
  Hash256 head{};
  std::uint64_t torn_bytes = 0;  // left by a crash at the end of the last, open segment
  bool is_closed = false;        // the last segment ended cleanly
};

// Checks every byte of every segment and changes nothing. An error is a failure to read, never a bad journal. What the
// chain alone cannot show: whole records cut off the end of an open segment, or whole segments behind a clean end.
[[nodiscard]] Result<Verification> verify(const Directory& directory);

}  // namespace tradewind::journal

namespace tradewind {
template <>
inline constexpr auto kEnumNames<journal::FindingClass> =
    std::to_array<std::pair<journal::FindingClass, std::string_view>>(
        {{journal::FindingClass::hash_mismatch, "hash mismatch"},
         {journal::FindingClass::gap_or_order, "gap or order"},
         {journal::FindingClass::duplicate, "duplicate"},
         {journal::FindingClass::missing_segment, "missing segment"},
         {journal::FindingClass::binding, "binding"}});
}  // namespace tradewind
