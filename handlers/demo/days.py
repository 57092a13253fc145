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
    """One school's day: its policy, what is texted, and a word on what there is to see."""

    name: str
    about: str
    story: Story
    lines: tuple[Line, ...]


def _day(name: str, about: str, plan: Plan, *lines: tuple[str, Phone, str]) -> Day:
    story = Story(
        school="Marsh Lane Primary",
        key="marsh_lane",
        code_word="blue folder",
        day="2026-11-23",
        begins="08:30",
        ends="17:00",
        cast=CAST,
        plans=(plan,),
        scenes=(),
        policy=name,
    )
    return Day(name, about, story, tuple(Line(*line) for line in lines))


_LARCH = Plan(
    ASHA,
    "14 Larch Road",
    "K.T.",
    "attendance",
    "14:00",
    "14:30",
    partner=BEN,
    returns="15:00",
    family_told="by phone Fri",
    house_phone="07700 900960",
)

DAYS = (
    _day(
        "potton",
        "A risk from the safeguarding lead, the head's yes, and a check-in that one answers for both.",
        _LARCH,
        ("08:45", DEE, "risk 1 dog, ask for it to be shut away"),
        ("08:50", HENRY, "1"),
        ("13:40", ASHA, "5"),
        ("13:41", BEN, "5"),
        ("14:02", ASHA, "we have arrived"),
        ("14:11", BEN, "we are ok"),
        ("14:29", ASHA, "we have both left, no concerns"),
        ("14:50", ASHA, "we are back at school"),
    ),
    _day(
        "birchwood",
        "One goes alone. The safeguarding lead hears of the setting out, and of a concern at once.",
        replace(_LARCH, partner=None),
        ("08:50", DEE, "1"),
        ("13:45", ASHA, "setting off"),
        ("14:01", ASHA, "arrived"),
        ("14:20", ASHA, "concern, he had bruises on his arm"),
        ("14:31", ASHA, "left"),
        ("14:32", ASHA, "no"),
        ("14:55", ASHA, "4"),
    ),
    _day(
        "coteford",
        "Arrivals are told, check-ins come every twenty minutes; one leaves first, and the other is asked.",
        replace(_LARCH, end="15:00", returns="15:30", assessment="Bruno 20/11/2026"),
        ("08:50", HENRY, "1"),
        ("14:00", ASHA, "we have arrived"),
        ("14:21", ASHA, "2"),
        ("14:22", BEN, "2"),
        ("14:30", BEN, "left"),
        ("14:31", ASHA, "2"),
        ("14:38", ASHA, "2"),
        ("14:52", ASHA, "left"),
    ),
    _day(
        "early-years",
        "Nobody is back in time, and the office is led from number to number.",
        _LARCH,
        ("08:50", HENRY, "1"),
        ("13:40", ASHA, "5"),
        ("13:41", BEN, "5"),
        ("13:50", ASHA, "we are setting off"),
        ("15:31", OLIVE, "1"),
        ("15:31", OLIVE, "no answer"),
        ("15:33", OLIVE, "reached the mum, they left there at half past two"),
        ("15:36", ASHA, "we are both back"),
    ),
    _day(
        "willows",
        "A family that is late is waited for outside; then a cry for help, which is the office's to ring in.",
        _LARCH,
        ("14:00", ASHA, "mum is running late"),
        ("14:08", ASHA, "we have arrived"),
        ("14:20", BEN, "he won't let us leave"),
        ("14:21", OLIVE, "1"),
        ("14:24", OLIVE, "real {code} the police are with them"),
        ("14:28", ASHA, "we have both left"),
    ),
)


def day_of(name: str) -> Day | None:
    """The day at the school whose preset this is."""
    return next((day for day in DAYS if day.name == name), None)
