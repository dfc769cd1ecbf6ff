"""The table of faults has each of the catalogue once, says of each what an observer sees or why the wire does not show it,
and names those as implemented that the simulated gateway has."""

import csv
import re
import unittest
from pathlib import Path

FAULTS = Path(__file__).resolve().parents[2] / "tradewind/sim/gateway/faults"
COLUMNS = ["id", "on_wire", "layer", "implemented", "effect", "reason"]


def rows():
    with open(FAULTS / "faults.csv", newline="") as file:
        reader = csv.DictReader(file)
        return reader.fieldnames, list(reader)


def implemented():
    return re.findall(r'^    \{"(F\d{3})", ', (FAULTS / "catalogue.hpp").read_text(), re.MULTILINE)


class FaultsTable(unittest.TestCase):
    def test_each_fault_is_there_once(self):
        columns, table = rows()
        self.assertEqual(columns, COLUMNS)
        self.assertEqual([row["id"] for row in table], [f"F{number:03}" for number in range(1, 190)])

    def test_each_says_what_is_seen_or_why_nothing_is(self):
        for row in rows()[1]:
            with self.subTest(row["id"]):
                self.assertIn(row["on_wire"], ("yes", "no"))
                self.assertTrue(row["layer"])
                on_wire = row["on_wire"] == "yes"
                self.assertEqual((bool(row["effect"]), bool(row["reason"])), (on_wire, not on_wire))

    def test_implemented_are_those_of_the_program(self):
        table = rows()[1]
        program = implemented()
        self.assertGreater(len(program), 0)
        self.assertEqual(program, sorted(set(program)), "the program's list is in order and has each once")
        self.assertEqual([row["id"] for row in table if row["implemented"] == "yes"], program)
        self.assertTrue({row["implemented"] for row in table} <= {"yes", "no"})
        self.assertEqual([row["id"] for row in table if row["implemented"] == "yes" and row["on_wire"] == "no"], [])


if __name__ == "__main__":
    unittest.main()
