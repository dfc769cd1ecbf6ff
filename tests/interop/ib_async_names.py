"""What ib_async calls our columns, message by message and callback by callback, and where the two differ. Names work as in
nautilus_ibapi_names.py."""

from nautilus_ibapi_names import PARAMETERS as VENDOR_PARAMETERS
from nautilus_ibapi_names import CALLBACKS as VENDOR
from nautilus_ibapi_names import tick_by_tick

DETAILS = VENDOR["ContractData"]["contractDetails"] | {"contractDetails.mdSizeMultiplier": None}
ORDER = VENDOR["OpenOrder"]["openOrder"] | {
    "order.conditions[].condType": "order.conditions[].type", "order.conditions[].exch": "order.conditions[].exchange",
    "order.conditions[].changePercent": "order.conditions[].changePercent", "orderState.commission": "orderState.commissionAndFees",
    "orderState.minCommission": "orderState.minCommissionAndFees", "orderState.maxCommission": "orderState.maxCommissionAndFees",
    "orderState.commissionCurrency": "orderState.commissionAndFeesCurrency"}

CALLBACKS = VENDOR | {
    "AccountValue": {"updateAccountValue": {"tag": "key", "val": "value", "account": "accountName"}},
    "AccountUpdateTime": {"updateAccountTime": {"timestamp": "timeStamp"}},
    "AccountDataEnd": {"accountDownloadEnd": {"_account": "accountName"}},
    "AccountSummary": {"accountSummary": {"_reqId": "reqId"}},
    "AccountUpdateMulti": {"accountUpdateMulti": {"tag": "key", "val": "value"}},
    "PortfolioValue": {"updatePortfolio": {"posSize": "position", "account": "accountName"}},
    "PositionData": {"position": {"posSize": "position"}},
    "ContractData": {"contractDetails": DETAILS},
    "BondContractData": {"bondContractDetails": DETAILS | {"contractDetails.maturity": "contract.lastTradeDateOrContractMonth"}},
    "OpenOrder": {"openOrder": ORDER},
    "CompletedOrder": {"completedOrder": ORDER},
    "HistoricalData": {"historicalData": {"bar": "bars[{i}]", "bar.average": "bars[{i}].wap"},
                       "historicalDataEnd": {"_start": "startDateStr", "_end": "endDateStr"}},
    "HistoricalDataUpdate": {"historicalDataUpdate": {"bar.average": "bar.wap"}},
    "HistogramData": {"histogramData": {"items": "entries", "items[].count": "entries[].size"}},
    "MarketDataType": {"marketDataType": {"marketDataId": "marketDataType"}},
    "NewsBulletin": {"updateNewsBulletin": {"msgId": "newsMsgId", "msgType": "newsMsgType", "message": "newsMessage", "origExchange": "originatingExch"}},
    "TickNews": {"tickNews": {"_reqId": "reqId", "timeStamp": "timestamp"}},
    "HistoricalNewsEnd": {"historicalNewsEnd": {"_hasMore": "hasMore"}},
    "DeltaNeutralValidation": {"deltaNeutralValidation": {"dnc.conId": "conId", "dnc.delta": "delta", "dnc.price": "price"}},
    "CommissionAndFeesReport": {"commissionReport": {
        "commissionReport.execId": "execId", "commissionReport.currency": "currency", "commissionReport.commission": "commissionAndFees",
        "commissionReport.realizedPNL": "realizedPNL", "commissionReport.yield_": "bondYield", "commissionReport.yieldRedemptionDate": "yieldRedemptionDate"}},
    "OrderBound": {"orderBound": {"reqId": "permId", "apiClientId": "clientId", "apiOrderId": "orderId"}},
    "ReceiveFa": {"receiveFA": {"_faDataType": "faDataType", "faXmlData": "xml"}},
    "HistoricalTicks": {"historicalTicks": {"done": "isDone"}},
    "NextValidId": {"nextValidId": {"reqId": "orderId"}},
    "MarketDepthExchanges": {"mktDepthExchanges": {"depthMktDataDescriptions": "descriptions"}},
}
PARAMETERS = VENDOR_PARAMETERS | {"manualCancelOrderTime": "orderCancel.manualOrderCancelTime"}


def conditions(ours, theirs):
    for path in theirs:
        if path.endswith(".conjunction"):
            theirs[path] = theirs[path] == "a"


def open_order(ours, theirs):
    """The id is in the order alone."""
    conditions(ours, theirs)
    ours.pop("order.orderId")
    theirs.pop("order.orderId")


ADAPT = {"TickByTickData": tick_by_tick, "OpenOrder": open_order, "CompletedOrder": conditions}

# Messages for which its wrapper has no method: decoded into nothing.
NO_CALLBACK = {"DisplayGroupList", "DisplayGroupUpdated", "VerifyMessageApi", "VerifyCompleted", "VerifyAndAuthMessageApi", "VerifyAndAuthCompleted",
               "RerouteMarketDataRequest", "RerouteMarketDepthRequest", "ReplaceFaEnd"}

def not_handed_on(line, path):
    return line["message"] == "TickPrice" and path == "attrMask"


# Columns its requests have no argument for.
NOT_SENT = {"PlaceOrderRequest": {"order.volatility"}}  # it sends that with a VOL order only

# Requests that it lays out in another way than the vendor's client and the layout table: a count before the options.
DIFFERENT = {"CalculateImpliedVolatilityRequest", "CalculateOptionPriceRequest"}
