"""The alarm machine, told as transcripts: who is told what, and what is then waited for."""

import pytest

from bot.alarm import DURESS, Event, Kind, State
from tests.bot.values import ASHA, BEN, DANA, DEE, HENRY, OLIVE, Climb, clock, policy

QUIET = [kind for kind in Kind if kind not in DURESS]


def test_a_quiet_alarm_climbs_rung_by_rung() -> None:
    """Office, headteacher, deputy, two minutes each; the earlier rungs are kept informed."""
    alarm = Climb(Kind.MISSED_CHECK_IN)
    assert alarm.first == ["Olive: alarm"]
    assert alarm.stands == (State.CLIMBING, "", "14:16")
    assert alarm.waits() == ["Olive: alarm_climbs Henry", "Henry: alarm"]
    assert alarm.stands == (State.CLIMBING, "", "14:18")
    assert alarm.waits() == ["Olive: alarm_climbs Dana", "Henry: alarm_climbs Dana", "Dana: alarm"]
    assert alarm.stands == (State.CLIMBING, "", "14:20")


def test_past_the_top_everybody_is_told_again_for_ever() -> None:
    """There is no silent end: the whole ladder, with the words for 999, every rung's time."""
    alarm = Climb(Kind.OVERDUE)
    alarm.waits()
    alarm.waits()
    for round_ in range(1, 40):
        assert alarm.waits() == ["Olive: alarm_999", "Henry: alarm_999", "Dana: alarm_999"]
        assert alarm.alarm.rounds == round_
        assert alarm.alarm.deadline_at == alarm.now + alarm.rules.rung


@pytest.mark.parametrize("kind", sorted(DURESS))
def test_a_duress_alarm_goes_to_office_and_headteacher_in_the_same_instant(kind: Kind) -> None:
    """P15, W3: one rung of both, then the rest of the ladder."""
    alarm = Climb(kind)
    assert alarm.first == ["Olive: alarm", "Henry: alarm"]
    assert alarm.waits() == ["Olive: alarm_climbs Dana", "Henry: alarm_climbs Dana", "Dana: alarm"]
    assert alarm.waits() == ["Olive: alarm_999", "Henry: alarm_999", "Dana: alarm_999"]


def test_the_first_mine_wins() -> None:
    """The owner is thanked, the others are told who; a second "mine" hears who has it."""
    alarm = Climb(Kind.MISSED_CHECK_IN)
    alarm.waits()
    assert alarm.hears("14:17", Event.MINE, HENRY) == ["Henry: alarm_yours", "Olive: alarm_owned Henry"]
    assert alarm.stands == (State.OWNED, "Henry", "14:27")
    assert alarm.hears("14:18", Event.MINE, OLIVE) == ["Olive: alarm_taken Henry"]
    assert alarm.stands == (State.OWNED, "Henry", "14:27")


def test_the_owners_second_mine_keeps_the_alarm_for_another_while() -> None:
    """Ownership is counted anew from the last "mine"."""
    alarm = Climb(Kind.OVERDUE)
    alarm.hears("14:15", Event.MINE, OLIVE)
    assert alarm.hears("14:22", Event.MINE, OLIVE) == ["Olive: alarm_yours"]
    assert alarm.stands == (State.OWNED, "Olive", "14:32")


def test_an_ownership_without_an_outcome_runs_out_and_the_climb_goes_on() -> None:
    """After ten minutes the next rung is told, and the owner is asked to say "mine" again, once."""
    alarm = Climb(Kind.CODE_WORD)
    alarm.hears("14:15", Event.MINE, OLIVE)
    assert alarm.waits() == ["Olive: alarm_ran_out", "Henry: alarm_climbs Dana", "Dana: alarm"]
    assert clock(alarm.now) == "14:25"
    assert alarm.stands == (State.CLIMBING, "", "14:27")
    assert alarm.hears("14:26", Event.MINE, OLIVE) == [
        "Olive: alarm_yours",
        "Henry: alarm_owned Olive",
        "Dana: alarm_owned Olive",
    ]


def test_an_ownership_that_runs_out_at_the_top_sounds_the_whole_ladder() -> None:
    """The others get the words for 999; the owner hears that it ran out, and the 999 words with the next round."""
    alarm = Climb(Kind.CODE_WORD)
    alarm.waits()
    alarm.hears("14:17", Event.MINE, DANA)
    assert alarm.waits() == ["Dana: alarm_ran_out", "Olive: alarm_999", "Henry: alarm_999"]
    assert alarm.waits() == ["Olive: alarm_999", "Henry: alarm_999", "Dana: alarm_999"]


def test_the_owner_of_a_one_person_ladder_is_still_pressed() -> None:
    """With nobody else to tell, the only contact hears that it ran out, and then the 999 words."""
    alarm = Climb(Kind.OVERDUE, people=(ASHA, OLIVE))
    alarm.hears("14:15", Event.MINE, OLIVE)
    assert alarm.waits() == ["Olive: alarm_ran_out"]
    assert alarm.waits() == ["Olive: alarm_999"]


def test_a_contact_off_the_ladder_may_own_and_is_kept_informed_from_then_on() -> None:
    """The DSL hears of it in the corridor and takes it: from then on she is one of those who have it."""
    alarm = Climb(Kind.OVERDUE)
    assert alarm.hears("14:15", Event.MINE, DEE) == ["Dee: alarm_yours", "Olive: alarm_owned Dee"]
    assert alarm.waits() == ["Dee: alarm_ran_out", "Olive: alarm_climbs Henry", "Henry: alarm"]
    assert alarm.waits() == [
        "Olive: alarm_climbs Dana",
        "Dee: alarm_climbs Dana",
        "Henry: alarm_climbs Dana",
        "Dana: alarm",
    ]


def test_whoever_took_it_early_is_not_told_again_when_their_rung_comes() -> None:
    """A rung whose people have the alarm already is passed over in the same step."""
    alarm = Climb(Kind.OVERDUE)
    alarm.hears("14:15", Event.MINE, HENRY)
    assert alarm.waits() == ["Henry: alarm_ran_out", "Olive: alarm_climbs Dana", "Dana: alarm"]


@pytest.mark.parametrize("outcome", ["safe", "false", "test", "real"])
@pytest.mark.parametrize("kind", Kind)
def test_stood_down_with_outcome_and_reason_and_all_are_told(kind: Kind, outcome: str) -> None:
    """A contact ends any kind, owned or not; everybody who has the alarm hears who ended it."""
    alarm = Climb(kind, rules=policy(duress=["office"]))
    alarm.waits()
    assert alarm.hears("14:30", Event.STAND_DOWN, HENRY, outcome, "rang, all well") == [
        "Henry: alarm_ended Henry",
        "Olive: alarm_ended Henry",
    ]
    assert alarm.stands == (State.STOOD_DOWN, "", "")
    assert (alarm.alarm.outcome, alarm.alarm.reason, clock(alarm.alarm.ended_at)) == (
        outcome,
        "rang, all well",
        "14:30",
    )


def test_after_the_end_only_the_asker_is_answered() -> None:
    """A late answer hears that it was ended; nothing else moves anybody."""
    alarm = Climb(Kind.DANGER)
    alarm.hears("14:30", Event.STAND_DOWN, OLIVE, "safe", "rang")
    ended = alarm.alarm
    for event in Event:
        asked = event in (Event.MINE, Event.STAND_DOWN, Event.DETAILS)
        assert alarm.hears("14:40", event, HENRY) == (["Henry: alarm_was_ended"] if asked else [])
        assert alarm.hears("14:41", event) == []
    assert alarm.alarm == ended


@pytest.mark.parametrize("kind", QUIET)
@pytest.mark.parametrize("owned", [False, True])
def test_the_visitors_own_sign_of_life_ends_a_quiet_alarm(kind: Kind, owned: bool) -> None:
    """Those alarmed are told, and nobody else."""
    alarm = Climb(kind)
    if owned:
        alarm.hears("14:15", Event.MINE, OLIVE)
    assert alarm.hears("14:16", Event.LIFE, reason="left") == ["Olive: alarm_over"]
    assert alarm.stands == (State.STOOD_DOWN, "Olive" if owned else "", "")
    assert (alarm.alarm.outcome, alarm.alarm.reason) == ("safe", "left")


@pytest.mark.parametrize("kind", sorted(DURESS))
@pytest.mark.parametrize("owned", [False, True])
def test_no_sign_of_life_ends_a_duress_alarm(kind: Kind, owned: bool) -> None:
    """ "Left" after a code word closes nothing: the contacts hear the words and are warned not to trust them."""
    alarm = Climb(kind)
    if owned:
        alarm.hears("14:15", Event.MINE, OLIVE)
    before = alarm.alarm
    assert alarm.hears("14:16", Event.LIFE, reason="left") == ["Olive: alarm_words", "Henry: alarm_words"]
    assert alarm.alarm == before


@pytest.mark.parametrize("event", [Event.MINE, Event.STAND_DOWN, Event.DETAILS, Event.REFUSED])
@pytest.mark.parametrize("kind", Kind)
def test_whoever_an_alarm_is_about_can_neither_answer_nor_end_it(kind: Kind, event: Event) -> None:
    """From the visitor's own phone nothing is owned, ended or told, even where the visitor is a contact too (law 7)."""
    alarm = Climb(kind)
    before = alarm.alarm
    assert alarm.hears("14:15", event, ASHA, "safe", "all fine") == []
    assert alarm.alarm == before


def test_a_refusal_tells_the_next_person_at_once() -> None:
    """A contact who cannot be told is not waited for, and the next rung has its full time."""
    alarm = Climb(Kind.OVERDUE)
    assert alarm.hears("14:15", Event.REFUSED, OLIVE) == ["Olive: alarm_climbs Henry", "Henry: alarm"]
    assert alarm.stands == (State.CLIMBING, "", "14:17")


def test_a_refusal_by_somebody_who_is_not_waited_on_changes_nothing() -> None:
    """A late refusal of an earlier rung, of a stranger to the ladder or of an owned alarm does not climb."""
    alarm = Climb(Kind.OVERDUE)
    alarm.waits()
    before = alarm.alarm
    assert alarm.hears("14:17", Event.REFUSED, OLIVE) == []
    assert alarm.hears("14:17", Event.REFUSED, DEE) == []
    assert alarm.hears("14:17", Event.REFUSED) == []
    assert alarm.alarm == before
    alarm.hears("14:17", Event.MINE, OLIVE)
    owned = alarm.alarm
    assert alarm.hears("14:18", Event.REFUSED, HENRY) == []
    assert alarm.alarm == owned


def test_refusals_never_climb_past_the_top() -> None:
    """When everybody refuses, the rounds still keep their time: a dead provider is not hammered."""
    alarm = Climb(Kind.OVERDUE)
    alarm.hears("14:15", Event.REFUSED, OLIVE)
    assert alarm.hears("14:15", Event.REFUSED, HENRY) == [
        "Olive: alarm_climbs Dana",
        "Henry: alarm_climbs Dana",
        "Dana: alarm",
    ]
    before = alarm.alarm
    assert alarm.hears("14:15", Event.REFUSED, DANA) == []
    assert alarm.alarm == before
    assert alarm.waits() == ["Olive: alarm_999", "Henry: alarm_999", "Dana: alarm_999"]


def test_what_happens_once_more_is_told_to_those_who_have_it() -> None:
    """A second code word starts no second ladder, and hurries none."""
    alarm = Climb(Kind.CODE_WORD)
    before = alarm.alarm
    assert alarm.hears("14:15", Event.AGAIN) == ["Olive: alarm_again", "Henry: alarm_again"]
    assert alarm.alarm == before


def test_details_answer_the_asker_and_change_nothing() -> None:
    """The sealed card opens to whoever asks for it, and to nobody else."""
    alarm = Climb(Kind.OVERDUE)
    before = alarm.alarm
    assert alarm.hears("14:15", Event.DETAILS, DEE) == ["Dee: alarm_details"]
    assert alarm.alarm == before


def test_an_alarm_with_nobody_to_tell_keeps_its_clock() -> None:
    """I5: a school without contacts has an alarm that stays open, due again every rung's time."""
    alarm = Climb(Kind.CODE_WORD, people=(ASHA, BEN))
    assert alarm.first == []
    assert alarm.stands == (State.CLIMBING, "", "14:16")
    assert alarm.waits() == []
    assert alarm.stands == (State.CLIMBING, "", "14:18")
