"""Choosing a code word by chat, and the office's word each term that everybody knows theirs."""

from datetime import date, datetime, time, timedelta

from bot import codeword, names, notices
from bot.calendar import Why
from bot.people import Person, Role
from bot.school import School
from bot.visit import Place
from handlers.desk.case import Case
from store import people, schools

ASK_AGAIN = timedelta(days=7)


async def answer(case: Case, person: Person, text: str, places: list[Place]) -> str | None:
    """The answer to "code word purple teapot" or "code words known"; None when the text is neither.

    What is answered depends on the text and on whether a visit is open, and on nothing else: whoever reads along learns
    nothing of the code word that is on record.
    """
    language = case.language(person.school_id)
    if person.is_contact and codeword.confirms(text, language=language):
        await schools.confirm_code_words(case.tx, person.school_id, case.now)
        await case.note(person.school_id, "code words known", person_id=person.id)
        return notices.render("code_words_confirmed", language)
    phrase = codeword.proposed(text, language=language)
    if phrase is None or Role.VISITOR not in person.roles or await _is_of_another(case, person, text):
        return None
    if any(place.is_open for place in places):
        return notices.render("code_word_not_now", language)
    reasons = codeword.objections(phrase, language=language)
    if reasons:
        good = ", ".join(codeword.suggestions(seed=case.habits.draw_seed()))
        return notices.render("code_word_refused", language, reason=reasons[0], good=good)
    await people.choose_code_word(case.tx, person, phrase)
    case.forget_people()
    await case.note(person.school_id, "code word chosen", person_id=person.id)
    return notices.render("code_word_set", language)


def may_choose(case: Case, person: Person, text: str) -> bool:
    """Whether a text may be somebody's choice of a code word of their own, and no word of a colleague's."""
    language = case.language(person.school_id)
    phrase = codeword.proposed(text, language=language)
    return Role.VISITOR in person.roles and phrase is not None and not codeword.objections(phrase, language=language)


async def _is_of_another(case: Case, person: Person, text: str) -> bool:
    """ "Code word Ben" from a contact is a code word that was heard from him: it becomes nobody's."""
    if not person.is_contact or not codeword.tells_of(text, language=case.language(person.school_id)):
        return False
    return bool(names.within(text, [one for one in await case.people(person.school_id) if one.id != person.id]))


def term_of(school: School, day: date) -> date:
    """The first day of the term that a day is in: of the school's own terms, and where none is known by the policy's days."""
    if term := school.calendar.term_of(day):
        return term.first
    starts = [date(year, start.month, start.day) for year in (day.year - 1, day.year) for start in school.policy.terms]
    return max(start for start in starts if start <= day)


async def ask_each_term(case: Case, school_id: int) -> bool:
    """Ask the office, from a term's first morning on and weekly until it says so, whether everybody knows their code word."""
    school = case.school(school_id)
    local = case.now.astimezone(school.zone)
    begins = datetime.combine(term_of(school, local.date()), time(0), school.zone)
    asked_at, confirmed_at = await schools.code_words_asked(case.tx, school_id)
    closed = school.calendar.why_closed(case.now)
    in_hours = closed is None or (closed.why is Why.UNKNOWN and school.opens <= local.time() < school.closes)
    settled = confirmed_at is not None and confirmed_at >= begins
    asked = asked_at is not None and asked_at >= begins and asked_at > case.now - ASK_AGAIN
    if not in_hours or settled or asked:
        return False
    who = ", ".join(person.initials for person in school.without_code_word(await case.people(school_id)))
    await schools.ask_code_words(case.tx, school_id, case.now)
    nobody = notices.label("none", case.language(school_id))
    await case.tell(school_id, [Role.OFFICE], "office_code_words", without=notices.shorten(who or nobody, 60))
    return True
