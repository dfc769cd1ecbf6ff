#!/usr/bin/env python3
"""Writes the C++ codecs, the reference page and the fuzzer's dictionary from the message schema.

    generate.py SCHEMA_FOLDER OUTPUT_ROOT

OUTPUT_ROOT becomes an include root; the page is OUTPUT_ROOT/wire_messages.md, the dictionary OUTPUT_ROOT/tws.dict.
Files are rewritten only when they change, so that nothing is compiled again without need.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import cpp
import pages
from schema import SchemaError, load


def outputs(schema):
    base = "tradewind/core/tws/"
    files = {
        base + "messages.hpp": cpp.messages_hpp(schema),
        base + "handlers.hpp": cpp.handlers_hpp(schema),
        base + "codec.hpp": cpp.codec_hpp(schema),
        base + "reflect.hpp": cpp.reflect_hpp(schema),
        base + "internal/codec_internal.hpp": cpp.internal_hpp(schema),
        base + "internal/reset.hpp": cpp.reset_hpp(schema),
        base + "internal/codec_structs.cpp": cpp.structs_cpp(schema),
        base + "internal/dispatch.cpp": cpp.dispatch_cpp(schema),
        "wire_messages.md": pages.reference_page(schema),
        "tws.dict": pages.fuzz_dictionary(schema),
    }
    for file in schema.files:
        if any(m.file == file for m in schema.messages):
            files[base + f"internal/codec_{file}.cpp"] = cpp.codec_cpp(schema, file)
    for message in schema.messages:
        if message.own_target:
            files[base + f"{cpp.snake(message.api)}/internal/encode.cpp"] = cpp.own_target_cpp(schema, message)
    return files


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        files = outputs(load(arguments[1]))
    except SchemaError as error:
        print(f"schema: {error}", file=sys.stderr)
        return 1
    for name, text in files.items():
        path = Path(arguments[2]) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
