"""No real money: `run` knows simulated and paper trading only, keeps away from the ports of live trading, and leaves a login
with any account that is no paper account before it asks or orders anything."""

import hashlib
import json
import os
import re
import socket
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import Simulator, tradewind  # noqa: E402
from wire import Proxy, TinyGateway, frames  # noqa: E402

REFUSED = 3
TEXT = ("--server-version", "200")  # so that a test can read what a client says


class GateCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tradewind-test-")))
        self.state = self.folder / "state"

    def run_at(self, port, *more, mode="paper", host="127.0.0.1", state=None):
        return tradewind("run", "--mode", mode, "--connect", f"{host}:{port}", "--strategy", "metronome", "--param", "beat=0.05",
                         "--state", state or self.state, "--run-for", "1", "--give-up-after", "20", "--json", *more)

    def assert_refused(self, done, pattern):
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual((said["error"]["class"], said["exit_code"]), ("refused", REFUSED))
        self.assertRegex(said["error"]["detail"], pattern)
        messages = [line for line in done.stderr.splitlines() if line.startswith("tradewind: ")]
        self.assertEqual(messages, [f"tradewind: {said['error']['detail']}"])

    def assert_nothing_asked(self, stream):
        """The version range and startApi: without the second no gateway names its accounts."""
        said = frames(stream)
        self.assertEqual(len(said), 2, said)
        self.assertRegex(said[0], rb"^v[0-9]+\.\.[0-9]+$")
        self.assertRegex(said[1], rb"^71\x002\x00[0-9]+\x00\x00$")


class ModeTest(GateCase):
    def test_there_is_no_live_mode(self):
        for mode in ("live", "LIVE", "shadow", "backtest", ""):
            done = self.run_at(4002, mode=mode)
            self.assertEqual(done.returncode, 2, mode)
            self.assertRegex(done.stderr, r"^tradewind: --mode: [^\n]+\n$")
            self.assertEqual(json.loads(done.stdout)["error"]["class"], "invalid_argument")
            self.assertFalse(self.state.exists())

    def test_a_state_folder_belongs_to_one_mode_for_ever(self):
        for first, second in (("sim", "paper"), ("paper", "sim")):
            state = self.folder / first
            with Simulator(*TEXT) as simulator:
                self.assertEqual(self.run_at(simulator.port, mode=first, state=state).returncode, 0)
                before = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (state / "journal").iterdir()}
                self.assert_refused(self.run_at(simulator.port, mode=second, state=state), rf"belongs to mode {first}")
                after = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (state / "journal").iterdir()}
                self.assertEqual(after, before)
                self.assertEqual(simulator.log().count("opened"), 1, "it connected all the same")
                again = self.run_at(simulator.port, mode=first, state=state)
                self.assertEqual(again.returncode, 0, again.stderr)


class PortTest(GateCase):
    def test_the_ports_of_live_trading_are_refused_before_connecting(self):
        # An address of the loopback network that is this process's alone, so that the ports are free on it.
        host = f"127.{100 + os.getpid() % 100}.{os.getpid() // 256 % 256}.{os.getpid() % 256}"
        for port in (7496, 4001, 4003, 7498):
            with socket.create_server((host, port)) as listener:
                for mode in ("sim", "paper"):
                    self.assert_refused(self.run_at(port, mode=mode, host=host), rf"\bport {port}\b")
                    self.assertFalse(self.state.exists())
                listener.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    listener.accept()


class AccountTest(GateCase):
    def test_a_login_with_a_real_account_is_left_before_anything_is_asked(self):
        for accounts in ("U0000000", "DU0000000,U0000000", "U0000000,DU0000000", "F0000000", "du0000000"):
            with Simulator("--account", accounts, *TEXT) as simulator:
                for mode in ("sim", "paper"):
                    with Proxy(simulator.port) as proxy:
                        done = self.run_at(proxy.port, mode=mode, state=self.folder / f"{mode}-{accounts}")
                    real = next(account for account in accounts.split(",") if not account.startswith("D"))
                    self.assert_refused(done, rf"\baccount {real[0]}\*\*\*{real[-3:]} is not a paper account\b")
                    self.assert_nothing_asked(proxy.said)
                    self.assertEqual((proxy.closed_by, proxy.connections), ("client", 1), "it leaves, and does not come back")
                books = simulator.books()
                self.assertEqual((books["orders"], books["executions"]), (0, 0))

    def test_naming_the_paper_account_does_not_help(self):
        config = self.folder / "config.toml"
        config.write_text('account = "DU0000000"\n')
        with Simulator("--account", "DU0000000,U0000000", *TEXT) as simulator:
            for more in (["--account", "DU0000000"], ["--config", config]):
                with Proxy(simulator.port) as proxy:
                    self.assert_refused(self.run_at(proxy.port, *more), r"\baccount U\*\*\*000 is not a paper account\b")
                self.assert_nothing_asked(proxy.said)

    def test_paper_accounts_are_traded(self):
        with Simulator("--account", "DU0000000,DU0000001", *TEXT) as simulator:
            with Proxy(simulator.port) as proxy:
                done = self.run_at(proxy.port, "--account", "DU0000001")
            self.assertEqual(done.returncode, 0, done.stderr)
            said = json.loads(done.stdout)
            self.assertEqual(said["account"], "DU0000001")
            self.assertNotIn("error", said)
            orders = [message for message in frames(proxy.said) if message.startswith(b"3\0")]
            self.assertEqual(len(orders), said["orders"])
            self.assertGreater(len(orders), 5)
            self.assertTrue(all(b"\0DU0000001\0" in order for order in orders), "an order without its account")
            self.assertTrue(all(b"\0P-" in order for order in orders), "the mode is not in the order reference")

    def test_several_paper_accounts_and_none_named_is_refused(self):
        with Simulator("--account", "DU0000000,DU0000001", *TEXT) as simulator:
            self.assert_refused(self.run_at(simulator.port), r"several accounts; name the one to trade")
            self.assert_refused(self.run_at(simulator.port, "--account", "DU0000002", state=self.folder / "other"), r"does not manage account DU0000002")

    def test_a_state_folder_does_not_go_to_another_account(self):
        with Simulator(*TEXT) as simulator:
            self.assertEqual(self.run_at(simulator.port).returncode, 0)
        with Simulator("--account", "DU0000001", *TEXT) as simulator:
            with Proxy(simulator.port) as proxy:
                self.assert_refused(self.run_at(proxy.port), r"\bDU0000000\b")
            self.assert_nothing_asked(proxy.said)
            self.assert_refused(self.run_at(simulator.port, "--account", "DU0000001"), r"\bDU0000000\b")


class StrangeListTest(GateCase):
    """Lists of accounts that no simulator of ours sends."""

    def test_any_list_that_is_not_of_paper_accounts_alone_is_left(self):
        for number, accounts in enumerate(("", ",", " U0000000", "DU0000000, U0000000", "DU0000000,U0000000,", "DU0000000;U0000000", "U", "0000000", "DU0000000," + "U" * 60)):
            with self.subTest(accounts=accounts), TinyGateway(accounts) as gateway:
                done = self.run_at(gateway.port, state=self.folder / str(number))
                self.assert_refused(done, r"^GATE-3: ")
                self.assert_nothing_asked(gateway.said)
                self.assertEqual(gateway.connections, 1)

    def test_a_list_that_changes_ends_the_run(self):
        with TinyGateway("DU0000000", "DU0000000,U0000000") as gateway:
            done = self.run_at(gateway.port)
        self.assert_refused(done, r"\baccount U\*\*\*000 is not a paper account\b")
        self.assertFalse(re.search(rb"\x00\x00\x00.3\x00", gateway.said), "an order")


if __name__ == "__main__":
    unittest.main()
