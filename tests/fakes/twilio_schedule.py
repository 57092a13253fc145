"""Twilio's scheduled messages: held, sent when their time comes whatever has become of us, or canceled before it.

What is spoken here (DESIGN §5): 15 minutes to 35 days ahead, else error 35114. Only by a Messaging Service: without one
the time is dropped and the text goes out at once. Cancelled by a POST of Status=canceled; once it is no longer scheduled,
error 30409. An opt-out cancels nothing: the text then fails when its time has come.
"""

from datetime import UTC, datetime, timedelta

from tests.fakes.server import Json
from tests.fakes.twilio_errors import TwilioError
from tests.fakes.twilio_hooks import TwilioHooks
from tests.fakes.twilio_messages import Sms

EARLIEST, LATEST = timedelta(minutes=15), timedelta(days=35)


def is_scheduled(params: Json) -> bool:
    """Whether a POST asks for the text to be held."""
    return params.get("ScheduleType") == "fixed"


class TwilioSchedule(TwilioHooks):
    """The part of the server that keeps texts for later."""

    _drops_schedules = _has_held = False

    def drops_schedules(self, drops: bool = True) -> None:
        """From now on send at once what was to be held, as Twilio does where it sees no Messaging Service."""
        with self._lock:
            self._drops_schedules = drops

    def held(self, to: str = "") -> list[Sms]:
        """The texts that are held now, the first to go out first."""
        with self._lock:
            self._sweep()
            found = [one for one in self._messages if one.status == "scheduled" and to in ("", one.to)]
            return sorted(found, key=lambda one: one.send_at or one.created_at)

    def _schedule(self, params: Json) -> datetime | None:
        """When to send; None is at once, as is a schedule that names no Messaging Service."""
        if not is_scheduled(params) or "MessagingServiceSid" not in params or self._drops_schedules:
            return None
        try:
            at = datetime.fromisoformat(params["SendAt"]).astimezone(UTC)
        except (KeyError, ValueError):
            raise TwilioError(400, 35114) from None
        if not EARLIEST <= at - self._now() <= LATEST:
            raise TwilioError(400, 35114)
        self._has_held = True
        return at

    def _sweep(self) -> None:
        """Send the scheduled texts whose time has come, in order; to a silenced number they fail (21610)."""
        if not self._has_held:
            return
        at = self._now()
        held = [one for one in self._messages if one.status == "scheduled"]
        ripe = [one for one in held if one.send_at and one.send_at <= at]
        for sms in sorted(ripe, key=lambda one: one.send_at or at):
            if (sms.to, sms.sender or self.number) in self._opted_out:
                sms.becomes("failed", 21610)
                continue
            due = self._hand_over(sms, sms.send_at or at)
            if due:
                self._later(self._post_receipts(due))

    def _cancel(self, sms: Sms) -> None:
        """Call off a text that is still held."""
        if sms.status != "scheduled":
            raise TwilioError(409, 30409)
        sms.status = "canceled"
