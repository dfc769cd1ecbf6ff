#include "tradewind/core/client/chains/smart_components.hpp"

#include <fmt/format.h>

namespace tradewind::client::chains {
namespace {

bool is_letter(char letter) { return letter > ' ' && letter < '\x7f'; }

}  // namespace

Result<SmartComponents> SmartComponents::create(const tws::SmartComponents& message) {
  SmartComponents map;
  for (const tws::SmartComponent& each : message.components) {
    if (each.exchange_letter.size() != 1 || !is_letter(each.exchange_letter[0]) || each.exchange.empty()) {
      return fail(Errc::malformed, fmt::format("smart components: '{}' for exchange '{}' is not one letter for a name",
                                               each.exchange_letter.substr(0, 16), each.exchange.substr(0, 32)));
    }
    std::string& exchange = map.exchanges_.at(static_cast<std::size_t>(each.exchange_letter[0]));
    if (!exchange.empty() && exchange != each.exchange) {
      return fail(Errc::malformed, fmt::format("smart components: '{}' stands for {} and for {}", each.exchange_letter,
                                               exchange, each.exchange.substr(0, 32)));
    }
    exchange = each.exchange;
  }
  return map;
}

SmartComponents::Decoded SmartComponents::decode(std::string_view letters) const {
  Decoded decoded;
  for (const char letter : letters) {
    const bool is_known = is_letter(letter) && !exchanges_.at(static_cast<std::size_t>(letter)).empty();
    if (is_known) {
      decoded.exchanges.emplace_back(exchanges_.at(static_cast<std::size_t>(letter)));
    } else {
      decoded.unknown += letter;
    }
  }
  return decoded;
}

}  // namespace tradewind::client::chains
