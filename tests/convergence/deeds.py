"""What the clients of a run do, through the calls that a notebook has."""

import datetime

from imnb.errors import ConfigError

EMOJI = ("+1", "heart", "tada")
SHOWN = "SELECT conversation_id, seq FROM message WHERE kind <> 'part'"
MINE = f"{SHOWN} AND sender_id = ? AND kind = 'text' "
ALIVE = "AND revoked_at IS NULL ORDER BY ALL"


async def do(who, what, dice, town):
    """One deed of a resident; whom and what it is about is up to the dice."""
    await DEEDS[what](who, dice, town)


async def send(who, dice, town):
    room = await a_room(who, dice)
    mentions = dice.choice([(), (), ("*",), (dice.choice(town.users),)])
    text = f"{who.name} {town.next_number()}"
    await who.send_text(room, text, mentions=mentions, wait=False)
    who.stored.append((room, text))


async def burst(who, dice, town):
    room = await a_room(who, dice)
    for _ in range(8):
        text = f"{who.name} {town.next_number()}"
        await who.send_text(room, text, wait=False)
        who.stored.append((room, text))


async def long(who, dice, town):
    """A text that is sent in parts."""
    room = await a_room(who, dice)
    text = f"{who.name} {town.next_number()}{' and more' * 10}"
    await who.send_text(room, text, mentions=dice.choice([(), ("*",)]), wait=False)
    who.stored.append((room, text))


async def edit(who, dice, town):
    place = await a_place(who, dice, MINE + ALIVE, [who.user])
    await who.edit(
        place, f"edited {town.next_number()}", mentions=dice.choice([None, ["*"]])
    )


async def revoke(who, dice, town):
    anyone = f"{SHOWN} ORDER BY ALL"
    if dice.random() < 0.3:  # as an owner, or in vain
        await who.revoke(await a_place(who, dice, anyone, []))
    else:
        await who.revoke(await a_place(who, dice, MINE + ALIVE, [who.user]))


async def react(who, dice, town):
    await who.react(await any_place(who, dice), dice.choice(EMOJI))


async def unreact(who, dice, town):
    await who.unreact(await any_place(who, dice), dice.choice(EMOJI))


async def read(who, dice, town):
    await who.mark_read(await a_room(who, dice))


async def direct(who, dice, town):
    await who.open_direct(dice.choice(town.users))


async def group(who, dice, town):
    members = dice.sample(town.users, dice.randint(1, len(town.users)))
    await who.create_group(f"group {town.next_number()}", members)


async def rename(who, dice, town):
    await who.groups.rename(await a_group(who, dice), f"title {town.next_number()}")


async def add(who, dice, town):
    await who.groups.add(await a_group(who, dice), [dice.choice(town.users)])


async def remove(who, dice, town):
    await who.groups.remove(await a_group(who, dice), [dice.choice(town.users)])


async def leave(who, dice, town):
    await who.groups.leave(await a_group(who, dice))


async def pin(who, dice, town):
    change = who.preferences.pin if dice.random() < 0.7 else who.preferences.unpin
    await change(await a_room(who, dice))


async def mute(who, dice, town):
    await who.preferences.mute(await a_room(who, dice), datetime.timedelta(hours=1))


async def draft(who, dice, town):
    text = dice.choice(["", f"draft {town.next_number()}"])
    await who.preferences.set_draft(await a_room(who, dice), text)


async def contact(who, dice, town):
    alias = dice.choice(["", f"alias {town.next_number()}"])
    await who.contacts.add(dice.choice(town.users), alias)


async def uncontact(who, dice, town):
    await who.contacts.remove(dice.choice(town.users))


async def profile(who, dice, town):
    await who.update_profile(f"Name {town.next_number()}")


async def a_room(who, dice):
    return await _one(who, dice, "SELECT conversation_id FROM conversation ORDER BY 1")


async def a_group(who, dice):
    sql = "SELECT conversation_id FROM conversation WHERE kind = 2 ORDER BY 1"
    return await _one(who, dice, sql)


async def any_place(who, dice):
    return await a_place(who, dice, f"{SHOWN} ORDER BY ALL", [])


async def a_place(who, dice, sql, params):
    rows = await who.db.fetch(sql, params)
    if not rows:
        raise ConfigError("there is nothing yet")
    return dice.choice(rows[-10:])  # of the newest, so that several do it to one


async def _one(who, dice, sql):
    rows = await who.db.fetch(sql)
    if not rows:
        raise ConfigError("there is nothing yet")
    return dice.choice(rows)[0]


DEEDS = {
    function.__name__: function
    for function in (
        send, burst, long, edit, revoke, react, unreact, read, direct, group, rename,
        add, remove, leave, pin, mute, draft, contact, uncontact, profile,
    )
}  # fmt: skip
