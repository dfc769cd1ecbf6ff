#!/usr/bin/env python3
"""Instructions a message, counted by callgrind: the same in every run, so that a change of one per cent can be seen.

    instructions.py BUILD_FOLDER                e.g. build/bench/bench: prints them
    instructions.py BUILD_FOLDER --write FILE   e.g. build/release/bench, bench/instructions.csv: what was landed; the test
                                                instruction_counts compares with it

Only ours are counted: the yardstick is compiled for the machine it runs on, which callgrind does not know.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

WIRE = ["tick_price", "tick_size", "tick_by_tick", "l2", "realtime_bar", "order_status", "open_order", "exec_details",
        "position", "hist_bars", "mixed", "place_order"]
PROTOBUF = ["tick_price", "order_status", "open_order"]


def count(program, kind):
    """(what was counted, instructions for each)."""
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=*tw_counted*", f"--callgrind-out-file={os.devnull}",
               str(program), kind]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "TW_BENCH_COUNT": "1"})
    what = re.search(r"^counted (\w+ \w+) (\d+)$", done.stdout, re.MULTILINE)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not what or not collected or int(collected[1]) == 0:
        sys.exit(f"instructions: {' '.join(command)} counted nothing:\n{done.stdout}{done.stderr}")
    return what[1], int(collected[1]) / int(what[2])


def tools():
    """What the counts depend on, beside our code."""
    def version(*command):
        return re.search(r"\d+\.\d+(\.\d+)?", subprocess.run(command, capture_output=True, text=True, check=True).stdout)[0]
    return f"{platform.machine()} g++ {version('g++', '-dumpfullversion')} glibc {platform.libc_ver()[1]} valgrind {version('valgrind', '--version')}"


def wire_counts(folder):
    return {kind: count(Path(folder) / "bench_wire", kind)[1] for kind in WIRE}


def main(arguments):
    if len(arguments) == 4 and arguments[2] == "--write":
        rows = [f"{kind},{instructions:.1f}\n" for kind, instructions in wire_counts(arguments[1]).items()]
        Path(arguments[3]).write_text(f"# {tools()}\nkind,instructions\n" + "".join(rows))
        return 0
    if len(arguments) != 2:
        sys.exit(__doc__)
    if not shutil.which("valgrind"):
        sys.exit("instructions: valgrind is needed (Debian: valgrind)")
    for name, kinds in (("bench_wire", WIRE), ("bench_protobuf", PROTOBUF)):
        program = Path(arguments[1]) / name
        if not program.exists():
            print(f"{name} is not built here: left out")
            continue
        for kind in kinds:
            what, instructions = count(program, kind)
            print(f"{what:24} {instructions:9.1f} instructions", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
