#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/tws/recording/recording.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::tws {

// One message of a recording, taken apart for people.
struct WireLine {
  Now time;
  std::uint32_t connection = 0;
  bool from_client = false;
  std::string name;  // as users of IB's API know it; "connection" for its begin and end, "handshake"
  std::vector<std::pair<std::string, std::string>> fields;  // what is not at its default
  std::string problem;  // why it could not be read; otherwise empty
};

// Account numbers as people may show them to others: "DU0000000" is "DU***000". Everything else stays as it is.
[[nodiscard]] std::string with_accounts_masked(std::string_view text);

// Turns the entries of a recording into lines, message by message.
class WireText {
 public:
  explicit WireText(std::function<void(const WireLine&)> line);
  ~WireText();
  WireText(const WireText&) = delete;
  WireText& operator=(const WireText&) = delete;

  void read(const WireEntry& entry);

 private:
  struct Conversation;
  std::function<void(const WireLine&)> line_;
  std::unique_ptr<Conversation> conversation_;
};

}  // namespace tradewind::tws
