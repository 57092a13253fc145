"""What goes wrong: every kind by its name, what it does to the town, and how it is drawn.

The kinds are those of DESIGN §5 and of the platforms' and machines' own habits. A kind only plans what will happen; the
town lives it. What people do wrong (two texts in one instant, a code word behind a "left") is in the visits of `draw.py`.
"""

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tests.simulation.plan import CONTACTS, VISITORS, Fault
from tests.simulation.rehearsing import DRILL, drill
from tests.simulation.twilio import Receipts
from tests.simulation.upheavals import clock_back, clock_forward, suspended, wedged, yesterdays_backup
from tests.simulation.weather import EVERY, Spell, Way

if TYPE_CHECKING:
    from tests.simulation.town import Town

HOUR = 3_600.0
Plans = Callable[["Town", Fault], None]
Draws = Callable[[random.Random], tuple[float, float, str]]
"""How long it lasts (s), a number that goes with it, and who."""


class Kind(NamedTuple):
    """One kind of fault. What `counted` ones meet depends on how much is done: two runs that differ do not meet them alike.

    `apart`: not drawn with the others.
    """

    says: str
    plans: Plans
    draws: Draws
    counted: bool = False
    clock: bool = False
    apart: bool = False


def spell(provider: str, way: Way, method: str = EVERY) -> Plans:
    def plans(town: "Town", fault: Fault) -> None:
        weather = town.twilio.weather if provider == "Twilio" else town.telegram.weather
        times = int(fault.detail) if fault.detail and way is not Way.TOO_MANY else 1_000_000
        detail = fault.detail if way is Way.TOO_MANY else 0.0
        weather.spells.append(Spell(way, fault.at, fault.at + fault.lasts, method, times, detail))

    return plans


def receipts(*plan: tuple[float, str, int]) -> Plans:
    def plans(town: "Town", fault: Fault) -> None:
        town.receipts.append((fault.at, fault.at + fault.lasts, fault.who, plan))

    return plans


def lasts(shortest: float, longest: float, detail: tuple[float, ...] = (0.0,), who: tuple[str, ...] = ("",)) -> Draws:
    def draws(chance: random.Random) -> tuple[float, float, str]:
        return round(chance.uniform(shortest, longest), 1), chance.choice(detail), chance.choice(who)

    return draws


def mostly_short(detail: tuple[float, ...] = (0.0,)) -> Draws:
    """Minutes as a rule, now and then an hour."""

    def draws(chance: random.Random) -> tuple[float, float, str]:
        longest = chance.choices((60.0, 300.0, 900.0, HOUR), (6, 6, 3, 1))[0]
        return round(chance.uniform(longest / 4, longest), 1), chance.choice(detail), ""

    return draws


def dies(town: "Town", fault: Fault) -> None:
    town.at(fault.at, lambda: town.machine.dies("by kill -9", fault.lasts))


def dies_at_a_boundary(town: "Town", fault: Fault) -> None:
    town.boundaries.kills_at |= {int(fault.detail)}
    town.machine.down_for = fault.lasts


def stops(town: "Town", fault: Fault) -> None:
    town.at(fault.at, lambda: town.machine.asked_to_stop(fault.lasts))


def off_and_cut_off(town: "Town", fault: Fault) -> None:
    dies(town, fault)
    back = fault.at + fault.lasts
    town.telegram.weather.spells.append(Spell(Way.CLOSED, back - 5, back + fault.detail))


def disk(what: str) -> Plans:
    def plans(town: "Town", fault: Fault) -> None:
        window = (fault.at, fault.at + fault.lasts)
        town.able.broken.append(window)
        getattr(town, what).append(window)

    return plans


def second(town: "Town", fault: Fault) -> None:
    town.at(fault.at, town.second_process)


def opts_out(town: "Town", fault: Fault) -> None:
    actor = town.actor(fault.who)
    town.reckoning.closed.add(actor.name)
    town.at(fault.at, lambda: town.texts(actor, "STOP"))
    town.at(fault.at + fault.lasts, lambda: town.texts(actor, "START"))


def blocks(town: "Town", fault: Fault) -> None:
    actor = town.actor(fault.who)
    town.reckoning.closed.add(actor.name)
    town.at(fault.at, lambda: town.blocks(actor))
    town.at(fault.at + fault.lasts, lambda: town.blocks(actor, unblocks=True))


def phone_off(town: "Town", fault: Fault) -> None:
    actor = town.actor(fault.who)
    town.reckoning.closed.add(actor.name)
    receipts((0.5, "sent", 0), (30.0, "undelivered", 30003))(town, fault)


def ids_jump(town: "Town", fault: Fault) -> None:
    town.at(fault.at, lambda: town.ids_jump(int(fault.detail)))


def poison(town: "Town", fault: Fault) -> None:
    town.at(fault.at, town.poison)


BEFORE: Receipts = ((0.0, "sent", 0), (0.0, "delivered", 0))
CHATTERS = tuple(actor.name for actor in VISITORS + CONTACTS if actor.chat)
ONE_CONTACT = ("Henry", "Dee")
"""Who may be out of reach: the office always has a way."""

KINDS: Mapping[str, Kind] = {
    # the machine
    "killed": Kind("the process is killed and started again", dies, lasts(2, 30)),
    "killed at a boundary": Kind(
        "the process is killed as it crosses into the world",
        dies_at_a_boundary,
        lambda chance: (round(chance.uniform(2, 20), 1), float(chance.randint(20, 1200)), ""),
        counted=True,
    ),
    "off for long": Kind("the machine is off across deadlines", dies, lasts(900, 4200)),
    "off, and back without Telegram": Kind(
        "the machine is off across deadlines, and comes back with Telegram unreachable",
        off_and_cut_off,
        lasts(900, 3600, (60.0, 240.0)),
    ),
    "stopped": Kind("the process is asked to stop and started again", stops, lasts(1, 20)),
    "second process": Kind("a second process is started on the same store", second, lasts(0, 0)),
    "suspended": Kind("the machine sleeps and wakes", suspended, lasts(20, 1500), clock=True),
    "clock set back": Kind("the clock is set back by ten minutes", clock_back, lasts(30, 900, (600.0,)), clock=True),
    "clock set forward": Kind(
        "the clock is set forward by an hour", clock_forward, lasts(60, 900, (HOUR,)), clock=True
    ),
    "wedged": Kind("the process is alive, and stands still inside", wedged, lasts(0, 0)),
    # the disk
    "yesterday's backup": Kind(
        "the store is lost, and an older one is put in its place",
        yesterdays_backup,
        lasts(5, 120, (300.0, 1500.0, 3000.0)),
    ),
    "disk full": Kind("no commit succeeds", disk("full"), lasts(5, 120), counted=True),
    "database locked": Kind("another program holds the lock", disk("busy"), lasts(5, 40), counted=True),
    "kept and denied": Kind("what is committed is said not to be", disk("lying"), lasts(1, 10), counted=True),
    # Twilio
    "Twilio closed": Kind("Twilio refuses connections", spell("Twilio", Way.CLOSED), mostly_short()),
    "Twilio deaf": Kind("Twilio takes nothing and does not answer", spell("Twilio", Way.DEAF), lasts(10, 300)),
    "Twilio dumb": Kind("Twilio takes texts and does not answer", spell("Twilio", Way.DUMB, "create"), lasts(10, 120)),
    "Twilio takes, 500": Kind(
        "Twilio takes texts and answers 500", spell("Twilio", Way.TAKEN_500, "create"), lasts(10, 120)
    ),
    "Twilio 500": Kind("Twilio answers 500", spell("Twilio", Way.NOT_TAKEN_500), mostly_short()),
    "Twilio gateway": Kind("a gateway answers for Twilio", spell("Twilio", Way.GATEWAY), lasts(10, 300)),
    "Twilio 429": Kind("Twilio asks to wait", spell("Twilio", Way.TOO_MANY), mostly_short((0.0, 5.0, 60.0))),
    "Twilio 401": Kind("Twilio refuses our key for an hour", spell("Twilio", Way.WRONG_KEY), mostly_short()),
    "Twilio 403": Kind("Twilio forbids us for an hour", spell("Twilio", Way.FORBIDDEN), mostly_short()),
    "Twilio slow": Kind("Twilio answers after six seconds", spell("Twilio", Way.SLOW), lasts(30, 600)),
    "no look-up": Kind("Twilio's list does not answer", spell("Twilio", Way.DEAF, "list"), lasts(60, 600)),
    # Telegram
    "Telegram closed": Kind("Telegram refuses connections", spell("Telegram", Way.CLOSED), mostly_short()),
    "Telegram deaf": Kind("Telegram takes nothing and does not answer", spell("Telegram", Way.DEAF), lasts(10, 300)),
    "Telegram dumb": Kind(
        "Telegram takes texts and does not answer", spell("Telegram", Way.DUMB, "sendMessage"), lasts(10, 120)
    ),
    "Telegram takes, 500": Kind(
        "Telegram takes texts and answers 500", spell("Telegram", Way.TAKEN_500, "sendMessage"), lasts(10, 120)
    ),
    "Telegram 500": Kind("Telegram answers 500", spell("Telegram", Way.NOT_TAKEN_500), mostly_short()),
    "Telegram gateway": Kind("a gateway answers for Telegram", spell("Telegram", Way.GATEWAY), lasts(10, 300)),
    "flood wait": Kind(
        "Telegram asks to wait", spell("Telegram", Way.TOO_MANY, "sendMessage"), mostly_short((5.0, 60.0, 900.0))
    ),
    "Telegram 401": Kind("Telegram refuses our token", spell("Telegram", Way.WRONG_KEY), mostly_short()),
    "Telegram 409": Kind(
        "another program polls our bot for an hour", spell("Telegram", Way.CONFLICT, "getUpdates"), mostly_short()
    ),
    "Telegram slow": Kind(
        "Telegram answers after six seconds", spell("Telegram", Way.SLOW, "sendMessage"), lasts(30, 600)
    ),
    "updates lost on the way": Kind(
        "getUpdates is carried out and not answered", spell("Telegram", Way.DUMB, "getUpdates"), lasts(10, 120)
    ),
    "ids jump": Kind("Telegram's ids go on from anywhere", ids_jump, lasts(0, 0, (5.0, 400_000_000.0, 900_000_000.0))),
    "poison": Kind("an update that nothing can parse comes first", poison, lasts(0, 0)),
    # receipts
    "receipts first": Kind("receipts come before the POST has answered", receipts(*BEFORE), mostly_short()),
    "receipts late": Kind(
        "receipts come minutes late", receipts((150.0, "sent", 0), (400.0, "delivered", 0)), mostly_short()
    ),
    "receipts twice": Kind(
        "receipts come twice",
        receipts((0.5, "sent", 0), (1.5, "delivered", 0), (1.6, "delivered", 0), (30, "sent", 0)),
        mostly_short(),
    ),
    "receipts never": Kind("no receipts come", receipts(), mostly_short()),
    "receipts disordered": Kind(
        "receipts come out of order", receipts((0.5, "delivered", 0), (9.0, "sent", 0)), mostly_short()
    ),
    "undelivered after delivered": Kind(
        "undelivered comes after delivered",
        receipts((0.5, "sent", 0), (1.5, "delivered", 0), (20.0, "undelivered", 30003)),
        mostly_short(),
    ),
    "phone off": Kind("a phone is off: 30003", phone_off, lasts(60, 1200, who=ONE_CONTACT)),
    # people's phones
    "opted out": Kind("a contact texts STOP: 21610", opts_out, lasts(300, HOUR, who=ONE_CONTACT)),
    "blocked": Kind("somebody blocks the bot: 403", blocks, lasts(300, HOUR, who=CHATTERS)),
    # what is no fault, and may stand in the way of what is real
    DRILL: Kind("somebody has a drill held", drill, lasts(0, 0), apart=True),
}
DRAWN = sorted(kind for kind in KINDS if not KINDS[kind].apart)


def drawn(chance: random.Random, kind: str, latest: float) -> Fault:
    """One fault of this kind, at a random moment."""
    length, detail, who = KINDS[kind].draws(chance)
    return Fault(kind, round(chance.uniform(5.0, latest), 1), length, detail, who)
