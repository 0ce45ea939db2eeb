"""The contacts of one account, and which of them changed since when."""

from collections.abc import Iterator

from imnb.models.ids import UserId
from imnb.pb import model_pb2 as model
from imnb.pb.chat_pb2 import ListContactsReply


class AddressBook:
    """Every change takes the next version; what was removed is remembered.

    Both are bounded by the number of accounts, for each contact has one.

    Attributes:
        version: of the newest change, 0 when there was none.
    """

    def __init__(self) -> None:
        self.version = 0
        self._contacts: dict[UserId, model.Contact] = {}
        self._moved: dict[UserId, int] = {}
        """Version of everybody's newest change, in its order."""

    def __repr__(self) -> str:
        return f"<AddressBook {len(self._contacts)} contacts, version {self.version}>"

    def __len__(self) -> int:
        return len(self._contacts)

    def __iter__(self) -> Iterator[model.Contact]:
        return iter(list(self._contacts.values()))

    def get(self, user_id: UserId) -> model.Contact | None:
        """One contact."""
        return self._contacts.get(user_id)

    def put(self, contact: model.Contact) -> None:
        """Add or replace one."""
        user_id = UserId(contact.user_id)
        self._contacts[user_id] = contact
        self._move(user_id)

    def remove(self, user_id: UserId) -> None:
        """Remove one that is there."""
        del self._contacts[user_id]
        self._move(user_id)

    def since(self, version: int, max_bytes: int) -> ListContactsReply:
        """What changed above ``version``; the whole if nothing is known there.

        When it is too much for one reply, its version is how far it got: asking
        above that one goes on.
        """
        is_known = 0 < version <= self.version
        reply = ListContactsReply(whole=not is_known, version=self.version)
        size = 0
        for user_id, moved in self._moved.items():
            if is_known and moved <= version:
                continue
            if size > max_bytes:
                return reply
            contact = self._contacts.get(user_id)
            if contact is not None:
                reply.contacts.append(contact)
                size += contact.ByteSize()
            elif is_known:
                reply.removed.append(user_id)
                size += len(user_id)
            reply.version = moved
        return reply

    def _move(self, user_id: UserId) -> None:
        self.version += 1
        self._moved.pop(user_id, None)  # to the end
        self._moved[user_id] = self.version
