"""Calls the request methods of other people's clients with the values of our messages."""

import inspect
import re
from decimal import Decimal

from tws_oracle import MESSAGES, SCHEMA

UNSET = {"int": 2147483647, "long": 2147483647, "real": 1.7976931348623157e308, "price": 1.7976931348623157e308, "amount": 1.7976931348623157e308,
         "multiplier": 1.7976931348623157e308, "size": Decimal(2**127 - 1), "position": Decimal(2**127 - 1)}
PYTHON = {"text": str, "int": int, "long": int, "real": float, "price": float, "quoted": float, "amount": float, "multiplier": float}


def tree(columns):
    """Paths as nested dictionaries and lists."""
    root = {}
    for path, value in columns.items():
        parts = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path)]
        node = root
        for part, following in zip(parts, parts[1:] + [None]):
            if isinstance(node, list):
                while len(node) <= part:
                    node.append(None)
            kind = None if following is None else list if isinstance(following, int) else dict
            if kind is None:
                node[part] = value
            elif isinstance(node, list):
                node[part] = kind() if node[part] is None else node[part]
                node = node[part]
            else:
                node = node.setdefault(part, kind())
    return root


class Caller:
    """`types`: the class for a struct of our schema (or a function that makes one from its values); `names`: what the other side
    calls a column or struct member; `decimal`: its type for sizes."""

    def __init__(self, types, names, decimal=Decimal):
        self.types, self.names, self.decimal = types, names, decimal

    def value(self, column, node):
        if column.type == "tags":
            return [self.types["TagValue"](row["tag"], row["value"]) for row in node or []]
        if column.repeated:
            return [self.struct(column.type, row) if column.is_struct else PYTHON[column.type](row) for row in node or []]
        if column.is_struct:
            return None if node is None and column.optional else self.struct(column.type, node or {})
        return self.scalar(column, node)

    def scalar(self, column, text):
        if column.type in ("size", "position"):
            return self.decimal(text) if text is not None else UNSET["size"] if self.decimal is Decimal else UNSET["real"]
        if text is None:
            return UNSET[column.type] if column.optional else {"text": "", "bool": False}.get(column.type, 0)
        return text == "1" if column.type == "bool" else PYTHON[column.type](text)

    def struct(self, name, node):
        maker = self.types[name]
        if not inspect.isclass(maker):
            return maker(self, node)
        return self.fill(maker(), SCHEMA.columns_of(name), node)

    def fill(self, target, columns, node):
        for column in columns:
            attribute = self.names.get(column.name, column.name)
            if not hasattr(target, attribute) or column.name not in node:
                continue  # what is unset keeps the other side's own word for it
            value = self.value(column, node.get(column.name))
            if isinstance(getattr(target, attribute), str):
                value = node.get(column.name) or ""  # some keep numbers as text
            setattr(target, attribute, value)
        return target

    def arguments(self, message, columns, method, parameters):
        """Positional arguments for `method`; `parameters` says which column, or function of (caller, values), is meant."""
        root, out = tree(columns), []
        by_name = {column.name: column for column in MESSAGES[message].columns}
        for name in inspect.signature(method).parameters:
            source = parameters.get((message, name), parameters.get(name, name))
            out.append(source(self, root) if callable(source) else self.member(by_name, root, source))
        return out

    def member(self, columns, node, path):
        first, dot, rest = path.partition(".")
        if dot:
            return self.member({c.name: c for c in SCHEMA.columns_of(columns[first].type)}, node.get(first, {}), rest)
        return self.value(columns[first], node.get(first))
