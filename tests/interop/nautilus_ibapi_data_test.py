"""The vendor's Python client against `tradewind sim serve` over TCP, at its newest text and its newest protobuf version:
contracts, market data of all kinds, news and scanners. What was is in nautilus_ibapi_history_test.py."""

import math
import sys
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import Simulator  # noqa: E402
from vendor_client import NEWEST, NEWEST_TEXT, VendorCase, combination, contract, stock  # noqa: E402
from ibapi.common import WshEventData  # noqa: E402
from ibapi.scanner import ScannerSubscription  # noqa: E402

APPLE = stock("AAPL")
EURO = contract("CASH", "EUR", "IDEALPRO")
FUTURE = contract("FUT", "ES", "CME")
INDEX = contract("IND", "SPX", "CBOE")


class Contracts:
    def test_details_of_a_stock(self):
        [details] = self.details(self.client(), APPLE)
        self.assertEqual((details.contract.conId, details.contract.primaryExchange, details.longName), (265598, "NASDAQ", "APPLE INC"))
        self.assertEqual((details.minTick, details.stockType), (0.01, "COMMON"))
        self.assertIn("LMT", details.orderTypes.split(","))
        self.assertEqual(len(details.marketRuleIds.split(",")), len(details.validExchanges.split(",")))
        self.assertEqual([(each.tag, each.value) for each in details.secIdList], [("ISIN", "US0378331005")])
        self.assertRegex(details.tradingHours, r"^\d{8}:")

    def test_details_by_contract_id_alone(self):
        [details] = self.details(self.client(), contract("", "", "", "", conId=265598))
        self.assertEqual((details.contract.symbol, details.contract.exchange), ("AAPL", "SMART"))

    def test_details_of_every_future(self):
        rows = self.details(self.client(), FUTURE)
        self.assertEqual(len(rows), 4)
        self.assertEqual({(row.contract.multiplier, row.contract.tradingClass, row.minTick, row.underSymbol) for row in rows}, {("50", "ES", 0.25, "ES")})
        months = [row.contractMonth for row in rows]
        self.assertEqual(months, sorted(set(months)))
        self.assertTrue(all(row.contract.lastTradeDateOrContractMonth.startswith(row.contractMonth) for row in rows))

    def test_details_of_a_currency_pair(self):
        [details] = self.details(self.client(), EURO)
        self.assertEqual((details.contract.localSymbol, details.minTick), ("EUR.USD", 0.00005))

    def test_details_of_an_index(self):
        [details] = self.details(self.client(), INDEX)
        self.assertEqual((details.contract.secType, details.contract.conId), ("IND", 416904))

    def test_details_of_a_bond_have_a_callback_of_their_own(self):
        client = self.client()
        client.reqContractDetails(1, contract("BOND", "IBM"))
        details = client.wait("bondContractDetails", reqId=1).contractDetails
        self.assertEqual((details.coupon, details.maturity), (4.0, "20420620"))
        client.wait("contractDetailsEnd", reqId=1)
        self.assertEqual(client.heard("contractDetails"), [])

    def test_an_option_chain_and_the_contracts_in_it(self):
        client = self.client()
        client.reqSecDefOptParams(1, "AAPL", "", "STK", 265598)
        client.wait("securityDefinitionOptionParameterEnd", reqId=1)
        chains = {call.exchange: call for call in client.heard("securityDefinitionOptionParameter", reqId=1)}
        chain = chains["SMART"]
        self.assertEqual((chain.underlyingConId, chain.tradingClass, chain.multiplier), (265598, "AAPL", "100"))
        self.assertGreaterEqual(len(chain.expirations), 8)  # six Fridays and six months, some of them the same
        expiry = sorted(chain.expirations)[2]
        rows = self.details(client, contract("OPT", "AAPL", lastTradeDateOrContractMonth=expiry))
        self.assertLessEqual({row.contract.strike for row in rows}, chain.strikes)
        self.assertEqual({row.contract.right for row in rows}, {"C", "P"})
        self.assertTrue(all(row.contract.lastTradeDateOrContractMonth == expiry for row in rows))

    def test_a_contract_that_does_not_exist_is_200(self):
        client = self.client()
        client.reqContractDetails(1, stock("NOSUCH"))
        self.assertEqual(client.wait_error(200, 1).errorString, "No security definition has been found for the request")
        client.settle()
        self.assertEqual(client.heard("contractDetailsEnd"), [])

    def test_a_search(self):
        client = self.client()
        client.reqMatchingSymbols(1, "AAPL")
        [found] = client.wait("symbolSamples", reqId=1).contractDescriptions
        self.assertEqual((found.contract.conId, found.derivativeSecTypes), (265598, ["OPT", "BAG"]))

    def test_market_rules_components_and_exchanges_with_depth(self):
        client = self.client()
        client.reqMarketRule(32)
        self.assertEqual([(step.lowEdge, step.increment) for step in client.wait("marketRule", marketRuleId=32).priceIncrements], [(0.0, 0.01), (3.0, 0.05)])
        client.reqSmartComponents(2, "9c0001")
        parts = client.wait("smartComponents", reqId=2).smartComponentMap  # in protobuf by their bits
        letters = {part[1] for part in parts.values()} if isinstance(parts, dict) else {part.exchangeLetter for part in parts}
        self.assertLessEqual({"Q", "P", "N"}, letters)
        client.reqMktDepthExchanges()
        self.assertIn(("NASDAQ", "STK"), {(each.exchange, each.secType) for each in client.wait("mktDepthExchanges").depthMktDataDescriptions})


class MarketData:
    def option(self, client, right="C"):
        """Near the money, two to three weeks away."""
        client.reqSecDefOptParams(900, "AAPL", "", "STK", 265598)
        chain = client.wait("securityDefinitionOptionParameter", reqId=900, exchange="SMART")
        client.wait("securityDefinitionOptionParameterEnd", reqId=900)
        bid, _ = self.quote(client, APPLE)
        strike = min(chain.strikes, key=lambda at: abs(at - bid))
        return contract("OPT", "AAPL", lastTradeDateOrContractMonth=sorted(chain.expirations)[3], strike=strike, right=right, multiplier="100")

    def test_a_line_of_ticks(self):
        client = self.client()
        client.reqMktData(1, APPLE, "", False, False, [])
        self.assertEqual(client.wait("marketDataType", reqId=1).marketDataType, 1)
        self.assertEqual(client.wait("tickReqParams", tickerId=1).minTick, 0.01)
        for kind in (1, 2, 4, 6, 7, 9, 14):
            self.assertGreater(client.wait("tickPrice", reqId=1, tickType=kind).price, 0)
        for kind in (0, 3, 5, 8):
            self.assertGreater(client.wait("tickSize", reqId=1, tickType=kind).size, 0)
        client.wait("tickString", reqId=1, tickType=45)  # last timestamp
        client.wait("tickPrice", reqId=1, tickType=1, count=3)
        bid, ask = (client.heard("tickPrice", reqId=1, tickType=kind)[0].price for kind in (1, 2))
        self.assertLess(bid, ask)
        client.cancelMktData(1)

    def test_nothing_comes_after_a_cancel(self):
        client = self.client()
        client.reqMktData(1, APPLE, "", False, False, [])
        client.wait("tickPrice", reqId=1)
        client.cancelMktData(1)
        client.settle()
        since = client.now()
        client.reqMktData(2, APPLE, "", False, False, [])
        client.wait("tickPrice", since, count=6, reqId=2, tickType=1)
        self.assertEqual(client.heard("tickPrice", since, reqId=1), [])
        client.cancelMktData(2)
        client.cancelMktData(1)
        client.wait_error(300, 1)

    def test_every_kind_of_contract_has_ticks(self):
        client = self.client()
        near, far = (row.contract for row in self.details(client, FUTURE)[:2])
        spread = combination("ES", (near, 1, "SELL"), (far, 1, "BUY"))
        for number, (each, kind) in enumerate([(near, 1), (EURO, 1), (INDEX, 4), (self.option(client), 1), (contract("BOND", "IBM"), 1), (spread, 1)]):
            client.reqMktData(number, each, "", False, False, [])
            client.wait("tickPrice", reqId=number, tickType=kind)
            client.cancelMktData(number)

    def test_a_snapshot_ends_by_itself(self):
        client = self.client()
        bid, ask = self.quote(client, APPLE)
        self.assertTrue(0 < bid < ask)
        client.settle()
        self.assertEqual(len(client.heard("tickSnapshotEnd")), 1)

    def test_generic_ticks_come_beside_the_others(self):
        client = self.client()
        client.reqMktData(1, APPLE, "100,101,104,106,165,225,232,233,236,293,294,295,318,375,411,456", False, False, [])
        for name, kinds in {"tickGeneric": (23, 24, 46, 49, 54, 55, 56), "tickPrice": (15, 16, 17, 18, 19, 20, 37), "tickSize": (21, 27, 28, 29, 30, 89)}.items():
            for kind in kinds:
                client.wait(name, reqId=1, tickType=kind)
        client.wait("tickString", reqId=1, tickType=48, value=lambda value: value.count(";") == 5)  # RT volume
        client.wait("tickString", reqId=1, tickType=59, value=lambda value: value.count(",") == 3)  # dividends
        client.cancelMktData(1)

    def test_unknown_generic_ticks_and_contracts_are_refused(self):
        client = self.client()
        client.reqMktData(1, APPLE, "9999", False, False, [])
        client.wait_error(321, 1)
        client.reqMktData(2, stock("NOSUCH"), "", False, False, [])
        client.wait_error(200, 2)
        client.reqMktData(3, APPLE, "", False, False, [])
        client.wait("tickPrice", reqId=3)
        client.reqMktData(3, APPLE, "", False, False, [])
        client.wait_error(322, 3)
        client.cancelMktData(3)

    def test_frozen_and_live_data(self):
        client = self.client()
        client.reqMarketDataType(2)
        client.reqMktData(1, APPLE, "", False, False, [])
        client.wait("tickPrice", reqId=1, tickType=1)
        client.reqMarketDataType(1)
        since = client.now()
        client.reqMktData(2, APPLE, "", False, False, [])
        self.assertEqual(client.wait("marketDataType", since, reqId=2).marketDataType, 1)
        client.wait("tickPrice", since, reqId=2, tickType=1)

    def test_delayed_data_where_there_are_no_live_ones(self):
        with Simulator("--market-data", "delayed") as simulator:
            client = self.client(simulator=simulator)
            client.reqMktData(1, APPLE, "", False, False, [])
            client.wait_error(10168, 1)
            client.reqMarketDataType(3)
            client.reqMktData(2, APPLE, "", False, False, [])
            client.wait_error(10167, 2)
            self.assertEqual(client.wait("marketDataType", reqId=2).marketDataType, 3)
            for kind in (66, 67, 68):
                client.wait("tickPrice", reqId=2, tickType=kind)
            self.assertEqual(client.heard("tickPrice", reqId=2, tickType=1), [])

    def test_no_data_without_a_subscription(self):
        with Simulator("--market-data", "none") as simulator:
            client = self.client(simulator=simulator)
            client.reqMktData(1, APPLE, "", False, False, [])
            client.wait_error(354, 1)
            client.reqMarketDataType(3)
            client.reqMktData(2, APPLE, "", False, False, [])
            client.wait_error(354, 2)

    def test_there_are_no_more_lines_than_that(self):
        with Simulator("--data-lines", 2) as simulator:
            client, other = self.client(simulator=simulator), self.client(simulator=simulator)
            client.reqMktData(1, APPLE, "", False, False, [])
            other.reqMktData(1, stock("MSFT"), "", False, False, [])
            for each in (client, other):
                each.wait("tickPrice", reqId=1)
            client.reqMktData(2, stock("TSLA"), "", False, False, [])
            client.wait_error(101, 2)
            other.cancelMktData(1)
            other.settle()
            client.reqMktData(3, stock("TSLA"), "", False, False, [])
            client.wait("tickPrice", reqId=3)

    def test_tick_by_tick(self):
        client = self.client()
        for number, kind in enumerate(("Last", "BidAsk", "MidPoint", "AllLast"), 1):
            client.reqTickByTickData(number, stock(("AAPL", "MSFT", "TSLA", "SPY")[number - 1]), kind, 0, False)
            name = {"BidAsk": "tickByTickBidAsk", "MidPoint": "tickByTickMidPoint"}.get(kind, "tickByTickAllLast")
            tick = client.wait(name, reqId=number)
            self.assertGreater(tick.time, 1_600_000_000)
            client.cancelTickByTickData(number)
        self.assertEqual({call.tickType for call in client.heard("tickByTickAllLast", reqId=1)}, {1})
        self.assertEqual({call.tickType for call in client.heard("tickByTickAllLast", reqId=4)}, {2})
        self.assertTrue(all(call.bidPrice < call.askPrice for call in client.heard("tickByTickBidAsk")))

    def test_depth_of_one_exchange(self):
        client = self.client()
        client.reqMktDepth(1, contract("STK", "AAPL", "NASDAQ"), 5, False, [])
        for side in (0, 1):
            client.wait("updateMktDepthL2", reqId=1, side=side, position=4)
        client.cancelMktDepth(1, False)
        client.settle()

    def test_depth_of_all_exchanges_keeps_a_sorted_book(self):
        client = self.client()
        client.reqMktDepth(1, APPLE, 10, True, [])
        client.expected.add(2152)
        client.wait("updateMktDepthL2", reqId=1, count=200)
        client.cancelMktDepth(1, True)
        client.settle()
        book = {0: [], 1: []}
        for row in client.heard("updateMktDepthL2", reqId=1):
            if row.operation == 0:
                book[row.side].insert(row.position, row.price)
            elif row.operation == 1:
                book[row.side][row.position] = row.price
            else:
                book[row.side].pop(row.position)
        self.assertEqual(book[1], sorted(book[1], reverse=True))
        self.assertEqual(book[0], sorted(book[0]))
        self.assertLess(book[1][0], book[0][0])

    def test_the_fourth_depth_subscription_is_309(self):
        with Simulator() as simulator:
            client = self.client(simulator=simulator)
            client.expected.add(2152)
            for number, symbol in enumerate(("AAPL", "MSFT", "TSLA")):
                client.reqMktDepth(number, stock(symbol), 5, True, [])
                client.wait("updateMktDepthL2", reqId=number)
            client.reqMktDepth(9, stock("SPY"), 5, True, [])
            client.wait_error(309, 9)

    def test_bars_of_five_seconds(self):
        with Simulator("--speed", 20) as simulator:
            client = self.client(simulator=simulator)
            client.reqRealTimeBars(1, APPLE, 5, "TRADES", False, [])
            client.reqRealTimeBars(2, EURO, 5, "MIDPOINT", False, [])
            for number in (1, 2):
                client.wait("realtimeBar", reqId=number, count=3)
                bars = client.heard("realtimeBar", reqId=number)
                self.assertEqual([later.time - bar.time for bar, later in zip(bars, bars[1:])], [5] * (len(bars) - 1))
                self.assertTrue(all(bar.low <= min(bar.open_, bar.close) <= max(bar.open_, bar.close) <= bar.high for bar in bars))
            client.wait("realtimeBar", reqId=1, volume=lambda volume: volume > 0)
            client.cancelRealTimeBars(1)
            client.cancelRealTimeBars(2)
            client.settle()

    def test_options_have_greeks_and_can_be_calculated(self):
        client = self.client()
        option = self.option(client)
        client.reqMktData(1, option, "106", False, False, [])
        model = client.wait("tickOptionComputation", reqId=1, tickType=13)
        self.assertTrue(0.2 < model.delta < 0.8 and model.gamma > 0 and model.theta < 0, vars(model))
        for kind in (10, 11, 12):
            client.wait("tickOptionComputation", reqId=1, tickType=kind)
        client.cancelMktData(1)
        client.calculateOptionPrice(2, option, 0.3, option.strike, [])
        price = client.wait("tickOptionComputation", reqId=2, tickType=53).optPrice
        client.calculateImpliedVolatility(3, option, price, option.strike, [])
        self.assertTrue(math.isclose(client.wait("tickOptionComputation", reqId=3, tickType=53).impliedVol, 0.3, abs_tol=1e-3))
        client.cancelCalculateOptionPrice(2)
        client.cancelCalculateImpliedVolatility(3)
        client.settle()


class NewsAndScanners:
    def test_headlines_and_an_article(self):
        client = self.client()
        client.reqNewsProviders()
        providers = [each.code for each in client.wait("newsProviders").newsProviders]
        self.assertIn("BRFG", providers)
        client.reqHistoricalNews(1, 265598, "+".join(providers), "", "", 5, [])
        client.wait("historicalNewsEnd", requestId=1, hasMore=True)
        rows = client.heard("historicalNews", requestId=1)
        self.assertEqual(len(rows), 5)
        client.reqNewsArticle(2, rows[0].providerCode, rows[0].articleId, [])
        self.assertTrue(client.wait("newsArticle", requestId=2).articleText)
        client.reqNewsArticle(3, rows[0].providerCode, "NO$SUCH", [])
        client.wait_error(10172, 3)

    def test_bulletins_can_be_asked_for(self):
        client = self.client()
        client.reqNewsBulletins(True)
        client.settle()
        client.cancelNewsBulletins()
        client.settle()

    def test_the_corporate_calendar_needs_a_subscription(self):
        client = self.client()
        client.reqWshMetaData(1)
        client.wait_error(10276, 1)
        wanted = WshEventData()
        wanted.conId = 265598
        client.reqWshEventData(2, wanted)
        client.wait_error(10276, 2)
        client.cancelWshMetaData(1)
        client.cancelWshEventData(2)
        client.settle()

    def test_fundamentals_are_gone(self):
        client = self.client()
        client.reqFundamentalData(1, APPLE, "ReportSnapshot", [])
        client.wait_error(10358, 1)
        client.cancelFundamentalData(1)
        client.settle()

    def test_a_scan_ranks_what_is_listed(self):
        with Simulator("--speed", 20) as simulator:
            client = self.client(simulator=simulator)
            scan = ScannerSubscription()
            scan.instrument, scan.locationCode, scan.scanCode, scan.numberOfRows = "STK", "STK.US.MAJOR", "MOST_ACTIVE", 3
            # What has not traded yet is not active: the gateway may have begun this moment.
            for number, symbol in enumerate(("AAPL", "MSFT", "SPY"), 11):
                client.reqMktData(number, stock(symbol), "", False, False, [])
                client.wait("tickSize", reqId=number, tickType=8)
                client.cancelMktData(number)
            client.reqScannerSubscription(1, scan, [], [])
            client.wait("scannerDataEnd", reqId=1)
            rows = client.heard("scannerData", reqId=1)
            self.assertEqual([row.rank for row in rows], [0, 1, 2])
            self.assertLessEqual({row.contractDetails.contract.symbol for row in rows}, {"AAPL", "MSFT", "SPY", "TSLA"})
            client.cancelScannerSubscription(1)
            scan.scanCode = "NO_SUCH_SCAN"
            client.reqScannerSubscription(2, scan, [], [])
            client.wait_error(162, 2)

    def test_the_parameters_of_scans_are_xml(self):
        client = self.client()
        client.reqScannerParameters()
        self.assertIn("MOST_ACTIVE", [code.text for code in xml.fromstring(client.wait("scannerParameters").xml).iter("scanCode")])


class TextContracts(Contracts, VendorCase):
    VERSION = NEWEST_TEXT


class ProtobufContracts(Contracts, VendorCase):
    VERSION = NEWEST

    def test_a_question_for_contracts_can_be_taken_back(self):
        client = self.client()
        client.reqContractDetails(1, contract("OPT", "AAPL"))
        client.cancelContractData(1)
        client.settle()
        self.details(client, APPLE)


class TextMarketData(MarketData, VendorCase):
    VERSION = NEWEST_TEXT


class ProtobufMarketData(MarketData, VendorCase):
    VERSION = NEWEST


class TextNewsAndScanners(NewsAndScanners, VendorCase):
    VERSION = NEWEST_TEXT


class ProtobufNewsAndScanners(NewsAndScanners, VendorCase):
    VERSION = NEWEST


if __name__ == "__main__":
    unittest.main()
