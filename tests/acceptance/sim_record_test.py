"""`tradewind sim record` between clients and gateways of a few lines: what it passes on, what it writes, and what it does with
peers that are slow, half gone or gone. And `tradewind sim replay`, where it must refuse."""

import contextlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import Simulator, tradewind  # noqa: E402
from recording import Recording, Replay, wire_lines  # noqa: E402
from wire import Listener, frame  # noqa: E402

HELLO = b"API\0" + frame(b"v100..178")
PATIENCE = 20  # seconds


def start_api(client_id):
    return frame(b"71\x002\x00%d\x00\x00" % client_id)


def read(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ConnectionError(f"closed after {len(data)} of {count} bytes")
        data += piece
    return data


def read_frame(connection):
    (length,) = struct.unpack(">I", read(connection, 4))
    return read(connection, length)


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def until_gone(connection):
    """Reads until the other side is gone, one way or another."""
    with contextlib.suppress(ConnectionError):
        while connection.recv(1 << 16):
            pass


def reset(connection):
    """Closes without a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def log_in(port, client_id):
    """A client that has said hello and read up to its account."""
    connection = connect(port)
    connection.sendall(HELLO)
    read_frame(connection)
    connection.sendall(start_api(client_id))
    while not read_frame(connection).startswith(b"15\0"):
        pass
    return connection


class Gateway(Listener):
    """Hands each connection to `serve` and keeps what that returns."""

    def __init__(self, serve):
        self.results = []
        self.done = threading.Semaphore(0)

        def run(connection):
            connection.settimeout(PATIENCE)
            try:
                self.results.append(serve(connection))
            finally:
                self.done.release()

        super().__init__(run)

    def result(self):
        if not self.done.acquire(timeout=PATIENCE):
            raise TimeoutError("the gateway's side is not done")
        return self.results.pop(0)


class RecordTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "session"

    def record(self, port, *arguments):
        recording = Recording(port, self.file, *arguments)
        self.addCleanup(recording.__exit__)
        return recording

    def gateway(self, serve):
        gateway = Gateway(serve)
        self.addCleanup(gateway.__exit__)
        return gateway

    def plain_file(self):
        """The file's bytes, unpacked; nothing where this machine has no zstd program."""
        if shutil.which("zstd") is None:
            print("zstd is not installed: the file is looked at through `wire show` alone")
            return b""
        return subprocess.run(["zstd", "-dcq"], input=self.file.read_bytes(), check=True, capture_output=True).stdout

    def test_two_clients_at_once_are_recorded_without_their_accounts(self):
        with Simulator("--account", "DU0000007,U0000008") as simulator:
            recording = self.record(simulator.port)
            first = log_in(recording.port, 1)
            second = log_in(recording.port, 2)
            for connection in (first, second):
                connection.sendall(frame(b"61\x001\x00"))  # reqPositions
                while not read_frame(connection).startswith(b"62\0"):
                    pass
            second.close()
            first.close()
            self.assertEqual(recording.stop(), 0)
        self.assertEqual(recording.report["connections"], 2)
        self.assertEqual(recording.report["accounts_replaced"], 2)
        self.assertEqual(recording.report["frames_withheld"], 0)
        self.assertEqual(recording.report["unknown_texts_masked"], 0)
        lines = wire_lines(self.file)
        for number in (1, 2):
            of_one = [line for line in lines if line["connection"] == number]
            self.assertIn("positionEnd", [line["message"] for line in of_one])
            [accounts] = [line["fields"] for line in of_one if line["message"] == "managedAccounts"]
            self.assertEqual(accounts["accountsList"].strip(","), "DU0000000,DU0000001")
        self.assertEqual([line for line in lines if line.get("problem")], [])
        for text in (self.plain_file(), str(lines).encode()):
            self.assertNotIn(b"DU0000007", text)
            self.assertNotIn(b"U0000008", text)
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)

    def test_accounts_are_kept_on_request(self):
        with Simulator("--account", "DU0000007") as simulator:
            recording = self.record(simulator.port, "--keep-accounts")
            log_in(recording.port, 1).close()
            recording.stop()
        [accounts] = [line["fields"] for line in wire_lines(self.file) if line["message"] == "managedAccounts"]
        self.assertEqual(accounts["accountsList"].strip(","), "DU0000007")

    def test_bytes_pass_unchanged_whatever_they_are(self):
        upward = bytes(range(256)) * 5000
        downward = bytes(reversed(range(256))) * 7000

        def serve(connection):
            sender = threading.Thread(target=connection.sendall, args=[downward])
            sender.start()
            got = read(connection, len(upward))
            sender.join()
            return got

        gateway = self.gateway(serve)
        recording = self.record(gateway.port)
        with connect(recording.port) as client:
            sender = threading.Thread(target=client.sendall, args=[upward])
            sender.start()
            self.assertEqual(read(client, len(downward)), downward)
            sender.join()
        self.assertEqual(gateway.result(), upward)
        self.assertEqual(recording.stop(), 0)
        # None of it was the protocol, so none of it is written, and that is said.
        self.assertEqual(recording.report["bytes_withheld"], len(upward) + len(downward))
        self.assertIn("could not be read and are not in the recording", recording.log())
        self.assertLess(self.file.stat().st_size, 1000)

    def test_a_client_that_stops_talking_still_hears(self):
        def serve(connection):
            got = b""
            while piece := connection.recv(100):
                got += piece
            connection.sendall(b"the rest")
            return got

        gateway = self.gateway(serve)
        recording = self.record(gateway.port)
        with connect(recording.port) as client:
            client.sendall(HELLO)
            client.shutdown(socket.SHUT_WR)
            self.assertEqual(read(client, 8), b"the rest")
            self.assertEqual(client.recv(1), b"")
        self.assertEqual(gateway.result(), HELLO)

    def test_a_reset_is_passed_on_either_way(self):
        def until_reset(connection):
            connection.sendall(b"x")
            try:
                while connection.recv(100):
                    pass
            except ConnectionResetError:
                return "reset"
            return "closed"

        gateway = self.gateway(until_reset)
        recording = self.record(gateway.port)
        client = connect(recording.port)
        read(client, 1)
        reset(client)
        self.assertEqual(gateway.result(), "reset")

        def resets(connection):
            read(connection, len(HELLO))
            reset(connection)

        broken = self.gateway(resets)
        self.file = self.file.with_suffix(".second")
        with connect(self.record(broken.port).port) as client:
            client.sendall(HELLO)
            with self.assertRaises(ConnectionResetError):
                client.recv(1)

    def test_a_client_that_does_not_read_holds_up_its_gateway_and_nobody_else(self):
        much = 64 << 20
        stalled = threading.Event()

        def flood(connection):
            if read(connection, 1) == b"e":
                connection.sendall(b"echo")
                return 0
            connection.settimeout(1)
            sent = 0
            piece = bytes(1 << 16)
            while sent < much:
                try:
                    sent += connection.send(piece[: min(len(piece), much - sent)])
                except TimeoutError:  # nothing has moved for a second
                    if not stalled.is_set():
                        before = sent
                        stalled.set()
                    connection.settimeout(PATIENCE)
            return before

        gateway = self.gateway(flood)
        recording = self.record(gateway.port)
        with connect(recording.port) as slow:
            slow.sendall(b"f")
            self.assertTrue(stalled.wait(PATIENCE))
            status = Path(f"/proc/{recording.process.pid}/status").read_text()
            [resident] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
            with connect(recording.port) as quick:
                quick.sendall(b"e")
                self.assertEqual(read(quick, 4), b"echo")
            self.assertEqual(gateway.result(), 0)
            for _ in range(much >> 16):
                read(slow, 1 << 16)
        self.assertLess(gateway.result(), much)
        self.assertLess(resident, 48 << 10)  # KiB

    def test_what_is_no_frame_is_passed_on_and_not_written(self):
        with Simulator() as simulator:
            recording = self.record(simulator.port)
            client = log_in(recording.port, 1)
            client.sendall(b"\0\0\0\0U0000006")
            until_gone(client)  # the gateway closes on that
            client.close()
            recording.stop()
        self.assertEqual(recording.report["bytes_withheld"], 12)
        marks = [line for line in wire_lines(self.file) if "withheld" in line.get("problem", "")]
        self.assertEqual([mark["from"] for mark in marks], ["client"])
        self.assertNotIn(b"U0000006", self.plain_file())

    def test_of_a_killed_recorder_the_file_is_readable(self):
        with Simulator() as simulator:
            recording = self.record(simulator.port)
            client = log_in(recording.port, 1)
            deadline = time.monotonic() + PATIENCE
            while "managedAccounts" not in tradewind("wire", "show", self.file).stdout:
                self.assertLess(time.monotonic(), deadline, "nothing was written")
            recording.end(signal.SIGKILL)
            client.close()
        whole = wire_lines(self.file)
        self.file.write_bytes(self.file.read_bytes()[:-3])
        cut = wire_lines(self.file)
        self.assertEqual(cut, whole[: len(cut)])

    def test_without_a_gateway_the_client_is_turned_away_and_the_next_one_heard(self):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        recording = self.record(port)
        for _ in range(2):
            with connect(recording.port) as client, self.assertRaises(ConnectionError):
                client.sendall(HELLO)
                while True:
                    if not client.recv(1):
                        raise ConnectionError
        recording.stop()
        self.assertIn("the gateway cannot be reached", recording.log())

    def test_a_file_that_is_there_is_not_written_over(self):
        self.file.write_text("mine")
        refused = tradewind("sim", "record", "--port", 0, "--gateway", "127.0.0.1:1", "--out", self.file)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(str(self.file), refused.stderr)
        self.assertEqual(self.file.read_text(), "mine")


class ReplayTest(unittest.TestCase):
    """One recorded session, played to other clients."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = Path(cls.folder.name) / "session"
        with Simulator("--account", "DU0000007") as simulator, Recording(simulator.port, cls.file) as recording:
            with log_in(recording.port, 1) as client:
                client.sendall(frame(b"9\x008\x0031\x00" + b"0\x00AAPL\x00STK\x00\x000\x00\x00\x00SMART\x00\x00USD\x00\x00\x000\x00\x00\x00\x00"))
                cls.details = []
                while not cls.details or not cls.details[-1].startswith(b"52\0"):
                    cls.details.append(read_frame(client))
            recording.stop()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def ask(self, client, request_id, symbol):
        client.sendall(frame(b"9\x008\x00%d\x00" % request_id + b"0\x00%s\x00STK\x00\x000\x00\x00\x00SMART\x00\x00USD\x00\x00\x000\x00\x00\x00\x00" % symbol))

    def test_the_same_answers_come_under_the_ids_of_another_client(self):
        with Replay(self.file, "--speed", "max", "--control", 0) as replay:
            with log_in(replay.port, 77) as client:
                self.ask(client, 4000, b"AAPL")
                answers = []
                while not answers or not answers[-1].startswith(b"52\0"):
                    answers.append(read_frame(client))
            self.assertEqual(replay.end(), 0, replay.log())
        tail = answers[-len([one for one in self.details if one.startswith((b"10\0", b"52\0"))]) :]
        expected = [one.replace(b"\x0031\x00", b"\x004000\x00", 1) for one in self.details if one.startswith((b"10\0", b"52\0"))]
        self.assertEqual(tail, expected)
        self.assertEqual(replay.report["messages_matched"], replay.report["messages_expected"])

    def test_another_question_ends_it_and_both_are_told(self):
        with Replay(self.file, "--speed", "max") as replay:
            with log_in(replay.port, 1) as client:
                self.ask(client, 31, b"MSFT")
                until_gone(client)
            self.assertEqual(replay.end(), 1)
            self.assertIn("expected reqContractDetails request=31 contract.symbol=AAPL", replay.log())
            self.assertIn("came reqContractDetails request=31 contract.symbol=MSFT", replay.log())
        self.assertIn("MSFT", replay.report["difference"])

    def test_a_client_of_newer_versions_only_is_refused(self):
        with Replay(self.file) as replay:
            with connect(replay.port) as client:
                client.sendall(b"API\0" + frame(b"v213..226"))
                self.assertEqual(client.recv(1), b"")
            self.assertEqual(replay.end(), 1)
            self.assertIn("the recording is of version 178 of the protocol, and the client offers 213 to 226", replay.log())

    def test_an_end_before_the_recordings_end_is_a_failure(self):
        with Replay(self.file) as replay:
            self.assertEqual(replay.end(signal.SIGTERM), 1)
            self.assertIn("ended before the recording", replay.log())

    def test_what_is_no_recording_is_refused(self):
        for arguments, says in (
            ([Path(self.folder.name) / "nothing", "--port", 0], "no recording"),
            ([__file__, "--port", 0], "sim_record_test.py"),
            ([self.file, "--port", 0, "--speed", "step"], "--speed"),
        ):
            refused = tradewind("sim", "replay", *arguments)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(says, refused.stderr)


if __name__ == "__main__":
    unittest.main()
