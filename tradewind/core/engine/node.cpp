#include "tradewind/core/engine/node.hpp"

#include <utility>

namespace tradewind::engine {

Node::Node(EngineConfig config, model::ClientId client_id, std::unique_ptr<strategy::Strategy> strategy,
           journal::Log& log)
    : engine_{std::move(config), std::move(strategy), log}, log_{log}, client_id_{client_id} {}

Node::~Node() = default;

void Node::start(Now now) {
  now_ = now;
  engine_.start(now);
}

void Node::connected(Now now) {
  now_ = now;
  wish_ = Wish::none;
  wish_reason_.clear();
  mapper_.emplace(client_id_, static_cast<broker::EventSink&>(*this));
  session_.emplace(tws::ClientConfig{.client_id = client_id_.value()});
  session_->connected(now.mono);
}

void Node::received(std::size_t count, Now now) {
  now_ = now;
  if (!session_) return;
  if (const auto handled = session_->received(count, now.mono, *mapper_); !handled.has_value() && wish_ == Wish::none) {
    wish_ = Wish::reconnect;
    wish_reason_ = handled.error().detail;
  }
}

void Node::disconnected(std::string reason, Now now) {
  now_ = now;
  if (!session_) return;
  earlier_wire_ = wire();
  session_.reset();
  on_event(model::SessionLost{std::move(reason)});
  mapper_.reset();
}

void Node::on_event(const model::Event& event) {
  engine_.step(event, now_, effects_);
  perform();
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
    } else if (session_) {
      // A request that could not be sent has not been sent; the session is not up, or the value cannot travel.
      if (const auto sent = mapper_->perform(effect, *session_); !sent.has_value()) {
        engine_.step(model::NoticeSeen{0, sent.error().detail}, now_, effects_);
      }
    }
  }
  effects_.clear();
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
  if (session_ && session_->wake_at() && (!earliest || *session_->wake_at() < *earliest))
    earliest = session_->wake_at();
  return earliest;
}

void Node::wake(Now now) {
  now_ = now;
  if (session_) {
    if (const auto in_time = session_->check_time(now.mono); !in_time.has_value() && wish_ == Wish::none) {
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
