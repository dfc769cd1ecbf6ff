"""`tradewind run` against `tradewind sim serve`, two processes on the wall clock: what the run reports, what its journal says
and what the gateway's books say are the same to the cent."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from journal_books import audit_verify, books_of  # noqa: E402
from program import BINARY, Simulator, tradewind  # noqa: E402

DATA = Path(os.environ.get("TRADEWIND_TEST_DATA", ROOT.parent / "shared/data"))


class Run:
    """`tradewind run` as a process that a test can follow and stop."""

    def __init__(self, *arguments):
        self._process = subprocess.Popen([BINARY, "run", *map(str, arguments), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.said = ""

    def wait_for(self, text):
        while text not in self.said:
            line = self._process.stderr.readline()
            if not line:
                raise AssertionError(f"the run ended before it said '{text}':\n{self.said}")
            self.said += line

    def stop(self, number=signal.SIGTERM):
        self._process.send_signal(number)

    def end(self):
        """Exit code and report."""
        stdout, stderr = self._process.communicate(timeout=60)
        self.said += stderr
        return self._process.returncode, json.loads(stdout)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._process.poll() is None:
            self._process.kill()
        with contextlib.suppress(ValueError):
            self._process.communicate()


class RunTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tradewind-test-")))
        self.state = self.folder / "state"

    def arguments(self, simulator, *more, symbols="SPY,AAPL", mode="sim", state=None):
        return ["--mode", mode, "--connect", f"127.0.0.1:{simulator.port}", "--strategy", "metronome", "--param", "beat=0.02", "--param", f"symbols={symbols}",
                "--state", state or self.state, *more]

    def run_for(self, simulator, seconds, *more, **options):
        done = tradewind("run", *self.arguments(simulator, "--run-for", seconds, "--json", *more, **options))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assert_books_equal(self, report, simulator):
        cash, positions = simulator.account_books()
        self.assertEqual(report["cash"], cash)
        self.assertEqual({row["symbol"]: row["quantity"] for row in report["positions"]}, positions)
        self.assertEqual(report["missing_commissions"], 0)
        computed = books_of(report["journal"]["path"])
        self.assertEqual(computed.cash, Decimal(cash))
        self.assertEqual(computed.positions, {symbol: Decimal(quantity) for symbol, quantity in positions.items()})
        self.assertEqual((computed.fills, computed.commissions), (report["fills"], Decimal(report["commissions"])))
        code, verified = audit_verify.check(report["journal"]["path"])
        self.assertEqual((code, verified.get("head"), verified.get("closed")), (0, report["journal"]["head"], True), verified)

    def test_report_journal_and_gateway_agree(self):
        with Simulator() as simulator:
            report = self.run_for(simulator, 3)
            self.assertGreater(report["orders"], 50)
            self.assertGreater(report["fills"], 20)
            self.assertEqual((report["state"], report["reason"], report["denied"], report["exit_code"]), ("STOPPED", "the time is over", 0, 0))
            books = simulator.books()
            self.assertEqual((books["orders"], books["executions"]), (report["orders"], report["fills"]))
            self.assert_books_equal(report, simulator)

    def recorded(self, folder):
        """Counts of the recording's messages by direction and name; all of it is readable."""
        done = tradewind("wire", "stat", folder, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)["messages"]
        self.assertEqual([row for row in rows if row["problems"]], [])
        return {(row["from"], row["message"]): row["count"] for row in rows}

    def test_a_recording_holds_every_message(self):
        wire = self.folder / "wire"
        with Simulator() as simulator:
            report = self.run_for(simulator, 2, "--record", wire)
        counts = self.recorded(wire)
        self.assertEqual(counts["client", "placeOrder"], report["orders"])
        self.assertEqual(counts["gateway", "execDetails"], report["fills"])
        # The greeting of the client is not a message, and a connection's begin and end are none either.
        self.assertEqual(sum(count for (side, name), count in counts.items() if side == "gateway" and name != "connection"), report["wire"]["messages_in"])
        self.assertEqual(sum(count for (side, name), count in counts.items() if side == "client" and name != "handshake"), report["wire"]["messages_out"])
        shown = tradewind("wire", "show", wire).stdout
        self.assertNotIn(simulator.account, shown)
        self.assertIn(simulator.account, tradewind("wire", "show", wire, "--accounts").stdout)

    def test_a_killed_run_leaves_a_recording_that_can_be_read(self):
        wire = self.folder / "wire"
        with Simulator() as simulator, Run(*self.arguments(simulator, "--record", wire)) as run:
            run.wait_for("40 orders")
            run.stop(signal.SIGKILL)
        self.assertGreater(self.recorded(wire)["client", "placeOrder"], 0)
        missing = tradewind("wire", "show", self.folder / "nothing")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("there is no recording", missing.stderr)

    def test_a_second_run_goes_on_where_the_first_ended(self):
        with Simulator() as simulator:
            first = self.run_for(simulator, 1)
            second = self.run_for(simulator, 1)
            self.assertGreater(second["fills"], first["fills"], "the fills of the first run belong to the account")
            self.assertGreater(second["journal"]["records"], first["journal"]["records"])
            self.assert_books_equal(second, simulator)
            self.assertEqual(simulator.books()["executions"], second["fills"])

    def test_fills_of_another_run_on_the_same_account_are_booked_too(self):
        with Simulator() as simulator:
            with Run(*self.arguments(simulator, "--client-id", 1)) as first, Run(*self.arguments(simulator, "--client-id", 2, state=self.folder / "other")) as second:
                first.wait_for("40 orders")
                second.wait_for("40 orders")
                second.stop()
                code, _ = second.end()
                self.assertEqual(code, 0, second.said)
                first.stop()
                code, report = first.end()
                self.assertEqual(code, 0, first.said)
            # The first hears of the second's fills when it looks after all executions of the account: at its next start.
            self.assert_books_equal(self.run_for(simulator, 1), simulator)

    def test_a_signal_ends_it_cleanly(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            state = self.folder / str(number)
            with Simulator() as simulator, Run(*self.arguments(simulator, state=state)) as run:
                run.wait_for("20 orders")
                run.stop(number)
                code, report = run.end()
                self.assertEqual((code, report["state"], report["reason"]), (0, "STOPPED", "stopped by the user"), run.said)
                self.assert_books_equal(report, simulator)

    def test_orders_whose_end_is_unknown_have_an_exit_code_of_their_own(self):
        for name, more, signals in (("patience", ["--stop-within", "1"], 1), ("second signal", [], 2)):
            with self.subTest(name), Simulator() as simulator, Run(*self.arguments(simulator, *more, state=self.folder / name)) as run:
                run.wait_for("20 orders")
                simulator.send_signal(signal.SIGSTOP)
                try:
                    run.wait_for("30 orders")  # these get no answer
                    for count in range(signals):
                        run.stop()
                        run.wait_for("STOPPING")
                    code, report = run.end()
                finally:
                    simulator.send_signal(signal.SIGCONT)
                self.assertEqual((code, report["exit_code"], report["error"]["class"]), (5, 5, "unavailable"), run.said)
                self.assertRegex(run.said, r"\ntradewind: [1-9][0-9]* orders may still work at the broker: [^\n]+\n$")
                # The next run finds out.
                self.assert_books_equal(self.run_for(simulator, 1, state=self.folder / name), simulator)

    def test_limits_of_the_configuration_hold(self):
        config = self.folder / "tradewind.toml"
        config.write_text('account = "DU0000000"\n[limits]\norder_value_max = "0.5"\n')
        with Simulator() as simulator:
            report = self.run_for(simulator, 1, "--config", config)
            self.assertEqual((report["orders"], report["fills"]), (0, 0))
            self.assertGreater(report["denied"], 5)
            self.assertEqual(simulator.books()["orders"], 0, "a denied order reached the gateway")

    def test_a_symbol_that_the_gateway_does_not_know_is_said_and_nothing_is_ordered(self):
        with Simulator("--symbols", "SPY") as simulator, Run(*self.arguments(simulator, symbols="NOSUCH")) as run:
            run.wait_for("NOSUCH")
            run.stop()
            code, report = run.end()
            self.assertEqual((code, report["error"]["class"], report["state"]), (1, "refused", "STOPPED"), run.said)
            self.assertRegex(run.said, r"\ntradewind: the broker does not know NOSUCH [^\n]*\n$")
            self.assertEqual((report["orders"], simulator.books()["orders"]), (0, 0))

    @unittest.skipUnless((DATA / "lean").is_dir(), f"REAL DATA ABSENT: {DATA}/lean is not there (TRADEWIND_TEST_DATA); not checked")
    def test_a_recorded_day_is_traded_on_the_wall_clock(self):
        with Simulator("--data", DATA / "lean", "--symbols", "SPY,IBM", "--from", "2013-10-07", "--to", "2013-10-07") as simulator:
            report = self.run_for(simulator, 3, symbols="SPY,IBM")
            self.assertGreater(report["orders"], 50)
            self.assert_books_equal(report, simulator)


if __name__ == "__main__":
    unittest.main()
