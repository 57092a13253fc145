"""Every sentence Doorstep sends: there, whole, in GSM-7, short, discreet, and asking only for what can be read."""

import ast
import re
from datetime import timedelta
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from bot import alarm, notices, visit, words
from bot.events import Event, Happening
from bot.gsm7 import SINGLE, is_gsm7, septets
from bot.policy import First
from bot.visit import Say, State, Tell
from bot.words import Kind
from tests.bot.values import HENRY, OLIVE, POLICY, Climb, at, mins, standing
from tests.bot.worst import WORST

DESK = Path(notices.__file__).parents[2] / "handlers"
BOOK = notices.catalogue("en")
CONTACT = BOOK["contact"]
CLOCKS = {"now", "start", "end", "arrived", "left", "check_in", "wait", "back", "returned"}
ASKED_BACK = {
    *("arrived", "ok", "left", "returned", "late", "longer", "back_by", "called_off", "change"),
    *("set_out", "nobody_home", "family_late"),
}
STOPS = ("contact_stopped", "visitor_stopped", "start_again")
TOLD = {key: {"STOP", "START"} for key in STOPS} | {"started_again": {"START"}, "alarm_danger": {"HELP"}}
ASKED_FOR = {key: {"START"} for key in STOPS}  # whoever has texted STOP is to undo it; TOLD is what they have texted
LONGER_THAN_ONE_SMS = {"alarm_details", "chase_police"}  # the sealed card, sent only to whoever asks for it
RESERVED = {
    *("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
    *("START", "YES", "UNSTOP", "HELP", "INFO"),
}
KEYS = [key for section in notices.SECTIONS for key in BOOK[section]]


def fields(template: str) -> set[str]:
    """The values that a sentence asks for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def visit_notices(kind: type[Say] | type[Tell]) -> set[str]:
    """Every notice that the visit machine can owe the visitor (Say) or the contacts (Tell)."""
    found = set()
    told = dict.fromkeys(("tell_arrived", "tell_set_out", "tell_returned"), POLICY.tell_left)
    rules = POLICY.model_copy(update=told)
    others = {"await_arrival": False, "nobody_home_wait": None, "slip": False, "danger_first": First.OFFICE}
    for state in State:
        for event in Event:
            ways = [
                rules,
                rules.model_copy(update={"slip": False}),
                rules.model_copy(update={"nobody_home_wait": None}),
            ]
            for by, way in ((900, rules), *((20, way) for way in (*ways, rules.model_copy(update=others)))):
                asha = standing(state)
                decision = visit.decide(asha.place, Happening(event, by=mins(by), out=by == 20), way, asha.now)
                found |= {effect.notice for effect in decision.effects if isinstance(effect, kind)}
    return found


def alarm_notices() -> set[str]:
    """Every notice that the alarm machine can owe a contact, "alarm" by its kind."""
    found = set()
    for kind in alarm.Kind:
        for start in ([], [alarm.Event.MINE], [alarm.Event.STAND_DOWN], [alarm.Event.RUNG_DUE] * 3):
            for event in alarm.Event:
                climb = Climb(kind)
                told = [*climb.first, *(line for step in start for line in climb.hears("15:00", step, OLIVE))]
                told += climb.hears("15:01", event, HENRY)
                found |= {line.split(": ")[1].split()[0] for line in told}
    return (found - {"alarm"}) | {f"alarm_{kind.name.lower()}" for kind in alarm.Kind}


def literals(*functions: str) -> set[str]:
    """The strings that the handlers hand to these functions."""
    found = set()
    for file in DESK.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in functions:
                parts = [part for arg in node.args for part in ast.walk(arg)]
                found |= {
                    part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return found


def test_every_notice_of_the_machines_is_a_sentence() -> None:
    """What a machine owes can be said: to the visitor from [visitor], to contacts from [told] and [contact]."""
    assert visit_notices(Say) <= set(BOOK["visitor"])
    assert visit_notices(Tell) <= set(BOOK["told"])
    assert alarm_notices() <= set(CONTACT)
    assert {f"ask_back_{ask}" for ask in ASKED_BACK} <= set(BOOK["visitor"])


def test_every_notice_of_the_desk_is_a_sentence() -> None:
    """No handler names a sentence or a label that is not in the catalogue."""
    assert literals("_say", "_reply", "render") <= {*KEYS, ""}
    assert literals("tell", "tell_offices") <= set(BOOK["told"])
    begun = {"outcome_", "audit_", "doctor_", "mark_", "rest_", "changed_", "role_"}
    assert {name for name in literals("label") if "{" not in name} - begun <= set(BOOK["labels"])


def test_no_sentence_is_in_two_sections() -> None:
    """A notice is known by its key alone."""
    assert len(KEYS) == len(set(KEYS))


@pytest.mark.parametrize("key", KEYS)
def test_every_sentence_renders_with_what_the_desk_knows(key: str) -> None:
    """No value is missing, none is left open, and the result is GSM-7 as it stands in the file."""
    template = next(BOOK[section][key] for section in notices.SECTIONS if key in BOOK[section])
    assert is_gsm7(template)
    text = notices.render(key, **WORST)
    assert is_gsm7(text)
    assert "{" not in text
    assert fields(template) <= set(WORST)


@pytest.mark.parametrize("key", BOOK["visitor"])
def test_a_sentence_to_a_visitor_is_made_of_the_visit_alone(key: str) -> None:
    """Clock times and where the visit stands, nothing of an alarm (law 7); only a contact is asked for a code."""
    of_their_own = {
        "ask_back_mine_or_arrived": {"codes"},
        "code_word_refused": {"reason", "good"},
        "ask_partner": {"partner"},
    }
    allowed = {*CLOCKS, "state", *of_their_own.get(key, set())}
    assert fields(BOOK["visitor"][key]) <= allowed


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_clause_and_buttons(state: State) -> None:
    """Where the visit stands can always be said, in GSM-7, and there is always a move that makes sense."""
    assert is_gsm7(notices.state_line(state, "en", **{name: WORST[name] for name in CLOCKS}))
    assert fields(BOOK["states"][state.value.replace(" ", "_")]) <= CLOCKS
    assert notices.buttons(state)


@pytest.mark.parametrize("kind", alarm.Kind)
def test_every_kind_of_alarm_has_a_sentence_and_a_label(kind: alarm.Kind) -> None:
    """A kind that could not be told would be a silent alarm."""
    assert f"alarm_{kind.name.lower()}" in CONTACT
    assert notices.label(kind.name.lower())


@pytest.mark.parametrize("key", sorted(set(CONTACT) - LONGER_THAN_ONE_SMS))
def test_an_alarm_is_one_sms(key: str) -> None:
    """At most 160 septets with an address of 40 characters and names of 15 (DESIGN §5)."""
    assert (len(WORST["where"]), len(WORST["name"]), len(WORST["about"])) == (40, 15, 15)
    assert septets(notices.render(key, **WORST)) <= SINGLE


@pytest.mark.parametrize(
    "key", [key for section in ("visitor", "told", "door", "talk", "planning") for key in BOOK[section]]
)
def test_what_is_no_alarm_carries_initials_and_never_a_name(key: str) -> None:
    """DESIGN §8: no name, pupil or car outside an alarm."""
    text = notices.render(key, **WORST)
    assert not [
        WORST[secret] for secret in ("name", "about", "pupil", "vehicle", "visit_reason") if WORST[secret] in text
    ]


@pytest.mark.parametrize("key", ["alarm_code_word", "alarm_danger"])
def test_a_duress_alarm_warns_against_ringing_the_visitor(key: str) -> None:
    """It says not to ring them, gives no number to ring but 999, and how to take it."""
    text = notices.render(key, **WORST)
    assert "Do NOT ring" in text
    assert "Ring 999" in text
    assert WORST["phone"] not in text
    assert "Reply 1" in text


def asked_replies() -> set[str]:
    """The replies in digits and capitals that the sentences ask for: "Reply 3", "or ANOTHER 20 MINS", "SAFE K7Q4"."""
    found = set()
    for key in KEYS:
        text = notices.render(key, **{**WORST, "outcome": "", "channel": "", "word": "", "phone": "", "codes": "K7Q4"})
        if re.search(r"\b(?:[Rr]eply|[Tt]ext)\b|min: SAFE|^Is |^Have ", text):
            found |= set(re.findall(r"(?:[Rr]eply|[Tt]ext|for (?:yes|no),) (\d)\b", text))
            found |= set(
                re.findall(
                    r"\b((?:LATE|ANOTHER|BACK|BOTH|CALLED|SAFE|MINE|STATUS|ARRIVED)(?: (?:[A-Z]+\b|[\dA-Z:]+\d\b))*)",
                    text,
                )
            )
    return found


READ_AS = {
    "1": Kind.ARRIVED,
    "2": Kind.OK,
    "3": Kind.LEFT,
    "4": Kind.RETURNED,
    "9": Kind.DANGER,
    "ARRIVED": Kind.ARRIVED,
    "ARRIVED AT 14 HIGH STREET": Kind.ARRIVED,
    "BOTH LEFT": Kind.LEFT,
    "LATE 20": Kind.LATE,
    "ANOTHER 20 MINS": Kind.LONGER,
    "BACK BY 15:30": Kind.BACK_BY,
    "BACK IN 20 MINS": Kind.BACK_BY,
    "CALLED OFF": Kind.CALLED_OFF,
    "STATUS": Kind.STATUS,
    "MINE K7Q4": Kind.MINE,
    "SAFE K7Q4 rang, all well": Kind.STAND_DOWN,
    "FALSE K7Q4 wrong number": Kind.STAND_DOWN,
    "TEST K7Q4 rehearsal": Kind.STAND_DOWN,
    "REAL K7Q4 police came": Kind.STAND_DOWN,
    "K7Q4": Kind.DETAILS,
}
LOWERS = {Kind.OK, Kind.LEFT, Kind.RETURNED, Kind.CALLED_OFF, Kind.LATE, Kind.LONGER, Kind.BACK_BY, Kind.STAND_DOWN}
NOT_REPLIES = {"START", "ARRIVED 14:32", "CALLED OFF 14:32", "LATE", "LATE 14:32", "BACK BY", "BACK 14:32"}
"""Read back to the visitor, not asked for."""
BRIEFED = {"5"}  # a briefing has been read: no word about a visit (tests/bot/test_authorising_answers.py)


def read(text: str) -> words.Reading:
    """What a reply is taken to mean, on the afternoon of the tests."""
    return words.read(text, now=at("14:32"), zone=ZoneInfo("Europe/London"))


def test_the_replies_asked_for_are_those_of_the_table_below() -> None:
    """A new sentence that asks for a new reply must have it in READ_AS."""
    asked = {reply for reply in asked_replies() if reply not in NOT_REPLIES}
    known = {*READ_AS, "MINE", "SAFE K7Q4", *BRIEFED}
    assert {
        "1",
        "2",
        "3",
        "LATE 20",
        "ANOTHER 20 MINS",
        "CALLED OFF",
        "BACK BY 15:30",
        "MINE K7Q4",
        "SAFE K7Q4",
    } <= asked
    assert asked <= known


@pytest.mark.parametrize(("reply", "kind"), READ_AS.items())
def test_a_reply_that_is_asked_for_is_understood(reply: str, kind: Kind) -> None:
    """And with certainty, where it is to lower something."""
    reading = read(reply)
    assert [meaning.kind for meaning in reading.meanings] == [kind]
    assert reading.certain or kind not in LOWERS


@pytest.mark.parametrize("key", KEYS)
def test_no_sentence_asks_for_a_word_that_twilio_keeps_for_itself(key: str) -> None:
    """STOP and its kin would silence the sender; none is a reply we ask for (DESIGN §5)."""
    text = notices.render(key, **WORST)
    shouted = set(re.findall(r"\b[A-Z]{3,}\b", text))
    assert shouted & RESERVED <= TOLD.get(key, set())
    asked = re.findall(r"\b(?:reply|text)(?: like)? ([A-Za-z]+)", text, re.IGNORECASE)
    assert {word.upper() for word in asked} & RESERVED <= ASKED_FOR.get(key, set())


MOVES = {
    "arrived": Kind.ARRIVED,
    "ok": Kind.OK,
    "left": Kind.LEFT,
    "late": Kind.LATE,
    "longer": Kind.LONGER,
    "back": Kind.RETURNED,
    "back_later": Kind.BACK_BY,
}


@pytest.mark.parametrize("state", State)
def test_every_button_is_a_text_that_means_its_move(state: State) -> None:
    """A tap is a text like any other (DESIGN §5): read with certainty as just that move."""
    for move, button in zip(visit.MOVES[state], notices.buttons(state), strict=True):
        reading = read(button)
        assert [meaning.kind for meaning in reading.meanings] == [MOVES[move]], button
        assert reading.certain, button


def test_the_button_under_an_alarm_takes_that_alarm() -> None:
    """It carries the code, so that two alarms stay apart."""
    [meaning] = read(notices.label("mine", code="K7Q4")).meanings
    assert (meaning.kind, meaning.code) == (Kind.MINE, "K7Q4")


def test_an_unknown_sentence_or_a_missing_value_is_a_fault_of_ours() -> None:
    """It is raised here, in a test, and not swallowed there, at a door."""
    with pytest.raises(KeyError):
        notices.render("no_such_notice")
    with pytest.raises(KeyError):
        notices.render("ok", now="14:32")
    with pytest.raises(FileNotFoundError):
        notices.render("ok", "xx")


def test_braces_in_peoples_own_words_stay_as_they_are() -> None:
    """A reason or an address is a value, never a template."""
    text = notices.render("alarm_ended", **{**WORST, "reason": "{name} {0}"})
    assert text.endswith("{name} {0}")


def test_a_length_is_told_in_one_way() -> None:
    """Minutes and seconds; from an hour on hours and minutes; how far a clock was set back is no less than forward."""
    lengths = (timedelta(seconds=75), timedelta(0), timedelta(seconds=-61), timedelta(hours=1, minutes=5, seconds=9))
    assert [notices.length(one) for one in lengths] == ["1:15 min", "0:00 min", "1:01 min", "1:05 h"]
