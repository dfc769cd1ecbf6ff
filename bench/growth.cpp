// How cost grows: the same work while one thing there is a lot of: instruments, live orders, positions, other people's
// orders, open requests of a client, messages that wait, records. Sizes are timed in turn within each round; the ratio of
// a round is that of the largest size to the smallest, and the median of the rounds' ratios is held against the law.

#include "bench/bench.hpp"
#include "bench/rig.hpp"
#include "tradewind/core/client/client.hpp"
#include "tradewind/core/journal/chain.hpp"
#include "tradewind/core/journal/log.hpp"
#include "tradewind/core/tws/codec.hpp"
#include "tradewind/core/tws/pacing.hpp"
#include "tradewind/edge/store/journal_writer.hpp"
#include "tradewind/edge/store/posix_directory.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace store = tradewind::edge::store;

using namespace tradewind;
using bench::now_ns;
using bench::Rig;

constexpr int kServerVersion = 200;
constexpr int kRounds = 11;

void law(std::string_view what, double ratio, double must) {
  std::printf("%s %.*s: %.2f times, must %.2f\n", ratio <= must ? "ok    " : "MISSED", static_cast<int>(what.size()),
              what.data(), ratio, must);
  std::fflush(stdout);
}

// Times of one kind of work at two sizes, round by round.
class Sizes {
 public:
  explicit Sizes(std::string_view what) : what_{what} {}

  void add(double small_ns, double large_ns) {
    small_.push_back(small_ns);
    large_.push_back(large_ns);
    ratios_.push_back(large_ns / small_ns);
  }
  void print(double must) const {
    std::printf("       %9.0f ns -> %9.0f ns\n", bench::median(small_), bench::median(large_));
    law(what_, bench::median(ratios_), must);
  }

 private:
  std::string what_;
  std::vector<double> small_;
  std::vector<double> large_;
  std::vector<double> ratios_;
};

// Nanoseconds a piece of `work`, which does `pieces` of them.
template <class Work>
double each_ns(std::size_t pieces, Work&& work) {
  const std::int64_t begin = now_ns();
  work();
  return static_cast<double>(now_ns() - begin) / static_cast<double>(pieces);
}

// Without limits that would be in the way of what is measured.
tws::PacingLimits wide() { return {.messages_per_second = 250'000, .market_data_lines = 20'000, .held_max = 100'000}; }

std::vector<model::InstrumentSpec> stocks(int count) {
  std::vector<model::InstrumentSpec> specs;
  for (int i = 0; i < count; ++i) specs.push_back(bench::stock(fmt::format("S{}", i)));
  return specs;
}

// --- The engine -----------------------------------------------------------------------------------------------------

// From a tick's bytes to the order's bytes, as bench_engine times it, with what the driver asks afterwards; each on the next
// of the instruments.
struct TickToOrder {
  Rig& rig;
  std::int64_t count = 0;

  std::int64_t once() {
    const std::string bytes =
        rig.tick(10'000 + count % 50, 1, static_cast<std::size_t>(count) % rig.gateway.lines.size());
    ++count;
    rig.trigger->is_armed = true;
    rig.pass(std::chrono::milliseconds{50});
    const std::int64_t begin = now_ns();
    rig.receive(bytes);
    rig.commit();
    bench::keep(rig.wants_to_wake());
    const std::int64_t taken = now_ns() - begin;
    if (rig.bytes_to_send() == 0) std::abort();
    rig.settle();
    return taken;
  }
};

void tick_to_order(const std::string& what, Rig& small, Rig& large, double must) {
  Sizes middle{what + ", tick -> order p50"};
  Sizes tail{what + ", tick -> order p99"};
  TickToOrder at_small{small};
  TickToOrder at_large{large};
  for (int round = 0; round <= kRounds; ++round) {
    const auto samples = [](TickToOrder& at) {
      std::vector<std::int64_t> times;
      for (int i = 0; i < 1'000; ++i) times.push_back(at.once());
      std::sort(times.begin(), times.end());
      return times;
    };
    const auto few = samples(at_small);
    const auto many = samples(at_large);
    if (round == 0) continue;  // until everything has grown to its size
    const auto at = [](const auto& times, double part) { return static_cast<double>(bench::percentile(times, part)); };
    middle.add(at(few, 0.5), at(many, 0.5));
    tail.add(at(few, 0.99), at(many, 0.99));
  }
  middle.print(must);
  tail.print(must);
}

void instruments() {
  std::vector<std::unique_ptr<Rig>> rigs;
  std::vector<std::string> streams;
  for (const int count : {1, 10'000}) {
    rigs.push_back(std::make_unique<Rig>(kServerVersion, bench::RigOptions{.specs = stocks(count), .pacing = wide()}));
    Rig& rig = *rigs.back();
    if (rig.gateway.lines.size() != static_cast<std::size_t>(count)) std::abort();
    // Every instrument has a bar that is open.
    for (std::size_t line = 0; line < rig.gateway.lines.size(); ++line)
      rig.receive(rig.print(10'000, 1'735'828'200'000, line));
    rig.commit();
    // 10,000 ticks, the instruments in no order that a cache could guess.
    std::string& stream = streams.emplace_back();
    for (std::size_t i = 0; i < 10'000; ++i)
      stream += rig.tick(10'000 + static_cast<std::int64_t>(i % 50), 1, i * 7'919 % rig.gateway.lines.size());
  }
  Sizes busy{"10,000 instruments of 1, a tick of a burst"};
  Sizes alone{"10,000 instruments of 1, a tick that comes alone"};
  for (int round = 0; round < kRounds; ++round) {
    double burst[2];
    double single[2];
    for (std::size_t size = 0; size < 2; ++size) {
      Rig& rig = *rigs[size];
      burst[size] = each_ns(100'000, [&] {
        for (int i = 0; i < 10; ++i) {
          rig.receive(streams[size]);
          rig.commit();
        }
      });
      const std::string_view stream = streams[size];
      single[size] = each_ns(10'000, [&] {
        for (std::size_t at = 0; at < stream.size();) {
          const std::size_t frame = 4 + load_be32(as_bytes(stream).subspan(at).data());
          rig.receive(stream.substr(at, frame));
          rig.commit();
          bench::keep(rig.wants_to_wake());
          at += frame;
        }
      });
    }
    busy.add(burst[0], burst[1]);
    alone.add(single[0], single[1]);
  }
  busy.print(1.5);
  alone.print(1.5);
  tick_to_order("10,000 instruments of 1", *rigs[0], *rigs[1], 1.5);
}

// A rig with so many orders that work at the gateway.
std::unique_ptr<Rig> with_live_orders(int count) {
  auto rig = std::make_unique<Rig>(
      kServerVersion, bench::RigOptions{.pacing = wide(), .position_value_max = Amount::of(1'000'000'000)});
  rig->gateway.fills = false;
  TickToOrder to_order{*rig};
  for (int i = 0; i < count; ++i) to_order.once();
  rig->gateway.fills = true;
  if (rig->engine().orders().live_count() != static_cast<std::size_t>(count)) std::abort();
  return rig;
}

void live_orders(int few, int many) {
  Rig small{kServerVersion, bench::RigOptions{.pacing = wide()}};
  const auto fewest = with_live_orders(10);
  const std::size_t before = mallinfo2().uordblks;
  const auto less = with_live_orders(few);
  const std::size_t between = mallinfo2().uordblks;
  const auto more = with_live_orders(many);
  const std::size_t after = mallinfo2().uordblks;
  const std::string ratio = fmt::format("{} live orders of {}", many, few);
  tick_to_order(fmt::format("{} live orders of 10", many), *fewest, *more, 1.2);
  // The gateway of the rig keeps each order, too.
  law(ratio + ", memory of all", static_cast<double>(after - between) / static_cast<double>(between - before),
      1.1 * many / few);
  std::printf("       %zu bytes a live order, the bench's gateway included\n",
              (after - between) / static_cast<std::size_t>(many));
  std::vector<double> recoveries;
  for (int round = 0; round <= 5; ++round) {
    double ms[2];
    int size = 0;
    for (Rig* rig : {less.get(), more.get()}) {
      rig->node_ns = 0;
      rig->reconnect();
      if (rig->engine().state() != engine::State::ready) std::abort();
      ms[size++] = static_cast<double>(rig->node_ns) / 1e6;
    }
    if (round == 0) continue;  // until everything has grown to its size
    std::printf("       recovery %.1f ms -> %.1f ms\n", ms[0], ms[1]);
    recoveries.push_back(ms[1] / ms[0]);
  }
  law(ratio + ", recovery", bench::median(recoveries), 1.1 * many / few);
  double ms[2];
  int size = 0;
  for (Rig* rig : {less.get(), more.get()}) {
    rig->node_ns = 0;
    rig->stop();
    if (rig->engine().state() != engine::State::stopped || rig->engine().orders().live_count() != 0) std::abort();
    ms[size++] = static_cast<double>(rig->node_ns) / 1e6;
  }
  std::printf("       stop, all cancelled: %.1f ms -> %.1f ms\n", ms[0], ms[1]);
  law(ratio + ", cancelling all and stopping", ms[1] / ms[0], 1.1 * many / few);
}

void holdings() {
  Rig none{kServerVersion, bench::RigOptions{}};
  Rig many{kServerVersion, bench::RigOptions{.positions = 10'000}};
  if (many.engine().ledger().holdings().size() != 10'000) std::abort();
  tick_to_order("10,000 positions of none", none, many, 1.2);
}

void others() {
  Rig none{kServerVersion, bench::RigOptions{}};
  Rig many{kServerVersion, bench::RigOptions{.others_orders = 10'000}};
  tick_to_order("10,000 orders of others of none", none, many, 1.2);
}

// --- The client -----------------------------------------------------------------------------------------------------

// A client with market data subscriptions, and bytes for it. Nobody reads what it asks.
class ClientRig final : public client::Listener {
 public:
  explicit ClientRig(int subscriptions) : client_{options(), *this} {
    client_.start(now_);
    client_.connected(now_);
    // The greeting's answer: two texts.
    hand_over(
        frame("200\0"
              "20250102 09:30:00 UTC\0"));
    send(tws::ManagedAccounts{.accounts_list = "DU0000000,"});
    send(tws::NextValidId{.order_id = 1});
    if (!client_.is_ready()) std::abort();
    tws::MarketDataRequest request;
    request.contract.con_id = 756'733;
    request.contract.exchange = "SMART";
    for (int i = 0; i < subscriptions; ++i) {
      const auto asked = client_.subscribe<tws::MarketDataRequest>(
          request, {.on_update = [this](const auto&) { ++updates; }}, {.stale_after = Duration{}});
      if (!asked.has_value()) std::abort();
    }
    client_.output().clear();
  }

  template <class Message>
  static void write(const Message& message, ByteQueue& out) {
    if (!encode(message, kServerVersion, out).has_value()) std::abort();
  }
  template <class Message>
  void send(const Message& message) {
    ByteQueue out;
    write(message, out);
    hand_over(as_text(out.contents()));
  }
  void hand_over(std::string_view bytes) {
    std::memcpy(client_.prepare(bytes.size()), bytes.data(), bytes.size());
    client_.received(bytes.size(), now_);
  }
  [[nodiscard]] client::Client& client() { return client_; }
  void pass(Duration time) {
    now_ = {now_.utc + time, now_.mono + time};
    client_.wake(now_);
  }

  void on_order(const client::OrderUpdate&) override { ++orders; }

  std::uint64_t updates = 0;
  std::uint64_t orders = 0;

 private:
  static client::ClientOptions options() {
    client::ClientOptions options;
    options.session.liveness.probe_after = Duration{};
    options.session.max_version = kServerVersion;
    options.pacing = wide();
    return options;
  }
  template <std::size_t kSize>
  static std::string frame(const char (&text)[kSize]) {
    std::string bytes(4, '\0');
    store_be32(reinterpret_cast<std::byte*>(bytes.data()), static_cast<std::uint32_t>(kSize - 1));
    return bytes.append(text, kSize - 1);
  }

  Now now_{Timestamp::from_ns(1'735'828'200'000'000'000), MonoTime::from_ns(1'000'000'000)};
  client::Client client_;
};

void client_requests() {
  std::vector<std::unique_ptr<ClientRig>> rigs;
  std::vector<std::string> streams;
  for (const int count : {1, 10'000}) {
    rigs.push_back(std::make_unique<ClientRig>(count));
    ByteQueue stream;
    const std::int32_t first = client::ClientOptions{}.first_request_number;
    for (int i = 0; i < 10'000; ++i) {
      ClientRig::write(tws::TickPrice{.req_id = first + i * 7'919 % count,
                                      .tick_type = 1,
                                      .price = Price::from_raw((10'000 + i % 50) * std::int64_t{10'000'000}),
                                      .size = Quantity::of(300)},
                       stream);
    }
    streams.emplace_back(as_text(stream.contents()));
  }
  Sizes ticks{"10,000 subscriptions of 1 in a client, a tick"};
  Sizes fees{"10,000 subscriptions of 1 in a client, a commission report"};
  Sizes asks{"10,000 subscriptions of 1 in a client, a question without an id and its answer"};
  for (int round = 0; round < kRounds; ++round) {
    double tick[2];
    double fee[2];
    double ask[2];
    for (std::size_t size = 0; size < 2; ++size) {
      ClientRig& rig = *rigs[size];
      const std::uint64_t before = rig.updates;
      tick[size] = each_ns(50'000, [&] {
        for (int i = 0; i < 5; ++i) rig.hand_over(streams[size]);
      });
      if (rig.updates - before != 50'000) std::abort();
      fee[size] = each_ns(200, [&] {
        for (int i = 0; i < 200; ++i) {
          rig.send(tws::CommissionAndFeesReport{
              .exec_id = "0000e0d5.00000001.01.01", .commission_and_fees = Amount::of(1), .currency = "USD"});
        }
      });
      int answers = 0;
      ask[size] = each_ns(200, [&] {
        for (int i = 0; i < 200; ++i) {
          const auto asked = rig.client().request<tws::CurrentTimeRequest>({}, [&](const auto&) { ++answers; });
          if (!asked.has_value()) std::abort();
          rig.send(tws::CurrentTime{1'764'000'000});
        }
      });
      if (answers != 200) std::abort();
      rig.client().output().clear();
      rig.pass(std::chrono::seconds{2});
    }
    ticks.add(tick[0], tick[1]);
    fees.add(fee[0], fee[1]);
    asks.add(ask[0], ask[1]);
  }
  ticks.print(1.5);
  fees.print(1.5);
  asks.print(1.5);
}

// The answer to reqCompletedOrders, where the client knows each of the orders.
void client_orders() {
  Sizes completed{"10,000 orders of 1,000 in a client, a completed one"};
  for (int round = 0; round < 3; ++round) {
    double each[2];
    int size = 0;
    for (const int count : {1'000, 10'000}) {
      ClientRig rig{1};
      ByteQueue working;
      ByteQueue ended;
      for (int i = 1; i <= count; ++i) {
        tws::OpenOrder open{.order_id = i, .contract = {}, .order = {}, .order_state = {}};
        open.order.client_id = 7;
        open.order.perm_id = 1'000'000 + i;
        open.order.action = "BUY";
        open.order.order_type = "LMT";
        open.order_state.status = "Submitted";
        ClientRig::write(open, working);
        tws::CompletedOrder done;
        done.order = open.order;
        done.order_state.status = "Cancelled";
        ClientRig::write(done, ended);
      }
      rig.hand_over(as_text(working.contents()));
      const std::uint64_t before = rig.orders;
      each[size++] = each_ns(static_cast<std::size_t>(count), [&] { rig.hand_over(as_text(ended.contents())); });
      if (rig.orders - before != static_cast<std::uint64_t>(count)) std::abort();
    }
    completed.add(each[0], each[1]);
  }
  completed.print(1.5);
}

// --- Messages that wait ---------------------------------------------------------------------------------------------

void waiting() {
  const std::vector<std::byte> frame(200);
  MonoTime now = MonoTime::from_ns(1'000'000'000);
  const auto of = [](tws::PacedKind kind, std::int32_t id) { return tws::PacedRequest{.kind = kind, .id = id}; };
  Sizes orders{"990 waiting messages of 1, one more order and one that goes"};
  Sizes cancels{"10,000 waiting cancels of 100, one more cancel"};
  for (int round = 0; round < kRounds; ++round) {
    double order[2];
    double cancel[2];
    int size = 0;
    for (const int count : {1, 990}) {
      tws::Pacer pacer{{}};
      for (int id = 1; id <= 45 + count; ++id)  // the first ones go
        if (!pacer.submit(of(tws::PacedKind::new_order, id), frame, now).has_value()) std::abort();
      if (pacer.held() != static_cast<std::size_t>(count)) std::abort();
      MonoTime then = now + std::chrono::seconds{2};
      int id = 10'000;
      order[size] = each_ns(2'000, [&] {
        for (int i = 0; i < 2'000; ++i) {
          then = then + std::chrono::milliseconds{25};
          if (!pacer.submit(of(tws::PacedKind::new_order, ++id), frame, then).has_value()) std::abort();
          if (!pacer.next(then).has_value()) --id;
        }
      });
      ++size;
    }
    size = 0;
    for (const int count : {100, 10'000}) {
      tws::Pacer pacer{{}};
      for (int id = 1; id <= 50; ++id)
        if (!pacer.submit(of(tws::PacedKind::cancel_order, id), frame, now).has_value()) std::abort();
      cancel[size] = each_ns(static_cast<std::size_t>(count), [&] {
        for (int id = 1; id <= count; ++id) {
          if (!pacer.submit(of(tws::PacedKind::cancel_order, 100 + id), frame, now).has_value()) std::abort();
        }
      });
      if (pacer.held() != static_cast<std::size_t>(count)) std::abort();
      ++size;
    }
    orders.add(order[0], order[1]);
    cancels.add(cancel[0], cancel[1]);
  }
  orders.print(1.5);
  cancels.print(1.5);
}

// --- The journal ----------------------------------------------------------------------------------------------------

Now now_at(std::int64_t i) { return {Timestamp::from_ns(1'735'828'200'000'000'000 + i), MonoTime::from_ns(i)}; }

journal::Log a_log() {
  return journal::Log::begin(
      {journal::journal_id_from(1), journal::kFormatVersion, model::Mode::sim, model::AccountId{"DU0000000"}, "bench"},
      now_at(0), {});
}

void journal_length(const std::filesystem::path& folder) {
  const journal::Notice record{2104, "Market data farm connection is OK:usfarm"};
  // The queue: 100,000 records at the beginning, and as many once there are a million.
  {
    Sizes appending{"a journal of 1.2 million records of none, a record into the queue"};
    for (int round = 0; round < 3; ++round) {
      journal::Log log = a_log();
      const auto append = [&](std::size_t count) {
        return each_ns(count, [&] {
          for (std::size_t i = 0; i < count; ++i) {
            log.append(record, now_at(1), model::Seq{0});
            if (i % 256 == 255) log.consume(log.pending().size());
          }
        });
      };
      append(1'000);
      const double first = append(200'000);
      append(1'000'000);
      appending.add(first, append(200'000));
    }
    appending.print(1.1);
  }
  Sizes reading{"a journal of 100,000 records of 10,000, reading all of it back, a record"};
  std::vector<std::unique_ptr<store::PosixDirectory>> directories;
  for (const int count : {10'000, 100'000}) {
    const auto path = folder / std::to_string(count);
    std::filesystem::create_directories(path);
    directories.push_back(std::make_unique<store::PosixDirectory>(store::PosixDirectory::open(path.string()).value()));
    store::JournalWriter writer = store::JournalWriter::start(*directories.back(), {}, {}).value();
    journal::Log log = a_log();
    for (int i = 0; i < count; ++i) {
      log.append(record, now_at(i), model::Seq{0});
      if (i % 1'000 != 999) continue;
      if (!writer.try_push(log.pending())) std::abort();
      log.consume(log.pending().size());
      if (!writer.wait_idle().has_value()) std::abort();
    }
    log.end(now_at(count));
    if (!writer.try_push(log.pending()) || !writer.close().has_value()) std::abort();
  }
  for (int round = 0; round < 5; ++round) {
    double each[2];
    std::size_t size = 0;
    for (const std::size_t count : {std::size_t{10'000}, std::size_t{100'000}}) {
      std::size_t records = 0;
      each[size] = each_ns(count, [&] {
        const auto summary =
            journal::read(*directories[size], model::Seq{1}, [&](const journal::StoredRecord& stored) -> Result<void> {
              const auto decoded = journal::decode(stored);
              if (!decoded.has_value()) return std::unexpected{decoded.error()};
              ++records;
              return {};
            });
        if (!summary.has_value()) std::abort();
      });
      if (records < count) std::abort();
      ++size;
    }
    reading.add(each[0], each[1]);
  }
  reading.print(1.1);
}

}  // namespace

// Arguments: what shall grow; none means everything.
int main(int argc, char** argv) {
  const std::vector<std::string> wanted(argv + 1, argv + argc);
  const auto is_wanted = [&](const char* name) {
    return wanted.empty() || std::ranges::find(wanted, name) != wanted.end();
  };
  if (is_wanted("instruments")) instruments();
  if (is_wanted("live_orders")) {
    const char* const most = std::getenv("TW_GROWTH_MAX");
    const int many = most == nullptr ? 100'000 : std::atoi(most);
    live_orders(many / 10, many);
  }
  if (is_wanted("positions")) holdings();
  if (is_wanted("others")) others();
  if (is_wanted("requests")) client_requests();
  if (is_wanted("known_orders")) client_orders();
  if (is_wanted("waiting")) waiting();
  if (is_wanted("journal")) {
    const std::filesystem::path folder = "bench_growth_files";
    std::filesystem::remove_all(folder);
    journal_length(folder);
    std::filesystem::remove_all(folder);
  }
}
