#pragma once

// A gateway and clients that speak to it through real bytes, for the tests of its services and limits.

#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/core/tws/reflect.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::sim::gateway::testing {

inline const Timestamp kOpen = from_civil_utc({2013, 10, 7, 13, 30, 0});

// Hours of one-minute bars of four stocks: AAPL rises, IBM falls, MSFT stands still, SPY trades most.
inline Market small_market(int minutes = 300) {
  using namespace std::chrono_literals;
  const auto history = [minutes](std::int64_t from, std::int64_t to, int size) {
    model::BarHistory made{1min, {}, {}};
    for (int i = 0; i < minutes; ++i) {
      const Price price = Price::from_raw((from * 100 + (to - from) * 100 * i / minutes) * (Price::kScale / 100));
      const Timestamp start = kOpen + 1min * i;
      made.trades.push_back({start, 1min, price, price, price, price, Quantity::of(size), 4});
      const model::Quote quote{price, price, Quantity::of(300), Quantity::of(200)};
      made.quotes.push_back({start, 1min, quote, quote});
    }
    return made;
  };
  return Market::recorded({us_stock("SPY"), us_stock("IBM"), us_stock("AAPL"), us_stock("MSFT")},
                          {history(100, 101, 900), history(180, 150, 40), history(200, 250, 50), history(30, 30, 80)},
                          Duration::zero());
}

struct World {
  Gateway gateway;
  Timestamp now = kOpen;

  explicit World(GatewayOptions options = {}) : gateway{std::move(options), small_market()} {}
  void to(Timestamp time) {
    now = time;
    gateway.wake(time);
  }
};

// What comes out of the gateway, frame by frame.
struct Answer {
  int id = 0;
  std::string body;
};

// A connection without a client: bytes in, bytes out.
struct Wire {
  World& world;
  ConnectionId id;

  explicit Wire(World& in) : world{in}, id{in.gateway.connect(in.now)} {}
  void say(std::string_view bytes) {
    std::memcpy(world.gateway.prepare(id, bytes.size() + 1), bytes.data(), bytes.size());
    world.gateway.received(id, bytes.size(), world.now);
  }
  std::string hear() {
    ByteQueue& out = world.gateway.output(id);
    std::string text{as_text(out.contents())};
    out.clear();
    return text;
  }
  [[nodiscard]] std::string why_closed() const { return world.gateway.wants_close(id).value_or(""); }
};

inline std::string frame(std::string_view payload) {
  std::string framed(4, '\0');
  store_be32(reinterpret_cast<std::byte*>(framed.data()), static_cast<std::uint32_t>(payload.size()));
  return framed.append(payload);
}
inline std::string greeting(std::string_view versions) { return std::string("API\0", 4) + frame(versions); }

// A client that has started, at the protocol version it asks for.
struct Peer : Wire {
  int version;

  Peer(World& in, std::int32_t client_id, int newest = 200, std::string_view options = "") : Wire{in}, version{newest} {
    say(greeting(fmt::format("v100..{}{}", newest, options)));
    tws::StartApiRequest start;
    start.client_id = client_id;
    send(start);
    static_cast<void>(answers());
  }
  template <class Message>
  void send(const Message& message) {
    ByteQueue bytes;
    ASSERT_TRUE(encode(message, version, bytes).has_value());
    say(as_text(bytes.contents()));
  }
  // All that has come since.
  std::vector<Answer> answers() {
    std::vector<Answer> found;
    const std::string text = hear();
    std::string_view rest{text};
    if (!greeted_ && rest.size() >= 4) {
      greeted_ = true;
      rest.remove_prefix(4 + load_be32(reinterpret_cast<const std::byte*>(rest.data())));
    }
    while (rest.size() >= 4) {
      const std::size_t size = load_be32(reinterpret_cast<const std::byte*>(rest.data()));
      std::string payload{rest.substr(4, size)};
      payload.append(64, '\0');  // readers look a little further
      const tws::FrameView view = tws::parse_frame(as_bytes(payload).first(size), version);
      EXPECT_EQ(view.fault, nullptr);
      found.push_back({view.id, payload});
      rest.remove_prefix(4 + size);
    }
    return found;
  }
  // Sends and returns what is answered at once, as lines; see `Listener`.
  template <class Message>
  std::vector<std::string> ask(const Message& message);
  std::vector<std::string> lines();

 private:
  bool greeted_ = false;
};

// Lines of what the services say.
struct Listener : tws::ClientHandler {
  std::vector<std::string> heard;
  template <class... Args>
  void note(fmt::format_string<Args...> format, Args&&... args) {
    heard.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code < 2000 || m.error_code >= 3000) note("error {} {} {}", m.id, m.error_code, m.error_msg);
  }
  void on_managed_accounts(const tws::ManagedAccounts& m) override { note("accounts {}", m.accounts_list); }
  void on_current_time(const tws::CurrentTime& m) override { note("time {}", m.current_time); }
  void on_current_time_in_millis(const tws::CurrentTimeInMillis& m) override {
    note("millis {}", m.current_time_in_millis);
  }
  void on_news_providers(const tws::NewsProviders& m) override {
    for (const auto& provider : m.providers) note("provider {} {}", provider.provider_code, provider.provider_name);
  }
  void on_news_bulletin(const tws::NewsBulletin& m) override {
    note("bulletin {} {} {} {}", m.news_msg_id, m.news_msg_type, m.originating_exch, m.news_message);
  }
  void on_news_article(const tws::NewsArticle& m) override {
    note("article {} {} {}", m.req_id, m.article_type, m.article_text);
  }
  void on_historical_news(const tws::HistoricalNews& m) override {
    note("news {} {} {} {}", m.req_id, m.time, m.provider_code, m.article_id);
  }
  void on_historical_news_end(const tws::HistoricalNewsEnd& m) override {
    note("news end {} {}", m.req_id, m.has_more ? "more" : "all");
  }
  void on_scanner_parameters(const tws::ScannerParameters& m) override { note("parameters {}", m.xml); }
  void on_scanner_data(const tws::ScannerData& m) override {
    std::string line = fmt::format("scan {}", m.req_id);
    for (const auto& row : m.elements) line += fmt::format(" {}:{}", row.rank, row.contract.symbol);
    heard.push_back(line);
  }
  void on_wsh_meta_data(const tws::WshMetaData& m) override { note("meta {} {}", m.req_id, m.data_json); }
  void on_wsh_event_data(const tws::WshEventData& m) override { note("events {} {}", m.req_id, m.data_json); }
  void on_display_group_list(const tws::DisplayGroupList& m) override { note("groups {} {}", m.req_id, m.groups); }
  void on_display_group_updated(const tws::DisplayGroupUpdated& m) override {
    note("group {} {}", m.req_id, m.contract_info);
  }
  void on_verify_completed(const tws::VerifyCompleted& m) override {
    note("verified {} {}", m.is_successful, m.error_text);
  }
  void on_verify_and_auth_completed(const tws::VerifyAndAuthCompleted& m) override {
    note("authenticated {} {}", m.is_successful, m.error_text);
  }
  void on_config_response(const tws::ConfigResponse& m) override {
    note("config {} read-only {} bypass {}", m.req_id, *m.api->settings->read_only_api,
         *m.api->precautions->bypass_order_precautions);
  }
};

inline std::vector<std::string> Peer::lines() {
  Listener listener;
  for (const Answer& answer : answers()) {
    tws::IncomingMessages scratch;
    tws::DecodeCounters counters;
    bool unknown = false;
    const std::size_t size = answer.body.size() - 64;
    const auto fault = dispatch(tws::parse_frame(as_bytes(answer.body).first(size), version), version, scratch,
                                listener, counters, &unknown);
    EXPECT_FALSE(fault.failed()) << fault.text();
    EXPECT_FALSE(unknown);
  }
  return listener.heard;
}

template <class Message>
std::vector<std::string> Peer::ask(const Message& message) {
  send(message);
  return lines();
}

}  // namespace tradewind::sim::gateway::testing
