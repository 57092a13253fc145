"""Attaching a service to the outside, as the settings say: Telegram and Twilio, or the local phones."""

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from prometheus_client import CollectorRegistry

from bot.clock import Clock, SteppedClock
from bot.delivery import Carrier
from bot.held import Obstacle, obstacle
from bot.outage import Part
from bot.people import Channel
from bot.school import School
from bot.settings import Settings, TelegramMode
from handlers import local, sms, telegram
from handlers.desk.backlog import Backlog
from handlers.desk.desk import Parse
from handlers.reconcile import Reconciler
from handlers.service import Doors, Service
from handlers.spooling import SpoolingDoor
from handlers.web.app import build_app
from handlers.web.health import Health
from handlers.web.local import LocalPhones
from handlers.web.running import WebServer
from handlers.web.telegram import TelegramHook
from handlers.web.twilio import TwilioHooks
from store import inbox
from store.crypto import Sealer
from store.database import Database, StoreDown
from store.spool import Spool, spool_beside

log = structlog.get_logger(__name__)
CONFLICT_TOLD_EVERY = timedelta(hours=1)
WEBHOOK_LOOK = 15.0
"""Seconds between looks at whether Telegram still gets rid of what it has for us."""


@dataclass(slots=True)
class Attached:
    """A service with its doors."""

    service: Service
    web: WebServer
    telegram: telegram.TelegramDoor | None

    async def catch_up(self) -> int:
        """Read in what was spooled, and Twilio's list if it is time; gives how many texts that was. For stories, as below."""
        spooling, reconciler = self.service.doors.spooling, self.service.doors.reconciler
        if spooling is None or reconciler is None:
            return 0
        count = await spooling.read_in()
        await reconciler.wake_when_due()
        if reconciler.woken.is_set():
            reconciler.woken.clear()
            count += await reconciler.turn()
        return count + await reconciler.ask_for_receipts()

    async def poll_telegram(self) -> int:
        """Take in what waits at Telegram; gives how many updates. For stories, which do not poll for ever."""
        if self.telegram is None:
            return 0
        try:
            return await self.telegram.poll_once()
        except Exception as error:
            self.telegram.tell(error)
            return 0

    async def close(self) -> None:
        """Finish what is under way, in order: no more comes in, what is leased leaves, the store is let go."""
        await self.web.stop()
        if self.telegram is not None:
            await self.telegram.close()
        await self.service.close()

    async def crash(self) -> None:
        """Let go of everything at once and write nothing more down: what a kill does, for stories in one process."""
        self.service.delivery.abandon()
        self.service.backstop.abandon()
        await self.close()


@dataclass(slots=True)
class ConflictNotice:
    """Two programs poll one bot and take each other's messages (DESIGN §5): the office is told, once an hour."""

    service: Service
    told_at: datetime | None = None
    tasks: set["asyncio.Task[Any]"] = field(default_factory=set)

    def __call__(self) -> None:
        now = self.service.clock()
        if self.told_at is not None and now < self.told_at + CONFLICT_TOLD_EVERY:
            return
        self.told_at = now
        log.critical("another program polls this bot: two take each other's messages")
        task = asyncio.create_task(self.service.desk.tell_offices("office_conflict"))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


async def open_service(settings: Settings, schools: Mapping[str, School], clock: Clock, key: str = "") -> Attached:
    """Build everything the settings ask for, and take the store. Nothing listens yet.

    `key` seals where the settings have no secret key. Raises StoreInUse, SchemaAhead, KeyFault, StoreDown.
    """
    sealer = Sealer(settings.secret_key.get_secret_value() if settings.secret_key else key)
    database = Database(settings.database_url, sealer)
    try:
        holds = not isinstance(clock, SteppedClock)
        service = await Service.open(database, clock, schools, _doors(settings, clock), holds=holds)
        async with database.transaction() as tx:
            service.desk.backlog = await Backlog.note(tx, clock())
    except BaseException:
        await database.close()
        raise
    door = _telegram_door(settings, service)
    service.doors.spooling = await _spooling(settings, service)
    service.doors.reconciler = _reconciler(settings, service)
    waits = {"telegram": door, "twilio": service.doors.reconciler}
    service.desk.backlog.doors |= {name for name, waiting in waits.items() if waiting}
    _watch_over(service, door)
    if door is not None and settings.telegram_mode is TelegramMode.POLL:
        service.doors.listeners.append(door.run)
    elif door is not None:
        service.doors.listeners.append(partial(_register_webhook, door, settings, sealer))
    web = WebServer(_app(settings, service, door, sealer), settings.listen_host, settings.listen_port)
    return Attached(service, web, door)


def _watch_over(service: Service, door: telegram.TelegramDoor | None) -> None:
    """Tell the guard where it sees whether each way in works."""
    signs, spooling, reconciler = service.guard.signs, service.doors.spooling, service.doors.reconciler
    if door is not None:
        signs.append((Part.TELEGRAM, lambda: door.healthy))
    if reconciler is not None:
        signs.append((Part.SMS, lambda: reconciler.healthy))
    if spooling is not None:
        signs.append((Part.STORE, lambda: not spooling.spool.waiting))


def _doors(settings: Settings, clock: Clock) -> Doors:
    """What each channel is read and sent by."""
    if settings.is_local:
        phones = local.LocalCarrier()
        return Doors(dict.fromkeys(Channel, local.parse), dict.fromkeys(Channel, phones))
    parsers: dict[Channel, Parse] = {Channel.SMS: sms.parse, Channel.TELEGRAM: telegram.parse}
    carriers: dict[Channel, Carrier] = {}
    doors = Doors(parsers, carriers, obstacle=_obstacle(settings))
    if settings.telegram_bot_token is not None:
        bot = telegram.TelegramCarrier(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
        carriers[Channel.TELEGRAM] = bot
        doors.openers.append(bot.start)
        doors.closers.append(bot.close)
    if settings.twilio_account_sid and settings.twilio_auth_token:
        texts = sms.SmsCarrier(
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            senders=settings.twilio_from,
            service_sid=settings.twilio_messaging_service_sid,
            api_url=settings.twilio_api_url,
            status_url=f"{settings.public_url}/twilio/status" if settings.public_url else None,
            now=clock,
        )
        carriers[Channel.SMS] = texts
        doors.heard = texts.hears
        if texts.has_spare:
            doors.spare.add(Channel.SMS)
        doors.closers.append(texts.close)
        if doors.obstacle is None:
            holder = _holder(settings)
            doors.holder = holder
            doors.closers.append(holder.close)
    return doors


def _obstacle(settings: Settings) -> Obstacle | None:
    """Why Twilio will hold no texts for us, if so: for the backstop, and for the doctor."""
    return obstacle(
        has_sms=settings.has_twilio,
        service_sid=settings.twilio_messaging_service_sid,
        api_url=settings.twilio_api_url,
    )


def _holder(settings: Settings) -> sms.SmsHolder:
    token, service = settings.twilio_auth_token, settings.twilio_messaging_service_sid
    assert token and settings.twilio_account_sid and service
    return sms.SmsHolder(
        settings.twilio_account_sid,
        token.get_secret_value(),
        service_sid=service,
        api_url=settings.twilio_api_url,
    )


def _telegram_door(settings: Settings, service: Service) -> telegram.TelegramDoor | None:
    if settings.telegram_bot_token is None:
        return None
    return telegram.TelegramDoor(
        settings.telegram_bot_token.get_secret_value(),
        settings.telegram_api_url,
        service.desk.keep,
        on_conflict=ConflictNotice(service),
        on_drained=partial(service.desk.drained, "telegram"),
    )


async def _spooling(settings: Settings, service: Service) -> SpoolingDoor | None:
    """Twilio's way in; what a process before us had to spool is read in at once."""
    if not settings.has_twilio:
        return None
    database, desk = service.database, service.desk
    spool = Spool(spool_beside(database), database.sealer)
    spooling = SpoolingDoor(database, service.clock, spool, desk.keep, desk.woken.set)
    service.doors.closers.append(spooling.close)
    await spooling.read_in()
    return spooling


def _reconciler(settings: Settings, service: Service) -> Reconciler | None:
    if not (settings.twilio_account_sid and settings.twilio_auth_token):
        return None
    listing = sms.SmsListing(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        numbers=settings.twilio_from,
        service_sid=settings.twilio_messaging_service_sid,
        api_url=settings.twilio_api_url,
    )
    service.doors.closers.append(listing.close)
    desk = service.desk
    caught_up = partial(desk.drained, "twilio")
    return Reconciler(
        service.database,
        service.clock,
        listing.since,
        desk.keep,
        desk.note,
        caught_up,
        listing.receipt_of,
        desk.woken.set,
    )


def _nobody() -> None:
    """Nobody reads Twilio's list."""


def _secrets(settings: Settings, sealer: Sealer) -> tuple[str, str]:
    """The webhook's path and header, the same at every start, and known to nobody without the key."""
    token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else ""
    return sealer.index("telegram path", token), sealer.index("telegram secret", token)


def telegram_webhook(settings: Settings, sealer: Sealer) -> str | None:
    """Where Telegram is to push updates; None where it is polled."""
    pushes = settings.has_telegram and settings.telegram_mode is TelegramMode.WEBHOOK
    return f"{settings.public_url}/telegram/{_secrets(settings, sealer)[0]}" if pushes else None


async def _register_webhook(
    door: telegram.TelegramDoor, settings: Settings, sealer: Sealer, stop: asyncio.Event
) -> None:
    """Have Telegram push to us; tried until it is done."""
    url, (_, secret) = telegram_webhook(settings, sealer) or "", _secrets(settings, sealer)
    while not stop.is_set():
        try:
            await door.use_webhook(url, secret)
            while not stop.is_set():
                pause = WEBHOOK_LOOK if await door.has_pushed_all() else 1
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), pause)
        except Exception as error:
            door.healthy = False
            log.error("telegram webhook not set", error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 5)


def _app(settings: Settings, service: Service, door: telegram.TelegramDoor | None, sealer: Sealer) -> Any:
    hooks = hook = phones = None
    if settings.twilio_auth_token is not None and settings.public_url:
        tokens = [settings.twilio_auth_token, settings.twilio_auth_token_secondary]
        signatures = sms.Signatures([t.get_secret_value() for t in tokens if t is not None], settings.public_url)
        reconciler, spooling = service.doors.reconciler, service.doors.spooling
        missed = reconciler.woken.set if reconciler else _nobody
        keep = spooling.keep if spooling else service.desk.keep
        heard = service.doors.heard
        hooks = TwilioHooks(signatures.valid, sms.pack, sms.external_id, keep, missed, heard)
    if door is not None and settings.telegram_mode is TelegramMode.WEBHOOK:
        hook = TelegramHook(*_secrets(settings, sealer), door.keep_pushed)
    if settings.is_local:
        phones = _local_phones(service)
    health = _health(service, door if settings.telegram_mode is TelegramMode.POLL else None)
    return build_app(twilio=hooks, telegram=hook, local=phones, health=health, registry=CollectorRegistry())


def _local_phones(service: Service) -> LocalPhones:
    clock = service.clock
    return LocalPhones(
        keep=service.desk.keep,
        new_id=lambda: uuid.uuid4().hex,
        address=partial(local.address_of, service.database),
        phone_log=partial(local.phone_log, service.database),
        advance=partial(service.advance, clock) if isinstance(clock, SteppedClock) else None,
    )


def _health(service: Service, door: telegram.TelegramDoor | None) -> Health:
    async def health() -> tuple[bool, dict[str, object]]:
        """The store answers, and Telegram does where it is polled."""
        try:
            async with service.database.transaction() as tx:
                waiting, aside = await inbox.count(tx, inbox.NEW), await inbox.count(tx, inbox.ASIDE)
        except StoreDown:
            return False, {"store": "down"}
        found: dict[str, object] = {"store": "up", "inbox_waiting": waiting, "inbox_aside": aside}
        providers = {"telegram": door, "twilio": service.doors.reconciler}
        states = {name: "up" if asked.healthy else "down" for name, asked in providers.items() if asked is not None}
        return "down" not in states.values(), found | states

    return health
