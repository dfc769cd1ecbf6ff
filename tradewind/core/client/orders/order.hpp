#pragma once

#include "tradewind/core/client/orders/algos.hpp"
#include "tradewind/core/client/orders/conditions.hpp"
#include "tradewind/core/client/orders/order_types.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tradewind::client::orders {

// An amount of money instead of a quantity; for forex, crypto and funds.
struct CashQuantity {
  Amount amount;
};

// A hedge of the parent order: its size follows from the parent's.
struct DeltaHedge {};
struct BetaHedge {
  Fraction beta;
};
struct FxHedge {};
struct PairHedge {
  Fraction ratio;
};
struct Hedge {
  std::variant<DeltaHedge, BetaHedge, FxHedge, PairHedge> kind;
  bool own_price = false;            // not the automatic price of hedges
  std::optional<int> max_size = {};  // server version 223
};
using Size = std::variant<Quantity, CashQuantity, Hedge>;

struct Iceberg {
  int display_size;
};
struct HiddenOrder {};

struct OcaGroup {
  std::string name;  // unique for ever in the account
  OcaType type;
};

// For advisors: a group, or an account of one's own.
struct AdvisorGroup {
  std::string group;
  std::string method = {};
  std::string percentage = {};
};

struct ShortSaleFromClearingFirm {};
struct ShortSaleFromElsewhere {
  std::string location;
};
struct ShortSale {
  std::variant<ShortSaleFromClearingFirm, ShortSaleFromElsewhere> stock;
  int exempt_code = -1;
};
struct SellLong {};

struct Clearing {
  std::string account = {};
  std::string intent = {};  // IB, Away or PTA
  std::string settling_firm = {};
};

struct Mifid {
  std::string decision_maker = {};
  std::string decision_algo = {};
  std::string execution_trader = {};
  std::string execution_algo = {};
};
struct SoftDollars {
  std::string name;
  std::string value;
};

struct ScaleAdjustment {
  Price value;
  int interval_seconds;
};
struct ScaleProfit {
  Price offset;
  bool auto_reset = false;
};
struct Scale {
  int initial_size;
  Price increment;
  std::optional<int> subsequent_size = {};
  std::optional<ScaleAdjustment> adjust = {};
  std::optional<ScaleProfit> profit = {};
  std::optional<int> initial_position = {};
  std::optional<int> initial_fill = {};
  bool random_percent = false;
};
// Levels stated one by one.
struct ScaleTable {
  std::string table;
};

// Stop loss and profit taker as set up in the gateway's presets; the ids are fresh ones of this client.
struct AttachedPresets {
  std::optional<OrderId> stop_loss = {};
  std::optional<OrderId> profit_taker = {};
};

// All that an order may have besides side, size, type and time. Nothing of it is needed. Comments name the server version
// a field needs where sessions may be older.
struct Attributes {
  std::variant<std::monostate, Account, AdvisorGroup> allocation = {};  // needed on a login with several accounts
  std::string model_code = {};
  std::string reference = {};  // orderRef, returned with every report
  std::optional<OrderId> parent = {};
  std::optional<OcaGroup> oca = {};

  bool outside_rth = false;
  bool include_overnight = false;  // 189
  std::optional<Timestamp> good_after = {};
  std::optional<ZonedTime> active_from = {};  // of scale orders that are good till cancelled
  std::optional<ZonedTime> active_until = {};

  std::variant<std::monostate, Iceberg, HiddenOrder> visibility = {};
  bool all_or_none = false;
  std::optional<int> minimum_quantity = {};
  bool sweep_to_fill = false;
  bool block_order = false;
  bool not_held = false;
  bool imbalance_only = false;  // 199
  bool post_only = false;  // 216
  bool allow_pre_open = false;  // 216
  bool ignore_open_auction = false;  // 216
  bool deactivate = false;  // 216
  std::optional<bool> seek_price_improvement = {};  // 217
  std::optional<bool> route_marketable_to_bbo = {};  // 217
  std::optional<bool> use_price_management = {};
  std::optional<int> post_to_ats = {};
  bool opt_out_smart_routing = false;
  bool randomize_size = false;
  bool randomize_price = false;
  bool override_percentage_constraints = false;
  bool solicited = false;
  bool auto_cancel_parent = false;
  bool oms_container = false;

  std::optional<Conditions> conditions = {};
  std::optional<Algo> algo = {};
  std::string algo_id = {};
  std::optional<std::variant<Scale, ScaleTable>> scale = {};
  std::optional<AttachedPresets> attached = {};  // 218
  bool non_guaranteed = false;  // combos on SMART: a leg may stay alone
  std::vector<std::pair<std::string, std::string>> combo_routing = {};
  std::vector<std::pair<std::string, std::string>> misc_options = {};

  std::variant<std::monostate, ShortSale, SellLong> institutional_sale = {};
  OpenClose open_close = OpenClose::same;
  bool firm_account = false;  // origin: the firm, not a customer
  std::string rule_80a = {};
  Clearing clearing = {};
  Mifid mifid = {};
  std::optional<SoftDollars> soft_dollars = {};
  std::string external_operator = {};
  std::optional<bool> manual_order_indicator = {};  // 192
  std::optional<Timestamp> manual_order_time = {};
  std::string customer_account = {};  // 183
  bool professional_customer = false;  // 184
  std::string bond_accrued_interest = {};  // 203
  std::vector<std::string> override_advanced_errors = {};  // codes of an earlier refusal
};

enum class Handling : std::uint8_t {
  transmit,
  hold,  // stays in the gateway, unseen, until it is placed again with `transmit`
  what_if,  // margin and commission are answered, nothing is ordered
};

// An order as a value, which keeps its own texts: copy it, change the attributes, place it as often as you like.
class Order {
 public:
  // Size and type take the place of what they are made of: Order{Side::buy, Quantity::of(100), Limit{price}, Day{}}.
  template <TypeWithoutTime T>
  Order(Side side, Size size, T type, TimeInForce tif)
      : side_{side},
        size_{std::move(size)},
        type_{std::move(type)},
        tif_{std::visit([](auto t) { return AnyTimeInForce{t}; }, tif)} {}
  // Orders for an opening, a closing or an auction state the time themselves.
  template <TypeWithItsTime T>
  Order(Side side, Size size, T type) : side_{side}, size_{std::move(size)}, type_{type}, tif_{time_of<T>()} {}

  [[nodiscard]] Side side() const { return side_; }
  [[nodiscard]] const Size& size() const { return size_; }
  [[nodiscard]] const OrderType& type() const { return type_; }
  [[nodiscard]] const AnyTimeInForce& tif() const { return tif_; }

  Attributes attributes = {};
  Handling handling = Handling::transmit;

 private:
  template <class T>
  static AnyTimeInForce time_of() {
    if constexpr (std::is_same_v<T, Auction>) return InTheAuction{};
    if constexpr (std::is_same_v<T, MarketOnOpen> || std::is_same_v<T, LimitOnOpen>) return AtTheOpening{};
    return Day{};
  }

  Side side_;
  Size size_;
  OrderType type_;
  AnyTimeInForce tif_;
};

}  // namespace tradewind::client::orders
