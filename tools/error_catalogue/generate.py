#!/usr/bin/env python3
"""Writes the C++ table of the error catalogue.

    generate.py ERROR_CODES_CSV OUTPUT_ROOT

The file is rewritten only when it changes, so that nothing is compiled again without need.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from catalogue import CatalogueError, load
from table import table_hpp


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        text = table_hpp(load(arguments[1]))
    except CatalogueError as error:
        print(f"error catalogue: {error}", file=sys.stderr)
        return 1
    path = Path(arguments[2]) / "tradewind/core/tws/internal/error_table.hpp"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
