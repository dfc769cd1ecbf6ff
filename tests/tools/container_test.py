"""Goal: deploy/simulator/Containerfile is right, without a container runtime. Method: what it says is read and compared: its
packages with ./dev and with what the program is linked to, the files it copies with what the build asks for; its command line and
its health check run for real, on free ports of the loopback address."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TRADEWIND_BIN", str(ROOT / "build/bin/tradewind"))
FOLDER = ROOT / "deploy/simulator"
# Of the packages for compiler, build and libraries that ./dev installs, those a single build does not need.
NOT_FOR_ONE_BUILD = {"ccache", "git", "ca-certificates"}


def instructions(text):
    """(word, rest) of each instruction; comments left out, continued lines joined."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")).replace("\\\n", " ")
    return [tuple(" ".join(line.split()).split(" ", 1)) for line in lines.splitlines() if line.strip()]


def stages():
    found = []
    for word, rest in instructions((FOLDER / "Containerfile").read_text()):
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def of(stage, word):
    return [rest for name, rest in stage if name == word]


def packages(command):
    """What `apt-get install` of a shell line names."""
    return [name for call in re.findall(r"apt-get install ([^&\n]*)", command) for name in call.split() if not name.startswith("-")]


def dev_packages():
    """Those of ./dev by the comment above them."""
    listed = re.search(r"^packages=\(\n(.*?)^\)", (ROOT / "dev").read_text(), re.MULTILINE | re.DOTALL)[1]
    groups = re.split(r"^\s*# (.*)\n", listed, flags=re.MULTILINE)[1:]
    return {title: set(names.split()) for title, names in zip(groups[::2], groups[1::2])}


def linked_packages():
    """Debian packages of the libraries the program names, without the C library, which every image has; tzdata it reads."""
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", subprocess.run(["readelf", "-d", BINARY], capture_output=True, text=True, check=True).stdout)
    where = dict(re.findall(r"^\s*(\S+) => (\S+)", subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout, re.MULTILINE))
    names = {"tzdata"}
    for library in needed:
        if library in where:
            places = {where[library], "/usr" + where[library]}  # /lib is a link to /usr/lib, and dpkg knows either
            owners = [subprocess.run(["dpkg", "-S", place], capture_output=True, text=True).stdout.split(":")[0] for place in places]
            names.add(next(filter(None, owners), f"nobody has {library}"))
    return names - {"libc6"}


class Containerfile(unittest.TestCase):
    def test_it_is_built_with_the_packages_of_dev(self):
        groups = dev_packages()
        wanted = groups["compiler and build"] | groups["libraries"] | {"python3"}
        self.assertEqual(sorted(packages(of(stages()[0], "RUN")[0])), sorted(wanted - NOT_FOR_ONE_BUILD))

    @unittest.skipUnless(shutil.which("dpkg"), "there is no dpkg: which package a library is in cannot be asked")
    def test_it_runs_with_the_packages_the_program_is_linked_to(self):
        wanted = sorted(linked_packages())
        self.assertEqual(sorted(packages(of(stages()[1], "RUN")[0])), wanted)
        for page in ("docs/guide/simulator-in-ci.md", "examples/simulator/ci.yml"):
            lines = [line for line in (ROOT / page).read_text().splitlines() if "libfmt9" in line]
            self.assertTrue(lines)
            for line in lines:
                self.assertEqual(sorted(packages(line)), wanted, page)

    def test_what_it_copies_is_enough_to_configure_and_plan_the_build(self):
        build = stages()[0]
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "source"
            source.mkdir()
            for copy in of(build, "COPY"):
                *names, target = copy.split()
                for name in names:
                    place = source / target if target != "./" else source / name
                    (shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile)(ROOT / name, place)
            configure, compile_, strip = of(build, "RUN")[1].split(" && ")
            done = subprocess.run(configure, shell=True, cwd=source, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])
            words = compile_.split()
            self.assertEqual(words[:2] + words[3:], ["cmake", "--build", "--target", "tradewind"])
            inputs = subprocess.run(["ninja", "-C", words[2], "-t", "inputs", "tradewind"], cwd=source, capture_output=True, text=True, check=True)
            made = subprocess.run(["ninja", "-C", words[2], "-t", "targets", "all"], cwd=source, capture_output=True, text=True, check=True)
            made = {line.rsplit(": ", 1)[0] for line in made.stdout.splitlines()}
            files = [line for line in inputs.stdout.splitlines() if line not in made]
            self.assertGreater(len(files), 200)
            self.assertEqual([name for name in files if not (source / words[2] / name).exists()], [])
            self.assertEqual(strip, "strip build/bin/tradewind")
            binary = re.search(r"^TW_BIN_DIR:PATH=(.*)$", (source / words[2] / "CMakeCache.txt").read_text(), re.MULTILINE)[1]
            self.assertEqual(Path(binary), source / "build/bin")

    def test_files_it_copies_from_the_tree_are_there(self):
        for stage in stages():
            for copy in of(stage, "COPY"):
                if not copy.startswith("--from"):
                    for name in copy.split()[:-1]:
                        self.assertTrue((ROOT / name).exists(), name)
        self.assertTrue(os.access(FOLDER / "healthcheck", os.X_OK))

    def test_it_does_not_run_as_root(self):
        (user,) = of(stages()[1], "USER")
        self.assertRegex(user, r"^[1-9]\d*:[1-9]\d*$")
        words = [word for word, _ in stages()[1]]
        self.assertLess(max(at for at, word in enumerate(words) if word == "RUN"), words.index("USER"))
        self.assertLess(words.index("USER"), words.index("ENTRYPOINT"))

    def test_its_command_serves_and_its_health_check_says_so(self):
        (entry,), (exposed,), (check,) = (of(stages()[1], word) for word in ("ENTRYPOINT", "EXPOSE", "HEALTHCHECK"))
        command, check = json.loads(entry), json.loads(check.split(" CMD ")[1])
        ports = dict(zip(command[1:], command[2:]))
        self.assertEqual((ports["--port"], ports["--control"]), (exposed, check[-1]))
        installed = dict(copy.split()[-2:] for copy in of(stages()[1], "COPY"))
        self.assertEqual(installed["deploy/simulator/healthcheck"], f"/usr/local/bin/{check[0]}")
        self.assertEqual((command[0], installed["/source/build/bin/tradewind"]), ("tradewind", "/usr/local/bin/tradewind"))
        # As it stands, but for the ports and the address.
        here = {"--port": "0", "--control": "0", "--host": "127.0.0.1"}
        words = [here.get(before, word) for before, word in zip(["", *command], command)]
        process = subprocess.Popen([BINARY, *words[1:], "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            control = json.loads(process.stdout.readline())["control_port"]
            self.assertEqual(self.health(control), 0)
        finally:
            process.terminate()
            process.communicate(timeout=10)
        self.assertEqual(process.returncode, 0)
        self.assertNotEqual(self.health(control), 0)

    def health(self, port):
        return subprocess.run([FOLDER / "healthcheck", str(port)], capture_output=True, timeout=10).returncode

    def test_the_compose_example_uses_the_ports_of_the_image(self):
        text = (FOLDER / "compose.yaml").read_text()
        command = json.loads(of(stages()[1], "ENTRYPOINT")[0])
        ports = dict(zip(command[1:], command[2:]))
        self.assertIn(f'ports: ["127.0.0.1:{ports["--port"]}:{ports["--port"]}"]', text)
        self.assertIn(f'TWS_PORT: "{ports["--port"]}", TWS_CONTROL_PORT: "{ports["--control"]}"', text)
        more = json.loads(re.search(r"image: tradewind-sim.*\n\s+command: (\[.*\])", text)[1])
        help_text = subprocess.run([BINARY, "sim", "serve", "--help"], capture_output=True, text=True, check=True).stdout
        for flag in (word for word in more if word.startswith("-")):
            self.assertIn(f"  {flag} ", help_text)


if __name__ == "__main__":
    unittest.main()
