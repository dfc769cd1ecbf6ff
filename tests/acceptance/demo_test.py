"""The main job, through the program: a generated week and a recorded one, traded in virtual time. Cash and positions are
computed here once more, from the executions and commission reports in the journal alone."""

import csv
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from journal_books import audit_verify, books_of  # noqa: E402
from program import tradewind  # noqa: E402

DATA = Path(os.environ.get("TRADEWIND_TEST_DATA", ROOT.parent / "shared/data"))
RECORDED = ["--data", DATA / "lean", "--symbols", "SPY,IBM"]
RECORDED_WEEK = [*RECORDED, "--from", "2013-10-07", "--to", "2013-10-11"]
RECORDED_DAY = [*RECORDED, "--from", "2013-10-09", "--to", "2013-10-09"]
ONE_DAY = ["--from", "2025-01-06", "--to", "2025-01-06"]  # of the generated week
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")

# The fields others rely on, with their types; "decimal" is a decimal number as text.
FIELDS = {
    "orders": int, "fills": int, "commissions": "decimal", "cash": "decimal", "equity": "decimal",
    "positions": [{"symbol": str, "quantity": "decimal"}],
    "gateway": {"cash": "decimal", "positions": [{"symbol": str, "quantity": "decimal"}]},
    "journal": {"path": str, "records": int, "head": str},
    "wire": {"bytes_in": int, "bytes_out": int, "messages_in": int, "messages_out": int},
    "seconds": float,
}
MORE_FIELDS = {"account": str, "currency": str, "denied": int, "missing_commissions": int, "differences": [str]}


class DemoCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tradewind-test-")))
        self.runs = 0

    def demo(self, *arguments, expect=0):
        """The report, the completed process, and the state folder of one run."""
        self.runs += 1
        state, file = self.folder / f"state{self.runs}", self.folder / f"report{self.runs}.json"
        done = tradewind("demo", "--headless", "--json", file, "--state", state, *arguments)
        self.assertEqual(done.returncode, expect, done.stderr)
        self.assertEqual(done.stdout, "")
        return json.loads(file.read_text()) if file.exists() else None, done, state

    def assert_form(self, value, form, where="the report"):
        if form == "decimal":
            self.assertIsInstance(value, str, where)
            self.assertRegex(value, DECIMAL, where)
        elif isinstance(form, dict):
            self.assertEqual(value.keys(), form.keys(), where)
            for key in form:
                self.assert_form(value[key], form[key], key)
        elif isinstance(form, list):
            self.assertIsInstance(value, list, where)
            for item in value:
                self.assert_form(item, form[0], where)
        else:
            self.assertIs(type(value), form, where)

    def assert_books_equal(self, report, state):
        """Journal, database, report and gateway say the same."""
        books = books_of(report["journal"]["path"])
        said = {row["symbol"]: Decimal(row["quantity"]) for row in report["positions"]}
        self.assertEqual((books.orders, books.fills), (report["orders"], report["fills"]))
        self.assertEqual(books.commissions, Decimal(report["commissions"]))
        self.assertEqual(books.cash, Decimal(report["cash"]))
        self.assertEqual(books.positions, said)
        self.assertEqual(report["gateway"]["cash"], report["cash"])
        self.assertEqual(report["gateway"]["positions"], report["positions"])
        with sqlite3.connect(f"file:{state}/tradewind.db?mode=ro", uri=True) as database:
            fills = database.execute("SELECT side, quantity, price, symbol FROM executions").fetchall()
            commissions = database.execute("SELECT amount FROM commissions").fetchall()
            opening = database.execute("SELECT amount FROM opening_cash").fetchall()
            held = database.execute("SELECT symbol, position FROM positions").fetchall()
        self.assertEqual(len(fills), books.fills)
        spent = sum(Decimal(quantity) * Decimal(price) * (1 if side == "BUY" else -1) for side, quantity, price, _ in fills)
        self.assertEqual(sum(Decimal(row[0]) for row in opening) - spent - sum(Decimal(row[0]) for row in commissions), books.cash)
        self.assertEqual({symbol: Decimal(position) for symbol, position in held if Decimal(position)}, books.positions)

    def assert_whole(self, report, done, state):
        self.assert_form(report, FIELDS | MORE_FIELDS)
        self.assertEqual(done.stderr, "")
        self.assertGreaterEqual(report["orders"], 100)
        self.assertGreaterEqual(report["fills"], 100)
        self.assertEqual(report["differences"], [])
        self.assertGreater(Decimal(report["commissions"]), 0)
        self.assertGreater(report["wire"]["messages_in"], 1000)
        self.assert_books_equal(report, state)
        journal = report["journal"]
        self.assertEqual(journal["path"], f"{state}/journal")
        code, verified = audit_verify.check(journal["path"])
        self.assertEqual(code, 0, verified)
        self.assertEqual((verified["records"], verified["head"], verified["closed"]), (journal["records"], journal["head"], True))
        audit = tradewind("audit", "verify", state, "--json")
        self.assertEqual(audit.returncode, 0, audit.stderr)
        said = json.loads(audit.stdout)
        self.assertEqual((said["ok"], said["records"], said["head"]), (True, journal["records"], journal["head"]))

    def decided(self, report):
        """What must be the same each time: everything but where it lies and how long it took."""
        return {**report, "seconds": None, "journal": {**report["journal"], "path": None}}


class GeneratedDemoTest(DemoCase):
    def test_the_books_from_executions_and_commissions_equal_the_gateways(self):
        self.assert_whole(*self.demo())

    def test_without_state_and_arguments_it_uses_a_folder_of_its_own(self):
        file = self.folder / "report.json"
        done = tradewind("demo", "--headless", "--json", file, *ONE_DAY)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        journal = Path(json.loads(file.read_text())["journal"]["path"])
        self.addCleanup(shutil.rmtree, journal.parent)
        self.assertTrue(journal.is_dir())

    def test_account_and_position_messages_are_not_needed(self):
        heard, _, _ = self.demo(*ONE_DAY)
        muted, _, state = self.demo(*ONE_DAY, "--sabotage", "mute-account-data")
        self.assert_books_equal(muted, state)
        for same in ("orders", "fills", "commissions", "cash", "equity", "positions", "gateway"):
            self.assertEqual(muted[same], heard[same], same)
        self.assertLess(muted["wire"]["messages_in"], heard["wire"]["messages_in"], "nothing was muted")

    def test_one_share_too_many_at_the_gateway_fails_and_names_the_symbol(self):
        for symbol, other in (("ACME", "BOLT"), ("BOLT", "ACME")):
            report, done, state = self.demo(*ONE_DAY, "--sabotage", f"extra-share={symbol}", expect=1)
            self.assertRegex(done.stderr, rf"tradewind: the books differ: {symbol}: .*\n")
            self.assertNotIn(other, done.stderr)
            ours = books_of(report["journal"]["path"]).positions
            theirs = {row["symbol"]: Decimal(row["quantity"]) for row in report["gateway"]["positions"]}
            self.assertEqual(theirs.get(symbol, 0) - ours.get(symbol, 0), 1)
            self.assertEqual(theirs.get(other, 0), ours.get(other, 0))

    def test_the_same_seed_gives_the_same_run_and_another_seed_another(self):
        first, again, other = (self.demo(*ONE_DAY, "--seed", seed)[0] for seed in (1, 1, 2))
        self.assertEqual(self.decided(first), self.decided(again))
        self.assertNotEqual(first["journal"]["head"], other["journal"]["head"])
        self.assertNotEqual((first["cash"], first["fills"]), (other["cash"], other["fills"]))

    def test_a_seed_is_any_number_of_64_bits(self):
        for seed in (0, 18446744073709551615):
            report, done, state = self.demo(*ONE_DAY, "--seed", seed)
            self.assertEqual((report["differences"], done.stderr), ([], ""))
            self.assert_books_equal(report, state)

    def test_strategy_and_parameters_are_those_asked_for(self):
        report, done, state = self.demo(*ONE_DAY, "--strategy", "metronome", "--param", "beat=600", "--param", "size=3")
        self.assertEqual(report["differences"], [])
        self.assert_books_equal(report, state)
        self.assertNotEqual(report["orders"], 0)
        with sqlite3.connect(f"file:{state}/tradewind.db?mode=ro", uri=True) as database:
            self.assertEqual(database.execute("SELECT DISTINCT strategy, quantity FROM orders").fetchall(), [("metronome", "3")])

    def test_a_folder_that_holds_a_journal_is_not_written_over(self):
        _, _, state = self.demo(*ONE_DAY)
        before = audit_verify.check(str(state / "journal"))
        done = tradewind("demo", "--headless", "--state", state)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{state}: holds a journal already", done.stderr)
        self.assertEqual(audit_verify.check(str(state / "journal")), before)

    def test_the_summary_says_what_the_report_says(self):
        file = self.folder / "report.json"
        done = tradewind("demo", "--json", file, "--state", self.folder / "state", *ONE_DAY)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        report = json.loads(file.read_text())
        self.assertIn(f"{report['orders']} orders, {report['fills']} fills, 0 denied", done.stdout)
        self.assertIn(f"{report['journal']['records']} records, verified, head {report['journal']['head'][:16]}", done.stdout)
        self.assertIn("equal the gateway's", done.stdout)
        self.assertNotIn("\x1b", done.stdout, "escape sequences are for terminals")


@unittest.skipUnless((DATA / "lean").is_dir(), f"REAL DATA ABSENT: {DATA}/lean is not there (TRADEWIND_TEST_DATA); not checked")
class RecordedDemoTest(DemoCase):
    def test_a_recorded_week_gives_books_that_equal_the_gateways(self):
        report, done, state = self.demo(*RECORDED_WEEK)
        self.assert_whole(report, done, state)
        self.assertLessEqual({row["symbol"] for row in report["positions"]}, {"SPY", "IBM"})
        with sqlite3.connect(f"file:{state}/tradewind.db?mode=ro", uri=True) as database:
            days = {row[0][:8] for row in database.execute("SELECT broker_time FROM executions")}
            prices = database.execute("SELECT symbol, min(CAST(price AS REAL)), max(CAST(price AS REAL)) FROM executions GROUP BY symbol").fetchall()
        self.assertEqual(days, {"20131007", "20131008", "20131009", "20131010", "20131011"})
        # What the two cost that week, to the nearest round number.
        for symbol, low, high in prices:
            least, most = {"SPY": (164, 171), "IBM": (178, 188)}[symbol]
            self.assertTrue(least < low <= high < most, (symbol, low, high))

    def test_it_is_the_same_each_time_and_needs_no_account_messages(self):
        first, again, muted = (self.demo(*RECORDED_DAY, *more)[0] for more in ([], [], ["--sabotage", "mute-account-data"]))
        self.assertEqual(self.decided(first), self.decided(again))
        for same in ("orders", "fills", "commissions", "cash", "equity", "positions", "gateway"):
            self.assertEqual(muted[same], first[same], same)

    def test_one_share_too_many_is_found(self):
        _, done, _ = self.demo(*RECORDED_DAY, "--sabotage", "extra-share=IBM", expect=1)
        self.assertRegex(done.stderr, r"tradewind: the books differ: IBM: .*\n")
        self.assertNotIn("SPY", done.stderr)

    def test_a_symbol_without_data_in_the_range_is_named(self):
        for symbols in ("AAPL", "SPY,AAPL", "SPY,IBM,AAPL"):
            report, done, _ = self.demo("--data", DATA / "lean", "--symbols", symbols, "--from", "2013-10-07", "--to", "2013-10-11", expect=1)
            self.assertIsNone(report)
            self.assertRegex(done.stderr, r"^tradewind: [^\n]*\bAAPL\b[^\n]*\n$")

    def test_an_unknown_symbol_is_named(self):
        _, done, _ = self.demo("--data", DATA / "lean", "--symbols", "SPY,NOSUCH", "--from", "2013-10-07", "--to", "2013-10-11", expect=1)
        self.assertRegex(done.stderr, r"^tradewind: [^\n]*\bNOSUCH\b[^\n]*\n$")

    def test_a_damaged_archive_is_named(self):
        source = DATA / "lean/equity/usa/minute/spy"
        for kind in ("trade", "quote"):
            for damage in ("cut", "emptied", "flipped"):
                folder = self.folder / kind / damage
                minute = folder / "equity/usa/minute/spy"
                minute.mkdir(parents=True)
                for each in ("trade", "quote"):
                    shutil.copyfile(source / f"20131007_{each}.zip", minute / f"20131007_{each}.zip")
                archive = minute / f"20131007_{kind}.zip"
                content = bytearray(archive.read_bytes())
                if damage == "flipped":
                    content[len(content) // 2] ^= 1  # within what is compressed
                archive.write_bytes({"cut": content[: len(content) // 2], "emptied": b"", "flipped": content}[damage])
                _, done, _ = self.demo("--data", folder, "--symbols", "SPY", "--from", "2013-10-07", "--to", "2013-10-07", expect=1)
                self.assertRegex(done.stderr, rf"^tradewind: {re.escape(str(archive))}[:,] [^\n]+\n$", (kind, damage))


class CsvDemoTest(DemoCase):
    """Bars of one's own, as SYMBOL.csv."""

    def write(self, rows, name="OWN.csv"):
        with open(self.folder / name, "w", newline="") as file:
            csv.writer(file).writerows([["time", "open", "high", "low", "close", "volume"], *rows])

    def bars(self, count):
        for minute in range(count):
            price = 50 + (minute // 25) % 2 * 2 + minute % 25 * (1 if minute // 25 % 2 == 0 else -1) * Decimal("0.08")
            yield [f"2025-01-06 {9 + (30 + minute) // 60:02}:{(30 + minute) % 60:02}:00", price, price + Decimal("0.05"), price - Decimal("0.05"), price, 4000]

    def test_bars_of_ones_own_are_traded(self):
        self.write(self.bars(300))
        report, done, state = self.demo("--data", self.folder, "--symbols", "OWN", "--param", "fast=2", "--param", "slow=6")
        self.assertEqual((report["differences"], done.stderr), ([], ""))
        self.assertGreater(report["fills"], 10)
        self.assert_books_equal(report, state)

    def test_a_malformed_row_is_named_with_file_and_line(self):
        for wrong in ("x", "", "nan", "1e400", "-5"):
            rows = list(self.bars(30))
            rows[17][4] = wrong
            self.write(rows)
            _, done, _ = self.demo("--data", self.folder, "--symbols", "OWN", expect=1)
            self.assertRegex(done.stderr, rf"^tradewind: {re.escape(str(self.folder))}/OWN.csv, line 19: [^\n]+\n$", wrong)

    def test_a_missing_symbol_and_a_missing_folder_are_named(self):
        self.write(self.bars(30))
        _, done, _ = self.demo("--data", self.folder, "--symbols", "OWN,OTHER", expect=1)
        self.assertRegex(done.stderr, r"^tradewind: [^\n]*\bOTHER\b[^\n]*\n$")
        _, done, _ = self.demo("--data", self.folder / "none", "--symbols", "OWN", expect=1)
        self.assertRegex(done.stderr, rf"^tradewind: {re.escape(str(self.folder))}/none: [^\n]+\n$")
        _, done, _ = self.demo("--data", self.folder, "--symbols", "OWN", "--from", "2025-02-03", "--to", "2025-02-04", expect=1)
        self.assertRegex(done.stderr, r"^tradewind: [^\n]*\bOWN\b[^\n]*\n$")


if __name__ == "__main__":
    unittest.main()
