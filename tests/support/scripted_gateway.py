"""A gateway that answers as a test wants, in protobuf at server version 226: what it sends are real bytes of the protocol,
written here from the field numbers alone. Without a script it is a healthy paper gateway."""

import socket
import struct
import time

from wire import Listener, frame

VERSION = 226
OFFSET = 200  # of the ids of protobuf messages

# Messages of the gateway.
TICK_PRICE, TICK_SIZE, ORDER_STATUS, ERROR, OPEN_ORDER, NEXT_VALID_ID, CONTRACT_DATA = 1, 2, 3, 4, 5, 9, 10
MARKET_DEPTH, MANAGED_ACCOUNTS, CURRENT_TIME, CONTRACT_DATA_END, OPEN_ORDERS_END, MARKET_DATA_TYPE = 12, 15, 49, 52, 53, 58
POSITION, POSITION_END, CHAIN, CHAIN_END, SYMBOL_SAMPLES, PNL, TICK_BY_TICK = 61, 62, 75, 76, 79, 94, 99
CURRENT_TIME_IN_MILLIS, CONFIG = 109, 110

# Requests of the client.
(REQ_MKT_DATA, PLACE_ORDER, CANCEL_ORDER, REQ_OPEN_ORDERS, REQ_IDS, REQ_CONTRACT_DATA, REQ_MKT_DEPTH, REQ_CURRENT_TIME, REQ_POSITIONS,
 START_API, REQ_CHAIN, REQ_MATCHING_SYMBOLS, REQ_PNL, REQ_TICK_BY_TICK, REQ_CURRENT_TIME_IN_MILLIS, REQ_CONFIG) = (
    1, 3, 4, 5, 8, 9, 10, 49, 61, 71, 78, 81, 92, 97, 105, 108)


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def message(fields):
    """Field number -> value: int and bool are varints, float is a double, str and bytes have a length; a list repeats."""
    out = b""
    for number, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, float):
                out += varint(number << 3 | 1) + struct.pack("<d", each)
            elif isinstance(each, int):
                out += varint(number << 3) + varint(each)
            else:
                data = each.encode() if isinstance(each, str) else each
                out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def fields_of(body):
    """Field number -> list of values; doubles as floats, what has a length as bytes."""
    found, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = body[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(body):
        key = number()
        if key & 7 == 0:
            value = number()
        elif key & 7 == 1:
            (value,) = struct.unpack_from("<d", body, at)
            at += 8
        elif key & 7 == 2:
            length = number()
            value = body[at : at + length]
            at += length
        else:
            raise ValueError(f"wire type {key & 7}")
        found.setdefault(key >> 3, []).append(value)
    return found


def said(message_id, fields):
    return frame(struct.pack(">i", message_id + OFFSET) + message(fields))


def error(request_id, code, text):
    return said(ERROR, {1: request_id, 2: int(time.time() * 1000), 3: code, 4: text})


def stock(con_id=265598, symbol="AAPL", primary="NASDAQ"):
    return {1: con_id, 2: symbol, 3: "STK", 8: "SMART", 9: primary, 10: "USD", 11: symbol, 12: "NMS"}


def config(read_only=False, bypass=True):
    return {4: message({1: message({1: bypass}), 2: message({1: read_only})})}


def id_of(request):
    return request[1][0]


class ScriptedGateway(Listener):
    """`answers` replaces what is said to a request: its id -> a function of the request's fields that gives frames, or None
    to say nothing. `requests` are the (id, fields) that came, of all connections."""

    def __init__(self, answers=None, accounts="DU0000000", order_id=1, notices=((2104, "Market data farm connection is OK:usfarm"),),
                 clock=0):
        self.requests = []
        self._clock = clock
        self._answers = {
            START_API: lambda request: [
                *([said(MANAGED_ACCOUNTS, {1: accounts})] if accounts is not None else []),
                *([said(NEXT_VALID_ID, {1: order_id})] if order_id is not None else []),
                *(error(-1, code, text) for code, text in notices),
            ],
            REQ_CURRENT_TIME: lambda request: [said(CURRENT_TIME, {1: int(time.time() + self._clock)})],
            REQ_CURRENT_TIME_IN_MILLIS: lambda request: [said(CURRENT_TIME_IN_MILLIS, {1: int((time.time() + self._clock) * 1000)})],
            REQ_CONFIG: lambda request: [said(CONFIG, {1: id_of(request), **config()})],
            REQ_OPEN_ORDERS: lambda request: [said(OPEN_ORDERS_END, {})],
            REQ_IDS: lambda request: [said(NEXT_VALID_ID, {1: order_id})],
            REQ_CONTRACT_DATA: lambda request: [
                said(CONTRACT_DATA, {1: id_of(request), 2: message(stock()), 3: message({2: "0.01", 7: "APPLE INC"})}),
                said(CONTRACT_DATA_END, {1: id_of(request)}),
            ],
            REQ_MKT_DATA: lambda request: ticks(request, 1),
            PLACE_ORDER: lambda request: [what_if_answer(request)],
            **(answers or {}),
        }
        super().__init__(self._serve)

    def _serve(self, client):
        stream = b""

        def take(count):
            """The next bytes, once they have all come."""
            nonlocal stream
            while len(stream) < count:
                piece = client.recv(1 << 16)
                if not piece:
                    raise ConnectionError("the client has closed")
                stream += piece
            taken, stream = stream[:count], stream[count:]
            return taken

        def payload():
            return take(struct.unpack(">I", take(4))[0])

        assert take(4) == b"API\0"
        payload()  # the versions it offers
        client.sendall(frame(f"{VERSION}\0".encode() + b"20131007 09:30:00 UTC\0"))
        while True:
            body = payload()
            request_id, request = struct.unpack_from(">i", body)[0] - OFFSET, fields_of(body[4:])
            self.requests.append((request_id, request))
            answer = self._answers.get(request_id)
            for each in answer(request) if answer is not None else []:
                if each is CLOSE:
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(each)


CLOSE = object()  # instead of a frame: the connection ends here


def ticks(request, kind, bid=200.0, ask=200.01):
    """A bid and an ask of market data of this kind."""
    number = id_of(request)
    bid_type, ask_type = (1, 2) if kind < 3 else (66, 67)
    return [
        said(MARKET_DATA_TYPE, {1: number, 2: kind}),
        said(TICK_PRICE, {1: number, 2: bid_type, 3: bid, 4: "300"}),
        said(TICK_PRICE, {1: number, 2: ask_type, 3: ask, 4: "200"}),
    ]


def order_of(request):
    """The order id, and the fields of the order that a placeOrder carries."""
    return request[1][0], fields_of(request[3][0])


def what_if_answer(request, **state):
    order_id, order = order_of(request)
    values = {1: "PreSubmitted", 5: 102.0, 8: 102.0, 11: 1.0, 14: "USD", 15: "USD"} if not state else state["values"]
    return said(OPEN_ORDER, {1: order_id, 2: message(stock()), 3: message({1: order.get(1, [0])[0], 2: order_id, 5: "BUY", 6: "1", 8: "LMT", 65: True}),
                             4: message(values)})
