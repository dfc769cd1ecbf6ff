"""`tradewind sim record` and `tradewind sim replay` as processes, and a tap that keeps both directions of connections."""

import contextlib
import json
import signal
import socket
import subprocess
import tempfile
import threading

from program import BINARY, tradewind
from wire import Listener


class _Listening:
    """A command that says on its first line where it listens, and on its last what happened."""

    def __init__(self, *arguments):
        self._log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([BINARY, "sim", *map(str, arguments), "--port", "0", "--json"],
                                        stdout=subprocess.PIPE, stderr=self._log, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError(f"it did not start: {self.log()}")
        self.port = json.loads(line)["port"]
        self.report = None
        self.code = None

    def log(self):
        self._log.seek(0)
        return self._log.read()

    def end(self, number=None):
        """Waits for the end, after this signal; the exit code."""
        if self.code is None:
            if number is not None:
                self.process.send_signal(number)
            said, _ = self.process.communicate(timeout=30)
            self.report = json.loads(said) if said.strip() else None
            self.code = self.process.returncode
        return self.code

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        self.process.stdout.close()
        self._log.close()


class Recording(_Listening):
    """`sim record` in front of a gateway on this port."""

    def __init__(self, gateway_port, out, *arguments):
        super().__init__("record", "--gateway", f"127.0.0.1:{gateway_port}", "--out", out, *arguments)

    def stop(self):
        return self.end(signal.SIGTERM)


class Replay(_Listening):
    """`sim replay` of a file."""

    def __init__(self, recording, *arguments):
        super().__init__("replay", recording, *arguments)


def wire_lines(recording):
    """Every message of a recording, as `wire show` sees it, with account numbers as they are in the file."""
    shown = tradewind("wire", "show", recording, "--json", "--accounts")
    assert shown.returncode == 0, shown.stderr
    return [json.loads(line) for line in shown.stdout.splitlines()]


class Tap(Listener):
    """Passes connections on to a port; `up` and `down` are what each of them carried to it and from it."""

    def __init__(self, port):
        self._port = port
        self.up = []
        self.down = []
        super().__init__(self._forward)

    def _forward(self, client):
        up, down = bytearray(), bytearray()
        self.up.append(up)
        self.down.append(down)
        with socket.create_connection(("127.0.0.1", self._port)) as gateway:
            back = threading.Thread(target=self._pump, args=[gateway, client, down])
            back.start()
            self._pump(client, gateway, up)
            back.join()

    @staticmethod
    def _pump(source, sink, kept):
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                kept += piece
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
