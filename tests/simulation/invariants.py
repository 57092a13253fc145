"""The invariants of DESIGN §7, looked at whenever everything of an instant is done. Their view of the truth is their own.

I1 to I5 and I7 are here, I6 is counted at the end (`copies.py`); I8 and I9 compare two runs, I11 is a fault that must be
refused.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.people import Role
from tests.simulation.able import FOREVER, Able, both, down, outside
from tests.simulation.broken import Broken
from tests.simulation.ledger import AlarmLine, Books, InboxLine, Ledger, PlaceLine, Said
from tests.simulation.outlives import Outlives
from tests.simulation.parts import ByText
from tests.simulation.plan import Actor, Means
from tests.simulation.telegram import TelegramCloud
from tests.simulation.truth import LATE, Visitor
from tests.simulation.twilio import TwilioCloud

PROMPTLY, AFTER_OUTAGE = 2.5, 60.0
"""I3, with the half second of the beat."""
CHAIN = 2.0
"""Asked, nudged and alarmed: each waits for a beat."""
ACCEPTED = 10.5
SAYS_NOTHING = (Means.NOTHING, Means.PLANNING, Means.PLANS)
DURESS = {"code word": Means.CODE_WORD, "danger": Means.DANGER}
QUIET = frozenset({"missed arrival", "missed check-in", "overdue", "not returned", "split pair"})
ENDED = "stood down"
ENDING = re.compile(r"\s*(?:safe|false|test|real) (\w{4})\b", re.IGNORECASE)
ALARM = re.compile(r"ALARM (\w{4}) ")
NAMELESS = ""


class Heard(NamedTuple):
    """A person's text that the desk is done with."""

    said: Said
    received_at: float
    at: float


@dataclass(slots=True)
class Reckoning:
    """One run's. `people` are the cast by the ids they have in the store; `visitors` is the truth by name."""

    time: Callable[[], float]
    books: Books
    ledger: Ledger
    able: Able
    telegram: TelegramCloud
    twilio: TwilioCloud
    people: Mapping[int, Actor]
    visitors: Mapping[str, Visitor]
    duress: frozenset[Role]
    by_text: ByText
    spooled: Callable[[], set[tuple[str, str]]]
    """What is in the spool, by channel and id."""
    closed: set[str] = field(default_factory=set)
    """Whose phone takes nothing on some channel, by a fault: to them an alarm need not get through."""
    poison: set[tuple[str, str]] = field(default_factory=set)
    """What is made to be unreadable: it alone may be set aside."""
    in_doubt: bool = False
    """Whether it can no longer be known what is right of a visitor (`upheavals.py`)."""
    outlives: Outlives | None = None
    steps: int = 0
    heard: Sequence[Heard] = ()
    """What the desk was done with since the look before."""
    known_texts: set[str] = field(default_factory=set)
    """The ids of the texts by SMS that are in the inbox."""
    _low: int = 0
    _kept: set[tuple[str, str]] = field(default_factory=set)
    _spooled: list[tuple[str, str]] = field(default_factory=list)
    """Acknowledged, and not yet in the inbox."""
    _new: dict[int, InboxLine] = field(default_factory=dict)
    _places: dict[int, PlaceLine] = field(default_factory=dict)
    _alarms: dict[int, AlarmLine] = field(default_factory=dict)
    _awaited: dict[int, float] = field(default_factory=dict)
    _told: dict[str, set[str]] = field(default_factory=dict)
    _out: set[int] = field(default_factory=set)
    _read: list[int] = field(default_factory=lambda: [0, 0, 0])

    def looks(self) -> None:
        """Raises Broken for the first promise that does not hold now."""
        self.steps += 1
        heard = self.heard = self._inbox()
        self._acknowledged_is_kept()
        alarms, places = self.books.alarms(), self.books.places()
        if not self.in_doubt:
            self._happened(heard, [alarm for alarm in alarms if alarm.id not in self._alarms])
        self._takes_acceptances()
        self._open_is_guarded(places, alarms)
        self._deadlines_are_kept(places, alarms)
        self._receipts_are_missed()
        self._ends_are_somebodys(alarms, heard)
        self._alarms_are_out(alarms)
        if not self.in_doubt:
            self._silence_is_noticed(alarms)
            if self.outlives is not None:
                self.outlives.looks(places, alarms)
        self._places = {place.id: place for place in places}
        self._alarms = {alarm.id: alarm for alarm in alarms}

    def forgets(self) -> None:
        """The store has been put back to what it was: what was read in it counts no more."""
        self._low, self._read[2] = 0, 0
        self._kept.clear()
        self.known_texts.clear()
        self._spooled.clear()
        self._out.clear()
        self._new.clear()
        self._awaited.clear()
        self._places = {place.id: place for place in self.books.places()}
        self._alarms = {alarm.id: alarm for alarm in self.books.alarms()}

    def open_ones(self) -> dict[str, str]:
        """Who is on a visit by the store, and in which state."""
        return {self._name(place.visitor_id): place.state for place in self.books.places()}

    @property
    def alarms(self) -> int:
        """How many have been raised."""
        return len(self._alarms)

    # -- what came in ---------------------------------------------------------------------------------

    def _inbox(self) -> list[Heard]:
        """Take in the inbox from the first row on that was not done; gives the texts that now are."""
        heard = []
        for line in self.books.inbox(self._low):
            known = (line.channel, line.external_id)
            self._kept.add(known)
            if line.channel == "sms":
                self.known_texts.add(line.external_id)
            if line.state == "new":
                self._new[line.id] = line
                continue
            if line.state == "aside" and known not in self.poison:
                raise Broken("I1", f"a text was set aside: {known}")
            was_new = self._new.pop(line.id, None) is not None
            if (was_new or line.id > self._last) and line.done_at is not None and known in self.ledger.said:
                heard.append(Heard(self.ledger.said[known], line.received_at, line.done_at))
            self._last = max(self._last, line.id)
        self._low = min(self._new, default=self._last + 1) - 1
        return heard

    @property
    def _last(self) -> int:
        return self._read[2]

    @_last.setter
    def _last(self, value: int) -> None:
        self._read[2] = value

    def _acknowledged_is_kept(self) -> None:
        """I1. What a webhook was answered 200 for, and what Telegram has deleted, is in the inbox or in the spool."""
        texts = [("sms", one) for one in self.twilio.acknowledged[self._read[0] :]]
        texts += [("telegram", str(one)) for one in self.telegram.deleted[self._read[1] :]]
        self._read[0], self._read[1] = len(self.twilio.acknowledged), len(self.telegram.deleted)
        self._spooled += [one for one in texts if one not in self._kept]
        in_spool = self.spooled() if self._spooled else set()
        self._spooled = [one for one in self._spooled if one not in self._kept]
        lost = [one for one in self._spooled if one not in in_spool]
        if lost:
            raise Broken("I1", f"acknowledged and not kept: {lost}")

    # -- what was raised ------------------------------------------------------------------------------

    def _happened(self, heard: Sequence[Heard], fresh: Sequence[AlarmLine]) -> None:
        """Words and alarms in the order in which they came. A cry comes with its alarm, in one instant, and behind all
        that the same person had said before it."""
        events: list[tuple[float, int, Heard | AlarmLine]] = [(alarm.raised_at, 1, alarm) for alarm in fresh]
        cries = {(one.said.who, one.at): n for n, one in enumerate(heard) if one.said.means in DURESS.values()}
        for n, one in enumerate(heard):
            first = one.received_at < one.at or n <= cries.get((one.said.who, one.at), -1)
            events.append((one.at, 0 if first else 2, one))
        for _, _, event in sorted(events, key=lambda row: row[:2]):
            if isinstance(event, AlarmLine):
                self._is_right(event, heard)
            elif event.said.visit is not None:
                self.by_text.hears(event.said.visit, event.said.means, event.at)
            elif event.said.first_hand and event.said.who in self.visitors:
                said = event.said
                # A webhook does not tell when a text was sent: it was as it came in. Telegram and Twilio's list do.
                at = said.at if said.channel == "telegram" or event.received_at - said.at > LATE else event.received_at
                self.visitors[said.who].hears(said.means, said.minutes, at, event.at, said.both, said.says_where)
        for one in heard:
            self._cry_is_answered(one)

    def _is_right(self, alarm: AlarmLine, heard: Sequence[Heard]) -> None:
        """I7. Nothing is raised for what was committed in time."""
        name = self._name(alarm.visitor_id)
        visitor = self.visitors.get(name)
        if visitor is None or alarm.kind not in {*DURESS, *QUIET}:
            if alarm.kind == "contact lost" and name not in self.closed:
                raise Broken("I7", f"{name}'s phone takes texts, and an alarm says that it does not")
            return
        if alarm.kind in DURESS:
            if not any(at <= alarm.raised_at and means is DURESS[alarm.kind] for at, means in visitor.cries):
                raise Broken("I7", f"{alarm.kind} of {name}'s, who sent none")
            return
        silent = [stay for stay in visitor.open_ones if stay.told_from(visitor.lengths) <= alarm.raised_at + 0.01]
        if not silent:
            raise Broken("I7", f"{alarm.kind} of {name}'s at {alarm.raised_at:.0f} s, who is not silent")
        unheard = [
            one
            for one in heard
            if (one.said.who == name or (one.said.both and one.said.who in visitor.partners))
            and one.said.means not in (*SAYS_NOTHING, *DURESS.values())
            and one.received_at < alarm.raised_at < one.at
        ]
        if unheard:
            raise Broken("I7", f"{alarm.kind} of {name}'s, while {unheard[0].said.words!r} waited in the inbox")
        for stay in silent:
            stay.noticed = True

    def _cry_is_answered(self, one: Heard) -> None:
        """A code word or a danger has its alarm in the transaction that hears it."""
        kinds = [kind for kind, means in DURESS.items() if one.said.means is means]
        if not kinds or one.said.who not in self.visitors:
            return
        if not any(self._name(a.visitor_id) == one.said.who and a.kind in DURESS for a in self._ever(one.at)):
            raise Broken("I3", f"{one.said.who} cried for help ({one.said.words!r}), and no alarm was raised")

    def _ever(self, at: float) -> list[AlarmLine]:
        """The alarms that were open at an instant, or raised in it."""
        return [
            alarm
            for alarm in self.books.alarms()
            if alarm.raised_at == at or (alarm.id in self._alarms and self._alarms[alarm.id].state != ENDED)
        ]

    def _name(self, person_id: int | None) -> str:
        actor = None if person_id is None else self.people.get(person_id)
        return actor.name if actor else NAMELESS

    # -- what is owed ---------------------------------------------------------------------------------

    def _open_is_guarded(self, places: Sequence[PlaceLine], alarms: Sequence[AlarmLine]) -> None:
        """I2. An open visit has a live deadline, or an alarm that nobody has stood down; and the store agrees what is open."""
        for place in places:
            alarmed = any(alarm.visitor_id == place.visitor_id and alarm.state != ENDED for alarm in alarms)
            if place.deadline_at is None and not alarmed:
                raise Broken(
                    "I2", f"{self._name(place.visitor_id)}'s visit is open ({place.state}) and nothing is awaited"
                )
        for name, visitor in self.visitors.items() if not self.in_doubt else ():
            kept = sum(self._name(place.visitor_id) == name for place in places)
            visitor.goes_on(kept)
            if kept != len(visitor.open_ones):
                raise Broken("I2", f"{name} has {len(visitor.open_ones)} visits open, and the store has {kept}")

    def _deadlines_are_kept(self, places: Sequence[PlaceLine], alarms: Sequence[AlarmLine]) -> None:
        """I3. A passed deadline has its consequence within 2 s, within 60 s of a restart or an outage."""
        now = self.time()
        current: dict[tuple[str, int], int] = {("visit", place.id): place.version for place in places}
        current |= {("alarm", alarm.id): alarm.version for alarm in alarms if alarm.state != ENDED}
        before: list[tuple[str, PlaceLine | AlarmLine]] = [("visit", place) for place in self._places.values()]
        before += [("alarm", alarm) for alarm in self._alarms.values() if alarm.state != ENDED]
        for what, line in before:
            if line.deadline_at is None or now <= self.able.limit(line.deadline_at, PROMPTLY, AFTER_OUTAGE):
                continue
            stands = current.get((what, line.id)) == line.version
            late = "has had no consequence" if stands else "had its consequence late"
            raise Broken(
                "I3", f"the deadline of {what} {line.id} at {line.deadline_at:.0f} s {late}: it is {now:.0f} s"
            )

    def _receipts_are_missed(self) -> None:
        """I3. An alarm of which a provider says no more has its consequence as a passed deadline has."""
        now = self.time()
        for reference, by in self._awaited.items():
            if now > self.able.limit(by, PROMPTLY, AFTER_OUTAGE):
                raise Broken(
                    "I3", f"no receipt of notice {reference} by {by:.0f} s, and nobody noticed: it is {now:.0f} s"
                )
        self._awaited = self.books.awaited()

    def _ends_are_somebodys(self, alarms: Sequence[AlarmLine], heard: Sequence[Heard]) -> None:
        """I5. An alarm ends by a contact's word about it, a quiet one also by one that counts for the visitor, by no other."""
        words = [ENDING.match(one.said.words) for one in heard if one.said.who not in self.visitors]
        by_contacts = {word[1].upper() for word in words if word}
        for alarm in alarms:
            before = self._alarms.get(alarm.id)
            if alarm.state != ENDED or (before is not None and before.state == ENDED):
                continue
            name = self._name(alarm.visitor_id)
            by_visitor = any(self._speaks_for(name, one) for one in heard)
            if alarm.code not in by_contacts and not (by_visitor and alarm.kind not in DURESS):
                raise Broken("I5", f"{alarm.kind} of {name}'s ended, and nobody had ended it")

    def _speaks_for(self, name: str, one: Heard) -> bool:
        if one.said.means in SAYS_NOTHING or name not in self.visitors:
            return False
        visitor = self.visitors[name]
        by_other = one.said.who in visitor.partners and (self.in_doubt or one.at in visitor.spoken_for)
        return one.said.who == name or by_other

    def _takes_acceptances(self) -> None:
        for _, address, words in self.ledger.accepted:
            found = ALARM.match(words)
            if found:
                self._told.setdefault(found[1], set()).add(address)
        self.ledger.accepted.clear()

    def _alarms_are_out(self, alarms: Sequence[AlarmLine]) -> None:
        """I4. An alarm is accepted by a provider within 10 s while one is up; a cry's by everybody it is for."""
        now = self.time()
        sms, chats = down(self.twilio.weather, "create"), down(self.telegram.weather, "sendMessage")
        for alarm in alarms:
            if alarm.id in self._out or alarm.state == ENDED or now <= alarm.raised_at + ACCEPTED:
                continue
            told = self._told.get(alarm.code, set())
            missing = [actor for actor in self._must_be_told(alarm) if not {actor.number, str(actor.chat)} & told]
            for actor in missing:
                unable = self.able.windows + (both(sms, chats) if actor.chat else sms)
                if outside(alarm.raised_at, now, unable) > ACCEPTED and self.able.since() is not None:
                    raise Broken(
                        "I4",
                        f"{actor.name} has not been told of {alarm.code} ({alarm.kind}) since {alarm.raised_at:.0f} s",
                    )
            if not missing and told:
                self._out.add(alarm.id)

    def _must_be_told(self, alarm: AlarmLine) -> list[Actor]:
        roles = self.duress if alarm.kind in DURESS else frozenset({Role.OFFICE})
        return [
            actor
            for person_id, actor in self.people.items()
            if actor.roles & roles and person_id != alarm.visitor_id and actor.name not in self.closed
        ]

    def _silence_is_noticed(self, alarms: Sequence[AlarmLine]) -> None:
        """I3, from the visitor's side: who says nothing is missed, whatever was or was not delivered to them."""
        now, since = self.time(), self.able.since()
        if since is None:
            return
        for name, visitor in self.visitors.items():
            for stay in visitor.open_ones:
                by = stay.told_by(visitor.lengths)
                if stay.noticed or now <= by + CHAIN or by == FOREVER:
                    continue
                alarmed = any(self._name(a.visitor_id) == name and a.kind in QUIET and a.state != ENDED for a in alarms)
                asked = stay.asked_at(visitor.lengths)
                late = since + AFTER_OUTAGE + visitor.lengths.question + CHAIN if since > asked else by + CHAIN
                if not alarmed and now > late:
                    raise Broken("I3", f"{name} is silent, and nobody was told: it is {now:.0f} s, {by:.0f} s was due")
