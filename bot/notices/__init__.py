"""Every sentence Doorstep sends. The words are data (`bot/notices/*.toml`); here they are filled in."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from bot import visit
from bot.gsm7 import to_gsm7

REASON_LENGTH = 70


@cache
def catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    """The sentences of one language, by section. Raises FileNotFoundError for a language without a file."""
    file = resources.files("bot") / "notices" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _sentences(language: str) -> Mapping[str, str]:
    book = catalogue(language)
    return {key: text for section in ("visitor", "contact", "told", "door") for key, text in book[section].items()}


def render(notice: str, language: str = "en", **values: object) -> str:
    """The text of one notice, in GSM-7. Raises KeyError for an unknown notice or a missing value: a fault of ours."""
    return to_gsm7(_sentences(language)[notice].format_map(values)).strip()


def label(key: str, language: str = "en", **values: object) -> str:
    """A short word: a button, a kind of alarm, a missing address."""
    return to_gsm7(catalogue(language)["labels"][key].format_map(values))


def state_line(state: visit.State, language: str, **values: object) -> str:
    """One clause that says where a visit stands."""
    return catalogue(language)["states"][state.value.replace(" ", "_")].format_map(values)


def buttons(state: visit.State, language: str = "en") -> tuple[str, ...]:
    """The reply keyboard's labels: the moves that make sense now. Each is a text that words can read."""
    return tuple(label(move, language) for move in visit.MOVES[state])


def shorten(text: str, length: int = REASON_LENGTH) -> str:
    """A person's own words, cut at `length` characters so that the notice stays short."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 3].rstrip() + "..."
