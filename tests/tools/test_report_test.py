"""Goal: no test case is lost or counted twice, and nothing that went wrong looks like success. Method: real ctest runs
over hand-written test files whose programs are one-line shell scripts that write reports as GoogleTest would, crash
before it, after it, or never start; what is printed is compared with what happened."""

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import test_report  # noqa: E402


def gtest_report(*cases):
    return f'<testsuites><testsuite name="S">{"".join(cases)}</testsuite></testsuites>'


PASSED = '<testcase name="Passes" classname="S" status="run" result="completed"/>'
FAILED = ('<testcase name="Breaks" classname="S" status="run" result="completed">'
          '<failure message="expected 1&#x0A;got 2" type=""><![CDATA[expected 1\ngot 2]]></failure></testcase>')
SKIPPED = '<testcase name="Waits" classname="S" status="run" result="skipped"><skipped message="no data here"/></testcase>'
DISABLED = '<testcase name="DISABLED_Off" classname="S" status="notrun" result="suppressed"/>'


class TestReport(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "test_reports").mkdir()
        self.ctest_file = ""

    def entry(self, name, script, report=None, properties='LABELS "gtest"'):
        """Adds a ctest entry that leaves `report` and then runs the shell script."""
        if report is not None:
            stored = self.folder / f"{name}.stored"
            stored.write_text(report, encoding="utf-8")
            script = f"cp {stored} {self.folder}/test_reports/{name}.xml; {script}"
        self.ctest_file += f'add_test({name} "/bin/sh" "-c" [[{script}]])\nset_tests_properties({name} PROPERTIES {properties})\n'

    def run_ctest(self):
        (self.folder / "CTestTestfile.cmake").write_text(self.ctest_file, encoding="utf-8")
        listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=self.folder, capture_output=True, check=True)
        (self.folder / "ctest.json").write_bytes(listed.stdout)
        subprocess.run(["ctest", "--output-junit", "ctest.xml"], cwd=self.folder, capture_output=True, check=False)

    def report(self, *arguments):
        """The exit code and the lines printed."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            code = test_report.main([*arguments, f"release={self.folder}"])
        return code, printed.getvalue().splitlines()

    def test_counts_the_cases_of_a_report_and_other_entries_as_one(self):
        self.entry("unit", "exit 0", gtest_report(PASSED, SKIPPED, DISABLED))
        self.entry("script", "exit 0", properties='LABELS "other"')
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual(lines, ["SKIPPED release: S.Waits: no data here", "SKIPPED release: S.DISABLED_Off: disabled",
                                 "2 passed, 0 failed, 2 skipped"])
        self.assertEqual(code, 0)

    def test_prints_a_failed_case_with_its_output(self):
        self.entry("unit", "exit 1", gtest_report(PASSED, FAILED))
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual(lines, ["FAILED release: S.Breaks", "    expected 1", "    got 2", "1 passed, 1 failed, 0 skipped"])
        self.assertEqual(code, 1)

    def test_a_crash_before_the_report_is_one_failure_with_the_output(self):
        self.entry("unit", "echo last words; kill -SEGV $$")
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual(lines[0], "FAILED release: unit")
        self.assertIn("    last words", lines)
        self.assertEqual(lines[-1], "0 passed, 1 failed, 0 skipped")
        self.assertEqual(code, 1)

    def test_a_failure_after_a_clean_report_still_counts(self):
        self.entry("unit", "echo leaked 8 bytes; exit 23", gtest_report(PASSED))
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual(lines[0], "FAILED release: unit (the program itself)")
        self.assertIn("    leaked 8 bytes", lines)
        self.assertEqual(lines[-1], "1 passed, 1 failed, 0 skipped")
        self.assertEqual(code, 1)

    def test_success_without_the_report_that_is_owed_is_a_failure(self):
        self.entry("unit", "exit 0")
        self.run_ctest()
        code, lines = self.report()
        self.assertIn("left no readable report", lines[1])
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_report_cut_short_is_a_failure(self):
        self.entry("unit", "exit 0", gtest_report(PASSED)[:40])
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_report_without_cases_is_a_failure(self):
        self.entry("unit", "exit 0", gtest_report())
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual((code, lines[-2:]), (1, ["    ran no test case", "0 passed, 1 failed, 0 skipped"]))

    def test_a_failed_case_counts_even_when_the_program_exits_with_0(self):
        self.entry("unit", "exit 0", gtest_report(FAILED))
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_program_that_cannot_start_is_a_failure_and_not_a_skip(self):
        self.ctest_file += 'add_test(gone "/nonexistent/program")\n'
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual(lines[0], "FAILED release: gone")
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_program_that_takes_too_long_is_a_failure(self):
        self.entry("slow", "exec sleep 30", properties="TIMEOUT 0.2")
        self.run_ctest()
        code, lines = self.report()
        self.assertIn("    stopped at its time limit of 0.2 s", lines)
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_an_entry_may_skip_itself_with_a_reason(self):
        self.entry("needs", "echo 'no browser found'; exit 77", properties="SKIP_RETURN_CODE 77")
        self.entry("off", "exit 1", properties="DISABLED TRUE")
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual(lines, ["SKIPPED release: needs: no browser found", "SKIPPED release: off: disabled",
                                 "0 passed, 0 failed, 2 skipped"])
        self.assertEqual(code, 0)

    def test_an_entry_that_must_fail_passes_when_it_fails(self):
        self.entry("refuses", "exit 1", properties="WILL_FAIL TRUE")
        self.entry("accepts", "exit 0", properties="WILL_FAIL TRUE")
        self.run_ctest()
        code, lines = self.report()
        self.assertEqual(lines[0], "FAILED release: accepts")
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"))

    def test_what_ctest_never_reached_is_a_failure(self):
        self.entry("unit", "exit 0", gtest_report(PASSED))
        self.run_ctest()
        plan = json.loads((self.folder / "ctest.json").read_text(encoding="utf-8"))
        plan["tests"].append({"name": "never", "properties": []})
        (self.folder / "ctest.json").write_text(json.dumps(plan), encoding="utf-8")
        code, lines = self.report()
        self.assertEqual(lines[:2], ["FAILED release: never", "    ctest ended without running it"])
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"))

    def test_a_build_without_results_is_a_failure(self):
        code, lines = self.report()
        self.assertEqual(lines[0], "FAILED release: ctest")
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_a_failed_step_is_one_failure(self):
        self.entry("unit", "exit 0", gtest_report(PASSED))
        self.run_ctest()
        code, lines = self.report("--failed-step", "asan build")
        self.assertEqual(lines[0], "FAILED asan build: did not finish")
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"))

    def test_no_case_at_all_is_not_success(self):
        (self.folder / "ctest.json").write_text('{"tests": []}', encoding="utf-8")
        code, lines = self.report()
        self.assertEqual((code, lines), (1, ["0 passed, 0 failed, 0 skipped"]))

    def test_bytes_that_xml_forbids_do_not_hide_a_case(self):
        self.entry("unit", "printf 'red \\033[31m text \\001'; exit 1")
        self.entry("other", "exit 1", gtest_report(FAILED.replace("got 2", "got \x1b[0m")))
        self.run_ctest()
        _, lines = self.report()
        self.assertEqual(lines[-1], "0 passed, 2 failed, 0 skipped")


class RunUnittests(unittest.TestCase):
    """The Python side: a file of unittest cases counts case by case."""

    SOURCE = '''
import unittest
class T(unittest.TestCase):
    def test_passes(self): pass
    def test_fails(self): self.assertEqual(1, 2, "\\x1b")
    def test_errors(self): raise OSError("no such thing")
    def test_parts(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
    @unittest.skip("not on this machine")
    def test_skips(self): pass
    @unittest.expectedFailure
    def test_known(self): self.fail()
class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError("no fixture")
    def test_never_runs(self): pass
'''

    def test_every_case_reaches_the_report(self):
        with tempfile.TemporaryDirectory() as folder:
            source, report = Path(folder, "planted_test.py"), Path(folder, "reports", "planted.xml")
            source.write_text(self.SOURCE, encoding="utf-8")
            runner = Path(test_report.__file__).with_name("run_unittests.py")
            done = subprocess.run([sys.executable, "-B", runner, "--report", report, source], capture_output=True, check=False)
            cases = {case.name: case for case in test_report.cases_of_report("x", test_report.read_xml(report))}
        self.assertEqual(done.returncode, 1)
        outcomes = {name: case.outcome for name, case in cases.items()}
        self.assertEqual(outcomes.pop("planted_test.T.test_passes"), "passed")
        self.assertEqual(outcomes.pop("planted_test.T.test_known"), "passed")
        self.assertEqual(outcomes.pop("planted_test.T.test_skips"), "skipped")
        self.assertEqual(cases["planted_test.T.test_skips"].text, "not on this machine")
        for name in ("test_fails", "test_errors", "test_parts"):
            self.assertEqual(outcomes.pop(f"planted_test.T.{name}"), "failed")
        self.assertIn("no such thing", cases["planted_test.T.test_errors"].text)
        self.assertIn("(i=1)", cases["planted_test.T.test_parts"].text)
        self.assertEqual(list(outcomes.values()), ["failed"])  # the class whose fixture broke


if __name__ == "__main__":
    unittest.main()
