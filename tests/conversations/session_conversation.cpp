#include "tests/conversations/conversation.hpp"
#include "tradewind/core/tws/client_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tradewind::conversations {
namespace {

using tws::testing::Columns;

// tws::ClientSession alone, one connection after the other.
class SessionConversation final : public Conversation {
 public:
  using Conversation::Conversation;

 private:
  struct Ears final : tws::ClientHandler {
    explicit Ears(SessionConversation& owner) : owner_{owner} {}
    void on_handshake(int version, std::string_view time) override {
      owner_.told(
          {.words = {"handshake"}, .more = {{"version", std::to_string(version)}, {"time", std::string{time}}}});
    }
    void on_ready(std::int32_t id) override {
      owner_.told({.words = {"ready"}, .more = {{"nextValidId", std::to_string(id)}}});
    }
    void on_unreadable(int id, const tws::DecodeFault& fault) override {
      owner_.told({.words = {"unreadable", std::to_string(id)}, .more = {{"text", fault.text()}}});
    }
    void on_unknown(int id, Bytes body) override {
      owner_.told({.words = {"unknown", std::to_string(id)}, .more = {{"size", std::to_string(body.size())}}});
    }
    void on_dropped(const tws::PacedRequest& request) override {
      owner_.told({.words = {"dropped", std::to_string(request.id)}});
    }
    void on_managed_accounts(const tws::ManagedAccounts& m) override { heard(m); }
    void on_next_valid_id(const tws::NextValidId& m) override { heard(m); }
    void on_error_message(const tws::ErrorMessage& m) override { heard(m); }
    void on_open_order(const tws::OpenOrder& m) override { heard(m); }
    void on_order_status(const tws::OrderStatus& m) override { heard(m); }
    void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override { heard(m); }
    void on_tick_price(const tws::TickPrice& m) override { heard(m); }
    template <class Message>
    void heard(const Message& message) {
      owner_.told({.words = {Message::kInfo.api},
                   .more = Columns{message}.all(),
                   .api = Message::kInfo.api,
                   .direction = tws::Direction::gateway_to_client});
    }
    SessionConversation& owner_;
  };

  void start() override {}
  [[nodiscard]] std::int32_t client_id() const override { return config_.client_id; }
  [[nodiscard]] bool wants_to_connect() const override { return session_ == nullptr; }
  [[nodiscard]] std::optional<std::string> wants_to_close() const override { return wants_to_close_; }
  void connected() override {
    session_ = std::make_unique<tws::ClientSession>(config_, pacer_);
    session_->connected(now().mono);
  }
  void received(Bytes bytes) override {
    std::memcpy(session_->prepare(bytes.size()), bytes.data(), bytes.size());
    Ears ears{*this};
    if (const auto handled = session_->received(bytes.size(), now(), ears); !handled.has_value())
      wants_to_close_ = handled.error().detail;
  }
  void disconnected(const std::string& /*reason*/) override {
    wants_to_close_.reset();
    if (session_ == nullptr) return;
    Ears ears{*this};
    session_->disconnected(ears);
    session_.reset();
  }
  [[nodiscard]] ByteQueue* output() override { return session_ == nullptr ? nullptr : &session_->output(); }
  [[nodiscard]] std::optional<MonoTime> wake_at() const override {
    return session_ == nullptr || wants_to_close_ ? std::nullopt : session_->wake_at();
  }
  void wake() override {
    if (session_ == nullptr || wants_to_close_) return;
    Ears ears{*this};
    if (const auto in_time = session_->check_time(now().mono, ears); !in_time.has_value())
      wants_to_close_ = in_time.error().detail;
  }

  void ready(const std::string& order_id) override {
    Conversation::ready(order_id);
    steps("told handshake version=$version\ntold managedAccounts\ntold nextValidId\ntold ready\n");
  }

  void options(const std::vector<std::string>& words) override {
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto [key, value] = field(words[i]);
      if (key == "clientId") config_.client_id = static_cast<std::int32_t>(std::stol(value));
      else if (key == "optionalCapabilities") config_.optional_capabilities = value;
      else throw Failed{fmt::format("there is no option '{}'", key)};
    }
  }

  bool own_step(const std::vector<std::string>& words) override {
    if (words[0] != "send" || words.size() < 2) return false;
    if (session_ == nullptr) throw Failed{"there is no connection"};
    if (words[1] == "reqMktData") send<tws::MarketDataRequest>(words);
    else if (words[1] == "cancelOrder") send<tws::CancelOrderRequest>(words);
    else if (words[1] == "reqAllOpenOrders") send<tws::AllOpenOrdersRequest>(words);
    else throw Failed{fmt::format("{} is not sent here", words[1])};
    return true;
  }
  template <class Message>
  void send(const std::vector<std::string>& words) {
    Fields fields;
    for (std::size_t i = 2; i < words.size(); ++i) fields.push_back(field(words[i]));
    Message message;
    fill(message, fields);
    if (const auto sent = session_->send(message, now().mono); !sent.has_value()) note_error(words[1], sent.error());
  }

  [[nodiscard]] std::map<std::string, std::string> state() const override {
    constexpr const char* kPhases[] = {"idle", "handshake", "starting", "ready", "closed"};
    std::map<std::string, std::string> all{{"phase", "none"}, {"clockSkew", ""}};
    if (session_ == nullptr) return all;
    all["phase"] = kPhases[static_cast<std::size_t>(session_->phase())];
    if (const auto skew = session_->clock_skew())
      all["clockSkew"] = fmt::format("{}s", *skew / std::chrono::seconds{1});
    return all;
  }

  tws::ClientConfig config_{.client_id = 7};
  tws::Pacer pacer_{tws::PacingLimits{}};
  std::unique_ptr<tws::ClientSession> session_;
  std::optional<std::string> wants_to_close_;
};

}  // namespace

std::unique_ptr<Conversation> with_session(const Script& script, int version, bool in_pieces) {
  return std::make_unique<SessionConversation>(script, version, in_pieces);
}

}  // namespace tradewind::conversations
