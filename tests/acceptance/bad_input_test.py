"""Bad input of every kind ends with the right exit code, one clear message on standard error, nothing on standard output or,
with --json, an object whose error.class scripts can act on."""

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import BINARY, Simulator, tradewind  # noqa: E402
from wire import Listener  # noqa: E402

FAILED, USAGE, NOT_CONNECTED = 1, 2, 4


class BadInputCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tradewind-test-")))
        self.state = self.folder / "state"
        self.file = self.folder / "file"
        self.file.write_text("not a folder\n")

    def check(self, done, code, pattern, error_class=None):
        """One message for people; and for programs where there is JSON. Lines with a time tell what happened before."""
        messages = [line for line in done.stderr.splitlines() if not re.match(r"\d{4}-\d\d-\d\dT", line)]
        self.assertEqual(len(messages), 1, done.stderr)
        self.assertTrue(messages[0].startswith("tradewind: "), messages)
        self.assertRegex(messages[0], pattern)
        self.assertLess(len(messages[0]), 400)
        self.assertEqual(done.returncode, code, messages)
        if error_class is None:
            self.assertEqual(done.stdout, "")
        else:
            said = json.loads(done.stdout)
            self.assertEqual((said["error"]["class"], said["exit_code"]), (error_class, code))
            self.assertEqual(f"tradewind: {said['error']['detail']}", messages[0])

    def demo(self, code, pattern, *arguments):
        self.check(tradewind("demo", "--headless", *arguments), code, pattern)

    def run_command(self, *more, connect="127.0.0.1:1", strategy="metronome", state=None, give_up=1):
        return tradewind("run", "--mode", "sim", "--connect", connect, "--strategy", strategy, "--state", state or self.state, "--give-up-after", give_up,
                         "--json", *more)

    def run_bad(self, code, pattern, error_class, *more, **options):
        self.check(self.run_command(*more, **options), code, pattern, error_class)


class CommandLineTest(BadInputCase):
    def test_unknown_and_missing_commands(self):
        for arguments, pattern in (([], "subcommand"), (["nosuch"], "there is no command 'nosuch'"), (["sim"], "subcommand"), (["sim", "nosuch"], "subcommand"), (["audit"], "subcommand"),
                                   (["strategy"], "subcommand")):
            self.check(tradewind(*arguments), USAGE, pattern)

    def test_unknown_flags_and_stray_arguments(self):
        for command in (["demo"], ["sim", "serve", "--port", "0"], ["audit", "verify", self.folder], ["strategy", "list"]):
            self.check(tradewind(*command, "--nosuch"), USAGE, "--nosuch")
            self.check(tradewind(*command, "stray"), USAGE, "stray")

    def test_missing_values_and_missing_flags(self):
        self.check(tradewind("demo", "--json"), USAGE, "--json")
        self.check(tradewind("sim", "serve"), USAGE, "--port is required")
        self.check(tradewind("audit", "verify"), USAGE, "directory is required")
        whole = {"--mode": "sim", "--connect": "127.0.0.1:1", "--strategy": "metronome", "--state": self.state}
        for missing in whole:
            arguments = [text for flag, value in whole.items() if flag != missing for text in (flag, value)]
            self.check(tradewind("run", *arguments), USAGE, f"{missing} is required")
            self.check(tradewind("run", *arguments, "--json"), USAGE, f"{missing} is required", "invalid_argument")

    def test_an_empty_value_is_not_taken_for_none(self):
        for flag in ("--data", "--from", "--to", "--strategy", "--state", "--json", "--param", "--sabotage", "--symbols", "--seed"):
            self.check(tradewind("demo", "--headless", flag, ""), USAGE, re.escape(flag))
        for flag in ("--account", "--config", "--client-id"):
            self.run_bad(USAGE, flag, "invalid_argument", flag, "")
        self.check(tradewind("sim", "serve", "--port", "0", "--account", ""), USAGE, "--account")
        self.check(tradewind("sim", "serve", "--port", "0", "--accounts", ""), USAGE, "--accounts")

    def test_numbers_that_are_none_or_out_of_range(self):
        for seed in ("x", "-1", "1.5", "18446744073709551616"):
            self.demo(USAGE, "--seed", "--seed", seed)
        for port in ("x", "-1", "65536", "99999999999999999999"):
            self.check(tradewind("sim", "serve", "--port", port), USAGE, "--port")
            self.check(tradewind("sim", "serve", "--port", "0", "--control", port), USAGE, "--control")
        for number in ("x", "-1", "2147483647", "99999999999"):
            self.run_bad(USAGE, "--client-id", "invalid_argument", "--client-id", number)
        for flag in ("--run-for", "--give-up-after"):
            for number in ("0", "-1", "x"):
                self.run_bad(USAGE, flag, "invalid_argument", flag, number)
        for version in ("175", "99999"):
            self.check(tradewind("sim", "serve", "--port", "0", "--server-version", version, "--json"), USAGE, "--server-version", "invalid_argument")

    def test_addresses_that_are_none(self):
        for connect in ("localhost", "localhost:", ":4002", "localhost:0", "localhost:65536", "localhost:x", "localhost:-1", "[::1"):
            self.run_bad(USAGE, re.escape(f"'{connect}' is not HOST:PORT"), "invalid_argument", connect=connect)
        self.assertFalse(self.state.exists())

    def test_strategies_and_parameters(self):
        self.run_bad(USAGE, "there is no strategy 'nosuch'.*strategy list", "invalid_argument", strategy="nosuch")
        self.demo(USAGE, "there is no strategy 'nosuch'", "--strategy", "nosuch")
        for parameter, pattern in (("nosuch=1", "no parameter 'nosuch'; there are: symbols, beat, size"), ("beat=soon", "parameter 'beat': 'soon'"), ("size=many", "parameter 'size'"),
                                   ("symbols=A,,B", "parameter 'symbols'"), ("beat", "'beat' is not NAME=VALUE"), ("=1", "'=1' is not NAME=VALUE")):
            self.run_bad(USAGE, pattern, "invalid_argument", "--param", parameter)
        for parameters, pattern in ((["fast=0"], "'fast': 0 is outside 1 to 1000"), (["fast=1.5"], "'fast'"), (["fast=30", "slow=10"], "'slow': 10 is not more than 'fast', 30"),
                                    (["size=0"], "'size'"), (["short_sales=maybe"], "'short_sales'")):
            self.demo(USAGE, pattern, *(text for parameter in parameters for text in ("--param", parameter)))
        self.assertFalse(self.state.exists())

    def test_markets(self):
        self.demo(USAGE, "'spy' is no symbol", "--symbols", "spy")
        self.demo(USAGE, "SPY is named twice", "--symbols", "SPY,SPY")
        for day in ("2025-13-01", "2025-02-29", "20250106", "tomorrow"):
            self.demo(USAGE, f"--from: '{day}' is not a date", "--from", day)
            self.demo(USAGE, f"--to: '{day}' is not a date", "--to", day)
        self.demo(USAGE, "--to is before --from", "--from", "2025-01-10", "--to", "2025-01-06")
        self.demo(USAGE, "no weekday", "--from", "2025-01-11", "--to", "2025-01-12")
        self.demo(USAGE, "--data needs --symbols", "--data", self.folder)
        self.demo(FAILED, "there is no such folder", "--data", self.folder / "none", "--symbols", "SPY")
        self.demo(FAILED, re.escape(str(self.file)), "--data", self.file, "--symbols", "SPY")
        self.demo(FAILED, r"\bSPY\b", "--data", self.folder, "--symbols", "SPY")
        (self.folder / "equity/usa/minute").mkdir(parents=True)
        self.demo(USAGE, "--data needs --from and --to", "--data", self.folder, "--symbols", "SPY")
        self.demo(USAGE, "--to is before --from", "--data", self.folder, "--symbols", "SPY", "--from", "2013-10-11", "--to", "2013-10-07")
        self.demo(FAILED, r"\bSPY\b", "--data", self.folder, "--symbols", "SPY", "--from", "2013-10-07", "--to", "2013-10-11")
        self.demo(USAGE, "NOSUCH is not in this market", "--sabotage", "extra-share=NOSUCH")
        self.demo(USAGE, "--sabotage 'nosuch'", "--sabotage", "nosuch")
        serve = ["sim", "serve", "--port", "0", "--json"]
        self.check(tradewind(*serve, "--symbols", "spy"), USAGE, "'spy' is no symbol", "invalid_argument")
        self.check(tradewind(*serve, "--from", "2025-01-06"), USAGE, "--data", "invalid_argument")
        self.check(tradewind(*serve, "--data", self.folder / "none", "--symbols", "SPY"), FAILED, "there is no such folder", "not_found")
        self.check(tradewind(*serve, "--data", self.folder, "--generate", "1"), USAGE, "--generate", "invalid_argument")


class ConfigurationTest(BadInputCase):
    def test_a_configuration_that_cannot_be_used_is_named_with_its_line(self):
        config = self.folder / "tradewind.toml"
        for text, line, pattern, error_class in (
            ("account = \n", 1, "expected value", "malformed"),
            ('account = "DU0000000"\n[limits\n', 2, "table header", "malformed"),
            ('account = "DU0000000"\naccount = "DU0000001"\n', 2, "", "malformed"),
            ('\nacount = "DU0000000"\n', 2, "there is no key 'acount'; the nearest is 'account'", "invalid_argument"),
            ('[limits]\nprice_colar_bp = 5\n', 2, "limits.price_collar_bp", "invalid_argument"),
            ("account = 5\n", 1, "account: a text in quotes is expected", "invalid_argument"),
            ("[limits]\n\norder_value_max = 1.5\n", 3, "limits.order_value_max: .*in quotes", "invalid_argument"),
            ('[limits]\norder_value_max = "-1"\n', 2, "limits.order_value_max", "invalid_argument"),
            ('[limits]\nprice_collar_bp = "wide"\n', 2, "limits.price_collar_bp: a whole number", "invalid_argument"),
            ("client_id = -1\n", 1, "client_id: -1 is outside", "invalid_argument"),
            ("limits = 3\n", 1, "limits", "invalid_argument"),
        ):
            config.write_text(text)
            with self.subTest(text=text):
                self.run_bad(USAGE, rf"{re.escape(str(config))}:{line}: .*{pattern}", error_class, "--config", config)
        config.write_bytes(b'account = "\xff\xfe"\n')
        self.run_bad(USAGE, rf"{re.escape(str(config))}:1: ", "malformed", "--config", config)
        self.run_bad(USAGE, "none: no such file", "not_found", "--config", self.folder / "none")
        self.run_bad(USAGE, "not a regular one", "not_found", "--config", self.folder)
        self.assertFalse(self.state.exists(), "something was begun")

    def test_accounts_that_cannot_be_used_are_named_with_their_line(self):
        accounts = self.folder / "accounts.toml"
        serve = ("sim", "serve", "--port", "0", "--json", "--accounts")
        for text, line, pattern, error_class in (
            ("[[account\n", 1, "", "malformed"),
            ('[[account]]\nid = "DU0000000"\ncsh = 5\n', 3, "csh: there is no such key; the keys are id, ", "invalid_argument"),
            ('[[account]]\nid = "DU0000000"\npositions = [ { symbol = "NOSUCH", quantity = 1, average_price = 1 } ]\n', 3,
             "NOSUCH is not a stock of this market", "invalid_argument"),
        ):
            accounts.write_text(text)
            with self.subTest(text=text):
                self.check(tradewind(*serve, accounts), USAGE, rf"{re.escape(str(accounts))}:{line}: .*{pattern}", error_class)
        self.check(tradewind(*serve, self.folder / "none"), USAGE, "none: no such file", "not_found")
        self.check(tradewind(*serve, accounts, "--account", "DU0000000"), USAGE, "--account excludes --accounts", "invalid_argument")


class FolderTest(BadInputCase):
    def test_a_file_where_a_folder_should_be(self):
        for state in (self.file, self.file / "below"):
            self.run_bad(FAILED, re.escape(str(state)), "io", state=state)
            self.demo(FAILED, re.escape(str(state)), "--state", state)
        self.assertEqual(self.file.read_text(), "not a folder\n")

    def test_a_report_that_cannot_be_written(self):
        for target in (self.folder / "none/report.json", self.folder):
            self.demo(FAILED, f"{re.escape(str(target))}: cannot be written", "--from", "2025-01-06", "--to", "2025-01-06", "--state", self.state / target.name, "--json", target)

    def test_a_journal_that_is_not_there_or_damaged(self):
        self.check(tradewind("audit", "verify", self.folder / "none"), FAILED, re.escape(f"{self.folder}/none"))
        self.check(tradewind("audit", "verify", self.file, "--json"), FAILED, re.escape(str(self.file)), "io")
        self.assertEqual(self.run_command().returncode, NOT_CONNECTED)
        segment = next((self.state / "journal").glob("*.seg"))
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 1
        segment.write_bytes(content)
        self.run_bad(FAILED, segment.name, "corrupt")
        self.assertEqual(segment.read_bytes(), content, "it was written over")

    def test_a_state_folder_that_another_run_works_on(self):
        with Simulator() as simulator:
            first = subprocess.Popen([BINARY, "run", "--mode", "sim", "--connect", f"127.0.0.1:{simulator.port}", "--strategy", "metronome", "--state", self.state],
                                     stderr=subprocess.PIPE, text=True)
            try:
                while "READY" not in (line := first.stderr.readline()):
                    self.assertTrue(line, "the first run has ended")
                self.run_bad(FAILED, "another process works on this state directory", "unavailable", connect=f"127.0.0.1:{simulator.port}")
            finally:
                first.terminate()
                first.communicate(timeout=20)
            self.assertEqual(first.returncode, 0)
            done = self.run_command("--run-for", "1", connect=f"127.0.0.1:{simulator.port}", give_up=20)
            self.assertEqual(done.returncode, 0, "the folder is not free again: " + done.stderr)


class NetworkTest(BadInputCase):
    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.check(tradewind("sim", "serve", "--port", port), FAILED, rf"cannot listen on 127.0.0.1:{port}: Address already in use")
            self.check(tradewind("sim", "serve", "--port", port, "--json"), FAILED, rf":{port}\b", "unavailable")
            self.check(tradewind("sim", "serve", "--port", "0", "--control", port, "--json"), FAILED, rf":{port}\b", "unavailable")
        self.check(tradewind("sim", "serve", "--port", "0", "--host", "nosuch.invalid"), FAILED, "nosuch.invalid")

    def not_connected(self, pattern, connect):
        began = time.monotonic()
        done = self.run_command(connect=connect)
        self.assertLess(time.monotonic() - began, 20)
        self.check(done, NOT_CONNECTED, rf"^tradewind: not connected: .*{pattern}", "unavailable")
        self.assertEqual(json.loads(done.stdout)["orders"], 0)

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.not_connected(rf"127\.0\.0\.1:{port}: Connection refused", f"127.0.0.1:{port}")

    def test_a_host_that_does_not_resolve(self):
        self.not_connected(r"nosuch\.invalid:4002: ", "nosuch.invalid:4002")

    def test_something_else_listens(self):
        def talk(text):
            def serve(client):
                client.sendall(text)
                while client.recv(1 << 16):
                    pass

            return serve

        def hang_up(client):
            pass

        for name, serve, pattern in (
            ("talks another protocol", talk(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), "not the TWS protocol"),
            ("talks at random", talk(bytes(range(256)) * 4), ""),
            ("hangs up", hang_up, "closed the connection|reset by peer"),
            ("says nothing", talk(b""), "no answer"),
            ("stops in the middle of the greeting", talk(b"\0\0\0\x1a176\x00201310"), "no answer"),
        ):
            with self.subTest(name), Listener(serve) as listener:
                self.not_connected(rf"127\.0\.0\.1:{listener.port}: .*({pattern})", f"127.0.0.1:{listener.port}")
                self.assertGreater(listener.connections, 0)

    def test_a_run_that_was_never_connected_is_no_success(self):
        with Listener(lambda client: client.recv(1)) as listener:
            done = self.run_command("--run-for", "1", connect=f"127.0.0.1:{listener.port}", give_up=60)
        self.check(done, NOT_CONNECTED, "not connected", "unavailable")


if __name__ == "__main__":
    unittest.main()
