"""Around the words: which text is somebody else's (a tapback, a forward, a quotation), and one sent digit."""

import re
from typing import NamedTuple

from bot.words.fold import fold

_TAPBACK = re.compile(
    r"\s*(?:removed an? |reacted |responded )?"
    r"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|hoffodd|roedd yn hoffi|like from|heart from|exclamation from"
    r"|(?:with )?[^\w\s]{1,12} to|to)"
    r"\s*[:]?\s*(?:\".*(?:\"|…)\s*|an? (?:image|photo|picture|message|attachment|video)\W{0,3})",
    re.DOTALL,
)
_FORWARD = re.compile(
    r"\s*(?:-+ *)?(?:fwd?|forwarded(?: message| from)?|re|sent from|on .{5,60} wrote|ymlaen)\s*[:>-]", re.DOTALL
)
_QUOTED = re.compile(r"^\s*>", re.MULTILINE)
_QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02'
_SLASH = re.compile(r"\s*/([A-Za-z_]{1,32})(?:@\w{1,64})?\s*")
_DIGITS = {"1": "1", "2": "2", "3": "3", "4": "4", "9": "9"}


class Outside(NamedTuple):
    """`tapback`: nothing in it is the sender's own word. `hearsay`: some of it may be somebody else's."""

    tapback: bool
    hearsay: bool


def outside(text: str) -> Outside:
    """Whether a text, or part of it, was written by somebody other than its sender."""
    if text.isascii() and '"' not in text and ">" not in text and ":" not in text and "image" not in text:
        return Outside(False, False)
    folded = fold(text)[0]
    if _TAPBACK.fullmatch(folded):
        return Outside(True, True)
    return Outside(
        False, any(mark in text for mark in _QUOTES) or bool(_FORWARD.match(folded)) or bool(_QUOTED.search(folded))
    )


def digit(text: str) -> str | None:
    """ "1", "2", "3", "4" or "9" when the text is just that digit, whatever marks stand around it."""
    if len(text) > 24:
        return None
    kept = "".join(char for char in fold(text)[0] if char.isalnum())
    return _DIGITS.get(kept) if "?" not in text else None


def slash(text: str) -> str | None:
    """The command of a text like "/help" or "/help@doorstep_bot", without its slash; else None."""
    match = _SLASH.fullmatch(text)
    return match[1].lower() if match else None
