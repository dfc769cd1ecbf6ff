"""What the vendor's client calls our columns, message by message and callback by callback, and where the two differ.

A name stands for everything below it ("bar" for "bar.open"); None leaves it out; {i} is the number of the callback."""

DETAILS = {"contractDetails.contract": "contract", "contractDetails.putable": "contractDetails.puttable", "contractDetails.notes": "contractDetails.bondNotes",
           "contractDetails.ineligibilityReasonList": "contractDetails.ineligibilityReasons",
           "contractDetails.ineligibilityReasonList[].id_": "contractDetails.ineligibilityReasons[].id"}
ORDER = {"order.orderComboLegs[].price": "contract.comboLegs[].perLegPrice", "order.conditions[].condType": "order.conditions[].type",
         "order.softDollarTier.val": "order.softDollarTier.value", "order.conditions[].isConjunctionConnection": "order.conditions[].conjunction"}

CALLBACKS = {
    "TickPrice": {"tickSize": {"reqId": None, "tickType": None}},
    "AccountValue": {"updateAccountValue": {"val": "value"}},
    "PositionMulti": {"positionMulti": {"pos": "position"}},
    "PnlSingle": {"pnlSingle": {"pos": "position"}},
    "ContractData": {"contractDetails": DETAILS},
    "BondContractData": {"bondContractDetails": DETAILS | {"contractDetails.maturity": "contract.lastTradeDateOrContractMonth"}},
    "OpenOrder": {"openOrder": ORDER},
    "CompletedOrder": {"completedOrder": ORDER},
    "ErrorMessage": {"error": {"reqId": "id", "errorString": "errorMsg"}},
    "HistoricalData": {"historicalData": {"bar": "bars[{i}]"}, "historicalDataEnd": {"start": "startDateStr", "end": "endDateStr"}},
    "HistoricalDataEnd": {"historicalDataEnd": {"start": "startDateStr", "end": "endDateStr"}},
    "CommissionAndFeesReport": {"commissionAndFeesReport": {
        "commissionAndFeesReport": "", "commissionAndFeesReport.execId": "execId", "commissionAndFeesReport.currency": "currency",
        "commissionAndFeesReport.commissionAndFees": "commissionAndFees", "commissionAndFeesReport.realizedPNL": "realizedPNL",
        "commissionAndFeesReport.yield_": "bondYield", "commissionAndFeesReport.yieldRedemptionDate": "yieldRedemptionDate"}},
    "HistogramData": {"histogramData": {"items": "entries"}},
    "HistoricalTicks": {"historicalTicks": {"done": "isDone"}},
    "HistoricalTicksBidAsk": {"historicalTicksBidAsk": {"done": "isDone"}},
    "HistoricalTicksLast": {"historicalTicksLast": {"done": "isDone"}},
    "TickByTickData": {
        "tickByTickAllLast": {"time": "last.time", "price": "last.price", "size": "last.size", "tickAttribLast": "last.tickAttribLast",
                              "exchange": "last.exchange", "specialConditions": "last.specialConditions"},
        "tickByTickBidAsk": {"time": "bidAsk.time", "bidPrice": "bidAsk.priceBid", "askPrice": "bidAsk.priceAsk", "bidSize": "bidAsk.sizeBid",
                             "askSize": "bidAsk.sizeAsk", "tickAttribBidAsk": "bidAsk.tickAttribBidAsk"},
        "tickByTickMidPoint": {"time": "midPoint.time", "midPoint": "midPoint.price"}},
    "MarketDepth": {"updateMktDepth": {name: f"marketDepthData.{name}" for name in ("position", "operation", "side", "price", "size")}},
    "MarketDepthL2": {"updateMktDepthL2": {name: f"marketDepthData.{name}" for name in (
        "position", "marketMaker", "operation", "side", "price", "size", "isSmartDepth")}},
    "NewsBulletin": {"updateNewsBulletin": {"msgId": "newsMsgId", "msgType": "newsMsgType", "originExch": "originatingExch"}},
    "NewsProviders": {"newsProviders": {"newsProviders": "providers", "newsProviders[].code": "providers[].providerCode",
                                        "newsProviders[].name": "providers[].providerName"}},
    "NewsArticle": {"newsArticle": {"requestId": "reqId"}},
    "HistoricalNews": {"historicalNews": {"requestId": "reqId"}},
    "HistoricalNewsEnd": {"historicalNewsEnd": {"requestId": "reqId"}},
    "TickNews": {"tickNews": {"tickerId": "reqId", "timeStamp": "timestamp"}},
    "TickReqParams": {"tickReqParams": {"tickerId": "reqId"}},
    "SoftDollarTiers": {"softDollarTiers": {"tiers[].val": "tiers[].value"}},
    "SmartComponents": {"smartComponents": {"smartComponentMap": "components"}},
    "FamilyCodes": {"familyCodes": {"familyCodes[].accountID": "familyCodes[].accountId", "familyCodes[].familyCodeStr": "familyCodes[].familyCode"}},
    "MarketDepthExchanges": {"mktDepthExchanges": {"depthMktDataDescriptions": "descriptions"}},
    "CurrentTime": {"currentTime": {"time": "currentTime"}},
    "CurrentTimeInMillis": {"currentTimeInMillis": {"timeInMillis": "currentTimeInMillis"}},
    "ReceiveFa": {"receiveFA": {"faData": "faDataType", "cxml": "xml"}},
    "RealTimeBarTick": {"realtimeBar": {"open_": "open"}},
    "ScannerData": {"scannerData": {
        "rank": "elements[{i}].rank", "contractDetails.contract": "elements[{i}].contract", "contractDetails.marketName": "elements[{i}].marketName",
        "contractDetails": None, "distance": "elements[{i}].distance", "benchmark": "elements[{i}].benchmark",
        "projection": "elements[{i}].projection", "legsStr": "elements[{i}].comboKey"}},
    "VerifyAndAuthMessageApi": {"verifyAndAuthMessageAPI": {"xyzChallange": "xyzChallenge"}},
    "DeltaNeutralValidation": {"deltaNeutralValidation": {"deltaNeutralContract.conId": "conId", "deltaNeutralContract.delta": "delta",
                                                          "deltaNeutralContract.price": "price"}},
    "TickEfp": {"tickEFP": {"totalDividends": "impliedFuture"}},
}
# Their protobuf message is all the application gets (compared in BodiesByTheVendorsDefinitions).
NO_CALLBACK = {"ConfigResponse", "UpdateConfigResponse"}

# What the vendor's decoder does not hand on, although its protobuf definitions have it (those are compared in full, see
# BodiesByTheVendorsDefinitions). In text these are not part of incoming messages.
REQUESTS_ONLY = {
    "contract": {"includeExpired", "secId", "secIdType"},
    "order": {"advancedErrorOverride", "algoId", "manualOrderTime", "mifid2DecisionAlgo", "mifid2DecisionMaker", "mifid2ExecutionAlgo", "mifid2ExecutionTrader",
              "orderMiscOptions[].tag", "orderMiscOptions[].value", "overridePercentageConstraints", "scaleTable", "transmit"},
}
NOT_HANDED_ON = {
    ("MarketDepth", "marketDepthData.marketMaker"), ("MarketDepth", "marketDepthData.isSmartDepth"),
    ("TickReqParams", "lastPricePrecision"), ("TickReqParams", "lastSizePrecision"), ("TickByTickData", "midPoint.size"),
    # newer than this release of the client
    ("ContractData", "contractDetails.settlementMethod"), ("BondContractData", "contractDetails.settlementMethod"),
}


def not_handed_on(line, path):
    parts = path.split(".")
    if path.endswith("comboLegs[].perLegPrice") and line["message"] not in ("OpenOrder", "CompletedOrder"):
        return line["protobuf"]  # the prices of legs are put into the order, and there is none
    return line["protobuf"] and (line["message"], path) in NOT_HANDED_ON or line["protobuf"] and any(part.split("[")[0] in REQUESTS_ONLY and ".".join(parts[i + 1:]) in REQUESTS_ONLY[part.split("[")[0]]
                                    for i, part in enumerate(parts))


# --- What takes more than a name: functions that bring both sides into one shape ---

def tick_by_tick(ours, theirs):
    """Only the part that belongs to the type, and the callback says the type itself."""
    part = {"1": "last", "2": "last", "3": "bidAsk", "4": "midPoint"}[ours["tickType"]]
    theirs.setdefault("tickType", ours["tickType"])
    for path in list(ours):
        if "." in path and not path.startswith(part + "."):
            ours.pop(path)


def no_volume(ours, theirs):
    for path in [path for path in theirs if path.endswith("volume") and theirs[path] == -1 and path not in ours]:
        theirs.pop(path)


def bars(ours, theirs):
    """No bar, no callback. A bar of what is no trade has a volume of -1, which is none to us."""
    no_volume(ours, theirs)
    if "reqId" not in theirs and not any(path.startswith("bars[") for path in ours):
        ours.pop("reqId")


def smart_components(ours, theirs):
    """In protobuf a dictionary by bit number; of two equal ones the last counts."""
    rows = {}
    if not any(path.startswith("components.") for path in theirs):
        return  # in text they are a list
    for i in range(len(ours)):
        if f"components[{i}].exchange" in ours:
            parts = [ours.pop(f"components[{i}].{name}") for name in ("bitNumber", "exchange", "exchangeLetter")]
            rows[parts[0]] = parts
    for j, (bit, parts) in enumerate(rows.items()):
        for i, name in enumerate(("bitNumber", "exchange", "exchangeLetter")):
            ours[f"components[{j}].{name}"] = parts[i]
            value = theirs.pop(f"components.{bit}[{i - 1}]", None) if i else bit
            theirs[f"components[{j}].{name}"] = value if value != " " else parts[i] or ""  # a blank is its default


def reasons(ours, theirs):
    """An absent text of a reason is the word None."""
    for path in theirs:
        if path.startswith("contractDetails.ineligibilityReasons[") and theirs[path] == "None" and not ours.get(path):
            theirs[path] = ""


def tick_price(ours, theirs):
    """The mask arrives as three bools, the size as a second callback for the types of tick that have one."""
    bits = {"canAutoExecute": 1, "pastLimit": 2, "preOpen": 4}
    mask = sum(bit for name, bit in bits.items() if theirs.pop("attrib." + name, False))
    if int(ours.get("attrMask", 0)) & 7 == mask:
        theirs["attrMask"] = ours.get("attrMask")
    if int(ours["tickType"]) not in (1, 2, 4, 66, 67, 68):
        ours.pop("size", None)


def option_computation(ours, theirs):
    """A negative volatility or price and greeks of -2 are said to be None."""
    for path in ("impliedVol", "optPrice", "pvDividend", "undPrice"):
        if theirs.get(path) is None and float(ours.get(path, 0)) < 0:
            ours.pop(path)


def option_chain(ours, theirs):
    """Lists become sets."""
    for name, kind in (("expirations", str), ("strikes", float)):
        values = {kind(ours.pop(path)) for path in list(ours) if path.startswith(name + "[")}
        ours.update({f"{name}[{i}]": value if kind is str else repr(value) for i, value in enumerate(sorted(values))})


def conditions(ours, theirs):
    """Of hedge, algorithm and conditions only what belongs to their type."""
    for path in list(ours):
        if path in ("order.hedgeParam", "order.hedgeMaxSize") and not ours.get("order.hedgeType"):
            ours.pop(path)
        if path.startswith("order.algoParams[") and not ours.get("order.algoStrategy"):
            ours.pop(path)
    kinds = {path.removesuffix("type"): kind for path, kind in ours.items() if path.startswith("order.conditions[") and path.endswith("].type")}
    for path in list(ours):
        head, dot, name = path.rpartition(".")
        if head + dot in kinds and name not in ("type", "conjunction") and name not in CONDITION_PARTS[kinds[head + dot]]:
            ours.pop(path)


def open_order(ours, theirs):
    """The id is in the order, too."""
    conditions(ours, theirs)
    if theirs.get("order.orderId") == theirs.get("orderId"):
        theirs.pop("order.orderId", None)
        ours.pop("order.orderId", None)


ADAPT = {"TickByTickData": tick_by_tick, "HistoricalData": bars, "HistoricalDataUpdate": no_volume, "SmartComponents": smart_components, "ContractData": reasons, "BondContractData": reasons,
         "TickPrice": tick_price, "TickOptionComputation": option_computation, "SecDefOptParameter": option_chain, "OpenOrder": open_order, "CompletedOrder": conditions}

CONDITION_PARTS = {"1": ("isMore", "price", "conId", "exchange", "triggerMethod"), "3": ("isMore", "time"), "4": ("isMore", "percent"),
                   "5": ("secType", "exchange", "symbol"), "6": ("isMore", "volume", "conId", "exchange"), "7": ("isMore", "changePercent", "conId", "exchange")}


# --- Requests ---

PARAMETERS = {
    "groupName": "group", "tickerId": "reqId", "faData": "faDataType", "cxml": "xml", "bAutoBind": "autoBind", "execFilter": "executionFilter",
    "durationStr": "duration", "useRth": "useRTH", "allMsgs": "allMessages", "conid": "conId", "mktDataOptions": "marketDataOptions",
    "mktDepthOptions": "marketDepthOptions", "implVolOptions": "options", "optPrcOptions": "options", "newsArticleOptions": "options",
    "historicalNewsOptions": "options", "fundamentalDataOptions": "options", "subscription": "scannerSubscription",
    "scannerSubscriptionOptions": "scannerSubscription.options", "scannerSubscriptionFilterOptions": "scannerSubscription.filterOptions",
    ("ExerciseOptionsRequest", "reqId"): "orderId",
}

# Requests that have only a method for the protobuf message (its fields are compared in BodiesByTheVendorsDefinitions).
NO_METHOD = {"ConfigRequest", "UpdateConfigRequest"}

# What the client does not put into a request: parts of the contract and of the order that only gateways fill in.
NOT_SENT = {"contract.lastTradeDate", "order.parentPermId", "order.refFuturesConId", "order.shareholder", "order.autoCancelDate", "order.filledQuantity",
            "order.orderId"}
# Lists of options "for internal use": the client refuses them in text.
NO_OPTIONS = {"MarketDepthRequest": "marketDepthOptions", "MarketDataRequest": "marketDataOptions", "CalculateImpliedVolatilityRequest": "options",
              "CalculateOptionPriceRequest": "options"}
YES_NO = {"order.usePriceMgmtAlgo", "order.seekPriceImprovement", "order.routeMarketableToBbo"}


def request_columns(line, columns, leaves, pattern):
    """The columns that travel at the version of a line and that the client is able to send."""
    out = {}
    for path, value in columns.items():
        shape = pattern(path)
        if shape not in leaves or shape in NOT_SENT or (line["message"] != "PlaceOrderRequest" and shape == "contract.comboLegs[].perLegPrice"):
            continue
        if not line["protobuf"] and shape.split("[")[0] == NO_OPTIONS.get(line["message"]):
            continue
        if shape == "order.discretionaryAmt" and value == "0":
            continue  # its "none"
        if shape == "scannerSubscription.numberOfRows" and value == "-1":
            continue  # likewise
        out[path] = value if shape not in YES_NO else str(int(value != "0"))
    if line["message"] == "PlaceOrderRequest" and line["protobuf"]:
        for path in list(out):
            head, dot, name = path.rpartition(".")
            if path.startswith("order.conditions[") and name not in ("type", "conjunction") and name not in CONDITION_PARTS[out[head + ".type"]]:
                out.pop(path)
    return out


def refused(line):
    """The client knows that this kind of financial advisor data is gone."""
    return line["message"] in ("FaRequest", "FaReplace") and line["columns"]["faDataType"] == "2"
