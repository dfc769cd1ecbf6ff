#pragma once

#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/sim/gateway/scenario/messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What happens at a simulated gateway, as text. docs/guide/scenarios.md has the language.
namespace tradewind::sim::gateway::scenario {

enum class Verb : std::uint8_t {
  expect,
  expect_no,
  wait,
  at,
  send,
  half,
  drop,
  delay,
  repeat,
  change,
  allow,
  mute,
  unmute,
  close,
  reset,
  restart,
  reset_order_ids,
  clock,
  skip,
  fault,
  halt,
  resume,
  link,
  farm,
};

// A field that a message is expected to have, or is given. A value that begins with $ stands for one that was met before.
struct Field {
  std::string path;
  std::string value;
  bool contains = false;  // written path~text
};

// Whom a step is about.
struct Target {
  bool all = false;
  std::optional<std::int32_t> client;  // a client id
  // Neither: the client that met the last expectation; before there is one, all.
};

struct Step {
  int line = 0;
  Verb verb{};
  std::string text;  // as it was written
  std::string api;  // the message it is about
  MessageKind kind;
  std::vector<Field> fields;
  Target target;
  std::optional<Duration> within;  // expect, expect_no
  Duration time{};  // wait, at, delay, restart, clock, skip
  std::optional<int> minute;  // at: the local time of day instead
  std::optional<int> times = 1;  // drop, delay, repeat, change, fault; nothing: for ever
  std::string name;  // the fault, symbol or farm
  std::string state;  // of the link, the farm or the halt
  std::vector<Step> later;  // at: what is done then, one step
};

// What a scenario says about the gateway it is played on. What is absent is left as it is.
struct Settings {
  std::optional<std::uint64_t> seed;
  std::vector<std::string> symbols;
  std::optional<std::string> speed;
  std::optional<int> server_version;
  std::optional<std::string> market_data;
  bool read_only = false;
};

struct Script {
  std::string file;
  std::string behaviour;  // one sentence
  Settings settings;
  std::vector<Step> steps;
};

// All that is wrong with the text, one "file:line: what, and the remedy" each; empty when nothing is. The script is whole
// then.
[[nodiscard]] std::vector<std::string> parse(std::string_view file, std::string_view text, Script& script);

}  // namespace tradewind::sim::gateway::scenario
