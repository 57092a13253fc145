"""What Twilio's error codes mean to us: one table, for answers to a POST and for receipts alike (DESIGN §5).

Rules for editors: what there is to decide for a row is its verdict. `lost` closes the channel until that
person writes on it again, so it belongs to a number, never to our account. `sender` is a fault of the number
or service that we send from: another may do. The rest `meaning_of` judges.
"""

from dataclasses import dataclass

from bot.delivery import OPTED_OUT, Verdict


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of the table. `why` is for the administrator: it names no number, person or text."""

    verdict: Verdict
    why: str
    lost: bool = False
    sender: bool = False


CLIENT_ERRORS = range(400, 500)
_AGAIN, _REFUSED = Verdict.AGAIN, Verdict.REFUSED

MEANINGS: dict[int, Meaning] = {
    # The network has a passing fault: try again, and climb meanwhile.
    30001: Meaning(_AGAIN, "queue overflow"),
    30003: Meaning(_AGAIN, "phone off or out of reach"),
    30008: Meaning(_AGAIN, "unknown network fault"),
    # Too fast for the account: wait as long as Retry-After says.
    20429: Meaning(_AGAIN, "too many requests"),
    429: Meaning(_AGAIN, "too many requests"),
    # Our own key does not fit. Nothing is wrong with the phone: it works again once the key is mended.
    20003: Meaning(_AGAIN, "credentials refused"),
    401: Meaning(_AGAIN, "credentials refused"),
    403: Meaning(_AGAIN, "credentials refused"),
    # The number or service that we send from does not do. It works again once it is mended; meanwhile another may.
    21212: Meaning(_AGAIN, "not a number to send from", sender=True),
    21603: Meaning(_AGAIN, "nothing to send from", sender=True),
    21606: Meaning(_AGAIN, "the number cannot send texts", sender=True),
    21611: Meaning(_AGAIN, "the number has too many texts waiting", sender=True),
    21659: Meaning(_AGAIN, "not one of Twilio's numbers", sender=True),
    21660: Meaning(_AGAIN, "not a number of this account", sender=True),
    21661: Meaning(_AGAIN, "the number cannot send texts", sender=True),
    20404: Meaning(_AGAIN, "not found", sender=True),
    21701: Meaning(_AGAIN, "no such Messaging Service", sender=True),
    21703: Meaning(_AGAIN, "the Messaging Service has no number", sender=True),
    21704: Meaning(_AGAIN, "the Messaging Service has no number", sender=True),
    21705: Meaning(_AGAIN, "no such Messaging Service", sender=True),
    30002: Meaning(_AGAIN, "suspended", sender=True),
    30007: Meaning(_AGAIN, "filtered by a network", sender=True),
    30032: Meaning(_AGAIN, "the number is not verified", sender=True),
    30034: Meaning(_AGAIN, "the number is not registered", sender=True),
    # A gateway that gave up waiting does not know what became of the text.
    408: Meaning(Verdict.UNKNOWN, "the request took too long"),
    # The number takes no text from us: climb at once, by another channel.
    21211: Meaning(_REFUSED, "not a phone number", lost=True),
    21610: Meaning(_REFUSED, OPTED_OUT, lost=True),
    21612: Meaning(_REFUSED, "no way to this number", lost=True),
    21614: Meaning(_REFUSED, "not a mobile number", lost=True),
    30004: Meaning(_REFUSED, "blocked", lost=True),
    30005: Meaning(_REFUSED, "unknown number", lost=True),
    30006: Meaning(_REFUSED, "landline, or network not reached", lost=True),
}


NO_WAY = 21612
"""From this sender to this phone; from another there may be one."""


def meaning_of(status: int, code: int | None) -> Meaning:
    """What an HTTP status with a Twilio code means. Anything but a clear 4xx may have been accepted."""
    if status not in CLIENT_ERRORS:
        return Meaning(Verdict.UNKNOWN, "twilio failed")
    known = MEANINGS.get(code or status) or MEANINGS.get(status)
    return known or Meaning(_REFUSED, "refused")


def passing(code: int | None) -> bool:
    """Whether a receipt with this error code is worth another try on the same channel."""
    return code in MEANINGS and MEANINGS[code].verdict is Verdict.AGAIN


def is_senders(code: int | None) -> bool:
    """Whether an error lies with what we send from: the same text may go through from another number."""
    return code in MEANINGS and MEANINGS[code].sender


def receipt_error(status: str, code: int | None) -> str:
    """A receipt's failure in words for the administrator."""
    known = MEANINGS.get(code or 0)
    return f"twilio {code or status}" + (f": {known.why}" if known else "")
