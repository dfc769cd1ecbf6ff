"""Goal: the memory of a simulator that goes on for long stays flat. Method: a day at full speed for a client that watches, trades
and asks for history, the resident size after each hour."""

import os
import subprocess
import unittest


class SimulatedDay(unittest.TestCase):
    def test_leaves_the_memory_flat(self):
        done = subprocess.run([os.path.join(os.environ["TRADEWIND_BENCH"], "bench_gateway"), "session", "24"],
                              capture_output=True, text=True, timeout=500)
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("0 errors: memory is flat", done.stdout)


if __name__ == "__main__":
    unittest.main()
