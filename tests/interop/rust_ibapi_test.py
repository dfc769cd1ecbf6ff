"""The `ibapi` crate 3.x (protobuf only, from server version 213) against `tradewind sim serve` over TCP: one test for each of
its scenarios, which are a Rust program of their own in rust_ibapi/. Skipped where there is no Rust tool chain."""

import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import BINARY, Simulator  # noqa: E402

SOURCE = Path(__file__).with_name("rust_ibapi")
TARGET = Path(os.environ.get("TRADEWIND_TEST_ENVIRONMENTS", Path(BINARY).parents[1] / "test_environments")) / "rust_ibapi"
NAMES = [name for file in sorted(SOURCE.glob("src/*.rs")) for name in re.findall(r'^    \("([^"]+)", \w+\),$', file.read_text(), re.MULTILINE)]


def cargo():
    return shutil.which("cargo") or shutil.which(str(Path.home() / ".cargo/bin/cargo"))


@unittest.skipUnless(cargo(), "there is no cargo: the Rust client is not driven (rustup brings it)")
class RustIbapiTest(unittest.TestCase):
    """`outcomes`: what each scenario said."""

    @classmethod
    def setUpClass(cls):
        # From a copy: cargo writes its lock file beside the manifest.
        shutil.copytree(SOURCE, TARGET / "source", dirs_exist_ok=True)
        built = subprocess.run([cargo(), "build", "--quiet", "--manifest-path", str(TARGET / "source/Cargo.toml"), "--target-dir", str(TARGET)],
                               capture_output=True, text=True)
        if built.returncode != 0:
            raise RuntimeError(f"cargo build failed:\n{built.stderr[-4000:]}")
        with Simulator() as simulator:
            done = subprocess.run([str(TARGET / "debug/rust_ibapi_scenarios"), str(simulator.port)], capture_output=True, text=True, timeout=900)
        cls.outcomes = {}
        for line in done.stdout.splitlines():
            verdict = re.fullmatch(r"(?:ok (?P<ok>.+))|(?:failed (?P<failed>.+?): (?P<why>.*))", line)
            if verdict:
                cls.outcomes[verdict["ok"] or verdict["failed"]] = verdict["why"]
        cls.rest = done.stderr[-2000:]

    def test_there_are_at_least_35_scenarios(self):
        self.assertGreaterEqual(len(NAMES), 35)
        self.assertEqual(sorted(self.outcomes), sorted(NAMES), self.rest)


def scenario(name):
    def test(self):
        self.assertIn(name, self.outcomes, self.rest)
        self.assertIsNone(self.outcomes[name])

    return test


for each in NAMES:
    setattr(RustIbapiTest, "test_" + re.sub(r"\W+", "_", each), scenario(each))

if __name__ == "__main__":
    unittest.main()
