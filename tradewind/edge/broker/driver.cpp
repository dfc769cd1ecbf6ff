#include "tradewind/edge/broker/driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tradewind::edge::broker {

using namespace std::chrono_literals;

namespace {

constexpr Duration kStallRetry = 1ms;

}  // namespace

Driver::Driver(net::Loop& loop, engine::Node& node, store::JournalWriter& writer, Options options)
    : loop_{loop},
      node_{node},
      writer_{writer},
      options_{std::move(options)},
      timer_{loop, [this] { wake(); }},
      retry_timer_{loop, [this] { connect(); }},
      backoff_{options_.backoff, options_.seed} {}

Driver::~Driver() = default;

void Driver::start() {
  node_.start(options_.clock());
  pump();
  connect();
}

void Driver::stop(std::string reason) {
  if (ended_) return;
  node_.stop(std::move(reason), options_.clock());
  pump();
}

void Driver::connect() {
  if (ended_) return;
  connector_ = std::make_unique<net::Connector>(loop_, options_.endpoint,
                                                [this](Result<std::unique_ptr<net::Connection>> result) {
                                                  if (!result.has_value()) {
                                                    last_failure_ = result.error().detail;
                                                    return retry_later(tws::Backoff::Failure::unreachable);
                                                  }
                                                  connected(*std::move(result));
                                                });
}

void Driver::connected(std::unique_ptr<net::Connection> connection) {
  connection_ = std::move(connection);
  if (on_connection) on_connection(*connection_);
  const Now now = options_.clock();
  if (options_.tap != nullptr) options_.tap->opened(now);
  node_.connected(now);
  connection_->start({.prepare = [this](std::size_t count) { return room_ = node_.prepare(count); },
                      .received =
                          [this](std::size_t count) {
                            bytes_handled_ += count;
                            const Now then = options_.clock();
                            if (options_.tap != nullptr) options_.tap->received({room_, count}, then);
                            node_.received(count, then);
                            if (node_.is_session_ready()) backoff_.ready(options_.clock().mono);
                            pump();
                          },
                      .closed = [this](const std::string& reason) { lost(reason); }});
  pump();
}

// The connection is given up, by us or by the other side.
void Driver::drop(const std::string& reason) {
  if (connection_ && options_.tap != nullptr) options_.tap->closed(reason, options_.clock());
  connection_.reset();
}

void Driver::lost(const std::string& reason) {
  drop(reason);
  const std::string in_use = fmt::format("client id {} is in use", node_.client_id());
  last_failure_ = fmt::format("{}:{}: {}", options_.endpoint.host, options_.endpoint.port,
                              node_.client_id_in_use() ? in_use : reason);
  node_.disconnected(reason, options_.clock());
  pump();
  using Failure = tws::Backoff::Failure;
  if (!ended_) retry_later(node_.client_id_in_use() ? Failure::client_id_in_use : Failure::lost);
}

void Driver::retry_later(tws::Backoff::Failure failure) {
  const MonoTime now = options_.clock().mono;
  const auto [advice, pause] = backoff_.failed(failure, now);
  if (advice == tws::Backoff::Advice::give_up_identity) {
    return end(
        Ended::client_id_in_use,
        fmt::format("{}:{}: another program has client id {} and keeps it: end that one, or give this one an id of "
                    "its own",
                    options_.endpoint.host, options_.endpoint.port, node_.client_id()));
  }
  if (options_.log) {
    const double seconds = std::chrono::duration<double>{pause}.count();
    options_.log(fmt::format("not connected: {}; trying again in {:.1f} s", last_failure_, seconds));
  }
  retry_timer_.set(now + pause);
}

void Driver::push_records() {
  const Bytes records = node_.log().pending();
  if (!records.empty() && writer_.try_push(records)) node_.log().consume(records.size());
  const bool stalled = writer_.has_failed() || !node_.log().pending().empty();
  if (stalled == stalled_) return;
  stalled_ = stalled;
  // Cancels still go; new risk does not. The record of the change waits with the others.
  node_.journal_stalled(stalled, options_.clock());
}

void Driver::pump() {
  if (ended_) return;
  push_records();
  if (connection_ && node_.has_session()) {
    bytes_sent_ += node_.output().size();
    if (options_.tap != nullptr && !node_.output().empty())
      options_.tap->sent(node_.output().contents(), options_.clock());
    connection_->send(node_.output());
  }
  if (writer_.has_failed()) {
    const auto error = writer_.error();
    return end(Ended::journal_failed, error ? error->detail : "the journal's writer has failed");
  }
  switch (node_.wish()) {
    case engine::Node::Wish::none:
      break;
    case engine::Node::Wish::reconnect: {
      if (!connection_) break;
      const std::string reason = node_.wish_reason();
      connection_->reset();  // what it has not sent must not arrive after what the next one finds out
      return lost(reason);
    }
    case engine::Node::Wish::leave: {
      const std::string reason = node_.wish_reason();
      if (connection_) connection_->close();
      drop(reason);
      node_.disconnected(reason, options_.clock());
      push_records();
      return end(Ended::refused, reason);
    }
    case engine::Node::Wish::stop: {
      const std::string reason = node_.wish_reason();
      if (connection_) connection_->close();
      drop("the run is over");
      node_.disconnected("the run is over", options_.clock());
      push_records();
      return end(Ended::stopped, reason);
    }
  }
  set_timer();
}

void Driver::set_timer() {
  if (options_.virtual_time) return;
  const Now now = options_.clock();
  auto due = node_.wake_mono();
  if (const auto utc = node_.wake_utc()) {
    // The wall clock only says how far away it is; the waiting is done on the other one.
    const MonoTime then = now.mono + std::max(*utc - now.utc, Duration{});
    due = due ? std::min(*due, then) : then;
  }
  if (stalled_) due = now.mono + kStallRetry;
  if (due) timer_.set(*due);
  else timer_.cancel();
}

void Driver::wake() {
  if (ended_) return;
  node_.wake(options_.clock());
  pump();
}

void Driver::deliver_commits() {
  if (ended_) return;
  const model::Seq durable = writer_.durable();
  if (durable > delivered_) {
    delivered_ = durable;
    node_.committed(durable, options_.clock());
  }
  pump();
}

void Driver::end(Ended how, const std::string& reason) {
  ended_ = true;
  timer_.cancel();
  retry_timer_.cancel();
  connector_.reset();
  if (options_.on_end) options_.on_end(how, reason);
}

}  // namespace tradewind::edge::broker
