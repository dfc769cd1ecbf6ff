"""Scenarios of the simulator from outside: `sim serve --scenario`, `sim run`, `sim lint` and `sim list`, with clients of a few
lines that speak the protocol's own bytes, at version 200."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tests/acceptance")]
from program import BINARY, Simulator, tradewind  # noqa: E402
from sim_serve_test import TextClient  # noqa: E402

SHIPPED = sorted((ROOT / "scenarios").glob("*.scenario"))
FAILED, USAGE = 1, 2


class Scenarios(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, text, name="a.scenario"):
        path = self.folder / name
        path.write_text(text)
        return path


class Run:
    """`sim run`, whose ports are in its first line."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([BINARY, "sim", "run", "--json", *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)

    def port(self):
        return json.loads(self.process.stdout.readline())["port"]

    def end(self):
        output, errors = self.process.communicate(timeout=60)
        return self.process.returncode, output, errors

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


class ServeTest(Scenarios):
    def test_a_connection_ends_within_a_message(self):
        text = "# It ends within a message.\nexpect reqPositions\nhalf error id=-1 errorCode=1100 errorMsg=lost\nclose\n"
        with Simulator("--scenario", self.write(text)) as simulator, TextClient(simulator.port) as client:
            client.send(61, 1)
            rest = b""
            while chunk := client.file.read(1):
                rest += chunk
            whole, at = 0, 0
            while at + 4 <= len(rest) and at + 4 + int.from_bytes(rest[at : at + 4], "big") <= len(rest):
                at += 4 + int.from_bytes(rest[at : at + 4], "big")
                whole += 1
            self.assertGreater(len(rest), at, "the last message is whole")
            self.assertIn(b"4\0", rest[at:])

    def test_a_connection_is_reset(self):
        with Simulator("--scenario", self.write("# It is reset.\nexpect reqPositions\nreset\n")) as simulator, TextClient(simulator.port) as client:
            client.send(61, 1)
            with self.assertRaises(ConnectionResetError):
                while client.read() is not None:
                    pass

    def test_messages_are_dropped_and_others_sent_in_their_place(self):
        text = ("# Positions are refused.\nexpect reqPositions\ndrop reqPositions\n"
                'send error id=-1 errorCode=321 errorMsg="not now"\nsend error id=-1 errorCode=2104 errorMsg=all client=all\n')
        with Simulator("--scenario", self.write(text)) as simulator, TextClient(simulator.port) as client, TextClient(simulator.port, 2) as other:
            client.send(61, 1)
            self.assertEqual(client.read_error(321)[3], "not now")
            while (message := other.read_until("4"))[3] != "all":
                pass
            self.assertEqual(message[2], "2104")
            client.send(61, 1)
            self.assertEqual(client.read_until("62"), ["62", "1"], "the second question is answered")

    def test_a_restart_ends_every_connection_and_the_next_is_served(self):
        with Simulator("--scenario", self.write("# It restarts.\nexpect reqPositions\nrestart\n")) as simulator:
            with TextClient(simulator.port, 1) as one, TextClient(simulator.port, 2) as two:
                one.send(61, 1)
                for client in (one, two):
                    while client.read() is not None:
                        pass
            with TextClient(simulator.port, 1) as again:
                again.clock()

    def test_settings_of_the_scenario_count(self):
        with Simulator("--scenario", self.write("# It is old.\noptions server_version=180\nwait 1h\n")) as simulator:
            with TextClient(simulator.port, start=False) as client:
                client.socket.sendall(b"API\0" + b"\0\0\0\x09v100..200")
                self.assertEqual(client.read()[0], "180")

    def test_a_file_with_mistakes_is_wrong_usage(self):
        path = self.write("# A.\njump\nwait\n")
        done = tradewind("sim", "serve", "--port", 0, "--scenario", path)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn(f"{path}:2: there is no step 'jump'", done.stderr)
        self.assertIn(f"{path}:3: something is missing; write: wait 30s", done.stderr)
        self.assertEqual(tradewind("sim", "serve", "--port", 0, "--scenario", "no-such-thing").returncode, USAGE)


class RunTest(Scenarios):
    def test_it_ends_with_the_scenario(self):
        with Run("clock-skew", "port-moved") as run:
            with TextClient(run.port()) as client:
                fast = client.clock()
                self.assertAlmostEqual(fast - client.clock(), 300, delta=30)
            with TextClient(run.port()) as client:
                self.assertIn("4003", client.read_error(1300)[3])
                self.assertIsNone(client.read())
            code, output, errors = run.end()
        self.assertEqual((code, output), (0, ""))
        for name in ("clock-skew", "port-moved"):
            self.assertIn(f"{name}: all went as written\n", errors)

    def test_what_does_not_come_in_time_is_a_failure(self):
        path = self.write("# A.\noptions speed=60\nexpect startApi\nexpect reqPositions within=30s\nclose\n")
        with Run(path) as run, TextClient(run.port()) as client:
            while client.read() is not None:
                pass
            code, output, errors = run.end()
        what = f"{path}:4: expect reqPositions within=30s: nothing of the kind came in time"
        self.assertEqual(code, FAILED)
        self.assertTrue(errors.endswith(f"tradewind: {what}\n"), errors)
        self.assertEqual(json.loads(output)["error"]["detail"], what)

    def test_it_gives_up(self):
        path = self.write("# A.\nexpect startApi\n")
        with Run("--give-up-after", 1, path) as run:
            code, _, errors = run.end()
        self.assertEqual(code, FAILED)
        self.assertIn(f"{path}:2: expect startApi: it has not come to this", errors)


class LintTest(Scenarios):
    def test_the_shipped_ones_are_without_error(self):
        self.assertGreaterEqual(len(SHIPPED), 12)
        done = tradewind("sim", "lint", *SHIPPED)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(done.stdout.splitlines()), len(SHIPPED))

    def test_all_errors_of_all_files_are_told(self):
        good = self.write("# A.\nwait 1s\n", "good.scenario")
        one = self.write("# A.\njump\nwait\n", "one.scenario")
        two = self.write("wait 1s\n", "two.scenario")
        done = tradewind("sim", "lint", one, good, two, self.folder / "none.scenario")
        self.assertEqual(done.returncode, FAILED)
        self.assertEqual(done.stdout, f"{good}: 1 steps, no error\n")
        errors = done.stderr.splitlines()
        self.assertEqual([line.split(": ")[0] for line in errors], [f"{one}:2", f"{one}:3", f"{two}:1", str(self.folder / "none.scenario")])


class ListTest(unittest.TestCase):
    def test_every_scenario_of_the_folder_is_in_the_program(self):
        listed = [line.split(maxsplit=1) for line in tradewind("sim", "list").stdout.splitlines()]
        self.assertEqual(listed, [[path.stem, path.read_text().splitlines()[0][2:]] for path in SHIPPED])

    def test_messages_fields_and_faults_can_be_looked_up(self):
        messages = tradewind("sim", "list", "--messages").stdout.splitlines()
        self.assertIn("client   placeOrder", messages)
        self.assertIn("gateway  tickPrice", messages)
        self.assertIn("F049  order swallowed", tradewind("sim", "list", "--faults").stdout.splitlines())
        fields = tradewind("sim", "list", "--fields", "placeOrder").stdout.splitlines()
        self.assertIn("orderId", fields)
        self.assertIn("order.lmtPrice", fields)
        self.assertIn("contract.comboLegs[0].conId", fields)
        self.assertEqual(tradewind("sim", "list", "--fields", "placeorder").returncode, USAGE)


if __name__ == "__main__":
    unittest.main()
