"""A round trip with IB's own Python client: `python3 -m unittest test_trading.py`, or pytest."""

import queue
import sys
import threading
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from ibapi.client import EClient
from ibapi.contract import Contract
from ibapi.order import Order
from ibapi.wrapper import EWrapper
from simulator import Simulator


class Client(EWrapper, EClient):
    """Puts what the test waits for into a queue: callbacks come in a thread of their own."""

    def __init__(self, port):
        EWrapper.__init__(self)
        EClient.__init__(self, wrapper=self)
        self.told = queue.Queue()
        self.connect("127.0.0.1", port, clientId=1)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def wait_for(self, name):
        while True:
            kind, value = self.told.get(timeout=20)
            if kind == name:
                return value

    def close(self):
        self.disconnect()
        self.thread.join()

    def nextValidId(self, orderId):
        self.told.put(("order id", orderId))

    def execDetails(self, reqId, contract, execution):
        self.told.put(("fill", (contract.symbol, execution.side, execution.shares)))

    def error(self, reqId, errorTime, errorCode, errorString, advancedOrderRejectJson=""):
        if errorCode not in (2104, 2106, 2158):  # farms are there
            self.told.put(("error", errorCode))


def stock(symbol):
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency = symbol, "STK", "SMART", "USD"
    return contract


def market_order(action, quantity):
    order = Order()
    order.action, order.orderType, order.totalQuantity = action, "MKT", Decimal(quantity)
    return order


class Trading(unittest.TestCase):
    def setUp(self):
        self.simulator = Simulator("--seed", "7")
        self.addCleanup(self.simulator.stop)
        self.client = Client(self.simulator.port)
        self.addCleanup(self.client.close)
        self.order_id = self.client.wait_for("order id")

    def test_a_market_order_fills_and_the_books_agree(self):
        self.client.placeOrder(self.order_id, stock("AAPL"), market_order("BUY", 10))
        self.assertEqual(self.client.wait_for("fill"), ("AAPL", "BOT", Decimal(10)))
        (booked,) = self.simulator.books()["accounts"][0]["positions"]
        self.assertEqual((booked["symbol"], booked["quantity"]), ("AAPL", "10"))

    def test_an_unknown_contract_is_refused(self):
        self.client.reqContractDetails(1, stock("NOSUCH"))
        self.assertEqual(self.client.wait_for("error"), 200)


if __name__ == "__main__":
    unittest.main()
