"""Goal: ./dev does what its help says, on machines in every state. Method: a copy of the script in a folder of its own,
with a PATH that holds a few real utilities and stand-ins for apt, dpkg, sudo, cmake and ctest, which note how they were
called; so nothing is installed or built, and a machine without sudo or with Boost 1.74 is a matter of a line."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ["setup", "build", "demo", "test", "fuzz", "bench", "lint", "docs", "clean"]
REAL = """awk basename bash cat chmod cmp comm cp dirname env find git grep head ls mkdir python3 readlink rm sed sh sort touch
xargs""".split()

STAND_INS = {
    # Every package is installed but those in the file `missing`; Boost 1.74 only when the file `boost174` exists.
    "dpkg-query": """
        echo "dpkg-query" >> "$STATE/calls"
        shift 3
        for package in "$@"; do
          if [ "$package" = libboost1.74-dev ]; then [ -e "$STATE/boost174" ] || continue
          elif grep -qx -- "$package" "$STATE/missing"; then continue; fi
          echo "$package installed"
        done""",
    # Knows packages once the lists are there; installs by emptying `missing`, unless `broken` exists.
    "apt-get": """
        case "$*" in
          *--simulate*) [ -e "$STATE/lists" ]; exit ;;
          *update) echo "update" >> "$STATE/calls"; touch "$STATE/lists" ;;
          *) echo "$DEBIAN_FRONTEND apt-get $*" >> "$STATE/calls"
             [ -e "$STATE/lists" ] || exit 100
             [ -e "$STATE/broken" ] || : > "$STATE/missing" ;;
        esac""",
    "sudo": """
        echo "sudo" >> "$STATE/calls"
        exec "$@" """,
    "id": 'cat "$STATE/uid"',
    "nproc": "echo 3",
    "g++": 'cat "$STATE/gcc_version"',
    "clang++-19": "echo 19.1.7",
    "ninja": "echo 1.11.1",
    # `cmake --preset P` configures, `cmake --build build/P` builds unless the file `broken_P` exists.
    "cmake": """
        case "$1" in
          --version) echo "cmake version 3.25.1"; exit ;;
          --preset) echo "configure $2" >> "$STATE/calls"; mkdir -p "build/$2"; touch "build/$2/build.ninja" ;;
          --build)
            preset=$(basename "$2"); echo "build $preset $*" >> "$STATE/calls"
            echo "compiling"
            [ ! -e "$STATE/broken_$preset" ] || exit 1
            mkdir -p "$2/../bin"; cp "$STATE/program" "$2/../bin/tradewind" ;;
        esac""",
    # One entry `unit` that passes, or fails when the file `failing` exists.
    "ctest": """
        echo "ctest $*" >> "$STATE/calls"
        case "$*" in
          *--show-only*) echo '{"tests": [{"name": "unit"}]}' ;;
          *)
            while [ "$1" != --output-junit ]; do shift; done
            if [ -e "$STATE/failing" ]; then status='status="fail"><failure message=""/>'; else status='status="run">'; fi
            echo "<testsuite><testcase name='unit' $status<system-out>what it said</system-out></testcase></testsuite>" > "$2" ;;
        esac""",
}


class Dev(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        base = Path(folder.name)
        self.root, self.state, self.elsewhere, self.bin = (base / name for name in ("tree", "state", "elsewhere", "bin"))
        for path in (self.root, self.state, self.elsewhere, self.bin):
            path.mkdir()
        shutil.copy(ROOT / "dev", self.root)
        shutil.copytree(ROOT / ".ci", self.root / ".ci")
        shutil.copytree(ROOT / "tools", self.root / "tools", ignore=shutil.ignore_patterns("__pycache__", "*_test.py"))
        (self.root / "CMakePresets.json").write_text("{}", encoding="utf-8")
        os.utime(self.root / "CMakePresets.json", (0, 0))
        for name in REAL:
            (self.bin / name).symlink_to(shutil.which(name))
        for name, text in STAND_INS.items():
            self.stand_in(name, text)
        self.write(missing="", uid="0\n", gcc_version="12.2.0\n", calls="", lists="")
        self.write(program='#!/bin/sh\nprintf "[%s]" "$@" "$(basename "$PWD")"\nexit 7\n')
        (self.state / "program").chmod(0o755)

    def stand_in(self, name, text):
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def write(self, **files):
        for name, text in files.items():
            (self.state / name).write_text(text, encoding="utf-8")

    def calls(self):
        return (self.state / "calls").read_text(encoding="utf-8").splitlines()

    def run_dev(self, *arguments, script="dev"):
        environment = {"PATH": str(self.bin), "STATE": str(self.state), "LC_ALL": "C", "HOME": str(self.elsewhere)}
        return subprocess.run([self.root / script, *arguments], cwd=self.elsewhere, env=environment, capture_output=True, text=True,
                              check=False, timeout=60)


class Usage(Dev):
    def test_alone_it_prints_the_overview(self):
        done = self.run_dev()
        self.assertEqual(done.returncode, 0)
        for command in COMMANDS:
            self.assertRegex(done.stdout, rf"(?m)^  {command} ")
        self.assertEqual(self.run_dev("--help").stdout, done.stdout)

    def test_every_command_explains_itself_and_does_nothing_else(self):
        for command in COMMANDS:
            done = self.run_dev(command, "--help")
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout.startswith(f"usage: ./dev {command}"), done.stdout)
        self.assertEqual(self.calls(), [])

    def test_an_unknown_command_is_a_usage_error_in_one_line(self):
        for word in ("bulid", "build demo", "--fast", "*"):
            done = self.run_dev(word)
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1))
            self.assertIn(f"unknown command '{word}'", done.stderr)

    def test_wrong_arguments_are_usage_errors(self):
        for arguments in (["setup", "now"], ["build", "--fast"], ["build", "-j"], ["build", "-j", "0"], ["test", "--slow"], ["test", "-R"],
                          ["fuzz", "--seconds"], ["fuzz", "--seconds", "0"], ["fuzz", "client"], ["fuzz", "--only"], ["fuzz", "--only", "x"], ["lint", "--fix", "x"], ["docs", "x"], ["clean", "x"]):
            with self.subTest(arguments=arguments):
                done = self.run_dev(*arguments)
                self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, "", 1))
        self.assertEqual(self.calls(), [])

    def test_it_works_through_a_link(self):
        (self.elsewhere / "dev").symlink_to(self.root / "dev")
        (self.root / "build").mkdir()
        subprocess.run([self.elsewhere / "dev", "clean"], env={"PATH": str(self.bin)}, capture_output=True, check=True)
        self.assertFalse((self.root / "build").exists())


class Setup(Dev):
    def test_asks_dpkg_once_and_leaves_apt_alone_when_all_is_there(self):
        done = self.run_dev("setup")
        self.assertEqual((done.returncode, self.calls()), (0, ["dpkg-query"]), done.stderr)
        self.assertRegex(done.stderr, r"all \d+ packages are installed")

    def test_installs_what_is_missing_and_only_that(self):
        self.write(missing="g++\nlibfmt-dev\n")
        done = self.run_dev("setup")
        self.assertEqual(done.returncode, 0, done.stderr)
        installs = [call for call in self.calls() if "apt-get" in call]
        self.assertEqual(len(installs), 1)
        self.assertRegex(installs[0], r"^noninteractive apt-get .*--no-install-recommends install g\+\+ libfmt-dev$")
        self.assertNotIn("update", self.calls())
        self.assertNotIn("sudo", self.calls())

    def test_updates_the_package_lists_when_apt_does_not_know_a_package(self):
        self.write(missing="mold\n")
        (self.state / "lists").unlink()
        self.assertEqual(self.run_dev("setup").returncode, 0)
        self.assertEqual([call.split()[0] for call in self.calls()], ["dpkg-query", "update", "noninteractive", "dpkg-query"])

    def test_uses_sudo_when_not_root(self):
        self.write(missing="mold\n", uid="1000\n")
        self.assertEqual(self.run_dev("setup").returncode, 0)
        self.assertEqual([call.split()[0] for call in self.calls()], ["dpkg-query", "sudo", "noninteractive", "dpkg-query"])

    def test_says_what_to_do_without_root_and_sudo(self):
        self.write(missing="mold\n", uid="1000\n")
        (self.bin / "sudo").unlink()
        done = self.run_dev("setup")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get install --no-install-recommends mold", done.stderr)

    def test_needs_no_root_when_all_is_there(self):
        self.write(uid="1000\n")
        (self.bin / "sudo").unlink()
        self.assertEqual(self.run_dev("setup").returncode, 0)

    def test_says_how_to_solve_the_conflict_with_boost_1_74(self):
        self.write(missing="libboost1.81-dev\n", boost174="")
        done = self.run_dev("setup")
        self.assertEqual((done.returncode, self.calls()), (1, ["dpkg-query"]))
        self.assertIn("apt-get remove libboost1.74-dev", done.stderr)

    def test_never_asks_for_the_boost_that_conflicts(self):
        script = (self.root / "dev").read_text(encoding="utf-8")
        packages = script.split("packages=(")[1].split("\n)")[0].split()
        self.assertIn("libboost1.81-dev", packages)
        self.assertFalse({"libboost-dev", "libboost-all-dev", "libboost1.74-dev"} & set(packages))

    def test_fails_when_apt_fails(self):
        self.write(missing="mold\n")
        self.stand_in("apt-get", "exit 100")
        done = self.run_dev("setup")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt could not install", done.stderr)

    def test_fails_when_a_package_is_still_missing_afterwards(self):
        self.write(missing="mold\n", broken="")
        done = self.run_dev("setup")
        self.assertEqual(done.returncode, 1)
        self.assertIn("still not installed: mold", done.stderr)

    def test_refuses_an_old_compiler_that_hides_the_right_one(self):
        self.write(gcc_version="11.4.0\n")
        done = self.run_dev("setup")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"g\+\+ 11\.4\.0 is too old, 12\.2 is needed")

    def test_refuses_a_compiler_that_does_not_run(self):
        self.stand_in("clang++-19", "exit 1")
        done = self.run_dev("setup")
        self.assertEqual(done.returncode, 1)
        self.assertIn("clang++-19 is installed, but does not run", done.stderr)

    def test_says_so_on_another_system(self):
        (self.bin / "dpkg-query").unlink()
        done = self.run_dev("setup")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not Debian", done.stderr)


class Build(Dev):
    def test_configures_once_and_builds_with_every_processor(self):
        self.assertEqual(self.run_dev("build").returncode, 0)
        self.assertEqual(self.run_dev("build", "-j", "1").returncode, 0)
        kinds = [call for call in self.calls() if call != "dpkg-query"]
        self.assertEqual([call.split()[0] for call in kinds], ["configure", "build", "build"])
        self.assertTrue(kinds[1].endswith("-j 3") and kinds[2].endswith("-j 1"), kinds)

    def test_configures_again_when_the_presets_change(self):
        self.run_dev("build")
        os.utime(self.root / "CMakePresets.json", (2**32, 2**32))
        self.run_dev("build")
        self.assertEqual(self.calls().count("configure release"), 2)

    def test_fails_when_the_build_fails(self):
        self.write(broken_release="")
        self.assertEqual(self.run_dev("build").returncode, 1)

    def test_clean_removes_what_was_built(self):
        self.run_dev("build")
        self.assertTrue((self.root / "build").exists())
        self.assertEqual(self.run_dev("clean").returncode, 0)
        self.assertFalse((self.root / "build").exists())


class Demo(Dev):
    def test_passes_on_arguments_folder_output_and_exit_code(self):
        done = self.run_dev("demo", "--seed", "7", "a b")
        self.assertEqual((done.returncode, done.stdout), (7, "[demo][--seed][7][a b][elsewhere]"))

    def test_does_not_run_after_a_failed_build(self):
        self.write(broken_release="")
        done = self.run_dev("demo")
        self.assertEqual((done.returncode, done.stdout), (1, ""))


class Test(Dev):
    def test_counts_both_builds_and_ends_with_the_counts(self):
        done = self.run_dev("test")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "2 passed, 0 failed, 0 skipped"), done.stderr)
        self.assertRegex(done.stderr, r"took: setup \d+ s, release build \d+ s, release tests \d+ s, asan build \d+ s, asan tests \d+ s; \d+ s in all")

    def test_fails_when_a_test_fails_and_shows_its_output(self):
        self.write(failing="")
        done = self.run_dev("test", "--fast")
        self.assertEqual(done.returncode, 1)
        self.assertEqual([line for line in done.stdout.splitlines() if line != "compiling"],
                         ["FAILED release: unit", "    what it said", "0 passed, 1 failed, 0 skipped"])

    def test_a_build_that_fails_counts_as_a_failure(self):
        self.write(broken_asan="")
        done = self.run_dev("test")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (1, "1 passed, 1 failed, 0 skipped"))
        self.assertIn("FAILED asan build: did not finish", done.stdout)

    def test_a_report_of_an_earlier_run_is_not_counted(self):
        stale = self.root / "build" / "release" / "test_reports" / "unit.xml"
        stale.parent.mkdir(parents=True)
        stale.write_text("<testsuite><testcase name='a'/><testcase name='b'/></testsuite>", encoding="utf-8")
        done = self.run_dev("test", "--fast")
        self.assertEqual(done.stdout.splitlines()[-1], "1 passed, 0 failed, 0 skipped")

    def test_fast_leaves_the_sanitizers_out(self):
        done = self.run_dev("test", "--fast")
        self.assertEqual(done.stdout.splitlines()[-1], "1 passed, 0 failed, 0 skipped")
        self.assertFalse([call for call in self.calls() if "asan" in call])

    def test_passes_a_regular_expression_on_to_ctest(self):
        self.run_dev("test", "-R", "core.*", "-j", "5")
        ctest = [call for call in self.calls() if call.startswith("ctest")]
        self.assertEqual(len(ctest), 4)
        for call in ctest:
            self.assertIn("-R core.*", call)
        self.assertIn("--parallel 5", ctest[1])
        self.assertNotIn("-LE ^once$", ctest[0] + ctest[1])
        self.assertTrue(ctest[2].endswith("-LE ^once$") and ctest[3].endswith("-LE ^once$"))

    def test_ci_run_is_dev_test(self):
        done = self.run_dev("--fast", script=".ci/run")
        self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (0, "1 passed, 0 failed, 0 skipped"))
        self.assertEqual(len((ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()), 3)


class Fuzz(Dev):
    def setUp(self):
        super().setUp()
        self.folder = self.root / "build" / "fuzz" / "tests" / "fuzz"
        self.folder.mkdir(parents=True)
        self.fuzzer("write_seeds", "mkdir -p $1/client $1/gateway")
        self.fuzzer("fuzz_client", 'echo "$*" >> "$STATE/calls"; echo "INFO: noise"; echo "fuzz_client: 12 frames in 3 inputs" >&2')
        self.fuzzer("fuzz_gateway", 'echo "$*" >> "$STATE/calls"; echo "fuzz_gateway: 7 frames in 2 inputs" >&2')
        self.fuzzer("fuzz_neighbours", 'echo "$*" >> "$STATE/calls"; echo "fuzz_neighbours: 5 frames in 1 inputs" >&2')

    def fuzzer(self, name, text):
        (self.folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (self.folder / name).chmod(0o755)

    def test_runs_each_for_a_third_of_the_time_and_prints_the_frames(self):
        done = self.run_dev("fuzz", "--seconds", "58")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "fuzz_client: 12 frames in 3 inputs\nfuzz_gateway: 7 frames in 2 inputs\n"
                                      "fuzz_neighbours: 5 frames in 1 inputs\n")
        runs = [call for call in self.calls() if call.startswith("-dict=")]
        self.assertEqual(len(runs), 3)
        for run, (side, seeds) in zip(runs, (("client", "client"), ("gateway", "gateway"), ("neighbours", "gateway"))):
            self.assertIn(" -max_total_time=20 ", run)
            self.assertTrue(run.endswith(f"fuzz/corpus/{side} {self.root}/build/fuzz/fuzz/seeds/{seeds}"), run)

    def test_runs_for_five_minutes_by_default(self):
        self.assertEqual(self.run_dev("fuzz").returncode, 0)
        self.assertEqual(sum(" -max_total_time=100 " in call for call in self.calls()), 3)

    def test_runs_one_alone_for_all_the_time(self):
        done = self.run_dev("fuzz", "--seconds", "40", "--only", "neighbours")
        self.assertEqual((done.returncode, done.stdout), (0, "fuzz_neighbours: 5 frames in 1 inputs\n"), done.stderr)
        self.assertEqual([" -max_total_time=40 " in call for call in self.calls() if call.startswith("-dict=")], [True])

    def test_fails_when_a_fuzzer_finds_something_and_runs_the_others_all_the_same(self):
        self.fuzzer("fuzz_client", 'echo "noise"; echo "ERROR: AddressSanitizer: heap-buffer-overflow"; exit 77')
        done = self.run_dev("fuzz")
        self.assertEqual(done.returncode, 1)
        self.assertEqual([line for line in done.stdout.splitlines() if line != "compiling"],
                         ["ERROR: AddressSanitizer: heap-buffer-overflow", "fuzz_gateway: 7 frames in 2 inputs",
                          "fuzz_neighbours: 5 frames in 1 inputs"])
        self.assertIn("fuzz_client failed (code 77)", done.stderr)
        self.assertIn("build/fuzz/fuzz/found", done.stderr)

    def test_does_not_run_after_a_failed_build(self):
        self.write(broken_fuzz="")
        self.assertEqual(self.run_dev("fuzz").returncode, 1)
        self.assertFalse([call for call in self.calls() if call.startswith("-dict=")])


class BenchLintDocs(Dev):
    def test_bench_says_plainly_that_there_is_none(self):
        done = self.run_dev("bench")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("no benchmark yet", done.stderr)

    def test_bench_runs_each_and_passes_arguments_on(self):
        folder = self.root / "build" / "bench" / "bench"
        folder.mkdir(parents=True)
        for name in ("bench_decode", "bench_journal"):
            shutil.copy(self.state / "program", folder / name)
            (folder / name).write_text(f'#!/bin/sh\necho "{name} $*"\n', encoding="utf-8")
        done = self.run_dev("bench", "--benchmark_filter=x")
        self.assertEqual(done.stdout, "bench_decode --benchmark_filter=x\nbench_journal --benchmark_filter=x\n")
        self.assertEqual(done.returncode, 0)

    def lint_tree(self):
        subprocess.run(["git", "init", "-q", self.root], check=True)
        (self.root / ".gitignore").write_text("/build/\n", encoding="utf-8")
        (self.root / "good.cpp").write_text("formatted\n", encoding="utf-8")
        modules = self.root / "build" / "release" / "modules.txt"
        modules.parent.mkdir(parents=True)
        modules.write_text("core/base|||\n", encoding="utf-8")
        # Formatting is to write `formatted`; shellcheck dislikes the word `dubious`.
        self.stand_in("clang-format-19", 'if [ "$1" = -i ]; then shift; for f in "$@"; do echo formatted > "$f"; done; else echo formatted; fi')
        self.stand_in("shellcheck", '! grep -l dubious "$@"')

    def test_lint_passes_on_a_clean_tree(self):
        self.lint_tree()
        done = self.run_dev("lint")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue(any("all_verify_interface_header_sets" in call for call in self.calls()))
        self.assertTrue(any(call.startswith("build tidy") for call in self.calls()))

    def test_lint_names_the_files_and_fixes_them(self):
        self.lint_tree()
        (self.root / "bad.cpp").write_text("as it came\n", encoding="utf-8")
        done = self.run_dev("lint")
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad.cpp", done.stdout.splitlines())
        self.assertNotIn("good.cpp", done.stdout.splitlines())
        self.assertIn("lint failed: format", done.stderr)
        self.assertEqual(self.run_dev("lint", "--fix").returncode, 0)
        self.assertEqual(self.run_dev("lint").returncode, 0)

    def test_lint_runs_every_step_and_names_those_that_failed(self):
        self.lint_tree()
        (self.root / "script").write_text("#!/bin/bash\ndubious\n", encoding="utf-8")
        (self.root / "a.md").write_text("FIXME\n", encoding="utf-8")  # tidy: allow(marker) planted
        self.write(broken_tidy="")
        done = self.run_dev("lint")
        self.assertEqual(done.returncode, 1)
        self.assertIn("lint failed: shellcheck clang-tidy tidy", done.stderr)

    def test_docs_finds_a_broken_link_and_stale_pages(self):
        subprocess.run(["git", "init", "-q", self.root], check=True)
        page = self.root / "page.md"
        page.write_text("[here](page.md)\n", encoding="utf-8")
        generator = self.root / "tools" / "gen_docs"
        generator.unlink()  # it would look for a schema
        self.assertEqual(self.run_dev("docs").returncode, 0)
        generator.write_text('#!/bin/sh\n[ "$1" = --check ] && exit 1\n', encoding="utf-8")
        generator.chmod(0o755)
        self.assertEqual(self.run_dev("docs").returncode, 1)
        generator.unlink()
        page.write_text("[there](gone.md)\n", encoding="utf-8")
        done = self.run_dev("docs")
        self.assertEqual(done.returncode, 1)
        self.assertIn("page.md:1: link:", done.stdout)


if __name__ == "__main__":
    unittest.main()
