#include "tradewind/core/tws/liveness.hpp"

namespace tradewind::tws {

void Liveness::start(MonoTime now) {
  last_echo_ = now;
  const bool is_on = limits_.probe_after > Duration{} && limits_.answer_limit > Duration{};
  state_ = is_on ? State::quiet : State::off;
}

void Liveness::sent(MonoTime now) {
  if (state_ != State::queued) return;
  state_ = State::outstanding;
  sent_ = now;
}

void Liveness::echoed(MonoTime now) {
  last_echo_ = now;
  if (state_ == State::outstanding) state_ = State::quiet;
}

bool Liveness::wants_probe(MonoTime now) const {
  return state_ == State::quiet && now >= *last_echo_ + limits_.probe_after;
}

bool Liveness::is_dead(MonoTime now) const {
  return state_ == State::outstanding && now >= sent_ + limits_.answer_limit;
}

std::optional<MonoTime> Liveness::wake_at() const {
  if (state_ == State::quiet) return *last_echo_ + limits_.probe_after;
  if (state_ == State::outstanding) return sent_ + limits_.answer_limit;
  return std::nullopt;
}

}  // namespace tradewind::tws
