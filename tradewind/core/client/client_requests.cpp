#include "tradewind/core/client/internal/impl.hpp"

#include <fmt/format.h>

#include <utility>

// The requests of the API, each compiled here once, so that who includes client.hpp does not.
namespace tradewind::client {

template <Answerable Request>
Result<RequestId> Client::request(const Request& message, std::function<void(AnswerTo<Request>)> done,
                                  const RequestOptions& options) {
  if (const char* const problem = Conversation<Request>::misuse(message, false); problem != nullptr)
    return fail(Errc::invalid_argument, fmt::format("{}: {}", Request::kInfo.api, problem));
  auto entry = std::make_shared<AskedEntry<Request>>(impl_->next_request_id(), message, std::move(done));
  entry->answer_limit = options.answer_limit.value_or(impl_->options().answer_limit);
  entry->backfill = options.backfill;
  return impl_->add(std::move(entry), Request::kInfo);
}

template <Subscribable Request>
Result<RequestId> Client::subscribe(const Request& message, Subscriber<Request> subscriber,
                                    const SubscribeOptions& options) {
  if (const char* const problem = Conversation<Request>::misuse(message, true); problem != nullptr)
    return fail(Errc::invalid_argument, fmt::format("{}: {}", Request::kInfo.api, problem));
  auto entry = std::make_shared<SubscribedEntry<Request>>(impl_->next_request_id(), message, std::move(subscriber));
  entry->stale_after = options.stale_after;
  entry->trades_at = options.trades_at;
  return impl_->add(std::move(entry), Request::kInfo);
}

template <class Message>
Result<void> Client::tell(const Message& message) {
  return impl_->tell(message);
}

template Result<RequestId> Client::request(const tws::MarketDataRequest&,
                                           std::function<void(AnswerTo<tws::MarketDataRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::MarketDataRequest&, Subscriber<tws::MarketDataRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::subscribe(const tws::TickByTickRequest&, Subscriber<tws::TickByTickRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::subscribe(const tws::MarketDepthRequest&, Subscriber<tws::MarketDepthRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::subscribe(const tws::RealTimeBarsRequest&, Subscriber<tws::RealTimeBarsRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::MarketDepthExchangesRequest&,
                                           std::function<void(AnswerTo<tws::MarketDepthExchangesRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::CalculateImpliedVolatilityRequest&,
                                           std::function<void(AnswerTo<tws::CalculateImpliedVolatilityRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::CalculateOptionPriceRequest&,
                                           std::function<void(AnswerTo<tws::CalculateOptionPriceRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::HistoricalDataRequest&,
                                           std::function<void(AnswerTo<tws::HistoricalDataRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::HistoricalDataRequest&, Subscriber<tws::HistoricalDataRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::HistoricalTicksRequest&,
                                           std::function<void(AnswerTo<tws::HistoricalTicksRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::HeadTimestampRequest&,
                                           std::function<void(AnswerTo<tws::HeadTimestampRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::HistogramDataRequest&,
                                           std::function<void(AnswerTo<tws::HistogramDataRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::ContractDataRequest&,
                                           std::function<void(AnswerTo<tws::ContractDataRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::MatchingSymbolsRequest&,
                                           std::function<void(AnswerTo<tws::MatchingSymbolsRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::SecDefOptParamsRequest&,
                                           std::function<void(AnswerTo<tws::SecDefOptParamsRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::SmartComponentsRequest&,
                                           std::function<void(AnswerTo<tws::SmartComponentsRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::MarketRuleRequest&,
                                           std::function<void(AnswerTo<tws::MarketRuleRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::SoftDollarTiersRequest&,
                                           std::function<void(AnswerTo<tws::SoftDollarTiersRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::ScannerParametersRequest&,
                                           std::function<void(AnswerTo<tws::ScannerParametersRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::ScannerSubscriptionRequest&,
                                           std::function<void(AnswerTo<tws::ScannerSubscriptionRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::ScannerSubscriptionRequest&,
                                             Subscriber<tws::ScannerSubscriptionRequest>, const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::NewsProvidersRequest&,
                                           std::function<void(AnswerTo<tws::NewsProvidersRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::NewsArticleRequest&,
                                           std::function<void(AnswerTo<tws::NewsArticleRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::HistoricalNewsRequest&,
                                           std::function<void(AnswerTo<tws::HistoricalNewsRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::NewsBulletinsRequest&, Subscriber<tws::NewsBulletinsRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::WshMetaDataRequest&,
                                           std::function<void(AnswerTo<tws::WshMetaDataRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::WshEventDataRequest&,
                                           std::function<void(AnswerTo<tws::WshEventDataRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::AccountSummaryRequest&,
                                           std::function<void(AnswerTo<tws::AccountSummaryRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::AccountSummaryRequest&, Subscriber<tws::AccountSummaryRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::AccountDataRequest&,
                                           std::function<void(AnswerTo<tws::AccountDataRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::AccountDataRequest&, Subscriber<tws::AccountDataRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::AccountUpdatesMultiRequest&,
                                           std::function<void(AnswerTo<tws::AccountUpdatesMultiRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::AccountUpdatesMultiRequest&,
                                             Subscriber<tws::AccountUpdatesMultiRequest>, const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::PositionsRequest&,
                                           std::function<void(AnswerTo<tws::PositionsRequest>)>, const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::PositionsRequest&, Subscriber<tws::PositionsRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::PositionsMultiRequest&,
                                           std::function<void(AnswerTo<tws::PositionsMultiRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::PositionsMultiRequest&, Subscriber<tws::PositionsMultiRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::subscribe(const tws::PnlRequest&, Subscriber<tws::PnlRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::subscribe(const tws::PnlSingleRequest&, Subscriber<tws::PnlSingleRequest>,
                                             const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::ManagedAccountsRequest&,
                                           std::function<void(AnswerTo<tws::ManagedAccountsRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::FamilyCodesRequest&,
                                           std::function<void(AnswerTo<tws::FamilyCodesRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::UserInfoRequest&,
                                           std::function<void(AnswerTo<tws::UserInfoRequest>)>, const RequestOptions&);
template Result<RequestId> Client::request(const tws::FaRequest&, std::function<void(AnswerTo<tws::FaRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::FaReplace&, std::function<void(AnswerTo<tws::FaReplace>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::ExecutionRequest&,
                                           std::function<void(AnswerTo<tws::ExecutionRequest>)>, const RequestOptions&);
template Result<RequestId> Client::request(const tws::OpenOrdersRequest&,
                                           std::function<void(AnswerTo<tws::OpenOrdersRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::AllOpenOrdersRequest&,
                                           std::function<void(AnswerTo<tws::AllOpenOrdersRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::CompletedOrdersRequest&,
                                           std::function<void(AnswerTo<tws::CompletedOrdersRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::CurrentTimeRequest&,
                                           std::function<void(AnswerTo<tws::CurrentTimeRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::CurrentTimeInMillisRequest&,
                                           std::function<void(AnswerTo<tws::CurrentTimeInMillisRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::IdsRequest&, std::function<void(AnswerTo<tws::IdsRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::QueryDisplayGroupsRequest&,
                                           std::function<void(AnswerTo<tws::QueryDisplayGroupsRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::subscribe(const tws::SubscribeToGroupEventsRequest&,
                                             Subscriber<tws::SubscribeToGroupEventsRequest>, const SubscribeOptions&);
template Result<RequestId> Client::request(const tws::ConfigRequest&, std::function<void(AnswerTo<tws::ConfigRequest>)>,
                                           const RequestOptions&);
template Result<RequestId> Client::request(const tws::UpdateConfigRequest&,
                                           std::function<void(AnswerTo<tws::UpdateConfigRequest>)>,
                                           const RequestOptions&);
template Result<void> Client::tell(const tws::MarketDataTypeRequest&);
template Result<void> Client::tell(const tws::SetServerLogLevelRequest&);
template Result<void> Client::tell(const tws::UpdateDisplayGroupRequest&);
template Result<void> Client::tell(const tws::AutoOpenOrdersRequest&);
template Result<void> Client::tell(const tws::VerifyRequest&);
template Result<void> Client::tell(const tws::VerifyMessageRequest&);
template Result<void> Client::tell(const tws::VerifyAndAuthRequest&);
template Result<void> Client::tell(const tws::VerifyAndAuthMessage&);

}  // namespace tradewind::client
