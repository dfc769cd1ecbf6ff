#include "tradewind/sim/venue/expiries.hpp"

#include <fmt/format.h>

namespace tradewind::sim::venue {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month;
using std::chrono::year_month_day;

namespace {

// Easter Sunday of the Gregorian calendar, by the method known as Meeus, Jones and Butcher.
sys_days easter(int year) {
  const int golden = year % 19;
  const int century = year / 100;
  const int skipped = century / 4;
  const int epact = (19 * golden + century - skipped - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
  const int weekday = (32 + 2 * (century % 4) + 2 * (year % 100 / 4) - epact - year % 100 % 4) % 7;
  const int correction = (golden + 11 * epact + 22 * weekday) / 451;
  const int sum = epact + weekday - 7 * correction + 114;
  return year_month_day{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(sum / 31)},
                        std::chrono::day{static_cast<unsigned>(sum % 31 + 1)}};
}

sys_days or_thursday(sys_days friday) { return is_holiday_friday(friday) ? friday - days{1} : friday; }

sys_days friday_from(sys_days day) { return day + (std::chrono::Friday - std::chrono::weekday{day}); }

}  // namespace

bool is_holiday_friday(sys_days friday) {
  const year_month_day date{friday};
  const auto month = unsigned{date.month()};
  const auto day = unsigned{date.day()};
  if (friday == easter(int{date.year()}) - days{2}) return true;  // Good Friday
  // Holidays on a Saturday are kept on the Friday before, but for New Year's Day.
  return (month == 1 && day == 1) || (month == 6 && (day == 18 || day == 19)) ||
         (month == 7 && (day == 3 || day == 4)) || (month == 12 && (day == 24 || day == 25));
}

sys_days monthly_expiry(year_month month) { return or_thursday(sys_days{month / std::chrono::Friday[3]}); }

std::vector<sys_days> weekly_expiries(sys_days day, int weeks) {
  std::vector<sys_days> expiries;
  for (sys_days friday = friday_from(day); std::ssize(expiries) < weeks; friday += days{7}) {
    if (or_thursday(friday) >= day) expiries.push_back(or_thursday(friday));
  }
  return expiries;
}

std::vector<sys_days> monthly_expiries(sys_days day, int months) {
  std::vector<sys_days> expiries;
  const year_month_day date{day};
  for (year_month month = date.year() / date.month(); std::ssize(expiries) < months; month += std::chrono::months{1}) {
    if (monthly_expiry(month) >= day) expiries.push_back(monthly_expiry(month));
  }
  return expiries;
}

std::vector<sys_days> quarterly_expiries(sys_days day, int quarters) {
  std::vector<sys_days> expiries;
  const year_month_day date{day};
  for (year_month month = date.year() / date.month(); std::ssize(expiries) < quarters;
       month += std::chrono::months{1}) {
    if (unsigned{month.month()} % 3 == 0 && monthly_expiry(month) >= day) expiries.push_back(monthly_expiry(month));
  }
  return expiries;
}

std::string compact_date(sys_days day) {
  const year_month_day date{day};
  return fmt::format("{:04}{:02}{:02}", int{date.year()}, unsigned{date.month()}, unsigned{date.day()});
}

sys_days date_in(Timestamp time, const TimeZone& zone) {
  const CivilTime local = zone.local(time);
  return year_month_day{std::chrono::year{local.year}, std::chrono::month{static_cast<unsigned>(local.month)},
                        std::chrono::day{static_cast<unsigned>(local.day)}};
}

Timestamp instant_on(sys_days day, std::chrono::minutes of_day, const TimeZone& zone) {
  const year_month_day date{day};
  return zone.instant({.year = int{date.year()},
                       .month = static_cast<int>(unsigned{date.month()}),
                       .day = static_cast<int>(unsigned{date.day()}),
                       .hour = static_cast<int>(of_day.count() / 60),
                       .minute = static_cast<int>(of_day.count() % 60),
                       .second = 0});
}

}  // namespace tradewind::sim::venue
