"""The client library as somebody else's project uses it: installed, found by CMake, linked, and run against the simulator."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from program import Simulator  # noqa: E402

BUILD = Path(os.environ["TRADEWIND_BUILD"])
EXAMPLES = ROOT / "examples/client"


def run(*command, **more):
    completed = subprocess.run([*map(str, command)], capture_output=True, text=True, **more)
    if completed.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {completed.returncode}\n{completed.stdout[-3000:]}{completed.stderr[-3000:]}")
    return completed.stdout


class ClientLibraryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tradewind-client-")))
        run("cmake", "--install", BUILD, "--component", "client", "--prefix", cls.folder / "prefix")
        # Out of the tree, so that no header is found by accident.
        shutil.copytree(EXAMPLES, cls.folder / "examples")
        launcher = shutil.which("ccache")
        run("cmake", "-S", cls.folder / "examples", "-B", cls.folder / "build", "-G", "Ninja", "-D", f"CMAKE_PREFIX_PATH={cls.folder / 'prefix'}",
            "-D", "CMAKE_BUILD_TYPE=Debug", *(["-D", f"CMAKE_CXX_COMPILER_LAUNCHER={launcher}"] if launcher else []))
        run("cmake", "--build", cls.folder / "build")
        cls.gateway = cls.enterClassContext(Simulator("--generate", "7"))

    def example(self, name, *more, client_id):
        return run(self.folder / "build" / name, f"127.0.0.1:{self.gateway.port}", client_id, *more, timeout=60)

    def test_installs_nothing_but_the_library(self):
        installed = {path.relative_to(self.folder / "prefix").parts[0] for path in (self.folder / "prefix").rglob("*")}
        self.assertEqual(installed, {"include", "lib", "share"})
        self.assertFalse([path for path in (self.folder / "prefix/include").rglob("*") if "engine" in path.parts or "sim" in path.parts])

    def test_hello(self):
        said = self.example("hello", client_id=11)
        self.assertIn(f"account {self.gateway.account}\n", said)
        self.assertRegex(said, r"gateway time \d{10}")
        self.assertRegex(said, r"contract \d+ AAPL on \w+, trades from 0.01")

    def test_quotes(self):
        lines = self.example("quotes", client_id=12).splitlines()
        self.assertEqual(len(lines), 10)
        self.assertRegex(lines[-1], r"bid [\d.]+ ask [\d.]+ .*\(live\)")

    def test_history(self):
        said = self.example("history", client_id=13)
        self.assertRegex(said, r"\d+ bars")
        self.assertRegex(said, r"a five-second bar closed at [\d.]+")

    def test_account(self):
        said = self.example("account", client_id=14)
        self.assertIn("NetLiquidation", said)
        self.assertRegex(said, r"positions, all of them")

    def test_orders(self):
        said = self.example("orders", client_id=15)
        self.assertRegex(said, r"order \d+: filled filled 1 at [\d.]+")
        self.assertRegex(said, r"order \d+: cancelled filled 0")
        _, positions = self.gateway.account_books()
        self.assertEqual(positions.get("AAPL"), "1")

    def test_record(self):
        folder = self.folder / "recording"
        lines = self.example("record", folder, client_id=16).splitlines()
        self.assertRegex(lines[0], r"ready at server version \d+")
        self.assertEqual(lines[:2], lines[3:5])
        self.assertRegex(lines[5], r"the same \d+ bytes")


if __name__ == "__main__":
    unittest.main()
