"""Writes what people and the fuzzer read: the reference page and the dictionary."""

from cpp import Lines


def layout_text(items):
    parts = []
    for item in items:
        gate = ""
        if item.gate.low and item.gate.high:
            gate = f" [{item.gate.low}..{item.gate.high}]"
        elif item.gate.low:
            gate = f" [from {item.gate.low}]"
        elif item.gate.high:
            gate = f" [to {item.gate.high}]"
        if item.kind == "field":
            style = f":{','.join(item.styles)}" if item.styles else ""
            parts.append(f"{item.path}{style}{gate}")
        elif item.kind == "const":
            parts.append(f"{item.path}={item.value}{gate}")
        elif item.kind == "if":
            parts.append(f"if {' '.join(item.condition)}{gate} ( {layout_text(item.items)} )")
        elif item.kind == "mask":
            parts.append(f"mask ( {layout_text(item.items)} )")
        elif item.kind in ("each", "present", "optional"):
            parts.append(f"{item.kind} {item.path}{gate} ( {layout_text(item.items)} )")
        else:
            parts.append(f"{item.kind} {item.path}")
    return ", ".join(parts)


def reference_page(schema):
    out = Lines()
    out("# Messages on the wire")
    out()
    out("Written by `tools/tws_schema` from `tradewind/core/tws/schema`, whose README explains types and styles.")
    for direction, title in (("out", "Client to gateway"), ("in", "Gateway to client")):
        out()
        out(f"## {title}")
        for message in sorted((m for m in schema.messages if m.direction == direction), key=lambda m: m.id):
            out()
            out(f"### {message.id} {message.name} ({message.api})")
            out()
            if message.doc:
                out(message.doc)
                out()
            since = f"There from server version {message.since}. " if message.since else ""
            proto = f"as protobuf from server version {message.proto} with id {message.id + 200}" if message.proto else "as text only"
            out(f"{since}Travels {proto}.")
            if message.columns:
                out()
                out("| column | type | protobuf | note |")
                out("|---|---|---|---|")
                for c in message.columns:
                    mark = "?" if c.optional else "*" if c.repeated else ""
                    out(f"| {c.name} | {c.type}{mark} | {c.number or ''} {c.wire if c.number else 'text only'} | {c.doc} |")
            out()
            if message.layout is None:
                out("There is no text form.")
            else:
                out(f"Text: {layout_text(message.layout) or 'no fields'}.")
    out()
    out("## Structs")
    for struct in schema.structs.values():
        out()
        out(f"### {struct.name}")
        out()
        out("| column | type | protobuf | note |")
        out("|---|---|---|---|")
        for c in struct.columns:
            mark = "?" if c.optional else "*" if c.repeated else ""
            out(f"| {c.name} | {c.type}{mark} | {c.number or ''} {c.wire if c.number else 'text only'} | {c.doc} |")
    return out.text()


def fuzz_dictionary(schema):
    """libFuzzer dictionary: message ids in both forms, sentinels, the words conditions compare with."""
    words = {"2147483647", "9223372036854775807", "-9223372036854775808", "1.7976931348623157E308", "Infinity", "NaN", "None", "?"}

    def collect(items):
        for item in items:
            for token in item.condition:
                if token.startswith('"'):
                    words.add(token.strip('"'))
            collect(item.items)

    out = Lines()
    for message in schema.messages:
        collect(message.layout or [])
        out(f'"{message.id}\\x00"')
        raw = message.id.to_bytes(4, "big")
        out('"' + "".join(f"\\x{b:02x}" for b in raw) + '"')
        if message.proto:
            out('"' + "".join(f"\\x{b:02x}" for b in (message.id + 200).to_bytes(4, "big")) + '"')
    for word in sorted(words):
        out(f'"{word}\\x00"')
    return "\n".join(dict.fromkeys(out.out)) + "\n"
