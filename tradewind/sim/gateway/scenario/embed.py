"""Writes scenario files into a C++ source file: embed.py OUTPUT FILE..."""

import sys
from pathlib import Path

DELIMITER = "scenario"


def main(output, *files):
    rows = []
    for file in sorted(Path(name) for name in files):
        text = file.read_text()
        assert f"){DELIMITER}" not in text, f"{file}: the text ends the literal it is put into"
        rows.append(f'    {{"{file.stem}", R"{DELIMITER}({text}){DELIMITER}"}},\n')
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    Path(output).write_text(f"""// Written by tradewind/sim/gateway/scenario/embed.py. Do not edit.

#include "tradewind/sim/gateway/scenario/shipped.hpp"

namespace tradewind::sim::gateway::scenario {{
namespace {{

constexpr Shipped kShipped[] = {{
{"".join(rows)}}};

}}  // namespace

std::span<const Shipped> shipped_scenarios() {{ return kShipped; }}

}}  // namespace tradewind::sim::gateway::scenario
""")


if __name__ == "__main__":
    main(*sys.argv[1:])
