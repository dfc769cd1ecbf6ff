#pragma once

#include "tradewind/core/base/numbers.hpp"
#include "tradewind/core/client/chains/chain.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::client::chains {

struct Underlying {
  std::string symbol;
  std::string currency;
  std::string option_sec_type = "OPT";  // or FOP
};

// An option that exists, as contract details tell.
struct QualifiedOption {
  Candidate candidate;
  std::int32_t con_id = 0;
  std::string local_symbol;
  std::optional<Price> min_tick;
  std::string valid_exchanges;   // these two go in pairs: market_rule_id()
  std::string market_rule_ids;
};

// Finds out which candidates exist, a few contract-details requests at a time. Knows nothing of sessions and pacing: it
// says what to ask, and is told what came.
//
//   while (auto ask = plan.next()) send(plan.request(*ask, id));     at first, and after each of these:
//   plan.row(ask, message), plan.end(ask), plan.error(ask, code, text), plan.connection_lost()
class QualifyPlan {
 public:
  struct Options {
    std::size_t in_flight_max = 4;
    int tries_max = 3;  // of one candidate, where the gateway says to try again
  };
  // A candidate that is asked for. The number is this attempt's: what comes late for an earlier one is not mistaken.
  struct Ask {
    std::uint32_t number = 0;
    std::size_t candidate = 0;
  };

  QualifyPlan(Underlying underlying, std::vector<Candidate> candidates, const Options& options);

  // The next candidate to ask for, which counts as asked from now on. Nothing when enough are open, none is left, or the
  // plan was cancelled.
  [[nodiscard]] std::optional<Ask> next();
  // Its request. The texts are this plan's; it must outlive the message.
  [[nodiscard]] tws::ContractDataRequest request(const Ask& ask, std::int32_t req_id) const;

  // Numbers that are not open are ignored: what comes after a cancel, or twice.
  void row(std::uint32_t number, const tws::ContractData& message);
  void end(std::uint32_t number);
  void error(std::uint32_t number, std::int32_t code, std::string_view text);
  // What was open will be asked again, and was not the candidate's fault.
  void connection_lost();
  // Asks nothing more. Returns the numbers that are open, to be cancelled at the gateway too (server version 215 on).
  [[nodiscard]] std::vector<std::uint32_t> cancel();

  [[nodiscard]] bool is_over() const;  // nothing is open, and nothing more will be asked
  [[nodiscard]] std::size_t in_flight() const { return open_.size(); }

  struct Failure {
    std::size_t candidate = 0;
    std::string why;
  };
  struct Report {
    bool complete = false;  // each candidate exists or does not: nothing is unknown
    std::vector<QualifiedOption> qualified;
    std::vector<std::size_t> nonexistent;
    std::vector<Failure> failed;
    std::vector<std::size_t> unknown;  // not asked, or not answered
    std::size_t strange_rows = 0;  // contracts that nobody asked for
  };
  [[nodiscard]] Report report() const;
  [[nodiscard]] const std::vector<Candidate>& candidates() const { return candidates_; }

 private:
  enum class State : std::uint8_t { waiting, asked, qualified, nonexistent, failed };
  struct Entry {
    State state = State::waiting;
    int tries = 0;
    std::size_t strange_rows = 0;  // of this attempt
    std::optional<QualifiedOption> option;
    std::string why;
  };

  [[nodiscard]] bool is_answer(const Candidate& candidate, const tws::ContractData& message) const;
  void finish(std::uint32_t number, State state, std::string why = {});

  Underlying underlying_;
  std::vector<Candidate> candidates_;
  std::vector<std::string> expiries_;  // texts of the requests
  std::vector<Entry> entries_;  // by candidate
  Options options_;
  std::map<std::uint32_t, std::size_t> open_;  // candidates by number
  std::uint32_t last_number_ = 0;
  std::size_t first_waiting_ = 0;  // none waits before this one
  std::size_t strange_rows_ = 0;
  bool cancelled_ = false;
};

}  // namespace tradewind::client::chains
