#pragma once

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/file.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/core/model/execution.hpp"
#include "tradewind/core/model/order.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Journals for tests: named builders with safe defaults, and one engine's worth of writing without a thread.
namespace tradewind::testing {

[[nodiscard]] inline Now at_second(std::int64_t second) {
  return {Timestamp::from_ns(1'700'000'000'000'000'000 + second * 1'000'000'000),
          MonoTime::from_ns(second * 1'000'000'000)};
}

[[nodiscard]] inline journal::Genesis a_genesis(std::uint64_t random = 42) {
  return {.journal_id = journal::journal_id_from(random),
          .mode = model::Mode::sim,
          .account = model::AccountId{"DU0000000"},
          .made_by = "test"};
}

[[nodiscard]] inline model::ContractRef a_contract(std::string_view symbol = "SPY", std::int32_t con_id = 756733) {
  return {.con_id = model::ConId{con_id},
          .symbol = model::Symbol{symbol},
          .security_type = model::SecurityType{"STK"},
          .currency = Currency{"USD"},
          .multiplier = Multiplier::of(1)};
}

[[nodiscard]] inline model::OrderRef a_ref(std::uint64_t sequence) {
  return {model::Mode::sim, a_genesis().journal_id.view(), model::StrategyName{"sma"}, sequence};
}

[[nodiscard]] inline model::OrderIntent an_intent(std::uint64_t sequence = 1) {
  return {.order_ref = a_ref(sequence),
          .order_id = model::OrderId{static_cast<std::int32_t>(100 + sequence)},
          .client_id = model::ClientId{7},
          .account = model::AccountId{"DU0000000"},
          .strategy = model::StrategyName{"sma"},
          .request = {.instrument = model::InstrumentId{1},
                      .side = Side::buy,
                      .quantity = Quantity::of(100),
                      .type = model::OrderType::limit,
                      .limit_price = Price::parse("190.25").value(),
                      .time_in_force = model::TimeInForce::day},
          .contract = a_contract(),
          .exchange = model::ExchangeName{"SMART"}};
}

[[nodiscard]] inline model::Execution an_execution(std::string_view exec_id) {
  return {.exec_id = model::ExecId::from(exec_id).value(),
          .account = model::AccountId{"DU0000000"},
          .contract = a_contract(),
          .side = Side::buy,
          .quantity = Quantity::of(100),
          .price = Price::parse("190.25").value(),
          .cumulative = Quantity::of(100),
          .order_id = model::OrderId{101},
          .client_id = model::ClientId{7},
          .perm_id = model::PermId{1'000'000'001},
          .order_ref = a_ref(1),
          .time_text = InlineText<48>{"20231114 22:13:20 UTC"}};
}

// A log and its segment writer, joined without a thread: what a driver does in one turn of its loop.
class JournalPair {
 public:
  // Recovers what the directory holds and goes on there, or begins a new journal.
  [[nodiscard]] static Result<JournalPair> open(journal::Directory& directory, std::uint64_t segment_bytes = 64U << 20,
                                                const journal::Genesis& genesis = a_genesis()) {
    const journal::Recovered recovered = TW_TRY(journal::recover(directory));
    const journal::Log::Options options{segment_bytes};
    return JournalPair{recovered.genesis ? journal::Log::resume(recovered, at_second(0), options)
                                         : journal::Log::begin(genesis, at_second(0), options),
                       journal::SegmentWriter{directory, recovered}};
  }

  template <class T>
  model::Seq append(const T& record) {
    return log_.append(record, at_second(++second_), model::Seq{0});
  }
  // Hands everything pending to the segment writer.
  [[nodiscard]] Result<void> write() {
    std::vector<std::byte> bytes{log_.pending().begin(), log_.pending().end()};
    log_.consume(bytes.size());
    return writer_.append(bytes);
  }
  [[nodiscard]] Result<void> write_and_sync() {
    TW_TRY_VOID(write());
    return writer_.sync();
  }
  [[nodiscard]] Result<void> close() {
    log_.end(at_second(++second_));
    return write_and_sync();
  }

  [[nodiscard]] journal::Log& log() { return log_; }
  [[nodiscard]] journal::SegmentWriter& writer() { return writer_; }

 private:
  JournalPair(journal::Log log, journal::SegmentWriter writer) : log_{std::move(log)}, writer_{std::move(writer)} {}

  journal::Log log_;
  journal::SegmentWriter writer_;
  std::int64_t second_ = 0;
};

// Adds a segment whose first record says something else about its predecessor than `lie` found.
template <class Lie>
void add_segment_that_lies(journal::Directory& directory, Lie lie) {
  const journal::Recovered truth = journal::recover(directory).value();
  journal::Recovered told = truth;
  lie(told);
  journal::Log log = journal::Log::resume(told, at_second(1), {});
  journal::SegmentWriter writer{directory, truth};
  std::vector<std::byte> bytes{log.pending().begin(), log.pending().end()};
  const bool written = writer.append(bytes).has_value() && writer.sync().has_value();
  TW_CHECK(written);
}

}  // namespace tradewind::testing
