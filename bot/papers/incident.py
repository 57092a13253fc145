"""The incident pack: all that the journal holds of one visit, in order, and the proof that nothing was changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.alarm import Kind
from bot.papers.document import Block, Callout, Cut, Document, Facts, Grid, Heading, Paragraph
from bot.papers.facts import VisitFacts, authorisation, times
from bot.papers.words import Words


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the journal. `body` is None when its retention has passed."""

    seq: int
    at: datetime
    kind: str
    who: str
    body: Mapping[str, Any] | None
    hash: str


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """One alarm of the visit, and what became of it."""

    code: str
    kind: Kind
    raised_at: datetime
    owner: str = ""
    owned_at: datetime | None = None
    outcome: str = ""
    reason: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What the check of the school's whole chain found: how many entries hold, the last hash, and the first fault."""

    entries: int
    head: str
    fault: str = ""


def incident_pack(
    visit: VisitFacts, alarms: Sequence[AlarmFacts], steps: Sequence[Step], proof: Proof, now: datetime
) -> Document:
    """Everything about one visit for those who look into it. It says first if the journal does not hold."""
    words = visit.school.words
    blocks: list[Block] = []
    if proof.fault:
        blocks.append(Callout(words("sentences.broken", entries=proof.entries, fault=proof.fault)))
    if any(alarm.kind is Kind.CODE_WORD for alarm in alarms):
        blocks.append(Callout(words("sentences.code_word_inside")))
    blocks += [Heading(words("the_visit")), Facts(_about(visit, words)), Heading(words("alarms"))]
    blocks.append(_alarms(alarms, words) if alarms else Paragraph(words("no_alarms")))
    blocks += [Heading(words("all_that_happened")), _steps(steps, words), Cut(), Heading(words("proof"))]
    if not proof.fault:
        blocks.append(Paragraph(words("sentences.holds", entries=proof.entries)))
    rows = tuple((str(step.seq), step.hash) for step in steps)
    blocks += [
        Facts(((words("last_hash"), proof.head or "–"),)),
        Paragraph(words("sentences.hash_meaning")),
        Grid((words("entry"), words("hash")), rows, (10, 90), small=True),
    ]
    return Document(
        title=words("titles.incident"),
        school=visit.school.name,
        subject=words("sentences.visit", number=visit.number),
        blocks=tuple(blocks),
        language=visit.school.language,
        made_at=now,
        made=words.made(now),
        page=words.page,
        mark=words("confidential"),
    )


def _about(visit: VisitFacts, words: Words) -> tuple[tuple[str, str], ...]:
    staff = [f"{goer.name}, {goer.phone}: {times(goer, words)}" for goer in visit.goers]
    cars = [f"{goer.name}: {goer.vehicle}" for goer in visit.goers if goer.vehicle]
    rows = (
        (words("date"), words.day(visit.starts_at)),
        (words("time"), visit.expected(words)),
        (words("address"), words.known(visit.address)),
        (words("pupil"), words.known(visit.pupil)),
        (words("reason"), words.known(visit.reason)),
        (words("staff"), "\n".join(staff)),
        (words("vehicle"), "\n".join(cars)),
        (words("risks"), visit.risk),
        (words("authorised_by"), authorisation(visit, words)),
        (words("outcome"), visit.outcome),
    )
    return tuple(row for row in rows if row[1])


def _alarms(alarms: Sequence[AlarmFacts], words: Words) -> Grid:
    rows = tuple(
        (
            alarm.code,
            words.kind("alarm_kinds", alarm.kind),
            words.clock(alarm.raised_at),
            f"{alarm.owner} {words.clock(alarm.owned_at, '')}".strip() or words("nobody"),
            words.clock(alarm.ended_at, words("still_open")),
            ". ".join(part for part in (words.kind("outcomes", alarm.outcome), alarm.reason) if part),
        )
        for alarm in alarms
    )
    head = ("code", "kind", "raised", "owned", "ended", "how_it_ended")
    return Grid(tuple(words(name) for name in head), rows, (9, 18, 11, 17, 11, 34), small=True)


def _steps(steps: Sequence[Step], words: Words) -> Grid:
    rows: list[tuple[str, ...]] = []
    days: set[str] = set()
    for step in steps:
        day = words.day(step.at)
        told = [*([day] if day not in days else []), *told_of(step, words)]
        days.add(day)
        time = f"{step.at.astimezone(words.zone):%H:%M:%S}"
        rows.append((str(step.seq), time, words.kind("entries", step.kind), step.who, "\n".join(told)))
    head = ("entry", "time", "what_happened", "who", "in_words")
    return Grid(tuple(words(name) for name in head), tuple(rows), (8, 10, 15, 13, 54), small=True)


def told_of(step: Step, words: Words) -> list[str]:
    """What an entry holds, for a reader: the words first, then the rest by name."""
    if step.body is None:
        return [words("body_gone")]
    text = step.body.get("text")
    rest = [f"{name}: {_flat(value)}" for name, value in step.body.items() if name != "text" and _flat(value)]
    return [*([f"“{text}”"] if text else []), *(["; ".join(rest)] if rest else [])] or ["–"]


def _flat(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_flat(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_flat(one)}" for name, one in value.items())
    return "" if value in (None, False) else str(value)
