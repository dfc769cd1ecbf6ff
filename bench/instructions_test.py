"""Goal: nothing on the hot path of the wire grows unnoticed. Method: instructions a message under callgrind, which are the same in
every run on one compiler, C library and valgrind, against the counts that were landed last (instructions.csv)."""

import os
import shutil
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import instructions  # noqa: E402

LANDED = HERE / "instructions.csv"
MORE_MAX = 1.01


class InstructionCounts(unittest.TestCase):
    def test_no_message_takes_more_instructions_than_landed(self):
        if not shutil.which("valgrind"):
            self.skipTest("valgrind is not installed")
        lines = LANDED.read_text().splitlines()
        if lines[0] != f"# {instructions.tools()}":
            self.skipTest(f"counted with other tools: {lines[0][2:]}, here {instructions.tools()}; see bench/README.md")
        landed = {kind: float(count) for kind, count in (line.split(",") for line in lines[2:])}
        counts = instructions.wire_counts(os.environ["TRADEWIND_BENCH"])
        self.assertEqual(set(landed), set(counts))
        grown = [f"{kind}: {counts[kind]:.1f}, landed {landed[kind]:.1f}" for kind in landed if counts[kind] > landed[kind] * MORE_MAX]
        self.assertEqual(grown, [], "if it is meant, write the new counts: bench/instructions.py build/release/bench --write bench/instructions.csv")


if __name__ == "__main__":
    unittest.main()
