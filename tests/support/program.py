"""Starts the real program: `tradewind sim serve` and `tradewind run` as processes of their own."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

BINARY = os.environ.get("TRADEWIND_BIN", str(Path(__file__).resolve().parents[2] / "build/bin/tradewind"))


def tradewind(*arguments, timeout=60, **more):
    """Runs a command to its end; the completed process with its text."""
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, **more)


class Simulator:
    """`tradewind sim serve` on free ports, with the control interface. Without `rate_limit` a client may send as much as it
    likes: on a busy machine what was sent in good time arrives in heaps."""

    def __init__(self, *arguments, rate_limit=False):
        if not rate_limit and "--message-rate" not in arguments and "--pace" not in arguments:
            arguments = (*arguments, "--message-rate", 0)
        self._log = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen([BINARY, "sim", "serve", "--port", "0", "--control", "0", "--json", *map(str, arguments)],
                                         stdout=subprocess.PIPE, stderr=self._log, text=True)
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            raise RuntimeError(f"the simulator did not start: {self.log()}")
        where = json.loads(line)
        self.port = where["port"]
        self.control_port = where["control_port"]
        self.account = where["account"]
        self.pid = self._process.pid

    def books(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.control_port}/books", timeout=10) as answer:
            return json.load(answer)

    def account_books(self):
        """Cash as text, and the positions that are not zero, by symbol."""
        account = self.books()["accounts"][0]
        return account["cash"]["USD"], {row["symbol"]: row["quantity"] for row in account["positions"] if row["quantity"] != "0"}

    def log(self):
        self._log.seek(0)
        return self._log.read()

    def send_signal(self, number):
        self._process.send_signal(number)

    def stop(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=10)
        self._process.stdout.close()
        self._log.close()
        return self._process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()


def free_ports(count):
    """Ports that nobody has at the moment, for programs that cannot choose one themselves."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def virtual_environment(name, requirements):
    """The folder of a virtual environment that has `requirements` and is kept for the next time. The versions are exact, so the
    name and the text of the requirements say what is in it."""
    text = Path(requirements).read_text()
    folder = Path(os.environ.get("TRADEWIND_TEST_ENVIRONMENTS", Path(BINARY).parents[1] / "test_environments")) / name
    stamp = folder / "installed.txt"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another test may want the same one at the same time
        if not stamp.exists() or stamp.read_text() != text:
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            with _quiet() as log:
                subprocess.run([folder / "bin/pip", "install", "--disable-pip-version-check", "-r", requirements], check=True, stdout=log, stderr=log)
            stamp.write_text(text)
    return folder


def python_environment(name, requirements):
    """Makes `requirements` importable in this process, from a virtual environment of their own; returns its folder."""
    folder = virtual_environment(name, requirements)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.insert(0, str(folder / "lib" / version / "site-packages"))
    return folder


@contextlib.contextmanager
def _quiet():
    with tempfile.TemporaryFile("w+") as log:
        try:
            yield log
        except subprocess.CalledProcessError as error:
            log.seek(0)
            raise RuntimeError(f"{error}\n{log.read()[-4000:]}") from None
