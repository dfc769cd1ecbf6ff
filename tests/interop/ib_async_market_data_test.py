"""ib_async on market data of `tradewind sim serve`: lines, snapshots, ticks, depth, bars, option calculations.

Whatever its library logs as an error fails the test, beside the notices a test names itself."""

import math
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ib_async_client import PATIENCE, IbAsyncCase, ib_async  # noqa: E402
from program import Simulator  # noqa: E402


class MarketDataTest(IbAsyncCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator("--generate", 7)

    @classmethod
    def tearDownClass(cls):
        cls.simulator.stop()

    def setUp(self):
        self.errors = self.record()
        self.codes = []
        self.ib = ib_async.IB()
        self.ib.errorEvent += lambda request_id, code, text, contract: self.codes.append(code)
        self.ib.connect("127.0.0.1", self.simulator.port, clientId=12, timeout=PATIENCE)
        [self.stock] = self.ib.qualifyContracts(ib_async.Stock("AAPL", "SMART", "USD"))

    def tearDown(self):
        self.ib.disconnect()
        self.assertEqual(self.errors.lines, [])

    def test_a_line_shows_what_was_asked_for(self):
        ticker = self.ib.reqMktData(self.stock, "100,165,232,233,236,293,375,411,456")
        self.wait(lambda: ticker.bid > 0 and ticker.ask > ticker.bid and ticker.last > 0, "a quote and a print")
        self.wait(lambda: ticker.rtVolume > 0 and ticker.markPrice > 0, "a mark and a volume")
        self.assertEqual(ticker.marketDataType, 1)
        self.assertEqual(ticker.bboExchange, "9c0001")
        self.assertEqual(ticker.halted, 0)
        self.assertGreater(ticker.shortableShares, 0)
        self.assertGreater(ticker.high52week, ticker.low52week)
        self.assertGreater(ticker.rtHistVolatility, 0)
        self.assertGreater(ticker.tradeCount, 0)
        before = ticker.volume
        self.wait(lambda: ticker.volume > before, "another print")
        self.ib.cancelMktData(self.stock)

    def test_a_snapshot_ends(self):
        [ticker] = self.ib.reqTickers(self.stock)
        self.assertGreater(ticker.ask, ticker.bid)
        self.assertTrue(ticker.hasBidAsk())

    def test_every_print_and_every_quote(self):
        prints = self.ib.reqTickByTickData(self.stock, "Last", 0, False)
        self.wait(lambda: len(prints.tickByTicks) > 0, "a print")
        self.assertIsInstance(prints.tickByTicks[-1], ib_async.TickByTickAllLast)
        self.ib.cancelTickByTickData(self.stock, "Last")
        quotes = self.ib.reqTickByTickData(self.stock, "BidAsk", 0, False)
        self.wait(lambda: any(isinstance(t, ib_async.TickByTickBidAsk) for t in quotes.tickByTicks), "a quote")
        self.ib.cancelTickByTickData(self.stock, "BidAsk")
        middles = self.ib.reqTickByTickData(self.stock, "MidPoint", 0, False)
        self.wait(lambda: any(isinstance(t, ib_async.TickByTickMidPoint) for t in middles.tickByTicks), "a midpoint")
        self.ib.cancelTickByTickData(self.stock, "MidPoint")

    def test_depth_of_all_exchanges_in_one_book(self):
        ticker = self.ib.reqMktDepth(self.stock, numRows=10, isSmartDepth=True)
        self.wait(lambda: len(ticker.domBids) == 10 and len(ticker.domAsks) == 10, "a book")
        for _ in range(40):
            self.ib.waitOnUpdate(0.1)
            bids = [level.price for level in ticker.domBids]
            asks = [level.price for level in ticker.domAsks]
            self.assertEqual(bids, sorted(bids, reverse=True))
            self.assertEqual(asks, sorted(asks))
            self.assertLess(bids[0], asks[0])
        self.assertTrue(all(level.marketMaker for level in ticker.domBids))
        self.assertIn(2152, self.codes)
        self.ib.cancelMktDepth(self.stock, isSmartDepth=True)

    def test_bars_of_five_seconds(self):
        bars = self.ib.reqRealTimeBars(self.stock, 5, "TRADES", False)
        self.wait(lambda: len(bars) >= 2, "two bars")
        self.assertEqual((bars[1].time - bars[0].time).total_seconds(), 5)
        self.assertGreater(bars[1].count, 0)
        self.assertTrue(bars[1].low <= bars[1].wap <= bars[1].high)
        self.ib.cancelRealTimeBars(bars)

    def test_options_have_greeks_and_can_be_calculated(self):
        [chain] = [c for c in self.ib.reqSecDefOptParams("AAPL", "", "STK", self.stock.conId) if c.exchange == "SMART"]
        [stock] = self.ib.reqTickers(self.stock)
        expiry = sorted(chain.expirations)[3]
        strike = min(chain.strikes, key=lambda at: abs(at - stock.marketPrice()))
        [option] = self.ib.qualifyContracts(ib_async.Option("AAPL", expiry, strike, "C", "SMART"))
        ticker = self.ib.reqMktData(option)
        self.wait(lambda: ticker.modelGreeks and ticker.bidGreeks and ticker.askGreeks, "greeks")
        self.assertTrue(0.3 < ticker.modelGreeks.delta < 0.7, ticker.modelGreeks)
        self.assertLess(ticker.bidGreeks.impliedVol, ticker.askGreeks.impliedVol)
        self.ib.cancelMktData(option)
        price = self.ib.calculateOptionPrice(option, 0.3, strike)
        volatility = self.ib.calculateImpliedVolatility(option, price.optPrice, strike)
        self.assertTrue(math.isclose(volatility.impliedVol, 0.3, abs_tol=1e-3), volatility)


if __name__ == "__main__":
    unittest.main()
