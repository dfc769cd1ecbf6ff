"""Reads the error catalogue (tradewind/core/tws/errors/error_codes.csv) and checks it.

The columns are described in the README.md beside it. Every error names the line and what was expected.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

# The words of each column, in the order of the C++ enumerations, and what readers of the page are told they mean.
CLASSES = {
    "connection": "connectivity, data farms, the session itself",
    "pacing": "too much, too fast",
    "order-reject": "an order, a change or a cancel is refused",
    "order-warning": "something to know about an order that lives on",
    "order-cancel": "an order was cancelled",
    "contract": "the instrument",
    "market-data": "quotes, depth, ticks, real-time bars",
    "historical": "historical bars and ticks",
    "scanner": "market scanners",
    "news": "news and calendar events",
    "fundamental": "fundamental data, which is no longer offered",
    "account": "accounts and advisor configuration",
    "client": "the request itself could not be used",
    "system": "the gateway or IB had trouble",
    "client-local": "codes that client libraries give themselves; no gateway sends them",
}
SEVERITIES = ("info", "warning", "error")
SCOPES = ("session", "request", "order")
RETRIES = {  # and what to do, where the catalogue says nothing of its own
    "none": "nothing",
    "no": "do not repeat it",
    "after_fix": "correct the request, then send it again",
    "after_wait": "wait, then send it again",
    "resubscribe": "subscribe again",
    "reconnect": "connect again and restore everything",
    "text": "read the text",
}
BASES = ("documented", "observed", "reported", "unverified", "retired")
KINDS = ("market_data", "depth", "tick_by_tick", "real_time_bars", "historical", "contract", "scanner", "news", "account", "other")
ENDS = ("no", "yes", "ask")
NEW_ORDER = ("none", "rejected", "cancelled", "ask")
CHANGE = ("none", "refused", "cancelled", "ask")
COLUMNS = ["code", "class", "severity", "scope", "retry", "basis", "request", "new_order", "modification", "cancellation",
           "meaning", "what_to_do"]


class CatalogueError(Exception):
    pass


@dataclass
class Code:
    code: int
    category: str
    severity: str
    scope: str
    retry: str
    basis: str
    request: str  # no, yes or ask
    kinds: tuple  # the kinds of request for which `request` holds; empty: all
    new_order: str
    modification: str
    cancellation: str
    meaning: str
    what_to_do: str


def parse(lines):
    reader = csv.reader(lines, strict=True)
    if next(reader, None) != COLUMNS:
        raise CatalogueError(f"line 1: expected the columns {','.join(COLUMNS)}")
    codes = []
    for values in reader:
        where = f"line {reader.line_num}"
        if len(values) != len(COLUMNS):
            raise CatalogueError(f"{where}: {len(values)} columns, expected {len(COLUMNS)}")
        code = code_of(dict(zip(COLUMNS, values)), where)
        if codes and code.code <= codes[-1].code:
            raise CatalogueError(f"{where}: code {code.code} does not come after {codes[-1].code}")
        codes.append(code)
    if not codes:
        raise CatalogueError("there is no code")
    return codes


def code_of(row, where):
    for column, words in (("class", CLASSES), ("severity", SEVERITIES), ("scope", SCOPES), ("retry", RETRIES), ("basis", BASES),
                          ("new_order", NEW_ORDER), ("modification", CHANGE), ("cancellation", CHANGE)):
        if row[column] not in words:
            raise CatalogueError(f"{where}: {column} '{row[column]}', expected one of {', '.join(words)}")
    request, kinds = row["request"], ()
    if request not in ENDS:
        request, kinds = "yes", tuple(row["request"].split())
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown or not kinds:
            raise CatalogueError(f"{where}: request '{row['request']}', expected yes, no, ask, or some of {', '.join(KINDS)}")
    if not row["code"].isdecimal():
        raise CatalogueError(f"{where}: code '{row['code']}' is not a number")
    if not row["meaning"]:
        raise CatalogueError(f"{where}: no meaning")
    for column in ("meaning", "what_to_do"):
        if not row[column].isascii() or not row[column].isprintable() or "|" in row[column]:
            raise CatalogueError(f"{where}: {column} has characters that do not fit in a table")
    code = Code(int(row["code"]), row["class"], row["severity"], row["scope"], row["retry"], row["basis"], request, kinds, row["new_order"],
                row["modification"], row["cancellation"], row["meaning"], row["what_to_do"] or RETRIES[row["retry"]])
    check_sense(code, where)
    return code


def check_sense(code, where):
    """What no code may say, whoever edits the table."""
    order_effects = (code.new_order, code.modification, code.cancellation)
    if code.severity != "error" and code.category != "order-cancel" and any(e not in ("none", "ask") for e in order_effects):
        raise CatalogueError(f"{where}: a {code.severity} ends nothing that an order asked for")
    if code.basis == "unverified" and any(e not in ("none", "ask") for e in order_effects):
        raise CatalogueError(f"{where}: an unverified code may not decide over an order: ask")
    if code.retry == "none" and code.severity == "error":
        raise CatalogueError(f"{where}: an error needs a retry advice")
    if code.category == "client-local" and order_effects != ("ask", "ask", "ask") and code.severity == "error":
        raise CatalogueError(f"{where}: no gateway sends this, so it may not decide over an order: ask")


def load(path):
    with open(path, newline="") as file:
        try:
            return parse(file)
        except (CatalogueError, csv.Error) as error:
            raise CatalogueError(f"{Path(path).name}: {error}") from None
