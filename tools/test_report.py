#!/usr/bin/env python3
"""Counts the test cases of one or more builds, prints what failed and what was skipped, and ends with one line:
`N passed, N failed, N skipped`.

Of each build folder it reads ctest.json (ctest --show-only=json-v1: what should have run), ctest.xml (ctest
--output-junit: what did) and test_reports/NAME.xml, where the ctest entry NAME may have left a report of its own, in
the form of GoogleTest or JUnit. Such an entry counts case by case, any other as one. An entry labelled `gtest` or
`report` owes a report: a program that crashes, or leaves early with success, is a failure.
"""

import argparse
import json
import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

OWES_REPORT = {"gtest", "report"}
OUTPUT_LINES_MAX = 80


@dataclass
class Case:
    build: str
    name: str
    outcome: str  # passed, failed, skipped
    text: str = ""


def read_xml(path):
    """The root element, or None when the file is missing, cut short or not XML."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
        return ET.fromstring(re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text))
    except (OSError, ET.ParseError):
        return None


def message_of(element):
    message, body = element.get("message", "").strip(), (element.text or "").strip()
    return body if message in body else "\n".join(part for part in (message, body) if part)


def cases_of_report(build, root):
    """The cases of a GoogleTest or JUnit report."""
    cases = []
    for element in root.iter("testcase"):
        name = ".".join(part for part in (element.get("classname"), element.get("name")) if part) or "outside any test"
        problems = [message_of(found) for kind in ("failure", "error") for found in element.findall(kind)]
        skipped = element.find("skipped")
        if problems:
            cases.append(Case(build, name, "failed", "\n".join(problems)))
        elif skipped is not None:
            cases.append(Case(build, name, "skipped", message_of(skipped)))
        elif element.get("status") == "notrun":
            cases.append(Case(build, name, "skipped", "disabled"))
        else:
            cases.append(Case(build, name, "passed"))
    return cases


def tail(text):
    lines = text.strip().splitlines()
    cut = [f"({len(lines) - OUTPUT_LINES_MAX} earlier lines left out)"] if len(lines) > OUTPUT_LINES_MAX else []
    return "\n".join(cut + lines[-OUTPUT_LINES_MAX:])


def outcome_of_entry(build, name, properties, element):
    """A ctest entry as one case. ctest says `notrun` both for a skip and for what it could not start, a failure."""
    output = (element.findtext("system-out") or "").strip()
    status = element.get("status")
    if status == "run":
        return Case(build, name, "passed")
    if status == "disabled":
        return Case(build, name, "skipped", "disabled")
    skipped, failure = element.find("skipped"), element.find("failure")
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return Case(build, name, "skipped", output.splitlines()[-1] if output else "it gave no reason")
    why = failure.get("message", "").strip() if failure is not None else "not run"
    # The time ctest notes can be a little under the limit at which it stopped the program.
    if float(element.get("time", 0)) >= 0.9 * float(properties.get("TIMEOUT", "inf")):
        why = f"stopped at its time limit of {properties['TIMEOUT']} s"
    elif properties.get("WILL_FAIL"):
        why = "it succeeded, and should have failed"
    return Case(build, name, "failed", tail(f"{output}\n{why}"))


def cases_of_entry(build, folder, name, properties, element):
    entry = outcome_of_entry(build, name, properties, element)
    path = folder / "test_reports" / f"{name}.xml"
    root = read_xml(path)
    if root is None:
        if entry.outcome == "passed" and (OWES_REPORT.intersection(properties.get("LABELS", [])) or path.exists()):
            entry = Case(build, name, "failed", f"ended well, but left no readable report in {path}")
        return [entry]
    cases = cases_of_report(build, root)
    if entry.outcome == "failed" and not any(case.outcome == "failed" for case in cases):
        cases.append(Case(build, f"{name} (the program itself)", "failed", entry.text))
    elif not cases and entry.outcome == "passed":
        cases.append(Case(build, name, "failed", "ran no test case"))
    return cases or [entry]


def collect(build, folder):
    try:
        planned = json.loads((folder / "ctest.json").read_text(encoding="utf-8"))["tests"]
    except (OSError, ValueError, KeyError) as error:
        return [Case(build, "ctest", "failed", f"no list of tests in {folder}: {error}")]
    root = read_xml(folder / "ctest.xml")
    ran = {element.get("name"): element for element in root.iter("testcase")} if root is not None else {}
    cases = []
    for test in planned:
        name = test["name"]
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        if name in ran:
            cases += cases_of_entry(build, folder, name, properties, ran[name])
        else:
            cases.append(Case(build, name, "failed", "ctest ended without running it"))
    return cases


def summary(cases):
    """What to print, ending with the line of counts."""
    lines = []
    for case in cases:
        if case.outcome == "failed":
            lines += [f"FAILED {case.build}: {case.name}"] + [f"    {line}" for line in case.text.splitlines()]
    for case in cases:
        if case.outcome == "skipped":
            lines.append(f"SKIPPED {case.build}: {case.name}: {' '.join(case.text.split()) or 'no reason given'}")
    count = {kind: sum(case.outcome == kind for case in cases) for kind in ("passed", "failed", "skipped")}
    lines.append(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return lines


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failed-step", action="append", default=[], metavar="TEXT",
                        help="a step that failed before its tests could run: counts as one failure")
    parser.add_argument("builds", nargs="*", metavar="NAME=FOLDER", help="a build to count")
    arguments = parser.parse_args(argv)
    cases = []
    for build in arguments.builds:
        name, separator, folder = build.partition("=")
        if not separator:
            parser.error(f"'{build}' is not NAME=FOLDER")
        cases += collect(name, Path(folder))
    for step in arguments.failed_step:
        cases.append(Case(step, "did not finish", "failed", "its output is above"))
    print("\n".join(summary(cases)))
    return 0 if cases and all(case.outcome != "failed" for case in cases) else 1


if __name__ == "__main__":
    sys.exit(main())
