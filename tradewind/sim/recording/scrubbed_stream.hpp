#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/core/tws/frame_reader.hpp"
#include "tradewind/core/tws/recording/recording.hpp"
#include "tradewind/core/tws/wire.hpp"
#include "tradewind/sim/recording/scrubber.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tradewind::sim::recording {

// An entry of kind `dropped` begins so when the message was left out on purpose: what follows begins with a whole frame.
inline constexpr std::string_view kWithheld = "withheld: ";

// What all connections of a recording have in common.
struct Scrubbing {
  Scrubber scrubber;
  bool keeps_accounts = false;  // nothing is replaced or left out
  std::uint64_t frames = 0;  // written
  std::uint64_t withheld_frames = 0;
  std::uint64_t withheld_bytes = 0;
};

// Makes the entries of a recording out of what crosses one connection: one entry for each whole frame, with the time of its
// last byte, cleaned of account data. What is no frame, or cannot be cleaned, is not written; an entry says how much it was.
class ScrubbedStream {
 public:
  ScrubbedStream(Scrubbing& scrubbing, std::uint32_t connection, std::function<void(const tws::WireEntry&)> write);

  void opened(Now now);
  void received(Bytes bytes, Now now) { take(gateway_, bytes, now); }
  void sent(Bytes bytes, Now now) { take(client_, bytes, now); }
  void closed(std::string_view reason, Now now);

 private:
  struct Side {
    explicit Side(bool client) : is_client{client} {}
    bool is_client;
    tws::FrameReader reader{tws::kFrameSizeMax};
    std::uint64_t frames = 0;
    bool greeted = false;  // the client's "API" and a NUL have come
    std::string broken;  // why no frame can be found any more
    std::uint64_t unframed = 0;  // bytes since then
  };

  void take(Side& side, Bytes bytes, Now now);
  [[nodiscard]] bool take_prefix(Side& side);
  void frame(Side& side, Bytes payload, Now now);
  [[nodiscard]] Result<Bytes> clean(Side& side, Bytes payload);
  void breaks(Side& side, std::string why, Now now);
  void keep_unframed(Side& side, Bytes bytes, Now now);
  void withheld(const Side& side, std::uint64_t bytes, std::string_view why, Now now);
  void write(tws::WireEntry::Kind kind, Bytes data, Now now);

  Scrubbing& scrubbing_;
  std::uint32_t connection_;
  std::function<void(const tws::WireEntry&)> write_;
  Side client_{true};
  Side gateway_{false};
  int version_ = 0;
  ByteQueue entry_;
};

}  // namespace tradewind::sim::recording
