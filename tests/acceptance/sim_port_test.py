"""The ports of `sim serve` and `sim record`: that they refuse when they are to, for as long as the market's time says, that a
process without file descriptors waits for some, and that pages of other sites cannot use the control interface."""

import os
import resource
import socket
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import Simulator  # noqa: E402
from recording import Recording  # noqa: E402
from wire import frame  # noqa: E402

PATIENCE = 60  # seconds


def post(simulator, target, **headers):
    """The status of the answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{simulator.control_port}{target}", method="POST", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def greet(connection):
    """Asks for the protocol's version, and reads something of the answer."""
    connection.sendall(b"API\0" + frame(b"v100..178"))
    return connection.recv(1)


class RefusalTest(unittest.TestCase):
    def assert_refused(self, port):
        with self.assertRaises(ConnectionRefusedError):
            connect(port).close()

    def test_attempts_are_refused_until_the_time_is_up(self):
        with Simulator("--speed", "step") as simulator:
            with connect(simulator.port) as before:
                self.assertTrue(greet(before))
                self.assertEqual(post(simulator, "/inject?fault=F001"), 200)
                self.assert_refused(simulator.port)
                post(simulator, "/step?ms=59000")
                self.assert_refused(simulator.port)
                post(simulator, "/step?ms=1741000")
                with connect(simulator.port) as after:
                    self.assertTrue(greet(after))

    def test_a_refusal_that_begins_with_the_gateway_ends_by_itself(self):
        for speed in (60_000, "max"):
            with Simulator("--speed", speed, "--faults", "F001") as simulator:
                deadline = time.monotonic() + PATIENCE
                while True:
                    try:
                        connection = connect(simulator.port)
                        break
                    except ConnectionRefusedError:
                        self.assertLess(time.monotonic(), deadline)
                        time.sleep(0.001)
                with connection:
                    self.assertTrue(greet(connection))
                said = simulator.log()
                self.assertLess(said.index("connections are refused"), said.index("connections are taken again"))


class DescriptorTest(unittest.TestCase):
    """Planted for real: the process may have no more descriptors than it has."""

    def starve_and_feed(self, pid, ports, talk):
        """Meanwhile clients come to all ports. They wait, the process does next to nothing, and then they are served."""
        few, most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        open_ones = [int(each) for each in os.listdir(f"/proc/{pid}/fd")]
        limit = max(open_ones) + 1
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, most))
        clients = []
        try:
            for port in ports:
                for _ in range(limit - len(open_ones) + 1):  # there may be gaps below
                    clients.append((port, connect(port)))
            began, worked = time.monotonic(), self.seconds_worked(pid)
            time.sleep(1)  # what is measured is this second
            worked, passed = self.seconds_worked(pid) - worked, time.monotonic() - began
            self.assertLess(worked, passed / 4)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (few, most))
            for port in ports:
                talk(port, [client for its, client in clients if its == port][-1])
        finally:
            for _, client in clients:
                client.close()

    @staticmethod
    def seconds_worked(pid):
        numbers = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")

    def test_the_gateway_and_its_control_interface_wait(self):
        def talk(port, client):
            if port == simulator.port:
                self.assertTrue(greet(client))
            else:
                client.sendall(b"GET /books HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertTrue(client.recv(100).startswith(b"HTTP/1.1 200"))

        with Simulator("--speed", "step") as simulator:
            self.starve_and_feed(simulator.pid, (simulator.port, simulator.control_port), talk)

    def test_the_recording_proxy_waits(self):
        def talk(_, client):
            self.assertTrue(greet(client))

        with Simulator("--speed", "step") as simulator, tempfile.TemporaryDirectory() as folder:
            with Recording(simulator.port, Path(folder) / "r.twrec") as recording:
                self.starve_and_feed(recording.process.pid, (recording.port,), talk)


class ForeignPageTest(unittest.TestCase):
    def test_what_a_browser_sends_for_the_page_of_another_site_is_refused(self):
        with Simulator() as simulator:
            own = f"127.0.0.1:{simulator.control_port}"
            self.assertEqual(post(simulator, "/inject?fault=F094"), 200)
            self.assertEqual(post(simulator, "/inject?fault=F094", Origin=f"http://{own}"), 200)
            self.assertEqual(post(simulator, "/inject?fault=F094", Origin="http://site.example"), 403)
            self.assertEqual(post(simulator, "/inject?fault=F094", Host=f"site.example:{simulator.control_port}"), 403)


if __name__ == "__main__":
    unittest.main()
