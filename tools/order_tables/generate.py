#!/usr/bin/env python3
"""Writes the C++ tables of orders: capabilities, algorithms, and the server versions that fields need.

    generate.py DATA_FOLDER SCHEMA_FOLDER OUTPUT_ROOT

The file is rewritten only when it changes, so that nothing is compiled again without need.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "tws_schema")]

from gates import MESSAGES, gates, protobuf_from
from order_data import OrderDataError, load_algos, load_capabilities
from schema import SchemaError, load


def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def bits(names, enum):
    return "none_of<" + enum + ">()" if not names else f"set_of<{enum}>({{{', '.join(literal(name) for name in names)}}})"


def capability(row):
    return (f"    {{OrderKind::{row.kind}, {literal(row.wire)}, {literal(row.name)}, {bits(row.security_types, 'SecurityType')}, "
            f"{bits(row.unverified_security_types, 'SecurityType')}, {bits(row.tif, 'Tif')}, {bits(row.unverified_tif, 'Tif')}, "
            f"{literal(' '.join(row.exchanges))}, {literal(' '.join(row.currencies))}}},")


def bound(value):
    return "std::nullopt" if value is None else f"std::int64_t{{{int(value * 10**6)}}}"


def algo(row):
    return (f"    {{{literal(row.strategy)}, {literal(row.tag)}, ParameterKind::{row.kind}, {bound(row.low)}, {bound(row.high)}, "
            f"{literal('|'.join(row.words))}, {literal(row.exchange)}, {bits(row.security_types, 'SecurityType')}}},")


def gate_table(schema, name):
    lines = [f"inline constexpr int k{name}ProtobufFrom = {protobuf_from(schema, name)};", "// Ascending by path.",
             f"inline constexpr auto k{name}Gates = std::to_array<FieldGate>({{"]
    lines += [f"    {{{literal(gate.path)}, {gate.text}, {gate.protobuf}}}," for gate in gates(schema, name)]
    return lines + ["});", ""]


def tables_hpp(capabilities, algos, schema):
    lines = ["// Written by tools/order_tables from the module's data folder and the message schema. Changes here are lost.", "#pragma once", "",
             '#include "tradewind/core/client/orders/internal/tables.hpp"', "", "#include <array>", "#include <cstdint>", "#include <optional>", "",
             "namespace tradewind::client::orders::internal {", "", "// In the order of OrderKind.",
             "inline constexpr auto kCapabilities = std::to_array<Capability>({", *map(capability, capabilities), "});", "",
             "inline constexpr auto kAlgoParameters = std::to_array<AlgoParameter>({", *map(algo, algos), "});", ""]
    for name in MESSAGES:
        lines += gate_table(schema, name)
    return "\n".join([*lines, "}  // namespace tradewind::client::orders::internal", ""])


def main(arguments):
    if len(arguments) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    data = Path(arguments[1])
    try:
        text = tables_hpp(load_capabilities(data / "capabilities.csv"), load_algos(data / "algos.csv"), load(arguments[2]))
    except OrderDataError as error:
        print(f"order tables: {error}", file=sys.stderr)
        return 1
    except SchemaError as error:
        print(f"schema: {error}", file=sys.stderr)
        return 1
    path = Path(arguments[3]) / "tradewind/core/client/orders/internal/order_tables.hpp"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
