"""The page of states is drawn from the tables and forgets nothing of them."""

from bot import alarm
from bot.visit import TABLE, State
from docs import diagrams


def test_the_page_of_states_is_what_the_tables_draw() -> None:
    """docs/states.md equals what `python docs/diagrams.py` draws today."""
    assert diagrams.PAGE.read_text(encoding="utf-8") == diagrams.page()


def test_the_page_of_states_forgets_nothing() -> None:
    """Every state has its column, and every change of state its arrow, those of a sign of life included."""
    assert sorted(state for _, states in diagrams.GROUPS for state in states) == sorted(State)
    assert (alarm.State.OWNED, alarm.State.STOOD_DOWN) in diagrams.alarm_arrows()
    for state, row in TABLE.items():
        for event, rule in row.items():
            if rule.to not in (None, state):
                assert event in diagrams.visit_arrows()[state, rule.to]
