#include "tradewind/core/tws/backoff.hpp"

#include <algorithm>

namespace tradewind::tws {

void Backoff::ready(MonoTime now) {
  if (!ready_since_) ready_since_ = now;
  in_use_since_.reset();
}

Backoff::Answer Backoff::failed(Failure failure, MonoTime now) {
  // One that comes and goes every two seconds must not be asked every two seconds for ever.
  if (ready_since_ && now - *ready_since_ >= limits_.stable_after) delay_ = limits_.first;
  ready_since_.reset();
  if (failure == Failure::unreachable) in_use_since_.reset();
  if (failure == Failure::client_id_in_use) {
    if (!in_use_since_) in_use_since_ = now;
    if (now - *in_use_since_ >= limits_.identity_limit) return {Advice::give_up_identity, Duration{}};
  }
  const auto half = delay_.count() / 2;
  const Duration pause{rng_.between(half, delay_.count())};
  delay_ = std::min(delay_ * 2, limits_.most);
  return {Advice::retry, pause};
}

}  // namespace tradewind::tws
