"""ib_async places orders with `tradewind sim serve`: every common path, and what is refused. What the library logs as an
error must be an error that the test names; 202 is one, with which a gateway confirms a cancel."""

import datetime
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ib_async_client import PATIENCE, IbAsyncCase, ib_async  # noqa: E402
from program import Simulator  # noqa: E402

STOCK = ib_async.Stock("AAPL", "SMART", "USD")


class OrdersCase(IbAsyncCase):
    FLAGS = ("--generate", 7)

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(*cls.FLAGS)
        cls.ib = ib_async.IB()
        cls.ib.RequestTimeout = PATIENCE
        cls.ib.connect("127.0.0.1", cls.simulator.port, clientId=21, timeout=PATIENCE)
        cls.ib.qualifyContracts(STOCK)

    @classmethod
    def tearDownClass(cls):
        cls.ib.disconnect()
        cls.simulator.stop()

    def setUp(self):
        self.errors = self.record()
        self.expected = []  # (code, order id)

    def tearDown(self):
        named = sorted(tuple(map(int, re.match(r"Error (\d+), reqId (-?\d+)", line).groups())) for line in self.errors.lines)
        self.assertEqual(named, sorted(self.expected), self.errors.lines)

    def bid(self, contract=STOCK):
        return self.ib.reqTickers(contract)[0].bid

    def low(self):
        return round(self.bid() * 0.5, 2)

    def rest(self, order, status="Submitted"):
        trade = self.ib.placeOrder(STOCK, order)
        self.wait(lambda: trade.orderStatus.status == status, status)
        return trade

    def cancel(self, trade):
        self.ib.cancelOrder(trade.order)
        self.ends(trade, "Cancelled", 202)

    def ends(self, trade, status, *codes):
        """With these errors, each told once."""
        self.expected += [(code, trade.order.orderId) for code in codes]
        self.wait(trade.isDone, "the end of the order")
        self.wait(lambda: all(any(f"Error {code}, reqId {trade.order.orderId}:" in line for line in self.errors.lines) for code in codes), f"{codes}")
        self.assertEqual(trade.orderStatus.status, status)

    def fills(self, trade):
        self.wait(lambda: trade.isDone() and trade.fills and all(fill.commissionReport.execId for fill in trade.fills), "the fill and its commission")
        self.assertEqual(trade.orderStatus.status, "Filled")
        return trade


class OrdersTest(OrdersCase):
    def test_the_log_of_a_trade_has_each_status_in_its_order(self):
        statuses = []
        trade = self.ib.placeOrder(STOCK, ib_async.MarketOrder("BUY", 5))
        trade.statusEvent += lambda trade: statuses.append(trade.orderStatus.status)
        self.fills(trade)
        told = [entry.status for entry in trade.log if entry.status]
        self.assertEqual((told[0], told[-1]), ("PendingSubmit", "Filled"))
        self.assertEqual(statuses[-1], "Filled")
        self.assertGreater(trade.order.permId, 0)

    def test_events_of_a_fill_come_with_their_commission(self):
        seen = []
        trade = self.ib.placeOrder(STOCK, ib_async.MarketOrder("SELL", 5))
        trade.filledEvent += lambda trade: seen.append("filled")
        trade.fillEvent += lambda trade, fill: seen.append("fill")
        trade.commissionReportEvent += lambda trade, fill, report: seen.append("commission")
        self.fills(trade)
        self.wait(lambda: {"fill", "filled", "commission"} <= set(seen), "the events")
        self.assertEqual(trade.filled(), 5)
        self.assertEqual(trade.remaining(), 0)

    def test_stops_wait_and_are_cancelled(self):
        bid = self.bid()
        for order in (ib_async.StopOrder("SELL", 1, round(bid * 0.5, 2)), ib_async.StopLimitOrder("SELL", 1, round(bid * 0.49, 2), round(bid * 0.5, 2)),
                      ib_async.Order(action="SELL", totalQuantity=1, orderType="TRAIL", trailingPercent=20, tif="DAY")):
            self.cancel(self.rest(order, "PreSubmitted"))

    def test_a_stop_that_is_reached_fills(self):
        self.fills(self.ib.placeOrder(STOCK, ib_async.StopOrder("BUY", 1, round(self.bid() * 0.9, 2))))

    def test_a_bracket_lives_and_ends_with_its_parent(self):
        bid = self.bid()
        bracket = self.ib.bracketOrder("BUY", 1, round(bid * 0.5, 2), round(bid * 1.5, 2), round(bid * 0.4, 2))
        parent, profit, loss = (self.ib.placeOrder(STOCK, order) for order in bracket)
        self.wait(lambda: parent.orderStatus.status == "Submitted", "the parent")
        self.wait(lambda: profit.orderStatus.status == loss.orderStatus.status == "PreSubmitted", "the children")
        self.cancel(parent)
        for child in (profit, loss):
            self.wait(child.isDone, "the end of a child")
            self.assertEqual(child.orderStatus.status, "Cancelled")
        self.ib.reqCurrentTime()
        self.expected += [(202, child.order.orderId) for child in (profit, loss) if any(f"reqId {child.order.orderId}:" in line for line in self.errors.lines)]

    def test_one_order_of_a_group_cancels_the_other(self):
        resting, taking = ib_async.LimitOrder("BUY", 1, self.low()), ib_async.MarketOrder("BUY", 1)
        ib_async.IB.oneCancelsAll([resting, taking], "group of two", 1)
        first = self.rest(resting)
        self.fills(self.ib.placeOrder(STOCK, taking))
        self.ends(first, "Cancelled", 202)

    def test_a_condition_holds_an_order_until_it_is_met(self):
        never = ib_async.PriceCondition(conId=STOCK.conId, exch="SMART", isMore=True, price=self.bid() * 2)
        self.cancel(self.rest(ib_async.MarketOrder("BUY", 1, conditions=[never]), "PreSubmitted"))
        met = ib_async.PriceCondition(conId=STOCK.conId, exch="SMART", isMore=True, price=1)
        self.fills(self.ib.placeOrder(STOCK, ib_async.MarketOrder("BUY", 1, conditions=[met])))

    def test_immediate_orders_do_not_stay(self):
        self.ends(self.ib.placeOrder(STOCK, ib_async.LimitOrder("BUY", 1, self.low(), tif="IOC")), "Cancelled", 202)
        self.fills(self.ib.placeOrder(STOCK, ib_async.LimitOrder("BUY", 1, round(self.bid() * 1.05, 2), tif="FOK")))

    def test_a_what_if_answers_and_places_nothing(self):
        before = len(self.ib.openTrades())
        state = self.ib.whatIfOrder(STOCK, ib_async.MarketOrder("BUY", 100))
        self.assertGreater(float(state.initMarginChange), 0)
        self.assertEqual((state.commission, state.commissionCurrency), (1.0, "USD"))
        self.assertEqual(len(self.ib.openTrades()), before)

    def test_a_global_cancel_ends_all(self):
        trades = [self.rest(ib_async.LimitOrder("BUY", 1, self.low())) for _ in range(3)]
        self.ib.reqGlobalCancel()
        for trade in trades:
            self.ends(trade, "Cancelled", 202)

    def test_an_order_too_large_for_the_account_is_rejected_with_201(self):
        trade = self.ib.placeOrder(STOCK, ib_async.MarketOrder("BUY", 100_000))
        self.wait(lambda: self.errors.lines, "the rejection")
        self.expected.append((201, trade.order.orderId))
        self.assertIn("Order rejected - reason:", self.errors.lines[0])
        self.assertEqual(trade.fills, [])

    def test_an_unknown_contract_is_refused_with_200(self):
        self.ends(self.ib.placeOrder(ib_async.Stock("NOSUCH", "SMART", "USD"), ib_async.MarketOrder("BUY", 1)), "Cancelled", 200)

    def test_a_price_between_ticks_is_refused_with_110(self):
        self.ends(self.ib.placeOrder(STOCK, ib_async.LimitOrder("BUY", 1, 100.001)), "Cancelled", 110)

    def test_a_cancel_that_comes_too_late_is_10148_and_of_nothing_10147(self):
        trade = self.fills(self.ib.placeOrder(STOCK, ib_async.MarketOrder("BUY", 1)))
        self.ib.client.cancelOrder(trade.order.orderId, "")
        self.ib.client.cancelOrder(987_654, "")
        self.wait(lambda: len(self.errors.lines) == 2, "two errors")
        self.expected += [(10148, trade.order.orderId), (10147, 987_654)]

    def test_an_option_order_and_a_currency_order_fill(self):
        chain = next(each for each in self.ib.reqSecDefOptParams("AAPL", "", "STK", STOCK.conId) if each.exchange == "SMART")
        strike = min(chain.strikes, key=lambda at: abs(at - self.bid()))
        option, = self.ib.qualifyContracts(ib_async.Option("AAPL", sorted(chain.expirations)[3], strike, "P", "SMART"))
        self.assertEqual(self.fills(self.ib.placeOrder(option, ib_async.MarketOrder("BUY", 1))).fills[0].contract.secType, "OPT")
        euro, = self.ib.qualifyContracts(ib_async.Forex("EURUSD"))
        self.fills(self.ib.placeOrder(euro, ib_async.MarketOrder("BUY", 20_000)))

    def test_a_currency_is_bought_for_an_amount_of_dollars(self):
        euro = ib_async.Forex("EURUSD")
        self.ib.qualifyContracts(euro)
        ask = self.ib.reqTickers(euro)[0].ask
        trade = self.fills(self.ib.placeOrder(euro, ib_async.Order(action="BUY", orderType="MKT", totalQuantity=0, cashQty=10000, tif="DAY")))
        self.assertEqual(trade.order.cashQty, 10000)
        self.assertEqual(trade.order.totalQuantity, trade.filled())
        self.assertAlmostEqual(trade.filled() * ask, 10000, delta=100)

    def test_executions_can_be_filtered(self):
        trade = self.fills(self.ib.placeOrder(STOCK, ib_async.MarketOrder("BUY", 1)))
        ours = {fill.execution.execId for fill in trade.fills}
        bought = {fill.execution.execId for fill in self.ib.reqExecutions(ib_async.ExecutionFilter(side="BUY"))}
        sold = {fill.execution.execId for fill in self.ib.reqExecutions(ib_async.ExecutionFilter(side="SELL"))}
        self.assertLessEqual(ours, bought)
        self.assertFalse(ours & sold)


class FastOrdersTest(OrdersCase):
    """Where time has to pass."""

    FLAGS = ("--generate", 7, "--speed", 120)

    def in_minutes(self, minutes):
        return (self.ib.reqCurrentTime() + datetime.timedelta(minutes=minutes)).strftime("%Y%m%d-%H:%M:%S")

    def test_an_order_good_till_a_date_ends_then(self):
        self.ends(self.rest(ib_async.LimitOrder("BUY", 1, self.low(), tif="GTD", goodTillDate=self.in_minutes(8))), "Cancelled", 202)

    def test_an_algorithm_works_piece_by_piece(self):
        params = [ib_async.TagValue("strategyType", "Marketable"), ib_async.TagValue("startTime", ""), ib_async.TagValue("endTime", self.in_minutes(10)),
                  ib_async.TagValue("allowPastEndTime", "1")]
        trade = self.ib.placeOrder(STOCK, ib_async.MarketOrder("BUY", 100, algoStrategy="Twap", algoParams=params))
        self.assertGreater(len(self.fills(trade).fills), 1)


if __name__ == "__main__":
    unittest.main()
