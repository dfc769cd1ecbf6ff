#include "tradewind/sim/gateway/internal/order_kinds.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tradewind::sim::gateway {
namespace {

constexpr std::string_view kAll = "BOND CFD CASH FUND FUT FOP OPT STK WAR BAG CRYPTO CMDTY BILL IOPT";
constexpr std::string_view kListed = "BOND CFD CASH FUT FOP OPT STK WAR BAG CRYPTO CMDTY BILL IOPT";
constexpr std::string_view kHeld = "BOND CFD CASH FUT FOP OPT STK WAR BAG CMDTY BILL IOPT";
constexpr std::string_view kUsual = "DAY GTC GTD IOC FOK DTC Minutes";
constexpr std::string_view kAuction = "DAY GTC GTD IOC FOK DTC Minutes OPG AUC";

constexpr auto kKinds = std::to_array<OrderKind>({
    {.word = "MKT", .security_types = kAll, .times_in_force = kAuction},
    {.word = "LMT",
     .pricing = Pricing::limit,
     .needs_limit = true,
     .security_types = kListed,
     .times_in_force = kAuction},
    {.word = "STP", .trigger = Trigger::stop, .needs_aux = true, .security_types = kHeld, .times_in_force = kUsual},
    {.word = "STP LMT",
     .pricing = Pricing::limit,
     .trigger = Trigger::stop,
     .needs_limit = true,
     .needs_aux = true,
     .security_types = kHeld,
     .times_in_force = kUsual},
    {.word = "STP PRT", .trigger = Trigger::stop, .needs_aux = true, .security_types = "FUT", .times_in_force = kUsual},
    {.word = "MKT PRT", .security_types = "FUT FOP", .times_in_force = kUsual},
    {.word = "MIT", .trigger = Trigger::touch, .needs_aux = true, .security_types = kHeld, .times_in_force = kUsual},
    {.word = "LIT",
     .pricing = Pricing::limit,
     .trigger = Trigger::touch,
     .needs_limit = true,
     .needs_aux = true,
     .security_types = kHeld,
     .times_in_force = kUsual},
    {.word = "TRAIL", .trigger = Trigger::trail, .security_types = kHeld, .times_in_force = kUsual},
    {.word = "TRAIL LIMIT",
     .pricing = Pricing::limit,
     .trigger = Trigger::trail,
     .security_types = kHeld,
     .times_in_force = kUsual},
    {.word = "MOC", .at_close = true, .security_types = "CFD FUT STK WAR CMDTY IOPT", .times_in_force = "DAY"},
    {.word = "LOC",
     .pricing = Pricing::limit,
     .needs_limit = true,
     .at_close = true,
     .security_types = "CFD FUT STK WAR CMDTY IOPT",
     .times_in_force = "DAY"},
    {.word = "MTL",
     .pricing = Pricing::to_limit,
     .security_types = "CFD FUT FOP OPT STK WAR CMDTY IOPT",
     .times_in_force = kAuction},
    {.word = "BOX TOP", .pricing = Pricing::to_limit, .security_types = "OPT", .times_in_force = kUsual},
    {.word = "REL", .pricing = Pricing::peg_primary, .security_types = "STK CFD OPT FUT", .times_in_force = kUsual},
    {.word = "PASSV REL", .pricing = Pricing::peg_primary, .security_types = "STK WAR", .times_in_force = kUsual},
    {.word = "PEG MKT", .pricing = Pricing::peg_market, .security_types = "STK", .times_in_force = kUsual},
    {.word = "PEG MID", .pricing = Pricing::peg_midpoint, .security_types = "STK", .times_in_force = kUsual},
    {.word = "PEG BEST",
     .pricing = Pricing::peg_primary,
     .needs_limit = true,
     .security_types = "STK",
     .times_in_force = kUsual},
    {.word = "PEG STK", .pricing = Pricing::peg_midpoint, .security_types = "OPT", .times_in_force = kUsual},
    {.word = "PEG BENCH", .pricing = Pricing::peg_midpoint, .security_types = "STK OPT", .times_in_force = kUsual},
    {.word = "MIDPRICE", .pricing = Pricing::peg_midpoint, .security_types = "STK", .times_in_force = kUsual},
    {.word = "VOL", .pricing = Pricing::peg_midpoint, .security_types = "FOP OPT", .times_in_force = kUsual},
    {.word = "SNAP MKT",
     .pricing = Pricing::peg_market,
     .snaps = true,
     .security_types = "STK",
     .times_in_force = kUsual},
    {.word = "SNAP MID",
     .pricing = Pricing::peg_midpoint,
     .snaps = true,
     .security_types = "STK",
     .times_in_force = kUsual},
    {.word = "SNAP PRIM",
     .pricing = Pricing::peg_primary,
     .snaps = true,
     .security_types = "STK",
     .times_in_force = kUsual},
    {.word = "REL + MKT", .security_types = "BAG", .times_in_force = kUsual},
    {.word = "REL + LMT",
     .pricing = Pricing::limit,
     .needs_limit = true,
     .security_types = "BAG",
     .times_in_force = kUsual},
    {.word = "LMT + MKT",
     .pricing = Pricing::limit,
     .needs_limit = true,
     .security_types = "BAG",
     .times_in_force = kUsual},
});

constexpr auto kLongNames = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"MARKET", "MKT"},
    {"LIMIT", "LMT"},
    {"STOP", "STP"},
    {"STOP LIMIT", "STP LMT"},
    {"STPLMT", "STP LMT"},
    {"TRAILLIMIT", "TRAIL LIMIT"},
    {"TRAIL LMT", "TRAIL LIMIT"},
    {"RELATIVE", "REL"},
    {"PEG PRIM", "REL"},
    {"PEGMKT", "PEG MKT"},
    {"PEGMID", "PEG MID"},
    {"PEGBEST", "PEG BEST"},
    {"PEGSTK", "PEG STK"},
    {"PEGBENCH", "PEG BENCH"},
});

}  // namespace

std::string_view short_type(std::string_view word) {
  const auto found = std::ranges::find(kLongNames, word, &std::pair<std::string_view, std::string_view>::first);
  return found == kLongNames.end() ? word : found->second;
}

const OrderKind* find_order_kind(std::string_view word) {
  auto found = std::ranges::find(kKinds, word, &OrderKind::word);
  if (found == kKinds.end()) found = std::ranges::find(kKinds, short_type(word), &OrderKind::word);
  return found == kKinds.end() ? nullptr : &*found;
}

bool has_word(std::string_view words, std::string_view word) {
  // They are short: a search for each blank would take longer.
  std::size_t begin = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != ' ') continue;
    if (words.substr(begin, i - begin) == word) return true;
    begin = i + 1;
  }
  return !words.empty() && words.substr(begin) == word;
}

bool is_time_in_force(std::string_view word) { return has_word("DAY GTC IOC GTD OPG FOK DTC AUC Minutes", word); }

std::optional<Side> side_of(std::string_view action) {
  if (action == "BUY" || action == "SLONG") return Side::buy;
  if (action == "SELL" || action == "SSHORT") return Side::sell;
  return std::nullopt;
}

}  // namespace tradewind::sim::gateway
