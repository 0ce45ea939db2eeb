"""The same bytes into the same table by a bare loop, with no imnb around it.

One blocking socket, AES-GCM, protobuf, a tuple a message, and a transaction for
every 2,000 rows. What a store needs beside its rows (cursor, conversations,
revisions, order, errors) is left out: this is the floor, not a rival. The table
is one of DuckDB, or of the SQLite that one would take instead.
"""

import contextlib
import pathlib
import socket
import sqlite3
import struct
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator

import duckdb
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from imnb.config import Endpoint
from imnb.pb.envelope_pb2 import Envelope
from imnb.pb.session_pb2 import PingRequest
from imnb.pb.sync_pb2 import EventPush
from imnb.store.appending import Appending
from imnb.wire.commands import builtin_commands
from imnb.wire.frame import Flag, Kind, pack_frame, pack_header
from imnb.wire.noise import Handshake, Role
from imnb.wire.session import prologue
from tests.bench.report import Figure
from tests.bench.source import ENVIRONMENT

GROUP = 2_000
HEADER = 8
TAG = 16
TABLE = """CREATE TABLE message (
    conversation_id BIGINT, seq BIGINT, client_id VARCHAR, sender_id VARCHAR,
    kind VARCHAR, "text" VARCHAR, content BLOB, sent_at BIGINT, event_seq BIGINT,
    rev BIGINT, PRIMARY KEY (conversation_id, seq))"""


Keep = Callable[[list[tuple[object, ...]]], object]
"""Stores rows in a transaction of their own."""


@contextlib.contextmanager
def _duckdb(folder: pathlib.Path, messages: int) -> Iterator[Keep]:
    with duckdb.connect(str(folder / "bare.duckdb")) as duck:
        duck.execute(TABLE)
        appending = Appending(duck)

        def keep(rows: list[tuple[object, ...]]) -> None:
            duck.execute("BEGIN")
            appending.send("message", rows)
            duck.execute("COMMIT")

        yield keep
        assert duck.execute("SELECT count(*) FROM message").fetchone() == (messages,)


@contextlib.contextmanager
def _sqlite(folder: pathlib.Path, messages: int) -> Iterator[Keep]:
    path = folder / "bare.sqlite"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as lite:
        lite.execute("PRAGMA journal_mode = WAL")
        lite.execute("PRAGMA synchronous = NORMAL")
        lite.execute(TABLE)
        insert = f"INSERT INTO message VALUES ({', '.join('?' * 10)})"

        def keep(rows: list[tuple[object, ...]]) -> None:
            lite.execute("BEGIN")
            lite.executemany(insert, rows)
            lite.execute("COMMIT")

        yield keep
        assert lite.execute("SELECT count(*) FROM message").fetchone() == (messages,)


TABLES = {"bare": _duckdb, "bare SQLite": _sqlite}


def measure(
    endpoint: Endpoint, key: bytes, messages: int, name: str = "bare"
) -> list[Figure]:
    """Read ``messages`` from the source into one of `TABLES`."""
    with (
        tempfile.TemporaryDirectory(prefix="imnb-bench-") as folder,
        TABLES[name](pathlib.Path(folder), messages) as keep,
        socket.create_connection((endpoint.host, endpoint.port)) as connected,
    ):
        wall, cpu = time.perf_counter(), time.process_time()
        _receive(connected, key, messages, keep)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return [
        Figure(name, "messages", messages / wall, "1/s"),
        Figure(name, "CPU", cpu / messages * 1e6, "µs/message"),
    ]


def _receive(connected: socket.socket, key: bytes, messages: int, keep: Keep) -> None:
    sealing, opening = _shake_hands(connected, key)
    _ask(connected, sealing)
    rows: list[tuple[object, ...]] = []
    rev, nonce, buffer = 0, 1, b""
    _, buffer = _frame(connected, buffer)  # the answer to the Ping
    while messages > 0:
        start = 0
        while len(buffer) - start >= HEADER:
            end = start + HEADER + int.from_bytes(buffer[start + 4 : start + HEADER])
            if end > len(buffer):
                break
            header, body = buffer[start : start + HEADER], buffer[start + HEADER : end]
            start = end
            plain = opening.decrypt(struct.pack(">4xQ", nonce), body, header)
            nonce += 1
            if header[3] & Flag.COMPRESSED:
                plain = zlib.decompress(plain)
            for event in EventPush.FromString(Envelope.FromString(plain).body).events:
                one = event.message
                rows.append(
                    (
                        one.conversation_id,
                        one.seq,
                        one.client_id,
                        one.sender_id,
                        one.kind,
                        one.text,
                        one.content,
                        one.sent_at,
                        event.event_seq,
                        rev,
                    )
                )
        buffer = buffer[start:]
        if len(rows) >= GROUP or len(rows) >= messages:
            keep(rows)
            messages -= len(rows)
            rows, rev = [], rev + 1
        if messages > 0:
            buffer += connected.recv(1 << 16)


def _shake_hands(connected: socket.socket, key: bytes) -> tuple[AESGCM, AESGCM]:
    shaking = Handshake(Role.CLIENT, key, prologue(ENVIRONMENT))
    connected.sendall(pack_frame(Kind.HANDSHAKE, 0, shaking.write()))
    answer, _ = _frame(connected, b"")
    shaking.read(answer[HEADER:])
    sealing, opening = shaking.split()
    return AESGCM(sealing), AESGCM(opening)


def _ask(connected: socket.socket, sealing: AESGCM) -> None:
    command = builtin_commands().command_of(PingRequest)
    plain = Envelope(command=command, ask_id=1).SerializeToString()
    header = pack_header(Kind.DATA, Flag.ENCRYPTED, len(plain) + TAG)
    connected.sendall(header + sealing.encrypt(bytes(12), plain, header))


def _frame(connected: socket.socket, buffer: bytes) -> tuple[bytes, bytes]:
    while len(buffer) < HEADER or len(buffer) < HEADER + int.from_bytes(buffer[4:8]):
        received = connected.recv(1 << 16)
        assert received, "the source ended"
        buffer += received
    end = HEADER + int.from_bytes(buffer[4:8])
    return buffer[:end], buffer[end:]
