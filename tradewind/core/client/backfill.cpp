#include "tradewind/core/client/backfill.hpp"

#include <utility>

namespace tradewind::client {
namespace {

tws::HistoricalDataRequest request_for(const tws::Contract& contract) {
  tws::HistoricalDataRequest request;
  request.contract = contract;
  return request;
}

}  // namespace

Backfill::Backfill(Client& client, const tws::Contract& contract, history::BackfillPlan plan, Handler handler)
    : client_{client}, request_{request_for(contract)}, plan_{std::move(plan)}, handler_{std::move(handler)} {
  client_.attach(*this);
}

Backfill::~Backfill() {
  pause();
  client_.detach(*this);
}

void Backfill::start() {
  running_ = true;
  step();
}

void Backfill::pause() {
  running_ = false;
  if (const auto open = std::exchange(open_, std::nullopt)) {
    plan_.interrupted();
    client_.cancel(*open);
  }
}

std::optional<MonoTime> Backfill::wake_at() const {
  return running_ && client_.is_ready() && !open_ ? plan_.next_wake() : std::nullopt;
}

void Backfill::step() {
  if (!running_ || open_ || !client_.is_ready()) return;
  const auto wanted = plan_.next(client_.now().mono);
  if (!wanted) {
    if (plan_.state() != history::BackfillState::running) end({});
    return;
  }
  const history::RequestTexts texts = texts_of(*wanted, client_.server_version());
  tws::HistoricalDataRequest request = *request_;
  put(request, *wanted, texts);
  const auto sent = client_.request(request,
                                    std::function<void(AnswerTo<tws::HistoricalDataRequest>)>{
                                        [this](AnswerTo<tws::HistoricalDataRequest> answer) { on_answer(answer); }},
                                    {.answer_limit = {}, .backfill = true});
  if (!sent.has_value()) {
    plan_.interrupted();
    return end(sent.error().detail);
  }
  open_ = *sent;
}

void Backfill::on_answer(const AnswerTo<tws::HistoricalDataRequest>& answer) {
  if (!std::exchange(open_, std::nullopt)) return;  // paused meanwhile
  const MonoTime now = client_.now().mono;
  if (const auto& failure = answer.failure(); failure && failure->reason == Failure::Reason::refused) {
    plan_.error(failure->code, failure->text, now);
  } else if (failure) {
    plan_.interrupted();  // asked again when the connection is back, or at once after a silence
  } else {
    std::vector<history::Bar> bars;
    Result<void> readable;
    for (const auto& frame : answer.rows<tws::HistoricalData>()) {
      auto read = history::bars_of(frame->bars, {.zones = nullptr, .unzoned = nullptr, .after = std::nullopt});
      if (!read.has_value()) readable = std::unexpected{std::move(read).error()};
      else bars.insert(bars.end(), read->begin(), read->end());
    }
    if (!readable.has_value()) return end(readable.error().detail);
    const auto fresh = plan_.take(bars);
    if (fresh.has_value() && !fresh->empty() && handler_.on_bars) handler_.on_bars(*fresh);
  }
  step();
}

void Backfill::end(const std::string& problem) {
  running_ = false;
  if (handler_.on_end) handler_.on_end(problem);
}

}  // namespace tradewind::client
