#!/usr/bin/env python3
"""Runs files of unittest cases and writes a JUnit report, so that tools/test_report.py counts them one by one."""

import argparse
import importlib.util
import re
import sys
import time
import unittest
import xml.etree.ElementTree as ET
from pathlib import Path


class RecordingResult(unittest.TextTestResult):
    """Keeps name, duration, outcome and message of every case, in the order they ran."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.cases = {}
        self._began = time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        self._began = time.monotonic()
        self._note(test, "passed", "")

    def stopTest(self, test):
        self.cases[test.id()]["seconds"] = time.monotonic() - self._began
        super().stopTest(test)

    def addError(self, test, err):
        super().addError(test, err)
        self._note(test, "failure", self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._note(test, "failure", self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            kept = self.failures if issubclass(err[0], test.failureException) else self.errors
            self._note(test, "failure", f"{self.cases[test.id()]['text']}{subtest.id()}\n{kept[-1][1]}")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._note(test, "skipped", reason)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._note(test, "failure", "passed, and was expected to fail")

    def _note(self, test, outcome, text):
        case = self.cases.setdefault(test.id(), {"seconds": 0.0})
        case.update(outcome=outcome, text=text)


def load(paths):
    suite = unittest.TestSuite()
    for path in paths:
        sys.path.insert(0, str(path.parent))
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    return suite


def printable(text):
    """XML knows no control characters other than tab and newline."""
    return re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)


def write_report(cases, report):
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name=report.stem, tests=str(len(cases)))
    for test_id, case in cases.items():
        classname, _, name = test_id.rpartition(".")
        text = printable(case["text"])
        element = ET.SubElement(suite, "testcase", classname=classname, name=name, time=f"{case['seconds']:.3f}")
        if case["outcome"] == "failure":
            ET.SubElement(element, "failure", message=text.strip().splitlines()[-1]).text = text
        elif case["outcome"] == "skipped":
            ET.SubElement(element, "skipped", message=text)
    report.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(root).write(report, encoding="utf-8", xml_declaration=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, help="write a JUnit report here")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    result = unittest.TextTestRunner(resultclass=RecordingResult, verbosity=1).run(
        load([file.resolve() for file in arguments.files]))
    if arguments.report:
        write_report(result.cases, arguments.report)
    return 0 if result.wasSuccessful() and result.cases else 1


if __name__ == "__main__":
    sys.exit(main())
