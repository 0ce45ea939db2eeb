"""What a channel's watchers saw."""


def watch(channel):
    calls, states = [], []

    def look(call):
        if call not in calls:
            calls.append(call)
        states.append(call.state)

    channel.life.watch(look)
    return calls, states
