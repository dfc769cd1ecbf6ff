"""The Python examples of docs/guide/simulator.md, as they stand there."""

import os
import re
import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import Simulator, python_environment  # noqa: E402

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/simulator.md"


class GuideExamples(unittest.TestCase):
    def run_example(self, heading, environment):
        """The output of the first block of code below the heading."""
        code = re.search(rf"^## {heading}\n\n((?:    .*\n|\n)+)", GUIDE.read_text(), re.MULTILINE)[1]
        folder = python_environment(environment, Path(__file__).with_name(f"{environment}_requirements.txt"))
        [packages] = folder.glob("lib/python3*/site-packages")
        with Simulator() as simulator:
            program = textwrap.dedent(code).replace("7400", str(simulator.port))
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(packages)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_that_for_ib_async_buys_ten_shares(self):
        self.assertRegex(self.run_example("With ib_async", "ib_async"), r"^Filled [\d.]+\n\[\('AAPL', 10\.0\)\]\n$")

    def test_that_for_the_vendors_client_buys_ten_shares(self):
        self.assertRegex(self.run_example("With the vendor's Python client", "nautilus_ibapi"), r"Filled 10 [\d.]+\n1\.0 USD\n$")


if __name__ == "__main__":
    unittest.main()
