"""Compares our codecs with other people's, column by column. The codecs are reached through the program codec_lines.

A path names a value of a message: "contract.conId", "bars[0].open". Ours come as text, unset ones are absent; theirs are
whatever Python values the other side has."""

import csv
import dataclasses
import enum
import functools
import json
import logging
import os
import re
import subprocess
import sys
from collections import defaultdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/tws_schema"))
from schema import Column, load  # noqa: E402

SCHEMA = load(ROOT / "tradewind/core/tws/schema")
MESSAGES = {message.name: message for message in SCHEMA.messages}
PROGRAM = os.environ.get("CODEC_LINES", str(ROOT / "build/release/tests/codec_lines"))
UNSET = {2147483647, 9223372036854775807, Decimal(2**127 - 1), 1.7976931348623157e308}


def table(name):
    with open(ROOT / "tests/golden/tws" / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def _lines(arguments, text=None):
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=text, capture_output=True, text=True, timeout=100)
    if done.returncode != 0:
        raise RuntimeError(f"codec_lines {' '.join(map(str, arguments))}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def make(seed, rounds, versions, mode="make"):
    """Random messages of every kind at each version, with `frame` as bytes. Mode make_plausible: no unset values, no odd times."""
    lines = _lines([mode, seed, rounds, *versions])
    for line in lines:
        line["frame"] = bytes.fromhex(line["frame"])
    return lines


def read(frames):
    """What our decoders find in (version, direction, bytes)."""
    return _lines(["read"], "".join(f"{version} {direction} {frame.hex()}\n" for version, direction, frame in frames))


def body(line):
    """The frame without length and id."""
    payload = line["frame"][4:]
    return payload[4:] if line["version"] >= 201 else payload[payload.index(b"\0") + 1:]


# --- Paths ---

def pattern(path):
    return re.sub(r"\[\d+\]", "[]", path)


_columns = {}


def column_at(message, path):
    """The schema's column of a path."""
    key = message, pattern(path)
    if key not in _columns:
        columns = MESSAGES[message].columns
        for part in key[1].replace("[]", "").split("."):
            column = next((c for c in columns if c.name == part), None)
            if column is None:
                raise KeyError(f"{message} has no {path}")
            if column.type == "tags":
                columns = [Column("tag", "text", False, False, 1, "string"), Column("value", "text", False, False, 2, "string")]
            else:
                columns = SCHEMA.columns_of(column.type) if column.is_struct else []
        _columns[key] = column
    return _columns[key]


@functools.cache
def carried(message, version):
    """Patterns of the leaves that the text layout of a message has at a version, with their print styles."""
    out = {}

    def walk(items, columns, prefix):
        for item in items:
            if (item.gate.low and version < item.gate.low) or (item.gate.high and version > item.gate.high):
                continue
            if item.kind in ("if", "mask"):
                walk(item.items, columns, prefix)
            elif item.kind == "field":
                out[prefix + item.path] = item.styles
            elif item.kind == "list":
                out[prefix + item.path + "[]"] = ()
            elif item.kind in ("tags", "joined"):
                out.update({f"{prefix}{item.path}[].tag": (), f"{prefix}{item.path}[].value": ()})
            elif item.kind == "prices":
                parent, _, name = item.path.rpartition(".")
                out[f"{prefix}{parent}[].{name}"] = ()
            elif item.kind in ("each", "present", "optional"):
                walk(item.items, [], f"{prefix}{item.path}{'[]' if item.kind == 'each' else ''}.")

    walk(MESSAGES[message].layout or [], MESSAGES[message].columns, "")
    return out


@functools.cache
def proto_leaves(message, version):
    """The same for the protobuf form."""
    out = set()

    def walk(columns, prefix):
        for column in columns:
            if column.number is None or column.since > version:
                continue
            path = prefix + column.name + ("[]" if column.repeated or column.type == "tags" else "")
            if column.type == "tags":
                out.update({path + ".tag", path + ".value"})
            elif column.is_struct:
                walk(SCHEMA.columns_of(column.type), path + ".")
            else:
                out.add(path)

    walk(MESSAGES[message].columns, "")
    return out


# --- Values ---

# How gateways print an empty text in some places.
EMPTY = {"none": "None", "question": "?", "digit_zero": "0"}


def is_unset(value):
    return value in (None, "", "1.7976931348623157E308") or (isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and value in UNSET)


def is_default(column, ours):
    """Absent, empty, zero, or what the schema calls the default."""
    default = {"true": "1"}.get(column.default, column.default)
    if ours is None or ours == "" or ours == default:
        return True
    if default is not None:
        return False
    return column.type != "text" and Decimal(ours) == 0


def same(column, ours, theirs, styles=()):
    if isinstance(theirs, enum.Enum):
        theirs = theirs.value[0] if theirs.name != "NoneItem" else None
    if isinstance(theirs, datetime):
        theirs = theirs.strftime("%Y%m%d %H:%M:%S UTC") if column.type == "text" else int(theirs.timestamp())
    if isinstance(theirs, bool):
        if column.type == "int":  # a number in text, yes or no in protobuf
            ours = str(int(ours not in (None, "0")))
        theirs = int(theirs)
    if column.type == "bool" and theirs in ("true", "false"):  # the vendor's client hands the word on
        theirs = int(theirs == "true")
    if column.type == "text":
        ours = ours or ""
        theirs = "" if theirs is None or theirs == 0 else str(theirs)  # some keep a date as a number
        return ours == theirs or (ours == "" and any(EMPTY.get(style) == theirs for style in styles))
    if is_unset(theirs):
        return ours is None or (not column.optional and is_default(column, ours))
    try:
        if ours is None:
            return Decimal(str(theirs)) == 0 or str(theirs) == column.default
        if isinstance(theirs, float):
            return float(ours) == theirs
        if column.type in ("size", "position", "int", "long", "bool"):
            return Decimal(ours) == Decimal(str(theirs))
        return float(ours) == float(theirs)
    except (InvalidOperation, ValueError):
        return False


def flatten(value, path, out):
    """The leaves of anything made of lists, dictionaries and objects."""
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if hasattr(value, "_fields"):  # a named tuple
        value = value._asdict()
    if isinstance(value, (list, tuple)):
        for i, element in enumerate(value):
            flatten(element, f"{path}[{i}]", out)
    elif isinstance(value, dict):
        for key, element in value.items():
            flatten(element, f"{path}.{key}", out)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            flatten(getattr(value, field.name), f"{path}.{field.name}", out)
    elif hasattr(value, "__dict__") and not isinstance(value, (enum.Enum, type)):
        for name, element in vars(value).items():
            flatten(element, f"{path}.{name}" if path else name, out)
    else:
        out[path] = value
    return out


def rename(path, names):
    """`path` with its longest prefix in `names` replaced: whole names, or up to a dot or an index. None: left out."""
    for end in range(len(path), 0, -1):
        if end == len(path) or path[end] in ".[":
            if path[:end] in names:
                new = names[path[:end]]
                return None if new is None else new + path[end:]
            shape = pattern(path[:end])
            if shape != path[:end] and shape in names:
                new = names[shape]
                if new is None:
                    return None
                for index in re.findall(r"\[\d+\]", path[:end]):
                    new = new.replace("[]", index, 1)
                return new + path[end:]
    return path


def as_columns(names, calls):
    """The arguments of callbacks, (name, arguments), under our paths; `names` by callback."""
    out, counts = {}, defaultdict(int)
    for callback, arguments in calls:
        i = counts[callback]
        counts[callback] += 1
        flat = {}
        for name, value in arguments.items():
            if name != "self":
                flatten(value, name, flat)
        for path, value in flat.items():
            new = rename(path, names.get(callback, {}))
            if new is not None:
                out[new.replace("{i}", str(i))] = value
    return out


class Log(logging.Handler):
    """What anybody logs as a warning or worse, until it is closed."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []
        logging.getLogger().addHandler(self)

    def close(self):
        logging.getLogger().removeHandler(self)
        super().close()

    def emit(self, record):
        self.lines.append(f"{record.exc_info[1]!r} " * bool(record.exc_info) + record.getMessage())


class Comparison:
    """Collects differences, and which leaves were seen with a value other than the default."""

    def __init__(self):
        self.differences = defaultdict(list)
        self.seen = defaultdict(set)

    def differ(self, line, path, text):
        self.differences[line["message"], pattern(path)].append(f"{line['message']} at {line['version']}, {path}: {text}")

    def values(self, line, ours, theirs, ignored=lambda path: False):
        """`theirs` has our paths already. Every leaf of either side is compared, but for patterns that are `ignored`."""
        name = line["message"]
        styles = {} if line["protobuf"] else carried(name, line["version"])
        for path in sorted(set(ours) | set(theirs)):
            if ignored(pattern(path)):
                continue
            try:
                column = column_at(name, path)
            except KeyError:
                if theirs[path] not in (False, 0, None) and not is_unset(theirs[path]):
                    self.differ(line, path, f"theirs only: {theirs[path]!r}")
                continue
            mine, other = ours.get(path), theirs.get(path)
            if not same(column, mine, other, styles.get(pattern(path), ())):
                self.differ(line, path, f"ours {mine!r}, theirs {other!r}")
            elif mine is not None and not is_default(column, mine):
                self.seen[name, line["version"]].add(pattern(path))

    def own_loss(self, line):
        """What our decoder finds is what was put in, or the default where the layout leaves something out."""
        for path, value in line["decoded"].items():
            column = column_at(line["message"], path)
            put_in = line["columns"].get(path)
            if column.type == "int" and column.wire == "bool" and line["protobuf"]:
                put_in = str(int(put_in not in (None, "0")))
            if put_in != value and not is_default(column, value):
                self.differ(line, path, f"put in {put_in!r}, read by ourselves as {value!r}")

    def report(self, test, limit=1000):
        text = [f"{rows[0]}   ({len(rows)} times)" for rows in self.differences.values()]
        test.assertFalse(text, "\n" + "\n".join(text[:limit]) + (f"\n… and {len(text) - limit} more" if len(text) > limit else ""))

    def unseen(self, lines, ignored=lambda line, path: False):
        """Leaves of the layouts that were never compared with a value, by form. Each version's layout is compared field by
        field above; this is about the random values reaching every corner."""
        expected, seen = set(), set()
        for line in {(line["message"], line["version"]): line for line in lines}.values():
            name, version = line["message"], line["version"]
            form, leaves = ("protobuf", proto_leaves(name, version)) if line["protobuf"] else ("text", carried(name, version))
            expected |= {(form, name, leaf) for leaf in leaves if not ignored(line, leaf)}
            seen |= {(form, name, leaf) for leaf in self.seen[name, version]}
        return sorted(" ".join(missing) for missing in expected - seen)
