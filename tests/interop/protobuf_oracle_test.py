"""protoc reads every protobuf body we write, both sides, to the values we put in.

It reads them by message definitions made from the field table (tests/golden/tws/proto_fields.csv), which knows nothing of our
schema or our encoder. One call of `protoc --decode` for all bodies: they are packed into one message, each with its number."""

import subprocess
import sys
import tempfile
import unittest
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import python_environment  # noqa: E402

ENVIRONMENT = python_environment("protobuf_oracle", Path(__file__).with_name("protobuf_oracle_requirements.txt"))
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format  # noqa: E402
from tws_oracle import Comparison, body, column_at, make, table  # noqa: E402
from tws_protobuf import columns_of, sorted_tags  # noqa: E402

VERSIONS = [201, 203, 204, 206, 208, 210, 211, 213, 216, 217, 218, 219, 221, 223, 224, 225, 226]


def definitions():
    """The field table as a .proto file, with `Bodies` to pack many messages into one."""
    fields = defaultdict(list)
    for row in table("proto_fields"):
        if row["number"]:
            # The parts of a oneof are plain fields here: the bytes are the same, and a message can be compared with all of them.
            label = {"repeated": "repeated ", "map": ""}.get(row["label"], "optional ")
            fields[row["message"]].append(f"  {label}{row['type']} {row['name']} = {row['number']};")
        else:
            fields[row["message"]] = []
    names = sorted({row["protobuf_message"] for row in table("messages") if row["protobuf_message"]})
    numbers = {name: number for number, name in enumerate(names, 2)}
    fields["Body"] = ["  optional int32 line = 1;"] + [f"  optional {name} the{name} = {number};" for name, number in numbers.items()]
    fields["Bodies"] = ["  repeated Body body = 1;"]
    text = ['syntax = "proto3";', *(f"message {name} {{\n" + "\n".join(rows) + "\n}" for name, rows in sorted(fields.items()))]
    return "\n".join(text) + "\n", numbers


def field(number, data):
    """A length-delimited protobuf field."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


class ProtobufBodies(unittest.TestCase):
    def test_protoc_reads_every_body_we_write_to_the_values_we_put_in(self):
        lines = [line for line in make(20260105, 12, VERSIONS) if line["protobuf"]]
        proto_name = {(row["direction"], int(row["id"])): row["protobuf_message"] for row in table("messages")}
        text, numbers = definitions()
        packed = b"".join(
            field(1, b"\x08" + varint(i) + field(numbers[proto_name[line["direction"], line["id"]]], body(line)))
            for i, line in enumerate(lines))
        bodies = self.decode(text, packed)
        self.assertEqual(len(bodies.body), len(lines))
        comparison = Comparison()
        for i, (line, read) in enumerate(zip(lines, bodies.body)):
            self.assertEqual(read.line, i)
            name = "the" + proto_name[line["direction"], line["id"]]
            self.assertTrue(read.HasField(name))
            theirs, strange = columns_of(line["message"], getattr(read, name))
            self.assertEqual(strange, [])
            # A column that came later than this version stays at home.
            comparison.values(line, self.travelling(line), theirs)
        comparison.report(self)
        # Every field of every message was there with a value, at every version it belongs to.
        self.assertEqual(comparison.unseen(lines), [])

    def travelling(self, line):
        out = {}
        for path, value in line["columns"].items():
            parts = path.split(".")
            columns = [column_at(line["message"], ".".join(parts[:i + 1])) for i in range(len(parts))]
            if all(c.number is not None and c.since <= line["version"] for c in columns):
                out[path] = value
        return sorted_tags(line["message"], out)

    def decode(self, definitions_text, packed):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "tws.proto").write_text(definitions_text)
            protoc = [ENVIRONMENT / "bin/protoc", f"-I{folder}"]
            subprocess.run([*protoc, f"--descriptor_set_out={folder / 'set'}", "tws.proto"], check=True)
            decoded = subprocess.run([*protoc, "--decode=Bodies", "tws.proto"], input=packed, capture_output=True, check=True).stdout
            pool = descriptor_pool.DescriptorPool()
            files = descriptor_pb2.FileDescriptorSet.FromString((folder / "set").read_bytes())
            for file in files.file:
                pool.Add(file)
        bodies = message_factory.GetMessageClass(pool.FindMessageTypeByName("Bodies"))()
        # A field that protoc does not know is printed by number, and a number is no name here.
        return text_format.Parse(decoded.decode(), bodies, descriptor_pool=pool)


if __name__ == "__main__":
    unittest.main()
