#include "tradewind/core/tws/connectivity.hpp"

#include <algorithm>
#include <charconv>

namespace tradewind::tws {
namespace {

// "No market data during competing live session."
constexpr std::int32_t kCompeting = 10197;

}  // namespace

std::string_view farm_name(std::string_view text) {
  // "... is OK:usfarm", and for sleeping ones "... should be available upon demand.usfarm.nj". Names may have dots.
  constexpr std::string_view kDemand = "demand.";
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos) text.remove_prefix(colon + 1);
  else if (const auto demand = text.find(kDemand); demand != std::string_view::npos)
    text.remove_prefix(demand + kDemand.size());
  else return {};
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text.substr(0, Connectivity::kNameMax);
}

std::optional<std::uint16_t> port_in(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  const std::size_t last = text.find_last_of(kDigits);
  if (last == std::string_view::npos) return std::nullopt;
  const std::size_t before = text.find_last_not_of(kDigits, last);
  const std::string_view number = text.substr(before + 1, last - before);  // npos + 1 is 0
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), port);
  if (error != std::errc{} || port == 0) return std::nullopt;
  return port;
}

// --- The session ---

Change Connectivity::connected(MonoTime /*now*/) {
  if (is_connected_) return {};
  is_connected_ = true;
  return {.of = Change::Of::socket};
}

Change Connectivity::ready(MonoTime now) {
  if (is_ready_) return {};
  is_connected_ = is_ready_ = was_ready_ = true;
  // A gateway may say before that it has no link.
  if (!link_lost_) close_gaps(now, [](const Gap& gap) { return gap.scope == Gap::Scope::all; });
  return {.of = Change::Of::session, .reconcile = true, .resubscribe_all = true};
}

Change Connectivity::disconnected(MonoTime now) {
  if (!is_connected_) return {};
  const bool had_link = has_link();
  const bool was_session = is_ready_;
  is_connected_ = is_ready_ = is_competing_ = false;
  farms_.clear();
  // What lay in parts lies as a whole now. A gap that was open for everything goes on.
  close_gaps(now, [](const Gap& gap) { return gap.scope != Gap::Scope::all || gap.cause == kCompeting; });
  if (had_link) open_gap(now, 0, Gap::Scope::all);
  link_lost_ = false;
  return {.of = was_session ? Change::Of::session : Change::Of::socket};
}

// --- Notices ---

Change Connectivity::error(std::int32_t request_id, std::int32_t code, std::string_view text, MonoTime now) {
  is_connected_ = true;  // or it would not have come
  switch (code) {
    case 1100:
    case 2110:
      return link_is_lost(code, now);
    case 1101:
    case 1102:
      return link_is_back(code, now);
    case 1300:
      return {.of = Change::Of::socket, .reconnect = true, .port = port_in(text)};
    case 2103:
      return farm_is(FarmKind::market_data, FarmState::down, code, text, now);
    case 2104:
      return farm_is(FarmKind::market_data, FarmState::ok, code, text, now);
    case 2108:
      return farm_is(FarmKind::market_data, FarmState::idle, code, text, now);
    case 2119:
      return farm_is(FarmKind::market_data, FarmState::connecting, code, text, now);
    case 2105:
      return farm_is(FarmKind::historical, FarmState::down, code, text, now);
    case 2106:
      return farm_is(FarmKind::historical, FarmState::ok, code, text, now);
    case 2107:
      return farm_is(FarmKind::historical, FarmState::idle, code, text, now);
    case 2157:
      return farm_is(FarmKind::security_definition, FarmState::down, code, text, now);
    case 2158:
      return farm_is(FarmKind::security_definition, FarmState::ok, code, text, now);
    case 10182: {
      const auto same = [request_id](const Gap& gap) {
        return !gap.until && gap.scope == Gap::Scope::request && gap.request_id == request_id;
      };
      if (request_id <= 0 || std::ranges::any_of(gaps_, same)) return {};
      open_gap(now, code, Gap::Scope::request).request_id = request_id;
      return {.of = Change::Of::request, .restart_request = request_id};
    }
    case kCompeting:
      if (is_competing_) return {};
      is_competing_ = true;
      open_gap(now, code, Gap::Scope::all);
      return {.of = Change::Of::competition};
    default:
      return {};
  }
}

Change Connectivity::link_is_lost(std::int32_t code, MonoTime now) {
  if (link_lost_) return {};
  link_lost_ = true;
  if (was_ready_) open_gap(now, code, Gap::Scope::all);
  return {.of = Change::Of::link};
}

Change Connectivity::link_is_back(std::int32_t code, MonoTime now) {
  const bool was_lost = std::exchange(link_lost_, false);
  if (!was_lost && was_ready_) {
    // Nobody told us that it was gone: what was missed, and since when, is not known.
    Gap& gap = open_gap(now, code, Gap::Scope::all);
    gap.began_earlier = true;
    gap.until = now;
  }
  close_gaps(now, [](const Gap& gap) { return gap.scope == Gap::Scope::all && gap.cause != kCompeting; });
  return {.of = was_lost ? Change::Of::link : Change::Of::nothing, .reconcile = true, .resubscribe_all = code == 1101};
}

Change Connectivity::farm_is(FarmKind kind, FarmState state, std::int32_t code, std::string_view text, MonoTime now) {
  const std::string_view name = farm_name(text);
  const std::size_t index = index_of(kind, name);
  if (index == farms_.size()) {
    if (farms_.size() >= kFarmsMax) return {};
    farms_.push_back({kind, std::string{name}, FarmState::unknown});
  }
  if (std::exchange(farms_[index].state, state) == state) return {};
  const auto same = [&](const Gap& gap) {
    return gap.scope == Gap::Scope::farm && gap.farm_kind == kind && gap.farm == name;
  };
  if (state == FarmState::down) {
    const bool is_open = std::ranges::any_of(gaps_, [&](const Gap& gap) { return !gap.until && same(gap); });
    if (!is_open) {
      Gap& gap = open_gap(now, code, Gap::Scope::farm);
      gap.farm_kind = kind;
      gap.farm = name;
    }
  } else if (state != FarmState::connecting) {  // which is not there yet
    close_gaps(now, same);
  }
  return {.of = Change::Of::farm};
}

Change Connectivity::live_data(MonoTime now) {
  if (!is_competing_) return {};
  is_competing_ = false;
  close_gaps(now, [](const Gap& gap) { return gap.cause == kCompeting; });
  return {.of = Change::Of::competition};
}

Change Connectivity::restarted(std::int32_t request_id, MonoTime now) {
  const bool was_open = close_gaps(
      now, [request_id](const Gap& gap) { return gap.scope == Gap::Scope::request && gap.request_id == request_id; });
  return {.of = was_open ? Change::Of::request : Change::Of::nothing};
}

// --- What is known ---

DataState Connectivity::data_state(FarmKind kind, std::string_view name) const {
  const auto found = index_of(kind, name);
  const Farm* farm = found < farms_.size() ? &farms_[found] : nullptr;
  if (!has_link() || (farm != nullptr && farm->state == FarmState::down)) return DataState::cut;
  if (is_competing_ && kind == FarmKind::market_data) return DataState::competing;
  if (farm != nullptr && farm->state == FarmState::connecting) return DataState::pending;
  return DataState::open;
}

// Past the end when nothing has been heard of it.
std::size_t Connectivity::index_of(FarmKind kind, std::string_view name) const {
  const auto found =
      std::ranges::find_if(farms_, [&](const Farm& farm) { return farm.kind == kind && farm.name == name; });
  return static_cast<std::size_t>(found - farms_.begin());
}

Gap& Connectivity::open_gap(MonoTime now, std::int32_t cause, Gap::Scope scope) {
  if (gaps_.size() == kGapsMax) {
    gaps_.pop_front();
    ++gaps_forgotten_;
  }
  Gap gap;
  gap.number = next_number_++;
  gap.from = now;
  gap.cause = cause;
  gap.scope = scope;
  return gaps_.emplace_back(std::move(gap));
}

template <class Which>
bool Connectivity::close_gaps(MonoTime now, Which which) {
  bool any = false;
  for (Gap& gap : gaps_) {
    if (gap.until || !which(gap)) continue;
    gap.until = now;
    any = true;
  }
  return any;
}

}  // namespace tradewind::tws
