"""An engine against a separate `tradewind sim serve`, killed with SIGKILL again and again and started anew on the same
state: no fill is lost or booked twice, and no order leaves before its intent is on the disk.

Between the two stands a gateway's ear: it holds every placeOrder back until it has looked for that order's intent in the
engine's journal, with a reader that shares nothing with the program. It also decides where to kill: at a moment drawn by
chance, with an order in its hands (which then does or does not reach the gateway), or between the two ends of a fill.

TRADEWIND_KILL_SEED repeats a run; TRADEWIND_KILLS changes how often is killed."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections import Counter
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import journal_books  # noqa: E402
from program import BINARY, Simulator, tradewind  # noqa: E402
from wire import Listener  # noqa: E402

KILLS = int(os.environ.get("TRADEWIND_KILLS", "24"))
SEED = int(os.environ.get("TRADEWIND_KILL_SEED", random.SystemRandom().randrange(1 << 32)))
PATIENCE = 120  # seconds
ORDER_REF = re.compile(rb"S-[A-Z0-9]{12}-metronome-[0-9A-Z]+")


def records(journal):
    """(kind, content) of all whole records, of closed segments and of the one being written. A life that begins gives the
    last segment of the one before its final name: then all is read again."""
    while True:
        names = sorted(os.listdir(journal))
        try:
            found = [(kind, content) for name in names if name.endswith((".seg", ".open")) for _, kind, content in journal_books.records(journal / name)]
        except FileNotFoundError:
            continue
        if sorted(os.listdir(journal)) == names:
            return found


def intents(journal):
    return {content["intent"]["order_ref"] for kind, content in records(journal) if kind == journal_books.INTENT}


class Ear(Listener):
    """Forwards between engine and gateway, frame by frame on the way to the gateway."""

    def __init__(self, port, journal):
        self._port = port
        self._journal = journal
        self._lock = threading.Lock()
        self.placed = Counter()  # placeOrder messages that reached the gateway, by orderRef
        self.undurable = []  # orderRefs that came before their intent was on the disk
        self._durable = set()  # orderRefs whose intent was seen on the disk: one reading serves the orders that wait behind
        self.on_order = None  # called with each placeOrder in hand: False drops it
        self.on_fill = None  # called with each execution in hand: False drops it
        super().__init__(self._forward)

    def _forward(self, engine):
        with socket.create_connection(("127.0.0.1", self._port)) as gateway:
            back = threading.Thread(target=self._pump, args=[gateway, engine, self._from_gateway, 0])
            back.start()
            self._pump(engine, gateway, self._from_engine, 4)  # "API\0" comes before the first frame
            back.join()

    def _pump(self, source, sink, look, at):
        waiting, done = b"", at == 0
        try:
            while piece := source.recv(1 << 16):
                waiting += piece
                if not done and len(waiting) >= at:
                    sink.sendall(waiting[:at])
                    waiting, done = waiting[at:], True
                while done and len(waiting) >= 4 and len(waiting) >= (size := 4 + int.from_bytes(waiting[:4], "big")):
                    whole, waiting = waiting[:size], waiting[size:]
                    if look(whole):
                        sink.sendall(whole)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _from_engine(self, whole):
        # Text as "3\0…", from 201 on the id in four bytes, 203 for protobuf. Nothing else carries a reference.
        match = ORDER_REF.search(whole)
        if match is None:
            return True
        ref = match[0].decode()
        if ref not in self._durable:
            self._durable |= intents(self._journal)
        if ref not in self._durable:
            self.undurable.append(ref)
        with self._lock:
            on_order = self.on_order
        passes = on_order is None or on_order()
        self.placed[ref] += passes
        return passes

    def _from_gateway(self, whole):
        is_execution = whole[4:7] == b"11\0" or whole[4:8] in (b"\0\0\0\x0b", b"\0\0\0\xd3")
        with self._lock:
            on_fill = self.on_fill
        return not is_execution or on_fill is None or on_fill()

    def watch(self, on_order=None, on_fill=None):
        with self._lock:
            self.on_order, self.on_fill = on_order, on_fill

    def cut(self):
        for connection in self._sockets:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Engine:
    """`tradewind run` as a process of its own."""

    def __init__(self, port, state, *before):
        self._log = f"{state}.log"  # of the latest life
        arguments = [*before, BINARY, "run", "--mode", "sim", "--connect", f"127.0.0.1:{port}", "--strategy", "metronome", "--param", "symbols=AAPL,MSFT,SPY,TSLA",
                     "--param", "beat=0.03", "--state", str(state), "--json"]
        with open(self._log, "w") as log:
            self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log, text=True)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)

    def log(self):
        return Path(self._log).read_text()

    def wait(self, timeout=PATIENCE):
        said, _ = self.process.communicate(timeout=timeout)
        return json.loads(said) if said else None


class KillCase(unittest.TestCase):
    def setUp(self):
        self.chance = random.Random(SEED)
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tradewind-kill-")))
        self.state = self.folder / "state"
        self.journal = self.state / "journal"

    def wait_for(self, condition, what, engine):
        until = time.monotonic() + PATIENCE
        while not condition():
            self.assertIsNone(engine.process.poll(), f"the engine has ended before {what}:\n{engine.log()}")
            self.assertLess(time.monotonic(), until, f"no {what} in {PATIENCE} s:\n{engine.log()}")
            time.sleep(0.005)

    def stop(self, engine):
        """Ends the last life in order, and gives its report."""
        engine.process.send_signal(signal.SIGTERM)
        report = engine.wait()
        self.assertEqual(engine.process.returncode, 0, engine.log())
        return report

    def check_books(self, simulator, ear, report):
        """Journal, report and gateway say the same, each in its own words."""
        self.assertEqual(ear.undurable, [], "orders whose intent was not on the disk")
        self.assertEqual([ref for ref, times in ear.placed.items() if times > 1], [], "orders sent twice")
        booked = Counter(content["execution"]["exec_id"] for kind, content in records(self.journal) if kind == journal_books.EXECUTION_BOOKED)
        self.assertEqual([exec_id for exec_id, times in booked.items() if times > 1], [], "fills booked twice")
        gateway = simulator.books()
        self.assertEqual(len(booked), gateway["executions"], "fills in the journal and at the gateway")
        books = journal_books.books_of(self.journal)
        cash, positions = simulator.account_books()
        self.assertEqual(books.cash, Decimal(cash))
        self.assertEqual(books.positions, {symbol: Decimal(quantity) for symbol, quantity in positions.items()})
        self.assertEqual(Decimal(report["cash"]), Decimal(cash))
        self.assertEqual({row["symbol"]: row["quantity"] for row in report["positions"] if row["quantity"] != "0"}, positions)
        self.assertEqual(report["missing_commissions"], 0)
        verified = tradewind("audit", "verify", self.state)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        return gateway


class KillTest(KillCase):
    def test_no_fill_is_lost_or_booked_twice_over_many_kills(self):
        with self.subTest(seed=SEED), Simulator("--generate", SEED % 1000) as simulator, Ear(simulator.port, self.journal) as ear:
            ways = Counter()
            for life in range(KILLS):
                engine = Engine(ear.port, self.state)
                orders = ear.placed.total()
                # A life lasts until it has sent orders, so that there is something to lose.
                self.wait_for(lambda: ear.placed.total() > orders + self.chance.randrange(3), "order", engine)
                way = self.chance.choice(("at any time", "order in hand, passed on", "order in hand, lost", "fill in hand, passed on", "fill in hand, lost"))
                ways[way] += 1
                if way == "at any time":
                    time.sleep(self.chance.random() * 0.3)
                    engine.kill()
                else:
                    passes = way.endswith("passed on")

                    def strike(engine=engine, passes=passes):
                        engine.kill()
                        return passes

                    ear.watch(**{"on_order" if way.startswith("order") else "on_fill": strike})
                engine.wait()
                ear.watch()
                self.assertEqual(engine.process.returncode, -signal.SIGKILL, engine.log())
                if life % 6 == 5:
                    self.cut_the_connection(ear)
            engine = Engine(ear.port, self.state)
            # What the kills left open has to be known again: nothing is unknown, and every symbol trades.
            self.wait_for(lambda: ear.placed.total() > 10 and "READY" in engine.log() and not self.unknown_orders(), "end of what is unknown", engine)
            report = self.stop(engine)
            gateway = self.check_books(simulator, ear, report)
            print(f"seed {SEED}: {KILLS} kills ({', '.join(f'{count} {way}' for way, count in sorted(ways.items()))}); "
                  f"{ear.placed.total()} orders sent, {gateway['executions']} fills", file=sys.stderr)
            self.assertGreater(gateway["executions"], KILLS // 2)

    def cut_the_connection(self, ear):
        """One life that loses its connection in the middle, and comes back by itself."""
        engine = Engine(ear.port, self.state)
        orders = ear.placed.total()
        self.wait_for(lambda: ear.placed.total() > orders, "order", engine)
        ear.cut()
        orders, connections = ear.placed.total(), ear.connections
        self.wait_for(lambda: ear.connections > connections and ear.placed.total() > orders, "order on a new connection", engine)
        engine.kill()
        engine.wait()

    def unknown_orders(self):
        """Orders whose last state in the journal is UNKNOWN."""
        state = {content["order_ref"]: content["state"] for kind, content in records(self.journal) if kind == journal_books.ORDER_STATE_CHANGED}
        return [ref for ref, name in state.items() if name == "UNKNOWN"]


def system_calls(trace):
    """(begin, end, name, folder-or-socket, content) of the calls in a trace by `strace -f -y -xx`; begin and end count lines."""
    open_calls, calls = {}, []
    for number, line in enumerate(trace.read_text().splitlines()):
        match = re.match(r"(\d+)\s+(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))$", line)
        if match is None:
            continue
        thread, resumed, rest, name, arguments = match.groups()
        if resumed:
            begin, name, arguments = open_calls.pop((thread, resumed))[:3]
            arguments += rest
        elif "<unfinished ...>" in line:
            open_calls[thread, name] = (number, name, arguments.replace("<unfinished ...>", ""))
            continue
        else:
            begin = number
        target = re.match(r"\d+<([^>]*)>", arguments)
        content = b"".join(bytes.fromhex(piece.replace(r"\x", "")) for piece in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', arguments))
        place = bytes.fromhex(target[1].replace(r"\x", "")).decode() if target and target[1].startswith(r"\x") else target[1] if target else ""
        calls.append((begin, number, name, place, content))
    return calls


@unittest.skipUnless(shutil.which("strace") and subprocess.run(["strace", "-o", os.devnull, "true"]).returncode == 0, "strace cannot trace here")
class TraceTest(KillCase):
    def test_the_intent_is_synced_before_the_orders_bytes_leave(self):
        trace = self.folder / "trace"
        with Simulator() as simulator, Ear(simulator.port, self.journal) as ear:
            engine = Engine(ear.port, self.state, "strace", "-f", "-y", "-xx", "-s", "4194304", "-o", str(trace), "-e", "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fdatasync,fsync")
            self.wait_for(lambda: ear.placed.total() >= 30, "order", engine)
            # strace passes the signal on to nobody: the program is its child.
            child = int(Path(f"/proc/{engine.process.pid}/task/{engine.process.pid}/children").read_text().split()[0])
            os.kill(child, signal.SIGTERM)
            engine.wait()
        self.assertEqual(ear.undurable, [], "orders whose intent was not on the disk")
        calls = system_calls(trace)
        sends = [(begin, ref) for begin, _, _, place, content in calls if "socket" in place or "TCP" in place for ref in ORDER_REF.findall(content)]
        writes = {}
        for begin, end, name, place, content in calls:
            if "/journal/" in place and name not in ("fdatasync", "fsync"):
                for ref in ORDER_REF.findall(content):
                    writes.setdefault(ref, (end, place))
        syncs = [(begin, end, place) for begin, end, name, place, _ in calls if name in ("fdatasync", "fsync")]
        self.assertGreaterEqual(len({ref for _, ref in sends}), 30)
        for sent, ref in sends:
            self.assertIn(ref, writes, "sent, and never written")
            written, segment = writes[ref]
            between = [sync for sync in syncs if sync[2] == segment and written < sync[0] and sync[1] < sent]
            self.assertTrue(between, f"no sync between the write of {ref} (line {written}) and its bytes (line {sent})")


if __name__ == "__main__":
    unittest.main()
