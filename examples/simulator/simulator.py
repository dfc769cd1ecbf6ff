"""Starts the simulated gateway for a test suite, on ports that the system chooses: copy this file into your project."""

import json
import os
import subprocess
import urllib.request


class Simulator:
    """`port` is where clients connect. Use it in a `with` statement, or call `stop`."""

    def __init__(self, *arguments):
        program = os.environ.get("TRADEWIND", "tradewind")  # in PATH, unless the variable says where
        self._process = subprocess.Popen([program, "sim", "serve", "--port", "0", "--control", "0", "--json", *arguments],
                                         stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()  # comes when clients can connect
        if not line:
            raise RuntimeError(f"the simulator ended with exit code {self._process.wait()}")
        where = json.loads(line)
        self.port, self.control_port, self.account = where["port"], where["control_port"], where["account"]

    def books(self):
        """What the gateway itself has booked."""
        return self._control("GET", "/books")

    def step(self, seconds):
        """With `--speed step`: the market goes on."""
        return self._control("POST", f"/step?ms={round(seconds * 1000)}")

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def _control(self, method, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.control_port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()
