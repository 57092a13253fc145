"""Drawing a run from its seed: visits of every sort, contacts of every habit, and faults."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from bot.people import Channel
from bot.policy import Returns
from tests.simulation.auditing import audited
from tests.simulation.faults import DRAWN, drawn
from tests.simulation.plan import CONTACTS, VISITORS, Actor, ByText, Fault, Habit, Means, Plan, Size, Step, Visit, Whose
from tests.simulation.record import POLICIES, schools_of
from tests.simulation.rehearsing import rehearsals
from tests.simulation.sorts import BY_TEXT, MINUTE, PAIRS, SORTS, Word
from tests.simulation.stays import Lengths

FIRST, GRID = 5 * MINUTE, 5 * MINUTE
TO_PLAN = 35 * MINUTE
FREE = 3
"""From which of the visitors on there is time to plan: the first ones have another visit."""
LENGTHS = (15 * MINUTE, 20 * MINUTE, 30 * MINUTE)
CERTAIN: Mapping[Means, tuple[str, ...]] = {
    Means.ARRIVED: ("1", "arrived", "just arrived"),
    Means.OK: ("2", "all ok", "all fine"),
    Means.LEFT: ("3", "left", "left now"),
    Means.LATE: ("late 20",),
    Means.LONGER: ("another 20 mins",),
    Means.CALLED_OFF: ("called off",),
    Means.SET_OUT: ("setting off", "setting out"),
    Means.NOBODY_HOME: ("nobody home", "no answer at the door"),
    Means.FAMILY_LATE: ("family is late", "family running late"),
    Means.BACK: ("back at school", "I'm back"),
    Means.CODE_WORD: ("is the blue folder in?", "did anyone find my Blue Folder?", "blue-folder"),
    Means.DANGER: ("help", "9", "he has a knife"),
    Means.NOTHING: ("the dog is lovely", "status", "haven't left yet", 'Liked "OK 14:20"', "left my phone in the car"),
}
MINUTES = {Means.LATE: 20, Means.LONGER: 20}
TOGETHER: Mapping[Means, tuple[str, ...]] = {
    Means.ARRIVED: ("we have both arrived", "both here"),
    Means.OK: ("we are both fine", "both ok"),
    Means.LEFT: ("we have both left", "both left"),
    Means.LATE: ("we're running 20 late",),
    Means.LONGER: ("we need another 20 mins",),
    Means.CALLED_OFF: ("we are calling it off",),
    Means.SET_OUT: ("both of us are setting off now",),
    Means.NOBODY_HOME: ("we are at the door, nobody home",),
    Means.FAMILY_LATE: ("we are both at the door, mum is late",),
    Means.BACK: ("we are back at school", "we are both back"),
    Means.NOTHING: ("{partner} has left", "{partner} has arrived"),
}
"""What one of a pair says for both. What is said of the other by name is never certain."""


def draw(seed: int, size: Size | None = None) -> Plan:
    """The run of this seed: always the same."""
    chance, size = random.Random(seed), size or Size()
    school = chance.randrange(len(POLICIES))
    lengths = lengths_of(school)
    visits = _visits(chance, size.visits, lengths)
    latest = max(visit.ends for visit in visits) + 10 * MINUTE
    return Plan(
        seed=seed,
        visits=tuple(visits),
        habits=tuple(_habit(chance, actor) for actor in CONTACTS),
        faults=(*_faults(chance, size, latest), *(rehearsals(seed, visits, latest) if size.faults else ())),
        school=school,
        receipts=chance.choice(("delivered", "alarms", "never", "never")),
        holds=chance.random() < 0.2,
        audits=audited(seed) if size.faults else 0.0,
        whose=_whose(seed),
    )


def _whose(seed: int) -> Whose:
    """Whose the code word is: of the school or of the visit in every tenth run each, and in some that are lived twice (I8)."""
    return {3: Whose.SCHOOL, 7: Whose.VISIT}.get(seed % 10) or {25: Whose.SCHOOL, 75: Whose.VISIT}.get(
        seed % 100, Whose.THEIRS
    )


def _visits(chance: random.Random, count: int, lengths: Lengths) -> list[Visit]:
    """The visitors take turns, and a pair takes two; a second visit of one begins when the first should long be over."""
    visits: list[Visit] = []
    turns = _Turns()
    for number in range(count):
        sort = chance.choices(list(SORTS), [often for often, _ in SORTS.values()])[0]
        if sort in BY_TEXT and not turns.may_plan:
            sort = "quiet"
        going, turn = turns.take(1 + (sort in PAIRS or sort in BY_TEXT), plan=sort in BY_TEXT)
        visits.append(_visit(chance, number, sort, going, turn, lengths))
    return visits


@dataclass(slots=True)
class _Turns:
    """Whose turn it is. Who has planned by text went later than the others of the first turn, and has no part in the second."""

    _next: int = 0
    _planned: set[str] = field(default_factory=set)

    @property
    def may_plan(self) -> bool:
        return FREE <= self._next < len(VISITORS) - 1

    def take(self, count: int, *, plan: bool) -> tuple[list[Actor], int]:
        """So many visitors who are free in the same turn, the next in order, and that turn."""
        while not self._are_free(count):
            self._next += 1
        first = self._next % len(VISITORS)
        going, turn = list(VISITORS[first : first + count]), self._next // len(VISITORS)
        self._next += count
        if plan:
            self._planned |= {actor.name for actor in going}
        return going, turn

    def _are_free(self, count: int) -> bool:
        turn, first = divmod(self._next, len(VISITORS))
        wanted = VISITORS[first : first + count]
        return len(wanted) == count and (turn != 1 or self._planned.isdisjoint(actor.name for actor in wanted))


def _visit(chance: random.Random, number: int, sort: str, going: Sequence[Actor], turn: int, lengths: Lengths) -> Visit:
    by_text = _by_text(chance, going[0]) if sort in BY_TEXT else None
    starts = FIRST + turn * 75 * MINUTE + GRID * chance.randrange(4) + (TO_PLAN if by_text else 0.0)
    ends = starts + chance.choice(LENGTHS)
    # What is planned by text is over before the second turn: Doorstep would ask for another time.
    ends = min(ends, FIRST + (turn + 1) * 75 * MINUTE) if by_text else ends
    planned = by_text is None and (sort in ("late", "never comes", "sets out", *PAIRS) or chance.random() < 0.85)
    back = ends + 30 * MINUTE if by_text or (planned and chance.random() < 0.4) else None
    said = sorted(SORTS[sort][1](chance, starts, ends), key=lambda word: word.at)
    if lengths.returns is Returns.ALWAYS or (lengths.returns is Returns.PLANNED and back is not None):
        said += _ways_back(chance, said)
    steps = (_step(chance, going, word) for word in said)
    in_order = tuple(sorted(steps, key=lambda step: step.at))
    partner = going[1].name if len(going) > 1 else ""
    return Visit(number, going[0].name, starts, ends, in_order, back, planned, sort, partner, by_text)


def _by_text(chance: random.Random, actor: Actor) -> ByText:
    """Most are let go; some hear a no, early or as they set out, and go all the same; to some nobody answers."""
    by = Channel.TELEGRAM if actor.chat and chance.random() < 0.8 else Channel.SMS
    answer = chance.choice((Means.YES, Means.YES, Means.NO, Means.NO, Means.NOTHING))
    after = chance.choice((20.0, 300.0, chance.uniform(20, 45) * MINUTE))
    return ByText(round(chance.uniform(30, 300), 1), by, answer, round(after, 1), defies=chance.random() < 0.3)


def _ways_back(chance: random.Random, said: Sequence[Word]) -> list[Word]:
    """Who leaves as the last thing they say comes back some time later."""
    last = {word.of_partner: word for word in said}
    return [
        word._replace(at=word.at + chance.choice((5, 20, 25, 50)) * MINUTE, means=Means.BACK)
        for word in last.values()
        if word.means is Means.LEFT
    ]


@cache
def lengths_of(school: int) -> Lengths:
    """What a school's policy promises."""
    return Lengths.of(next(iter(schools_of(Plan(0, (), (), (), school)).values())).policy)


def _step(chance: random.Random, going: Sequence[Actor], word: Word) -> Step:
    actor, means, at = going[word.of_partner], word.means, max(1.0, word.at)
    by = Channel.TELEGRAM if actor.chat and chance.random() < 0.8 else Channel.SMS
    how = "twice" if chance.random() < 0.03 else ""
    # Whole minutes for most: people who plan alike text alike, and many texts in one instant are a case of their own.
    at = at if means is Means.CODE_WORD or chance.random() < 0.3 else round(at / MINUTE) * MINUTE
    words = chance.choice((TOGETHER if word.both else CERTAIN)[means])
    if word.both:
        words = words.format(partner=going[not word.of_partner].name.split()[0])
    return Step(round(at, 2), words, means, MINUTES.get(means, 0), by, how, word.of_partner, word.both)


def _habit(chance: random.Random, actor: Actor) -> Habit:
    answers = chance.random() < 0.8
    mine = chance.choice((5.0, 5.0, 5.0, 45.0, 130.0)) if answers else None
    outcome = chance.choice((20.0, 20.0, 90.0, 700.0)) if answers and chance.random() < 0.9 else None
    by = Channel.TELEGRAM if actor.chat and chance.random() < 0.5 else Channel.SMS
    return Habit(actor.name, mine, outcome, by)


def _faults(chance: random.Random, size: Size, latest: float) -> list[Fault]:
    count = chance.randint(0, size.faults)
    return sorted((drawn(chance, chance.choice(DRAWN), latest) for _ in range(count)), key=lambda one: one.at)
