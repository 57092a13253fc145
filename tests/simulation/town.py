"""One run: the cast and their phones, both providers, one machine, and the reckoning at every rest. Virtual time throughout."""

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.people import Channel
from handlers.doors import open_service
from store import journal
from store.database import Database, StoreInUse
from store.journal import Entry
from tests.simulation.able import Able, Window, down, within
from tests.simulation.auditing import BRUNO, Auditing
from tests.simulation.beats import ON_DEMAND
from tests.simulation.broken import Broken
from tests.simulation.clocks import MachineClocks
from tests.simulation.copies import counts, left_over
from tests.simulation.edges import Boundaries, Edges, RunDisk
from tests.simulation.faults import KINDS
from tests.simulation.folk import Folk
from tests.simulation.invariants import Reckoning
from tests.simulation.ledger import Books, Ledger
from tests.simulation.loop import VirtualLoop, lasting
from tests.simulation.machine import ACCOUNT, AUTH, NUMBER, TOKEN, Machine, settings
from tests.simulation.outlives import Outlives
from tests.simulation.parts import ByText, visitors_of
from tests.simulation.plan import BY_NAME, CAST, Actor, Fault, Plan
from tests.simulation.postgres import Server
from tests.simulation.record import BEGINS, SEALER, schools_of, url
from tests.simulation.rehearsing import DRILL, Rehearsal
from tests.simulation.stays import Lengths
from tests.simulation.story import Story
from tests.simulation.telegram import TelegramCloud
from tests.simulation.twilio import DELIVERED, Receipts, Sms, TwilioCloud
from tests.simulation.upheavals import mends_the_clock

BY_ADDRESS = {**{actor.number: actor for actor in CAST}, **{str(actor.chat): actor for actor in CAST if actor.chat}}
CALM, LONGEST_CALM = 60.0, 200
"""The people try again each minute until all is at an end; how often, before that is a broken promise too."""
LOOK_AGAIN = 3.0
NEVER: Receipts = ()


class Town:
    """Built for one plan and lived once."""

    def __init__(
        self, plan: Plan, loop: VirtualLoop, path: Path, cast: dict[int, Actor], server: Server | None = None
    ) -> None:
        self.plan, self.loop, self.path, self.cast, self.server = plan, loop, path, cast, server
        self.store = server.url if server else url(path)
        self.clocks = MachineClocks(BEGINS, loop.time, any(KINDS[fault.kind].clock for fault in plan.faults))
        self.ledger, self.books = Ledger(), server.books(BEGINS) if server else Books(path, BEGINS, self.clocks.ahead)
        self.spool = path.with_name(f"{path.name}.spool")
        self.story = Story(lambda at: BEGINS + timedelta(seconds=at), loop.time)
        self.boundaries = Boundaries(dies=lambda where: self.machine.dies(f"at a boundary, {where}"))
        self.full, self.busy, self.lying = [list[Window]() for _ in range(3)]
        self.receipts: list[tuple[float, float, str, Receipts]] = []
        self._dirty = self.restored = False
        self.broken: Broken | None = None
        self._wakes: asyncio.TimerHandle | None = None
        self.telegram = TelegramCloud(loop.time, self._stamp, TOKEN, self._shows_chat)
        hears = (self._webhook, self._shows_sms, self._receipts_of)
        self.twilio = TwilioCloud(loop.time, self.clocks.true, ACCOUNT, (NUMBER,), *hears)
        doors = ((self.telegram.weather, "getUpdates"), (self.twilio.weather, "list"))
        self.able = Able(loop.time, shut_out=lambda at: any(within(at, down(*door)) for door in doors))
        self.edges = self._edges()
        asked = settings(self.store, holds=plan.holds)
        clock = self.clocks.for_a_process
        self.machine = Machine(asked, schools_of(plan), clock, self.edges, self.able, self.note, AUTH)
        policy = next(iter(schools_of(plan).values())).policy
        self.visitors = visitors_of(plan, Lengths.of(policy))
        self.reckoning = Reckoning(
            loop.time,
            self.books,
            self.ledger,
            self.able,
            self.telegram,
            self.twilio,
            cast,
            self.visitors,
            frozenset(policy.duress),
            ByText({planned.number: planned for planned in plan.visits if planned.by_text}, self.visitors),
            self._spooled,
        )
        self.folk = Folk(plan, self.telegram, self.twilio, self.ledger, self.story, self.after, self.visitors)
        self.rehearsal = Rehearsal(self) if _rehearses(plan) else None
        self.auditing = Auditing(self, plan.audits) if plan.audits else None
        self.telegram.known |= {actor.chat for actor in CAST if actor.chat}

    def _edges(self) -> Edges:
        disk = RunDisk(self.boundaries, self.touched, self._in(self.full), self._in(self.busy), self._in(self.lying))
        return Edges(
            self.telegram,
            self.twilio,
            self.boundaries,
            disk,
            self._stands_still,
            self._logged,
            random.Random(self.plan.seed),
            _on_demand(self.plan),
            self.clocks,
        )

    # -- time -----------------------------------------------------------------------------------------

    def _stamp(self) -> int:
        return int((BEGINS + timedelta(seconds=self.loop.time())).timestamp())

    def after(self, seconds: float, work: Callable[[], object]) -> None:
        self.loop.call_later(seconds, work)

    def at(self, instant: float, work: Callable[[], object]) -> None:
        self.loop.call_at(instant, work)

    def _in(self, windows: list[Window]) -> Callable[[], bool]:
        return lambda: within(self.loop.time(), windows)

    # -- the reckoning --------------------------------------------------------------------------------

    def touched(self) -> None:
        self._dirty = True

    def at_rest(self) -> bool:
        """Everything of this instant is done: look."""
        if not self._dirty:
            return False
        self._dirty = False
        with self.books.open():
            self.reckoning.looks()
            if self.rehearsal is not None:
                self.rehearsal.looks()
            if self.broken is not None:
                raise self.broken
            if self.clocks.offset < 0 and all(place.state == "planned" for place in self.books.places()):
                mends_the_clock(self)
            self.asks()
        return True

    def asks(self) -> None:
        """Let the next beat come that will find something."""
        dues = {name: due for name, due in self.books.next_due().items() if name in self.edges.on_demand}
        dues |= {"spool": 0.0 if self.spool.exists() else None, "reconcile": 0.0 if self._lags() else None}
        dues |= ({"delivery": 0.0} if self._is_unsure() else {}) | (self.rehearsal.dues() if self.rehearsal else {})
        following = [due for due in dues.values() if due is not None]
        for name, look in (self.auditing.dues() if self.auditing is not None else {}).items():
            due = dues.get(name)
            dues[name] = look if due is None else min(due, look)
        if self.machine.heart is not None:
            for name, due in dues.items():
                self.machine.heart.scheduler.asks(name, due)
        if self._wakes is not None:
            self._wakes.cancel()
        if following:
            self._wakes = self.loop.call_at(max(min(following), self.loop.time()) + LOOK_AGAIN, self.touched)

    def _spooled(self) -> set[tuple[str, str]]:
        """What is on the disk beside the store, opened with the store's key."""
        lines = self.spool.read_bytes().split(b"\n") if self.spool.exists() else []
        packed = [json.loads(SEALER.open(line)) for line in lines if line]
        return {(one["channel"], one["id"]) for one in packed}

    def _lags(self) -> bool:
        """Whether Twilio has a text that no webhook has brought, or its list could not be read."""
        self.twilio.given_up -= self.reckoning.known_texts
        attached = self.machine.attached
        reconciler = attached.service.doors.reconciler if attached else None
        return bool(self.twilio.given_up) or (reconciler is not None and not reconciler.healthy)

    def _is_unsure(self) -> bool:
        """Whether a lease may stand in the store that no pass has in hand: the next beat takes it back."""
        attached = self.machine.attached
        return attached is not None and attached.service.delivery.unsure

    # -- what the world does ----------------------------------------------------------------------------

    def note(self, what: str) -> None:
        self.story.tells("", f"*** {what}")
        self.touched()

    def _logged(self, what: str) -> None:
        self.story.tells("(log)", what)

    async def _webhook(self, path: str, form: dict[str, str]) -> int | None:
        status = await self.machine.takes(path, form)
        self.touched()
        return status

    def _shows_sms(self, number: str, words: str) -> None:
        if self.auditing is not None and number == BRUNO:
            self.auditing.hears(words)
        else:
            self._shows(BY_ADDRESS[number], Channel.SMS, words)

    def _shows_chat(self, chat: int, words: str, labels: tuple[str, ...]) -> None:
        self.ledger.takes(self.loop.time(), Channel.TELEGRAM, str(chat), words)
        self._shows(BY_ADDRESS[str(chat)], Channel.TELEGRAM, words, labels)

    def _shows(self, actor: Actor, channel: Channel, words: str, labels: tuple[str, ...] = ()) -> None:
        self.folk.gets(actor, channel, words, labels)
        if self.rehearsal is not None:
            self.rehearsal.shows(actor, words)

    def _receipts_of(self, sms: Sms) -> Receipts:
        if sms.to not in BY_ADDRESS:
            return NEVER
        self.ledger.takes(self.loop.time(), Channel.SMS, sms.to, sms.body)
        actor = BY_ADDRESS[sms.to]
        for begins, ends, who, receipts in self.receipts:
            if begins <= self.loop.time() < ends and who in ("", actor.name):
                return receipts
        wanted = self.plan.receipts == "delivered" or (self.plan.receipts == "alarms" and not actor.is_visitor)
        return DELIVERED[1:] if wanted else NEVER

    def _stands_still(self) -> None:
        self.machine.dies("by itself: standstill")

    # -- what faults do ---------------------------------------------------------------------------------

    def actor(self, name: str) -> Actor:
        return BY_NAME[name]

    def number_of(self, name: str) -> int:
        """Whose number in the store it is."""
        return next(number for number, actor in self.cast.items() if actor.name == name)

    def name_of(self, number: int) -> str:
        return self.cast[number].name

    def texts(self, actor: Actor, words: str) -> None:
        self.folk.says(actor, words)

    def blocks(self, actor: Actor, *, unblocks: bool = False) -> None:
        self.story.tells(actor.name, "unblocks the bot" if unblocks else "blocks the bot")
        self.telegram.blocks(actor.chat, unblocks=unblocks)

    def ids_jump(self, to: int) -> None:
        """As after a quiet week: so nothing waits from before."""
        if self.telegram.pending():
            self.after(20.0, lambda: self.ids_jump(to))
        else:
            self.story.tells("", f"*** Telegram's next id is {to}")
            self.telegram.jumps(to)

    def poison(self) -> None:
        """An update whose every field is of the wrong type."""
        self.story.tells("", "*** a poisoned update")
        update_id = self.telegram.puts("message", {"chat": [], "from": 7, "text": {"a": None}, "date": "never"})
        self.reckoning.poison.add((str(Channel.TELEGRAM), str(update_id)))

    def second_process(self) -> None:
        """I11. While one acts, another that is started must refuse."""
        if self.machine.up:
            self._second = self.loop.create_task(self._tries_to_start())

    async def _tries_to_start(self) -> None:
        try:
            attached = await open_service(
                settings(self.store, holds=self.plan.holds), schools_of(self.plan), self.clocks.true
            )
        except StoreInUse:
            self.story.tells("", "*** a second process was refused")
            return
        await attached.close()
        self.fails(Broken("I11", "a second process acts on the store"))

    def in_doubt(self) -> None:
        """From here on it cannot be known what is right of a visitor."""
        self.reckoning.in_doubt = True

    def fails(self, broken: Broken) -> None:
        self.broken = broken

    # -- a run ----------------------------------------------------------------------------------------

    async def lives(self) -> None:
        """From the first text to the last end. Raises Broken."""
        if self.plan.holds:
            self.reckoning.outlives = Outlives(self.loop.time, self.books, self.able, self.twilio)
        for fault in self.plan.faults:
            if fault.boundary:
                self.boundaries.begins_at[fault.boundary] = partial(self._befalls, fault)
            else:
                KINDS[fault.kind].plans(self, fault)
                self.at(fault.at, partial(self.story.tells, "", f"*** fault: {KINDS[fault.kind].says} ({fault})"))
        self.folk.begin()
        self.machine.starts()
        if self.auditing is not None:
            self.auditing.begins()
        await lasting(self.plan.ends + CALM)
        self.boundaries.kills_at = frozenset()
        self.story.tells("", "*** all faults are over; everybody brings to an end what is open")
        for _ in range(LONGEST_CALM):
            if self.broken or self.machine.fault:
                raise self.broken or Broken("at rest", f"it does not start: {self.machine.fault!r}")
            if not left_over(self.books) and not self.telegram.pending():
                break
            self.folk.brings_to_an_end(self.reckoning.open_ones() if self.reckoning.in_doubt else None)
            await lasting(CALM)
        else:
            raise Broken("at rest", f"it does not come to rest: {left_over(self.books)}")
        if self.auditing is not None:
            self.auditing.ends()
        self.machine.asked_to_stop()
        await lasting(CALM)
        self.reckoning.looks()
        if self.rehearsal is not None:
            self.rehearsal.ends()

    def _befalls(self, fault: Fault) -> None:
        """A fault that waited for its boundary begins now."""
        self.story.tells("", f"*** at boundary {fault.boundary}: {KINDS[fault.kind].says} ({fault})")
        KINDS[fault.kind].plans(self, replace(fault, at=self.loop.time()))

    async def reckons(self) -> tuple[int, Sequence[Entry]]:
        """After the end: the copies (I6), and the journal, whose chain must hold."""
        blind = any(fault.kind in ("no look-up", "Twilio deaf") for fault in self.plan.faults)
        extra = 0 if self.restored else counts(self.books, self.ledger, blind=blind)
        database = Database(self.store, SEALER)
        async with database.transaction() as tx:
            checks = await journal.verify(tx)
            entries = await journal.of_school(tx, 1)
        await database.close()
        if any(check.fault for check in checks):
            raise Broken("journal", checks[0].fault)
        return extra, entries


def _on_demand(plan: Plan) -> frozenset[str]:
    """What beats in this run when it will find something to do."""
    besides = {"held": plan.holds, "drills": _rehearses(plan), "pulse": bool(plan.audits)}
    return ON_DEMAND | {name for name, wanted in besides.items() if wanted}


def _rehearses(plan: Plan) -> bool:
    return any(fault.kind == DRILL for fault in plan.faults)
