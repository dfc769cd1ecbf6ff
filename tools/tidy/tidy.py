#!/usr/bin/env python3
"""The tidy test: a unit test of the tree. It checks what the compiler does not: layers, purity, leftovers, links.

A finding is printed as `file:line: rule: message`. An exception is a comment on the line, or before it:
`// tidy: allow(<rule>) reason`; the reason is mandatory. `--list` explains the rules.
"""

import argparse
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from rules import RULES
from tree import Finding, read_tree

# Rules about the exceptions themselves cannot be excepted.
ALLOW = "allow"


def check(tree, names=None):
    """The findings of the named rules (all of them by default) that no exception covers, and bad exceptions."""
    names = list(RULES) if names is None else [name for name in RULES if name in names]
    findings = []
    for name in names:
        for finding in RULES[name](tree):
            covering = [allow for allow in tree.files[finding.path].allows
                        if finding.line in allow.covers and name in allow.rules]
            for allow in covering:
                allow.used.add(name)
            if not covering:
                findings.append(finding)
    return sorted([*findings, *bad_allows(tree, names)], key=lambda finding: (finding.path, finding.line, finding.rule))


def bad_allows(tree, names):
    for file in tree.files.values():
        if file.path.startswith("tools/tidy/"):
            continue  # quotes exceptions, and has none
        for allow in file.allows:
            if not allow.reason:
                yield Finding(file.path, allow.line, ALLOW, "an exception needs a reason")
            for name in allow.rules:
                if name not in RULES:
                    yield Finding(file.path, allow.line, ALLOW, f"there is no rule '{name}'")
                elif name in names and name not in allow.used:
                    yield Finding(file.path, allow.line, ALLOW, f"nothing here breaks '{name}': remove the exception")


def write_report(findings, names, report):
    """JUnit, one case for each rule, so that tools/test_report.py counts them."""
    root = ET.Element("testsuites")
    suite = ET.SubElement(root, "testsuite", name="tidy")
    for name in [*names, ALLOW]:
        case = ET.SubElement(suite, "testcase", classname="tidy", name=name)
        found = [str(finding) for finding in findings if finding.rule == name]
        if found:
            ET.SubElement(case, "failure", message=f"{len(found)} findings").text = "\n".join(found)
    report.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(root).write(report, encoding="utf-8", xml_declaration=True)


def newest_module_list(root):
    lists = sorted(root.glob("build/*/modules.txt"), key=lambda path: path.stat().st_mtime)
    return lists[-1] if lists else None


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help="the tree to check")
    parser.add_argument("--modules", type=Path, help="modules.txt of a build folder (default: the newest under build/)")
    parser.add_argument("--only", action="append", metavar="RULE", help="check this rule only; may be repeated")
    parser.add_argument("--report", type=Path, help="write a JUnit report here")
    parser.add_argument("--list", action="store_true", help="print the rules")
    arguments = parser.parse_args(argv)
    if arguments.list:
        print("\n".join(f"{name:12} {run.about}" for name, run in RULES.items()))
        return 0
    names = arguments.only or list(RULES)
    unknown = [name for name in names if name not in RULES]
    if unknown:
        parser.error(f"there is no rule '{unknown[0]}'; --list prints them")
    modules = arguments.modules or newest_module_list(arguments.root)
    if modules is None and any(RULES[name].needs_modules for name in names):
        print("tidy: no build/*/modules.txt: configure first (cmake --preset release)", file=sys.stderr)
        return 2
    try:
        tree = read_tree(arguments.root, modules)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"tidy: cannot read {arguments.root}: {error}", file=sys.stderr)
        return 2
    findings = check(tree, names)
    for finding in findings:
        print(finding)
    print(f"tidy: {len(findings)} findings in {len(tree.files)} files")
    if arguments.report:
        write_report(findings, names, arguments.report)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
