"""The same seed says the same bytes: `sim serve --speed step` twice, with faults, and the same conversation at the same times of
the market. What is compared is every byte that came, with the time at which it came."""

import json
import socket
import sys
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from program import Simulator  # noqa: E402
from wire import frame  # noqa: E402

# Faults that change, add and hold back messages, leave requests unread, swallow them and end connections.
FAULTS = "F010:0.002,F028:0.02,F046:0.5,F049:0.2,F066:0.5,F076:0.5,F078:0.5,F084:0.5,F094:0.5,F097:0.3,F100:0.3,F130:0.05,F132:0.05,F136:0.05,F174:0.5,F177:0.5,F004:0.002"
AAPL = (265598, "AAPL", "STK", "", "", "", "", "SMART", "", "USD", "", "")
UNSET = "1.7976931348623157E308"


def request(*values):
    return frame("".join(f"{value}\0" for value in values).encode())


def order(order_id, action, quantity, limit="", group=""):
    """placeOrder at version 200; what is not named here is as clients send it by default."""
    head = (3, order_id, *AAPL, "", "", action, quantity, "LMT" if limit else "MKT", limit, "", "DAY", group, "DU0000000", "", 0, "", 1)
    flags = (0, 0, 0, 0, 0, 0, 0, "", 0, "", "", "", "", "", "", 0, "", -1, 0, "", "", 0, "", "", 0, 0, "", 0)
    prices = ("",) * 5 + (0, "", "", "", "", 0, "", "", "", "", "", "", "", "", "", "", 0, "", "", 0, 0, "", "", 0, "", 0, 0, 0, 0, "")
    tail = (*(UNSET,) * 5, 0, "", "", "", "", "", "", "", "", 0, 0, 0, "", 2147483647, 2147483647, 0, "", "", "", 0, 0, 2147483647, 0)
    return request(*head, *flags, *prices, *tail)


GREETING = b"API\0" + frame(b"v100..200")
START = request(71, 2, 7, "")
BARS = request(20, 4, *AAPL, 0, "", "1 min", "1800 S", 1, "TRADES", 1, 0, "")


def conversation(number):
    """What is said in one round, and by how many milliseconds of the market's time it is followed."""
    first = 10 * number
    return [
        (request(9, 8, 1, *AAPL, 0, "", "", ""), 250),  # the contract
        (request(1, 11, 2, *AAPL, 0, "", 0, 0, ""), 5_000),  # its quotes
        (request(50, 3, 3, *AAPL, 5, "TRADES", 0, ""), 7_000),  # five-second bars
        (request(6, 2, 1, ""), 1_000),  # the account
        (order(first, "BUY", 100), 30_000),
        (order(first + 1, "BUY", 50, "100.5") + order(first + 2, "SELL", 20) + BARS, 60_000),  # three requests at once
        (request(4, first + 1, "", "", 2147483647), 1_000),  # cancels it
        (order(first + 3, "BUY", 10, group=f"group {number}") + order(first + 4, "BUY", 10, "100.5", f"group {number}"), 10_000),
        (request(7, 3, 5, "", "", "", "", "", "", "", 2147483647, 0), 1_000),  # the executions of the day
        (request(5, 1) + request(61, 1) + request(49, 1), 120_000),  # open orders, positions, the time
        (request(86, 6, 265598, "BRFG", "", "2024-12-02 00:00:00.0", 5, "") + request(85), 10_000),  # news
    ]


ROUNDS = 6


class Conversation:
    """Says what it has to say whatever the answers are, connects again when it is cut off, and keeps what it hears."""

    def __init__(self, simulator, piece=None):
        self.simulator, self.piece = simulator, piece
        self.heard = []
        self.connections = 0
        self.connect()

    def control(self, method, path):
        call = urllib.request.Request(f"http://127.0.0.1:{self.simulator.control_port}{path}", method=method)
        with urllib.request.urlopen(call, timeout=20) as answer:
            return json.load(answer)

    def connect(self):
        self.socket = socket.create_connection(("127.0.0.1", self.simulator.port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        self.said = self.came = 0
        self.is_open = True
        self.say(GREETING)
        self.say(START)

    def say(self, data):
        if not self.is_open:
            return
        size = self.piece or len(data)
        for at in range(0, len(data), size):
            try:
                self.socket.sendall(data[at : at + size])
            except ConnectionError:
                break  # what it has said before is still to be read
            self.said += len(data[at : at + size])
        self.hear()

    def hear(self):
        """Until the gateway has taken all that was said, unless it does not read, and all that it has put out for it has come."""
        while self.is_open:
            mine = [one for one in self.control("GET", "/state")["clients"] if one["connection"] == self.connections]
            if mine and mine[0]["read"] and mine[0]["bytes_in"] < self.said:
                continue
            self.read(mine[0]["bytes_out"] - self.came if mine else None)
            if mine:
                return

    def read(self, count):
        """So many bytes, or all up to the end."""
        data = b""
        while count is None or len(data) < count:
            try:
                piece = self.socket.recv(1 << 16 if count is None else count - len(data))
            except ConnectionError:
                piece = b""
            if not piece:
                self.is_open = False
                self.socket.close()
                break
            data += piece
        self.came += len(data)
        self.heard.append((self.control("GET", "/state")["time"], self.connections, data))

    def step(self, ms):
        self.control("POST", f"/step?ms={ms}")
        self.hear()

    def run(self):
        for number in range(ROUNDS):
            for data, ms in conversation(number + 1):
                if not self.is_open:
                    self.connect()
                self.say(data)
                self.step(ms)
        fired = {one["id"]: one["fired"] for one in self.control("GET", "/faults")["faults"] if one.get("fired")}
        if self.is_open:
            self.socket.close()
        return self.heard, fired


def talk(*arguments, piece=None):
    with Simulator("--speed", "step", *arguments) as simulator:
        return Conversation(simulator, piece).run()


class SameBytes(unittest.TestCase):
    maxDiff = 2000

    def same(self, one, other):
        for (time, connection, heard), (other_time, other_connection, other_heard) in zip(one, other, strict=True):
            self.assertEqual((time, connection), (other_time, other_connection))
            self.assertEqual(heard, other_heard, f"at {time} of connection {connection}")

    def test_the_same_seed_says_the_same_and_another_does_not(self):
        arguments = ("--generate", 3, "--seed", 11, "--faults", FAULTS)
        first, fired = talk(*arguments)
        again, fired_again = talk(*arguments)
        self.same(first, again)
        self.assertEqual(fired, fired_again)
        size = sum(len(heard) for _, _, heard in first)
        print(f"{size} bytes, {first[-1][1]} connections, fired: {fired}")
        self.assertGreater(size, 100_000)
        self.assertGreater(len(fired), 12, fired)
        self.assertLessEqual({"F010", "F066"}, fired.keys())
        self.assertIn(b"\x0020250106 14:30:00 ", first[0][2], "the greeting tells the market's time")
        everything = [heard for _, _, heard in first]
        self.assertNotEqual(everything, [heard for _, _, heard in talk("--generate", 3, "--seed", 12, "--faults", FAULTS)[0]])
        self.assertNotEqual(everything, [heard for _, _, heard in talk("--generate", 4, "--seed", 11, "--faults", FAULTS)[0]])

    def test_how_the_clients_bytes_are_cut_changes_nothing(self):
        # None that ends connections: what was on its way to one that is closed while the other side still sends is lost.
        arguments = ("--generate", 3, "--seed", 11, "--faults", FAULTS + ",F004:0,F010:0.02")
        whole, _ = talk(*arguments)
        cut, _ = talk(*arguments, piece=37)
        self.same(whole, cut)

    def test_a_swarm_of_faults_is_the_same_again(self):
        lasting = ",".join(f"{fault}:0" for fault in ("F002", "F003", "F007", "F008", "F009", "F019"))  # nothing comes after these
        arguments = ("--seed", 21, "--faults", f"swarm:0.02,{lasting}")
        first, fired = talk(*arguments)
        again, _ = talk(*arguments)
        self.same(first, again)
        print(f"fired: {fired}")
        self.assertGreater(len(fired), 8)


if __name__ == "__main__":
    unittest.main()
