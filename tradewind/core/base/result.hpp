#pragma once

#include "tradewind/core/base/enum_names.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tradewind {

// A code exists only where some caller acts differently on it; everything else is in the detail.
enum class Errc : std::uint8_t {
  invalid_argument,  // the caller's value is wrong: usage
  malformed,         // bytes or text from outside that do not follow their format
  out_of_range,      // well-formed, but does not fit our types or limits
  not_found,         // the thing named does not exist
  already_exists,    // the thing named exists and may not be replaced
  unavailable,       // try later: connection lost, port in use, locked by another process
  refused,           // a safety rule said no
  io,                // the operating system failed a read, write or sync
  corrupt,           // our own stored data fails its checks: stop beats guess
  unsupported,       // well-formed, and not something we do
};

template <>
inline constexpr auto kEnumNames<Errc> =
    std::to_array<std::pair<Errc, std::string_view>>({{Errc::invalid_argument, "invalid_argument"},
                                                      {Errc::malformed, "malformed"},
                                                      {Errc::out_of_range, "out_of_range"},
                                                      {Errc::not_found, "not_found"},
                                                      {Errc::already_exists, "already_exists"},
                                                      {Errc::unavailable, "unavailable"},
                                                      {Errc::refused, "refused"},
                                                      {Errc::io, "io"},
                                                      {Errc::corrupt, "corrupt"},
                                                      {Errc::unsupported, "unsupported"}});

// An operating error. `detail` is for people and logs: it names the place and the remedy, and is never parsed.
struct Error {
  Errc code{};
  std::string detail;
};

// std::expected is not [[nodiscard]] in our library; this is.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string detail) {
  return std::unexpected<Error>{Error{code, std::move(detail)}};
}

}  // namespace tradewind

// Evaluates to the value, or returns the error from the enclosing function. Not inside another TW_TRY, never in a
// coroutine.
#define TW_TRY(...)                                                 \
  __extension__({                                                   \
    auto&& tw_try_result = (__VA_ARGS__);                           \
    if (!tw_try_result.has_value()) {                               \
      return ::std::unexpected{::std::move(tw_try_result).error()}; \
    }                                                               \
    *::std::move(tw_try_result);                                    \
  })

// The same for a Result<void>.
#define TW_TRY_VOID(...)                                                  \
  do {                                                                    \
    if (auto tw_try_result = (__VA_ARGS__); !tw_try_result.has_value()) { \
      return ::std::unexpected{::std::move(tw_try_result).error()};       \
    }                                                                     \
  } while (false)
