"""What we send from: a Messaging Service, a number or several; when one fails, the next one sends.

A sender rests for a while when Twilio says that the fault is its own, or when several phones in a row were not reached
from it and none was: then it is the way, and not the phones. When all of them rest, all are tried.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.delivery import Parcel

REST = timedelta(minutes=10)
BURST, WITHIN = 3, timedelta(minutes=5)
"""So many different phones that were not reached, with none that was between them, are no fault of theirs."""


@dataclass(frozen=True, slots=True)
class Sender:
    """One of them: a Messaging Service by its SID, or a number."""

    name: str
    is_service: bool = False

    @property
    def fields(self) -> Mapping[str, object]:
        return {"messaging_service_sid" if self.is_service else "from_": self.name}


@dataclass(slots=True)
class Senders:
    """All of them, the first the one to be used. Without `now` none ever rests."""

    all: Sequence[Sender]
    now: Callable[[], datetime] | None = None
    _rests_until: dict[str, datetime] = field(default_factory=dict)
    _missed: dict[str, dict[str, datetime]] = field(default_factory=dict)

    def choose(self, parcel: Parcel) -> Sender:
        """An alarm goes from another sender with each try and copy; what is none stays with the first that is well."""
        fit = [sender for sender in self.all if not self._rests(sender.name)] or list(self.all)
        turn = parcel.tries + parcel.copy if parcel.urgent else 0
        return fit[turn % len(fit)]

    def fails(self, sender: Sender) -> bool:
        """The fault was its own: it rests. True when another is well, and may be tried at once."""
        if self.now is None:
            return False
        self._rests_until[sender.name] = self.now() + REST
        return any(other != sender and not self._rests(other.name) for other in self.all)

    def misses(self, name: str, phone: str) -> None:
        """A text from this number did not reach a phone."""
        if self.now is None:
            return
        now, name = self.now(), self._name(name)
        missed = self._missed.setdefault(name, {})
        missed[phone] = now
        if sum(at > now - WITHIN for at in missed.values()) >= BURST:
            self._rests_until[name] = now + REST
            missed.clear()

    def reaches(self, name: str) -> None:
        """A text from this number has arrived."""
        self._missed.pop(self._name(name), None)

    def _rests(self, name: str) -> bool:
        until = self._rests_until.get(name)
        # A clock that is set back makes no rest longer than it was to be.
        return until is not None and self.now is not None and timedelta(0) < until - self.now() <= REST

    def _name(self, number: str) -> str:
        """A number that is none of ours is one of the Messaging Service's."""
        names = [sender.name for sender in self.all]
        services = [sender.name for sender in self.all if sender.is_service]
        return number if number in names or not services else services[0]
