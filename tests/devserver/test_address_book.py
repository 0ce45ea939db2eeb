from imnb.devserver.address_book import AddressBook
from imnb.pb.model_pb2 import Contact

PAGE = 10_000


def book(*names):
    made = AddressBook()
    for name in names:
        made.put(Contact(user_id=name))
    return made


def since(made, version, max_bytes=PAGE):
    reply = made.since(version, max_bytes)
    names = [contact.user_id for contact in reply.contacts]
    return names, list(reply.removed), reply.version, reply.whole


def test_an_empty_book():
    assert since(book(), 0) == ([], [], 0, True)
    assert len(book()) == 0


def test_who_knows_nothing_gets_the_whole_without_what_was_removed():
    made = book("bob", "carol", "dave")
    made.remove("carol")
    assert since(made, 0) == (["bob", "dave"], [], 4, True)
    assert [contact.user_id for contact in made] == ["bob", "dave"]


def test_who_knows_something_gets_what_changed():
    made = book("bob", "carol")
    made.put(Contact(user_id="bob", alias="Bobby"))
    made.remove("carol")
    assert since(made, 2) == (["bob"], ["carol"], 4, False)
    assert since(made, 4) == ([], [], 4, False)
    assert made.get("bob").alias == "Bobby"


def test_a_version_that_never_was_gets_the_whole():
    for version in (-1, 3):
        assert since(book("bob", "carol"), version) == (["bob", "carol"], [], 2, True)


def test_a_large_book_comes_in_pieces():
    names = [f"user{number}" for number in range(100)]
    made, found, version = book(*names), [], 0
    for _ in range(100):
        more, _, version, whole = since(made, version, max_bytes=50)
        assert whole is (not found)
        found += more
        if version == made.version:
            break
    assert found == names
