"""The tables of the page about orders (docs/guide/orders.md), from the data of core/client/orders."""

import re

from gates import NEVER, gates, protobuf_from

OPENING = "<!-- Written by tools/gen_docs from {source}. Changes between these two lines are lost. -->"
CLOSING = "<!-- end of {name} -->"


def capability_table(capabilities):
    lines = ["| order type | wire | states | security types | time in force | only | note |", "|---|---|---|---|---|---|---|"]
    for row in capabilities:
        def both(known, unverified):
            text = " ".join(known)
            return f"{text}; unverified: {' '.join(unverified)}" if unverified else text
        only = ", ".join(word for words in (row.exchanges, row.currencies) for word in words)
        lines.append(f"| {row.name} | `{row.wire}` | {row.prices} | {both(row.security_types, row.unverified_security_types)} | "
                     f"{both(row.tif, row.unverified_tif)} | {only} | {row.note} |")
    return lines


def range_of(row):
    if row.kind == "choice":
        return ", ".join(row.words)
    words = {"flag": "0 or 1", "time": "`hh:mm:ss ZONE` or UTC", "zoned_time": "date, time and zone", "whole": "whole number", "number": "number",
             "text": "text"}[row.kind]
    if row.low is not None and row.high is not None:
        return f"{row.low} to {row.high}"
    return f"{words} from {row.low}" if row.low is not None else words


def algo_table(algos):
    lines = ["| algorithm | runs on | parameter | values | basis |", "|---|---|---|---|---|"]
    for row in algos:
        where = row.exchange + (f", {' '.join(row.security_types)} only" if row.security_types else "")
        lines.append(f"| {row.strategy} | {where} | `{row.tag}` | {range_of(row)} | {row.basis} |")
    return lines


def version_table(schema, oldest=176):
    """What sessions of all versions cannot carry."""
    lines = ["| field of placeOrder | from server version |", "|---|---|"]
    found = []
    protobuf = protobuf_from(schema, "PlaceOrderRequest")
    for gate in gates(schema, "PlaceOrderRequest"):
        first = gate.text if gate.text < protobuf else max(gate.protobuf, protobuf)
        if oldest < first < NEVER:
            found.append((first, gate.path))
    return lines + [f"| `{path}` | {first} |" for first, path in sorted(found)]


def filled_in(text, tables):
    """The page with each table, by its name, put between its two marks."""
    for name, (source, lines) in tables.items():
        opening, closing = OPENING.format(source=source), CLOSING.format(name=name)
        pattern = re.compile(rf"<!-- Written by [^\n]*\n(?:(?!<!--).)*?{re.escape(closing)}", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"the page has no place for '{name}': it ends with '{closing}'")
        text = pattern.sub(lambda _, o=opening, c=closing, rows=lines: "\n".join([o, "", *rows, "", c]), text, count=1)
    return text
