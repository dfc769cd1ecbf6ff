"""Goal: what docs/guide/simulator-in-ci.md shows people works as it stands. Method: the page holds the files of
examples/simulator to the letter, and each of them runs against the real program, with the clients of its own requirements."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import BINARY, Simulator, free_ports, virtual_environment  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples/simulator"
GUIDE = ROOT / "docs/guide"
RUST_TARGET = Path(os.environ.get("TRADEWIND_TEST_ENVIRONMENTS", Path(BINARY).parents[1] / "test_environments")) / "rust_ibapi"


def run(command, **more):
    environment = {**os.environ, "TRADEWIND": BINARY, "PYTHONDONTWRITEBYTECODE": "1"} | more.pop("env", {})
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900, env=environment, **more)


def cargo():
    return shutil.which("cargo") or shutil.which(str(Path.home() / ".cargo/bin/cargo"))


class Examples(unittest.TestCase):
    def run_python(self, folder, cases):
        python = virtual_environment(f"example_{folder}", EXAMPLES / folder / "requirements.txt") / "bin/python"
        done = run([python, "-m", "unittest", "test_trading.py"], cwd=EXAMPLES / folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, rf"Ran {cases} tests in .*\n\nOK\n")

    def test_ib_async(self):
        self.run_python("python_ib_async", 3)

    def test_the_vendors_client(self):
        self.run_python("python_vendor", 2)

    def test_rust_ibapi(self):
        if not cargo():
            self.skipTest("there is no cargo: the Rust example is not run (rustup brings it)")
        source = RUST_TARGET / "example"  # a copy: cargo writes its lock file beside the manifest
        shutil.copytree(EXAMPLES / "rust_ibapi", source, dirs_exist_ok=True)
        done = run([cargo(), "test", "--quiet", "--manifest-path", source / "Cargo.toml", "--target-dir", RUST_TARGET])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("test result: ok. 2 passed", done.stdout)

    def test_an_example_whose_expectation_is_wrong_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
            test = Path(folder) / "python_ib_async/test_trading.py"
            test.write_text(test.read_text().replace("avgFillPrice, 150.00)", "avgFillPrice, 150.01)"))
            python = virtual_environment("example_python_ib_async", EXAMPLES / "python_ib_async/requirements.txt") / "bin/python"
            done = run([python, "-m", "unittest", "test_trading.py"], cwd=test.parent)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("150.0 != 150.01", done.stderr)


class BesideTheTests(unittest.TestCase):
    """with_simulator.sh"""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def beside(self, *command, ports=None, **more):
        ports = ports or free_ports(2)
        return run([EXAMPLES / "with_simulator.sh", *command], cwd=self.folder,
                   env={"TWS_PORT": str(ports[0]), "TWS_CONTROL_PORT": str(ports[1])} | more)

    def test_the_command_finds_a_simulator_that_serves(self):
        script = "import os, socket, urllib.request; socket.create_connection(('127.0.0.1', int(os.environ['TWS_PORT']))); " \
                 "print(urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['TWS_CONTROL_PORT']}/books\").read().decode().strip())"
        done = self.beside(sys.executable, "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout.splitlines()[-1])["accounts"][0]["cash"], {"USD": "1000000"})
        self.assertTrue((Path(self.folder) / "simulator.log").exists())

    def test_its_exit_code_is_the_commands_and_the_simulator_is_gone_afterwards(self):
        ports = free_ports(2)
        self.assertEqual(self.beside("sh", "-c", "exit 7", ports=ports).returncode, 7)
        with self.assertRaises(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{ports[1]}/books", timeout=5)

    def test_a_simulator_that_does_not_start_ends_it(self):
        self.assertNotEqual(self.beside("true", TRADEWIND="/bin/false").returncode, 0)


class Guide(unittest.TestCase):
    def test_the_page_shows_the_files_to_the_letter(self):
        page = (GUIDE / "simulator-in-ci.md").read_text()
        listed = run(["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "examples/simulator"])
        files = listed.stdout.split()
        self.assertGreater(len(files), 8)
        for name in [*files, "deploy/simulator/compose.yaml"]:
            with self.subTest(name):
                block = "".join(f"    {line}\n" if line else "\n" for line in (ROOT / name).read_text().splitlines())
                self.assertIn(f"\n\n{block}\n", page, "tools/gen_docs writes it")

    def test_the_session_with_ib_async_prints_what_the_page_says(self):
        code, said = re.search(r"^## With ib_async\n\n((?:    .*\n|\n)+)prints, for example:\n\n((?:    .*\n)+)", (GUIDE / "simulator.md").read_text(),
                               re.MULTILINE).groups()
        python = virtual_environment("example_python_ib_async", EXAMPLES / "python_ib_async/requirements.txt") / "bin/python"
        with Simulator() as simulator:
            done = run([python, "-c", textwrap.dedent(code).replace("7400", str(simulator.port))])
        self.assertEqual(done.returncode, 0, done.stderr)
        digits = re.compile(r"\d+\.\d+")
        self.assertEqual(digits.sub("N", done.stdout), digits.sub("N", textwrap.dedent(said)))

    def test_the_steps_of_the_job_are_shell(self):
        blocks = re.findall(r"^        run: \|\n((?:          .*\n)+)", (EXAMPLES / "ci.yml").read_text(), re.MULTILINE)
        self.assertEqual(len(blocks), 3)
        for block in blocks:
            self.assertEqual(run(["sh", "-n"], input=block).stderr, "")

    def test_the_first_line_and_the_books_are_those_of_the_program(self):
        line = re.search(r'^    (\{"host".*\})$', (GUIDE / "simulator-in-ci.md").read_text(), re.MULTILINE)
        book = re.search(r'^    (\{"time".*\n(?:    .*\n)+)', (GUIDE / "simulator.md").read_text(), re.MULTILINE)
        shown = json.loads(book[1])
        python = virtual_environment("example_python_ib_async", EXAMPLES / "python_ib_async/requirements.txt") / "bin/python"
        trade = "import sys, ib_async as a; ib = a.IB(); ib.connect('127.0.0.1', int(sys.argv[1]), 11)\n" \
                "t = ib.placeOrder(*ib.qualifyContracts(a.Stock('AAPL', 'SMART', 'USD')), a.MarketOrder('BUY', 10))\n" \
                "while not t.isDone(): ib.waitOnUpdate(1)"
        with Simulator() as simulator:
            self.assertEqual(sorted(json.loads(line[1])), sorted(["account", "accounts", "control_port", "host", "port"]))
            done = run([python, "-c", trade, simulator.port])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(members(shown), members(simulator.books()))


def members(value):
    """Names and shape without the values."""
    if isinstance(value, dict):
        return {name: members(inner) for name, inner in value.items()}
    return [members(value[0])] if isinstance(value, list) and value else type(value)


if __name__ == "__main__":
    unittest.main()
