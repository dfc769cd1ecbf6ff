"""Reads the tables of orders (tradewind/core/client/orders/data) and checks them.

Their columns are described in the README.md beside them. Every error names the file, the line and what was expected.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

# As in the enumerations of kinds.hpp.
SECURITY_TYPES = ("STK", "OPT", "FUT", "FOP", "IND", "CASH", "BAG", "BOND", "BILL", "FUND", "CMDTY", "WAR", "IOPT", "CFD",
                  "CRYPTO", "NEWS", "CONTFUT")
TIFS = ("DAY", "GTC", "IOC", "FOK", "GTD", "DTC", "Minutes", "OPG", "AUC")
PARAMETER_KINDS = ("choice", "flag", "number", "whole", "time", "zoned_time", "text")
CAPABILITY_COLUMNS = ["kind", "wire", "name", "prices", "security_types", "unverified_security_types", "tif", "unverified_tif", "exchanges",
                      "currencies", "note"]
ALGO_COLUMNS = ["strategy", "tag", "kind", "low", "high", "words", "exchange", "security_types", "basis"]


class OrderDataError(Exception):
    pass


@dataclass
class Capability:
    kind: str
    wire: str
    name: str
    prices: str
    security_types: tuple
    unverified_security_types: tuple
    tif: tuple
    unverified_tif: tuple
    exchanges: tuple
    currencies: tuple
    note: str


@dataclass
class AlgoParameter:
    strategy: str
    tag: str
    kind: str
    low: Decimal | None
    high: Decimal | None
    words: tuple
    exchange: str
    security_types: tuple
    basis: str


def rows(path, columns):
    """(where, row) of each line."""
    with open(path, newline="") as file:
        reader = csv.reader(file, strict=True)
        name = Path(path).name
        if next(reader, None) != columns:
            raise OrderDataError(f"{name}:1: expected the columns {','.join(columns)}")
        for values in reader:
            where = f"{name}:{reader.line_num}"
            if len(values) != len(columns):
                raise OrderDataError(f"{where}: {len(values)} columns, expected {len(columns)}")
            if not all(value.isascii() and "|" not in value for column, value in zip(columns, values) if column != "words"):
                raise OrderDataError(f"{where}: characters that do not fit in a table")
            yield where, dict(zip(columns, values))


def words_of(row, column, known, where):
    found = tuple(row[column].split())
    for word in found:
        if known is not None and word not in known:
            raise OrderDataError(f"{where}: {column} '{word}', expected one of {' '.join(known)}")
    if len(set(found)) != len(found):
        raise OrderDataError(f"{where}: {column} names something twice")
    return found


def load_capabilities(path):
    out = []
    for where, row in rows(path, CAPABILITY_COLUMNS):
        capability = Capability(row["kind"], row["wire"], row["name"], row["prices"],
                                words_of(row, "security_types", SECURITY_TYPES, where),
                                words_of(row, "unverified_security_types", SECURITY_TYPES, where),
                                words_of(row, "tif", TIFS, where), words_of(row, "unverified_tif", TIFS, where),
                                words_of(row, "exchanges", None, where), words_of(row, "currencies", None, where), row["note"])
        if any(other.kind == capability.kind for other in out):
            raise OrderDataError(f"{where}: kind '{capability.kind}' is there twice")
        if not capability.security_types or not capability.tif or not capability.wire or not capability.name:
            raise OrderDataError(f"{where}: wire, name, security_types and tif may not be empty")
        if set(capability.security_types) & set(capability.unverified_security_types) or set(capability.tif) & set(capability.unverified_tif):
            raise OrderDataError(f"{where}: documented and unverified at the same time")
        out.append(capability)
    return out


def number_of(text, where):
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise OrderDataError(f"{where}: '{text}' is not a number") from None


def load_algos(path):
    out = []
    for where, row in rows(path, ALGO_COLUMNS):
        parameter = AlgoParameter(row["strategy"], row["tag"], row["kind"], number_of(row["low"], where), number_of(row["high"], where),
                                  tuple(row["words"].split("|")) if row["words"] else (), row["exchange"],
                                  words_of(row, "security_types", SECURITY_TYPES, where), row["basis"])
        if parameter.kind not in PARAMETER_KINDS:
            raise OrderDataError(f"{where}: kind '{parameter.kind}', expected one of {' '.join(PARAMETER_KINDS)}")
        if parameter.basis not in ("documented", "unverified"):
            raise OrderDataError(f"{where}: basis '{parameter.basis}', expected documented or unverified")
        if (parameter.kind == "choice") != bool(parameter.words):
            raise OrderDataError(f"{where}: a choice has words, and nothing else has")
        if any((other.strategy, other.tag) == (parameter.strategy, parameter.tag) for other in out):
            raise OrderDataError(f"{where}: {parameter.strategy} {parameter.tag} is there twice")
        out.append(parameter)
    return out
