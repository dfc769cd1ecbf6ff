#pragma once

#include "tests/conversations/gateway.hpp"
#include "tests/conversations/script.hpp"
#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/wire.hpp"
#include "tradewind/sim/gateway/scenario/fields.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::conversations {

// A step cannot be done, or has not gone as written.
struct Failed {
  std::string what;
};

// Something that left the machine or that it told.
struct Noted {
  std::vector<std::string> words;             // exactly these are expected
  std::map<std::string, std::string> always;  // and these
  std::map<std::string, std::string> more;    // of these, those that the script names
  std::string api;                            // the message whose fields `more` has
  tws::Direction direction{};
  std::string bytes;  // of what left: the whole frame

  [[nodiscard]] std::string text() const;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

// One run of a script: the gateway's end of the connection, the clock, and what is expected. Whom it is talked to is the
// derived class: a machine of ours, without a socket.
class Conversation {
 public:
  Conversation(const Script& script, int version, bool in_pieces);
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  virtual ~Conversation() = default;

  // Throws Failed.
  void step(const std::vector<std::string>& words);
  void end() { nothing_left(); }

 protected:
  // --- The machine ---
  virtual void start() = 0;  // before the first step that needs it
  [[nodiscard]] virtual std::int32_t client_id() const = 0;
  [[nodiscard]] virtual bool wants_to_connect() const = 0;
  // Why it wants the connection closed, if it does.
  [[nodiscard]] virtual std::optional<std::string> wants_to_close() const = 0;
  virtual void connected() = 0;
  virtual void received(Bytes bytes) = 0;
  virtual void disconnected(const std::string& reason) = 0;  // also when an attempt to connect has failed
  [[nodiscard]] virtual ByteQueue* output() = 0;  // null without a session
  [[nodiscard]] virtual std::optional<MonoTime> wake_at() const = 0;
  virtual void wake() = 0;
  // What its user asks for. False: there is no such step.
  virtual bool own_step(const std::vector<std::string>& words) = 0;
  // Of a step of its own that stands for several.
  [[nodiscard]] virtual bool begins_with_an_expectation(const std::string& /*verb*/) const { return false; }
  virtual void options(const std::vector<std::string>& words);
  // From the greeting to where requests may be made; `order_id` is a field of nextValidId.
  virtual void ready(const std::string& order_id);
  // What `state` can look up.
  [[nodiscard]] virtual std::map<std::string, std::string> state() const { return {}; }

  // --- For the derived ---
  void told(Noted noted) { told_.push_back(std::move(noted)); }
  void note_error(const std::string& who, const Error& error);
  [[nodiscard]] Now now() const { return now_; }
  // After each call that makes the machine do something: what it has sent goes to the gateway, and so on.
  void pump();
  void set_value(const std::string& name, std::string value) { values_["$" + name] = std::move(value); }
  [[nodiscard]] std::string resolved(const std::string& word) const;
  [[nodiscard]] std::pair<std::string, std::string> field(const std::string& word) const;
  [[nodiscard]] static Duration duration(std::string_view text);
  template <class Message>
  void fill(Message& message, const Fields& fields) {
    for (const auto& [path, value] : fields) {
      if (const auto problem = set_field(message, path, value, texts_); !problem.empty())
        throw Failed{fmt::format("{}: {}", Message::kInfo.api, problem)};
    }
  }
  void forget(const std::string& name) { values_.erase("$" + name); }
  // The connection has gone with the machine: nobody is told.
  void hang_up() { gateway_.reset(); }
  // Steps written as lines.
  void steps(std::string_view lines);

 private:
  void connect(bool silent);
  void send(const std::vector<std::string>& words);
  void pass(const std::vector<std::string>& words);
  void repeat(const std::vector<std::string>& words);
  void look_up(const std::vector<std::string>& words);
  void expect(std::deque<Noted>& noted, const char* what, const std::vector<std::string>& words);
  void expect_field(const Noted& noted, const std::string& key, char sign, const std::string& value);
  void expect_nothing_else(const Noted& noted, const std::map<std::string, std::pair<char, std::string>>& named) const;
  void nothing_left();
  void ensure_started();
  void deliver();
  [[nodiscard]] Gateway& gateway() {
    if (!gateway_) throw Failed{"there is no connection"};
    return *gateway_;
  }
  void step_to(MonoTime time);

  int version_;
  bool in_pieces_;  // the machine gets what the gateway sends byte by byte
  bool names_probes_;
  bool answers_time_ = true;
  bool goes_on_ = false;  // within a repetition
  bool has_started_ = false;
  Now now_{Timestamp::from_ns(1'764'000'000'000'000'000), MonoTime::from_ns(1'000'000'000)};
  std::optional<Gateway> gateway_;
  std::string rest_;  // of a message that was sent in part
  Texts texts_;
  std::deque<Noted> wire_;
  std::deque<Noted> told_;
  std::map<std::string, std::string> values_;  // of $names
};

// Whom a script talks to.
[[nodiscard]] std::unique_ptr<Conversation> with_client(const Script& script, int version, bool in_pieces);
[[nodiscard]] std::unique_ptr<Conversation> with_session(const Script& script, int version, bool in_pieces);
[[nodiscard]] std::unique_ptr<Conversation> with_engine(const Script& script, int version, bool in_pieces);

}  // namespace tradewind::conversations
