"""Conversations: a few questions in a row, each answered with one text. Pure: what is asked, and what an answer comes to."""

from bot.talk.form import (
    Again,
    Answers,
    Ask,
    Done,
    Fault,
    Field,
    Form,
    Option,
    Setting,
    Several,
    Step,
    Value,
    first,
    go_on,
    step,
)
from bot.talk.phrases import is_no, is_yes, leaves, skips
from bot.talk.readers import YES_NO, checked, number, one_of, text, yes_no
from bot.talk.turn import Belongs, Heard, Standing, belongs, standing
from bot.talk.wording import Question, question

__all__ = [
    "YES_NO",
    "Again",
    "Answers",
    "Ask",
    "Belongs",
    "Done",
    "Fault",
    "Field",
    "Form",
    "Heard",
    "Option",
    "Question",
    "Setting",
    "Several",
    "Standing",
    "Step",
    "Value",
    "belongs",
    "checked",
    "first",
    "go_on",
    "is_no",
    "is_yes",
    "leaves",
    "number",
    "one_of",
    "question",
    "skips",
    "standing",
    "step",
    "text",
    "yes_no",
]
