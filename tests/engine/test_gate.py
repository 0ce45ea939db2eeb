from imnb.engine.gate import ReadingGate


class FakeLink:
    def __init__(self):
        self.calls = []

    def pause_reading(self):
        self.calls.append("pause")

    def resume_reading(self):
        self.calls.append("resume")


def test_the_last_reason_opens_the_gate():
    gate, link = ReadingGate(), FakeLink()
    gate.attach(link)
    gate.pause("store")
    gate.pause("store")
    gate.pause("stream")
    gate.resume("store")
    gate.resume("store")
    gate.resume("never given")
    assert link.calls == ["pause"]
    assert gate.is_paused
    gate.resume("stream")
    assert link.calls == ["pause", "resume"]
    assert not gate.is_paused


def test_reasons_outlive_a_connection():
    gate, first, second = ReadingGate(), FakeLink(), FakeLink()
    gate.attach(first)
    gate.pause("store")
    gate.attach(None)
    gate.attach(second)
    assert second.calls == ["pause"]
    assert "store" in repr(gate)
    gate.resume("store")
    assert (first.calls, second.calls) == (["pause"], ["pause", "resume"])
