"""`tradewind audit verify` on journals that real runs wrote: whatever bit of a closed segment is flipped, it fails and
names the record the bit belongs to. edge/store/audit_verify_test.cpp does the same, byte by byte, on small made-up ones."""

import json
import random
import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from journal_books import audit_verify, records, segments  # noqa: E402
from program import Simulator, tradewind  # noqa: E402


class AuditTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="tradewind-test-")))
        day = ["--from", "2025-01-06", "--to", "2025-01-06"]
        cls.demo_state = cls.folder / "demo"
        done = tradewind("demo", "--headless", "--state", cls.demo_state, *day)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        # Three runs on one state folder: a segment each.
        cls.run_state = cls.folder / "runs"
        with Simulator() as simulator:
            for _ in range(3):
                done = tradewind("run", "--mode", "sim", "--connect", f"127.0.0.1:{simulator.port}", "--strategy", "metronome", "--param", "beat=0.05",
                                 "--state", cls.run_state, "--run-for", "1")
                if done.returncode != 0:
                    raise RuntimeError(done.stderr)

    def flips(self, segment, rng):
        """(offset, the record it belongs to): both ends of the file and of some records, and places in between."""
        places = [place for place, _, _ in records(segment)]
        size = segment.stat().st_size
        self.assertEqual(places[-1].end, size)
        yield 0, places[0].seq  # the magic is the first record's
        yield len(audit_verify.MAGIC) - 1, places[0].seq
        for place in [places[0], places[1], places[-2], places[-1], *rng.sample(places, 12)]:
            # The length, the sequence, the hash of the one before, the payload, the hash.
            for offset in (place.begin, place.begin + 4, place.begin + 12, place.begin + audit_verify.PAYLOAD_AT, place.end - 32, place.end - 1):
                yield offset, place.seq
            yield rng.randrange(place.begin, place.end), place.seq

    def test_a_sound_journal_passes_by_either_of_its_folders(self):
        for state, count in ((self.demo_state, 1), (self.run_state, 3)):
            self.assertEqual(len(segments(state / "journal")), count)
            heads = set()
            for folder in (state, state / "journal"):
                done = tradewind("audit", "verify", folder)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertRegex(done.stdout, rf"^{re.escape(str(state / 'journal'))}: [0-9]+ records in {count} segments, all as written; head [0-9a-f]{{64}}\n$")
                heads.add(done.stdout)
            self.assertEqual(len(heads), 1)

    def test_every_flipped_bit_of_a_closed_segment_is_found_and_its_record_named(self):
        rng = random.Random(20131007)
        flipped = 0
        for state in (self.demo_state, self.run_state):
            for segment in segments(state / "journal"):
                whole = segment.read_bytes()
                for offset, seq in self.flips(segment, rng):
                    damaged = bytearray(whole)
                    damaged[offset] ^= 1 << rng.randrange(8)
                    segment.write_bytes(damaged)
                    done = tradewind("audit", "verify", state)
                    self.assertEqual(done.returncode, 1, f"{segment.name} offset {offset}: {done.stdout}")
                    self.assertRegex(done.stderr, rf"^tradewind: [^\n]* at record {seq}, {segment.name} offset [0-9]+: [^\n]+\n$", f"{segment.name} offset {offset}")
                    self.assertEqual(done.stdout, "")
                    flipped += 1
                segment.write_bytes(whole)
            self.assertEqual(tradewind("audit", "verify", state).returncode, 0, "the test did not put everything back")
        self.assertGreater(flipped, 400)

    def damaged(self, damage):
        copy = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tradewind-test-")))
        shutil.copytree(self.run_state / "journal", copy, dirs_exist_ok=True)
        damage(copy)
        return tradewind("audit", "verify", copy, "--json")

    def test_missing_and_shortened_segments_are_found(self):
        def shorten(folder):
            (folder / "000002.seg").write_bytes((folder / "000002.seg").read_bytes()[:-40])

        cases = {
            "a segment in the middle": lambda folder: (folder / "000002.seg").unlink(),
            "the first segment": lambda folder: (folder / "000001.seg").unlink(),
            "two swapped": lambda folder: ((folder / "000001.seg").rename(folder / "x"), (folder / "000002.seg").rename(folder / "000001.seg"), (folder / "x").rename(folder / "000002.seg")),
            "the end of one": shorten,
            "all of them": lambda folder: [file.unlink() for file in segments(folder)],
        }
        for name, damage in cases.items():
            done = self.damaged(damage)
            self.assertEqual(done.returncode, 1, name)
            said = json.loads(done.stdout)
            self.assertFalse(said["ok"], name)
            self.assertIsInstance(said["error"]["class"], str, name)
            self.assertGreater(said["error"]["record"], 0, name)
            self.assertRegex(done.stderr, r"^tradewind: [^\n]*\brecord [0-9]+\b[^\n]*\n$", name)

    def test_json_names_the_record_as_well(self):
        third = segments(self.run_state / "journal")[2]
        place = [place for place, _, _ in records(third)][5]

        def flip(folder):
            content = bytearray((folder / third.name).read_bytes())
            content[place.begin + 70] ^= 4
            (folder / third.name).write_bytes(content)

        done = self.damaged(flip)
        error = json.loads(done.stdout)["error"]
        self.assertEqual((error["class"], error["record"], error["file"]), ("hash mismatch", place.seq, third.name))


if __name__ == "__main__":
    unittest.main()
