#include "tradewind/edge/store/journal_writer.hpp"

#include "tests/support/fake_directory.hpp"
#include "tests/support/journal_samples.hpp"
#include "tests/support/temp_directory.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/journal/verify.hpp"
#include "tradewind/edge/store/posix_directory.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace tradewind::edge::store {
namespace {

using journal::Log;
using journal::Notice;
using model::Seq;
using testing::at_second;

// A directory whose syncs wait for a gate and are counted: the hook by which tests delay the disk.
class GatedDirectory final : public journal::Directory {
 public:
  explicit GatedDirectory(journal::Directory& inner) : inner_{inner} {}

  void shut() {
    const std::scoped_lock lock{mutex_};
    is_open_ = false;
  }
  void open() {
    const std::scoped_lock lock{mutex_};
    is_open_ = true;
    changed_.notify_all();
  }
  // Returns once a sync stands at the gate.
  void wait_for_sync() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return is_waiting_; });
  }
  [[nodiscard]] int syncs() const { return syncs_; }

  [[nodiscard]] Result<std::vector<std::string>> list() const override { return inner_.list(); }
  [[nodiscard]] Result<std::uint64_t> size(std::string_view name) const override { return inner_.size(name); }
  [[nodiscard]] Result<std::size_t> read(std::string_view name, std::uint64_t offset,
                                         std::span<std::byte> into) const override {
    return inner_.read(name, offset, into);
  }
  [[nodiscard]] Result<std::unique_ptr<journal::File>> create(std::string_view name) override {
    return std::make_unique<GatedFile>(*this, TW_TRY(inner_.create(name)));
  }
  [[nodiscard]] Result<void> rename(std::string_view from, std::string_view to) override {
    return inner_.rename(from, to);
  }
  [[nodiscard]] Result<void> sync() override { return inner_.sync(); }

 private:
  class GatedFile final : public journal::File {
   public:
    GatedFile(GatedDirectory& owner, std::unique_ptr<journal::File> inner) : owner_{owner}, inner_{std::move(inner)} {}
    [[nodiscard]] Result<void> append(Bytes bytes) override { return inner_->append(bytes); }
    [[nodiscard]] Result<void> sync() override {
      owner_.pass();
      return inner_->sync();
    }

   private:
    GatedDirectory& owner_;
    std::unique_ptr<journal::File> inner_;
  };
  void pass() {
    std::unique_lock lock{mutex_};
    ++syncs_;
    is_waiting_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return is_open_; });
    is_waiting_ = false;
  }

  journal::Directory& inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = true;
  bool is_waiting_ = false;
  std::atomic<int> syncs_ = 0;
};

bool push_all(JournalWriter& writer, Log& log) {
  if (!writer.try_push(log.pending())) return false;
  log.consume(log.pending().size());
  return true;
}

TEST(JournalWriter, MakesRecordsDurableOnTheRealDisk) {
  const testing::TempDirectory temp;
  PosixDirectory directory = PosixDirectory::open(temp.path()).value();
  std::atomic<int> progress = 0;
  JournalWriter writer = JournalWriter::start(directory, {}, {.on_progress = [&] { ++progress; }}).value();
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  for (int i = 0; i < 100; ++i) log.append(Notice{i, "notice"}, at_second(i), Seq{0});
  ASSERT_TRUE(push_all(writer, log));
  ASSERT_TRUE(writer.wait_idle().has_value());
  EXPECT_EQ(writer.durable(), Seq{101});
  log.end(at_second(101));
  ASSERT_TRUE(push_all(writer, log));
  const JournalWriter::Head head = writer.close().value();
  EXPECT_GE(progress, 1) << "told by the writer's thread, which has ended by now";
  EXPECT_EQ(head.seq, Seq{102});
  const journal::Verification verification = journal::verify(directory).value();
  EXPECT_FALSE(verification.finding.has_value());
  EXPECT_TRUE(verification.is_closed);
  EXPECT_EQ(verification.head, head.hash);
}

TEST(JournalWriter, GoesOnBehindWhatWasRecovered) {
  const testing::TempDirectory temp;
  PosixDirectory directory = PosixDirectory::open(temp.path()).value();
  for (std::uint64_t run = 1; run <= 5; ++run) {
    const journal::Recovered recovered = journal::recover(directory).value();
    Log log = recovered.genesis ? Log::resume(recovered, at_second(0), {})
                                : Log::begin(testing::a_genesis(), at_second(0), {});
    JournalWriter writer = JournalWriter::start(directory, recovered, {}).value();
    EXPECT_EQ(writer.durable(), recovered.last);
    log.append(Notice{}, at_second(1), Seq{0});
    ASSERT_TRUE(push_all(writer, log));
    ASSERT_TRUE(writer.wait_idle().has_value());
    EXPECT_EQ(writer.durable(), Seq{2 * run});
  }
  EXPECT_EQ(journal::verify(directory)->segments, 5U);
}

// Goal: nothing is lost, doubled or torn between the threads. Method: many pushes of random size into a small ring.
TEST(JournalWriter, KeepsEveryRecordOfAHurriedProducer) {
  testing::FakeDirectory directory;
  Log log = Log::begin(testing::a_genesis(), at_second(0), {.segment_bytes = 100'000});
  JournalWriter writer = JournalWriter::start(directory, {}, {.ring_bytes = 4096, .on_progress = {}}).value();
  Rng rng{5};
  for (int i = 0; i < 20'000; ++i) {
    log.append(Notice{i, std::string(rng.below(100), 'x')}, at_second(i), Seq{0});
    if (log.pending().size() < 2000) continue;
    while (!push_all(writer, log)) std::this_thread::yield();
  }
  log.end(at_second(0));
  while (!push_all(writer, log)) std::this_thread::yield();
  const JournalWriter::Head head = writer.close().value();
  EXPECT_EQ(head.seq, log.last());
  const journal::Verification verification = journal::verify(directory).value();
  ASSERT_FALSE(verification.finding.has_value()) << text_of(*verification.finding);
  EXPECT_EQ(verification.last, log.last());
  EXPECT_EQ(verification.head, head.hash);
}

TEST(JournalWriter, TakesNothingWhenTheRingHasNoRoomForAll) {
  testing::FakeDirectory disk;
  GatedDirectory directory{disk};
  directory.shut();
  JournalWriter writer = JournalWriter::start(directory, {}, {.ring_bytes = 1000, .on_progress = {}}).value();
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  ASSERT_TRUE(push_all(writer, log));
  directory.wait_for_sync();  // the ring is empty now, the writer busy
  int accepted = 0;
  for (;; ++accepted) {
    log.append(Notice{accepted, "notice"}, at_second(1), Seq{0});
    if (!push_all(writer, log)) break;
  }
  EXPECT_GT(accepted, 3);
  EXPECT_FALSE(push_all(writer, log)) << "still full";
  EXPECT_EQ(writer.durable(), Seq{0});
  EXPECT_FALSE(writer.has_failed());
  directory.open();
  ASSERT_TRUE(writer.wait_idle().has_value());
  EXPECT_EQ(writer.durable(), Seq{static_cast<std::uint64_t>(accepted) + 1});
  EXPECT_TRUE(push_all(writer, log)) << "what was refused can be pushed later";
  ASSERT_TRUE(writer.wait_idle().has_value());
  EXPECT_EQ(writer.durable(), log.last());
  EXPECT_FALSE(journal::verify(disk)->finding.has_value());
}

TEST(JournalWriter, SyncsOnceForAllThatWaits) {
  testing::FakeDirectory disk;
  GatedDirectory directory{disk};
  directory.shut();
  JournalWriter writer = JournalWriter::start(directory, {}, {}).value();
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  ASSERT_TRUE(push_all(writer, log));
  directory.wait_for_sync();
  const int before = directory.syncs();
  for (int i = 0; i < 1000; ++i) {
    log.append(Notice{i, "notice"}, at_second(1), Seq{0});
    ASSERT_TRUE(push_all(writer, log));
  }
  directory.open();
  ASSERT_TRUE(writer.wait_idle().has_value());
  EXPECT_EQ(directory.syncs(), before + 1);
}

TEST(JournalWriter, StopsAtTheFirstErrorAndTriesNothingAgain) {
  for (std::uint64_t step = 1; step <= 2; ++step) {  // the append, the sync
    testing::FakeDirectory disk;
    GatedDirectory directory{disk};
    std::atomic<int> progress = 0;
    JournalWriter writer = JournalWriter::start(directory, {}, {.on_progress = [&] { ++progress; }}).value();
    Log log = Log::begin(testing::a_genesis(), at_second(0), {});
    ASSERT_TRUE(push_all(writer, log));
    ASSERT_TRUE(writer.wait_idle().has_value());
    disk.fail_at(step);
    log.append(Notice{}, at_second(1), Seq{0});
    ASSERT_TRUE(push_all(writer, log));
    EXPECT_EQ(writer.wait_idle().error().code, Errc::io);
    EXPECT_TRUE(writer.has_failed());
    EXPECT_NE(writer.error()->detail.find("planted fault"), std::string::npos);
    EXPECT_EQ(writer.durable(), Seq{1});
    const std::uint64_t steps = disk.steps();
    log.append(Notice{}, at_second(1), Seq{0});
    EXPECT_FALSE(push_all(writer, log));
    EXPECT_FALSE(writer.close().has_value());
    EXPECT_EQ(disk.steps(), steps);
    EXPECT_EQ(progress, 2) << "the commit, and the failure";
  }
}

TEST(JournalWriter, LeavesAloneWhatWaitsInTheRingWhenItFails) {
  testing::FakeDirectory disk;
  GatedDirectory directory{disk};
  std::atomic<int> progress = 0;
  JournalWriter writer = JournalWriter::start(directory, {}, {.on_progress = [&] { ++progress; }}).value();
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  ASSERT_TRUE(push_all(writer, log));
  ASSERT_TRUE(writer.wait_idle().has_value());
  directory.shut();
  log.append(Notice{}, at_second(1), Seq{0});
  ASSERT_TRUE(push_all(writer, log));
  directory.wait_for_sync();
  log.append(Notice{}, at_second(1), Seq{0});
  ASSERT_TRUE(push_all(writer, log));
  disk.fail_at(1);
  directory.open();
  EXPECT_FALSE(writer.close().has_value());
  EXPECT_EQ(progress, 2) << "the first commit, and one failure";
  EXPECT_EQ(writer.durable(), Seq{1});
}

TEST(JournalWriter, WritesWhatWasPushedBeforeItCloses) {
  testing::FakeDirectory disk;
  GatedDirectory directory{disk};
  directory.shut();
  Log log = Log::begin(testing::a_genesis(), at_second(0), {});
  {
    JournalWriter writer = JournalWriter::start(directory, {}, {}).value();
    ASSERT_TRUE(push_all(writer, log));
    directory.wait_for_sync();
    log.append(Notice{}, at_second(1), Seq{0});
    ASSERT_TRUE(push_all(writer, log));
    directory.open();
  }
  EXPECT_EQ(journal::recover(disk)->last, log.last());
}

// Goal: what was reported durable survives kill -9. Method: a child process reports durable numbers through a pipe
// until it is killed; the parent recovers its journal.
TEST(JournalWriter, SurvivesKillMinusNine) {
  const testing::TempDirectory temp;
  std::uint64_t reported = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2] = {};
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      PosixDirectory directory = PosixDirectory::open(temp.path()).value();
      const journal::Recovered recovered = journal::recover(directory).value();
      Log log = recovered.genesis ? Log::resume(recovered, at_second(0), {.segment_bytes = 3000})
                                  : Log::begin(testing::a_genesis(), at_second(0), {.segment_bytes = 3000});
      JournalWriter writer = JournalWriter::start(directory, recovered, {}).value();
      for (;;) {
        log.append(Notice{1, "notice"}, at_second(1), Seq{0});
        while (!push_all(writer, log)) std::this_thread::yield();
        const std::uint64_t durable = writer.durable().value();
        if (::write(ends[1], &durable, sizeof durable) != sizeof durable) ::_exit(1);
      }
    }
    ::close(ends[1]);
    const std::uint64_t enough = reported + 40;
    std::uint64_t durable = 0;
    while (reported < enough && ::read(ends[0], &durable, sizeof durable) == sizeof durable)
      reported = std::max(reported, durable);
    ::kill(child, SIGKILL);
    while (::read(ends[0], &durable, sizeof durable) == sizeof durable) reported = std::max(reported, durable);
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_GE(reported, enough);
    const PosixDirectory directory = PosixDirectory::open(temp.path()).value();
    const auto recovered = journal::recover(directory);
    ASSERT_TRUE(recovered.has_value()) << recovered.error().detail;
    EXPECT_GE(recovered->last.value(), reported);
    const auto verification = journal::verify(directory).value();
    EXPECT_FALSE(verification.finding.has_value()) << text_of(*verification.finding);
  }
}

}  // namespace
}  // namespace tradewind::edge::store
