// Market data out of the simulated gateway, in process and as fast as it goes; goal P20. Eight generated stocks of one-second
// bars, each client with a line for each of them, which the clients do not decode: what is measured is the gateway.

#include "bench/bench.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/gateway_session.hpp"
#include "tradewind/sim/gateway/gateway.hpp"
#include "tradewind/sim/venue/generator.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace bench = tradewind::bench;
namespace gateway = tradewind::sim::gateway;
namespace tws = tradewind::tws;
namespace venue = tradewind::sim::venue;
using namespace std::chrono_literals;
using tradewind::Timestamp;

constexpr int kStocks = 8;
constexpr auto kPlayed = 2h;
constexpr auto kStep = 10s;  // after which what was sent is taken away

const Timestamp kStart = tradewind::from_civil_utc({2025, 1, 6, 14, 30, 0});

// Recorded, so that making the market is not part of what is measured.
gateway::Market eight_stocks() {
  venue::GeneratorConfig config{
      .symbols = {},
      .first_day = {2025, 1, 6, 0, 0, 0},
      .days = 1,
      .bar_length = 1s,
      .session_open = 14h + 30min,
      .session_close = 14h + 30min + std::chrono::duration_cast<std::chrono::minutes>(kPlayed)};
  std::vector<venue::Listing> listings;
  for (int i = 0; i < kStocks; ++i) {
    const std::string symbol = fmt::format("SIM{}", i);
    venue::GeneratedSymbol made;
    made.spec = {tradewind::model::Symbol{symbol}, tradewind::model::SecurityType{"STK"},
                 tradewind::model::ExchangeName{"NASDAQ"}, tradewind::Currency{"USD"}};
    config.symbols.push_back(made);
    listings.push_back(gateway::us_stock(symbol));
  }
  auto generated = venue::generate(std::move(config));
  if (!generated.has_value()) std::abort();
  std::vector<tradewind::model::BarHistory> histories;
  for (auto& [spec, history] : *generated) histories.push_back(std::move(history));
  return gateway::Market::recorded(std::move(listings), std::move(histories), tradewind::Duration::zero());
}

void receive(gateway::Gateway& gateway, gateway::ConnectionId id, std::string_view bytes) {
  std::memcpy(gateway.prepare(id, bytes.size()), bytes.data(), bytes.size());
  gateway.received(id, bytes.size(), kStart - 1s);
}

gateway::ConnectionId connect(gateway::Gateway& gateway, int client, int version) {
  const gateway::ConnectionId id = gateway.connect(kStart - 1s);
  const std::string range = fmt::format("v100..{}", version);
  std::string hello{"API\0", 4};
  hello += {'\0', '\0', '\0', static_cast<char>(range.size())};
  receive(gateway, id, hello + range);
  tradewind::ByteQueue out;
  const auto say = [&](const auto& message) {
    if (!tws::encode(message, version, out).has_value()) std::abort();
    receive(gateway, id, tradewind::as_text(out.contents()));
    out.clear();
  };
  say(tws::StartApiRequest{.client_id = client, .optional_capabilities = {}});
  for (int i = 0; i < kStocks; ++i) {
    tws::MarketDataRequest request;
    request.req_id = i + 1;
    request.contract.con_id = gateway.listings()[static_cast<std::size_t>(i)].con_id;
    request.contract.exchange = "SMART";
    say(request);
  }
  gateway.output(id).clear();
  return id;
}

std::size_t messages_in(tradewind::Bytes bytes) {
  std::size_t count = 0;
  for (; !bytes.empty(); ++count) bytes = bytes.subspan(4 + tradewind::load_be32(bytes.data()));
  return count;
}

void ticks(int clients, int version) {
  std::vector<double> rates;
  std::size_t messages = 0;
  for (int round = 0; round < 5; ++round) {
    gateway::GatewayOptions options;
    options.server_version = version;
    options.session_close.reset();
    options.data.lines = clients * kStocks;
    gateway::Gateway sim{std::move(options), eight_stocks()};
    std::vector<gateway::ConnectionId> ids;
    for (int i = 0; i < clients; ++i) ids.push_back(connect(sim, i, version));
    messages = 0;
    std::int64_t taken = 0;
    for (Timestamp now = kStart; now < kStart + kPlayed; now = now + kStep) {
      const std::int64_t begin = bench::now_ns();
      sim.wake(now);
      taken += bench::now_ns() - begin;
      for (const gateway::ConnectionId id : ids) {
        messages += messages_in(sim.output(id).contents());
        sim.output(id).clear();
      }
    }
    rates.push_back(static_cast<double>(messages) / static_cast<double>(taken) * 1e9);
  }
  std::printf("%2d %-7s version %d: %5.2f million ticks a second (%zu in all)\n", clients,
              clients == 1 ? "client," : "clients,", version, bench::median(rates) / 1e6, messages);
}

}  // namespace

int main() {
  for (const int version : {176, 223}) {
    ticks(1, version);
    ticks(32, version);
  }
}
