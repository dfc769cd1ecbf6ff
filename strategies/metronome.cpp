#include "strategies/metronome.hpp"

namespace tradewind::strategies {

std::vector<std::pair<std::string, std::string>> Metronome::parameters() const {
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& info : strategy::parameter_infos(params_)) values.emplace_back(info.name, info.value);
  return values;
}

void Metronome::on_start(strategy::Context& context, const strategy::StartInfo& /*info*/) {
  for (const model::Symbol& symbol : params_.symbols) {
    instruments_.push_back(context.subscribe(
        {symbol, model::SecurityType{"STK"}, model::ExchangeName{"SMART"}, Currency{"USD"}}, std::chrono::seconds{60}));
  }
}

void Metronome::on_ready(strategy::Context& context) {
  is_ready_ = true;
  context.wake_at(context.now() + params_.beat);
}

void Metronome::on_unready(strategy::Context& /*context*/, std::string_view /*reason*/) { is_ready_ = false; }

void Metronome::on_timer(strategy::Context& context) {
  if (!is_ready_) return;
  context.wake_at(context.now() + params_.beat);
  if (resting_) context.cancel(*resting_);
  resting_.reset();
  const model::InstrumentId id = instruments_[beats_ % instruments_.size()];
  const std::uint64_t step = beats_++ / instruments_.size();
  model::OrderRequest request;
  request.instrument = id;
  // Two purchases, two sales; the second of each at the quote.
  request.side = step % 4 < 2 ? Side::buy : Side::sell;
  request.quantity = params_.size;
  const model::Quote quote = context.quote(id);
  const auto& own_side = request.side == Side::buy ? quote.bid : quote.ask;
  if (step % 2 == 1 && own_side) {
    request.type = model::OrderType::limit;
    request.limit_price = own_side;
  }
  const auto sent = context.submit(request);
  if (sent && request.type == model::OrderType::limit) resting_ = *sent;
}

}  // namespace tradewind::strategies
