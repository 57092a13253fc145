"""Two worlds, alike but for this: in one, the words in Asha's text are her code word (I8, DESIGN §4, law 7)."""

import asyncio
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world.quick import ASHA, BEN, DANA, HENRY, OLIVE, QuickWorld

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
Step = tuple[str, str] | timedelta
"""A text of somebody's, with the text "" a conversation that Doorstep begins with them; or a while that passes."""

PHRASE = "blue folder"
VISITOR_TEXTS = [
    "arrived", "1", "2", "3", "all fine", "left", "we have left", "running 10 late", "another 20 mins", "help",
    "9", "thanks", "status", "??", "not left yet", "called off", "blue folder", "Blue-FOLDER!", "is the blue folder in?",
    "all ok, bring the blue folder", "left now. blue folder", "arrived, blue folder is here", "bluefolder", "blue foldr",
    "safe spoke to her", "mine", "yes", "no", "never mind", "full", "4", "a torch and the blue folder", "none",
    "5", "read", "read, the blue folder is in", "brief 1", "risk 1 the blue folder", "1 yes",
    "plan a visit", "visit tue 2pm 14 High St KT attendance with ben, back 3.30", "my visits", "move 1 to 4pm",
    "call off 1 blue folder", "repeat 1 tue 2pm",
]  # fmt: skip
CONTACT_TEXTS = [
    "1",
    "mine",
    "safe spoke to her",
    "real police are there",
    "hello",
    "help",
    "off today",
    "back on duty",
]

visitor_steps = st.tuples(st.sampled_from([ASHA, ASHA, ASHA, BEN]), st.sampled_from(VISITOR_TEXTS))
contact_steps = st.tuples(st.sampled_from([OLIVE, HENRY, DANA]), st.sampled_from(CONTACT_TEXTS))
begun = st.tuples(st.sampled_from([ASHA, ASHA, BEN]), st.just(""))
pauses = st.sampled_from([20, 90, 180, 300, 600, 1200]).map(lambda seconds: timedelta(seconds=seconds))
histories: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(visitor_steps, visitor_steps, contact_steps, pauses, begun), min_size=4, max_size=12
)


async def live(history: list[Step], code_words: tuple[str, ...]) -> tuple[list[object], int]:
    """The visitors' phones after a history, and how many texts the contacts got."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        world = await QuickWorld.opens(Path(folder), code_words=code_words)
        try:
            for step in history:
                if isinstance(step, timedelta):
                    await world.passes(step)
                elif not step[1]:
                    await world.asks(step[0])
                else:
                    await world.texts(*step)
            await world.passes(timedelta(minutes=20))
            visitors: list[object] = [await world.phone(number) for number in (ASHA, BEN)]
            contacts = sum([len(await world.phone(number)) for number in (OLIVE, HENRY, DANA)])
        finally:
            await world.closes()
    return visitors, contacts


@settings(
    max_examples=int(os.environ.get("DOORSTEP_TEST_HISTORIES", "10")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
@given(history=histories)
def test_the_visitors_phones_are_the_same_byte_for_byte(history: list[Step]) -> None:
    """Every text, time, order and button on both visitors' phones, whatever anybody does, is as if there were no code word."""
    with_phrase, _ = asyncio.run(live(history, (PHRASE,)))
    without, _ = asyncio.run(live(history, ()))
    assert with_phrase == without


TALKED: list[list[Step]] = [
    [(ASHA, ""), (ASHA, "yes"), (ASHA, "full"), (ASHA, "2"), (ASHA, "a torch and the blue folder"), (ASHA, "1")],
    [(ASHA, "1"), (ASHA, ""), (ASHA, "is the blue folder in?"), (ASHA, "no"), (ASHA, "3"), (ASHA, "2")],
    [
        (ASHA, ""),
        (ASHA, "blue folder"),
        timedelta(minutes=40),
        (ASHA, "1"),
        (ASHA, "blue folder no"),
        (ASHA, "never mind"),
    ],
    [
        (ASHA, "visit tue 2pm 14 High St, KT, with ben, back 3.30"),
        (ASHA, "to bring the blue folder"),
        (ASHA, "Henry, it is in the blue folder"),
        timedelta(minutes=1),
        (ASHA, "30"),
        (ASHA, "blue folder"),
        (ASHA, "my visits"),
        (BEN, "move 2 to 3pm"),
        (ASHA, "call off 2 no blue folder"),
    ],
    [
        (ASHA, "1"),
        (BEN, "Asha asked for the blue folder"),
        (BEN, "safe, spoke to her, she asked for the blue folder"),
        (ASHA, "we have left"),
        (BEN, "no"),
        (BEN, "Asha asked for the blue folder"),
        (BEN, "code word blue folder"),
    ],
    [(ASHA, "plan a visit"), (ASHA, "1"), (ASHA, "blue folder at 2"), (ASHA, "tue 2pm blue folder"), (ASHA, "3")],
]


@pytest.mark.parametrize("history", TALKED)
def test_in_the_middle_of_a_conversation_too(history: list[Step]) -> None:
    """An answer that holds the code word is taken, refused or left to the visit as it would have been without."""
    with_phrase, told = asyncio.run(live(history, (PHRASE,)))
    without, untold = asyncio.run(live(history, ()))
    assert with_phrase == without
    assert told > untold


def test_the_comparison_can_fail() -> None:
    """The two worlds do differ where they should: the contacts hear of it in one, and not in the other."""
    history: list[Step] = [(ASHA, "1"), (ASHA, "is the blue folder in?")]
    _, told = asyncio.run(live(history, (PHRASE,)))
    _, untold = asyncio.run(live(history, ()))
    assert told > untold
