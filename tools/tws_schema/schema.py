"""Reads the message schema (tradewind/core/tws/schema/*.tws) into plain objects and checks it.

The notation is described in tradewind/core/tws/schema/README.md. Every error names file, line and what was expected.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

SCALARS = {"bool", "int", "long", "text", "price", "quoted", "size", "position", "multiplier", "amount", "real", "tags"}
OPTIONAL = {"bool", "int", "long", "price", "quoted", "size", "position", "multiplier", "amount", "real"}
LISTS = {"int", "text", "real"}  # scalars of which there may be a list
STYLES = {"java", "zero", "minus", "max", "min", "none", "question", "digit_zero", "escaped", "and_or", "word", "blank"}
PROTO_TYPES = {"bool": "bool", "int": "int32", "long": "int64", "text": "string", "price": "double", "quoted": "double",
               "size": "string", "position": "string", "multiplier": "double", "amount": "double", "real": "double", "tags": "map"}


class SchemaError(Exception):
    pass


@dataclass
class Column:
    name: str
    type: str
    optional: bool
    repeated: bool
    number: int | None
    wire: str
    default: str | None = None
    absent: str | None = None  # what a missing protobuf field stands for, when that is not the default
    always: bool = False
    since: int = 0
    doc: str = ""

    @property
    def is_struct(self):
        return self.type not in SCALARS


@dataclass
class Struct:
    name: str
    columns: list
    doc: str = ""
    where: str = ""


@dataclass
class Gate:
    low: int = 0
    high: int = 0

    def __bool__(self):
        return bool(self.low or self.high)


@dataclass
class Item:
    """One element of a text layout. kind: field, const, list, count, mask, each, tags, joined, present, optional, prices,
    if."""
    kind: str
    where: str
    path: str = ""
    styles: tuple = ()
    gate: Gate = field(default_factory=Gate)
    value: str = ""
    condition: list = field(default_factory=list)
    items: list = field(default_factory=list)


@dataclass
class Message(Struct):
    direction: str = ""
    id: int = 0
    api: str = ""
    proto: int = 0  # first server version that carries it as protobuf; 0: never
    since: int = 0  # first server version that has it
    own_target: bool = False
    layout: list | None = None  # None: there is no text form
    file: str = ""


@dataclass
class Schema:
    structs: dict = field(default_factory=dict)
    messages: list = field(default_factory=list)
    files: list = field(default_factory=list)

    def columns_of(self, name):
        return self.structs[name].columns


TOKEN = re.compile(r'"[^"]*"|[(),{}]|[^\s(),{}"]+(?:,[a-z][^\s(),{}"]*)*|\n')


class Parser:
    def __init__(self, schema, path, fragments):
        self.schema, self.path, self.fragments = schema, path, fragments
        self.tokens = []  # (text, line, comment of the line)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            code, _, comment = line.partition("#")
            found = [t for t in TOKEN.findall(code)]
            rest = TOKEN.sub("", code).strip()
            if rest:
                raise SchemaError(f"{path.name}:{number}: cannot read '{rest}'")
            for token in found:
                self.tokens.append((token, number, comment.strip()))
            self.tokens.append(("\n", number, comment.strip()))
        self.at = 0
        self.doc = []

    def fail(self, message):
        line = self.tokens[min(self.at, len(self.tokens) - 1)][1]
        raise SchemaError(f"{self.path.name}:{line}: {message}")

    def peek(self):
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def where(self):
        return f"{self.path.name}:{self.tokens[min(self.at, len(self.tokens) - 1)][1]}"

    def take(self, expected=None):
        if self.at >= len(self.tokens):
            self.fail(f"the file ends where {expected or 'more'} was expected")
        token = self.tokens[self.at][0]
        if expected is not None and token != expected:
            self.fail(f"'{expected}' expected, found '{token.strip() or 'end of line'}'")
        self.at += 1
        return token

    def skip_lines(self):
        while self.at < len(self.tokens) and self.peek() == "\n":
            self.at += 1

    def line(self):
        """The rest of the line as tokens, and its comment."""
        out = []
        while self.peek() not in ("\n", ""):
            out.append(self.take())
        comment = self.tokens[self.at][2] if self.at < len(self.tokens) else ""
        self.skip_lines()
        return out, comment

    def parse(self):
        doc = []
        while self.at < len(self.tokens):
            if self.peek() == "\n":
                comment = self.tokens[self.at][2]
                doc = doc + [comment] if comment else []
                self.at += 1
                continue
            kind = self.take()
            text = " ".join(doc)
            doc = []
            if kind == "struct":
                self.struct(text)
            elif kind == "message":
                self.message(text)
            elif kind == "fragment":
                name = self.take()
                if name in self.fragments:
                    self.fail(f"fragment {name} exists already")
                self.take("{")
                self.fragments[name] = self.layout()
            else:
                self.fail(f"'struct', 'message' or 'fragment' expected, found '{kind}'")

    def struct(self, doc):
        where = self.where()
        name = self.take()
        if name in self.schema.structs:
            self.fail(f"struct {name} exists already")
        self.take("{")
        columns, _ = self.columns(allow_text=False)
        self.schema.structs[name] = Struct(name, columns, doc, where)

    def message(self, doc):
        where = self.where()
        name, direction, number, api = self.take(), self.take(), self.take(), self.take()
        if direction not in ("in", "out"):
            self.fail(f"direction 'in' or 'out' expected, found '{direction}'")
        message = Message(name, [], doc, where, direction=direction, id=self.integer(number), api=api, file=self.path.stem)
        while self.peek() != "{":
            word = self.take()
            if word == "proto":
                message.proto = self.integer(self.take())
            elif word == "since":
                message.since = self.integer(self.take())
            elif word == "own_target":
                message.own_target = True
            else:
                self.fail(f"'proto N', 'since N' or 'own_target' expected, found '{word}'")
        self.take("{")
        message.columns, layout = self.columns(allow_text=True)
        if layout is None and not message.proto:
            self.fail(f"message {name} has neither a text layout nor 'proto N'")
        message.layout = layout
        if layout is None:
            message.since = message.proto
        self.schema.messages.append(message)

    def integer(self, token):
        if not re.fullmatch(r"\d+", token):
            self.fail(f"a number expected, found '{token}'")
        return int(token)

    def columns(self, allow_text):
        columns, layout = [], None
        self.skip_lines()
        while self.peek() != "}":
            if self.peek() == "text" and allow_text and self.tokens[self.at + 1][0] == "{":
                self.take()
                self.take("{")
                layout = self.layout()
            else:
                columns.append(self.column())
            self.skip_lines()
        self.take("}")
        names = [c.name for c in columns]
        for name in names:
            if names.count(name) > 1:
                self.fail(f"column {name} exists twice")
        return columns, layout

    def column(self):
        tokens, doc = self.line()
        if len(tokens) < 3:
            self.fail(f"a column is 'name type number …', found '{' '.join(tokens)}'")
        name, kind, number = tokens[:3]
        optional, repeated = kind.endswith("?"), kind.endswith("*")
        kind = kind.rstrip("?*")
        if kind in SCALARS and optional and kind not in OPTIONAL:
            self.fail(f"type {kind} cannot be optional")
        if kind in SCALARS and repeated and kind not in LISTS:
            self.fail(f"a list of {kind} is not supported: make it a struct")
        always = number.endswith("!")
        number = number.rstrip("!")
        column = Column(name, kind, optional, repeated, None if number == "-" else self.integer(number),
                        PROTO_TYPES.get(kind, "message"), always=always, doc=doc)
        rest = tokens[3:]
        while rest:
            word = rest.pop(0)
            if word == "as":
                column.wire = rest.pop(0)
            elif word == "=":
                column.default = rest.pop(0)
            elif word == "absent":
                column.absent = rest.pop(0)
            elif word == "!":
                column.always = True
            elif word.startswith(">="):
                column.since = self.integer(word[2:])
            else:
                self.fail(f"column {name}: cannot read '{word}'")
        return column

    def layout(self):
        """Items up to the closing brace."""
        items, prefix = [], ""
        while True:
            token = self.peek()
            where = self.where()
            if token == "":
                self.fail("the layout is not closed")
            self.at += 1
            if token == "\n":
                prefix = ""
            elif token == "}":
                return items
            elif token == "if":
                condition, gate = self.condition()
                items.append(Item("if", where, condition=condition, gate=gate, items=self.layout()))
            elif token in ("each", "present", "optional"):
                path, gate = self.take(), Gate()
                if self.peek() != "{":
                    gate = self.gate(self.take())
                self.take("{")
                items.append(Item(token, where, path=path, gate=gate, items=self.layout()))
            elif token == "mask" and self.peek() == "{":
                self.take()
                items.append(Item("mask", where, items=self.layout()))
            elif token in ("tags", "joined", "prices", "list", "count") and not prefix and self.peek() not in ("}", "\n"):
                path, gate = self.take(), Gate()
                if token == "list" and re.match(r">=|<=|@", self.peek()):
                    gate = self.gate(self.take())
                items.append(Item(token, where, path=path, gate=gate))
            elif token == "use":
                name = self.take()
                if name not in self.fragments:
                    self.fail(f"no fragment '{name}' (fragments come before their use)")
                items.extend(self.fragments[name])
            elif token.endswith("."):
                prefix = token
            else:
                items.append(self.field_item(token, prefix, where))

    def field_item(self, token, prefix, where):
        match = re.fullmatch(r"([A-Za-z0-9_.]+)(=[^<>@]*)?((?::|,)[a-z_,]+)?((?:<=|>=|@)[0-9.]+)?", token)
        if not match:
            self.fail(f"cannot read '{token}'")
        name, constant, styles, gate = match.groups()
        gate = self.gate(gate) if gate else Gate()
        if constant is not None:
            return Item("const", where, path=name, value=constant[1:], gate=gate)
        styles = tuple(styles[1:].split(",")) if styles else ()
        for style in styles:
            if style not in STYLES:
                self.fail(f"unknown style '{style}'")
        return Item("field", where, path=prefix + name, styles=styles, gate=gate)

    def gate(self, text):
        match = re.fullmatch(r">=(\d+)|<=(\d+)|@(\d+)\.\.(\d+)", text)
        if not match:
            self.fail(f"a gate like >=170, <=176 or @187..189 expected, found '{text}'")
        if match[1]:
            return Gate(low=int(match[1]))
        if match[2]:
            return Gate(high=int(match[2]))
        return Gate(int(match[3]), int(match[4]))

    def condition(self):
        tokens = []
        while self.peek() not in ("{", "", "\n"):
            tokens.append(self.take())
        self.take("{")
        gate = Gate()
        if tokens and re.match(r">=\d|<=\d|@", tokens[-1]):
            gate = self.gate(tokens.pop())
        if not tokens:
            self.fail("a condition is missing")
        return tokens, gate


def check(schema):
    """References resolve, ids and field numbers are unique."""
    for struct in list(schema.structs.values()) + schema.messages:
        numbers = {}
        for column in struct.columns:
            if column.is_struct and column.type not in schema.structs:
                raise SchemaError(f"{struct.where}: column {column.name}: no type '{column.type}'")
            if column.number is not None:
                if column.number in numbers:
                    raise SchemaError(f"{struct.where}: field number {column.number} used twice")
                numbers[column.number] = column
    seen = {}
    for message in schema.messages:
        key = (message.direction, message.id)
        if key in seen:
            raise SchemaError(f"{message.where}: id {message.id} {message.direction} is already {seen[key]}")
        seen[key] = message.name
        if message.name in schema.structs:
            raise SchemaError(f"{message.where}: {message.name} is also a struct")
        check_items(schema, message, message.columns, message.layout or [])


def resolve(schema, columns, path, where):
    """The column a dotted path leads to, and the path as (column, …)."""
    steps = []
    for i, part in enumerate(path.split(".")):
        column = next((c for c in columns if c.name == part), None)
        if column is None:
            raise SchemaError(f"{where}: no column '{part}' (in '{path}')")
        steps.append(column)
        if column.is_struct:
            columns = schema.columns_of(column.type)
        elif i + 1 < path.count(".") + 1:
            raise SchemaError(f"{where}: '{part}' in '{path}' is not a struct")
    return steps


def check_items(schema, message, columns, items):
    for item in items:
        if item.kind == "const":
            continue
        if item.kind == "if":
            check_items(schema, message, columns, item.items)
            continue
        if item.kind == "mask":
            for bit in item.items:
                if bit.kind != "field" or resolve(schema, columns, bit.path, bit.where)[-1].type != "bool":
                    raise SchemaError(f"{bit.where}: a mask holds bools")
            continue
        column = resolve(schema, columns, item.path, item.where)[-1]
        if item.kind in ("each", "present", "optional"):
            wanted = column.is_struct and (column.repeated if item.kind == "each" else column.optional)
            if not wanted:
                raise SchemaError(f"{item.where}: '{item.kind}' needs a struct that is {'a list' if item.kind == 'each' else 'optional'}")
            check_items(schema, message, schema.columns_of(column.type), item.items)
        elif item.kind in ("tags", "joined") and column.type != "tags":
            raise SchemaError(f"{item.where}: '{item.path}' is not of type tags")
        elif item.kind == "list" and (column.is_struct or not column.repeated):
            raise SchemaError(f"{item.where}: '{item.path}' is not a list of values")
        elif item.kind == "field" and (column.is_struct or column.type == "tags" or column.repeated):
            raise SchemaError(f"{item.where}: '{item.path}' cannot be one field")


def load(folder):
    schema, fragments = Schema(), {}
    files = sorted(Path(folder).glob("*.tws"), key=lambda p: (p.stem != "types", p.stem))
    if not files:
        raise SchemaError(f"{folder}: no .tws files")
    for path in files:
        schema.files.append(path.stem)
        Parser(schema, path, fragments).parse()
    check(schema)
    return schema
