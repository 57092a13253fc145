"""Notices that did not get through: another way is found at once, and for an alarm the next person too."""

from dataclasses import replace
from datetime import timedelta

from bot.alarm import Event, Happening
from handlers.desk import alarms, arrivals
from handlers.desk.case import Case
from store import alarms as alarm_store
from store import outbox
from store.outbox import Troubled

SAME_NOTICE = timedelta(minutes=30)
"""Within this time the same words to the same person are the same notice, gone by another channel already."""


async def mend(case: Case, troubled: Troubled) -> None:
    """Send a troubled notice round by the person's other channel; let its alarm climb (DESIGN §2, Deliver)."""
    await outbox.settle(case.tx, troubled.id)
    notice = troubled.notice
    if notice.school_id is None or notice.person_id is None:
        return
    person = await case.person(notice.school_id, notice.person_id)
    if person is None:
        return
    await case.note(
        person.school_id,
        "undelivered",
        notice.visit_id,
        notice.alarm_id,
        person.id,
        notice=notice.notice,
        channel=notice.channel,
        refused=troubled.refused,
        error=troubled.error,
    )
    if troubled.refused:
        person = await arrivals.lose_channel(case, person, notice.channel) or person
    since = case.now - SAME_NOTICE
    for channel in case.usable(person.alarm_channels()):
        address = person.address(channel)
        if channel is notice.channel or address is None or channel in person.lost:
            continue
        if await outbox.already_tried(case.tx, notice, channel, since):
            continue
        await outbox.owe(case.tx, replace(notice, channel=channel, address=address), case.now)
        await case.note(
            person.school_id,
            "rerouted",
            notice.visit_id,
            notice.alarm_id,
            person.id,
            notice=notice.notice,
            channel=channel,
        )
    await _climb(case, troubled)


async def _climb(case: Case, troubled: Troubled) -> None:
    notice = troubled.notice
    if notice.alarm_id is None or notice.school_id is None:
        return
    alarm = await alarm_store.by_id(case.tx, notice.school_id, notice.alarm_id)
    if alarm is not None:
        await alarms.happen(case, alarm, Happening(Event.REFUSED, by=notice.person_id))
