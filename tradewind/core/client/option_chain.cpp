#include "tradewind/core/client/option_chain.hpp"

#include <fmt/format.h>

#include <utility>

namespace tradewind::client {
namespace {

constexpr std::int32_t kNoCode = -1;  // none of IB's: an answer that did not come

}  // namespace

OptionChain::OptionChain(Client& client, Query query, Done done)
    : client_{client}, query_{std::move(query)}, done_{std::move(done)} {
  client_.attach(*this);
}

OptionChain::~OptionChain() {
  done_ = nullptr;
  client_.detach(*this);
  if (const auto open = std::exchange(parameters_, std::nullopt)) client_.cancel(*open);
  for (const auto& [number, id] : std::exchange(open_, {})) client_.cancel(id);
}

Result<void> OptionChain::start() {
  tws::SecDefOptParamsRequest request;
  request.underlying_symbol = query_.underlying.symbol;
  request.fut_fop_exchange = query_.fut_fop_exchange;
  request.underlying_sec_type = query_.underlying_sec_type;
  request.underlying_con_id = query_.underlying_con_id;
  parameters_ = TW_TRY(client_.request(request, std::function<void(AnswerTo<tws::SecDefOptParamsRequest>)>{
                                                    [this](AnswerTo<tws::SecDefOptParamsRequest> answer) {
                                                      if (std::exchange(parameters_, std::nullopt))
                                                        on_parameters(answer);
                                                    }}));
  return {};
}

void OptionChain::on_parameters(const AnswerTo<tws::SecDefOptParamsRequest>& answer) {
  if (const auto& failure = answer.failure()) {
    return finish(fail(Errc::unavailable, fmt::format("the option chain of {}: {} {}", query_.underlying.symbol,
                                                      name(failure->reason), failure->text)));
  }
  std::vector<chains::ChainRow> rows;
  for (const auto& row : answer.rows()) {
    auto read = chains::chain_row(*row);
    if (!read.has_value()) return finish(std::unexpected{std::move(read).error()});
    rows.push_back(*std::move(read));
  }
  auto candidates = chains::select(rows, query_.filter);
  if (!candidates.has_value()) return finish(std::unexpected{std::move(candidates).error()});
  plan_.emplace(query_.underlying, *std::move(candidates), query_.options);
  ask();
}

void OptionChain::ask() {
  if (!plan_) return;
  while (client_.is_ready()) {
    const auto next = plan_->next();
    if (!next) break;
    const auto sent =
        client_.request(plan_->request(*next, 0), std::function<void(AnswerTo<tws::ContractDataRequest>)>{
                                                      [this, next = *next](AnswerTo<tws::ContractDataRequest> answer) {
                                                        if (open_.erase(next.number) > 0) on_details(next, answer);
                                                      }});
    if (!sent.has_value()) {
      plan_->connection_lost();
      return finish(std::unexpected{sent.error()});
    }
    open_.emplace(next->number, *sent);
  }
  if (plan_->is_over()) finish(plan_->report());
}

void OptionChain::on_details(const chains::QualifyPlan::Ask& ask_of, const AnswerTo<tws::ContractDataRequest>& answer) {
  for (const auto& row : answer.rows<tws::ContractData>()) plan_->row(ask_of.number, *row);
  if (const auto& failure = answer.failure(); !failure) {
    plan_->end(ask_of.number);
  } else if (failure->reason == Failure::Reason::refused) {
    plan_->error(ask_of.number, failure->code, failure->text);
  } else if (failure->reason == Failure::Reason::disconnected) {
    plan_->connection_lost();
  } else {
    plan_->error(ask_of.number, kNoCode, failure->text);
  }
  if (client_.is_ready()) ask();
}

void OptionChain::finish(Result<chains::QualifyPlan::Report> report) {
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(report));
}

}  // namespace tradewind::client
