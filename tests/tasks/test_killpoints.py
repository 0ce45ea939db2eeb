from imnb.tasks import killpoints


def test_nothing_happens_unless_asked():
    killpoints.reached("ledger.before_commit")


def test_a_hook_is_told_the_place(monkeypatch):
    seen = []
    monkeypatch.setattr(killpoints, "hook", seen.append)
    killpoints.reached("ledger.before_commit")
    assert seen == ["ledger.before_commit"]
