"""How each answer about a plan is read: with the readers of the line, one part at a time."""

import re

from bot import codeword
from bot.names import named
from bot.planning.days import read_day
from bot.planning.hours import minute_of, read_hours, written_as
from bot.planning.line import LONGEST, REASON_LENGTH, is_safeguarding
from bot.planning.moments import USUAL, WHEN, moments, settled
from bot.planning.sheet import Desk, Sheet
from bot.planning.where import besides_postcode, read_postcode, read_telephone
from bot.planning.who import read_people
from bot.policy import Lone
from bot.talk import (
    Again,
    Answers,
    Fault,
    Option,
    Reader,
    Setting,
    Several,
    Value,
    chosen,
    is_no,
    is_yes,
    label,
    one_of,
    skips,
    text,
    was,
)

LONGEST_NAME = 40
NOBODY = Option("nobody", "plan_nobody")
NOT_BACK = Option("not back", "plan_not_back")
LENGTHS = tuple(Option(minutes, f"plan_{minutes}") for minutes in (30, 45, 60))
REASONS = tuple(Option(name, f"plan_reason_{name}") for name in ("attendance", "safeguarding", "signature", "support"))
TOLD = tuple(Option(name, f"plan_told_{name}") for name in ("phone", "letter", "no"))
WHY_NOT = tuple(Option(name, f"plan_told_{name}") for name in ("emergency", "no_contact"))
CONFIRMED = tuple(Option(name, f"plan_confirmed_{name}") for name in ("yes", "emergency", "no_contact"))
NOT_YET = (Option("not yet", "plan_not_yet"),)
ON_FOOT = (Option("on foot", "plan_on_foot"),)


def who_goes(answers: Answers, me: int, goes: bool) -> list[int]:
    """The ids of everybody who goes, each once: those the visit is for, or the writer, and the partners."""
    first = answers.get("visitors") or ([me] if goes else [])
    return list(dict.fromkeys([*first, *answers.get("partners", [])]))


def _sheet(written: str, setting: Setting) -> Sheet:
    """The answer as a sheet to read from: the school's day, and what was said before, count."""
    desk: Desk = setting.known["desk"]
    return Sheet(written[:LONGEST], desk)


def _of(sheet: Sheet, *wanted: str) -> dict[str, Value]:
    """What the sheet has of these."""
    return {name: sheet.answers[name] for name in wanted if name in sheet.answers}


def names(desk: Desk, key: str) -> Reader:
    """Who goes, by the names of the staff."""

    def read(written: str, answers: Answers, setting: Setting) -> Value:
        alone = named(written.strip(" ."), desk.staff)
        if len(alone) == 1:
            return [alone[0].id]
        sheet = _sheet(f"for {written}" if key == "visitors" else f"with {written}", setting)
        read_people(sheet)
        found = sheet.answers.get(key) or sheet.answers.get("partners") or sheet.answers.get("visitors")
        if sheet.faults:
            return sheet.faults[0]._replace(right={key: _besides(key, answers, found or [])})
        return found or Fault("plan_fault_nobody", {"said": written[:20].strip()})

    return read


def _besides(key: str, answers: Answers, found: list[int]) -> list[int]:
    """Who was named before, where others were on no list or too few, and who is named now."""
    return list(dict.fromkeys([*was(answers).get(key, []), *found]))


def partner(desk: Desk, options: tuple[Option, ...], lone: Lone) -> Reader:
    """Who goes along; "nobody" only where the policy lets one go alone."""
    by_name = names(desk, "partners")

    def typed(written: str, answers: Answers, setting: Setting) -> Value:
        return (
            "nobody"
            if skips(written, setting.language) or _says_alone(written, setting)
            else by_name(written, answers, setting)
        )

    reader = one_of(options, typed)

    def read(written: str, answers: Answers, setting: Setting) -> Value:
        value = reader(written, answers, setting)
        if value != "nobody":
            return _besides("partners", answers, value) if isinstance(value, list) else value
        return Fault("plan_fault_lone") if lone is Lone.NEVER else Several({"alone": True, "partners": []})

    return read


def _says_alone(written: str, setting: Setting) -> bool:
    sheet = _sheet(written, setting)
    return sheet.says("alone", "me") is not None and len(written.split()) <= 4


def when(written: str, answers: Answers, setting: Setting) -> Value:
    """A day, a time, or both."""
    sheet = _sheet(written, setting)
    read_day(sheet)
    read_hours(sheet)
    if sheet.faults:
        return sheet.faults[0]
    said = _of(sheet, *WHEN)
    times = _with_what_was(said, answers)
    useful = said and ("day" in times or ("start" in said and "start" not in answers))
    return _possible(times, answers, setting) if useful else Fault("plan_fault_no_day")


def start(written: str, answers: Answers, setting: Setting) -> Value:
    sheet = _sheet(written, setting)
    read_hours(sheet)
    said = _of(sheet, "start", "end", "minutes")
    if "start" not in said:
        return Fault("plan_fault_no_time")
    return _possible(_with_what_was(said, answers), answers, setting)


def _with_what_was(said: dict[str, Value], answers: Answers) -> dict[str, Value]:
    """The times, with those that were said before and are not said anew; the visit as long as it was."""
    before = {**answers, **was(answers)}
    times = {**_of_plan(before, *WHEN), **said}
    if "day" in said and "weekly" not in said:
        times.pop("weekly", None)
    if "end" in said or "end" not in times or not times.get("start"):
        return times
    length = said.get("minutes") or minute_of(times.pop("end")) - minute_of(before.get("start", times["start"]))
    return {**times, "end": written_as(minute_of(times["start"]) + length)} if length > 0 else times


def _possible(times: dict[str, Value], answers: Answers, setting: Setting) -> Value:
    """The times, if they can be: what lies in the past or ends before it starts is named at once.

    What is wrong with the return alone is named when all is said, with the question that mends it.
    """
    whole = settled({**answers, **times}, setting.now, setting.zone)
    if "day" in whole and "start" in whole:
        found = moments(whole, setting.now, setting.zone, USUAL)
        if isinstance(found, Again) and found.clear[0] != "back":
            return found.fault
    return Several({**times, **({"day": whole["day"]} if "day" in whole else {})})


def end(written: str, answers: Answers, setting: Setting) -> Value:
    """How long, or until when; where the end was before the start, a start that is said with it is the new one."""
    option = chosen(written, LENGTHS, setting.language)
    if option is not None:
        return Several({"minutes": option.value})
    for said in (written, f"till {written}"):
        sheet = _sheet(said, setting)
        sheet.answers["start"] = answers["start"]
        read_hours(sheet)
        if found := _of(sheet, "end", "minutes"):
            return Several({**(_of(sheet, "start") if "end" in was(answers) else {}), **found})
    return Fault("plan_fault_no_time")


def back(written: str, answers: Answers, setting: Setting) -> Value:
    """When they are awaited at school; "not back" where they are not."""
    sheet = _sheet(f"back {written}", setting)
    sheet.answers |= _of_plan(answers, "start", "end")
    read_hours(sheet)
    if chosen(written, (NOT_BACK,), setting.language) or sheet.answers.get("not_back"):
        return Several({"not_back": True, **_of_plan(was(answers), "end", "minutes")})
    found = sheet.answers.get("back")
    return Several({"back": found, **_length_before(found, answers)}) if found else Fault("plan_fault_no_time")


def _length_before(back: str, answers: Answers) -> dict[str, Value]:
    """The end or the length as it was said, where that is before they are back."""
    length = _of_plan(was(answers), "end", "minutes")
    ends = minute_of(length["end"]) if "end" in length else minute_of(answers["start"]) + length.get("minutes", 0)
    return length if ends <= minute_of(back) else {}


def _of_plan(answers: Answers, *wanted: str) -> dict[str, Value]:
    return {name: answers[name] for name in wanted if answers.get(name)}


def address(written: str, answers: Answers, setting: Setting) -> Value:
    """Where it is. A postcode alone mends only the postcode of what was said before."""
    street = was(answers).get("address", "")
    sheet = _sheet(written, setting)
    read_postcode(sheet)
    besides = besides_postcode(sheet)
    if sheet.faults:
        return sheet.faults[0]._replace(right={"address": besides or street})
    found = sheet.answers.get("postcode")
    if found and street and not besides:
        return f"{street} {found}"
    is_none = skips(written, setting.language) or is_yes(written, setting.language)
    if not found and (is_none or not re.search(r"[^\W\d_]{2}", written)):
        return Fault("plan_fault_no_address")
    return text(120)(written, answers, setting)


def pupil(pupils: tuple[str, ...]) -> Reader:
    """Which child, by initials; one that is on the school's list, where it keeps one."""

    def read(written: str, answers: Answers, setting: Setting) -> Value:
        said = " ".join(written.split())
        if not said or len(said) > LONGEST_NAME:
            return Fault("talk_empty")
        return known_pupil(said, pupils) or Fault("plan_fault_pupil", {"said": said})

    return read


def known_pupil(said: str, pupils: tuple[str, ...]) -> str | None:
    """A child as the school's list has it, by name or initials; anybody where the school keeps no list."""
    if not pupils:
        return said

    def plain(name: str) -> str:
        return "".join(letter for letter in name.casefold() if letter.isalnum())

    return next((name for name in pupils if plain(name) == plain(said)), None)


def in_words(options: tuple[Option, ...], otherwise: Reader) -> Reader:
    """One of the options as its words are, or what is typed instead."""

    def read(written: str, answers: Answers, setting: Setting) -> Value:
        option = chosen(written, options, setting.language)
        return label(option, setting.language) if option else otherwise(written, answers, setting)

    return read


def reason(written: str, answers: Answers, setting: Setting) -> Value:
    option = chosen(written, REASONS, setting.language)
    value = in_words(REASONS, text(REASON_LENGTH))(written, answers, setting)
    if isinstance(value, Fault):
        return value
    safeguarding = option.value == "safeguarding" if option else is_safeguarding(str(value), setting.language)
    signature = option.value == "signature" if option else False
    marks = {**({"kind": "safeguarding"} if safeguarding else {}), **({"signature": True} if signature else {})}
    return Several({"reason": value, **marks})


def told(written: str, answers: Answers, setting: Setting) -> Value:
    """How the family was told, in words; "no" where it was not, and then the reason is asked for."""
    option = chosen(written, TOLD, setting.language)
    if (option and option.value == "no") or is_no(written, setting.language):
        return "no"
    return in_words(TOLD, text())(written, answers, setting)


def assessment(desk: Desk, goes: bool, lone: Lone) -> Reader:
    """Which risk assessment; somebody alone who has none may still name a colleague who goes along."""

    def read(written: str, answers: Answers, setting: Setting) -> Value:
        alone = len(who_goes(answers, desk.me, goes)) < 2
        sheet = _sheet(written, setting)
        read_people(sheet)
        if alone and sheet.answers.get("partners"):
            return Several({"partners": sheet.answers["partners"], "alone": False})
        option = chosen(written, NOT_YET, setting.language)
        if option is None and not skips(written, setting.language):
            return text(120)(written, answers, setting)
        return Fault("plan_fault_unassessed") if alone and lone is not Lone.FREE else ""

    return read


def telephone(written: str, answers: Answers, setting: Setting) -> Value:
    if skips(written, setting.language):
        return ""
    sheet = _sheet(written, setting)
    read_telephone(sheet)
    return sheet.answers.get("house_phone") or Fault("plan_fault_phone")


def code_word(written: str, answers: Answers, setting: Setting) -> Value:
    reasons = codeword.objections(written, language=setting.language)
    return Fault("plan_fault_code_word", {"reason": reasons[0]}) if reasons else written.strip()
