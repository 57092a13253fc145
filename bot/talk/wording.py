"""A question in words, with its options as buttons, and as digits for a phone without them."""

from typing import NamedTuple

from bot import notices
from bot.gsm7 import to_gsm7
from bot.talk.form import Fault, Field, Setting
from bot.talk.readers import label


class Question(NamedTuple):
    """What is sent: the words, and the buttons under a Telegram chat."""

    text: str
    buttons: tuple[str, ...]


def question(field: Field, setting: Setting, fault: Fault | None = None) -> Question:
    """The question of a field; with a fault, what is wrong first. Options are numbered from 1 in their order."""
    labels = tuple(to_gsm7(label(option, setting.language)) for option in field.options)
    listed = ", ".join(f"{number} {name}" for number, name in enumerate(labels, 1))
    ask = notices.render(field.notice, setting.language, **setting.values)
    ask = f"{ask} {listed}." if listed else ask
    if fault is None:
        return Question(ask, labels)
    values = {**setting.values, **fault.values, "ask": ask}
    return Question(notices.render(fault.notice, setting.language, **values), labels)
