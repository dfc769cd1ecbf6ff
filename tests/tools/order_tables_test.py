"""The reader of the order tables refuses what they may not say; the algorithms are those of the golden copy; and the versions
that fields need are those of the tables of the wire."""

import csv
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tradewind/core/client/orders/data"
sys.path[:0] = [str(ROOT / "tools/order_tables"), str(ROOT / "tools/tws_schema")]
from gates import NEVER, gates  # noqa: E402
from order_data import OrderDataError, load_algos, load_capabilities  # noqa: E402
from order_pages import filled_in  # noqa: E402
from schema import load  # noqa: E402


def golden(name):
    with open(ROOT / "tests/golden/tws" / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


class Reader(unittest.TestCase):
    def refused(self, reader, name, change, because):
        lines = (DATA / name).read_text().splitlines(keepends=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_text("".join(change(lines)))
            with self.assertRaises(OrderDataError) as caught:
                reader(path)
        self.assertIn(because, str(caught.exception))

    def test_bad_capabilities_are_refused(self):
        def with_line(line):
            return lambda lines: [*lines, line + "\n"]
        for line, because in (("new,NEW,new,,STOCK,,DAY,,,,", "security_types 'STOCK'"),
                              ("new,NEW,new,,STK,,GTX,,,,", "tif 'GTX'"),
                              ("market,MKT,market,,STK,,DAY,,,,", "there twice"),
                              ("new,NEW,new,,STK,STK,DAY,,,,", "documented and unverified"),
                              ("new,NEW,new,,,STK,DAY,,,,", "may not be empty"),
                              ("new,NEW,new,,STK STK,,DAY,,,,", "names something twice"),
                              ("new,NEW,new", "3 columns")):
            with self.subTest(line):
                self.refused(load_capabilities, "capabilities.csv", with_line(line), because)
        self.refused(load_capabilities, "capabilities.csv", lambda lines: lines[1:], "expected the columns")

    def test_bad_algorithms_are_refused(self):
        for line, because in (("A,b,list,,,,SMART,,documented", "kind 'list'"), ("A,b,number,x,,,SMART,,documented", "'x' is not a number"),
                              ("A,b,choice,,,,SMART,,documented", "a choice has words"), ("A,b,text,,,,SMART,,guessed", "basis 'guessed'"),
                              ("Vwap,speedUp,flag,,,,SMART,,documented", "there twice")):
            with self.subTest(line):
                self.refused(load_algos, "algos.csv", lambda lines, line=line: [*lines, line + "\n"], because)

    def test_a_page_without_a_place_for_a_table_is_refused(self):
        with self.assertRaises(ValueError):
            filled_in("no place", {"capabilities": ("x", [])})


class Tables(unittest.TestCase):
    def test_algorithms_and_their_ranges_are_those_of_the_golden_copy(self):
        ours = {(row.strategy, row.tag): row for row in load_algos(DATA / "algos.csv")}
        theirs = {(row["algo_strategy"], row["tag"]): row for row in golden("algo_params")}
        self.assertEqual(ours.keys(), theirs.keys())
        for key, row in theirs.items():
            with self.subTest(key):
                self.assertEqual(ours[key].exchange, row["route"].split()[0])
                if " to " in row["values"]:
                    self.assertEqual([str(ours[key].low), str(ours[key].high)], row["values"].split(" to "))
                if " | " in row["values"]:
                    self.assertEqual(list(ours[key].words), row["values"].split(" | "))
                self.assertEqual(ours[key].basis, "documented" if row["values"] else "unverified")

    def test_versions_are_those_of_the_tables_of_the_wire(self):
        schema = load(ROOT / "tradewind/core/tws/schema")
        columns = {gate.path.removeprefix("order."): gate for gate in gates(schema, "PlaceOrderRequest") if gate.path.startswith("order.")}
        text = [row for row in golden("text_layouts") if row["message"] == "PLACE_ORDER" and row["direction"] == "out"]
        compared = 0
        for row in text:
            gate = columns.get(row["field"])
            if gate is None or gate.text == NEVER or not row["min_server_version"]:
                continue
            compared += 1
            self.assertEqual(gate.text, int(row["min_server_version"]), row["field"])
        self.assertGreater(compared, 15)
        for row in golden("proto_fields"):
            if row["message"] == "Order" and row["min_server_version"]:
                self.assertEqual(columns[row["name"]].protobuf, max(203, int(row["min_server_version"])), row["name"])


if __name__ == "__main__":
    unittest.main()
