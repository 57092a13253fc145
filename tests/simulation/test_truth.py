"""What the simulation takes for right, where it has to know which of two visits a text is about."""

from bot.policy import parse_policy
from tests.simulation.plan import Means
from tests.simulation.stays import Lengths
from tests.simulation.truth import DAY, Visitor

START, END, NEXT = 1_000.0, 2_000.0, 9_000.0


def visitor(policy: str) -> Visitor:
    """Somebody who is expected at two homes."""
    one = Visitor(Lengths.of(parse_policy(policy)))
    one.expects(START, END, END + 1_800)
    one.expects(NEXT, NEXT + 1_000, NEXT + 2_800)
    return one


def test_late_in_answer_to_the_question_about_the_return_puts_off_the_return() -> None:
    """Where no arrival is awaited, who is asked whether they are back and says "late 20" is on the way back."""
    one = visitor("early-years")
    first, second = one.stays
    asked = first.asked_at(one.lengths)
    back = first.back or 0
    one.hears(Means.LATE, 20, asked + 60, asked + 60)
    assert (first.homeward, first.back, second.starts) == (True, back + 1_200, NEXT)


def test_an_arrival_in_the_instant_of_that_question_is_of_the_visit_it_would_be_about() -> None:
    """What is said in the very instant is heard first."""
    one = visitor("early-years")
    first, second = one.stays
    asked = first.asked_at(one.lengths)
    one.hears(Means.ARRIVED, 0, asked, asked)
    assert (first.arrived, second.arrived) == (asked, None)


def test_a_change_that_comes_late_may_be_of_either_visit() -> None:
    """Read an hour after it was said, "late 20" may move the return or the next start: no alarm of either is a false one."""
    one = visitor("birchwood")
    first, second = one.stays
    one.hears(Means.ARRIVED, 0, START, START)
    one.hears(Means.LEFT, 0, END, END)
    before = [(stay.told_from(one.lengths), stay.told_by(one.lengths)) for stay in (first, second)]
    one.hears(Means.LATE, 20, END + 60, END + 3_660)
    for stay, (since, by) in zip((first, second), before, strict=True):
        assert stay.told_from(one.lengths) <= since and stay.told_by(one.lengths) >= by + 1_200


def test_a_change_that_comes_in_time_is_of_one_visit_alone() -> None:
    """Said and read at once, it is of the return, and the next visit is missed at its time."""
    one = visitor("birchwood")
    second = one.stays[1]
    one.hears(Means.ARRIVED, 0, START, START)
    one.hears(Means.LEFT, 0, END, END)
    told = second.told_by(one.lengths)
    one.hears(Means.LATE, 20, END + 60, END + 60)
    assert (second.told_from(one.lengths), second.told_by(one.lengths)) == (told, told)


def between_two_homes() -> Visitor:
    """Somebody who has left one home, and is silent about the return from it and the arrival at the next."""
    one = visitor("birchwood")
    one.hears(Means.ARRIVED, 0, START, START)
    one.hears(Means.LEFT, 0, END, END)
    return one


def test_an_ok_that_comes_late_from_between_two_homes_may_be_of_either() -> None:
    """The return and the next arrival were both asked for when it was said: nothing is owed of these, and all of the third."""
    one = between_two_homes()
    said = max(stay.asked_at(one.lengths) for stay in one.stays)
    third = one.expects(said + 7_200, said + 8_200, said + 10_000)
    told = third.told_by(one.lengths)
    one.hears(Means.OK, 0, said, said + 1_800)
    assert all(stay.told_by(one.lengths) > said + DAY for stay in one.stays[:2])
    assert (third.told_from(one.lengths), third.told_by(one.lengths)) == (told, told)


def test_an_ok_that_comes_late_before_the_next_arrival_is_awaited_is_of_the_return() -> None:
    """Only one question could have been meant, and the next visit is missed at its time."""
    one = between_two_homes()
    second, told = one.stays[1], one.stays[1].told_by(one.lengths)
    said = one.stays[0].asked_at(one.lengths)
    one.hears(Means.OK, 0, said, said + 1_800)
    assert (second.told_from(one.lengths), second.told_by(one.lengths)) == (told, told)
