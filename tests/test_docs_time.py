"""What the handbook shows of school time is read as it stands there."""

import re

from bot.school import parse_schools
from tests.test_docs import fenced, read, rows


def test_the_example_of_a_calendar_is_read() -> None:
    """The one of the handbook, and the one that schools.example.toml shows to be filled in."""
    (page,) = [block for block in fenced(read("docs/administrator.md"), "toml") if "calendar" in block]
    shown = read("schools.example.toml").split("[marsh_lane.calendar]", 1)[1].split("# A school with", 1)[0]
    for text in (page, re.sub(r"^# ?", "", f"# [marsh_lane.calendar]{shown}", flags=re.MULTILINE)):
        calendar = parse_schools(f'[marsh_lane]\nname = "Marsh Lane Primary"\n{text}')["marsh_lane"].calendar
        assert (len(calendar.terms), len(calendar.half_terms), len(calendar.inset)) == (3, 3, 2)
        assert list(calendar.closed.values()) == ["early May bank holiday"]
    listed = [row[0].strip("`") for row in rows(read("docs/administrator.md"), "### School days")]
    assert listed == ["terms", "half_terms", "inset", "closed", "hours"]
