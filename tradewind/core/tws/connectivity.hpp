#pragma once

#include "tradewind/core/base/enum_names.hpp"
#include "tradewind/core/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tradewind::tws {

enum class FarmKind : std::uint8_t { market_data, historical, security_definition };
enum class FarmState : std::uint8_t {
  unknown,     // nothing heard, which is nothing against it: a gateway connects to farms when they are needed
  ok,
  idle,        // wakes on demand
  connecting,
  down,
};
struct Farm {
  FarmKind kind{};
  std::string name;
  FarmState state = FarmState::unknown;

  friend bool operator==(const Farm&, const Farm&) = default;
};

// Whether data of a farm can be trusted to flow.
enum class DataState : std::uint8_t {
  open,
  pending,    // the farm is being connected to
  competing,  // another session of the same user has the live data
  cut,        // the farm, or something between it and us, is down
};

// A time in which something may have been missed. Numbered in the order in which they began, from 1.
struct Gap {
  enum class Scope : std::uint8_t { all, farm, request };

  std::uint64_t number = 0;
  MonoTime from;
  bool began_earlier = false;  // `from` is only when we heard of it
  std::optional<MonoTime> until;  // nothing while it lasts
  std::int32_t cause = 0;  // the code that told us; 0: the connection was lost
  Scope scope = Scope::all;
  FarmKind farm_kind{};  // of a farm
  std::string farm;
  std::int32_t request_id = 0;  // of a request
};

// What an input has changed, and what has to be done about it.
struct Change {
  enum class Of : std::uint8_t {
    nothing,  // a repeat, or no business of ours
    socket,
    session,
    link,         // of the gateway to IB
    farm,
    competition,  // for the live data
    request,
  };

  Of of = Of::nothing;
  bool reconcile = false;  // ask for open orders, executions and positions
  bool resubscribe_all = false;
  std::optional<std::int32_t> restart_request;  // this one, and no other
  bool reconnect = false;  // close the connection and come back
  std::optional<std::uint16_t> port;  // there

  friend bool operator==(const Change&, const Change&) = default;
};

// Knows how far the connection reaches: socket, API session, the gateway's own link to IB, and each data farm; and where
// it did not, as gaps. Decides nothing but what each notice asks for. Fed with what the session says and with every
// `error` message.
//
//   1. A repeat is no change. 1100 may come 800 times in a night.
//   2. A farm's notice changes that farm and nothing else, and never ends a session.
//   3. Orders need the session and the link. After 1100 or 2110 they wait for 1101, 1102 or a new session. Neither has to
//      follow 2110, and nothing else is taken for proof that the link is back.
//   4. 1101 and 1102 ask for reconciling even when nobody said that the link was gone.
class Connectivity {
 public:
  static constexpr std::size_t kGapsMax = 256;  // older ones are forgotten, and counted
  static constexpr std::size_t kFarmsMax = 64;  // IB has about twenty
  static constexpr std::size_t kNameMax = 64;

  // --- Input ---
  Change connected(MonoTime now);
  // Accounts and order id have come.
  Change ready(MonoTime now);
  Change disconnected(MonoTime now);
  Change error(std::int32_t request_id, std::int32_t code, std::string_view text, MonoTime now);
  // Live data have come for some request: whoever competed for them is gone.
  Change live_data(MonoTime now);
  // A request that was restarted gives data again.
  Change restarted(std::int32_t request_id, MonoTime now);

  // --- What is known ---
  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] bool is_ready() const { return is_ready_; }
  // The gateway has IB, as far as it has said.
  [[nodiscard]] bool has_link() const { return is_ready_ && !link_lost_; }
  [[nodiscard]] bool orders_allowed() const { return has_link(); }
  [[nodiscard]] bool is_competing() const { return is_competing_; }
  [[nodiscard]] DataState data_state(FarmKind kind, std::string_view name) const;
  // In the order in which they were first heard of in this session.
  [[nodiscard]] const std::vector<Farm>& farms() const { return farms_; }
  // Oldest first.
  [[nodiscard]] const std::deque<Gap>& gaps() const { return gaps_; }
  [[nodiscard]] std::uint64_t gaps_forgotten() const { return gaps_forgotten_; }

 private:
  Change link_is_lost(std::int32_t code, MonoTime now);
  Change link_is_back(std::int32_t code, MonoTime now);
  Change farm_is(FarmKind kind, FarmState state, std::int32_t code, std::string_view text, MonoTime now);
  Gap& open_gap(MonoTime now, std::int32_t cause, Gap::Scope scope);
  template <class Which>
  bool close_gaps(MonoTime now, Which which);
  [[nodiscard]] std::size_t index_of(FarmKind kind, std::string_view name) const;

  bool is_connected_ = false;
  bool is_ready_ = false;
  bool was_ready_ = false;  // ever
  bool link_lost_ = false;
  bool is_competing_ = false;
  std::vector<Farm> farms_;
  std::deque<Gap> gaps_;
  std::uint64_t gaps_forgotten_ = 0;
  std::uint64_t next_number_ = 1;
};

// The name in a farm's notice, such as "usfarm" in "Market data farm connection is OK:usfarm"; empty when there is none.
[[nodiscard]] std::string_view farm_name(std::string_view text);
// The port in the text of 1300.
[[nodiscard]] std::optional<std::uint16_t> port_in(std::string_view text);

}  // namespace tradewind::tws

namespace tradewind {
template <>
inline constexpr auto kEnumNames<tws::FarmKind> = std::to_array<std::pair<tws::FarmKind, std::string_view>>(
    {{tws::FarmKind::market_data, "market data"},
     {tws::FarmKind::historical, "historical data"},
     {tws::FarmKind::security_definition, "security definitions"}});
template <>
inline constexpr auto kEnumNames<tws::FarmState> =
    std::to_array<std::pair<tws::FarmState, std::string_view>>({{tws::FarmState::unknown, "unknown"},
                                                                {tws::FarmState::ok, "ok"},
                                                                {tws::FarmState::idle, "idle"},
                                                                {tws::FarmState::connecting, "connecting"},
                                                                {tws::FarmState::down, "down"}});
template <>
inline constexpr auto kEnumNames<tws::DataState> =
    std::to_array<std::pair<tws::DataState, std::string_view>>({{tws::DataState::open, "open"},
                                                                {tws::DataState::pending, "pending"},
                                                                {tws::DataState::competing, "competing"},
                                                                {tws::DataState::cut, "cut"}});
}  // namespace tradewind
