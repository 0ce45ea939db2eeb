from imnb.models import ids


def test_ids_cost_nothing_at_run_time():
    assert ids.ConversationId(7) == 7
    assert ids.UserId("alice") == "alice"
