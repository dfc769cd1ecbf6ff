#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/recording/recording.hpp"
#include "tradewind/core/tws/wire.hpp"
#include "tradewind/sim/recording/frame_cutter.hpp"
#include "tradewind/sim/recording/said.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tradewind::sim::recording {

// Plays the gateway's side of a recording. The n-th client that connects plays the n-th recorded connection.
//
// What the recorded client said is expected: a message of the same kind that asks for the same, whatever its ids. The gateway's
// messages follow with their recorded distances in time, counted anew from each message of the client they had to wait for, and
// with the ids of the client that is there now. A client may say something earlier than the recorded one, or some things in
// another order; something else ends the replay.
class Replay {
 public:
  using Id = std::uint32_t;

  Replay() = default;
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  // The entries of the recording, in order.
  void add(const tws::WireEntry& entry);
  // After the last one.
  [[nodiscard]] Result<void> finish();

  // Nothing when the recording has no further connection.
  [[nodiscard]] std::optional<Id> connect(Timestamp now);
  void received(Id id, Bytes bytes, Timestamp now);
  void disconnected(Id id);
  // Says what is due.
  void wake(Timestamp now);
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  [[nodiscard]] ByteQueue& output(Id id) { return live_.at(id).output; }
  // The recorded gateway closed this connection, or the recording ends here.
  [[nodiscard]] bool wants_close(Id id) const { return live_.at(id).closes; }

  // What went otherwise than in the recording.
  [[nodiscard]] const std::optional<std::string>& difference() const { return difference_; }
  // All connections have been played to their ends.
  [[nodiscard]] bool is_over() const;

  struct Counts {
    std::uint64_t connections = 0;  // of the recording
    std::uint64_t played = 0;
    std::uint64_t expected = 0;  // of its clients' messages
    std::uint64_t matched = 0;
    std::uint64_t sent = 0;  // of its gateway's messages
    std::uint64_t unsent = 0;  // that came after the client had left
    std::uint64_t missing = 0;  // that the recording withholds
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Step {
    bool from_client = false;
    MonoTime time;
    std::string payload;  // empty: the gateway closes the connection
  };
  struct Script {
    std::vector<Step> steps;
    int version = 0;  // of the protocol, as the gateway said
    MonoTime opened;
  };
  struct Live {
    std::size_t script = 0;
    std::size_t at = 0;  // the first step that is not done
    std::vector<bool> matched;  // of the client's steps
    MonoTime recorded_anchor;  // this time of the recording
    Timestamp anchor;  // is this time now
    tws::FrameReader reader{tws::kFrameSizeMax};
    std::size_t prefix_left = 4;
    bool has_greeted = false;
    bool is_here = true;
    bool closes = false;
    IdMap ids;
    ByteQueue output;
  };

  void take(const RecordedFrame& frame);
  void end_script(std::size_t index);
  [[nodiscard]] const Step* step_of(const Live& live) const;
  void greet(Id id, Live& live, std::string_view greeting, Timestamp now);
  void hear(Id id, Live& live, Bytes payload, Timestamp now);
  [[nodiscard]] std::optional<std::size_t> find(Live& live, const Said& said);
  void matched(Live& live, std::size_t step, Timestamp now);
  void advance(Live& live, Timestamp now);
  void say(Live& live, const Step& step);
  [[nodiscard]] bool answer_probe(Live& live, const Said& said, Timestamp now);
  [[nodiscard]] bool is_probe(const Script& script, const Step& step);
  [[nodiscard]] std::optional<std::string> expected(const Live& live);
  void differ(Id id, const std::string& what);

  std::vector<Script> scripts_;
  std::map<std::uint32_t, std::size_t> open_;  // recorded connections, by number
  FrameCutter cutter_{[this](const RecordedFrame& frame) { take(frame); }};
  std::map<Id, Live> live_;
  MessageReader reader_;
  std::optional<std::string> difference_;
  Counts counts_;
};

}  // namespace tradewind::sim::recording
