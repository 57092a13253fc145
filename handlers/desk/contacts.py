"""What a contact's text does to the alarms that are open to them."""

from bot import notices
from bot.alarm import Alarm, Event, Happening
from bot.events import Incoming, Sort
from bot.people import Channel, Person, Role
from bot.visit import COMING, Place
from bot.words import RAISING, Kind, Meaning, Reading
from handlers.desk import alarms, drills, talks
from handlers.desk.case import Case
from handlers.desk.said import Text
from store import alarms as alarm_store
from store import receipts, requests

_FOR_ALARMS = (Kind.MINE, Kind.STAND_DOWN, Kind.DETAILS)
_ASK_BACK = {Kind.MINE: "ask_mine", Kind.STAND_DOWN: "ask_reason"}


async def answer(case: Case, text: Text) -> bool:
    """Take the text as a contact's, where it is one. False leaves it to the visit.

    "Mine" stops a climb and "safe" ends an alarm: both lower, so only a `certain` text may; what is nearly one asks back.
    So does one without a code from somebody to whom nothing of the alarm has left: it may be meant for something else.
    And a text that comes late is about no alarm that was raised after it was said.
    """
    person, reading, incoming, places = text.person, text.reading, text.incoming, text.places
    if not person.is_contact:
        return False
    open_to_them = await alarms.answerable(case, person)
    told = [alarm for alarm in open_to_them if person.id in alarm.told and alarm.raised_at <= text.said.at]
    on_a_visit = any(place.is_open for place in places)
    if reading.danger and (on_a_visit or not told or len(reading.text.split()) == 1):
        return False  # a cry of their own, whatever else it says: anything may raise (DESIGN §4)
    if reading.danger:
        for alarm in told:
            await alarms.pass_on(case, alarm, person, incoming.text)
    meaning = _meant_for_alarms(reading, told, places)
    # "Mine, ringing the police now" is uncertain for its danger alone, and that has just been passed on.
    sure = text.certain or (
        reading.danger and meaning is not None and meaning.kind is Kind.MINE and not _is_of_another(incoming)
    )
    if meaning is not None and reading.digit and (waiting := await _waiting(case, person)):
        await _say(case, person, incoming.channel, "ask_back_mine_or_yes", codes=_codes(told), **waiting)
        return True
    bare = meaning is not None and meaning.code is None and meaning.kind in _ASK_BACK
    if meaning is not None and bare and await _unread(case, text, told, meaning):
        await _say(case, person, incoming.channel, _ASK_BACK[meaning.kind], codes=_codes(told))
        return True
    if meaning is not None and (sure or meaning.kind is Kind.DETAILS):
        await _take(case, person, meaning, told, open_to_them, incoming.channel, places)
        return True
    nearly = meaning.kind if meaning else reading.ask
    if told and nearly in (Kind.MINE, Kind.STAND_DOWN):
        await _say(case, person, incoming.channel, _ASK_BACK[nearly], codes=_codes(told))
        return True
    if on_a_visit:
        return False
    if reading.danger:
        # "Reached, he says ring 999", "999 rung": said to everybody on the ladder, and an answer to whoever is led by a chase.
        if not await talks.answer(case, text):
            await _say(case, person, incoming.channel, "ask_reason", codes=_codes(told))
        return True
    return False


async def _unread(case: Case, text: Text, told: list[Alarm], meaning: Meaning) -> bool:
    """Whether nothing of any of these alarms has left for this person yet.

    A provider that has not answered yet may have delivered it: "mine" is believed then, but for one that may answer a
    drill. An end is not: nobody can take it back.
    """
    ids = [alarm.id for alarm in told if alarm.id is not None]
    if not ids or await receipts.has_left(case.tx, ids, text.person.id):
        return False
    if meaning.kind is not Kind.MINE or await drills.asked_lately(case, text):
        return True
    return not await receipts.has_left(case.tx, ids, text.person.id, surely=False)


async def _waiting(case: Case, person: Person) -> dict[str, object]:
    """The visits that wait for this person's yes, for a "1" that may be meant for one of them; empty when there are none."""
    pending = await requests.pending(case.tx, person.school_id)
    numbers = [request.visit_id for request in pending if person.id in request.asked]
    return {"visit": numbers[0]} if numbers else {}


async def hello(case: Case, person: Person, reading: Reading, incoming: Incoming, places: list[Place]) -> bool:
    """Small talk of a contact who goes on no visits: a kind answer that says what will come. False leaves it to the visit.

    While alarms are open to them it names those instead: nobody may read that there is none.
    """
    on_a_visit = any(place.is_open for place in places)
    if not person.is_contact or on_a_visit or Role.VISITOR in person.roles:
        return False
    if not _is_small_talk(reading):
        return False
    waiting = [alarm for alarm in await alarms.answerable(case, person) if person.id in alarm.told]
    if waiting:
        await _say(case, person, incoming.channel, "ask_open", codes=_codes(waiting))
    else:
        await _say(case, person, incoming.channel, "hello")
    return True


def _meant_for_alarms(reading: Reading, told: list[Alarm], places: list[Place]) -> Meaning | None:
    """The meaning that is for an alarm; "1" is "mine" to somebody who has been told of one."""
    for meaning in reading.meanings:
        if meaning.kind in _FOR_ALARMS and (meaning.code or told or meaning.kind is Kind.MINE):
            return meaning
    inside = any(place.is_open and place.state not in COMING for place in places)
    if reading.digit == "1" and told and not inside:
        return Meaning(Kind.MINE)
    return None


def _is_of_another(incoming: Incoming) -> bool:
    """A forward, a quotation, or an old message changed: not this person's word of now."""
    return incoming.quoted or incoming.sort is not Sort.TEXT


def _is_small_talk(reading: Reading) -> bool:
    return reading.digit == "1" or not reading.kinds & (RAISING | {Kind.ARRIVED})


async def _take(
    case: Case,
    person: Person,
    meaning: Meaning,
    told: list[Alarm],
    open_to_them: list[Alarm],
    channel: Channel,
    places: list[Place],
) -> None:
    expected = any(place.is_open and place.state in COMING for place in places)
    if meaning.code is None and meaning.kind is Kind.MINE and expected and told:
        await _say(case, person, channel, "ask_back_mine_or_arrived", codes=_codes(told))
        return
    alarm = await _chosen(case, person, meaning, told, open_to_them)
    if alarm is None and meaning.code is None and meaning.kind is Kind.MINE and _are_of_one_visit(told):
        for one in told:
            await alarms.happen(case, one, _happening(person, meaning))
    elif alarm is None:
        await _which_one(case, person, meaning, told, channel)
    elif meaning.kind is Kind.STAND_DOWN and alarm.is_open and not meaning.reason:
        await _say(case, person, channel, "ask_reason", codes=alarm.code)
    else:
        await alarms.happen(case, alarm, _happening(person, meaning))


def _happening(person: Person, meaning: Meaning) -> Happening:
    if meaning.kind is Kind.MINE:
        return Happening(Event.MINE, person.id)
    if meaning.kind is Kind.DETAILS:
        return Happening(Event.DETAILS, person.id)
    outcome = meaning.outcome.value if meaning.outcome else "safe"
    return Happening(Event.STAND_DOWN, person.id, outcome, meaning.reason or "")


async def _chosen(
    case: Case, person: Person, meaning: Meaning, told: list[Alarm], open_to_them: list[Alarm]
) -> Alarm | None:
    """The alarm with the code that was given, ended ones too; without a code the only one, if there is only one."""
    if meaning.code is None:
        return told[0] if len(told) == 1 else None
    found = next((alarm for alarm in open_to_them if alarm.code == meaning.code), None)
    if found is not None:
        return found
    ended = await alarm_store.by_code(case.tx, person.school_id, meaning.code)
    return ended if ended and not ended.is_open and await alarms.may_answer(case, person, ended) else None


async def _which_one(case: Case, person: Person, meaning: Meaning, told: list[Alarm], channel: Channel) -> None:
    if meaning.code is not None:
        none = notices.label("none", case.school(person.school_id).language)
        await _say(case, person, channel, "no_such_alarm", codes=meaning.code, open=_codes(told) or none)
    elif told:
        await _say(case, person, channel, "ask_which", codes=_codes(told))
    else:
        await _say(case, person, channel, "no_alarm")


def _are_of_one_visit(told: list[Alarm]) -> bool:
    """Whether several alarms are about those who went together: whoever has one has them all."""
    return len(told) > 1 and told[0].visit_id is not None and len({alarm.visit_id for alarm in told}) == 1


def _codes(told: list[Alarm]) -> str:
    return ", ".join(alarm.code for alarm in told)


async def _say(case: Case, person: Person, channel: Channel, notice: str, **values: object) -> None:
    text = notices.render(notice, case.school(person.school_id).language, **values)
    await case.owe(person, notice, text, case.usable([channel]), urgent=True)
