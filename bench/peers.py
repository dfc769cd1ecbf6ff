#!/usr/bin/env python3
"""Other people's clients in Python on the streams ours is measured on: goal P4, and the last part of P7.

    peers.py BUILD_FOLDER      e.g. build/bench/bench

ib_async and the vendor's client (as nautilus_ibapi) come from the package registry into a virtual environment that is kept;
where that cannot be made, this says so and leaves them out. Theirs and ours are timed in turn, five rounds, one after the
other on the same processor; what counts is the median of the rounds' ratios.
"""

import asyncio
import collections
import datetime
import gc
import logging
import os
import re
import statistics
import struct
import subprocess
import sys
import time
import types
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/support"))
from program import python_environment  # noqa: E402

SERVER_VERSION = 176  # of the streams
PIECE = 65_536  # bytes that come at once
MESSAGES = 20_000  # of a stream, in one pass of a client in Python
FLOOD = 100_000
ROUNDS = 5
STATE_KINDS = ("mixed", "tick_price")
INSTRUMENTS = 8
PRICES, TRADES, QUOTES, DEPTH, BARS = 1000, 2000, 3000, 4000, 5000  # first request ids of the streams


def frames(corpus, kind):
    data = (corpus / f"{kind}.bin").read_bytes()
    found, at = [], 0
    while at < len(data) and len(found) < MESSAGES:
        size = struct.unpack_from(">I", data, at)[0]
        found.append(data[at:at + 4 + size])
        at += 4 + size
    return found


def seconds(work):
    gc.collect()
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def ours(program, kind):
    """Nanoseconds a message: decoding, and bytes to state."""
    text = subprocess.run([program, kind], capture_output=True, text=True, check=True).stdout
    return tuple(float(re.search(rf"^{what} {kind} +([\d.]+) ns", text, re.MULTILINE)[1])
                 for what in ("decode", "bytes to state"))


class Callbacks:
    """Every callback of ib_async's decoder does nothing, but is counted: the decoder swallows errors."""

    defaultTimezone = datetime.timezone.utc

    def __init__(self):
        self.ib = types.SimpleNamespace(TimezoneTWS=None)
        self.calls = 0

    def __getattr__(self, name):
        def callback(*_arguments):
            self.calls += 1
        setattr(self, name, callback)
        return callback


def ib_async_decoding(ib_async, messages):
    callbacks = Callbacks()
    decoder = ib_async.decoder.Decoder(callbacks, SERVER_VERSION)
    fields = [message[4:].decode().split("\0")[:-1] for message in messages]

    def work():
        for one in fields:
            decoder.interpret(one[:])
    work()
    if callbacks.calls < len(messages):
        sys.exit(f"ib_async has decoded {callbacks.calls} of {len(messages)} messages")
    return work


def ib_async_state(ib_async, stream):
    """Its whole path: bytes as its socket hands them over, into the state of a fresh IB with everything subscribed to."""
    def work():
        ib = ib_async.IB()
        client = ib.client
        client.connState, client._serverVersion, client._apiReady = client.CONNECTED, SERVER_VERSION, True
        client.decoder.serverVersion = SERVER_VERSION
        client.conn = types.SimpleNamespace(sendMsg=lambda _: None, disconnect=lambda: None, numBytesSent=0, numMsgSent=0)
        ib.wrapper.clientId = 100
        ib.wrapper.defaultTimezone = datetime.timezone.utc
        for i in range(INSTRUMENTS):
            contract = ib_async.Stock(f"S{i}", "SMART", "USD", conId=i + 1)
            for first, kind in ((PRICES, "mktData"), (TRADES, "AllLast"), (QUOTES, "BidAsk"), (DEPTH, "mktDepth")):
                ib.wrapper.startTicker(first + i, contract, kind)
            bars = ib_async.RealTimeBarList()
            bars.reqId, bars.contract = BARS + i, contract
            ib.wrapper.startSubscription(BARS + i, bars, contract)
        ticker = ib.wrapper.reqId2Ticker[PRICES]
        for at in range(0, len(stream), PIECE):
            client._onSocketHasData(stream[at:at + PIECE])
        if not ticker.bid > 0:
            sys.exit("ib_async's ticker has no bid")
    return work


def vendor_decoding(messages):
    from ibapi import comm
    from ibapi.decoder import Decoder
    from ibapi.wrapper import EWrapper
    calls = collections.Counter()

    def callback(_self, *_arguments):
        calls["all"] += 1
    names = ("tickPrice tickSize tickByTickAllLast tickByTickBidAsk updateMktDepthL2 realtimeBar orderStatus openOrder "
             "execDetails position").split()
    decoder = Decoder(type("Wrapper", (EWrapper,), dict.fromkeys(names, callback))(), SERVER_VERSION)
    split = []
    for message in messages:
        message_id, _, rest = message[4:].partition(b"\0")
        split.append((comm.read_fields(rest), int(message_id)))

    def work():
        for fields, message_id in split:
            decoder.interpret(fields, message_id)
    work()
    if calls["all"] < len(messages):
        sys.exit(f"the vendor's client has decoded {calls['all']} of {len(messages)} messages")
    return work


def in_turn(program, kind, works):
    """{name: median ns a message}, {name: median ratio to ours}; `works` is {name: (index into ours, work, messages)}."""
    times, ratios = collections.defaultdict(list), collections.defaultdict(list)
    for _ in range(ROUNDS):
        own = ours(program, kind)
        times["ours, decoding"].append(own[0])
        times["ours, bytes to state"].append(own[1])
        for name, (index, work, count) in works.items():
            taken = seconds(work) / count * 1e9
            times[name].append(taken)
            ratios[name].append(taken / own[index])
    return ({name: statistics.median(values) for name, values in times.items()},
            {name: statistics.median(values) for name, values in ratios.items()})


def flood_ib_async(program, loop):
    """Messages a second that the flooding gateway measures with ib_async as its client."""
    import ib_async
    gateway = subprocess.Popen([program, "serve", str(FLOOD)], stdout=subprocess.PIPE, text=True)
    port = int(gateway.stdout.readline())

    async def session():
        ib = ib_async.IB()
        ib.client.MaxRequests = 0
        ready, gone = asyncio.Event(), asyncio.Event()
        ib.client.apiStart += ready.set
        ib.client.apiEnd += gone.set
        await ib.client.connectAsync("127.0.0.1", port, 1)
        await ready.wait()
        ib.wrapper.clientId = 1
        contract = ib_async.Stock("SPY", "SMART", "USD", conId=756733)
        ib.wrapper.startTicker(PRICES, contract, "mktData")

        def on_tick(tickers):
            for ticker in tickers:
                if ticker.bid == 199:  # the last of the flood
                    ib.placeOrder(contract, ib_async.LimitOrder("BUY", 1, ticker.bid, tif="DAY", account="DU0000000"))
        ib.pendingTickersEvent += on_tick
        ib.client.reqMktData(PRICES, contract, "", False, False, [])
        await asyncio.wait_for(gone.wait(), 60)
    loop.run_until_complete(session())
    rate = float(gateway.stdout.readline())
    gateway.wait()
    return rate


def flood_ours(program):
    text = subprocess.run([program, "ours"], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"([\d.]+) million a second", text)[1]) * 1e6


def main(arguments):
    if len(arguments) != 2:
        sys.exit(__doc__)
    folder = Path(arguments[1])
    os.environ.setdefault("TRADEWIND_TEST_ENVIRONMENTS", str(HERE.parent / "build/test_environments"))
    try:
        python_environment("bench_peers", HERE / "peers_requirements.txt")
        import ib_async
    except (OSError, RuntimeError, subprocess.CalledProcessError, ImportError) as error:
        print(f"peers: left out, the clients in Python could not be installed: {error}")
        return 0
    logging.disable(logging.CRITICAL)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    loop = asyncio.new_event_loop()  # ib_async keeps the first it has seen
    asyncio.set_event_loop(loop)
    for kind in STATE_KINDS:
        messages = frames(folder / "corpus", kind)
        works = {"ib_async, decoding": (0, ib_async_decoding(ib_async, messages), len(messages)),
                 "ib_async, bytes to its state": (1, ib_async_state(ib_async, b"".join(messages)), len(messages)),
                 "the vendor's in Python, decoding": (0, vendor_decoding(messages), len(messages))}
        times, ratios = in_turn(folder / "bench_state", kind, works)
        for name, taken in times.items():
            ratio = f"  {ratios[name]:6.1f} times ours" if name in ratios else ""
            print(f"{kind:10}  {name:34} {taken:9.1f} ns a message{ratio}", flush=True)
    pairs = [(flood_ours(folder / "bench_flood"), flood_ib_async(folder / "bench_flood", loop)) for _ in range(ROUNDS)]
    print(f"flood from the socket: ours {statistics.median(own for own, _ in pairs) / 1e6:.2f}, ib_async "
          f"{statistics.median(theirs for _, theirs in pairs) / 1e6:.3f} million a second; ours/ib_async "
          f"{statistics.median(own / theirs for own, theirs in pairs):.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
