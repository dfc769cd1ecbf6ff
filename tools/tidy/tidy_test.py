"""Goal: each rule fires on what it forbids, at the right line, and stays quiet on the form it asks for. Method: a small
tree in memory for each planted violation; other rules are not run on it. The last test proves that no rule lacks one."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tidy  # noqa: E402
from rules import RULES  # noqa: E402
from tree import File, Tree, parse_modules  # noqa: E402

MODULES = parse_modules("""\
core/base|||
core/model|core/base||core/base
core/indicators|core/model core/base||core/base
core/strategy|core/model core/base||core/model core/base
core/ledger|core/model||core/model
core/risk|core/model core/base core/ledger|core/journal|core/model core/base
core/journal|core/base||core/base
core/tws|core/base||core/base
core/tws/place_order|core/tws core/base||core/tws core/base
core/broker|core/tws core/tws/place_order core/model||core/model
core/engine|core/model||core/model
edge/net|core/base||core/base
edge/broker|edge/net core/broker||core/broker
sim/venue|core/model||core/model
sim/gateway|sim/venue core/tws core/tws/place_order||core/tws
apps/tradewind|core/engine edge/net sim/venue||
""")

DIGITS = "7" * 7  # of an account that is not ours to name
CORE = "tradewind/core/model/x.cpp"
VENUE = "tradewind/sim/venue/x.cpp"
NET = "tradewind/edge/net/x.cpp"
LEDGER = "tradewind/core/ledger/x.cpp"


def include(path):
    return f'#include "{path}"\n'


# rule: [(file, its text, or the text and the lines expected)] that break it.
BROKEN = {
    "deps": [
        ("tradewind/core/risk/gate.cpp", include("tradewind/core/engine/engine.hpp")),
        ("tradewind/core/model/order.hpp", include("tradewind/edge/net/loop.hpp")),
        ("tradewind/core/risk/gate.hpp", include("tradewind/core/ledger/ledger.hpp")),  # only a PRIVATE_DEP
        ("tradewind/core/risk/gate.cpp", include("tradewind/core/journal/log.hpp")),  # only a TEST_DEP
        ("tradewind/core/risk/gate_test.cpp", include("tradewind/core/engine/engine.hpp")),
        ("tradewind/edge/net/loop.cpp", include("tradewind/sim/venue/venue.hpp")),
        ("tradewind/sim/venue/venue.cpp", include("tradewind/edge/net/loop.hpp")),
        ("tradewind/core/tws/session.cpp", include("tradewind/core/tws/place_order/encode.hpp")),
        ("tradewind/core/model/order.cpp", include("order.hpp")),
        ("tradewind/core/model/order.cpp", include("tradewind/core/nowhere/x.hpp")),
        ("tradewind/core/model/order.cpp", include("tradewind/core/model/order_test_data.hpp")),
        ("tradewind/core/nowhere/x.cpp", "int x();\n"),
        ("tradewind/edge/net/loop.cpp", include("apps/tradewind/run.hpp")),
        ("strategies/sma.cpp", include("tradewind/core/engine/engine.hpp")),
        ("strategies/sma.cpp", include("tradewind/core/ledger/ledger.hpp")),
        ("strategies/sma.hpp", include("tradewind/edge/net/loop.hpp")),
    ],
    "internal": [
        ("tradewind/core/risk/gate.cpp", include("tradewind/core/ledger/internal/lots.hpp")),
        ("apps/tradewind/main.cpp", include("tradewind/core/ledger/internal/lots.hpp")),
        ("tests/fuzz/frames.cpp", include("tradewind/edge/net/internal/loop.hpp")),
    ],
    "place-order": [
        (path, include("tradewind/core/tws/place_order/encode.hpp"))
        for path in ("apps/tradewind/main.cpp", "apps/tradewind-guardian/main.cpp", "tradewind/edge/broker/driver.cpp",
                     "tradewind/core/engine/engine.cpp", "tradewind/core/tws/session.cpp")
    ],
    "third-party": [
        ("tradewind/edge/net/loop.hpp", "#include <boost/asio.hpp>\n"),
        ("tradewind/core/base/hash.hpp", "#include <sodium/crypto_hash_sha256.h>\n"),
        ("tradewind/core/base/x.cpp", "#include <sqlite3.h>\n"), ("tradewind/core/tws/x.cpp", "#include <protozero/pbf_writer.hpp>\n"),
        ("tradewind/sim/venue/x.cpp", "#include <sys/socket.h>\n"),
        ("tradewind/core/tws/x.cpp", '#include "OrderStatus.pb.h"\n'),
        ("tradewind/core/base/x.cpp", "#include <gtest/gtest.h>\n"),
    ],
    "io": [
        (CORE, "#include <iostream>\n"), (CORE, "#include <fstream>\n"), (VENUE, "void f() { std::cout << 1; }\n"),
        (CORE, 'void f() { printf("x"); }\n'), (CORE, 'void f() { std::fprintf(stderr, "x"); }\n'),
        (CORE, 'void f() { fmt::print("x"); }\n'), (VENUE, "void f() { ::write(1, p, 2); }\n"),
        (CORE, "auto f() { return ::socket(1, 2, 3); }\n"), (CORE, 'auto f() { return fopen("a", "b"); }\n'),
        (CORE, "std::filesystem::path f();\n"), (VENUE, "void f() { std::puts(\"x\"); }\n"),
    ],
    "thread": [
        (CORE, "#include <thread>\n"), (CORE, "#include <mutex>\n"), (VENUE, "#include <atomic>\n"),
        (CORE, "class A { std::mutex m_; };\n"), (CORE, "void f() { std::jthread t; }\n"),
        (VENUE, "thread_local int n;\n"), (CORE, "class A { std::atomic<int> n_; };\n"),
        (CORE, "void f() { std::this_thread::yield(); }\n"),
    ],
    "clock": [
        (CORE, "auto f() { return std::chrono::system_clock::now(); }\n"),
        (VENUE, "auto f() { return std::chrono::steady_clock::now(); }\n"),
        (CORE, "auto f() { return std::time(nullptr); }\n"), (CORE, "auto f() { return time(nullptr); }\n"),
        (CORE, "void f() { clock_gettime(CLOCK_REALTIME, &t); }\n"),
        (CORE, "void f() { std::this_thread::sleep_for(d); }\n"), (VENUE, "auto f() { return localtime(&t); }\n"),
    ],
    "environment": [
        (CORE, 'auto f() { return std::getenv("HOME"); }\n'), (CORE, 'auto f() { return getenv("TZ"); }\n'),
        (VENUE, "auto f() { return getpid(); }\n"), (CORE, "void f() { std::exit(1); }\n"),
        (CORE, "void f(std::locale l);\n"),
    ],
    "random": [
        (CORE, "#include <random>\n"), (CORE, "auto f() { return std::random_device{}(); }\n"),
        (VENUE, "std::mt19937 g();\n"), (VENUE, "auto f() { return rand(); }\n"),
        (CORE, "std::uniform_int_distribution<int> d();\n"), (CORE, "void f() { std::shuffle(a, b, g); }\n"),
        (CORE, "void f() { randombytes_buf(p, 8); }\n"),
    ],
    "unordered": [
        (CORE, "#include <unordered_map>\n"), (CORE, "class A { std::unordered_map<int, int> m_; };\n"),
        (VENUE, "class A { boost::unordered_flat_map<int, int> m_; };\n"),
        (VENUE, "class A { std::map<const Order*, int> m_; };\n"), (CORE, "class A { std::set<a::Order *> s_; };\n"),
    ],
    "global": [
        (CORE, "int count = 0;\n"), (CORE, "namespace a::b {\nstd::map<int, std::vector<int>> table;\n}\n", [2]),
        (CORE, "namespace {\nconst char* name = \"x\";\n}\n", [2]), (CORE, "int f() {\n  static int calls = 0;\n  return ++calls;\n}\n", [2]),
        (VENUE, "void f() {\n  static std::vector<int> seen;\n}\n", [2]), (CORE, "struct A {\n  static int count_;\n};\nint A::count_ = 0;\n", [2, 4]),
        (CORE, "struct A {\n  inline static std::string last_{};\n};\n", [2]), (CORE, "extern int shared;\n"),
        (CORE, "constinit int shared = 1;\n"), (CORE, "std::function<void(int)> hook;\n"),
        (CORE, "A::A() : a_{1}, b_{2} {}\nint late = 0;\n", [2]), (CORE, "Point origin{1, 2};\n"),
        (CORE, "int f(X x = {}) { return 1; }\nint numbers[3];\n", [2]), (CORE, "namespace { auto cache = make(); }\n"),
        (CORE, "void f() { static const char* last = nullptr; }\n"), (CORE, "enum class E { a };\nE current = E::a;\n", [2]),
        (CORE, "bool operator==(A a, B b) { return true; }\nint z;\n", [2]),
    ],
    "throw": [
        (CORE, "void f() { throw 1; }\n"), (NET, "void f() { throw std::runtime_error{\"x\"}; }\n"), ("apps/tradewind/main.cpp", "void f() { throw; }\n"),
        (CORE, "void f() {\n  try { g(); } catch (const E&) {}\n}\n", [2]), ("strategies/sma.cpp", "void f() { throw 1; }\n"),
    ],
    "coroutine": [
        (CORE, "void f() { co_return; }\n"), ("apps/tradewind/main.cpp", "auto f() { co_await g(); }\n"),
        (VENUE, "auto f() { co_yield 1; }\n"), ("tests/integration/x_test.cpp", "void f() { co_return; }\n"),
    ],
    "co-await": [
        (NET, "T f() { co_await send(Options{.name = name}); }\n"), (NET, "T f() { co_await post([name] { return 1; }); }\n"),
        (NET, "T f() {\n  auto x =\n      co_await g({1, 2});\n}\n", [3]), (NET, "T f() { auto x = TW_TRY(co_await g()); }\n"),
        (NET, "T f() { if (auto n = co_await read({}); n) { } }\n"),
    ],
    "double": [
        (LEDGER, "double cash();\n"), ("tradewind/core/base/money.hpp", "#pragma once\nfloat f();\n", [2]),
        ("tradewind/core/risk/gate.cpp", "void f() { long double x; }\n"), ("tradewind/core/recon/x.cpp", "auto f() { return static_cast<double>(1); }\n"),
    ],
    "pragma-once": [
        ("tradewind/core/model/x.hpp", "int f();\n#pragma once\n"), ("tests/support/x.hpp", "#ifndef X\n#define X\n#endif\n"),
    ],
    "namespace": [
        ("tradewind/core/risk/gate.hpp", "namespace tradewind { class Gate; }\n"), (NET, "namespace tradewind::net { int f(); }\n"),
        ("tradewind/core/risk/gate.cpp", "int f() { return 1; }\n"), ("tradewind/sim/venue/x.hpp", "namespace tradewind::venue { int f(); }\n"),
        ("tradewind/core/tws/x.hpp", "namespace tradewind::twsx { int f(); }\n"),
    ],
    "marker": [
        (CORE, "int f();  // TODO later\n"), ("README.md", "one\n\nFIXME\n", [3]), ("dev", "# XXX\n"), ("a.py", "# HACK\n"),
        ("docs/a.md", "It works for now.\n"), ("docs/a.md", "a Placeholder\n"), ("a.cmake", "# stub\n"), ("web/a.ts", "// Unimplemented\n"),
    ],
    "account": [
        (CORE, f'auto a = "DU{DIGITS}";\n'), ("docs/a.md", f"account U{DIGITS}.\n"), ("tests/golden/a.txt", f"\n9|DF{DIGITS[:6]}|\n", [2]),
    ],
    "path": [
        ("dev", "cd /home/ann/tradewind\n"), ("docs/a.md", "\nsee file:///Users/ann/x\n", [2]), ("a.json", '"C:\\\\Users\\\\ann"\n'),
        ("a.py", "open('/root/data')\n"),
    ],
    "link": [
        ("docs/a.md", "see [b](b.md)\n"), ("docs/a.md", "[out](../../other/x.md)\n"), ("docs/a.md", "# One\n\n[x](#two)\n", [3]),
        ("docs/a.md", "[x]: gone.md\n"), ("docs/a.md", "![picture](p.png \"title\")\n"), ("docs/a.md", "[root](/gone/)\n"),
    ],
}

# rule: [(file, text)] that keep it, each close to a violation.
CLEAN = {
    "deps": [
        ("tradewind/core/risk/gate.cpp", include("tradewind/core/risk/gate.hpp") + include("tradewind/core/ledger/ledger.hpp")),
        ("tradewind/core/risk/gate.hpp", include("tradewind/core/model/order.hpp") + "#include <vector>\n"),
        ("tradewind/core/risk/internal/limits.hpp", include("tradewind/core/ledger/ledger.hpp")),
        ("tradewind/core/risk/gate_test.cpp", include("tradewind/core/journal/log.hpp")),
        ("tradewind/core/risk/gate.cpp", "// " + include("tradewind/core/engine/engine.hpp")),
        ("tradewind/core/broker/map.cpp", include("tradewind/core/tws/place_order/encode.hpp")),
        ("strategies/sma.cpp", include("tradewind/core/strategy/strategy.hpp") + include("tradewind/core/indicators/sma.hpp") +
         include("strategies/sma.hpp")),
        ("apps/tradewind/main.cpp", include("apps/tradewind/run.hpp") + include("tradewind/edge/net/loop.hpp")),
        ("tests/integration/x_test.cpp", include("tradewind/edge/net/loop.hpp") + include("tradewind/sim/venue/venue.hpp")),
    ],
    "internal": [
        ("tradewind/core/ledger/ledger.cpp", include("tradewind/core/ledger/internal/lots.hpp")),
        ("tradewind/core/ledger/internal/lots_test.cpp", include("tradewind/core/ledger/internal/lots.hpp")),
    ],
    "place-order": [
        (path, include("tradewind/core/tws/place_order/encode.hpp"))
        for path in ("tradewind/core/broker/map.cpp", "tradewind/sim/gateway/gateway.cpp", "tradewind/core/tws/place_order/encode_test.cpp",
                     "tradewind/core/tws/codec_test.cpp",
                     "tests/fuzz/orders.cpp")
    ],
    "third-party": [
        ("tradewind/edge/net/loop.hpp", "#include <fmt/format.h>\n#include <vector>\n"), (NET, "#include <boost/asio.hpp>\n"),
        ("tradewind/edge/net/internal/loop.hpp", "#include <boost/asio.hpp>\n"),
        ("tradewind/core/base/hash.cpp", "#include <sodium/crypto_hash_sha256.h>\n"), ("tradewind/core/tws/x.cpp", "#include <emmintrin.h>\n"),
        ("tradewind/core/base/x_test.cpp", "#include <gtest/gtest.h>\n"),
    ],
    "io": [
        (NET, "#include <iostream>\n"), ("tradewind/core/model/x_test.cpp", "#include <fstream>\n"), (CORE, "// std::cout\nauto s = \"std::cout\";\n"),
        (CORE, "void f() { out.puts(x); queue.write(1); session->fprintf(1); }\n"), (CORE, "void f() { std::snprintf(b, 1, \"x\"); }\n"),
        (CORE, "Result<int> File::read(int n) { return n; }\n"), (CORE, "auto s = R\"(printf(\"x\"))\";\n"),
    ],
    "thread": [(NET, "#include <thread>\n"), (CORE, "int thread = 0; int mutex();\n"), (CORE, "// std::mutex\n")],
    "clock": [(NET, "auto f() { return std::chrono::steady_clock::now(); }\n"), (CORE, "auto f(Now now) { return now.time(0); }\n"),
              (CORE, "std::chrono::nanoseconds limit();\n"), (CORE, "auto t = order.time(nullptr);\n")],
    "environment": [(NET, 'auto f() { return std::getenv("HOME"); }\n'), (CORE, "// getenv\nvoid f() { rest.exit(); }\n")],
    "random": [(CORE, "auto f(Rng& rng) { return rng.below(3); }\n"), (CORE, "auto f() { return a.rand(); }\n"), (NET, "#include <random>\n")],
    "unordered": [(CORE, "class A { std::map<int, Order*> m_; std::set<std::string> s_; };\n"), (NET, "#include <unordered_map>\n")],
    "global": [
        (CORE, "namespace a {\nconstexpr int kX = 1;\ninline constexpr auto kY = f({1, 2});\nconst std::string kName{\"x\"};\n}\n"),
        (CORE, "template <>\ninline constexpr auto kEnumNames<Side> =\n    std::to_array<std::pair<Side, std::string_view>>({{Side::buy, \"B\"}});\n"),
        (CORE, "struct A {\n  static constexpr int kX = 1;\n  static A create(int x);\n  static Result<std::map<int, int>> parse(std::string_view t);\n"
               "  int value_ = 0;\n  std::vector<int> v_;\n};\n"),
        (CORE, "int f(int a, X x = {}) {\n  int local = 1;\n  static const auto table = make();\n  for (int i = 0; i < 3; ++i) {}\n  return local;\n}\n"),
        (CORE, "A::A(int x) : a_{x}, b_{std::move(x)} { init(); }\nA& A::operator=(const A& o) = default;\nusing B = std::vector<int>;\n"),
        (CORE, "__extension__ using Int128 = __int128;\nclass Gate;\nenum class E : int { a, b };\nextern \"C\" { int f(int); }\nfriend bool operator<(A, B);\n"),
        (CORE, "#define X \\\n  static int n = 0;\nstatic_assert(sizeof(A) == 8, \"it is; stored\");\nconst char* const kText = \"x\";\n"),
        (CORE, "template <class T>\nconcept C = requires(T a) { a.x; };\ntemplate <C T>\n  requires(sizeof(T) > 1)\nT f(T t) { return t; }\n"
               "template <class T>\nclass [[nodiscard]] R : public std::expected<T, E> {\n public:\n  using std::expected<T, E>::expected;\n};\n"),
        (CORE, "constexpr auto f = [](int a) { int b = a; return b; };\ntypedef int I;\nint g(std::function<int(int)> h);\n"),
        (CORE, "auto A::parse(std::string_view t) -> Result<int> { return 1; }\nvoid f() noexcept;\nA::~A() = default;\n"),
        (NET, "int count = 0;\n"), ("tradewind/core/model/x_test.cpp", "int count = 0;\n"),
    ],
    "throw": [(CORE, "// throw\nauto s = \"throw\";\n"), (NET, "void f() { try { g(); } catch (const E&) {} }\n"), ("tests/x_test.cpp", "void f() { throw 1; }\n")],
    "coroutine": [(NET, "T f() { co_return; }\n"), ("tradewind/edge/net/x_test.cpp", "T f() { co_await g(); }\n"), (CORE, "// co_await\n")],
    "co-await": [
        (NET, "T f() {\n  Options options{.name = name};\n  co_await send(std::move(options));\n  auto x = co_await g(a[1]);\n}\n"),
        (NET, "T f() {\n  if (auto n = co_await read(buffer)) {\n    co_await (a() && b());\n  }\n  while (co_await more()) { g([x] { return x; }); }\n}\n"),
    ],
    "double": [
        ("tradewind/core/ledger/x_test.cpp", "double x;\n"), ("tradewind/core/indicators/x.cpp", "double x();\n"), (LEDGER, "// a double\nint doubled();\n"),
    ],
    "pragma-once": [("tradewind/core/model/x.hpp", "// What it is.\n#pragma once\n\nint f();\n"), (CORE, "int f();\n")],
    "namespace": [
        ("tradewind/core/risk/gate.hpp", "namespace tradewind { class A; }\nnamespace tradewind::risk { class Gate; }\n"),
        ("tradewind/core/base/check.hpp", "namespace tradewind::detail { int f(); }\n"), (NET, "namespace tradewind::edge::net { int f(); }\n"),
        ("tradewind/core/tws/place_order/x.hpp", "namespace tradewind::tws { int f(); }\n"),
        ("tradewind/core/tws/place_order/y.hpp", "namespace tradewind::tws::place_order { int f(); }\n"),
        ("tradewind/core/risk/gate_test.cpp", "TEST(A, B) {}\n"), (NET, "// The library's own sources.\n#include <boost/asio/impl/src.hpp>\n"),
    ],
    "marker": [
        (CORE, "int f();  // what stands to do; the method Todo\n"), ("dev", "mktemp XXXXXX\n"), ("web/a.tsx", "<input placeholder='Symbol'/>\nx::placeholder {}\n"),
        ("tools/tidy/x.py", "# TODO\n"), ("web/package-lock.json", '"stub": 1\n'), ("docs/a.md", "stubborn; wait for nowhere\n"),
    ],
    "account": [(CORE, 'auto a = "DU0000000", b = "U0000001";\nauto u = 1234567U;\nauto e = "\\U00010348";\n'), ("docs/a.md", "0xF1234567 U12345\n")],
    "path": [("dev", 'cd "$HOME/work/x"\n'), ("docs/a.md", "https://example.org/home/page src/work/x ../work/x\n")],
    "link": [
        ("docs/a.md", "# One *two*: three\n\n[x](#one-two-three) [a](a.md#one-two-three) [d](../docs/) [web](https://x.org/gone.md) [m](mailto:a@b.c)\n"
                      "```\n[no](gone.md)\n```\n`[no](gone.md)` [r][ref]\n\n[ref]: a.md\n"),
    ],
}


def tree_of(*files):
    return Tree(dict(files), MODULES)


class EachRule(unittest.TestCase):
    """One test for each rule and side is added below."""

    def fires(self, name):
        for path, text, *expected in BROKEN[name]:
            with self.subTest(path=path, text=text):
                findings = RULES[name](tree_of((path, text)))
                lines = expected[0] if expected else [1]
                self.assertEqual([finding.line for finding in findings], lines, findings)
                self.assertEqual({(finding.path, finding.rule) for finding in findings}, {(path, name)})

    def stays_quiet(self, name):
        for path, text in CLEAN[name]:
            with self.subTest(path=path, text=text):
                self.assertEqual(RULES[name](tree_of((path, text))), [])

    def test_every_rule_has_a_violation_and_a_clean_form(self):
        separately = {"unbuilt"}
        self.assertEqual(set(BROKEN) | separately, set(RULES))
        self.assertEqual(set(CLEAN) | separately, set(RULES))


for _name in BROKEN:
    setattr(EachRule, f"test_{_name.replace('-', '_')}_fires", lambda self, name=_name: self.fires(name))
    setattr(EachRule, f"test_{_name.replace('-', '_')}_stays_quiet", lambda self, name=_name: self.stays_quiet(name))


class Unbuilt(unittest.TestCase):
    def findings(self, files):
        return [(finding.path, finding.line) for finding in RULES["unbuilt"](tree_of(*files.items()))]

    def test_a_source_no_list_names_is_found(self):
        files = {"tradewind/core/risk/CMakeLists.txt": "tw_module(core/risk SOURCES gate.cpp other_gate.cpp # lost.cpp\n)\n",
                 "tradewind/core/risk/gate.cpp": "", "tradewind/core/risk/lost.cpp": "", "tradewind/core/risk/other_gate.cpp": ""}
        self.assertEqual(self.findings(files), [("tradewind/core/risk/lost.cpp", 1)])

    def test_a_list_further_up_may_name_it_by_its_path(self):
        files = {"apps/CMakeLists.txt": "add_executable(tradewind tradewind/main.cpp ${CMAKE_CURRENT_SOURCE_DIR}/tradewind/run.cpp)\n",
                 "apps/tradewind/main.cpp": "", "apps/tradewind/run.cpp": "", "apps/tradewind/lost.cpp": "", "apps/other/main.cpp": ""}
        self.assertEqual(self.findings(files), [("apps/other/main.cpp", 1), ("apps/tradewind/lost.cpp", 1)])

    def test_headers_are_named_or_private_and_used(self):
        folder = "tradewind/core/risk"
        files = {f"{folder}/CMakeLists.txt": "tw_module(core/risk HEADERS gate.hpp SOURCES gate.cpp)\n", f"{folder}/gate.hpp": "",
                 f"{folder}/gate.cpp": include(f"{folder}/internal/used.hpp") + include(f"{folder}/unlisted.hpp"),
                 f"{folder}/internal/used.hpp": "", f"{folder}/internal/unused.hpp": "", f"{folder}/unlisted.hpp": "", f"{folder}/lost.hpp": ""}
        self.assertEqual(self.findings(files), [(f"{folder}/internal/unused.hpp", 1), (f"{folder}/lost.hpp", 1), (f"{folder}/unlisted.hpp", 1)])

    def test_python_tests_are_named_somewhere(self):
        files = {"tests/CMakeLists.txt": "tw_python_test(tidy ../tools/tidy_test.py)\n", "tools/tidy_test.py": "", "tools/lost_test.py": "",
                 "tools/tool.py": ""}
        self.assertEqual(self.findings(files), [("tools/lost_test.py", 1)])

    def test_compile_fail_files_are_named_without_their_ending(self):
        files = {"tests/compile_fail/CMakeLists.txt": "tw_compile_fail(ids DEPS core/model)\n", "tests/compile_fail/ids.cpp": "",
                 "tests/compile_fail/lost.cpp": ""}
        self.assertEqual(self.findings(files), [("tests/compile_fail/lost.cpp", 1)])


class Exceptions(unittest.TestCase):
    def check(self, text, path=CORE):
        return [(finding.line, finding.rule) for finding in tidy.check(tree_of((path, text)), ["throw", "io", "marker"])]

    def test_an_exception_covers_its_own_line(self):
        self.assertEqual(self.check("void f() { throw 1; }  // tidy: allow(throw) the test of the tests\n"), [])

    def test_an_exception_covers_the_next_line_of_code_only(self):
        text = "// tidy: allow(throw) it was\n// decided so\nvoid f() { throw 1; }\nvoid g() { throw 1; }\n"
        self.assertEqual(self.check(text), [(4, "throw")])

    def test_an_exception_covers_its_rules_only(self):
        text = "void f() { throw 1; printf(\"\"); }  // tidy: allow(%s) a reason\n"
        self.assertEqual(self.check(text % "throw"), [(1, "io")])
        self.assertEqual(self.check(text % "throw, io"), [])

    def test_an_exception_needs_a_reason(self):
        self.assertEqual(self.check("void f() { throw 1; }  // tidy: allow(throw)\n"), [(1, "allow")])
        self.assertEqual(self.check("FIXME <!-- tidy: allow(marker) -->\n", "a.md"), [(1, "allow")])

    def test_an_exception_names_a_rule_that_exists(self):
        self.assertEqual(self.check("int f();  // tidy: allow(thrown) a reason\n"), [(1, "allow")])

    def test_an_exception_that_excepts_nothing_is_refused(self):
        self.assertEqual(self.check("int f();  // tidy: allow(throw) a reason\n"), [(1, "allow")])

    def test_exceptions_work_in_other_kinds_of_files(self):
        self.assertEqual(self.check("FIXME <!-- tidy: allow(marker) the word itself -->\n", "a.md"), [])
        self.assertEqual(self.check("# tidy: allow(marker) the word itself\nFIXME\n", "a.py"), [])


class CxxText(unittest.TestCase):
    def test_comments_and_strings_are_blanked_in_place(self):
        text = "a = \"x // y\"; // c 'd'\nb = 'q'; /* e\nf */ n = 1'000'000; r = R\"z(\")z\"; s = \"\\\"\";"
        code = File("x.cpp", text).code
        self.assertEqual(len(code), len(text))
        self.assertEqual(code.count("\n"), 2)
        self.assertEqual(code.split(), ["a", "=", '"', '";', "b", "=", "'", "';", "n", "=", "1'000'000;", "r", "=", "R", '";', "s", "=", '"', '";'])

    def test_includes_in_comments_do_not_count(self):
        text = '// #include "a.hpp"\n/*\n#include <b>\n*/\n  #  include "c.hpp"\n#include <d>\n'
        self.assertEqual([(i.path, i.line, i.is_angle) for i in File("x.cpp", text).includes], [("c.hpp", 5, False), ("d", 6, True)])


class CommandLine(unittest.TestCase):
    """The whole program on a small repository."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        subprocess.run(["git", "init", "-q", self.root], check=True)
        (self.root / ".gitignore").write_text("/build/\n", encoding="utf-8")
        (self.root / "a.md").write_text("fine\n", encoding="utf-8")
        (self.root / "picture.png").write_bytes(b"\x89PNG\0FIXME")

    def run_tidy(self, *arguments):
        script = Path(tidy.__file__)
        return subprocess.run([sys.executable, "-B", script, "--root", self.root, *arguments], capture_output=True, text=True, check=False)

    def test_needs_to_know_the_modules(self):
        done = self.run_tidy()
        self.assertEqual(done.returncode, 2)
        self.assertIn("configure first", done.stderr)

    def test_sees_untracked_files_but_not_ignored_ones(self):
        (self.root / "build" / "dev").mkdir(parents=True)
        (self.root / "build" / "dev" / "modules.txt").write_text("core/base|||\n", encoding="utf-8")
        (self.root / "build" / "left.md").write_text("FIXME\n", encoding="utf-8")
        clean = self.run_tidy()
        self.assertEqual((clean.returncode, clean.stdout), (0, "tidy: 0 findings in 2 files\n"))
        (self.root / "new.md").write_text("\nFIXME\n", encoding="utf-8")
        broken = self.run_tidy("--report", self.root / "build" / "report.xml")
        self.assertEqual(broken.returncode, 1)
        self.assertEqual(broken.stdout.splitlines()[0], "new.md:2: marker: 'FIXME': finish it, or open an issue")
        report = (self.root / "build" / "report.xml").read_text(encoding="utf-8")
        self.assertEqual(report.count("<testcase"), len(RULES) + 1)
        self.assertEqual(report.count("<failure"), 1)

    def test_a_deleted_file_is_not_missed(self):
        subprocess.run(["git", "-C", self.root, "add", "-A"], check=True)
        (self.root / "a.md").unlink()
        self.assertEqual(self.run_tidy("--only", "marker").returncode, 0)

    def test_refuses_a_rule_it_does_not_know(self):
        self.assertEqual(self.run_tidy("--only", "nonsense").returncode, 2)


if __name__ == "__main__":
    unittest.main()
