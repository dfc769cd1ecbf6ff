#include "tradewind/sim/gateway/faults/line.hpp"

#include "tradewind/core/base/check.hpp"
#include "tradewind/sim/gateway/faults/internal/messages.hpp"
#include "tradewind/sim/gateway/faults/internal/requests.hpp"
#include "tradewind/sim/gateway/faults/internal/texts.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <utility>

namespace tradewind::sim::gateway::faults {
namespace {

Bytes with_length(Bytes payload) { return {payload.data() - 4, payload.size() + 4}; }

}  // namespace

Line::Line(Injector& injector, int server_version, std::string connection_time)
    : injector_{injector},
      server_version_{server_version},
      connection_time_{std::move(connection_time)},
      from_client_{1U << 20},
      from_gateway_{tws::kFrameSizeMax} {
  if (fires(at("F027"))) close("accepted and closed");
  if (fires(at("F002"))) mute_ = true;
  if (server_version_ > tws::kMinServerVersion && draws(at("F021"))) {
    server_version_ = static_cast<int>(injector_.rng(at("F021")).between(tws::kMinServerVersion, server_version_ - 1));
    count(at("F021"));
  }
  if (fires(at("F174"))) {
    const std::size_t blank = connection_time_.rfind(' ');
    connection_time_ = connection_time_.substr(0, blank) + " Ortszeit";
  }
}

void Line::close(std::string reason) {
  if (!close_reason_) close_reason_ = std::move(reason);
}

void Line::reset(std::string reason) {
  if (!close_reason_) resets_ = true;
  close(std::move(reason));
}

void Line::put(Bytes bytes) {
  if (mute_ || close_reason_) return;
  to_client_.append(bytes);
  bytes_out_ += bytes.size();
}

void Line::hold(Duration time, Bytes bytes) {
  if (mute_ || close_reason_) return;
  held_.push_back(
      {.due = now_ + time, .bytes = std::string{as_text(bytes)}, .is_request = false, .code = 0, .text = {}});
}

void Line::tell(std::int32_t id, std::int32_t code, std::string_view text) {
  if (!mute_ && !close_reason_) told_.error(id, code, text, MonoTime::from_ns(now_.ns()));
}

void Line::notice(std::int32_t id, std::int32_t code, std::string_view text) {
  tell(id, code, text);
  say(tws::ErrorMessage{.id = id,
                        .error_time = now_.ns() / 1'000'000,
                        .error_code = code,
                        .error_msg = text,
                        .advanced_order_reject_json = {}});
}

void Line::notice_after(Duration time, std::int32_t code, std::string_view text) {
  const std::size_t before = held_.size();
  say_after(time, tws::ErrorMessage{.id = -1,
                                    .error_time = (now_ + time).ns() / 1'000'000,
                                    .error_code = code,
                                    .error_msg = text,
                                    .advanced_order_reject_json = {}});
  if (held_.size() == before) return;
  held_.back().code = code;
  held_.back().text = text;
}

std::optional<Timestamp> Line::wake_at() const {
  std::optional<Timestamp> earliest = closes_at_;
  if (unread_until_ && (!earliest || *unread_until_ < *earliest)) earliest = unread_until_;
  for (const Held& held : held_) {
    if (!earliest || held.due < *earliest) earliest = held.due;
  }
  return earliest;
}

void Line::wake(Timestamp now) {
  now_ = std::max(now_, now);
  if (unread_until_ && *unread_until_ <= now) unread_until_.reset();
  for (auto held = held_.begin(); held != held_.end();) {
    if (held->due > now) {
      ++held;
      continue;
    }
    if (held->is_request) to_gateway_.append(as_bytes(held->bytes));
    else put(as_bytes(held->bytes));
    if (held->code != 0) tell(-1, held->code, held->text);
    held = held_.erase(held);
  }
  if (closes_at_ && *closes_at_ <= now) {
    closes_at_.reset();
    close("closed soon after it was ready");
  }
}

bool Line::next_request(Timestamp now) {
  now_ = std::max(now_, now);
  if (!reads()) return false;
  if (!greeted_) return take_greeting();
  const auto payload = from_client_.next();
  if (!payload.has_value()) {
    to_gateway_.append(from_client_.pending());  // the gateway refuses it, too
    from_client_.clear();
    return true;
  }
  if (!payload->has_value()) return false;
  on_request(with_length(**payload));
  return true;
}

bool Line::take_greeting() {
  constexpr std::size_t kPrefix = 4;  // "API\0" is in front of the first frame
  const Bytes bytes = from_client_.pending();
  const bool is_api = bytes.size() < kPrefix || std::memcmp(bytes.data(), "API", kPrefix) == 0;
  const std::uint32_t size = bytes.size() < kPrefix + 4 ? 0 : load_be32(bytes.data() + kPrefix);
  if (is_api && (bytes.size() < kPrefix + 4 || bytes.size() < kPrefix + 4 + std::size_t{size})) {
    if (size < 1024) return false;
  }
  // What is no greeting is for the gateway to refuse.
  const std::size_t greeting = is_api ? std::min(bytes.size(), kPrefix + 4 + std::size_t{size}) : bytes.size();
  to_gateway_.append(bytes.first(greeting));
  from_client_.skip(greeting);
  greeted_ = true;
  return true;
}

void Line::on_request(Bytes frame) {
  if (deaf_ || close_reason_) return;
  Requests requests{*this};
  const tws::FrameView view = tws::parse_frame(frame.subspan(4), server_version_);
  // What cannot be read is for the gateway to answer.
  if (view.fault == nullptr) {
    if (director_ != nullptr && !director_->on_request(*this, view, frame)) return;
    const auto fault = tws::dispatch(view, server_version_, requests_scratch_, requests, counters_);
    if (fault.failed()) requests.passes = true;
  }
  if (requests.late) {
    hold_request(std::chrono::seconds{injector_.rng(at("F082")).between(3'600, 10'800)}, frame);
  } else if (requests.passes) {
    to_gateway_.append(frame);
  }
}

bool Line::is_plain() const {
  return director_ == nullptr && started_ && !mute_ && !trickles_ && !no_ticks_ && !close_reason_ &&
         !hides_executions_ && held_.empty() && waiting_.empty() && offsets_.empty() && without_ticks_.empty();
}

void Line::said(ByteQueue& bytes, Timestamp now) {
  now_ = std::max(now_, now);
  if (injector_.is_idle() && is_plain()) {  // nothing to look for: these are many bytes
    put(bytes.contents());
    return bytes.clear();
  }
  from_gateway_.feed(bytes.contents());
  bytes.clear();
  for (;;) {
    const auto payload = from_gateway_.next();
    TW_CHECK(payload.has_value());  // the gateway frames what it says
    if (!payload->has_value()) return;
    const Bytes frame = with_length(**payload);
    if (!answered_) {
      // The greeting: the version is the older of the gateway's and the client's.
      const std::string_view text = as_text(frame.subspan(4));
      std::from_chars(text.data(), text.data() + text.size(), server_version_);
      answered_ = true;
      put(frame);
      continue;
    }
    on_message(frame);
  }
}

void Line::on_message(Bytes frame) {
  if (mute_ || trickles_ || close_reason_) return;
  const tws::FrameView view = tws::parse_frame(frame.subspan(4), server_version_);
  TW_CHECK(view.fault == nullptr);
  if (director_ == nullptr) return pass_message(frame, view);
  if (director_->on_message(*this, view, frame)) pass_message(frame, view);
  director_->after_message(*this);
}

void Line::pass_message(Bytes frame, const tws::FrameView& view) {
  const bool was_started = started_;
  Messages messages{*this, frame};
  const auto fault = tws::dispatch(view, server_version_, messages_scratch_, messages, counters_);
  TW_CHECK(!fault.failed());
  if (!was_started) {
    if (!messages.done) put(frame);
    return;
  }
  if (!messages.done && fires(at("F009"))) {
    for (std::size_t i = 0; i < frame.size(); ++i) hold(std::chrono::seconds{i + 1}, frame.subspan(i, 1));
    trickles_ = true;  // nothing may come between the bytes, so nothing comes after them
    return;
  }
  if (!messages.done && fires(at("F005"))) {
    put(frame.first(frame.size() / 2));
    return close("closed in a frame");
  }
  if (!messages.done && fires(at("F028"))) {
    return hold(std::chrono::seconds{injector_.rng(at("F028")).between(1, 20)}, frame);
  }
  if (!messages.done && !view.is_protobuf && fires(at("F022"))) {
    put_with_a_field_too_many(frame, view);
  } else if (!messages.done) {
    put(frame);
  }
  after_message();
}

void Line::put_with_a_field_too_many(Bytes frame, const tws::FrameView& view) {
  constexpr std::string_view kField{"0\0", 2};
  const auto head = static_cast<std::size_t>(view.body.data() - frame.data());
  std::string longer{as_text(frame.first(head))};
  longer.append(kField).append(as_text(frame.subspan(head)));
  store_be32(reinterpret_cast<std::byte*>(longer.data()), static_cast<std::uint32_t>(longer.size() - 4));
  put(as_bytes(longer));
}

// After a message that has gone out whole: what happens to the connection, and what the gateway says on its own.
void Line::after_message() {
  if (fires(at("F029"))) notice(-1, 1100, kLinkIsLost);
  if (!no_ticks_ && fires(at("F031"))) {
    notice(-1, 1100, kLinkIsLost);
    notice(-1, 1101, kLinkIsBackWithoutData);
    no_ticks_ = true;
  }
  if (!no_ticks_ && fires(at("F032"))) {
    notice(-1, 1100, kLinkIsLost);
    notice(-1, 1102, kLinkIsBack);
    no_ticks_ = true;
  }
  if (fires(at("F033"))) {
    for (int i = 0; i < 10; ++i) notice_after(std::chrono::minutes{i}, 1100, kLinkIsLost);
  }
  if (fires(at("F034"))) notice(-1, 1101, kLinkIsBackWithoutData);
  if (fires(at("F035")))
    notice(-1, 2110,
           "Connectivity between Trader Workstation and server is broken. It will be restored automatically.");
  if (fires(at("F036"))) {
    for (int i = 0; i < 5; ++i) {
      notice_after(std::chrono::seconds{2 * i}, 2103, "Market data farm connection is broken:usfarm");
      notice_after(std::chrono::seconds{2 * i + 1}, 2104, "Market data farm connection is OK:usfarm");
    }
  }
  if (fires(at("F037"))) {
    notice(-1, 2103, "Market data farm connection is broken:usfarm");
    notice(-1, 2104, "Market data farm connection is OK:eufarm");
  }
  break_connection();
}

void Line::break_connection() {
  if (fires(at("F008"))) deaf_ = true;
  if (reads() && fires(at("F010")))
    unread_until_ = now_ + std::chrono::seconds{injector_.rng(at("F010")).between(30, 120)};
  if (fires(at("F023"))) {
    const auto count = injector_.rng(at("F023")).between(1, 8);
    const std::string stray(static_cast<std::size_t>(count), '\xff');
    put(as_bytes(stray));
  }
  if (fires(at("F019"))) {
    notice(-1, 1100, kLinkIsLost);
    mute_ = true;
  }
  if (fires(at("F068"))) {
    notice(-1, 100, "Max rate of messages per second has been exceeded:max=50 rec=51 (3)");
    close("too many messages");
  }
  if (fires(at("F020"))) {
    notice(-1, 1300,
           "TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port - "
           "4003");
    close("port changed");
  }
  if (fires(at("F007"))) mute_ = true;
  if (accompanied_ && fires(at("F026"))) close("closed, and another goes on");
  if (fires(at("F004"))) close("closed");
}

}  // namespace tradewind::sim::gateway::faults
