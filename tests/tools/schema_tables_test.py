"""The message schema against the tables of the wire (tests/golden/tws): every message, every text field at every server
version, every protobuf field with its number and type. The tables were made and checked without the schema, so that
what both say is right twice."""

import csv
import sys
import unittest
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/tws_schema"))
from schema import load  # noqa: E402

SCHEMA = load(ROOT / "tradewind/core/tws/schema")
VERSIONS = [176, 177, 178, 179, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200]


def table(name):
    with open(ROOT / "tests/golden/tws" / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


# What the layout table calls a field, where the schema has another name for it.
OTHER_NAMES = {
    "currentTime": "time", "currentTimeInMillis": "timeInMillis", "timestamp": "timeStamp", "duration": "durationStr", "group": "groupName",
    "useRTH": "useRth", "isDone": "done", "newsMessage": "message", "comboKey": "legsStr", "bondNotes": "notes", "bondYield": "yield",
    "puttable": "putable", "filterOptions": "scannerSubscriptionFilterOptions", "marketDataOptions": "mktDataOptions",
    "marketDepthOptions": "mktDepthOptions", "expirations": "expiration", "strikes": "strike", "derivativeSecTypes": "derivativeSecType",
    "specificDates": "date", "perLegPrice": "price", "type": "conditionType", "conjunction": "connector",
    ("FundamentalsDataRequest", "options"): "fundamentalDataOptions", ("HistoricalNewsRequest", "options"): "historicalNewsOptions",
    ("NewsArticleRequest", "options"): "newsArticleOptions", ("CalculateImpliedVolatilityRequest", "options"): "implVolOptions",
    ("CalculateOptionPriceRequest", "options"): "optPrcOptions", ("ScannerSubscriptionRequest", "options"): "scannerSubscriptionOptions",
    ("ExerciseOptionsRequest", "orderId"): "reqId", ("ExecutionDetails", "execution.exchange"): "execExchange",
    ("TickByTickData", "priceBid"): "bidPrice", ("TickByTickData", "priceAsk"): "askPrice", ("TickByTickData", "sizeBid"): "bidSize",
    ("TickByTickData", "sizeAsk"): "askSize", ("TickByTickData", "midPoint.price"): "midPoint",
    ("BondContractData", "contract.lastTradeDateOrContractMonth"): "maturity",
}
# The value of an order condition has a column for each type of condition; the table has one field.
CONDITION_VALUES = {"price", "time", "percent", "volume", "changePercent"}
# The time of a tick comes before the part that depends on its type; the schema has it in each part.
HOISTED = {("TickByTickData", "bidAsk.time"), ("TickByTickData", "midPoint.time")}

WITH_CONDITIONS = {"PlaceOrderRequest", "OpenOrder", "CompletedOrder"}
TYPES = {  # of the schema: what the table may say
    "bool": {"bool", "int", "str"},  # a condition's connector is a letter
    "int": {"int", "intmax", "intlit", "bool3", "bool"},
    "long": {"int64", "int", "intmax"},
    "text": {"str", "stresc", "int"},
    "price": {"dbl", "dblmax", "dbllit", "str"},
    "quoted": {"dbl", "dblmax", "dec"},
    "size": {"dec", "str"},
    "position": {"dec", "str"},
    "multiplier": {"str"},
    "amount": {"dbl", "dblmax"},
    "real": {"dbl", "dblmax", "dblinf", "int", "dblstr", "str"},
    "tags": {"tags"},
    "any": {"str"},
}


def fields_of(message, columns, items, version, group=""):
    """The layout at one version, a field a row: (group, path, type), type None for counts and constants."""
    out = []
    for item in items:
        if (item.gate.low and version < item.gate.low) or (item.gate.high and version > item.gate.high):
            continue
        if item.kind == "const":
            out.append((group, item.path, None))
        elif item.kind == "if":
            out += fields_of(message, columns, item.items, version, group)
        elif item.kind == "mask":
            out.append((group, "attrMask", "int"))
        elif item.kind in ("field", "joined"):
            if (message, item.path) in HOISTED:
                continue
            if item.kind == "field" and group and item.path in CONDITION_VALUES and message in WITH_CONDITIONS and any(c.name == "conjunction" for c in columns):
                out.append((group, "value", "any"))
                continue
            out.append((group, item.path, "tags" if item.kind == "joined" else column_of(columns, item.path).type))
        elif item.kind == "count":
            out.append((group, None, None))
        elif item.kind in ("list", "prices"):
            out += [(group, None, None), (group + "*", item.path, column_of(columns, item.path).type)]
        elif item.kind == "tags":
            out += [(group, None, None), (group + "*", "tag", "text"), (group + "*", "value", "text")]
        else:
            inner = SCHEMA.columns_of(column_of(columns, item.path).type)
            within = fields_of(message, inner, item.items, version, group + "*" if item.kind == "each" else group)
            if item.kind == "present":  # the table says deltaNeutralContractConId or deltaNeutralConId
                within = [(g, None, kind) for g, _, kind in within]
            if item.kind == "optional":  # and softDollarTierName
                within = [(g, f"{item.path.rsplit('.', 1)[-1]}{path[0].upper()}{path[1:]}", kind) for g, path, kind in within]
            out += ([(group, None, None)] if item.kind != "optional" else []) + within
    return [row for row, before in zip(out, [None, *out]) if row != before or row[1] != "value"]


def column_of(columns, path):
    column = None
    for part in path.split("."):
        column = next(c for c in columns if c.name == part)
        columns = SCHEMA.columns_of(column.type) if column.is_struct else []
    return column


def table_fields(rows, version):
    out, gated = [], set()
    for row in rows:
        low, high = row["min_server_version"], row["max_server_version"]
        if (low and version < int(low)) or (high and version > int(high)):
            gated.add(f"[{row['field']}]")
            continue
        if any(row["repeat_group"].endswith(count) for count in gated):
            continue
        if row["condition"].startswith("serverVersion>=") and version < int(row["condition"][15:]):
            continue
        if row["type"] != "-":  # a message without fields
            out.append(("*" * (row["repeat_group"].count("/") + 1 if row["repeat_group"] else 0), row["field"], row["type"]))
    return out


class TextLayouts(unittest.TestCase):
    def test_every_field_of_every_message_stands_where_the_table_has_it_at_every_version(self):
        by_message = defaultdict(list)
        for row in table("text_layouts"):
            by_message[row["direction"], int(row["msg_id"])].append(row)
        compared = 0
        for message in SCHEMA.messages:
            if message.layout is None:
                continue
            rows = by_message.pop((message.direction, message.id))
            for version in VERSIONS:
                if version < message.since:
                    continue
                ours = fields_of(message.name, message.columns, message.layout, version)
                theirs = table_fields(rows, version)
                with self.subTest(message=message.name, version=version):
                    for (group, path, kind), (stated_group, stated, stated_type) in zip(ours, theirs):
                        self.assertEqual(group, stated_group, f"{path} stands where the table has {stated}")
                        if kind is None:
                            continue
                        self.assertIn(stated_type, TYPES[kind], stated)
                        if path is not None:
                            name = path.rsplit(".", 1)[-1]
                            names = {name, OTHER_NAMES.get(name), OTHER_NAMES.get((message.name, name)), OTHER_NAMES.get((message.name, path))}
                            self.assertIn(stated, names, "the schema has another field here")
                    self.assertEqual(len(ours), len(theirs))
                    compared += len(ours)
        self.assertEqual(set(by_message), set(), "messages the schema lacks")
        self.assertGreater(compared, 20000)


class Protobuf(unittest.TestCase):
    """The tables call a message by its protobuf name; ours are found by direction and id."""

    def test_messages_have_the_ids_and_versions_of_the_table(self):
        ours = {(m.direction, m.id): m for m in SCHEMA.messages}
        for row in table("messages"):
            message = ours.pop((row["direction"], int(row["id"])), None)
            with self.subTest(row["name"]):
                self.assertIsNotNone(message)
                self.assertEqual(message.proto, int(row["protobuf_min_server_version"] or 0))
                self.assertEqual(message.layout is not None, row["text_form"] == "yes")
                if row["api_call"]:
                    self.assertEqual(message.api, row["api_call"])
                since = int(row["text_min_server_version"] or 0) if message.layout is not None else message.proto
                self.assertEqual(message.since, since if since > 176 else 0)
        self.assertEqual(ours, {})

    def test_fields_have_the_numbers_types_and_gates_of_the_table(self):
        fields = defaultdict(dict)
        for row in table("proto_fields"):
            fields[row["message"]][int(row["number"] or 0)] = row
        empty = {name for name, rows in fields.items() if set(rows) == {0}}
        pairs = []
        for row in table("messages"):
            if row["protobuf_message"]:
                message = next(m for m in SCHEMA.messages if (m.direction, m.id) == (row["direction"], int(row["id"])))
                pairs.append((row["protobuf_message"], message.columns))
        seen = set()
        while pairs:
            name, columns = pairs.pop()
            if name in seen:
                continue
            seen.add(name)
            ours = {c.number: c for c in columns if c.number is not None}
            with self.subTest(name):
                if name in empty:
                    self.assertEqual(ours, {})
                    continue
                self.assertEqual(sorted(ours), sorted(fields[name]))
                for number, row in fields[name].items():
                    column = ours[number]
                    repeated = row["label"] == "repeated"
                    self.assertEqual(int(row["min_server_version"] or 0), column.since, row["name"])
                    if column.is_struct:
                        pairs.append((row["type"], SCHEMA.columns_of(column.type)))
                        self.assertIn(row["type"], fields, row["name"])
                        self.assertEqual(column.repeated, repeated, row["name"])
                    else:
                        self.assertEqual(column.wire, "map" if row["type"].startswith("map") else row["type"], row["name"])
                        self.assertEqual(column.repeated, repeated, row["name"])
        self.assertGreater(len(seen), 190)


if __name__ == "__main__":
    unittest.main()
