"""How the Twilio fake counts, and how it ends."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped,unused-ignore]

from tests.fakes.hands import Hands
from tests.fakes.twilio import TwilioServer
from tests.fakes.twilio_messages import segments
from tests.handlers.test_fake_twilio import ASHA, SID, TOKEN, client_of


def test_segments_are_counted_as_the_network_does() -> None:
    """160 of GSM-7, 70 once a single character is outside it."""
    assert [segments(body) for body in ("x" * 160, "x" * 161, "€" * 80, "€" * 81)] == [1, 2, 1, 2]
    assert [segments("\N{EN DASH}" + "x" * size) for size in (69, 70)] == [1, 2]


def test_the_fake_stops_fast_and_leaves_no_thread() -> None:
    """A call that hangs and a poll that waits do not keep it: its thread is gone when `stop` returns."""
    before = threading.active_count()
    server = TwilioServer(Hands(), account_sid=SID, auth_token=TOKEN).start()
    server.hangs_next()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client_of(server).messages.create, to=ASHA, from_=server.number, body="x")
        assert server.until(lambda: server.hanging == 1)
        server.stop()
        assert waiting.result(5).body == "x"
    assert threading.active_count() == before


def test_every_answer_says_what_time_it_is_there() -> None:
    """By the platform's own clock, refused or not."""
    hands = Hands()
    with TwilioServer(hands, account_sid=SID, auth_token=TOKEN) as server, httpx.Client(trust_env=False) as client:
        for minutes in (0, 5):
            hands.at += timedelta(minutes=minutes)
            said = client.get(f"{server.url}/2010-04-01/Accounts/{SID}/Messages.json").headers.get_list("date")
            assert [parsedate_to_datetime(date) for date in said] == [hands.at]


def test_a_failure_may_come_after_calls_that_go_well() -> None:
    """Such as the second page of a list."""
    with TwilioServer(Hands(), account_sid=SID, auth_token=TOKEN) as server:
        for _ in range(3):
            server.texts(ASHA, "left", lost=True)
        server.fails_next(500, method="list", after=1)
        client = client_of(server)
        page = client.messages.page(page_size=2)
        with pytest.raises(TwilioException):
            page.next_page()
        assert len(list(page.next_page())) == 1


def test_each_number_has_its_own_stops_and_faults() -> None:
    """STOP to the one is no STOP to the other; a number that may not send refuses, and the other sends."""
    other = "+447700900101"
    with TwilioServer(Hands(), account_sid=SID, auth_token=TOKEN) as server:
        server.other_numbers = (other,)
        client = client_of(server)

        def code(sender: str) -> int:
            try:
                client.messages.create(to=ASHA, from_=sender, body="x")
            except TwilioRestException as refused:
                return int(refused.code)
            return 0

        server.texts(ASHA, "stop", lost=True)
        assert (code(server.number), code(other)) == (21610, 0)
        server.texts(ASHA, "start", lost=True)
        server.texts(ASHA, "end", lost=True, to=other)
        assert (code(server.number), code(other)) == (0, 21610)
        server.forbids(server.number, 30002)
        assert code(server.number) == 30002
        server.forbids(server.number, None)
        assert code(server.number) == 0
        assert code("+447700900199") == 21606
        assert [one.to for one in server.messages() if one.direction == "inbound"] == [server.number] * 2 + [other]
