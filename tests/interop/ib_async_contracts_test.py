"""ib_async against the contracts of `tradewind sim serve`: its default market, every kind of contract, over TCP.

The library parses each answer by its own rules and warns when a contract is unknown or ambiguous; here neither may be."""

import logging
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ib_async_client import PATIENCE, IbAsyncCase, ib_async  # noqa: E402
from program import Simulator  # noqa: E402


class ContractsTest(IbAsyncCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator()
        cls.ib = ib_async.IB()
        cls.ib.RequestTimeout = PATIENCE
        cls.ib.connect("127.0.0.1", cls.simulator.port, clientId=12, timeout=PATIENCE)

    @classmethod
    def tearDownClass(cls):
        cls.ib.disconnect()
        cls.simulator.stop()

    def setUp(self):
        self.log = self.record(logging.WARNING, passed_over=["Warning 21"])

    def tearDown(self):
        self.assertEqual(self.log.lines, [])

    def only(self, contract):
        details = self.ib.reqContractDetails(contract)
        self.assertEqual(len(details), 1, contract)
        return details[0]

    def chain(self):
        chains = self.ib.reqSecDefOptParams("AAPL", "", "STK", 265598)
        return next(chain for chain in chains if chain.exchange == "SMART")

    def an_option(self):
        """A call near the money that ends in a month or so."""
        chain = self.chain()
        return ib_async.Option("AAPL", chain.expirations[4], min(chain.strikes, key=lambda strike: abs(strike - 210)), "C", "SMART")

    def test_a_stock(self):
        for symbol, con_id in (("AAPL", 265598), ("MSFT", 272093), ("SPY", 756733), ("TSLA", 76792991)):
            details = self.only(ib_async.Stock(symbol, "SMART", "USD"))
            self.assertEqual(details.contract.conId, con_id)
            self.assertEqual(details.minTick, 0.01)
            self.assertTrue(details.secIdList and details.secIdList[0].tag == "ISIN")
            self.assertEqual(len(details.marketRuleIds.split(",")), len(details.validExchanges.split(",")))

    def test_a_stock_without_an_exchange_is_one_at_each(self):
        details = self.ib.reqContractDetails(ib_async.Stock("AAPL", "", "USD"))
        self.assertEqual({each.contract.conId for each in details}, {265598})
        self.assertIn("SMART", {each.contract.exchange for each in details})
        self.assertEqual(len(details), len(details[0].validExchanges.split(",")))

    def test_the_future(self):
        details = self.ib.reqContractDetails(ib_async.Future("ES", exchange="CME"))
        months = [each.contractMonth for each in details]
        self.assertEqual(months, sorted(months))
        self.assertEqual(len(months), 4)
        self.assertTrue(all(month[4:] in ("03", "06", "09", "12") for month in months))
        front = self.only(ib_async.Future("ES", months[0], "CME"))
        self.assertEqual((front.contract.multiplier, front.minTick, front.contract.tradingClass), ("50", 0.25, "ES"))
        self.assertEqual(self.only(ib_async.Future(localSymbol=front.contract.localSymbol, exchange="CME")).contract.conId, front.contract.conId)
        continuous = self.only(ib_async.ContFuture("ES", "CME"))
        self.assertEqual(continuous.contract.conId, front.contract.conId)

    def test_a_currency_pair(self):
        details = self.only(ib_async.Forex("EURUSD"))
        self.assertEqual((details.contract.conId, details.contract.localSymbol, details.minTick), (12087792, "EUR.USD", 0.00005))

    def test_an_index(self):
        details = self.only(ib_async.Index("SPX", "CBOE"))
        self.assertEqual((details.contract.conId, details.orderTypes), (416904, ""))

    def test_a_bond(self):
        details = self.only(ib_async.Bond(secIdType="CUSIP", secId="459200HF1", exchange="SMART"))
        self.assertEqual((details.contract.secType, details.coupon, details.descAppend), ("BOND", 4.0, "IBM 4 06/20/42"))
        self.assertEqual({tag.tag: tag.value for tag in details.secIdList}["ISIN"], "US459200HF10")

    def test_the_chain_and_an_option_of_it(self):
        chains = self.ib.reqSecDefOptParams("AAPL", "", "STK", 265598)
        self.assertGreater(len(chains), 10)
        chain = self.chain()
        self.assertEqual((chain.tradingClass, chain.multiplier, int(chain.underlyingConId)), ("AAPL", "100", 265598))
        self.assertGreater(len(chain.expirations), 6)
        self.assertGreater(len(chain.strikes), 30)
        details = self.only(self.an_option())
        self.assertEqual((details.underConId, details.underSymbol, details.underSecType), (265598, "AAPL", "STK"))
        self.assertRegex(details.contract.localSymbol, r"^AAPL  \d{6}C\d{8}$")
        # All of one expiry, without a strike: two for each.
        whole = self.ib.reqContractDetails(ib_async.Option("AAPL", chain.expirations[4], exchange="SMART"))
        self.assertEqual(len({each.contract.conId for each in whole}), len(whole))
        self.assertEqual(len([each for each in whole if each.contract.right == "C"]) * 2, len(whole))

    def test_qualifying_leaves_nothing_open(self):
        asked = [ib_async.Stock("AAPL", "SMART", "USD"), ib_async.Contract(conId=265598), ib_async.Forex("EURUSD"), ib_async.Index("SPX", "CBOE"), self.an_option()]
        qualified = self.ib.qualifyContracts(*asked)
        self.assertEqual(len(qualified), len(asked))
        self.assertTrue(all(contract.conId and contract.exchange for contract in qualified))

    def test_a_search(self):
        found = self.ib.reqMatchingSymbols("aapl")
        self.assertEqual([(each.contract.conId, each.derivativeSecTypes) for each in found], [(265598, ["OPT", "BAG"])])
        self.assertEqual(self.ib.reqMatchingSymbols("ES")[0].contract.secType, "IND")
        self.assertEqual(self.ib.reqMatchingSymbols("zzzz"), [])

    def test_tables(self):
        self.assertEqual([(step.lowEdge, step.increment) for step in self.ib.reqMarketRule(32)], [(0.0, 0.01), (3.0, 0.05)])
        self.assertIn("Q", {each.exchangeLetter for each in self.ib.reqSmartComponents("9c0001")})
        self.assertIn(("NASDAQ", "STK"), {(each.exchange, each.secType) for each in self.ib.reqMktDepthExchanges()})

    def test_every_kind_has_prices(self):
        contracts = self.ib.qualifyContracts(self.an_option(), ib_async.Forex("EURUSD"), self.ib.reqContractDetails(ib_async.Future("ES", exchange="CME"))[1].contract)
        self.assertEqual(len(contracts), 3)
        for contract in contracts:
            ticker = self.ib.reqMktData(contract)
            self.wait(lambda: ticker.bid > 0 and ticker.ask > ticker.bid, f"a quote of {contract.localSymbol}")
            seen = set()

            def moved():
                seen.add((ticker.bid, ticker.ask, ticker.bidSize, ticker.askSize))
                return len(seen) >= 3

            self.wait(moved, f"{contract.localSymbol} moving")
            self.ib.cancelMktData(contract)
        index = self.ib.qualifyContracts(ib_async.Index("SPX", "CBOE"))[0]
        ticker = self.ib.reqMktData(index)
        self.wait(lambda: ticker.last > 0, "a value of the index")
        self.ib.cancelMktData(index)

    def test_an_option_and_a_combo_fill(self):
        near, far = (details.contract for details in self.ib.reqContractDetails(ib_async.Future("ES", exchange="CME"))[:2])
        spread = ib_async.Contract(symbol="ES", secType="BAG", exchange="SMART", currency="USD", comboLegs=[
            ib_async.ComboLeg(near.conId, 1, "SELL", "CME"), ib_async.ComboLeg(far.conId, 1, "BUY", "CME")])
        for contract in (self.ib.qualifyContracts(self.an_option())[0], spread):
            trade = self.ib.placeOrder(contract, ib_async.MarketOrder("BUY", 1))
            self.wait(lambda: trade.isDone() and trade.fills, f"a fill of {contract}")
            self.assertEqual(trade.orderStatus.status, "Filled")


if __name__ == "__main__":
    unittest.main()
