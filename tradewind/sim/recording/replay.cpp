#include "tradewind/sim/recording/replay.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/core/tws/codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>

namespace tradewind::sim::recording {
namespace {

constexpr std::size_t kLookAhead = 64;  // messages by which a client may be ahead of the recording, or in another order

// Versions as a client offers them: "v176..226", or one.
std::optional<std::pair<int, int>> versions_of(std::string_view greeting) {
  if (!greeting.starts_with('v')) return std::nullopt;
  const char* const end = greeting.data() + greeting.size();
  int low = 0;
  auto [at, error] = std::from_chars(greeting.data() + 1, end, low);
  if (error != std::errc{}) return std::nullopt;
  int high = low;
  if (std::string_view{at, static_cast<std::size_t>(end - at)}.starts_with("..") &&
      std::from_chars(at + 2, end, high).ec != std::errc{})
    return std::nullopt;
  return std::pair{low, high};
}

}  // namespace

void Replay::add(const tws::WireEntry& entry) {
  using Kind = tws::WireEntry::Kind;
  if (entry.kind == Kind::opened) {
    open_[entry.connection] = scripts_.size();
    scripts_.emplace_back().opened = entry.time.mono;
  }
  const auto found = open_.find(entry.connection);
  if (entry.kind == Kind::closed && found != open_.end()) {
    // Who closes is the client, unless the recording says that it was the gateway.
    const bool by_gateway = as_text(entry.data).starts_with("the gateway");
    if (by_gateway && cutter_.is_open(entry.connection))
      scripts_[found->second].steps.push_back({false, entry.time.mono, {}});
    else if (!cutter_.is_open(entry.connection)) end_script(found->second);
    open_.erase(found);
  }
  cutter_.add(entry);
}

void Replay::take(const RecordedFrame& frame) {
  Script& script = scripts_[open_.at(frame.connection)];
  script.version = frame.version;
  if (frame.from_client) ++counts_.expected;
  script.steps.push_back({frame.from_client, frame.time.mono, std::string{as_text(frame.payload)}});
}

// Where a recording has no more of a connection, the gateway leaves.
void Replay::end_script(std::size_t index) {
  Script& script = scripts_[index];
  if (!script.steps.empty()) script.steps.push_back({false, script.steps.back().time, {}});
}

Result<void> Replay::finish() {
  counts_.connections = scripts_.size();
  if (scripts_.empty()) return fail(Errc::not_found, "the recording holds no connection");
  counts_.missing = cutter_.missing();
  for (const auto& [number, index] : open_) end_script(index);
  open_.clear();
  for (Script& script : scripts_) {
    if (!script.steps.empty() && script.version == 0)
      return fail(Errc::unsupported, "the recording has a connection whose version of the protocol is not in it");
    for (const Step& step : script.steps) {
      if (step.from_client && is_probe(script, step)) --counts_.expected;
    }
  }
  return {};
}

std::optional<Replay::Id> Replay::connect(Timestamp now) {
  if (counts_.played == scripts_.size()) return std::nullopt;
  const std::size_t index = counts_.played++;
  const Id id = static_cast<Id>(counts_.played);
  Live& live = live_[id];
  live.script = index;
  live.matched.resize(scripts_[index].steps.size());
  live.recorded_anchor = scripts_[index].opened;
  live.anchor = now;
  advance(live, now);
  return id;
}

void Replay::received(Id id, Bytes bytes, Timestamp now) {
  Live& live = live_.at(id);
  const std::size_t skipped = std::min(live.prefix_left, bytes.size());
  live.prefix_left -= skipped;
  live.reader.feed(bytes.subspan(skipped));
  while (!difference_) {
    const auto payload = live.reader.next();
    if (!payload.has_value()) return differ(id, "the client sent what is no frame: " + payload.error().detail);
    if (!payload->has_value()) break;
    if (!std::exchange(live.has_greeted, true)) greet(id, live, as_text(**payload), now);
    else hear(id, live, **payload, now);
  }
  advance(live, now);
}

void Replay::greet(Id id, Live& live, std::string_view greeting, Timestamp now) {
  const Script& script = scripts_[live.script];
  const auto versions = versions_of(greeting);
  if (!versions) return differ(id, "the client does not begin with the versions it speaks");
  if (script.steps.empty())
    return differ(id, "the recorded client said nothing on this connection, but this one speaks");
  const auto [low, high] = *versions;
  if (script.version < low || script.version > high) {
    return differ(id,
                  fmt::format("the recording is of version {} of the protocol, and the client offers {} to {}: let it "
                              "offer that version, or record it with this client",
                              script.version, low, high));
  }
  const auto first = std::ranges::find(script.steps, true, &Step::from_client);
  if (first != script.steps.end()) matched(live, static_cast<std::size_t>(first - script.steps.begin()), now);
}

void Replay::hear(Id id, Live& live, Bytes payload, Timestamp now) {
  const auto said = reader_.said(payload, scripts_[live.script].version);
  if (!said.has_value()) return differ(id, "the client sent what cannot be read: " + said.error().detail);
  if (const auto step = find(live, *said)) return matched(live, *step, now);
  if (answer_probe(live, *said, now)) return;
  differ(id, fmt::format("expected {}; came {}", expected(live).value_or("nothing more"), said->text()));
}

std::optional<std::size_t> Replay::find(Live& live, const Said& said) {
  const Script& script = scripts_[live.script];
  std::size_t looked_at = 0;
  for (std::size_t i = live.at; i < script.steps.size() && looked_at < kLookAhead; ++i) {
    if (!script.steps[i].from_client || live.matched[i]) continue;
    ++looked_at;
    const auto recorded = reader_.said(as_bytes(script.steps[i].payload), script.version);
    if (!recorded.has_value() || recorded->name != said.name || recorded->keys != said.keys ||
        !live.ids.fits(*recorded, said))
      continue;
    live.ids.learn(*recorded, said);
    return i;
  }
  return std::nullopt;
}

void Replay::matched(Live& live, std::size_t step, Timestamp now) {
  const Script& script = scripts_[live.script];
  live.matched[step] = true;
  if (!is_probe(script, script.steps[step])) ++counts_.matched;
  if (step == live.at) {  // all else has waited for it
    live.recorded_anchor = script.steps[step].time;
    live.anchor = now;
  }
  advance(live, now);
}

const Replay::Step* Replay::step_of(const Live& live) const {
  const auto& steps = scripts_[live.script].steps;
  return live.is_here && live.at < steps.size() ? &steps[live.at] : nullptr;
}

void Replay::advance(Live& live, Timestamp now) {
  const Script& script = scripts_[live.script];
  while (const Step* const step = step_of(live)) {
    if (difference_) return;
    if (step->from_client) {
      if (!live.matched[live.at] && !is_probe(script, *step)) return;
    } else {
      if (live.anchor + (step->time - live.recorded_anchor) > now) return;
      say(live, *step);
    }
    ++live.at;
  }
}

void Replay::say(Live& live, const Step& step) {
  if (step.payload.empty()) {
    live.closes = true;
    return;
  }
  ++counts_.sent;
  const Script& script = scripts_[live.script];
  const auto first = std::ranges::find(script.steps, false, &Step::from_client);
  const bool is_greeting = &*first == &step;
  if (!is_greeting && !live.ids.is_same() &&
      reader_.translate(as_bytes(step.payload), script.version, live.ids, live.output).has_value())
    return;
  store_be32(live.output.prepare(4), static_cast<std::uint32_t>(step.payload.size()));
  live.output.commit(4);
  live.output.append(as_bytes(step.payload));
}

// Clients ask for the time to see whether the connection lives, by a clock of their own: neither missing nor further
// questions of this kind are a difference.
bool Replay::is_probe(const Script& script, const Step& step) {
  if (!step.from_client) return false;
  ByteQueue padded;  // as parse_frame asks for
  padded.append(as_bytes(step.payload));
  const tws::FrameView frame = tws::parse_frame(padded.contents(), script.version);
  return frame.fault == nullptr &&
         (frame.id == tws::CurrentTimeRequest::kInfo.id || frame.id == tws::CurrentTimeInMillisRequest::kInfo.id);
}

bool Replay::answer_probe(Live& live, const Said& said, Timestamp now) {
  const int version = scripts_[live.script].version;
  const auto ms = now.ns() / 1'000'000;
  if (said.name == tws::CurrentTimeRequest::kInfo.api)
    return tws::encode(tws::CurrentTime{ms / 1'000}, version, live.output).has_value();
  if (said.name == tws::CurrentTimeInMillisRequest::kInfo.api)
    return tws::encode(tws::CurrentTimeInMillis{ms}, version, live.output).has_value();
  return false;
}

std::optional<std::string> Replay::expected(const Live& live) {
  const Script& script = scripts_[live.script];
  for (std::size_t i = live.at; i < script.steps.size(); ++i) {
    const Step& step = script.steps[i];
    if (!step.from_client || live.matched[i] || is_probe(script, step)) continue;
    if (!live.has_greeted) return "a client's greeting";
    const auto said = reader_.said(as_bytes(step.payload), script.version);
    return said.has_value() ? said->text() : "a message that cannot be read: " + said.error().detail;
  }
  return std::nullopt;
}

void Replay::disconnected(Id id) {
  Live& live = live_.at(id);
  if (!live.is_here) return;
  const auto missing = live.closes ? std::nullopt : expected(live);
  const auto& steps = scripts_[live.script].steps;
  for (std::size_t i = live.at; i < steps.size(); ++i) {
    if (!steps[i].from_client && !steps[i].payload.empty()) ++counts_.unsent;
  }
  live.is_here = false;
  live.output.clear();
  if (missing) differ(id, fmt::format("the client left; expected {}", *missing));
}

void Replay::wake(Timestamp now) {
  for (auto& [id, live] : live_) advance(live, now);
}

std::optional<Timestamp> Replay::wake_at() const {
  std::optional<Timestamp> next;
  for (const auto& [id, live] : live_) {
    const Step* const step = step_of(live);
    if (step == nullptr || step->from_client || difference_) continue;
    const Timestamp due = live.anchor + (step->time - live.recorded_anchor);
    if (!next || due < *next) next = due;
  }
  return next;
}

bool Replay::is_over() const {
  return counts_.played == scripts_.size() &&
         std::ranges::none_of(live_, [](const auto& one) { return one.second.is_here; });
}

void Replay::differ(Id id, const std::string& what) {
  if (!difference_) difference_ = fmt::format("connection {}: {}", id, what);
}

}  // namespace tradewind::sim::recording
