#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::client::chains {

// Ticks 32, 33 and 84: the exchanges of bid, ask and last as letters.
[[nodiscard]] constexpr bool is_exchange_letters(std::int32_t tick_type) {
  return tick_type == 32 || tick_type == 33 || tick_type == 84;
}

// Which letter stands for which exchange, for one bboExchange of tickReqParams.
class SmartComponents {
 public:
  // Each letter one visible ASCII character that stands for one exchange; else the message is malformed.
  [[nodiscard]] static Result<SmartComponents> create(const tws::SmartComponents& message);

  struct Decoded {
    std::vector<std::string_view> exchanges;  // in the order of the letters; views into this object
    std::string unknown;                      // letters the map does not have
  };
  [[nodiscard]] Decoded decode(std::string_view letters) const;

 private:
  SmartComponents() = default;
  std::array<std::string, 128> exchanges_;  // by letter; empty: none
};

}  // namespace tradewind::client::chains
