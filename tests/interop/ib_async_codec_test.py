"""ib_async's decoder and request methods against our codecs, at 178, the newest version it speaks."""

import inspect
import sys
import unittest
from datetime import timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from program import python_environment  # noqa: E402

python_environment("ib_async", Path(__file__).with_name("ib_async_requirements.txt"))
import ib_async  # noqa: E402
from ib_async.client import Client  # noqa: E402
from ib_async.decoder import Decoder  # noqa: E402
from ib_async.wrapper import Wrapper  # noqa: E402
from ib_async_names import ADAPT, CALLBACKS, DIFFERENT, NO_CALLBACK, NOT_SENT, PARAMETERS, not_handed_on  # noqa: E402
from tws_oracle import MESSAGES, SCHEMA, Comparison, Log, as_columns, carried, make, pattern, read  # noqa: E402
from tws_requests import Caller  # noqa: E402

VERSION = 178


class Recorder:
    """Takes every callback as (name, arguments by name)."""

    defaultTimezone = timezone.utc

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        if name.startswith("_") or not hasattr(Wrapper, name):
            raise AttributeError(name)
        signature = inspect.signature(getattr(Wrapper, name))
        return lambda *arguments: self.calls.append((name, signature.bind(self, *arguments).arguments))


class Incoming(unittest.TestCase):
    def test_every_incoming_message_it_knows_arrives_with_our_values(self):
        recorder, log = Recorder(), Log()
        self.addCleanup(log.close)
        decoder = Decoder(recorder, VERSION)
        comparison = Comparison()
        lines = [line for line in make(4, 40, [VERSION], "make_plausible")
                 if line["direction"] == "in" and line["id"] in decoder.handlers and line["message"] not in NO_CALLBACK]
        for line in lines:
            recorder.calls.clear()
            log.lines.clear()
            decoder.interpret(line["frame"][4:].decode().split("\0")[:-1])
            for text in log.lines:
                comparison.differ(line, "", text)
            if log.lines:
                continue
            ours, theirs = dict(line["decoded"]), as_columns(CALLBACKS.get(line["message"], {}), recorder.calls)
            ADAPT.get(line["message"], lambda *_: None)(ours, theirs)
            comparison.values(line, ours, theirs, lambda path: not_handed_on(line, path))
        comparison.report(self)
        self.assertEqual(comparison.unseen(lines, not_handed_on), [])


def condition(caller, node):
    """A condition of the class that its type asks for."""
    made = ib_async.OrderCondition.createClass(int(node["type"]))()
    caller.fill(made, SCHEMA.columns_of("OrderCondition"), {name: node[name] for name in node if name not in ("type", "conjunction", "exchange")})
    made.conjunction = "a" if node["conjunction"] == "1" else "o"
    if hasattr(made, "exch"):
        made.exch = node["exchange"]
    return made


CALLER = Caller({
    "Contract": ib_async.Contract, "ComboLeg": ib_async.ComboLeg, "DeltaNeutralContract": ib_async.DeltaNeutralContract, "TagValue": ib_async.TagValue,
    "Order": ib_async.Order, "ExecutionFilter": ib_async.ExecutionFilter, "ScannerSubscription": ib_async.ScannerSubscription,
    "OrderCondition": condition,
    "SoftDollarTier": lambda caller, node: ib_async.SoftDollarTier(node.get("name", ""), node.get("value", ""), node.get("displayName", "")),
}, {}, float)


def order_of(caller, root):
    order = caller.struct("Order", root["order"])
    order.orderComboLegs = [ib_async.OrderComboLeg(float(leg["perLegPrice"])) for leg in root["contract"].get("comboLegs", [])]
    return order


class Wire:
    """Takes the bytes instead of a socket."""

    def __init__(self):
        self.sent = []

    def sendMsg(self, message):
        self.sent.append(bytes(message))


class Outgoing(unittest.TestCase):
    def test_every_request_it_has_is_read_by_our_gateway_side_to_the_same_values(self):
        comparison, sources, sent = Comparison(), [], []
        parameters = PARAMETERS | {"order": order_of, "data": lambda caller, root: caller.fill(
            ib_async.WshEventData(), MESSAGES["WshEventDataRequest"].columns, root)}
        for line in make(5, 100, [VERSION], "make_plausible"):
            method = getattr(Client, MESSAGES[line["message"]].api, None)
            if line["direction"] != "out" or method is None or line["message"] in DIFFERENT:
                continue
            client = Client(Recorder())
            client.conn, client._serverVersion, client.connState, client.MaxRequests = Wire(), VERSION, Client.CONNECTED, 0
            columns = sendable(line, line["columns"])
            client.clientId, client.optCapab = int(columns.get("clientId", 0)), columns.get("optionalCapabilities", "")
            method = getattr(client, MESSAGES[line["message"]].api)
            method(*CALLER.arguments(line["message"], columns, method, parameters))
            sources.append(line)
            self.assertEqual(len(client.conn.sent), 1)
            sent.append((VERSION, "out", client.conn.sent[0]))
        for line, found in zip(sources, read(sent), strict=True):
            if "fault" in found or found["message"] != line["message"]:
                comparison.differ(line, "", found.get("fault", found["message"]))
            else:
                comparison.values(line, sendable(line, line["decoded"]), sendable(line, found["columns"]))
        comparison.report(self)
        self.assertEqual(comparison.unseen(sources, lambda line, path: path in NOT_SENT.get(line["message"], ())), [])


def sendable(line, columns):
    leaves = carried(line["message"], VERSION)
    return {path: value for path, value in columns.items() if pattern(path) in leaves and pattern(path) not in NOT_SENT.get(line["message"], ())}


if __name__ == "__main__":
    unittest.main()
