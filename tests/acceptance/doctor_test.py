"""`doctor` against gateways that are broken, each in one way: it names the cause, and says what to do. Where the simulator
cannot be broken like this, a scripted gateway speaks the protocol's own bytes."""

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import scripted_gateway as script  # noqa: E402
from program import BINARY, Simulator, tradewind  # noqa: E402
from scripted_gateway import ScriptedGateway, error, id_of, said  # noqa: E402
from wire import Listener, Proxy, TinyGateway, frame, frames  # noqa: E402

OK, FAILED, USAGE, REFUSED, NOT_CONNECTED, UNKNOWN = 0, 1, 2, 3, 4, 5
STEPS = ["tcp", "handshake", "version", "session", "accounts", "clock", "read_only", "precautions", "farms", "data", "order_id", "what_if"]
READ_ONLY = "Error validating request.-'bO' : cause - The API interface is currently in Read-Only mode."


class DoctorCase(unittest.TestCase):
    def examine(self, port, *more, timeout=2):
        done = tradewind("doctor", "--port", port, "--timeout", timeout, "--json", *more)
        self.assertEqual(done.stderr, "")
        report = json.loads(done.stdout)
        self.assertEqual(report["exit_code"], done.returncode)
        self.assertEqual(report["ok"], done.returncode == OK)
        self.assertEqual(sorted({step["step"] for step in report["steps"]}), sorted(STEPS), "a step is missing")
        return report

    def found(self, report):
        """Ids of what is wrong: status by id."""
        return {step["id"]: step["status"] for step in report["steps"] if "id" in step}

    def assert_names(self, report, exit_code, *causes, warnings=()):
        """Exactly these failures and warnings."""
        self.assertEqual(self.found(report), {**dict.fromkeys(causes, "failure"), **dict.fromkeys(warnings, "warning")})
        self.assertEqual(report["exit_code"], exit_code)
        for step in report["steps"]:
            if "id" in step:
                self.assertTrue(step["id"].startswith(step["step"] + "."))
                self.assertGreater(len(step["cause"]), 10)
                self.assertGreater(len(step["fix"]), 10)

    def detail(self, report, step):
        return next(each["detail"] for each in report["steps"] if each["step"] == step)

    def skipped(self, report):
        return [step["step"] for step in report["steps"] if step["status"] == "skipped"]


class HealthyTest(DoctorCase):
    def test_nothing_is_wrong_with_a_healthy_gateway(self):
        with ScriptedGateway() as gateway:
            report = self.examine(gateway.port)
            self.assert_names(report, OK)
            self.assertEqual([step["status"] for step in report["steps"]], ["ok"] * len(STEPS))
            self.assertEqual([step["step"] for step in report["steps"]], STEPS)
            self.assertIn("live", self.detail(report, "data"))
            self.assertIn("102", self.detail(report, "what_if"))

    def test_the_one_order_it_sends_only_asks_and_is_below_the_market(self):
        with ScriptedGateway() as gateway:
            self.examine(gateway.port)
            orders = [script.order_of(request)[1] for number, request in gateway.requests if number == script.PLACE_ORDER]
            self.assertEqual(len(orders), 1)
            (order,) = orders
            self.assertEqual((order[5], order[6], order[8], order[65], order[66]), ([b"BUY"], [b"1"], [b"LMT"], [1], [1]))
            self.assertEqual(order[9], [196.0])  # 2 % below the bid of 200

    def test_an_advisor_s_own_account_is_not_ordered_for(self):
        with ScriptedGateway(accounts="DF0000000,DU0000000") as gateway:
            self.assert_names(self.examine(gateway.port), OK)
            (order,) = [script.order_of(request)[1] for number, request in gateway.requests if number == script.PLACE_ORDER]
            self.assertEqual(order[12], [b"DU0000000"])

    def test_people_read_the_cause_and_the_fix(self):
        with ScriptedGateway(clock=-200) as gateway:
            done = tradewind("doctor", "--port", gateway.port, "--timeout", "2")
        self.assertEqual(done.returncode, FAILED)
        self.assertRegex(done.stdout, r"(?m)^clock +failure +clock\.wrong: the gateway's clock is (199|200)\.\d+ s behind ours$")
        self.assertRegex(done.stdout, r"(?m)^ +cause  this machine's clock and the gateway's are .* apart$")
        self.assertRegex(done.stdout, r"(?m)^ +fix    let NTP set both clocks")
        self.assertRegex(done.stdout, r"(?m)^1 failed, 0 warnings$")

    def test_the_simulator_is_healthy_up_to_its_orders(self):
        with Simulator("--generate", "3") as simulator:
            for version in ((), ("--symbol", "MSFT")):
                report = self.examine(simulator.port, *version)
                status = {step["step"]: step["status"] for step in report["steps"]}
                for step in STEPS:
                    if step not in ("precautions", "what_if"):  # what a simulator need not have
                        self.assertEqual(status[step], "ok", report)
            self.assertEqual(simulator.books()["executions"], 0)

    def test_a_port_is_said_to_be_usual_and_not_believed(self):
        host = f"127.{100 + threading.get_native_id() % 100}.7.9"
        done = tradewind("doctor", "--host", host, "--port", 7496, "--json")
        report = json.loads(done.stdout)
        self.assertEqual(report["port_usually"], "the live port of TWS")
        self.assertIn("a port proves nothing", self.detail(report, "tcp"))
        self.assertEqual(done.returncode, NOT_CONNECTED)


class ConnectionTest(DoctorCase):
    def test_nothing_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        report = self.examine(port)
        self.assert_names(report, NOT_CONNECTED, "tcp.refused")
        self.assertEqual(self.skipped(report), STEPS[1:])

    def test_no_such_host(self):
        report = self.examine(4002, "--host", "no-such-host.invalid", timeout=20)
        self.assert_names(report, NOT_CONNECTED, "tcp.host_unknown")

    def test_listens_and_is_silent(self):
        with Listener(lambda client: [None for _ in iter(lambda: client.recv(100), b"")]) as gateway:
            report = self.examine(gateway.port, timeout=1)
        self.assert_names(report, NOT_CONNECTED, "handshake.silent")

    def test_accepts_and_closes(self):
        with Listener(lambda client: client.recv(4)) as gateway:
            report = self.examine(gateway.port)
        self.assert_names(report, NOT_CONNECTED, "handshake.closed")

    def test_an_interrupt_ends_it_and_blames_nobody(self):
        with Listener(lambda client: [None for _ in iter(lambda: client.recv(100), b"")]) as gateway:
            doctor = subprocess.Popen([BINARY, "doctor", "--port", str(gateway.port), "--timeout", "300"], stdout=subprocess.PIPE, text=True)
            with doctor:
                self.assertRegex(doctor.stdout.readline(), r"^tcp +ok ")
                doctor.send_signal(signal.SIGINT)
                said = doctor.stdout.read()
                self.assertEqual(doctor.wait(timeout=10), FAILED)
        self.assertRegex(said, r"(?m)^handshake +skipped +interrupted$")
        self.assertNotIn("failure", said)

    def test_another_program_listens(self):
        def serve(client):
            client.recv(100)
            client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            while client.recv(100):
                pass

        with Listener(serve) as gateway:
            report = self.examine(gateway.port)
        self.assert_names(report, NOT_CONNECTED, "handshake.not_tws")
        self.assertIn("HTTP/1.1 400", self.detail(report, "handshake"))

    def test_too_old(self):
        with TinyGateway("DU0000000", version=b"151") as gateway:
            report = self.examine(gateway.port)
            self.assert_names(report, NOT_CONNECTED, "version.too_old")
            self.assertIn("151", self.detail(report, "version"))
            self.assertEqual(len(frames(gateway.said)), 1, "it asked a gateway it cannot understand")

    def test_a_version_that_was_not_offered(self):
        with TinyGateway("DU0000000", version=b"999") as gateway:
            self.assert_names(self.examine(gateway.port), NOT_CONNECTED, "version.strange")

    def test_the_client_id_is_taken(self):
        with Simulator() as simulator, socket.create_connection(("127.0.0.1", simulator.port)) as holder:
            holder.sendall(b"API\0" + frame(b"v176..176"))
            holder.recv(1)
            holder.sendall(frame(b"71\x002\x005\0\0"))
            heard = b""
            while b"DU0000000" not in heard:  # its session has begun
                heard += holder.recv(1 << 16)
            report = self.examine(simulator.port, "--client-id", 5)
            self.assert_names(report, NOT_CONNECTED, "session.client_id_in_use")
            self.assertIn("326", self.detail(report, "session"))
            self.assert_names_no_failure_of_the_session(self.examine(simulator.port, "--client-id", 6))

    def assert_names_no_failure_of_the_session(self, report):
        self.assertEqual(next(step["status"] for step in report["steps"] if step["step"] == "session"), "ok")

    def test_the_session_does_not_start(self):
        with ScriptedGateway({script.START_API: None}) as gateway:
            self.assert_names(self.examine(gateway.port, timeout=1), NOT_CONNECTED, "session.silent")

    def test_the_session_is_ended(self):
        with ScriptedGateway({script.START_API: lambda request: [script.CLOSE]}) as gateway:
            self.assert_names(self.examine(gateway.port), NOT_CONNECTED, "session.closed")

    def test_the_disclaimer_is_not_accepted(self):
        text = "Paper trading disclaimer must first be accepted for API connection."
        with ScriptedGateway({script.START_API: lambda request: [error(-1, 10141, text), script.CLOSE]}) as gateway:
            self.assert_names(self.examine(gateway.port), NOT_CONNECTED, "session.disclaimer")

    def test_no_order_id_comes(self):
        with ScriptedGateway(order_id=None) as gateway:
            report = self.examine(gateway.port, timeout=1)
        self.assert_names(report, NOT_CONNECTED, "order_id.missing")
        self.assertIn("DU0000000", self.detail(report, "accounts"))


class AccountTest(DoctorCase):
    def assert_left_at_once(self, gateway):
        self.assertEqual([number for number, _ in gateway.requests], [script.START_API], "it asked all the same")

    def test_no_accounts(self):
        with ScriptedGateway(accounts="") as gateway:
            self.assert_names(self.examine(gateway.port), FAILED, "accounts.none")
            self.assert_left_at_once(gateway)

    def test_the_accounts_do_not_come(self):
        with ScriptedGateway(accounts=None) as gateway:
            self.assert_names(self.examine(gateway.port, timeout=1), NOT_CONNECTED, "accounts.silent")

    def test_a_real_account_where_paper_was_expected_is_left_at_once(self):
        for accounts in ("U0000000", "DU0000000,U0000000", "DU0000000;U0000000"):
            with self.subTest(accounts=accounts), ScriptedGateway(accounts=accounts) as gateway:
                report = self.examine(gateway.port)
                self.assert_names(report, REFUSED, "accounts.live")
                self.assertEqual(self.skipped(report), STEPS[5:])
                self.assert_left_at_once(gateway)

    def test_a_real_account_of_the_simulator(self):
        with Simulator("--account", "U0000000", "--server-version", "200") as simulator:
            with Proxy(simulator.port) as proxy:
                self.assert_names(self.examine(proxy.port), REFUSED, "accounts.live")
            self.assertEqual(len(frames(proxy.said)), 2, "more than the handshake and startApi")

    def test_a_paper_account_where_a_real_one_was_expected(self):
        with ScriptedGateway() as gateway:
            self.assert_names(self.examine(gateway.port, "--expect", "live"), REFUSED, "accounts.paper")
            self.assert_left_at_once(gateway)

    def test_what_is_expected_can_be_said(self):
        for accounts, expected in (("U0000000", "live"), ("U0000000,DU0000000", "any")):
            with ScriptedGateway(accounts=accounts) as gateway:
                self.assert_names(self.examine(gateway.port, "--expect", expected), OK)


class ClockTest(DoctorCase):
    def test_minutes(self):
        for clock, words in ((300, "ahead of"), (-300, "behind")):
            with ScriptedGateway(clock=clock) as gateway:
                report = self.examine(gateway.port)
            self.assert_names(report, FAILED, "clock.wrong")
            self.assertRegex(self.detail(report, "clock"), rf"the gateway's clock is (299|300)\.\d\d\d s {words} ours")

    def test_seconds_are_a_warning(self):
        with ScriptedGateway(clock=5) as gateway:
            self.assert_names(self.examine(gateway.port), OK, warnings=["clock.off"])

    def test_a_gateway_that_does_not_say(self):
        with ScriptedGateway({script.REQ_CURRENT_TIME_IN_MILLIS: None}) as gateway:
            self.assert_names(self.examine(gateway.port, timeout=1), FAILED, "clock.silent")


class ReadOnlyTest(DoctorCase):
    def test_refused_without_an_id(self):
        answers = {script.REQ_OPEN_ORDERS: lambda request: [error(-1, 321, READ_ONLY)], script.REQ_CONFIG: None}
        with ScriptedGateway(answers) as gateway:
            report = self.examine(gateway.port, timeout=1)
            self.assert_names(report, FAILED, "read_only.on", warnings=["precautions.unreadable"])
            self.assertEqual(self.skipped(report), ["order_id", "what_if"])
            self.assertNotIn(script.PLACE_ORDER, [number for number, _ in gateway.requests], "no order is sent where none may be")

    def test_in_the_words_of_another_language(self):
        with ScriptedGateway({script.REQ_OPEN_ORDERS: lambda request: [error(-1, 321, "Fehler: nur Lesezugriff")]}) as gateway:
            self.assert_names(self.examine(gateway.port), FAILED, "read_only.on")

    def test_the_settings_say_so(self):
        answers = {script.REQ_CONFIG: lambda request: [said(script.CONFIG, {1: id_of(request), **script.config(read_only=True)})]}
        with ScriptedGateway(answers) as gateway:
            self.assert_names(self.examine(gateway.port), FAILED, "read_only.on")

    def test_only_the_order_is_refused(self):
        for number in (None, -1):
            def refuse(request, number=number):
                return [error(script.order_of(request)[0] if number is None else number, 321, READ_ONLY)]

            with self.subTest(number=number), ScriptedGateway({script.PLACE_ORDER: refuse}) as gateway:
                self.assert_names(self.examine(gateway.port), FAILED, "what_if.read_only")

    def test_silence_is_no_leave(self):
        with ScriptedGateway({script.REQ_OPEN_ORDERS: None}) as gateway:
            self.assert_names(self.examine(gateway.port, timeout=1), OK, warnings=["read_only.unknown"])


class SettingsTest(DoctorCase):
    def test_precautions_are_on(self):
        answers = {script.REQ_CONFIG: lambda request: [said(script.CONFIG, {1: id_of(request), **script.config(bypass=False)})]}
        with ScriptedGateway(answers) as gateway:
            self.assert_names(self.examine(gateway.port), OK, warnings=["precautions.on"])

    def test_settings_may_be_refused(self):
        answers = {script.REQ_CONFIG: lambda request: [error(id_of(request), 10357, "Configuration through the API is not allowed")]}
        with ScriptedGateway(answers) as gateway:
            report = self.examine(gateway.port)
        self.assert_names(report, OK, warnings=["precautions.unreadable"])
        self.assertIn("10357", self.detail(report, "precautions"))

    def test_gateways_that_have_no_settings_are_not_asked(self):
        with Simulator("--server-version", "200") as simulator:
            report = self.examine(simulator.port)
        self.assertIn("precautions", self.skipped(report))
        self.assertIn("219", self.detail(report, "precautions"))


class FarmTest(DoctorCase):
    def test_each_kind_of_farm(self):
        for code, text, cause in (
            (2103, "Market data farm connection is broken:usfarm", "farms.market_data_down"),
            (2105, "HMDS data farm connection is broken:ushmds", "farms.historical_down"),
            (2157, "Sec-def data farm connection is broken:secdefil", "farms.security_definition_down"),
        ):
            with self.subTest(code=code), ScriptedGateway(notices=[(2104, "Market data farm connection is OK:eufarm"), (code, text)]) as gateway:
                report = self.examine(gateway.port)
                self.assert_names(report, FAILED, cause)
                self.assertIn(text.partition(":")[2] + " down", self.detail(report, "farms"))

    def test_a_farm_that_came_back_is_well(self):
        notices = [(2103, "Market data farm connection is broken:usfarm"), (2104, "Market data farm connection is OK:usfarm")]
        with ScriptedGateway(notices=notices) as gateway:
            self.assert_names(self.examine(gateway.port), OK)

    def test_a_farm_on_its_way_is_a_warning(self):
        with ScriptedGateway(notices=[(2119, "Market data farm is connecting:usfarm")]) as gateway:
            self.assert_names(self.examine(gateway.port), OK, warnings=["farms.connecting"])

    def test_no_link_to_ib(self):
        with ScriptedGateway(notices=[(1100, "Connectivity between IBKR and Trader Workstation has been lost.")]) as gateway:
            report = self.examine(gateway.port)
        self.assertEqual(self.found(report)["farms.link_down"], "failure")
        self.assertEqual(report["exit_code"], FAILED)


class DataTest(DoctorCase):
    def data(self, *answers, exit_code=FAILED):
        """What is found when market data are answered like this."""
        def answer(request):
            return [each for one in answers for each in one(request)]

        with ScriptedGateway({script.REQ_MKT_DATA: answer}) as gateway:
            return self.examine(gateway.port, timeout=1)

    def refusal(self, code, text):
        return lambda request: [error(id_of(request), code, text)]

    def test_not_subscribed(self):
        for code, text in (
            (354, "Requested market data is not subscribed. Check API status by selecting the Account menu then under Management choose Market Data Subscription Manager"),
            (10168, "Requested market data is not subscribed. Delayed market data is not enabled."),
            (10089, "Requested market data requires additional subscription for API. See link in 'Market Data Connections' dialog for more details. AAPL NASDAQ.NMS/TOP/ALL"),
        ):
            with self.subTest(code=code):
                report = self.data(self.refusal(code, text))
                self.assert_names(report, FAILED, "data.not_entitled")
                self.assertIn(f"IB says {code}: {text}", self.detail(report, "data"))

    def test_delayed_only(self):
        texts = {10167: "Requested market data is not subscribed. Displaying delayed market data.",
                 10089: "Requested market data requires additional subscription for API. Delayed market data is available. AAPL NASDAQ.NMS/TOP/ALL"}
        for code, text in texts.items():
            report = self.data(self.refusal(code, text), lambda request: script.ticks(request, 3))
            self.assert_names(report, OK, warnings=["data.delayed"])
            self.assertIn(text, self.detail(report, "data"))

    def test_another_session_has_the_data(self):
        report = self.data(self.refusal(10197, "No market data during competing live session"))
        self.assert_names(report, FAILED, "data.competing")

    def test_all_lines_in_use(self):
        self.assert_names(self.data(self.refusal(101, "Max number of tickers has been reached")), FAILED, "data.lines")

    def test_no_tick(self):
        self.assert_names(self.data(lambda request: []), OK, warnings=["data.silent"])

    def test_no_such_contract(self):
        answers = {script.REQ_CONTRACT_DATA: lambda request: [error(id_of(request), 200, "No security definition has been found for the request")]}
        with ScriptedGateway(answers) as gateway:
            report = self.examine(gateway.port, "--symbol", "NOPE")
        self.assert_names(report, FAILED, "data.no_contract")
        self.assertEqual(self.skipped(report), ["what_if"])

    def test_contracts_are_not_answered(self):
        with ScriptedGateway({script.REQ_CONTRACT_DATA: None}) as gateway:
            self.assert_names(self.examine(gateway.port, timeout=1), FAILED, "data.contract_silent")


class OrderTest(DoctorCase):
    def open_order(self, order_id, client_id):
        order = script.message({1: client_id, 2: order_id, 3: 77, 5: "BUY", 6: "1", 8: "LMT"})
        return said(script.OPEN_ORDER, {1: order_id, 2: script.message(script.stock()), 3: order, 4: script.message({1: "Submitted"})})

    def test_order_ids_have_gone_back(self):
        answers = {script.REQ_OPEN_ORDERS: lambda request: [self.open_order(40, 97), said(script.OPEN_ORDERS_END, {})]}
        with ScriptedGateway(answers, order_id=7) as gateway:
            report = self.examine(gateway.port)
        self.assert_names(report, FAILED, "order_id.behind")
        self.assertRegex(self.detail(report, "order_id"), r"next id is 7, and order 40 of client id 97")

    def test_orders_of_other_clients_have_ids_of_their_own(self):
        answers = {script.REQ_OPEN_ORDERS: lambda request: [self.open_order(40, 3), said(script.OPEN_ORDERS_END, {})]}
        with ScriptedGateway(answers, order_id=7) as gateway:
            self.assert_names(self.examine(gateway.port), OK)

    def test_order_ids_near_their_end(self):
        with ScriptedGateway(order_id=2_000_000_000) as gateway:
            report = self.examine(gateway.port)
            self.assert_names(report, FAILED, "order_id.high")
            self.assertEqual(self.skipped(report), ["what_if"])

    def refused(self, code, text):
        def refuse(request):
            return [error(script.order_of(request)[0], code, text)]

        with ScriptedGateway({script.PLACE_ORDER: refuse}) as gateway:
            return self.examine(gateway.port)

    def test_the_what_if_is_refused(self):
        report = self.refused(201, "Order rejected - reason:No trading permissions.")
        self.assert_names(report, FAILED, "what_if.refused")
        self.assertIn("IB says 201: Order rejected - reason:No trading permissions.", self.detail(report, "what_if"))

    def test_a_precaution_stops_it(self):
        for code in (109, 163, 383, 451):
            report = self.refused(code, "The following order exceeds the limit of the precautionary settings")
            self.assert_names(report, FAILED, "what_if.precaution")

    def test_a_dialog_swallows_it(self):
        with ScriptedGateway({script.PLACE_ORDER: None}) as gateway:
            self.assert_names(self.examine(gateway.port, timeout=1), FAILED, "what_if.silent")

    def test_the_first_answer_may_be_empty(self):
        def twice(request):
            return [script.what_if_answer(request, values={1: "PreSubmitted"}), script.what_if_answer(request)]

        with ScriptedGateway({script.PLACE_ORDER: twice}) as gateway:
            self.assert_names(self.examine(gateway.port), OK)
        with ScriptedGateway({script.PLACE_ORDER: lambda request: [script.what_if_answer(request, values={1: "PreSubmitted"})]}) as gateway:
            self.assert_names(self.examine(gateway.port, timeout=1), OK, warnings=["what_if.unset"])

    def status(self, order_id, text):
        return said(script.ORDER_STATUS, {1: order_id, 2: text, 3: "0", 4: "1", 6: 77, 9: 97})

    def test_an_order_that_was_taken_for_real_is_cancelled(self):
        def place(request):
            order_id, _ = script.order_of(request)
            return [self.open_order(order_id, 97), self.status(order_id, "Submitted")]

        def cancel(request):
            return [self.status(id_of(request), "Cancelled"), error(id_of(request), 202, "Order Canceled - reason:")]

        with ScriptedGateway({script.PLACE_ORDER: place, script.CANCEL_ORDER: cancel}) as gateway:
            report = self.examine(gateway.port)
            self.assert_names(report, FAILED, "what_if.placed")
            self.assertIn("it was cancelled", self.detail(report, "what_if"))
        with ScriptedGateway({script.PLACE_ORDER: place}) as gateway:
            report = self.examine(gateway.port, timeout=1)
            self.assert_names(report, UNKNOWN, "what_if.placed")
            self.assertIn("NOT confirmed", self.detail(report, "what_if"))
            self.assertIn(script.CANCEL_ORDER, [number for number, _ in gateway.requests])


class SimulatorTest(DoctorCase):
    """Gateways that are broken in earnest: each is `sim serve`, set up wrongly, in trouble, or not to be spoken to."""

    def examine_one(self, *flags, options=()):
        with Simulator(*flags) as simulator:
            report = self.examine(simulator.port, *options)
            self.assertEqual(simulator.books()["executions"], 0)
            return report

    def examine_accounts(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(text)
            file.flush()
            return self.examine_one("--accounts", file.name)

    def test_all_is_well(self):
        self.assert_names(self.examine_one(), OK)

    def test_it_has_stopped(self):
        simulator = Simulator()
        simulator.stop()
        self.assert_names(self.examine(simulator.port), NOT_CONNECTED, "tcp.refused")

    def test_the_port_is_that_of_its_control_interface(self):
        with Simulator() as simulator:
            self.assert_names(self.examine(simulator.control_port), NOT_CONNECTED, "handshake.not_tws")

    def test_it_is_frozen(self):
        with Simulator() as simulator:
            simulator.send_signal(signal.SIGSTOP)
            try:
                self.assert_names(self.examine(simulator.port, timeout=1), NOT_CONNECTED, "handshake.silent")
            finally:
                simulator.send_signal(signal.SIGCONT)

    def test_it_has_as_many_clients_as_it_can(self):
        with Simulator() as simulator, contextlib.ExitStack() as stack:
            for number in range(32):
                self.hold(stack, simulator, number)
            self.assert_names(self.examine(simulator.port), NOT_CONNECTED, "handshake.closed")

    def test_another_program_has_the_client_id(self):
        with Simulator() as simulator, contextlib.ExitStack() as stack:
            self.hold(stack, simulator, 97)
            self.assert_names(self.examine(simulator.port), NOT_CONNECTED, "session.client_id_in_use")
            self.assert_names(self.examine(simulator.port, "--client-id", 98), OK)

    def hold(self, stack, simulator, client_id):
        """A session that goes on; returns its socket."""
        client = stack.enter_context(socket.create_connection(("127.0.0.1", simulator.port), timeout=20))
        client.sendall(b"API\0" + frame(b"v176..176"))
        client.recv(1)
        client.sendall(frame(f"71\x002\0{client_id}\0\0".encode()))
        heard = b""
        while b"DU0000000" not in heard:
            heard += client.recv(1 << 16)
        return client

    def test_the_account_is_real(self):
        self.assert_names(self.examine_one("--account", "U0000000"), REFUSED, "accounts.live")

    def test_the_account_is_paper_and_a_real_one_was_meant(self):
        self.assert_names(self.examine_one(options=("--expect", "live")), REFUSED, "accounts.paper")

    def test_its_clock_is_ahead(self):
        with tempfile.NamedTemporaryFile("w", suffix=".scenario") as scenario:
            scenario.write("# Its clock is five minutes ahead.\nclock +5min\n")
            scenario.flush()
            report = self.examine_one("--scenario", scenario.name)
        self.assert_names(report, FAILED, "clock.wrong")
        self.assertRegex(self.detail(report, "clock"), r"ahead")

    def test_it_is_read_only(self):
        self.assertEqual(self.found(self.examine_one("--read-only"))["read_only.on"], "failure")

    def test_there_are_no_data(self):
        self.assert_names(self.examine_one("--market-data", "none"), FAILED, "data.not_entitled")

    def test_data_are_delayed_for_want_of_a_subscription_or_of_its_form(self):
        for rights in ("delayed", "not-for-api"):
            with self.subTest(rights=rights):
                self.assert_names(self.examine_one("--market-data", rights), OK, warnings=["data.delayed"])

    def test_another_program_has_all_the_market_data_lines(self):
        with Simulator("--data-lines", 1) as simulator, contextlib.ExitStack() as stack:
            other = self.hold(stack, simulator, 1)
            other.sendall(frame(b"1\x0011\x001\x00756733\0\0\0\x000.0\0\0\0SMART\0\0\0\0\x000\0\x000\x000\0\0"))
            heard = b""
            while b"\x0058\x001\x001\0" not in heard and b"58\x001\x001\0" not in heard:  # its line has begun
                heard += other.recv(1 << 16)
            self.assert_names(self.examine(simulator.port), FAILED, "data.lines")

    def test_it_does_not_list_what_is_asked_for(self):
        self.assert_names(self.examine_one("--symbols", "MSFT"), FAILED, "data.no_contract")

    def test_the_account_may_not_trade_it(self):
        report = self.examine_accounts('[[account]]\nid = "DU0000000"\ncash = 100000\npermissions = ["FUT"]\n')
        self.assert_names(report, FAILED, "what_if.refused")
        self.assertIn("203", self.detail(report, "what_if"))


class GuideTest(unittest.TestCase):
    def test_the_guide_lists_every_cause(self):
        source = (ROOT / "apps/tradewind/doctor_causes.cpp").read_text()
        causes = re.findall(r'^    \{"(\w+\.\w+)", (true|false),', source, re.MULTILINE)
        self.assertGreater(len(causes), 40)
        guide = (ROOT / "docs/guide/doctor.md").read_text()
        listed = dict(re.findall(r"^\| `(\w+\.\w+)` \| (failure|warning) \|", guide, re.MULTILINE))
        self.assertEqual(listed, {cause: {"true": "failure", "false": "warning"}[failure] for cause, failure in causes})


if __name__ == "__main__":
    unittest.main()
