"""What the tidy rules look at: the files of the tree, C++ text without comments and strings, the modules CMake knows,
and the exceptions written beside the code."""

import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

CXX_SUFFIXES = (".cpp", ".hpp")

# Raw strings, strings, characters (not the ' of 1'000), comments.
_TOKEN = re.compile(
    r'R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'"
    r"|(?P<comment>//[^\n]*|/\*.*?\*/)",
    re.DOTALL)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)
_ALLOW = re.compile(r"tidy: allow\(([\w ,-]+)\)[ \t:]*(.*)")


def blank(text):
    """Spaces of the same shape, so that offsets and line numbers stay."""
    return re.sub(r"[^\n]", " ", text)


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass
class Allow:
    """`tidy: allow(rule) reason` in a comment: excuses its own line and the next one that is not only a comment."""
    line: int
    rules: list
    reason: str
    covers: set
    used: set = field(default_factory=set)


@dataclass(frozen=True)
class Include:
    line: int
    path: str
    is_angle: bool


@dataclass(frozen=True)
class Module:
    path: str              # core/risk
    deps: frozenset        # what its sources may include
    test_deps: frozenset   # what its tests may include besides
    public_deps: frozenset # what its public headers may include

    @property
    def folder(self):
        layer = self.path.partition("/")[0]
        return f"tradewind/{self.path}" if layer in ("core", "edge", "sim") else self.path


class File:
    def __init__(self, path, text):
        self.path = path
        self.text = text

    @property
    def is_cxx(self):
        return self.path.endswith(CXX_SUFFIXES)

    @property
    def is_header(self):
        return self.path.endswith(".hpp")

    @property
    def is_test(self):
        return bool(re.search(r"_test(_\w+)?\.(cpp|hpp)$", self.path)) or self.path.startswith("tests/")

    @property
    def is_public_header(self):
        return self.is_header and not self.is_test and "/internal/" not in self.path

    def is_under(self, *folders):
        return self.path.startswith(tuple(f"{folder}/" for folder in folders))

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    @cached_property
    def without_comments(self):
        return _TOKEN.sub(lambda m: blank(m[0]) if m["comment"] else m[0], self.text)

    @cached_property
    def code(self):
        """Without comments, and with nothing between the quotes."""
        def replace(match):
            text = match[0]
            return blank(text) if match["comment"] else text[0] + blank(text[1:-1]) + text[-1]
        return _TOKEN.sub(replace, self.text)

    @cached_property
    def includes(self):
        return [Include(self.line_of(m.start()), m[1] or m[2], m[2] is not None)
                for m in _INCLUDE.finditer(self.without_comments)]

    @cached_property
    def allows(self):
        lines = self.text.split("\n")
        found = []
        for number, line in enumerate(lines, start=1):
            match = _ALLOW.search(line)
            if not match:
                continue
            following = number + 1
            while following < len(lines) and re.match(r"\s*(//|#(?!include|define|if)|<!--)", lines[following - 1]):
                following += 1
            reason = re.sub(r"\s*(-->|\*/)\s*$", "", match[2]).strip()
            found.append(Allow(number, [name.strip() for name in match[1].split(",")], reason, {number, following}))
        return found


class Tree:
    """`files` are those with text; `paths` are all. `modules` is None when no list of modules is at hand."""

    def __init__(self, files, modules=None, binary_paths=()):
        self.files = {path: File(path, text) for path, text in sorted(files.items())}
        self.paths = set(files) | set(binary_paths)
        self.modules = modules
        folders = {module.folder: module for module in modules or ()}
        self._folders = dict(sorted(folders.items(), key=lambda item: -len(item[0])))

    @property
    def cxx(self):
        return [file for file in self.files.values() if file.is_cxx]

    def module_of(self, path):
        """The module whose folder holds the path, the innermost when they nest; None when there is none."""
        return next((module for folder, module in self._folders.items() if path.startswith(folder + "/")), None)


def parse_modules(text):
    modules = []
    for line in text.splitlines():
        path, deps, test_deps, public_deps = line.split("|")
        modules.append(Module(path, *(frozenset(names.split()) for names in (deps, test_deps, public_deps))))
    return modules


def listed_paths(root):
    """What git tracks, and what it would if asked to add everything."""
    command = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    return sorted({path for path in listed.split("\0") if path})


# Code that is kept as it came, for comparison: our rules are not for it.
KEPT_AS_IT_CAME = re.compile(r"bench/yardstick/.*\.(cpp|hpp|py)$")


def read_tree(root, modules_file=None):
    files, binary = {}, []
    for path in listed_paths(root):
        full = Path(root, path)
        if full.is_symlink() or not full.is_file() or KEPT_AS_IT_CAME.match(path):
            continue
        data = full.read_bytes()
        try:
            if b"\0" in data[:8192]:
                raise ValueError("a NUL byte")
            files[path] = data.decode("utf-8")
        except ValueError:
            binary.append(path)
    modules = parse_modules(Path(modules_file).read_text(encoding="utf-8")) if modules_file else None
    return Tree(files, modules, binary)
