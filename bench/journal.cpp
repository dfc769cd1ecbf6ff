// The journal: what a record costs the engine's thread (P15), durable records a second against the bare write and sync of
// the same batches on the same disk (P16), reading back (P17). The disk is that of the folder given, by default the
// current one.

#include "bench/bench.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/edge/store/journal_writer.hpp"
#include "tradewind/edge/store/posix_directory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace tradewind;
using bench::now_ns;
namespace store = edge::store;

constexpr std::uint64_t kRecords = 256;  // of a batch

Now now_at(std::int64_t i) { return {Timestamp::from_ns(1'735'828'200'000'000'000 + i), MonoTime::from_ns(i)}; }

journal::Log a_log() {
  return journal::Log::begin(
      {journal::journal_id_from(1), journal::kFormatVersion, model::Mode::sim, model::AccountId{"DU0000000"}, "bench"},
      now_at(0), {});
}

journal::Intent an_intent() {
  journal::Intent record;
  record.intent.order_ref =
      model::OrderRef{model::Mode::sim, journal::journal_id_from(1).view(), model::StrategyName{"bench"}, 1};
  record.intent.account = model::AccountId{"DU0000000"};
  record.intent.strategy = model::StrategyName{"bench"};
  record.intent.request.quantity = Quantity::of(100);
  record.intent.contract = {.con_id = model::ConId{756733},
                            .symbol = model::Symbol{"SPY"},
                            .security_type = model::SecurityType{"STK"},
                            .currency = Currency{"USD"}};
  record.intent.exchange = model::ExchangeName{"SMART"};
  record.reference_price = Price::of(100);
  record.reason = "fast average above slow";
  return record;
}

std::size_t append_batch(journal::Log& log, const journal::Intent& record, std::int64_t at) {
  for (std::uint64_t i = 0; i < kRecords; ++i) log.append(record, now_at(at), model::Seq{0});
  return log.pending().size();
}

void append_cost() {
  journal::Log log = a_log();
  const journal::Intent record = an_intent();
  const double ns = bench::pass_ns([&] {
    append_batch(log, record, 1);
    log.consume(log.pending().size());
  });
  std::printf("append an Intent to the queue: %.0f ns\n", ns / kRecords);
}

void commits(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "journal");
  store::PosixDirectory directory = store::PosixDirectory::open((folder / "journal").string()).value();
  journal::Log log = a_log();
  store::JournalWriter writer = store::JournalWriter::start(directory, {}, {}).value();
  const journal::Intent record = an_intent();
  const int bare = ::open((folder / "bare").c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
  if (bare < 0) std::abort();
  std::vector<std::byte> batch;
  const auto theirs = [&] {
    if (::write(bare, batch.data(), batch.size()) != static_cast<ssize_t>(batch.size()) || ::fdatasync(bare) != 0)
      std::abort();
  };
  const auto ours = [&] {
    append_batch(log, record, 1);
    if (!writer.try_push(log.pending())) std::abort();
    log.consume(log.pending().size());
    if (!writer.wait_idle().has_value()) std::abort();
  };
  {
    journal::Log other = a_log();
    append_batch(other, record, 1);
    batch.assign(other.pending().begin(), other.pending().end());
  }
  for (int i = 0; i < 20; ++i) {  // both files exist and have some length
    theirs();
    ours();
  }
  const auto pair = bench::timed_in_turn(theirs, ours);
  std::printf(
      "durable batch of %llu records (%zu bytes): bare write and sync %.0f us, journal %.0f us, %.2f of its rate; %.0f "
      "thousand records a second\n",
      static_cast<unsigned long long>(kRecords), batch.size(), pair.first_ns / 1e3, pair.second_ns / 1e3, pair.ratio,
      kRecords * 1e6 / pair.second_ns);

  // One record at a time: the answer an order waits for.
  std::vector<std::int64_t> answers;
  std::vector<std::int64_t> syncs;
  batch.resize(batch.size() / kRecords);
  for (int i = 0; i < 2'000; ++i) {
    std::int64_t begin = now_ns();
    theirs();
    syncs.push_back(now_ns() - begin);
    begin = now_ns();
    log.append(record, now_at(i), model::Seq{0});
    if (!writer.try_push(log.pending())) std::abort();
    log.consume(log.pending().size());
    if (!writer.wait_idle().has_value()) std::abort();
    answers.push_back(now_ns() - begin);
  }
  std::sort(answers.begin(), answers.end());
  std::sort(syncs.begin(), syncs.end());
  const auto us = [](const std::vector<std::int64_t>& sorted, double part) {
    return static_cast<double>(bench::percentile(sorted, part)) / 1e3;
  };
  std::printf(
      "durable answer to one record: bare p50 %.0f, p99 %.0f us; journal p50 %.0f, p99 %.0f us: %.2f and %.2f times\n",
      us(syncs, 0.5), us(syncs, 0.99), us(answers, 0.5), us(answers, 0.99), us(answers, 0.5) / us(syncs, 0.5),
      us(answers, 0.99) / us(syncs, 0.99));
  log.end(now_at(1));
  if (!writer.try_push(log.pending()) || !writer.close().has_value()) std::abort();
  ::close(bare);

  std::uint64_t records = 0;
  const std::int64_t begin = now_ns();
  const auto summary =
      journal::read(directory, model::Seq{1}, [&](const journal::StoredRecord& stored) -> Result<void> {
        const auto decoded = journal::decode(stored);
        if (!decoded.has_value()) return std::unexpected{decoded.error()};
        ++records;
        return {};
      });
  if (!summary.has_value()) std::abort();
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  std::printf("read back, verified and decoded: %.2f million records a second (%llu records)\n",
              static_cast<double>(records) / seconds / 1e6, static_cast<unsigned long long>(records));
}

}  // namespace

int main(int argc, char** argv) {
  append_cost();
  const std::filesystem::path folder = std::filesystem::path{argc > 1 ? argv[1] : "."} / "bench_journal_files";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  commits(folder);
  std::filesystem::remove_all(folder);
}
