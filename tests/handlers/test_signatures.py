"""A webhook is Twilio's when its signature is, and not otherwise."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from twilio.request_validator import RequestValidator

from handlers.sms import Signatures

PUBLIC = "https://doorstep.example"
OLD, NEW = "marsh-lane-token", "marsh-lane-token-2"
PATH = "/twilio/sms"
FORM = [("From", "+447700900001"), ("Body", "arrived"), ("MessageSid", "SM1")]
_Validator: Any = RequestValidator


class Several(dict[str, str]):
    """A form with repeated names, in the shape the twilio library wants one in."""

    def __init__(self, params: Sequence[tuple[str, str]]) -> None:
        super().__init__(params)
        self._params = list(params)

    def getall(self, name: str) -> list[str]:
        return [value for known, value in self._params if known == name]


def signed(url: str, params: Sequence[tuple[str, str]], token: str = OLD) -> str:
    """The header that Twilio's own library makes."""
    return str(_Validator(token).compute_signature(url, Several(params)))


def test_what_twilio_signed_is_valid() -> None:
    """A webhook signed by Twilio's own rules over the public URL is let in."""
    assert Signatures([OLD], PUBLIC).valid(PATH, FORM, signed(PUBLIC + PATH, FORM))


ODD: dict[str, list[tuple[str, str]]] = {
    "blank": [("Body", ""), ("From", "+447700900001"), ("ToCity", "")],
    "unstripped": [("Body", "  arrived \r\n"), ("From", "+447700900001")],
    "repeated": [("MediaUrl", "b"), ("MediaUrl", "a"), ("Body", "two")],
    "repeated alike": [("Body", "ok"), ("Body", "ok")],
    "capitals": [("from", "1"), ("From", "2"), ("FROM", "3"), ("_From", "4")],
    "beyond ASCII": [("Body", "Llanfair – 👍"), ("Åsa", "1")],
    "none": [],
}


@pytest.mark.parametrize("params", ODD.values(), ids=list(ODD))
def test_parameters_count_as_received(params: list[tuple[str, str]]) -> None:
    """Blank, unstripped, repeated and unsorted parameters are signed for just as they came."""
    assert Signatures([OLD], PUBLIC).valid(PATH, params, signed(PUBLIC + PATH, params))


def test_bytes_that_are_no_text_are_signed_for() -> None:
    """An escaped byte that is no UTF-8 counts as that byte, and as no other."""
    known = Signatures([OLD], PUBLIC)
    header = signed(PUBLIC + PATH, [("Body", "café")])
    assert known.valid(PATH, [("Body", b"caf\xc3\xa9".decode("ascii", "surrogateescape"))], header)
    assert not known.valid(PATH, [("Body", b"caf\xe9".decode("ascii", "surrogateescape"))], header)


words = some.text(max_size=8)


@given(params=some.lists(some.tuples(words, words), max_size=6), query=some.text("abc=&%12", max_size=6))
def test_agrees_with_twilios_own_library(params: list[tuple[str, str]], query: str) -> None:
    """For any form and query, what twilio's RequestValidator computes is what we compute."""
    path = f"{PATH}?{query}" if query else PATH
    assert Signatures([OLD], PUBLIC).valid(path, params, signed(PUBLIC + path, params))


@pytest.mark.parametrize("change", [("Body", "left"), ("From", "+447700900002"), ("Extra", ""), ("Body", "arrived ")])
def test_a_changed_form_is_refused(change: tuple[str, str]) -> None:
    """One parameter changed, added or padded, and the signature no longer fits."""
    header = signed(PUBLIC + PATH, FORM)
    forged = [*[(name, value) for name, value in FORM if name != change[0]], change]
    assert not Signatures([OLD], PUBLIC).valid(PATH, forged, header)


@pytest.mark.parametrize("header", [None, "", "x", "ï¿½", "A" * 28, " " * 28])
def test_no_signature_is_refused(header: str | None) -> None:
    """A missing header is a refusal, never an error; so is one that could not be a signature."""
    assert not Signatures([OLD], PUBLIC).valid(PATH, FORM, header)


def test_the_path_and_query_are_signed_for() -> None:
    """A signature for one place, or one reference, is none for another."""
    known = Signatures([OLD], PUBLIC)
    header = signed(f"{PUBLIC}/twilio/status?ref=7", FORM)
    assert known.valid("/twilio/status?ref=7", FORM, header)
    assert not known.valid("/twilio/status?ref=8", FORM, header)
    assert not known.valid("/twilio/sms?ref=7", FORM, header)


def test_the_fragment_is_no_part_of_it() -> None:
    """Twilio's connection rules in the URL (#rc=3&rp=all) are not signed for."""
    header = signed(PUBLIC + PATH, FORM)
    assert Signatures([OLD], f"{PUBLIC}#ct=2000").valid(f"{PATH}#rc=3&rp=all", FORM, header)


@pytest.mark.parametrize(
    ("public", "signed_as"),
    [
        ("https://doorstep.example", "https://doorstep.example:443"),
        ("https://doorstep.example:443", "https://doorstep.example"),
        ("http://doorstep.example", "http://doorstep.example:80"),
        ("https://doorstep.example:8443", "https://doorstep.example"),
        ("https://doorstep.example/", "https://doorstep.example"),
        ("https://doorstep.example/marsh", "https://doorstep.example:443/marsh"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]:443"),
    ],
)
def test_with_or_without_the_port(public: str, signed_as: str) -> None:
    """Twilio signs now with the port and now without: both fit, as in its own library."""
    known = Signatures([OLD], public)
    assert known.valid(PATH, FORM, signed(signed_as + PATH, FORM))
    assert known.valid(PATH, FORM, signed(public.rstrip("/") + PATH, FORM))


def test_two_tokens_while_one_is_changed() -> None:
    """While the token is being changed, both fit; a third does not."""
    known = Signatures([NEW, OLD], PUBLIC)
    assert known.valid(PATH, FORM, signed(PUBLIC + PATH, FORM, OLD))
    assert known.valid(PATH, FORM, signed(PUBLIC + PATH, FORM, NEW))
    assert not known.valid(PATH, FORM, signed(PUBLIC + PATH, FORM, "another"))


@pytest.mark.parametrize(("tokens", "public"), [([], PUBLIC), ([""], PUBLIC), ([OLD], "doorstep.example"), ([OLD], "")])
def test_half_a_setting_is_refused(tokens: list[str], public: str) -> None:
    """Without a token or a public URL nothing could be checked, so nothing starts."""
    with pytest.raises(ValueError, match=r"token|URL"):
        Signatures(tokens, public)
