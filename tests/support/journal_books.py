"""Books of an account, computed from the journal's executions and commission reports alone, with the journal's bytes read
by tools/audit_verify.py. Nothing here is shared with the program."""

import sys
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import audit_verify  # noqa: E402

INTENT, ORDER_STATE_CHANGED, EXECUTION_BOOKED, COMMISSION_BOOKED, OPENING_BOOK = 40, 49, 60, 61, 71


def cbor(data, at=0):
    """The item at `at` and the offset behind it, of what the journal uses: no tags, no floating point."""
    major, value, at = audit_verify.cbor_head(data, at)
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        piece = bytes(data[at : at + value])
        return piece if major == 2 else piece.decode(), at + value
    if major == 4:
        items = []
        for _ in range(value):
            item, at = cbor(data, at)
            items.append(item)
        return items, at
    if major == 5:
        entries = {}
        for _ in range(value):
            key, at = cbor(data, at)
            entries[key], at = cbor(data, at)
        return entries, at
    if major == 7 and value in (20, 21, 22):
        return {20: False, 21: True, 22: None}[value], at
    raise ValueError(f"CBOR major type {major}, value {value}")


@dataclass(frozen=True)
class Place:
    """Where a record lies in its segment."""

    seq: int
    begin: int
    end: int


def records(segment):
    """(place, kind, content) of every record of a segment file."""
    data = memoryview(Path(segment).read_bytes())
    at = len(audit_verify.MAGIC)
    while (record := audit_verify.whole_record(data, at)) is not None:
        yield Place(record.seq, at, at + record.size), record.kind, cbor(record.payload)[0]
        at += record.size


def segments(journal):
    """The closed segments of a journal, in order."""
    return sorted(Path(journal).glob("*.seg"))


@dataclass
class Books:
    cash: Decimal = Decimal(0)
    commissions: Decimal = Decimal(0)
    positions: dict = field(default_factory=dict)  # by symbol, without zeros
    orders: int = 0
    fills: int = 0


def stem(exec_id):
    return exec_id.rpartition(".")[0]


def books_of(journal, account="DU0000000"):
    """From the opening book, each execution (the newest of each stem) and its commission."""
    opening, executions, commissions, orders = None, {}, {}, set()
    for segment in segments(journal):
        for _, kind, content in records(segment):
            if kind == OPENING_BOOK and content["account"] == account:
                opening = content
            elif kind == INTENT:
                orders.add(content["intent"]["order_ref"])
            elif kind == EXECUTION_BOOKED and content["execution"]["account"] == account:
                executions[stem(content["execution"]["exec_id"])] = content["execution"]
            elif kind == COMMISSION_BOOKED:
                commissions[stem(content["commission"]["exec_id"])] = content["commission"]["commission"]
    books = Books(orders=len(orders), fills=len(executions))
    with localcontext() as context:
        context.prec = 60  # exact for whatever the program can hold
        held = {}
        for cash in opening["cash"]:
            assert cash["currency"] == "USD", cash
            books.cash += Decimal(cash["amount"])
        for position in opening["positions"]:
            held[position["contract"]["symbol"]] = Decimal(position["position"])
        for key, execution in executions.items():
            quantity = Decimal(execution["quantity"]) * {"BUY": 1, "SELL": -1}[execution["side"]]
            symbol = execution["contract"]["symbol"]
            held[symbol] = held.get(symbol, Decimal(0)) + quantity
            books.cash -= quantity * Decimal(execution["price"]) * Decimal(execution["contract"]["multiplier"])
            assert commissions[key]["currency"] == "USD", key
            books.commissions += Decimal(commissions[key]["amount"])
        books.cash -= books.commissions
    books.positions = {symbol: position for symbol, position in held.items() if position}
    return books
