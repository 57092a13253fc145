"""The Twilio fake keeps Twilio's promises to the real, synchronous client of the twilio library."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from requests.exceptions import ReadTimeout  # type: ignore[import-untyped,unused-ignore]
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped,unused-ignore]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped,unused-ignore]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped,unused-ignore]
from twilio.rest import Client  # type: ignore[import-untyped,unused-ignore]

from tests.fakes.hands import Hands
from tests.fakes.receiver import Receiver
from tests.fakes.twilio import TwilioServer
from tests.fakes.twilio_messages import (
    NEVER,
    OUT_OF_ORDER,
    TWICE,
    UNDELIVERED,
    UNDELIVERED_AFTER_DELIVERED,
)

SID, TOKEN = "AC" + "7" * 32, "marsh-lane-token"
ASHA, OLIVE, US = "+447700900001", "+447700900002", "+447700900100"
PUBLIC = "https://doorstep.example"
CALLBACK = f"{PUBLIC}/twilio/status?ref=K7Q2"


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def twilio(clock: Hands) -> Iterator[TwilioServer]:
    with TwilioServer(clock, account_sid=SID, auth_token=TOKEN, number=US) as server:
        yield server


@pytest.fixture
def doorstep(clock: Hands, twilio: TwilioServer) -> Iterator[Receiver]:
    with Receiver(clock) as service:
        places = {"sms_url": f"{service.url}/twilio/sms", "status_url": f"{service.url}/twilio/status"}
        twilio.connect(**places, public_url=PUBLIC)
        yield service


def client_of(server: TwilioServer, token: str = TOKEN, timeout: float = 5.0) -> Any:
    client: Any = Client(SID, token, http_client=TwilioHttpClient(timeout=timeout, pool_connections=False))
    client.api.base_url = server.url
    return client


@pytest.fixture
def client(twilio: TwilioServer) -> Any:
    return client_of(twilio)


def test_a_text_reaches_the_phone_and_keeps_its_parameters(twilio: TwilioServer, client: Any) -> None:
    """A POST answers with a whole resource; the phone has the text, and every form parameter is kept."""
    sent = client.messages.create(
        to=ASHA, from_=US, body="All OK? 14:10", validity_period=600, risk_check="disable",
        status_callback=CALLBACK,
    )  # fmt: skip
    assert (sent.status, sent.direction, sent.to, sent.num_segments) == ("queued", "outbound-api", ASHA, "1")
    assert [(line.way, line.body) for line in twilio.phone(ASHA)] == [("got", "All OK? 14:10")]
    assert twilio.messages()[0].params == {
        "To": ASHA, "From": US, "Body": "All OK? 14:10", "ValidityPeriod": "600", "RiskCheck": "disable",
        "StatusCallback": CALLBACK,
    }  # fmt: skip
    again = client.messages(sent.sid).fetch()
    assert (again.status, again.date_sent) == ("sent", datetime(2026, 11, 23, 14, 0, tzinfo=UTC))
    by_service = client.messages.create(to=ASHA, messaging_service_sid=twilio.service_sid, body="x")
    assert (by_service.status, by_service.messaging_service_sid) == ("accepted", twilio.service_sid)
    assert client.api.v2010.account.balance.fetch().currency == "GBP"


def test_a_wrong_token_is_refused(twilio: TwilioServer) -> None:
    """Basic auth is checked: 401 with code 20003."""
    with pytest.raises(TwilioRestException) as refused:
        client_of(twilio, "another").messages.create(to=ASHA, from_=US, body="x")
    assert (refused.value.status, refused.value.code) == (401, 20003)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"to": ""}, 21604), ({"body": ""}, 21602), ({"body": "x" * 1601}, 21617), ({"from_": ASHA}, 21606)],
)
def test_a_bad_request_gets_twilios_code(client: Any, wrong: dict[str, str], code: int) -> None:
    """What Twilio checks at the POST is checked here, with its codes."""
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**({"to": OLIVE, "from_": US, "body": "x"} | wrong))
    assert (refused.value.status, refused.value.code) == (400, code)


def test_a_number_can_refuse_and_a_sender_can_opt_out(twilio: TwilioServer, client: Any) -> None:
    """21211 by plan; 21610 after STOP in any case, until START; nobody answers to those words."""
    twilio.refuses(OLIVE, 21211)
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=OLIVE, from_=US, body="x")
    assert refused.value.code == 21211
    twilio.texts(ASHA, " Stop ")
    with pytest.raises(TwilioRestException) as silenced:
        client.messages.create(to=ASHA, from_=US, body="x")
    assert (silenced.value.status, silenced.value.code) == (400, 21610)
    twilio.texts(ASHA, "START")
    client.messages.create(to=ASHA, from_=US, body="back")
    assert [line.body for line in twilio.phone(ASHA)] == [" Stop ", "START", "back"]


def test_the_list_is_filtered_and_newest_first(twilio: TwilioServer, client: Any, clock: Hands) -> None:
    """To, From and both bounds of DateSent narrow the list; bounds count themselves in."""
    for words in ("one", "two", "three"):
        client.messages.create(to=ASHA, from_=US, body=words)
        clock.at += timedelta(minutes=1)
    twilio.texts(ASHA, "left")
    assert [one.body for one in client.messages.list()] == ["left", "three", "two", "one"]
    assert [one.body for one in client.messages.list(to=US)] == ["left"]
    at = datetime(2026, 11, 23, 14, 1, tzinfo=UTC)
    assert [one.body for one in client.messages.list(to=ASHA, date_sent_after=at)] == ["three", "two"]
    assert [one.body for one in client.messages.list(from_=US, date_sent_before=at)] == ["two", "one"]
    assert len(client.messages.list(date_sent="2026-11-23")) == 4
    assert client.messages.list(date_sent_after=at + timedelta(days=1)) == []


def test_pages_stay_still_while_texts_come_in(twilio: TwilioServer, client: Any) -> None:
    """`stream` walks all pages; a text that comes meanwhile moves nothing to another page."""
    for number in range(5):
        twilio.texts(ASHA, f"text {number}")
    seen: list[str] = []
    for one in client.messages.stream(to=US, page_size=2):
        if not seen:
            twilio.texts(ASHA, "later")
        seen.append(one.body)
    assert seen == ["text 4", "text 3", "text 2", "text 1", "text 0"]
    assert len(client.messages.list(limit=3, page_size=2)) == 3


def test_a_scheduled_text_waits_and_can_be_called_off(twilio: TwilioServer, client: Any, clock: Hands) -> None:
    """It goes out when its time has come, whoever is alive then; a cancelled one never does."""
    plan = {
        "to": OLIVE, "messaging_service_sid": twilio.service_sid, "schedule_type": "fixed",
        "send_at": clock.at + timedelta(minutes=20),
    }  # fmt: skip
    kept, called_off = (client.messages.create(**plan, body=words) for words in ("kept", "called off"))
    assert kept.status == "scheduled"
    assert twilio.phone(OLIVE) == []
    assert client.messages(called_off.sid).update(status="canceled").status == "canceled"
    clock.at += timedelta(minutes=21)
    assert [line.body for line in twilio.phone(OLIVE)] == ["kept"]
    assert twilio.phone(OLIVE)[0].at == clock.at - timedelta(minutes=1)
    with pytest.raises(TwilioRestException) as late:
        client.messages(kept.sid).update(status="canceled")
    assert late.value.code == 30409


def test_a_schedule_has_limits_and_needs_a_service(twilio: TwilioServer, client: Any, clock: Hands) -> None:
    """Sooner than 15 minutes is refused; without a Messaging Service the text goes out at once."""
    plan = {"to": OLIVE, "body": "x", "schedule_type": "fixed", "send_at": clock.at + timedelta(minutes=14)}
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**plan, messaging_service_sid=twilio.service_sid)
    assert refused.value.code == 35114
    assert client.messages.create(**plan, from_=US).status == "queued"
    assert len(twilio.phone(OLIVE)) == 1


def test_a_failure_after_acceptance_has_sent(twilio: TwilioServer, client: Any) -> None:
    """The same 500 before and after acceptance: only the second text is on the phone, and in the list."""
    twilio.fails_next(500)
    twilio.fails_next(500, after_accepting=True)
    for words in ("one", "two"):
        with pytest.raises(TwilioRestException) as failed:
            client.messages.create(to=ASHA, from_=US, body=words)
        assert failed.value.status == 500
    assert [line.body for line in twilio.phone(ASHA)] == ["two"]
    assert [one.body for one in client.messages.list(to=ASHA)] == ["two"]


def test_silence_sends_and_does_not_answer(twilio: TwilioServer, client: Any) -> None:
    """A POST that hangs has been carried out; it is answered when released, and the caller may have left."""
    twilio.hangs_next(times=2)
    with pytest.raises(ReadTimeout):
        client_of(twilio, timeout=0.1).messages.create(to=ASHA, from_=US, body="one")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.messages.create, to=ASHA, from_=US, body="two")
        assert twilio.until(lambda: twilio.hanging == 2)
        assert [line.body for line in twilio.phone(ASHA)] == ["one", "two"]
        twilio.release()
        assert waiting.result(5).body == "two"


def test_an_outage_ends(twilio: TwilioServer, client: Any) -> None:
    """While it is down every call gets a 502 that is not even JSON."""
    twilio.goes_down()
    with pytest.raises(TwilioRestException) as failed:
        client.messages.create(to=ASHA, from_=US, body="x")
    assert (failed.value.status, failed.value.code) == (502, 502)
    twilio.comes_back()
    assert client.messages.list() == []


def test_a_text_in_is_signed_over_every_parameter(twilio: TwilioServer, doorstep: Receiver) -> None:
    """The signature holds for the public URL and all parameters, blank and unstripped ones too."""
    assert twilio.texts(ASHA, " café left+1 & \N{THUMBS UP SIGN} ") == 200
    (parcel,) = doorstep.parcels("/twilio/sms")
    validator, signature = RequestValidator(TOKEN), parcel.headers["x-twilio-signature"]
    assert validator.validate(f"{PUBLIC}/twilio/sms", parcel.form, signature)
    assert not validator.validate(f"{doorstep.url}/twilio/sms", parcel.form, signature)
    without_blanks = {name: value for name, value in parcel.form.items() if value}
    assert not validator.validate(f"{PUBLIC}/twilio/sms", without_blanks, signature)
    assert (parcel.form["Body"], parcel.form["FromCity"]) == (" café left+1 & \N{THUMBS UP SIGN} ", "")
    assert (parcel.form["From"], parcel.form["To"], parcel.form["NumMedia"]) == (ASHA, US, "0")
    assert parcel.form["MessageSid"] == twilio.messages()[0].sid


def test_a_picture_comes_as_mms(twilio: TwilioServer, doorstep: Receiver) -> None:
    """NumMedia and the kind of each picture are in the webhook."""
    assert twilio.sends_mms(ASHA, "blue folder") == 200
    form = doorstep.parcels()[0].form
    assert (form["NumMedia"], form["MediaContentType0"], form["Body"]) == ("1", "image/jpeg", "blue folder")
    assert form["MessageSid"].startswith("MM")


def test_a_failed_webhook_is_not_sent_again(twilio: TwilioServer, doorstep: Receiver, client: Any) -> None:
    """A 500 is final, no connection is tried once more; either way the text is only in the list."""
    doorstep.answers_next(500)
    assert twilio.texts(ASHA, "arrived") == 500
    assert len(doorstep.parcels()) == 1
    doorstep.stop()
    assert twilio.texts(ASHA, "ok") == 0
    assert twilio.texts(ASHA, "left", lost=True) == 0
    inbound = client.messages.list(to=US)
    assert [(one.body, one.direction, one.status) for one in inbound] == [
        ("left", "inbound", "received"), ("ok", "inbound", "received"), ("arrived", "inbound", "received"),
    ]  # fmt: skip


def test_the_urls_fragment_and_the_fallback_change_that(twilio: TwilioServer, doorstep: Receiver) -> None:
    """`#rc=2&rp=all` tries three times, unsigned fragment and all; then the fallback URL is asked."""
    urls = {"sms_url": f"{doorstep.url}/twilio/sms#rc=2&rp=all", "fallback_url": f"{doorstep.url}/fallback"}
    twilio.connect(**urls, public_url=PUBLIC)
    for _ in range(3):
        doorstep.answers_next(503)
    assert twilio.texts(ASHA, "arrived") == 200
    assert [one.path for one in doorstep.parcels()] == ["/twilio/sms"] * 3 + ["/fallback"]
    last = doorstep.parcels()[-1]
    assert last.form["ErrorCode"] == "11200"
    signature = last.headers["x-twilio-signature"]
    assert RequestValidator(TOKEN).validate(f"{PUBLIC}/fallback", last.form, signature)


@pytest.mark.parametrize(
    ("body", "kind"),
    [("<Response><Message>OK</Message></Response>", "text/xml"), ("OK", "text/plain")],
)
def test_what_the_webhook_answers_is_sent(twilio: TwilioServer, doorstep: Receiver, body: str, kind: str) -> None:
    """TwiML and plain text in an answer land on the phone: an answer must be empty to say nothing."""
    doorstep.answers_next(200, body, kind)
    twilio.texts(ASHA, "arrived")
    twilio.texts(ASHA, "left")
    assert [(line.way, line.body) for line in twilio.phone(ASHA)] == [
        ("sent", "arrived"), ("got", "OK"), ("sent", "left"),
    ]  # fmt: skip


def test_a_webhook_can_be_replayed_or_forged(twilio: TwilioServer, doorstep: Receiver) -> None:
    """A replay is byte for byte the same and well signed; anything at all can be posted besides."""
    twilio.texts(ASHA, "left")
    assert twilio.replay(twilio.hooks()[0]) == 200
    first, second = doorstep.parcels()
    assert (first.form, first.headers["x-twilio-signature"]) == (
        second.form, second.headers["x-twilio-signature"]
    )  # fmt: skip
    forged = twilio.signature(f"{PUBLIC}/twilio/sms", {"Body": "left"}, "another-token")
    doorstep.answers_next(403)
    assert twilio.post_raw("/twilio/sms", {"Body": "left"}, {"X-Twilio-Signature": forged}) == 403
    assert twilio.post_raw("/twilio/sms", b"\x00not a form") == 200
    assert "x-twilio-signature" not in doorstep.parcels()[-1].headers


def statuses(doorstep: Receiver) -> list[str]:
    return [one.form["MessageStatus"] for one in doorstep.parcels("/twilio/status")]


def test_receipts_are_held_until_asked_for(twilio: TwilioServer, doorstep: Receiver, client: Any) -> None:
    """Receipts are signed over the StatusCallback as given, and may come as late as the test likes."""
    sent = client.messages.create(to=ASHA, from_=US, body="x", status_callback=CALLBACK)
    assert twilio.owed() == [(sent.sid, "sent"), (sent.sid, "delivered")]
    assert doorstep.parcels() == []
    assert twilio.deliver_receipts() == [200, 200]
    parcel = doorstep.parcels("/twilio/status")[-1]
    assert parse_qs(CALLBACK.partition("?")[2]) == {"ref": [parcel.form.pop("ref")]}
    assert RequestValidator(TOKEN).validate(CALLBACK, parcel.form, parcel.headers["x-twilio-signature"])
    assert (parcel.form["MessageSid"], parcel.form["To"]) == (sent.sid, ASHA)
    assert client.messages(sent.sid).fetch().status == "delivered"
    client.messages.create(to=ASHA, from_=US, body="asked for none")
    assert twilio.owed() == []


@pytest.mark.parametrize(
    ("plan", "last"),
    [
        (TWICE, "delivered"), (OUT_OF_ORDER, "delivered"), (NEVER, "sent"), (UNDELIVERED, "undelivered"),
        (UNDELIVERED_AFTER_DELIVERED, "undelivered"),
    ],
)  # fmt: skip
def test_receipts_come_in_any_order(
    twilio: TwilioServer, doorstep: Receiver, client: Any, plan: tuple[str, ...], last: str
) -> None:
    """Twice, reversed, never, undelivered, and undelivered after delivered; the resource never goes back."""
    twilio.receipts(*plan, error_code=30003)
    sent = client.messages.create(to=ASHA, from_=US, body="x", status_callback=CALLBACK)
    twilio.deliver_receipts()
    assert statuses(doorstep) == list(plan)
    now = client.messages(sent.sid).fetch()
    assert (now.status, now.error_code) == (last, 30003 if last == "undelivered" else None)
    assert len(twilio.phone(ASHA)) == (0 if plan == UNDELIVERED else 1)


def test_receipts_can_come_before_the_answer_or_right_after(
    twilio: TwilioServer, doorstep: Receiver, client: Any
) -> None:
    """`before`: they are in when the POST answers; `auto`: they follow by themselves; `lost`: none."""
    twilio.receipts("sent", "delivered", to=OLIVE, when="before")
    client.messages.create(to=OLIVE, from_=US, body="x", status_callback=CALLBACK)
    assert statuses(doorstep) == ["sent", "delivered"]
    twilio.receipts("failed", when="auto", error_code=30008)
    client.messages.create(to=ASHA, from_=US, body="x", status_callback=CALLBACK)
    assert doorstep.until(lambda: len(statuses(doorstep)) == 3)
    assert doorstep.parcels()[-1].form["ErrorCode"] == "30008"
    twilio.receipts("sent", "delivered", when="lost")
    sent = client.messages.create(to=ASHA, from_=US, body="x", status_callback=CALLBACK)
    assert client.messages(sent.sid).fetch().status == "delivered"
    assert len(statuses(doorstep)) == 3
