#pragma once

#include "tradewind/core/client/chains/chain.hpp"
#include "tradewind/core/client/chains/qualify_plan.hpp"
#include "tradewind/core/client/client.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::client {

// Finds the options of an underlying that exist and pass a filter: asks for the chain's parameters, then for the contract
// details of what may exist, a few at a time. Bounded by the filter, and cancelled by destroying it. Used from the
// Client's thread, which it must not outlive.
class OptionChain final : private Companion {
 public:
  using Done = std::function<void(Result<chains::QualifyPlan::Report>)>;

  struct Query {
    chains::Underlying underlying;
    std::int32_t underlying_con_id = 0;
    std::string underlying_sec_type = "STK";
    std::string fut_fop_exchange;  // of futures options; else empty
    chains::ChainFilter filter;
    chains::QualifyPlan::Options options = {};
  };

  // `done` is called once, from inside a call of the Client, unless the object is destroyed before. An error: the chain
  // could not be had, or the filter leaves nothing or too much.
  OptionChain(Client& client, Query query, Done done);
  ~OptionChain() override;

  // Asks for the chain. `unavailable` when there is no session.
  [[nodiscard]] Result<void> start();

 private:
  void on_ready() override { ask(); }
  [[nodiscard]] std::optional<MonoTime> wake_at() const override { return std::nullopt; }
  void on_time() override {}

  void on_parameters(const AnswerTo<tws::SecDefOptParamsRequest>& answer);
  void ask();
  void on_details(const chains::QualifyPlan::Ask& ask, const AnswerTo<tws::ContractDataRequest>& answer);
  void finish(Result<chains::QualifyPlan::Report> report);

  Client& client_;
  Query query_;
  Done done_;
  std::optional<chains::QualifyPlan> plan_;
  std::optional<RequestId> parameters_;
  std::map<std::uint32_t, RequestId> open_;  // by the plan's numbers
};

}  // namespace tradewind::client
