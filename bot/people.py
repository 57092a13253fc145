"""Who goes, who can be alarmed, and by which channel each can be reached."""

from dataclasses import dataclass
from enum import StrEnum

from bot.particulars import Particulars


class Role(StrEnum):
    """What a person is to their school; one person may have several roles."""

    VISITOR = "visitor"
    OFFICE = "office"
    HEADTEACHER = "headteacher"
    DEPUTY = "deputy"
    DSL = "dsl"
    SLT = "slt"
    BUSINESS_MANAGER = "business_manager"


OFFICE_FIRST = (Role.OFFICE, Role.HEADTEACHER, Role.DEPUTY, Role.DSL, Role.SLT, Role.BUSINESS_MANAGER)
"""Whom a school's telling goes to that is no alarm: the first of these with anybody whom it can reach."""
CONTACT_ROLES = frozenset(Role) - {Role.VISITOR}


class Channel(StrEnum):
    """A way to a phone."""

    TELEGRAM = "telegram"
    SMS = "sms"


NOTHING_ON_RECORD = Particulars()


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff, as the judge knows them."""

    id: int
    school_id: int
    name: str
    roles: frozenset[Role]
    phone: str
    telegram_id: str | None = None
    code_words: tuple[str, ...] = ()
    vehicle: str = ""
    last_channel: Channel | None = None
    lost: frozenset[Channel] = frozenset()
    particulars: Particulars = NOTHING_ON_RECORD
    opted_out: bool = False

    @property
    def initials(self) -> str:
        """What a text that is no alarm may carry of a name (DESIGN §8)."""
        return "".join(f"{part[0].upper()}." for part in self.name.split())

    def found_on(self, channel: Channel) -> frozenset[Channel]:
        """What is lost once they have written on this channel: no longer it, but for an SMS that they have stopped."""
        return self.lost if self.opted_out and channel is Channel.SMS else self.lost - {channel}

    @property
    def is_contact(self) -> bool:
        return bool(self.roles & CONTACT_ROLES)

    def address(self, channel: Channel) -> str | None:
        return self.phone if channel is Channel.SMS else self.telegram_id

    def channels(self) -> tuple[Channel, ...]:
        """Every channel that has not refused, the one they last wrote on first; all of them when each has refused."""
        known = [channel for channel in Channel if self.address(channel)]
        open_ones = [channel for channel in known if channel not in self.lost] or known
        return tuple(sorted(open_ones, key=lambda channel: channel is not self.last_channel))

    def alarm_channels(self) -> tuple[Channel, ...]:
        """SMS first, because only SMS tells of delivery (DESIGN §5); a channel that has refused comes last."""
        known = [channel for channel in (Channel.SMS, Channel.TELEGRAM) if self.address(channel)]
        return tuple(sorted(known, key=lambda channel: channel in self.lost))
