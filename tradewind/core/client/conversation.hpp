#pragma once

#include "tradewind/core/client/answer.hpp"
#include "tradewind/core/tws/error_catalogue.hpp"
#include "tradewind/core/tws/messages.hpp"

#include <cstdint>
#include <type_traits>

// What belongs to each request of the API: the messages that answer it, the one that ends the answer, the one that
// cancels it (source: tws-protocol.md, sections 3 and 6, and its table request_response).
namespace tradewind::client {

template <class Wanted, class List>
inline constexpr bool kIsIn = false;
template <class Wanted, class... Message>
inline constexpr bool kIsIn<Wanted, Messages<Message...>> = (std::is_same_v<Wanted, Message> || ...);

struct NoCancel {};

// Rows up to an end marker; a row that is in `End` too is the last one.
template <tws::RequestKind Kind, class RowList, class EndList, class CancelMessage = NoCancel>
struct Exchange {
  static constexpr tws::RequestKind kKind = Kind;
  using Rows = RowList;
  using End = EndList;
  using Cancel = CancelMessage;
  // Whether it can be subscribed to: it goes on without an end, or after its end marker.
  static constexpr bool kGoesOn = false;

  template <class Message>
  [[nodiscard]] static bool ends(const Message& /*message*/, int /*server_version*/) {
    return kIsIn<Message, End>;
  }
  // Of the messages without a request id: whether one is for this request.
  template <class Request, class Message>
  [[nodiscard]] static bool is_for(const Request& /*request*/, const Message& /*message*/) {
    return true;
  }
  // What is wrong with asking for an answer (or, `goes_on`, for updates) with these parameters; null when nothing is.
  template <class Request>
  [[nodiscard]] static const char* misuse(const Request& /*request*/, bool /*goes_on*/) {
    return nullptr;
  }
};
// The same, and updates after the end marker until it is cancelled. An empty `End`: updates from the start.
template <tws::RequestKind Kind, class RowList, class EndList, class CancelMessage>
struct Stream : Exchange<Kind, RowList, EndList, CancelMessage> {
  static constexpr bool kGoesOn = true;
};
template <tws::RequestKind Kind, class Row, class CancelMessage = NoCancel>
using OneFrame = Exchange<Kind, Messages<Row>, Messages<Row>, CancelMessage>;

// Not defined for what is no request.
template <class Request>
struct Conversation;

// --- Market data ---

// A snapshot as a request; otherwise a subscription.
template <>
struct Conversation<tws::MarketDataRequest>
    : Stream<tws::RequestKind::market_data,
             Messages<tws::TickPrice, tws::TickSize, tws::TickString, tws::TickGeneric, tws::TickOptionComputation,
                      tws::TickReqParams, tws::TickNews, tws::TickEfp, tws::MarketDataType, tws::DeltaNeutralValidation,
                      tws::RerouteMarketDataRequest>,
             Messages<tws::TickSnapshotEnd>, tws::CancelMarketData> {
  [[nodiscard]] static const char* misuse(const tws::MarketDataRequest& request, bool goes_on) {
    const bool snapshot = request.snapshot || request.regulatory_snapshot;
    if (goes_on && snapshot) return "a snapshot ends by itself: request it instead of subscribing";
    if (!goes_on && !snapshot) return "without snapshot it never ends: subscribe instead, or set snapshot";
    if (request.snapshot && !request.generic_tick_list.empty()) return "a snapshot takes no generic ticks (IB: 414)";
    return nullptr;
  }
};
template <>
struct Conversation<tws::TickByTickRequest>
    : Stream<tws::RequestKind::tick_by_tick,
             Messages<tws::TickByTickData, tws::HistoricalTicks, tws::HistoricalTicksBidAsk, tws::HistoricalTicksLast>,
             Messages<>, tws::CancelTickByTick> {};
template <>
struct Conversation<tws::MarketDepthRequest>
    : Stream<tws::RequestKind::depth, Messages<tws::MarketDepth, tws::MarketDepthL2, tws::RerouteMarketDepthRequest>,
             Messages<>, tws::CancelMarketDepth> {};
template <>
struct Conversation<tws::RealTimeBarsRequest>
    : Stream<tws::RequestKind::real_time_bars, Messages<tws::RealTimeBarTick>, Messages<>, tws::CancelRealTimeBars> {};
template <>
struct Conversation<tws::MarketDepthExchangesRequest> : OneFrame<tws::RequestKind::depth, tws::MarketDepthExchanges> {};
template <>
struct Conversation<tws::CalculateImpliedVolatilityRequest>
    : OneFrame<tws::RequestKind::market_data, tws::TickOptionComputation, tws::CancelCalculateImpliedVolatility> {};
template <>
struct Conversation<tws::CalculateOptionPriceRequest>
    : OneFrame<tws::RequestKind::market_data, tws::TickOptionComputation, tws::CancelCalculateOptionPrice> {};

// --- History ---

// With keepUpToDate a subscription. Below 196 the bars are the last frame, from then on historicalDataEnd is.
template <>
struct Conversation<tws::HistoricalDataRequest>
    : Stream<tws::RequestKind::historical,
             Messages<tws::HistoricalData, tws::HistoricalDataEnd, tws::HistoricalDataUpdate, tws::HistoricalSchedule>,
             Messages<tws::HistoricalDataEnd, tws::HistoricalSchedule>, tws::CancelHistoricalData> {
  using Stream::ends;
  [[nodiscard]] static bool ends(const tws::HistoricalData& /*message*/, int server_version) {
    return server_version < tws::HistoricalDataEnd::kInfo.since;
  }
  [[nodiscard]] static const char* misuse(const tws::HistoricalDataRequest& request, bool goes_on) {
    if (goes_on && !request.keep_up_to_date) return "without keepUpToDate nothing follows: request it instead";
    if (!goes_on && request.keep_up_to_date) return "with keepUpToDate it never ends: subscribe instead";
    if (goes_on && !request.end_date_time.empty()) return "keepUpToDate takes no end time";
    return nullptr;
  }
};
template <>
struct Conversation<tws::HistoricalTicksRequest>
    : Exchange<tws::RequestKind::historical,
               Messages<tws::HistoricalTicks, tws::HistoricalTicksBidAsk, tws::HistoricalTicksLast>,
               Messages<tws::HistoricalTicks>, tws::CancelHistoricalTicks> {
  template <class Message>
  [[nodiscard]] static bool ends(const Message& message, int /*server_version*/) {
    return message.is_done;
  }
};
template <>
struct Conversation<tws::HeadTimestampRequest>
    : OneFrame<tws::RequestKind::historical, tws::HeadTimestamp, tws::CancelHeadTimestamp> {};
template <>
struct Conversation<tws::HistogramDataRequest>
    : OneFrame<tws::RequestKind::historical, tws::HistogramData, tws::CancelHistogramData> {};

// --- Contracts and reference data ---

template <>
struct Conversation<tws::ContractDataRequest>
    : Exchange<tws::RequestKind::contract, Messages<tws::ContractData, tws::BondContractData>,
               Messages<tws::ContractDataEnd>, tws::CancelContractData> {};
template <>
struct Conversation<tws::MatchingSymbolsRequest> : OneFrame<tws::RequestKind::contract, tws::SymbolSamples> {};
template <>
struct Conversation<tws::SecDefOptParamsRequest>
    : Exchange<tws::RequestKind::contract, Messages<tws::SecDefOptParameter>, Messages<tws::SecDefOptParameterEnd>> {};
template <>
struct Conversation<tws::SmartComponentsRequest> : OneFrame<tws::RequestKind::contract, tws::SmartComponents> {};
template <>
struct Conversation<tws::MarketRuleRequest> : OneFrame<tws::RequestKind::contract, tws::MarketRule> {
  [[nodiscard]] static bool is_for(const tws::MarketRuleRequest& request, const tws::MarketRule& message) {
    return message.market_rule_id == request.market_rule_id;
  }
};
template <>
struct Conversation<tws::SoftDollarTiersRequest> : OneFrame<tws::RequestKind::other, tws::SoftDollarTiers> {};

// --- Scanners, news, the Wall Street Horizon calendar ---

template <>
struct Conversation<tws::ScannerParametersRequest> : OneFrame<tws::RequestKind::scanner, tws::ScannerParameters> {};
// As a request: the first list.
template <>
struct Conversation<tws::ScannerSubscriptionRequest>
    : Stream<tws::RequestKind::scanner, Messages<tws::ScannerData>, Messages<tws::ScannerData>,
             tws::CancelScannerSubscription> {};
template <>
struct Conversation<tws::NewsProvidersRequest> : OneFrame<tws::RequestKind::news, tws::NewsProviders> {};
template <>
struct Conversation<tws::NewsArticleRequest> : OneFrame<tws::RequestKind::news, tws::NewsArticle> {};
template <>
struct Conversation<tws::HistoricalNewsRequest>
    : Exchange<tws::RequestKind::news, Messages<tws::HistoricalNews, tws::HistoricalNewsEnd>,
               Messages<tws::HistoricalNewsEnd>> {};
template <>
struct Conversation<tws::NewsBulletinsRequest>
    : Stream<tws::RequestKind::news, Messages<tws::NewsBulletin>, Messages<>, tws::CancelNewsBulletins> {};
template <>
struct Conversation<tws::WshMetaDataRequest>
    : OneFrame<tws::RequestKind::news, tws::WshMetaData, tws::CancelWshMetaData> {};
template <>
struct Conversation<tws::WshEventDataRequest>
    : OneFrame<tws::RequestKind::news, tws::WshEventData, tws::CancelWshEventData> {};

// --- Accounts ---

template <>
struct Conversation<tws::AccountSummaryRequest> : Stream<tws::RequestKind::account, Messages<tws::AccountSummary>,
                                                         Messages<tws::AccountSummaryEnd>, tws::CancelAccountSummary> {
};
// The gateway keeps one of these per client: another one replaces it.
template <>
struct Conversation<tws::AccountDataRequest>
    : Stream<tws::RequestKind::account, Messages<tws::AccountValue, tws::PortfolioValue, tws::AccountUpdateTime>,
             Messages<tws::AccountDataEnd>, tws::AccountDataRequest> {};
template <>
struct Conversation<tws::AccountUpdatesMultiRequest>
    : Stream<tws::RequestKind::account, Messages<tws::AccountUpdateMulti>, Messages<tws::AccountUpdateMultiEnd>,
             tws::CancelAccountUpdatesMulti> {};
template <>
struct Conversation<tws::PositionsRequest>
    : Stream<tws::RequestKind::account, Messages<tws::PositionData>, Messages<tws::PositionEnd>, tws::CancelPositions> {
};
template <>
struct Conversation<tws::PositionsMultiRequest> : Stream<tws::RequestKind::account, Messages<tws::PositionMulti>,
                                                         Messages<tws::PositionMultiEnd>, tws::CancelPositionsMulti> {};
template <>
struct Conversation<tws::PnlRequest>
    : Stream<tws::RequestKind::account, Messages<tws::Pnl>, Messages<>, tws::CancelPnl> {};
template <>
struct Conversation<tws::PnlSingleRequest>
    : Stream<tws::RequestKind::account, Messages<tws::PnlSingle>, Messages<>, tws::CancelPnlSingle> {};
template <>
struct Conversation<tws::ManagedAccountsRequest> : OneFrame<tws::RequestKind::account, tws::ManagedAccounts> {};
template <>
struct Conversation<tws::FamilyCodesRequest> : OneFrame<tws::RequestKind::account, tws::FamilyCodes> {};
template <>
struct Conversation<tws::UserInfoRequest> : OneFrame<tws::RequestKind::account, tws::UserInfo> {};
template <>
struct Conversation<tws::FaRequest> : OneFrame<tws::RequestKind::account, tws::ReceiveFa> {
  [[nodiscard]] static bool is_for(const tws::FaRequest& request, const tws::ReceiveFa& message) {
    return message.fa_data_type == request.fa_data_type;
  }
};
template <>
struct Conversation<tws::FaReplace> : OneFrame<tws::RequestKind::account, tws::ReplaceFaEnd> {};

// --- Orders, as lists. Placing and following one order is `Client::place`. ---

// Commissions carry no request id: those that came meanwhile, to be joined by execId.
template <>
struct Conversation<tws::ExecutionRequest>
    : Exchange<tws::RequestKind::account, Messages<tws::ExecutionDetails, tws::CommissionAndFeesReport>,
               Messages<tws::ExecutionDetailsEnd>> {};
template <>
struct Conversation<tws::OpenOrdersRequest>
    : Exchange<tws::RequestKind::account, Messages<tws::OpenOrder, tws::OrderStatus>, Messages<tws::OpenOrdersEnd>> {};
template <>
struct Conversation<tws::AllOpenOrdersRequest> : Conversation<tws::OpenOrdersRequest> {};
template <>
struct Conversation<tws::CompletedOrdersRequest>
    : Exchange<tws::RequestKind::account, Messages<tws::CompletedOrder>, Messages<tws::CompletedOrdersEnd>> {};

// --- The session and the program behind it ---

template <>
struct Conversation<tws::CurrentTimeRequest> : OneFrame<tws::RequestKind::other, tws::CurrentTime> {};
template <>
struct Conversation<tws::CurrentTimeInMillisRequest> : OneFrame<tws::RequestKind::other, tws::CurrentTimeInMillis> {};
template <>
struct Conversation<tws::IdsRequest> : OneFrame<tws::RequestKind::other, tws::NextValidId> {};
template <>
struct Conversation<tws::QueryDisplayGroupsRequest> : OneFrame<tws::RequestKind::other, tws::DisplayGroupList> {};
template <>
struct Conversation<tws::SubscribeToGroupEventsRequest>
    : Stream<tws::RequestKind::other, Messages<tws::DisplayGroupUpdated>, Messages<>,
             tws::UnsubscribeFromGroupEventsRequest> {};
template <>
struct Conversation<tws::ConfigRequest> : OneFrame<tws::RequestKind::other, tws::ConfigResponse> {};
template <>
struct Conversation<tws::UpdateConfigRequest> : OneFrame<tws::RequestKind::other, tws::UpdateConfigResponse> {};

// --- What follows from it ---

template <class Request>
concept Requestable = requires { typename Conversation<Request>::Rows; };
template <class Request>
concept Subscribable = Requestable<Request> && Conversation<Request>::kGoesOn;
// It has an end, so that it can be asked for and waited for.
template <class Request>
concept Answerable = Requestable<Request> && !std::is_same_v<typename Conversation<Request>::End, Messages<>>;

namespace detail {
template <class List>
struct RowTypes;
template <class... Row>
struct RowTypes<Messages<Row...>> {
  using AnswerType = Answer<Row...>;
  using UpdateType = Update<Row...>;
};
}  // namespace detail

template <Requestable Request>
using AnswerTo = typename detail::RowTypes<typename Conversation<Request>::Rows>::AnswerType;
template <Requestable Request>
using UpdateOf = typename detail::RowTypes<typename Conversation<Request>::Rows>::UpdateType;

}  // namespace tradewind::client
