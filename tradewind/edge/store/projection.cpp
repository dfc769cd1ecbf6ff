#include "tradewind/edge/store/projection.hpp"

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/edge/store/internal/projection_tables.hpp"
#include "tradewind/edge/store/internal/sqlite.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

namespace tradewind::edge::store {
namespace {

constexpr std::uint64_t kBatchRecords = 10'000;  // in one transaction

enum class Found : std::uint8_t { nothing, usable, replaceable };

// What lies at `path`, read-only. Errors are the refusals of Projection::open.
Result<Found> inspect(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return Found::nothing;
  auto found = guarded(path, [&]() -> Result<Found> {
    SQLite::Database database{path, SQLite::OPEN_READONLY, kBusyTimeoutMs};
    const std::int64_t application = database.execAndGet("PRAGMA application_id").getInt64();
    const std::int64_t version = database.execAndGet("PRAGMA user_version").getInt64();
    const std::int64_t tables = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt64();
    if (application == 0 && tables == 0) return Found::nothing;
    if (application != kApplicationId) {
      return fail(Errc::invalid_argument, fmt::format("{}: the database of another program; name another file", path));
    }
    if (version > kSchemaVersion) {
      return fail(Errc::unsupported,
                  fmt::format("{}: made by a newer version (schema {}, this one knows {}); use that version, "
                              "or move the file away",
                              path, version, kSchemaVersion));
    }
    return version == kSchemaVersion ? Found::usable : Found::replaceable;
  });
  if (!found && found.error().code == Errc::corrupt) return Found::replaceable;
  return found;
}

// Keeps a file that is of no use under another name, and does away with SQLite's files beside it.
Result<void> set_aside(const std::string& path) {
  std::error_code error;
  std::filesystem::rename(path, path + ".replaced", error);
  if (error) return fail(Errc::io, fmt::format("{}: cannot be set aside: {}", path, error.message()));
  std::filesystem::remove(path + "-wal", error);
  std::filesystem::remove(path + "-shm", error);
  return {};
}

}  // namespace

struct Projection::Impl {
  explicit Impl(std::string path) : path_{std::move(path)} {}

  Result<void> open() {
    const Found found = TW_TRY(inspect(path_));
    if (found == Found::replaceable) TW_TRY_VOID(set_aside(path_));
    auto opened = connect(found != Found::usable);
    if (opened || opened.error().code != Errc::corrupt) return opened;
    return replace();
  }

  Result<void> connect(bool is_new) {
    return guarded(path_, [&]() -> Result<void> {
      database_.emplace(path_, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyTimeoutMs);
      database_->exec("PRAGMA journal_mode = WAL");
      database_->exec(
          "PRAGMA synchronous = NORMAL");  // a power cut may cost the last batches, which are in the journal
      database_->exec("PRAGMA mmap_size = 0");
      if (is_new) {
        SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
        create_tables(*database_);
        transaction.commit();
      }
      tables_.emplace(*database_);
      return {};
    });
  }

  Result<void> replace() {
    tables_.reset();
    database_.reset();
    TW_TRY_VOID(set_aside(path_));
    return connect(true);
  }

  Result<void> clear() {
    return guarded(path_, [&]() -> Result<void> {
      SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
      clear_tables(*database_);
      transaction.commit();
      return {};
    });
  }

  // What the tables turned out to be while they took in a journal.
  enum class Verdict : std::uint8_t { good, foreign, damaged };

  // Takes in what a journal holds beyond the place the tables have reached, in transactions of kBatchRecords.
  Result<Progress> advance(const journal::Directory& directory, Verdict& verdict) {
    Tables::Place place = tables_->place();
    Progress progress;
    progress.last = model::Seq{place.seq};
    bool is_joined = place.seq == 0;  // the record at `place` was met, and is the one seen before
    std::optional<SQLite::Transaction> transaction;
    transaction.emplace(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    const auto visit = [&](const journal::StoredRecord& stored) -> Result<void> {
      if (!is_joined) {
        is_joined = stored.envelope.seq.value() == place.seq && hex_text(stored.hash) == place.hash;
        if (is_joined) return {};
        verdict = Verdict::foreign;
        return fail(Errc::refused, "the tables belong to another journal");
      }
      const journal::Record record = TW_TRY(journal::decode(stored));
      auto applied = tables_->apply(record, stored.envelope);
      if (!applied) {
        if (applied.error().code == Errc::corrupt) verdict = Verdict::damaged;
        return applied;
      }
      progress.last = stored.envelope.seq;
      place = {stored.envelope.seq.value(), hex_text(stored.hash)};
      if (++progress.records % kBatchRecords == 0) {
        tables_->set_place(place);
        transaction->commit();
        transaction.emplace(*database_, SQLite::TransactionBehavior::IMMEDIATE);
      }
      return {};
    };
    TW_TRY(journal::read(directory, model::Seq{place.seq}, visit));
    if (!is_joined) verdict = Verdict::foreign;  // the journal ends before the place the tables have reached
    if (progress.records > 0) tables_->set_place(place);
    transaction->commit();
    return progress;
  }

  Result<Progress> try_advance(const journal::Directory& directory, Verdict& verdict) {
    bool is_journal_read = false;
    auto progress = guarded(path_, [&] {
      auto advanced = advance(directory, verdict);
      is_journal_read = true;
      return advanced;
    });
    // Thrown by SQLite, not returned by the journal, whose own damage is no reason to give up the tables.
    if (!is_journal_read && progress.error().code == Errc::corrupt) verdict = Verdict::damaged;
    return progress;
  }

  Result<Progress> update(const journal::Directory& directory) {
    Verdict verdict = Verdict::good;
    auto progress = try_advance(directory, verdict);
    switch (verdict) {
      case Verdict::good:
        return progress;
      case Verdict::foreign:
        TW_TRY_VOID(clear());
        break;
      case Verdict::damaged:
        TW_TRY_VOID(replace());
        break;
    }
    progress = try_advance(directory, verdict);
    if (progress) progress->was_rebuilt = true;
    return progress;
  }

  std::string path_;
  std::optional<SQLite::Database> database_;
  std::optional<Tables> tables_;  // uses database_
};

Result<Projection> Projection::open(std::string path) {
  auto impl = std::make_unique<Impl>(std::move(path));
  TW_TRY_VOID(impl->open());
  return Projection{std::move(impl)};
}

Projection::Projection(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Projection::Projection(Projection&&) noexcept = default;
Projection& Projection::operator=(Projection&&) noexcept = default;
Projection::~Projection() = default;

Result<Projection::Progress> Projection::update(const journal::Directory& directory) {
  return impl_->update(directory);
}

Result<Projection::Progress> Projection::rebuild(const journal::Directory& directory) {
  TW_TRY_VOID(impl_->clear());
  auto progress = impl_->update(directory);
  if (progress) progress->was_rebuilt = true;
  return progress;
}

SqliteVersion sqlite_version() {
  constexpr int kFirstWithoutWalReset = 3'051'003;
  return {sqlite3_libversion(), sqlite3_libversion_number() >= kFirstWithoutWalReset};
}

}  // namespace tradewind::edge::store
