"""ib_async and its connections to `tradewind sim serve`: coming again, several at once, limits, a gateway that goes."""

import asyncio
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ib_async_client import PATIENCE, IbAsyncCase, ib_async  # noqa: E402
from program import Simulator  # noqa: E402

STOCK = ib_async.Stock("AAPL", "SMART", "USD")


class SessionTest(IbAsyncCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator("--generate", 7)

    @classmethod
    def tearDownClass(cls):
        cls.simulator.stop()

    def connect(self, client_id, simulator=None, options=None, **more):
        self.ib = ib_async.IB()
        self.ib.RequestTimeout = PATIENCE
        if options:
            self.ib.client.setConnectOptions(options)
        self.ib.codes = []
        self.ib.errorEvent += lambda request_id, code, text, contract, codes=self.ib.codes: codes.append(code)
        self.ib.connect("127.0.0.1", (simulator or self.simulator).port, clientId=client_id, timeout=PATIENCE, **more)
        self.addCleanup(self.ib.disconnect)
        return self.ib

    def test_a_client_id_in_use_is_refused_with_326(self):
        first = self.connect(30)
        second = ib_async.IB()
        codes = []
        second.client.apiError += codes.append
        second.errorEvent += lambda request_id, code, text, contract: codes.append(code)
        with self.assertRaises((ConnectionError, asyncio.TimeoutError, TimeoutError)):
            second.connect("127.0.0.1", self.simulator.port, clientId=30, timeout=5)
        self.assertIn(326, codes)
        self.assertEqual(first.reqCurrentTime().tzinfo is None, False)

    def test_nobody_listens(self):
        with Simulator() as simulator:
            port = simulator.port
        with self.assertRaises(ConnectionRefusedError):
            ib_async.IB().connect("127.0.0.1", port, clientId=1, timeout=PATIENCE)

    def test_open_orders_are_there_again_after_a_reconnect(self):
        ib = self.connect(31)
        trade = ib.placeOrder(STOCK, ib_async.LimitOrder("BUY", 1, 20, tif="GTC", orderRef="stays"))
        self.wait(lambda: trade.orderStatus.status == "Submitted", "the acknowledgement")
        ib.disconnect()
        again = self.connect(31)
        [found] = [each for each in again.openTrades() if each.order.orderRef == "stays"]
        self.assertEqual((found.order.permId, found.order.orderId, found.orderStatus.status), (trade.order.permId, trade.order.orderId, "Submitted"))
        self.assertGreater(again.client.getReqId(), trade.order.orderId)
        again.cancelOrder(found.order)
        self.wait(found.isDone, "the cancel")

    def test_five_clients_at_once_see_their_own_orders_and_the_same_positions(self):
        clients = [self.connect(40 + i) for i in range(5)]
        trades = [ib.placeOrder(ib_async.Stock("MSFT", "SMART", "USD"), ib_async.MarketOrder("BUY", 2)) for ib in clients]
        for ib, trade in zip(clients, trades):
            self.ib = ib
            self.wait(lambda: trade.isDone() and trade.fills, "a fill")
            self.assertEqual([each.execution.clientId for each in trade.fills], [ib.client.clientId])
            self.assertEqual(ib.openTrades(), [])
        self.assertEqual(len({trade.order.permId for trade in trades}), 5)
        held = {tuple((row.contract.symbol, row.position) for row in ib.reqPositions() if row.contract.symbol == "MSFT") for ib in clients}
        self.assertEqual(held, {(("MSFT", 10.0),)})

    def test_client_0_is_told_of_orders_of_others_when_it_asks(self):
        other = self.connect(50)
        trade = other.placeOrder(STOCK, ib_async.LimitOrder("BUY", 1, 20, orderRef="of another"))
        self.wait(lambda: trade.orderStatus.status == "Submitted", "the acknowledgement")
        zero = self.connect(0)
        self.assertIn("of another", [each.order.orderRef for each in zero.reqAllOpenOrders()])
        self.ib = other
        other.cancelOrder(trade.order)
        self.wait(trade.isDone, "the cancel")

    def test_a_read_only_connection_asks_for_no_orders(self):
        with Simulator("--read-only") as simulator:
            ib = self.connect(1, simulator, readonly=True)
            self.assertGreater(len(ib.accountValues()), 10)
            trade = ib.placeOrder(STOCK, ib_async.MarketOrder("BUY", 1))
            self.wait(lambda: 321 in ib.codes, "321")
            self.assertEqual(trade.fills, [])
            self.assertEqual(simulator.books()["orders"], 0)

    def test_with_paceapi_messages_wait_instead(self):
        with Simulator(rate_limit=True) as simulator:
            ib = self.connect(1, simulator, options="+PACEAPI")
            ib.client.MaxRequests = 0
            for _ in range(150):
                ib.client.reqIds(1)
            ib.reqCurrentTime()  # its answer comes after all the others
            self.assertNotIn(100, ib.codes)

    def test_without_its_throttle_it_is_cut_off_the_third_time(self):
        with Simulator(rate_limit=True) as simulator:
            ib = self.connect(1, simulator)
            ib.client.MaxRequests = 0
            with self.assertRaises(ConnectionError):
                for _ in range(PATIENCE * 20):
                    for _ in range(60):
                        ib.client.reqIds(1)
                    ib.sleep(0.05)
            self.assertEqual(ib.codes.count(100), 3)
            self.assertFalse(ib.isConnected())

    def test_a_gateway_that_restarts_is_noticed_and_found_again(self):
        with Simulator("--generate", 3) as simulator:
            ib = self.connect(5, simulator)
            gone = []
            ib.disconnectedEvent += lambda: gone.append(1)
            stock, = ib.qualifyContracts(STOCK)
            ticker = ib.reqMktData(stock)
            self.wait(lambda: ticker.bid > 0, "a quote")
            simulator.stop()
            with self.assertRaises(ConnectionError):
                self.wait(lambda: False, "the end of the connection")
            self.assertEqual((gone, ib.isConnected()), ([1], False))
        with Simulator("--generate", 3) as simulator:
            ib.connect("127.0.0.1", simulator.port, clientId=5, timeout=PATIENCE)
            ticker = ib.reqMktData(stock)
            self.wait(lambda: ticker.bid > 0, "a quote again")

    def test_a_timeout_event_tells_of_silence(self):
        with Simulator("--speed", "step") as simulator:
            ib = self.connect(5, simulator)
            idle = []
            ib.timeoutEvent += idle.append
            ib.setTimeout(0.5)
            self.wait(lambda: idle, "the silence")

    def test_news_and_scanners(self):
        ib = self.connect(60)
        providers = [each.code for each in ib.reqNewsProviders()]
        rows = ib.reqHistoricalNews(265598, "+".join(providers), "", "", 3)
        self.assertEqual(len(rows), 3)
        self.assertTrue(ib.reqNewsArticle(rows[0].providerCode, rows[0].articleId).articleText)
        found = ib.reqScannerData(ib_async.ScannerSubscription(instrument="STK", locationCode="STK.US.MAJOR", scanCode="TOP_PERC_GAIN"))
        self.assertGreater(len(found), 0)
        self.assertIn("TOP_PERC_GAIN", ib.reqScannerParameters())


if __name__ == "__main__":
    unittest.main()
