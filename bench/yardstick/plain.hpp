#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

// What the benchmarks use of the yardstick. It is a shared library of its own, because it is compiled with the flags that
// the vendor's client was compared with (-O3 -march=native): nothing compiled so may be linked into what we measure.
namespace tradewind::bench {

// `plain` over one stream of frames in memory, which outlives it.
class PlainDecoder {
 public:
  PlainDecoder(const char* stream, std::size_t size, int server_version);
  PlainDecoder(const PlainDecoder&) = delete;
  PlainDecoder& operator=(const PlainDecoder&) = delete;
  ~PlainDecoder();

  void pass();  // every message once
  // Over all passes so far.
  [[nodiscard]] double price_sum() const;
  [[nodiscard]] std::int64_t integer_sum() const;
  [[nodiscard]] std::uint64_t text_length() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// `plain` behind a socket: one message at a time.
class PlainReader {
 public:
  explicit PlainReader(int server_version);
  PlainReader(const PlainReader&) = delete;
  PlainReader& operator=(const PlainReader&) = delete;
  ~PlainReader();

  void message(const char* payload, std::size_t size);
  [[nodiscard]] std::uint64_t messages() const;
  [[nodiscard]] double last_price() const;  // of a tickPrice

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A limit order encoded by `plain`, `count` times, each with another id and price.
void encode_plain_orders(int count);

}  // namespace tradewind::bench
