"""What phones have texted us, and what became of a text of ours, as Twilio has it: for what no webhook told (DESIGN §5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.delivery import Listed, Receipted, Unlisted
from handlers.sms.carrier import attempt_after
from handlers.sms.inbound import RECEIPTS, external_id, pack
from handlers.sms.line import Line

PAGE, LONG_PAGE = 50, 200
"""Texts asked for at once; the many where the first few say that there are more."""
MOST_PAGES = 200
POOL, THREADS = "sms-list", 2


class SmsListing:
    """Lists the texts to `numbers`; with none, those of the whole account that belong to no other Messaging Service.

    `time_limit`, s, is for one page. Twilio can be asked for a day, and for a text's own time of sending; whether it has
    one while its webhook fails is not documented. So nothing is filtered there but the number: pages come newest first,
    and are read until one is all too old.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        numbers: Sequence[str],
        service_sid: str | None,
        api_url: str | None,
        time_limit: float = 8.0,
    ) -> None:
        self._line = Line(
            account_sid, auth_token, api_url=api_url, time_limit=time_limit, pools=(POOL,), threads=THREADS
        )
        self._numbers, self._service_sid = numbers, service_sid

    async def since(self, instant: datetime) -> list[Listed]:
        """Every text from then on, oldest first, with its age as of now. Raises Unlisted when Twilio does not give them all."""
        filters: list[dict[str, str]] = [{"to": number} for number in self._numbers] or [{}]
        try:
            found = [one for some in filters for one in await self._pages(some, instant)]
        except Exception as error:
            raise Unlisted(attempt_after(error).error) from error
        found.reverse()  # they come newest first; those of one second keep the order in which they were sent
        # Not while they were read: the first page's would be too young by as long as the last one took.
        listed = [_listed(text, self._line.their_now) for text in found]
        return sorted(listed, key=lambda one: one.sent_at)

    async def receipt_of(self, provider_id: str) -> Listed | None:
        """What its receipt would have said; None while there is nothing to say. Raises Unlisted."""
        try:
            text = await self._line.call(POOL, self._line.client.messages(provider_id).fetch)
        except Exception as error:
            raise Unlisted(attempt_after(error).error) from error
        if RECEIPTS.get(text.status, Receipted.ON_ITS_WAY) is Receipted.ON_ITS_WAY:
            return None
        code = "" if text.error_code is None else str(text.error_code)
        params = [("MessageSid", provider_id), ("MessageStatus", text.status), ("ErrorCode", code)]
        return Listed(external_id("status", params), pack("status", params, ""), text.date_updated)

    async def close(self) -> None:
        await self._line.close()

    async def _pages(self, filters: dict[str, str], instant: datetime) -> list[Any]:
        """Page after page, newest first, until one is all too old. A first that is all young says that there are many."""
        page = await self._page(filters, PAGE)
        texts, found = list(page), list[Any]()
        if page.next_page_url and all(_is_young(text, instant) for text in texts):
            page = await self._page(filters, LONG_PAGE)
            texts = list(page)
        for _ in range(MOST_PAGES):
            young = [text for text in texts if _is_young(text, instant)]
            found += filter(self._is_to_us, young)
            if not young or not page.next_page_url:
                return found
            page = await self._line.call(POOL, page.next_page)
            texts = list(page)
        raise ValueError("a list without an end")

    async def _page(self, filters: dict[str, str], size: int) -> Any:
        return await self._line.call(POOL, lambda: self._line.client.messages.page(page_size=size, **filters))

    def _is_to_us(self, text: Any) -> bool:
        if text.direction != "inbound":
            return False
        return bool(self._numbers) or text.messaging_service_sid in (None, self._service_sid)


def _sent_at(text: Any) -> datetime | None:
    """When Twilio had it from the phone: `date_sent` is when it told us, or tried to."""
    found: datetime | None = text.date_created or text.date_sent
    return found


def _is_young(text: Any, instant: datetime) -> bool:
    sent_at = _sent_at(text)
    return sent_at is not None and sent_at >= instant


def _listed(text: Any, their_now: datetime | None) -> Listed:
    sent_at = _sent_at(text)
    assert sent_at is not None
    age = their_now - sent_at if their_now else timedelta(0)
    params = [
        ("MessageSid", text.sid),
        ("From", text.from_ or ""),
        ("To", text.to or ""),
        ("Body", text.body or ""),
        ("NumMedia", text.num_media or "0"),
        ("SentAt", sent_at.isoformat()),
        ("Age", str(max(0, int(age.total_seconds())))),
    ]
    return Listed(text.sid, pack("listed", params, ""), sent_at)
