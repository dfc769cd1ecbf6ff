"""The reader of the error catalogue refuses what no catalogue may say; tools/gen_docs keeps its page up to date; and the
catalogue, the generated C++ and the page have the same codes."""

import contextlib
import importlib.machinery
import importlib.util
import io
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CSV = ROOT / "tradewind/core/tws/errors/error_codes.csv"
sys.path.insert(0, str(ROOT / "tools/error_catalogue"))
from catalogue import COLUMNS, CatalogueError, load, parse  # noqa: E402
from page import page  # noqa: E402
from table import literal, table_hpp  # noqa: E402

HEAD = ",".join(COLUMNS)
GOOD = "201,order-reject,error,order,text,documented,yes,rejected,refused,ask,order rejected,"


def gen_docs():
    loader = importlib.machinery.SourceFileLoader("gen_docs", str(ROOT / "tools/gen_docs"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("gen_docs", loader))
    loader.exec_module(module)
    return module


class Reader(unittest.TestCase):
    def refused(self, line, because):
        with self.assertRaises(CatalogueError) as caught:
            parse([HEAD + "\n", *(part + "\n" for part in line.split("\n"))])
        self.assertIn(because, str(caught.exception))

    def test_a_good_line_is_read(self):
        (code,) = parse([HEAD + "\n", GOOD + "\n"])
        self.assertEqual((code.code, code.new_order, code.modification), (201, "rejected", "refused"))
        self.assertEqual(code.what_to_do, "read the text", "the usual words for this advice")

    def test_kinds_of_request_are_read(self):
        (code,) = parse([HEAD + "\n", "2100,account,warning,request,none,documented,account news,none,none,none,replaced,x\n"])
        self.assertEqual((code.request, code.kinds, code.what_to_do), ("yes", ("account", "news"), "x"))

    def test_broken_lines_are_refused(self):
        self.refused(GOOD.replace("order-reject", "order"), "class 'order'")
        self.refused(GOOD.replace("yes", "maybe"), "request 'maybe'")
        self.refused(GOOD.replace("201", "2-3"), "not a number")
        self.refused(GOOD.replace("order rejected", ""), "no meaning")
        self.refused(GOOD.replace("order rejected", "a | b"), "do not fit")
        self.refused(GOOD + ",x", "13 columns")
        self.refused(GOOD.replace("refused", "rejected"), "modification 'rejected'")
        self.refused(GOOD + "\n" + GOOD, "line 3: code 201 does not come after 201")
        self.refused(GOOD + "\n" + GOOD.replace("201", "200"), "does not come after")

    def test_what_no_code_may_say_is_refused(self):
        self.refused(GOOD.replace("error", "warning"), "ends nothing that an order asked for")
        self.refused(GOOD.replace("documented", "unverified"), "unverified code may not decide")
        self.refused(GOOD.replace("text", "none"), "needs a retry advice")
        self.refused(GOOD.replace("order-reject", "client-local"), "no gateway sends this")

    def test_wrong_columns_are_refused(self):
        with self.assertRaises(CatalogueError):
            parse(["code,class\n", "1,system\n"])
        with self.assertRaises(CatalogueError):
            parse([HEAD + "\n"])


class Products(unittest.TestCase):
    def test_the_page_and_the_table_have_every_code_once(self):
        codes = [code.code for code in load(CSV)]
        self.assertGreater(len(codes), 400)
        in_table = re.findall(r"^    \{(\d+), ", table_hpp(load(CSV)), re.MULTILINE)
        self.assertEqual([int(code) for code in in_table], codes)
        on_page = re.findall(r"^\| (\d+) \|", page(load(CSV)), re.MULTILINE)
        self.assertEqual(sorted(int(code) for code in on_page), codes)

    def test_quotes_and_backslashes_survive_in_the_table(self):
        self.assertEqual(literal('a "b" \\'), '"a \\"b\\" \\\\"')

    def test_the_page_is_up_to_date(self):
        done = subprocess.run([ROOT / "tools/gen_docs", "--check"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_a_stale_page_is_named_and_written(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
            root = Path(folder)
            shutil.copytree(ROOT / "tradewind/core/tws/schema", root / "tradewind/core/tws/schema")
            shutil.copytree(CSV.parent, root / CSV.parent.relative_to(ROOT))
            orders = "tradewind/core/client/orders/data"
            shutil.copytree(ROOT / orders, root / orders)
            (root / "docs/guide").mkdir(parents=True)
            for page in ("orders.md", "simulator-in-ci.md"):
                shutil.copy(ROOT / "docs/guide" / page, root / "docs/guide")
            for shown in ("examples/simulator", "deploy/simulator"):
                shutil.copytree(ROOT / shown, root / shown)
            tool = gen_docs()
            tool.ROOT = root
            self.assertEqual(tool.main(["--check"]), 1, "there is no page")
            self.assertEqual(tool.main([]), 0)
            self.assertEqual(tool.main(["--check"]), 0)
            written = root / "docs/guide/error-codes.md"
            self.assertEqual(written.read_text(), (ROOT / "docs/guide/error-codes.md").read_text())
            written.write_text(written.read_text().replace("| 201 |", "| 210 |"))
            said.truncate(0)
            self.assertEqual(tool.main(["--check"]), 1)
            self.assertIn("docs/guide/error-codes.md is out of date", said.getvalue())


if __name__ == "__main__":
    unittest.main()
