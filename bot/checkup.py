"""The doctor's judgement: what the signs mean, how each is mended, and what the office is told (DESIGN §6).

Red means that somebody may go out unguarded, amber that it may come to that, green that it was looked at and is well. The
facts are gathered elsewhere; here they are only judged. Words are for the administrator, and name people where they must.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.calendar import Calendar
from bot.people import Channel, Person, Role
from bot.policy import Scope
from bot.school import School


class Colour(StrEnum):
    """How a sign stands."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class About(StrEnum):
    """What a sign is about. Each has a few words for the office in the notices."""

    SETTINGS = "settings"
    SCHOOLS = "schools"
    KEY = "key"
    STORE = "store"
    DISK = "disk"
    CLOCK = "clock"
    TELEGRAM = "telegram"
    SMS = "sms"
    NUMBER = "number"
    CREDIT = "credit"
    ADDRESS = "address"
    LADDER = "ladder"
    VISITORS = "visitors"
    GUARD = "guard"


class Sign(NamedTuple):
    """One thing that was looked at. `school` is the key of the one it is about; without it, it is about all of them."""

    about: About
    colour: Colour
    words: str
    mend: str = ""
    school: str = ""


def well(about: About, words: str, school: str = "") -> Sign:
    return Sign(about, Colour.GREEN, words, "", school)


def amber(about: About, words: str, mend: str, school: str = "") -> Sign:
    return Sign(about, Colour.AMBER, words, mend, school)


def red(about: About, words: str, mend: str, school: str = "") -> Sign:
    return Sign(about, Colour.RED, words, mend, school)


def reds(signs: Iterable[Sign], school: str) -> list[Sign]:
    """What is red for one school."""
    return [sign for sign in signs if sign.colour is Colour.RED and sign.school in ("", school)]


def summary(signs: Sequence[Sign]) -> str:
    """One line: how many of each colour."""
    counts = [(sum(sign.colour is colour for sign in signs), colour) for colour in reversed(Colour)]
    return ", ".join(f"{count} {colour}" for count, colour in counts if count) or "nothing was looked at"


# -- the machine ------------------------------------------------------------------------------------

FULL, FILLING = 100, 1_000
"""Megabytes that are left: below the first nothing may be kept any more, below the second it is time to look."""
FAST, VERY_FAST = timedelta(seconds=5), timedelta(seconds=30)
"""How far a clock may be off: beyond the first deadlines come late (I10), beyond the second times in texts are wrong."""
CLOCK_MEND = "keep this machine's clock right (chrony, systemd-timesyncd); deadlines follow it"
# The oldest SQLite that has all that is used here; and the fault, mended in 3.51.3 and in two older lines, by which two
# programs that write at the same instant may harm a file in WAL mode (sqlite.org/wal.html).
OLDEST_SQLITE, SQLITE_MENDED = (3, 35, 0), (3, 51, 3)
MENDED_TOO = {(3, 44): 6, (3, 50): 7}
OLDEST_POSTGRES = 130_000


def disk(free: int, where: str) -> Sign:
    """Whether there is room; `free` in bytes."""
    megabytes = free // 1_000_000
    if megabytes >= FILLING:
        return well(About.DISK, f"{megabytes:,} MB are free at {where}")
    mend = "make room: delete what is not needed, or move the store to a larger disk"
    judge = red if megabytes < FULL else amber
    return judge(About.DISK, f"only {megabytes:,} MB are free at {where}", mend)


def clock(theirs: datetime, ours: datetime, whose: str) -> Sign:
    """Whether another clock agrees with this machine's. What comes by HTTP is cut to whole seconds."""
    off = theirs - ours
    if abs(off) <= FAST:
        return well(About.CLOCK, f"this machine's clock agrees with that of {whose}")
    way = "behind" if off > timedelta(0) else "ahead of"
    judge = red if abs(off) > VERY_FAST else amber
    return judge(
        About.CLOCK, f"this machine's clock is {abs(off).total_seconds():.0f} s {way} that of {whose}", CLOCK_MEND
    )


def sqlite_version(version: tuple[int, ...]) -> Sign:
    """Whether this SQLite is new enough."""
    written = ".".join(map(str, version))
    if version < OLDEST_SQLITE:
        return red(About.STORE, f"SQLite {written} is too old", "use a newer Python or system: 3.35 at least")
    if version >= SQLITE_MENDED or version[2] >= MENDED_TOO.get((version[0], version[1]), 10_000):
        return well(About.STORE, f"SQLite {written}")
    words = f"SQLite {written} has a rare fault: two programs that write at one instant may harm the file"
    return amber(
        About.STORE, words, "import people and visits in quiet hours, back up daily; 3.51.3 and newer are mended"
    )


def sqlite_pragmas(journal_mode: str, synchronous: int, foreign_keys: int) -> Sign:
    """Whether what the promise "kept before it is acknowledged" stands on holds."""
    if (journal_mode, synchronous, foreign_keys) == ("wal", 2, 1):
        return well(About.STORE, "every change is on the disk before it is acknowledged (WAL, FULL)")
    words = f"the file does not keep as it must: journal_mode={journal_mode}, synchronous={synchronous}"
    return red(
        About.STORE, words, "keep it on a local disk (no network share), where this user may write to the folder too"
    )


def postgres(version: int, values: dict[str, str]) -> Iterator[Sign]:
    """Whether this PostgreSQL is new enough and keeps what it says it has kept."""
    written = f"PostgreSQL {version // 10_000}.{version % 10_000}"
    if version < OLDEST_POSTGRES:
        yield amber(About.STORE, f"{written} is old", "use a supported version: 13 at least")
    else:
        yield well(About.STORE, written)
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if values.get(name) == "off":
            words = f"{name} is off: after a crash of the server what was acknowledged may be gone"
            yield red(About.STORE, words, f"set {name} = on in postgresql.conf, or for this role")


# -- people -----------------------------------------------------------------------------------------


def ways(person: Person, channels: Collection[Channel]) -> list[Channel]:
    """The channels by which a person can be reached now: one that is attached, that they have, and that has not refused."""
    return [channel for channel in channels if person.address(channel) and channel not in person.lost]


class Staff(NamedTuple):
    """Everybody of a school, and the channels that are attached."""

    school: School
    everybody: Sequence[Person]
    channels: Collection[Channel]

    def why(self, person: Person) -> str:
        """Why somebody cannot be reached, or not by every channel."""
        if person.opted_out:
            return "texted STOP"
        refused = [channel.upper() for channel in self.channels if channel in person.lost]
        if refused:
            return f"{' and '.join(refused)} refused"
        return "not enrolled with the bot" if Channel.SMS not in self.channels else "no number"


def people(staff: Staff) -> Iterator[Sign]:
    """Whether each rung has somebody, each contact can be reached, and each visitor is fit to go."""
    yield from _ladder(staff)
    yield from _told(staff)
    yield from _visitors(staff)


def _ladder(staff: Staff) -> Iterator[Sign]:
    school, roles = staff.school, staff.school.rungs
    found: dict[int, Person] = {}
    faults = []
    for role in roles:
        holders = [person for person in staff.everybody if role in person.roles]
        found |= {person.id: person for person in holders}
        if not holders:
            mend = f"import somebody with the role {role}, or take it off the ladder in the schools file"
            faults.append(red(About.LADDER, f"the rung {role} has nobody", mend, school.key))
        elif not any(ways(person, staff.channels) for person in holders):
            faults.append(red(About.LADDER, f"nobody of the rung {role} can be reached", _MEND_CONTACT, school.key))
    for person in found.values():
        if not ways(person, staff.channels):
            words = f"{person.name} cannot be reached: {staff.why(person)}"
            faults.append(red(About.LADDER, words, _MEND_CONTACT, school.key))
        elif person.lost & set(staff.channels):
            words = f"{person.name} is reached by one channel only: {staff.why(person)}"
            faults.append(amber(About.LADDER, words, _MEND_CONTACT, school.key))
    if len(found) == 1:
        mend = "import more people who can be alarmed: one phone with a flat battery must not be the end of an alarm"
        faults.append(amber(About.LADDER, "one person alone is the whole ladder", mend, school.key))
    yield from faults or [well(About.LADDER, f"{len(found)} contacts on {len(roles)} rungs can be reached", school.key)]


_MEND_CONTACT = (
    "have them text the number or write to the bot (START, if they had texted STOP); check their number on record"
)


def _told(staff: Staff) -> Iterator[Sign]:
    """Roles that are to be told of something, and that nobody has."""
    held = {role for person in staff.everybody for role in person.roles}
    concern = staff.school.policy.tell_concern
    if not held & set(concern):
        mend = "import somebody with one of these roles, or change tell_concern in the schools file"
        yield red(About.LADDER, f"nobody would hear of a concern ({', '.join(concern)})", mend, staff.school.key)
    if Role.OFFICE not in held and Role.OFFICE not in staff.school.rungs:
        mend = "import the office: it is told of what is no alarm"
        yield red(About.LADDER, "nobody has the role office", mend, staff.school.key)


def _visitors(staff: Staff) -> Iterator[Sign]:
    school = staff.school
    visitors = [person for person in staff.everybody if Role.VISITOR in person.roles]
    if not visitors:
        yield amber(About.VISITORS, "nobody has the role visitor", "import those who go on visits", school.key)
        return
    faults = []
    for person in visitors:
        if not ways(person, staff.channels):
            words = f"{person.name} cannot be asked whether all is well: {staff.why(person)}"
            faults.append(red(About.VISITORS, words, _MEND_CONTACT, school.key))
    without = [person.name for person in school.without_code_word(visitors)]
    if without:
        mend = 'each texts "my code word is …" while no visit is open'
        if school.policy.code_word_scope is Scope.SCHOOL:
            mend += ", or give the school one in the schools file"
        faults.append(amber(About.VISITORS, f"without a code word: {', '.join(without)}", mend, school.key))
    yield from faults or [well(About.VISITORS, f"{len(visitors)} visitors have a number and a code word", school.key)]


# -- when -------------------------------------------------------------------------------------------

MORNING, MIDNIGHT = time(7), time(0)
BEFORE_FIRST = timedelta(hours=1)


def is_due(calendar: Calendar, now: datetime, examined_at: datetime | None, first: datetime | None) -> bool:
    """Whether the morning's look is due: from seven, or an hour before the `first` visit of the day, and once a day.

    On a day without a visit on which the school is closed there is none.
    """
    day = calendar.day(now)
    if first is None and calendar.closed_on(day):
        return False
    begins = calendar.instant(day, MORNING)
    if first is not None:
        begins = max(calendar.instant(day, MIDNIGHT), min(begins, first - BEFORE_FIRST))
    return now >= begins and (examined_at is None or examined_at < begins)
