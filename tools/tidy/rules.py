"""The rules. Each is a function from a Tree to findings, and has a planted violation in tidy_test.py."""

import posixpath
import re
from urllib.parse import unquote

from tree import Finding, blank

RULES = {}


def rule(name, about, needs_modules=False):
    """Registers a rule: a generator of (file, line, message)."""
    def register(function):
        def run(tree):
            return [Finding(file.path, line, name, message) for file, line, message in function(tree)]
        run.about, run.needs_modules = about, needs_modules
        RULES[name] = run
        return function
    return register


def matches(file, pattern, text=None):
    """(line, matched text) of each match in the C++ code of the file, or in another text of the same shape."""
    text = file.code if text is None else text
    for match in re.finditer(pattern, text, re.MULTILINE):
        yield file.line_of(match.start()), " ".join(match[0].split())


def pure_files(tree):
    return [file for file in tree.cxx if file.is_under("tradewind/core", "tradewind/sim") and not file.is_test]


def our_files(tree):
    return [file for file in tree.cxx if file.is_under("tradewind", "apps", "strategies") and not file.is_test]


# --- Layers and includes -------------------------------------------------------------------------------------------

STRATEGY_MAY_INCLUDE = {"core/strategy", "core/model", "core/indicators", "core/base"}
PROJECT_FOLDERS = ("tradewind/", "apps/", "strategies/", "tests/", "bench/")


def include_problem(tree, file, include):
    """What is wrong with an include of one of our headers, or None."""
    if file.is_under("examples"):  # written as in a project of somebody else's
        return None
    if not include.path.startswith(PROJECT_FOLDERS):
        return "name our headers by their path from the root of the tree, others in <>"
    if include.path.startswith("apps/") and not file.is_under("apps", "tests"):
        return "nothing includes apps"
    if re.search(r"_test(_\w+)?\.hpp$", include.path) and not file.is_test:
        return "test code is included by tests only"
    owner, target = tree.module_of(file.path), tree.module_of(include.path)
    if target is None:
        lost = include.path.startswith("tradewind/") and (owner or not file.is_under("tradewind"))
        return "belongs to no module: is there a tw_module() for its folder?" if lost else None
    if file.is_under("strategies") and not file.is_test and target.path not in STRATEGY_MAY_INCLUDE | {owner and owner.path}:
        return f"a strategy includes only {', '.join(sorted(STRATEGY_MAY_INCLUDE))}"
    if owner is None or target == owner:
        return None
    if file.is_test:
        return None if target.path in owner.deps | owner.test_deps else f"{target.path} is in neither DEPS nor TEST_DEPS of {owner.path}"
    if target.path not in owner.deps:
        return f"{target.path} is not in DEPS or PRIVATE_DEPS of {owner.path}"
    if file.is_public_header and target.path not in owner.public_deps:
        return f"a public header of {owner.path} needs {target.path} in DEPS, not in PRIVATE_DEPS"
    return None


@rule("deps", "direct includes agree with the layers and with the DEPS in CMake", needs_modules=True)
def deps(tree):
    for file in tree.cxx:
        if file.is_under("tradewind") and tree.module_of(file.path) is None:
            yield file, 1, "lies in no module: add a tw_module() for its folder"
        for include in file.includes:
            problem = None if include.is_angle else include_problem(tree, file, include)
            if problem:
                yield file, include.line, f'"{include.path}": {problem}'


@rule("internal", "internal/ folders are included from their own module only", needs_modules=True)
def internal(tree):
    for file in tree.cxx:
        for include in file.includes:
            if "/internal/" in include.path and not include.is_angle:
                target = tree.module_of(include.path)
                if target is None or target != tree.module_of(file.path):
                    yield file, include.line, f'"{include.path}" is private to {target.path if target else "its module"}'


PLACE_ORDER = "tradewind/core/tws/place_order"
PLACE_ORDER_USERS = (PLACE_ORDER, "tradewind/core/broker", "tradewind/core/client", "tradewind/sim", "tests", "bench")


@rule("place-order", "only core/broker, the client library and sim can encode an order")
def place_order(tree):
    for file in tree.cxx:
        for include in file.includes:
            may = file.is_under(*PLACE_ORDER_USERS) or (file.is_test and file.is_under("tradewind/core/tws", "tradewind/core/client"))
            if include.path.startswith(PLACE_ORDER + "/") and not may:
                yield file, include.line, f'"{include.path}": only core/broker, the client library and sim may send orders'


STANDARD_HEADERS = set("""
algorithm any array atomic barrier bit bitset cassert ccomplex cctype cerrno cfenv cfloat charconv chrono cinttypes
climits clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef
cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution expected filesystem format
forward_list fstream functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list
locale map memory memory_resource mutex new numbers numeric optional ostream print queue random ranges ratio regex
scoped_allocator semaphore set shared_mutex source_location span spanstream sstream stack stacktrace stdexcept stdfloat
stop_token streambuf string string_view strstream syncstream system_error thread tuple type_traits typeindex typeinfo
unordered_map unordered_set utility valarray variant vector version""".split())
# What the sources of core and sim may use besides; docs/adr/0001 names these.
PURE_LIBRARIES = ("fmt/", "sodium/crypto_hash_", "boost/describe", "boost/mp11", "emmintrin.h")


@rule("third-party", "public headers show the standard library and fmt only; core and sim use pure libraries only")
def third_party(tree):
    for file in our_files(tree):
        in_pure_layer = file.is_under("tradewind/core", "tradewind/sim")
        for include in file.includes:
            if include.path.endswith(".pb.h"):
                yield file, include.line, f"{include.path}: libprotobuf is for tests only"
            elif not include.is_angle or include.path in STANDARD_HEADERS or include.path.startswith("fmt/"):
                continue
            elif file.is_public_header and file.is_under("tradewind"):
                yield file, include.line, f"<{include.path}> in a public header: only the standard library and fmt may show"
            elif in_pure_layer and not include.path.startswith(PURE_LIBRARIES):
                yield file, include.line, f"<{include.path}> is not one of the pure libraries of docs/adr/0001"


# --- Purity of core and sim ----------------------------------------------------------------------------------------

NOT_MEMBER = r"(?<![\w.])(?<!->)"
# rule: (about, what to say, standard headers that need no further evidence, pattern)
PURITY = {
    "io": ("no file, socket or stream in core and sim", "input and output belong in edge",
           {"fstream", "iostream", "filesystem", "syncstream", "print"},
           r"\bstd::(w?c(out|err|in|log)|[io]?fstream|filesystem|FILE)\b|\bfmt::print\w*|\bstd::print(ln)?\b|"
           + NOT_MEMBER + r"v?f?printf\s*\(|"
           + NOT_MEMBER + r"(f?puts|f?putc|putchar|fwrite|fread|fopen|fdopen|fclose|fflush|f?gets|getline|f?scanf|perror|freopen)\s*\((?!\s*\))|"
           r"(?<![\w>])::(socket|connect|bind|listen|accept4?|send|sendto|sendmsg|recv|recvfrom|recvmsg|open|openat|close|read|pread|"
           r"write|pwrite|writev|fsync|fdatasync|unlink|rename|mkdir|poll|select|ioctl|mmap)\s*\("),
    "thread": ("no thread, lock or atomic in core and sim", "core and sim run on one thread",
               {"thread", "mutex", "shared_mutex", "condition_variable", "future", "semaphore", "latch", "barrier", "stop_token",
                "atomic"},
               r"\bthread_local\b|\bpthread_\w+|\bstd::(j?thread|this_thread|(\w+_)?mutex|condition_variable\w*|async|"
               r"(shared_)?future|promise|packaged_task|atomic\w*|counting_semaphore|binary_semaphore|latch|barrier|"
               r"(scoped|unique|shared)_lock|lock_guard|stop_(token|source)|call_once|once_flag)\b"),
    "clock": ("no clock read and no sleep in core and sim", "code that branches on time takes the time: the driver reads the clock",
              set(),
              r"\b(system|steady|high_resolution|utc|tai|gps|file)_clock\b|"
              r"\b(clock_gettime|gettimeofday|timespec_get|localtime(_r|_s)?|gmtime(_r|_s)?|mktime|timegm|nanosleep|usleep|sleep_for|"
              r"sleep_until|current_zone|get_tzdb|__rdtscp?|__builtin_ia32_rdtsc\w*)\b|\bstd::(time|clock)\s*\(|"
              + NOT_MEMBER + r"time\s*\(\s*(nullptr|NULL|0)\s*\)"),
    "environment": ("no environment, process or locale in core and sim", "what the machine says comes in as a value from edge", set(),
                    r"\b(secure_)?getenv\b|\b(set|put|unset)env\b|\benviron\b|\bstd::locale\b|\bsetlocale\b|"
                    r"\b(getpid|getppid|gettid|gethostname|getuid)\b|\bstd::(system|exit|quick_exit|_Exit|atexit|signal)\b|"
                    r"\b(popen|execvp?e?|sigaction)\s*\(|" + NOT_MEMBER + r"fork\s*\(\s*\)"),
    "random": ("no random numbers in core and sim but those of tradewind::Rng", "use tradewind::Rng, seeded from one place", {"random"},
               r"\brandom_device\b|\bstd::s?rand\b|" + NOT_MEMBER + r"s?rand(_r)?\s*\(|\bstd::\w+_distribution\b|"
               r"\bstd::(mt19937(_64)?|minstd_rand0?|default_random_engine|ranlux\w+|knuth_b)\b|"
               r"\bstd::(ranges::)?(shuffle|sample)\b|\b(getrandom|arc4random\w*|randombytes\w*)\b"),
    "unordered": ("no container in core and sim whose order differs between runs", "keep a sorted or insertion-ordered container",
                  {"unordered_map", "unordered_set"},
                  r"\bstd::(pmr::)?unordered_\w+|\bboost::unordered\w*|\bstd::(pmr::)?(multi)?(map|set)<\s*(const\s+)?[\w:]+\s*(const\s*)?\*"),
}


def register_purity(name, about, say, headers, pattern):
    @rule(name, about)
    def check(tree):
        for file in pure_files(tree):
            for include in file.includes:
                if include.is_angle and include.path in headers:
                    yield file, include.line, f"<{include.path}>: {say}"
            for line, found in matches(file, pattern):
                yield file, line, f"'{found}': {say}"


for _name, _row in PURITY.items():
    register_purity(_name, *_row)


def is_constant(declaration):
    """A pointer is constant only when it is itself, not what it points to."""
    if re.search(r"\bconstexpr\b", declaration):
        return True
    return bool(re.search(r"\bconst\b", declaration)) and ("*" not in declaration or bool(re.search(r"\*\s*const\b", declaration)))


def plain_declarations(code):
    """The code without preprocessor lines, attributes, template arguments and operator names, in the same shape."""
    for pattern in (r"^[ \t]*#(?:\\\n|[^\n])*", r"\[\[.*?\]\]", r"\balignas\s*\([^()]*\)", r"(?<=\boperator)\s*[^\s\w(]+(?=\s*\()"):
        code = re.sub(pattern, lambda m: blank(m[0]), code, flags=re.MULTILINE)
    while True:
        smaller = re.sub(r"<[^<>;{}]*>", lambda m: blank(m[0]), code)
        if smaller == code:
            return code
        code = smaller


NOT_VARIABLE = re.compile(r"(using|typedef|namespace|class|struct|enum|union|static_assert|friend|concept|asm)\b")


def is_function(segment):
    return "(" in segment.split("=")[0]


def variable_in(segment):
    """The declaration part of a segment at namespace scope when it declares a variable that can change, else None."""
    text = re.sub(r"^(\s|template\b|export\b|inline\b|extern\b|__extension__\b)*", "", segment)
    head = re.split(r"[={]", text)[0]
    if NOT_VARIABLE.match(text) or "(" in head or not re.search(r"[\w>*&]\s+[*&]*[A-Za-z_][\w:]*\s*(\[.*)?$", head.rstrip()):
        return None
    return None if is_constant(head) else " ".join(head.split())


def namespace_segments(code):
    """(offset, text) of everything at namespace scope that ends in a semicolon, bodies of classes and the like included."""
    stack, start, depth = [], 0, 0  # the stack holds "namespace", "function" or "other"
    for match in re.finditer(r"[(){};]", code):
        at, mark = match.start(), match[0]
        depth += {"(": 1, ")": -1}.get(mark, 0)
        at_namespace = all(kind == "namespace" for kind in stack)
        if depth > 0:
            continue
        if mark == "{":
            segment = code[start:at]
            if at_namespace and re.search(r'\bnamespace\b[^=]*$|\bextern\s*"\s*"\s*$', segment):
                stack.append("namespace")
                start = at + 1
            else:
                stack.append("function" if is_function(segment) else "other")
        elif mark == "}" and stack:
            kind = stack.pop()
            if not all(entry == "namespace" for entry in stack):
                continue
            # After the braces of a member initialiser the constructor goes on.
            goes_on = re.match(r"\s*[,{]", code[at + 1:]) is not None
            if kind == "namespace" or (kind == "function" and not goes_on):
                start = at + 1
        elif mark == ";" and at_namespace:
            yield start, code[start:at]
            start = at + 1


@rule("global", "no mutable global, static member or function-local static in core and sim")
def mutable_global(tree):
    say = "state that outlives its owner; pass it in, or make it const or constexpr"
    for file in pure_files(tree):
        code = plain_declarations(file.code)
        found = {}
        for offset, segment in namespace_segments(code):
            variable = variable_in(segment)
            if variable:
                found[file.line_of(offset + len(segment) - len(segment.lstrip()))] = variable
        for match in re.finditer(r"\bstatic\b([^;{}=()]*)([;{}=(])", code):
            if match[2] != "(" and not is_constant(match[1]):
                found[file.line_of(match.start())] = "static " + " ".join(match[1].split())
        for line, text in sorted(found.items()):
            yield file, line, f"'{text}': {say}"


@rule("throw", "no throw in our code, no catch in core and sim")
def throw(tree):
    for file in our_files(tree):
        for line, _ in matches(file, r"\bthrow\b"):
            yield file, line, "errors are Result values; programmer errors are TW_CHECK"
        if file.is_under("tradewind/core", "tradewind/sim"):
            for line, _ in matches(file, r"\bcatch\b"):
                yield file, line, "exceptions stop at the edge"


@rule("coroutine", "no coroutine outside edge")
def coroutine(tree):
    for file in tree.cxx:
        if not file.is_under("tradewind/edge"):
            for line, found in matches(file, r"\bco_(await|return|yield)\b"):
                yield file, line, f"'{found}' outside edge (docs/adr/0007)"


def awaited_expression(code, offset):
    """From co_await to the end of its full expression."""
    depth = 0
    for at in range(offset, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth < 0 or (depth == 0 and code[at] == ";"):
            return code[offset:at]
    return code[offset:]


@rule("co-await", "nothing is built with braces, and no lambda, in an expression with co_await")
def co_await(tree):
    say = "g++ 12 destroys it twice (docs/adr/0007): name it first, then std::move it"
    for file in tree.cxx:
        for match in re.finditer(r"\bco_await\b", file.code):
            awaited = awaited_expression(file.code, match.start())
            if "{" in awaited or re.search(r"(?<![\w)\]])\s*\[(?!\[)", awaited):
                yield file, file.line_of(match.start()), f"braces or a lambda beside co_await: {say}"
        for line, _ in matches(file, r"\bTW_TRY(_VOID)?\s*\([^;]*\bco_await\b"):
            yield file, line, "TW_TRY around co_await crashes g++ 12"


EXACT_MODULES = ("base", "model", "orders", "ledger", "risk", "journal", "recon")


@rule("double", "no floating point where money is exact")
def floating_point(tree):
    folders = [f"tradewind/core/{module}" for module in EXACT_MODULES]
    for file in tree.cxx:
        if file.is_under(*folders) and not file.is_test:
            for line, found in matches(file, r"\b(double|float)\b"):
                yield file, line, f"'{found}': prices, quantities and money are exact here (docs/adr/0002)"


# --- Form ----------------------------------------------------------------------------------------------------------

@rule("pragma-once", "every header begins with #pragma once")
def pragma_once(tree):
    for file in tree.cxx:
        if file.is_header and not file.code.lstrip().startswith("#pragma once"):
            yield file, 1, "the first line of a header that is not a comment is #pragma once"


def namespaces_of(module_path):
    """The namespaces a module's code may live in: core/risk is tradewind::risk, core/base is tradewind itself. A module
    inside another may use either's."""
    layer, *names = module_path.split("/")
    prefix = ["tradewind"] if layer == "core" else ["tradewind", layer]
    if (layer, names) == ("core", ["base"]):
        return ["tradewind"]
    return ["::".join(prefix + names[:count]) for count in range(len(names), 0, -1)]


@rule("namespace", "the namespace is the folder", needs_modules=True)
def namespace(tree):
    for file in tree.cxx:
        module = tree.module_of(file.path)
        only_includes = not re.sub(r"^[ \t]*#[^\n]*", "", file.code, flags=re.MULTILINE).strip()
        if file.is_test or module is None or not file.is_under("tradewind") or only_includes:
            continue
        expected = namespaces_of(module.path)
        opened = re.findall(r"\bnamespace\s+([\w:]+)\s*\{", file.code)
        if not any(name == good or name.startswith(good + "::") for name in opened for good in expected):
            yield file, 1, f"nothing in namespace {expected[0]}"


def included_paths(tree):
    return {include.path for file in tree.cxx for include in file.includes}


@rule("unbuilt", "every source is named by a CMakeLists.txt, every Python test too")
def unbuilt(tree):
    lists = {posixpath.dirname(path): re.sub(r"#[^\n]*", "", file.text)
             for path, file in tree.files.items() if posixpath.basename(path) == "CMakeLists.txt"}
    included = included_paths(tree)

    def is_named(path):
        folder = posixpath.dirname(path)
        while True:
            name = posixpath.relpath(path, folder or ".")
            if folder.startswith("tests/compile_fail"):
                name = posixpath.splitext(name)[0]
            if re.search(rf"(?<![\w./-])(\$\{{CMAKE_(CURRENT_)?SOURCE_DIR\}}/)?{re.escape(name)}(?![\w./-])", lists.get(folder, "")):
                return True
            if not folder:
                return False
            folder = posixpath.dirname(folder)

    for path, file in tree.files.items():
        if path.endswith("_test.py"):
            if not any(re.search(rf"(?<![\w.-]){re.escape(posixpath.basename(path))}\b", text) for text in lists.values()):
                yield file, 1, "no CMakeLists.txt names this test, so nobody runs it"
            continue
        if not (file.is_cxx and file.is_under("tradewind", "apps", "strategies", "tests", "bench")) or is_named(path):
            continue
        if not file.is_header:
            yield file, 1, "no CMakeLists.txt names this file"
        elif path not in included:
            yield file, 1, "no CMakeLists.txt names this header and nothing includes it"
        elif file.is_public_header and file.is_under("tradewind"):
            yield file, 1, "a public header belongs in HEADERS of its tw_module(), a private one in internal/"


# --- Text of every kind --------------------------------------------------------------------------------------------

# These define the words they look for, or are written by others.
NOT_OURS = re.compile(r"^(tools/tidy/|LICENSE$)|(^|/)package-lock\.json$")


def text_files(tree):
    return [file for file in tree.files.values() if not NOT_OURS.search(file.path)]


@rule("marker", "no word that marks unfinished work")
def marker(tree):
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|(?i:\bfor now\b|(?<!:)\bplaceholders?\b(?!\s*[=:])|\bstub(s|bed)?\b|\bunimplemented\b)")
    for file in text_files(tree):
        for match in pattern.finditer(file.text):
            yield file, file.line_of(match.start()), f"'{match[0]}': finish it, or open an issue"


@rule("account", "no account number but DU0000000 and its like")
def account(tree):
    for file in text_files(tree):
        for match in re.finditer(r"(?<![\w\\])D?[UFI](\d{6,9})(?!\w)", file.text):
            if int(match[1]) >= 1000:
                yield file, file.line_of(match.start()), f"'{match[0]}' may be somebody's account: write DU0000000"


@rule("path", "no absolute path of a developer's machine")
def absolute_path(tree):
    for file in text_files(tree):
        for match in re.finditer(r"(?<![\w.~}\-])/(home|Users|root|work)/[\w.$-]+|\b[A-Z]:\\+Users\\+\w+", file.text):
            yield file, file.line_of(match.start()), f"'{match[0]}' exists on one machine only"


def headings(text):
    """The anchors of a Markdown page, as GitHub makes them."""
    anchors, seen = set(re.findall(r"<a\s+(?:id|name)=\"([^\"]+)\"", text)), {}
    for title in re.findall(r"^#{1,6}[ \t]+(.*?)[ \t#]*$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        slug = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
        count = seen[slug] = seen.get(slug, -1) + 1
        anchors.add(f"{slug}-{count}" if count else slug)
    return anchors


MARKDOWN_LINK = re.compile(r'\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^[ ]{0,3}\[[^\]]+\]:[ \t]+<?([^\s>]+)',
                           re.MULTILINE)


def link_problem(tree, file, target):
    path, _, anchor = target.partition("#")
    path = unquote(path)
    base = "" if path.startswith("/") else posixpath.dirname(file.path)
    full = posixpath.normpath(posixpath.join(base, path.lstrip("/"))) if path else file.path
    if full.startswith(".."):
        return "leaves the repository"
    if full != "." and full not in tree.paths and not any(known.startswith(full + "/") for known in tree.paths):
        return "no such file in the tree"
    if anchor and full in tree.files and full.endswith(".md") and anchor not in headings(tree.files[full].text):
        return f"no heading '#{anchor}' there"
    return None


@rule("link", "relative links in Markdown lead somewhere")
def link(tree):
    for file in tree.files.values():
        if not file.path.endswith(".md"):
            continue
        text = re.sub(r"^```.*?^```|(`+)(?!`).+?(?<!`)\1(?!`)", lambda m: blank(m[0]), file.text, flags=re.MULTILINE | re.DOTALL)
        for match in MARKDOWN_LINK.finditer(text):
            target = match[1] or match[2]
            if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", target):
                continue
            problem = link_problem(tree, file, target)
            if problem:
                yield file, file.line_of(match.start()), f"'{target}': {problem}"
