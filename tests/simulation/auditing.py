"""The auditor beside the machine, as it is (`handlers/audit.py`): its own rounds, its own SQL on the same file, its own route.

Three promises are held against a truth of its own: it calls the watchdog only when all is well; when the guard fails for longer
than it allows, it says so by its own route, as long as Twilio takes texts; and it does not say so when nothing fails.
"""

import asyncio
import math
import random
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import httpx

from bot.audit import AGAIN, STEADY, Finding, Kind
from handlers.audit import Auditor, Route
from handlers.service import PULSE as BEAT
from tests.simulation.able import FOREVER, Window, down, outside
from tests.simulation.broken import Broken
from tests.simulation.loop import lasting

if TYPE_CHECKING:
    from tests.simulation.town import Town

AUDITOR, BRUNO, WATCHDOG = "auditor", "+447700900015", "https://watchdog.marsh-lane.sch.uk/ping"
OFTEN, EVERY = 1 / 20, (30.0, 60.0, 60.0)
"""In how many runs there is one, and how often it looks: as `--watch` is set, s."""
STOPPED, PASSED, UNHEARD, UNREAD = 30.0, 60.0, 60.0, 60.0
"""How long what may go on before the watchdog is called no more (docs/administrator.md); all but the first within a start."""
MARGIN = 0.1
BEFORE = BEAT + 0.5 + MARGIN
"""The last beat before a look counts, and the pass of the desk before that one."""
CALL = 12.0
"""One text of its own, at most."""
SHORTLY, LONG = 85.0, 900.0
"""So long after it was, something may be seen: a start's minute and a deadline's twenty seconds; a notice's five minutes."""
AT_SERVICE = frozenset({Kind.PULSE, Kind.LATE, Kind.UNREAD})
ON_ITS_WAY = frozenset({Kind.UNHEARD, Kind.OWED})
WELL = " all is well"


def audited(seed: int) -> float:
    """How often the auditor looks in the run of this seed; 0 where there is none. Its chance is its own."""
    chance = random.Random(f"audit {seed}")
    return chance.choice(EVERY) if chance.random() < OFTEN else 0.0


@dataclass(slots=True)
class Line:
    """The auditor's own way out: the one call of Twilio's, and the watchdog."""

    auditing: "Auditing"

    async def post(self, url: str, data: Mapping[str, Any], auth: tuple[str, str]) -> httpx.Response:
        answer = self.auditing.town.twilio.answers("POST", url, {}, data)
        await lasting(answer.after)
        if answer.fault is not None:
            raise httpx.ConnectError("no answer")
        return httpx.Response(answer.status, text=answer.text)

    async def get(self, url: str) -> httpx.Response:
        self.auditing.pings()
        return httpx.Response(200, request=httpx.Request("GET", url))


@dataclass(slots=True)
class Auditing:
    """One run's. What breaks a promise is told to the town: the auditor itself is to notice nothing of being looked at."""

    town: "Town"
    every: float
    pinged: int = 0
    texts: list[tuple[float, str]] = field(default_factory=list)
    """What Bruno's phone showed."""
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _next: float = 0.0
    _known: tuple[Kind, ...] = ()
    _well_since: float | None = None
    _look: int = 0
    """The pings at the look before."""
    _set_at: float = -math.inf
    """When the clocks last disagreed at a look that found something."""

    def begins(self) -> None:
        """It is started with the machine, and outlives whatever becomes of the service."""
        town, settings = self.town, self.town.machine.settings
        own = settings.model_copy(update={"audit_phones": (BRUNO,), "audit_ping_url": WATCHDOG})
        route = Route(cast(httpx.AsyncClient, Line(self)), own)
        auditor = Auditor(own.database_url, self._wall, route, ZoneInfo("Europe/London"))
        town.able.dying = self._notes_the_last_beat
        for fault in town.plan.faults:
            town.at(max(0.0, fault.at - 0.01), self._notes_the_last_beat)
        self._next = town.loop.time() + self.every
        town.loop.create_task(auditor.watch(self.every, self._stop, self.shows))

    def _wall(self) -> Any:
        return self.town.clocks.true() + timedelta(seconds=self.town.clocks.offset)

    def ends(self) -> None:
        self._stop.set()

    # -- the service's pulse ----------------------------------------------------------------------------

    def dues(self) -> dict[str, float]:
        """Of the pulse's beats the last before a look is lived, with a pass of the desk before it: no other is ever seen."""
        passes = {"desk": self._next - BEFORE} if self.town.loop.time() < self._next - BEAT - MARGIN else {}
        return {"pulse": self._next - BEAT, **passes}

    def _notes_the_last_beat(self) -> None:
        """Before whatever ends the beats: the one that would have been the last, and was left out, is written down."""
        hearts, town = self.town.edges.hearts, self.town
        if not hearts or town.server is not None:
            return
        begun = hearts[-1].scheduler.begun
        beat = begun + BEAT * math.floor((town.loop.time() - begun) / BEAT)
        if town.able.since() is not None and beat > begun:
            town.after(0.0005, lambda: self._writes(beat, begun, town.clocks.ahead()))

    def _writes(self, beat: float, since: float, ahead: float) -> None:
        beat_at, since_at = (self._written(at + ahead) for at in (beat, since))
        with closing(sqlite3.connect(self.town.path)) as store, store:
            store.execute("UPDATE pulse SET beat_at = ?, since = ? WHERE beat_at < ?", (beat_at, since_at, beat_at))

    def _written(self, at: float) -> str:
        return f"{self.town.books.begins + timedelta(seconds=at):%Y-%m-%d %H:%M:%S.%f}"

    # -- the promises -----------------------------------------------------------------------------------

    def hears(self, words: str) -> None:
        """Bruno's phone shows a text."""
        self.town.story.tells("Bruno", f"   gets by sms: {words}")
        self.texts.append((self.town.loop.time(), words))
        if not words.startswith("AUDIT "):
            self._fails(f"Bruno got what is not the auditor's: {words!r}")

    def pings(self) -> None:
        """The watchdog is called: all is well."""
        self.pinged += 1

    def shows(self, findings: Sequence[Finding]) -> None:
        """One look is over."""
        now, kinds = self.town.loop.time(), tuple(dict.fromkeys(finding.kind for finding in findings))
        if kinds != self._known:
            self.town.story.tells("(audit)", "; ".join(finding.words for finding in findings) or "all is well")
        self._known, self._next = kinds, now + self.every
        self._well_since = None if kinds else now if self._well_since is None else self._well_since
        for finding in findings:
            if not self._is_right(finding.kind, now):
                self._fails(f"it cries wolf: {finding.words}")
        wrong = self.wrong()
        if self.pinged > self._look and wrong:
            self._fails(f"the watchdog is told that all is well, and {min(wrong)[1]}")
        if (self.pinged > self._look) is bool(findings):
            self._fails("it called the watchdog for what is wrong, or did not when all was well")
        self._look = self.pinged
        self._tells(now, wrong)
        self.town.asks()

    def wrong(self) -> list[tuple[float, str]]:
        """What is wrong for longer than the auditor allows: since when it is, and what."""
        town, now = self.town, self.town.loop.time()
        since = [(begins + STOPPED, "the process is dead") for begins, ends in town.able.dead if ends == FOREVER]
        for place in town.books.places():
            if place.deadline_at is not None:
                since.append((place.deadline_at + PASSED, f"a deadline of visit {place.visit_id} has passed"))
        for alarm in town.books.alarms():
            if alarm.state != "climbing":
                continue
            if alarm.deadline_at is not None:
                since.append((alarm.deadline_at + PASSED, f"a deadline of alarm {alarm.code} has passed"))
            if alarm.raised_at + UNHEARD < now and not any(alarm.code in words for _, _, words in town.ledger.taken):
                since.append((alarm.raised_at + UNHEARD, f"no provider has a word of alarm {alarm.code}"))
        for received_at in town.books.unread():
            since.append((received_at + UNREAD, "a text is not read"))
        return [(at, what) for at, what in since if at + 0.5 < now]

    def _tells(self, now: float, wrong: Sequence[tuple[float, str]]) -> None:
        """What is wrong is told, and told again every ten minutes; and that it is well again, after two."""
        closed = down(self.town.twilio.weather, "create")
        said = self.texts[-1] if self.texts else None
        again = AGAIN.total_seconds() + 2 * (self.every + CALL)
        if wrong:
            since, what = min(wrong)
            known = said is not None and WELL not in said[1] and said[0] > since - again
            waits = outside(said[0] if known and said else since, now, closed)
            if waits > (again if known else 2 * (self.every + CALL)):
                self._fails(f"{what}, since {since:.0f} s, and Bruno does not know: it is {now:.0f} s")
        elif said is not None and WELL not in said[1] and self._well_since is not None:
            steady = outside(self._well_since, now, closed)
            if steady > STEADY.total_seconds() + 2 * (self.every + CALL):
                self._fails(f"all is well since {self._well_since:.0f} s, and Bruno does not know")

    def _is_right(self, kind: Kind, now: float) -> bool:
        """Whether something that was done to the machine or to the network may be seen as this."""
        town, clocks = self.town, self.town.clocks
        unset = abs(clocks.ahead() - clocks.offset) < 1.0 and not clocks.offset
        self._set_at = self._set_at if unset else now
        if kind is Kind.CLOCK:  # the service says a second later that it has taken the wall clock
            return now - self._set_at <= self.every + MARGIN
        if kind is Kind.JOURNAL:
            return town.restored
        if kind not in AT_SERVICE | ON_ITS_WAY:
            return False
        windows = [*town.able.windows]
        if kind in ON_ITS_WAY:
            for cloud in (town.twilio, town.telegram):
                windows += [(spell.begins, spell.ends) for spell in cloud.weather.spells]
            windows += [(f.at, f.at + f.lasts + LONG) for f in town.plan.faults if f.who in town.reckoning.closed]
        return not unset or _touches(windows, now - (LONG if kind in ON_ITS_WAY else SHORTLY), now)

    def _fails(self, why: str) -> None:
        self.town.fails(Broken(AUDITOR, why))


def _touches(windows: Sequence[Window], begins: float, ends: float) -> bool:
    return any(start < ends and begins < stop for start, stop in windows)
