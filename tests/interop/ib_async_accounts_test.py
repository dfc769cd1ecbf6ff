"""ib_async asks `tradewind sim serve --accounts FILE` about accounts: values, summary, portfolio, positions, profit, an
advisor's groups. Whatever its library logs as an error fails the test."""

import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ib_async_client import PATIENCE, IbAsyncCase, ib_async  # noqa: E402
from program import Simulator  # noqa: E402

INDIVIDUAL = """
[dollars]
NOK = "1.25"

[[account]]
id = "DU0000000"
cash = { USD = "100000", NOK = "400.50" }
positions = [ { symbol = "AAPL", quantity = 100, average_price = "1.50" },
              { symbol = "MSFT", quantity = -10, average_price = "5000" } ]
"""

ADVISOR = """
white_branding_id = "house"

[[account]]
id = "DF0000000"
type = "advisor"
cash = 10

[[account]]
id = "DU0000001"
cash = 100000
alias = "Main"

[[account]]
id = "DU0000002"
cash = 50000
positions = [ { symbol = "SPY", quantity = 5, average_price = 100 } ]

[[group]]
name = "Clients"
method = "Equal"
accounts = ["DU0000001", "DU0000002"]
"""


class Accounts(IbAsyncCase):
    FILE = ""

    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(cls.FILE)
            file.flush()
            cls.simulator = Simulator("--generate", 7, "--accounts", file.name)

    @classmethod
    def tearDownClass(cls):
        cls.simulator.stop()

    def setUp(self):
        self.errors = self.record()
        self.ib = ib_async.IB()
        self.ib.RaiseRequestErrors = True
        self.ib.connect("127.0.0.1", self.simulator.port, clientId=11, timeout=PATIENCE)

    def tearDown(self):
        self.ib.disconnect()
        self.assertEqual(self.errors.lines, [])


class IndividualTest(Accounts):
    FILE = INDIVIDUAL

    def test_the_values_of_the_account(self):
        values = {(value.tag, value.currency): value.value for value in self.ib.accountValues()}
        self.assertEqual(values["AccountType", ""], "INDIVIDUAL")
        self.assertEqual(values["CashBalance", "NOK"], "400.50")
        self.assertEqual(values["ExchangeRate", "NOK"], "1.25")
        self.assertEqual(float(values["CashBalance", "BASE"]), float(values["CashBalance", "USD"]) + 1.25 * 400.5)
        self.assertIn(("NetLiquidation-S", "USD"), values)

    def test_the_account_summary(self):
        summary = {(value.tag, value.currency): value.value for value in self.ib.accountSummary()}
        self.assertEqual(summary["AccountType", ""], "INDIVIDUAL")
        self.assertGreater(float(summary["BuyingPower", "USD"]), float(summary["AvailableFunds", "USD"]))
        free = float(summary["EquityWithLoanValue", "USD"]) - float(summary["InitMarginReq", "USD"])
        self.assertAlmostEqual(float(summary["AvailableFunds", "USD"]), free, delta=0.02)  # each is rounded to cents
        self.assertEqual(summary["CashBalance", "NOK"], "400.50")  # of $LEDGER:ALL, which ib_async asks for
        self.assertIn(("CashBalance", "BASE"), summary)

    def test_portfolio_and_positions(self):
        rows = {row.contract.symbol: row for row in self.ib.portfolio()}
        self.assertEqual(rows["AAPL"].averageCost, 1.5)
        self.assertEqual(rows["MSFT"].position, -10)
        for row in rows.values():
            self.assertAlmostEqual(row.marketValue, row.position * row.marketPrice, 1)
            self.assertAlmostEqual(row.unrealizedPNL, row.position * (row.marketPrice - row.averageCost), 1)
        self.assertEqual({row.contract.symbol: row.avgCost for row in self.ib.positions()}, {"AAPL": 1.5, "MSFT": 5000.0})

    def test_a_position_that_is_closed_leaves_the_portfolio(self):
        contract, = self.ib.qualifyContracts(ib_async.Stock("TSLA", "SMART", "USD"))
        for action in ("BUY", "SELL"):
            trade = self.ib.placeOrder(contract, ib_async.MarketOrder(action, 3))
            self.wait(trade.isDone, "the fill")
            held = action == "BUY"
            self.wait(lambda: any(row.contract.symbol == "TSLA" for row in self.ib.portfolio()) == held, "the portfolio")
            self.wait(lambda: any(row.contract.symbol == "TSLA" for row in self.ib.positions()) == held, "the position")

    def test_profit_and_loss_move_with_the_market(self):
        account = self.ib.reqPnL("DU0000000")
        aapl, = self.ib.qualifyContracts(ib_async.Stock("AAPL", "SMART", "USD"))
        single = self.ib.reqPnLSingle("DU0000000", "", aapl.conId)
        seen = set()

        def moved():
            seen.add(single.unrealizedPnL)
            return len(seen - {float("nan")}) >= 3 and account.unrealizedPnL == account.unrealizedPnL

        self.wait(moved, "profit that moves")
        self.assertEqual(single.position, 100)
        self.assertAlmostEqual(single.unrealizedPnL, single.value - 150, 4)
        self.assertEqual(single.realizedPnL, sys.float_info.max)  # nothing was traded today: unset
        self.ib.cancelPnL("DU0000000")
        self.ib.cancelPnLSingle("DU0000000", "", aapl.conId)


class AdvisorTest(Accounts):
    FILE = ADVISOR

    def test_all_accounts_are_there(self):
        self.assertEqual(self.ib.managedAccounts(), ["DF0000000", "DU0000001", "DU0000002"])
        cash = {value.account: value.value for value in self.ib.accountValues() if (value.tag, value.currency) == ("CashBalance", "USD")}
        self.assertEqual(cash, {"DF0000000": "10.00", "DU0000001": "100000.00", "DU0000002": "50000.00"})
        self.assertEqual([(row.account, row.contract.symbol) for row in self.ib.positions()], [("DU0000002", "SPY")])
        summary = {value.account: value.value for value in self.ib.accountSummary() if value.tag == "TotalCashValue"}
        self.assertEqual(summary["DU0000001"], "100000.00")
        self.ib.reqUserInfo()  # is answered; ib_async drops the answer

    def test_groups_are_told_and_changed(self):
        groups = xml.fromstring(self.ib.requestFA(1).encode())
        self.assertEqual([name.text for name in groups.iter("name")], ["Clients"])
        self.assertEqual([alias.text for alias in xml.fromstring(self.ib.requestFA(3).encode()).iter("alias")],
                         ["DF0000000", "Main", "DU0000002"])
        groups.find("Group/name").text = "Everybody"
        self.ib.replaceFA(1, xml.tostring(groups, encoding="unicode"))
        self.assertIn("<name>Everybody</name>", self.ib.requestFA(1))


if __name__ == "__main__":
    unittest.main()
