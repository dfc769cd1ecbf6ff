"""The vendor's Python client against `tradewind sim serve` over TCP, at its newest text and its newest protobuf version:
what was."""

import datetime
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import Simulator  # noqa: E402
from vendor_client import NEWEST, NEWEST_TEXT, VendorCase, contract, stock  # noqa: E402
from ibapi.const import UNSET_DECIMAL  # noqa: E402

APPLE = stock("AAPL")
EURO = contract("CASH", "EUR", "IDEALPRO")
UTC = datetime.timezone.utc
# A day that is over, and its noon.
DAY = (datetime.datetime.now(UTC) - datetime.timedelta(days=3)).replace(hour=0, minute=0, second=0, microsecond=0)
NOON = f"{DAY:%Y%m%d}-12:00:00"


def days(first, last):
    """Dates as text, counted from that day."""
    return [f"{DAY + datetime.timedelta(days=i):%Y%m%d}" for i in range(first, last + 1)]


class History:
    def bars(self, client, of, duration, size, what="TRADES", end="", format_date=2, keep=False):
        number = client.number()
        client.reqHistoricalData(number, of, end, duration, size, what, 0, format_date, keep, [])
        client.wait("historicalDataEnd", reqId=number)
        return number, [call.bar for call in client.heard("historicalData", reqId=number)]

    def test_bars_of_every_size_put_together_are_the_longer_ones(self):
        client = self.client()
        _, hours = self.bars(client, APPLE, "1 D", "1 hour", end=NOON)
        self.assertEqual(len(hours), 24)
        for size, parts in (("1 min", 60), ("5 mins", 12), ("15 mins", 4), ("30 mins", 2)):
            _, bars = self.bars(client, APPLE, "1 D", size, end=NOON)
            self.assertEqual(len(bars), 24 * parts)
            for i, hour in enumerate(hours):
                within = bars[i * parts : (i + 1) * parts]
                self.assertEqual((hour.open, hour.close), (within[0].open, within[-1].close))
                self.assertEqual((hour.high, hour.low), (max(bar.high for bar in within), min(bar.low for bar in within)))
                self.assertEqual(hour.volume, sum(bar.volume for bar in within))

    def test_dates_are_seconds_or_text(self):
        client = self.client()
        _, seconds = self.bars(client, APPLE, "3600 S", "10 mins", end=NOON)
        _, text = self.bars(client, APPLE, "3600 S", "10 mins", end=NOON, format_date=1)
        self.assertEqual([int(bar.date) for bar in seconds], [int(DAY.timestamp()) + 11 * 3600 + 600 * i for i in range(6)])
        self.assertEqual(text[0].date, f"{DAY:%Y%m%d} 11:00:00 UTC")
        _, bars = self.bars(client, APPLE, "5 D", "1 day", end=f"{DAY:%Y%m%d}-00:00:00", format_date=1)
        self.assertEqual([bar.date for bar in bars], days(-5, -1))

    def test_bars_of_quotes_have_no_volume(self):
        client = self.client()
        for of in (APPLE, EURO):
            for what in ("BID", "ASK", "MIDPOINT", "BID_ASK"):
                _, bars = self.bars(client, of, "3600 S", "1 min", what, end=NOON)
                self.assertEqual(len(bars), 60)
                self.assertEqual({(bar.volume, bar.barCount) for bar in bars}, {(-1 if self.VERSION == NEWEST_TEXT else UNSET_DECIMAL, -1)}, what)

    def test_bars_that_are_kept_up_to_date(self):
        with Simulator("--speed", 10) as simulator:
            client = self.client(simulator=simulator)
            number, bars = self.bars(client, APPLE, "1800 S", "5 secs", keep=True)
            self.assertGreater(len(bars), 300)
            updates = [client.wait("historicalDataUpdate", reqId=number, count=count).bar for count in (1, 2, 3)]
            self.assertGreaterEqual(int(updates[0].date), int(bars[-1].date))
            self.assertGreater(updates[2].barCount, 0)
            client.cancelHistoricalData(number)
            client.wait_error(162, number)
            since = client.now()
            client.settle()
            self.assertEqual(client.heard("historicalDataUpdate", since), [])

    def test_refusals(self):
        client = self.client()
        for number, (of, size, duration, what, end, code) in enumerate([
                (EURO, "1 hour", "1 D", "TRADES", "", 162), (APPLE, "1 day", "1 D", "TRADES", "19900101-00:00:00", 162), (APPLE, "1 secs", "1 D", "TRADES", "", 162),
                (APPLE, "7 mins", "1 D", "TRADES", "", 321), (APPLE, "1 min", "1 X", "TRADES", "", 321), (APPLE, "1 min", "1 D", "RUMOURS", "", 321),
                (stock("NOSUCH"), "1 min", "1 D", "TRADES", "", 200), (APPLE, "1 min", "1 D", "TRADES", "tomorrow", 10314)], 1):
            client.reqHistoricalData(number, of, end, duration, size, what, 0, 1, False, [])
            client.wait_error(code, number)
        client.cancelHistoricalData(99)
        client.wait_error(366, 99)
        self.assertEqual(client.heard("historicalData"), [])

    def test_identical_requests_for_small_bars_are_a_pacing_violation(self):
        client = self.client()
        end = f"{DAY:%Y%m%d}-{client.clientId % 24:02}:{self.VERSION % 60:02}:00"
        _, bars = self.bars(client, APPLE, "60 S", "5 secs", end=end)
        self.assertIn(len(bars), range(8, 13))  # none for 5 seconds in which nothing trades
        number = client.number()
        client.reqHistoricalData(number, APPLE, end, "60 S", "5 secs", "TRADES", 0, 2, False, [])
        self.assertIn("pacing violation", client.wait_error(162, number).errorString)

    def test_a_request_id_in_use_is_refused(self):
        client = self.client()
        number, _ = self.bars(client, APPLE, "1800 S", "1 min", keep=True)
        client.reqHistoricalData(number, APPLE, "", "1 D", "1 hour", "TRADES", 0, 1, False, [])
        client.wait_error(322, number)

    def test_ticks_of_every_kind(self):
        client = self.client()
        at = datetime.datetime.now(UTC) - datetime.timedelta(minutes=20)
        text = at.strftime("%Y%m%d-%H:%M:%S")
        for what, name in (("TRADES", "historicalTicksLast"), ("BID_ASK", "historicalTicksBidAsk"), ("MIDPOINT", "historicalTicks")):
            for start, end in ((text, ""), ("", text)):
                number = client.number()
                client.reqHistoricalTicks(number, APPLE, start, end, 50, what, 0, False, [])
                answer = client.wait(name, reqId=number)
                self.assertTrue(answer.done)
                times = [tick.time for tick in answer.ticks]
                self.assertEqual(times, sorted(times))
                self.assertGreaterEqual(len(times), 50)
                self.assertTrue(times[0] >= int(at.timestamp()) if start else times[-1] <= at.timestamp())

    def test_the_first_time_stamp(self):
        client = self.client()
        client.reqHeadTimeStamp(1, APPLE, "TRADES", 0, 1)
        self.assertRegex(client.wait("headTimestamp", reqId=1).headTimestamp, r"^\d{8}-\d\d:\d\d:\d\d$")
        client.reqHeadTimeStamp(2, APPLE, "TRADES", 0, 2)
        age = datetime.datetime.now(UTC).timestamp() - int(client.wait("headTimestamp", reqId=2).headTimestamp)
        self.assertTrue(19 < age / 86400 / 365 < 21)
        client.cancelHeadTimeStamp(1)
        client.settle()

    def test_a_histogram(self):
        client = self.client()
        client.reqHistogramData(1, APPLE, False, "3 days")
        items = client.wait("histogramData", reqId=1).items
        prices = [item.price for item in items]
        self.assertEqual(prices, sorted(set(prices)))
        self.assertTrue(all(item.size > 0 for item in items))
        client.cancelHistogramData(1)
        client.settle()

    def test_sessions(self):
        client = self.client()
        client.reqHistoricalData(1, APPLE, NOON, "5 D", "1 day", "SCHEDULE", 1, 1, False, [])
        schedule = client.wait("historicalSchedule", reqId=1)
        self.assertEqual([session.refDate for session in schedule.sessions], days(-4, 0))
        self.assertEqual(schedule.timeZone, "UTC")


class TextHistory(History, VendorCase):
    VERSION = NEWEST_TEXT


class ProtobufHistory(History, VendorCase):
    VERSION = NEWEST

    def test_a_question_for_ticks_can_be_taken_back(self):
        client = self.client()
        client.reqHistoricalTicks(1, APPLE, NOON, "", 1000, "TRADES", 0, False, [])
        client.cancelHistoricalTicks(1)
        client.settle()


if __name__ == "__main__":
    unittest.main()
