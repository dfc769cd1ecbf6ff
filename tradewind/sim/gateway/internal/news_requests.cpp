#include "tradewind/sim/gateway/internal/news_requests.hpp"

#include "tradewind/sim/gateway/internal/client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {
namespace {

constexpr std::int32_t kHeadlinesMax = 300;

// "2026-01-05 14:30:15.0", "20260105 14:30:15" or "20260105-14:30:15", all of them UTC: the digits of a date and a time of
// day, in this order.
std::optional<Timestamp> parse_time(std::string_view text) {
  int digits[14] = {};
  std::size_t count = 0;
  const std::string_view whole = text.substr(0, text.find('.'));
  for (const char c : whole) {
    if (c >= '0' && c <= '9') {
      if (count == 14) return std::nullopt;
      digits[count++] = c - '0';
    } else if (c != '-' && c != ' ' && c != ':') {
      return std::nullopt;
    }
  }
  if (count != 14) return std::nullopt;
  const auto two = [&](std::size_t at) { return digits[at] * 10 + digits[at + 1]; };
  const CivilTime civil{two(0) * 100 + two(2), two(4), two(6), two(8), two(10), two(12)};
  return is_valid(civil) ? std::optional{from_civil_utc(civil)} : std::nullopt;
}

std::string time_text(Timestamp time) {
  const CivilTime c = civil_utc(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}.0", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

}  // namespace

void NewsRequests::providers(const tws::NewsProvidersRequest& /*request*/) {
  tws::NewsProviders answer;
  for (const NewsProvider& provider : client_.news().providers())
    answer.providers.push_back({.provider_code = provider.code, .provider_name = provider.name});
  client_.send(answer);
}

void NewsRequests::history(const tws::HistoricalNewsRequest& request) {
  const auto index = client_.universe().by_con_id(request.con_id);
  if (!index) return client_.error(request.req_id, 200, "No security definition has been found for the request");
  const std::vector<std::string_view> providers = client_.news().providers_in(request.provider_codes);
  if (providers.empty()) return client_.error(request.req_id, 10276, "News feed is not allowed.");
  Timestamp after;
  Timestamp until = client_.now();
  for (const auto& [text, bound] : {std::pair{request.start_date_time, &after}, {request.end_date_time, &until}}) {
    if (text.empty() || text == "null") continue;
    const auto time = parse_time(text);
    if (!time) {
      return client_.error(request.req_id, 321,
                           fmt::format("Error validating request.-'bW' : cause - Invalid date-time: {}", text));
    }
    *bound = *time;
  }
  until = std::min(until, client_.now());
  const std::int32_t most = request.total_results <= 0 ? kHeadlinesMax : std::min(request.total_results, kHeadlinesMax);
  // One more than wanted tells whether there are more.
  auto found = client_.news().headlines(client_.listings()[*index], providers, after, until, std::size_t(most) + 1);
  const bool has_more = found.size() > std::size_t(most);
  if (has_more) found.pop_back();
  for (const Headline& headline : found) {
    const std::string time = time_text(headline.time);
    client_.send(tws::HistoricalNews{.req_id = request.req_id,
                                     .time = time,
                                     .provider_code = headline.provider,
                                     .article_id = headline.article_id,
                                     .headline = headline.text});
  }
  client_.send(tws::HistoricalNewsEnd{.req_id = request.req_id, .has_more = has_more});
}

void NewsRequests::article(const tws::NewsArticleRequest& request) {
  if (!client_.news().has(request.provider_code))
    return client_.error(request.req_id, 10276, "News feed is not allowed.");
  const auto article =
      client_.news().article(request.provider_code, request.article_id, client_.listings(), client_.now());
  if (!article) return client_.error(request.req_id, 10172, "Failed to request news article:No data available");
  client_.send(tws::NewsArticle{.req_id = request.req_id, .article_type = 0, .article_text = *article});
}

void NewsRequests::bulletins(const tws::NewsBulletinsRequest& request) {
  told_until_ = client_.now();
  if (!request.all_messages) return;
  CivilTime midnight = client_.options().zone.local(client_.now());
  midnight.hour = midnight.minute = midnight.second = 0;
  const Timestamp today = client_.options().zone.instant(midnight);
  for (const Bulletin& bulletin : client_.news().bulletins(today, client_.now())) send(bulletin);
  for (const Bulletin& bulletin : client_.published_bulletins()) {
    if (bulletin.time >= today) send(bulletin);
  }
}

void NewsRequests::on_bulletin(const Bulletin& bulletin) {
  if (told_until_) send(bulletin);
}

std::optional<Timestamp> NewsRequests::wake_at() const {
  return told_until_ ? std::optional{client_.news().next_bulletin(*told_until_)} : std::nullopt;
}

void NewsRequests::wake(Timestamp now) {
  if (!told_until_) return;
  for (const Bulletin& bulletin : client_.news().bulletins(*told_until_, now)) send(bulletin);
  told_until_ = std::max(*told_until_, now);
}

void NewsRequests::send(const Bulletin& bulletin) {
  client_.send(tws::NewsBulletin{.news_msg_id = bulletin.id,
                                 .news_msg_type = bulletin.type,
                                 .news_message = bulletin.text,
                                 .originating_exch = bulletin.exchange});
}

}  // namespace tradewind::sim::gateway
