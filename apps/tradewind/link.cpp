#include "apps/tradewind/link.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>

namespace tradewind::app {

namespace net = edge::net;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kFirstBytes = 256;
constexpr std::size_t kNoticesMax = 1000;

client::ClientOptions client_options(const GatewayAddress& address) {
  client::ClientOptions options;
  options.session.client_id = address.client_id;
  options.session.handshake_limit = address.timeout;
  options.session.start_limit = address.timeout;
  options.answer_limit = address.timeout;
  return options;
}

}  // namespace

std::string_view usual_use(std::uint16_t port) {
  switch (port) {
    case 7496:
      return "the live port of TWS";
    case 7497:
      return "the paper port of TWS";
    case 4001:
      return "the live port of IB Gateway";
    case 4002:
      return "the paper port of IB Gateway";
    case 4003:
      return "the live port that container images of IB Gateway forward";
    case 4004:
      return "the paper port that container images of IB Gateway forward";
    default:
      return {};
  }
}

Link::Link(GatewayAddress address)
    : address_{std::move(address)},
      client_{client_options(address_), *this},
      transport_{loop_,
                 client_,
                 {.endpoint = {address_.host, address_.port},
                  .other_ports = {},
                  .connect_limit = address_.timeout,
                  .tap = this}} {
  loop_.on_signals([this](int) { interrupted_ = true; });
}

Link::~Link() {
  narrates_ = false;
  transport_.stop();
  loop_.poll();  // what was still to be said, such as cancels
}

void Link::start() { transport_.start(); }

Result<void> Link::open() {
  start();
  // Each step of connecting has a limit of its own, so one of them fails before this does.
  wait(address_.timeout * 4, [this] { return was_ready_ || lost_; });
  if (was_ready_) return {};
  if (const client::Notice* const taken = find_notice(326)) {
    return fail(Errc::unavailable, fmt::format("client id {} is in use by another connection (326: {}); end that "
                                               "program, or give another --client-id",
                                               address_.client_id, taken->text));
  }
  if (interrupted_) return fail(Errc::unavailable, "interrupted");
  return fail(Errc::unavailable, fmt::format("{}; `tradewind doctor` looks for the cause",
                                             lost_ ? lost_reason_ : std::string{"no session in time"}));
}

bool Link::wait(Duration limit, const std::function<bool()>& done) {
  const MonoTime until = net::system_now().mono + limit;
  while (!done()) {
    if (interrupted_) return false;
    const Duration left = until - net::system_now().mono;
    if (left <= Duration::zero()) return false;
    loop_.run_one(left);
  }
  return true;
}

Error Link::error_of(const client::Failure& failure, std::string_view what) {
  using Reason = client::Failure::Reason;
  if (failure.reason == Reason::refused) {
    if (failure.code == 200)
      return {Errc::not_found, fmt::format("{}: IB says 200: {}; correct the description", what, failure.text)};
    const tws::ErrorInfo& info = tws::error_info(failure.code);
    return {Errc::unavailable, fmt::format("{}: IB says {}: {}{}{}", what, failure.code, failure.text,
                                           info.what_to_do.empty() ? "" : "; ", info.what_to_do)};
  }
  std::string text = failure.text;
  if (failure.code != 0) text = fmt::format("IB says {}: {}", failure.code, text);
  return {Errc::unavailable, fmt::format("{}: {}: {}", what, failure.reason, text)};
}

const client::Notice* Link::find_notice(std::int32_t code) const {
  for (const client::Notice& notice : notices_) {
    if (notice.code == code) return &notice;
  }
  return nullptr;
}

void Link::on_ready(const std::vector<std::string>& /*accounts*/, int /*server_version*/) {
  if (narrates_ && lost_) fmt::print(stderr, "tradewind: connected again\n");
  was_ready_ = true;
  lost_ = false;
}

void Link::on_lost(std::string_view reason) {
  if (narrates_ && was_ready_ && !lost_) fmt::print(stderr, "tradewind: the connection is lost: {}\n", reason);
  lost_ = true;
  lost_reason_ = reason;
}

void Link::on_given_up(std::string_view reason) { on_lost(reason); }

void Link::on_notice(const client::Notice& notice) {
  if (notices_.size() < kNoticesMax) notices_.push_back(notice);
}

void Link::on_order(const client::OrderUpdate& update) {
  if (on_order_) on_order_(update);
}

void Link::opened(Now now) {
  opened_ = now.mono;
  frames_.clear();
  greeted_version_.reset();
}

void Link::received(Bytes bytes, Now /*now*/) {
  const std::string_view text = as_text(bytes);
  first_bytes_ += text.substr(0, kFirstBytes - std::min(first_bytes_.size(), kFirstBytes));
  if (unframed_) return;
  frames_.feed(bytes);
  for (;;) {
    const auto payload = frames_.next();
    if (!payload.has_value()) {
      unframed_ = true;
      return;
    }
    if (!*payload) return;
    if (greeted_version_) {
      message_ids_.insert(tws::parse_frame(**payload, *greeted_version_).id);
      continue;
    }
    // The greeting: a version and a text, both with a zero behind.
    const std::string_view greeting = as_text(**payload);
    const std::size_t end = greeting.find('\0');
    int version = 0;
    if (end == std::string_view::npos || greeting.back() != '\0') continue;
    const auto [stop, error] = std::from_chars(greeting.data(), greeting.data() + end, version);
    if (error != std::errc{} || stop != greeting.data() + end) continue;
    greeted_version_ = version;
    greeted_text_ = greeting.substr(end + 1, greeting.size() - end - 2);
  }
}

}  // namespace tradewind::app
