#include "tradewind/core/client/playback.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tradewind::client {

void Playback::play(const tws::WireEntry& entry) {
  using Kind = tws::WireEntry::Kind;
  if (!std::exchange(started_, true)) {
    now_ = entry.time;
    client_.start(now_);
  }
  // What the client sent at this very time came out of a timer that was due.
  run_timers(entry.time, entry.kind == Kind::sent);
  switch (entry.kind) {
    case Kind::begin:
      break;
    case Kind::opened:
      connection_ = entry.connection;
      offset_ = 0;
      client_.connected(now_);
      take_output();
      break;
    case Kind::received:
      if (!client_.has_session()) break;
      std::memcpy(client_.prepare(entry.data.size()), entry.data.data(), entry.data.size());
      client_.received(entry.data.size(), now_);
      take_output();
      break;
    case Kind::sent:
      recorded_.append(entry.data);
      compare(false);
      break;
    case Kind::closed:
      compare(true);
      if (client_.has_session()) client_.disconnected(as_text(entry.data), now_);
      break;
    case Kind::dropped:
      if (!difference_) difference_ = {connection_, offset_, std::string{as_text(entry.data)}};
      break;
  }
}

void Playback::finish() { compare(true); }

// What the client wanted to do meanwhile, at its own times.
void Playback::run_timers(Now until, bool inclusive) {
  const auto elapsed = [&](MonoTime time) { return time - now_.mono; };
  const auto is_due = [&] {
    const auto at = client_.wake_at();
    return at && (inclusive ? *at <= until.mono : *at < until.mono);
  };
  while (is_due()) {
    const MonoTime at = std::max(*client_.wake_at(), now_.mono);
    now_ = {now_.utc + elapsed(at), at};
    client_.wake(now_);
    take_output();
    if (client_.wake_at() && *client_.wake_at() <= at && client_.wish() != Client::Wish::none) break;
  }
  now_ = until;
}

void Playback::take_output() {
  if (!client_.has_session()) return;
  said_.append(client_.output().contents());
  client_.output().clear();
  compare(false);
}

void Playback::compare(bool at_end) {
  const std::size_t size = std::min(recorded_.size(), said_.size());
  const auto [theirs, ours] = std::ranges::mismatch(recorded_.contents().first(size), said_.contents().first(size));
  const auto same = static_cast<std::size_t>(theirs - recorded_.contents().first(size).begin());
  if (!difference_ && same < size) {
    difference_ = {connection_, offset_ + same,
                   fmt::format("byte {} of what the client sent is another one", offset_ + same)};
  } else if (!difference_ && at_end && recorded_.size() != said_.size()) {
    difference_ = {connection_, offset_ + size,
                   recorded_.size() > said_.size()
                       ? fmt::format("{} bytes fewer than recorded", recorded_.size() - said_.size())
                       : fmt::format("{} bytes more than recorded", said_.size() - recorded_.size())};
  }
  compared_ += same;
  offset_ += size;
  recorded_.consume(at_end ? recorded_.size() : size);
  said_.consume(at_end ? said_.size() : size);
}

}  // namespace tradewind::client
