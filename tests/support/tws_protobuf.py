"""A message of the protobuf library as our columns: by field number; a column that shares its name with another field is an error."""

from tws_oracle import MESSAGES, SCHEMA, column_at


def columns_of(name, message):
    """(values by path, paths that the library's definition lacks or numbers otherwise). A map comes sorted by key."""
    out, strange = {}, []
    _walk(MESSAGES[name].columns, message, "", out, strange)
    return out, strange


def _walk(columns, message, prefix, out, strange):
    fields = message.DESCRIPTOR.fields_by_number
    for column in columns:
        if column.number is None:
            continue
        path = prefix + column.name
        field = fields.get(column.number)
        named = message.DESCRIPTOR.fields_by_name.get(column.name)
        if field is None or (named is not None and named.number != column.number):  # our number is another field's
            strange.append(path)
            continue
        value = getattr(message, field.name)
        if column.type == "tags":
            for i, (tag, text) in enumerate(sorted(value.items())):
                out[f"{path}[{i}].tag"], out[f"{path}[{i}].value"] = tag, text
        elif column.repeated:
            for i, element in enumerate(value):
                if column.is_struct:
                    _walk(SCHEMA.columns_of(column.type), element, f"{path}[{i}].", out, strange)
                else:
                    out[f"{path}[{i}]"] = element
        elif column.is_struct:
            if message.HasField(field.name):
                _walk(SCHEMA.columns_of(column.type), value, path + ".", out, strange)
        elif message.HasField(field.name):
            out[path] = value


def sorted_tags(name, columns):
    """Our columns as `columns_of` has them: of two equal tags in a map the last counts, and tags are sorted."""
    out, maps = {}, {}
    for path, value in columns.items():
        head, bracket, rest = path.rpartition("[")
        if bracket and rest.endswith(("].tag", "].value")) and _is_tags(name, head):
            index, _, part = rest.partition("].")
            maps.setdefault(head, {}).setdefault(int(index), {})[part] = value
        else:
            out[path] = value
    for head, rows in maps.items():
        pairs = {row["tag"]: row["value"] for _, row in sorted(rows.items())}
        for i, (tag, text) in enumerate(sorted(pairs.items())):
            out[f"{head}[{i}].tag"], out[f"{head}[{i}].value"] = tag, text
    return out


def _is_tags(name, path):
    try:
        return column_at(name, path).type == "tags"
    except KeyError:
        return False
