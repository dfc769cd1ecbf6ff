#!/usr/bin/env python3
"""Writes message definitions for protoc from the field table, which knows nothing of our schema or our readers.

    gateway_proto.py tests/golden/tws/proto_fields.csv OUTPUT.proto
"""

import csv
import sys
from collections import defaultdict


def definitions(rows):
    fields = defaultdict(list)
    for row in rows:
        if row["number"]:
            # The parts of a oneof are plain fields here: the bytes are the same.
            label = {"repeated": "repeated ", "map": ""}.get(row["label"], "optional ")
            fields[row["message"]].append(f"  {label}{row['type']} {row['name']} = {row['number']};")
        else:
            fields[row["message"]] = []
    text = ['syntax = "proto3";', "package gateway;"]
    for name, lines in sorted(fields.items()):
        text += [f"message {name} {{", *lines, "}"]
    return "\n".join(text) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], newline="", encoding="utf-8") as table:
        text = definitions(csv.DictReader(table))
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write(text)
