#include "tradewind/core/client/chains/chain.hpp"

#include "tradewind/core/base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>
#include <tuple>

namespace tradewind::client::chains {
namespace {

template <class T>
void sort_and_unite(std::vector<T>& values) {
  std::ranges::sort(values);
  const auto rest = std::ranges::unique(values);
  values.erase(rest.begin(), rest.end());
}

Result<void> check(const ChainFilter& filter) {
  if (filter.exchange.empty())
    return fail(Errc::invalid_argument, "the filter names no exchange: the same options would come once for each");
  if (!filter.calls && !filter.puts) return fail(Errc::invalid_argument, "the filter wants neither calls nor puts");
  if (filter.expiry_from && filter.expiry_until && *filter.expiry_from > *filter.expiry_until)
    return fail(Errc::invalid_argument, fmt::format("the filter's expiries end on {}, before they begin on {}",
                                                    filter.expiry_until->text(), filter.expiry_from->text()));
  if (filter.strike_from && filter.strike_until && *filter.strike_from > *filter.strike_until)
    return fail(Errc::invalid_argument, fmt::format("the filter's strikes end at {}, before they begin at {}",
                                                    *filter.strike_until, *filter.strike_from));
  return {};
}

Int128 distance(Price a, Price b) {
  const Int128 difference = Int128{a.raw()} - b.raw();
  return difference < 0 ? -difference : difference;
}

std::span<const Price> strikes_of(const ChainRow& row, const ChainFilter& filter) {
  auto first = row.strikes.begin();
  auto last = row.strikes.end();
  if (filter.around && first != last) {
    // Among all strikes of the row, so that bounds narrow what is near and do not move it.
    const auto nearest = std::ranges::min_element(
        row.strikes, {}, [&](Price strike) { return distance(strike, filter.around->reference); });
    const auto side = filter.around->on_each_side;
    const auto below = std::min(side, static_cast<std::size_t>(nearest - first));
    const auto above = std::min(side, static_cast<std::size_t>(last - nearest) - 1);
    first = nearest - static_cast<std::ptrdiff_t>(below);
    last = nearest + static_cast<std::ptrdiff_t>(above) + 1;
  }
  if (filter.strike_from) first = std::lower_bound(first, last, *filter.strike_from);
  if (filter.strike_until) last = std::upper_bound(first, last, *filter.strike_until);
  return {first, last};
}

std::span<const Expiry> expiries_of(const ChainRow& row, const ChainFilter& filter) {
  auto first = row.expiries.begin();
  auto last = row.expiries.end();
  if (filter.expiry_from) first = std::lower_bound(first, last, *filter.expiry_from);
  if (filter.expiry_until) last = std::upper_bound(first, last, *filter.expiry_until);
  return {first, last};
}

std::string names(std::span<const ChainRow> rows, std::string ChainRow::* member) {
  std::set<std::string> all;
  for (const ChainRow& row : rows) all.insert(row.*member);
  std::string text;
  for (const std::string& each : all) text += (text.empty() ? "" : ", ") + each;
  return text.empty() ? "none" : text;
}

}  // namespace

Result<Expiry> Expiry::parse(std::string_view text) {
  const std::string_view date = text.substr(0, std::min(text.find(' '), text.size()));
  int value = 0;
  const auto [end, error] = std::from_chars(date.data(), date.data() + date.size(), value);
  const CivilTime civil{.year = value / 10'000, .month = value / 100 % 100, .day = value % 100};
  if (date.size() != 8 || error != std::errc{} || end != date.data() + date.size() || value < 0 || !is_valid(civil))
    return fail(Errc::malformed, fmt::format("expiry '{}' is not a date, yyyymmdd", text.substr(0, 32)));
  return Expiry{value};
}

std::string Expiry::text() const { return fmt::format("{:08}", yyyymmdd_); }

Result<Price> strike_price(double strike) {
  const auto price = Price::parse(fmt::format("{}", strike), Excess::noise);
  if (!price || price->raw() < 0)
    return fail(Errc::out_of_range, fmt::format("strike {} is not an exact price of zero or above", strike));
  return *price;
}

Result<ChainRow> chain_row(const tws::SecDefOptParameter& message) {
  ChainRow row{.exchange = std::string{message.exchange},
               .trading_class = std::string{message.trading_class},
               .multiplier = Multiplier::of(1),
               .underlying_con_id = message.underlying_con_id,
               .expiries = {},
               .strikes = {}};
  if (row.exchange.empty()) return fail(Errc::malformed, "securityDefinitionOptionParameter without an exchange");
  if (!message.multiplier.empty()) row.multiplier = TW_TRY(Multiplier::parse(message.multiplier));
  for (const std::string_view each : message.expirations) row.expiries.push_back(TW_TRY(Expiry::parse(each)));
  for (const double each : message.strikes) row.strikes.push_back(TW_TRY(strike_price(each)));
  sort_and_unite(row.expiries);
  sort_and_unite(row.strikes);
  return row;
}

std::string text_of(const Candidate& candidate) {
  return fmt::format("{} {} {} {} at {}", candidate.trading_class, candidate.expiry.text(), candidate.strike,
                     candidate.right, candidate.exchange);
}

Result<std::vector<Candidate>> select(std::span<const ChainRow> rows, const ChainFilter& filter) {
  TW_TRY_VOID(check(filter));
  std::vector<const ChainRow*> chosen;
  for (const ChainRow& row : rows) {
    const bool is_class = filter.trading_class.empty() || row.trading_class == filter.trading_class;
    if (row.exchange == filter.exchange && is_class) chosen.push_back(&row);
  }
  if (chosen.empty()) {
    return fail(Errc::not_found,
                fmt::format("no options of trading class '{}' on exchange '{}'; there are classes {} and "
                            "exchanges {}",
                            filter.trading_class, filter.exchange, names(rows, &ChainRow::trading_class),
                            names(rows, &ChainRow::exchange)));
  }

  const std::size_t rights = (filter.calls ? 1U : 0U) + (filter.puts ? 1U : 0U);
  std::size_t count = 0;
  for (const ChainRow* row : chosen)
    count += expiries_of(*row, filter).size() * strikes_of(*row, filter).size() * rights;
  if (count == 0) {
    return fail(Errc::not_found,
                fmt::format("the filter leaves no option of the {} rows on {}: widen its expiries or its "
                            "strikes",
                            chosen.size(), filter.exchange));
  }
  // Counted before anything is made, with rows that say the same counted twice: never too few.
  if (count > filter.contracts_max) {
    return fail(Errc::refused,
                fmt::format("the filter leaves {} options, more than the {} it allows: narrow its expiries "
                            "or its strikes, or raise contracts_max",
                            count, filter.contracts_max));
  }

  std::vector<Candidate> candidates;
  candidates.reserve(count);
  for (const ChainRow* row : chosen) {
    for (const Expiry expiry : expiries_of(*row, filter)) {
      for (const Price strike : strikes_of(*row, filter)) {
        for (const Right right : {Right::call, Right::put}) {
          if (right == Right::call ? !filter.calls : !filter.puts) continue;
          candidates.push_back({row->exchange, row->trading_class, row->multiplier, expiry, strike, right});
        }
      }
    }
  }
  const auto key = [](const Candidate& each) {
    return std::tie(each.trading_class, each.multiplier, each.expiry, each.strike, each.right);
  };
  std::ranges::sort(candidates, {}, key);
  const auto rest = std::ranges::unique(candidates);
  candidates.erase(rest.begin(), rest.end());
  return candidates;
}

}  // namespace tradewind::client::chains
