#!/usr/bin/env python3
"""Verifies Tradewind journals: every byte, every link of the chain. Changes nothing.

Written from docs/adr/0005-journal.md with the standard library alone; it shares no code with `tradewind audit verify`,
and must agree with it on the verdict, the record it names and the head.

Usage: audit_verify.py [--json] DIRECTORY...
Prints one line for each directory. Exit code: 0 good, 10 hash mismatch, 11 gap or order, 12 duplicate, 14 missing
segment, 16 binding, 2 usage, 74 cannot be read; that of the first directory that is not good.
"""

import argparse
import hashlib
import json
import os
import re
import struct
import sys
from dataclasses import dataclass

MAGIC = b"TWJRNL01"
ENVELOPE = struct.Struct("<Q32sqqHHQ")  # seq, prev_hash, utc, mono, kind, schema, causation
LENGTH = struct.Struct("<I")
FRAMING = LENGTH.size + ENVELOPE.size + 32
PAYLOAD_AT = LENGTH.size + ENVELOPE.size
RECORD_MAX = 4 << 20
SEGMENT_MAX = 1 << 30
SECTOR = 512
NO_HASH = bytes(32)

GENESIS, SEGMENT_STARTED, SEGMENT_ENDED = 1, 2, 3

HASH_MISMATCH, GAP_OR_ORDER, DUPLICATE, MISSING_SEGMENT, BINDING, UNREADABLE = 10, 11, 12, 14, 16, 74
NAMES = {
    HASH_MISMATCH: "hash mismatch",
    GAP_OR_ORDER: "gap or order",
    DUPLICATE: "duplicate",
    MISSING_SEGMENT: "missing segment",
    BINDING: "binding",
}


class Finding(Exception):
    def __init__(self, code, seq, file, offset, detail):
        super().__init__(detail)
        self.code, self.seq, self.file, self.offset, self.detail = code, seq, file, offset, detail


class Truncated(Exception):
    """The bytes end inside a CBOR item."""


class Malformed(Exception):
    """Bytes that are not deterministic CBOR."""


def cbor_head(data, at):
    """Major type, value and the offset behind the head."""
    if at >= len(data):
        raise Truncated
    major, info = data[at] >> 5, data[at] & 31
    if info < 24:
        return major, info, at + 1
    if info > 27:
        raise Malformed
    width = 1 << (info - 24)
    if at + 1 + width > len(data):
        raise Truncated
    value = int.from_bytes(data[at + 1 : at + 1 + width], "big")
    if major == 7:
        if width == 1 and value < 32:
            raise Malformed
    elif value < (24 if width == 1 else 1 << (4 * width)):
        raise Malformed
    return major, value, at + 1 + width


def cbor_end(data):
    """Where the item at the front of `data` ends. Counts open items, so that no nesting is too deep."""
    at, pending = 0, 1
    while pending:
        major, value, at = cbor_head(data, at)
        pending -= 1
        if major in (2, 3):
            if at + value > len(data):
                raise Truncated
            at += value
        elif major in (4, 5):
            if value > len(data) - at:
                raise Truncated
            pending += value * (major - 3)
        elif major == 6:
            pending += 1
    return at


def cbor_flat_map(data):
    """The map at the front of `data`, as far as its values are integers, text or bytes; None when it is no map."""
    try:
        if cbor_end(data) != len(data):
            return None
        major, count, at = cbor_head(data, 0)
        if major != 5:
            return None
        entries, before = {}, None
        for _ in range(count):
            key_major, size, begin = cbor_head(data, at)
            if key_major != 3:
                return None
            key_bytes, key = bytes(data[at : begin + size]), bytes(data[begin : begin + size])
            if before is not None and key_bytes <= before:
                return None
            before, at = key_bytes, begin + size
            major, value, begin = cbor_head(data, at)
            end = at + cbor_end(data[at:])
            if major == 0:
                entries[key] = value
            elif major in (2, 3):
                entries[key] = bytes(data[begin:end])
            at = end
        return entries
    except (Truncated, Malformed):
        return None


@dataclass
class Record:
    at: int
    size: int
    seq: int
    prev_hash: bytes
    kind: int
    schema: int
    payload: memoryview
    hash: bytes

    def map(self):
        return cbor_flat_map(self.payload) if self.schema <= 1 else None


def claimed_size(data, at):
    """What the record at `at` says it takes; None when there is no length or an impossible one."""
    if len(data) - at < LENGTH.size:
        return None
    (length,) = LENGTH.unpack_from(data, at)
    if not ENVELOPE.size <= length <= RECORD_MAX - LENGTH.size - 32:
        return None
    return LENGTH.size + length + 32


def whole_record(data, at):
    size = claimed_size(data, at)
    if size is None or size > len(data) - at:
        return None
    digest = hashlib.sha256(b"\x00aud1")
    digest.update(data[at : at + size - 32])
    stored = bytes(data[at + size - 32 : at + size])
    if digest.digest() != stored:
        return None
    seq, prev_hash, _, _, kind, schema, _ = ENVELOPE.unpack_from(data, at + LENGTH.size)
    return Record(at, size, seq, prev_hash, kind, schema, data[at + PAYLOAD_AT : at + size - 32], stored)


@dataclass
class Opener:
    """What the first record of a segment says."""

    record: Record
    journal_id: bytes | None = None
    is_genesis: bool = False
    index: int | None = None
    vouches: tuple | None = None  # predecessor_bytes, torn_bytes, torn_hash

    @property
    def is_started(self):
        return self.vouches is not None


def opener_of(data):
    """None when the segment does not begin with the magic and a whole record."""
    if data[: len(MAGIC)] != MAGIC:
        return None
    record = whole_record(data, len(MAGIC))
    if record is None:
        return None
    opener, entries = Opener(record), record.map()
    if entries is None:
        return opener
    journal_id = entries.get(b"journal_id")
    if record.kind == GENESIS and isinstance(journal_id, bytes):
        opener.journal_id, opener.is_genesis = journal_id, True
    elif record.kind == SEGMENT_STARTED:
        values = [entries.get(key) for key in (b"index", b"predecessor_bytes", b"torn_bytes")]
        torn_hash = entries.get(b"torn_hash")
        if isinstance(journal_id, bytes) and all(isinstance(v, int) for v in values) and isinstance(torn_hash, bytes):
            opener.journal_id, opener.index = journal_id, values[0]
            opener.vouches = (values[1], values[2], torn_hash)
    return opener


def is_torn(data, at, due, head):
    """Whether the bytes from `at` on are what a crash leaves of a record that was not synced."""
    left, size = len(data) - at, claimed_size(data, at)
    extent = min(LENGTH.size if size is None else size, left)
    for block in range(at // SECTOR * SECTOR, at + extent, SECTOR):
        piece = data[max(block, at) : min(block + SECTOR, len(data))]
        if not any(piece):
            return True
    if left < LENGTH.size:
        return True
    if size is None or size <= left:
        return False
    expected = struct.pack("<Q32s", due, head)
    seen = bytes(data[at + LENGTH.size : at + LENGTH.size + len(expected)])
    if not expected.startswith(seen):
        return False
    payload_size = size - FRAMING
    payload = data[at + PAYLOAD_AT : at + PAYLOAD_AT + payload_size]
    if len(payload) == 0:
        return True
    try:
        return cbor_end(payload) == payload_size
    except Truncated:
        return len(payload) < payload_size
    except Malformed:
        return False


@dataclass
class Segment:
    index: int
    name: str
    is_open: bool


class Verifier:
    def __init__(self, directory):
        self.directory = directory
        self.journal_id = None
        self.records = self.segments = self.last = 0
        self.head = NO_HASH
        self.torn = (0, 0, NO_HASH)  # length of the segment before, bytes behind its last record, their hash
        self.is_closed = False

    @property
    def due(self):
        return self.last + 1

    def load(self, segment):
        with open(os.path.join(self.directory, segment.name), "rb") as file:
            return memoryview(file.read(SEGMENT_MAX + 1))

    def list(self):
        found = []
        for name in os.listdir(self.directory):
            match = re.fullmatch(r"([0-9]{6,10})\.(open|seg)", name)
            if match and 0 < int(match[1]) < 1 << 32 and match[1] == f"{int(match[1]):06}":
                found.append(Segment(int(match[1]), name, match[2] == "open"))
        return sorted(found, key=lambda segment: (segment.index, segment.name))

    def verify(self):
        segments = self.list()
        if not segments:
            raise Finding(MISSING_SEGMENT, 1, "000001.seg", 0, "there is no journal")
        previous = None
        for position, segment in enumerate(segments):
            if segment.index > position + 1:
                self.missing(position + 1)
            if segment.index < position + 1:
                raise Finding(DUPLICATE, self.due, segment.name, 0, "the segment is there twice")
            successor = segments[position + 1] if position + 1 < len(segments) else None
            self.segment(segment, previous, successor)
            previous = segment

    def missing(self, index):
        raise Finding(MISSING_SEGMENT, self.due, f"{index:06}.seg", 0, "there is no such segment")

    def segment(self, segment, previous, successor):
        data = self.load(segment)
        self.segments += 1

        def wrong(code, offset, detail, seq=None, file=None):
            raise Finding(code, self.due if seq is None else seq, file or segment.name, offset, detail)

        if len(data) > SEGMENT_MAX:
            wrong(HASH_MISMATCH, SEGMENT_MAX, "larger than any segment")
        if data[: len(MAGIC)] != MAGIC:
            wrong(HASH_MISMATCH, 0, "does not begin with the magic")
        at, end = len(MAGIC), None
        while (record := whole_record(data, at)) is not None:
            is_first = at == len(MAGIC)
            opener = opener_of(data) if is_first else None
            if is_first and opener.journal_id is not None and self.journal_id not in (None, opener.journal_id):
                wrong(BINDING, at, "belongs to another journal")
            if record.seq < self.due:
                wrong(DUPLICATE, at, f"record {record.seq} comes again", seq=record.seq)
            if record.seq > self.due:
                wrong(GAP_OR_ORDER, at, f"record {record.seq} stands in its place")
            if record.prev_hash != self.head:
                wrong(HASH_MISMATCH, at, "does not carry the hash of its predecessor")
            if is_first:
                if opener.is_started and opener.vouches != self.torn:
                    if previous is None:
                        wrong(HASH_MISMATCH, 0, "there is no segment before it")
                    wrong(HASH_MISMATCH, self.torn[0], "not as long as the next segment says", file=previous.name)
                if not (opener.is_genesis if segment.index == 1 else opener.index == segment.index):
                    wrong(GAP_OR_ORDER, at, "does not begin with the record that opens this segment")
                self.journal_id = opener.journal_id
            elif end is not None:
                wrong(GAP_OR_ORDER, at, "stands behind the end of its segment")
            elif record.kind in (GENESIS, SEGMENT_STARTED):
                wrong(GAP_OR_ORDER, at, "opens a segment in the middle of one")
            elif record.kind == SEGMENT_ENDED:
                end = (record.map() or {}).get(b"end")
                if end not in (b"rolled", b"closed"):
                    wrong(GAP_OR_ORDER, at, "ends the segment in an unknown way")
            self.last, self.head = record.seq, record.hash
            self.records += 1
            at += record.size
        if at == len(MAGIC):
            wrong(*((GAP_OR_ORDER, at, "no record in it") if at == len(data) else (HASH_MISMATCH, at, "first record not whole")))
        self.end_of(segment, successor, data, at, end, wrong)

    def end_of(self, segment, successor, data, at, end, wrong):
        tail = data[at:]
        self.torn = (len(data), len(tail), hashlib.sha256(tail).digest() if len(tail) else NO_HASH)
        self.is_closed = not segment.is_open
        if successor is not None and successor.index != segment.index + 1:
            return  # missing or twice: that is the finding
        if successor is None and segment.is_open:
            is_sound = len(tail) == 0 or is_torn(data, at, self.due, self.head)
        elif successor is None:
            is_sound = len(tail) == 0
            if is_sound and end is None:
                wrong(GAP_OR_ORDER, at, "closed, and its end is not there")
            if is_sound and end == b"rolled":
                self.missing(segment.index + 1)
        elif len(tail):
            opener = opener_of(self.load(successor))
            if opener and opener.is_started and opener.journal_id == self.journal_id and opener.index == segment.index + 1:
                is_sound = opener.vouches == self.torn
            else:
                is_sound = is_torn(data, at, self.due, self.head)
        else:
            is_sound = True
        if not is_sound:
            wrong(HASH_MISMATCH, at, "not the bytes that were hashed")


def check(directory):
    """Exit code and what to print, as a dictionary."""
    verifier = Verifier(directory)
    try:
        verifier.verify()
    except Finding as finding:
        return finding.code, {
            "directory": directory,
            "good": False,
            "class": finding.code,
            "seq": finding.seq,
            "file": finding.file,
            "offset": finding.offset,
            "detail": finding.detail,
        }
    except OSError as error:
        return UNREADABLE, {"directory": directory, "good": False, "class": UNREADABLE, "detail": str(error)}
    return 0, {
        "directory": directory,
        "good": True,
        "records": verifier.records,
        "segments": verifier.segments,
        "head": verifier.head.hex(),
        "torn_bytes": verifier.torn[1],
        "closed": verifier.is_closed,
    }


def line_of(result):
    if result["good"]:
        text = f"good: {result['records']} records, {result['segments']} segments, head {result['head']}"
        return text + (f", {result['torn_bytes']} torn bytes at the end" if result["torn_bytes"] else "")
    if result["class"] == UNREADABLE:
        return f"cannot be read: {result['detail']}"
    where = f"at record {result['seq']}, {result['file']} offset {result['offset']}"
    return f"{NAMES[result['class']]} ({result['class']}) {where}: {result['detail']}"


def main():
    parser = argparse.ArgumentParser(description="Verifies Tradewind journals, independently of Tradewind.")
    parser.add_argument("directory", nargs="+")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args()
    exit_code = 0
    for directory in arguments.directory:
        # The state folder it is in will do, too.
        inside = os.path.join(directory, "journal")
        code, result = check(inside if os.path.isdir(inside) else directory)
        exit_code = exit_code or code
        if arguments.json:
            print(json.dumps(result))
        else:
            print((f"{directory}: " if len(arguments.directory) > 1 else "") + line_of(result))
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
