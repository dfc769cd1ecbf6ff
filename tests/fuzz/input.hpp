#pragma once

#include "tradewind/core/base/bytes.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/core/tws/wire.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::fuzz {

// What the bytes of a fuzzer's input mean: three bytes of circumstances, then the stream as the hostile peer sends it.
struct Input {
  std::uint8_t version = 0;  // the server version, as a place in kVersions (modulo its length)
  std::uint8_t flags = 0;
  std::uint8_t cuts = 0;  // how the stream is cut into pieces: 0 not at all, 1 by frames, else a seed
  std::vector<std::string> frames;  // payloads; each travels behind its length
  std::string tail;  // what comes behind the last whole frame

  static constexpr std::uint8_t kLibrary = 2;   // the client is the client library, not the engine
  static constexpr std::uint8_t kRawStart = 1;  // the stream begins with the handshake; otherwise we have done it

  [[nodiscard]] static Input parse(std::string_view bytes);
  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] std::string stream() const;
  [[nodiscard]] int server_version() const;
};

// Calls `use` with each piece of the stream.
template <class Use>
void for_each_piece(const Input& input, Use&& use) {
  const std::string stream = input.stream();
  Rng rng{input.cuts};
  std::size_t frame = 0;
  for (std::size_t at = 0; at < stream.size();) {
    std::size_t size = stream.size() - at;
    if (input.cuts == 1 && frame < input.frames.size()) size = 4 + input.frames[frame++].size();
    if (input.cuts > 1) size = std::min<std::size_t>(size, 1 + rng.below(rng.one_in(4) ? 8 : 400));
    use(Bytes{as_bytes(stream)}.subspan(at, size));
    at += size;
  }
}

// Changes inputs so that most frames stay well formed: it knows frames, fields and messages. `change_bytes` is the
// plain part: it changes `size` bytes in place (up to `size_max`) and returns the new size; in a fuzzer that is
// libFuzzer's own mutation, with its dictionary and its table of recent comparisons.
class Mutator {
 public:
  using ChangeBytes = std::function<std::size_t(std::uint8_t* data, std::size_t size, std::size_t size_max)>;

  Mutator(tws::Direction direction, std::uint64_t seed, ChangeBytes change_bytes);

  // One change, at most `size_max` bytes afterwards.
  [[nodiscard]] std::string mutated(std::string_view bytes, std::size_t size_max);
  // Frames of both, under the circumstances of the first.
  [[nodiscard]] std::string crossed(std::string_view first, std::string_view second, std::size_t size_max);

 private:
  void change(Input& input);
  void insert_message(Input& input);
  void change_payload(std::string& payload, std::size_t keep);
  void change_field(Input& input, std::string& payload);
  void change_order(Input& input);
  void change_circumstances(Input& input);
  [[nodiscard]] std::string& any_frame(Input& input) { return input.frames[rng_.below(input.frames.size())]; }
  void fit(Input& input, std::size_t size_max);

  tws::Direction direction_;
  Rng rng_;
  ChangeBytes change_bytes_;
};

// Where the fields of a payload begin and end, the message id not among them (for text payloads).
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;  // of the field's characters; its NUL follows
};
[[nodiscard]] std::vector<Span> text_fields(std::string_view payload, int server_version);

}  // namespace tradewind::fuzz
