"""Notices that did not get through, or of which nobody hears: another way is found, and for an alarm the next person too."""

from dataclasses import replace
from datetime import timedelta

from bot.alarm import Event, Happening, State
from bot.delivery import OPTED_OUT
from bot.people import Channel, Person
from handlers.desk import alarms, reach
from handlers.desk.case import Case
from store import alarms as alarm_store
from store import drills, outbox, receipts
from store.outbox import Notice, Troubled

SAME_NOTICE = timedelta(minutes=30)
"""Within this time the same words to the same person are the same notice, gone by another channel already."""


async def mend(case: Case, troubled: Troubled) -> None:
    """Send a troubled notice round by the person's other channel; let its alarm climb (DESIGN §2, Deliver).

    Of an alarm that has ended meanwhile nothing goes round but the word that it has, and of a drill that is over no question.
    """
    await outbox.settle(case.tx, troubled.id)
    person = await _person(case, troubled.notice)
    if person is None:
        return
    await _note(case, person, troubled, "undelivered", refused=troubled.refused, error=troubled.error)
    if troubled.refused:
        person = await _lose(case, person, troubled) or person
    if await outbox.over(case.tx, [troubled.id]) or await drills.no_longer_asked(case.tx, [troubled.id]):
        return
    other_way = await _go_round(case, person, troubled.notice)
    if _is_lasting(troubled) or not other_way:
        await _climb(case, troubled)


async def unheard(case: Case, silent: Troubled) -> None:
    """A provider has taken an alarm and says nothing of its delivery: another way, and the next rung, in parallel.

    A person whom another copy has reached is no reason to climb; who has it, or that it is over, is nobody's silence.
    """
    await receipts.stop_waiting(case.tx, silent.id)
    notice = silent.notice
    person = await _person(case, notice)
    if person is None or notice.alarm_id is None:
        return
    alarm = await alarm_store.by_id(case.tx, person.school_id, notice.alarm_id)
    if alarm is None or alarm.state is not State.CLIMBING:
        return
    await _note(case, person, silent, "no receipt")
    if not await _go_round(case, person, notice) and notice.channel in case.habits.spare and not notice.copy:
        await _owe(case, person, replace(notice, copy=notice.copy + 1))
    if not await receipts.reached(case.tx, notice.alarm_id, person.id):
        await _climb(case, silent)


def _is_lasting(troubled: Troubled) -> bool:
    """Refused, undelivered after it was sent, or failing again: the other channel alone is not waited for."""
    return troubled.refused or troubled.sent_at is not None or troubled.tries >= 2


async def _person(case: Case, notice: Notice) -> Person | None:
    if notice.school_id not in case.habits.schools or notice.school_id is None or notice.person_id is None:
        return None
    return await case.person(notice.school_id, notice.person_id)


async def _lose(case: Case, person: Person, troubled: Troubled) -> Person | None:
    if troubled.notice.channel is Channel.SMS and OPTED_OUT in troubled.error:
        return await reach.stop(case, person)
    return await reach.lose(case, person, troubled.notice.channel)


async def _go_round(case: Case, person: Person, notice: Notice) -> bool:
    """Owe the same words by the person's other channels, each once. True when there is such a way, gone already or not."""
    found = False
    for channel in case.usable(person.alarm_channels()):
        address = person.address(channel)
        if channel is notice.channel or address is None or channel in person.lost:
            continue
        found = True
        if not await outbox.already_tried(case.tx, notice, channel, case.now - SAME_NOTICE):
            await _owe(case, person, replace(notice, channel=channel, address=address, copy=0))
    return found


async def _owe(case: Case, person: Person, notice: Notice) -> None:
    await outbox.owe(case.tx, notice, case.now)
    names = {"notice": notice.notice, "channel": notice.channel, "copy": notice.copy}
    await case.note(person.school_id, "rerouted", notice.visit_id, notice.alarm_id, person.id, **names)


async def _note(case: Case, person: Person, troubled: Troubled, kind: str, **body: object) -> None:
    notice = troubled.notice
    names = {"notice": notice.notice, "channel": notice.channel}
    await case.note(person.school_id, kind, notice.visit_id, notice.alarm_id, person.id, **names, **body)


async def _climb(case: Case, troubled: Troubled) -> None:
    notice = troubled.notice
    if notice.alarm_id is None or notice.school_id is None:
        return
    alarm = await alarm_store.by_id(case.tx, notice.school_id, notice.alarm_id)
    if alarm is not None:
        await alarms.happen(case, alarm, Happening(Event.REFUSED, by=notice.person_id))
