"""Writes the C++ of the message schema: values, codecs, dispatch, reflection."""

import re

from schema import SchemaError, resolve

TYPES = {"bool": "bool", "int": "std::int32_t", "long": "std::int64_t", "text": "std::string_view", "price": "Price",
         "quoted": "Price", "size": "Quantity", "position": "Position", "multiplier": "Multiplier", "amount": "Amount", "real": "double",
         "tags": "std::vector<TagValue>"}
ZERO = {"bool": "false", "int": "0", "long": "0", "text": None, "price": "Price::zero()", "quoted": "Price::zero()",
        "size": "Quantity::zero()", "position": "Position::zero()", "multiplier": "Multiplier::zero()", "amount": "Amount::zero()", "real": "0", "tags": None}
EXCESS = {"price": "Excess::noise", "quoted": "Excess::half_even", "size": "Excess::noise", "position": "Excess::noise", "multiplier": "Excess::noise"}
LITERALS = {"none": "None", "question": "?", "digit_zero": "0"}
HEADER = "// Written by tools/tws_schema from tradewind/core/tws/schema. Do not edit.\n"


def snake(name):
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return name.lower()


def member(path):
    return ".".join(snake(part) for part in path.split("."))


def cpp_type(column):
    base = TYPES.get(column.type, column.type)
    if column.repeated:
        return f"std::vector<{base}>"
    return f"std::optional<{base}>" if column.optional else base


def default_of(column):
    if column.default is not None:
        return column.default
    return None if column.optional or column.repeated or column.is_struct else ZERO[column.type]


class Lines:
    def __init__(self):
        self.out, self.depth = [], 0

    def __call__(self, text=""):
        self.out.append("  " * self.depth + text if text else "")

    def open(self, text):
        self(text + " {")
        self.depth += 1

    def close(self, text="}"):
        self.depth -= 1
        self(text)

    def text(self):
        return "\n".join(self.out) + "\n"


def struct_order(schema):
    done, order = set(), []

    def visit(name):
        if name in done:
            return
        done.add(name)
        for column in schema.structs[name].columns:
            if column.is_struct:
                visit(column.type)
        order.append(name)

    visit("TagValue")
    for name in schema.structs:
        visit(name)
    return order


def emit_struct(out, struct, extra=()):
    if struct.doc:
        out(f"// {struct.doc}")
    out.open(f"struct {struct.name}")
    for line in extra:
        out(line)
    for column in struct.columns:
        default = default_of(column)
        doc = f"  // {column.doc}" if column.doc else ""
        out(f"{cpp_type(column)} {snake(column.name)}{'' if default is None else ' = ' + default};{doc}")
    if not struct.columns:
        out(f"friend bool operator==(const {struct.name}&, const {struct.name}&) {{ return true; }}")
    else:
        out(f"friend bool operator==(const {struct.name}&, const {struct.name}&) = default;")
    out.close("};")
    out()


def messages_hpp(schema):
    out = Lines()
    out("#pragma once")
    out()
    out(HEADER.rstrip())
    out("//")
    out("// Texts are views: in a decoded message they live as long as the received bytes, in one to be sent as long as its")
    out("// maker keeps them. Names are IB's.")
    out()
    for include in ('"tradewind/core/base/numbers.hpp"', '"tradewind/core/tws/wire.hpp"'):
        out(f"#include {include}")
    out()
    for include in ("array", "cstdint", "optional", "string_view", "vector"):
        out(f"#include <{include}>")
    out()
    out("namespace tradewind::tws {")
    out()
    for name in struct_order(schema):
        emit_struct(out, schema.structs[name])
    for message in schema.messages:
        direction = "client_to_gateway" if message.direction == "out" else "gateway_to_client"
        info = (f'static constexpr MessageInfo kInfo{{{message.id}, Direction::{direction}, "{message.name}", '
                f'"{message.api}", {message.proto}, {message.since}, {str(message.layout is not None).lower()}}};')
        emit_struct(out, message, (info,))
    for direction, label in (("in", "Incoming"), ("out", "Outgoing")):
        out(f"// One of each message that travels {'to the client' if direction == 'in' else 'to the gateway'}, so that decoding reuses their memory.")
        out.open(f"struct {label}Messages")
        for message in schema.messages:
            if message.direction == direction:
                out(f"{message.name} {snake(message.name)};")
        out("// Which columns of each the last protobuf body set; for the decoder alone.")
        out.open("struct Set")
        for message in schema.messages:
            if message.direction == direction and message.proto:
                out(f"std::array<std::uint64_t, {set_words(schema, message.columns)}> {snake(message.name)}{{}};")
        out.close("} set;")
        out.close("};")
        out()
    out("}  // namespace tradewind::tws")
    return out.text()


def handlers_hpp(schema):
    out = Lines()
    out("#pragma once")
    out()
    out(HEADER.rstrip())
    out()
    out('#include "tradewind/core/tws/messages.hpp"')
    out()
    out("namespace tradewind::tws {")
    for direction, label, who in (("in", "IncomingHandler", "a client receives"), ("out", "OutgoingHandler", "a gateway receives")):
        out()
        out(f"// The messages {who}, one call each. A message and its texts are valid during the call only.")
        out.open(f"class {label}")
        out.depth -= 1
        out(" public:")
        out.depth += 1
        out(f"{label}() = default;")
        out(f"{label}(const {label}&) = delete;")
        out(f"{label}& operator=(const {label}&) = delete;")
        out(f"virtual ~{label}() = default;")
        out()
        for message in schema.messages:
            if message.direction == direction:
                out(f"virtual void on_{snake(message.name)}(const {message.name}&) {{}}")
        out.close("};")
    for direction, name, base in (("in", "ForwardingHandler", "IncomingHandler"), ("out", "ForwardingOutgoing", "OutgoingHandler")):
        out()
        out(f"// An {base} (or a class made of one) that hands each message to `Derived::on_any(const Message&)`.")
        out(f"template <class Derived, class Base = {base}>")
        out.open(f"class {name} : public Base")
        out.depth -= 1
        out(" public:")
        out.depth += 1
        for message in schema.messages:
            if message.direction == direction:
                out(f"void on_{snake(message.name)}(const {message.name}& message) override {{ static_cast<Derived*>(this)->on_any(message); }}")
        out.close("};")
    out()
    out("}  // namespace tradewind::tws")
    return out.text()


def most_id(schema, direction):
    return max(m.id for m in schema.messages if m.direction == direction)


def codec_hpp(schema):
    out = Lines()
    out("#pragma once")
    out()
    out(HEADER.rstrip())
    out()
    for include in ("core/base/bytes.hpp", "core/base/result.hpp", "core/tws/handlers.hpp", "core/tws/messages.hpp", "core/tws/wire.hpp"):
        out(f'#include "tradewind/{include}"')
    out()
    for include in ("array", "cstddef", "cstdint"):
        out(f"#include <{include}>")
    out()
    out("namespace tradewind::tws {")
    out()
    out("// What is counted and kept rather than refused.")
    out.open("struct DecodeCounters")
    out("std::uint64_t messages = 0;         // handed to the handler")
    out("std::uint64_t unknown_ids = 0;      // frames with an id the schema does not have")
    out("std::uint64_t trailing_fields = 0;  // messages with more fields than we know")
    out.close("};")
    out()
    out("// Decodes one frame into `scratch` and hands it to `handler`. A fault names message, field and offset; the handler is")
    out("// not called then. An unknown id is no fault: it is counted and `*unknown` (if given) becomes true.")
    for direction, label in (("in", "Incoming"), ("out", "Outgoing")):
        scratch = f"{label}Messages& scratch, {label}Handler& handler"
        out("namespace detail {")
        out(f"[[nodiscard]] DecodeFault dispatch_text(const FrameView& frame, int server_version, {scratch}, DecodeCounters& counters, bool* unknown);")
        out("// What decodes the protobuf form of each message; null where the id has no message.")
        out(f"using {label}Protobuf = DecodeFault (*)(const FrameView& frame, {scratch}, DecodeCounters& counters);")
        out(f"extern const std::array<{label}Protobuf, {most_id(schema, direction) + 1}> k{label}Protobuf;")
        out("}  // namespace detail")
        out.open(f"[[nodiscard]] inline DecodeFault dispatch(const FrameView& frame, int server_version, {scratch}, DecodeCounters& counters, bool* unknown = nullptr)")
        out("if (!frame.is_protobuf && frame.fault == nullptr) return detail::dispatch_text(frame, server_version, scratch, handler, counters, unknown);")
        out("const auto id = static_cast<std::size_t>(frame.id);")
        out(f"if (id < detail::k{label}Protobuf.size() && detail::k{label}Protobuf[id] != nullptr) return detail::k{label}Protobuf[id](frame, scratch, handler, counters);")
        out("++counters.unknown_ids;")
        out("if (unknown != nullptr) *unknown = true;")
        out("return {};")
        out.close()
    out()
    out("// Appends one whole frame, length prefix included, in the form the server version asks for. On an error (a text the")
    out("// protocol cannot carry, a message too large) nothing is appended.")
    for message in schema.messages:
        if not message.own_target:
            out(f"[[nodiscard]] Result<void> encode(const {message.name}& message, int server_version, ByteQueue& out);")
    out()
    out("// Reads one message from a body of either form; for tests and tools. The texts live as long as `frame`.")
    for message in schema.messages:
        out(f"[[nodiscard]] DecodeFault decode(const FrameView& frame, int server_version, {message.name}& message);")
    out()
    out("}  // namespace tradewind::tws")
    return out.text()


class TextCodec:
    """The reading and writing function of one message's text layout."""

    def __init__(self, schema, message):
        self.schema, self.message = schema, message
        self.locals = 0

    def gate_test(self, gate):
        tests = []
        if gate.low:
            tests.append(f"server_version >= {gate.low}")
        if gate.high:
            tests.append(f"server_version <= {gate.high}")
        return " && ".join(tests)

    def condition(self, tokens, columns, base, writing):
        out, i = [], 0
        while i < len(tokens):
            token = tokens[i]
            if token == "and":
                out.append("&&")
            elif token == "or":
                out.append("||")
            elif token in ("written", "count", "infinite"):
                path = tokens[i + 2]
                column = resolve(self.schema, columns, path, self.message.where)[-1]
                value = f"{base}{member(path)}"
                if token == "written":
                    if path not in self.written:
                        raise SchemaError(f"{self.message.where}: written({path}) without a field {path} before it")
                    out.append(f"written_{snake(path).replace('.', '_')}")
                elif token == "count":
                    out.append(f"{value}.size()")
                else:
                    out.append(f"({value} && std::isinf(*{value}))")
                i += 3
            elif i + 1 < len(tokens) and tokens[i + 1] in ("==", "!=", ">", "in"):
                column = resolve(self.schema, columns, token, self.message.where)[-1]
                value = f"{base}{member(token)}"
                operator = tokens[i + 1]
                if operator == "in":
                    end = tokens.index(")", i)
                    choices = [t for t in tokens[i + 3:end] if t != ","]
                    out.append("(" + " || ".join(f"{value} == {c}" for c in choices) + ")")
                    i = end
                elif operator == ">" and column.type in ("price", "quoted"):
                    out.append(f"({value} && *{value} > Price::zero())")
                    i += 2
                else:
                    out.append(f"{value} {operator} {tokens[i + 2]}")
                    i += 2
            elif re.fullmatch(r"\d+", token) or token == ">":
                out.append(token)
            else:
                raise SchemaError(f"{self.message.where}: cannot read the condition {' '.join(tokens)}")
            i += 1
        text = " ".join(out)
        # and binds tighter than or; say so with brackets for the compiler's sake.
        if "||" in text and "&&" in text:
            text = " || ".join(f"({part.strip()})" for part in re.split(r"\|\|(?![^()]*\))", text))
        return text

    def collect_written(self, items):
        found = set()
        for item in items:
            if item.kind == "if":
                tokens = item.condition
                found |= {tokens[i + 2] for i, t in enumerate(tokens) if t == "written"}
            found |= self.collect_written(item.items)
        return found

    def prepare(self):
        self.written = self.collect_written(self.message.layout)

    # --- reading ---

    def read(self, out):
        self.prepare()
        # Flattened: with a call for each field the reader would live in memory, and the longest message takes twice as long.
        out.open(f"[[gnu::flatten]] void read_text([[maybe_unused]] FieldReader& reader, [[maybe_unused]] int server_version, [[maybe_unused]] {self.message.name}& message)")
        if self.message.layout:
            out("FieldReader in = reader;  // a copy of our own can stay in registers")
            self.read_items(out, self.message.layout, self.message.columns, "message.")
            out("reader = in;")
        out.close()
        out()

    def read_items(self, out, items, columns, base):
        for item in items:
            gate = self.gate_test(item.gate)
            if item.kind == "const":
                out(f'{"if (" + gate + ") " if gate else ""}in.skip("{item.path}");')
                continue
            if item.kind == "if":
                condition = self.condition(item.condition, columns, base, writing=False)
                if gate:
                    condition = f"{gate} && {'(' + condition + ')' if '||' in condition else condition}"
                out.open(f"if ({condition})")
                self.read_items(out, item.items, columns, base)
                out.close()
                continue
            if item.kind == "mask":
                local = f"mask{self.locals}"
                self.locals += 1
                out(f'const std::int32_t {local} = in.int32("attrMask");')
                for bit, part in enumerate(item.items):
                    out(f"{base}{member(part.path)} = ({local} & {1 << bit}) != 0;")
                continue
            column = resolve(self.schema, columns, item.path, item.where)[-1]
            target = base + member(item.path)
            name = item.path.rsplit(".", 1)[-1]
            if item.kind == "field":
                self.read_field(out, item, column, target, name, gate)
            elif item.kind == "joined":
                out(f'read_joined(in, "{name}", {target});')
            elif item.kind == "tags":
                out(f'read_tags(in, "{name}", {target});')
            elif item.kind == "count":
                out(f'in.skip("{name}Count");')
            elif item.kind == "list":
                self.read_list(out, column, target, name, gate)
            elif item.kind == "prices":
                self.read_prices(out, item, columns, base)
            else:
                self.read_group(out, item, column, target, name, gate)

    def read_group(self, out, item, column, target, name, gate):
        columns = self.schema.columns_of(column.type)
        local = f"item{self.locals}"
        self.locals += 1
        if gate:
            out.open(f"if ({gate})")
        if item.kind == "each":
            out(f'const std::size_t {local}_count = in.count("{name}Count", {max(1, self.least_fields(item.items))});')
            out(f"{target}.clear();")
            out.open(f"for (std::size_t {local}_at = 0; {local}_at < {local}_count && !in.failed(); ++{local}_at)")
            out(f"auto& {local} = {target}.emplace_back();")
            self.read_items(out, item.items, columns, local + ".")
            out.close()
        elif item.kind == "present":
            out.open(f'if (in.boolean("{name}Present"))')
            out(f"auto& {local} = {target}.emplace();")
            self.read_items(out, item.items, columns, local + ".")
            out.close()
        else:
            out(f"{column.type} {local};")
            self.read_items(out, item.items, columns, local + ".")
            out(f"if ({local} != {column.type}{{}}) {target} = {local};")
        if gate:
            out.close()

    def least_fields(self, items):
        return sum(1 for i in items if i.kind != "if" and not i.gate)

    def read_list(self, out, column, target, name, gate):
        if gate:
            out.open(f"if ({gate})")
        local = f"item{self.locals}"
        self.locals += 1
        call = {"text": "text", "int": "int32", "real": "real"}[column.type]
        out(f'const std::size_t {local}_count = in.count("{name}Count", 1);')
        out(f"{target}.clear();")
        out(f'for (std::size_t {local}_at = 0; {local}_at < {local}_count && !in.failed(); ++{local}_at) {target}.push_back(in.{call}("{name}"));')
        if gate:
            out.close()

    def read_prices(self, out, item, columns, base):
        list_path, column_name = item.path.rsplit(".", 1)
        target = base + member(list_path)
        local = f"item{self.locals}"
        self.locals += 1
        out(f'const std::size_t {local}_count = in.count("{column_name}Count", 1);')
        out(f'if ({local}_count > {target}.size()) in.fail("{column_name}Count", "more prices than legs");')
        out.open(f"for (std::size_t {local}_at = 0; {local}_at < {local}_count && !in.failed(); ++{local}_at)")
        out(f'{target}[{local}_at].{snake(column_name)} = in.optional_fixed<Price, Excess::noise>("{column_name}");')
        out.close()

    def read_field(self, out, item, column, target, name, gate):
        literal = next((LITERALS[s] for s in item.styles if s in LITERALS), None)
        if column.type == "text":
            call = f'in.text("{name}")'
        elif column.type == "bool":
            call = f'read_and_or(in, "{name}")' if "and_or" in item.styles else f'in.boolean("{name}")'
        elif column.type in ("int", "long"):
            bits = "32" if column.type == "int" else "64"
            call = f'in.{"optional_" if column.optional else ""}int{bits}("{name}")'
        elif column.type == "real":
            call = f'in.{"optional_" if column.optional else ""}real("{name}")'
        elif column.type == "amount":
            call = f'in.{"optional_" if column.optional else ""}amount("{name}")'
        else:
            call = f'in.{"optional_" if column.optional else ""}fixed<{TYPES[column.type]}, {EXCESS[column.type]}>("{name}")'
        written = item.path in self.written
        if written:
            local = f"written_{snake(item.path).replace('.', '_')}"
            if gate:
                raise SchemaError(f"{item.where}: a gated field cannot be in written()")
            out(f'{target} = in.text("{name}");')
            out(f"const bool {local} = !{target}.empty();")
            if literal:
                out(f'if ({target} == "{literal}") {target} = {{}};')
            return
        if literal:
            call = f'in.text_or("{name}", "{literal}")'
        # A field that comes a second time in a layout only overrules when it says something.
        if target in self.seen_targets and column.optional:
            out.open(f"{'if (' + gate + ') ' if gate else ''}if (const auto again = {call}; again)")
            out(f"{target} = again;")
            out.close()
            return
        self.seen_targets.add(target)
        if call.startswith(("in.optional_real(", "in.optional_fixed<")):
            out(f"{'if (' + gate + ') ' if gate else ''}{call[:-1]}, {target});")
            return
        out(f"{'if (' + gate + ') ' if gate else ''}{target} = {call};")

    # --- writing ---

    def write(self, out):
        self.prepare()
        out.open(f"[[gnu::flatten]] void write_text([[maybe_unused]] TextWriter& out, [[maybe_unused]] int server_version, [[maybe_unused]] const {self.message.name}& message)")
        self.write_items(out, self.message.layout, self.message.columns, "message.")
        out.close()
        out()

    def write_items(self, out, items, columns, base):
        for item in items:
            gate = self.gate_test(item.gate)
            if item.kind == "const":
                call = "out.empty();" if item.value == "" else f'out.literal("{item.value}");'
                out(f"{'if (' + gate + ') ' if gate else ''}{call}")
                continue
            if item.kind == "if":
                condition = self.condition(item.condition, columns, base, writing=True)
                if gate:
                    condition = f"{gate} && {'(' + condition + ')' if '||' in condition else condition}"
                out.open(f"if ({condition})")
                self.write_items(out, item.items, columns, base)
                out.close()
                continue
            if item.kind == "mask":
                bits = " | ".join(f"({base}{member(part.path)} ? {1 << bit} : 0)" for bit, part in enumerate(item.items))
                out(f"out.int32({bits});")
                continue
            column = resolve(self.schema, columns, item.path, item.where)[-1]
            source = base + member(item.path)
            name = item.path.rsplit(".", 1)[-1]
            if item.kind == "field":
                self.write_field(out, item, column, source, name, gate)
            elif item.kind == "joined":
                out(f'write_joined(out, "{name}", {source});')
            elif item.kind == "tags":
                out(f'write_tags(out, "{name}", {source});')
            elif item.kind == "count":
                out(f"out.int32(static_cast<std::int32_t>({source}.size()));")
            elif item.kind == "list":
                if gate:
                    out.open(f"if ({gate})")
                out(f"out.int32(static_cast<std::int32_t>({source}.size()));")
                value = {"text": f'text("{name}", value)', "int": "int32(value)", "real": "real(value, Point::java)"}[column.type]
                out(f"for (const auto value : {source}) out.{value};")
                if gate:
                    out.close()
            elif item.kind == "prices":
                list_path, column_name = item.path.rsplit(".", 1)
                out(f"write_prices(out, {base + member(list_path)}, &{resolve(self.schema, columns, list_path, item.where)[-1].type}::{snake(column_name)});")
            else:
                self.write_group(out, item, column, source, gate)

    def write_group(self, out, item, column, source, gate):
        columns = self.schema.columns_of(column.type)
        local = f"item{self.locals}"
        self.locals += 1
        if gate:
            out.open(f"if ({gate})")
        if item.kind == "each":
            out(f"out.int32(static_cast<std::int32_t>({source}.size()));")
            out.open(f"for (const auto& {local} : {source})")
            self.write_items(out, item.items, columns, local + ".")
            out.close()
        elif item.kind == "present":
            out(f"out.boolean({source}.has_value());")
            out.open(f"if ({source})")
            out(f"const auto& {local} = *{source};")
            self.write_items(out, item.items, columns, local + ".")
            out.close()
        else:
            out(f"static const {column.type} {local}_absent;")
            out(f"const {column.type}& {local} = {source} ? *{source} : {local}_absent;")
            self.write_items(out, item.items, columns, local + ".")
        if gate:
            out.close()

    def write_field(self, out, item, column, source, name, gate):
        styles = item.styles
        point = "Point::java" if "java" in styles else "Point::shortest"
        unset = next((f"Unset::{s}" for s in styles if s in ("zero", "minus", "max", "min")), "Unset::empty")
        literal = next((LITERALS[s] for s in styles if s in LITERALS), None)
        if column.type == "text":
            call = f'out.{"escaped" if "escaped" in styles else "text"}("{name}", {source});'
            if literal:
                call = f'out.text("{name}", {source}.empty() ? std::string_view{{"{literal}"}} : {source});'
        elif column.type == "bool":
            words = '"a" : "o"' if "and_or" in styles else '"true" : "false"' if "word" in styles else None
            call = f"out.literal({source} ? {words});" if words else f"out.boolean({source});"
        elif column.type in ("int", "long"):
            bits = "32" if column.type == "int" else "64"
            call = f"out.optional_int{bits}({source}, {unset});" if column.optional else f"out.int{bits}({source});"
        elif column.type == "real":
            if "blank" in styles:
                call = f"out.blank_if_zero({source});"
            else:
                call = f"out.optional_real({source}, {unset}, {point});" if column.optional else f"out.real({source}, {point});"
        elif column.type == "amount":
            call = f"out.optional_amount({source}, {unset}, {point});" if column.optional else f"out.amount({source}, {point});"
        else:
            call = f"out.optional_fixed({source}, {unset}, {point});" if column.optional else f"out.fixed({source}, {point});"
        out(f"{'if (' + gate + ') ' if gate else ''}{call}")
        if item.path in self.written:
            test = "true" if literal else f"!{source}.empty()"
            out(f"const bool written_{snake(item.path).replace('.', '_')} = {test};")


def set_by_text(layout):
    """Paths of the columns that a text layout sets at every version."""
    return {item.path for item in layout or () if item.kind in ("field", "joined", "tags") and not item.gate}


def needs_reset(schema, message):
    """True when the text layout does not set every column at every version, or holds lists."""

    if message.layout is None:
        return False
    direct = set_by_text(message.layout)
    return any(c.is_struct or c.name not in direct for c in message.columns)


def proto_columns(columns):
    return [c for c in columns if c.number is not None]


def is_inner(column):
    """True for a struct that is always there: it has bits of its own, in words that follow its owner's."""
    return column.is_struct and not column.optional and not column.repeated


def set_words(schema, columns):
    """How many words tell which columns a protobuf body has set; see SetColumns in codec_support.hpp."""
    columns = proto_columns(columns)
    own = max(1, (len(columns) + 63) // 64)
    return own + sum(set_words(schema, schema.columns_of(c.type)) for c in columns if is_inner(c))


def set_places(schema, columns):
    """{name of an inner struct's column: where its words begin}."""
    columns = proto_columns(columns)
    at, places = max(1, (len(columns) + 63) // 64), {}
    for column in columns:
        if is_inner(column):
            places[column.name] = at
            at += set_words(schema, schema.columns_of(column.type))
    return places


def proto_read(column, target, bit, place):
    """(the field's wire forms, what reads it)."""
    name = column.name
    wire = {"int32": "varint", "int64": "varint", "bool": "varint", "double": "fixed64"}.get(column.wire, "bytes")
    first = f"if ({bit[0]}) "
    if column.repeated and not column.is_struct:
        if column.type == "text":
            return (wire,), f"{first}{target}.clear();\n{target}.push_back(in.text());"
        # Packed, as proto3 writes lists of numbers; a reader also takes them one by one.
        call = {"int": "int32", "real": "real"}[column.type]
        return (wire, "bytes"), f"{first}{target}.clear();\nprotobuf::read_list(in, {target}, &ProtoReader::{call});"
    if column.wire == "message":
        if column.repeated:
            body = (f"{first}{target}.clear();\n"
                    f'if (auto* item = protobuf::one_more({target}, "{name}", fault)) read_part(in.nested(), *item, false, fault); else in.skip();')
        elif column.optional:
            # Said twice, its parts add up; but a bit may say "set" only because the struct around was read before.
            body = (f"if (({bit[0]}) || !{target}) {{\n  {target}.emplace();\n  read_part(in.nested(), *{target}, false, fault);\n}} else {{\n"
                    f"  read_part(in.nested(), *{target}, true, fault);\n}}")
        else:
            body = f"read_proto(in.nested(), {target}, set + {place}, fault);"
    elif column.type == "tags":
        body = f"{first}{target}.clear();\nread_proto_tag(in.nested(), {target}, fault);"
    elif column.type == "text":
        body = f"{target} = in.text();"
    elif column.type == "bool":
        body = f"{target} = in.boolean();"
    elif column.type == "int" and column.wire == "bool":
        body = f"{target} = in.boolean() ? 1 : 0;"
    elif column.type == "int":
        body = f"{target} = protobuf::optional_int32(in.int32());" if column.optional else f"{target} = in.int32();"
    elif column.type == "long":
        body = f"{target} = in.int64();"
    else:
        if column.type == "real":
            call = "protobuf::optional_real(in.real())"
        elif column.type == "amount":
            call = f'protobuf::amount_from_double(in.real(), "{name}", fault)'
        else:
            source = "text(in.text()" if column.wire == "string" else "double(in.real()"
            unset = ", true" if column.optional and column.wire == "string" else ""
            call = f'protobuf::fixed_from_{source.replace("(", f"<{TYPES[column.type]}, {EXCESS[column.type]}{unset}>(", 1)}, "{name}", fault)'
        body = f"{target} = {call};" if column.optional else f"{target} = {call}.value_or({default_of(column)});"
    return (wire,), body


def proto_write_line(column, source, zeros):
    number = column.number
    if column.repeated and not column.is_struct:
        if column.type == "text":
            return f"for (const std::string_view item : {source}) out.text({number}, item);"
        return f"out.packed({number}, {source});"
    if column.wire == "message":
        if column.repeated:
            return f"for (const auto& item : {source}) write_nested_always(out, {number}, item, server_version);"
        if column.optional:
            return f"if ({source}) write_nested_always(out, {number}, *{source}, server_version);"
        if column.always:
            return f"write_nested_always(out, {number}, {source}, server_version);"
        return f"write_nested(out, {number}, {source}, server_version);"
    if column.type == "tags":
        return f"for (const auto& item : {source}) write_nested_tag(out, {number}, item);"
    value, test = source, None
    if column.optional:
        test, value = f"{source}.has_value()", f"*{source}"
    elif column.type == "text":
        test = f"!{source}.empty()"
    elif column.type == "bool":
        test = source if column.default in (None, "false") else f"!{source}"
    elif column.type in ("int", "long", "real"):
        test = f"{source} != {column.default or '0'}"
    else:
        test = f"!{source}.is_zero()"
    if not column.optional and (column.always or (zeros and column.type not in ("text", "bool"))):
        test = None
    if column.type == "text":
        call = f"out.text({number}, {value});"
    elif column.type == "bool" or column.wire == "bool":
        call = f"out.boolean({number}, {value}{' != 0' if column.type == 'int' else ''});"
    elif column.type == "int":
        call = f"out.int32({number}, {value});"
    elif column.type == "long":
        call = f"out.int64({number}, {value});"
    elif column.type == "real":
        call = f"out.real({number}, {value});"
    elif column.wire == "string":
        call = f"out.decimal_text({number}, {value});"
    else:
        call = f"out.decimal_real({number}, {value});"
    return f"{f'if ({test}) ' if test else ''}{call}"


def proto_structs(schema):
    """Names of structs that some protobuf message needs, in dependency order."""
    needed = set()

    def visit(columns):
        for column in columns:
            if column.is_struct and column.number is not None and column.type not in needed:
                needed.add(column.type)
                visit(schema.columns_of(column.type))

    for message in schema.messages:
        if message.proto:
            visit(message.columns)
    return [name for name in struct_order(schema) if name in needed]


def from_gateway_only(schema):
    """Names of the structs that no request holds."""
    found = {"in": set(), "out": set()}

    def visit(columns, direction):
        for column in columns:
            if column.is_struct and column.type not in found[direction]:
                found[direction].add(column.type)
                visit(schema.columns_of(column.type), direction)

    for message in schema.messages:
        visit(message.columns, message.direction)
    return found["in"] - found["out"]


def emit_proto(out, schema, struct, zeros):
    """zeros: numbers are written also when they are zero, as a gateway does: to its clients absent means unset."""
    emit_proto_read(out, schema, struct)
    emit_proto_write(out, struct, zeros)


def emit_proto_read(out, schema, struct):
    columns = proto_columns(struct.columns)
    places = set_places(schema, struct.columns)
    words = range(max(1, (len(columns) + 63) // 64))
    out.open(f"[[gnu::flatten]] void read_proto(Bytes body, [[maybe_unused]] {struct.name}& message, std::uint64_t* set, protobuf::Fault& fault)")
    for word in words:
        out(f"std::uint64_t set{word} = set[{word}];")

    def bit(index):
        """(tests that the column is not yet set, notes that it is)."""
        word, value = f"set{index // 64}", f"{1 << index % 64:#x}"
        return f"({word} & {value}) == 0", f"{word} |= {value};"

    for index, column in enumerate(columns):
        if column.absent is not None:
            out(f"if ({bit(index)[0]}) message.{snake(column.name)} = {column.absent};")
            out(bit(index)[1])
    out("ProtoReader in{body};")
    ordered = sorted(enumerate(columns), key=lambda pair: pair[1].number)
    reads = [proto_read(c, f"message.{snake(c.name)}", bit(i), places.get(c.name)) for i, c in ordered]
    next_is = [f"in.next_is<tag_of({column.number}, Wire::{wires[-1]})>()" for (_, column), (wires, _) in zip(ordered, reads)]
    if not columns:
        out.open("while (in.next())")
    else:
        out.open(f"for (bool more = {next_is[0]} || in.next(); more; more = in.next())")
        out.open("switch (in.tag())")
        for at, (index, column) in enumerate(ordered):
            wires, body = reads[at]
            for wire in sorted(set(wires)):
                out(f"case tag_of({column.number}, Wire::{wire}):")
            out.depth += 1
            for line in body.split("\n"):
                out(line)
            if not is_inner(column):
                out(bit(index)[1])
            if at + 1 < len(ordered):
                out(f"if (!{next_is[at + 1]}) continue;")
                out("[[fallthrough]];")
            else:
                out("continue;")
            out.depth -= 1
        out("default:")
        out("  break;")
        out.close()
    out("in.skip();  // a field of a newer server")
    out.close()
    for word in words:
        out(f"set[{word}] = set{word};")
    out("protobuf::finish(in, fault);")
    out.close()
    out()
    emit_empty_columns(out, schema, struct, columns, places)


def emit_empty_columns(out, schema, struct, columns, places):
    out.open(f"void empty_columns([[maybe_unused]] {struct.name}& message, [[maybe_unused]] const std::uint64_t* set)")
    plain = [(index, c) for index, c in enumerate(columns) if not is_inner(c)]
    if plain:
        out.open(f"for (std::size_t word = 0; word < {(len(columns) + 63) // 64}; ++word)")
        out.open("for (std::uint64_t left = set[word]; left != 0; left &= left - 1)")
        out.open("switch (word * 64 + static_cast<std::size_t>(__builtin_ctzll(left)))")
        for index, column in plain:
            out(f"case {index}:")
            out.depth += 1
            emit_resets(out, schema, [column], "", frozenset())
            out("break;")
            out.depth -= 1
        out("default:")
        out("  break;")
        out.close()
        out.close()
        out.close()
    for column in columns:
        if is_inner(column):
            out(f"empty_columns(message.{snake(column.name)}, set + {places[column.name]});")
    out.close()
    out()


def emit_proto_write(out, struct, zeros):
    columns = proto_columns(struct.columns)
    out.open(f"void write_proto([[maybe_unused]] ProtoWriter& out, [[maybe_unused]] const {struct.name}& message, [[maybe_unused]] int server_version)")
    for column in columns:
        line = proto_write_line(column, f"message.{snake(column.name)}", zeros)
        if column.since:
            out.open(f"if (server_version >= {column.since})")
            out(line)
            out.close()
        else:
            out(line)
    out.close()
    out()


def internal_hpp(schema):
    """Declarations shared by the codec's own sources."""
    out = Lines()
    out("#pragma once")
    out()
    out(HEADER.rstrip())
    out()
    out('#include "tradewind/core/tws/codec.hpp"')
    out('#include "tradewind/core/tws/internal/codec_support.hpp"')
    out()
    out("namespace tradewind::tws {")
    out()
    def declare_proto(struct):
        words = set_words(schema, struct.columns)
        if words != 1:
            out("template <>")
            out(f"inline constexpr std::size_t kSetWords<{struct.name}> = {words};")
        out(f"void read_proto(Bytes body, {struct.name}& message, std::uint64_t* set, protobuf::Fault& fault);")
        out(f"[[gnu::cold, gnu::noinline]] void empty_columns({struct.name}& message, const std::uint64_t* set);")

    for name in proto_structs(schema):
        declare_proto(schema.structs[name])
        out(f"void write_proto(ProtoWriter& out, const {name}& message, int server_version);")
    for message in schema.messages:
        if message.layout is not None:
            out(f"void read_text(FieldReader& in, int server_version, {message.name}& message);")
            out(f"void write_text(TextWriter& out, int server_version, const {message.name}& message);")
        if message.proto:
            declare_proto(message)
            label = "Incoming" if message.direction == "in" else "Outgoing"
            out(f"DecodeFault deliver_{snake(message.name)}(const FrameView& frame, {label}Messages& scratch, {label}Handler& handler, DecodeCounters& counters);")
            out(f"void write_proto(ProtoWriter& out, const {message.name}& message, int server_version);")
        if needs_reset(schema, message):
            out(f"void reset({message.name}& message);")
        else:
            out(f"inline void reset({message.name}&) {{}}  // a text body sets every column")
    out()
    out("}  // namespace tradewind::tws")
    return out.text()


def emit_reset(out, schema, struct, always_set=frozenset()):
    """Back to the defaults, but for the columns that are set in any case."""
    out.open(f"void reset([[maybe_unused]] {struct.name}& message)")
    emit_resets(out, schema, struct.columns, "", always_set)
    out.close()
    out()


def emit_resets(out, schema, columns, path, always_set):
    for column in columns:
        here = path + column.name
        target = f"message.{member(here)}"
        if here in always_set:
            continue
        is_one = column.is_struct and not column.optional and not column.repeated
        if is_one and any(name.startswith(here + ".") for name in always_set):
            emit_resets(out, schema, schema.columns_of(column.type), here + ".", always_set)
            continue
        if column.repeated or column.type == "tags":
            out(f"{target}.clear();")
        elif column.optional:
            out(f"{target}.reset();")
        elif column.is_struct:
            out(f"reset({target});")
        else:
            default = default_of(column)
            out(f"{target} = {default if default is not None else '{}'};")


def reset_structs(schema):
    needed = set()

    def visit(columns):
        for column in columns:
            if column.is_struct and not column.optional and not column.repeated and column.type not in needed:
                needed.add(column.type)
                visit(schema.columns_of(column.type))

    for message in schema.messages:
        visit(message.columns)
    return [name for name in struct_order(schema) if name in needed]


def structs_cpp(schema):
    out = Lines()
    out(HEADER.rstrip())
    out()
    out('#include "tradewind/core/tws/internal/codec_internal.hpp"')
    out('#include "tradewind/core/tws/internal/reset.hpp"')
    out()
    out("namespace tradewind::tws {")
    out()
    for name in reset_structs(schema):
        emit_reset(out, schema, schema.structs[name])
    gateway_structs = from_gateway_only(schema)
    for name in proto_structs(schema):
        emit_proto(out, schema, schema.structs[name], name in gateway_structs)
    out("}  // namespace tradewind::tws")
    return out.text()


def reset_hpp(schema):
    out = Lines()
    out("#pragma once")
    out()
    out(HEADER.rstrip())
    out()
    out('#include "tradewind/core/tws/messages.hpp"')
    out()
    out("namespace tradewind::tws {")
    out()
    out("// Back to the defaults, keeping the memory of lists.")
    for name in reset_structs(schema):
        out(f"void reset({name}& message);")
    out()
    out("}  // namespace tradewind::tws")
    return out.text()


def codec_cpp(schema, file):
    """The codec of the messages of one schema file."""
    out = Lines()
    out(HEADER.rstrip())
    out()
    for include in ("codec.hpp", "internal/codec_internal.hpp", "internal/reset.hpp"):
        out(f'#include "tradewind/core/tws/{include}"')
    out()
    out("#include <cmath>")
    out()
    out("namespace tradewind::tws {")
    out()
    for message in schema.messages:
        if message.file != file:
            continue
        codec = TextCodec(schema, message)
        codec.seen_targets = set()
        if message.layout is not None:
            codec.read(out)
        if not message.own_target:
            if message.layout is not None:
                codec.write(out)
            if message.proto:
                emit_proto(out, schema, message, message.direction == "in")
            out.open(f"Result<void> encode(const {message.name}& message, int server_version, ByteQueue& out)")
            out("return encode_message(message, server_version, out);")
            out.close()
            out()
        elif message.proto:
            emit_proto_read(out, schema, message)
        if needs_reset(schema, message):
            emit_reset(out, schema, message, set_by_text(message.layout))
        if message.proto:
            label = "Incoming" if message.direction == "in" else "Outgoing"
            name = snake(message.name)
            out.open(f"[[gnu::flatten]] DecodeFault deliver_{name}(const FrameView& frame, {label}Messages& scratch, {label}Handler& handler, DecodeCounters& counters)")
            out(f"return deliver_by(frame, scratch.{name}, scratch.set.{name}, handler, &{label}Handler::on_{name}, counters);")
            out.close()
            out()
        out.open(f"DecodeFault decode(const FrameView& frame, int server_version, {message.name}& message)")
        out("std::uint64_t trailing = 0;")
        out("return decode_message(frame, server_version, message, trailing);")
        out.close()
        out()
    out("}  // namespace tradewind::tws")
    return out.text()


def own_target_cpp(schema, message):
    out = Lines()
    folder = snake(message.api)
    out(HEADER.rstrip())
    out()
    out(f'#include "tradewind/core/tws/{folder}/encode.hpp"')
    out()
    out('#include "tradewind/core/tws/internal/codec_internal.hpp"')
    out()
    out("#include <cmath>")
    out()
    out("namespace tradewind::tws {")
    out()
    codec = TextCodec(schema, message)
    codec.seen_targets = set()
    codec.write(out)
    if message.proto:
        emit_proto_write(out, message, message.direction == "in")
    out.open(f"Result<void> encode(const {message.name}& message, int server_version, ByteQueue& out)")
    out("return encode_message(message, server_version, out);")
    out.close()
    out()
    out("}  // namespace tradewind::tws")
    return out.text()


DELIVER = """\
template <class Message, class Scratch, class Handler>
DecodeFault no_protobuf(const FrameView& frame, Scratch& /*scratch*/, Handler& /*handler*/, DecodeCounters& /*counters*/) {
  return {Message::kInfo.name, "", 0, frame.fault != nullptr ? frame.fault : "no protobuf form of this message is known"};
}

struct NoColumns {};

// Text bodies. What they have in common is done before the switch.
template <class Message, class Handler, class Set>
[[gnu::always_inline]] inline DecodeFault deliver_text(FieldReader& in, const FieldFault& fault, int server_version, Message& message, [[maybe_unused]] Set& set, Handler& handler, void (Handler::*call)(const Message&), DecodeCounters& counters) {
  if constexpr (Message::kInfo.has_text) {
    reset(message);
    if constexpr (Message::kInfo.protobuf_since != 0) set[0] = kSetByText;
    read_text(in, server_version, message);
    if (fault.what != nullptr) [[unlikely]] return {Message::kInfo.name, fault.field, fault.offset, fault.what};
    if (!in.at_end()) ++counters.trailing_fields;
    ++counters.messages;
    (handler.*call)(message);
    return {};
  } else {
    return {Message::kInfo.name, "", 0, "this message has no text form"};
  }
}
"""


def dispatch_cpp(schema):
    out = Lines()
    out(HEADER.rstrip())
    out()
    out('#include "tradewind/core/tws/codec.hpp"')
    out('#include "tradewind/core/tws/internal/codec_internal.hpp"')
    out()
    out("namespace tradewind::tws {")
    out("namespace {")
    out()
    for line in DELIVER.splitlines():
        out(line)
    sides = []
    for direction, label in (("in", "Incoming"), ("out", "Outgoing")):
        messages = [(m, snake(m.name)) for m in schema.messages if m.direction == direction]
        parameters = f"const FrameView& frame, int server_version, {label}Messages& scratch, {label}Handler& handler, DecodeCounters& counters, bool* unknown"
        sides.append((label, messages, parameters))

    def cases(label, messages, call):
        out.open("switch (frame.id)")
        for message, name in messages:
            out(f"case {message.id}: return {call(message, name)};")
        out("default: break;")
        out.close()
        out("++counters.unknown_ids;")
        out("if (unknown != nullptr) *unknown = true;")
        out("return {};")

    def text_call(message, name):
        columns = f"scratch.set.{name}" if message.proto else "no_columns"
        return f"deliver_text(in, fault, server_version, scratch.{name}, {columns}, handler, &{label}Handler::on_{name}, counters)"

    out()
    out("}  // namespace")
    for label, messages, parameters in sides:
        by_id = {m.id: (m, name) for m, name in messages}
        out()
        out.open(f"constinit const std::array<detail::{label}Protobuf, {max(by_id) + 1}> detail::k{label}Protobuf =")
        for id in range(max(by_id) + 1):
            message, name = by_id.get(id, (None, None))
            out("nullptr," if message is None else f"deliver_{name}," if message.proto else
                f"no_protobuf<{message.name}, {label}Messages, {label}Handler>,")
        out.close("};")
        out()
        out.open(f"DecodeFault detail::dispatch_text({parameters})")
        out("NoColumns no_columns;")
        out("FieldFault fault;")
        out("FieldReader in{frame.body, fault};")
        cases(label, messages, text_call)
        out.close()
    out()
    out("}  // namespace tradewind::tws")
    return out.text()


def reflect_hpp(schema):
    out = Lines()
    out("#pragma once")
    out()
    out(HEADER.rstrip())
    out()
    out('#include "tradewind/core/tws/messages.hpp"')
    out()
    out("namespace tradewind::tws {")
    out()
    out("// Calls visit(name, member) for each column of a message or struct, in the schema's order. `Message` may be const.")
    out("template <class Visitor, class Message>")
    out("void for_each_column(Message& message, Visitor&& visit);")
    out()
    for struct in [schema.structs[n] for n in struct_order(schema)] + schema.messages:
        out("template <class Visitor, class Self>")
        out(f"  requires std::same_as<std::remove_const_t<Self>, {struct.name}>")
        out.open("void for_each_column(Self& message, [[maybe_unused]] Visitor&& visit)")
        for column in struct.columns:
            out(f'visit("{column.name}", message.{snake(column.name)});')
        if not struct.columns:
            out("static_cast<void>(message);")
        out.close()
        out()
    out("// A session's one message of this type.")
    for direction, label in (("in", "Incoming"), ("out", "Outgoing")):
        out("template <class Message>")
        out.open(f"[[nodiscard]] Message& message_of({label}Messages& messages)")
        chain = "if constexpr"
        for message in schema.messages:
            if message.direction == direction:
                out(f"{chain} (std::same_as<Message, {message.name}>) return messages.{snake(message.name)};")
                chain = "else if constexpr"
        out.close()
        out()
    out("// Calls visit.template operator()<Message>() for each message of the schema.")
    out("template <class Visitor>")
    out.open("void for_each_message_type(Visitor&& visit)")
    for message in schema.messages:
        out(f"visit.template operator()<{message.name}>();")
    out.close()
    out()
    out("}  // namespace tradewind::tws")
    text = out.text()
    text = text.replace('#include "tradewind/core/tws/messages.hpp"\n', '#include "tradewind/core/tws/messages.hpp"\n\n#include <concepts>\n#include <type_traits>\n', 1)
    declaration = "template <class Visitor, class Message>\nvoid for_each_column(Message& message, Visitor&& visit);\n\n"
    return text.replace(declaration, "")
