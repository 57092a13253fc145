"""A world for stories: the real service, a real store, and servers that speak Telegram's and Twilio's protocols.

Only the clock is ours: it moves when a story says so, and every deadline on the way has its consequence at its own
instant. The verbs are those of DESIGN §10. At the end no phone may hold a message that the story did not expect.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import visit
from bot.clock import SteppedClock
from bot.details import Details
from bot.people import NOTHING_ON_RECORD, Channel, Person, Role
from bot.policy import parse_duration
from bot.school import School, parse_schools
from bot.settings import Settings, load_settings
from handlers.desk import authorising
from handlers.desk.case import Case
from handlers.doors import Attached, open_service
from store import alarms, journal, people, visits
from store.journal import Check, Entry
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.world.faults import StoreFaults
from tests.world.laid import forget_routes, lay
from tests.world.phones import WHOLE, Human, Line
from tests.world.torn import TornClock

TOKEN = "900123:Marsh-Lane_Primary"
ACCOUNT = "AC" + "7" * 32
AUTH = "9f" * 16
NUMBER = "+447700900100"
MONDAY_TWO = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SCHOOL = """
[marsh-lane]
name = "Marsh Lane Primary"
time_zone = "Europe/London"
hours = "08:00-17:00"
policy = "default"
"""


class World(StoreFaults):
    """One school, its people, their phones, and the service that watches over them."""

    def __init__(
        self,
        folder: Path,
        *,
        school: str = SCHOOL,
        database_url: str = "",
        begins: datetime = MONDAY_TWO,
        holds_texts: bool = True,
        clock: SteppedClock | None = None,
        also_from: str = "",
    ) -> None:
        self.clock = clock or SteppedClock(begins)
        platforms = clock.real if isinstance(clock, TornClock) else self.clock
        self.telegram = TelegramServer(platforms, token=TOKEN, poll_cap=0.0)
        self.twilio = TwilioServer(platforms, account_sid=ACCOUNT, auth_token=AUTH, number=NUMBER, auto_receipts=True)
        self.folder, self._schools_text, self._holds_texts = folder, school, holds_texts
        self.twilio.other_numbers = (also_from,) if also_from else ()
        self._database_url = database_url or f"sqlite+aiosqlite:///{folder / 'doorstep.db'}"
        self._attached: Attached | None = None
        self.url = ""
        self._seen_sms: dict[str, int] = {}
        self._seen_chat: dict[int, int] = {}
        self.ids: dict[str, int] = {}
        self.asha = self._human("Asha", {Role.VISITOR}, 1, code_word="blue folder", vehicle="red Fiesta AB12 CDE")
        self.ben = self._human("Ben", {Role.VISITOR}, 2)
        self.olive = self._human("Olive", {Role.OFFICE}, 10)
        self.henry = self._human("Henry", {Role.HEADTEACHER}, 11)
        self.dana = self._human("Dana", {Role.DEPUTY}, 12)
        self.dee = self._human("Dee", {Role.DSL}, 13)
        self.bruno = self._human("Bruno", {Role.BUSINESS_MANAGER}, 14)
        self.sam = self._human("Sam", set(), 99)

    def _human(self, name: str, roles: set[Role], number: int, code_word: str = "", vehicle: str = "") -> Human:
        known = WHOLE if Role.VISITOR in roles else NOTHING_ON_RECORD
        return Human(self, name, frozenset(roles), f"+44770090{number:04d}", 7000 + number, code_word, vehicle, known)

    @property
    def staff(self) -> list[Human]:
        return [self.asha, self.ben, self.olive, self.henry, self.dana, self.dee, self.bruno]

    @property
    def everyone(self) -> list[Human]:
        return [*self.staff, self.sam]

    @property
    def attached(self) -> Attached:
        assert self._attached is not None, "the world is not open"
        return self._attached

    @property
    def is_open(self) -> bool:
        return self._attached is not None

    # -- opening and closing ------------------------------------------------------------------------

    async def opens(self) -> None:
        """Start the platforms and the service, and put the cast on record."""
        lay(self.folder / "doorstep.db")
        self.telegram.start()
        self.twilio.start()
        for human in self.everyone:
            self.telegram.knows(human.chat, human.name)
        await self.reopens()
        await self._put_on_record()

    def settings(self) -> Settings:
        """The settings of this world's service."""
        return load_settings(
            {
                "DOORSTEP_DATABASE_URL": self._database_url,
                "DOORSTEP_SECRET_KEY": "a key for stories of sixteen or more",
                "DOORSTEP_PUBLIC_URL": "https://doorstep.marsh-lane.sch.uk",
                "DOORSTEP_LISTEN": "127.0.0.1:0",
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_URL": self.telegram.url,
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": AUTH,
                "TWILIO_FROM": ",".join((NUMBER, *self.twilio.other_numbers)),
                "TWILIO_MESSAGING_SERVICE_SID": self.twilio.service_sid if self._holds_texts else "",
                "TWILIO_API_URL": self.twilio.url,
            },
            None,
        )

    def schools(self) -> dict[str, School]:
        return parse_schools(self._schools_text)

    async def reopens(self) -> None:
        """Start the service on the store as it is."""
        self._attached = await open_service(self.settings(), self.schools(), self.clock)
        url = self.url = await self._attached.web.start()
        self.twilio.connect(
            f"{url}/twilio/sms", f"{url}/twilio/status", public_url="https://doorstep.marsh-lane.sch.uk"
        )
        await self.settles()

    async def crashes(self) -> None:
        """The process dies: nothing is finished, nothing is written down any more."""
        await self.attached.crash()
        self._attached = None

    async def closes(self) -> None:
        """Stop everything; no phone may have got what the story did not expect."""
        try:
            if self._attached is not None:
                await self.settles()
                await self._attached.close()
                self._attached = None
            self.collects()
            surprises = {human.name: [line.text for line in human.unread] for human in self.everyone if human.unread}
            assert not surprises, f"phones got what nobody expected: {surprises}"
        finally:
            if self._attached is not None:
                await self.crashes()
            self.telegram.release()
            self.twilio.release()
            self.telegram.stop()
            self.twilio.stop()
            forget_routes()

    # -- time and work ------------------------------------------------------------------------------

    async def settles(self) -> None:
        """Everything that can happen at this instant happens, receipts and their consequences too."""
        if self._attached is None:
            return
        for _ in range(20):
            took = await self.attached.poll_telegram()
            took += await self.attached.catch_up()
            await self.attached.service.settle()
            await asyncio.to_thread(self.twilio.settled)
            if not took and not await self.attached.service.desk.turn():
                return

    async def passes(self, length: str) -> None:
        """Live through a length of time, written like "10m"."""
        await self.lives_to(self.clock() + parse_duration(length))

    async def lives_to(self, target: datetime) -> None:
        """Live on until an instant."""
        while self._attached is not None:
            await self.settles()
            coming = await self.attached.service.next_instant()
            if coming is None or coming > target:
                break
            self.clock.move_to(max(coming, self.clock()))
        self.clock.move_to(target)
        await self.settles()

    async def until(self, written: str) -> None:
        """Live on until a time of the same day, written like "14:10"."""
        hours, minutes = written.split(":")
        target = self.clock().replace(hour=int(hours), minute=int(minutes), second=0)
        await self.lives_to(target)

    # -- the plan -----------------------------------------------------------------------------------

    async def _put_on_record(self) -> None:
        async with self.attached.service.database.transaction() as tx:
            for human in self.staff:
                self.ids[human.name] = await people.save(tx, self._person(human))

    def _person(self, human: Human) -> Person:
        return Person(
            id=0,
            school_id=self.school_id,
            name=human.name,
            roles=human.roles,
            phone=human.number,
            telegram_id=str(human.chat) if human.telegram else None,
            code_words=(human.code_word,) if human.code_word else (),
            vehicle=human.vehicle,
            particulars=human.particulars,
        )

    async def records(self, *humans: Human) -> None:
        """The office has put on record what these people now are."""
        async with self.attached.service.database.transaction() as tx:
            for human in humans:
                await people.save(tx, self._person(human))

    async def enrols(self, *humans: Human) -> None:
        """These people use Telegram too: they have written to the bot, and their chat is on record."""
        for human in humans:
            human.telegram = True
            self.telegram.starts(human.chat, "")
            async with self.attached.service.database.transaction() as tx:
                await people.save(tx, self._person(human))
            await self.settles()
            human.ignores()

    async def invites(self, human: Human) -> str:
        """A one-time enrolment link's token for this person, good for an hour."""
        token = f"link-for-{human.name.lower()}"
        async with self.attached.service.database.transaction() as tx:
            person = await people.by_id(tx, self.school_id, self.ids[human.name])
            assert person is not None
            await people.invite(tx, person, token, self.clock() + parse_duration("1h"))
        return token

    async def plans(
        self,
        *visitors: Human,
        start: str = "14:00",
        end: str = "14:30",
        address: str = "14 High Street",
        code_word: str = "",
        back: str = "",
        outing: int | None = None,
        pupil: str = "K.T.",
        reason: str = "attendance",
        days: int = 0,
        details: Details | None = None,
        asks: bool = False,
    ) -> int:
        """Put a visit on record; gives its number. With `back` a return is awaited; an `outing` shares one.

        `days`: so many days from today. `asks`: those are asked for their yes whose yes the policy wants.
        """
        starts_at, ends_at, returns_at = (self._at(written, days) for written in (start, end, back))
        async with self.attached.service.database.transaction() as tx:
            made = await visits.add(
                tx,
                self.school_id,
                self.school.policy,
                self.clock(),
                address=address,
                pupil=pupil,
                reason=reason,
                details=details,
                code_words=(code_word,) if code_word else (),
                outing_id=outing,
            )
            for human in visitors:
                place = visit.Place(
                    self.ids[human.name],
                    visit_id=made.id,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    returns_at=returns_at,
                    outing_id=outing,
                )
                await visits.add_place(tx, self.school_id, visit.plan(place, self.school.policy))
            if asks:
                await authorising.ask(Case(tx, self.clock(), self.attached.service.desk.habits), made)
        if asks:
            await self.settles()
        return made.id

    def _at(self, written: str, days: int) -> datetime | None:
        day = self.clock().replace(second=0, microsecond=0) + timedelta(days=days)
        return day.replace(hour=int(written[:2]), minute=int(written[3:])) if written else None

    # -- looking ------------------------------------------------------------------------------------

    @property
    def school_id(self) -> int:
        return next(iter(self.attached.service.desk.habits.schools))

    @property
    def school(self) -> School:
        return self.attached.service.desk.habits.schools[self.school_id]

    def collects(self) -> None:
        """Put what reached the phones since the last look on their unread piles, in order."""
        for human in self.everyone:
            lines = [line for line in self.twilio.phone(human.number) if line.way == "got"]
            for sms in lines[self._seen_sms.get(human.number, 0) :]:
                human.unread.append(Line(Channel.SMS, sms.body, ()))
            self._seen_sms[human.number] = len(lines)
            chat = [line for line in self.telegram.screen(human.chat) if line.way == "got"]
            for shown in chat[self._seen_chat.get(human.chat, 0) :]:
                human.unread.append(Line(Channel.TELEGRAM, shown.text, shown.labels))
            self._seen_chat[human.chat] = len(chat)

    async def state(self, human: Human) -> str:
        """Where this visitor's newest place stands."""
        async with self.attached.service.database.transaction() as tx:
            found = await visits.of_school(tx, self.school_id)
        places = [place for _, all_places in found for place in all_places if place.visitor_id == self.ids[human.name]]
        return str(places[-1].state) if places else "none"

    async def open_alarms(self) -> list[str]:
        """The kinds of the alarms that nobody has stood down."""
        async with self.attached.service.database.transaction() as tx:
            return [str(alarm.kind) for alarm in await alarms.open_in_school(tx, self.school_id)]

    async def journal(self) -> list[Entry]:
        async with self.attached.service.database.transaction() as tx:
            return list(await journal.of_school(tx, self.school_id))

    async def verifies(self) -> list[Check]:
        async with self.attached.service.database.transaction() as tx:
            return await journal.verify(tx)
