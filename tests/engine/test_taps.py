import asyncio

from imnb.engine.taps import harmless


async def test_a_tap_that_fails_is_reported_once_and_then_left_alone():
    reported, seen = [], []

    def tap(outbound, wire, plain):
        seen.append(wire)
        raise ZeroDivisionError

    watch = harmless(tap, lambda name, error: reported.append((name, type(error))))
    watch(True, b"one", b"")
    watch(False, b"two", b"")
    assert reported == [("tap", ZeroDivisionError)]
    assert seen == [b"one"]


async def test_what_a_thread_sends_is_seen_on_the_loop():
    seen = []
    watch = harmless(lambda *frame: seen.append(frame), lambda name, error: None)
    watch(True, b"first", b"")
    await asyncio.to_thread(watch, True, b"beat", b"plain")
    await asyncio.sleep(0)
    assert seen == [(True, b"first", b""), (True, b"beat", b"plain")]


async def test_a_thread_is_not_kept_by_a_loop_that_has_ended():
    seen = []
    watch = harmless(lambda *frame: seen.append(frame), lambda name, error: None)

    async def elsewhere():
        watch(True, b"first", b"")

    def run():
        asyncio.run(elsewhere())

    await asyncio.to_thread(run)
    watch(True, b"late", b"")
    assert len(seen) == 1
