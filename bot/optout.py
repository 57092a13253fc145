"""The words that the phone company acts on: one alone silences us towards its sender, or undoes that (DESIGN §5)."""

from enum import StrEnum

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})


class Wish(StrEnum):
    """What a text means to the phone company."""

    STOP = "stop"
    START = "start"
    NONE = "none"


def wish(text: str) -> Wish:
    """Only a text that is just the word counts there, in capitals or not."""
    word = text.strip().upper()
    if word in STOP:
        return Wish.STOP
    return Wish.START if word in START else Wish.NONE


def says_more(text: str) -> bool:
    """Whether it may be an answer to us as well. "Yes" and "end" may; "start" is for the phone company alone."""
    return text.strip().upper() not in START - {"YES"}
