// From the socket: a gateway in a process of its own, on another processor, floods a client over loopback with ticks as fast
// as it takes them, and the last one makes the client place an order. Timed by the gateway, from its first byte to that
// order; goal P7. The clients: ours, which is the driver people run (socket, session, translation, engine's book, strategy,
// journal on the disk); `plain` of the yardstick as the vendor's client does it, with a thread that reads, and a queue to
// one that decodes; and the least, which only counts. `bench_flood serve N` is the gateway alone, `bench_flood ours` one round of ours, for peers.py.

#include "bench/bench.hpp"
#include "bench/process.hpp"
#include "bench/rig.hpp"
#include "bench/yardstick/plain.hpp"
#include "tradewind/edge/broker/driver.hpp"
#include "tradewind/edge/net/loop.hpp"
#include "tradewind/edge/store/journal_writer.hpp"
#include "tradewind/edge/store/posix_directory.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace tradewind;
using bench::die;
using bench::now_ns;
using bench::pin;

constexpr int kServerVersion = 176;
constexpr std::int64_t kMarkerCents = 19'900;  // above every other bid of the flood
constexpr int kQuietMs = 100;  // without a request: the client has asked all it wants to know

void send_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) die("send");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

// --- The gateway ---

ByteQueue flood_of(std::int32_t line, std::size_t messages) {
  ByteQueue out;
  const auto tick = [&](int type, std::int64_t cents, std::int64_t size) {
    const tws::TickPrice message{
        .req_id = line, .tick_type = type, .price = Price::from_raw(cents * 10'000'000), .size = Quantity::of(size)};
    if (!encode(message, kServerVersion, out).has_value()) std::abort();
  };
  for (std::size_t i = 0; i < messages; ++i) {
    // A bid, then an ask above the last bid, too.
    const std::int64_t cents = (i % 2 == 0 ? 19'750 : kMarkerCents + 1) + static_cast<std::int64_t>(i * 7 % 100);
    tick(1 + static_cast<int>(i % 2), cents, 100 * static_cast<std::int64_t>(1 + i * 13 % 90));
  }
  tick(1, kMarkerCents, 100);
  return out;
}

// Serves one client; nanoseconds from the first byte of the flood to the order.
std::int64_t serve(int listener, std::size_t messages) {
  const int fd = ::accept(listener, nullptr, nullptr);
  if (fd < 0) die("accept");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  bench::LeastGateway gateway{kServerVersion};
  ByteQueue flood;
  std::int64_t begin = 0;
  std::vector<std::byte> buffer(65'536);
  for (;;) {
    pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
    const bool waits = begin == 0 && !gateway.lines.empty();
    if (::poll(&readable, 1, waits ? kQuietMs : 20'000) < 0) die("poll");
    if (readable.revents == 0) {
      if (!waits) {
        std::fprintf(stderr, "the client has stopped talking\n");
        std::exit(1);
      }
      flood = flood_of(gateway.lines.front().first, messages);
      begin = now_ns();
      send_all(fd, flood.contents());
      continue;
    }
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) die("the client is gone before its order");
    gateway.receive(Bytes{buffer}.first(static_cast<std::size_t>(got)));
    if (gateway.orders > 0) break;
    send_all(fd, gateway.session.output().contents());
    gateway.session.output().clear();
  }
  const std::int64_t taken = now_ns() - begin;
  ::close(fd);
  return taken;
}

int listening(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* plain_address = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (fd < 0 || ::bind(fd, plain_address, length) != 0 || ::listen(fd, 1) != 0 ||
      ::getsockname(fd, plain_address, &length) != 0)
    die("listen");
  port = ntohs(address.sin_port);
  return fd;
}

// Messages a second that the gateway measures with this client.
double flooded(std::size_t messages, const std::function<void(std::uint16_t port)>& client) {
  std::uint16_t port = 0;
  const int listener = listening(port);
  int result[2];
  if (::pipe(result) != 0) die("pipe");
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child < 0) die("fork");
  if (child == 0) {
    pin(1);
    const std::int64_t taken = serve(listener, messages);
    ::_exit(::write(result[1], &taken, sizeof taken) == sizeof taken ? 0 : 1);
  }
  ::close(listener);
  ::close(result[1]);
  client(port);
  std::int64_t taken = 0;
  int status = 0;
  if (::read(result[0], &taken, sizeof taken) != sizeof taken || ::waitpid(child, &status, 0) != child || status != 0) {
    std::fprintf(stderr, "the gateway has failed\n");
    std::exit(1);
  }
  ::close(result[0]);
  return static_cast<double>(messages) * 1e9 / static_cast<double>(taken);
}

// --- Ours ---

void our_client(std::uint16_t port, const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  edge::store::PosixDirectory directory = edge::store::PosixDirectory::open(folder.string()).value();
  edge::net::Loop loop;
  edge::broker::Driver* running = nullptr;
  journal::Log log = journal::Log::begin(
      {journal::journal_id_from(1), journal::kFormatVersion, model::Mode::sim, model::AccountId{"DU0000000"}, "bench"},
      edge::net::system_now(), {});
  edge::store::JournalWriter writer = edge::store::JournalWriter::start(directory, {},
                                                                        {.on_progress =
                                                                             [&] {
                                                                               loop.post([&] {
                                                                                 if (running != nullptr)
                                                                                   running->deliver_commits();
                                                                               });
                                                                             }})
                                          .value();
  auto strategy = std::make_unique<bench::Trigger>(std::vector{bench::stock("SPY")});
  bench::Trigger& trigger = *strategy;
  trigger.waits_for = Price::from_raw(kMarkerCents * 10'000'000);
  trigger.is_armed = true;
  engine::EngineConfig config;
  config.account = model::AccountId{"DU0000000"};
  // Nobody there answers probes.
  engine::Node node{config, tws::ClientConfig{.client_id = 1, .liveness = {.probe_after = Duration{}}},
                    std::move(strategy), log};
  edge::broker::Driver driver{loop, node, writer, {.endpoint = {"127.0.0.1", port}}};
  running = &driver;
  driver.start();
  while (trigger.orders == 0) loop.run_one(std::chrono::seconds{1});
  for (const std::uint64_t sent = driver.bytes_sent(); driver.bytes_sent() == sent;)
    loop.run_one(std::chrono::seconds{1});
  running = nullptr;
}

// --- The others ---

// A client by hand, up to the subscription.
int subscribed(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  send_all(fd, as_bytes({"API\0\0\0\0\x09v100..176", 17}));
  ByteQueue out;
  tws::MarketDataRequest request{.req_id = 1000, .contract = {}, .generic_tick_list = {}};
  request.contract.symbol = "SPY";
  if (!encode(tws::StartApiRequest{}, kServerVersion, out).has_value() ||
      !encode(request, kServerVersion, out).has_value())
    std::abort();
  send_all(fd, out.contents());
  return fd;
}

void place_order(int fd) {
  tws::PlaceOrderRequest request;
  request.order_id = 1;
  request.contract.symbol = "SPY";
  request.order.action = "BUY";
  request.order.total_quantity = Quantity::of(1);
  request.order.order_type = "LMT";
  request.order.lmt_price = Price::of(199);
  ByteQueue out;
  if (!encode(request, kServerVersion, out).has_value()) std::abort();
  send_all(fd, out.contents());
}

// Reads until the peer closes; calls `use` with each payload, the greeting left out, until it returns false.
template <class Use>
void read_frames(int fd, Use&& use) {
  std::vector<char> buffer(65'536);
  std::size_t begin = 0;
  std::size_t end = 0;
  bool greeted = false;
  for (;;) {
    while (end - begin >= 4) {
      const std::size_t size = load_be32(as_bytes({buffer.data() + begin, 4}).data());
      if (end - begin - 4 < size) break;
      if (greeted && !use(std::string_view{buffer.data() + begin + 4, size})) return;
      greeted = true;
      begin += 4 + size;
    }
    std::memmove(buffer.data(), buffer.data() + begin, end - begin);
    end -= begin;
    begin = 0;
    const ssize_t got = ::recv(fd, buffer.data() + end, buffer.size() - end, 0);
    if (got <= 0) return;
    end += static_cast<std::size_t>(got);
  }
}

// The same as the vendor's client is known to do it: a buffer of 8 KiB, whose rest is moved to the front for each length
// and again for each body.
template <class Use>
void read_frames_shifting(int fd, Use&& use) {
  std::vector<char> buffer(8'192);
  std::size_t filled = 0;
  bool greeted = false;
  const auto take = [&](char* into, std::size_t count) {
    while (filled < count) {
      const ssize_t got = ::recv(fd, buffer.data() + filled, buffer.size() - filled, 0);
      if (got <= 0) return false;
      filled += static_cast<std::size_t>(got);
    }
    std::memcpy(into, buffer.data(), count);
    filled -= count;
    std::memmove(buffer.data(), buffer.data() + count, filled);
    return true;
  };
  for (;;) {
    char length[4];
    if (!take(length, sizeof length)) return;
    std::string payload(load_be32(as_bytes({length, sizeof length}).data()), '\0');
    if (!take(payload.data(), payload.size())) return;
    if (greeted && !use(payload)) return;
    greeted = true;
  }
}

// A thread that reads and makes a message of each frame, and one that waits for messages and decodes them.
void plain_client(std::uint16_t port, bool shifting) {
  const int fd = subscribed(port);
  std::mutex mutex;
  std::condition_variable some;
  std::deque<std::vector<char>> queue;
  bool over = false;
  std::thread reader{[&] {
    const auto hand_over = [&](std::string_view payload) {
      std::vector<char> message(payload.begin(), payload.end());
      const std::scoped_lock lock{mutex};
      queue.push_back(std::move(message));
      some.notify_one();
      return true;
    };
    if (shifting) read_frames_shifting(fd, hand_over);
    else read_frames(fd, hand_over);
    const std::scoped_lock lock{mutex};
    over = true;
    some.notify_one();
  }};
  bench::PlainReader plain{kServerVersion};
  bool ordered = false;
  for (;;) {
    std::unique_lock lock{mutex};
    some.wait(lock, [&] { return !queue.empty() || over; });
    if (queue.empty()) break;
    const std::vector<char> message = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    if (std::strcmp(message.data(), "1") != 0) continue;  // a tickPrice
    plain.message(message.data(), message.size());
    if (ordered || plain.last_price() != static_cast<double>(kMarkerCents) / 100) continue;
    ordered = true;
    place_order(fd);
  }
  reader.join();
  ::close(fd);
}

void least_client(std::uint16_t port, std::size_t messages) {
  const int fd = subscribed(port);
  std::size_t ticks = 0;
  read_frames(fd, [&](std::string_view payload) {
    if (payload.starts_with(std::string_view{"1\0", 2})) ++ticks;
    if (ticks == messages + 3) place_order(fd);  // two from the subscription, one that ends the flood
    return ticks != messages + 3;
  });
  ::close(fd);
}

}  // namespace

// Arguments: `serve N`, `ours` for one flood of ours alone, or the folder whose disk the journal is meant to be on (by default the current one).
int main(int argc, char** argv) {
  if (argc == 3 && std::string_view{argv[1]} == "serve") {
    pin(1);
    std::uint16_t port = 0;
    const int listener = listening(port);
    std::printf("%d\n", port);
    std::fflush(stdout);
    const auto messages = static_cast<std::size_t>(std::atoll(argv[2]));
    std::printf("%.0f\n", static_cast<double>(messages) * 1e9 / static_cast<double>(serve(listener, messages)));
    return 0;
  }
  const bool ours_alone = argc == 2 && std::string_view{argv[1]} == "ours";
  const std::filesystem::path folder =
      std::filesystem::path{argc == 2 && !ours_alone ? argv[1] : "."} / "bench_flood_files";
  pin(0);
  constexpr std::size_t kMessages = 500'000;
  std::vector<double> ours;
  std::vector<double> plain;
  std::vector<double> shifting;
  std::vector<double> least;
  std::vector<double> to_plain;
  std::vector<double> to_shifting;
  for (int round = 0; round < 5; ++round) {
    ours.push_back(flooded(kMessages, [&](std::uint16_t port) { our_client(port, folder); }));
    if (ours_alone) break;
    plain.push_back(flooded(kMessages, [](std::uint16_t port) { plain_client(port, false); }));
    shifting.push_back(flooded(kMessages, [](std::uint16_t port) { plain_client(port, true); }));
    least.push_back(flooded(kMessages, [](std::uint16_t port) { least_client(port, kMessages); }));
    to_plain.push_back(ours.back() / plain.back());
    to_shifting.push_back(ours.back() / shifting.back());
  }
  std::filesystem::remove_all(folder);
  const auto row = [](const char* client, const std::vector<double>& rates) {
    std::printf("flood of %zu ticks, %-52s %6.2f million a second\n", kMessages, client, bench::median(rates) / 1e6);
  };
  row("ours, into book, strategy and journal:", ours);
  if (ours_alone) return 0;
  row("plain behind a thread that reads:", plain);
  row("the same, the buffer shifted as by the vendor's:", shifting);
  row("least, which only counts:", least);
  std::printf("ours/plain %.2f, ours/shifting plain, which stands in for V: %.2f\n", bench::median(to_plain),
              bench::median(to_shifting));
}
