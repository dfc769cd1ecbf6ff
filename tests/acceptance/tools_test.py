"""The commands that ask a gateway, against the simulator, and against a scripted gateway for what it does not have; and the
registry of instruments."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import scripted_gateway as script  # noqa: E402
from program import BINARY, Simulator, tradewind  # noqa: E402
from scripted_gateway import ScriptedGateway, error, id_of, message, said  # noqa: E402

OK, FAILED, USAGE, REFUSED, NOT_CONNECTED = 0, 1, 2, 3, 4


class ToolCase(unittest.TestCase):
    def setUp(self):
        self.state = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="tradewind-test-"))) / "state"

    def ask(self, *words, code=OK):
        """A command with --json: its object, or the list of them where it prints one a line."""
        done = tradewind(*words, "--json")
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        if code != OK:
            self.assertEqual(objects[-1]["exit_code"], code)
            self.assertIn(f"tradewind: {objects[-1]['error']['detail']}\n", done.stderr)
        return objects[0] if len(objects) == 1 else objects


class SimulatorTest(ToolCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = cls.enterClassContext(Simulator("--generate", "5"))
        cls.at = ("--port", cls.simulator.port)

    def test_status(self):
        status = self.ask("status", *self.at)
        self.assertEqual((status["accounts"], status["link"], status["ok"]), ([self.simulator.account], True, True))
        self.assertEqual(status["port"], self.simulator.port)
        self.assertGreaterEqual(status["server_version"], 200)
        self.assertLess(abs(status["clock_difference"]), 1)
        self.assertIn({"name": "usfarm", "kind": "market data", "state": "ok"}, status["farms"])

    def test_contract_find_and_show(self):
        (found,) = self.ask("contract", "find", "AAPL", *self.at)["contracts"]
        self.assertEqual((found["con_id"], found["symbol"], found["type"], found["currency"]), (265598, "AAPL", "STK", "USD"))
        for by in (["AAPL"], ["--con-id", 265598]):
            shown = self.ask("contract", "show", *by, *self.at)
            self.assertEqual((shown["con_id"], shown["symbol"], shown["min_tick"]), (265598, "AAPL", "0.01"))
            self.assertIn("SMART", shown["valid_exchanges"].split(","))

    def test_what_does_not_exist(self):
        for words in (("contract", "find"), ("contract", "show"), ("quote",), ("bars",), ("hours",)):
            refused = self.ask(*words, "NOSUCH", *self.at, code=FAILED)
            self.assertEqual(refused["error"]["class"], "not_found")
            self.assertIn("200", refused["error"]["detail"])

    def test_hours(self):
        hours = self.ask("hours", "AAPL", *self.at)
        self.assertIn(hours["state"], ("open", "closed"))
        self.assertGreater(len(hours["sessions"]), 0)
        for session in hours["sessions"] + hours["regular_sessions"]:
            self.assertLess(session["from"], session["until"])
        if hours["state"] == "open":
            now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
            self.assertTrue(any(session["from"] <= now < session["until"] for session in hours["sessions"]))

    def test_a_quote_is_one_line_with_both_sides(self):
        quote = self.ask("quote", "MSFT", *self.at)
        self.assertLess(Decimal(quote["bid"]), Decimal(quote["ask"]))
        self.assertEqual((quote["kind"], quote["stale"], quote["gap_before"]), ("live", False, 0))
        done = tradewind("quote", "MSFT", *self.at)
        self.assertRegex(done.stdout, r"^\S+Z  bid [\d.]+ x \d+  ask [\d.]+ x \d+  last .*\(live\)\n$")
        self.assertEqual(done.stderr, "")

    def test_quotes_go_on_until_the_count(self):
        quotes = self.ask("quote", "AAPL", *self.at, "--count", 4)
        self.assertEqual(len(quotes), 4)
        self.assertEqual(sorted(quote["time"] for quote in quotes), [quote["time"] for quote in quotes])

    def test_quotes_go_on_until_the_time(self):
        quotes = self.ask("quote", "AAPL", *self.at, "--count", 0, "--for", 2)
        first, last = (datetime.fromisoformat(quotes[i]["time"][:19]) for i in (0, -1))
        self.assertLessEqual((last - first).seconds, 3)

    def test_an_interrupt_is_the_end_of_a_stream(self):
        watch = subprocess.Popen([BINARY, "quote", "AAPL", "--count", "0", *map(str, self.at)], stdout=subprocess.PIPE, text=True)
        with watch:
            self.assertIn("bid", watch.stdout.readline())
            watch.send_signal(signal.SIGINT)
            self.assertEqual(watch.wait(timeout=10), OK)

    def test_bars(self):
        answer = self.ask("bars", "AAPL", "--size", "5 mins", "--duration", "1800 S", *self.at)
        self.assertEqual((answer["contract"]["con_id"], answer["size"], answer["what"]), (265598, "5 mins", "TRADES"))
        self.assertGreaterEqual(len(answer["bars"]), 6)
        times = [datetime.fromisoformat(bar["time"].replace("Z", "+00:00")) for bar in answer["bars"]]
        self.assertTrue(all(b > a and (b - a).total_seconds() % 300 == 0 for a, b in zip(times, times[1:])), times)
        for bar in answer["bars"]:
            low, high = Decimal(bar["low"]), Decimal(bar["high"])
            self.assertTrue(all(low <= Decimal(bar[name]) <= high for name in ("open", "close")), bar)

    def test_account_and_positions(self):
        (account,) = self.ask("account", *self.at)["accounts"]
        self.assertEqual(account["account"], self.simulator.account)
        values = {row["tag"]: row for row in account["values"]}
        self.assertEqual((values["NetLiquidation"]["value"], values["NetLiquidation"]["currency"]), ("1000000.00", "USD"))
        (only,) = self.ask("account", *self.at, "--tags", "TotalCashValue")["accounts"]
        self.assertEqual([row["tag"] for row in only["values"]], ["TotalCashValue"])
        self.assertEqual(self.ask("positions", *self.at), {"positions": []})

    def test_another_login_s_account_is_wrong_usage(self):
        for command in ("account", "positions", "pnl"):
            refused = self.ask(command, "--account", "DU0000009", *self.at, code=USAGE)
            self.assertIn(self.simulator.account, refused["error"]["detail"])

    def test_text_protocol_too(self):
        with Simulator("--server-version", "176") as old:
            at = ("--port", old.port)
            self.assertEqual(self.ask("status", *at)["server_version"], 176)
            self.assertEqual(self.ask("contract", "show", "AAPL", *at)["con_id"], 265598)
            self.assertIsNotNone(self.ask("quote", "AAPL", *at)["bid"])
            self.assertEqual(self.ask("positions", *at), {"positions": []})


class ScriptedTest(ToolCase):
    def test_positions_with_every_field(self):
        option = {1: 700001, 2: "AAPL", 3: "OPT", 4: "20260116", 5: 202.5, 6: "C", 7: 100.0, 10: "USD", 11: "AAPL  260116C00202500", 12: "AAPL"}
        answers = {script.REQ_POSITIONS: lambda request: [
            said(script.POSITION, {1: "DU0000000", 2: message(option), 3: "-3", 4: 150.25}),
            said(script.POSITION, {1: "DU0000001", 2: message(script.stock()), 3: "10.5", 4: 200.0}),
            said(script.POSITION_END, {}),
        ]}
        with ScriptedGateway(answers, accounts="DU0000000,DU0000001") as gateway:
            first, second = self.ask("positions", "--port", gateway.port)["positions"]
            self.assertEqual((first["position"], first["average_cost"], second["position"]), ("-3", "150.25", "10.5"))
            contract = first["contract"]
            self.assertEqual((contract["expiry"], contract["strike"], contract["right"], contract["multiplier"]), ("20260116", "202.5", "C", "100"))
            (only,) = self.ask("positions", "--account", "DU0000001", "--port", gateway.port)["positions"]
            self.assertEqual(only["account"], "DU0000001")

    def test_positions_that_do_not_end_are_no_answer(self):
        answers = {script.REQ_POSITIONS: lambda request: [said(script.POSITION, {1: "DU0000000", 2: message(script.stock()), 3: "1"})]}
        with ScriptedGateway(answers) as gateway:
            refused = self.ask("positions", "--port", gateway.port, "--timeout", 1, code=FAILED)
            self.assertIn("no_answer", refused["error"]["detail"])

    def test_pnl_has_what_is_unset_as_null(self):
        answers = {script.REQ_PNL: lambda request: [said(script.PNL, {1: id_of(request), 2: -12.5, 4: 3.25})]}
        with ScriptedGateway(answers, accounts="DU0000000,DU0000001") as gateway:
            rows = self.ask("pnl", "--port", gateway.port)
            self.assertEqual([row["account"] for row in rows], ["DU0000000", "DU0000001"])
            for row in rows:
                self.assertEqual((row["daily"], row["unrealized"], row["realized"]), ("-12.5", None, "3.25"))

    def test_ticks(self):
        def ticks(request):
            kind = request[3][0].decode()
            number = {"Last": 1, "AllLast": 2, "BidAsk": 3, "MidPoint": 4}[kind]
            part = {"Last": {3: message({1: 1767623400, 3: 200.5, 4: "7", 5: "NASDAQ", 6: "T"})},
                    "BidAsk": {4: message({1: 1767623401, 3: 200.25, 4: 200.5, 5: "3", 6: "9"})},
                    "MidPoint": {5: message({1: 1767623402, 2: 200.375})}}[kind]
            return [said(script.TICK_BY_TICK, {1: id_of(request), 2: number, **part})] * 20

        with ScriptedGateway({script.REQ_TICK_BY_TICK: ticks}) as gateway:
            at = ("--port", gateway.port)
            last = self.ask("ticks", "AAPL", *at, "--count", 3)
            self.assertEqual(len(last), 3, "all came at once, and three were asked for")
            self.assertEqual((last[0]["time"], last[0]["price"], last[0]["size"], last[0]["exchange"], last[0]["conditions"]),
                             ("2026-01-05T14:30:00Z", "200.5", "7", "NASDAQ", "T"))
            quote = self.ask("ticks", "AAPL", *at, "--count", 1, "--kind", "BidAsk")
            self.assertEqual((quote["bid"], quote["bid_size"], quote["ask"], quote["ask_size"]), ("200.25", "3", "200.5", "9"))
            self.assertEqual(self.ask("ticks", "AAPL", *at, "--count", 1, "--kind", "MidPoint")["midpoint"], "200.375")

    def test_depth(self):
        def depth(request):
            def row(position, side, price, size):
                return said(script.MARKET_DEPTH, {1: id_of(request), 2: message({1: position, 2: 0, 3: side, 4: price, 5: size})})

            return [row(0, 1, 200.0, "3") + row(0, 0, 200.25, "4") + row(1, 1, 199.5, "5")]

        with ScriptedGateway({script.REQ_MKT_DEPTH: depth}) as gateway:
            book = self.ask("depth", "AAPL", "--port", gateway.port, "--count", 1)
            self.assertEqual([(row["price"], row["size"]) for row in book["bids"]], [("200", "3"), ("199.5", "5")])
            self.assertEqual([(row["price"], row["size"]) for row in book["asks"]], [("200.25", "4")])
            (request,) = [fields for number, fields in gateway.requests if number == script.REQ_MKT_DEPTH]
            self.assertEqual(script.fields_of(request[2][0])[8], [b"NASDAQ"], "one book is asked for at one exchange")

    def test_chain(self):
        def chain(request):
            expiries = ["20260116", "20260220"]
            strikes = b"".join(script.struct.pack("<d", strike) for strike in (195.0, 200.0, 202.5))
            return [said(script.CHAIN, {1: id_of(request), 2: exchange, 3: 265598, 4: "AAPL", 5: "100", 6: expiries, 7: strikes})
                    for exchange in ("CBOE", "SMART")] + [said(script.CHAIN_END, {1: id_of(request)})]

        def details(request):
            wanted = script.fields_of(request[2][0])
            if wanted.get(3) != [b"OPT"]:
                contract = script.stock()
            elif wanted[5] == [202.5]:  # it may exist, and does not
                return [error(id_of(request), 200, "No security definition has been found for the request")]
            else:
                contract = {1: 1000 + int(wanted[5][0]), 2: "AAPL", 3: "OPT", 4: wanted[4][0], 5: wanted[5][0], 6: wanted[6][0], 7: 100.0, 8: "SMART",
                            10: "USD", 11: "local", 12: "AAPL"}
            return [said(script.CONTRACT_DATA, {1: id_of(request), 2: message(contract), 3: message({2: "0.01"})}),
                    said(script.CONTRACT_DATA_END, {1: id_of(request)})]

        with ScriptedGateway({script.REQ_CHAIN: chain, script.REQ_CONTRACT_DATA: details}) as gateway:
            at = ("--port", gateway.port)
            (only,) = self.ask("chain", "AAPL", *at)["chains"]
            self.assertEqual((only["exchange"], only["trading_class"], only["multiplier"], only["expiries"], only["strikes"]),
                             ("SMART", "AAPL", "100", ["20260116", "20260220"], ["195", "200", "202.5"]))
            self.assertEqual([row["exchange"] for row in self.ask("chain", "AAPL", "--exchange", "*", *at)["chains"]], ["CBOE", "SMART"])
            found = self.ask("chain", "AAPL", *at, "--contracts", "--expiry-until", "20260131", "--strike-from", "200", "--right", "C")
            self.assertEqual([(row["con_id"], row["expiry"], row["strike"], row["right"]) for row in found["options"]], [(1200, "20260116", "200", "C")])
            self.assertEqual((found["complete"], found["nonexistent"]), (True, 1))
            asked = len(gateway.requests)
            refused = self.ask("chain", "AAPL", *at, "--contracts", "--max", 2, code=REFUSED)
            self.assertEqual(refused["error"]["class"], "refused")
            self.assertEqual(sum(number == script.REQ_CONTRACT_DATA for number, _ in gateway.requests[asked:]), 1, "only the underlying")

    def test_search(self):
        samples = message({1: message({1: 4815747, 2: "NVDA", 3: "STK", 9: "NASDAQ", 10: "USD", 15: "NVIDIA CORP"}), 2: ["OPT", "CFD"]})
        answers = {script.REQ_MATCHING_SYMBOLS: lambda request: [said(script.SYMBOL_SAMPLES, {1: id_of(request), 2: samples})]}
        with ScriptedGateway(answers) as gateway:
            (found,) = self.ask("contract", "find", "nvid", "--search", "--port", gateway.port)["contracts"]
            self.assertEqual((found["con_id"], found["long_name"], found["derivatives"]), (4815747, "NVIDIA CORP", ["OPT", "CFD"]))

    def test_a_description_that_fits_several_is_said_to(self):
        def details(request):
            return [said(script.CONTRACT_DATA, {1: id_of(request), 2: message({**script.stock(con_id), 3: "FUT", 4: expiry}), 3: b""})
                    for con_id, expiry in ((1, "20261218"), (2, "20270319"))] + [said(script.CONTRACT_DATA_END, {1: id_of(request)})]

        with ScriptedGateway({script.REQ_CONTRACT_DATA: details}) as gateway:
            refused = self.ask("quote", "ES", "--type", "FUT", "--port", gateway.port, code=USAGE)
            self.assertRegex(refused["error"]["detail"], r"^2 contracts fit, such as .*20261218.*--expiry")
            self.assertEqual(len(self.ask("contract", "find", "ES", "--type", "fut", "--port", gateway.port)["contracts"]), 2)

    def test_delayed_quotes_say_so(self):
        def delayed(request):
            return [error(id_of(request), 10167, "Requested market data is not subscribed. Displaying delayed market data."), *script.ticks(request, 3)]

        with ScriptedGateway({script.REQ_MKT_DATA: delayed}) as gateway:
            done = tradewind("quote", "AAPL", "--port", gateway.port)
            self.assertEqual(done.returncode, OK)
            self.assertIn("(delayed)", done.stdout)
            self.assertIn("10167", done.stderr)

    def test_a_refused_quote_has_ib_s_words(self):
        with ScriptedGateway({script.REQ_MKT_DATA: lambda request: [error(id_of(request), 354, "Requested market data is not subscribed.")]}) as gateway:
            refused = self.ask("quote", "AAPL", "--port", gateway.port, code=FAILED)
            self.assertIn("IB says 354: Requested market data is not subscribed.", refused["error"]["detail"])

    def test_status_is_a_health_check(self):
        for code, text in ((2103, "Market data farm connection is broken:usfarm"), (1100, "Connectivity between IBKR and TWS has been lost.")):
            with ScriptedGateway(notices=[(code, text)]) as gateway:
                done = tradewind("status", "--json", "--port", gateway.port)
                self.assertEqual(done.returncode, FAILED)
                self.assertFalse(json.loads(done.stdout.splitlines()[0])["ok"])

    def test_the_tools_order_nothing(self):
        with ScriptedGateway() as gateway:
            at = ("--port", gateway.port, "--timeout", 1)
            for words in (["status"], ["contract", "show", "AAPL"], ["quote", "AAPL"], ["bars", "AAPL"], ["ticks", "AAPL"], ["depth", "AAPL"],
                          ["account"], ["positions"], ["pnl"], ["chain", "AAPL"], ["hours", "AAPL"]):
                tradewind(*words, *at)
            asked = {number for number, _ in gateway.requests}
            self.assertGreater(len(asked), 8)
            self.assertFalse(asked & {script.PLACE_ORDER, script.CANCEL_ORDER, 58}, "an order, a cancel, or all of them")


class ConnectionTest(ToolCase):
    COMMANDS = (["status"], ["contract", "find", "AAPL"], ["contract", "show", "AAPL"], ["hours", "AAPL"], ["quote", "AAPL"], ["bars", "AAPL"],
                ["ticks", "AAPL"], ["depth", "AAPL"], ["account"], ["positions"], ["pnl"], ["chain", "AAPL"])

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        for words in self.COMMANDS:
            detail = self.ask(*words, "--port", port, code=NOT_CONNECTED)["error"]["detail"]
            self.assertEqual(detail, f"127.0.0.1:{port}: Connection refused; `tradewind doctor` looks for the cause")

    def test_the_client_id_is_taken(self):
        text = "Unable to connect as the client id is already in use. Retry with a unique client id."
        with ScriptedGateway({script.START_API: lambda request: [error(-1, 326, text), script.CLOSE]}) as gateway:
            refused = self.ask("status", "--port", gateway.port, "--client-id", 5, code=NOT_CONNECTED)
            self.assertRegex(refused["error"]["detail"], r"^client id 5 is in use .*326")

    def test_a_connection_that_goes_is_not_an_answer(self):
        with ScriptedGateway({script.REQ_POSITIONS: lambda request: [script.CLOSE]}) as gateway:
            self.ask("positions", "--port", gateway.port, code=NOT_CONNECTED)

    def test_wrong_usage(self):
        for words in (["quote"], ["quote", "AAPL", "--right", "X"], ["quote", "AAPL", "--port", 0], ["quote", "AAPL", "--data", "old"],
                      ["bars", "AAPL", "--size", "7 mins"], ["bars", "AAPL", "--duration", "2"], ["bars", "AAPL", "--what", "NOISE"],
                      ["quote", "AAPL", "--type", "OPT", "--strike", "x"], ["contract"], ["contract", "find", "AAPL", "--save"],
                      ["contract", "list"], ["status", "--client-id", -1], ["status", "--timeout", 0], ["doctor", "--expect", "money"]):
            done = tradewind(*words, "--json", *([] if "--port" in words or words[0] == "contract" else ["--port", self.port]))
            self.assertEqual(done.returncode, USAGE, (words, done.stderr))
            self.assertRegex(done.stderr, r"^tradewind: [^\n]+\n$")

    @classmethod
    def setUpClass(cls):
        cls.port = cls.enterClassContext(Simulator()).port


class RegistryTest(ToolCase):
    def gateway(self, *contracts):
        def details(request):
            wanted = script.fields_of(request[2][0])
            fit = [each for each in contracts if wanted.get(1, [0])[0] in (0, each[1])]
            return [*(said(script.CONTRACT_DATA, {1: id_of(request), 2: message(each), 3: b""}) for each in fit),
                    said(script.CONTRACT_DATA_END, {1: id_of(request)})]

        return ScriptedGateway({script.REQ_CONTRACT_DATA: details})

    def save(self, *contracts, more=(), code=OK):
        with self.gateway(*contracts) as gateway:
            return self.ask("contract", "find", "X", "--save", "--state", self.state, "--port", gateway.port, *more, code=code)

    def names(self):
        return [each["name"] for each in self.ask("contract", "list", "--state", self.state)["instruments"]]

    OPTION = {1: 700001, 2: "AAPL", 3: "OPT", 4: "20260116", 5: 202.5, 6: "C", 7: 100.0, 8: "SMART", 10: "USD", 11: "AAPL  260116C00202500", 12: "AAPL"}
    FUTURE = {1: 495512572, 2: "ES", 3: "FUT", 4: "20261218", 7: 50.0, 8: "CME", 10: "USD", 11: "ESZ6", 12: "ES"}

    def test_names_are_made_of_what_the_contract_is(self):
        found = self.save(script.stock(), self.OPTION, self.FUTURE)["contracts"]
        self.assertEqual([(each["name"], each["saved"]) for each in found],
                         [("AAPL.USD-STK", "added"), ("AAPL-20260116-C202.5.USD-OPT", "added"), ("ES-20261218.USD-FUT", "added")])
        self.assertEqual(self.names(), ["AAPL-20260116-C202.5.USD-OPT", "AAPL.USD-STK", "ES-20261218.USD-FUT"])

    def test_what_is_known_needs_no_gateway(self):
        self.save(script.stock(), self.OPTION, self.FUTURE)
        shown = self.ask("contract", "show", "AAPL-20260116-C202.5.USD-OPT", "--state", self.state)
        self.assertEqual((shown["con_id"], shown["strike"], shown["right"], shown["multiplier"], shown["expiry"], shown["local_symbol"]),
                         (700001, "202.5", "C", "100", "20260116", "AAPL  260116C00202500"))
        self.assertEqual(shown["first_seen"], shown["last_seen"])
        self.assertEqual(self.ask("contract", "show", "--con-id", 495512572, "--state", self.state)["name"], "ES-20261218.USD-FUT")
        unknown = self.ask("contract", "show", "MSFT.USD-STK", "--state", self.state, code=FAILED)
        self.assertEqual(unknown["error"]["class"], "not_found")

    def test_seen_again_is_no_news(self):
        first = self.save(script.stock())
        again = self.save(script.stock())
        self.assertEqual((first["contracts"][0]["saved"], again["contracts"][0]["saved"]), ("added", "seen"))
        shown = self.ask("contract", "show", "AAPL.USD-STK", "--state", self.state)
        self.assertLess(shown["first_seen"], shown["last_seen"])

    def test_a_name_does_not_pass_to_another_contract(self):
        self.save(script.stock())
        refused = self.save(script.stock(con_id=999, primary="TSE"), code=FAILED)
        self.assertEqual(refused["error"]["class"], "already_exists")
        self.assertRegex(refused["error"]["detail"], r"AAPL\.USD-STK means contract 265598 .*not contract 999.*--as")
        self.assertEqual(self.ask("contract", "show", "AAPL.USD-STK", "--state", self.state)["con_id"], 265598)
        self.save(script.stock(con_id=999, primary="TSE"), more=("--as", "AAPL@TSE.USD-STK"))
        self.assertEqual(self.names(), ["AAPL.USD-STK", "AAPL@TSE.USD-STK"])
        self.save(script.stock(con_id=999), more=("--as", "OTHER.USD-STK"), code=FAILED)
        self.save(script.stock(), self.FUTURE, more=("--as", "BOTH.USD-STK"), code=USAGE)

    def test_a_name_is_enough_for_every_command(self):
        self.save(self.FUTURE)
        with self.gateway(script.stock(), self.FUTURE) as gateway:
            self.ask("quote", "ES-20261218.USD-FUT", "--state", self.state, "--port", gateway.port)
            (request,) = [fields for number, fields in gateway.requests if number == script.REQ_MKT_DATA]
            contract = script.fields_of(request[2][0])
            self.assertEqual((contract[1], contract[8]), ([495512572], [b"CME"]))
            asked = len(gateway.requests)
            missing = self.ask("quote", "ES-20270319.USD-FUT", "--state", self.state, "--port", gateway.port, code=FAILED)
            self.assertEqual(missing["error"]["class"], "not_found")
            self.assertEqual({number for number, _ in gateway.requests[asked:]}, {script.START_API}, "a name of ours is no symbol of IB's")

    def test_it_is_a_table_for_others_to_read(self):
        self.save(script.stock(), self.OPTION)
        with sqlite3.connect(f"file:{self.state}/instruments.db?mode=ro", uri=True) as database:
            rows = database.execute("SELECT name, con_id, strike, typeof(strike), first_seen_utc_ns > 0 FROM instruments ORDER BY con_id").fetchall()
        self.assertEqual(rows, [("AAPL.USD-STK", 265598, None, "null", 1), ("AAPL-20260116-C202.5.USD-OPT", 700001, "202.5", "text", 1)])

    def test_without_a_registry(self):
        missing = self.ask("contract", "list", "--state", self.state, code=FAILED)
        self.assertIn("--save", missing["error"]["detail"])
        self.assertFalse(self.state.exists())


if __name__ == "__main__":
    unittest.main()
