"""A name is known however it is typed, and means nobody by chance."""

import pytest

from bot.names import begins, named, within
from bot.planning.sheet import Staff

CAST = ("Asha", "Ben", "Zo\u00eb", "Anne-Marie Dee", "Anne Dee", "Bruno O'Dee", "Ben Henry Dee")
STAFF = tuple(Staff(number, name) for number, name in enumerate(CAST))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("asha", ["Asha"]),
        ("ASHA.", ["Asha"]),
        ("zoe", ["Zo\u00eb"]),
        ("Zoe\u0308", ["Zo\u00eb"]),
        ("anne marie", ["Anne-Marie Dee"]),
        ("AnneMarie", ["Anne-Marie Dee"]),
        ("Anne", ["Anne Dee"]),
        ("ben", ["Ben"]),
        ("ben henry", ["Ben Henry Dee"]),
        ("bruno o\u2019dee", ["Bruno O'Dee"]),
        ("Bruno ODee", ["Bruno O'Dee"]),
        ("dee", []),
        ("ahsa", []),
        ("", []),
        ("?!", []),
    ],
)
def test_a_name_means_whom_it_names(said: str, meant: list[str]) -> None:
    """The whole name before its beginning, and signs that a thumb leaves out are left out of account."""
    assert [one.name for one in named(said, STAFF)] == meant


def test_two_of_one_first_name_are_both_meant() -> None:
    """Who asks decides whether two are too many."""
    two = (Staff(1, "Dee Asha"), Staff(2, "Dee Ben"))
    assert named("dee", two) == list(two)


def test_a_first_part_of_a_hyphened_name_is_enough_where_nobody_else_has_it() -> None:
    """ "Anne" is Anne-Marie where there is no other Anne."""
    assert named("anne", (Staff(1, "Anne-Marie Dee"),)) == [Staff(1, "Anne-Marie Dee")]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("code word zoe!", ["Zo\u00eb"]),
        ("Asha's phone, anne-marie rang", ["Asha", "Anne-Marie Dee", "Anne Dee"]),
        ("code word ben", ["Ben", "Ben Henry Dee"]),
        ("has anybody seen them?", []),
    ],
)
def test_whoever_a_text_may_name_is_found_in_it(text: str, meant: list[str]) -> None:
    """Anywhere in it, and in the order of the list; one too many is better than one too few."""
    assert [one.name for one in within(text, STAFF)] == meant


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("asha on the phone", True),
        ("Mrs Asha", True),
        ("Mr Dee rang", True),
        ("Asher, Ben took the call", False),
        ("", False),
    ],
)
def test_a_text_begins_with_a_name(text: str, does: bool) -> None:
    """Behind a title or none, by the surname too; what stands further on does not count."""
    assert begins(text, STAFF) is does
