"""From what was said to instants: the day and the times of a plan in the school's zone, and what cannot be."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.planning.hours import minute_of
from bot.talk import Again, Answers, Fault

JUST = timedelta(minutes=15)
"""A start that has only just passed is a visit that begins now, not a mistake."""
FURTHEST = timedelta(days=366)
USUAL = timedelta(minutes=45)
"""How long a visit lasts of which nothing else is known."""
WHEN = ("day", "start", "end", "minutes", "weekly")


class Moments(NamedTuple):
    """When a visit is. `back`: when they are awaited at school, None where they are not."""

    starts_at: datetime
    ends_at: datetime
    back: datetime | None


def settled(answers: Answers, now: datetime, zone: ZoneInfo) -> Answers:
    """The day made sure of: a time without a day is today's if it is still ahead, a weekday that has passed a week later."""
    today = now.astimezone(zone).date()
    start = answers.get("start")
    if start is None:
        return answers
    if "day" not in answers:
        at = instant(today, start, zone)
        return {**answers, "day": today.isoformat()} if at and at > now else answers
    day = date.fromisoformat(answers["day"])
    at = instant(day, start, zone)
    if answers.get("weekly") and day == today and at and at <= now:
        return {**answers, "day": (day + timedelta(days=7)).isoformat()}
    return answers


def instant(day: date, written: str, zone: ZoneInfo) -> datetime | None:
    """A time of day as an instant: the earlier where it comes twice, None where it never comes."""
    minute = minute_of(written)
    local = datetime.combine(day, time(minute // 60, minute % 60), zone)
    at = local.astimezone(UTC)
    return at if at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def moments(answers: Answers, now: datetime, zone: ZoneInfo, usual: timedelta) -> Moments | Again:
    """The instants of a plan that has a day and a start; or what cannot be, and what is to be asked again.

    Without an end the visit lasts as long as is `usual`.
    """
    day = date.fromisoformat(answers["day"])
    starts_at = instant(day, answers["start"], zone)
    if starts_at is None:
        return Again(Fault("plan_fault_gap", {"said": answers["start"]}), ("start", "end", "minutes"))
    if starts_at < now - JUST:
        return Again(Fault("plan_fault_past"), WHEN)
    if starts_at > now + FURTHEST:
        return Again(Fault("plan_fault_far"), WHEN)
    if "end" in answers:
        ends_at = instant(day, answers["end"], zone)
    else:
        minutes = answers.get("minutes")
        ends_at = starts_at + (timedelta(minutes=minutes) if minutes else usual)
    if ends_at is None or ends_at <= starts_at:
        return Again(
            Fault("plan_fault_order", {"start": answers["start"], "end": answers.get("end", "")}), ("end", "minutes")
        )
    back = instant(day, answers["back"], zone) if answers.get("back") else None
    if answers.get("back") and (back is None or back <= starts_at):
        return Again(Fault("plan_fault_back", {"start": answers["start"], "back": answers["back"]}), ("back",))
    if back is not None and back < ends_at and "end" not in answers and not answers.get("minutes"):
        ends_at = back
    if back is not None and back < ends_at:
        early = {"end": answers.get("end", ""), "back": answers["back"]}
        return Again(Fault("plan_fault_back_early", early), ("back", "end", "minutes"))
    return Moments(starts_at, ends_at, back)
