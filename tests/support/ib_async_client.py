"""ib_async in a virtual environment of its own, and what its tests share."""

import logging
import unittest
from pathlib import Path

from program import python_environment

python_environment("ib_async", Path(__file__).resolve().parents[1] / "interop/ib_async_requirements.txt")
import ib_async  # noqa: E402, F401

PATIENCE = 20  # seconds


class Recorder(logging.Handler):
    """Keeps what the library logs, but for lines that hold one of `passed_over`."""

    def __init__(self, level=logging.ERROR, passed_over=()):
        super().__init__(level)
        self.lines = []
        self._passed_over = passed_over

    def emit(self, record):
        line = record.getMessage()
        if not any(part in line for part in self._passed_over):
            self.lines.append(line)


class IbAsyncCase(unittest.TestCase):
    """`self.ib` is the client under test."""

    def record(self, *arguments, **more):
        recorder = Recorder(*arguments, **more)
        logging.getLogger().addHandler(recorder)
        self.addCleanup(logging.getLogger().removeHandler, recorder)
        return recorder

    def wait(self, condition, what):
        for _ in range(PATIENCE * 20):
            if condition():
                return
            self.ib.waitOnUpdate(0.05)
        self.fail(f"{what} did not happen in {PATIENCE} s")
