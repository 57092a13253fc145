"""I12. At every moment at which the machine could die, a text is held at Twilio that would go out without it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.simulation.able import Able, down, outside
from tests.simulation.broken import Broken
from tests.simulation.ledger import AlarmLine, Books, PlaceLine
from tests.simulation.twilio import TwilioCloud

ARMED = 90.0
"""Seconds in which a text is held after a visit has changed, while we are able to and Twilio answers."""
LATE = 3_600.0
"""It is to go out within an hour of the deadline that it guards: the policies' questions and nudges lie between."""
HELD = "SELECT sid FROM held WHERE place_id = ? AND sid IS NOT NULL"
ENDED = "stood down"


@dataclass(slots=True)
class Outlives:
    """Looks at the store's word for what is held, and at Twilio whether it is so."""

    time: Callable[[], float]
    books: Books
    able: Able
    twilio: TwilioCloud
    _since: dict[tuple[int, int], float] = field(default_factory=dict)

    def looks(self, places: Sequence[PlaceLine], alarms: Sequence[AlarmLine]) -> None:
        """Raises Broken for a visit under way that nobody would hear of if the machine died now."""
        now = self.time()
        sms = down(self.twilio.weather, "create") + down(self.twilio.weather, "list")
        for place in places:
            since = self._since.setdefault((place.id, place.version), now)
            alarmed = any(alarm.visitor_id == place.visitor_id and alarm.state != ENDED for alarm in alarms)
            if place.state == "planned" or place.deadline_at is None or alarmed:
                continue
            if outside(since, now, self.able.windows + sms) > ARMED and not self._is_held(place.id, place.deadline_at):
                raise Broken("I12", f"if the machine died now, nobody would hear of visit {place.visit_id}")

    def _is_held(self, place_id: int, deadline_at: float) -> bool:
        ours = {str(sid) for (sid,) in self.books.rows(HELD, place_id)}
        for text in self.twilio.messages:
            if text.sid in ours and text.send_at is not None and text.status != "canceled":
                goes_out = (text.send_at - self.books.begins).total_seconds()
                if text.status != "scheduled" or goes_out <= max(deadline_at, self.time()) + LATE:
                    return True
        return False
