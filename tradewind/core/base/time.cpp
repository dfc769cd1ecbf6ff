#include "tradewind/core/base/time.hpp"

#include "tradewind/core/base/check.hpp"

#include <charconv>

namespace tradewind {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::int64_t floor_divide(std::int64_t value, std::int64_t divisor) {
  const std::int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

}  // namespace

CivilTime civil_utc(Timestamp time) noexcept {
  const std::int64_t seconds = floor_divide(time.ns(), kNsPerSecond);
  const std::int64_t days = floor_divide(seconds, 86'400);
  const auto of_day = static_cast<int>(seconds - days * 86'400);
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return {int{date.year()},
          static_cast<int>(unsigned{date.month()}),
          static_cast<int>(unsigned{date.day()}),
          of_day / 3600,
          of_day / 60 % 60,
          of_day % 60};
}

bool is_valid(const CivilTime& civil) noexcept {
  if (civil.month < 1 || civil.day < 1 || civil.year < 1678 || civil.year > 2261) return false;
  const std::chrono::year_month_day date{std::chrono::year{civil.year},
                                         std::chrono::month{static_cast<unsigned>(civil.month)},
                                         std::chrono::day{static_cast<unsigned>(civil.day)}};
  return date.ok() && civil.hour >= 0 && civil.hour < 24 && civil.minute >= 0 && civil.minute < 60 &&
         civil.second >= 0 && civil.second < 60;
}

Timestamp from_civil_utc(const CivilTime& civil) noexcept {
  TW_CHECK(is_valid(civil));
  const std::chrono::year_month_day date{std::chrono::year{civil.year},
                                         std::chrono::month{static_cast<unsigned>(civil.month)},
                                         std::chrono::day{static_cast<unsigned>(civil.day)}};
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return Timestamp::from_ns((days * 86'400 + civil.hour * 3600 + civil.minute * 60 + civil.second) * kNsPerSecond);
}

std::string iso_text(Timestamp time) {
  const CivilTime civil = civil_utc(time);
  const std::int64_t fraction = time.ns() - floor_divide(time.ns(), kNsPerSecond) * kNsPerSecond;
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month, civil.day, civil.hour,
                                 civil.minute, civil.second);
  if (fraction != 0) {
    text += fmt::format(".{:09}", fraction);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "Z";
}

std::string ib_utc_text(Timestamp time) {
  const CivilTime civil = civil_utc(time);
  return fmt::format("{:04}{:02}{:02}-{:02}:{:02}:{:02}", civil.year, civil.month, civil.day, civil.hour, civil.minute,
                     civil.second);
}

Result<CivilTime> parse_date(std::string_view text) {
  CivilTime civil;
  const auto number = [&](std::size_t at, std::size_t count, int& out) {
    const char* end = text.data() + at + count;
    const auto [stop, error] = std::from_chars(text.data() + at, end, out);
    return error == std::errc{} && stop == end && text[at] != '-';
  };
  const bool form = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (!form || !number(0, 4, civil.year) || !number(5, 2, civil.month) || !number(8, 2, civil.day) ||
      !is_valid(civil)) {
    return fail(Errc::malformed, fmt::format("'{}' is not a date: write YYYY-MM-DD", text.substr(0, 32)));
  }
  return civil;
}

}  // namespace tradewind
