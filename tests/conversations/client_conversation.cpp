#include "tests/conversations/conversation.hpp"
#include "tradewind/core/client/client.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace tradewind::conversations {
namespace {

using client::Client;
using tws::testing::Columns;

template <class Message>
inline constexpr bool kIsTold =
    client::kIsIn<Message,
                  client::Messages<tws::MarketDataTypeRequest, tws::SetServerLogLevelRequest,
                                   tws::UpdateDisplayGroupRequest, tws::AutoOpenOrdersRequest, tws::VerifyRequest,
                                   tws::VerifyMessageRequest, tws::VerifyAndAuthRequest, tws::VerifyAndAuthMessage>>;

class ClientConversation final : public Conversation, private client::Listener {
 public:
  using Conversation::Conversation;

 private:
  // --- The machine ---
  void start() override {
    client_.emplace(options_, static_cast<client::Listener&>(*this));
    client_->start(now());
  }
  [[nodiscard]] std::int32_t client_id() const override { return options_.session.client_id; }
  [[nodiscard]] bool wants_to_connect() const override { return client_->wish() == Client::Wish::connect; }
  [[nodiscard]] std::optional<std::string> wants_to_close() const override {
    return client_->wish() == Client::Wish::close ? std::optional{client_->wish_reason()} : std::nullopt;
  }
  void connected() override { client_->connected(now()); }
  void received(Bytes bytes) override {
    std::memcpy(client_->prepare(bytes.size()), bytes.data(), bytes.size());
    client_->received(bytes.size(), now());
  }
  void disconnected(const std::string& reason) override { client_->disconnected(reason, now()); }
  [[nodiscard]] ByteQueue* output() override { return client_->has_session() ? &client_->output() : nullptr; }
  [[nodiscard]] std::optional<MonoTime> wake_at() const override { return client_->wake_at(); }
  void wake() override { client_->wake(now()); }

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

  struct Options {
    Fields fields;
    std::map<std::string, std::string> named;  // within=, stale=
    std::string as;
    bool backfill = false;
  };

  // --- Steps ---
  void options(const std::vector<std::string>& words) override;
  bool own_step(const std::vector<std::string>& words) override;
  void ask(const std::vector<std::string>& words);
  void subscribe(const std::vector<std::string>& words);
  void tell(const std::vector<std::string>& words);
  bool order_step(const std::vector<std::string>& words);

  // --- Pieces ---
  [[nodiscard]] Options options_of(const std::vector<std::string>& words, std::size_t first) const;
  [[nodiscard]] client::OrderId order_id(const std::string& word) const;
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
  static void note_quality(Noted& noted, const client::Quality& quality) {
    if (quality.stale) noted.words.emplace_back("stale");
    if (quality.kind != client::DataKind::live) noted.always["kind"] = name(quality.kind);
    if (quality.gap_before != 0) noted.always["gap"] = std::to_string(quality.gap_before);
  }
  void note_connectivity(const tws::Connectivity& state);
  template <class Request>
  void note_answer(const std::string& who, const client::AnswerTo<Request>& answer);

  client::ClientOptions options_;
  std::optional<Client> client_;
  std::map<std::string, client::RequestId> requests_;
  bool was_allowed_ = true;
  bool was_competing_ = false;
  std::vector<tws::Farm> farms_;
};

// --- What the client tells ------------------------------------------------------------------------------------------

void ClientConversation::on_order(const client::OrderUpdate& update) {
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
void ClientConversation::note_connectivity(const tws::Connectivity& state) {
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
void ClientConversation::note_answer(const std::string& who, const client::AnswerTo<Request>& answer) {
  Noted noted = answer.complete() ? Noted{.words = {who, "complete"}} : noted_failure({who}, *answer.failure());
  NoteRows<typename client::Conversation<Request>::Rows, client::AnswerTo<Request>>::note(answer, noted);
  told(std::move(noted));
}

// --- Steps ----------------------------------------------------------------------------------------------------------

ClientConversation::Options ClientConversation::options_of(const std::vector<std::string>& words,
                                                           std::size_t first) const {
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

client::OrderId ClientConversation::order_id(const std::string& word) const {
  const std::string text = resolved(word);
  std::int32_t id = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || stop != text.data() + text.size()) throw Failed{fmt::format("'{}' is no order id", text)};
  return client::OrderId{id};
}

void ClientConversation::options(const std::vector<std::string>& words) {
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

bool ClientConversation::own_step(const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  if (verb == "stop") {
    client_->stop(now());
    return true;
  }
  client_->wake(now());
  if (words.size() < 2 && (verb == "ask" || verb == "subscribe" || verb == "tell"))
    throw Failed{"something is missing behind " + verb};
  if (verb == "ask") return ask(words), true;
  if (verb == "subscribe") return subscribe(words), true;
  if (verb == "tell") return tell(words), true;
  return order_step(words);
}

void ClientConversation::ask(const std::vector<std::string>& words) {
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
}

void ClientConversation::subscribe(const std::vector<std::string>& words) {
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
}

void ClientConversation::tell(const std::vector<std::string>& words) {
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
}

bool ClientConversation::order_step(const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  const auto need = [&words](std::size_t count) {
    if (words.size() < count) throw Failed{"something is missing behind " + words[0]};
  };
  const auto note_order = [this](const std::string& who, const Result<client::OrderId>& id) {
    if (id.has_value()) set_value(who, fmt::format("{}", *id));
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
    return false;
  }
  return true;
}

}  // namespace

std::unique_ptr<Conversation> with_client(const Script& script, int version, bool in_pieces) {
  return std::make_unique<ClientConversation>(script, version, in_pieces);
}

}  // namespace tradewind::conversations
