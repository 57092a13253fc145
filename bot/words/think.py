"""See it think: from lines of text to what each was taken to mean, as plain dictionaries for `doorstep words`."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Any

from bot.codeword import find
from bot.words.kinds import Meaning
from bot.words.reading import read


class NotText(ValueError):
    """A line that is not UTF-8; `line` is its number, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is not text")
        self.line = line


def report(
    lines: Iterable[tuple[int, bytes]],
    *,
    now: datetime,
    zone: tzinfo,
    code_words: Sequence[str] = (),
    language: str = "en",
) -> Iterator[dict[str, Any]]:
    """What each numbered line means, in order. Raises NotText at the first line that is not text."""
    for number, raw in lines:
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise NotText(number) from None
        yield think(text.rstrip("\r\n"), now=now, zone=zone, code_words=code_words, language=language)


def think(
    text: str, *, now: datetime, zone: tzinfo, code_words: Sequence[str] = (), language: str = "en"
) -> dict[str, Any]:
    """What one text means. Times are ISO 8601 in the school's zone; lengths are in minutes."""
    reading = read(text, now=now, zone=zone, language=language)
    return {
        "text": text,
        "meanings": [_meaning(meaning, zone) for meaning in reading.meanings],
        "certain": reading.certain,
        "code_word": find(text, code_words) is not None,
        "danger": reading.danger,
        "lowers": reading.lowers,
        "ask": reading.ask.value if reading.ask else None,
    }


def _meaning(meaning: Meaning, zone: tzinfo) -> dict[str, Any]:
    said: dict[str, Any] = {
        "kind": meaning.kind.value,
        "time": meaning.at.astimezone(zone).isoformat(timespec="minutes") if meaning.at else None,
        "minutes": round(meaning.by.total_seconds() / 60) if meaning.by else None,
        "code": meaning.code,
        "outcome": meaning.outcome.value if meaning.outcome else None,
        "reason": meaning.reason,
        "both": meaning.both or None,
        "who": meaning.who,
    }
    return {name: value for name, value in said.items() if value is not None or name == "time"}


def in_words(row: dict[str, Any]) -> str:
    """One line for people out of what `think` gives."""
    meanings = ", ".join(" ".join(str(value) for value in meaning.values() if value) for meaning in row["meanings"])
    marks = [name.replace("_", " ") for name in ("code_word", "danger", "lowers", "certain") if row[name]]
    return f"{row['text']!r}: {meanings}" + (f" [{', '.join(marks)}]" if marks else "")
