"""Texts that Twilio holds for us (its "Message Scheduling"): held, called off, looked at and found.

A text is held only by way of a Messaging Service. Without one Twilio drops the time and sends at once, so the status in the
answer is what counts, and not the 201 (DESIGN §5).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from twilio.base.exceptions import TwilioRestException

from bot.delivery import Verdict
from bot.held import Answer, Found, Standing
from handlers.sms.carrier import attempt_after
from handlers.sms.errors import is_senders
from handlers.sms.line import Line

POOL, THREADS = "sms-held", 4
LOOK_BACK = 200  # texts to one number that a look-up reads
HELD = "scheduled"
OFF = frozenset({"canceled", "failed"})
UNKNOWN_THERE = 20404


class SmsHolder:
    """Holds texts by a Messaging Service. `time_limit` is in seconds, for one call."""

    def __init__(
        self, account_sid: str, auth_token: str, *, service_sid: str, api_url: str | None, time_limit: float = 8.0
    ) -> None:
        self._line = Line(
            account_sid, auth_token, api_url=api_url, time_limit=time_limit, pools=(POOL,), threads=THREADS
        )
        self._messages: Any = self._line.client.messages
        self._service_sid = service_sid

    async def hold(self, address: str, text: str, send_at: datetime) -> Answer:
        """Have a text held. OUT in the answer: it was not held, and has gone out at once."""
        fields = {
            "to": address,
            "body": text,
            "messaging_service_sid": self._service_sid,
            "schedule_type": "fixed",
            "send_at": send_at,
            "risk_check": "disable",
        }
        return await self._asked(lambda: self._messages.create(**fields))

    async def call_off(self, provider_id: str) -> Answer:
        """Have a held text not go out. Twilio refuses what is no longer scheduled (30409): then its status tells why."""
        answer = await self._known(lambda: self._messages(provider_id).update(status="canceled"))
        if answer.verdict is Verdict.REFUSED:
            return await self.look(provider_id)
        return answer

    async def look(self, provider_id: str) -> Answer:
        """Where a text stands now; one that Twilio does not know will not go out."""
        return await self._known(lambda: self._messages(provider_id).fetch())

    async def find(self, address: str, text: str) -> list[Found] | None:
        """The texts of exactly these words to this number, newest first; None when Twilio cannot be asked."""
        try:
            texts = await self._line.call(
                POOL, lambda: list(self._messages.list(to=address, limit=LOOK_BACK, page_size=LOOK_BACK))
            )
        except Exception:
            return None
        ours = [one for one in texts if one.body == text and one.direction != "inbound"]
        return [Found(str(one.sid), standing_of(str(one.status))) for one in ours]

    async def close(self) -> None:
        """Start no further call. One that hangs ends by its own time limit."""
        await self._line.close()

    async def _known(self, call: Callable[[], Any]) -> Answer:
        """A call about one text. One that Twilio does not know is off."""
        return await self._asked(call, unknown=Answer(Verdict.SENT, Standing.OFF))

    async def _asked(self, call: Callable[[], Any], unknown: Answer | None = None) -> Answer:
        try:
            message = await self._line.call(POOL, call)
        except Exception as error:
            if unknown and isinstance(error, TwilioRestException) and error.code == UNKNOWN_THERE:
                return unknown
            attempt = attempt_after(error)
            if is_senders(getattr(error, "code", None)):
                # Nothing else of ours can hold it: better to say so than to go on trying.
                return Answer(Verdict.REFUSED, error=attempt.error)
            return Answer(attempt.verdict, error=attempt.error, after=attempt.after)
        return Answer(Verdict.SENT, standing_of(str(message.status)), str(message.sid or ""))


def standing_of(status: str) -> Standing:
    """What a status means: whatever is neither scheduled nor off is on its way to the phone."""
    if status == HELD:
        return Standing.HELD
    return Standing.OFF if status in OFF else Standing.OUT
