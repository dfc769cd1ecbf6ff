"""The TWS protocol from outside, for tests of the program: a proxy that keeps what a client says, and a gateway of a few
lines that says what a test wants."""

import contextlib
import socket
import struct
import threading


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


def frames(stream):
    """The payloads of a client's stream after its "API\\0"; the last may not be whole."""
    assert stream[:4] == b"API\0", stream[:20]
    found, at = [], 4
    while at < len(stream):
        (length,) = struct.unpack_from(">I", stream, at)
        found.append(stream[at + 4 : at + 4 + length])
        at += 4 + length
    return found


class Listener:
    """Calls `serve(socket)` on a thread of its own for every connection to a free port. Whatever it raises comes out at
    the end, except that the peer is gone."""

    def __init__(self, serve):
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self._sockets = []
        self._threads = []
        self._errors = []
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(connection)
            self._threads.append(threading.Thread(target=self._run, args=[connection]))
            self._threads[-1].start()

    def _run(self, connection):
        try:
            self._serve(connection)
        except ConnectionError:
            pass
        except Exception as error:
            self._errors.append(error)
        finally:
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]


class Proxy(Listener):
    """Between one client and a gateway: `said` is every byte the client sent, `closed_by` who went first."""

    def __init__(self, port):
        self._port = port
        self.said = b""
        self.closed_by = None
        super().__init__(self._forward)

    def _forward(self, client):
        with socket.create_connection(("127.0.0.1", self._port)) as gateway:
            back = threading.Thread(target=self._pump, args=[gateway, client, "gateway"])
            back.start()
            self._pump(client, gateway, "client")
            back.join()

    def _pump(self, source, sink, name):
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                if name == "client":
                    self.said += piece
                sink.sendall(piece)
        self.closed_by = self.closed_by or name
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


class TinyGateway(Listener):
    """Shakes hands, then names these accounts, one message each; answers nothing else. `said` is what the client sent
    until it closed."""

    def __init__(self, *account_lists, version=b"176"):
        self._account_lists = account_lists
        self._version = version
        self.said = b""
        super().__init__(self._greet)

    def _until(self, client, count):
        while self.said[:4] != b"API\0"[: len(self.said)] or len(frames(self.said) if len(self.said) >= 8 else []) < count:
            self._read(client)

    def _read(self, client):
        piece = client.recv(1 << 16)
        if not piece:
            raise ConnectionError("the client has closed")
        self.said += piece

    def _greet(self, client):
        self._until(client, 1)
        client.sendall(frame(self._version + b"\x0020131007 09:30:00 UTC\0"))
        self._until(client, 2)
        for accounts in self._account_lists:
            client.sendall(frame(b"15\x001\0" + accounts.encode() + b"\0"))
        client.sendall(frame(b"9\x001\x001\0"))
        while True:
            self._read(client)
