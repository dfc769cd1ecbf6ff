"""From which server version on each field of the order messages can be sent, from the message schema."""

from dataclasses import dataclass

MESSAGES = ("PlaceOrderRequest", "CancelOrderRequest", "GlobalCancelRequest", "ExerciseOptionsRequest")
NEVER = 2**31 - 1


@dataclass
class Gate:
    path: str
    text: int  # first version whose text form has the field; NEVER when none has
    protobuf: int  # first version whose protobuf form has it


def leaves(schema, columns, prefix=""):
    """(path, column) of every value, structs taken apart."""
    for column in columns:
        path = prefix + column.name
        if column.is_struct:
            for leaf, inner, since in leaves(schema, schema.columns_of(column.type), path + "."):
                yield leaf, inner, max(since, column.since)
        else:
            yield path, column, column.since


def text_gates(items, prefix="", low=0):
    """(path, first version) of every value in a text layout. Conditions that are no versions are the builders' work."""
    for item in items:
        version = max(low, item.gate.low)
        if item.kind in ("const", "count"):
            continue
        if item.kind in ("if", "mask"):
            yield from text_gates(item.items, prefix, version)
        elif item.kind in ("each", "present", "optional"):
            yield from text_gates(item.items, prefix + item.path + ".", version)
        else:
            yield prefix + item.path, version


def gates(schema, name):
    """The gates of one message, ascending by path."""
    message = next(message for message in schema.messages if message.name == name)
    text = {}
    for path, version in text_gates(message.layout):
        text[path] = min(version, text.get(path, version))
    out = [Gate(path, text.pop(path, NEVER), NEVER if column.number is None else max(since, message.proto))
           for path, column, since in leaves(schema, message.columns)]
    assert not text, f"{name}: the layout has fields that are no columns: {sorted(text)}"
    return sorted(out, key=lambda gate: gate.path)


def protobuf_from(schema, name):
    return next(message for message in schema.messages if message.name == name).proto
