#include "tradewind/sim/venue/expiries.hpp"

#include "tradewind/sim/venue/calendar.hpp"

#include <fmt/format.h>

namespace tradewind::sim::venue {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month;
using std::chrono::year_month_day;

namespace {

sys_days or_thursday(sys_days friday) { return us_day_kind(friday) == DayKind::holiday ? friday - days{1} : friday; }

sys_days friday_from(sys_days day) { return day + (std::chrono::Friday - std::chrono::weekday{day}); }

}  // namespace

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
