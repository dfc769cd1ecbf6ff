#include "tests/fuzz/harness.hpp"

#include "strategies/metronome.hpp"
#include "tests/fuzz/kinds.hpp"
#include "tests/fuzz/market.hpp"
#include "tradewind/core/base/check.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/broker/mapper.hpp"
#include "tradewind/core/client/client.hpp"
#include "tradewind/core/client/depth_book.hpp"
#include "tradewind/core/client/quote.hpp"
#include "tradewind/core/engine/node.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/journal/records.hpp"
#include "tradewind/core/tws/client_session.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

namespace tradewind::fuzz {
namespace {

using namespace std::chrono_literals;
using tws::Direction;

constexpr Timestamp kStart = Timestamp::from_ns(1'736'175'600'000'000'000);  // 2025-01-06 15:00 UTC
constexpr Duration kStep = 100ms;  // from one piece of the stream to the next

// A clock that moves when it is told to.
class Clock {
 public:
  [[nodiscard]] Now now() const { return {kStart + passed_, MonoTime::from_ns(passed_.count() + 1)}; }
  void advance(Duration by) { passed_ += by; }

 private:
  Duration passed_{};
};

// --- The stream ---

// What is wrong with the messages of the stream, each taken by itself.
std::optional<std::string> check_messages(const Input& input, Direction direction) {
  ByteQueue padded;
  for (const std::string& payload : input.frames) {
    padded.clear();
    padded.append(as_bytes(payload));
    const tws::FrameView frame = tws::parse_frame(padded.contents(), input.server_version());
    if (frame.fault != nullptr) continue;
    const Kind* kind = kind_of(direction, frame.id);
    if (kind == nullptr) continue;
    if (auto complaint = kind->check(frame, input.server_version())) return complaint;
  }
  return std::nullopt;
}

// What a gateway says before the stream begins.
void append_start(ByteQueue& stream, int server_version) {
  const std::string greeting = fmt::format("{}{}20250106 15:00:00 UTC{}", server_version, '\0', '\0');
  store_be32(stream.prepare(4), static_cast<std::uint32_t>(greeting.size()));
  stream.commit(4);
  stream.append(as_bytes(greeting));
  TW_CHECK(encode(tws::ManagedAccounts{.accounts_list = "DU0000000,"}, server_version, stream).has_value());
  TW_CHECK(encode(tws::NextValidId{.order_id = 1}, server_version, stream).has_value());
}

// --- The client's side ---

// A node on a disk that never fails and is never slow.
class NodeWorld {
 public:
  explicit NodeWorld(Clock& clock)
      : clock_{clock},
        log_{journal::Log::begin({journal::journal_id_from(1), journal::kFormatVersion, model::Mode::sim,
                                  model::AccountId{"DU0000000"}, "fuzz"},
                                 clock.now(), {})},
        node_{config(), session_config(),
              std::make_unique<strategies::Metronome>(strategies::Metronome::Params{
                  .symbols = {model::Symbol{"ACME"}, model::Symbol{"BOLT"}}, .beat = 300ms, .size = Quantity::of(100)}),
              log_} {
    node_.start(clock.now());
    commit();
    node_.connected(clock.now());
  }

  [[nodiscard]] engine::Node& node() { return node_; }

  // As the driver does when bytes have come.
  void receive(Bytes bytes) {
    std::memcpy(node_.prepare(bytes.size()), bytes.data(), bytes.size());
    node_.received(bytes.size(), clock_.now());
    commit();
  }
  void wake() {
    node_.wake(clock_.now());
    commit();
  }
  [[nodiscard]] bool is_over() const { return node_.wish() != engine::Node::Wish::none; }

 private:
  // The streams answer no probe, and have to be read to their end.
  static tws::ClientConfig session_config() { return {.client_id = 1, .liveness = {.probe_after = Duration{}}}; }
  static engine::EngineConfig config() {
    engine::EngineConfig config;
    config.account = model::AccountId{"DU0000000"};
    config.limits.order_value_max = Amount::of(1'000'000);
    config.limits.position_value_max = Amount::of(10'000'000);
    return config;
  }
  void commit() {
    while (!log_.pending().empty()) {
      log_.consume(log_.pending().size());
      node_.committed(log_.last(), clock_.now());
    }
  }

  Clock& clock_;
  journal::Log log_;
  engine::Node node_;
};

struct NoEngine final : broker::EventSink {
  void on_event(const model::Event& /*event*/) override {}
};

Outcome run_node(const Input& input) {
  Clock clock;
  NodeWorld world{clock};
  ByteQueue start;
  if ((input.flags & Input::kRawStart) == 0) {
    append_start(start, input.server_version());
    world.receive(start.contents());
  }
  const std::uint64_t before = world.node().wire().messages_in;
  for_each_piece(input, [&](Bytes piece) {
    if (world.is_over()) return;
    clock.advance(kStep);
    world.receive(piece);
    world.node().output().clear();
    if (!world.is_over()) world.wake();
  });
  Outcome outcome;
  outcome.frames = world.node().wire().messages_in - before;
  if (world.node().has_session()) world.node().disconnected("the stream is over", clock.now());
  return outcome;
}

// The client library with one request, subscription and order of many kinds open. Each request that was accepted has to
// end exactly once.
class LibraryWorld : public client::Listener {
 public:
  explicit LibraryWorld(Clock& clock) : clock_{clock}, client_{options(), *this} {
    client_.start(clock.now());
    client_.connected(clock.now());
  }

  [[nodiscard]] client::Client& client() { return client_; }
  void on_ready(const std::vector<std::string>& /*accounts*/, int /*server_version*/) override {
    if (!std::exchange(asked_, true)) ask_everything();
  }
  void receive(Bytes bytes) {
    if (is_over()) return;
    std::memcpy(client_.prepare(bytes.size()), bytes.data(), bytes.size());
    client_.received(bytes.size(), clock_.now());
    client_.output().clear();
  }
  void wake() {
    if (is_over()) return;
    client_.wake(clock_.now());
    client_.output().clear();
  }
  [[nodiscard]] bool is_over() const { return client_.wish() != client::Client::Wish::none; }
  [[nodiscard]] std::optional<std::string> end() {
    client_.disconnected("the stream is over", clock_.now());
    client_.stop(clock_.now());
    for (const auto& request : ended_) {
      if (*request != 1) return fmt::format("a request of the library ended {} times", *request);
    }
    return std::nullopt;
  }

 private:
  // Small numbers, which the messages of the stream are likely to name.
  static client::ClientOptions options() {
    client::ClientOptions options;
    options.session.client_id = 1;
    options.session.liveness.probe_after = Duration{};
    options.first_request_number = 4;
    return options;
  }
  template <class Request>
  void ask(const Request& request) {
    auto ended = std::make_shared<int>(0);
    const std::function<void(client::AnswerTo<Request>)> done = [ended](client::AnswerTo<Request>) { ++*ended; };
    if (client_.request(request, done).has_value()) ended_.push_back(ended);
  }
  template <class Request, class Use>
  void follow(const Request& request, Use use) {
    client::Subscriber<Request> subscriber;
    subscriber.on_update = use;
    static_cast<void>(client_.subscribe(request, std::move(subscriber)));
  }
  void ask_everything() {
    follow(tws::MarketDataRequest{}, [this](const auto& update) { quote_.apply(update); });
    follow(tws::MarketDepthRequest{}, [this](const auto& update) { static_cast<void>(book_.apply(update)); });
    follow(tws::TickByTickRequest{}, [](const auto&) {});
    follow(tws::RealTimeBarsRequest{}, [](const auto&) {});
    follow(tws::AccountDataRequest{.subscribe = true}, [](const auto&) {});
    ask(tws::ContractDataRequest{});
    ask(tws::HistoricalDataRequest{});
    ask(tws::HistoricalTicksRequest{});
    ask(tws::ExecutionRequest{});
    ask(tws::SecDefOptParamsRequest{});
    ask(tws::HistoricalNewsRequest{});
    ask(tws::AccountSummaryRequest{});
    ask(tws::MatchingSymbolsRequest{});
    ask(tws::HeadTimestampRequest{});
    ask(tws::PositionsRequest{});
    ask(tws::OpenOrdersRequest{});
    ask(tws::AllOpenOrdersRequest{});
    ask(tws::CompletedOrdersRequest{});
    ask(tws::MarketRuleRequest{});
    ask(tws::NewsProvidersRequest{});
    tws::Order order;
    order.total_quantity = Quantity::of(10);
    for (int i = 0; i < 3; ++i) static_cast<void>(client_.place({}, order));
    static_cast<void>(client_.cancel_order(client::OrderId{2}));
    client_.output().clear();
  }

  Clock& clock_;
  client::Client client_;
  client::Quote quote_;
  client::DepthBook book_;
  std::vector<std::shared_ptr<int>> ended_;
  bool asked_ = false;
};

Outcome run_library(const Input& input) {
  Clock clock;
  LibraryWorld world{clock};
  ByteQueue start;
  if ((input.flags & Input::kRawStart) == 0) {
    append_start(start, input.server_version());
    world.receive(start.contents());
  }
  Outcome outcome;
  outcome.frames = input.frames.size();
  for_each_piece(input, [&](Bytes piece) {
    clock.advance(kStep);
    world.receive(piece);
    world.wake();
  });
  clock.advance(2min);  // answers that stay away are given up, what was silent is asked for again
  world.wake();
  outcome.complaint = world.end();
  return outcome;
}

Outcome run_session(const Input& input) {
  tws::Pacer pacer{{}};
  tws::ClientSession session{tws::ClientConfig{.max_version = kVersions[std::size(kVersions) - 1]}, pacer};
  NoEngine engine;
  broker::Mapper mapper{model::ClientId{1}, engine, session};
  Clock clock;
  session.connected(clock.now().mono);
  bool is_over = false;
  const auto receive = [&](Bytes piece) {
    if (is_over) return;
    std::memcpy(session.prepare(piece.size()), piece.data(), piece.size());
    is_over = !session.received(piece.size(), clock.now(), mapper).has_value();
  };
  ByteQueue start;
  if ((input.flags & Input::kRawStart) == 0) {
    append_start(start, input.server_version());
    receive(start.contents());
  }
  const std::uint64_t before = session.wire().messages_in;
  for_each_piece(input, receive);
  Outcome outcome;
  outcome.frames = session.wire().messages_in - before;
  if ((input.flags & Input::kRawStart) == 0 && outcome.frames != input.frames.size())
    outcome.complaint = fmt::format("{} frames were sent, {} handled", input.frames.size(), outcome.frames);
  return outcome;
}

// --- The gateway's side ---

// Our own client, which must be able to read whatever the gateway sends.
struct Reader final : tws::ClientHandler {
  std::optional<std::string> complaint;
  void on_unreadable(int message_id, const tws::DecodeFault& fault) override {
    complaint = fmt::format("the gateway sent a message {} that a client cannot read: {}", message_id, fault.text());
  }
  void on_unknown(int message_id, Bytes /*body*/) override {
    complaint = fmt::format("the gateway sent a message {} that no client knows", message_id);
  }
};

class GatewayWorld {
 public:
  explicit GatewayWorld(Clock& clock, int server_version)
      : clock_{clock},
        gateway_{{.server_version = server_version}, market_of(kStart, {{"ACME", 10'000}, {"BOLT", 2'500}})} {
    gateway_.wake(clock.now().utc);
    connection_ = gateway_.connect(clock.now().utc);
  }

  // As the simulator's server does when bytes have come.
  void receive(Bytes bytes) {
    if (is_over()) return;
    std::memcpy(gateway_.prepare(*connection_, bytes.size()), bytes.data(), bytes.size());
    gateway_.received(*connection_, bytes.size(), clock_.now().utc);
  }
  void wake() { gateway_.wake(clock_.now().utc); }
  [[nodiscard]] ByteQueue& output() { return gateway_.output(*connection_); }
  [[nodiscard]] bool is_over() const { return gateway_.wants_close(*connection_).has_value(); }

 private:
  Clock& clock_;
  sim::gateway::Gateway gateway_;
  std::optional<sim::gateway::ConnectionId> connection_;
};

// Moves everything that waits; an error of either end is a complaint.
void deliver(ByteQueue& from, tws::ClientSession& client, const Clock& clock, Reader& reader) {
  if (from.empty()) return;
  const Bytes bytes = from.contents();
  std::memcpy(client.prepare(bytes.size()), bytes.data(), bytes.size());
  if (const auto handled = client.received(bytes.size(), clock.now(), reader); !handled.has_value())
    reader.complaint = fmt::format("the gateway's stream ends our client: {}", handled.error().detail);
  from.clear();
}

Outcome run_whole_gateway(const Input& input) {
  Clock clock;
  GatewayWorld world{clock, input.server_version()};
  tws::Pacer pacer{{}};
  tws::ClientSession client{tws::ClientConfig{.max_version = input.server_version()}, pacer};
  Reader reader;
  const bool has_client = (input.flags & Input::kRawStart) == 0;
  const auto take_output = [&] {
    if (has_client) deliver(world.output(), client, clock, reader);
    world.output().clear();
  };
  if (has_client) {
    client.connected(clock.now().mono);
    for (int turn = 0; turn < 2; ++turn) {  // the greeting, then startApi
      world.receive(client.output().contents());
      client.output().clear();
      take_output();
    }
    TW_CHECK(client.phase() == tws::ClientSession::Phase::ready);
  }
  for_each_piece(input, [&](Bytes piece) {
    clock.advance(kStep);
    world.receive(piece);
    take_output();
    world.wake();
    take_output();
  });
  clock.advance(2min);  // what was ordered is filled, what was subscribed comes
  world.wake();
  take_output();
  return {.frames = input.frames.size(), .complaint = std::move(reader.complaint)};
}

}  // namespace

Outcome run_client(std::string_view bytes) {
  const Input input = Input::parse(bytes);
  if (auto complaint = check_messages(input, Direction::gateway_to_client)) return {0, std::move(complaint)};
  if (input.server_version() > tws::kMaxServerVersion) return run_session(input);
  return (input.flags & Input::kLibrary) != 0 ? run_library(input) : run_node(input);
}

Outcome run_gateway(std::string_view bytes) {
  const Input input = Input::parse(bytes);
  if (auto complaint = check_messages(input, Direction::client_to_gateway)) return {0, std::move(complaint)};
  return run_whole_gateway(input);
}

namespace {

// The frames at the beginning of a stream that fit into so many bytes.
std::string_view whole_frames(std::string_view stream, std::size_t size_max) {
  std::size_t size = 0;
  while (size + 4 <= stream.size()) {
    const std::size_t next = size + 4 + load_be32(as_bytes(stream).data() + size);
    if (next > std::min(stream.size(), size_max)) break;
    size = next;
  }
  return stream.substr(0, size);
}

// Of one turn: an account's values alone are more than a seed may have.
constexpr std::size_t kTurnBytes = 1'500;

}  // namespace

Conversation well_meant(int server_version, std::size_t size_max) {
  Clock clock;
  NodeWorld node{clock};
  GatewayWorld gateway{clock, server_version};
  Conversation said;
  for (int turn = 0; turn < 400; ++turn) {
    clock.advance(kStep);
    node.wake();
    ByteQueue& requests = node.node().output();
    if (turn > 1 && said.to_gateway.size() < size_max) said.to_gateway.append(as_text(requests.contents()));
    if (!requests.empty()) gateway.receive(requests.contents());
    requests.clear();
    gateway.wake();
    ByteQueue& answers = gateway.output();
    if (turn > 1 && said.to_client.size() < size_max)
      said.to_client.append(whole_frames(as_text(answers.contents()), kTurnBytes));
    if (!answers.empty()) node.receive(answers.contents());
    answers.clear();
  }
  return said;
}

}  // namespace tradewind::fuzz
