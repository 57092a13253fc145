"""What the doctor makes of what was seen: each fault has its colour and its mend, and nothing sound is coloured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from bot import checkup, notices
from bot.calendar import Hours, parse_calendar
from bot.checkup import About, Colour, Sign, Staff
from bot.gsm7 import SINGLE, septets
from bot.people import Channel, Person, Role
from bot.school import School, parse_schools

SCHOOL = '[marsh_lane]\nname = "Marsh Lane Primary"\n'
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
BOTH = (Channel.TELEGRAM, Channel.SMS)
GB = 1_000_000_000


def school(extra: str = "") -> School:
    return parse_schools(SCHOOL + extra)["marsh_lane"]


def person(number: int, name: str, *roles: Role, lost: tuple[Channel, ...] = (), chat: bool = False) -> Person:
    words = ("blue folder",) if Role.VISITOR in roles else ()
    chat_id = str(7000 + number) if chat else None
    phone = f"+447700900{number:03d}"
    return Person(number, 1, name, frozenset(roles), phone, chat_id, words, lost=frozenset(lost))


ASHA = person(1, "Asha", Role.VISITOR)
OLIVE, HENRY = person(10, "Olive", Role.OFFICE), person(11, "Henry", Role.HEADTEACHER)
DANA, DEE = person(12, "Dana", Role.DEPUTY), person(13, "Dee", Role.DSL)
EVERYBODY = (ASHA, OLIVE, HENRY, DANA, DEE)


def faults(*people: Person, channels: tuple[Channel, ...] = BOTH) -> list[str]:
    """What is not green, a line each: "red: Olive cannot be reached: SMS refused"."""
    signs = checkup.people(Staff(school(), people, channels))
    return [f"{sign.colour}: {sign.words}" for sign in signs if sign.colour is not Colour.GREEN]


def but(*changed: Person) -> tuple[Person, ...]:
    """Everybody, some of them otherwise."""
    others = {one.id: one for one in changed}
    return tuple(others.get(one.id, one) for one in EVERYBODY)


def test_a_school_that_is_fit_is_green() -> None:
    """Somebody on each rung, all reachable, a code word for each visitor: two green signs and nothing else."""
    signs = list(checkup.people(Staff(school(), EVERYBODY, BOTH)))
    assert [(sign.about, sign.colour) for sign in signs] == [
        (About.LADDER, Colour.GREEN),
        (About.VISITORS, Colour.GREEN),
    ]
    assert {sign.school for sign in signs} == {"marsh_lane"}


def test_a_rung_with_nobody_is_red() -> None:
    """An alarm would pass it by unheard."""
    assert faults(ASHA, OLIVE, HENRY, DEE) == ["red: the rung deputy has nobody"]


def test_a_rung_of_silence_with_nobody_is_red_too() -> None:
    """Who shares the first rung of a quiet alarm is on no other, and is looked for all the same."""
    quiet = school('[marsh_lane.overrides]\nquiet = ["slt"]\n')
    signs = checkup.people(Staff(quiet, EVERYBODY, BOTH))
    assert [sign.words for sign in signs if sign.colour is Colour.RED] == ["the rung slt has nobody"]


def test_a_contact_that_no_channel_reaches_is_red_and_so_is_their_rung() -> None:
    """The person is named, and why."""
    olive = person(10, "Olive", Role.OFFICE, lost=(Channel.SMS,))
    assert faults(*but(olive)) == [
        "red: nobody of the rung office can be reached",
        "red: Olive cannot be reached: SMS refused",
    ]
    assert "red: Olive cannot be reached: texted STOP" in faults(*but(replace(olive, opted_out=True)))


def test_a_contact_with_one_channel_left_is_amber() -> None:
    """There is a way still, and somebody should look."""
    olive = person(10, "Olive", Role.OFFICE, lost=(Channel.TELEGRAM,), chat=True)
    assert faults(*but(olive)) == ["amber: Olive is reached by one channel only: TELEGRAM refused"]


def test_where_there_is_no_sms_those_who_have_not_enrolled_are_red() -> None:
    """A number on record is of no use without Twilio."""
    enrolled = [person(one.id, one.name, *one.roles, chat=one.id != 11) for one in EVERYBODY]
    found = faults(*enrolled, channels=(Channel.TELEGRAM,))
    assert found == [
        "red: nobody of the rung headteacher can be reached",
        "red: Henry cannot be reached: not enrolled with the bot",
    ]


def test_a_ladder_of_one_is_amber() -> None:
    """One flat battery must not be the end of an alarm."""
    alone = person(10, "Olive", Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY)
    assert faults(ASHA, alone) == ["amber: one person alone is the whole ladder"]


def test_somebody_must_hear_of_a_concern_and_of_what_is_no_alarm() -> None:
    """The DSL or the deputy; and the office."""
    headteachers = "[marsh_lane.overrides]\nladder = ['headteacher', 'slt']\nduress = ['headteacher']\n"
    slt = person(15, "Bruno", Role.SLT)
    signs = checkup.people(Staff(school(headteachers), (ASHA, HENRY, slt), BOTH))
    assert [sign.words for sign in signs if sign.colour is Colour.RED] == [
        "nobody would hear of a concern (dsl, deputy)",
        "nobody has the role office",
    ]


def test_visitors_need_a_phone_that_answers_and_a_code_word() -> None:
    """No code word is amber, and the school's own is enough; no channel is red."""
    silent = person(1, "Asha", Role.VISITOR, lost=(Channel.SMS,))
    assert faults(*but(silent)) == ["red: Asha cannot be asked whether all is well: SMS refused"]
    bare = Person(1, 1, "Asha", frozenset({Role.VISITOR}), "+447700900001")
    assert faults(*but(bare)) == ["amber: without a code word: Asha"]
    with_one = checkup.people(Staff(school('code_words = ["copper lantern"]\n'), but(bare), BOTH))
    assert {sign.colour for sign in with_one} == {Colour.GREEN}
    assert faults(*EVERYBODY[1:]) == ["amber: nobody has the role visitor"]


@pytest.mark.parametrize(
    ("scope", "own", "of_a_school_with_one"),
    [("school", ["Asha"], []), ("person", ["Asha"], ["Asha"]), ("visit", [], [])],
)
def test_the_policy_says_whose_a_code_word_is(scope: str, own: list[str], of_a_school_with_one: list[str]) -> None:
    """P15 B10: one of the school's does for all, or each has their own, or each pair agrees one for its visit."""
    bare = Person(1, 1, "Asha", frozenset({Role.VISITOR}), "+447700900001")
    overrides = f"[marsh_lane.overrides]\ncode_word_scope = '{scope}'\n"
    for words, names in (("", own), ('code_words = ["copper lantern"]\n', of_a_school_with_one)):
        found = school(words + overrides).without_code_word(but(bare))
        assert [one.name for one in found] == names


@pytest.mark.parametrize(
    ("free", "colour"),
    [
        (2 * GB, Colour.GREEN),
        (GB, Colour.GREEN),
        (GB - 1, Colour.AMBER),
        (GB // 10, Colour.AMBER),
        (GB // 10 - 1, Colour.RED),
    ],
)
def test_the_disk(free: int, colour: Colour) -> None:
    """A gigabyte is well, a tenth of it is the end."""
    assert checkup.disk(free, "/var/lib/doorstep").colour is colour


@pytest.mark.parametrize(
    ("seconds", "colour", "words"),
    [
        (0, Colour.GREEN, "agrees with"),
        (-5, Colour.GREEN, "agrees with"),
        (6, Colour.AMBER, "6 s behind"),
        (-6, Colour.AMBER, "6 s ahead of"),
        (31, Colour.RED, "31 s behind"),
        (-3600, Colour.RED, "3600 s ahead of"),
    ],
)
def test_the_clock(seconds: int, colour: Colour, words: str) -> None:
    """Five seconds are well (I10), half a minute is too much; and it is said which way it is off."""
    sign = checkup.clock(NOW + timedelta(seconds=seconds), NOW, "Twilio")
    assert (sign.colour, words in sign.words) == (colour, True)


@pytest.mark.parametrize(
    ("version", "colour"),
    [
        ((3, 34, 1), Colour.RED),
        ((3, 40, 1), Colour.AMBER),
        ((3, 44, 5), Colour.AMBER),
        ((3, 44, 6), Colour.GREEN),
        ((3, 50, 7), Colour.GREEN),
        ((3, 51, 2), Colour.AMBER),
        ((3, 51, 3), Colour.GREEN),
        ((4, 0, 0), Colour.GREEN),
    ],
)
def test_the_version_of_sqlite(version: tuple[int, int, int], colour: Colour) -> None:
    """Too old, with the fault of its WAL, or mended, in the newest line and in two older ones."""
    assert checkup.sqlite_version(version).colour is colour


@pytest.mark.parametrize("held", [("delete", 2, 1), ("wal", 1, 1), ("wal", 2, 0)])
def test_what_the_file_must_hold(held: tuple[str, int, int]) -> None:
    """Less than WAL, FULL and foreign keys is red: what was acknowledged could be gone."""
    assert checkup.sqlite_pragmas(*held).colour is Colour.RED
    assert checkup.sqlite_pragmas("wal", 2, 1).colour is Colour.GREEN


def test_what_postgresql_must_hold() -> None:
    """A version that is looked after, and no promise switched off."""
    on = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    assert [sign.colour for sign in checkup.postgres(180_001, on)] == [Colour.GREEN]
    assert [sign.colour for sign in checkup.postgres(120_004, on)] == [Colour.AMBER]
    [_, lax] = checkup.postgres(180_001, on | {"synchronous_commit": "off"})
    assert (lax.colour, "synchronous_commit is off" in lax.words) == (Colour.RED, True)


class Day(NamedTuple):
    """A look in the morning, or none."""

    now: str
    examined: str = ""
    first: str = ""


MONDAY, SATURDAY, NEW_YEAR = "2026-11-23", "2026-11-28", "2027-01-01"
DUE = [
    Day(f"{MONDAY}T07:00"),
    Day(f"{MONDAY}T07:00", f"{MONDAY}T06:59"),
    Day(f"{MONDAY}T16:00", "2026-11-20T07:00"),
    Day(f"{MONDAY}T06:30", "", f"{MONDAY}T07:30"),
    Day(f"{MONDAY}T00:00", "", f"{MONDAY}T00:30"),
    Day(f"{SATURDAY}T09:00", "", f"{SATURDAY}T10:00"),
]
NOT_DUE = [
    Day(f"{MONDAY}T06:59"),
    Day(f"{MONDAY}T07:01", f"{MONDAY}T07:00"),
    Day(f"{MONDAY}T06:30", "", f"{MONDAY}T07:45"),
    Day(f"{MONDAY}T07:00", f"{MONDAY}T06:30", f"{MONDAY}T07:30"),
    Day(f"{SATURDAY}T09:00"),
    Day(f"{NEW_YEAR}T09:00"),
]


def due(day: Day) -> bool:
    """At a school that is closed at weekends and at New Year; times are its own."""
    zone = ZoneInfo("Europe/London")
    calendar = parse_calendar({"closed": {NEW_YEAR: "New Year"}}, zone, Hours(school().opens, school().closes))
    now, examined, first = (datetime.fromisoformat(at).replace(tzinfo=zone) if at else None for at in day)
    assert now is not None
    return checkup.is_due(calendar, now, examined, first)


@pytest.mark.parametrize("day", DUE)
def test_the_morning_look_is_due(day: Day) -> None:
    """From seven, or an hour before the first visit, once a day; on a closed day only where there is a visit."""
    assert due(day)


@pytest.mark.parametrize("day", NOT_DUE)
def test_the_morning_look_is_not_due(day: Day) -> None:
    """Not before its time, not twice, and not on a closed day without a visit."""
    assert not due(day)


def test_the_morning_look_follows_the_schools_own_time() -> None:
    """Seven in summer is six in UTC."""
    calendar = parse_calendar({}, ZoneInfo("Europe/London"), Hours(school().opens, school().closes))
    assert checkup.is_due(calendar, datetime(2026, 6, 22, 6, 0, tzinfo=UTC), None, None)
    assert not checkup.is_due(calendar, datetime(2026, 6, 22, 5, 59, tzinfo=UTC), None, None)


def test_what_is_red_for_one_school_is_not_told_to_another() -> None:
    """What is about no school in particular is about each."""
    ours = Sign(About.LADDER, Colour.RED, "words", "mend", "marsh_lane")
    everybodys = Sign(About.DISK, Colour.RED, "words", "mend")
    mild = Sign(About.CREDIT, Colour.AMBER, "words", "mend")
    assert checkup.reds([ours, everybodys, mild], "marsh_lane") == [ours, everybodys]
    assert checkup.reds([ours, everybodys, mild], "mill_road") == [everybodys]
    assert checkup.summary([ours, everybodys, mild]) == "2 red, 1 amber"


@pytest.mark.parametrize("language", notices.languages())
def test_the_office_can_be_told_of_everything_in_one_sms(language: str) -> None:
    """Each thing has a few words of its own, and the sentence with them is one SMS."""
    words = [notices.label(f"doctor_{about}", language) for about in About]
    assert len(set(words)) == len(About)
    text = notices.render("office_doctor", language, now="07:00", found="x" * 50, who="Bruno 07700 900014")
    assert septets(text) <= SINGLE
