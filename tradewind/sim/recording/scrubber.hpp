#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/result.hpp"
#include "tradewind/sim/recording/pseudonyms.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace tradewind::sim::recording {

// Takes account data out of messages. A message is read through the schema, so that every text in it is known by the name of
// its column; texts that hold account data are replaced where they lie, in text and protobuf alike, and everything else
// stays as it was, byte for byte. What the schema does not know is not kept in clear: a message that cannot be read is
// refused, and a text of an unknown field becomes as many x.
//
// Balances, positions and orders stay: they are what the recording is for.
class Scrubber {
 public:
  Scrubber();
  ~Scrubber();
  Scrubber(const Scrubber&) = delete;
  Scrubber& operator=(const Scrubber&) = delete;

  // The payload without account data, valid until the next call; an error says why it cannot be cleaned. The payload has the
  // readable bytes behind it that decoders ask for, as FrameReader gives it.
  [[nodiscard]] Result<Bytes> scrub(bool from_client, Bytes payload, int server_version);

  [[nodiscard]] const Pseudonyms& pseudonyms() const;
  // Texts of unknown fields that were made unreadable.
  [[nodiscard]] std::uint64_t masked() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tradewind::sim::recording
