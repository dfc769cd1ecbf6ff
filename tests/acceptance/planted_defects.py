#!/usr/bin/env python3
"""Shows that kill_test.py can fail: builds the program with one defect planted after the other, and runs it on each.

    planted_defects.py [NAME...]

Works on a copy of the tree in build/defects, which is kept, so that a later run compiles only what the defects touch (the
first one builds everything the program needs). Exit code 0 when the test passes without a defect and fails on each."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TREE = ROOT / "build/defects/tree"


@dataclass
class Defect:
    name: str
    what: str
    file: str
    old: str
    new: str
    says: tuple  # what the failing test must say: the defect has to be found, not stumbled over


DEFECTS = [
    Defect("send-before-commit", "an order leaves as soon as it is approved, whatever the disk does", "tradewind/core/engine/engine_orders.cpp",
           "  outbox_.park(seq, *approved, now_.mono);\n", "  outbox_.park(seq, *approved, now_.mono);\n  on(model::Committed{seq});\n",
           ("no sync between the write", "sent, and never written", "orders whose intent was not on the disk")),
    Defect("no-sync", "the journal is written and not synced", "tradewind/edge/store/posix_directory.cpp",
           "::fdatasync(", "[](int) { return 0; }(", ("no sync between the write",)),
    Defect("fill-from-status", "a fill is booked from an order status", "tradewind/core/engine/engine_orders.cpp",
           "void Engine::on(const model::OrderStatusSeen& seen) {\n",
           """void Engine::on(const model::OrderStatusSeen& seen) {
  if (const orders::Order* order = orders_.find(seen.order_id); order != nullptr && !seen.filled.is_zero()) {
    model::Execution execution;
    execution.exec_id = model::ExecId::from(fmt::format("status.{}.01", seen.perm_id)).value();
    execution.account = account_;
    execution.contract = order->intent.contract;
    execution.side = order->intent.request.side;
    execution.quantity = seen.filled;
    execution.price = Price::of(1);
    execution.order_ref = order->intent.order_ref;
    if (ledger_.book(execution, strategy_name_).has_value()) note(journal::ExecutionBooked{execution, strategy_name_});
  }
""", ("fills in the journal and at the gateway", "BRK-")),
    Defect("no-exec-id-check", "an execution is booked each time it is reported", "tradewind/core/ledger/ledger.cpp",
           "Result<Booking> Ledger::book(const Execution& execution, const model::StrategyName& owner) {\n",
           """Result<Booking> Ledger::book(const Execution& reported, const model::StrategyName& owner) {
  Execution execution = reported;
  execution.exec_id = model::ExecId::from(fmt::format("{}.{}.01", reported.exec_id.stem(), executions_.size())).value();
""", ("fills in the journal and at the gateway", "BRK-")),
]


def run(*command, **more):
    return subprocess.run([str(part) for part in command], text=True, **more)


def copy_tree():
    tracked = run("git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", capture_output=True, check=True).stdout.split("\n")
    for name in filter(None, tracked):
        source, target = ROOT / name, TREE / name
        if source.is_file() and not (target.exists() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())


def kill_test():
    """True when it passes, and what it said."""
    build = TREE / "build/release"
    if not (build / "build.ninja").exists():
        run("cmake", "--preset", "release", "-DTW_BUILD_TESTS=OFF", cwd=TREE, check=True, stdout=subprocess.DEVNULL)
    built = run("cmake", "--build", build, "--target", "tradewind", capture_output=True)
    if built.returncode != 0:
        sys.exit(f"the program does not build:\n{built.stdout[-4000:]}")
    done = run(sys.executable, "-B", "-W", "ignore", ROOT / "tests/acceptance/kill_test.py", capture_output=True,
               env={**os.environ, "TRADEWIND_BIN": str(TREE / "build/bin/tradewind")})
    return done.returncode == 0, done.stderr


def main(names):
    known = [defect.name for defect in DEFECTS]
    if unknown := set(names) - set(known):
        sys.exit(f"there is no defect {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    copy_tree()
    passes, said = kill_test()
    print(f"without a defect: {'passes' if passes else 'FAILS'}", flush=True)
    if not passes:
        sys.exit(said)
    missed = []
    for defect in (d for d in DEFECTS if not names or d.name in names):
        path = TREE / defect.file
        text = path.read_text()
        if text.count(defect.old) != 1:
            sys.exit(f"{defect.name}: {defect.file} holds the place to plant it {text.count(defect.old)} times, not once: mend this script")
        try:
            path.write_text(text.replace(defect.old, defect.new))
            passes, said = kill_test()
        finally:
            path.write_text(text)
        found = next((line for line in said.splitlines() for words in defect.says if words in line), None)
        print(f"{defect.name} ({defect.what}): {'fails, as it has to: ' + found.strip()[:200] if found and not passes else 'NOT FOUND'}", flush=True)
        if passes or not found:
            missed.append(defect.name)
            print(said[-3000:])
    if missed:
        sys.exit(f"not found: {', '.join(missed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
