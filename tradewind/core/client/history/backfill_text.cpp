// How a plan is written and read: lines of a word and its values, and a digest of them all at the end.
#include "tradewind/core/base/hash.hpp"
#include "tradewind/core/client/history/backfill_plan.hpp"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace tradewind::client::history {
namespace {

constexpr std::string_view kFirstLine = "tradewind back-fill 1";
constexpr std::string_view kSum = "sum ";
constexpr std::size_t kIntervalsMax = 1'000'000;

std::string digest_of(std::string_view text) {
  Digest64 digest;
  digest.mix(std::uint64_t{text.size()});
  for (const char each : text) digest.mix(std::uint64_t{static_cast<unsigned char>(each)});
  return fmt::format("{:016x}", digest.value());
}

std::unexpected<Error> corrupt(std::string_view what) {
  return fail(Errc::corrupt, fmt::format("saved back-fill: {}. Start the download again, or take an older copy", what));
}

// The series as one line each, so that a difference can be named.
std::string lines_of(const BackfillSeries& series) {
  return fmt::format("series {}\nbars {}\nshow {}\nrth {}\ntype {}\n", series.name, series.bar_size,
                     series.what_to_show, series.use_rth ? 1 : 0, series.sec_type);
}

class Lines {
 public:
  explicit Lines(std::string_view text) : text_{text} {}

  [[nodiscard]] bool done() const { return text_.empty(); }
  // The values of the next line when it begins with this word.
  std::optional<std::string_view> take(std::string_view word) {
    const std::size_t end = text_.find('\n');
    const std::string_view line = text_.substr(0, end);
    const bool is_it = end != std::string_view::npos && line.starts_with(word) && line.size() > word.size() &&
                       line[word.size()] == ' ';
    if (!is_it) return std::nullopt;
    text_.remove_prefix(end + 1);
    return line.substr(word.size() + 1);
  }

 private:
  std::string_view text_;
};

// Numbers with single blanks between them.
template <std::size_t kCount>
std::optional<std::array<std::int64_t, kCount>> numbers(std::optional<std::string_view> text) {
  if (!text) return std::nullopt;
  std::array<std::int64_t, kCount> values{};
  const char* at = text->data();
  const char* const end = at + text->size();
  for (std::size_t i = 0; i < kCount; ++i) {
    if (i > 0 && (at == end || *at++ != ' ')) return std::nullopt;
    const auto [stop, error] = std::from_chars(at, end, values[i]);
    if (error != std::errc{}) return std::nullopt;
    at = stop;
  }
  return at == end ? std::optional{values} : std::nullopt;
}

Result<std::vector<Interval>> read_missing(Lines& lines) {
  std::vector<Interval> missing;
  while (const auto line = lines.take("missing")) {
    const auto borders = numbers<2>(line);
    if (!borders || missing.size() == kIntervalsMax) return corrupt("an interval cannot be read");
    const Interval each{Timestamp::from_ns((*borders)[0]), Timestamp::from_ns((*borders)[1])};
    if (each.until <= each.from || (!missing.empty() && each.from < missing.back().until))
      return corrupt("its intervals are not in order");
    missing.push_back(each);
  }
  return missing;
}

}  // namespace

std::string BackfillPlan::saved() const {
  std::string text = fmt::format("{}\n{}", kFirstLine, lines_of(series_));
  for (const Interval& each : missing_)
    fmt::format_to(std::back_inserter(text), "missing {} {}\n", each.from.ns(), each.until.ns());
  fmt::format_to(std::back_inserter(text), "empty {}\ntaken {}\nstate {}\nwhy {}\n", empty_span_.count(), bars_taken_,
                 state_, why_);
  return text + std::string{kSum} + digest_of(text) + "\n";
}

Result<BackfillPlan> BackfillPlan::restore(std::string_view text, const BackfillSeries& series,
                                           const BackfillOptions& options) {
  if (!text.starts_with(kFirstLine) || !text.substr(kFirstLine.size()).starts_with('\n'))
    return corrupt("it does not begin as one of version 1");
  const std::size_t sum = text.rfind(kSum);
  if (sum == std::string_view::npos || text.substr(sum) != std::string{kSum} + digest_of(text.substr(0, sum)) + "\n")
    return corrupt("its digest does not agree, so it is cut off or was changed");
  std::string_view body = text.substr(kFirstLine.size() + 1, sum - kFirstLine.size() - 1);
  const std::string expected = lines_of(series);
  if (!body.starts_with(expected)) {
    return fail(Errc::invalid_argument,
                fmt::format("the saved back-fill is of another series. It has:\n{}and wanted is:\n{}",
                            body.substr(0, std::min(body.find("missing"), body.find("empty"))), expected));
  }
  Lines lines{body.substr(expected.size())};
  BackfillPlan plan{series, options};
  plan.missing_ = TW_TRY(read_missing(lines));
  const auto empty = numbers<1>(lines.take("empty"));
  const auto taken = numbers<1>(lines.take("taken"));
  const auto state = parse_enum<BackfillState>(lines.take("state").value_or(""));
  const auto why = lines.take("why");
  const bool is_whole = empty && taken && state && why && lines.done();
  if (!is_whole) return corrupt("a line is missing or too many");
  if ((*state == BackfillState::complete) != plan.missing_.empty())
    return corrupt("its state does not agree with what is missing");
  plan.empty_span_ = Duration{(*empty)[0]};
  plan.bars_taken_ = static_cast<std::uint64_t>((*taken)[0]);
  plan.state_ = *state;
  plan.why_ = *why;
  return plan;
}

}  // namespace tradewind::client::history
