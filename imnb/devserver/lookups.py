"""``GET /v1/users`` and ``GET /v1/groups``: who there is, page by page."""

from aiohttp import web

from imnb.devserver.answers import Problem, answer
from imnb.devserver.bearer import Bearer
from imnb.devserver.world import World
from imnb.models.conversation import ConversationKind
from imnb.pb import gateway_pb2 as pb

USERS_PER_PAGE = 1_000
PAGE_BYTES = 512 * 1024
"""Of groups with their members; a page has one at least."""


class Lookups:
    """Reads the world for HTTP."""

    def __init__(self, world: World, bearer: Bearer) -> None:
        self._world = world
        self._bearer = bearer

    def __repr__(self) -> str:
        return f"<Lookups in {self._world!r}>"

    async def users(self, request: web.Request) -> web.Response:
        """Those that are asked for; without any, everybody."""
        self._bearer.user(request)
        after = request.query.get("after", "")
        wanted = request.query.getall("user", []) or self._world.accounts
        ids = sorted(user_id for user_id in set(wanted) if user_id > after)
        page = ids[:USERS_PER_PAGE]
        return answer(
            pb.UsersReply(
                users=self._world.users(page) if page else [],
                next=page[-1] if len(ids) > len(page) else "",
            )
        )

    async def groups(self, request: web.Request) -> web.Response:
        """Groups that the caller is in."""
        account = self._world.account(self._bearer.user(request))
        try:
            after = int(request.query.get("after", "0"))
        except ValueError:
            text = "after is the number that the last answer gave as next"
            raise Problem(400, "bad_request", text) from None
        reply = pb.GroupsReply()
        size = 0
        for room_id in sorted(one for one in account.rooms if one > after):
            room = self._world.rooms[room_id]
            if room.kind is not ConversationKind.GROUP:
                continue
            if size > PAGE_BYTES:
                reply.next = reply.groups[-1].conversation_id
                break
            group = self._world.describe(room, account.user_id)
            size += group.ByteSize()
            reply.groups.append(group)
        return answer(reply)
