// The last hour in one-minute bars, and then the same bars as they go on being made.
#include "example.hpp"

#include <future>

int main(int argc, char** argv) {
  using namespace example;
  const auto connection = connect(argc, argv);

  tws::HistoricalDataRequest request;
  request.contract = stock("MSFT");
  request.duration = "3600 S";
  request.bar_size_setting = "1 min";
  request.what_to_show = "TRADES";
  request.use_rth = true;
  request.format_date = 2;  // seconds since 1970
  const auto answer = value_or_exit(connection->ask(request));
  if (!answer.complete()) {
    fmt::print(stderr, "no bars: {} {}\n", answer.failure()->code, answer.failure()->text);
    return 1;
  }
  std::size_t bars = 0;
  for (const auto& frame : answer.rows<tws::HistoricalData>()) {
    for (const auto& bar : frame->bars) {
      if (++bars <= 3)
        fmt::print("{} open {} high {} low {} close {}\n", bar.date, bar.open, bar.high, bar.low, bar.close);
    }
  }
  fmt::print("{} bars\n", bars);

  // Five-second bars as they come: the asynchronous way, on the connection's own thread.
  std::promise<std::string> first;
  connection->post([&first](client::Client& client) {
    // Whatever comes first: a bar, or why there is none. Also when the connection is closed, the subscription ends.
    auto tell = [&first, told = std::make_shared<bool>(false)](std::string what) {
      if (!std::exchange(*told, true)) first.set_value(std::move(what));
    };
    client::Subscriber<tws::RealTimeBarsRequest> subscriber;
    subscriber.on_update = [tell](const client::UpdateOf<tws::RealTimeBarsRequest>& update) {
      if (const auto* const bar = update.get<tws::RealTimeBarTick>(); bar != nullptr)
        tell(fmt::format("a five-second bar closed at {}", bar->close));
    };
    subscriber.on_end = [tell](const client::Failure& failure) { tell("no bars: " + failure.text); };
    tws::RealTimeBarsRequest live;
    live.contract = stock("MSFT");
    live.bar_size = 5;
    live.what_to_show = "TRADES";
    if (const auto id = client.subscribe(live, std::move(subscriber)); !id.has_value()) tell(id.error().detail);
  });
  fmt::print("{}\n", first.get_future().get());
}
