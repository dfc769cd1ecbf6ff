#include "strategies/catalog.hpp"

#include "strategies/metronome.hpp"
#include "strategies/moving_average_cross.hpp"

namespace tradewind::strategies {

std::vector<strategy::StrategyFactory> catalog() {
  return {strategy::factory_of<MovingAverageCross>(), strategy::factory_of<Metronome>()};
}

}  // namespace tradewind::strategies
