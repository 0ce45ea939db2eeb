"""Three uses of one picker: they differ in what is here, and in nothing else.

What is chosen fits the call that follows: `Client.forward`, `Client.create_group`
and the mentions of `Client.send_text`, or `Groups.remove`.
"""

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from imnb.errors import CallError, ConfigError, ConnectionLost
from imnb.live.snapshot import Row as Values
from imnb.live.snapshot import Snapshot
from imnb.models.content import MAX_MENTIONS
from imnb.models.conversation import Conversation, ConversationKind
from imnb.viewmodels.choices import JoinedChoices, ReadChoices, SourceChoices
from imnb.viewmodels.display import Counted, Line, PlainList, Row, RowLook
from imnb.viewmodels.picker_setup import PickerSetup, Validator
from imnb.viewmodels.rows import RowSource
from imnb.viewmodels.selection_rule import SelectionRule

if TYPE_CHECKING:
    import pandas

MAX_GROUP = 999
"""People beside me; a server takes no larger group."""
EVERYBODY = "*"
"""In place of a user: a mention of all."""
COLUMNS = ("key", "name", "about", "rev")
_MEMBERS = """
    SELECT m.user_id AS user_id, m.role AS role,
           coalesce(nullif(k.alias, ''), nullif(u.name, ''), nullif(m.name, ''),
                    m.user_id) AS name
    FROM members m LEFT JOIN users u USING (user_id)
        LEFT JOIN contacts k ON k.user_id = m.user_id
    WHERE m.conversation_id = ? AND m.user_id <> ?
"""


class Asked(Protocol):
    """What is asked of a client."""

    @property
    def user(self) -> str:
        """My id."""

    def conversation_source(self) -> RowSource:
        """My conversations, live."""

    def user_source(self) -> RowSource:
        """Everybody who was heard of, live."""

    async def users(self) -> "pandas.DataFrame":
        """Hear of everybody."""

    async def sql(self, query: str, params: Any = None) -> "pandas.DataFrame":
        """Ask the store."""


class TwoLines:
    """A name and what it is."""

    def look(self, row: Row) -> RowLook:
        """See `RowDisplay.look`."""
        return RowLook(row["name"], row["about"], str(row["key"]))

    def lines(self, row: Row) -> list[Line]:
        """See `DetailDisplay.lines`."""
        return [(row["name"], row["about"])]


@dataclasses.dataclass(frozen=True, slots=True)
class StarFirst(PlainList):
    """Everybody at once stands before all others."""

    def group(self, row: Row, letter: str) -> str:
        """See `ListDisplay.group`."""
        return "" if row["key"] == EVERYBODY else letter


def forward_target(client: Asked, validate: Validator | None = None) -> PickerSetup:
    """One user or group, for `Client.forward`."""
    groups = SourceChoices(client.conversation_source())
    people = _people(client)
    return PickerSetup(
        choices=JoinedChoices(COLUMNS, [(groups, _group), (people, _person(client))]),
        list=PlainList("Forward to"),
        row=TwoLines(),
        detail=TwoLines(),
        selection=Counted("Forward"),
        rule=SelectionRule.one(),
        validate=validate,
    )


def group_people(
    client: Asked, fixed: Iterable[str] = (), validate: Validator | None = None
) -> PickerSetup:
    """Many people, for `Client.create_group` or `Groups.add`.

    Args:
        client: whose contacts they are.
        fixed: those who are in it already.
        validate: as in `PickerSetup`.
    """
    inside = frozenset(fixed) - {client.user}
    return PickerSetup(
        choices=JoinedChoices(
            COLUMNS, [(_people(client), _person(client, others=True))]
        ),
        list=PlainList("People of the group"),
        row=TwoLines(),
        detail=TwoLines(),
        selection=Counted("Add" if inside else "Create group"),
        rule=SelectionRule.many(maximum=MAX_GROUP - len(inside), fixed=inside),
        validate=validate,
    )


def members_to_mention(
    client: Asked, conversation: Conversation | int, validate: Validator | None = None
) -> PickerSetup:
    """Members of a conversation or all of them, for ``send_text(mentions=…)``."""
    everybody = (EVERYBODY, "Everybody", "all members", 0)
    return PickerSetup(
        choices=_members(client, _id_of(conversation), (everybody,)),
        list=StarFirst("Mention", "Nobody else is in here"),
        row=TwoLines(),
        detail=TwoLines(),
        selection=Counted("Mention"),
        rule=SelectionRule.many(maximum=MAX_MENTIONS),
        validate=validate,
    )


def members_to_remove(
    client: Asked, conversation: Conversation | int, validate: Validator | None = None
) -> PickerSetup:
    """Members of a group whom its owner puts out, for `Groups.remove`."""
    return PickerSetup(
        choices=_members(client, _id_of(conversation)),
        list=PlainList("Remove from the group", "Nobody else is in here"),
        row=TwoLines(),
        detail=TwoLines(),
        selection=Counted("Remove"),
        rule=SelectionRule.many(),
        validate=validate or _only_owner(client, _id_of(conversation)),
    )


USES: Mapping[str, Callable[..., PickerSetup]] = {
    "forward": forward_target,
    "group": group_people,
    "mention": members_to_mention,
    "remove": members_to_remove,
}


def setup_for(client: Asked, use: str, **options: Any) -> PickerSetup:
    """What a client's picker is for, by name.

    Raises:
        ConfigError: there is no such use, or it takes other options.
    """
    if use not in USES:
        raise ConfigError(f"no picker {use!r}; there are: {', '.join(USES)}")
    try:
        return USES[use](client, **options)
    except TypeError as error:
        raise ConfigError(f"picker {use!r}: {error}") from error


def _id_of(conversation: Conversation | int) -> int:
    if isinstance(conversation, Conversation):
        return conversation.conversation_id
    return conversation


def _people(client: Asked) -> SourceChoices:
    async def hear_of_everybody() -> None:
        # Without a connection there are those who were heard of before.
        with contextlib.suppress(CallError, ConnectionLost):
            await client.users()

    return SourceChoices(client.user_source(), hear_of_everybody)


def _person(client: Asked, *, others: bool = False) -> Callable[[Row], Values | None]:
    """A row for somebody; ``others``: none for me."""

    def row(user: Row) -> Values | None:
        is_me = user["user_id"] == client.user
        about = "Notes to myself" if is_me else user["user_id"]
        made = (user["user_id"], user["name"], about, user["rev"])
        return None if is_me and others else made

    return row


def _group(conversation: Row) -> Values | None:
    """A row for a group; direct conversations are their people's rows."""
    if conversation["kind"] != ConversationKind.GROUP:
        return None
    about = f"Group, {conversation['member_count']} members"
    key = conversation["conversation_id"]
    return key, conversation["title"], about, conversation["rev"]


def _members(
    client: Asked, conversation_id: int, first: tuple[Values, ...] = ()
) -> ReadChoices:
    async def read() -> Snapshot:
        found = await client.sql(_MEMBERS, [conversation_id, client.user])
        rows = found[["user_id", "name", "role"]].itertuples(index=False, name=None)
        people = tuple((*row[:2], f"{row[0]}, {row[2]}", 0) for row in rows)
        return Snapshot(COLUMNS, first + people if people else ())

    return ReadChoices(read)


def _only_owner(client: Asked, conversation_id: int) -> Validator:
    async def validate(_keys: object) -> str:
        found = await client.sql(
            "SELECT role FROM members WHERE conversation_id = ? AND user_id = ?",
            [conversation_id, client.user],
        )
        is_owner = list(found["role"]) == ["owner"]
        return "" if is_owner else "Only the owner of a group can remove others"

    return validate
