#include "tradewind/sim/gateway/internal/event_calendar.hpp"

#include "tradewind/core/base/json.hpp"
#include "tradewind/core/base/rng.hpp"
#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr int kEventsMax = 100;

struct EventType {
  std::string_view tag, name;
  int every_days;
};
constexpr auto kTypes = std::to_array<EventType>({
    {"wshe_ed", "Earnings Date", 91},
    {"wshe_div", "Dividend", 91},
    {"wshe_bod", "Board of Directors Meeting", 61},
    {"wshe_asm", "Annual Shareholder Meeting", 365},
});

std::int64_t day_of(Timestamp time) { return time.ns() / Duration{24h}.count(); }
std::string date_of(std::int64_t day) {
  const CivilTime date = civil_utc(Timestamp::from_ns(day * Duration{24h}.count()));
  return fmt::format("{:04}{:02}{:02}", date.year, date.month, date.day);
}

bool is_date(std::string_view text) {
  return text.size() == 8 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A JSON object by its braces; what is in it selects nothing here.
bool is_object(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' && text[last] == '}';
}

struct Event {
  std::string date;
  const EventType* type = nullptr;
  std::int32_t con_id = 0;
};

// The events of a listing with these dates, which is those of a year where none are given.
void add_events(const Listing& listing, std::uint64_t seed, Timestamp now, std::string_view from, std::string_view to,
                std::vector<Event>& events) {
  for (const EventType& type : kTypes) {
    const auto length = static_cast<std::int64_t>(type.every_days);
    for (std::int64_t turn = (day_of(now) - 366) / length; turn <= (day_of(now) + 366) / length; ++turn) {
      Rng rng{seed ^ (static_cast<std::uint64_t>(listing.con_id) << 32) ^ (static_cast<std::uint64_t>(turn) << 8) ^
              static_cast<std::uint64_t>(&type - kTypes.data())};
      std::string date = date_of(turn * length + rng.between(0, 9));
      if (date < from || (!to.empty() && date > to)) continue;
      events.push_back({std::move(date), &type, listing.con_id});
    }
  }
}

}  // namespace

bool EventCalendar::is_allowed(std::int32_t request_id) {
  if (client_.options().services.corporate_events) return true;
  client_.error(request_id, 10276, "News feed is not allowed.");
  return false;
}

void EventCalendar::meta_data(const tws::WshMetaDataRequest& request) {
  if (!is_allowed(request.req_id)) return;
  JsonWriter json;
  json.begin_object().key("meta_data").begin_object().key("event_types").begin_array();
  for (const EventType& type : kTypes) {
    json.begin_object().member("tag", type.tag).member("name", type.name).end_object();
  }
  json.end_array().key("filters").begin_array().text("watchlist").text("country").text("limit").end_array();
  json.end_object().end_object();
  has_meta_data_ = true;
  client_.send(tws::WshMetaData{.req_id = request.req_id, .data_json = json.str()});
}

void EventCalendar::events(const tws::WshEventDataRequest& request) {
  if (!is_allowed(request.req_id)) return;
  if (!has_meta_data_) return client_.error(request.req_id, 10282, "WSH meta data not requested.");
  const auto fail = [&](std::string_view why) {
    client_.error(request.req_id, 10283, fmt::format("Failed to request WSH event data.{}", why));
  };
  for (const std::string_view date : {request.start_date, request.end_date}) {
    if (!date.empty() && !is_date(date)) return fail("Dates are yyyymmdd.");
  }
  std::vector<Event> events;
  const auto add = [&](std::uint32_t index) {
    add_events(client_.listings()[index], client_.options().seed, client_.now(), request.start_date, request.end_date,
               events);
  };
  if (request.con_id) {
    const auto index = client_.universe().by_con_id(*request.con_id);
    if (!index) return fail("Unknown contract.");
    add(*index);
  } else {
    if (!is_object(request.filter)) return fail("The filter is no JSON.");
    // What would be of a watch list or a portfolio is of the stocks listed here.
    for (std::uint32_t i = 0; i < client_.listings().size(); ++i) {
      if (client_.listings()[i].security_type == "STK") add(i);
    }
  }
  std::ranges::sort(events, {},
                    [](const Event& event) { return std::tuple{event.date, event.con_id, event.type->tag}; });
  const int limit = std::clamp(request.total_limit.value_or(kEventsMax), 1, kEventsMax);
  if (events.size() > static_cast<std::size_t>(limit)) events.resize(static_cast<std::size_t>(limit));
  JsonWriter json;
  json.begin_array();
  for (const Event& event : events) {
    json.begin_object().member("event_type", event.type->tag).member("event_name", event.type->name);
    json.member("conid", event.con_id).key("data").begin_object().member("date", event.date).end_object().end_object();
  }
  json.end_array();
  client_.send(tws::WshEventData{.req_id = request.req_id, .data_json = json.str()});
}

}  // namespace tradewind::sim::gateway
