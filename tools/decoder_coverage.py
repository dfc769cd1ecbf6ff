#!/usr/bin/env python3
"""Lists every decoder of the TWS codecs with how often a run reached it; fails when one was not.

    decoder_coverage.py MESSAGES_HPP COVERAGE_JSON

MESSAGES_HPP is the generated header that says which messages there are; COVERAGE_JSON is what `llvm-cov export` wrote.
For each decoder: how often it was called, and how many of its code regions were reached of how many. `./dev fuzz
--coverage` runs this. Exit codes: 0 all reached, 1 not, 2 wrong use.
"""

import json
import re
import sys
from pathlib import Path

INFO = re.compile(r'MessageInfo kInfo\{\d+, Direction::(\w+), "(\w+)", "\w+", (\d+), \d+, (true|false)\}')
# tradewind::tws::read_text(FieldReader&, int, X&) and tradewind::tws::read_proto(Bytes, X&, std::uint64_t*, Fault&)
READER = re.compile(r"_ZN9tradewind3tws(?:(9read_text)ERNS0_11FieldReaderEi|10read_protoESt4spanIKSt4byteLm\d+EE)RNS0_(\d+)(\w+)")
CODE_REGION = 0


def expected(header):
    """{(message, form): direction} of every decoder that the header's messages need."""
    found = {}
    for direction, message, protobuf_since, has_text in INFO.findall(header):
        if has_text == "true":
            found[message, "text"] = direction
        if protobuf_since != "0":
            found[message, "protobuf"] = direction
    return found


def measured(export):
    """{(message or struct, form): (calls, regions reached, regions)}; the best of several copies of a function."""
    found = {}
    for function in (f for data in export["data"] for f in data["functions"]):
        match = READER.match(function["name"])
        if not match:
            continue
        key = match[3][:int(match[2])], "text" if match[1] else "protobuf"
        counts = [region[4] for region in function["regions"] if region[7] == CODE_REGION]
        figures = function["count"], sum(1 for count in counts if count > 0), len(counts)
        found[key] = max(found.get(key, (0, 0, 0)), figures)
    return found


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    wanted = expected(Path(arguments[1]).read_text(encoding="utf-8"))
    if not wanted:
        print(f"{arguments[1]} has no messages", file=sys.stderr)
        return 2
    with open(arguments[2], encoding="utf-8") as file:
        figures = measured(json.load(file))
    wanted |= {key: "part of messages" for key in figures if key not in wanted}
    missed = 0
    for (name, form), direction in sorted(wanted.items(), key=lambda item: (item[1], item[0])):
        calls, reached, regions = figures.get((name, form), (0, 0, 0))
        missed += calls == 0
        print(f"{direction:18} {name:28} {form:8} {calls:10} calls, {reached:4} of {regions:4} regions{'' if calls else '  NOT REACHED'}")
    all_reached = sum(figures[key][1] for key in figures)
    all_regions = sum(figures[key][2] for key in figures)
    print(f"{len(wanted) - missed} of {len(wanted)} decoders reached, {all_reached} of {all_regions} regions in them")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
