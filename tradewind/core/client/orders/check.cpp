#include "tradewind/core/client/orders/internal/check.hpp"

#include "tradewind/core/client/orders/capabilities.hpp"
#include "tradewind/core/client/orders/internal/message.hpp"
#include "tradewind/core/client/orders/internal/walk.hpp"

#include <algorithm>
#include <span>

namespace tradewind::client::orders::internal {

namespace {

bool is_whole(Quantity quantity) { return quantity.raw() % Quantity::kScale == 0; }

// What a price is, for the checks that all prices have in common.
enum class PriceIs : std::uint8_t { limit, stop, offset };

class OrderCheck {
 public:
  OrderCheck(const Contract& contract, const Order& order, const Session& session, const ContractFacts& facts,
             const tws::PlaceOrderRequest& message, Refusals& out)
      : contract_{contract},
        order_{order},
        has_{order.attributes},
        session_{session},
        facts_{facts},
        message_{message},
        wire_{message.order},
        out_{out},
        kind_{kind_of(order.type())},
        type_{facts.type ? facts.type : security_type_of(contract)} {}

  void run() {
    check_capability();
    check_size();
    check_prices();
    std::visit([this](const auto& type) { check_type(type); }, order_.type());
    check_display();
    check_sale();
    check_times();
    check_group();
    check_combo();
    if (has_.conditions) check_conditions(*has_.conditions);
    if (has_.algo) check_algo(*has_.algo);
    if (has_.scale) std::visit([this](const auto& scale) { check_scale(scale); }, *has_.scale);
    const auto* account = std::get_if<Account>(&has_.allocation);
    check_account(account != nullptr ? &account->text() : nullptr,
                  !std::holds_alternative<std::monostate>(has_.allocation), session_, out_);
  }

 private:
  bool is(SecurityType type) const { return type_ == type; }
  template <class... Types>
  bool is_one_of(Types... types) const {
    return type_ && ((*type_ == types) || ...);
  }
  std::optional<Quantity> quantity() const {
    const auto* quantity = std::get_if<Quantity>(&order_.size());
    return quantity != nullptr ? std::optional{*quantity} : std::nullopt;
  }

  void check_capability() {
    if (type_) {
      const Support support = supports(kind_, *type_, tif_of(order_.tif()));
      if (support.answer == Answer::no) out_.add(support.ib_code, "orderType", support.reason);
    }
    const Support there = supports(kind_, message_.contract.exchange, message_.contract.currency);
    if (there.answer == Answer::no) out_.add(there.ib_code, "exchange", there.reason);
  }

  // --- Size -----------------------------------------------------------------------------------------------------------

  void check_size() {
    if (const auto total = quantity()) check_quantity(*total);
    if (const auto* cash = std::get_if<CashQuantity>(&order_.size())) check_cash(*cash);
    if (const auto* hedge = std::get_if<Hedge>(&order_.size())) check_hedge(*hedge);
    if (is(SecurityType::crypto) && order_.side() == Side::buy && wire_.order_type == "MKT") {
      out_.add_if(!wire_.cash_qty, 10289, "cashQty",
                  "a market order that buys crypto is for an amount of money: use CashQuantity");
    }
    if (is(SecurityType::fund)) {
      out_.add_if(order_.side() == Side::buy && quantity(), 427, "cashQty",
                  "funds are bought for an amount of money: use CashQuantity");
      out_.add_if(order_.side() == Side::sell && wire_.cash_qty, 428, "totalQuantity",
                  "funds are sold by shares: use a quantity");
    }
  }

  void check_quantity(Quantity total) {
    if (total.is_zero()) {
      out_.add(434, "totalQuantity", "is zero: state how much");
      return;
    }
    if (!is_whole(total)) {
      out_.add_if(is(SecurityType::stock) && !session_.fractional_shares, 10243, "totalQuantity",
                  "fractions of shares cannot be sent for this account: use a whole number");
      out_.add_if(is_one_of(SecurityType::option, SecurityType::future, SecurityType::future_option,
                            SecurityType::warrant, SecurityType::structured, SecurityType::combo),
                  140, "totalQuantity", "contracts are whole: use a whole number");
    }
    if (facts_.minimum_size && total < *facts_.minimum_size) {
      out_.add(388, "totalQuantity",
               fmt::format("{} is below the minimum {} of the contract", total, *facts_.minimum_size));
    }
    if (facts_.size_increment && !facts_.size_increment->is_zero() && total.raw() % facts_.size_increment->raw() != 0) {
      out_.add(10250, "totalQuantity",
               fmt::format("{} is no multiple of {}, the increment of the contract", total, *facts_.size_increment));
    }
    out_.add_if(has_.block_order && total < Quantity::of(50), 117, "blockOrder", "a block has at least 50 contracts");
  }

  void check_cash(const CashQuantity& cash) {
    out_.add_if(type_ && !is_one_of(SecurityType::forex, SecurityType::crypto, SecurityType::fund), 10244, "cashQty",
                "an amount of money is for forex, crypto and funds: use a quantity");
    out_.add_if(cash.amount <= Amount::zero(), 10244, "cashQty", "must be above zero");
  }

  void check_hedge(const Hedge& hedge) {
    out_.add_if(!has_.parent, 10007, "hedgeType", "a hedge follows a parent order: place both as a family");
    if (const auto* beta = std::get_if<BetaHedge>(&hedge.kind))
      out_.add_if(beta->beta.is_zero(), 10008, "hedgeParam", "a beta of zero hedges nothing");
    if (const auto* pair = std::get_if<PairHedge>(&hedge.kind)) {
      out_.add_if(pair->ratio <= Fraction::zero(), 10009, "hedgeParam", "the ratio must be above zero");
    }
    out_.add_if(hedge.max_size && *hedge.max_size <= 0, 0, "hedgeMaxSize", "must be above zero");
  }

  // --- Prices ---------------------------------------------------------------------------------------------------------

  void check_prices() {
    const bool aux_is_stop = kind_ == OrderKind::stop || kind_ == OrderKind::stop_limit ||
                             kind_ == OrderKind::stop_with_protection || kind_ == OrderKind::market_if_touched ||
                             kind_ == OrderKind::limit_if_touched;
    check_price("lmtPrice", wire_.lmt_price, PriceIs::limit);
    check_price("auxPrice", wire_.aux_price, aux_is_stop ? PriceIs::stop : PriceIs::offset);
    check_price("trailStopPrice", wire_.trail_stop_price, PriceIs::stop);
    check_price("lmtPriceOffset", wire_.lmt_price_offset, PriceIs::offset);
    check_price("discretionaryAmt", wire_.discretionary_amt, PriceIs::offset, 168);
    check_price("startingPrice", wire_.starting_price, PriceIs::limit);
    check_price("triggerPrice", wire_.trigger_price, PriceIs::stop, 361);
    check_price("adjustedStopPrice", wire_.adjusted_stop_price, PriceIs::stop, 362);
    check_price("adjustedStopLimitPrice", wire_.adjusted_stop_limit_price, PriceIs::limit, 363);
    if (wire_.adjustable_trailing_unit == 0)
      check_price("adjustedTrailingAmount", wire_.adjusted_trailing_amount, PriceIs::offset, 364);
    out_.add_if(wire_.adjusted_trailing_amount && *wire_.adjusted_trailing_amount <= Price::zero(), 364,
                "adjustedTrailingAmount", "must be above zero");
    out_.add_if(wire_.discretionary_amt && *wire_.discretionary_amt <= Price::zero(), 168, "discretionaryAmt",
                "must be above zero: leave it out for none");
  }

  void check_price(std::string_view field, std::optional<Price> price, PriceIs what, int increment_code = 110) {
    if (!price) return;
    // Spreads and commodities trade below zero, and so do their futures.
    const bool above_zero = is_one_of(SecurityType::stock, SecurityType::option, SecurityType::forex,
                                      SecurityType::bond, SecurityType::bill, SecurityType::fund, SecurityType::warrant,
                                      SecurityType::structured, SecurityType::cfd, SecurityType::crypto);
    if (above_zero && what != PriceIs::offset && *price <= Price::zero()) {
      out_.add(what == PriceIs::stop ? 403 : 321, field,
               fmt::format("{} is no price of a {}: it must be above zero", *price, name(*type_)));
      return;
    }
    if (const auto increment = increment_at(*price, what); increment && price->raw() % increment->raw() != 0) {
      out_.add(increment_code, field,
               fmt::format("{} is no multiple of {}, the increment there: round it", *price, *increment));
    }
  }

  // An offset may be added to a price anywhere, so only the finest increment is asked of it.
  std::optional<Price> increment_at(Price price, PriceIs what) const {
    std::optional<Price> found;
    const Price level = price < Price::zero() ? negate(price) : price;
    for (const PriceIncrement& row : facts_.price_increments) {
      if (row.increment <= Price::zero()) continue;
      if (what == PriceIs::offset ? !found || row.increment < *found : row.low_edge <= level) found = row.increment;
    }
    return found;
  }

  // --- What single types ask for --------------------------------------------------------------------------------------

  template <class T>
  void check_type(const T& type) {
    if constexpr (requires { type.trail; }) check_trail(type.trail);
    if constexpr (requires { type.range; }) check_range(type.range);
  }
  void check_trail(const Trail& trail) {
    const auto* percent = std::get_if<Percent>(&trail);
    const bool is_positive = percent != nullptr ? *percent > Percent::zero() : std::get<Price>(trail) > Price::zero();
    out_.add_if(!is_positive, 158, percent != nullptr ? "trailingPercent" : "auxPrice",
                "a trailing stop keeps a distance above zero");
    out_.add_if(percent != nullptr && *percent > Percent::of(100), 159, "trailingPercent", "must not be above 100");
  }
  void check_range(const PriceRange& range) {
    out_.add_if(range.lower && *range.lower < Price::zero(), 375, "stockRangeLower", "must not be negative");
    out_.add_if(range.upper && *range.upper < Price::zero(), 375, "stockRangeUpper", "must not be negative");
    out_.add_if(range.lower && range.upper && *range.lower >= *range.upper, 374, "stockRangeLower",
                "must be below the upper end");
  }
  void check_type(const Relative& type) {
    const auto* percent = std::get_if<Percent>(&type.offset);
    out_.add_if(percent != nullptr && (*percent < Percent::zero() || *percent > Percent::of(100)), 159, "percentOffset",
                "must be 0 to 100");
  }
  void check_type(const PeggedToMidpoint& type) {
    out_.add_if(type.minimum_trade && message_.contract.exchange != "IBKRATS", 0, "minTradeQty",
                "is for orders to IBKRATS: leave it out");
    out_.add_if(type.minimum_trade && *type.minimum_trade <= 0, 0, "minTradeQty", "must be above zero");
  }
  void check_type(const PeggedToBest& type) {
    out_.add_if(type.minimum_trade && *type.minimum_trade <= 0, 0, "minTradeQty", "must be above zero");
    out_.add_if(type.minimum_compete && *type.minimum_compete <= 0, 0, "minCompeteSize", "must be above zero");
  }
  void check_type(const PeggedToStock& type) {
    out_.add_if(type.delta < Percent::of(1) || type.delta > Percent::of(100), 341, "delta", "must be 1 to 100");
    check_range(type.range);
  }
  void check_type(const PeggedToBenchmark& type) {
    out_.add_if(type.reference.value() <= 0, 0, "referenceContractId",
                "must be above zero: ask for the details of the benchmark");
    out_.add_if(type.reference_exchange.text().empty(), 0, "referenceExchangeId",
                "is empty: state the benchmark's exchange");
    check_range(type.range);
  }
  void check_type(const Volatility& type) {
    out_.add_if(type.volatility <= Percent::zero(), 371, "volatility", "must be above zero");
    if (type.hedge) {
      const auto* limit = std::get_if<HedgeAtLimit>(&type.hedge->type);
      out_.add_if(limit != nullptr && limit->limit <= Price::zero(), 377, "deltaNeutralAuxPrice", "must be above zero");
      out_.add_if(type.hedge->contract && type.hedge->contract->value() <= 0, 0, "deltaNeutralConId",
                  "must be above zero: leave it out for the underlying");
    }
    check_range(type.range);
  }

  // --- Attributes -----------------------------------------------------------------------------------------------------

  void check_display() {
    if (const auto* iceberg = std::get_if<Iceberg>(&has_.visibility)) {
      out_.add_if(iceberg->display_size <= 0, 0, "displaySize", "must be above zero: use HiddenOrder to show nothing");
      out_.add_if(quantity() && iceberg->display_size > 0 && Quantity::of(iceberg->display_size) >= *quantity(), 10020,
                  "displaySize", "must be below the quantity");
      out_.add_if(wire_.discretionary_amt.has_value(), 157, "displaySize",
                  "cannot be together with a discretionary amount");
    }
    if (has_.minimum_quantity) {
      out_.add_if(*has_.minimum_quantity <= 0, 0, "minQty", "must be above zero");
      out_.add_if(quantity() && *has_.minimum_quantity > 0 && Quantity::of(*has_.minimum_quantity) > *quantity(), 0,
                  "minQty", "must not be above the quantity");
    }
    out_.add_if(has_.soft_dollars && has_.soft_dollars->name.empty() && has_.soft_dollars->value.empty(), 0,
                "softDollarTier", "is empty: name the tier, or leave it out");
    for (const auto& [tag, value] : has_.misc_options) {
      out_.add_if(tag.empty() || tag.find_first_of("=;") != std::string::npos, 10337, "orderMiscOptions",
                  "a name is not empty and has no '=' or ';'");
      out_.add_if(value.find(';') != std::string::npos, 10338, "orderMiscOptions", "a value has no ';'");
    }
    if (!has_.attached) return;
    const auto& attached = *has_.attached;
    out_.add_if(!attached.stop_loss && !attached.profit_taker, 10355, "attachedOrders", "names no order: leave it out");
    for (const auto& id : {attached.stop_loss, attached.profit_taker}) {
      out_.add_if(id && (id->value() <= 0 || id->value() == message_.order_id), 10355, "attachedOrders",
                  "needs order ids of its own");
    }
    out_.add_if(attached.stop_loss && attached.stop_loss == attached.profit_taker, 10355, "attachedOrders",
                "needs two different order ids");
  }

  void check_sale() {
    const bool is_institutional = !std::holds_alternative<std::monostate>(has_.institutional_sale);
    out_.add_if(is_institutional && order_.side() != Side::sell, 348, "action",
                "SSHORT and SLONG are sales: sell, or leave it out");
    if (const auto* sale = std::get_if<ShortSale>(&has_.institutional_sale)) {
      const auto* elsewhere = std::get_if<ShortSaleFromElsewhere>(&sale->stock);
      out_.add_if(elsewhere != nullptr && elsewhere->location.empty(), 352, "designatedLocation",
                  "is empty: say where the stock is");
    }
    if (const auto* advisor = std::get_if<AdvisorGroup>(&has_.allocation)) {
      out_.add_if(advisor->group.empty(), 436, "faGroup", "is empty: name the group, or an account");
    }
  }

  void check_times() {
    if (const auto* date = std::get_if<GoodTillDate>(&order_.tif())) {
      out_.add_if(session_.now && date->until <= *session_.now, 334, "goodTillDate", "has passed");
      out_.add_if(has_.good_after && *has_.good_after >= date->until, 334, "goodTillDate",
                  "is not after goodAfterTime");
    }
    if (const auto* minutes = std::get_if<ForMinutes>(&order_.tif()))
      out_.add_if(minutes->duration <= 0, 0, "duration", "must be above zero");
    if (has_.active_from) check_zoned("activeStartTime", *has_.active_from);
    if (has_.active_until) check_zoned("activeStopTime", *has_.active_until);
  }
  void check_zoned(std::string_view field, const ZonedTime& time) {
    out_.add_if(!is_valid(time.local()), 337, field, "is no date and time of the calendar");
    out_.add_if(time.zone().empty() || time.zone().find(' ') != std::string::npos, 391, field,
                "needs a time zone, like US/Eastern or UTC");
  }

  void check_group() {
    out_.add_if(has_.parent && (has_.parent->value() <= 0 || has_.parent->value() == message_.order_id), 10006,
                "parentId", "is no order that was placed before");
    if (!has_.oca) return;
    out_.add_if(has_.oca->name.empty(), 0, "ocaGroup", "is empty: name the group, uniquely");
    if (!is(SecurityType::combo)) return;
    out_.add_if(message_.contract.exchange == "SMART", 356, "ocaGroup",
                "a combo on SMART cannot be in a group: leave it out");
    out_.add_if(has_.oca->type != OcaType::reduce_without_block, 359, "ocaType",
                "a combo can only be reduced without block");
  }

  void check_combo() {
    const auto* combo = std::get_if<Combo>(&contract_);
    if (const auto* limits = std::get_if<LimitPerLeg>(&order_.type())) {
      const std::size_t legs = combo != nullptr ? combo->legs.size() : 0;
      if (limits->limits.size() != legs) {
        out_.add(0, "comboLegs.perLegPrice",
                 fmt::format("{} prices for {} legs: state one for each", limits->limits.size(), legs));
      }
    }
    if (!is(SecurityType::combo)) {
      out_.add_if(type_ && (has_.non_guaranteed || !has_.combo_routing.empty()), 0, "smartComboRoutingParams",
                  "is for combos: leave it out");
      return;
    }
    out_.add_if(combo == nullptr, 314, "comboLegs", "a combo is stated with its legs: use Combo");
    out_.add_if(has_.good_after.has_value(), 349, "goodAfterTime", "a combo cannot wait: leave it out");
    out_.add_if(has_.minimum_quantity.has_value(), 350, "minQty", "a combo has no minimum quantity: leave it out");
    out_.add_if(has_.parent && message_.contract.exchange == "SMART", 358, "parentId",
                "a combo on SMART cannot be a child");
    const auto& routing = has_.combo_routing;
    const bool stated_again =
        std::ranges::any_of(routing, [](const auto& pair) { return pair.first == "NonGuaranteed"; });
    out_.add_if(stated_again, 0, "smartComboRoutingParams",
                "NonGuaranteed is stated by the order's type or by non_guaranteed");
  }

  // --- Conditions, algorithms, scales ---------------------------------------------------------------------------------

  void check_conditions(const Conditions& conditions) {
    out_.add_if(wire_.order_type != "MKT" && wire_.order_type != "LMT", 148, "conditions",
                "only a market or a limit order can have conditions");
    for (const Conditions::Link& link : conditions.links()) {
      std::visit(
          [this]<class C>(const C& condition) {
            if constexpr (requires { condition.watched; }) {
              out_.add_if(condition.watched.contract.value() <= 0, 147, "conditions.conId",
                          "must be above zero: ask for the contract's details");
              out_.add_if(condition.watched.exchange.text().empty(), 147, "conditions.exchange", "is empty: state it");
            }
            if constexpr (std::is_same_v<C, ExecutionCondition>) {
              out_.add_if(condition.symbol.text().empty() || condition.exchange.text().empty(), 147,
                          "conditions.symbol", "symbol and exchange have to be stated");
            }
            if constexpr (std::is_same_v<C, TimeCondition>) check_zoned("conditions.time", condition.time);
            if constexpr (std::is_same_v<C, VolumeCondition>)
              out_.add_if(condition.volume <= 0, 0, "conditions.volume", "must be above zero");
            if constexpr (std::is_same_v<C, MarginCondition>) {
              out_.add_if(condition.cushion_percent < 0 || condition.cushion_percent > 100, 0, "conditions.percent",
                          "must be 0 to 100");
            }
          },
          link.condition);
    }
  }

  void check_algo(const Algo& algo) {
    out_.append(refusals(algo_words(algo), message_.contract.exchange, type_));
    if (const auto* slices = std::get_if<AccumulateDistribute>(&algo)) {
      out_.add_if(quantity() && slices->component_size > 0 && Quantity::of(slices->component_size) > *quantity(), 441,
                  "algoParams", "componentSize of AD must not be above the quantity");
    }
  }

  void check_scale(const ScaleTable& scale) { out_.add_if(scale.table.empty(), 0, "scaleTable", "is empty"); }
  void check_scale(const Scale& scale) {
    out_.add_if(scale.initial_size <= 0, 417, "scaleInitLevelSize", "must be above zero");
    out_.add_if(scale.increment <= Price::zero(), 408, "scalePriceIncrement", "must be above zero");
    out_.add_if(scale.subsequent_size && *scale.subsequent_size <= 0, 410, "scaleSubsLevelSize", "must be above zero");
    out_.add_if(scale.adjust && scale.adjust->interval_seconds <= 0, 448, "scalePriceAdjustInterval",
                "must be above zero");
    out_.add_if(scale.profit && scale.profit->offset <= Price::zero(), 418, "scaleProfitOffset", "must be above zero");
    out_.add_if(quantity() && scale.initial_size > 0 && Quantity::of(scale.initial_size) > *quantity(), 417,
                "scaleInitLevelSize", "must not be above the quantity");
  }

  const Contract& contract_;
  const Order& order_;
  const Attributes& has_;
  const Session& session_;
  const ContractFacts& facts_;
  const tws::PlaceOrderRequest& message_;
  const tws::Order& wire_;
  Refusals& out_;
  OrderKind kind_;
  std::optional<SecurityType> type_;
};

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

template <class Message>
void check_all_texts(const Message& message, Refusals& out) {
  const auto check = [&](const std::string& path, std::string_view text) {
    out.add_if(has_control_character(text), 0, path,
               "has a control character, which the protocol cannot carry: remove it");
  };
  walk(message, "", [&]<class T>(const std::string& path, const T& value, const T&) {
    if constexpr (std::is_same_v<T, std::string_view>) check(path, value);
    if constexpr (kIsTags<T>) {
      for (const tws::TagValue& tag : value) {
        check(path, tag.tag);
        check(path, tag.value);
      }
    }
  });
}

}  // namespace

void check_order(const Contract& contract, const Order& order, const Session& session, const ContractFacts& facts,
                 const tws::PlaceOrderRequest& message, Refusals& out) {
  OrderCheck{contract, order, session, facts, message, out}.run();
}

void check_account(const std::string* account, bool is_allocated, const Session& session, Refusals& out) {
  const bool is_stated = is_allocated && (account == nullptr || !account->empty());
  if (!is_stated) {
    out.add_if(is_allocated, 435, "account",
               "is empty: name the account, or leave it out on a login that has only one");
    out.add_if(!is_allocated && session.accounts.size() > 1, 435, "account",
               "the login has several accounts: name one");
    return;
  }
  if (account == nullptr || session.accounts.empty()) return;
  out.add_if(std::ranges::find(session.accounts, *account) == session.accounts.end(), 321, "account",
             "is none of the accounts of this login: see managedAccounts");
}

void check_texts(const tws::PlaceOrderRequest& message, Refusals& out) { check_all_texts(message, out); }
void check_texts(const tws::CancelOrderRequest& message, Refusals& out) { check_all_texts(message, out); }
void check_texts(const tws::GlobalCancelRequest& message, Refusals& out) { check_all_texts(message, out); }
void check_texts(const tws::ExerciseOptionsRequest& message, Refusals& out) { check_all_texts(message, out); }

}  // namespace tradewind::client::orders::internal
