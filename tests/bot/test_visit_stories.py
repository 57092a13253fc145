"""The visit machine, told as transcripts: what is said, and what is then waited for."""

import pytest

from bot.alarm import Kind
from bot.events import Event, Happening
from bot.people import Role
from bot.visit import LifeSign, Raise, Say, State, Tell
from tests.bot.values import POLICY, Visiting, at, clock, mins, planned, policy, standing

OFFICE = (Role.OFFICE,)
CHANGED, LEFT = Tell("office_changed", OFFICE), Tell("office_left", OFFICE)
INSIDE = (State.THERE, State.ASKED, State.SILENT, State.ENDING, State.OVERDUE)
COMING = (State.PLANNED, State.DUE, State.MISSING)


def everywhere(notice: str) -> Say:
    """A notice that is owed on every channel."""
    return Say(notice, everywhere=True)


def test_an_uneventful_visit() -> None:
    """Arrived, asked once, all OK, left: the office hears of the leaving and of nothing else."""
    asha = Visiting(planned("14:00", "15:00"))
    assert asha.stands == (State.PLANNED, Event.ARRIVAL_DUE, "14:10")
    assert asha.hears("14:03", Event.ARRIVED) == [Say("arrived")]
    assert asha.stands == (State.THERE, Event.CHECK_IN_DUE, "14:10")
    assert asha.waits() == [Say("ask_check_in")]
    assert asha.stands == (State.ASKED, Event.NUDGE_DUE, "14:12")
    assert asha.hears("14:11", Event.OK) == [LifeSign("ok"), Say("ok", spare=True)]
    assert asha.stands == (State.THERE, Event.END_DUE, "15:05")
    assert asha.hears("14:48", Event.LEFT) == [LifeSign("left"), LEFT, Say("left")]
    assert (asha.place.state, asha.place.deadline_at) == (State.LEFT, None)
    assert clock(asha.place.left_at) == "14:48"


def test_silence_at_the_check_in() -> None:
    """Asked, nudged on every channel, alarmed; and nudged and alarmed anew until somebody speaks."""
    asha = standing(State.ASKED)
    assert asha.waits() == [everywhere("nudge_check_in")]
    assert asha.stands == (State.ASKED, Event.ANSWER_DUE, "14:14")
    assert asha.waits() == [Raise(Kind.MISSED_CHECK_IN)]
    assert asha.stands == (State.SILENT, Event.AGAIN_DUE, "14:29")
    assert asha.waits() == [everywhere("nudge_check_in"), Raise(Kind.MISSED_CHECK_IN)]
    assert asha.stands == (State.SILENT, Event.AGAIN_DUE, "14:44")
    assert asha.hears("14:50", Event.OK) == [LifeSign("ok"), Say("ok")]
    assert asha.stands == (State.THERE, Event.END_DUE, "15:05")


def test_nobody_arrives() -> None:
    """A visitor who never says "arrived" is asked, nudged and missed."""
    asha = Visiting(planned("14:00", "15:00"))
    assert asha.waits() == [Say("ask_arrival")]
    assert asha.stands == (State.DUE, Event.NUDGE_DUE, "14:12")
    assert asha.waits() == [everywhere("nudge_arrival")]
    assert asha.stands == (State.DUE, Event.ANSWER_DUE, "14:14")
    assert asha.waits() == [Raise(Kind.MISSED_ARRIVAL)]
    assert asha.stands == (State.MISSING, Event.AGAIN_DUE, "14:29")
    assert asha.waits() == [everywhere("nudge_arrival"), Raise(Kind.MISSED_ARRIVAL)]
    assert asha.hears("14:31", Event.ARRIVED) == [LifeSign("arrived"), Say("arrived")]
    assert asha.stands == (State.THERE, Event.CHECK_IN_DUE, "14:41")


def test_overdue_and_ended_by_a_late_left() -> None:
    """The expected end passes: asked, nudged, alarmed; a late "left" ends the visit and is a sign of life."""
    asha = standing(State.THERE)
    asha.waits()
    asha.hears("14:11", Event.OK)
    assert asha.waits() == [Say("ask_end")]
    assert asha.stands == (State.ENDING, Event.NUDGE_DUE, "15:07")
    assert asha.waits() == [everywhere("nudge_end")]
    assert asha.waits() == [Raise(Kind.OVERDUE)]
    assert asha.stands == (State.OVERDUE, Event.AGAIN_DUE, "15:24")
    assert asha.hears("15:20", Event.LEFT) == [LifeSign("left"), LEFT, Say("left")]
    assert (asha.place.state, asha.place.deadline_at) == (State.LEFT, None)


def test_an_arrival_nobody_planned() -> None:
    """Protection never waits for paperwork: it opens at once, and the office is told."""
    asha = Visiting()
    assert asha.hears("13:20", Event.ARRIVED) == [Tell("office_unplanned", OFFICE), Say("arrived_unplanned")]
    assert asha.stands == (State.THERE, Event.CHECK_IN_DUE, "13:30")
    assert asha.place.unplanned
    assert clock(asha.place.ends_at) == "14:05"


CHECK_INS = [  # from, length, arrived at, asked at: the visit is planned for 14:00 to 15:00
    ("scheduled", "10m", "14:00", "14:10"),
    ("scheduled", "10m", "14:06", "14:10"),
    ("scheduled", "10m", "13:55", "14:10"),
    ("scheduled", "10m", "13:50", "14:10"),
    ("scheduled", "10m", "13:49", "13:59"),  # long before: within one length of arriving
    ("scheduled", "10m", "14:10", "14:20"),  # the scheduled check-in has passed already
    ("scheduled", "10m", "14:32", "14:42"),
    ("scheduled", "30m", "14:25", "14:30"),
    ("arrival", "10m", "14:00", "14:10"),
    ("arrival", "10m", "14:06", "14:16"),
    ("arrival", "10m", "13:20", "13:30"),
    ("arrival", "45m", "14:00", "14:45"),
]


@pytest.mark.parametrize(("counted_from", "length", "arrived", "asked"), CHECK_INS)
def test_the_check_in_is_counted_from_the_scheduled_start_or_the_arrival(
    counted_from: str, length: str, arrived: str, asked: str
) -> None:
    """P13 or C3, and an early or late arrival is still asked after."""
    asha = Visiting(planned(), policy(check_in_from=counted_from, check_in=length))
    asha.hears(arrived, Event.ARRIVED)
    assert asha.stands == (State.THERE, Event.CHECK_IN_DUE, asked)


def test_without_a_check_in_the_expected_end_is_waited_for() -> None:
    """A policy that never asks still watches the end."""
    asha = Visiting(planned(), policy(check_in="never"))
    asha.hears("14:00", Event.ARRIVED)
    assert asha.stands == (State.THERE, Event.END_DUE, "15:05")


@pytest.mark.parametrize("check_in", ["never", "10m"])
def test_arriving_after_the_planned_end_gives_the_visit_a_new_end(check_in: str) -> None:
    """Whoever comes after the plan is over is not asked at once whether they have left."""
    asha = Visiting(planned("11:00", "12:00"), policy(check_in=check_in))
    asha.hears("12:30", Event.ARRIVED)
    assert clock(asha.place.ends_at) == "13:15"
    assert asha.place.deadline_at is not None
    assert asha.place.deadline_at > at("12:30")


def test_an_end_that_comes_before_the_check_in_is_asked_first() -> None:
    """A visit shorter than the check-in is watched by its end, and never by nothing."""
    asha = Visiting(planned("14:00", "14:02"))
    asha.hears("14:00", Event.ARRIVED)
    assert asha.stands == (State.THERE, Event.END_DUE, "14:07")


def test_an_ok_that_came_before_the_question_could_be_put_answers_it() -> None:
    """After an outage nothing is asked, let alone raised, for what was answered in time (I7)."""
    asha = standing(State.THERE)
    assert asha.hears("14:25", Event.OK) == [LifeSign("ok"), Say("ok")]
    assert asha.stands == (State.THERE, Event.END_DUE, "15:05")


def test_an_ok_before_the_check_in_is_due_does_not_replace_it() -> None:
    """All OK a minute after arriving says nothing of ten minutes later."""
    asha = standing(State.THERE)
    assert asha.hears("14:01", Event.OK) == [LifeSign("ok"), Say("ok")]
    assert asha.stands == (State.THERE, Event.CHECK_IN_DUE, "14:10")


CHANGES = [  # state, event, carried, new start, new end, what is then waited for
    (State.PLANNED, Event.LATE, {"by": mins(20)}, "14:20", "15:20", (State.PLANNED, Event.ARRIVAL_DUE, "14:30")),
    (State.PLANNED, Event.LATE, {"at": at("14:30")}, "14:30", "15:30", (State.PLANNED, Event.ARRIVAL_DUE, "14:40")),
    (State.DUE, Event.LATE, {"by": mins(20)}, "14:20", "15:20", (State.PLANNED, Event.ARRIVAL_DUE, "14:30")),
    (State.MISSING, Event.LATE, {"by": mins(20)}, "14:20", "15:20", (State.PLANNED, Event.ARRIVAL_DUE, "14:30")),
    (State.MISSING, Event.LATE, {"by": mins(5)}, "14:20", "15:20", (State.PLANNED, Event.ARRIVAL_DUE, "14:30")),
    (State.PLANNED, Event.LONGER, {"by": mins(20)}, "14:00", "15:20", (State.PLANNED, Event.ARRIVAL_DUE, "14:10")),
    (State.DUE, Event.LONGER, {"by": mins(20)}, "14:00", "15:20", (State.DUE, Event.NUDGE_DUE, "14:12")),
    (State.THERE, Event.LONGER, {"by": mins(20)}, "14:00", "15:20", (State.THERE, Event.CHECK_IN_DUE, "14:10")),
    (State.THERE, Event.LATE, {"by": mins(20)}, "14:00", "15:20", (State.THERE, Event.CHECK_IN_DUE, "14:10")),
    (State.ASKED, Event.LONGER, {"by": mins(20)}, "14:00", "15:20", (State.ASKED, Event.NUDGE_DUE, "14:12")),
    (State.SILENT, Event.LONGER, {"at": at("15:30")}, "14:00", "15:30", (State.SILENT, Event.AGAIN_DUE, "14:29")),
    (State.ENDING, Event.LONGER, {"by": mins(20)}, "14:00", "15:20", (State.THERE, Event.END_DUE, "15:25")),
    (State.ENDING, Event.LATE, {"at": at("15:45")}, "14:00", "15:45", (State.THERE, Event.END_DUE, "15:50")),
    (State.OVERDUE, Event.LONGER, {"by": mins(5)}, "14:00", "15:20", (State.THERE, Event.END_DUE, "15:25")),
]


@pytest.mark.parametrize(("state", "event", "carried", "start", "end", "stands"), CHANGES)
def test_a_change_of_plan_moves_the_right_times(
    state: State, event: Event, carried: dict[str, object], start: str, end: str, stands: tuple[State, Event, str]
) -> None:
    """P16: late moves start and end, longer the end; an open check-in question stays open; the office is told."""
    asha = standing(state)
    when = {State.MISSING: "14:15", State.OVERDUE: "15:15"}.get(state, clock(asha.now))
    effects = asha.hears(when, event, **carried)
    assert (clock(asha.place.starts_at), clock(asha.place.ends_at), asha.stands) == (start, end, stands)
    assert CHANGED in effects


@pytest.mark.parametrize("state", [State.ASKED, State.SILENT])
def test_a_change_of_plan_is_no_answer_to_the_check_in(state: State) -> None:
    """ "Another 20 mins" may be dictated: the question is put again in the same answer, and no alarm is calmed."""
    assert standing(state).hears("14:16", Event.LONGER, by=mins(20)) == [Say("longer_but_answer"), CHANGED]


@pytest.mark.parametrize("state", COMING + INSIDE)
@pytest.mark.parametrize("event", [Event.LATE, Event.LONGER])
@pytest.mark.parametrize("carried", [{"at": at("12:59")}, {"at": at("23:30")}, {"by": mins(400)}, {"by": mins(-500)}])
def test_a_change_that_cannot_be_believed_changes_nothing_and_is_asked_about(
    state: State, event: Event, carried: dict[str, object]
) -> None:
    """Neither the past nor the far future is taken for a plan."""
    asha = standing(state)
    before = asha.place, asha.stands
    assert asha.hears(clock(asha.now), event, **carried) == [Say("unclear")]
    assert asha.taken_for == Happening(Event.UNCLEAR, ask="change")
    assert (asha.place.starts_at, asha.place.ends_at, asha.stands) == (
        before[0].starts_at,
        before[0].ends_at,
        before[1],
    )


@pytest.mark.parametrize("state", COMING)
@pytest.mark.parametrize("event", [Event.OK, Event.LEFT])
def test_whoever_has_not_arrived_cannot_leave(state: State, event: Event) -> None:
    """ "OK" or "left" before arriving is a sign of life, and the arrival is waited for all the same."""
    asha = standing(state)
    assert asha.hears("14:20", event) == [LifeSign(event.value), Say("not_there_yet")]
    assert asha.place.is_open


def test_after_a_missed_arrival_an_ok_waits_for_the_arrival_anew() -> None:
    """Safe but not there yet: asked again after another grace, not at once."""
    asha = standing(State.MISSING)
    asha.hears("14:20", Event.OK)
    assert asha.stands == (State.PLANNED, Event.ARRIVAL_DUE, "14:30")


@pytest.mark.parametrize("state", COMING + INSIDE)
def test_a_visit_can_be_called_off_from_any_open_state(state: State) -> None:
    """P5, P6: it closes, and office and headteacher are told."""
    asha = standing(state)
    tell = Tell("office_called_off", (Role.OFFICE, Role.HEADTEACHER))
    assert asha.hears("15:30", Event.CALLED_OFF) == [LifeSign("called off"), tell, Say("called_off")]
    assert asha.stands == (State.CALLED_OFF, None, "")


@pytest.mark.parametrize("state", INSIDE)
def test_left_closes_from_any_state_inside(state: State) -> None:
    """A certain "left" ends the visit wherever the questions stand."""
    asha = standing(state)
    assert asha.hears("15:30", Event.LEFT) == [LifeSign("left"), LEFT, Say("left")]
    assert asha.stands == (State.LEFT, None, "")


@pytest.mark.parametrize("state", [State.ENDING, State.OVERDUE])
def test_all_ok_past_the_end_puts_it_off_a_little(state: State) -> None:
    """Well but still there: asked again after two graces, never left alone."""
    asha = standing(state)
    assert asha.hears("15:20", Event.OK) == [LifeSign("ok"), Say("ok")]
    assert asha.stands == (State.THERE, Event.END_DUE, "15:30")


@pytest.mark.parametrize("state", State)
def test_danger_raises_the_alarm_from_any_state(state: State) -> None:
    """Anything may raise: with no visit open, before it and after it too."""
    asha = standing(state)
    before = asha.stands
    assert asha.hears("16:00", Event.DANGER) == [Say("danger"), Raise(Kind.DANGER)]
    assert asha.stands == before


@pytest.mark.parametrize("state", State)
def test_a_concern_goes_to_the_first_who_can_be_told(state: State) -> None:
    """P19b: to the DSL, or else the deputy, from any state, and never only into a record."""
    tell = Tell("dsl_concern", (Role.DSL, Role.DEPUTY), first_only=True, urgent=True)
    assert standing(state).hears("16:00", Event.CONCERN) == [Say("concern"), tell]


@pytest.mark.parametrize("state", COMING + INSIDE)
def test_a_lost_phone_is_an_alarm_while_a_visit_is_open(state: State) -> None:
    """Nobody can be asked: somebody is told, and the clock runs on."""
    asha = standing(state)
    before = asha.stands
    assert asha.hears(clock(asha.now), Event.UNREACHABLE) == [Raise(Kind.CONTACT_LOST)]
    assert asha.stands == before


CLOSED_ANSWERS = [
    (State.NONE, Event.LEFT, "nothing_open"),
    (State.CALLED_OFF, Event.LEFT, "nothing_open"),
    (State.LEFT, Event.LEFT, "already_left"),
    (State.LEFT, Event.OK, "nothing_open"),
    (State.NONE, Event.LATE, "nothing_open"),
    (State.LEFT, Event.LONGER, "nothing_open"),
    (State.NONE, Event.CALLED_OFF, "nothing_open"),
]


@pytest.mark.parametrize(("state", "event", "notice"), CLOSED_ANSWERS)
def test_with_nothing_open_words_are_answered_and_change_nothing(state: State, event: Event, notice: str) -> None:
    """What cannot mean anything now is answered kindly."""
    asha = standing(state)
    assert asha.hears("16:00", event, by=mins(20)) == [Say(notice)]
    assert asha.place.state is state


@pytest.mark.parametrize(
    ("state", "notice"), [(State.THERE, "already_there"), (State.ASKED, "ask_check_in"), (State.SILENT, "ask_check_in")]
)
def test_arrived_twice_is_noted_already_and_answers_no_question(state: State, notice: str) -> None:
    """A repeated "arrived" moves nothing; while the check-in is open it is asked again."""
    asha = standing(state)
    before = asha.stands
    assert asha.hears(clock(asha.now), Event.ARRIVED) == [Say(notice)]
    assert asha.stands == before


def test_a_planned_arrival_is_told_where_the_policy_says_so() -> None:
    """C2: the default tells nobody of a planned arrival; a policy may."""
    asha = Visiting(planned(), policy(tell_arrived=["office", "dsl"]))
    assert asha.hears("14:00", Event.ARRIVED) == [Say("arrived"), Tell("office_arrived", (Role.OFFICE, Role.DSL))]
    assert not POLICY.tell_arrived


def test_arriving_again_after_leaving_is_a_new_unplanned_visit() -> None:
    """Back at the house ten minutes later: watched from the start, with nothing left over from before."""
    asha = standing(State.LEFT)
    assert asha.hears("14:15", Event.ARRIVED) == [Tell("office_unplanned", OFFICE), Say("arrived_unplanned")]
    assert asha.stands == (State.THERE, Event.CHECK_IN_DUE, "14:25")
    assert asha.place.left_at is None
