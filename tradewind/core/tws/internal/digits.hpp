#pragma once

#include <cstdint>
#include <cstring>

// Eight characters at a time. For .cpp files of core/tws only.
namespace tradewind::tws::digits {

inline constexpr std::uint64_t kEach = 0x0101010101010101;
inline constexpr std::int64_t kPowersOfTen[] = {1,       10,        100,        1'000,       10'000,
                                                100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};

[[nodiscard]] inline std::uint64_t load(const char* text) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text, sizeof bytes);
  return bytes;
}

// The first `size` (1 to 8) of these characters: digits as 0 to 9, the last one in the highest byte, zeros before the first.
[[nodiscard]] inline std::uint64_t aligned(std::uint64_t characters, std::size_t size) {
  return (characters ^ (kEach * '0')) << (64 - 8 * size);
}
[[nodiscard]] inline bool are_all(std::uint64_t aligned) {
  return (((aligned + kEach * 0x76) | aligned) & (kEach * 0x80)) == 0;
}
[[nodiscard]] inline std::int64_t number(std::uint64_t aligned) {
  aligned = (aligned * 2561) >> 8;
  aligned = ((aligned & 0x00ff00ff00ff00ff) * 6'553'601) >> 16;
  return static_cast<std::int64_t>(((aligned & 0x0000ffff0000ffff) * 42'949'672'960'001) >> 32);
}

// A number without sign in the first `size` (1 to 8) of these characters: its digits, and how many of them stand behind the
// point. False for everything that is not digits, with or without a point behind the first of them.
[[nodiscard]] inline bool parts(std::uint64_t characters, std::size_t size, std::int64_t& mantissa, int& places) {
  const std::uint64_t all = aligned(characters, size);
  if (are_all(all)) {
    mantissa = number(all);
    places = 0;
    return true;
  }
  if (static_cast<char>(characters) == '.') return false;
  // What is before the point moves up by one byte, into the point's.
  const std::uint64_t other = all ^ (kEach * ('.' ^ '0'));
  const std::uint64_t points = ~(((other & (kEach * 0x7f)) + kEach * 0x7f) | other | kEach * 0x7f);
  if (points == 0) return false;
  const std::uint64_t up_to_point = points ^ (points - 1);
  const std::uint64_t without = (all & ~up_to_point) | (all & (up_to_point >> 8)) << 8;
  if (!are_all(without)) return false;
  mantissa = number(without);
  places = 7 - (__builtin_ctzll(points) >> 3);
  return true;
}

// How many characters are before the first NUL; 8 when it is not among these.
[[nodiscard]] inline std::size_t size_of(std::uint64_t characters) {
  const std::uint64_t nul = (characters - kEach) & ~characters & (kEach * 0x80);
  return nul == 0 ? 8 : static_cast<std::size_t>(__builtin_ctzll(nul)) >> 3;
}

// The same for a field of text that ends with NUL; its size, or 0 when it is longer or anything else. 9 bytes must be
// readable.
[[nodiscard]] inline std::size_t field(const char* text, std::int64_t& mantissa, int& places) {
  const std::uint64_t characters = load(text);
  const std::size_t size = size_of(characters);
  if (size == 0 || text[size] != '\0' || !parts(characters, size, mantissa, places)) return 0;
  return size;
}

}  // namespace tradewind::tws::digits
