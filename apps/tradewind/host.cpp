#include "apps/tradewind/host.hpp"

#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/edge/store/projection.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <utility>

namespace tradewind::app {

namespace store = edge::store;

namespace {

constexpr const char* kMadeBy = "tradewind 0.1.0";
constexpr auto kFollowPause = std::chrono::seconds{1};

// A state directory is made for one mode, and opens in no other.
Result<void> check_genesis(const journal::Genesis& genesis, const HostOptions& options) {
  if (genesis.mode != options.engine.mode) {
    return fail(
        Errc::refused,
        fmt::format("{}: this state directory belongs to mode {}; it never opens in mode {}. Name another directory.",
                    options.state, genesis.mode, options.engine.mode));
  }
  return {};
}

// The number of records taken back.
Result<std::uint64_t> restore(const journal::Directory& directory, engine::Node& node) {
  const auto take_back = [&node](const journal::StoredRecord& stored) -> Result<void> {
    const auto record = journal::decode(stored);
    if (!record.has_value()) return std::unexpected{record.error()};
    return node.restore(stored.envelope.seq, *record);
  };
  const auto summary = TW_TRY(journal::read(directory, model::Seq{1}, take_back));
  return summary.records;
}

}  // namespace

std::uint64_t random_bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

Result<std::unique_ptr<Host>> Host::open(HostOptions options, std::unique_ptr<strategy::Strategy> strategy, Now now) {
  std::unique_ptr<Host> host{new Host};
  std::error_code error;
  std::filesystem::create_directories(options.state, error);
  if (error) return fail(Errc::io, fmt::format("{}: cannot be made: {}", options.state, error.message()));
  host->lock_ = TW_TRY(store::StateLock::acquire(options.state));
  host->journal_path_ = options.state + "/journal";
  host->database_path_ = options.state + "/tradewind.db";
  host->directory_ = TW_TRY(store::PosixDirectory::open_or_create(host->journal_path_));
  journal::Directory* directory = &*host->directory_;
  if (options.wrap_directory) {
    host->wrapped_ = options.wrap_directory(*directory);
    directory = host->wrapped_.get();
  }

  const journal::Recovered recovered = TW_TRY(journal::recover(*directory));
  if (recovered.genesis) {
    TW_TRY_VOID(check_genesis(*recovered.genesis, options));
    host->log_ = journal::Log::resume(recovered, now, {});
  } else {
    const std::uint64_t bits = options.journal_seed ? Rng{*options.journal_seed}.next() : random_bits();
    const journal::Genesis genesis{journal::journal_id_from(bits), journal::kFormatVersion, options.engine.mode,
                                   options.engine.account, kMadeBy};
    host->log_ = journal::Log::begin(genesis, now, {});
  }
  host->node_ = std::make_unique<engine::Node>(
      options.engine, tws::ClientConfig{.client_id = options.client_id.value(), .liveness = options.liveness},
      std::move(strategy), *host->log_);
  if (recovered.genesis) {
    host->restored_records_ = TW_TRY(restore(*directory, *host->node_));
  }
  host->writer_ = TW_TRY(
      store::JournalWriter::start(*directory, recovered, {.on_progress = std::move(options.on_journal_progress)}));
  if (options.follow_with_database) {
    host->follower_ = std::jthread{[raw = host.get()](const std::stop_token& stop) { raw->follow(stop); }};
  }
  return host;
}

Host::~Host() {
  if (follower_.joinable()) {
    follower_.request_stop();
    follow_wake_.notify_all();
  }
}

// The tables are a convenience: an error with them is said once and never reaches the engine.
void Host::follow(const std::stop_token& stop) {
  auto projection = store::Projection::open(database_path_);
  bool complained = false;
  std::unique_lock lock{follow_mutex_};
  while (!stop.stop_requested()) {
    auto updated = projection.has_value() ? projection->update(*directory_)
                                          : Result<store::Projection::Progress>{std::unexpected{projection.error()}};
    if (!updated.has_value() && !complained) {
      std::fprintf(stderr, "tradewind: the database does not follow the journal: %s\n", updated.error().detail.c_str());
      complained = true;
    }
    follow_wake_.wait_for(lock, stop, kFollowPause, [] { return false; });
  }
}

Result<store::JournalWriter::Head> Host::close(Now now) {
  if (follower_.joinable()) {
    follower_.request_stop();
    follow_wake_.notify_all();
    follower_.join();
  }
  log_->end(now);
  if (!writer_->try_push(log_->pending())) {
    const auto error = writer_->error();
    return fail(Errc::io, error ? error->detail : "the journal's ring is full at the end of the run");
  }
  log_->consume(log_->pending().size());
  const auto head = TW_TRY(writer_->close());
  auto projection = TW_TRY(store::Projection::open(database_path_));
  static_cast<void>(TW_TRY(projection.update(*directory_)));
  return head;
}

}  // namespace tradewind::app
