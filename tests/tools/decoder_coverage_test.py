"""Goal: a decoder that nothing reached cannot hide. Method: small exports as llvm-cov writes them, with the compiler's own
names of the generated functions."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools/tws_schema")]
import decoder_coverage  # noqa: E402
from cpp import messages_hpp  # noqa: E402
from schema import load  # noqa: E402

HEADER = """
  static constexpr MessageInfo kInfo{9, Direction::gateway_to_client, "NextValidId", "nextValidId", 201, 0, true};
  static constexpr MessageInfo kInfo{8, Direction::client_to_gateway, "IdsRequest", "reqIds", 0, 0, true};
"""
ID_TEXT = "_ZN9tradewind3tws9read_textERNS0_11FieldReaderEiRNS0_11NextValidIdE"
ID_PROTOBUF = "_ZN9tradewind3tws10read_protoESt4spanIKSt4byteLm18446744073709551615EERNS0_11NextValidIdEPmRNS0_8protobuf5FaultE"
REQUEST_TEXT = "_ZN9tradewind3tws9read_textERNS0_11FieldReaderEiRNS0_10IdsRequestE"
PART = "_ZN9tradewind3tws10read_protoESt4spanIKSt4byteLm18446744073709551615EERNS0_8ContractEPmRNS0_8protobuf5FaultE"
WRITER = "_ZN9tradewind3tws10write_textERNS0_10TextWriterEiRKNS0_11NextValidIdE"


def function(name, count, *regions):
    return {"name": name, "count": count, "regions": [[1, 1, 1, 9, region, 0, 0, 0] for region in regions]}


class DecoderCoverage(unittest.TestCase):
    def run_on(self, *functions, header=HEADER):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "messages.hpp").write_text(header, encoding="utf-8")
            (folder / "export.json").write_text(json.dumps({"data": [{"functions": functions}]}), encoding="utf-8")
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                code = decoder_coverage.main(["", folder / "messages.hpp", folder / "export.json"])
            return code, output.getvalue()

    def test_the_header_as_the_generator_writes_it_is_understood(self):
        schema = load(ROOT / "tradewind/core/tws/schema")
        wanted = decoder_coverage.expected(messages_hpp(schema))
        forms = sum((m.layout is not None) + bool(m.proto) for m in schema.messages)
        self.assertEqual(len(wanted), forms)
        self.assertNotIn(("ConfigRequest", "text"), wanted)

    def test_all_reached(self):
        code, output = self.run_on(function(ID_TEXT, 3, 3, 1, 0), function(ID_PROTOBUF, 2, 2), function(REQUEST_TEXT, 1, 1),
                                   function(WRITER, 0, 0))
        self.assertEqual(code, 0)
        self.assertEqual(output.splitlines()[-1], "3 of 3 decoders reached, 4 of 5 regions in them")
        self.assertRegex(output, r"gateway_to_client +NextValidId +text +3 calls, +2 of +3 regions")

    def test_one_that_was_never_called_fails(self):
        code, output = self.run_on(function(ID_TEXT, 3, 3), function(ID_PROTOBUF, 0, 0), function(REQUEST_TEXT, 1, 1))
        self.assertEqual(code, 1)
        self.assertRegex(output, r"NextValidId +protobuf .*NOT REACHED")

    def test_one_that_the_export_does_not_have_fails(self):
        code, output = self.run_on(function(ID_TEXT, 3, 3), function(ID_PROTOBUF, 1, 1))
        self.assertEqual(code, 1)
        self.assertRegex(output, r"client_to_gateway +IdsRequest +text .*NOT REACHED")

    def test_parts_of_messages_count_as_well(self):
        code, output = self.run_on(function(ID_TEXT, 3, 3), function(ID_PROTOBUF, 1, 1), function(REQUEST_TEXT, 1, 1), function(PART, 0, 0))
        self.assertEqual(code, 1)
        self.assertRegex(output, r"part of messages +Contract +protobuf .*NOT REACHED")

    def test_of_several_copies_of_a_function_the_best_counts(self):
        code, _ = self.run_on(function(ID_TEXT, 0, 0), function(ID_TEXT, 3, 3), function(ID_PROTOBUF, 1, 1), function(REQUEST_TEXT, 1, 1))
        self.assertEqual(code, 0)

    def test_a_header_without_messages_is_wrong_use(self):
        self.assertEqual(self.run_on(header="// nothing")[0], 2)


if __name__ == "__main__":
    unittest.main()
