from imnb.engine.send_order import SendOrder


def leave(order, waiting):
    """Everybody, in the order in which they are let go."""
    left = []
    while waiting:
        (first,) = [key for key in waiting if order.is_first(key)]
        order.remove(first, waiting.pop(first))
        left.append(first)
    return left


def test_priority_first_then_arrival():
    order, waiting = SendOrder(), {1: 0, 2: 5, 3: 0, 4: -1, 5: 5}
    for key, priority in waiting.items():
        order.add(key, priority)
    assert repr(order) == "<SendOrder: 5 wait>"
    assert leave(order, waiting) == [2, 5, 1, 3, 4]
    assert repr(order) == "<SendOrder: 0 wait>"


def test_who_gives_up_in_the_middle_is_skipped():
    order = SendOrder()
    for key in range(3):
        order.add(key, 0)
    order.remove(0, 0)
    assert leave(order, {1: 0, 2: 0}) == [1, 2]
