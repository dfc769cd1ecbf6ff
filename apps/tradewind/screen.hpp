#pragma once

#include "apps/tradewind/account_report.hpp"
#include "tradewind/core/engine/node.hpp"

#include <string>

namespace tradewind::app {

// The live view of an engine on a terminal, drawn in place.
class Screen {
 public:
  Screen() = default;
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  // `done` is the part of the run that is over, 0 to 1.
  void draw(const engine::Node& node, Timestamp now, double done);
  // What `draw` shows, as lines without escape sequences.
  [[nodiscard]] static std::string text(const engine::Node& node, Timestamp now, double done);

 private:
  bool is_shown_ = false;
};

}  // namespace tradewind::app
