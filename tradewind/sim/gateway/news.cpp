#include "tradewind/sim/gateway/news.hpp"

#include "tradewind/core/base/rng.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <tuple>

namespace tradewind::sim::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Duration kHeadlineEvery = 3h;
constexpr Duration kBulletinEvery = 6h;
constexpr Duration kOldest = 366 * 24h;  // of a headline; a request without a start would never end otherwise

constexpr auto kHeadlines = std::to_array<std::string_view>({
    "{} sees steady demand in the quarter that has begun",
    "{} names a new head of operations",
    "{} confirms its outlook for the year",
    "Analysts lift their target for {} after a talk with its management",
    "Analysts lower their target for {} on higher costs",
    "{} opens a second site to meet orders",
    "{} buys back shares under the plan of last year",
    "Traders expect {} to move more than usual this week",
    "{} settles with a supplier out of court",
    "What {} said to investors, in five points",
});

struct Notice {
  std::string_view text, exchange;
};
constexpr auto kNotices = std::to_array<Notice>({
    {"Clearing reports of yesterday are available now.", "OCC"},
    {"The closing auction takes place at the usual time.", "NYSE"},
    {"New margin requirements for index futures apply from the next session on.", "CME"},
    {"Market data of this exchange may be late while a line is repaired.", "ISLAND"},
    {"A test of the disaster recovery site takes place at the weekend.", "ARCA"},
});

std::int64_t slot_of(Timestamp time, Duration length) {
  const std::int64_t slot = time.ns() / length.count();
  return time.ns() % length.count() < 0 ? slot - 1 : slot;
}

// Random numbers of one event alone, so that it is the same whenever it is asked for.
Rng rng_of(std::uint64_t seed, std::string_view who, std::uint64_t what, std::int64_t slot) {
  std::uint64_t mixed = seed;
  const auto add = [&mixed](std::uint64_t part) { mixed = Rng{mixed ^ part}.next(); };
  for (const char c : who) add(static_cast<unsigned char>(c));
  add(what);
  add(static_cast<std::uint64_t>(slot));
  return Rng{mixed};
}

Timestamp time_in(std::int64_t slot, Duration length, Rng& rng) {
  // Whole seconds: that is as exact as news are told.
  const auto seconds = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(length).count());
  return Timestamp::from_ns(slot * length.count()) + std::chrono::seconds{rng.below(seconds)};
}

std::string_view name_of(const venue::Listing& listing) {
  return listing.long_name.empty() ? std::string_view{listing.symbol} : std::string_view{listing.long_name};
}

}  // namespace

bool NewsArchive::has(std::string_view provider) const {
  return std::ranges::find(providers_, provider, &NewsProvider::code) != providers_.end();
}

std::vector<std::string_view> NewsArchive::providers_in(std::string_view list) const {
  std::vector<std::string_view> named;
  while (!list.empty()) {
    const std::string_view one = list.substr(0, std::min(list.find('+'), list.size()));
    if (has(one) && std::ranges::find(named, one) == named.end()) named.push_back(one);
    list.remove_prefix(std::min(one.size() + 1, list.size()));
  }
  return named;
}

Headline NewsArchive::headline(const venue::Listing& listing, std::string_view provider, std::int64_t slot) const {
  Rng rng = rng_of(seed_, provider, static_cast<std::uint32_t>(listing.con_id), slot);
  const Timestamp time = time_in(slot, kHeadlineEvery, rng);
  const std::string_view form = kHeadlines[rng.below(kHeadlines.size())];
  return {.time = time,
          .provider = std::string{provider},
          .article_id = fmt::format("{}${:08x}{:08x}", provider, static_cast<std::uint32_t>(listing.con_id),
                                    std::max<std::int64_t>(slot, 0)),
          .text = fmt::format(fmt::runtime(form), name_of(listing))};
}

std::vector<Headline> NewsArchive::headlines(const venue::Listing& listing, std::span<const std::string_view> providers,
                                             Timestamp after, Timestamp until, std::size_t most) const {
  after = std::max(after, until - kOldest);
  std::vector<Headline> found;
  for (const std::string_view provider : providers) {
    std::size_t count = 0;
    for (std::int64_t slot = slot_of(until, kHeadlineEvery); count < most && slot >= slot_of(after, kHeadlineEvery);
         --slot) {
      Headline made = headline(listing, provider, slot);
      if (made.time <= after || made.time > until) continue;
      found.push_back(std::move(made));
      ++count;
    }
  }
  std::ranges::sort(found, [](const Headline& one, const Headline& other) {
    return std::tie(other.time, one.article_id) < std::tie(one.time, other.article_id);  // the newest first
  });
  if (found.size() > most) found.resize(most);
  return found;
}

std::optional<Timestamp> NewsArchive::next_headline(const venue::Listing& listing,
                                                    std::span<const std::string_view> providers,
                                                    Timestamp after) const {
  std::optional<Timestamp> next;
  for (const std::string_view provider : providers) {
    for (std::int64_t slot = slot_of(after, kHeadlineEvery);; ++slot) {
      const Timestamp time = headline(listing, provider, slot).time;
      if (time <= after) continue;
      if (!next || time < *next) next = time;
      break;
    }
  }
  return next;
}

std::optional<std::string> NewsArchive::article(std::string_view provider, std::string_view article_id,
                                                std::span<const venue::Listing> listings, Timestamp now) const {
  const std::size_t digits = article_id.find('$') + 1;
  if (digits == 0 || article_id.size() != digits + 16) return std::nullopt;
  const auto hex = [&](std::size_t at) -> std::optional<std::uint32_t> {
    std::uint32_t value = 0;
    const char* first = article_id.data() + digits + at;
    const auto [end, error] = std::from_chars(first, first + 8, value, 16);
    return error == std::errc{} && end == first + 8 ? std::optional{value} : std::nullopt;
  };
  const auto con_id = hex(0);
  const auto slot = hex(8);
  if (!con_id || !slot) return std::nullopt;
  const auto listing = std::ranges::find(listings, static_cast<std::int32_t>(*con_id), &venue::Listing::con_id);
  if (listing == listings.end()) return std::nullopt;
  const Headline made = headline(*listing, provider, *slot);
  if (made.article_id != article_id || made.time > now) return std::nullopt;
  return fmt::format(
      "<html><body><h1>{}</h1><p>{}</p><p>{}. This article is made up, like the market it is about.</p>"
      "</body></html>",
      made.text, iso_text(made.time), made.text);
}

Bulletin NewsArchive::bulletin(std::int64_t slot) const {
  Rng rng = rng_of(seed_, "bulletin", 0, slot);
  const Timestamp time = time_in(slot, kBulletinEvery, rng);
  const Notice& notice = kNotices[rng.below(kNotices.size())];
  return {.time = time,
          .id = static_cast<std::int32_t>(slot),
          .type = 1,
          .text = std::string{notice.text},
          .exchange = std::string{notice.exchange}};
}

std::vector<Bulletin> NewsArchive::bulletins(Timestamp after, Timestamp until) const {
  std::vector<Bulletin> found;
  for (std::int64_t slot = slot_of(after, kBulletinEvery); slot <= slot_of(until, kBulletinEvery); ++slot) {
    Bulletin made = bulletin(slot);
    if (made.time > after && made.time <= until) found.push_back(std::move(made));
  }
  return found;
}

Timestamp NewsArchive::next_bulletin(Timestamp after) const {
  for (std::int64_t slot = slot_of(after, kBulletinEvery);; ++slot) {
    if (const Timestamp time = bulletin(slot).time; time > after) return time;
  }
}

}  // namespace tradewind::sim::gateway
