"""A round trip with ib_async: `python3 -m unittest test_trading.py`, or pytest."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ib_async import IB, LimitOrder, MarketOrder, Stock
from simulator import Simulator

BARS = Path(__file__).resolve().parents[1] / "bars"


class Trading(unittest.TestCase):
    def start(self, *arguments):
        """A simulator of this test's own, and a client of it."""
        simulator = Simulator(*arguments)
        self.addCleanup(simulator.stop)
        ib = IB()
        ib.connect("127.0.0.1", simulator.port, clientId=1)
        self.addCleanup(ib.disconnect)
        return simulator, ib

    def wait(self, ib, condition):
        for _ in range(200):
            if condition():
                return
            ib.waitOnUpdate(timeout=0.1)
        self.fail("it did not happen in 20 s")

    def test_a_market_order_fills_and_the_books_agree(self):
        simulator, ib = self.start("--seed", "7")
        (stock,) = ib.qualifyContracts(Stock("AAPL", "SMART", "USD"))
        trade = ib.placeOrder(stock, MarketOrder("BUY", 10))
        self.wait(ib, lambda: trade.isDone() and ib.positions())
        self.assertEqual(trade.orderStatus.status, "Filled")
        (position,) = ib.positions()
        (booked,) = simulator.books()["accounts"][0]["positions"]
        self.assertEqual((position.contract.symbol, position.position), ("AAPL", 10))
        self.assertEqual((booked["symbol"], booked["quantity"]), ("AAPL", "10"))

    def test_a_limit_order_rests_and_is_cancelled(self):
        _, ib = self.start("--seed", "7")
        (stock,) = ib.qualifyContracts(Stock("MSFT", "SMART", "USD"))
        trade = ib.placeOrder(stock, LimitOrder("BUY", 1, 1.00))
        self.wait(ib, lambda: trade.orderStatus.status == "Submitted")
        ib.cancelOrder(trade.order)
        self.wait(ib, trade.isDone)
        self.assertEqual(trade.orderStatus.status, "Cancelled")

    def test_with_a_market_of_your_own_the_price_is_known(self):
        simulator, ib = self.start("--data", str(BARS), "--symbols", "ACME", "--speed", "step")
        (stock,) = ib.qualifyContracts(Stock("ACME", "SMART", "USD"))
        trade = ib.placeOrder(stock, MarketOrder("BUY", 10))
        self.wait(ib, lambda: trade.orderStatus.status == "PreSubmitted")  # nothing has traded yet
        simulator.step(60)
        self.wait(ib, trade.isDone)
        self.assertEqual(trade.orderStatus.avgFillPrice, 150.00)  # the first bar's open


if __name__ == "__main__":
    unittest.main()
