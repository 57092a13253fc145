"""How a drill is scored, and when the next one is due."""

from datetime import timedelta

from bot.drill import LENGTH, Drill, Score, State, is_due, scores, slowest
from tests.bot.values import at

START = at("14:00")
OLIVE, HENRY, DANA = 10, 11, 12


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def drill(state: State = State.OPEN) -> Drill:
    answers = {OLIVE: START + minutes(3), HENRY: START + minutes(1), DANA: None}
    return Drill(1, 1, state, START, START, None, answers)


def test_the_fastest_comes_first_and_the_silent_last() -> None:
    """Seconds to the phone and to the answer; None where they never came."""
    reached = {OLIVE: START + minutes(0.1), DANA: START + minutes(0.2)}
    assert scores(drill(), reached) == [
        Score(HENRY, None, minutes(1)),
        Score(OLIVE, minutes(0.1), minutes(3)),
        Score(DANA, minutes(0.2), None),
    ]
    assert drill().waiting == {DANA}


def test_one_that_has_not_begun_has_no_scores_and_no_end() -> None:
    """It is only wanted."""
    wanted = Drill(1, 1, State.ASKED, START)
    assert scores(wanted, {}) == []
    assert wanted.ends_at is None


def test_only_an_open_one_has_an_end_to_come() -> None:
    """Ten minutes after it began."""
    assert drill().ends_at == START + LENGTH
    assert drill(State.OVER).ends_at is None


def test_the_slowest_is_of_those_there_are() -> None:
    """Nobody at all is no length."""
    assert slowest([minutes(1), None, minutes(3)]) == minutes(3)
    assert slowest([None]) is None


def test_one_is_due_once_a_period() -> None:
    """The last one was before the month, or the term, began."""
    assert is_due(START - minutes(1), START)
    assert not is_due(START, START)
