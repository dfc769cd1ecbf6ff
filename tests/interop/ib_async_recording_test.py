"""A program on ib_async, recorded in front of `tradewind sim serve` and played the recording afterwards: the recorder changes
nothing it says or hears, and the replay gives it the same data.

Whatever its library logs as an error fails the test, beside the notices a test names itself."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ib_async_client import PATIENCE, IbAsyncCase, ib_async  # noqa: E402
from program import Simulator  # noqa: E402
from recording import Recording, Replay, Tap, wire_lines  # noqa: E402

ACCOUNT = "DU0000007"
BID = 1  # the type of a tick


class RecordingTest(IbAsyncCase):
    def program(self, port, client_id):
        """Looks around, trades, and leaves; all it has seen that is not of its own making."""
        self.ib = ib_async.IB()
        self.ib.connect("127.0.0.1", port, clientId=client_id, timeout=PATIENCE)
        try:
            [stock] = self.ib.qualifyContracts(ib_async.Stock("AAPL", "SMART", "USD"))
            [details] = self.ib.reqContractDetails(stock)
            bars = self.ib.reqHistoricalData(stock, "", "1 D", "1 hour", "TRADES", True)
            ticks = []
            ticker = self.ib.reqMktData(stock)
            ticker.updateEvent += lambda one: ticks.extend((tick.tickType, tick.price, tick.size) for tick in one.ticks)
            self.wait(lambda: len(ticks) >= 10, "ten ticks")
            self.ib.cancelMktData(stock)
            trade = self.ib.placeOrder(stock, ib_async.MarketOrder("BUY", 100, tif="DAY"))
            self.wait(lambda: trade.isDone() and trade.fills and trade.fills[-1].commissionReport.commission, "a fill and its fee")
            self.wait(lambda: any(p.contract.symbol == "AAPL" and p.position == 100 for p in self.ib.positions()), "a position")
            resting = self.ib.placeOrder(stock, ib_async.LimitOrder("BUY", 1, 1.25, tif="DAY"))
            self.wait(lambda: resting.orderStatus.status in ("PreSubmitted", "Submitted"), "an order that rests")
            self.ib.cancelOrder(resting.order)
            self.wait(lambda: resting.isDone(), "its end")
            return {
                "accounts": len(self.ib.managedAccounts()),
                "details": (details.contract.conId, details.longName, details.tradingHours, details.marketRuleIds),
                "bars": [(bar.date, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars],
                "ticks": ticks[:10],
                "fills": [(fill.execution.execId, fill.execution.shares, fill.execution.price, fill.commissionReport.commission) for fill in trade.fills],
                "resting": resting.orderStatus.status,
            }
        finally:
            self.ib.disconnect()

    def first_bid(self, port):
        """Of the market alone, without the rest of the session."""
        self.ib = ib_async.IB()
        self.ib.connect("127.0.0.1", port, clientId=5, timeout=PATIENCE)
        try:
            bids = []
            [stock] = self.ib.qualifyContracts(ib_async.Stock("AAPL", "SMART", "USD"))
            ticker = self.ib.reqMktData(stock)
            ticker.updateEvent += lambda one: bids.extend(tick.price for tick in one.ticks if tick.tickType == BID)
            self.wait(lambda: bids, "a bid")
            return bids[0]
        finally:
            self.ib.disconnect()

    def test_a_session_is_recorded_unchanged_without_its_account_and_played_again(self):
        errors = self.record(passed_over=("Error 202",))  # says that the order is cancelled, as it was asked to be
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "session"
            with Simulator("--account", ACCOUNT, "--generate", 7) as simulator, Tap(simulator.port) as behind:
                with Recording(behind.port, file) as recording, Tap(recording.port) as before:
                    recorded = self.program(before.port, 12)
                    recording.stop()
                    said = recording.log()
            self.assertEqual(before.up, behind.up)
            self.assertEqual(before.down, behind.down)
            self.assertIn(ACCOUNT.encode(), bytes(before.down[0]))
            self.assertEqual(recording.report["frames_withheld"], 0, said)
            self.assertEqual(recording.report["unknown_texts_masked"], 0)
            self.assertEqual(recording.report["accounts_replaced"], 1)
            self.assertNotIn(ACCOUNT, str(wire_lines(file)))
            self.assertGreater(len(recorded["bars"]), 0)
            for speed in ("max", "20"):
                with Replay(file, "--speed", speed) as replay:
                    played = self.program(replay.port, 34)
                    self.assertEqual(replay.end(), 0, replay.log())
                self.assertEqual(played, recorded)
            with Simulator("--recording", file) as simulator:
                self.assertEqual(self.first_bid(simulator.port), next(price for kind, price, _ in recorded["ticks"] if kind == BID))
        self.assertEqual(errors.lines, [])


if __name__ == "__main__":
    unittest.main()
