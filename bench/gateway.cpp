// The simulated gateway as people run it: the program `tradewind sim serve` on the other processor, spoken to over loopback.
// Goal P19: connected and ready, with 100 positions and 100 open orders. Goal P20: ticks out of one connection, against the
// same bytes out of a process that does nothing but send them; and full order cycles (placed, acknowledged, filled, the
// execution and its commission reported) a second. Then both with 32 clients at once, and how long one of them waits for
// an answer meanwhile. `bench_gateway session HOURS` lets a market go on for so long and says what memory the simulator
// has after each hour; it fails when that is not flat. A path among the arguments is another program than the one that was
// built with this.

#include "bench/bench.hpp"
#include "bench/process.hpp"
#include "bench/rig.hpp"
#include "tradewind/edge/broker/driver.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/store/journal_writer.hpp"
#include "tradewind/edge/store/posix_directory.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tradewind;
using bench::die;
using bench::now_ns;
using bench::pin;

constexpr int kRounds = 5;
constexpr int kStocks = 8;
const char* program = TW_PROGRAM;

std::string stock(int number) { return fmt::format("SIM{}", number); }

std::string stocks(int count) {
  std::string all = stock(0);
  for (int i = 1; i < count; ++i) all += "," + stock(i);
  return all;
}

// --- The simulator ---

class Simulator {
 public:
  explicit Simulator(std::vector<std::string> arguments) {
    const auto front = {program, "sim", "serve", "--port", "0", "--json"};
    arguments.insert(arguments.begin(), front.begin(), front.end());
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    int out[2];
    if (::pipe(out) != 0) die("pipe");
    child_ = ::fork();
    if (child_ < 0) die("fork");
    if (child_ == 0) {
      pin(1);
      ::dup2(out[1], 1);
      const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
      ::dup2(nothing, 2);
      ::execv(program, argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    std::string said;
    for (char c = 0; said.find('\n') == std::string::npos && ::read(out[0], &c, 1) == 1;) said += c;
    ::close(out[0]);
    const std::size_t port = said.find("\"port\":");
    if (port == std::string::npos) {
      std::fprintf(stderr, "%s sim serve does not start\n", program);
      std::exit(1);
    }
    port_ = static_cast<std::uint16_t>(std::atoi(said.c_str() + port + 7));
  }
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;
  ~Simulator() {
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Nanoseconds of processor time so far.
  [[nodiscard]] std::int64_t processor_ns() const {
    std::int64_t ns = 0;
    std::ifstream{fmt::format("/proc/{}/schedstat", child_)} >> ns;
    return ns;
  }
  // Megabytes.
  [[nodiscard]] double resident() const {
    std::ifstream status{fmt::format("/proc/{}/status", child_)};
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
    }
    die("the simulator is gone");
  }

 private:
  pid_t child_ = 0;
  std::uint16_t port_ = 0;
};

// --- The least client ---

// What comes is cut into payloads and not looked at, but for the message id.
class Peer {
 public:
  Peer(std::uint16_t port, int client_id, int version)
      : version_{version}, fd_{connected(port)}, buffer_((1U << 20) + ByteQueue::kPadding) {
    const std::string versions = fmt::format("v100..{}", version);
    std::string hello{"API\0\0\0\0", 7};
    hello.push_back(static_cast<char>(versions.size()));
    out_.append(as_bytes(hello + versions));
    say(tws::StartApiRequest{.client_id = client_id, .optional_capabilities = {}});
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { ::close(fd_); }

  [[nodiscard]] static int connected(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
  }

  [[nodiscard]] int fd() const { return fd_; }
  template <class Message>
  void queue(const Message& message) {
    if (!encode(message, version_, out_).has_value()) std::abort();
  }
  void flush() {
    while (!out_.empty()) {
      const ssize_t sent = ::send(fd_, out_.contents().data(), out_.size(), MSG_NOSIGNAL);
      if (sent < 0) die("send");
      out_.consume(static_cast<std::size_t>(sent));
    }
  }
  template <class Message>
  void say(const Message& message) {
    queue(message);
    flush();
  }
  // Waits for bytes; calls `use` with the id and the payload of each message that is whole.
  template <class Use>
  void read(Use&& use) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    const ssize_t got = ::recv(fd_, buffer_.data() + end_, buffer_.size() - ByteQueue::kPadding - end_, 0);
    if (got <= 0) die("the simulator has closed the connection");
    end_ += static_cast<std::size_t>(got);
    while (end_ - begin_ >= 4) {
      const std::size_t size = load_be32(buffer_.data() + begin_);
      if (end_ - begin_ - 4 < size) return;
      const std::byte* const payload = buffer_.data() + begin_ + 4;
      if (std::exchange(greeted_, true)) use(id_of(payload), Bytes{payload, size});
      begin_ += 4 + size;
    }
  }
  template <class Use>
  void read_until(int id, Use&& use) {
    bool came = false;
    while (!came) {
      read([&](int one, Bytes) {
        use(one);
        came = came || one == id;
      });
    }
  }
  void read_until(int id) {
    read_until(id, [](int) {});
  }

 private:
  [[nodiscard]] int id_of(const std::byte* payload) const {
    if (version_ >= tws::kVersionRawIds) {
      const auto id = static_cast<int>(load_be32(payload));
      return id > 200 ? id - 200 : id;  // protobuf
    }
    int id = 0;
    for (; *payload != std::byte{0}; ++payload) id = id * 10 + std::to_integer<int>(*payload) - '0';
    return id;
  }

  int version_;
  int fd_;
  bool greeted_ = false;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  ByteQueue out_;
};

template <class Message>
constexpr int id_of() {
  return Message::kInfo.id;
}

tws::Contract contract(const std::string& symbol) {
  tws::Contract contract;
  contract.symbol = symbol;
  contract.sec_type = "STK";
  contract.exchange = "SMART";
  contract.currency = "USD";
  return contract;
}

void subscribe(Peer& peer) {
  for (int i = 0; i < kStocks; ++i) {
    const std::string symbol = stock(i);
    peer.queue(tws::MarketDataRequest{
        .req_id = i + 1, .contract = contract(symbol), .generic_tick_list = {}, .market_data_options = {}});
  }
  peer.flush();
}

// `symbol` outlives it.
tws::PlaceOrderRequest market_order(std::int32_t id, const std::string& symbol, bool buys) {
  tws::PlaceOrderRequest request;
  request.order_id = id;
  request.contract = contract(symbol);
  request.order.account = "DU0000000";
  request.order.action = buys ? "BUY" : "SELL";
  request.order.total_quantity = Quantity::of(1);
  request.order.order_type = "MKT";
  request.order.tif = "DAY";
  return request;
}

// As many as IB lets work for one contract, side and account.
constexpr int kOrdersAPlace = 15;

void print_goal(const char* what, double value, const char* unit, double must, double moonshot, bool less_is_more) {
  const auto reaches = [&](double goal) { return less_is_more ? value <= goal : value >= goal; };
  std::printf("  %-46s %8.2f %s (must %g: %s, moonshot %g: %s)\n", what, value, unit, must,
              reaches(must) ? "reached" : "missed", moonshot, reaches(moonshot) ? "reached" : "missed");
}

// --- Connect to ready (P19) ---

constexpr int kHeld = 100;  // positions, and open orders of another client

void write_accounts(const std::filesystem::path& file) {
  std::ofstream out{file};
  out << "[[account]]\nid = \"DU0000000\"\ncash = { USD = \"1000000000\" }\npositions = [";
  for (int i = 0; i < kHeld; ++i)
    out << (i == 0 ? "" : ", ") << "{ symbol = \"" << stock(i) << "\", quantity = \"100\", average_price = \"100\" }";
  out << "]\n";
  if (!out.good()) die("the accounts file");
}

void place_resting_orders(Peer& peer) {
  for (int i = 0; i < kHeld; ++i) {
    tws::PlaceOrderRequest request;
    request.order_id = i + 1;
    const std::string symbol = stock(i);
    request.contract = contract(symbol);
    request.order.account = "DU0000000";
    request.order.action = "BUY";
    request.order.total_quantity = Quantity::of(1);
    request.order.order_type = "LMT";
    request.order.tif = "GTC";
    request.order.lmt_price = Price::of(1);
    peer.queue(request);
  }
  peer.flush();
  for (int open = 0; open < kHeld;) peer.read([&](int id, Bytes) { open += id == id_of<tws::OpenOrder>() ? 1 : 0; });
}

// Everything that says what there is, asked for at once.
double least_to_ready(std::uint16_t port, int version) {
  const std::int64_t begin = now_ns();
  Peer peer{port, 2, version};
  peer.queue(tws::AllOpenOrdersRequest{});
  peer.queue(tws::PositionsRequest{});
  peer.queue(tws::ExecutionRequest{.req_id = 1, .execution_filter = {}});
  peer.queue(tws::AccountDataRequest{.subscribe = true, .acct_code = "DU0000000"});
  peer.flush();
  int orders = 0;
  int positions = 0;
  peer.read_until(id_of<tws::AccountDataEnd>(), [&](int id) {
    orders += id == id_of<tws::OpenOrder>() ? 1 : 0;
    positions += id == id_of<tws::PositionData>() ? 1 : 0;
  });
  if (orders != kHeld || positions != kHeld) {
    std::fprintf(stderr, "%d orders and %d positions instead of %d\n", orders, positions, kHeld);
    std::exit(1);
  }
  return static_cast<double>(now_ns() - begin) / 1e6;
}

// Our driver, with an engine that knows nothing yet, until orders pass its gate.
double ours_to_ready(std::uint16_t port, const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  edge::store::PosixDirectory directory = edge::store::PosixDirectory::open(folder.string()).value();
  edge::net::Loop loop;
  edge::broker::Driver* running = nullptr;
  journal::Log log = journal::Log::begin(
      {journal::journal_id_from(1), journal::kFormatVersion, model::Mode::sim, model::AccountId{"DU0000000"}, "bench"},
      edge::net::system_now(), {});
  const auto deliver = [&] {
    if (running != nullptr) running->deliver_commits();
  };
  edge::store::JournalWriter writer =
      edge::store::JournalWriter::start(directory, {}, {.on_progress = [&] { loop.post(deliver); }}).value();
  engine::EngineConfig config;
  config.account = model::AccountId{"DU0000000"};
  engine::Node node{config, tws::ClientConfig{.client_id = 3},
                    std::make_unique<bench::Trigger>(std::vector{bench::stock("SIM0")}), log};
  edge::broker::Driver driver{loop, node, writer, {.endpoint = {"127.0.0.1", port}}};
  running = &driver;
  const std::int64_t begin = now_ns();
  driver.start();
  while (node.engine().state() != engine::State::ready) {
    loop.run_one(std::chrono::seconds{1});
    if (now_ns() - begin > 20'000'000'000) {
      std::fprintf(stderr, "our engine does not become ready: %s\n", driver.last_failure().c_str());
      std::exit(1);
    }
  }
  const double taken = static_cast<double>(now_ns() - begin) / 1e6;
  running = nullptr;
  return taken;
}

void connect_to_ready() {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("bench_gateway_{}", ::getpid());
  std::filesystem::create_directories(folder);
  write_accounts(folder / "accounts.toml");
  {
    const Simulator simulator{
        {"--symbols", stocks(kHeld), "--accounts", (folder / "accounts.toml").string(), "--message-rate", "0"}};
    Peer other{simulator.port(), 1, 223};
    place_resting_orders(other);
    std::vector<double> least;
    std::vector<double> ours;
    for (int round = 0; round < 4 * kRounds; ++round) {
      least.push_back(least_to_ready(simulator.port(), 223));
      ours.push_back(ours_to_ready(simulator.port(), folder / "journal"));
    }
    std::printf("connect to ready, 100 positions, 100 open orders of another client (P19), medians of %d:\n",
                4 * kRounds);
    print_goal("our driver and engine, journal on the disk", bench::median(ours), "ms", 10, 2, true);
    print_goal("the least client, which asks for all at once", bench::median(least), "ms", 10, 2, true);
  }
  std::filesystem::remove_all(folder);
}

// --- Ticks (P20) ---

constexpr std::size_t kTicks = 2'000'000;

// Messages a second. What comes while the market begins to play is left out.
double ticks_a_second(Peer& peer, std::size_t count) {
  std::size_t seen = 0;
  const auto take = [&](int, Bytes) { ++seen; };
  while (seen < count / 10) peer.read(take);
  seen = 0;
  const std::int64_t begin = now_ns();
  while (seen < count) peer.read(take);
  return static_cast<double>(seen) * 1e9 / static_cast<double>(now_ns() - begin);
}

// The least a server can do: it has the bytes, and sends them.
double canned_ticks_a_second(int version) {
  ByteQueue canned;
  for (int i = 0; i < 10'000; ++i) {
    const tws::TickPrice price{.req_id = i % kStocks + 1,
                               .tick_type = 1 + i % 2,
                               .price = Price::from_raw((10'000 + i % 100) * (Price::kScale / 100)),
                               .size = Quantity::of(100 + i % 13 * 100)};
    const tws::TickSize size{.req_id = i % kStocks + 1, .tick_type = 8, .size = Quantity::of(1'000'000 + i * 100)};
    if (!encode(price, version, canned).has_value() || !encode(size, version, canned).has_value()) std::abort();
  }
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (::bind(listener, plain, length) != 0 || ::listen(listener, 1) != 0 ||
      ::getsockname(listener, plain, &length) != 0)
    die("listen");
  const pid_t child = ::fork();
  if (child < 0) die("fork");
  if (child == 0) {
    pin(1);
    const int fd = ::accept(listener, nullptr, nullptr);
    while (::send(fd, canned.contents().data(), canned.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(canned.size())) {}
    ::_exit(0);
  }
  ::close(listener);
  double rate = 0;
  {
    Peer peer{ntohs(address.sin_port), 1, version};
    rate = ticks_a_second(peer, kTicks);
  }
  ::waitpid(child, nullptr, 0);
  return rate;
}

void ticks(int version) {
  std::vector<double> ours;
  std::vector<double> floor;
  std::vector<double> simulator_ns;
  for (int round = 0; round < kRounds; ++round) {
    const Simulator simulator{{"--symbols", stocks(kStocks), "--speed", "max"}};
    Peer peer{simulator.port(), 1, version};
    subscribe(peer);
    const std::int64_t before = simulator.processor_ns();
    ours.push_back(ticks_a_second(peer, kTicks) / 1e6);
    simulator_ns.push_back(static_cast<double>(simulator.processor_ns() - before) / (1.1 * kTicks));
    floor.push_back(canned_ticks_a_second(version) / 1e6);
  }
  std::printf("ticks out of one connection, %d stocks, version %d:\n", kStocks, version);
  print_goal("the simulator at --speed max", bench::median(ours), "million a second", 5, 15, false);
  std::printf("  %-46s %8.2f million a second\n", "the same client, canned bytes", bench::median(floor));
  std::printf("  %-46s %8.0f ns a tick\n", "the simulator's processor time", bench::median(simulator_ns));
}

// Stop orders far from the market, as many as may be.
void ticks_beside_stops(int version) {
  constexpr int kStops = kStocks * 2 * kOrdersAPlace;
  std::vector<double> beside;
  for (int round = 0; round < kRounds; ++round) {
    const Simulator simulator{{"--symbols", stocks(kStocks), "--speed", "max"}};
    Peer peer{simulator.port(), 1, version};
    for (int i = 0; i < kStops; ++i) {
      const std::string symbol = stock(i % kStocks);
      const bool buys = i / kStocks % 2 == 0;
      tws::PlaceOrderRequest request = market_order(i + 1, symbol, buys);
      request.order.order_type = "STP";
      request.order.tif = "GTC";
      request.order.aux_price = Price::of(buys ? 10'000 : 1);
      peer.queue(request);
    }
    peer.flush();
    for (int held = 0; held < kStops;) peer.read([&](int id, Bytes) { held += id == id_of<tws::OpenOrder>() ? 1 : 0; });
    subscribe(peer);
    const std::int64_t before = simulator.processor_ns();
    static_cast<void>(ticks_a_second(peer, kTicks / 10));
    beside.push_back(static_cast<double>(simulator.processor_ns() - before) / (0.11 * kTicks));
  }
  std::printf("  %-46s %8.0f ns a tick\n", "the same beside 240 stop orders that wait", bench::median(beside));
}

// --- Orders (P20) ---

struct Cycles {
  double thousand_a_second = 0;
  double simulator_us = 0;  // processor time of the simulator for one, market and all
};

// A place is a stock and a side.
Cycles order_cycles_of(int version, int places, int at_a_place, int count) {
  const int traded = std::max(places / 2, 1);
  const Simulator simulator{{"--symbols", stocks(traded), "--speed", "max"}};
  Peer peer{simulator.port(), 1, version};
  peer.read_until(id_of<tws::NextValidId>());
  std::vector<std::string> symbols;
  for (int i = 0; i < traded; ++i) symbols.push_back(stock(i));
  std::vector<int> free;  // places, once for each order that has room
  for (int i = 0; i < places * at_a_place; ++i) free.push_back(i % places);
  std::vector<int> place_of{0};  // by order id
  int acknowledged = 0;
  int paid = 0;
  struct Executions final : tws::IncomingHandler {
    std::vector<std::int32_t> order_ids;
    void on_execution_details(const tws::ExecutionDetails& m) override { order_ids.push_back(m.execution.order_id); }
  } executions;
  tws::IncomingMessages scratch;
  tws::DecodeCounters counters;
  std::size_t executed = 0;
  const auto hear = [&](int id, Bytes payload) {
    acknowledged += id == id_of<tws::OpenOrder>() ? 1 : 0;
    paid += id == id_of<tws::CommissionAndFeesReport>() ? 1 : 0;
    if (id == id_of<tws::ExecutionDetails>())
      static_cast<void>(dispatch(tws::parse_frame(payload, version), version, scratch, executions, counters));
  };
  const std::size_t many = (free.size() + 1) / 2;
  const std::int64_t before = simulator.processor_ns();
  const std::int64_t begin = now_ns();
  while (paid < count) {
    const auto left = static_cast<std::size_t>(count + 1) - place_of.size();
    if (left != 0 && free.size() >= std::min(many, left)) {
      for (std::size_t i = std::min(free.size(), left); i > 0; --i) {
        const auto id = static_cast<std::int32_t>(place_of.size());
        place_of.push_back(free.back());
        free.pop_back();
        // A stock alone is bought and sold in turn.
        const bool buys = places == 1 ? id % 2 == 0 : place_of.back() % 2 == 0;
        peer.queue(market_order(id, symbols[static_cast<std::size_t>(place_of.back() / 2)], buys));
      }
      peer.flush();
    }
    peer.read(hear);
    for (const std::int32_t id : std::exchange(executions.order_ids, {})) {
      free.push_back(place_of[static_cast<std::size_t>(id)]);
      ++executed;
    }
  }
  const double taken = static_cast<double>(now_ns() - begin);
  if (executed != static_cast<std::size_t>(count) || acknowledged < count) {
    std::fprintf(stderr, "%d orders: %d acknowledged, %zu executed\n", count, acknowledged, executed);
    std::exit(1);
  }
  return {count * 1e6 / taken, static_cast<double>(simulator.processor_ns() - before) / 1e3 / count};
}

void order_cycles(int version) {
  constexpr int kOrders = 100'000;
  constexpr int kPlaces = 80;
  std::printf("full order cycles of one client, version %d:\n", version);
  for (const bool alone : {false, true}) {
    std::vector<double> rates;
    std::vector<double> simulator_us;
    for (int round = 0; round < kRounds; ++round) {
      const Cycles cycles = alone ? order_cycles_of(version, 1, 1, kOrders / 20)
                                  : order_cycles_of(version, kPlaces, kOrdersAPlace - 3, kOrders);
      rates.push_back(cycles.thousand_a_second);
      simulator_us.push_back(cycles.simulator_us);
    }
    if (alone) std::printf("  %-46s %8.2f thousand a second\n", "one after the other", bench::median(rates));
    else print_goal("960 on their way, in 40 stocks", bench::median(rates), "thousand a second", 200, 500, false);
    std::printf("  %-46s %8.2f us a cycle\n", "  the simulator's processor time", bench::median(simulator_us));
  }
}

// --- 32 clients ---

constexpr int kClients = 32;

using Peers = std::vector<std::unique_ptr<Peer>>;

// Reads whatever has come for any of them, the first one first.
template <class Use>
void read_any(const Peers& peers, int milliseconds, Use&& use) {
  std::vector<pollfd> polled;
  for (const auto& peer : peers) polled.push_back({.fd = peer->fd(), .events = POLLIN, .revents = 0});
  if (::poll(polled.data(), polled.size(), milliseconds) < 0) die("poll");
  for (std::size_t i = 0; i < polled.size(); ++i) {
    if (polled[i].revents != 0) peers[i]->read([&](int id, Bytes) { use(i, id); });
  }
}

double ticks_of_many(int version) {
  const Simulator simulator{{"--symbols", stocks(kStocks), "--speed", "max", "--data-lines", "1000"}};
  Peers peers;
  for (int i = 0; i < kClients; ++i) peers.push_back(std::make_unique<Peer>(simulator.port(), i + 1, version));
  for (const auto& peer : peers) subscribe(*peer);
  std::size_t seen = 0;
  const auto take = [&](std::size_t, int) { ++seen; };
  while (seen < kTicks / 10) read_any(peers, 1000, take);
  seen = 0;
  const std::int64_t begin = now_ns();
  while (seen < 2 * kTicks) read_any(peers, 1000, take);
  return static_cast<double>(seen) * 1e9 / static_cast<double>(now_ns() - begin);
}

// Microseconds that one client waits for the time of day, asked a thousand times a second, beside so many others who
// watch a market that goes a hundred times as fast as the clock.
std::vector<std::int64_t> answers_beside(int others, std::size_t& ticks) {
  const Simulator simulator{{"--symbols", stocks(kStocks), "--speed", "100", "--data-lines", "1000"}};
  Peers peers;
  for (int i = 0; i <= others; ++i) peers.push_back(std::make_unique<Peer>(simulator.port(), i + 1, 223));
  for (int i = 1; i <= others; ++i) subscribe(*peers[static_cast<std::size_t>(i)]);
  constexpr std::size_t kAnswers = 3'000;
  std::vector<std::int64_t> waited;
  std::int64_t asked = 0;
  std::int64_t next = now_ns();
  ticks = 0;
  while (waited.size() < kAnswers) {
    if (asked == 0 && now_ns() >= next) {
      next = now_ns() + 1'000'000;
      asked = now_ns();
      peers.front()->say(tws::CurrentTimeRequest{});
    }
    read_any(peers, asked == 0 ? 0 : 1000, [&](std::size_t who, int id) {
      ++ticks;
      if (who != 0 || id != id_of<tws::CurrentTime>()) return;
      waited.push_back((now_ns() - asked) / 1000);
      asked = 0;
    });
  }
  std::sort(waited.begin(), waited.end());
  return waited;
}

void many_clients() {
  std::printf("%d clients, each with %d stocks:\n", kClients, kStocks);
  for (const int version : {176, 223}) {
    std::vector<double> rates;
    for (int round = 0; round < kRounds; ++round) rates.push_back(ticks_of_many(version) / 1e6);
    std::printf("  ticks to all at --speed max, version %d          %8.2f million a second\n", version,
                bench::median(rates));
  }
  for (const int others : {0, kClients - 1}) {
    std::size_t ticks = 0;
    const auto waited = answers_beside(others, ticks);
    std::printf("  an answer beside %2d others: p50 %lld, p99 %lld, p99.9 %lld us (%zu messages to all meanwhile)\n",
                others, static_cast<long long>(bench::percentile(waited, 0.5)),
                static_cast<long long>(bench::percentile(waited, 0.99)),
                static_cast<long long>(bench::percentile(waited, 0.999)), ticks);
  }
}

// --- A long session ---

// What one who watches, trades now and then and asks for history is told.
struct Told final : tws::IncomingHandler {
  std::int64_t time = 0;  // seconds since 1970
  int times = 0;
  int executions = 0;
  int histories = 0;
  int errors = 0;
  void on_current_time(const tws::CurrentTime& m) override {
    time = m.current_time;
    ++times;
  }
  void on_execution_details(const tws::ExecutionDetails&) override { ++executions; }
  void on_historical_data(const tws::HistoricalData& m) override { histories += m.bars.empty() ? 0 : 1; }
  void on_error_message(const tws::ErrorMessage& m) override {
    if (m.error_code >= 2100 && m.error_code < 2200) return;
    ++errors;
    std::printf("error %d: %.*s\n", m.error_code, static_cast<int>(m.error_msg.size()), m.error_msg.data());
  }
};

tws::HistoricalDataRequest past(std::int32_t id, std::string_view duration, std::string_view size,
                                const std::string& symbol) {
  tws::HistoricalDataRequest request;
  request.req_id = id;
  request.contract = contract(symbol);
  request.bar_size_setting = size;
  request.duration = duration;
  request.what_to_show = "TRADES";
  request.format_date = 2;
  return request;
}

// How much the simulator may gain after its seconds have reached their eight hours: for each order it keeps with its
// executions, for the minutes of an hour, and what the allocator does not give back.
constexpr int kWarmHours = 8;
constexpr double kMegabytesAnOrder = 0.006;
constexpr double kMegabytesAnHour = 0.15;
constexpr double kMegabytesOfSlack = 3;

bool session(int hours) {
  constexpr int kVersion = 200;
  constexpr int kOrdersAtOnce = 10;
  constexpr std::int64_t kHour = 3600;
  const Simulator simulator{{"--symbols", stocks(kStocks), "--speed", "max"}};
  Peer peer{simulator.port(), 1, kVersion};
  const std::string first = stock(0);
  subscribe(peer);
  Told told;
  tws::IncomingMessages scratch;
  tws::DecodeCounters counters;
  std::size_t messages = 0;
  const auto hear = [&](int id, Bytes payload) {
    ++messages;
    if (id == id_of<tws::CurrentTime>() || id == id_of<tws::ExecutionDetails>() || id == id_of<tws::HistoricalData>() ||
        id == id_of<tws::ErrorMessage>())
      static_cast<void>(dispatch(tws::parse_frame(payload, kVersion), kVersion, scratch, told, counters));
  };
  const auto ask_time = [&] {
    const int before = told.times;
    peer.say(tws::CurrentTimeRequest{});
    while (told.times == before) peer.read(hear);
  };
  ask_time();
  const std::int64_t began = told.time;
  const std::int64_t wall = now_ns();
  std::int64_t next_trade = began;
  std::int64_t next_history = began + kHour / 2;
  int orders = 0;
  int asked = 0;
  double warm = 0;
  int warm_orders = 0;
  bool is_flat = true;
  for (int hour = 1; hour <= hours; ++hour) {
    while (told.time < began + hour * kHour) {
      ask_time();
      if (told.time >= next_trade) {
        next_trade = told.time + 600;
        for (int i = 0; i < kOrdersAtOnce; ++i) peer.queue(market_order(++orders, first, i % 2 == 0));
        peer.flush();
      }
      if (told.time >= next_history) {
        next_history = told.time + kHour;
        const std::string symbol = stock(asked % kStocks);
        peer.queue(past(1000 + ++asked, "1800 S", "1 secs", symbol));
        peer.queue(past(1000 + ++asked, "1 D", "1 min", symbol));
        peer.queue(past(1000 + ++asked, "1 M", "1 day", symbol));
        peer.flush();
      }
    }
    const double now = simulator.resident();
    if (hour == kWarmHours) {
      warm = now;
      warm_orders = orders;
    }
    const double may =
        warm + kMegabytesOfSlack + kMegabytesAnHour * (hour - kWarmHours) + kMegabytesAnOrder * (orders - warm_orders);
    if (hour > kWarmHours && now > may) is_flat = false;
    if (hour <= 24 || hour % 24 == 0)
      std::printf("  hour %3d: %6.1f MB resident%s, %zu messages, %d orders, %d histories\n", hour, now,
                  hour > kWarmHours ? fmt::format(" of {:.1f}", may).c_str() : "", messages, orders, told.histories);
  }
  ask_time();  // the last orders may have come just now, and an order takes its time
  for (const std::int64_t until = told.time + 60; told.time < until;) ask_time();
  const bool is_whole = told.errors == 0 && told.executions == orders && told.histories == asked;
  std::printf("%d hours in %.1f s; executions of %d of %d orders, %d of %d histories, %d errors: memory is %s\n", hours,
              static_cast<double>(now_ns() - wall) / 1e9, told.executions, orders, told.histories, asked, told.errors,
              hours <= kWarmHours ? "not judged before the ninth hour"
              : is_flat           ? "flat"
                                  : "not flat");
  return is_flat && is_whole;
}

}  // namespace

// Arguments: what to measure (ready, ticks, orders, clients; by default all), or session and its hours.
int main(int argc, char** argv) {
  std::vector<std::string> parts;
  for (int i = 1; i < argc; ++i) {
    if (std::strchr(argv[i], '/') != nullptr) program = argv[i];
    else parts.emplace_back(argv[i]);
  }
  const auto wants = [&](const char* part) { return parts.empty() || std::ranges::find(parts, part) != parts.end(); };
  pin(0);
  if (!parts.empty() && parts.front() == "session")
    return session(parts.size() == 2 ? std::atoi(parts.back().c_str()) : 24) ? 0 : 1;
  if (wants("ready")) connect_to_ready();
  if (wants("ticks")) {
    for (const int version : {176, 223}) {
      ticks(version);
      ticks_beside_stops(version);
    }
  }
  if (wants("orders")) {
    for (const int version : {176, 223}) order_cycles(version);
  }
  if (wants("clients")) many_clients();
}
