"""The alphabet of an SMS: one character outside it more than halves what a text can hold (DESIGN §5)."""

import unicodedata

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "^{}\\[~]|€"
_FOLDS = {
    "–": "-",
    "—": "-",
    "‐": "-",
    "’": "'",
    "‘": "'",
    "`": "'",
    "“": '"',
    "”": '"',
    "…": "...",
    "•": "-",
    "\t": " ",
    "\u00a0": " ",
}
SINGLE, JOINED = 160, 153


def to_gsm7(text: str) -> str:
    """The same text in the GSM-7 alphabet: marks folded away, what has no likeness replaced by "?"."""
    return "".join(_fold(character) for character in text)


def _fold(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    if character in _FOLDS:
        return _FOLDS[character]
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return "".join(c if c in _BASIC or c in _EXTENDED else "?" for c in bare) if bare else ""


def is_gsm7(text: str) -> bool:
    return all(character in _BASIC or character in _EXTENDED for character in text)


def septets(text: str) -> int:
    """How many seven-bit units a GSM-7 text takes; the extension characters take two."""
    return sum(2 if character in _EXTENDED else 1 for character in text)


def segments(text: str) -> int:
    """How many SMS a GSM-7 text is charged as."""
    length = septets(text)
    return 1 if length <= SINGLE else -(-length // JOINED)
