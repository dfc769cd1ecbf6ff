"""`sim serve` and its flags, from outside: with clients of a few lines that speak the protocol's own bytes, at version 200."""

import json
import socket
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from program import Simulator, tradewind  # noqa: E402
from wire import frame  # noqa: E402

USAGE = 2


def fields(*values):
    return frame("".join(f"{value}\0" for value in values).encode())


class TextClient:
    """Speaks version 200. `read` gives one message as its fields."""

    def __init__(self, port, client_id=1, start=True):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rb")
        if not start:
            return
        self.socket.sendall(b"API\0" + frame(b"v100..200"))
        assert self.read()[0] == "200"
        self.send(71, 2, client_id, "")
        self.read_until("9")  # nextValidId

    def send(self, *values):
        self.socket.sendall(fields(*values))

    def read(self):
        """The fields of the next message; nothing at the end of the connection."""
        head = self.file.read(4)
        if len(head) < 4:
            return None
        return self.file.read(int.from_bytes(head, "big")).decode().split("\0")[:-1]

    def read_until(self, message_id):
        while (message := self.read()) is not None:
            if message[0] == message_id:
                return message
        raise AssertionError(f"the connection ended before message {message_id}")

    def read_error(self, code):
        while True:
            message = self.read_until("4")
            if message[2] == str(code):
                return message

    def clock(self):
        """The gateway's time in seconds since 1970."""
        self.send(49, 1)
        return int(self.read_until("49")[2])

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def control(simulator, method, target, body=None):
    """Status and answer of the control interface."""
    data = None if body is None else body.encode()
    request = urllib.request.Request(f"http://127.0.0.1:{simulator.control_port}{target}", method=method, data=data)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def step(simulator, query, method="POST"):
    return control(simulator, method, f"/step{query}")


class Speed(unittest.TestCase):
    def test_real_time_is_the_clock_of_the_machine(self):
        with Simulator() as simulator, TextClient(simulator.port) as client:
            before = time.time()
            self.assertTrue(before - 2 < client.clock() < time.time() + 1)

    def test_a_multiple_goes_so_many_times_as_fast(self):
        with Simulator("--speed", 3600) as simulator, TextClient(simulator.port) as client:
            wall = time.monotonic()
            began = client.clock()
            while (gone := client.clock() - began) < 3600:
                self.assertLess(time.monotonic() - wall, 60, "an hour of the market takes over a minute")
            # However slow this machine is, the market is not ahead; the clock is told in whole seconds.
            self.assertLessEqual(gone - 1, 3600 * (time.monotonic() - wall), "an hour takes less than a second")

    def test_a_speed_that_is_too_much_leaves_the_gateway_responsive(self):
        stocks = ",".join(f"SIM{number}" for number in range(40))
        with Simulator("--speed", 100_000, "--symbols", stocks) as simulator, TextClient(simulator.port) as client:
            began = client.clock()
            while "does not keep up with this speed" not in simulator.log():
                self.assertGreaterEqual(client.clock(), began)
            for _ in range(20):
                began, before = client.clock(), began
                self.assertGreaterEqual(began, before)

    def test_the_fastest_does_not_wait_but_for_the_first_client(self):
        with Simulator("--speed", "max") as simulator:
            self.assertEqual(simulator.books()["time"], simulator.books()["time"])
            self.run_fast(simulator)

    def run_fast(self, simulator):
        with TextClient(simulator.port) as client:
            began, wall = client.clock(), time.monotonic()
            while client.clock() - began < 900:
                self.assertLess(time.monotonic() - wall, 60, "a quarter of an hour of the market takes over a minute")

    def test_by_steps_time_stands_until_it_is_told(self):
        with Simulator("--speed", "step") as simulator, TextClient(simulator.port) as client:
            began = client.clock()
            self.assertEqual(step(simulator, "?ms=90000"), (200, {"stepped_ms": 90000}))
            self.assertEqual(client.clock(), began + 90)
            self.assertEqual(client.clock(), began + 90)
            self.assertEqual(step(simulator, "?ms=0")[0], 400)
            self.assertEqual(step(simulator, "?ms=x")[0], 400)
            self.assertEqual(step(simulator, "")[0], 400)
            self.assertEqual(step(simulator, "?ms=1", "GET")[0], 405)
        with Simulator() as simulator:
            self.assertEqual(step(simulator, "?ms=1")[0], 409)

    def test_what_is_no_speed_is_refused(self):
        for speed in ("0", "fast", "-1"):
            done = tradewind("sim", "serve", "--port", 0, "--speed", speed)
            self.assertEqual(done.returncode, USAGE, done.stderr)
            self.assertIn("--speed", done.stderr)


class Control(unittest.TestCase):
    def test_lists_what_there_is(self):
        endpoints = ["GET /books", "GET /state", "GET /faults", "POST /inject", "POST /pause", "POST /resume", "POST /step"]
        with Simulator() as simulator:
            for method, target, status in (("GET", "/", 404), ("POST", "/state", 405), ("DELETE", "/books", 405)):
                self.assertEqual(control(simulator, method, target),
                                 (status, {"error": f"there is no {method} {target}", "endpoints": endpoints}))
        help_text = tradewind("sim", "serve", "--help").stdout
        for endpoint in endpoints:
            self.assertIn(endpoint.split()[1], help_text)

    def test_shows_the_state(self):
        with Simulator("--seed", 4, "--generate", 9, "--speed", "step") as simulator, TextClient(simulator.port, client_id=7) as client:
            step(simulator, "?ms=5000")
            client.clock()
            status, state = control(simulator, "GET", "/state")
            self.assertEqual(status, 200)
            self.assertEqual((state["time"], state["speed"], state["paused"], state["seed"], state["market_seed"]),
                             ("2025-01-06T14:30:05Z", "step", False, 4, 9))
            self.assertEqual(state["working_orders"], 0)
            apple = next(row for row in state["market"] if row["symbol"] == "AAPL")
            self.assertLess(float(apple["bid"]), float(apple["ask"]))
            (one,) = state["clients"]
            self.assertEqual((one["client_id"], one["version"], one["connected_since"], one["ready"], one["link"]),
                             (7, 200, "2025-01-06T14:30:00Z", True, "up"))
            self.assertEqual(one["farms"], {"usfarm": "ok", "ushmds": "ok", "secdefil": "ok"})
            self.assertEqual(one["frames_in"], 2)

    def test_pauses_at_every_speed_and_goes_on_from_there(self):
        for speed in ("1", "3600", "max"):
            with self.subTest(speed), Simulator("--speed", speed) as simulator, TextClient(simulator.port) as client:
                status, paused = control(simulator, "POST", "/pause")
                self.assertEqual((status, paused["paused"]), (200, True))
                stands = client.clock()
                client.send(9, 8, 1, 265598, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", "", 0, "", "", "")
                self.assertEqual(client.read_until("10")[2], "AAPL", "requests are answered")
                wall = time.monotonic()
                while time.monotonic() - wall < 1.2:
                    self.assertEqual(client.clock(), stands)
                self.assertTrue(control(simulator, "GET", "/state")[1]["paused"])
                self.assertEqual(step(simulator, "?ms=60000")[0], 200)
                self.assertEqual(client.clock(), stands + 60)
                self.assertEqual(control(simulator, "POST", "/resume")[1]["paused"], False)
                began, wall = client.clock(), time.monotonic()
                self.assertGreaterEqual(began, stands + 60)
                while client.clock() < began + 2:
                    self.assertLess(time.monotonic() - wall, 60)
        with Simulator("--speed", "step") as simulator:
            self.assertEqual(control(simulator, "POST", "/pause")[0], 409)


class Faults(unittest.TestCase):
    def test_happen_as_the_command_line_says(self):
        with Simulator("--faults", "F177", "--speed", "step") as simulator, TextClient(simulator.port) as client:
            self.assertEqual(client.clock(), 1736173800 + 300)
            fault = control(simulator, "GET", "/faults")[1]["faults"][176]
            self.assertEqual((fault["id"], fault["rate"], fault["fired"]), ("F177", "1", 1))

    def test_are_injected(self):
        with Simulator("--speed", "step") as simulator, TextClient(simulator.port, 1) as one, TextClient(simulator.port, 2) as other:
            answer = control(simulator, "POST", "/inject", '{"fault": "F177", "client": 2}')
            self.assertEqual(answer, (200, {"fault": "F177", "client": 2, "times": 1}))
            self.assertEqual([one.clock(), other.clock(), other.clock()], [1736173800, 1736173800 + 300, 1736173800])
            self.assertEqual(control(simulator, "POST", "/inject?fault=F004&client=1")[0], 200)
            self.assertEqual(one.clock(), 1736173800)
            self.assertIsNone(one.read(), "the connection ends after a whole frame")
            self.assertEqual(other.clock(), 1736173800)

    def test_an_option_becomes_stock_overnight(self):
        aapl_call = (0, "AAPL", "OPT", "20250110", "182.5", "C", "", "SMART", "", "USD", "", "")
        with Simulator("--speed", "step") as simulator, TextClient(simulator.port) as client:
            client.send(9, 8, 1, *aapl_call, 0, "", "", "")
            option = client.read_until("10")[13]
        with tempfile.TemporaryDirectory() as folder:
            accounts = Path(folder) / "accounts.toml"
            held = f'{{ con_id = {option}, quantity = "2", average_price = "5" }}'
            accounts.write_text(f'[[account]]\nid = "DU0000000"\ncash = "100000"\npositions = [ {held} ]\n')
            with Simulator("--speed", "step", "--accounts", accounts, "--faults", "F120") as simulator, TextClient(simulator.port) as client:
                client.send(61, 1)  # positions
                client.read_until("62")
                step(simulator, f"?ms={11 * 3_600_000 + 1_800_000}")  # from 14:30 to 02:00
                client.send(49, 1)
                self.assertEqual(client.read()[0], "49", "no position has changed")
                step(simulator, "?ms=3600000")
                rows = [client.read() for _ in range(2)]
                self.assertEqual([(row[0], row[3], row[14]) for row in rows], [("61", option, "0"), ("61", "265598", "200")])
                cash, positions = simulator.account_books()
        self.assertEqual((cash, positions), ("63500", {"AAPL": "200"}), "182.5 for each share")

    def test_that_cannot_be_are_refused_with_the_reason(self):
        remedy = "; GET /faults of --control lists all"
        for spec, why in (("F999", f"item 1, 'F999': 'F999' is no fault of the catalogue, which has F001 to F189{remedy}"),
                          ("F004,F013", f"item 2, 'F013': F013 is not on the wire: two engines on one state directory: the lock is local{remedy}"),
                          ("F004:2", "item 1, 'F004:2': the rate behind the colon is from 0 to 1, with at most six places")):
            done = tradewind("sim", "serve", "--port", 0, "--faults", spec)
            self.assertEqual((done.returncode, done.stderr), (USAGE, f"tradewind: --faults: {why}\n"))
        with Simulator() as simulator:
            status, answer = control(simulator, "POST", "/inject", "fault=F013")
            self.assertEqual((status, answer["error"]),
                             (400, f"F013 is not on the wire: two engines on one state directory: the lock is local{remedy}"))


class Seed(unittest.TestCase):
    def news(self, *arguments):
        with Simulator(*arguments) as simulator, TextClient(simulator.port) as client:
            client.send(86, 3, 265598, "BRFG", "", "2025-06-02 00:00:00.0", 5, "")
            rows = [client.read_until("86") for _ in range(5)]
            return [row[2:] for row in rows]

    def test_makes_the_same_again_and_another_one_something_else(self):
        first = self.news("--seed", 5)
        self.assertEqual(first, self.news("--seed", 5))
        self.assertNotEqual(first, self.news("--seed", 6))


class Log(unittest.TestCase):
    def test_has_a_line_for_each_event(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "events.log"
            with Simulator("--log", path) as simulator:
                with TextClient(simulator.port, client_id=7) as client:
                    client.send(14, 1, 9)
                    client.read_error(319)
            text = path.read_text()
            for line in ("connection 1 opened", "client 7: starts, version 200", "client 7: asks setServerLogLevel", "client 7: error 319 for -1: Invalid log level"):
                self.assertEqual(text.count(line), 1, text)
            self.assertTrue(all(line[:4].isdigit() and line[10] == "T" for line in text.splitlines()), text)

    def test_that_cannot_be_written_is_said(self):
        done = tradewind("sim", "serve", "--port", 0, "--log", "/nowhere/events.log")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--log /nowhere/events.log: No such file or directory", done.stderr)


class Limits(unittest.TestCase):
    def test_too_many_messages_are_an_error_and_the_third_time_the_end(self):
        with Simulator(rate_limit=True) as simulator, TextClient(simulator.port, 1) as client, TextClient(simulator.port, 2) as other:
            for violation in (1, 2, 3):
                client.socket.sendall(fields(49, 1) * 200)
                self.assertEqual(client.read_error(100)[3], f"Max rate of messages per second has been exceeded:max=50 rec=51 ({violation})")
                second = other.clock()
                while violation < 3 and other.clock() < second + 2:  # until the next one has certainly begun
                    time.sleep(0.1)
            while client.read() is not None:
                pass
            self.assertGreater(other.clock(), 0)
            self.assertIn("more than 50 messages in a second, 3 times", simulator.log())

    def test_other_rates_and_pacing(self):
        with Simulator("--message-rate", 0) as simulator, TextClient(simulator.port) as client:
            client.socket.sendall(fields(49, 1) * 2000)
            for _ in range(2000):
                client.read_until("49")
        began = time.monotonic()  # the first message, which starts the session, counts too
        with Simulator("--pace") as simulator, TextClient(simulator.port) as client:
            client.socket.sendall(fields(49, 1) * 120)
            for _ in range(120):
                client.read_until("49")
            self.assertGreater(time.monotonic() - began, 1.5)

    def test_thirty_two_clients_and_no_more(self):
        with Simulator() as simulator:
            clients = [TextClient(simulator.port, i) for i in range(32)]
            with TextClient(simulator.port, start=False) as late:
                self.assertEqual(late.socket.recv(1), b"")
            clients.pop().close()
            deadline = time.monotonic() + 60
            while "closed: the peer" not in simulator.log():
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.01)
            with TextClient(simulator.port, 100) as next_one:
                self.assertGreater(next_one.clock(), 0)
            for client in clients:
                client.close()

    def test_what_is_no_client_is_turned_away(self):
        with Simulator() as simulator, TextClient(simulator.port) as other:
            for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + b"\0" * 64, b"API\0" + b"\xff" * 4, b"API\0" + frame(b"hello")):
                with TextClient(simulator.port, start=False) as client:
                    client.socket.sendall(garbage)
                    try:
                        self.assertEqual(client.socket.recv(1), b"")
                    except ConnectionResetError:
                        pass  # the rest of what was sent was not read
            self.assertEqual(simulator.log().count("does not greet as a TWS API client"), 2)
            self.assertGreater(other.clock(), 0)

    def test_a_client_that_does_not_read_is_dropped_and_no_other_disturbed(self):
        with Simulator("--message-rate", 0) as simulator, TextClient(simulator.port, 1) as slow, TextClient(simulator.port, 2) as other:
            began = time.monotonic()
            while "closed: the client does not read" not in simulator.log():
                self.assertLess(time.monotonic() - began, 60)
                try:
                    slow.socket.sendall(fields(24, 1) * 5)  # 5 times the scanner parameters, which are long
                except OSError:
                    break
                self.assertGreater(other.clock(), 0)
            self.assertGreater(other.clock(), 0)
            self.assertIn("closed: the client does not read", simulator.log())


if __name__ == "__main__":
    unittest.main()
