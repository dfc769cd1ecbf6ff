// Goal: what a run decides does not depend on how the bytes arrive nor on how long the disk takes. Method: the demo's own
// run, one generated day, with streams cut at random on both sides and with syncs that take 0 to 50 ms; orders, fills,
// books and the head of the journal are those of an undisturbed run.

#include "apps/tradewind/demo.hpp"

#include "tests/support/temp_directory.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/journal/file.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tradewind::app {
namespace {

using namespace std::chrono_literals;

// The time the disk takes for one sync. Called on the journal's thread.
using Pause = std::function<Duration()>;

class SlowFile final : public journal::File {
 public:
  SlowFile(std::unique_ptr<journal::File> file, const Pause& pause) : file_{std::move(file)}, pause_{pause} {}
  [[nodiscard]] Result<void> append(Bytes bytes) override { return file_->append(bytes); }
  [[nodiscard]] Result<void> sync() override {
    std::this_thread::sleep_for(pause_());
    return file_->sync();
  }

 private:
  std::unique_ptr<journal::File> file_;
  const Pause& pause_;
};

class SlowDirectory final : public journal::Directory {
 public:
  SlowDirectory(journal::Directory& directory, Pause pause) : directory_{directory}, pause_{std::move(pause)} {}
  [[nodiscard]] Result<std::vector<std::string>> list() const override { return directory_.list(); }
  [[nodiscard]] Result<std::uint64_t> size(std::string_view name) const override { return directory_.size(name); }
  [[nodiscard]] Result<std::size_t> read(std::string_view name, std::uint64_t offset,
                                         std::span<std::byte> into) const override {
    return directory_.read(name, offset, into);
  }
  [[nodiscard]] Result<std::unique_ptr<journal::File>> create(std::string_view name) override {
    auto file = TW_TRY(directory_.create(name));
    return std::make_unique<SlowFile>(std::move(file), pause_);
  }
  [[nodiscard]] Result<void> rename(std::string_view from, std::string_view to) override {
    return directory_.rename(from, to);
  }
  [[nodiscard]] Result<void> sync() override {
    std::this_thread::sleep_for(pause_());
    return directory_.sync();
  }

 private:
  journal::Directory& directory_;
  Pause pause_;
};

// Everything a run decides and books, as text.
std::string outcome_of(const DemoReport& report) {
  std::string text = fmt::format("{} orders, {} fills, commissions {}, cash {} and {}, {} records, head {}",
                                 report.account.orders, report.account.fills, report.account.commissions,
                                 report.account.cash, report.gateway_cash, report.journal_records, report.journal_head);
  for (const AccountReport::Row& row : report.account.rows) text += fmt::format(", {} {}", row.position, row.symbol);
  for (const auto& [symbol, position] : report.gateway_positions) text += fmt::format(", {} {}", position, symbol);
  return text;
}

class RepeatableDemo : public ::testing::Test {
 protected:
  DemoReport play(std::uint64_t seed, std::function<void(DemoOptions&)> disturb = {}) {
    DemoOptions options;
    options.market.seed = seed;
    options.market.from = options.market.to = CivilTime{2025, 1, 6, 0, 0, 0};
    options.state = temp_ / fmt::format("run{}", ++runs_);
    if (disturb) disturb(options);
    auto report = run_demo(options, {});
    if (!report.has_value()) {
      ADD_FAILURE() << report.error().detail;
      return {};
    }
    EXPECT_TRUE(report->differences.empty()) << report->differences.front();
    EXPECT_GT(report->account.orders, 20U);
    EXPECT_GE(report->account.fills, 20U);
    return *std::move(report);
  }

 private:
  testing::TempDirectory temp_;
  int runs_ = 0;
};

TEST_F(RepeatableDemo, TheSameSeedDecidesTheSameAndAnotherDoesNot) {
  const std::string first = outcome_of(play(5));
  EXPECT_EQ(outcome_of(play(5)), first);
  EXPECT_NE(outcome_of(play(6)), first);
}

TEST_F(RepeatableDemo, CuttingTheStreamsAtRandomChangesNothing) {
  const std::string whole = outcome_of(play(5));
  for (const std::uint64_t longest : {30U, 700U, 9'000U}) {
    Rng rng{longest};
    std::uint64_t reads = 0;
    const DemoReport cut = play(5, [&](DemoOptions& options) {
      options.read_at_most = [&] {
        ++reads;
        return 1 + rng.below(longest);
      };
    });
    EXPECT_EQ(outcome_of(cut), whole) << "pieces of at most " << longest << " bytes";
    EXPECT_GT(reads, cut.account.wire.bytes_in / longest);
  }
}

TEST_F(RepeatableDemo, SlowCommitsChangeNothing) {
  const std::string quick = outcome_of(play(7));
  Rng cuts{1};
  Rng pauses{2};
  std::atomic<int> syncs = 0;
  const DemoReport slow = play(7, [&](DemoOptions& options) {
    options.read_at_most = [&] { return 1 + cuts.below(2'000); };
    options.wrap_directory = [&](journal::Directory& directory) -> std::unique_ptr<journal::Directory> {
      return std::make_unique<SlowDirectory>(directory, [&]() -> Duration {
        ++syncs;
        return std::chrono::microseconds{pauses.below(50'001)};
      });
    };
  });
  EXPECT_EQ(outcome_of(slow), quick);
  EXPECT_GT(syncs, 300) << "one for each group of records, not one for all";
  EXPECT_GT(slow.wall_time, 300 * 10ms);
}

}  // namespace
}  // namespace tradewind::app
