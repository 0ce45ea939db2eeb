import pytest

from imnb.viewmodels.letters import LONGEST, OTHER, folded, letter, place


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Bob", "bob"),
        ("  Élodie ", "elodie"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ＦＵＬＬ", "full"),  # noqa: RUF001
        ("\u202eevil", "evil"),
        ("Z" + "\u0351" * 50 + "algo", "zalgo"),
        ("花子", "花子"),
        ("", ""),
    ],
)
def test_texts_that_look_alike_are_the_same(text, plain):
    assert folded(text) == plain


@pytest.mark.parametrize("text", ["x" * 100_000, "é" * 100_000, "ﷺ" * 100_000])
def test_only_the_beginning_of_a_long_text_counts(text):
    assert len(folded(text)) <= 2 * LONGEST


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Bob", "B"),
        ("élodie", "E"),
        ("Ünal", "U"),
        ("Яна", "Я"),
        ("Ωmega", "Ω"),
        ("42", OTHER),
        ("花子", OTHER),
        ("-", OTHER),
        ("", OTHER),
        ("\u202e<script>", OTHER),
    ],
)
def test_the_letter_that_a_name_is_under(name, group):
    assert letter(folded(name)) == group


def test_the_order_is_that_of_the_headings():
    names = ["42", "zoe", "bob", "bo", "花子"]
    found = sorted(names, key=lambda name: place(letter(name), name))
    assert found == ["bo", "bob", "zoe", "42", "花子"]
    assert place("", "zoe") < place("A", "anna") < place(OTHER, "0")
