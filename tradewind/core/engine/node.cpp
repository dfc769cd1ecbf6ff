#include "tradewind/core/engine/node.hpp"

#include <utility>

namespace tradewind::engine {
namespace {

constexpr std::int32_t kClientIdInUse = 326;

}  // namespace

Node::Node(EngineConfig config, tws::ClientConfig session, std::unique_ptr<strategy::Strategy> strategy,
           journal::Log& log, const tws::PacingLimits& pacing)
    : engine_{std::move(config), std::move(strategy), log},
      log_{log},
      session_config_{std::move(session)},
      pacer_{pacing} {}

Node::~Node() = default;

void Node::start(Now now) {
  now_ = now;
  engine_.start(now);
}

void Node::connected(Now now) {
  now_ = now;
  wish_ = Wish::none;
  wish_reason_.clear();
  client_id_in_use_ = false;
  mapper_.reset();
  session_.emplace(session_config_, pacer_);
  mapper_.emplace(model::ClientId{session_config_.client_id}, static_cast<broker::EventSink&>(*this), *session_);
  session_->connected(now.mono);
}

void Node::received(std::size_t count, Now now) {
  now_ = now;
  if (!session_) return;
  if (const auto handled = session_->received(count, now, *mapper_); !handled.has_value() && wish_ == Wish::none) {
    wish_ = Wish::reconnect;
    wish_reason_ = handled.error().detail;
  }
}

void Node::disconnected(std::string reason, Now now) {
  now_ = now;
  if (!session_) return;
  // What never left comes to its end before the rest becomes unknown.
  session_->disconnected(*mapper_);
  earlier_wire_ = wire();
  mapper_.reset();
  session_.reset();
  on_event(model::SessionLost{std::move(reason)});
}

void Node::on_event(const model::Event& event) {
  if (const auto* notice = std::get_if<model::NoticeSeen>(&event); notice != nullptr && notice->code == kClientIdInUse)
    client_id_in_use_ = true;
  engine_.step(event, now_, effects_);
  perform();
  if (session_) session_->report_dropped(*mapper_);
}

// Effects may be added while they are performed, when performing one fails and the engine hears of it.
void Node::perform() {
  for (std::size_t i = 0; i < effects_.size(); ++i) {
    const model::Effect effect = std::move(effects_[i]);
    if (const auto* leave = std::get_if<model::Disconnect>(&effect)) {
      wish_ = leave->refused_by_safety ? Wish::leave : Wish::reconnect;
      wish_reason_ = leave->reason;
      if (session_) session_->close();
    } else if (const auto* stop = std::get_if<model::Stop>(&effect)) {
      wish_ = Wish::stop;
      wish_reason_ = stop->reason;
    } else if (!session_) {
      not_sent(effect, "there is no connection");
    } else if (const auto sent = mapper_->perform(effect, now_.mono); !sent.has_value()) {
      not_sent(effect, sent.error().detail);
    }
  }
  effects_.clear();
}

// A request that could not be sent has not been sent. Of an order the engine has to know: nothing else will ever come.
void Node::not_sent(const model::Effect& effect, const std::string& reason) {
  if (const auto* order = std::get_if<model::PlaceOrder>(&effect)) {
    engine_.step(model::OrderNotSent{order->order.intent().order_id, reason}, now_, effects_);
  } else if (session_) {
    engine_.step(model::NoticeSeen{0, reason}, now_, effects_);
  }
}

void Node::committed(model::Seq upto, Now now) {
  now_ = now;
  on_event(model::Committed{upto});
}

void Node::journal_stalled(bool stalled, Now now) {
  now_ = now;
  on_event(model::JournalStalled{stalled});
}

std::optional<MonoTime> Node::wake_mono() const {
  auto earliest = engine_.wake_mono();
  const auto session = session_ ? session_->wake_at() : std::nullopt;
  return session && (!earliest || *session < *earliest) ? session : earliest;
}

void Node::wake(Now now) {
  now_ = now;
  if (session_) {
    if (const auto in_time = session_->check_time(now.mono, *mapper_); !in_time.has_value() && wish_ == Wish::none) {
      wish_ = Wish::reconnect;
      wish_reason_ = in_time.error().detail;
    }
  }
  on_event(model::TimerFired{});
}

void Node::stop(std::string reason, Now now) {
  now_ = now;
  on_event(model::StopRequested{std::move(reason)});
}

tws::WireCounters Node::wire() const {
  tws::WireCounters sum = earlier_wire_;
  if (session_) {
    sum.bytes_in += session_->wire().bytes_in;
    sum.bytes_out += session_->wire().bytes_out;
    sum.messages_in += session_->wire().messages_in;
    sum.messages_out += session_->wire().messages_out;
  }
  return sum;
}

}  // namespace tradewind::engine
