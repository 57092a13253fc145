"""What is answered to requests for a yes. (What is added to a visit before it is `handlers/desk/adding.py`.)

A bare answer is only taken where it can be about nothing else: never inside a home, never while an alarm or another question
may be meant. What names a visit by its number is always taken. A yes with more to it is asked back about, and so is a yes to
several without "all". A no without its reason is asked for the reason.
"""

from datetime import timedelta
from typing import NamedTuple

from bot import notices, words
from bot.authorising import Answer, Do, Event, Happening, Request, read_answers
from bot.people import Person, Role
from bot.talk import Again, Fault, Field, Standing, is_no, is_yes, standing
from bot.talk import text as any_words
from bot.talk.form import Answers, Setting, Value
from bot.talk.turn import FRESH
from handlers.desk import adding, alarms, authorising, drills, judging, replying, talks
from handlers.desk.authorising import Round
from handlers.desk.case import Case
from handlers.desk.said import Text
from handlers.desk.talks import Asking, Topic
from store import requests, visits
from store import talks as talk_store
from store.talks import Talk

LATELY = timedelta(hours=12)
"""How long ago another may have answered what somebody still answers with a bare digit."""
JUST = timedelta(seconds=30)
"""How long a list must have been there before "all" is sure to be about the whole of it."""
CRY = 3
"""Fewer words of danger than so many are a cry, whatever stands before them."""
_ADDED = (Do.RISK, Do.NOTE, Do.LIFT, Do.ASSESSED)


class Heard(NamedTuple):
    """A text of somebody, with the requests that are pending, and those of them that were put to the sender."""

    text: Text
    pending: list[Request]
    theirs: list[Request]


async def take(case: Case, text: Text) -> bool:
    """Take a text as an answer to a request, or as something to add to a visit. False where it is neither.

    Words of danger are a cry, also where they are the reason of a refusal: the refusal is carried out, and the cry goes on.
    """
    person, language = text.person, case.language(text.person.school_id)
    if not text.own or not read_answers(text.incoming.text, _ANY, language):
        return False
    pending = await requests.pending(case.tx, person.school_id)
    known = {*(request.visit_id for request in pending), *await visits.open_numbers(case.tx, person.school_id)}
    answers = read_answers(text.incoming.text, known, language)
    about = _is_about_a_visit(case, text, answers) or await _is_their_answer(case, text, answers)
    cries = text.reading.danger and not about
    if not answers or (cries and not all(answer.do is Do.NO for answer in answers)):
        return False
    if answers[0].do not in (Do.YES, Do.NO):
        reply = await adding.add(case, person, answers[0])
    else:
        reply = await _reply(case, Heard(text, pending, await _theirs(case, person, pending)), answers)
    if reply is None:
        return False
    channels = case.usable([text.incoming.channel])
    await case.owe(person, "authorising", reply, channels, not_before=text.answered_at(case))
    return not cries


class _Any(frozenset[int]):
    """Every number there can be."""

    def __contains__(self, number: object) -> bool:
        return True


_ANY = _Any()


def _is_about_a_visit(case: Case, text: Text, answers: tuple[Answer, ...]) -> bool:
    """Whether words of danger tell of a family, and are no cry: "risk 12 …", "12 no …", by the number of a visit.

    Only from a contact who is on no visit, and in more than a few words. "No 12 …" may be a house (docs/decisions/0022).
    """
    first = text.incoming.text.strip()[:1].isdigit()
    plain = all(
        answer.numbers and (answer.do in _ADDED or (answer.do is Do.NO and first)) and len(answer.words.split()) >= CRY
        for answer in answers
    )
    return text.person.is_contact and not _is_at_risk(case, text) and plain


async def _is_their_answer(case: Case, text: Text, answers: tuple[Answer, ...]) -> bool:
    """Whether "9 yes" or "999 no too soon" names a visit that they were asked for, and nothing in it but that number cries."""
    person, school = text.person, case.school(text.person.school_id)
    if not person.is_contact or _is_at_risk(case, text) or [len(answer.numbers) for answer in answers] != [1]:
        return False
    answer, (first, *rest) = answers[0], text.incoming.text.split(maxsplit=1)
    plain = answer.do is Do.NO or (answer.do is Do.YES and answer.sure and not answer.words)
    if not plain or first != str(answer.numbers[0]):
        return False
    if words.read(" ".join(rest), now=text.said.at, zone=school.zone, language=school.language).danger:
        return False
    request = await requests.of_visit(case.tx, person.school_id, answer.numbers[0])
    return request is not None and person.id in request.asked


def _is_at_risk(case: Case, text: Text) -> bool:
    """Whether they are on a visit, or near one: every word of danger is a cry, and every bare answer the visit's."""
    return standing(text.places, case.now) in (Standing.INSIDE, Standing.SOON)


async def _theirs(case: Case, person: Person, pending: list[Request]) -> list[Request]:
    """The requests that wait for this person, of visits that are not over."""
    still_open = await visits.open_numbers(case.tx, person.school_id)
    return [one for one in pending if person.id in one.asked and one.asked_at and one.visit_id in still_open]


# -- which visits are meant ---------------------------------------------------------------------------------


async def _reply(case: Case, heard: Heard, answers: tuple[Answer, ...]) -> str | None:
    """What a yes or a no comes to; None where it is no answer to a request."""
    person = heard.text.person
    if not person.is_contact:
        return None
    first = answers[0]
    if not first.numbers and not first.all_of_them:
        return await _bare(case, heard, first)
    if first.all_of_them and not heard.theirs:
        return None if _is_at_risk(case, heard.text) else await _too_late(case, heard, first)
    if not all(answer.sure for answer in answers):
        named = [number for answer in answers for number in answer.numbers]
        return _ask_back(case, person, "authorise_unclear", named or [one.visit_id for one in heard.theirs])
    if first.all_of_them:
        return await _all(case, heard, first)
    return await _named(case, heard, answers)


async def _bare(case: Case, heard: Heard, answer: Answer) -> str | None:
    """ "1", "yes", "no, too soon": to the one request that waits for them, and to no other question."""
    text, theirs = heard.text, heard.theirs
    if _is_the_visits(case, text, answer, theirs):
        return None
    if not theirs:
        return await _too_late(case, heard, answer)
    asked_at = max(request.asked_at for request in theirs if request.asked_at)
    rivals = await talk_store.open_with(case.tx, text.person.school_id, text.person.id)
    rival = rivals[0].asked_at if rivals else None
    numbers = [request.visit_id for request in theirs]
    if rival is not None and rival >= asked_at:
        changes_mind = rivals[0].topic == DECLINING.name and _named_all_the_same(case, text, answer)
        return _ask_back(case, text.person, "authorise_unclear", numbers) if changes_mind else None
    alarmed = [one for one in await alarms.answerable(case, text.person) if text.person.id in one.told]
    if alarmed and answer.do is Do.YES:
        return _ask_back(case, text.person, "ask_back_mine_or_yes", numbers, codes=", ".join(a.code for a in alarmed))
    if len(theirs) > 1 or (rival is not None and case.now - rival <= FRESH):
        return _ask_back(case, text.person, "authorise_which", numbers)
    if not answer.sure or (answer.digit and answer.do is Do.YES and await drills.asks(case, text.person)):
        return _ask_back(case, text.person, "authorise_unclear", numbers)
    return await carry_out(case, text.person, [(theirs[0], answer)])


def _is_the_visits(case: Case, text: Text, answer: Answer, theirs: list[Request]) -> bool:
    """Whether a bare answer of somebody who goes on visits is the visit's: protection comes first (DESIGN §4)."""
    if _is_at_risk(case, text):
        return True
    asked_at = max((request.asked_at for request in theirs if request.asked_at), default=None)
    goes = Role.VISITOR in text.person.roles
    return answer.digit and goes and (asked_at is None or case.now - asked_at > FRESH)


async def _too_late(case: Case, heard: Heard, answer: Answer) -> str | None:
    """It is answered already, or called off: told so. "1 yes" of somebody who never goes on visits is no arrival."""
    person, numbers = heard.text.person, _named_all_the_same(case, heard.text, answer)
    if not (answer.sure or numbers) or await talk_store.open_with(case.tx, person.school_id, person.id):
        return None
    answered = await requests.answered(case.tx, person.school_id, case.now - LATELY)
    found = [
        request
        for request in sorted(answered, key=lambda one: one.visit_id not in numbers)
        if (person.id in request.asked and request.answered_by != person.id)
        or request.visit_id in numbers
        or (numbers and request.answered_by == person.id)
    ]
    if found:
        told = [one for one in found if one.answered_at == found[0].answered_at] if answer.all_of_them else found[:1]
        return " ".join([await replying.already(case, request) for request in told])
    since = case.now - LATELY
    off = [one.visit_id for one in heard.pending if person.id in one.asked and one.asked_at and one.asked_at >= since]
    if not (numbers or off):
        return None
    meant = off[-1] if off else numbers[0]
    notice = "authorise_over" if await visits.by_id(case.tx, person.school_id, meant) else "authorise_no_such"
    return notices.render(notice, case.language(person.school_id), visit=meant)


def _named_all_the_same(case: Case, text: Text, answer: Answer) -> tuple[int, ...]:
    """The visit that "1 yes" names where none waits for it; () where it may be a word from a door."""
    free = standing(text.places, case.now) is Standing.FREE
    if not answer.digit or not free or Role.VISITOR in text.person.roles:
        return ()
    return read_answers(text.incoming.text, _ANY, case.language(text.person.school_id))[0].numbers


async def _all(case: Case, heard: Heard, answer: Answer) -> str | None:
    """ "All", "all but 13": everything that waits for them in one list; what is outside school hours is never in it (P3)."""
    person, theirs = heard.text.person, heard.theirs
    language = case.language(person.school_id)
    together = [request for request in theirs if not request.own or answer.do is Do.NO]
    asked = [request.asked_at for request in together if request.asked_at]
    if asked and case.now - max(asked) < JUST and max(asked) - min(asked) > JUST:
        return _ask_back(case, person, "authorise_which", [request.visit_id for request in theirs])
    meant = [(one, Answer(answer.do, words=answer.words)) for one in together if one.visit_id not in answer.besides]
    refused = [one for one in together if one.visit_id in answer.besides and answer.words]
    meant += [(one, Answer(Do.NO, (one.visit_id,), words=answer.words)) for one in refused]
    said = [await carry_out(case, person, meant)] if meant else []
    left = [one for one in together if one.visit_id in answer.besides and not answer.words]
    said += [notices.render("authorise_left", language, visit=one.visit_id) for one in left]
    said += [notices.render("authorise_outside", language, visit=one.visit_id) for one in theirs if one not in together]
    return " ".join(said) or None


async def _named(case: Case, heard: Heard, answers: tuple[Answer, ...]) -> str | None:
    """ "12 yes, 13 no too soon": each visit by its number, whoever was asked."""
    person = heard.text.person
    language = case.language(person.school_id)
    meant: list[tuple[Request, Answer]] = []
    said: list[str] = []
    for answer in answers:
        for number in answer.numbers:
            request = await requests.of_visit(case.tx, person.school_id, number)
            if request is not None:
                meant.append((request, answer))
            elif await visits.by_id(case.tx, person.school_id, number):
                said.append(notices.render("authorise_not_needed", language, visit=number))
            elif heard.theirs:
                said.append(notices.render("authorise_no_such", language, visit=number))
    if meant:
        said.insert(0, await carry_out(case, person, meant))
    return " ".join(said) or None


def _ask_back(case: Case, person: Person, notice: str, numbers: list[int], **values: object) -> str:
    """Ask which is meant. Until then nothing has changed, and every clock runs on."""
    listed = ", ".join(str(number) for number in numbers)
    return notices.render(notice, case.language(person.school_id), visits=listed, visit=numbers[0], **values)


# -- carrying it out ----------------------------------------------------------------------------------------


async def carry_out(case: Case, person: Person, meant: list[tuple[Request, Answer]]) -> str:
    """Let these answers happen to their requests; gives what the one who answered is to hear."""
    going, unexplained = Round(), list[int]()
    for request, answer in meant:
        visit = await visits.by_id(case.tx, request.school_id, request.visit_id)
        fresh = await requests.of_visit(case.tx, request.school_id, request.visit_id)
        if visit is None or fresh is None:
            continue
        sight = await judging.look(case, visit)
        if not sight.is_open:
            going.replies.append(("over" if fresh.is_pending else "already", sight, fresh))
            continue
        may = person.id in sight.scene.authorisers or person.id in sight.scene.leads
        if answer.do is Do.NO and not answer.words and may and fresh.is_pending:
            unexplained.append(visit.id)
            continue
        said_no = Happening(Event.NO, person.id, answer.words)
        happening = said_no if answer.do is Do.NO else Happening(Event.YES, person.id)
        await authorising.happen(case, going, sight, fresh, happening)
    await authorising.put(case, person.school_id, going)
    said = await replying.sentences(case, person, going)
    if unexplained:
        question = await talks.begin(case, person, DECLINING, visit_id=unexplained[0], about={"visits": unexplained})
        said.append(question.text)
    return " ".join(said)


def _reason(written: str, answers: Answers, setting: Setting) -> Value:
    """The reason of a refusal; a bare yes or no is none."""
    if is_yes(written, setting.language) or is_no(written, setting.language) or written.strip().isdecimal():
        return Fault("authorise_no_reason")
    return any_words()(written, answers, setting)


async def _asking(case: Case, person: Person, talk: Talk) -> Asking:
    numbers = ", ".join(str(number) for number in talk.about["visits"])
    return Asking((Field("why", "authorise_why", _reason, free=True),), {"visits": numbers})


async def _declined(case: Case, person: Person, talk: Talk) -> str | Again:
    """The reason is there: the refusal is carried out."""
    answer = Answer(Do.NO, words=str(talk.answers["why"]))
    found = [await requests.of_visit(case.tx, person.school_id, number) for number in talk.about["visits"]]
    return await carry_out(case, person, [(request, answer) for request in found if request])


DECLINING = Topic("declining", _asking, _declined, reminders=(timedelta(minutes=30),), gives_up=True)
"""What is asked after a no without its reason."""
