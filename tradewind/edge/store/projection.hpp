#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/journal/file.hpp"
#include "tradewind/core/model/ids.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace tradewind::edge::store {

// The journal as SQLite tables, for people and reports: orders, executions, commissions, positions, instruments, runs,
// denials, breaks, notices, what accounts held at first. Decimals are TEXT, times are nanoseconds since 1970 UTC. A
// copy and nothing more: it is never asked about an order, may be deleted at any time, and is written from scratch
// whenever it does not fit its journal or is damaged.
//
// One process and one connection write and checkpoint the file; readers open it with mode=ro and do not checkpoint
// (SQLite before 3.51.3 can damage a WAL database otherwise). Not for the engine's thread; no thread of its own.
class Projection {
 public:
  // Opens or creates. A damaged file is set aside (".replaced"), one of an older version too. Refused, and left as they
  // are: a file of a newer version (Errc::unsupported) and the database of another program (Errc::invalid_argument).
  [[nodiscard]] static Result<Projection> open(std::string path);
  Projection(const Projection&) = delete;
  Projection& operator=(const Projection&) = delete;
  Projection(Projection&&) noexcept;
  Projection& operator=(Projection&&) noexcept;
  ~Projection();

  struct Progress {
    std::uint64_t records = 0;  // taken in by this call
    model::Seq last{0};
    bool was_rebuilt = false;  // the tables did not belong to this journal, or were damaged
  };
  // Takes in what the journal holds beyond the last record seen. A writer may be appending to it.
  [[nodiscard]] Result<Progress> update(const journal::Directory& directory);
  // Empties the tables and takes in the whole journal.
  [[nodiscard]] Result<Progress> rebuild(const journal::Directory& directory);

 private:
  struct Impl;
  explicit Projection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The SQLite library this program runs with, for the start-up log.
struct SqliteVersion {
  std::string text;  // "3.40.1"
  bool is_current = false;  // 3.51.3 or later: without the WAL-reset defect
};
[[nodiscard]] SqliteVersion sqlite_version();

}  // namespace tradewind::edge::store
