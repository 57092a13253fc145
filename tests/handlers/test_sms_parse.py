"""Twilio's webhooks are read as what they are, and kept as they came."""

import pytest

from bot.delivery import Receipted, Verdict
from bot.events import Incoming, Receipt, Sort
from bot.people import Channel
from handlers.sms import external_id, pack, parse
from handlers.sms.errors import MEANINGS, NO_WAY

ASHA, OLIVE = "+447700900001", "+447700900002"
TEXT = [("MessageSid", "SM1"), ("From", ASHA), ("To", "+447700900100"), ("Body", "arrived"), ("NumMedia", "0")]


def text_with(**changes: str) -> list[tuple[str, str]]:
    return list((dict(TEXT) | changes).items())


def receipt_of(status: str, code: str | None = None, query: str = "ref=7") -> Receipt:
    params = [("MessageSid", "SM2"), ("MessageStatus", status), ("To", OLIVE)]
    params += [("ErrorCode", code)] if code is not None else []
    (incoming,) = parse(pack("status", params, query))
    assert (incoming.channel, incoming.sort, incoming.sender) == (Channel.SMS, Sort.RECEIPT, "")
    assert incoming.receipt is not None
    return incoming.receipt


def test_a_text() -> None:
    """A text is its sender and its words."""
    assert parse(pack("sms", TEXT, "")) == [Incoming(Channel.SMS, ASHA, Sort.TEXT, text="arrived")]


@pytest.mark.parametrize("body", ["", "  left \n", "END", "HELP", "\x00", "👍", "blue folder", "x" * 1600])
def test_words_are_left_as_they_are(body: str) -> None:
    """Nothing is stripped, turned or dropped: blank texts and reserved words are texts too."""
    assert parse(pack("sms", text_with(Body=body), ""))[0].text == body


def test_a_picture_without_words() -> None:
    """A picture alone is answered as something that is not text."""
    (incoming,) = parse(pack("sms", text_with(Body="", NumMedia="1"), ""))
    assert (incoming.sort, incoming.what, incoming.sender) == (Sort.OTHER, "picture", ASHA)


def test_a_picture_with_words() -> None:
    """The words that come with a picture count as any others."""
    (incoming,) = parse(pack("sms", text_with(Body="left", NumMedia="1"), ""))
    assert (incoming.sort, incoming.text) == (Sort.TEXT, "left")


def test_bytes_that_are_no_text() -> None:
    """What is no UTF-8 is kept as it came and read with replacement characters, so that nothing after it can fail."""
    body = b"caf\xe9 left".decode("ascii", "surrogateescape")
    assert parse(pack("sms", text_with(Body=body), ""))[0].text == "caf\N{REPLACEMENT CHARACTER} left"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("accepted", Receipted.ON_ITS_WAY),
        ("scheduled", Receipted.ON_ITS_WAY),
        ("queued", Receipted.ON_ITS_WAY),
        ("sending", Receipted.ON_ITS_WAY),
        ("sent", Receipted.ON_ITS_WAY),
        ("delivered", Receipted.DELIVERED),
        ("read", Receipted.DELIVERED),
        ("undelivered", Receipted.FAILED),
        ("failed", Receipted.FAILED),
        ("canceled", Receipted.FAILED),
    ],
)
def test_what_a_receipt_says(status: str, said: Receipted) -> None:
    """Each of Twilio's words for a text's fate is one of three; undelivered is a failure."""
    receipt = receipt_of(status)
    assert (receipt.said, receipt.provider_id, receipt.reference) == (said, "SM2", 7)


@pytest.mark.parametrize(
    ("code", "again"),
    [
        ("30001", True),
        ("30003", True),
        ("30008", True),
        ("30002", True),
        ("30007", True),
        ("30004", False),
        ("30005", False),
        ("30006", False),
        ("21610", False),
        ("0", False),
        ("", False),
        ("no number", False),
        (None, False),
    ],
)
def test_which_failures_are_worth_another_try(code: str | None, again: bool) -> None:
    """A passing fault, or one of the number it was sent from; every other failure goes round by another way."""
    for status in ("undelivered", "failed"):
        receipt = receipt_of(status, code)
        assert receipt.again is again
        assert receipt.error.startswith(f"twilio {code if code and code.isdigit() and code != '0' else status}")


def test_the_table_speaks_of_passing_faults_as_the_design_does() -> None:
    """The rows of DESIGN §5 stand in the table: three to try again, and what to climb at once for, 21612 besides."""
    again = {
        code for code, row in MEANINGS.items() if row.verdict is Verdict.AGAIN and code >= 30000 and not row.sender
    }
    lost = {code for code, row in MEANINGS.items() if row.lost}
    assert again == {30001, 30003, 30008}
    assert lost == {21211, 21610, NO_WAY, 21614, 30004, 30005, 30006}


@pytest.mark.parametrize("query", ["", "ref=", "ref=x", "ref=-1", "ref=²", f"ref={'9' * 30}", "other=1"])
def test_a_receipt_without_our_reference(query: str) -> None:
    """A receipt that carries no reference of ours is still found by Twilio's id."""
    receipt = receipt_of("delivered", query=query)
    assert (receipt.reference, receipt.provider_id, receipt.error) == (None, "SM2", "")


def test_a_success_carries_no_error() -> None:
    """An error code beside a success means nothing."""
    assert receipt_of("delivered", "30003") == Receipt("SM2", Receipted.DELIVERED, reference=7)


def test_a_word_nobody_knows() -> None:
    """A status that Twilio has not used before is recorded and acted on by nobody."""
    (incoming,) = parse(pack("status", [("MessageSid", "SM2"), ("MessageStatus", "pondering")], ""))
    assert (incoming.sort, incoming.receipt) == (Sort.SILENT, None)


def test_a_text_counts_once_and_a_receipt_once_a_status() -> None:
    """A text is known by its MessageSid; a receipt by that and its status, so that "delivered" after "sent" is new."""
    assert external_id("sms", TEXT) == "SM1"
    sent = external_id("status", [("MessageSid", "SM2"), ("MessageStatus", "sent")])
    delivered = external_id("status", [("MessageSid", "SM2"), ("MessageStatus", "delivered")])
    assert (sent, delivered) == ("SM2:sent", "SM2:delivered")


@pytest.mark.parametrize("params", [[], [("MessageSid", "")], [("From", ASHA), ("Body", "arrived")]])
def test_a_webhook_that_names_no_message(params: list[tuple[str, str]]) -> None:
    """What has no id cannot be told from its replay, and is refused."""
    for kind in ("sms", "status"):
        with pytest.raises(ValueError, match="MessageSid"):
            external_id(kind, params)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b"7",
        b"null",
        b'{"kind": "sms"}',
        b'{"kind": "sms", "params": [["a"]], "query": ""}',
        pack("sms", [("MessageSid", "SM1"), ("Body", "arrived")], ""),
    ],
)
def test_what_cannot_be_read(raw: bytes) -> None:
    """A kept row that is no webhook, or a text without a sender, is a ValueError: the desk sets it aside."""
    with pytest.raises(ValueError):  # noqa: PT011  # json's own errors are among them
        parse(raw)


def test_kept_as_received() -> None:
    """Repeated, blank and unstripped parameters are all in what is kept, in their order."""
    params = [("Body", " left "), ("Body", "left"), ("Blank", ""), ("MessageSid", "SM1"), ("From", ASHA)]
    assert b'[["Body", " left "], ["Body", "left"], ["Blank", ""], ["MessageSid", "SM1"]' in pack(
        "sms", params, "ref=1"
    )
