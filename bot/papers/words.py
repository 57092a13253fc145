"""The words that stand on papers. They are data (`bot/papers/*.toml`), a file a language."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from functools import cache
from importlib import resources

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@cache
def book(language: str) -> Mapping[str, Mapping[str, str]]:
    """The words of one language, by section."""
    file = resources.files("bot") / "papers" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


class Words:
    """One language's words, and a school's way to write times."""

    def __init__(self, language: str, zone: tzinfo) -> None:
        self.language, self.zone, self._book = language, zone, book(language)

    def __call__(self, key: str, **values: object) -> str:
        """A label or a sentence, filled in. Raises KeyError for one that is not there: a fault of ours."""
        section, _, name = key.rpartition(".")
        return self._book[section or "labels"][name].format_map(values)

    def kind(self, section: str, key: str) -> str:
        """The word for a value of ours, such as a state or a kind of alarm; the value itself where there is none yet."""
        return self._book[section].get(key.replace(" ", "_").replace("-", "_"), key)

    def known(self, value: str) -> str:
        """A value, or that it is not recorded."""
        return value.strip() or self("not_recorded")

    def answer(self, value: bool | None) -> str:
        """Yes, no, or not recorded."""
        return self("not_recorded") if value is None else self("yes" if value else "no")

    def day(self, at: date | None) -> str:
        """Monday 23 November 2026. An instant is taken in the school's time."""
        if at is None:
            return self("not_recorded")
        local = at.astimezone(self.zone) if isinstance(at, datetime) else at
        weekday, month = self._book["days"][_DAYS[local.weekday()]], self._book["months"][f"m{local.month:02}"]
        return self("sentences.date", weekday=weekday, day=local.day, month=month, year=local.year)

    def clock(self, at: datetime | None, none: str = "–") -> str:
        """14:32, in the school's time."""
        return f"{at.astimezone(self.zone):%H:%M}" if at else none

    @property
    def page(self) -> str:
        """Which sheet it is: the renderer fills in {page} and {pages}, since only it knows."""
        return self._book["sentences"]["page"]

    def made(self, at: datetime) -> str:
        return self("sentences.made", day=self.day(at), time=self.clock(at))
