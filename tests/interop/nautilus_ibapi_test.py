"""The vendor's own Python client (republished as nautilus_ibapi) against our codecs, at text and protobuf versions.

Incoming: its decoder reads what our gateway side sends, calls back, and every argument equals our column. Outgoing: its
request methods, called with the values of our random messages, send frames that our gateway side reads to the same values."""

import importlib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from vendor_client import Recorder  # noqa: E402
from ibapi import order_condition  # noqa: E402
from ibapi.client import EClient  # noqa: E402
from ibapi.common import WshEventData  # noqa: E402
from ibapi.contract import ComboLeg, Contract, DeltaNeutralContract  # noqa: E402
from ibapi.decoder import Decoder  # noqa: E402
from ibapi.execution import ExecutionFilter  # noqa: E402
from ibapi.order import Order, OrderComboLeg  # noqa: E402
from ibapi.order_cancel import OrderCancel  # noqa: E402
from ibapi.scanner import ScannerSubscription  # noqa: E402
from ibapi.softdollartier import SoftDollarTier  # noqa: E402
from ibapi.tag_value import TagValue  # noqa: E402
from nautilus_ibapi_names import ADAPT, CALLBACKS, NO_CALLBACK, NO_METHOD, NO_OPTIONS, NOT_SENT, PARAMETERS, not_handed_on, refused, request_columns  # noqa: E402
from tws_protobuf import columns_of, sorted_tags  # noqa: E402
from tws_requests import Caller  # noqa: E402
from tws_oracle import MESSAGES, SCHEMA, Comparison, Log, as_columns, body, carried, make, pattern, proto_leaves, read, table  # noqa: E402

VERSIONS = [176, 177, 178, 187, 193, 200, 201, 203, 206, 210, 213, 219, 225]


class Fields(tuple):
    """Text fields that know whether they were read to the end."""

    def __iter__(self):
        self.__class__.left = len(self)
        for value in tuple.__iter__(self):
            self.__class__.left -= 1
            yield value


class Incoming(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.log = Log()

    @classmethod
    def tearDownClass(cls):
        cls.log.close()

    def decode(self, line, comparison):
        """Callbacks of one frame."""
        recorder = Recorder()
        decoder = Decoder(recorder, line["version"])
        self.log.lines.clear()
        payload = body(line)
        try:
            if line["protobuf"]:
                decoder.processProtoBuf(payload, line["id"])
            else:
                fields = Fields(payload.split(b"\0")[:-1])
                Fields.left = 0
                decoder.interpret(fields, line["id"])
                if Fields.left:
                    comparison.differ(line, "", f"{Fields.left} fields were not read")
        except Exception as error:
            comparison.differ(line, "", f"{type(error).__name__}: {error}")
            return None
        for text in self.log.lines:
            comparison.differ(line, "", text)
        return recorder.calls

    def test_every_incoming_message_arrives_with_our_values(self):
        lines = [line for line in make(1, 10, VERSIONS) if line["direction"] == "in" and line["message"] not in NO_CALLBACK]
        comparison = Comparison()
        for line in lines:
            comparison.own_loss(line)
            calls = self.decode(line, comparison)
            if calls is None:
                continue
            ours, theirs = dict(line["decoded"]), as_columns(CALLBACKS.get(line["message"], {}), calls)
            ADAPT.get(line["message"], lambda *_: None)(ours, theirs)
            if line["protobuf"]:  # maps have no order
                ours, theirs = sorted_tags(line["message"], ours), sorted_tags(line["message"], theirs)
            comparison.values(line, ours, theirs, lambda path: not_handed_on(line, path))
        comparison.report(self)
        self.assertEqual(comparison.unseen(lines, lambda line, path: not_handed_on(line, path)), [])


def condition(caller, node):
    """A condition of the class that its type asks for."""
    kind = int(node["type"])
    made = order_condition.Create(kind)
    caller.fill(made, SCHEMA.columns_of("OrderCondition"), {name: node.get(name) for name in node if name != "type"})
    made.isConjunctionConnection = node["conjunction"] == "1"
    return made


CALLER = Caller({
    "Contract": Contract, "ComboLeg": ComboLeg, "DeltaNeutralContract": DeltaNeutralContract, "TagValue": TagValue, "Order": Order,
    "OrderCancel": OrderCancel, "ExecutionFilter": ExecutionFilter, "ScannerSubscription": ScannerSubscription, "OrderCondition": condition,
    "SoftDollarTier": lambda caller, node: SoftDollarTier(node.get("name", ""), node.get("value", ""), node.get("displayName", "")),
}, {})


def order_of(caller, root):
    """Prices of legs and attached orders are members of the vendor's order."""
    order = caller.struct("Order", root["order"])
    order.orderComboLegs = []
    for leg in root["contract"].get("comboLegs", []):
        order.orderComboLegs.append(OrderComboLeg())
        if "perLegPrice" in leg:
            order.orderComboLegs[-1].price = float(leg["perLegPrice"])
    for name, text in root.get("attachedOrders", {}).items():
        setattr(order, name, int(text) if name.endswith("Id") else text)
    order.orderId = int(root["orderId"])
    return order


class Outgoing(unittest.TestCase):
    """A client whose connection takes the bytes."""

    def test_every_request_is_read_by_our_gateway_side_to_the_same_values(self):
        lines = [line for line in make(3, 12, VERSIONS) if line["direction"] == "out" and not refused(line)]
        comparison = Comparison()
        parameters = PARAMETERS | {"order": order_of, "wshEventData": lambda caller, root: caller.fill(
            WshEventData(), MESSAGES["WshEventDataRequest"].columns, root)}
        sent, sources = [], []
        for line in lines:
            recorder = Recorder()
            client = EClient(recorder)
            client.conn = Wire()
            client.serverVersion_ = line["version"]
            client.connState = EClient.CONNECTED
            client.extraAuth = True
            root = self.columns(line, line["columns"])
            client.clientId, client.optCapab = int(root.get("clientId", 0)), root.get("optionalCapabilities", "")
            method = getattr(client, MESSAGES[line["message"]].api, None)
            if method is None:
                self.assertIn(line["message"], NO_METHOD)
                continue
            method(*CALLER.arguments(line["message"], root, method, parameters))
            for name, arguments in recorder.calls:
                comparison.differ(line, "", f"{name} {dict(arguments)}")
            if len(client.conn.sent) == 1:
                sources.append(line)
                sent.append((line["version"], "out", client.conn.sent[0]))
            else:
                comparison.differ(line, "", f"{len(client.conn.sent)} frames sent")
        for line, found in zip(sources, read(sent), strict=True):
            if "fault" in found or found["message"] != line["message"] or found["protobuf"] != line["protobuf"]:
                comparison.differ(line, "", found.get("fault", found["message"]))
                continue
            ours, theirs = self.columns(line, line["decoded"]), self.columns(line, found["columns"])
            if line["protobuf"]:
                ours, theirs = sorted_tags(line["message"], ours), sorted_tags(line["message"], theirs)
            comparison.values(line, ours, theirs)
        comparison.report(self)
        self.assertEqual(comparison.unseen(sources, self.not_sent), [])

    def columns(self, line, columns):
        leaves = proto_leaves(line["message"], line["version"]) if line["protobuf"] else carried(line["message"], line["version"])
        return request_columns(line, columns, leaves, pattern)

    def not_sent(self, line, path):
        return (path in NOT_SENT or path.split("[")[0] == NO_OPTIONS.get(line["message"])
                or (path == "contract.comboLegs[].perLegPrice" and line["message"] != "PlaceOrderRequest"))


class Wire:
    def __init__(self):
        self.sent = []

    def isConnected(self):
        return True

    def sendMsg(self, message):
        self.sent.append(bytes(message))


class BodiesByTheVendorsDefinitions(unittest.TestCase):
    """The compiled protobuf definitions that come with the client, both directions, every field by its number."""

    # Fields and messages that are newer than this release of the client.
    NEWER = {"settlementMethod", "conditionsIncludeOvernight"}

    def test_every_protobuf_body_has_our_values_in_the_vendors_fields(self):
        lines = [line for line in make(2, 16, [201, 203, 206, 210, 213, 219, 221, 223, 225]) if line["protobuf"]]
        proto_name = {(row["direction"], int(row["id"])): row["protobuf_message"] for row in table("messages")}
        comparison = Comparison()
        for line in lines:
            name = proto_name[line["direction"], line["id"]]
            message = getattr(importlib.import_module(f"ibapi.protobuf.{name}_pb2"), name)()
            message.ParseFromString(body(line))
            theirs, strange = columns_of(line["message"], message)
            self.assertLessEqual({path.rsplit(".", 1)[-1] for path in strange}, self.NEWER)
            ours = sorted_tags(line["message"], line["decoded"])
            comparison.values(line, ours, theirs, lambda path: path.rsplit(".", 1)[-1] in self.NEWER)
        comparison.report(self)
        self.assertEqual(comparison.unseen(lines, lambda line, path: path.rsplit(".", 1)[-1] in self.NEWER), [])


if __name__ == "__main__":
    unittest.main()
