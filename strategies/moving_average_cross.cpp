#include "strategies/moving_average_cross.hpp"

#include <fmt/format.h>

namespace tradewind::strategies {

Result<void> MovingAverageCross::Params::check() const {
  if (slow <= fast)
    return fail(Errc::invalid_argument, fmt::format("parameter 'slow': {} is not more than 'fast', {}", slow, fast));
  if (size.is_zero()) return fail(Errc::invalid_argument, "parameter 'size': 0 shares are no position");
  return {};
}

std::vector<std::pair<std::string, std::string>> MovingAverageCross::parameters() const {
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& info : strategy::parameter_infos(params_)) values.emplace_back(info.name, info.value);
  return values;
}

void MovingAverageCross::on_start(strategy::Context& context, const strategy::StartInfo& /*info*/) {
  for (const model::Symbol& symbol : params_.symbols) {
    const model::InstrumentSpec spec{symbol, model::SecurityType{"STK"}, model::ExchangeName{"SMART"}, Currency{"USD"}};
    const auto id = context.subscribe(spec, params_.bar);
    averages_.try_emplace(id, Averages{indicators::SimpleMovingAverage{static_cast<std::size_t>(params_.fast)},
                                       indicators::SimpleMovingAverage{static_cast<std::size_t>(params_.slow)}});
  }
}

void MovingAverageCross::on_bar(strategy::Context& context, model::InstrumentId id, const model::Bar& bar) {
  Averages& averages = averages_.at(id);
  averages.fast.add(bar.close);
  averages.slow.add(bar.close);
  const auto fast = averages.fast.value();
  const auto slow = averages.slow.value();
  if (!fast || !slow || *fast == *slow) return;
  const Position held = Position::from_raw(params_.size.raw());
  if (*fast > *slow) context.target(id, held, "fast average above slow");
  else context.target(id, params_.short_sales ? negate(held) : Position::zero(), "fast average below slow");
}

}  // namespace tradewind::strategies
