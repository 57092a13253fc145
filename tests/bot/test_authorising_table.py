"""The authorisation machine: total, no yes that may not be, and no visitor or authoriser told too often."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.authorising import (
    TABLE,
    Ask,
    Brief,
    CallOff,
    Consult,
    Effect,
    Event,
    Happening,
    Reply,
    Report,
    Request,
    Scene,
    State,
    TellGoers,
    Untellable,
    decide,
    gathered,
    whom,
)
from bot.calendar import Calendar, Hours, parse_calendar, parse_hours
from tests.bot.values import ASHA, BEN, DANA, DEE, HENRY, MARSH_LANE, OLIVE, POLICY, at, mins

MANY = settings(max_examples=300, deadline=None, derandomize=True)
HOURS: Hours = parse_hours("08:00-17:00")
CALENDAR: Calendar = parse_calendar({}, ZoneInfo("Europe/London"), HOURS)
SCENE = Scene(at("16:00"), CALENDAR, ((HENRY.id,), (DANA.id,)), consulted=(DEE.id,))
PEOPLE = [None, HENRY.id, DANA.id, DEE.id, OLIVE.id, ASHA.id, BEN.id]
SCENES = st.builds(
    Scene,
    starts_at=st.sampled_from([at("14:10"), at("16:00"), at("16:00") + timedelta(days=2)]),
    calendar=st.just(CALENDAR),
    tiers=st.sampled_from([(), ((HENRY.id,),), ((HENRY.id,), (DANA.id, BEN.id))]),
    leads=st.sampled_from([(), (DEE.id,), (DEE.id, DANA.id)]),
    consulted=st.sampled_from([(), (DEE.id,)]),
    off_duty=st.sampled_from([frozenset(), frozenset({HENRY.id})]),
    blocked=st.booleans(),
)
HAPPENINGS = st.builds(
    Happening, event=st.sampled_from(Event), by=st.sampled_from(PEOPLE), reason=st.sampled_from(["", "too soon"])
)
STEPS = st.lists(st.tuples(st.sampled_from([0, 1, 30, 90, 600]).map(mins), HAPPENINGS), max_size=20)


class Asking:
    """A request told as a transcript: what happens to it, and what follows."""

    def __init__(self, scene: Scene = SCENE, now: str = "14:00") -> None:
        self.scene, self.now = scene, at(now)
        self.request = gathered(Request(MARSH_LANE, 12, self.now), scene, POLICY, self.now)

    def hears(self, event: Event, by: int | None = None, reason: str = "") -> list[Effect]:
        decision = decide(self.request, Happening(event, by, reason), POLICY, self.scene, self.now)
        self.request = decision.request
        return list(decision.effects)

    def waits(self) -> list[Effect]:
        """Nothing happens until something is due; gives what follows."""
        assert self.request.due is not None
        assert self.request.due_at is not None
        self.now = max(self.now, self.request.due_at)
        return self.hears(self.request.due)

    @property
    def due(self) -> str:
        """ "asked 14:02"; "" when nothing is."""
        return f"{self.request.due} {self.request.due_at:%H:%M}" if self.request.due else ""


@pytest.mark.parametrize("state", State)
def test_the_table_has_a_rule_for_every_event_in_every_state(state: State) -> None:
    """No answer and no reminder is ever an error."""
    assert set(TABLE) == set(State)
    assert set(TABLE[state]) == set(Event)


@MANY
@given(SCENES, STEPS)
def test_no_history_leads_to_a_yes_that_may_not_be(scene: Scene, steps: list[tuple[timedelta, Happening]]) -> None:
    """Authorised is what an authoriser has said yes to, a safeguarding lead too where one is wanted, and nothing blocks."""
    here = Asking(scene)
    for gap, happening in steps:
        here.now += gap
        effects = here.hears(*happening)
        if here.request.state is State.AUTHORISED:
            assert here.request.yes_by in scene.authorisers
            assert not scene.leads or here.request.lead_by in scene.leads
            assert not scene.blocked
        assert (Brief() in effects) <= (here.request.state is State.AUTHORISED)
        assert (CallOff() in effects) <= (here.request.state is State.DECLINED)
        answered = here.request.state in (State.AUTHORISED, State.DECLINED)
        assert answered is (here.request.answered_at is not None)
        assert not answered or here.request.due is None


@MANY
@given(SCENES, STEPS)
def test_nobody_is_told_of_the_same_thing_twice(scene: Scene, steps: list[tuple[timedelta, Happening]]) -> None:
    """Visitors are told not to set out once for each time that a yes is wanted, and going without one is reported once."""
    here, warned, reported = Asking(scene), 0, 0
    for gap, happening in steps:
        here.now += gap
        before = here.request
        effects = here.hears(*happening)
        warned += effects.count(TellGoers("do_not_set_out"))
        reported += effects.count(Report())
        if before.made_at != here.request.made_at or (before.warned_at and not here.request.warned_at):
            warned = 0
        asked = {person for effect in effects if isinstance(effect, Ask) for person in effect.people}
        assert asked <= scene.authorisers | set(scene.leads)
        assert asked <= set(here.request.asked)
        assert warned <= 1
    assert reported <= 1


@MANY
@given(SCENES)
def test_silence_ends_in_a_warning_and_then_in_nothing(scene: Scene) -> None:
    """Whoever is asked and says nothing is reminded ever more rarely; then whoever goes is warned, and it rests."""
    here, warned = Asking(scene), False
    for _ in range(20):
        if here.request.due is None:
            break
        warned = warned or TellGoers("do_not_set_out") in here.waits()
    assert here.request.due is None
    assert warned
    assert here.request.state in (State.WANTED, State.ASKED)


def test_it_is_asked_after_a_little_and_at_once_when_time_is_short() -> None:
    """Two minutes gather what is planned in one sitting."""
    assert Asking().due == "asked 14:02"
    assert Asking(Scene(at("14:40"), CALENDAR, SCENE.tiers)).due == "asked 14:00"
    assert Asking(Scene(at("16:00") + timedelta(days=1), CALENDAR, SCENE.tiers), now="21:00").due == "asked 08:00"
    assert Asking(Scene(at("08:30") + timedelta(days=1), CALENDAR, SCENE.tiers), now="21:00").due == "asked 21:02"


def test_one_role_at_a_time_and_who_is_consulted_once() -> None:
    """The headteacher, with the deputy from the first reminder on; the safeguarding lead is told and not reminded."""
    here = Asking()
    assert here.waits() == [Ask((HENRY.id,)), Consult((DEE.id,))]
    assert here.due == "reminder due 15:02"
    assert here.waits() == [Ask((HENRY.id, DANA.id), again=True)]
    assert here.due == "start due 15:30"
    assert here.waits() == [TellGoers("do_not_set_out"), Ask((HENRY.id, DANA.id), again=True)]
    assert here.due == ""


def test_whom_passes_over_who_is_off_duty_and_leaves_nobody_unasked() -> None:
    """Where nobody is on duty all are asked."""
    one_off = Scene(at("16:00"), CALENDAR, SCENE.tiers, off_duty=frozenset({HENRY.id}))
    all_off = Scene(at("16:00"), CALENDAR, SCENE.tiers, off_duty=frozenset({HENRY.id, DANA.id}))
    assert whom(SCENE, 1) == (HENRY.id,)
    assert whom(one_off, 1) == (DANA.id,)
    assert whom(all_off, 1) == (HENRY.id, DANA.id)


def test_a_safeguarding_visit_wants_two_yeses_in_either_order() -> None:
    """The headteacher's and a safeguarding lead's (P19); one of them is half of it."""
    scene = Scene(at("16:00"), CALENDAR, SCENE.tiers, leads=(DEE.id,))
    for first, second in ((HENRY.id, DEE.id), (DEE.id, HENRY.id)):
        here = Asking(scene)
        assert here.waits()[0] == Ask((HENRY.id, DEE.id))
        assert here.hears(Event.YES, first) == [Reply("half")]
        assert here.request.state is State.ASKED
        assert here.hears(Event.YES, second) == [Reply("yes"), Brief()]
        assert (here.request.yes_by, here.request.lead_by) == (HENRY.id, DEE.id)


def test_the_first_answer_counts_and_only_its_own_voice_takes_it_back() -> None:
    """Another's no is told who said yes; the same person's no is a refusal."""
    here = Asking()
    here.waits()
    here.hears(Event.YES, DANA.id)
    assert here.hears(Event.NO, HENRY.id, "no") == [Reply("already")]
    assert here.request.state is State.AUTHORISED
    assert here.hears(Event.NO, DANA.id, "police rang") == [Reply("no"), CallOff()]
    assert (here.request.state, here.request.reason) == (State.DECLINED, "police rang")
    assert here.hears(Event.YES, HENRY.id) == [Reply("already")]


def test_a_change_makes_it_wanted_anew_with_nothing_of_the_old_yes() -> None:
    """Whoever goes is told when they had a yes, and not when they had none."""
    here = Asking()
    here.waits()
    assert here.hears(Event.CHANGED) == []
    here.waits()
    here.hears(Event.YES, HENRY.id)
    assert here.hears(Event.CHANGED) == [TellGoers("reopened")]
    assert (here.request.state, here.request.yes_by, here.request.asked) == (State.WANTED, None, ())
    assert here.due == "asked 14:06"


def test_what_may_not_be_is_answered_and_changes_nothing() -> None:
    """A yes to what is blocked, or by somebody who may not, stays asked; with nobody to ask the office hears it."""
    blocked = Asking(Scene(at("16:00"), CALENDAR, SCENE.tiers, blocked=True))
    assert blocked.hears(Event.YES, HENRY.id) == [Reply("blocked")]
    assert Asking().hears(Event.YES, OLIVE.id) == [Reply("not_theirs")]
    assert Asking().hears(Event.NO, ASHA.id) == [Reply("not_theirs")]
    assert Asking(Scene(at("16:00"), CALENDAR, ())).waits() == [Untellable()]
