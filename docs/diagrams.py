"""Draws docs/states.md from the tables of the two machines: `python docs/diagrams.py`.

The tables are the program; this is what they look like. A test holds the page to them, so it is never edited by hand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot import alarm, events, visit
from bot.policy import parse_policy

PAGE = Path(__file__).parent / "states.md"
HEAD = """# The states of a visit and of an alarm

This page is drawn from the tables in `bot/visit.py` and `bot/alarm.py` by `python docs/diagrams.py`. Change those,
not this. An arrow is drawn for each pair of states, with everything that leads from one to the other; what leaves a
state as it is stands in the grids. A grid says where each event leads ("→ there") and what is done, in its order;
"say …" is a notice of `bot/notices/`, "ask" and "nudge" wait for an answer, and "-" is nothing at all.
"""
VISIT = """## The visit

Each visitor of a visit stands in one of these states. While a visit is open exactly one deadline is waited for:
silence is asked about, then nudged on every channel, then it is an alarm, and the nudges go on. No deadline ever
closes a visit. A change of plan to a time that cannot be believed is taken for an unclear text.
"""
ALARM = """## The alarm

An alarm climbs until a contact says "mine", and climbs on when the ownership runs out. Only people end it: a contact
who says how it ended and why, or, where it is of a quiet kind, the visitor's own sign of life. Past the top of the
ladder everybody is told again, with the words for 999, until somebody answers.
"""
GROUPS = (
    ("Nothing open", (visit.State.NONE, visit.State.LEFT, visit.State.CALLED_OFF, visit.State.RETURNED)),
    ("Expected", (visit.State.PLANNED, visit.State.ON_WAY, visit.State.DUE, visit.State.MISSING)),
    ("At the door", (visit.State.AT_DOOR, visit.State.WAITED)),
    ("Arrived", (visit.State.THERE, visit.State.ASKED, visit.State.SILENT)),
    ("Past the expected end", (visit.State.ENDING, visit.State.OVERDUE)),
    ("On the way back", (visit.State.HOMEWARD, visit.State.RETURN_ASKED, visit.State.NOT_BACK)),
)
Rule = visit.Rule | alarm.Rule
Table = Mapping[Any, Mapping[Any, Rule]]
Arrows = dict[tuple[StrEnum, StrEnum], list[str]]


def visit_arrows() -> Arrows:
    """Every change of state in the visit's table, with the events that bring it about."""
    found: Arrows = {}
    for state, row in visit.TABLE.items():
        for event, rule in row.items():
            if rule.to is not None and rule.to is not state:
                found.setdefault((state, rule.to), []).append(event)
    return found


def alarm_arrows() -> Arrows:
    """Every change of state of an alarm. A sign of life ends the quiet kinds only, so both sorts are tried."""
    found: Arrows = {}
    for state in alarm.State:
        for event in alarm.Event:
            quiet, duress = (_leads_to(state, event, kind) for kind in (alarm.Kind.OVERDUE, alarm.Kind.CODE_WORD))
            if quiet is not state:
                found.setdefault((state, quiet), []).append(event if quiet is duress else f"{event}, quiet kinds")
    return found


def _leads_to(state: alarm.State, event: alarm.Event, kind: alarm.Kind) -> alarm.State:
    now = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    here = alarm.Alarm("K7Q4", kind, school_id=1, raised_at=now, state=state)
    return alarm.decide(here, alarm.Happening(event), parse_policy("default"), now).alarm.state


def diagram(arrows: Arrows, first: Iterable[StrEnum], last: Iterable[StrEnum]) -> str:
    """A mermaid state diagram, one arrow for each pair of states."""
    states = dict.fromkeys(state for pair in arrows for state in pair)
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state}" as {_id(state)}' for state in states if _id(state) != state]
    lines += [f"    [*] --> {_id(state)}" for state in first]
    lines += [f"    {_id(here)} --> {_id(there)}: {' / '.join(events)}" for (here, there), events in arrows.items()]
    lines += [f"    {_id(state)} --> [*]" for state in last]
    return "\n".join([*lines, "```", ""])


def _id(state: StrEnum) -> str:
    return state.replace(" ", "_")


def grid(table: Table, states: Sequence[StrEnum], happenings: Iterable[StrEnum]) -> str:
    """States across, events down, and in each cell where it leads and what is done."""
    rows = [["", *(f"**{state}**" for state in states)]]
    rows += [[f"**{event}**", *(_cell(table[state][event]) for state in states)] for event in happenings]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---" * (len(states) + 1) + "|")
    return "\n".join([*lines, ""])


def _cell(rule: Rule) -> str:
    parts = [f"→ **{rule.to}**"] if rule.to is not None else []
    return "<br>".join([*parts, *(_name(act) for act in rule.acts)]) or "-"


def _name(act: Callable[[Any], None]) -> str:
    written = act.__name__
    return written if " " in written else written.replace("_", " ")


def legend(table: Table) -> str:
    """What the acts of a table are, in the first line of their own words."""
    acts = [act for row in table.values() for rule in row.values() for act in rule.acts]
    known = {_name(act): act.__doc__ for act in acts if act.__doc__}
    return "\n".join([*(f"- *{name}*: {doc.strip().splitlines()[0]}" for name, doc in sorted(known.items())), ""])


def page() -> str:
    """The whole page, as Markdown."""
    parts = [HEAD, VISIT, diagram(visit_arrows(), [visit.State.NONE, visit.State.PLANNED], [])]
    for title, states in GROUPS:
        parts += [f"### {title}\n", grid(visit.TABLE, states, events.Event)]
    parts += ["### What is done in a visit\n", legend(visit.TABLE)]
    parts += [ALARM, diagram(alarm_arrows(), [alarm.State.CLIMBING], [alarm.State.STOOD_DOWN])]
    parts += [grid(alarm.TABLE, list(alarm.State), alarm.Event), "### What is done in an alarm\n", legend(alarm.TABLE)]
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
