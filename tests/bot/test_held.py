"""What should be held for a place: after our own alarm, never before it, and never for want of a better one dropped."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import held
from bot.events import Event, Happening
from bot.held import CUT, EARLY, LEAD, MARGIN, Held, Obstacle, Step, Wish, Word
from bot.people import Channel, Person, Role
from bot.place import OPEN, Place, State
from bot.visit import WORDS, decide, plan
from tests.bot.values import POLICY, at, mins, standing

ASHA, OLIVE, HENRY = 1, 10, 11
STARTS, ENDS = at("14:00"), at("14:30")
PLANNED = plan(Place(ASHA, starts_at=STARTS, ends_at=ENDS), POLICY)
THERE = decide(PLANNED, Happening(Event.ARRIVED), POLICY, STARTS).place


def text(number: int, person: int, wish: Wish, step: Step = Step.ARMED) -> Held:
    """A text to one contact, as wished."""
    return Held(number, 1, 1, person, 1, step, wish.since, wish.send_at, "+447700900010", "AUTOMATIC", "1.1")


def wish_at(place: Place, clock: str) -> Wish:
    found = held.wish(place, POLICY, at(clock))
    assert found is not None
    return found


def test_it_is_held_for_a_little_after_our_own_alarm() -> None:
    """Arrived 14:00: asked 14:10, nudged 14:12, alarm 14:14; the text is for three minutes after that."""
    wish = wish_at(THERE, "14:00")
    assert (wish.alarm_at, wish.send_at, wish.since) == (at("14:14"), at("14:14") + MARGIN, STARTS)


def test_it_is_never_asked_for_with_less_than_the_lead() -> None:
    """With an alarm nearer than Twilio's quarter of an hour, the text is for as soon as can be had."""
    asked = decide(THERE, Happening(Event.CHECK_IN_DUE), POLICY, at("14:10")).place
    assert wish_at(asked, "14:10").send_at == at("14:10") + LEAD


def test_a_planned_visit_is_live_shortly_before_its_start() -> None:
    """Not days ahead; from the lead before the start on."""
    assert held.wish(PLANNED, POLICY, STARTS - EARLY - timedelta(seconds=1)) is None
    assert held.wish(PLANNED, POLICY, STARTS - EARLY) is not None


@pytest.mark.parametrize("state", State)
def test_every_open_state_is_guarded_and_no_closed_one(state: State) -> None:
    """Wherever silence would alarm, a text is held; where nothing is awaited, none is."""
    asha = standing(state)
    now = max(asha.now, asha.place.starts_at or asha.now)
    assert (held.wish(asha.place, POLICY, now) is not None) == (state in OPEN)


@given(st.lists(st.tuples(st.sampled_from(sorted(Event)), st.integers(0, 40)), max_size=12))
def test_whatever_happens_it_comes_after_our_own_alarm(history: list[tuple[Event, int]]) -> None:
    """In any history, the text that is wished for is for the margin or more after the alarm that silence would raise."""
    place, now = PLANNED, STARTS
    for event, minutes in history:
        now += timedelta(minutes=minutes)
        place = decide(place, Happening(event, by=mins(20)), POLICY, now).place
        wish = held.wish(place, POLICY, now)
        assert (wish is not None) == held.is_live(place, now)
        if wish is not None:
            assert wish.send_at >= max(wish.alarm_at + MARGIN, now + LEAD)
            assert wish.alarm_at >= now


@given(st.lists(st.sampled_from(sorted(Event)), max_size=10))
def test_silence_alone_never_lets_it_come(history: list[Event]) -> None:
    """Doorstep alive and the visitor silent: deadline after deadline, what is held is put off in time to be called off."""
    place, now = PLANNED, STARTS
    for event in history:
        place = decide(place, Happening(event, by=mins(20)), POLICY, now).place
    wish = held.wish(place, POLICY, now)
    standing_text = text(1, OLIVE, wish) if wish else None
    for _ in range(12):
        if place.deadline is None or place.deadline_at is None or standing_text is None:
            break
        now = max(now, place.deadline_at)
        assert now <= standing_text.send_at - MARGIN + held.TOLERANCE
        place = decide(place, Happening(place.deadline), POLICY, now).place
        wish = held.wish(place, POLICY, now)
        if wish and held.judge(wish, [OLIVE], [standing_text]).arm:
            standing_text = text(1, OLIVE, wish)


def test_a_step_of_ours_a_moment_late_holds_nothing_anew() -> None:
    """A check-in asked half a second late moves the alarm by as much: the text that is held will do."""
    wish = wish_at(THERE, "14:00")
    late = at("14:10") + timedelta(milliseconds=500)
    asked = decide(THERE, Happening(Event.CHECK_IN_DUE), POLICY, late).place
    after = held.wish(asked, POLICY, late)
    assert after is not None
    assert held.judge(after, [OLIVE], [text(1, OLIVE, wish)]) == held.Plan((), (), ())


def test_a_sign_of_life_holds_the_next_before_the_last_goes() -> None:
    """The old one is called off when its successor is held, not before."""
    old = text(1, OLIVE, wish_at(THERE, "14:00"))
    heard = decide(THERE, Happening(Event.OK), POLICY, at("14:05")).place
    found = held.judge(wish_at(heard, "14:05"), [OLIVE], [old])
    assert found == held.Plan((OLIVE,), (), (old,))
    assert old.send_at - CUT > at("14:14")  # and if it never is, still after our own alarm


def test_a_closed_place_calls_everything_off() -> None:
    """Held, or on its way to be held: neither is left."""
    wish = wish_at(THERE, "14:00")
    both = [text(1, OLIVE, wish), text(2, HENRY, wish, Step.ARMING)]
    assert held.judge(None, [OLIVE, HENRY], both) == held.Plan((), tuple(both), ())


def test_who_is_no_contact_any_more_is_called_off() -> None:
    """And who is one now gets a text held."""
    wish = wish_at(THERE, "14:00")
    olives = text(1, OLIVE, wish)
    assert held.judge(wish, [HENRY], [olives]) == held.Plan((HENRY,), (olives,), ())


def person(number: int, role: Role, *lost: Channel) -> Person:
    return Person(number, 1, "Olive", frozenset({role}), f"+4477009000{number}", lost=frozenset(lost))


def test_it_goes_to_the_first_two_rungs_that_can_be_texted() -> None:
    """Where the headteacher's number takes no texts, the deputy is in their place."""
    people = [person(10, Role.OFFICE), person(11, Role.HEADTEACHER, Channel.SMS), person(12, Role.DEPUTY)]
    assert held.recipients(((10,), (11,), (12,)), people) == (10, 12)
    assert held.recipients(((10,), (12,), (11,)), people) == (10, 12)
    assert held.recipients((), people) == ()


@pytest.mark.parametrize(
    ("sms", "service", "url", "why"),
    [
        (False, None, "https://api.twilio.com", Obstacle.NO_SMS),
        (True, None, "https://api.twilio.com", Obstacle.NO_SERVICE),
        (True, "MG1", "https://api.dublin.ie1.twilio.com", Obstacle.IRELAND),
        (True, "MG1", "https://api.twilio.com", None),
    ],
)
def test_why_there_can_be_no_backstop(sms: bool, service: str | None, url: str, why: Obstacle | None) -> None:
    """No SMS, no Messaging Service, the Irish region; else there can be one."""
    assert held.obstacle(has_sms=sms, service_sid=service, api_url=url) == why


def test_what_is_said_of_a_text_that_went_out() -> None:
    """True still, true no longer, or a mistake: only a later word of the visitor's, or a closed visit, takes it back."""
    wish = wish_at(THERE, "14:00")
    sent = text(1, OLIVE, wish, Step.SENT)
    assert held.explains(sent, THERE, misfired=False) is Word.BACK
    assert held.explains(sent, replace(THERE, heard_at=at("14:20")), misfired=False) is Word.DISREGARD
    assert held.explains(sent, replace(THERE, state=State.LEFT), misfired=False) is Word.DISREGARD
    assert held.explains(sent, THERE, misfired=True) is Word.MISTAKE


def test_only_words_count_as_a_sign_of_life() -> None:
    """A deadline that comes leaves "no word since" as it is."""
    for event in sorted(set(Event) - WORDS):
        after = decide(THERE, Happening(event), POLICY, at("14:10")).place
        assert wish_at(after, "14:10").since == STARTS
