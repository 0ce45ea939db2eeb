"""A server's whole state, new or read back from its data file."""

from collections.abc import AsyncIterator, Callable, Mapping

from google.protobuf.message import DecodeError

from imnb.devserver.actions import CHANGES
from imnb.devserver.announcements import announce
from imnb.devserver.identity import Identity
from imnb.devserver.ledger import Ledger
from imnb.devserver.receipts import DELIVERED, deliver
from imnb.devserver.record import Record
from imnb.devserver.refusal import Refusal
from imnb.devserver.tokens import Passwords, Tokens
from imnb.devserver.world import World
from imnb.errors import ConfigError, StoreCorrupt, StoreTooNew
from imnb.models.ids import UserId
from imnb.pb.sync_pb2 import AcknowledgeRequest
from imnb.wire.commands import builtin_commands

IDENTITY = "identity"
ACCOUNT = "account"
PASSWORD = "password"
ANNOUNCEMENT = "announcement"
DEFAULT_USERS = ("alice", "bob", "carol", "dave")
"""The accounts of a server that was given none; each one's password is its id."""


class Realm:
    """Identity, world and passwords: all that a data file brings back."""

    def __init__(self, identity: Identity, retention: int) -> None:
        self.identity = identity
        self.world = World(identity.epoch, retention=retention)
        self.passwords = Passwords(identity)
        self.tokens = Tokens(identity)

    def __repr__(self) -> str:
        return f"<Realm {self.identity.epoch}: {self.world!r}>"

    def redo(self, record: Record) -> None:
        """Make a change of the data file again; refused then, refused now.

        Raises:
            StoreTooNew: a kind of change that this version does not know.
            StoreCorrupt: its body does not parse.
        """
        try:
            self._change_for(record)()
        except Refusal:
            return
        except (DecodeError, UnicodeDecodeError):
            raise StoreCorrupt(f"a {record.kind} record does not parse") from None

    async def set_users(
        self, users: Mapping[str, str] | None, ledger: Ledger, now: int
    ) -> None:
        """Make the accounts and passwords that are not there yet.

        Raises:
            ConfigError: one of them is no user id.
        """
        if users is None:
            users = {} if self.world.accounts else {u: u for u in DEFAULT_USERS}
        for user, password in users.items():
            who = UserId(user)
            try:
                await self._set_user(who, password, ledger, now)
            except Refusal as refusal:
                raise ConfigError(f"user {user!r}: {refusal}") from None

    async def announce(self, who: UserId, text: str, ledger: Ledger, now: int) -> None:
        """Tell a user; everybody if ``who`` is empty.

        Raises:
            Refusal: no such account, or no text that a message may have.
        """
        record = Record(ANNOUNCEMENT, now, who, text.encode())
        await ledger.write(record, self._change_for(record))

    async def _set_user(
        self, who: UserId, password: str, ledger: Ledger, now: int
    ) -> None:
        if who not in self.world.accounts:
            name = who[:1].upper() + who[1:]
            record = Record(ACCOUNT, now, who, name.encode())
            await ledger.write(record, self._change_for(record))
        if not self.passwords.is_right(who, password):
            digest = self.passwords.digest(who, password)
            record = Record(PASSWORD, now, who, digest)
            await ledger.write(record, self._change_for(record))

    def _change_for(self, record: Record) -> Callable[[], object]:
        """What a record does, still to be called."""
        who, body = record.who, record.body
        if record.kind == ACCOUNT:
            return lambda: self.world.add_account(who, body.decode())
        if record.kind == PASSWORD:
            return lambda: self.passwords.set_digest(who, body)
        if record.kind == DELIVERED:
            seq = AcknowledgeRequest.FromString(body).event_seq
            return lambda: deliver(self.world, who, seq)
        if record.kind == ANNOUNCEMENT:
            return lambda: announce(self.world, who, body.decode(), record.now)
        change = CHANGES.get(record.kind)
        if change is None:
            raise StoreTooNew(
                f"the data file has a record of kind {record.kind!r}, which this "
                "version does not know: use the version that wrote it, or a later one"
            )
        request = builtin_commands().methods[record.kind].request
        return lambda: change(self.world, who, request.FromString(body), record.now)


async def restore(
    records: AsyncIterator[tuple[str, bytes]], retention: int
) -> Realm | None:
    """The realm that a data file describes; None when the file is empty.

    Raises:
        StoreCorrupt: it does not begin as a data file of a server does.
    """
    realm: Realm | None = None
    async for kind, payload in records:
        if realm is not None:
            realm.redo(Record.parse(kind, payload))
        elif kind == IDENTITY:
            realm = Realm(_identity(payload), retention)
        else:
            raise StoreCorrupt(
                f"the data file begins with a record of kind {kind!r}, not with the "
                "server's identity: give the file of an imnb server, or a new one"
            )
    return realm


def _identity(payload: bytes) -> Identity:
    try:
        return Identity.from_bytes(payload)
    except (KeyError, TypeError, ValueError):
        raise StoreCorrupt(
            "the server's identity in the data file is damaged"
        ) from None
