#include "tests/fuzz/neighbours.hpp"

#include "tests/fuzz/input.hpp"
#include "tests/fuzz/market.hpp"
#include "tradewind/core/base/check.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/handlers.hpp"
#include "tradewind/core/tws/place_order/encode.hpp"
#include "tradewind/sim/gateway/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tradewind::fuzz {
namespace {

using namespace std::chrono_literals;
namespace gateway = sim::gateway;
using gateway::ConnectionId;

constexpr Timestamp kStart = Timestamp::from_ns(1'736'175'600'000'000'000);  // 2025-01-06 15:00 UTC
constexpr Duration kStep = 5s;
constexpr int kSteps = 24;
constexpr int kFloodTimes = 20;
constexpr int kConnectionsMax = 12;  // of the hostile clients, one after the other

// The well-behaved client's own.
constexpr const char* kStock = "QUIET";
constexpr std::uint32_t kListing = 2;
constexpr const char* kAccount = "DU0000009";
constexpr std::int32_t kClientId = 70;

// Copies a stream of the gateway with permanent ids and execution ids counted from 1 on, as they appear.
class Renumbered final : public tws::IncomingHandler {
 public:
  Renumbered(Bytes stream, int version) : version_{version} {
    tws::FrameReader reader{tws::kFrameSizeMax};
    reader.feed(stream);
    tws::IncomingMessages scratch;
    tws::DecodeCounters counters;
    bool is_greeting = true;
    for (auto payload = reader.next(); payload.has_value() && payload->has_value(); payload = reader.next()) {
      written_ = false;
      if (!std::exchange(is_greeting, false)) {
        const auto fault = dispatch(tws::parse_frame(**payload, version), version, scratch, *this, counters);
        TW_CHECK(!fault.failed());
        ++frames_;
      }
      if (!written_) out_.append(as_text(**payload)).push_back('\n');
    }
  }
  [[nodiscard]] std::string take() { return std::move(out_); }
  [[nodiscard]] std::uint64_t frames() const { return frames_; }

  void on_open_order(const tws::OpenOrder& m) override {
    tws::OpenOrder changed = m;
    changed.order.perm_id = perm_id(m.order.perm_id);
    write(changed);
  }
  void on_order_status(const tws::OrderStatus& m) override {
    tws::OrderStatus changed = m;
    changed.perm_id = perm_id(m.perm_id);
    write(changed);
  }
  void on_execution_details(const tws::ExecutionDetails& m) override {
    tws::ExecutionDetails changed = m;
    changed.execution.perm_id = perm_id(m.execution.perm_id);
    const std::string id = exec_id(m.execution.exec_id);
    changed.execution.exec_id = id;
    write(changed);
  }
  void on_commission_and_fees_report(const tws::CommissionAndFeesReport& m) override {
    tws::CommissionAndFeesReport changed = m;
    const std::string id = exec_id(m.exec_id);
    changed.exec_id = id;
    write(changed);
  }

 private:
  template <class Message>
  void write(const Message& message) {
    ByteQueue bytes;
    TW_CHECK(encode(message, version_, bytes).has_value());
    out_.append(as_text(bytes.contents()).substr(4)).push_back('\n');
    written_ = true;
  }
  std::int64_t perm_id(std::int64_t id) {
    return perm_ids_.try_emplace(id, static_cast<std::int64_t>(perm_ids_.size()) + 1).first->second;
  }
  std::string exec_id(std::string_view id) {
    return fmt::format("execution {}", exec_ids_.try_emplace(std::string{id}, exec_ids_.size() + 1).first->second);
  }

  int version_;
  bool written_ = false;
  std::string out_;
  std::uint64_t frames_ = 0;
  std::map<std::int64_t, std::int64_t> perm_ids_;
  std::map<std::string, std::size_t> exec_ids_;
};

// A gateway with the well-behaved client, whose conversation is the same every time.
class Neighbourhood {
 public:
  explicit Neighbourhood(int version)
      : version_{version},
        gateway_{options(version), market_of(kStart, {{"ACME", 10'000}, {"BOLT", 2'500}, {kStock, 5'000}})},
        good_{gateway_.connect(kStart)} {
    gateway_.wake(kStart);
  }

  [[nodiscard]] gateway::Gateway& gateway() { return gateway_; }
  [[nodiscard]] Timestamp now() const { return now_; }
  // Bytes of whomever, as the simulator's server hands them over.
  void receive(ConnectionId id, Bytes bytes) {
    if (bytes.empty() || gateway_.wants_close(id)) return;
    std::memcpy(gateway_.prepare(id, bytes.size()), bytes.data(), bytes.size());
    gateway_.received(id, bytes.size(), now_);
  }
  void go_to(int step) {
    now_ = kStart + kStep * step;
    gateway_.wake(now_);
  }
  // What the well-behaved client says at this step.
  void speak(int step);
  void hear() {
    ByteQueue& out = gateway_.output(good_);
    heard_.append(out.contents());
    out.clear();
  }
  [[nodiscard]] std::string greet(std::int32_t client_id) const {
    const std::string versions = fmt::format("v100..{}", version_);
    std::string text{"API\0\0\0\0", 7};
    text.push_back(static_cast<char>(versions.size()));
    text += versions;
    ByteQueue start;
    TW_CHECK(
        encode(tws::StartApiRequest{.client_id = client_id, .optional_capabilities = {}}, version_, start).has_value());
    return text.append(as_text(start.contents()));
  }
  [[nodiscard]] std::optional<std::string> good_is_closed() const { return gateway_.wants_close(good_); }
  [[nodiscard]] Renumbered heard() const { return {heard_.contents(), version_}; }
  // Somebody did what may change what the well-behaved client sees.
  [[nodiscard]] bool is_disturbed_lawfully() const {
    return global_cancel_ || std::ranges::any_of(gateway_.desk().orders(), [](const gateway::GatewayOrder& order) {
             const bool leg = std::ranges::any_of(order.legs, [](const auto& one) { return one.listing == kListing; });
             return order.client_id != kClientId && (order.listing == kListing || leg || order.account == kAccount);
           });
  }

 private:
  gateway::GatewayOptions options(int version) {
    gateway::GatewayOptions options;
    options.server_version = version;
    options.accounts = {{"DU0000000", Amount::of(1'000'000)}, {kAccount, Amount::of(1'000'000)}};
    options.data.lines = 100'000;  // one allowance for all: who takes the last line disturbs by right
    options.limits.unsent = 1U << 20;
    options.log = [this](Timestamp, std::string_view line) {
      if (line.ends_with("asks reqGlobalCancel")) global_cancel_ = true;
    };
    return options;
  }
  template <class Message>
  void say(const Message& message) {
    ByteQueue bytes;
    TW_CHECK(encode(message, version_, bytes).has_value());
    receive(good_, bytes.contents());
  }
  void subscribe();
  void order(std::int32_t id, const char* action, const char* type, std::optional<Price> limit,
             std::optional<Price> stop = std::nullopt);

  int version_;
  Timestamp now_ = kStart;
  bool global_cancel_ = false;
  gateway::Gateway gateway_;
  ConnectionId good_;
  ByteQueue heard_;
};

tws::Contract stock() {
  tws::Contract contract;
  contract.symbol = kStock;
  contract.sec_type = "STK";
  contract.exchange = "SMART";
  contract.currency = "USD";
  return contract;
}

// Everything that all clients share by IB's rules (paced history, tick-by-tick streams) is asked for before anyone comes.
void Neighbourhood::subscribe() {
  say(tws::MarketDataRequest{.req_id = 1, .contract = stock(), .generic_tick_list = "233", .market_data_options = {}});
  say(tws::MarketDepthRequest{.req_id = 2, .contract = stock(), .num_rows = 5, .market_depth_options = {}});
  tws::TickByTickRequest ticks;
  ticks.req_id = 3;
  ticks.contract = stock();
  ticks.tick_type = "AllLast";
  say(ticks);
  tws::RealTimeBarsRequest bars;
  bars.req_id = 4;
  bars.contract = stock();
  bars.bar_size = 5;
  bars.what_to_show = "TRADES";
  say(bars);
  tws::HistoricalDataRequest history;
  history.req_id = 5;
  history.contract = stock();
  history.bar_size_setting = "1 min";
  history.duration = "300 S";
  history.what_to_show = "TRADES";
  history.format_date = 2;
  history.keep_up_to_date = true;
  say(history);
  say(tws::AccountUpdatesMultiRequest{.req_id = 6, .account = kAccount, .model_code = {}});
  say(tws::PositionsMultiRequest{.req_id = 7, .account = kAccount, .model_code = {}});
  say(tws::PnlRequest{.req_id = 8, .account = kAccount, .model_code = {}});
}

void Neighbourhood::order(std::int32_t id, const char* action, const char* type, std::optional<Price> limit,
                          std::optional<Price> stop) {
  tws::PlaceOrderRequest request;
  request.order_id = id;
  request.contract = stock();
  request.order.account = kAccount;
  request.order.action = action;
  request.order.total_quantity = Quantity::of(100);
  request.order.order_type = type;
  request.order.tif = "GTC";
  request.order.transmit = true;
  request.order.lmt_price = limit;
  request.order.aux_price = stop;
  say(request);
}

void Neighbourhood::speak(int step) {
  switch (step) {
    case 0:
      receive(good_, as_bytes(greet(kClientId)));
      return subscribe();
    case 3:
      return order(1, "BUY", "LMT", Price::of(40));
    case 4:
      return order(2, "BUY", "MKT", {});
    case 6:
      return order(1, "BUY", "LMT", Price::of(41));
    case 7:
      return order(3, "SELL", "STP", {}, Price::of(30));
    case 9:
      return say(tws::OpenOrdersRequest{});
    case 11:
      return order(4, "SELL", "LMT", Price::of(45));
    case 13:
      return say(tws::CancelOrderRequest{.order_id = 1, .order_cancel = {}});
    case 14: {
      tws::ExecutionRequest executions;
      executions.req_id = 9;
      executions.execution_filter.client_id = kClientId;
      return say(executions);
    }
    case 16:
      return say(tws::ContractDataRequest{.req_id = 10, .contract = stock()});
    case 17:
      return say(tws::CurrentTimeRequest{});
    case 19:
      say(tws::CancelMarketData{.req_id = 1});
      return say(tws::MarketDataRequest{
          .req_id = 11, .contract = stock(), .generic_tick_list = {}, .market_data_options = {}});
    case 20:
      return say(tws::IdsRequest{});
    default:
      return;
  }
}

// One hostile client after the other, all out of the same stream.
class Hostile {
 public:
  Hostile(const Input& input, Neighbourhood& world, int number) : input_{input}, world_{world}, number_{number} {
    const int times = has(kFlood) ? kFloodTimes : 1;
    Input cut = input;
    cut.cuts = static_cast<std::uint8_t>(input.cuts + number);
    for (int i = 0; i < times; ++i) {
      for_each_piece(cut, [this](Bytes piece) { pieces_.emplace_back(as_text(piece)); });
    }
  }
  void act(int step) {
    const std::size_t end = pieces_.size() * static_cast<std::size_t>(step + 1) / kSteps;
    for (; next_ < end; ++next_) {
      come();
      if (!connection_) return;
      world_.receive(*connection_, as_bytes(pieces_[next_]));
      if (!has(kNeverReads)) world_.gateway().output(*connection_).clear();
    }
    if (has(kReturns)) go();
  }

 private:
  [[nodiscard]] bool has(std::uint8_t flag) const { return (input_.flags & flag) != 0; }
  void go() {
    if (connection_) world_.gateway().disconnected(*connection_);
    connection_.reset();
  }
  void come() {
    if (connection_ && world_.gateway().wants_close(*connection_)) go();
    if (connection_ || connections_ == kConnectionsMax) return;
    connection_ = world_.gateway().connect(world_.now());
    ++connections_;
    if (!has(Input::kRawStart)) world_.receive(*connection_, as_bytes(world_.greet(number_)));
  }

  const Input& input_;
  Neighbourhood& world_;
  std::int32_t number_;
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
  int connections_ = 0;
  std::optional<ConnectionId> connection_;
};

struct Heard {
  std::string text;
  std::uint64_t frames = 0;
};

// What the well-behaved client hears when it is alone.
const Heard& alone(int version) {
  static std::map<int, Heard> known;
  const auto [found, is_new] = known.try_emplace(version);
  if (!is_new) return found->second;
  Neighbourhood world{version};
  for (int step = 0; step < kSteps; ++step) {
    world.go_to(step);
    world.speak(step);
    world.hear();
  }
  TW_CHECK(!world.good_is_closed());
  TW_CHECK(!world.gateway().desk().executions().empty());
  Renumbered heard = world.heard();
  found->second = {heard.take(), heard.frames()};
  return found->second;
}

}  // namespace

Outcome run_neighbours(std::string_view bytes) {
  const Input input = Input::parse(bytes);
  const Heard& expected = alone(input.server_version());
  Neighbourhood world{input.server_version()};
  std::vector<Hostile> hostile;
  for (int i = 0; i < ((input.flags & kCrowd) != 0 ? 3 : 1); ++i) hostile.emplace_back(input, world, i + 1);
  for (int step = 0; step < kSteps; ++step) {
    world.go_to(step);
    world.speak(step);
    world.hear();
    for (Hostile& one : hostile) one.act(step);
    world.hear();
  }
  if (const auto why = world.good_is_closed())
    return {0, fmt::format("the well-behaved client is turned away: {}", *why)};
  if (world.is_disturbed_lawfully()) return {};
  Renumbered heard = world.heard();
  const std::string text = heard.take();
  if (text == expected.text) return {heard.frames(), {}};
  const auto [at, other] = std::ranges::mismatch(text, expected.text);
  const auto begin = static_cast<std::size_t>(std::max<std::ptrdiff_t>(at - text.begin() - 60, 0));
  const auto shown = [begin](const std::string& of) {
    std::string part = of.substr(std::min(begin, of.size()), 160);
    std::ranges::replace(part, '\0', ' ');
    return part;
  };
  return {0, fmt::format("the well-behaved client hears something else\nalone: {}\nnow:   {}", shown(expected.text),
                         shown(text))};
}

}  // namespace tradewind::fuzz
