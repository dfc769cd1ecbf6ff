"""ib_async, the most used TWS client in Python, against `tradewind sim serve` over TCP on the wall clock.

Whatever its library logs as an error fails the test. The one exception is the message with which a gateway confirms a
cancel, 202, which ib_async logs as an error too: it must be there, once for each order we cancel."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ib_async_client import PATIENCE, IbAsyncCase, ib_async  # noqa: E402
from program import Simulator  # noqa: E402


class IbAsyncTest(IbAsyncCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator("--generate", 7)

    @classmethod
    def tearDownClass(cls):
        cls.simulator.stop()

    def setUp(self):
        self.errors = self.record()
        self.cancelled = []
        self.ib = ib_async.IB()
        self.ib.RaiseRequestErrors = True
        self.ib.connect("127.0.0.1", self.simulator.port, clientId=11, timeout=PATIENCE)

    def tearDown(self):
        self.ib.disconnect()
        expected = sorted(f"Error 202, reqId {order_id}: Order Canceled - reason:" for order_id in self.cancelled)
        self.assertEqual(sorted(line.split(", contract:")[0] for line in self.errors.lines), expected)

    def stock(self, symbol):
        contracts = self.ib.qualifyContracts(ib_async.Stock(symbol, "SMART", "USD"))
        self.assertEqual(len(contracts), 1)
        return contracts[0]

    def cancel(self, trade):
        self.cancelled.append(trade.order.orderId)
        self.ib.cancelOrder(trade.order)
        self.wait(trade.isDone, "the end of the cancelled order")
        self.assertEqual(trade.orderStatus.status, "Cancelled")

    def test_the_account_is_there_after_connecting(self):
        self.assertEqual(self.ib.client.serverVersion(), 178)  # the newest it speaks
        self.assertEqual(self.ib.managedAccounts(), ["DU0000000"])
        values = {(value.tag, value.currency): value.value for value in self.ib.accountValues()}
        self.assertIn(("CashBalance", "USD"), values)
        self.assertGreater(float(values["NetLiquidation", "USD"]), 0)

    def test_contract_details(self):
        details = self.ib.reqContractDetails(ib_async.Stock("AAPL", "SMART", "USD"))
        self.assertEqual(len(details), 1)
        self.assertEqual(details[0].contract.conId, 265598)
        self.assertEqual(details[0].contract.primaryExchange, "NASDAQ")
        self.assertEqual(details[0].longName, "APPLE INC")
        self.assertEqual(details[0].minTick, 0.01)

    def test_quotes_stream(self):
        ticker = self.ib.reqMktData(self.stock("SPY"))
        self.wait(lambda: ticker.bid > 0 and ticker.ask >= ticker.bid and ticker.bidSize > 0 and ticker.last > 0, "a whole quote")
        seen = set()

        def moved():
            seen.add((ticker.bid, ticker.ask, ticker.last))
            return len(seen) >= 3

        self.wait(moved, "a quote that moves")
        self.ib.cancelMktData(ticker.contract)

    def test_a_market_order_fills(self):
        before = dict(self.simulator.account_books()[1])
        trade = self.ib.placeOrder(self.stock("AAPL"), ib_async.MarketOrder("BUY", 10))
        self.wait(lambda: trade.isDone() and trade.fills and all(fill.commissionReport.execId for fill in trade.fills), "the fill and its commission")
        self.assertEqual(trade.orderStatus.status, "Filled")
        self.assertEqual(sum(fill.execution.shares for fill in trade.fills), 10)
        self.assertEqual(trade.fills[0].commissionReport.commission, 1.0)
        self.assertEqual(trade.fills[0].execution.acctNumber, "DU0000000")
        after = self.simulator.account_books()[1]
        self.assertEqual(float(after["AAPL"]) - float(before.get("AAPL", "0")), 10)
        self.wait(lambda: any(position.contract.symbol == "AAPL" and position.position == float(after["AAPL"]) for position in self.ib.positions()), "the position")

    def test_a_limit_order_rests_and_is_cancelled(self):
        contract = self.stock("MSFT")
        ticker = self.ib.reqMktData(contract)
        self.wait(lambda: ticker.bid > 0, "a bid")
        trade = self.ib.placeOrder(contract, ib_async.LimitOrder("BUY", 5, round(ticker.bid * 0.5, 2), orderRef="by hand"))
        self.wait(lambda: trade.orderStatus.status == "Submitted", "the acknowledgement")
        self.assertEqual([order.orderRef for order in self.ib.reqAllOpenOrders() and self.ib.openOrders()], ["by hand"])
        self.cancel(trade)
        self.assertEqual(trade.fills, [])
        self.assertEqual(self.ib.openOrders(), [])

    def test_a_limit_order_at_the_market_fills_at_its_price_or_better(self):
        contract = self.stock("TSLA")
        ticker = self.ib.reqMktData(contract)
        self.wait(lambda: ticker.ask > 0, "an ask")
        limit = round(ticker.ask * 1.02, 2)
        trade = self.ib.placeOrder(contract, ib_async.LimitOrder("BUY", 3, limit))
        self.wait(trade.isDone, "the fill")
        self.assertEqual(trade.orderStatus.status, "Filled")
        self.assertTrue(all(fill.execution.price <= limit for fill in trade.fills))

    def test_a_changed_order_keeps_its_identity(self):
        contract = self.stock("MSFT")
        ticker = self.ib.reqMktData(contract)
        self.wait(lambda: ticker.bid > 0, "a bid")
        trade = self.ib.placeOrder(contract, ib_async.LimitOrder("BUY", 5, round(ticker.bid * 0.5, 2)))
        self.wait(lambda: trade.orderStatus.status == "Submitted", "the acknowledgement")
        perm_id = trade.order.permId
        trade.order.lmtPrice = round(ticker.bid * 0.6, 2)
        self.ib.placeOrder(contract, trade.order)
        self.wait(lambda: any(order.lmtPrice == trade.order.lmtPrice for order in self.ib.reqOpenOrders() and self.ib.openOrders()), "the change")
        self.assertEqual(trade.order.permId, perm_id)
        self.cancel(trade)

    def test_history(self):
        bars = self.ib.reqHistoricalData(self.stock("SPY"), "", "1800 S", "1 min", "TRADES", useRTH=False)
        self.assertGreaterEqual(len(bars), 25)
        self.assertEqual(sorted(bar.date for bar in bars), [bar.date for bar in bars])
        self.assertTrue(all(bar.low <= min(bar.open, bar.close) and bar.high >= max(bar.open, bar.close) for bar in bars))

    def test_real_time_bars(self):
        bars = self.ib.reqRealTimeBars(self.stock("SPY"), 5, "TRADES", False)
        self.wait(lambda: len(bars) >= 2, "two bars")
        self.assertEqual((bars[1].time - bars[0].time).total_seconds(), 5)
        self.ib.cancelRealTimeBars(bars)

    def test_orders_and_executions_of_earlier_sessions_come_back(self):
        trade = self.ib.placeOrder(self.stock("SPY"), ib_async.MarketOrder("SELL", 2))
        self.wait(lambda: trade.isDone() and trade.fills, "the fill")
        exec_ids = {fill.execution.execId for fill in trade.fills}
        self.ib.disconnect()
        self.ib.connect("127.0.0.1", self.simulator.port, clientId=11, timeout=PATIENCE)
        self.assertLessEqual(exec_ids, {fill.execution.execId for fill in self.ib.reqExecutions()})
        self.assertIn(trade.order.permId, {done.order.permId for done in self.ib.reqCompletedOrders(False)})


class RefusalTest(unittest.TestCase):
    def test_an_unknown_contract_is_refused_with_200(self):
        with Simulator() as simulator:
            ib = ib_async.IB()
            errors = []
            ib.errorEvent += lambda request, code, text, contract: errors.append(code)
            ib.connect("127.0.0.1", simulator.port, clientId=1, timeout=PATIENCE)
            self.assertEqual(ib.reqContractDetails(ib_async.Stock("NOSUCH", "SMART", "USD")), [])
            self.assertIn(200, errors)
            ib.disconnect()


if __name__ == "__main__":
    unittest.main()
