"""What a channel's watchers saw, and what its calls left behind."""


def watch(channel):
    calls, states = [], []

    def look(call):
        if call not in calls:
            calls.append(call)
        states.append(call.state)

    channel.life.watch(look)
    return calls, states


def nothing_is_left(engine):
    channel = engine.channel
    counts = (engine.dispatcher.waiting, len(channel.retries), len(channel._lanes))
    return counts == (0, 0, 0) and not channel.log._live
