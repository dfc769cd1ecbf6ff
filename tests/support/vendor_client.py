"""The vendor's own Python client (republished as nautilus_ibapi) in a virtual environment of its own, and what its tests share."""

import inspect
import itertools
import logging
import socket
import threading
import time
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from program import Simulator, python_environment

python_environment("nautilus_ibapi", Path(__file__).resolve().parents[1] / "interop/nautilus_ibapi_requirements.txt")
import ibapi.client  # noqa: E402
from ibapi.client import EClient  # noqa: E402
from ibapi.contract import ComboLeg, Contract  # noqa: E402
from ibapi.order import Order  # noqa: E402
from ibapi.order_cancel import OrderCancel  # noqa: E402
from ibapi.server_versions import MAX_CLIENT_VER, MIN_SERVER_VER_PROTOBUF  # noqa: E402
from ibapi.wrapper import EWrapper  # noqa: E402

NEWEST_TEXT = MIN_SERVER_VER_PROTOBUF - 1
NEWEST = MAX_CLIENT_VER
PATIENCE = 20  # seconds
FARMS_ARE_WELL = {2104, 2106, 2158}


class Recorder(EWrapper):
    """Takes every callback as (name, arguments by name), but for the second form in which protobuf messages are handed on."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def note(self, name, arguments):
        self.calls.append((name, arguments))


def _record(name, signature):
    def call(self, *arguments, **named):
        self.note(name, signature.bind(self, *arguments, **named).arguments)

    return call


for _name, _function in inspect.getmembers(EWrapper, inspect.isfunction):
    if not _name.startswith("_") and not _name.endswith("ProtoBuf"):
        setattr(Recorder, _name, _record(_name, inspect.signature(_function)))


class VendorClient(Recorder, EClient):
    """Connected on return, unless it was refused; its message loop runs on a thread of its own. What was called back is
    found by name and arguments: a value, or a function that says whether the argument will do."""

    def __init__(self, port, client_id, version, options=None):
        Recorder.__init__(self)
        EClient.__init__(self, self)
        self._heard = threading.Condition()
        self._numbers = itertools.count(1)
        self.expected = set()  # codes of errors that were waited for
        if options:
            self.setConnectOptions(options)
        with mock.patch.object(ibapi.client, "MAX_CLIENT_VER", version):
            self.connect("127.0.0.1", port, client_id)
        self._threads = [self.reader] if self.reader else []
        if self.isConnected():
            self._threads.append(threading.Thread(target=self._read))
            self._threads[-1].start()

    def _read(self):
        try:
            self.run()
        except Exception:
            logging.getLogger("vendor_client").exception("the message loop ended")

    def note(self, name, arguments):
        with self._heard:
            self.calls.append((name, SimpleNamespace(**{key: value for key, value in arguments.items() if key != "self"})))
            self._heard.notify_all()

    def number(self):
        """One that no other request of this client has."""
        return 100_000 + next(self._numbers)

    def now(self):
        """For `since`: what is called back from here on."""
        return len(self.calls)

    def heard(self, name, since=0, **arguments):
        return [call for called, call in self.calls[since:] if called == name and _fits(call, arguments)]

    def wait(self, name, since=0, count=1, **arguments):
        """The call of that number that fits, once it has come."""
        deadline = time.monotonic() + PATIENCE
        with self._heard:
            while len(found := self.heard(name, since, **arguments)) < count:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{name} {arguments} did not come {count} times; there were {self._story(since)}")
                self._heard.wait(left)
        return found[count - 1]

    def wait_error(self, code, number=None, **arguments):
        self.expected.add(code)
        return self.wait("error", errorCode=code, **arguments, **({} if number is None else {"reqId": number}))

    def _story(self, since):
        calls = [(name, vars(call)) for name, call in self.calls[since:] if not name.startswith(("tick", "update"))]
        return "\n".join(f"{name} {arguments}" for name, arguments in calls[-12:])

    def settle(self):
        """Whatever the gateway had said until now has been called back."""
        since = self.now()
        self.reqCurrentTime()
        self.wait("currentTime", since)

    def unexpected_errors(self):
        return [vars(call) for call in self.heard("error") if call.errorCode not in self.expected | FARMS_ARE_WELL]

    def leave(self):
        """As a program that ends. (The client's own disconnect() has its reader wait for a second.)"""
        if self.conn and self.conn.socket:
            try:
                self.conn.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the gateway was first
        for thread in self._threads:
            thread.join()


def _fits(call, arguments):
    return all(wanted(getattr(call, name)) if callable(wanted) else getattr(call, name) == wanted for name, wanted in arguments.items())


class VendorCase(unittest.TestCase):
    """One gateway for all scenarios of a class, at the version `VERSION`; each has clients of its own. An error that a
    scenario has not waited for fails it, and so does what the client logs as an error: a message it cannot read, say."""

    VERSION = None
    FLAGS = ()
    client_ids = itertools.count(1)

    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator(*cls.FLAGS)

    @classmethod
    def tearDownClass(cls):
        cls.simulator.stop()

    def setUp(self):
        self.log = logging.Handler(logging.ERROR)
        self.said = []
        self.log.emit = lambda record: self.said.append(record.getMessage() + str(record.exc_info or ""))
        logging.getLogger().addHandler(self.log)
        self.addCleanup(logging.getLogger().removeHandler, self.log)
        self.clients = []

    def tearDown(self):
        for client in self.clients:
            client.leave()
        self.assertEqual([error for client in self.clients for error in client.unexpected_errors()], [])
        self.assertEqual(self.said, [])

    def client(self, client_id=None, simulator=None, options=None, ready=True):
        """`order_id` is the next one that was named; `next_order()` counts on from there."""
        client_id = next(self.client_ids) if client_id is None else client_id
        client = VendorClient((simulator or self.simulator).port, client_id, self.VERSION, options)
        self.clients.append(client)
        if ready:
            self.assertEqual(client.serverVersion(), self.VERSION)
            client.order_id = client.wait("nextValidId").orderId
            client.next_order = itertools.count(client.order_id).__next__
        return client

    def details(self, client, contract):
        """Of every contract that fits."""
        number = client.number()
        client.reqContractDetails(number, contract)
        client.wait("contractDetailsEnd", reqId=number)
        return [call.contractDetails for call in client.heard("contractDetails", reqId=number) + client.heard("bondContractDetails", reqId=number)]

    def quote(self, client, contract):
        """Bid and ask of a snapshot."""
        number = client.number()
        client.reqMktData(number, contract, "", True, False, [])
        client.wait("tickSnapshotEnd", reqId=number)
        return tuple(client.heard("tickPrice", reqId=number, tickType=kind)[-1].price for kind in (1, 2))


def contract(kind, symbol, exchange="SMART", currency="USD", **more):
    made = Contract()
    made.secType, made.symbol, made.exchange, made.currency = kind, symbol, exchange, currency
    for name, value in more.items():
        setattr(made, name, value)
    return made


def stock(symbol):
    return contract("STK", symbol)


def combination(symbol, *legs, currency="USD"):
    """Legs as (contract, ratio, action)."""
    made = contract("BAG", symbol, currency=currency, comboLegs=[])
    for leg, ratio, action in legs:
        made.comboLegs.append(ComboLeg())
        made.comboLegs[-1].conId, made.comboLegs[-1].ratio, made.comboLegs[-1].action, made.comboLegs[-1].exchange = leg.conId, ratio, action, leg.exchange
    return made


def order(action, quantity, kind="MKT", price=None, **more):
    made = Order()
    made.action, made.totalQuantity, made.orderType, made.tif = action, quantity, kind, "DAY"
    if price is not None:
        made.lmtPrice = round(price, 2)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def cancel(client, order_id):
    client.cancelOrder(order_id, OrderCancel())
