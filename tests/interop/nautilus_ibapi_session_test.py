"""The vendor's Python client against `tradewind sim serve` over TCP, at its newest text and its newest protobuf version:
connections, accounts, limits, several clients at once."""

import socket
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import vendor_client  # noqa: E402
from program import Simulator  # noqa: E402
from vendor_client import NEWEST, NEWEST_TEXT, EClient, OrderCancel, VendorCase, VendorClient, cancel, order, stock  # noqa: E402
from wire import frame  # noqa: E402
from ibapi.account_summary_tags import AccountSummaryTags  # noqa: E402

HOUSE = """
white_branding_id = "house"
master_client_id = 99

[[account]]
id = "DU0000000"
cash = { USD = "100000" }
positions = [ { symbol = "AAPL", quantity = 100, average_price = "1.50" } ]

[[account]]
id = "DU0000001"
cash = { USD = "50000" }
"""

ADVISOR = """
[[account]]
id = "DF0000000"
type = "advisor"

[[account]]
id = "DU0000001"
cash = 100000

[[group]]
name = "Clients"
method = "Equal"
accounts = ["DU0000001"]
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def at_once(client, request, times):
    """The gateway reads all of them at one moment, however slow the machine is: they are one small piece in the socket."""
    pieces = []
    with mock.patch.object(client.conn, "sendMsg", pieces.append):
        for _ in range(times):
            request()
    client.conn.sendMsg(b"".join(pieces))


class Session:
    def test_the_gateway_greets_and_names_accounts_and_an_order_id(self):
        client = self.client()
        self.assertEqual(client.wait("managedAccounts").accountsList, "DU0000000")
        self.assertGreaterEqual(client.order_id, 1)
        self.assertRegex(client.twsConnectionTime().decode(), r"^\d{8} \d\d:\d\d:\d\d \S+")
        for code in (2104, 2106, 2158):
            client.wait("error", errorCode=code, reqId=-1)

    def test_its_clock_is_this_machines(self):
        client = self.client()
        before = time.time()
        client.reqCurrentTime()
        client.reqCurrentTimeInMillis()
        for told in (client.wait("currentTime").time, client.wait("currentTimeInMillis").timeInMillis / 1000):
            self.assertTrue(before - 2 < told < time.time() + 1, told)

    def test_a_client_id_in_use_is_refused_with_326_and_the_first_goes_on(self):
        first = self.client(client_id=700)
        second = self.client(client_id=700, ready=False)
        second.wait_error(326, -1)
        second.wait("connectionClosed")
        self.assertEqual(second.heard("nextValidId"), [])
        first.settle()

    def test_a_port_nobody_listens_on_is_502_of_the_client(self):
        client = VendorClient(free_port(), 1, self.VERSION)
        self.assertEqual([call.errorCode for call in client.heard("error")][:1], [502])
        self.assertFalse(client.isConnected())

    def test_a_client_comes_again_and_again_with_the_same_id(self):
        for _ in range(5):
            client = self.client(client_id=701)
            client.settle()
            client.leave()
            client.wait("connectionClosed")

    def test_order_ids_go_on_where_they_ended_and_are_each_clients_own(self):
        client = self.client(client_id=702)
        first = client.order_id
        client.placeOrder(first + 40, stock("MSFT"), order("BUY", 1, "LMT", 1))
        client.wait("openOrder", orderId=first + 40)
        client.leave()
        client = self.client(client_id=702)
        self.assertEqual(client.order_id, first + 41)
        since = client.now()
        client.reqIds(1)
        self.assertEqual(client.wait("nextValidId", since).orderId, first + 41)
        cancel(client, first + 40)
        client.wait_error(202, first + 40)

    def test_the_next_order_id_is_told_when_asked(self):
        client = self.client()
        client.reqIds(-1)
        client.wait("nextValidId", count=2)
        client.reqManagedAccts()
        client.wait("managedAccounts", count=2)

    def test_settings_of_the_program_have_no_answer(self):
        client = self.client()
        client.setServerLogLevel(5)
        client.settle()
        client.setServerLogLevel(9)
        client.wait_error(319)

    def test_family_codes_user_and_tiers(self):
        client = self.client()
        client.reqFamilyCodes()
        self.assertEqual(len(client.wait("familyCodes").familyCodes), 1)
        client.reqUserInfo(client.number())
        client.wait("userInfo")
        client.reqSoftDollarTiers(client.number())
        self.assertEqual(client.wait("softDollarTiers").tiers, [])

    def test_a_program_is_not_verified(self):
        client = self.client()
        client.extraAuth = True  # else the client itself refuses
        client.verifyRequest("program", "1")
        client.verifyMessage("data")
        client.verifyAndAuthRequest("program", "1", "key")
        client.verifyAndAuthMessage("data", "response")
        for name in ("verifyCompleted", "verifyAndAuthCompleted"):
            self.assertIn("not registered", client.wait(name, count=2, isSuccessful=lambda told: told in (False, "false")).errorText)

    def test_display_groups_are_shared(self):
        one, other = self.client(), self.client()
        number = one.number()
        one.queryDisplayGroups(number)
        self.assertEqual(one.wait("displayGroupList", reqId=number).groups, "1|2|3|4|5|6|7")
        for client in (one, other):
            client.subscribeToGroupEvents(90, 3)
            client.wait("displayGroupUpdated", reqId=90)
        since = other.now()
        one.updateDisplayGroup(90, "265598@SMART")
        other.wait("displayGroupUpdated", since, reqId=90, contractInfo="265598@SMART")
        one.unsubscribeFromGroupEvents(90)
        one.settle()

    def test_eight_clients_at_once_are_told_what_is_theirs(self):
        clients = [self.client() for _ in range(8)]
        for client in clients:
            client.reqMktData(7, stock("AAPL"), "", False, False, [])
        for client in clients:
            client.wait("tickPrice", reqId=7, tickType=1, price=lambda price: price > 0)
            client.cancelMktData(7)
            client.placeOrder(client.order_id, stock("SPY"), order("BUY", 1))
        for client in clients:
            client.wait("commissionAndFeesReport")
            self.assertEqual({call.execution.clientId for call in client.heard("execDetails")}, {client.clientId})

    def test_two_clients_may_use_the_same_request_ids(self):
        one, other = self.client(), self.client()
        one.reqContractDetails(5, stock("AAPL"))
        other.reqContractDetails(5, stock("MSFT"))
        self.assertEqual(one.wait("contractDetails", reqId=5).contractDetails.contract.symbol, "AAPL")
        self.assertEqual(other.wait("contractDetails", reqId=5).contractDetails.contract.symbol, "MSFT")


class Accounts:
    """Two accounts without an advisor, and a master client."""

    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(HOUSE)
            file.flush()
            cls.simulator = Simulator("--generate", 7, "--accounts", file.name)

    def test_account_updates_end_and_can_be_ended(self):
        client = self.client()
        client.reqAccountUpdates(True, "DU0000000")
        client.wait("accountDownloadEnd", accountName="DU0000000")
        self.assertEqual(client.heard("updateAccountValue", key="CashBalance", currency="USD")[0].val, "100000.00")
        [row] = client.heard("updatePortfolio")
        self.assertEqual((row.contract.symbol, row.position, row.averageCost), ("AAPL", 100, 1.5))
        self.assertAlmostEqual(row.marketValue, 100 * row.marketPrice, 1)
        client.wait("updateAccountTime", timeStamp=lambda text: len(text) == 5)
        client.reqAccountUpdates(False, "DU0000000")
        client.wait_error(2100)

    def test_account_updates_of_an_account_that_is_not_ours_are_refused_with_321(self):
        client = self.client()
        client.reqAccountUpdates(True, "DU0000009")
        client.wait_error(321)

    def test_the_account_summary_and_that_there_are_two_at_most(self):
        client = self.client()
        for number in (1, 2):
            client.reqAccountSummary(number, "All", AccountSummaryTags.AllTags)
            client.wait("accountSummaryEnd", reqId=number)
        rows = {(call.account, call.tag): call.value for call in client.heard("accountSummary", reqId=1)}
        self.assertLessEqual(float(rows["DU0000001", "TotalCashValue"]), 50000)
        self.assertEqual(rows["DU0000000", "AccountType"], "INDIVIDUAL")
        client.reqAccountSummary(3, "All", "NetLiquidation")
        client.wait_error(322, 3)
        client.cancelAccountSummary(1)
        client.reqAccountSummary(4, "All", "$LEDGER:ALL")
        client.wait("accountSummaryEnd", reqId=4)

    def test_positions_are_told_at_once_and_after_each_fill(self):
        client = self.client()
        client.reqPositions()
        client.wait("positionEnd")
        self.assertEqual([(call.account, call.contract.symbol, call.position) for call in client.heard("position", contract=lambda c: c.symbol == "AAPL")],
                         [("DU0000000", "AAPL", 100)])
        since = client.now()
        client.placeOrder(client.order_id, stock("TSLA"), order("BUY", 2, account="DU0000001"))
        client.wait("position", since, account="DU0000001", position=2)
        client.cancelPositions()
        client.placeOrder(client.order_id + 1, stock("TSLA"), order("SELL", 2, account="DU0000001"))
        client.wait("orderStatus", orderId=client.order_id + 1, status="Filled")

    def test_the_multi_forms_ask_for_one_account(self):
        client = self.client()
        client.reqPositionsMulti(1, "DU0000000", "")
        client.wait("positionMultiEnd", reqId=1)
        self.assertEqual([call.contract.symbol for call in client.heard("positionMulti", reqId=1)], ["AAPL"])
        client.reqAccountUpdatesMulti(2, "DU0000001", "", False)
        client.wait("accountUpdateMultiEnd", reqId=2)
        self.assertEqual({call.account for call in client.heard("accountUpdateMulti", reqId=2)}, {"DU0000001"})
        client.cancelPositionsMulti(1)
        client.cancelAccountUpdatesMulti(2)
        client.settle()

    def test_profit_and_loss_come_once_a_second(self):
        client = self.client()
        client.reqPnL(1, "DU0000000", "")
        client.reqPnLSingle(2, "DU0000000", "", 265598)
        client.wait("pnl", reqId=1, count=2)
        row = client.wait("pnlSingle", reqId=2, count=2)
        self.assertEqual(row.pos, 100)
        self.assertAlmostEqual(row.unrealizedPnL, row.value - 150, 4)
        client.cancelPnL(1)
        client.cancelPnLSingle(2)
        client.settle()

    def test_an_order_needs_an_account_where_there_are_two(self):
        client = self.client()
        client.placeOrder(client.order_id, stock("TSLA"), order("BUY", 2))
        client.wait_error(435, client.order_id)

    def test_the_master_client_is_told_of_everybodys_orders(self):
        master, client = self.client(client_id=99), self.client()
        client.placeOrder(client.order_id, stock("TSLA"), order("BUY", 3, account="DU0000001"))
        fill = master.wait("execDetails", execution=lambda e: e.clientId == client.clientId)
        self.assertEqual(fill.execution.acctNumber, "DU0000001")
        master.wait("orderStatus", clientId=client.clientId, status="Filled")
        master.wait("commissionAndFeesReport", commissionAndFeesReport=lambda report: report.execId == fill.execution.execId)
        client.placeOrder(client.order_id + 1, stock("TSLA"), order("SELL", 3, account="DU0000001"))
        client.wait("orderStatus", orderId=client.order_id + 1, status="Filled")

    def test_the_user_has_the_brand_of_the_house(self):
        client = self.client()
        client.reqUserInfo(1)
        self.assertEqual(client.wait("userInfo").whiteBrandingId, "house")


class Limits:
    """Gateways with flags of their own."""

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def test_a_read_only_gateway_shows_and_takes_no_orders(self):
        with Simulator("--read-only") as simulator:
            client = self.client(simulator=simulator)
            client.placeOrder(client.order_id, stock("AAPL"), order("BUY", 1))
            error = client.wait_error(321)
            self.assertIn("Read-Only", error.errorString)
            client.reqPositions()
            client.wait("positionEnd")
            client.leave()
            self.assertEqual(simulator.books()["orders"], 0)

    def test_the_51st_message_of_a_second_is_an_error_and_the_third_time_the_end(self):
        with Simulator(rate_limit=True) as simulator:
            client, other = self.client(simulator=simulator), self.client(simulator=simulator)
            client.expected |= {0, 515}  # the warning before; the client's own word for a connection that has ended
            for violation in (1, 2, 3):
                time.sleep(1.1)  # the last message was heard of, so that the second it was counted in is over
                since = client.now()
                at_once(client, lambda: client.reqIds(1), 51)
                self.assertIn(f"Max rate of messages per second has been exceeded:max=50 rec=51 ({violation})",
                              client.wait_error(100, since=since).errorString)
                self.assertEqual(len(client.heard("nextValidId", since)), 50)
            client.wait("connectionClosed")
            self.assertEqual(len(client.heard("error", errorCode=100)), 3)
            other.settle()

    def test_with_paceapi_messages_wait_instead(self):
        with Simulator(rate_limit=True) as simulator:
            client = self.client(simulator=simulator, options="+PACEAPI")
            for _ in range(120):
                client.reqIds(1)
            client.wait("nextValidId", count=121)

    def test_a_client_that_does_not_read_is_dropped_and_no_other_disturbed(self):
        with Simulator() as simulator, socket.create_connection(("127.0.0.1", simulator.port)) as slow:
            slow.sendall(b"API\0" + frame(b"v100..200") + frame(b"71\x002\x001234\0\0"))
            other = self.client(simulator=simulator)
            deadline = time.monotonic() + 60
            while "closed: the client does not read" not in simulator.log():
                self.assertLess(time.monotonic(), deadline)
                try:
                    slow.sendall(frame(b"24\x001\0") * 5)  # the scanners' parameters, which are long
                except OSError:
                    break
                other.settle()
            other.settle()
            self.assertIn("closed: the client does not read", simulator.log())

    def test_a_gateway_that_goes_is_noticed_and_the_next_one_begins_anew(self):
        with Simulator("--generate", 3) as simulator:
            client = self.client(simulator=simulator)
            client.placeOrder(client.order_id, stock("AAPL"), order("BUY", 1))
            client.wait("orderStatus", orderId=client.order_id, status="Filled")
            client.reqMktData(1, stock("AAPL"), "", False, False, [])
            simulator.stop()
            client.wait("connectionClosed")
            self.assertFalse(client.isConnected())
        with Simulator("--generate", 3) as simulator:
            client = self.client(simulator=simulator)
            client.reqAllOpenOrders()
            client.wait("openOrderEnd")
            self.assertEqual(client.heard("openOrder"), [])

    def test_an_older_gateway_agrees_to_its_own_version(self):
        for newest in (178, 187, 196, 203, 213):
            with Simulator("--server-version", newest) as simulator:
                client = self.client(simulator=simulator, ready=False)
                agreed = min(newest, self.VERSION)
                self.assertEqual(client.serverVersion(), agreed)
                client.wait("nextValidId")
                self.details(client, stock("AAPL"))
                client.leave()

    def test_an_advisor_reads_and_changes_its_groups(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(ADVISOR)
            file.flush()
            with Simulator("--accounts", file.name) as simulator:
                client = self.client(simulator=simulator)
                self.assertEqual(client.heard("managedAccounts")[0].accountsList, "DF0000000,DU0000001,")
                client.requestFA(1)
                groups = client.wait("receiveFA", faData=1).cxml
                self.assertIn("<name>Clients</name>", groups)
                client.replaceFA(7, 1, groups.replace("Clients", "Everybody"))
                client.wait("replaceFAEnd", reqId=7)
                client.requestFA(1)
                client.wait("receiveFA", cxml=lambda text: "Everybody" in text)

    def test_a_gateway_may_show_open_orders_after_connecting(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write('download_open_orders = true\n[[account]]\nid = "DU0000000"\ncash = 10000\n')
            file.flush()
            with Simulator("--accounts", file.name) as simulator:
                client = self.client(client_id=5, simulator=simulator)
                client.placeOrder(client.order_id, stock("AAPL"), order("BUY", 1, "LMT", 1))
                client.wait("orderStatus", status="Submitted")
                client.leave()
                client = self.client(client_id=5, simulator=simulator)
                client.wait("openOrder", orderId=client.order_id - 1)
                client.reqGlobalCancel(OrderCancel())
                client.wait_error(202)


class EveryRequest(unittest.TestCase):
    # What no program calls: parts of other methods.
    NOT_DRIVEN = {
        "checkConnected", "disconnect", "keyboardInterrupt", "keyboardInterruptHard", "logRequest", "msgLoopRec", "msgLoopTmo", "reset",
        "setConnState", "setOptionalCapabilities", "startApi", "validateAttachedOrdersParameters", "validateInvalidSymbols", "validateOrderParameters"}

    def test_every_request_of_the_client_is_made_in_these_tests(self):
        texts = "".join(file.read_text() for file in [*Path(__file__).parent.glob("nautilus_ibapi_*_test.py"), Path(vendor_client.__file__)])
        methods = [name for name in dir(EClient) if name[0].islower() and callable(getattr(EClient, name)) and not name.endswith("ProtoBuf")]
        self.assertEqual({name for name in methods if f".{name}(" not in texts} ^ self.NOT_DRIVEN, set())


class TextSession(Session, VendorCase):
    VERSION = NEWEST_TEXT


class ProtobufSession(Session, VendorCase):
    VERSION = NEWEST


class TextAccounts(Accounts, VendorCase):
    VERSION = NEWEST_TEXT


class ProtobufAccounts(Accounts, VendorCase):
    VERSION = NEWEST


class TextLimits(Limits, VendorCase):
    VERSION = NEWEST_TEXT


class ProtobufLimits(Limits, VendorCase):
    VERSION = NEWEST


if __name__ == "__main__":
    unittest.main()
