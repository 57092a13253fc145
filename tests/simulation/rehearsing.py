"""A drill in an afternoon: begun by the command itself, answered as alarms are, and held against a truth of its own.

What is true of it is what the phones show and what the people text. The store's row of a drill is held against that; of
`handlers/desk/drills.py` nothing is used.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import typer

import handlers.commands.drills
import handlers.commands.shared
from bot.people import Role
from store.database import StoreDown
from tests.simulation.able import down, outside
from tests.simulation.broken import Broken
from tests.simulation.folk import CODE
from tests.simulation.invariants import ACCEPTED, AFTER_OUTAGE, ALARM, PROMPTLY
from tests.simulation.plan import Actor, Fault, Habit, Means, Visit
from tests.simulation.record import SEALER
from tests.simulation.replaced import Piece, replaced

if TYPE_CHECKING:
    from tests.simulation.town import Town

DRILL, LENGTH = "drill", 600.0
OFTEN, BESIDE_A_CRY, BEFORE = 0.2, 0.5, (-5.0, 200.0)
"""In how many runs there is one; how often it is near a cry for help, where there is one; and how many seconds before it."""
ANSWERS = ("1", "1", "mine")
ASKS, OFF, OVER, NOTED = "this is a drill", "TEST OFF ", "TEST OVER ", "noted after"
TOLD = frozenset({Role.OFFICE, Role.HEADTEACHER})
OF_DRILLS = ("drill", "drill_answered", "drill_off", "drill_report", "drill_all_answered")
DRILLS = "SELECT id, state, begun_at, ended_at, answers FROM drill ORDER BY id"
ALARMS = "SELECT code, told, owner_id FROM alarm WHERE state != 'stood down'"
SENT = "SELECT notice, person_id, parcel FROM outbox WHERE notice LIKE 'drill%' ORDER BY id"
Of = tuple[int, str]


def drill(town: "Town", fault: Fault) -> None:
    """Somebody types `doorstep drill`."""
    assert town.rehearsal is not None
    town.at(fault.at, town.rehearsal.wants)


def rehearsals(seed: int, visits: Sequence[Visit], latest: float) -> list[Fault]:
    """The drill of this seed, if it has one. Its chance is its own: all else of the run is as it would be without it."""
    chance = random.Random(f"drill {seed}")
    if chance.random() >= OFTEN:
        return []
    cries = [s.at for visit in visits for s in visit.steps if s.means in (Means.CODE_WORD, Means.DANGER)]
    near = bool(cries) and chance.random() < BESIDE_A_CRY
    at = chance.choice(cries) - chance.uniform(*BEFORE) if near else chance.uniform(5.0, latest)
    return [Fault(DRILL, round(max(5.0, at), 1))]


class Held(NamedTuple):
    """One drill by the store: when it began, in seconds of the run, and who answered."""

    id: int
    state: str
    begun_at: float | None
    answers: Mapping[int, str | None]

    @property
    def waiting(self) -> set[int]:
        """Whom it still asks."""
        return {number for number, at in self.answers.items() if at is None} if self.state == "open" else set()


class Open(NamedTuple):
    """One open alarm."""

    code: str
    told: frozenset[int]
    owner_id: int | None


@dataclass(slots=True)
class Rehearsal:
    """The drills of one run. `looks` is called after each look of the reckoning's."""

    town: "Town"
    wanted: bool = False
    asked: bool = False
    """Whether the command has been taken: before, nothing may be marked TEST."""
    _since: dict[Of, float] = field(default_factory=dict)
    """Since when something is due of a drill."""
    _tested: dict[str, float] = field(default_factory=dict)
    _alarmed: dict[tuple[str, str], float] = field(default_factory=dict)
    """When each phone first told of an alarm, by name and code."""
    _gone: dict[str, float] = field(default_factory=dict)
    """Since when a drill asks somebody no more: they have answered, it has let them go, or it is over."""
    _before: dict[int, Held] = field(default_factory=dict)
    _owners: dict[str, int | None] = field(default_factory=dict)
    _told: frozenset[int] = frozenset()
    """Who had a real alarm at the last look."""

    # -- the command ------------------------------------------------------------------------------------

    def wants(self) -> None:
        """At the next rest: the other process has the store to itself then, as SQLite would have it wait for."""
        self.wanted = True
        self.town.touched()

    async def _types(self) -> None:
        said = StringIO()
        try:
            with self._typed(), redirect_stdout(said), redirect_stderr(said):
                await handlers.commands.drills._ask("marsh-lane")
            self.asked = True
        except (typer.Exit, StoreDown) as error:
            said.write(type(error).__name__)
        except Exception as error:
            self.town.fails(Broken(DRILL, f"the command failed: {error!r}"))
        self.town.note(f"doorstep drill marsh-lane: {said.getvalue().strip()}")

    @contextmanager
    def _typed(self) -> Iterator[None]:
        """The command's settings and its clock are those of the machine it is typed on."""
        machine, clocks = self.town.machine, self.town.clocks
        pieces: list[Piece] = [
            (handlers.commands.shared, "settings_and_schools", lambda: (machine.settings, dict(machine.schools))),
            (handlers.commands.drills, "system_clock", lambda: clocks.true() + timedelta(seconds=clocks.offset)),
        ]
        with replaced(pieces):
            yield

    # -- the phones -------------------------------------------------------------------------------------

    def shows(self, actor: Actor, words: str) -> None:
        """A phone shows a text. Raises nothing here: what breaks a promise is told to the town."""
        now = self.town.loop.time()
        if (found := CODE.search(words)) and not found[1].isalpha():
            self._alarmed.setdefault((actor.name, found[1]), now)
        if not words.startswith("TEST "):
            if "drill" in words.lower() or NOTED in words:
                self._fails(f"{actor.name} got words of a drill without its mark: {words!r}")
            return
        if actor.is_visitor:
            self._fails(f"{actor.name} is out, and got {words!r}")
        if not self.asked:
            self._fails(f"{actor.name} got {words!r}, and nobody had asked for a drill")
        codes = {code for _, code in self._alarmed}
        if any(code in words for code in codes) or any(name in words for name in ("Asha", "Ben")):
            self._fails(f"{actor.name} got a real alarm marked TEST: {words!r}")
        gone = self._gone.get(actor.name)
        if ASKS in words and gone is not None and now > gone + ACCEPTED and not self.town.reckoning.in_doubt:
            self._fails(f"{actor.name} is asked by a drill that had no question to them since {gone:.0f} s: {words!r}")
        if ASKS in words and actor.name not in self._tested:
            self._tested[actor.name] = now
            self._answers(actor)

    def _answers(self, actor: Actor) -> None:
        habits = self.town.plan.habits
        habit = next((one for one in habits if one.contact == actor.name), Habit(actor.name, None, None))
        if habit.mine is not None:
            words = random.Random(f"{self.town.plan.seed} {actor.name}").choice(ANSWERS)
            self.town.after(habit.mine, lambda: self.town.folk.says(actor, words, habit.by))

    def _fails(self, why: str) -> None:
        self.town.fails(Broken(DRILL, why))

    # -- what is due ------------------------------------------------------------------------------------

    def dues(self) -> dict[str, float | None]:
        """When the beat of the drills will find something to do."""
        live = [held for held in self._held() if held.state in ("asked", "open")]
        if not live:
            return {"drills": None}
        alarms = self._open()
        return {"drills": min(self._due(held, alarms) for held in live)}

    def _due(self, held: Held, alarms: Sequence[Open]) -> float:
        told = _told(alarms)
        waits = held.state == "open" and None in held.answers.values() and not told & held.answers.keys()
        return (held.begun_at or 0.0) + LENGTH if waits else 0.0

    def _held(self) -> list[Held]:
        books = self.town.books
        return [
            Held(number, state, None if begun is None else books.at(begun), _by_id(answers))
            for number, state, begun, _, answers in books.rows(DRILLS)
        ]

    def _open(self) -> list[Open]:
        return [Open(c, frozenset(json.loads(told)), owner) for c, told, owner in self.town.books.rows(ALARMS)]

    # -- the promises -----------------------------------------------------------------------------------

    def looks(self) -> None:
        """Raises Broken for the first promise of a drill that does not hold now."""
        if self.wanted:
            self.wanted = False
            self.town.loop.create_task(self._types())
        if not self.asked:
            return
        held, alarms = self._held(), self._open()
        self._goes_on(held, alarms)
        if not self.town.reckoning.in_doubt:
            self._answers_count(held, alarms)
            self._alarms_are_owned_knowingly(alarms)
        self._everybody_is_asked(held)
        for one in held:
            before = self._before.get(one.id)
            for number in (before.waiting if before else set()) - one.waiting:
                self._gone[self.town.name_of(number)] = self.town.loop.time()
        self._before = {one.id: one for one in held}
        self._owners, self._told = {alarm.code: alarm.owner_id for alarm in alarms}, _told(alarms)

    def _goes_on(self, held: Sequence[Held], alarms: Sequence[Open]) -> None:
        """It begins when it is asked for, lets go whoever has a real alarm, and ends by itself; each as a deadline has it."""
        now, told = self.town.loop.time(), _told(alarms)
        due: dict[Of, float] = {}
        for one in held:
            if one.state == "asked":
                due[one.id, "has not begun"] = now
            elif one.state == "open":
                due[one.id, "goes on beyond its time"] = (one.begun_at or 0.0) + LENGTH
                if None not in one.answers.values():
                    due[one.id, "goes on, though all have answered"] = now
                if told & one.answers.keys():
                    due[one.id, "keeps somebody who has a real alarm"] = now
        self._since = {what: self._since.get(what, since) for what, since in due.items()}
        for what, since in self._since.items():
            if now > self.town.able.limit(since, PROMPTLY, AFTER_OUTAGE):
                raise Broken(DRILL, f"drill {what[0]} {what[1]} since {since:.0f} s: it is {now:.0f} s")

    def _answers_count(self, held: Sequence[Held], alarms: Sequence[Open]) -> None:
        """The answer of one who is asked, and has no real alarm, is theirs in the drill; and nobody else's is."""
        told = _told(alarms) | self._told
        said: set[int] = set()
        for one in held:
            before = self._before.get(one.id)
            waiting = before.waiting if before else set()
            for heard in self.town.reckoning.heard:
                number = self.town.number_of(heard.said.who)
                if heard.said.words not in ANSWERS or number not in waiting or heard.said.at < (one.begun_at or 0.0):
                    continue
                if heard.said.words == "1" and self._may_say_yes(heard.said.who):
                    continue
                if number not in told and number in one.answers and one.answers[number] is None:
                    raise Broken(DRILL, f"{heard.said.who} answered drill {one.id}, and it does not count")
            if before is None or before.answers != one.answers:
                said |= {self.town.number_of(k.who) for k in self.town.ledger.said.values() if k.words in ANSWERS}
                if scored := {number for number, at in one.answers.items() if at is not None} - said:
                    raise Broken(DRILL, f"{scored} are scored in drill {one.id}, and have not answered")

    def _may_say_yes(self, name: str) -> bool:
        """Whether a bare digit of theirs may be about a visit that waits for a yes."""
        return any(got.who == name and "AUTHORISE?" in got.words for got in self.town.ledger.got)

    def _alarms_are_owned_knowingly(self, alarms: Sequence[Open]) -> None:
        """An answer to a drill takes no alarm: who has one has said so after their phone had told of it."""
        for alarm in alarms:
            if alarm.owner_id is None or self._owners.get(alarm.code) == alarm.owner_id:
                continue
            name = self.town.name_of(alarm.owner_id)
            told = self._alarmed.get((name, alarm.code))
            said = [known.at for known in self.town.ledger.said.values() if known.who == name]
            if told is None or max(said, default=-1.0) < told:
                raise Broken(DRILL, f"{name} has {alarm.code} by a word said before their phone had told of it")

    def _everybody_is_asked(self, held: Sequence[Held]) -> None:
        """As I4 has it of an alarm: within ten seconds, while the providers are up. Whom a code word brings is asked first."""
        now, town = self.town.loop.time(), self.town
        if town.able.since() is None:
            return
        bad = down(town.twilio.weather, "create") + down(town.telegram.weather, "sendMessage") + town.able.windows
        for one in held:
            before = self._before.get(one.id)
            if one.state != "open" or one.begun_at is None:
                continue
            if (before is None or before.state == "asked") and not one.answers and not self._open():
                raise Broken(DRILL, f"drill {one.id} asks nobody")
            for number in one.answers:
                name = town.name_of(number)
                waits = name not in self._tested and name not in town.reckoning.closed
                if waits and outside(one.begun_at, now, bad) > ACCEPTED:
                    raise Broken(DRILL, f"{name} has not been asked by drill {one.id} since {one.begun_at:.0f} s")

    def ends(self) -> None:
        """After the run: all that was owed of a drill is marked, the offices have had its report, and no alarm came of it."""
        if self.town.restored:
            return
        books, reported = self.town.books, set[int]()
        for notice, person_id, parcel in books.rows(SENT):
            words = json.loads(SEALER.open(parcel))["text"]
            if notice not in OF_DRILLS or not words.startswith("TEST "):
                raise Broken(DRILL, f"{notice} is not marked: {words!r}")
            if words.startswith(OVER):
                reported.add(person_id)
        codes = {code for (code,) in books.rows("SELECT code FROM alarm")}
        if unknown := {found[1] for got in self.town.ledger.got if (found := ALARM.match(got.words))} - codes:
            raise Broken(DRILL, f"phones told of alarms that there were not: {sorted(unknown)}")
        for one in self._held():
            if one.state != "over":
                raise Broken(DRILL, f"drill {one.id} is left {one.state}")
            missing = [n for n, actor in self.town.cast.items() if actor.roles & TOLD and n not in reported]
            if one.answers and missing:
                raise Broken(DRILL, f"{self.town.name_of(missing[0])} had no report of drill {one.id}")


def _by_id(answers: str) -> dict[int, str | None]:
    return {int(number): at for number, at in json.loads(answers).items()}


def _told(alarms: Sequence[Open]) -> frozenset[int]:
    """Everybody who has a real alarm."""
    return frozenset[int]().union(*(alarm.told for alarm in alarms))
