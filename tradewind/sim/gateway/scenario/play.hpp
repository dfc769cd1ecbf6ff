#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/base/time_zone.hpp"
#include "tradewind/core/tws/wire.hpp"
#include "tradewind/sim/gateway/faults/line.hpp"
#include "tradewind/sim/gateway/scenario/script.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway::scenario {

// What a scenario asks of the gateway it is played on.
class Stage {
 public:
  virtual ~Stage() = default;
  // Of the connections that are open, by their age.
  [[nodiscard]] virtual std::vector<faults::Line*> lines() = 0;
  // All connections end, and new ones are refused for so long. What has been traded stays.
  virtual void restart(Duration down) = 0;
  virtual void reset_order_ids() = 0;
  // 0 trades, 1 is halted, 2 is halted for its volatility. False: nothing of that symbol is listed.
  [[nodiscard]] virtual bool halt(std::string_view symbol, int how) = 0;
  // Time goes on by so much at once.
  virtual void skip(Duration time) = 0;
  virtual void log(const std::string& line) = 0;
};

// One performance of a scenario, between a gateway and its clients.
class Play final : public faults::Director {
 public:
  Play(Script script, TimeZone zone, faults::Injector& injector, Stage& stage);

  [[nodiscard]] const Script& script() const { return script_; }
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  // The first call begins the play.
  void wake(Timestamp now);
  [[nodiscard]] bool has_begun() const { return begun_; }
  void left(const faults::Line& line);

  // Everything has been done, or an expectation has not been met.
  [[nodiscard]] bool is_over() const { return over_; }
  // What has not gone as it was written: "file:line: step: what". Empty: everything has.
  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }
  // What still waits does so in vain; the reason is for the failure.
  void give_up(std::string_view reason);

  bool on_request(faults::Line& line, const tws::FrameView& message, Bytes frame) override;
  bool on_message(faults::Line& line, const tws::FrameView& message, Bytes frame) override;
  void after_message(faults::Line& line) override;

 private:
  // A step about messages that are still to come.
  struct Rule {
    const Step* step = nullptr;
    std::optional<int> left;               // how often; nothing: for ever
    std::optional<std::int32_t> client;    // of whom; nothing: of all
  };
  struct Timer {
    Timestamp due;
    const Step* step = nullptr;
  };
  // What is known of one connection.
  struct Peer {
    const faults::Line* line = nullptr;
    std::optional<std::int32_t> client;  // once it has said startApi
    std::string held;                    // reports, until the link is back
    bool answers = false;                // a question about orders or executions is being answered
    std::set<std::string> asked;         // subscriptions to data
    std::set<std::string> silenced;      // those that 1101 has ended
  };

  void advance();
  void run(const Step& step);
  void finish();
  void fail_step(const Step& step, std::string_view what);
  [[nodiscard]] const Step* awaited() const;
  void meet(faults::Line& line, MessageKind kind, const tws::FrameView& message);
  [[nodiscard]] bool matches(const std::vector<Field>& fields, const faults::Line& line, MessageKind kind,
                             const tws::FrameView& message) const;
  // False: a rule has seen to the message.
  [[nodiscard]] bool apply_rules(faults::Line& line, MessageKind kind, const tws::FrameView& message, Bytes frame);
  [[nodiscard]] bool link_lets_pass(faults::Line& line, MessageKind kind, const tws::FrameView& message, Bytes frame);
  [[nodiscard]] bool clock_lets_pass(faults::Line& line, MessageKind kind, const tws::FrameView& message);
  void note_subscription(faults::Line& line, MessageKind kind, const tws::FrameView& message);

  [[nodiscard]] std::vector<faults::Line*> targets(const Target& target);
  [[nodiscard]] Peer& peer(const faults::Line& line);
  [[nodiscard]] std::optional<std::int32_t> client_of(const faults::Line& line) const;
  [[nodiscard]] bool is_new(const std::string& value) const;  // a variable that nothing has been met for
  [[nodiscard]] std::string value_of(const std::string& value) const;
  [[nodiscard]] std::string milliseconds_shown() const;  // by the clock that clients are told of
  [[nodiscard]] Values values_of(const std::vector<Field>& fields) const;
  void say(const Step& step, bool half);
  void arm(const Step& step);
  void set_link(const Step& step);
  void set_farm(const Step& step);
  void notice(std::int32_t code, std::string_view text);

  Script script_;
  TimeZone zone_;
  faults::Injector& injector_;
  Stage& stage_;
  Timestamp now_;
  bool begun_ = false;
  bool over_ = false;
  std::size_t next_ = 0;              // the step whose turn it is
  bool waits_ = false;                // it has been begun, and waits
  std::optional<Timestamp> deadline_;  // when it waits no longer
  bool advances_ = false;             // once the message has gone its way
  faults::Line* last_ = nullptr;      // whose message has met the last expectation
  std::map<std::string, std::string> values_;
  std::vector<Peer> peers_;
  std::vector<Rule> rules_;
  std::vector<Timer> timers_;
  bool link_is_lost_ = false;
  Duration clock_{};  // what clients are told is later by so much
  std::vector<std::string> failures_;
};

}  // namespace tradewind::sim::gateway::scenario
