"""ib_async against the past that `tradewind sim serve` tells: its default market, over TCP.

The library parses each answer by its own rules, dates and counts among them, and logs what it does not understand."""

import datetime
import logging
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ib_async_client import PATIENCE, IbAsyncCase, ib_async  # noqa: E402
from program import Simulator  # noqa: E402

APPLE = ib_async.Stock("AAPL", "SMART", "USD")
EURO = ib_async.Forex("EURUSD")
UTC = datetime.timezone.utc


class HistoryTest(IbAsyncCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator()
        cls.ib = ib_async.IB()
        cls.ib.RequestTimeout = PATIENCE
        cls.ib.connect("127.0.0.1", cls.simulator.port, clientId=14, timeout=PATIENCE)
        cls.ib.qualifyContracts(APPLE, EURO)

    @classmethod
    def tearDownClass(cls):
        cls.ib.disconnect()
        cls.simulator.stop()

    def setUp(self):
        self.log = self.record(logging.WARNING, passed_over=["Warning 21"])
        self.expected = []  # parts of lines of the log

    def tearDown(self):
        self.assertEqual(len(self.log.lines), len(self.expected), self.log.lines)
        for line, part in zip(self.log.lines, self.expected):
            self.assertIn(part, line)

    def bars(self, contract, duration, size, what="TRADES", end="", format_date=1, **more):
        return self.ib.reqHistoricalData(contract, end, duration, size, what, useRTH=False, formatDate=format_date, **more)

    def test_bars_of_minutes(self):
        bars = self.bars(APPLE, "2 D", "1 min", format_date=2)
        self.assertGreater(len(bars), 2700)
        self.assertEqual(bars[0].date.tzinfo, UTC)
        for before, bar in zip(bars, bars[1:]):
            self.assertGreater(bar.date, before.date)
            self.assertTrue(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high)
            self.assertTrue(bar.low <= bar.average <= bar.high, bar)
            self.assertTrue(bar.volume > 0 and bar.barCount > 0)
        self.assertLess(datetime.datetime.now(UTC) - bars[-1].date, datetime.timedelta(minutes=3))
        self.assertLess(abs(bars[0].close / bars[-1].close - 1), 0.3)

    def test_dates_in_text(self):
        bars = self.bars(APPLE, "3600 S", "5 mins")
        self.assertIn(len(bars), (12, 13))
        self.assertEqual(str(bars[0].date.tzinfo), "UTC")

    def test_a_year_of_days(self):
        bars = self.bars(APPLE, "1 Y", "1 day")
        self.assertIn(len(bars), (365, 366))
        self.assertEqual((bars[-1].date - bars[0].date).days, len(bars) - 1)
        weeks = self.bars(APPLE, "1 Y", "1W")
        self.assertIn(len(weeks), (53, 54))
        self.assertTrue(all(bar.date.weekday() == 6 for bar in weeks[:-1]))
        months = self.bars(APPLE, "10 Y", "1M")
        self.assertEqual(len(months), 121)
        self.assertTrue(all((bar.date + datetime.timedelta(days=1)).day == 1 for bar in months[:-1]))

    def test_what_is_no_trade_has_neither_volume_nor_count(self):
        for contract in (APPLE, EURO):
            for what in ("MIDPOINT", "BID", "ASK", "BID_ASK"):
                bars = self.bars(contract, "1 D", "1 hour", what)
                self.assertGreaterEqual(len(bars), 24)
                self.assertEqual({(bar.volume, bar.average, bar.barCount) for bar in bars}, {(-1, -1, -1)})
        bid, ask = (self.bars(EURO, "1 D", "1 hour", what, "20260105-00:00:00") for what in ("BID", "ASK"))
        self.assertTrue(all(low.close < high.close for low, high in zip(bid, ask)))

    def test_volatilities_and_fees(self):
        for what in ("HISTORICAL_VOLATILITY", "OPTION_IMPLIED_VOLATILITY", "FEE_RATE"):
            bars = self.bars(APPLE, "1 M", "1 day", what)
            self.assertGreater(len(bars), 27)
            self.assertTrue(all(0.05 < bar.close < 1 for bar in bars), what)

    def test_every_kind_of_contract(self):
        future = self.ib.reqContractDetails(ib_async.Future("ES", exchange="CME"))[1].contract
        chain = next(each for each in self.ib.reqSecDefOptParams("AAPL", "", "STK", 265598) if each.exchange == "SMART")
        option = ib_async.Option("AAPL", chain.expirations[4], 210, "C", "SMART")
        self.ib.qualifyContracts(option)
        for contract, what in ((future, "TRADES"), (option, "TRADES"), (option, "MIDPOINT"), (ib_async.Index("SPX", "CBOE"), "TRADES"), (EURO, "MIDPOINT")):
            self.assertGreater(len(self.bars(contract, "1 W", "1 hour", what)), 24, contract)

    def test_what_there_is_not(self):
        self.assertEqual(list(self.bars(EURO, "1 D", "1 hour")), [])
        self.assertEqual(list(self.bars(APPLE, "1 D", "1 day", end="19900101-00:00:00")), [])
        self.assertEqual(list(self.bars(APPLE, "1 D", "1 secs")), [])
        self.expected = ["No historical market data for EUR/CASH@IDEALPRO", "HMDS query returned no data: AAPL@SMART Trades", "invalid step: 1"]

    def test_the_pace(self):
        end = datetime.datetime.now(UTC) - datetime.timedelta(hours=2)
        # Now and then nothing trades for 5 seconds, and then there is no bar.
        self.assertIn(len(self.bars(APPLE, "60 S", "5 secs", end=end)), range(8, 14))
        self.assertEqual(list(self.bars(APPLE, "60 S", "5 secs", end=end)), [])
        self.expected = ["pacing violation"]

    def test_kept_up_to_date(self):
        bars = self.bars(APPLE, "1800 S", "1 min", keepUpToDate=True)
        self.assertGreater(len(bars), 28)
        seen = []
        bars.updateEvent += lambda bars, has_new: seen.append((bars[-1].date, bars[-1].volume, has_new))
        self.wait(lambda: len(seen) >= 3, "three updates of a bar")
        self.assertTrue(all(bar.barCount > 0 for bar in bars))
        self.ib.cancelHistoricalData(bars)
        self.ib.sleep(0)
        self.ib.reqCurrentTime()  # what was said before its answer has come
        count = len(seen)
        self.ib.reqCurrentTime()
        self.assertEqual(len(seen), count)
        self.expected = ["API historical data query cancelled"] if self.log.lines else []

    def test_the_first_time_stamp(self):
        for contract, what in ((APPLE, "TRADES"), (EURO, "MIDPOINT")):
            for format_date in (1, 2):
                first = self.ib.reqHeadTimeStamp(contract, what, useRTH=False, formatDate=format_date)
                self.assertIn(datetime.datetime.now(UTC).year - first.year, (19, 20))

    def test_a_histogram(self):
        for period in ("3 days", "1 week"):
            entries = self.ib.reqHistogramData(APPLE, False, period)
            self.assertGreater(len(entries), 20)
            prices = [entry.price for entry in entries]
            self.assertEqual(prices, sorted(set(prices)))
            self.assertTrue(all(entry.count > 0 for entry in entries))

    def test_sessions(self):
        before = datetime.datetime.now(UTC)
        schedule = self.ib.reqHistoricalSchedule(APPLE, 10)
        self.assertEqual(len(schedule.sessions), 10)
        self.assertEqual(schedule.timeZone, "UTC")
        self.assertIn(schedule.sessions[-1].refDate, {at.strftime("%Y%m%d") for at in (before, datetime.datetime.now(UTC))})

    def test_ticks(self):
        now = datetime.datetime.now(UTC)
        for ago in (datetime.timedelta(minutes=30), datetime.timedelta(days=3)):
            at = now - ago
            for what, kind in (("TRADES", ib_async.HistoricalTickLast), ("BID_ASK", ib_async.HistoricalTickBidAsk), ("MIDPOINT", ib_async.HistoricalTick)):
                later = self.ib.reqHistoricalTicks(APPLE, at, "", 200, what, useRth=False)
                earlier = self.ib.reqHistoricalTicks(APPLE, "", at, 200, what, useRth=False)
                for ticks in (earlier, later):
                    self.assertGreaterEqual(len(ticks), 200)
                    self.assertLess(len(ticks), 210)
                    self.assertTrue(all(isinstance(tick, kind) for tick in ticks))
                    times = [tick.time for tick in ticks]
                    self.assertEqual(times, sorted(times))
                self.assertLess(earlier[-1].time, at)
                self.assertGreaterEqual(later[0].time, at.replace(microsecond=0))
        self.assertEqual({tick.exchange for tick in self.ib.reqHistoricalTicks(APPLE, now - datetime.timedelta(hours=1), "", 10, "TRADES", False)}, {"NASDAQ"})


if __name__ == "__main__":
    unittest.main()
