"""The common readers of answers. Each gives a value that JSON can hold, or a Fault with the question that mends it."""

import re
from collections.abc import Callable

from bot import notices
from bot.talk.form import Answers, Fault, Option, Reader, Setting, Value
from bot.talk.phrases import is_no, is_yes, plain, skips, table

LONGEST = 300
_DIGITS = re.compile(r"\W*(\d{1,2})\W*")
YES_NO = (Option(True, "yes"), Option(False, "no"))
"""The options of a question that is answered with yes or no."""


def label(option: Option, language: str) -> str:
    """An option in words, as its button has it."""
    return option.label if option.as_is else notices.label(option.label, language)


def chosen(text: str, options: tuple[Option, ...], language: str) -> Option | None:
    """The option that a digit or its own words name; its words count in English too."""
    digit = _DIGITS.fullmatch(text)
    if digit and "?" not in text:
        place = int(digit.group(1))
        return options[place - 1] if 0 < place <= len(options) else None
    said = plain(text)
    for option in options:
        if said and said in {plain(label(option, known)) for known in (language, "en")}:
            return option
    return None


def one_of(options: tuple[Option, ...], otherwise: Reader | None = None) -> Reader:
    """One of the options; what is none of them is read by `otherwise`, or is a fault."""

    def read(text: str, answers: Answers, setting: Setting) -> Value:
        option = chosen(text, options, setting.language)
        if option is not None:
            return option.value
        return otherwise(text, answers, setting) if otherwise else Fault("talk_no_option")

    return read


def _yes_or_no(text: str, answers: Answers, setting: Setting) -> Value:
    if is_yes(text, setting.language):
        return True
    return False if is_no(text, setting.language) else Fault("talk_no_option")


yes_no: Reader = one_of(YES_NO, _yes_or_no)
"""Yes or no, in whatever way people write it: True or False."""


def text(longest: int = LONGEST, *, may_skip: bool = False) -> Reader:
    """Any words, on one line; "none" is nothing (None) where it `may_skip`."""

    def read(written: str, answers: Answers, setting: Setting) -> Value:
        if may_skip and skips(written, setting.language):
            return None
        flat = notices.shorten(written, longest)
        return flat or Fault("talk_empty")

    return read


def number(least: int, most: int) -> Reader:
    """A whole number between two bounds, alone or with its unit ("95 %", "20 mins"); never out of a sentence."""

    def read(written: str, answers: Answers, setting: Setting) -> Value:
        units = table(setting.language, "talk")["units"]
        found = re.fullmatch(r"\D{0,2}(\d{1,9})\s*([^\W\d]*)\W*", written.strip().lower())
        if found and (not found[2] or found[2] in units) and least <= int(found[1]) <= most:
            return int(found[1])
        return Fault("talk_no_number", {"least": least, "most": most})

    return read


Check = Callable[[Value, Answers, Setting], Fault | None]


def checked(reader: Reader, check: Check) -> Reader:
    """A reader whose values are looked at once more."""

    def read(written: str, answers: Answers, setting: Setting) -> Value:
        value = reader(written, answers, setting)
        if isinstance(value, Fault):
            return value
        return check(value, answers, setting) or value

    return read
