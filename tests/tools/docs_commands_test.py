"""Goal: what README and handbook tell people to type exists. Method: the program says in its --help what commands and flags it
has, ./dev says it too; every command line, flag and path written as code in the documents is looked up there."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TRADEWIND_BIN", str(ROOT / "build/bin/tradewind"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs/guide").glob("*.md"))]
# Flags in prose belong to the command of the heading above them; on these pages, without such a heading, to this one.
COMMAND_OF_PAGE = {"simulator.md": "sim", "simulator-in-ci.md": "sim", "doctor.md": "doctor"}
# Flags of other people's programs that the documents name.
FOREIGN_FLAGS = {"cmake", "curl", "sqlite3", "kill", "podman", "docker", "cargo", "python3", "ctest", "apt-get", "pip"}
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def help_text(*command):
    return subprocess.run([BINARY, *command, "--help"], capture_output=True, text=True, check=True, timeout=60).stdout


@cache
def program():
    """Flags of each command by its path: ("sim", "serve") and the like."""
    commands = {}

    def look(path):
        text = help_text(*path)
        commands[path] = set(FLAG.findall("\n".join(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", text, re.MULTILINE))))
        listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.MULTILINE)
        for name in re.findall(r"^  ([a-z]\S*)", listed[1], re.MULTILINE) if listed else []:
            look((*path, name))

    look(())
    return commands


@cache
def dev_help(command):
    done = subprocess.run([str(ROOT / "dev"), *([command] if command else []), "--help"], capture_output=True, text=True, timeout=60)
    return done.stdout if done.returncode == 0 else None


def flags_below(path):
    """Those of a command and of all its subcommands."""
    return set().union(*(flags for command, flags in program().items() if command[:len(path)] == path))


def pieces(text):
    """Every piece of code of a page with its line: command lines of blocks, what is between backticks, each with the heading
    above it and whether it is a line of a block."""
    heading, fenced, block_before = "", False, False
    found = []
    paragraph = []

    def end_paragraph():
        if paragraph:
            whole = "\n".join(line for _, line, _ in paragraph)
            for match in re.finditer(r"`([^`]+)`", whole):
                number, _, above = paragraph[whole.count("\n", 0, match.start())]
                found.append((number, " ".join(match[1].split()), above, False))
        paragraph.clear()

    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            end_paragraph()
            fenced, block_before = not fenced, False
        elif fenced or re.match(r" {4}\S", line) or (block_before and line.startswith("     ")):
            end_paragraph()
            code = line if fenced else line[4:]
            if block_before and (found[-1][1].endswith("\\") or re.match(r"\s+(\[|--)", code)):  # a command that goes on
                found[-1] = (found[-1][0], found[-1][1].rstrip("\\") + " " + code.strip(), *found[-1][2:])
            else:
                found.append((number, code.strip(), heading, True))
            block_before = True
            continue
        elif not line.strip():
            end_paragraph()
            continue
        elif line.startswith("#"):
            end_paragraph()
            heading = line.lstrip("# ").strip().strip("`")
        else:
            paragraph.append((number, line, heading))
        block_before = False
    end_paragraph()
    return found


def without_comment(line):
    return re.split(r"\s+#\s", line)[0]


def problem_of_command(words):
    """What is wrong with the words after `tradewind`, or None."""
    path = ()
    for word in words:
        if (*path, word) in program():
            path = (*path, word)
        else:
            break
    rest = words[len(path):]
    takes_commands = any(command[:len(path)] == path for command in program() if len(command) > len(path))
    if takes_commands and rest and not rest[0].startswith("-") and not rest[0].isupper() and "…" not in rest[0]:
        return f"there is no command '{' '.join((*path, rest[0]))}'"
    unknown = [flag for flag in FLAG.findall(" ".join(rest)) if flag not in program()[path]]
    return f"`{' '.join(path)}` has no {', '.join(unknown)}" if unknown else None


def problem_of_dev(words):
    if not words or words[0].isupper() or words[0].startswith("-"):
        return None
    text = dev_help(words[0])
    if text is None:
        return f"./dev has no command '{words[0]}'"
    if words[0] == "demo":  # hands its arguments on
        return problem_of_command(words)
    unknown = [flag for flag in FLAG.findall(" ".join(words)) if flag not in text and flag != "--help"]
    return f"./dev {words[0]} has no {', '.join(unknown)}" if unknown else None


def problems_of(page, text):
    for number, code, heading, is_line in pieces(text):
        commands = [part.split() for part in re.split(r"\s*(?:[;|&]{1,2}\s|\s&$)", without_comment(code).removeprefix("$ "))]
        named = False
        for words in filter(None, commands):
            if re.fullmatch(r"(\S*/)?tradewind", words[0]):
                named, problem = True, problem_of_command(words[1:])
            elif words[0] == "./dev":
                named, problem = True, problem_of_dev(words[1:])
            else:
                named, problem = named or words[0] in FOREIGN_FLAGS, None
            if problem:
                yield f"{page}:{number}: {problem}: {code}"
        if named or is_line:
            continue
        # In prose.
        first = code.split()[0] if code.split() else ""
        starts = tuple(code.split())
        if first.startswith("--"):
            path = tuple(heading.split()) if tuple(heading.split()) in program() else tuple(COMMAND_OF_PAGE.get(page, "").split())
            flag = FLAG.match(code)
            if flag and flag[0] not in flags_below(path):
                yield f"{page}:{number}: `{' '.join(path) or 'the program'}` has no {flag[0]}"
        elif (first,) in program() and len(starts) > 1:
            problem = problem_of_command(list(starts))
            if problem:
                yield f"{page}:{number}: {problem}: {code}"


class Documents(unittest.TestCase):
    def test_what_the_program_can_do_is_read_from_its_help(self):
        self.assertIn("--control", program()["sim", "serve"])
        self.assertIn("--json", program()["contract", "find"])
        self.assertGreater(len(program()), 20)

    def test_wrong_commands_and_flags_are_found(self):
        for text, wrong in (("    build/bin/tradewind sim sreve --port 1\n", "no command 'sim sreve'"),
                            ("    $ tradewind sim serve --prot 1 --json; echo $?\n", "no --prot"),
                            ("    tradewind run --mode sim\n              [--bogus N]\n", "no --bogus"),
                            ("    tradewind run --mode sim \\\n      --bogus N\n", "no --bogus"),
                            ("```sh\ntradewind quote --nosuch &\n```\n", "no --nosuch"),
                            ("Say `tradewind audit\nverifi DIR` now.\n", "no command 'audit verifi'"),
                            ("## run\n\nThe flag `--headless` is good.\n", "`run` has no --headless"),
                            ("Say `contract fnid` or not.\n", "no command 'contract fnid'"),
                            ("    ./dev tset\n", "no command 'tset'"),
                            ("    ./dev test --slow\n", "no --slow"),
                            ("    ./dev demo --slow\n", "no --slow")):
            with self.subTest(text):
                self.assertIn(wrong, "\n".join(problems_of("page.md", text)))
        good = "    $ tradewind sim serve --port 0 --json &   # --nothing\n\nand `--seed N`, `curl --fail x`, `quote CONTRACT`, `./dev test -R x`\n"
        self.assertEqual(list(problems_of("page.md", good)), [])

    def test_every_command_and_flag_in_the_documents_exists(self):
        found = [problem for page in PAGES for problem in problems_of(page.name, page.read_text())]
        self.assertEqual(found, [])

    def test_every_command_of_the_program_is_in_the_documents(self):
        text = " ".join(" ".join(page.read_text().split()) for page in PAGES)
        leaves = [path for path in program() if path and not any(other[:len(path)] == path and other != path for other in program())]
        missing = [" ".join(path) for path in leaves if not re.search(r"[`/ ]" + re.escape(" ".join(path)) + r"[` ]", text)]
        self.assertEqual(missing, [])

    def test_every_flag_of_the_program_is_in_the_documents(self):
        named = set(FLAG.findall("\n".join(page.read_text() for page in PAGES))) | {"--help"}
        missing = {" ".join(path): sorted(flags - named) for path, flags in program().items() if flags - named}
        self.assertEqual(missing, {})

    def test_the_figures_of_the_demo_in_the_readme_are_those_of_the_program(self):
        readme = (ROOT / "README.md").read_text()
        with tempfile.TemporaryDirectory() as folder:
            result = Path(folder) / "out.json"
            subprocess.run([BINARY, "demo", "--headless", "--json", result, "--state", Path(folder) / "state"], check=True, timeout=120)
            demo = json.loads(result.read_text())
        self.assertIn(f"    {demo['orders']} orders, {demo['fills']} fills, {demo['denied']} denied by the risk rules\n", readme)
        money = tuple(f"{float(demo[name]):.2f} USD" for name in ("commissions", "cash", "equity"))
        self.assertIn("    commissions {}, cash {}, equity {}\n".format(*money), readme)


FOLDERS = ("apps", "bench", "cmake", "deploy", "docs", "examples", "strategies", "tests", "tools", "tradewind")
MODULE_FOLDERS = ("core", "edge", "sim")


def lost_paths(page, text):
    """Paths of the tree, written as code, that lead nowhere. Modules are named without their first folder."""
    for number, code, _, _ in pieces(text):
        for match in re.finditer(r"(?<![\w./$~<-])(\w+)/[\w./*-]*[\w*]", code):
            if match[1] in FOLDERS:
                places = [ROOT]
            elif match[1] in MODULE_FOLDERS:
                places = [ROOT / "tradewind"]
            else:
                continue
            if not any(next(place.glob(match[0]), None) for place in (*places, page.parent)):
                yield f"{page.relative_to(ROOT)}:{number}: {match[0]}"


class Paths(unittest.TestCase):
    def test_lost_paths_are_found(self):
        text = "See `tests/nosuch.py`, `core/base`, `core/nosuch/x.hpp` and `tests/acceptance/*.conv`.\n\n    tools/nosuch --x\n"
        self.assertEqual([lost.split(": ")[1] for lost in lost_paths(ROOT / "README.md", text)],
                         ["tests/nosuch.py", "core/nosuch/x.hpp", "tools/nosuch"])

    def test_every_path_in_the_documents_exists(self):
        files = subprocess.run(["git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "*.md"], capture_output=True, text=True, check=True)
        pages = [ROOT / name for name in files.stdout.splitlines() if not name.startswith("docs/adr/")]
        self.assertGreater(len(pages), 30)
        self.assertEqual([lost for page in pages if page.exists() for lost in lost_paths(page, page.read_text())], [])


if __name__ == "__main__":
    unittest.main()
