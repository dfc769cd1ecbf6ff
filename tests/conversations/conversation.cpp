#include "tests/conversations/conversation.hpp"

#include "tradewind/sim/gateway/scenario/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <sstream>
#include <utility>

namespace tradewind::conversations {

std::string Noted::text() const {
  std::string line = fmt::format("{}", fmt::join(words, " "));
  for (const auto& [key, value] : always) line += fmt::format(" {}={}", key, value);
  std::string rest;
  for (const auto& [key, value] : more) {
    if (!value.empty() && value != "0") rest += fmt::format(" {}={}", key, value);
  }
  return rest.empty() ? line : fmt::format("{}  ({} )", line, rest);
}

Conversation::Conversation(const Script& script, int version, bool in_pieces)
    : version_{version}, in_pieces_{in_pieces}, names_probes_{std::ranges::any_of(script.steps, [](const Step& step) {
        return step.words.size() > 1 && step.words[0] == "wire" && step.words[1] == "reqCurrentTime";
      })} {}

void Conversation::options(const std::vector<std::string>& /*words*/) { throw Failed{"there are no options here"}; }

void Conversation::note_error(const std::string& who, const Error& error) {
  told({.words = {who, "error", std::string{name(error.code)}}, .more = {{"text", error.detail}}});
}

Duration Conversation::duration(std::string_view text) {
  const auto value = sim::gateway::scenario::duration_in(text);
  if (!value) throw Failed{fmt::format("'{}' is no duration: 500ms, 30s, 5min, 2h", text)};
  return *value;
}

void Conversation::ensure_started() {
  if (!std::exchange(has_started_, true)) start();
}

// --- The transport --------------------------------------------------------------------------------------------------

// Both ends until neither has anything to say. The gateway proves that it lives.
void Conversation::pump() {
  while (gateway_) {
    if (const auto reason = wants_to_close()) {
      wire_.push_back({.words = {"closes"}, .more = {{"reason", *reason}}});
      gateway_.reset();
      disconnected("closed");
      return;
    }
    ByteQueue* const sent = output();
    if (sent == nullptr) return;
    if (sent->empty()) {
      if (gateway_->output().empty()) return;
      deliver();
      continue;
    }
    const std::string text{as_text(sent->contents())};
    sent->consume(text.size());
    auto requests = gateway_->read(text);
    if (!requests.has_value())
      throw Failed{fmt::format("what left the client cannot be read: {}", requests.error().detail)};
    for (Request& request : *requests) {
      const bool probe = request.api == "reqCurrentTime";
      if (probe && answers_time_) {
        const auto seconds = std::to_string(now_.utc.ns() / 1'000'000'000);
        if (const auto problem = gateway_->send("currentTime", {{"currentTime", seconds}}); !problem.empty())
          throw Failed{problem};
      }
      if (probe && !names_probes_) continue;
      wire_.push_back({.words = {request.api},
                       .more = std::move(request.columns),
                       .api = request.api,
                       .direction = tws::Direction::client_to_gateway,
                       .bytes = std::move(request.frame)});
    }
  }
}

void Conversation::deliver() {
  ByteQueue& bytes = gateway_->output();
  const std::string text{as_text(bytes.contents())};
  bytes.clear();
  if (!in_pieces_) return received(as_bytes(text));
  for (std::size_t i = 0; i < text.size() && output() != nullptr && !wants_to_close(); ++i)
    received(as_bytes(std::string_view{text}.substr(i, 1)));
}

void Conversation::step_to(MonoTime time) {
  now_.utc = now_.utc + (time - now_.mono);
  now_.mono = time;
}

// --- Words ----------------------------------------------------------------------------------------------------------

std::string Conversation::resolved(const std::string& word) const {
  if (!word.starts_with('$')) return word;
  if (word == "$version") return std::to_string(version_);
  if (word == "$now") return std::to_string(now_.utc.ns() / 1'000'000'000);
  const auto found = values_.find(word);
  if (found == values_.end()) throw Failed{fmt::format("{} is not known yet", word)};
  return found->second;
}

std::pair<std::string, std::string> Conversation::field(const std::string& word) const {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) throw Failed{fmt::format("'{}' is no name=value", word)};
  return {word.substr(0, equals), resolved(word.substr(equals + 1))};
}

// --- Steps ----------------------------------------------------------------------------------------------------------

void Conversation::step(const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  const auto wants = [&words](std::size_t least) {
    if (words.size() < least) throw Failed{"something is missing behind " + words[0]};
  };
  if (verb == "wire") return wants(2), expect(wire_, "wire", words);
  if (verb == "told") return wants(2), expect(told_, "told", words);
  if (verb == "repeat") return wants(3), repeat(words);
  // Everything else makes something happen, or says that nothing has.
  if (!begins_with_an_expectation(verb)) nothing_left();
  if (verb == "nothing") return;
  if (verb == "options") return options(words);
  ensure_started();
  if (verb == "state") return wants(2), look_up(words);
  if (verb == "mute") return static_cast<void>(answers_time_ = false);
  if (verb == "unmute") return static_cast<void>(answers_time_ = true);
  if (verb == "wants") {
    wants(2);
    const char* const wish = wants_to_connect() ? "connect" : "nothing";
    if (words[1] != wish) throw Failed{fmt::format("expected: wants {}\n  there was: wants {}", words[1], wish)};
    return;
  }
  if (verb == "connect" || verb == "ready") {
    bool silent = false;
    std::string order_id = "orderId=1";
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] == "silent" && verb == "connect") silent = true;
      else if (words[i].starts_with("version=")) version_ = std::stoi(words[i].substr(8));
      else if (words[i].starts_with("orderId=") && verb == "ready") order_id = words[i];
      else throw Failed{fmt::format("'{}' says nothing about a connection", words[i])};
    }
    connect(silent);
    if (verb == "ready") ready(order_id);
    return;
  }
  if (verb == "cut") {
    static_cast<void>(gateway());
    gateway_.reset();
    rest_.clear();
    return disconnected("the connection was reset");
  }
  if (verb == "refuse") {
    if (!wants_to_connect()) throw Failed{"the client does not want to connect"};
    return disconnected("connection refused");
  }
  if (verb == "pass") return wants(2), pass(words);
  if (verb == "gateway" || verb == "greeting" || verb == "frame" || verb == "bytes") return wants(2), send(words);
  if (verb == "part") return wants(3), send(words);
  if (verb == "rest") return send(words);
  if (!own_step(words)) throw Failed{fmt::format("there is no step '{}'", verb)};
  pump();
}

void Conversation::steps(std::string_view lines) {
  std::istringstream stream{std::string{lines}};
  for (std::string line; std::getline(stream, line);) {
    const auto words = words_of(line);
    if (words.has_value() && !words->empty()) step(*words);
  }
}

void Conversation::ready(const std::string& order_id) {
  send({"gateway", "managedAccounts", "accountsList=DU0000000"});
  send({"gateway", "nextValidId", order_id});
}

void Conversation::connect(bool silent) {
  if (gateway_) throw Failed{"there is a connection"};
  if (!wants_to_connect()) throw Failed{"the client does not want to connect"};
  gateway_.emplace(version_, silent);
  connected();
  pump();
  if (!gateway_ ||
      gateway_->client_versions() != fmt::format("v{}..{}", tws::kMinServerVersion, tws::kMaxServerVersion))
    throw Failed{"the client did not greet with the versions it speaks"};
  if (silent) return;
  if (wire_.empty() || wire_.front().words[0] != "startApi" ||
      wire_.front().more.at("clientId") != std::to_string(client_id())) {
    throw Failed{"the client did not start the API with its client id"};
  }
  wire_.pop_front();
}

void Conversation::send(const std::vector<std::string>& words) {
  Gateway& there = gateway();
  if (words[0] == "greeting") {
    there.greet(resolved(words[1]), words.size() > 2 ? words[2] : "20260105 09:30:00 UTC");
  } else if (words[0] == "frame") {
    std::vector<std::string> values;
    for (std::size_t i = 1; i < words.size(); ++i) values.push_back(resolved(words[i]));
    there.send_payload(tws::testing::payload_of(values, version_));
  } else if (words[0] == "bytes") {
    std::string hex;
    for (std::size_t i = 1; i < words.size(); ++i) hex += words[i];
    there.send_bytes(tws::testing::from_hex(hex));
  } else if (words[0] == "rest") {
    there.send_bytes(std::exchange(rest_, {}));
  } else {
    const bool part = words[0] == "part";
    const std::size_t name = part ? 2 : 1;
    Fields fields;
    for (std::size_t i = name + 1; i < words.size(); ++i) fields.push_back(field(words[i]));
    if (const auto problem = there.send(words[name], fields); !problem.empty()) throw Failed{problem};
    if (part) {
      ByteQueue& bytes = there.output();
      const auto kept = std::stoul(words[1]);
      if (kept >= bytes.size()) throw Failed{fmt::format("the message has {} bytes", bytes.size())};
      rest_ = as_text(bytes.contents().subspan(kept));
      bytes.retract(rest_.size());
    }
  }
  pump();
}

// Moves the clock to every time the machine wants to be called at. A wish to connect waits for the script.
void Conversation::pass(const std::vector<std::string>& words) {
  const MonoTime end = now_.mono + duration(words[1]);
  constexpr int kCallsAtOnceMax = 1000;
  int calls = 0;
  while (const auto next = wake_at()) {
    if (*next > end) break;
    calls = *next <= now_.mono ? calls + 1 : 0;
    if (calls > kCallsAtOnceMax) throw Failed{"it asks again and again to be called at the same moment"};
    step_to(std::max(*next, now_.mono));
    wake();
    pump();
  }
  step_to(end);
  wake();
  pump();
}

// repeat N STEP: a # in it becomes 1, 2, ... N.
void Conversation::repeat(const std::vector<std::string>& words) {
  const int count = std::stoi(words[1]);
  for (int i = 1; i <= count; ++i) {
    std::vector<std::string> one{words.begin() + 2, words.end()};
    for (std::string& word : one) {
      if (const auto mark = word.find('#'); mark != std::string::npos) word.replace(mark, 1, std::to_string(i));
    }
    goes_on_ = i > 1;
    step(one);
  }
  goes_on_ = false;
}

void Conversation::look_up(const std::vector<std::string>& words) {
  const Noted all{.words = {"state"}, .more = state()};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t sign = words[i].find_first_of("=~");
    if (sign == std::string::npos) throw Failed{fmt::format("'{}' is no name=value", words[i])};
    expect_field(all, words[i].substr(0, sign), words[i][sign], words[i].substr(sign + 1));
  }
}

// --- Expectations ---------------------------------------------------------------------------------------------------

void Conversation::expect(std::deque<Noted>& noted, const char* what, const std::vector<std::string>& words) {
  const std::string wanted = fmt::format("{}", fmt::join(words, " "));
  if (noted.empty()) throw Failed{fmt::format("expected: {}\n  there was: nothing {}", wanted, what)};
  const Noted next = noted.front();
  const auto wrong = [&](std::string_view why) {
    throw Failed{fmt::format("expected: {}\n  there was: {} {}\n  {}", wanted, what, next.text(), why)};
  };
  if (what == std::string_view{"wire"} && words[1] == "bytes") {
    std::string hex;
    for (std::size_t i = 2; i < words.size(); ++i) hex += words[i];
    if (hex_text(as_bytes(next.bytes)) != hex) wrong("its bytes are " + hex_text(as_bytes(next.bytes)));
    return noted.pop_front();
  }
  const bool only = words.back() == "only";
  if (what == std::string_view{"wire"} && words[1] != "closes" &&
      !knows_message(words[1], tws::Direction::client_to_gateway))
    throw Failed{fmt::format("a client has no message '{}'", words[1])};
  std::vector<std::string> plain;
  std::map<std::string, std::pair<char, std::string>> named;
  for (std::size_t i = 1; i < words.size() - (only ? 1 : 0); ++i) {
    const std::size_t sign = words[i].find_first_of("=~");
    if (sign == std::string::npos) plain.push_back(resolved(words[i]));
    else named[words[i].substr(0, sign)] = {words[i][sign], words[i].substr(sign + 1)};
  }
  if (plain != next.words) wrong("this is something else");
  for (const auto& [key, value] : next.always) {
    if (!named.contains(key)) wrong(fmt::format("{}={} was not expected", key, value));
  }
  try {
    for (const auto& [key, condition] : named) expect_field(next, key, condition.first, condition.second);
    if (only) expect_nothing_else(next, named);
  } catch (const Failed& failed) {
    wrong(failed.what);
  }
  noted.pop_front();
}

void Conversation::expect_field(const Noted& noted, const std::string& key, char sign, const std::string& value) {
  std::string there;
  if (const auto found = noted.always.find(key); found != noted.always.end()) {
    there = found->second;
  } else if (const auto other = noted.more.find(key); other != noted.more.end()) {
    there = other->second;
  } else if (noted.api.empty() || !knows_field(noted.api, noted.direction, key)) {
    throw Failed{fmt::format("there is no '{}'", key)};
  }
  if (sign == '=' && value.starts_with('$') && value != "$version" && value != "$now" && !values_.contains(value)) {
    if (there.empty()) throw Failed{fmt::format("{} is not set, so that {} cannot be it", key, value)};
    values_[value] = there;
    return;
  }
  const std::string wanted = resolved(value);
  const bool right = sign == '=' ? there == wanted : there.find(wanted) != std::string::npos;
  if (!right) throw Failed{fmt::format("{} is '{}'", key, there)};
}

// What the script does not name is as if nobody had set it.
void Conversation::expect_nothing_else(const Noted& noted,
                                       const std::map<std::string, std::pair<char, std::string>>& named) const {
  const auto empty = empty_request(noted.api, version_);
  if (!empty.has_value()) throw Failed{empty.error().detail};
  for (const auto& [path, value] : noted.more) {
    const auto unset = empty->find(path);
    if (!named.contains(path) && value != (unset == empty->end() ? "" : unset->second))
      throw Failed{fmt::format("{} is '{}', and nothing else should be set", path, value)};
  }
}

void Conversation::nothing_left() {
  if (goes_on_) return;
  std::string left;
  for (const Noted& each : wire_) left += fmt::format("\n  there was: wire {}", each.text());
  for (const Noted& each : told_) left += fmt::format("\n  there was: told {}", each.text());
  if (!left.empty()) throw Failed{"expected: nothing more before this line" + left};
}

std::string run(const Script& script, int server_version, bool in_pieces) {
  const auto conversation = script.subject == "session"  ? with_session(script, server_version, in_pieces)
                            : script.subject == "engine" ? with_engine(script, server_version, in_pieces)
                                                         : with_client(script, server_version, in_pieces);
  int line = script.steps.empty() ? 0 : script.steps.front().line;
  try {
    for (const Step& step : script.steps) {
      if (server_version < step.from || server_version > step.to) continue;
      line = step.line;
      conversation->step(step.words);
    }
    conversation->end();
  } catch (const Failed& failed) {
    return fmt::format("{}:{}: {}", script.file, line, failed.what);
  } catch (const std::logic_error& error) {  // std::stoi
    return fmt::format("{}:{}: a number is expected ({})", script.file, line, error.what());
  }
  return {};
}

}  // namespace tradewind::conversations
