"""Drawing a run from its seed: visits of every sort, contacts of every habit, and faults."""

import random
from collections.abc import Callable, Mapping
from functools import cache

from bot.people import Channel
from bot.policy import Returns
from tests.simulation.faults import DRAWN, drawn
from tests.simulation.plan import CONTACTS, VISITORS, Actor, Fault, Habit, Means, Plan, Size, Step, Visit
from tests.simulation.record import POLICIES, schools_of
from tests.simulation.rehearsing import rehearsals
from tests.simulation.truth import Lengths

MINUTE = 60.0
FIRST, GRID = 5 * MINUTE, 5 * MINUTE
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
Sort = Callable[[random.Random, float, float], list[tuple[float, Means]]]


def _quiet(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    arrives = starts + chance.uniform(-3, 6) * MINUTE
    asked = max(starts, arrives) + 11 * MINUTE
    return [
        (arrives, Means.ARRIVED),
        (asked, Means.OK),
        (max(ends, asked + MINUTE) - chance.uniform(-3, 1) * MINUTE, Means.LEFT),
    ]


def _with(means: Means, *, ends_it: bool = False) -> Sort:
    """A quiet visit with one more thing said in the middle of it."""

    def sort(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
        steps = _quiet(chance, starts, ends)
        at = steps[0][0] + chance.uniform(0.2, 8) * MINUTE
        return [*steps[:1], (at, means)] if ends_it else [*steps, (at, means)]

    return sort


def _falls_silent(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    steps = _quiet(chance, starts, ends)
    return [*steps[: chance.choice((1, 1, 2))], (ends + chance.uniform(12, 40) * MINUTE, Means.LEFT)]


def _never_comes(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    return [(starts + chance.uniform(16, 40) * MINUTE, Means.CALLED_OFF)]


def _late(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    later = [(at + 20 * MINUTE, means) for at, means in _quiet(chance, starts, ends)]
    return [(starts + chance.uniform(-5, 9) * MINUTE, Means.LATE), *later]


def _longer(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    steps = _quiet(chance, starts, ends)
    return [*steps[:2], (ends + chance.uniform(0, 4) * MINUTE, Means.LONGER), (steps[2][0] + 18 * MINUTE, Means.LEFT)]


def _sets_out(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    return [(starts - chance.uniform(4, 15) * MINUTE, Means.SET_OUT), *_quiet(chance, starts, ends)]


def _nobody_home(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    """They wait at the door and go; some are let in after all, and some say nothing more."""
    at = starts + chance.uniform(-2, 8) * MINUTE
    rest = chance.choice(
        ([(at + 16 * MINUTE, Means.LEFT)], [(at + 6 * MINUTE, Means.ARRIVED), (ends + 2 * MINUTE, Means.LEFT)])
    )
    return [(at, chance.choice((Means.NOBODY_HOME, Means.FAMILY_LATE))), *rest]


def _all_at_once(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    """A code word right behind "left", as of one who is made to text."""
    steps = _quiet(chance, starts, ends)
    return [*steps, (steps[-1][0] + chance.choice((0.0, 0.4, 2.0)), Means.CODE_WORD)]


def _to_the_instant(chance: random.Random, starts: float, ends: float) -> list[tuple[float, Means]]:
    """Texts at the very instants at which something is due."""
    return [
        (starts + 10 * MINUTE, Means.ARRIVED),
        (starts + 20 * MINUTE, Means.OK),
        (max(ends + 5 * MINUTE, starts + 24 * MINUTE), Means.LEFT),
    ]


SORTS: Mapping[str, tuple[int, Sort]] = {
    "quiet": (40, _quiet),
    "talks": (3, _with(Means.NOTHING)),
    "late": (4, _late),
    "longer": (4, _longer),
    "sets out": (4, _sets_out),
    "nobody home": (3, _nobody_home),
    "called off": (2, _with(Means.CALLED_OFF, ends_it=True)),
    "to the instant": (3, _to_the_instant),
    "falls silent": (2, _falls_silent),
    "never comes": (1, _never_comes),
    "code word": (1, _with(Means.CODE_WORD)),
    "danger": (1, _with(Means.DANGER)),
    "code word behind left": (1, _all_at_once),
}
"""Every sort of visit, and how often it is drawn."""


def draw(seed: int, size: Size | None = None) -> Plan:
    """The run of this seed: always the same."""
    chance, size = random.Random(seed), size or Size()
    school = chance.randrange(len(POLICIES))
    lengths = lengths_of(school)
    visits = [_visit(chance, number, lengths) for number in range(size.visits)]
    latest = max(visit.ends for visit in visits) + 10 * MINUTE
    return Plan(
        seed=seed,
        visits=tuple(visits),
        habits=tuple(_habit(chance, actor) for actor in CONTACTS),
        faults=(*_faults(chance, size, latest), *(rehearsals(seed, visits, latest) if size.faults else ())),
        school=school,
        receipts=chance.choice(("delivered", "alarms", "never", "never")),
        holds=chance.random() < 0.2,
    )


def _visit(chance: random.Random, number: int, lengths: Lengths) -> Visit:
    """The visitors take turns; a second visit of one begins when the first should long be over."""
    actor = VISITORS[number % len(VISITORS)]
    turn = number // len(VISITORS)
    starts = FIRST + turn * 75 * MINUTE + GRID * chance.randrange(4)
    ends = starts + chance.choice(LENGTHS)
    sort = chance.choices(list(SORTS), [often for often, _ in SORTS.values()])[0]
    planned = sort in ("late", "never comes", "sets out") or chance.random() < 0.85
    back = ends + 30 * MINUTE if planned and chance.random() < 0.4 else None
    said = sorted(SORTS[sort][1](chance, starts, ends), key=lambda one: one[0])
    awaited = lengths.returns is Returns.ALWAYS or (lengths.returns is Returns.PLANNED and back is not None)
    if awaited and said[-1][1] is Means.LEFT:
        said.append((said[-1][0] + chance.choice((5, 20, 25, 50)) * MINUTE, Means.BACK))
    steps = (_step(chance, actor, max(1.0, at), means) for at, means in said)
    in_order = tuple(sorted(steps, key=lambda step: step.at))
    return Visit(number, actor.name, starts, ends, in_order, back, planned, sort=sort)


@cache
def lengths_of(school: int) -> Lengths:
    """What a school's policy promises."""
    return Lengths.of(next(iter(schools_of(Plan(0, (), (), (), school)).values())).policy)


def _step(chance: random.Random, actor: Actor, at: float, means: Means) -> Step:
    by = Channel.TELEGRAM if actor.chat and chance.random() < 0.8 else Channel.SMS
    how = "twice" if chance.random() < 0.03 else ""
    # Whole minutes for most: people who plan alike text alike, and many texts in one instant are a case of their own.
    at = at if means is Means.CODE_WORD or chance.random() < 0.3 else round(at / MINUTE) * MINUTE
    return Step(round(at, 2), chance.choice(CERTAIN[means]), means, MINUTES.get(means, 0), by, how)


def _habit(chance: random.Random, actor: Actor) -> Habit:
    answers = chance.random() < 0.8
    mine = chance.choice((5.0, 5.0, 5.0, 45.0, 130.0)) if answers else None
    outcome = chance.choice((20.0, 20.0, 90.0, 700.0)) if answers and chance.random() < 0.9 else None
    by = Channel.TELEGRAM if actor.chat and chance.random() < 0.5 else Channel.SMS
    return Habit(actor.name, mine, outcome, by)


def _faults(chance: random.Random, size: Size, latest: float) -> list[Fault]:
    count = chance.randint(0, size.faults)
    return sorted((drawn(chance, chance.choice(DRAWN), latest) for _ in range(count)), key=lambda one: one.at)
