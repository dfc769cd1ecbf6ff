// Goal: the same seed and the same calls at the same times give the same bytes, faults and all, however the clients' bytes
// are cut; another seed gives others. Method: two clients, of which one also hears of the other's orders, say the same
// things to gateways of the same seed with half of all faults on, and every byte that comes out is compared.

#include "tests/support/gateway_rig.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tradewind::sim::gateway::testing {
namespace {

using namespace std::chrono_literals;

constexpr int kVersion = 200;

template <class Message>
std::string bytes_of(const Message& message) {
  ByteQueue bytes;
  EXPECT_TRUE(encode(message, kVersion, bytes).has_value());
  return std::string{as_text(bytes.contents())};
}

tws::Contract stock(const char* symbol) {
  tws::Contract contract;
  contract.symbol = symbol;
  contract.sec_type = "STK";
  contract.exchange = "SMART";
  contract.currency = "USD";
  return contract;
}

std::string order(std::int32_t id, const char* symbol, const char* action, const char* limit) {
  tws::PlaceOrderRequest request;
  request.order_id = id;
  request.contract = stock(symbol);
  request.order.action = action;
  request.order.total_quantity = Quantity::of(10);
  request.order.order_type = limit == nullptr ? "MKT" : "LMT";
  if (limit != nullptr) request.order.lmt_price = Price::parse(limit).value();
  request.order.tif = "DAY";
  return bytes_of(request);
}

// Some of everything; several requests at once.
std::string requests(int round) {
  tws::MarketDataRequest data;
  data.req_id = 1;
  data.contract = stock("SPY");
  tws::HistoricalDataRequest bars;
  bars.req_id = 2;
  bars.contract = stock("IBM");
  bars.duration = "1800 S";
  bars.bar_size_setting = "1 min";
  bars.what_to_show = "TRADES";
  bars.format_date = 1;
  tws::AccountDataRequest account;
  account.subscribe = true;
  const std::int32_t id = 100 * (round + 1);
  std::string all = round == 0 ? bytes_of(data) + bytes_of(account) : "";
  all += order(id, "SPY", "BUY", nullptr) + order(id + 1, "IBM", "BUY", "100") + order(id + 2, "AAPL", "SELL", nullptr);
  all += bytes_of(tws::ExecutionRequest{.req_id = 3, .execution_filter = {}}) + bytes_of(tws::OpenOrdersRequest{});
  all += bytes_of(tws::CancelOrderRequest{.order_id = id + 1, .order_cancel = {}}) + bytes_of(tws::PositionsRequest{});
  return all + bytes_of(bars) + bytes_of(tws::CurrentTimeRequest{});
}

struct Said {
  std::vector<std::string> heard;
  std::size_t bytes = 0;
  std::uint64_t fired = 0;
};

// One client of the conversation. A fault may end its connection: then it comes again.
class Caller {
 public:
  Caller(World& world, std::int32_t client_id, std::size_t cut) : world_{world}, client_id_{client_id}, cut_{cut} {}

  void say(const std::string& bytes, Said& said) {
    if (!wire_) {
      wire_.emplace(world_);
      tws::StartApiRequest start;
      start.client_id = client_id_;
      pieces(greeting("v100..200") + bytes_of(start));
    }
    pieces(bytes);
    hear(said);
  }
  void hear(Said& said) {
    if (!wire_) return;
    said.heard.push_back(wire_->hear());
    said.bytes += said.heard.back().size();
    if (wire_->why_closed().empty()) return;
    said.heard.push_back(wire_->why_closed());
    world_.gateway.disconnected(wire_->id);
    wire_.reset();
  }

 private:
  void pieces(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += cut_) wire_->say(std::string_view{bytes}.substr(at, cut_));
  }

  World& world_;
  std::int32_t client_id_;
  std::size_t cut_;
  std::optional<Wire> wire_;
};

Said conversation(std::uint64_t seed, std::size_t cut) {
  Said said;
  World world{{.login = {.master_client_id = 8}, .seed = seed, .fault_seed = seed}};
  EXPECT_TRUE(world.gateway.injector()->set({"swarm", 10'000}).has_value());
  Caller own{world, 7, cut};
  Caller master{world, 8, cut};
  for (int round = 0; round < 20; ++round) {
    master.say(bytes_of(tws::CurrentTimeRequest{}), said);
    own.say(requests(round), said);
    master.hear(said);
    world.to(world.now + 3min);
    own.hear(said);
    master.hear(said);
  }
  for (std::size_t i = 0; i < faults::faults().size(); ++i) said.fired += world.gateway.injector()->fired(i);
  return said;
}

TEST(SameBytes, ForTheSameSeedAndOthersForAnotherOne) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const Said once = conversation(seed, 1 << 20);
    EXPECT_EQ(once.heard, conversation(seed, 1 << 20).heard);
    EXPECT_NE(once.heard, conversation(seed + 100, 1 << 20).heard);
    EXPECT_GT(once.bytes, 20'000U);
    EXPECT_GT(once.fired, 20U);
  }
}

TEST(SameBytes, HoweverTheClientsBytesAreCut) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const Said whole = conversation(seed, 1 << 20);
    for (const std::size_t cut : {1U, 37U, 700U}) EXPECT_EQ(whole.heard, conversation(seed, cut).heard) << cut;
  }
}

}  // namespace
}  // namespace tradewind::sim::gateway::testing
