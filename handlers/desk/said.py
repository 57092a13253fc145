"""One text of one person, understood as far as words go."""

from dataclasses import dataclass
from datetime import datetime

from bot.events import Incoming, Sort
from bot.late import Said
from bot.people import Person
from bot.visit import Place
from bot.words import Reading
from handlers.desk.case import Case
from store.inbox import Kept


@dataclass(frozen=True, slots=True)
class Text:
    """One text of one person, with what it means and the places it may be about."""

    person: Person
    kept: Kept
    incoming: Incoming
    reading: Reading
    places: list[Place]
    said: Said

    @property
    def own(self) -> bool:
        """Whether it is this person's word of now: no edit, no quotation, no picture."""
        return self.incoming.sort is Sort.TEXT and not self.incoming.quoted

    @property
    def certain(self) -> bool:
        """Whether it may lower: an edit or a quotation never may (DESIGN §4), nor what is too old."""
        return self.reading.certain and self.own and not self.said.old

    def answered_at(self, case: Case) -> datetime:
        """When the answer leaves: so long after the text came in that its timing tells nothing either."""
        return self.kept.received_at + case.habits.draw_hold()
