#pragma once

#include "tradewind/core/base/time.hpp"
#include "tradewind/sim/gateway/services.hpp"
#include "tradewind/sim/venue/listing.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tradewind::sim::gateway {

struct Headline {
  Timestamp time;
  std::string provider;
  std::string article_id;  // "BRFG$0004…": says of which listing and when, so that nothing is stored
  std::string text;
};

// A message of an exchange or of IB to everybody.
struct Bulletin {
  Timestamp time;
  std::int32_t id = 0;
  std::int32_t type = 1;  // 1 news, 2 an exchange is closed, 3 it is open again
  std::string text;
  std::string exchange;
};

// Everything that was and will be in the news, as a function of the seed: each provider writes one article in three hours
// about each listing, and there is a bulletin every six.
class NewsArchive {
 public:
  NewsArchive(std::uint64_t seed, std::vector<NewsProvider> providers)
      : seed_{seed}, providers_{std::move(providers)} {}

  [[nodiscard]] const std::vector<NewsProvider>& providers() const { return providers_; }
  [[nodiscard]] bool has(std::string_view provider) const;
  // Those of "BRFG+DJNL" that there are, each once; their texts live as long as the list does.
  [[nodiscard]] std::vector<std::string_view> providers_in(std::string_view list) const;

  // What these providers wrote about a listing after `after` and not later than `until`: the newest first, `most` of them.
  [[nodiscard]] std::vector<Headline> headlines(const venue::Listing& listing,
                                                std::span<const std::string_view> providers, Timestamp after,
                                                Timestamp until, std::size_t most) const;
  // When the next one of these providers comes after `after`; never without any.
  [[nodiscard]] std::optional<Timestamp> next_headline(const venue::Listing& listing,
                                                       std::span<const std::string_view> providers,
                                                       Timestamp after) const;
  // An article as HTML; empty when there is none with this id or it is not written yet.
  [[nodiscard]] std::optional<std::string> article(std::string_view provider, std::string_view article_id,
                                                   std::span<const venue::Listing> listings, Timestamp now) const;

  // The bulletins after `after` and not later than `until`, the oldest first.
  [[nodiscard]] std::vector<Bulletin> bulletins(Timestamp after, Timestamp until) const;
  [[nodiscard]] Timestamp next_bulletin(Timestamp after) const;

 private:
  [[nodiscard]] Headline headline(const venue::Listing& listing, std::string_view provider, std::int64_t slot) const;
  [[nodiscard]] Bulletin bulletin(std::int64_t slot) const;

  std::uint64_t seed_;
  std::vector<NewsProvider> providers_;
};

}  // namespace tradewind::sim::gateway
