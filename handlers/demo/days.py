"""A day at each of the five schools, as its policy has it: what people text, and when. What comes of it is pinned.

The transcripts are in `handlers/demo/transcripts/`. `doorstep demo --school NAME` plays the day through the real engine, prints
it as it went, and ends with an error where it went otherwise.
"""

from dataclasses import dataclass, replace

from handlers.demo.script import Phone, Plan, Story

ASHA = Phone("Asha", "visitor", "+447700900001", vehicle="red Fiesta AB12 CDE")
BEN = Phone("Ben", "visitor", "+447700900002", vehicle="blue Polo CD34 EFG")
OLIVE = Phone("Olive", "office", "+447700900010")
HENRY = Phone("Henry", "headteacher", "+447700900011")
DANA = Phone("Dana", "deputy", "+447700900012")
DEE = Phone("Dee", "dsl", "+447700900013")
BRUNO = Phone("Bruno", "business_manager", "+447700900014")
CAST = (ASHA, BEN, OLIVE, HENRY, DANA, DEE, BRUNO)


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody texts, at a school time. `{code}` is the code of the last alarm that their phone was told of."""

    time: str
    phone: Phone
    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """One school's day: its policy, its plans, what is texted, and a word on what there is to see."""

    name: str
    about: str
    story: Story
    lines: tuple[Line, ...]


def _day(name: str, about: str, plans: tuple[Plan, ...], *lines: tuple[str, Phone, str]) -> Day:
    story = Story(
        school="Marsh Lane Primary",
        key="marsh_lane",
        code_word="blue folder",
        day="2026-11-23",
        begins="13:00",
        ends="17:00",
        cast=CAST,
        plans=plans,
        scenes=(),
        policy=name,
    )
    return Day(name, about, story, tuple(Line(*line) for line in lines))


_LARCH = Plan(ASHA, "14 Larch Road", "K.T.", "attendance", "14:00", "14:30")
_WEIR = Plan(BEN, "3 Weir Close", "K.T.", "welfare", "14:10", "14:40")

DAYS = (
    _day(
        "potton",
        "The check-in comes ten minutes after the scheduled start, and silence is told to the office "
        "and the head together.",
        (_LARCH, _WEIR),
        ("14:02", ASHA, "arrived"),
        ("14:11", ASHA, "2"),
        ("14:12", BEN, "nobody home"),
        ("14:27", BEN, "left"),
        ("14:29", ASHA, "left, no concerns"),
    ),
    _day(
        "birchwood",
        "The safeguarding lead hears of a setting out, a concern goes to her at once, and nobody is awaited back.",
        (_LARCH,),
        ("13:45", ASHA, "setting off"),
        ("14:01", ASHA, "arrived"),
        ("14:20", ASHA, "concern, he had bruises on his arm"),
        ("14:31", ASHA, "left, not coming back to school"),
        ("14:32", ASHA, "no"),
    ),
    _day(
        "coteford",
        "Arrivals are told to the office, and the check-in comes every twenty minutes.",
        (replace(_LARCH, end="15:00"), _WEIR),
        ("14:00", ASHA, "arrived"),
        ("14:10", BEN, "arrived"),
        ("14:21", ASHA, "2"),
        ("14:25", BEN, "called off, they won't put the dog away"),
        ("14:42", ASHA, "2"),
        ("14:58", ASHA, "left"),
    ),
    _day(
        "early-years",
        "Setting out and coming back count. Nobody is back in time, and the office is led from number to number.",
        (replace(_LARCH, end="14:45"),),
        ("13:50", ASHA, "setting off"),
        ("15:46", OLIVE, "1"),
        ("15:47", OLIVE, "no answer"),
        ("15:49", ASHA, "4"),
    ),
    _day(
        "willows",
        "One goes alone. A family that is late is waited for outside, and a cry for help is the office's to ring in.",
        (_LARCH, _WEIR),
        ("14:00", ASHA, "mum is running late"),
        ("14:12", ASHA, "arrived"),
        ("14:14", BEN, "arrived"),
        ("14:20", BEN, "he won't let us leave"),
        ("14:21", OLIVE, "1"),
        ("14:24", OLIVE, "real {code} the police are with him"),
        ("14:28", BEN, "left"),
        ("14:29", ASHA, "left"),
    ),
)


def day_of(name: str) -> Day | None:
    """The day at the school whose preset this is."""
    return next((day for day in DAYS if day.name == name), None)
