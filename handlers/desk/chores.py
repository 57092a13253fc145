"""What is done once a day, once a term, or when a visit has ended."""

from collections.abc import Awaitable, Callable

from handlers.desk import choosing, drills, duty, fit, following, records, vain
from handlers.desk.case import Case

CHORES: tuple[Callable[[Case, int], Awaitable[bool]], ...] = (
    choosing.ask_each_term,
    duty.look_at_rungs,
    records.ask,
    records.remind,
    following.ask,
    following.review,
    fit.look,
    vain.look,
    drills.schedule,
)
"""Each looks by itself whether it is due at a school, and gives whether it did anything. Done twice is done once."""
