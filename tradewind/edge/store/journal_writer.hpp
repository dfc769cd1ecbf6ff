#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/file.hpp"
#include "tradewind/core/model/ids.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace tradewind::edge::store {

// The journal's thread: takes records from the engine's thread through a ring of bytes, hashes, appends and syncs them,
// as many at once as are waiting (group commit). After the first I/O error nothing is accepted and nothing is tried
// again: a sync that failed once may claim success the next time without having stored a byte.
//
// One thread pushes, waits and closes; `durable`, `has_failed`, `error` and `head` may be called from any.
class JournalWriter {
 public:
  struct Options {
    std::size_t ring_bytes = 8U << 20;
    // Called on the writer's thread after each commit, and once when it fails, so that the engine's loop can be woken.
    // Must not call back into the writer other than by the functions any thread may call.
    std::function<void()> on_progress;
  };
  struct Head {
    model::Seq seq{0};
    Hash256 hash{};
  };

  // `directory` outlives the writer; nobody else writes to it. A test wraps it to delay or to fail.
  [[nodiscard]] static Result<JournalWriter> start(journal::Directory& directory, const journal::Recovered& recovered,
                                                   Options options);
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;
  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;
  ~JournalWriter();  // closes

  // Whole records as `journal::Log` encodes them. False, and nothing taken, when the ring has no room for all of them
  // or the writer has failed. Never blocks.
  [[nodiscard]] bool try_push(Bytes records);

  // Every record up to this one is on the disk.
  [[nodiscard]] model::Seq durable() const;
  [[nodiscard]] bool has_failed() const;
  [[nodiscard]] std::optional<Error> error() const;
  [[nodiscard]] Head head() const;  // the last durable record

  // Blocks until everything pushed is durable, or returns the error that prevents it. For drivers in virtual time,
  // which may not advance while a commit is outstanding.
  [[nodiscard]] Result<void> wait_idle();
  // Writes what was pushed and ends the thread. The last segment is closed when the last record pushed was the log's
  // end, and otherwise stays open for the next start to deal with.
  [[nodiscard]] Result<Head> close();

 private:
  struct Impl;
  explicit JournalWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tradewind::edge::store
