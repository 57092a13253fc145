"""When the process is killed: on its way up, in the middle of a door, a send that nobody answered, or just anywhen."""

import random
import threading
from collections.abc import Callable

from tests.fakes.server import Server
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.kill.process import START_SECONDS, Doorstep

LONGEST = 1.0
"""Seconds that a moment waits for what it is about; then the kill comes all the same."""

Moment = tuple[str, Callable[[], object]]


class Moments:
    """Draws moments. Each waits for itself, when it is called; the process has just been started then."""

    def __init__(
        self, doorstep: Doorstep, telegram: TelegramServer, twilio: TwilioServer, chance: random.Random
    ) -> None:
        self._doorstep, self._telegram, self._twilio, self._chance = doorstep, telegram, twilio, chance
        self._never = threading.Event()

    def draw(self) -> Moment:
        """The next moment, with a name for the table. Those that hurt most come most."""
        few, more = self._chance.randint(1, 4), self._chance.randint(1, 15)
        telegram, twilio = self._telegram, self._twilio
        length = self._chance.uniform(0, LONGEST)
        drawn: list[Moment] = [
            ("on its way up", lambda: self._doorstep.up.wait(length)),
            ("at any time", lambda: self._up() and self._never.wait(length)),
            ("a text is on its way in", lambda: self._calls(twilio, self._texts_in, more)),
            ("updates are handed over", lambda: self._calls(telegram, lambda: len(telegram.calls("getUpdates")), few)),
            ("it sends by Telegram", lambda: self._calls(telegram, lambda: len(telegram.calls("sendMessage")), more)),
            ("it sends by SMS", lambda: self._calls(twilio, lambda: len(twilio.calls("create")), more)),
            ("Telegram has sent, and not said so", lambda: self._unanswered(telegram, "sendMessage")),
            ("Twilio has sent, and not said so", lambda: self._unanswered(twilio, "create")),
            ("Twilio is looked up", lambda: self._calls(twilio, lambda: len(twilio.calls("list")), 1)),
        ]
        weights = (1, 1, 2, 1, 1, 2, 1, 2, 1)
        return self._chance.choices(drawn, weights)[0]

    def _up(self) -> bool:
        return self._doorstep.up.wait(START_SECONDS)

    def _texts_in(self) -> int:
        return sum(sms.direction == "inbound" for sms in self._twilio.messages())

    def _calls(self, server: Server, count: Callable[[], int], more: int) -> None:
        wanted = count() + more
        if self._up():
            server.until(lambda: count() >= wanted, LONGEST)

    def _unanswered(self, server: Server, method: str) -> None:
        server.hangs_next(method)
        if self._up():
            server.until(lambda: server.hanging > 0, LONGEST)
