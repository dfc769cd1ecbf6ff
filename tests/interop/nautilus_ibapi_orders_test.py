"""The vendor's Python client against `tradewind sim serve` over TCP, at its newest text and its newest protobuf version:
orders from placing to commission, and what is refused."""

import datetime
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import Simulator  # noqa: E402
from vendor_client import NEWEST, NEWEST_TEXT, OrderCancel, VendorCase, cancel, combination, contract, order, stock  # noqa: E402
from ibapi.execution import ExecutionFilter  # noqa: E402
from ibapi.order_condition import Create, OrderCondition  # noqa: E402
from ibapi.tag_value import TagValue  # noqa: E402

APPLE, SPY = stock("AAPL"), stock("SPY")
UTC = datetime.timezone.utc


class OrdersCase(VendorCase):
    def setUp(self):
        super().setUp()
        self.me = self.client()

    def place(self, what, of=APPLE, client=None):
        client = client or self.me
        number = client.next_order()
        client.placeOrder(number, of, what)
        return number

    def fill(self, what, of=APPLE):
        """The executions of an order that fills, once their commissions are told."""
        number = self.place(what, of)
        self.me.wait("orderStatus", orderId=number, status="Filled")
        fills = [call.execution for call in self.me.heard("execDetails") if call.execution.orderId == number]
        for each in fills:
            self.me.wait("commissionAndFeesReport", commissionAndFeesReport=lambda report: report.execId == each.execId)
        return fills

    def rest(self, what, of=APPLE, status="Submitted"):
        number = self.place(what, of)
        self.me.wait("orderStatus", orderId=number, status=status)
        return number

    def cancel(self, number):
        cancel(self.me, number)
        self.me.wait_error(202, number)
        return self.me.wait("orderStatus", orderId=number, status="Cancelled")

    def refused(self, code, what, of=APPLE, words=""):
        number = self.place(what, of)
        self.assertIn(words, self.me.wait_error(code, number).errorString)
        self.me.settle()
        self.assertEqual(self.me.heard("orderStatus", orderId=number, status="Submitted"), [])

    def in_minutes(self, minutes):
        """By the gateway's clock, which may go faster than ours."""
        since = self.me.now()
        self.me.reqCurrentTime()
        now = datetime.datetime.fromtimestamp(self.me.wait("currentTime", since).time, UTC)
        return (now + datetime.timedelta(minutes=minutes)).strftime("%Y%m%d-%H:%M:%S")

    def bid(self, of=APPLE):
        return self.quote(self.me, of)[0]

    def low(self, of=APPLE):
        """A price at which an order to buy rests."""
        return round(self.bid(of) * 0.5, 2)


class Trades:
    def test_a_market_order_is_told_step_by_step(self):
        number = self.place(order("BUY", 10))
        fill = self.me.wait("execDetails", execution=lambda execution: execution.orderId == number)
        report = self.me.wait("commissionAndFeesReport").commissionAndFeesReport
        last = self.me.wait("orderStatus", orderId=number, status="Filled")
        self.assertEqual((last.filled, last.remaining, last.clientId, last.parentId), (10, 0, self.me.clientId, 0))
        self.assertEqual((fill.execution.side, fill.execution.acctNumber, fill.contract.symbol), ("BOT", "DU0000000", "AAPL"))
        self.assertEqual((report.execId, report.currency, report.commissionAndFees), (fill.execution.execId, "USD", 1.0))
        self.assertRegex(fill.execution.execId, r"^[0-9a-f]{8}\.[0-9a-f]{8}\.\d\d\.\d\d$")
        opened = self.me.wait("openOrder", orderId=number)
        self.assertEqual(opened.order.permId, last.permId)
        self.assertEqual((opened.order.orderType, opened.order.totalQuantity), ("MKT", 10))

    def test_a_limit_order_at_the_market_fills_at_its_price_or_better(self):
        limit = self.bid() * 1.02
        self.assertTrue(all(fill.price <= round(limit, 2) for fill in self.fill(order("BUY", 3, "LMT", limit))))

    def test_a_short_sale_and_its_cover(self):
        self.assertEqual(self.fill(order("SELL", 400), stock("TSLA"))[0].side, "SLD")
        self.assertEqual(self.fill(order("BUY", 400), stock("TSLA"))[0].side, "BOT")

    def test_every_kind_of_contract_trades(self):
        near = self.details(self.me, contract("FUT", "ES", "CME"))[0].contract
        self.me.reqSecDefOptParams(900, "AAPL", "", "STK", 265598)
        chain = self.me.wait("securityDefinitionOptionParameter", exchange="SMART")
        strike = min(chain.strikes, key=lambda at: abs(at - self.bid()))
        option = contract("OPT", "AAPL", lastTradeDateOrContractMonth=sorted(chain.expirations)[3], strike=strike, right="C", multiplier="100")
        self.fill(order("BUY", 1), near)
        self.fill(order("BUY", 2), option)
        self.fill(order("BUY", 20000), contract("CASH", "EUR", "IDEALPRO"))
        self.fill(order("BUY", 1), contract("BOND", "IBM"))

    def test_a_combination_reports_itself_and_its_legs(self):
        near, far = (details.contract for details in self.details(self.me, contract("FUT", "ES", "CME"))[:2])
        number = self.place(order("BUY", 1), combination("ES", (near, 1, "SELL"), (far, 1, "BUY")))
        self.me.wait("orderStatus", orderId=number, status="Filled")
        self.me.wait("commissionAndFeesReport", count=2)
        kinds = [call.contract.secType for call in self.me.heard("execDetails")]
        self.assertEqual(sorted(kinds), ["BAG", "FUT", "FUT"])
        legs = [call for call in self.me.heard("execDetails") if call.contract.secType == "FUT"]
        self.assertEqual({(call.contract.conId, call.execution.side) for call in legs}, {(near.conId, "SLD"), (far.conId, "BOT")})

    def test_an_option_in_the_money_is_exercised(self):
        self.me.reqSecDefOptParams(900, "AAPL", "", "STK", 265598)
        chain = self.me.wait("securityDefinitionOptionParameter", exchange="SMART")
        strike = max(strike for strike in chain.strikes if strike < self.bid() * 0.97)
        option = contract("OPT", "AAPL", lastTradeDateOrContractMonth=sorted(chain.expirations)[3], strike=strike, right="C", multiplier="100")
        self.fill(order("BUY", 1), option)
        number = self.me.next_order()
        self.me.exerciseOptions(number, option, 1, 1, "DU0000000", 1, "", "", False)
        self.me.wait("openOrder", orderId=number)

    def test_executions_can_be_asked_for_again_and_filtered(self):
        ids = {fill.execId for fill in self.fill(order("BUY", 2), SPY)}
        other = self.client()
        for number, (side, symbol, found) in enumerate([("", "", True), ("BUY", "SPY", True), ("SELL", "SPY", False), ("", "TSLA", False)], 1):
            wanted = ExecutionFilter()
            wanted.clientId, wanted.side, wanted.symbol = self.me.clientId, side, symbol
            other.reqExecutions(number, wanted)
            other.wait("execDetailsEnd", reqId=number)
            told = {call.execution.execId for call in other.heard("execDetails", reqId=number)}
            self.assertEqual(told, ids if found else set())
        other.settle()
        self.assertEqual({call.commissionAndFeesReport.execId for call in other.heard("commissionAndFeesReport")}, ids)

    def test_completed_orders_are_listed_once_over(self):
        self.fill(order("BUY", 1, orderRef="done"))
        self.cancel(self.rest(order("BUY", 1, "LMT", self.low(), orderRef="gone")))
        self.me.reqCompletedOrders(True)
        self.me.wait("completedOrdersEnd")
        mine = {call.order.orderRef: call.orderState for call in self.me.heard("completedOrder") if call.order.orderRef in ("done", "gone")}
        self.assertEqual({name: state.status for name, state in mine.items()}, {"done": "Filled", "gone": "Cancelled"})
        self.assertTrue(mine["done"].completedTime)

    def test_an_algorithm_works_its_order_piece_by_piece(self):
        with Simulator("--speed", 120) as simulator:
            self.me = self.client(simulator=simulator)
            number = self.place(order("BUY", 100, algoStrategy="Twap", algoParams=[
                TagValue("strategyType", "Marketable"), TagValue("startTime", ""), TagValue("endTime", self.in_minutes(10)), TagValue("allowPastEndTime", "1")]))
            self.me.wait("orderStatus", orderId=number, status="Filled")
            self.assertGreater(len([call for call in self.me.heard("execDetails") if call.execution.orderId == number]), 1)


class Rests:
    def test_a_limit_order_rests_and_is_cancelled(self):
        number = self.rest(order("BUY", 5, "LMT", self.low(), orderRef="by hand"))
        self.me.reqOpenOrders()
        self.me.wait("openOrderEnd")
        self.assertIn("by hand", [call.order.orderRef for call in self.me.heard("openOrder", orderId=number)])
        self.assertEqual(self.cancel(number).filled, 0)

    def test_a_change_keeps_the_identity_of_the_order(self):
        low = self.low()
        number = self.rest(order("BUY", 5, "LMT", low))
        first = self.me.heard("openOrder", orderId=number)[-1].order.permId
        self.me.placeOrder(number, APPLE, order("BUY", 8, "LMT", low * 1.1))
        changed = self.me.wait("openOrder", orderId=number, order=lambda each: each.totalQuantity == 8 and each.lmtPrice == round(low * 1.1, 2))
        self.assertEqual(changed.order.permId, first)
        self.me.placeOrder(number, APPLE, order("BUY", 8, "LMT", self.bid() * 1.05))
        self.me.wait("orderStatus", orderId=number, status="Filled", filled=8)

    def test_stops_and_touches_wait_presubmitted(self):
        bid = self.bid()
        for what in (order("SELL", 1, "STP", auxPrice=round(bid * 0.5, 2)), order("SELL", 1, "STP LMT", bid * 0.49, auxPrice=round(bid * 0.5, 2)),
                     order("SELL", 1, "TRAIL", trailingPercent=20), order("SELL", 1, "TRAIL", auxPrice=50),
                     order("SELL", 1, "TRAIL LIMIT", trailStopPrice=round(bid * 0.5, 2), lmtPriceOffset=0.1, auxPrice=100),
                     order("BUY", 1, "MIT", auxPrice=round(bid * 0.5, 2)), order("BUY", 1, "LIT", bid * 0.5, auxPrice=round(bid * 0.5, 2))):
            self.cancel(self.rest(what, status="PreSubmitted"))

    def test_a_stop_whose_price_is_reached_fills(self):
        self.fill(order("BUY", 1, "STP", auxPrice=round(self.bid() * 0.9, 2)))

    def test_a_bracket_is_sent_with_its_last_leg_and_ends_with_its_parent(self):
        bid = self.bid()
        parent = self.place(order("BUY", 1, "LMT", bid * 0.5, transmit=False))
        self.me.settle()
        self.assertEqual(self.me.heard("orderStatus", orderId=parent, status="Submitted"), [])
        profit = self.place(order("SELL", 1, "LMT", bid * 1.5, parentId=parent, transmit=False))
        loss = self.place(order("SELL", 1, "STP", parentId=parent, auxPrice=round(bid * 0.4, 2)))
        self.me.wait("orderStatus", orderId=parent, status="Submitted")
        for child in (profit, loss):
            self.assertEqual(self.me.wait("orderStatus", orderId=child, status="PreSubmitted").parentId, parent)
        self.cancel(parent)
        for child in (profit, loss):
            self.me.wait("orderStatus", orderId=child, status="Cancelled")

    def test_the_children_of_a_filled_parent_go_to_work_and_one_ends_the_other(self):
        bid = self.bid()
        parent = self.place(order("BUY", 1, transmit=False))
        profit = self.place(order("SELL", 1, "LMT", bid * 1.5, parentId=parent, transmit=False))
        loss = self.place(order("SELL", 1, "STP", parentId=parent, auxPrice=round(bid * 0.5, 2)))
        self.me.wait("orderStatus", orderId=parent, status="Filled")
        self.me.wait("orderStatus", orderId=profit, status="Submitted")
        self.me.placeOrder(profit, APPLE, order("SELL", 1, "LMT", bid * 0.95, parentId=parent))
        self.me.wait("orderStatus", orderId=profit, status="Filled")
        self.me.expected.add(202)
        self.me.wait("orderStatus", orderId=loss, status="Cancelled")

    def test_one_cancels_all(self):
        group = f"group {self.me.clientId}"
        first = self.rest(order("BUY", 1, "LMT", self.low(), ocaGroup=group, ocaType=1))
        second = self.place(order("BUY", 1, ocaGroup=group, ocaType=1))
        self.me.wait("orderStatus", orderId=second, status="Filled")
        self.me.wait_error(202, first)
        self.me.wait("orderStatus", orderId=first, status="Cancelled")

    def test_a_condition_holds_an_order_until_it_is_met(self):
        def when_price(above):
            made = Create(OrderCondition.Price)
            made.conId, made.exchange, made.isMore, made.triggerMethod, made.price, made.isConjunctionConnection = 265598, "SMART", True, 0, above, True
            return made

        waiting = self.rest(order("BUY", 1, conditions=[when_price(self.bid() * 2)]), status="PreSubmitted")
        self.assertEqual(len(self.me.heard("openOrder", orderId=waiting)[-1].order.conditions), 1)
        self.cancel(waiting)
        self.fill(order("BUY", 1, conditions=[when_price(1)]))

    def test_ioc_and_fok_do_not_stay(self):
        for tif, end in (("IOC", "Cancelled"), ("FOK", "Inactive")):
            number = self.place(order("BUY", 1, "LMT", self.low(), tif=tif))
            self.me.wait_error(202, number)
            self.me.wait("orderStatus", orderId=number, status=end, filled=0)
            self.fill(order("BUY", 1, "LMT", self.bid() * 1.05, tif=tif))

    def test_good_till_cancelled_and_good_till_date(self):
        self.cancel(self.rest(order("BUY", 1, "LMT", self.low(), tif="GTC")))
        with Simulator("--speed", 60) as simulator:
            self.me = self.client(simulator=simulator)
            number = self.rest(order("BUY", 1, "LMT", 20, tif="GTD", goodTillDate=self.in_minutes(5)))
            self.me.expected.add(202)
            self.me.wait("orderStatus", orderId=number, status="Cancelled")

    def test_orders_for_the_open_and_the_close_wait_for_it(self):
        for what in (order("BUY", 1, "MOC"), order("BUY", 1, "LOC", self.low()), order("BUY", 1, "MKT", tif="OPG"), order("BUY", 1, "LMT", self.low(), tif="OPG")):
            self.cancel(self.rest(what, status="PreSubmitted"))

    def test_open_orders_of_all_clients(self):
        number = self.rest(order("BUY", 1, "LMT", self.low(SPY), orderRef="of one"), SPY)
        other = self.client()
        other.reqOpenOrders()
        other.wait("openOrderEnd")
        self.assertEqual(other.heard("openOrder"), [])
        other.reqAllOpenOrders()
        other.wait("openOrderEnd", count=2)
        self.assertIn((number, "of one"), [(call.orderId, call.order.orderRef) for call in other.heard("openOrder")])
        self.cancel(number)

    def test_orders_outlive_their_client(self):
        number = self.rest(order("BUY", 1, "LMT", self.low(), tif="GTC"))
        client_id = self.me.clientId
        self.me.leave()
        self.me = self.client(client_id)
        self.me.reqOpenOrders()
        self.me.wait("openOrder", orderId=number)
        self.cancel(number)

    def test_client_0_is_told_of_new_orders_by_hand_if_it_wants(self):
        zero = self.client(client_id=0)
        zero.reqAutoOpenOrders(True)
        zero.settle()
        number = self.rest(order("BUY", 1, "LMT", self.low()))
        zero.settle()
        self.assertEqual(zero.heard("openOrder", orderId=number), [], "this one was not by hand")
        self.cancel(number)

    def test_a_global_cancel_ends_everybodys_orders(self):
        with Simulator() as simulator:
            self.me, other = self.client(simulator=simulator), self.client(simulator=simulator)
            mine = [self.rest(order("BUY", 1, "LMT", self.low())) for _ in range(3)]
            foreign = self.place(order("BUY", 1, "LMT", 20), client=other)
            other.wait("orderStatus", orderId=foreign, status="Submitted")
            other.reqGlobalCancel(OrderCancel())
            for number in mine:
                self.me.wait_error(202, number)
                self.me.wait("orderStatus", orderId=number, status="Cancelled")
            other.wait_error(202, foreign)


class Refusals:
    def test_a_cancel_of_an_order_that_does_not_exist_is_10147(self):
        cancel(self.me, 987_654)
        self.assertIn("needs to be cancelled is not found", self.me.wait_error(10147, 987_654).errorString)

    def test_a_cancel_of_a_filled_order_is_10148(self):
        number = self.place(order("BUY", 1))
        self.me.wait("orderStatus", orderId=number, status="Filled")
        cancel(self.me, number)
        self.assertIn("state: Filled", self.me.wait_error(10148, number).errorString)

    def test_an_order_the_account_cannot_pay_for_is_201_and_inactive(self):
        number = self.place(order("BUY", 100_000))
        self.assertIn("Order rejected - reason:", self.me.wait_error(201, number).errorString)
        self.me.wait("orderStatus", orderId=number, status="Inactive")

    def test_orders_that_cannot_be(self):
        self.refused(200, order("BUY", 1), stock("NOSUCH"))
        self.refused(110, order("BUY", 1, "LMT", lmtPrice=100.001), words="minimum price variation")
        self.refused(321, order("HOLD", 1))
        self.refused(387, order("BUY", 1, "NONSENSE"))
        self.refused(10052, order("BUY", 1, tif="FOREVER"))
        self.refused(434, order("BUY", 0))
        self.refused(10244, order("BUY", 0, cashQty=500))

    def test_an_order_id_that_was_used_is_103(self):
        number = self.me.order_id + 10
        self.me.placeOrder(number, APPLE, order("BUY", 1))
        self.me.wait("orderStatus", orderId=number, status="Filled")
        self.me.placeOrder(number, APPLE, order("BUY", 1))
        self.me.wait_error(104, number)  # taken for a change
        self.me.placeOrder(number - 5, APPLE, order("BUY", 1))
        self.me.wait_error(103, number - 5)

    def test_orders_of_other_clients_cannot_be_cancelled(self):
        number = self.rest(order("BUY", 1, "LMT", self.low()))
        other = self.client()
        cancel(other, number)
        other.wait_error(10147, number)
        self.cancel(number)

    def test_a_what_if_tells_margin_and_commission_and_places_nothing(self):
        before = self.simulator.books()["orders"]
        number = self.place(order("BUY", 100, whatIf=True))
        state = self.me.wait("openOrder", orderId=number).orderState
        self.assertGreater(float(state.initMarginChange), 0)
        self.assertGreater(float(state.maintMarginAfter), 0)
        self.assertEqual((state.commissionAndFees, state.commissionAndFeesCurrency), (1.0, "USD"))
        self.me.settle()
        self.assertEqual(self.me.heard("execDetails"), [])
        self.assertEqual(self.simulator.books()["orders"], before)

    def test_a_warning_is_no_rejection(self):
        with Simulator("--announce-presets") as simulator:
            self.me = self.client(simulator=simulator)
            number = self.place(order("BUY", 1, tif=""))
            self.me.wait_error(10349, number)
            self.me.wait("orderStatus", orderId=number, status="Filled")


class TextTrades(Trades, OrdersCase):
    VERSION = NEWEST_TEXT


class ProtobufTrades(Trades, OrdersCase):
    VERSION = NEWEST


class TextRests(Rests, OrdersCase):
    VERSION = NEWEST_TEXT


class ProtobufRests(Rests, OrdersCase):
    VERSION = NEWEST


class TextRefusals(Refusals, OrdersCase):
    VERSION = NEWEST_TEXT


class ProtobufRefusals(Refusals, OrdersCase):
    VERSION = NEWEST


if __name__ == "__main__":
    unittest.main()
