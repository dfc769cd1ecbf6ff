#include "tests/conversations/fields.hpp"
#include "tests/conversations/gateway.hpp"
#include "tests/conversations/script.hpp"
#include "tradewind/core/client/client.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace tradewind::conversations {
namespace {

using namespace std::chrono_literals;
using client::Client;
using Fields = std::vector<std::pair<std::string, std::string>>;
using tws::testing::Columns;

// A step cannot be done, or has not gone as written.
struct Failed {
  std::string what;
};

// Something that left the client or that it told.
struct Noted {
  std::vector<std::string> words;             // exactly these are expected
  std::map<std::string, std::string> always;  // and these
  std::map<std::string, std::string> more;    // of these, those that the script names
  std::string api;                            // the message whose fields `more` has
  tws::Direction direction{};

  [[nodiscard]] std::string text() const {
    std::string line = fmt::format("{}", fmt::join(words, " "));
    for (const auto& [key, value] : always) line += fmt::format(" {}={}", key, value);
    std::string rest;
    for (const auto& [key, value] : more) {
      if (!value.empty() && value != "0") rest += fmt::format(" {}={}", key, value);
    }
    return rest.empty() ? line : fmt::format("{}  ({} )", line, rest);
  }
};

std::optional<Duration> duration_in(std::string_view text) {
  std::int64_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit{stop, text.data() + text.size()};
  if (unit == "ms") return std::chrono::milliseconds{count};
  if (unit == "s") return std::chrono::seconds{count};
  if (unit == "min") return std::chrono::minutes{count};
  if (unit == "h") return std::chrono::hours{count};
  return std::nullopt;
}

template <class Message>
inline constexpr bool kIsTold =
    client::kIsIn<Message,
                  client::Messages<tws::MarketDataTypeRequest, tws::SetServerLogLevelRequest,
                                   tws::UpdateDisplayGroupRequest, tws::AutoOpenOrdersRequest, tws::VerifyRequest,
                                   tws::VerifyMessageRequest, tws::VerifyAndAuthRequest, tws::VerifyAndAuthMessage>>;

class Conversation final : public client::Listener {
 public:
  Conversation(const Script& script, int version)
      : version_{version}, names_probes_{std::ranges::any_of(script.steps, [](const Step& step) {
          return step.words.size() > 1 && step.words[0] == "wire" && step.words[1] == "reqCurrentTime";
        })} {}

  // Throws Failed.
  void step(const std::vector<std::string>& words);
  void end() { nothing_left(); }

  // --- From the client ---
  void on_ready(const std::vector<std::string>& accounts, int server_version) override {
    note_connectivity(client_->connectivity());
    told({.words = {"ready"},
          .more = {{"accounts", fmt::format("{}", fmt::join(accounts, ","))},
                   {"version", std::to_string(server_version)}}});
  }
  void on_lost(std::string_view reason) override {
    told({.words = {"lost"}, .more = {{"reason", std::string{reason}}}});
  }
  void on_given_up(std::string_view reason) override {
    told({.words = {"given_up"}, .more = {{"reason", std::string{reason}}}});
  }
  void on_connectivity(const tws::Connectivity& state) override { note_connectivity(state); }
  void on_gap(const tws::Gap& gap) override {
    constexpr const char* kScopes[] = {"all", "farm", "request"};
    told({.words = {"gap", std::to_string(gap.number)},
          .more = {{"cause", std::to_string(gap.cause)},
                   {"scope", kScopes[static_cast<int>(gap.scope)]},
                   {"farm", gap.farm},
                   {"beganEarlier", gap.began_earlier ? "1" : "0"}}});
  }
  void on_notice(const client::Notice& notice) override { told(noted_notice({"notice"}, notice)); }
  void on_order(const client::OrderUpdate& update) override;
  void on_unreadable(std::string_view what) override {
    told({.words = {"unreadable"}, .more = {{"what", std::string{what}}}});
  }

 private:
  struct Options {
    Fields fields;
    std::map<std::string, std::string> named;  // within=, stale=
    std::string as;
    bool backfill = false;
  };

  // --- Steps ---
  void options(const std::vector<std::string>& words);
  void connect(bool silent);
  void send(const std::vector<std::string>& words);
  void pass(const std::vector<std::string>& words);
  void ask(const std::vector<std::string>& words);
  void subscribe(const std::vector<std::string>& words);
  void tell(const std::vector<std::string>& words);
  void order_step(const std::vector<std::string>& words);
  void repeat(const std::vector<std::string>& words);
  void expect(std::deque<Noted>& noted, const char* what, const std::vector<std::string>& words);
  void nothing_left();

  // --- Pieces ---
  [[nodiscard]] Client& running();
  [[nodiscard]] Gateway& gateway() {
    if (!gateway_) throw Failed{"there is no connection"};
    return *gateway_;
  }
  [[nodiscard]] std::string resolved(const std::string& word) const;
  [[nodiscard]] std::pair<std::string, std::string> field(const std::string& word) const;
  [[nodiscard]] Options options_of(const std::vector<std::string>& words, std::size_t first) const;
  [[nodiscard]] client::OrderId order_id(const std::string& word) const;
  [[nodiscard]] Duration duration(std::string_view text) const {
    const auto value = duration_in(text);
    if (!value) throw Failed{fmt::format("'{}' is no duration: 500ms, 30s, 5min, 2h", text)};
    return *value;
  }
  template <class Message>
  void fill(Message& message, const Fields& fields) {
    for (const auto& [path, value] : fields) {
      if (const auto problem = set_field(message, path, value, texts_); !problem.empty())
        throw Failed{fmt::format("{}: {}", Message::kInfo.api, problem)};
    }
  }
  void told(Noted noted) { told_.push_back(std::move(noted)); }
  [[nodiscard]] static Noted noted_notice(std::vector<std::string> words, const client::Notice& notice) {
    words.push_back(std::to_string(notice.code));
    if (notice.unknown_code) words.emplace_back("unknown");
    return {.words = std::move(words), .more = {{"text", notice.text}}};
  }
  [[nodiscard]] static Noted noted_failure(std::vector<std::string> words, const client::Failure& failure) {
    words.emplace_back(name(failure.reason));
    if (failure.code != 0) words.push_back(std::to_string(failure.code));
    return {.words = std::move(words), .more = {{"text", failure.text}}};
  }
  void note_error(const std::string& who, const Error& error) {
    told({.words = {who, "error", std::string{name(error.code)}}, .more = {{"text", error.detail}}});
  }
  static void note_quality(Noted& noted, const client::Quality& quality) {
    if (quality.stale) noted.words.emplace_back("stale");
    if (quality.kind != client::DataKind::live) noted.always["kind"] = name(quality.kind);
    if (quality.gap_before != 0) noted.always["gap"] = std::to_string(quality.gap_before);
  }
  void note_connectivity(const tws::Connectivity& state);
  template <class Request>
  void note_answer(const std::string& who, const client::AnswerTo<Request>& answer);
  void finish_call();
  void pump();
  void step_to(MonoTime time) {
    now_.utc = now_.utc + (time - now_.mono);
    now_.mono = time;
  }

  int version_;
  bool names_probes_;
  bool answers_time_ = true;
  bool goes_on_ = false;  // within a repetition
  client::ClientOptions options_;
  Now now_{Timestamp::from_ns(1'764'000'000'000'000'000), MonoTime::from_ns(1'000'000'000)};
  std::optional<Client> client_;
  std::optional<Gateway> gateway_;
  Texts texts_;
  std::deque<Noted> wire_;
  std::deque<Noted> told_;
  std::map<std::string, std::string> values_;  // of $names
  std::map<std::string, client::RequestId> requests_;
  bool was_allowed_ = true;
  bool was_competing_ = false;
  std::vector<tws::Farm> farms_;
};

// --- What the client tells ------------------------------------------------------------------------------------------

void Conversation::on_order(const client::OrderUpdate& update) {
  const client::OrderState& state = update.state;
  Noted noted{.words = {"order", fmt::format("{}", update.id), std::string{name(state.stage())}}};
  if (state.is_uncertain()) noted.words.emplace_back("uncertain");
  if (state.is_cancelling()) noted.words.emplace_back("cancelling");
  if (state.misses_executions()) noted.words.emplace_back("misses_executions");
  if (!state.filled().is_zero()) noted.always["filled"] = fmt::format("{}", state.filled());
  noted.more = {{"permId", std::to_string(state.perm_id())},
                {"code", std::to_string(state.last_code())},
                {"text", state.last_text()},
                {"whyHeld", state.why_held()},
                {"orderRef", state.order_ref()},
                {"clientId", std::to_string(state.client_id())},
                {"fills", std::to_string(state.fills().size())}};
  noted.more["quantity"] = state.quantity() ? fmt::format("{}", *state.quantity()) : "";
  noted.more["average"] = state.average_price() ? fmt::format("{}", *state.average_price()) : "";
  std::optional<Amount> fees;
  for (const auto& [stem, fee] : state.fees()) {
    if (fee.amount) fees = add(fees.value_or(Amount::zero()), *fee.amount);
  }
  noted.more["fees"] = fees ? fmt::format("{}", *fees) : "";
  told(std::move(noted));
}

// What has changed: the link of the gateway to IB, farms, competition for the data.
void Conversation::note_connectivity(const tws::Connectivity& state) {
  if (!state.is_ready()) {
    was_allowed_ = true;
    was_competing_ = false;
    farms_.clear();
    return;
  }
  if (std::exchange(was_allowed_, state.orders_allowed()) != state.orders_allowed())
    told({.words = {"link", state.orders_allowed() ? "back" : "lost"}});
  if (std::exchange(was_competing_, state.is_competing()) != state.is_competing())
    told({.words = {"competing", state.is_competing() ? "yes" : "no"}});
  for (const tws::Farm& farm : state.farms()) {
    if (std::ranges::find(farms_, farm) == farms_.end())
      told({.words = {"farm", farm.name, std::string{name(farm.state)}},
            .more = {{"kind", std::string{name(farm.kind)}}}});
  }
  farms_ = state.farms();
}

template <class Rows, class Answer>
struct NoteRows;
template <class... Row, class Answer>
struct NoteRows<client::Messages<Row...>, Answer> {
  static void note(const Answer& answer, Noted& noted) { (note_one<Row>(answer, noted), ...); }
  template <class One>
  static void note_one(const Answer& answer, Noted& noted) {
    const auto& rows = answer.template rows<One>();
    if (rows.empty()) return;
    noted.always[One::kInfo.api] = std::to_string(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Columns columns{*rows[i]};
      for (const auto& [path, value] : columns.all())
        noted.more[fmt::format("{}[{}].{}", One::kInfo.api, i, path)] = value;
    }
  }
};

template <class Request>
void Conversation::note_answer(const std::string& who, const client::AnswerTo<Request>& answer) {
  Noted noted = answer.complete() ? Noted{.words = {who, "complete"}} : noted_failure({who}, *answer.failure());
  NoteRows<typename client::Conversation<Request>::Rows, client::AnswerTo<Request>>::note(answer, noted);
  told(std::move(noted));
}

// --- The transport --------------------------------------------------------------------------------------------------

Client& Conversation::running() {
  if (!client_) {
    client_.emplace(options_, *this);
    client_->start(now_);
  }
  return *client_;
}

// Both ends until neither has anything to say. The gateway proves that it lives.
void Conversation::pump() {
  Client& client = running();
  while (gateway_ && client.has_session()) {
    if (client.wish() == Client::Wish::close) {
      wire_.push_back({.words = {"closes"}, .more = {{"reason", client.wish_reason()}}});
      gateway_.reset();
      client.disconnected("closed", now_);
      return;
    }
    if (ByteQueue& bytes = client.output(); !bytes.empty()) {
      const std::string text{as_text(bytes.contents())};
      bytes.consume(text.size());
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
                         .direction = tws::Direction::client_to_gateway});
      }
      continue;
    }
    ByteQueue& bytes = gateway_->output();
    if (bytes.empty()) return;
    const std::size_t count = bytes.size();
    std::memcpy(client.prepare(count), bytes.contents().data(), count);
    bytes.consume(count);
    client.received(count, now_);
  }
}

// After each call of the program: what it has sent goes out, what waits for the next moment is done.
void Conversation::finish_call() { pump(); }

// --- Words ----------------------------------------------------------------------------------------------------------

std::string Conversation::resolved(const std::string& word) const {
  if (!word.starts_with('$')) return word;
  const auto found = values_.find(word);
  if (found == values_.end()) throw Failed{fmt::format("{} is not known yet", word)};
  return found->second;
}

std::pair<std::string, std::string> Conversation::field(const std::string& word) const {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) throw Failed{fmt::format("'{}' is no name=value", word)};
  return {word.substr(0, equals), resolved(word.substr(equals + 1))};
}

Conversation::Options Conversation::options_of(const std::vector<std::string>& words, std::size_t first) const {
  Options options;
  for (std::size_t i = first; i < words.size(); ++i) {
    if (words[i] == "as" && i + 1 < words.size()) {
      options.as = words[++i];
    } else if (words[i] == "backfill") {
      options.backfill = true;
    } else {
      auto pair = field(words[i]);
      if (pair.first == "within" || pair.first == "stale") options.named.insert(std::move(pair));
      else options.fields.push_back(std::move(pair));
    }
  }
  return options;
}

client::OrderId Conversation::order_id(const std::string& word) const {
  const std::string text = resolved(word);
  std::int32_t id = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || stop != text.data() + text.size()) throw Failed{fmt::format("'{}' is no order id", text)};
  return client::OrderId{id};
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
  nothing_left();
  if (verb == "nothing") return;
  if (verb == "options") return options(words);
  if (verb == "mute") return static_cast<void>(answers_time_ = false);
  if (verb == "unmute") return static_cast<void>(answers_time_ = true);
  if (verb == "wants") {
    wants(2);
    constexpr const char* kWishes[] = {"nothing", "connect", "close"};
    const char* const wish = kWishes[static_cast<int>(running().wish())];
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
    if (verb == "connect") return;
    send({"gateway", "managedAccounts", "accountsList=DU0000000"});
    return send({"gateway", "nextValidId", order_id});
  }
  if (verb == "cut") {
    static_cast<void>(gateway());
    gateway_.reset();
    return running().disconnected("the connection was reset", now_);
  }
  if (verb == "refuse") {
    if (running().wish() != Client::Wish::connect) throw Failed{"the client does not want to connect"};
    return running().disconnected("connection refused", now_);
  }
  if (verb == "stop") {
    running().stop(now_);
    return finish_call();
  }
  if (verb == "pass") return wants(2), pass(words);
  if (verb == "gateway" || verb == "greeting" || verb == "frame" || verb == "bytes") return wants(2), send(words);
  running().wake(now_);
  if (verb == "ask") return wants(2), ask(words);
  if (verb == "subscribe") return wants(2), subscribe(words);
  if (verb == "tell") return wants(2), tell(words);
  return order_step(words);
}

void Conversation::options(const std::vector<std::string>& words) {
  if (client_) throw Failed{"options come before the first connection"};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto [key, value] = field(words[i]);
    const auto number = [&value] { return static_cast<std::int32_t>(std::stol(value)); };
    if (key == "clientId") options_.session.client_id = number();
    else if (key == "lastOrderId") options_.last_order_id = number();
    else if (key == "answerLimit") options_.answer_limit = duration(value);
    else if (key == "marketDataLines") options_.pacing.market_data_lines = number();
    else throw Failed{fmt::format("there is no option '{}'", key)};
  }
}

void Conversation::connect(bool silent) {
  Client& client = running();
  if (client.wish() != Client::Wish::connect) throw Failed{"the client does not want to connect"};
  gateway_.emplace(version_, silent);
  client.connected(now_);
  pump();
  if (!gateway_ ||
      gateway_->client_versions() != fmt::format("v{}..{}", tws::kMinServerVersion, tws::kMaxServerVersion))
    throw Failed{"the client did not greet with the versions it speaks"};
  if (silent) return;
  if (wire_.empty() || wire_.front().words[0] != "startApi" ||
      wire_.front().more.at("clientId") != std::to_string(options_.session.client_id)) {
    throw Failed{"the client did not start the API with its client id"};
  }
  wire_.pop_front();
}

void Conversation::send(const std::vector<std::string>& words) {
  Gateway& there = gateway();
  if (words[0] == "greeting") {
    there.greet(words[1], words.size() > 2 ? words[2] : "20260105 09:30:00 UTC");
  } else if (words[0] == "frame") {
    there.send_payload(tws::testing::payload_of({words.begin() + 1, words.end()}, version_));
  } else if (words[0] == "bytes") {
    there.send_bytes(tws::testing::from_hex(words[1]));
  } else {
    Fields fields;
    for (std::size_t i = 2; i < words.size(); ++i) fields.push_back(field(words[i]));
    if (const auto problem = there.send(words[1], fields); !problem.empty()) throw Failed{problem};
  }
  pump();
}

// Moves the clock to every time the client wants to be called at. A wish to connect waits for the script.
void Conversation::pass(const std::vector<std::string>& words) {
  Client& client = running();
  const MonoTime end = now_.mono + duration(words[1]);
  while (const auto next = client.wake_at()) {
    if (*next > end) break;
    step_to(std::max(*next, now_.mono));
    client.wake(now_);
    pump();
  }
  step_to(end);
  client.wake(now_);
  pump();
}

void Conversation::ask(const std::vector<std::string>& words) {
  const Options given = options_of(words, 2);
  const std::string who = given.as.empty() ? words[1] : given.as;
  client::RequestOptions limits;
  limits.backfill = given.backfill;
  if (const auto within = given.named.find("within"); within != given.named.end())
    limits.answer_limit = duration(within->second);
  bool found = false;
  tws::for_each_message_type([&]<class Request>() {
    if constexpr (client::Answerable<Request>) {
      if (words[1] != Request::kInfo.api) return;
      found = true;
      Request message;
      fill(message, given.fields);
      const auto id = client_->request<Request>(
          message, [this, who](client::AnswerTo<Request> answer) { note_answer<Request>(who, answer); }, limits);
      if (id.has_value()) requests_.insert_or_assign(who, *id);
      else note_error(who, id.error());
    }
  });
  if (!found) throw Failed{fmt::format("'{}' cannot be asked", words[1])};
  finish_call();
}

void Conversation::subscribe(const std::vector<std::string>& words) {
  const Options given = options_of(words, 2);
  const std::string who = given.as.empty() ? words[1] : given.as;
  client::SubscribeOptions limits;
  limits.stale_after = Duration{0};
  if (const auto stale = given.named.find("stale"); stale != given.named.end())
    limits.stale_after = duration(stale->second);
  bool found = false;
  tws::for_each_message_type([&]<class Request>() {
    if constexpr (client::Subscribable<Request>) {
      if (words[1] != Request::kInfo.api) return;
      found = true;
      Request message;
      fill(message, given.fields);
      client::Subscriber<Request> subscriber;
      subscriber.on_update = [this, who](const client::UpdateOf<Request>& update) {
        Noted noted;
        std::visit(
            [&noted, &who](const auto* row) {
              const char* const api = std::remove_cvref_t<decltype(*row)>::kInfo.api;
              noted = {.words = {who, api},
                       .more = Columns{*row}.all(),
                       .api = api,
                       .direction = tws::Direction::gateway_to_client};
            },
            update.message);
        note_quality(noted, update.quality);
        told(std::move(noted));
      };
      subscriber.on_complete = [this, who] { told({.words = {who, "complete"}}); };
      subscriber.on_quality = [this, who](const client::Quality& quality) {
        Noted noted{.words = {who, "quality"}};
        note_quality(noted, quality);
        told(std::move(noted));
      };
      subscriber.on_notice = [this, who](const client::Notice& notice) { told(noted_notice({who, "notice"}, notice)); };
      subscriber.on_end = [this, who](const client::Failure& failure) { told(noted_failure({who, "end"}, failure)); };
      const auto id = client_->subscribe<Request>(message, std::move(subscriber), limits);
      if (id.has_value()) requests_.insert_or_assign(who, *id);
      else note_error(who, id.error());
    }
  });
  if (!found) throw Failed{fmt::format("'{}' cannot be subscribed to", words[1])};
  finish_call();
}

void Conversation::tell(const std::vector<std::string>& words) {
  const Options given = options_of(words, 2);
  bool found = false;
  tws::for_each_message_type([&]<class Message>() {
    if constexpr (kIsTold<Message>) {
      if (words[1] != Message::kInfo.api) return;
      found = true;
      Message message;
      fill(message, given.fields);
      if (const auto done = client_->tell(message); !done.has_value()) note_error(words[1], done.error());
    }
  });
  if (!found) throw Failed{fmt::format("'{}' cannot be told", words[1])};
  finish_call();
}

void Conversation::order_step(const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  const auto need = [&words](std::size_t count) {
    if (words.size() < count) throw Failed{"something is missing behind " + words[0]};
  };
  const auto note_order = [this](const std::string& who, const Result<client::OrderId>& id) {
    if (id.has_value()) values_["$" + who] = fmt::format("{}", *id);
    else note_error(who, id.error());
  };
  const auto note_done = [this](const std::string& who, const Result<void>& done) {
    if (!done.has_value()) note_error(who, done.error());
  };
  if (verb == "place") {  // place as o contract.symbol=... order.action=...
    const Options given = options_of(words, 1);
    if (given.as.empty()) throw Failed{"an order is placed 'as' a name"};
    tws::PlaceOrderRequest request;
    fill(request, given.fields);
    note_order(given.as, client_->place(request.contract, request.order));
  } else if (verb == "reserve") {
    need(2);
    note_order(words[1], client_->reserve_order_id());
  } else if (verb == "place_as" || verb == "modify") {
    need(2);
    tws::PlaceOrderRequest request;
    fill(request, options_of(words, 2).fields);
    const client::OrderId id = order_id(words[1]);
    note_done(verb,
              verb == "modify" ? client_->modify(id, request.contract, request.order) : client_->place_as(id, request));
  } else if (verb == "cancel_order") {
    need(2);
    note_done(verb, client_->cancel_order(order_id(words[1])));
  } else if (verb == "global_cancel") {
    note_done(verb, client_->global_cancel());
  } else if (verb == "exercise") {
    const Options given = options_of(words, 1);
    tws::ExerciseOptionsRequest request;
    fill(request, given.fields);
    note_order(given.as, client_->exercise(request));
  } else if (verb == "cancel") {
    need(2);
    const auto found = requests_.find(words[1]);
    if (found == requests_.end()) throw Failed{fmt::format("there is no request '{}'", words[1])};
    client_->cancel(found->second);
  } else {
    throw Failed{fmt::format("there is no step '{}'", verb)};
  }
  finish_call();
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

// --- Expectations ---------------------------------------------------------------------------------------------------

void Conversation::expect(std::deque<Noted>& noted, const char* what, const std::vector<std::string>& words) {
  const std::string wanted = fmt::format("{}", fmt::join(words, " "));
  if (noted.empty()) throw Failed{fmt::format("expected: {}\n  there was: nothing {}", wanted, what)};
  const Noted& next = noted.front();
  const auto wrong = [&](std::string_view why) {
    throw Failed{fmt::format("expected: {}\n  there was: {} {}\n  {}", wanted, what, next.text(), why)};
  };
  if (what == std::string_view{"wire"} && words[1] != "closes" &&
      !knows_message(words[1], tws::Direction::client_to_gateway))
    throw Failed{fmt::format("a client has no message '{}'", words[1])};
  std::vector<std::string> plain;
  std::map<std::string, std::pair<char, std::string>> named;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t sign = words[i].find_first_of("=~");
    if (sign == std::string::npos) plain.push_back(resolved(words[i]));
    else named[words[i].substr(0, sign)] = {words[i][sign], words[i].substr(sign + 1)};
  }
  if (plain != next.words) wrong("this is something else");
  for (const auto& [key, value] : next.always) {
    if (!named.contains(key)) wrong(fmt::format("{}={} was not expected", key, value));
  }
  for (auto& [key, condition] : named) {
    auto& [sign, value] = condition;
    std::string there;
    if (const auto found = next.always.find(key); found != next.always.end()) {
      there = found->second;
    } else if (const auto other = next.more.find(key); other != next.more.end()) {
      there = other->second;
    } else if (next.api.empty() || !knows_field(next.api, next.direction, key)) {
      wrong(fmt::format("there is no '{}'", key));
    }
    if (sign == '=' && value.starts_with('$') && !values_.contains(value)) {
      if (there.empty()) wrong(fmt::format("{} is not set, so that {} cannot be it", key, value));
      values_[value] = there;
      continue;
    }
    if (value.starts_with('$')) value = resolved(value);
    const bool right = sign == '=' ? there == value : there.find(value) != std::string::npos;
    if (!right) wrong(fmt::format("{} is '{}'", key, there));
  }
  noted.pop_front();
}

void Conversation::nothing_left() {
  if (goes_on_) return;
  std::string left;
  for (const Noted& each : wire_) left += fmt::format("\n  there was: wire {}", each.text());
  for (const Noted& each : told_) left += fmt::format("\n  there was: told {}", each.text());
  if (!left.empty()) throw Failed{"expected: nothing more before this line" + left};
}

}  // namespace

std::string run(const Script& script, int server_version) {
  Conversation conversation{script, server_version};
  int line = script.steps.empty() ? 0 : script.steps.front().line;
  try {
    for (const Step& step : script.steps) {
      line = step.line;
      conversation.step(step.words);
    }
    conversation.end();
  } catch (const Failed& failed) {
    return fmt::format("{}:{}: {}", script.file, line, failed.what);
  } catch (const std::logic_error& error) {  // std::stoi
    return fmt::format("{}:{}: a number is expected ({})", script.file, line, error.what());
  }
  return {};
}

}  // namespace tradewind::conversations
