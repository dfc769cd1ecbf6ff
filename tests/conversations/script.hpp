#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/sim/gateway/scenario/words.hpp"

#include <string>
#include <string_view>
#include <vector>

// Conversations between a gateway, our client library and a program that uses it, as text. README.md has the language.
namespace tradewind::conversations {

struct Step {
  int line = 0;
  int from = 0;  // the server versions at which it is done
  int to = 0x7fffffff;
  std::vector<std::string> words;
};

struct Script {
  std::string file;
  std::string behaviour;  // one sentence
  std::string covers;
  std::string subject;  // whom the gateway talks to: client, session or engine
  std::vector<int> versions;
  std::string known_gap;  // why it fails, where it is known to; else empty
  std::vector<Step> steps;
};

[[nodiscard]] Result<Script> parse(std::string_view file, std::string_view text);

using sim::gateway::scenario::words_of;

// Empty when everything went as the script says and nothing else happened; else the place, what was expected and what
// was there. `in_pieces`: what the gateway sends comes byte by byte.
[[nodiscard]] std::string run(const Script& script, int server_version, bool in_pieces = false);

}  // namespace tradewind::conversations
