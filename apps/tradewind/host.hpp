#pragma once

#include "tradewind/core/engine/node.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/edge/store/journal_writer.hpp"
#include "tradewind/edge/store/posix_directory.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace tradewind::app {

// Of the machine's own chance: a seed that no other run has.
[[nodiscard]] std::uint64_t random_bits();

struct HostOptions {
  std::string state;                         // the state directory; made when it is not there
  engine::EngineConfig engine;
  model::ClientId client_id{1};
  tws::LivenessLimits liveness;
  std::optional<std::uint64_t> journal_seed;  // of the journal's id; empty: random
  // Tests put a directory that delays or fails in between.
  std::function<std::unique_ptr<journal::Directory>(journal::Directory&)> wrap_directory;
  std::function<void()> on_journal_progress;  // called on the writer's thread
  bool follow_with_database = true;           // keep the SQLite tables up to date while running
};

// One engine on its state directory: the lock, the journal with its writer, the node with what the journal says, and the
// SQLite projection that follows it.
//
//   STATE/lock          held while we run
//   STATE/journal/      the segments: the truth
//   STATE/tradewind.db  tables to query; a copy, deleted at will
class Host {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Host>> open(HostOptions options,
                                                          std::unique_ptr<strategy::Strategy> strategy, Now now);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] engine::Node& node() { return *node_; }
  [[nodiscard]] edge::store::JournalWriter& writer() { return *writer_; }
  [[nodiscard]] const std::string& journal_path() const { return journal_path_; }
  // Records the journal held when it was opened.
  [[nodiscard]] std::uint64_t restored_records() const { return restored_records_; }

  // Ends the journal cleanly and brings the tables up to date. Once.
  [[nodiscard]] Result<edge::store::JournalWriter::Head> close(Now now);

 private:
  Host() = default;
  void follow(const std::stop_token& stop);

  std::string journal_path_;
  std::string database_path_;
  std::optional<edge::store::StateLock> lock_;
  std::optional<edge::store::PosixDirectory> directory_;
  std::unique_ptr<journal::Directory> wrapped_;
  std::optional<journal::Log> log_;
  std::optional<edge::store::JournalWriter> writer_;
  std::unique_ptr<engine::Node> node_;
  std::uint64_t restored_records_ = 0;
  std::mutex follow_mutex_;
  std::condition_variable_any follow_wake_;
  std::jthread follower_;  // last: it uses the others
};

}  // namespace tradewind::app
