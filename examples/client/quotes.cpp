// Follows a quote for ten changes, with what can be said of its quality. Reconnects and subscribes again by itself.
#include "example.hpp"

#include "tradewind/core/client/quote.hpp"

#include <future>

int main(int argc, char** argv) {
  using namespace example;
  const auto connection = connect(argc, argv);

  client::Quote quote;  // touched on the connection's thread only
  int left = 10;
  std::promise<void> done;

  client::Subscriber<tws::MarketDataRequest> subscriber;
  subscriber.on_update = [&](const client::UpdateOf<tws::MarketDataRequest>& update) {
    if (left == 0 || !quote.apply(update)) return;
    const client::Quality& quality = update.quality;
    fmt::print("bid {} ask {} last {} ({}{}{})\n", quote.bid ? quote.bid->text() : "-",
               quote.ask ? quote.ask->text() : "-", quote.last ? quote.last->text() : "-", name(quality.kind),
               quality.stale ? ", stale" : "", quality.gap_before != 0 ? ", after a gap" : "");
    if (--left == 0) done.set_value();
  };
  subscriber.on_end = [&](const client::Failure& failure) {
    fmt::print(stderr, "no market data: {} {}\n", failure.code, failure.text);
    if (left > 0) done.set_value();
    left = 0;
  };
  const auto id =
      value_or_exit(connection->subscribe(tws::MarketDataRequest{.contract = stock("AAPL")}, std::move(subscriber)));
  done.get_future().wait();
  connection->cancel(id);
}
