"""What the doctor learns from Twilio: every way in which texts to the number can get lost has its sign."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.checkup import About, Colour, Sign
from handlers.sms.checks import TwilioChecks
from tests.fakes.twilio import TwilioServer

ACCOUNT, AUTH, NUMBER = "AC" + "7" * 32, "9f" * 16, "+447700900100"
SERVICE, TEXTS = "MG" + "5" * 32, "https://doorstep.marsh-lane.sch.uk/twilio/sms"
FULL = TEXTS + "#ct=2000&rt=4000&rc=3&rp=all"
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    """An account as the handbook wants it, with a Messaging Service."""
    server = TwilioServer(lambda: NOW, account_sid=ACCOUNT, auth_token=AUTH, number=NUMBER, service_sid=SERVICE)
    server.account.leads_to(TEXTS)
    server.account.adds_service(SERVICE, NUMBER, use_inbound_webhook_on_number=True)
    with server:
        yield server


def checks(twilio: TwilioServer) -> TwilioChecks:
    return TwilioChecks(ACCOUNT, AUTH, twilio.url, (NUMBER,), SERVICE, TEXTS, lambda: NOW)


async def faults(asked: TwilioChecks) -> list[Sign]:
    """What is not green."""
    return [sign for sign in await asked() if sign.colour is not Colour.GREEN]


async def test_an_account_as_the_handbook_wants_it_is_green(twilio: TwilioServer) -> None:
    """Active, in credit, and texts come in: looked at, and nothing to mend."""
    signs = await checks(twilio)()
    assert {sign.colour for sign in signs} == {Colour.GREEN}
    assert {About.SMS, About.CREDIT, About.NUMBER} <= {sign.about for sign in signs}
    assert f"texts to {NUMBER} come to Doorstep" in [sign.words for sign in signs]


Change = Callable[[TwilioServer], object]
ROWS: tuple[tuple[str, Change, Colour, str, str], ...] = (
    ("no such number", lambda t: t.account.numbers.clear(), Colour.RED, "is no number of this account", "TWILIO_FROM"),
    ("no texts", lambda t: number(t, capabilities={"sms": False}), Colour.RED, "takes no texts", "buy a number"),
    ("nowhere", lambda t: number(t, sms_url=""), Colour.RED, "go nowhere", FULL),
    (
        "elsewhere",
        lambda t: number(t, sms_url="https://other.sch.uk/sms"),
        Colour.RED,
        "by POST to https://other",
        FULL,
    ),
    ("by GET", lambda t: number(t, sms_method="GET"), Colour.RED, "by GET to", FULL),
    ("an application", lambda t: number(t, sms_application_sid="AP1"), Colour.RED, "TwiML application", "Webhook"),
    ("no tries", lambda t: number(t, sms_url=TEXTS), Colour.AMBER, "not tried again as they should", FULL),
    ("few tries", lambda t: number(t, sms_url=TEXTS + "#rc=1"), Colour.AMBER, "not tried again", FULL),
    ("no fallback", lambda t: number(t, sms_fallback_url=""), Colour.AMBER, "no second address", TEXTS),
    ("other fallback", lambda t: number(t, sms_fallback_url="https://a.sch.uk"), Colour.AMBER, "second address", TEXTS),
    ("the trap", lambda t: service(t, use=False), Colour.RED, "drops every text that comes in", "Defer to sender"),
    (
        "the service's own",
        lambda t: service(t, use=False, inbound_request_url="https://other.sch.uk/sms"),
        Colour.RED,
        "by POST to https://other",
        FULL,
    ),
    ("an empty pool", lambda t: t.account.members.update({SERVICE: []}), Colour.RED, "no number to send from", "pool"),
    ("no such service", lambda t: t.account.services.clear(), Colour.RED, "no Messaging Service of that name", "SID"),
    ("suspended", lambda t: setattr(t.account, "status", "suspended"), Colour.RED, "is suspended", "credit"),
    ("trial", lambda t: setattr(t.account, "type", "Trial"), Colour.AMBER, "on trial", "verified"),
    ("low credit", lambda t: setattr(t, "balance", "9.99"), Colour.AMBER, "9.99 GBP", "top it up"),
    ("no credit", lambda t: setattr(t, "balance", "1.99"), Colour.RED, "1.99 GBP", "top it up"),
    ("credit unknown", lambda t: t.fails_next(500, method="balance"), Colour.AMBER, "cannot be read", "console"),
)


def number(twilio: TwilioServer, **values: object) -> None:
    twilio.account.numbers[NUMBER] |= values


def service(twilio: TwilioServer, *, use: bool, **values: object) -> None:
    twilio.account.services[SERVICE] |= {"use_inbound_webhook_on_number": use, **values}


@pytest.mark.parametrize(("name", "change", "colour", "words", "mend"), ROWS, ids=[row[0] for row in ROWS])
async def test_each_fault_has_its_sign_and_its_mend(
    twilio: TwilioServer, name: str, change: Change, colour: Colour, words: str, mend: str
) -> None:
    """One thing is otherwise than the handbook wants it: that is seen, in its colour, and how it is mended is said."""
    change(twilio)
    found = await faults(checks(twilio))
    assert [sign.colour for sign in found if words in sign.words and mend in sign.mend] == [colour], (name, found)


async def test_a_number_in_somebody_elses_service_is_seen_too(twilio: TwilioServer) -> None:
    """The trap is there whether Doorstep sends by that Service or not."""
    service(twilio, use=False)
    [sign] = [one for one in await faults(replace(checks(twilio), service_sid=None)) if one.about is About.NUMBER]
    assert "drops every text" in sign.words


async def test_a_service_with_an_address_of_its_own_that_is_ours_is_well(twilio: TwilioServer) -> None:
    """Where the Service takes the texts itself, its address counts and the number's does not."""
    service(twilio, use=False, inbound_request_url=FULL, fallback_url=TEXTS)
    number(twilio, sms_url="")
    assert await faults(checks(twilio)) == []


async def test_the_numbers_of_the_service_are_looked_at_where_none_is_given(twilio: TwilioServer) -> None:
    """With a Messaging Service alone, texts come in by whichever number it has."""
    number(twilio, sms_url="")
    [sign] = await faults(replace(checks(twilio), numbers=()))
    assert f"texts to {NUMBER} go nowhere" in sign.words


async def test_without_a_service_nothing_outlives_this_machine(twilio: TwilioServer) -> None:
    """No scheduled text, no alarm when our machine burns: amber, and so it is in the Irish region."""
    [sign] = await faults(replace(checks(twilio), service_sid=None))
    assert (sign.colour, sign.about, "TWILIO_MESSAGING_SERVICE_SID" in sign.mend) == (Colour.AMBER, About.SMS, True)
    irish = replace(checks(twilio), api_url="https://api.dublin.ie1.twilio.com")
    assert ["in Ireland" in one.words for one in irish._backstop()] == [True]


async def test_wrong_credentials_are_red_and_nothing_more_is_asked(twilio: TwilioServer) -> None:
    """One red sign with its mend."""
    [sign] = await checks_with("0" * 32, twilio)()
    assert (sign.colour, "does not accept these credentials" in sign.words) == (Colour.RED, True)


def checks_with(token: str, twilio: TwilioServer) -> TwilioChecks:
    return replace(checks(twilio), auth_token=token)


async def test_a_twilio_that_is_not_there_is_red() -> None:
    """No answer is no service, and the network is to be looked at."""
    gone = TwilioChecks(ACCOUNT, AUTH, "http://127.0.0.1:9", (NUMBER,), None, TEXTS, lambda: NOW)
    [sign] = await gone()
    assert (sign.colour, sign.words) == (Colour.RED, "Twilio was not reached")
