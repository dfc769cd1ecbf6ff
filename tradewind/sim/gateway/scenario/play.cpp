#include "tradewind/sim/gateway/scenario/play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <initializer_list>
#include <utility>

namespace tradewind::sim::gateway::scenario {
namespace {

MessageKind kind(std::string_view api) { return find_message(api).value(); }

bool is_one_of(MessageKind one, const std::vector<MessageKind>& kinds) {
  return std::ranges::find(kinds, one) != kinds.end();
}
std::vector<MessageKind> kinds(std::initializer_list<std::string_view> names) {
  std::vector<MessageKind> found;
  for (const std::string_view api : names) found.push_back(kind(api));
  return found;
}

// What comes from IB's servers without being asked for each time.
const std::vector<MessageKind>& streams() {
  static const auto list =
      kinds({"tickPrice", "tickSize", "tickString", "tickGeneric", "tickOptionComputation", "updateMktDepth",
             "updateMktDepthL2", "tickByTick", "realtimeBar", "historicalDataUpdate"});
  return list;
}
const std::vector<MessageKind>& subscriptions() {
  static const auto list = kinds({"reqMktData", "reqMktDepth", "reqTickByTickData", "reqRealTimeBars"});
  return list;
}
const std::vector<MessageKind>& reports() {
  static const auto list = kinds({"openOrder", "orderStatus", "execDetails", "commissionAndFeesReport"});
  return list;
}
const std::vector<MessageKind>& questions() {
  static const auto list = kinds({"reqOpenOrders", "reqAllOpenOrders", "reqExecutions"});
  return list;
}
const std::vector<MessageKind>& ends() {
  static const auto list = kinds({"openOrderEnd", "execDetailsEnd"});
  return list;
}

constexpr std::size_t kHeldMax = 16U << 20;  // of reports to one client
constexpr std::size_t kAskedMax = 10'000;    // subscriptions that are remembered of one client

std::string first_field(MessageKind kind, const tws::FrameView& message, const std::string& path, int version) {
  const auto values = read_fields(kind, message, {path}, version);
  return values.has_value() ? values->front().value_or("") : "";
}

}  // namespace

Play::Play(Script script, TimeZone zone, faults::Injector& injector, Stage& stage)
    : script_{std::move(script)}, zone_{std::move(zone)}, injector_{injector}, stage_{stage} {}

// --- Time ---

std::optional<Timestamp> Play::wake_at() const {
  std::optional<Timestamp> earliest = over_ ? std::nullopt : deadline_;
  for (const Timer& timer : timers_) {
    if (!earliest || timer.due < *earliest) earliest = timer.due;
  }
  return earliest;
}

void Play::wake(Timestamp now) {
  now_ = std::max(now_, now);
  if (!std::exchange(begun_, true)) return advance();
  while (!timers_.empty()) {
    // By their lines where they are due together.
    const auto first = std::ranges::min_element(timers_, {}, &Timer::due);
    if (first->due > now_) break;
    const Step& step = *first->step;
    timers_.erase(first);
    run(step);
  }
  if (over_ || !deadline_ || *deadline_ > now_) return finish();
  const Step& step = script_.steps[next_];
  if (step.verb == Verb::expect) {
    fail_step(step, "nothing of the kind came in time");
    return finish();
  }
  waits_ = false;
  deadline_.reset();
  ++next_;
  advance();
}

void Play::advance() {
  while (failures_.empty() && next_ < script_.steps.size()) {
    const Step& step = script_.steps[next_];
    if (step.verb == Verb::expect || step.verb == Verb::expect_no || step.verb == Verb::wait) {
      waits_ = true;
      deadline_.reset();
      if (step.verb == Verb::wait) deadline_ = now_ + step.time;
      else if (step.within) deadline_ = now_ + *step.within;
      return;
    }
    run(step);
    ++next_;
  }
  finish();
}

void Play::finish() {
  const bool done = next_ == script_.steps.size() && timers_.empty();
  if (over_ || (!done && failures_.empty())) return;
  over_ = true;
  waits_ = false;
  deadline_.reset();
  timers_.clear();
  stage_.log(fmt::format("scenario {}: {}", script_.file, failures_.empty() ? "all went as written" : "it has ended"));
}

void Play::fail_step(const Step& step, std::string_view what) {
  failures_.push_back(fmt::format("{}:{}: {}: {}", script_.file, step.line, step.text, what));
  stage_.log("scenario " + failures_.back());
}

void Play::give_up(std::string_view reason) {
  if (over_) return;
  if (next_ < script_.steps.size()) fail_step(script_.steps[next_], reason);
  for (const Timer& timer : timers_) fail_step(*timer.step, reason);
  timers_.clear();
  next_ = script_.steps.size();
  finish();
}

void Play::left(const faults::Line& line) {
  if (last_ == &line) last_ = nullptr;
  std::erase_if(peers_, [&](const Peer& peer) { return peer.line == &line; });
}

// --- Messages ---

Play::Peer& Play::peer(const faults::Line& line) {
  const auto found = std::ranges::find(peers_, &line, &Peer::line);
  return found != peers_.end() ? *found : peers_.emplace_back(Peer{.line = &line});
}

std::optional<std::int32_t> Play::client_of(const faults::Line& line) const {
  const auto found = std::ranges::find(peers_, &line, &Peer::line);
  return found == peers_.end() ? std::nullopt : found->client;
}

const Step* Play::awaited() const {
  if (over_ || !waits_) return nullptr;
  const Step& step = script_.steps[next_];
  return step.verb == Verb::wait ? nullptr : &step;
}

bool Play::matches(const std::vector<Field>& fields, const faults::Line& line, MessageKind kind,
                   const tws::FrameView& message) const {
  if (fields.empty()) return true;
  std::vector<std::string> paths;
  for (const Field& field : fields) paths.push_back(field.path);
  const auto values = read_fields(kind, message, paths, line.server_version());
  if (!values.has_value()) return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    if (is_new(field.value)) continue;  // it is taken
    const std::string is = (*values)[i].value_or("");
    const std::string wanted = value_of(field.value);
    if (field.contains ? !is.contains(wanted) : is != wanted) return false;
  }
  return true;
}

void Play::meet(faults::Line& line, MessageKind kind, const tws::FrameView& message) {
  const Step* const step = awaited();
  if (step == nullptr || step->kind != kind) return;
  if (step->target.client && step->target.client != client_of(line)) return;
  if (!matches(step->fields, line, kind, message)) return;
  if (step->verb == Verb::expect_no) {
    fail_step(*step, "it came");
    return finish();
  }
  for (const Field& field : step->fields) {
    if (is_new(field.value)) values_[field.value] = first_field(kind, message, field.path, line.server_version());
  }
  stage_.log(fmt::format("scenario {}:{}: {}: met", script_.file, step->line, step->text));
  last_ = &line;
  waits_ = false;
  deadline_.reset();
  ++next_;
  advances_ = true;
}

bool Play::on_request(faults::Line& line, const tws::FrameView& message, Bytes frame) {
  now_ = std::max(now_, line.now());
  const MessageKind kind{message.id, tws::Direction::client_to_gateway};
  static const MessageKind kStart = scenario::kind("startApi");
  if (kind == kStart) {
    std::int32_t client = 0;
    const std::string text = first_field(kind, message, "clientId", line.server_version());
    std::from_chars(text.data(), text.data() + text.size(), client);
    peer(line).client = client;
  }
  note_subscription(line, kind, message);
  meet(line, kind, message);
  // What is done then is done before the gateway hears of it: a rule holds for this very message.
  if (std::exchange(advances_, false)) advance();
  return apply_rules(line, kind, message, frame);
}

bool Play::on_message(faults::Line& line, const tws::FrameView& message, Bytes frame) {
  now_ = std::max(now_, line.now());
  const MessageKind kind{message.id, tws::Direction::gateway_to_client};
  if (!link_lets_pass(line, kind, message, frame)) return false;
  meet(line, kind, message);
  return apply_rules(line, kind, message, frame) && clock_lets_pass(line, kind, message);
}

void Play::after_message(faults::Line& /*line*/) {
  if (std::exchange(advances_, false)) advance();
}

// --- What becomes of messages ---

bool Play::apply_rules(faults::Line& line, MessageKind kind, const tws::FrameView& message, Bytes frame) {
  const auto rule = std::ranges::find_if(rules_, [&](const Rule& one) {
    if (one.step->kind != kind || (one.client && one.client != client_of(line))) return false;
    return one.step->verb == Verb::change || matches(one.step->fields, line, kind, message);
  });
  if (rule == rules_.end()) return true;
  const Step& step = *rule->step;
  if (rule->left && --*rule->left == 0) rules_.erase(rule);
  stage_.log(fmt::format("scenario {}:{}: {}: done", script_.file, step.line, step.text));
  const bool is_request = kind.direction == tws::Direction::client_to_gateway;
  const auto pass = [&](Bytes bytes) {
    if (is_request) line.to_gateway().append(bytes);
    else line.put(bytes);
  };
  switch (step.verb) {
    case Verb::drop:
      return false;
    case Verb::delay:
      if (is_request) line.hold_request(step.time, frame);
      else line.hold(step.time, frame);
      return false;
    case Verb::repeat:
      pass(frame);
      return true;
    default:
      break;
  }
  ByteQueue changed;
  const auto done = encode_changed(kind, message, values_of(step.fields), line.server_version(), changed);
  if (!done.has_value()) {
    fail_step(step, done.error().detail);
    finish();
    return true;
  }
  pass(changed.contents());
  return false;
}

bool Play::clock_lets_pass(faults::Line& line, MessageKind is, const tws::FrameView& message) {
  static const MessageKind kSeconds = kind("currentTime");
  static const MessageKind kMilliseconds = kind("currentTimeInMillis");
  if (clock_ == Duration::zero() || (is != kSeconds && is != kMilliseconds)) return true;
  const Values fields = is == kSeconds ? Values{{"currentTime", value_of("$now")}}
                                       : Values{{"currentTimeInMillis", milliseconds_shown()}};
  ByteQueue changed;
  if (!encode_changed(is, message, fields, line.server_version(), changed).has_value()) return true;
  line.put(changed.contents());
  return false;
}

void Play::note_subscription(faults::Line& line, MessageKind kind, const tws::FrameView& message) {
  if (is_one_of(kind, questions())) peer(line).answers = true;
  if (!is_one_of(kind, subscriptions())) return;
  Peer& asker = peer(line);
  const std::string id = first_field(kind, message, "reqId", line.server_version());
  asker.silenced.erase(id);
  asker.asked.insert(id);
  if (asker.asked.size() > kAskedMax) asker.asked.erase(asker.asked.begin());
}

bool Play::link_lets_pass(faults::Line& line, MessageKind kind, const tws::FrameView& message, Bytes frame) {
  Peer& listener = peer(line);
  if (is_one_of(kind, ends())) listener.answers = false;
  if (is_one_of(kind, streams())) {
    if (link_is_lost_) return false;
    if (listener.silenced.empty()) return true;
    return !listener.silenced.contains(first_field(kind, message, "reqId", line.server_version()));
  }
  if (!link_is_lost_ || !is_one_of(kind, reports()) || listener.answers) return true;
  listener.held += as_text(frame);
  if (listener.held.size() > kHeldMax) line.close("too much is held while the link is lost");
  return false;
}

// --- Steps ---

std::vector<faults::Line*> Play::targets(const Target& target) {
  std::vector<faults::Line*> lines = stage_.lines();
  if (target.client) {
    std::erase_if(lines, [&](const faults::Line* line) { return client_of(*line) != target.client; });
  } else if (!target.all && last_ != nullptr) {
    std::erase_if(lines, [&](const faults::Line* line) { return line != last_; });
  }
  return lines;
}

bool Play::is_new(const std::string& value) const {
  return value.starts_with('$') && value != "$now" && value != "$client" && !values_.contains(value);
}

// Of a variable what it stands for; else the value itself.
std::string Play::value_of(const std::string& value) const {
  if (!value.starts_with('$')) return value;
  if (value == "$now") return std::to_string((now_ + clock_).ns() / 1'000'000'000);
  if (value == "$client") {
    const auto client = last_ == nullptr ? std::nullopt : client_of(*last_);
    return client ? std::to_string(*client) : "";
  }
  return values_.at(value);
}

std::string Play::milliseconds_shown() const { return std::to_string((now_ + clock_).ns() / 1'000'000); }

Values Play::values_of(const std::vector<Field>& fields) const {
  Values values;
  for (const Field& field : fields) values.emplace_back(field.path, value_of(field.value));
  return values;
}

void Play::say(const Step& step, bool half) {
  for (faults::Line* const line : targets(step.target)) {
    if (!line->has_answered()) continue;
    Values values = values_of(step.fields);
    // What the gateway itself always says.
    if (step.api == "error" && std::ranges::find(step.fields, "errorTime", &Field::path) == step.fields.end())
      values.emplace_back("errorTime", milliseconds_shown());
    ByteQueue bytes;
    const auto done = encode_message(step.api, values, line->server_version(), bytes);
    if (!done.has_value()) return fail_step(step, done.error().detail);
    if (!half) {
      line->put(bytes.contents());
      continue;
    }
    line->put(bytes.contents().first(bytes.size() / 2));
    line->set_mute(true);
  }
}

void Play::arm(const Step& step) {
  Rule rule{.step = &step, .left = step.times, .client = step.target.client};
  if (!rule.client && !step.target.all && last_ != nullptr) rule.client = client_of(*last_);
  rules_.push_back(rule);
}

void Play::notice(std::int32_t code, std::string_view text) {
  const std::string time = milliseconds_shown();
  for (faults::Line* const line : stage_.lines()) {
    ByteQueue bytes;
    const Values fields{
        {"id", "-1"}, {"errorTime", time}, {"errorCode", std::to_string(code)}, {"errorMsg", std::string{text}}};
    if (line->has_answered() && encode_message("error", fields, line->server_version(), bytes).has_value())
      line->put(bytes.contents());
  }
}

void Play::set_link(const Step& step) {
  if (step.state == "broken")
    return notice(2110,
                  "Connectivity between Trader Workstation and server is broken. It will be restored automatically.");
  if (step.state == "lost") {
    link_is_lost_ = true;
    return notice(1100, "Connectivity between IBKR and Trader Workstation has been lost.");
  }
  link_is_lost_ = false;
  if (step.state == "back")
    notice(1102,
           "Connectivity between IBKR and Trader Workstation has been restored - data maintained. All data farms are "
           "connected: usfarm; ushmds; secdefil.");
  else notice(1101, "Connectivity between IBKR and Trader Workstation has been restored - data lost.");
  for (faults::Line* const line : stage_.lines()) {
    Peer& listener = peer(*line);
    if (step.state != "back") listener.silenced.insert(listener.asked.begin(), listener.asked.end());
    line->put(as_bytes(std::exchange(listener.held, {})));
  }
}

void Play::set_farm(const Step& step) {
  struct Code {
    std::string_view state;
    std::int32_t code;
    std::string_view text;
  };
  static constexpr Code kCodes[] = {
      {"market broken", 2103, "Market data farm connection is broken:"},
      {"market ok", 2104, "Market data farm connection is OK:"},
      {"market inactive", 2108, "Market data farm connection is inactive but should be available upon demand."},
      {"history broken", 2105, "HMDS data farm connection is broken:"},
      {"history ok", 2106, "HMDS data farm connection is OK:"},
      {"history inactive", 2107, "HMDS data farm connection is inactive but should be available upon demand."},
      {"definitions broken", 2157, "Sec-def data farm connection is broken:"},
      {"definitions ok", 2158, "Sec-def data farm connection is OK:"},
  };
  for (const Code& one : kCodes) {
    if (one.state == step.state) notice(one.code, fmt::format("{}{}", one.text, step.name));
  }
}

void Play::run(const Step& step) {
  stage_.log(fmt::format("scenario {}:{}: {}", script_.file, step.line, step.text));
  switch (step.verb) {
    case Verb::expect:
    case Verb::expect_no:
    case Verb::wait:
      break;  // these wait for their turn
    case Verb::at: {
      Timestamp due = now_ + step.time;
      if (step.minute) {
        CivilTime local = zone_.local(now_);
        local.hour = *step.minute / 60;
        local.minute = *step.minute % 60;
        local.second = 0;
        due = zone_.instant(local);
        if (due <= now_) due = due + std::chrono::hours{24};
      }
      timers_.push_back({due, &step.later.front()});
      break;
    }
    case Verb::send:
      say(step, false);
      break;
    case Verb::half:
      say(step, true);
      break;
    case Verb::drop:
    case Verb::delay:
    case Verb::repeat:
    case Verb::change:
      arm(step);
      break;
    case Verb::allow:
      std::erase_if(rules_, [&](const Rule& rule) { return rule.step->kind == step.kind; });
      break;
    case Verb::mute:
    case Verb::unmute:
      for (faults::Line* const line : targets(step.target)) line->set_mute(step.verb == Verb::mute);
      break;
    case Verb::close:
      for (faults::Line* const line : targets(step.target)) line->close("closed by the scenario");
      break;
    case Verb::reset:
      for (faults::Line* const line : targets(step.target)) line->reset("reset by the scenario");
      break;
    case Verb::restart:
      stage_.restart(step.time);
      break;
    case Verb::reset_order_ids:
      stage_.reset_order_ids();
      break;
    case Verb::clock:
      clock_ = step.time;
      break;
    case Verb::skip:
      stage_.skip(step.time);
      break;
    case Verb::fault:
      for (int i = 0; i < step.times.value_or(1); ++i) {
        if (const auto done = injector_.inject(step.name, step.target.client); !done.has_value())
          fail_step(step, done.error().detail);
      }
      break;
    case Verb::halt:
    case Verb::resume: {
      const int how = step.verb == Verb::resume ? 0 : step.state.empty() ? 1 : 2;
      if (!stage_.halt(step.name, how)) fail_step(step, "nothing of that symbol is listed; see options symbols=");
      break;
    }
    case Verb::link:
      set_link(step);
      break;
    case Verb::farm:
      set_farm(step);
      break;
  }
}

}  // namespace tradewind::sim::gateway::scenario
