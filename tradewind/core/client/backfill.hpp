#pragma once

#include "tradewind/core/client/client.hpp"
#include "tradewind/core/client/history/backfill_plan.hpp"
#include "tradewind/core/tws/owned.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::client {

// Downloads a long range of bars of one contract through a Client, behind everything else that goes to the gateway. It
// waits where IB's limits or an error ask for it, and goes on by itself after a lost connection. Used from the Client's
// thread, which it must not outlive.
class Backfill final : private Companion {
 public:
  struct Handler {
    // Bars that were missing, each once, ascending within the call; newest calls first. To be stored together with
    // `plan().saved()`, which takes up where this left off.
    std::function<void(const std::vector<history::Bar>&)> on_bars;
    // The plan has stopped; its state and why() say how. Or it could not be asked for at all: then the text says why.
    std::function<void(const std::string& problem)> on_end;
  };

  Backfill(Client& client, const tws::Contract& contract, history::BackfillPlan plan, Handler handler);
  // What is open is cancelled.
  ~Backfill() override;

  // Begins; also after `pause`.
  void start();
  void pause();
  [[nodiscard]] const history::BackfillPlan& plan() const { return plan_; }

 private:
  void on_ready() override { step(); }
  [[nodiscard]] std::optional<MonoTime> wake_at() const override;
  void on_time() override { step(); }

  void step();
  void on_answer(const AnswerTo<tws::HistoricalDataRequest>& answer);
  void end(const std::string& problem);

  Client& client_;
  tws::Owned<tws::HistoricalDataRequest> request_;  // for its contract
  history::BackfillPlan plan_;
  Handler handler_;
  std::optional<RequestId> open_;
  bool running_ = false;
};

}  // namespace tradewind::client
