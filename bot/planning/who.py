"""Who: who goes, with whom, to see which child; and by what car."""

import re

from bot.names import named
from bot.planning.sheet import GAP, Sheet, pattern
from bot.talk import Fault

_NOT_INITIALS = frozenset(("e.g", "i.e", "a.m", "p.m", "n.b", "s.t", "n.o"))
_PLATE = r"(?<!\w)[a-z]{2}\d{2}\s?[a-z]{3}(?!\w)"


def read_people(sheet: Sheet) -> None:
    """Take out who goes: `visitors` ("for Asha"), `partners` ("with Ben"), `alone`; who is on no list is named."""
    if alone := sheet.says("alone"):
        sheet.take(*alone.span())
        sheet.answers["alone"] = True
    names = _names(sheet)
    if names:
        every = rf"{names}(?:\s*(?:,|&|\+|(?<!\w)(?:{sheet.any_of('and', 'with')})(?!\w))\s*{names}){{0,5}}"
        _take_named(sheet, "visitors", rf"(?<!\w)(?:{sheet.any_of('for')})\s+(?P<who>{every})(?!\w)")
        _take_named(sheet, "partners", rf"(?<!\w)(?:(?:{sheet.any_of('with')})(?!\w)|w/|&|\+)\s*(?P<who>{every})(?!\w)")
    _family(sheet)
    _unknown(sheet)
    if names:
        _take_named(sheet, "partners", rf"(?:^|[,;{GAP}])\s*(?P<who>{every})\s*(?=$|[,;{GAP}])")
    if sheet.answers.get("visitors") == [sheet.desk.me]:
        del sheet.answers["visitors"]


def _names(sheet: Sheet) -> str:
    staff = sheet.desk.staff
    return pattern([one.name for one in staff] + [one.name.split()[0] for one in staff]) if staff else ""


def _take_named(sheet: Sheet, key: str, way: str) -> None:
    while found := sheet.find(way):
        names = re.findall(rf"(?<!\w)(?:{_names(sheet)})(?!\w)", found["who"])
        first = found.start() if key == "visitors" or found.group()[0].isalnum() else found.start("who")
        sheet.take(first, found.end("who"))
        for name in names:
            _add(sheet, key, name)


def _add(sheet: Sheet, key: str, name: str) -> None:
    found = named(name, sheet.desk.staff)
    if len(found) > 1:
        sheet.faults.append(
            Fault("plan_fault_which", {"said": name.title(), "names": ", ".join(one.initials for one in found)})
        )
    elif found and (key == "visitors" or found[0].id != sheet.desk.me):
        known = sheet.answers.setdefault(key, [])
        if found[0].id not in known:
            known.append(found[0].id)


def _family(sheet: Sheet) -> None:
    """ "with mum and dad": whom they will see there."""
    kin = rf"(?:{sheet.any_of('kin')})"
    both = rf"{kin}(?:\s*(?:,|&|\+|(?:{sheet.any_of('and')})(?!\w))\s*{kin}){{0,3}}"
    found = sheet.find(rf"(?<!\w)(?:(?:{sheet.any_of('with', 'meet')})(?!\w)|w/)\s*(?P<who>{both})(?![\w'])")
    if found:
        sheet.answers["parents"] = sheet.text[found.start("who") : found.end("who")]
        sheet.take(*found.span())


def _unknown(sheet: Sheet) -> None:
    """ "with Sam", "with Ben and Sam": a name that is on no list is named, and asked about."""
    joined = rf"(?<={GAP})\s*(?:(?:{sheet.any_of('and')})(?!\w)|&|\+)"
    for lead, needs_both in ((r"(?<!\w)(?:(?:with|w|gyda|efo|hefo)(?!\w)|w/)", False), (joined, True)):
        found = sheet.find(rf"{lead}\s*(?P<who>[a-z][a-z'-]+)")
        if found is None or re.fullmatch(sheet.any_of("not_people", "kin", "me"), found["who"]):
            continue
        typed = sheet.text[found.start("who") : found.end("who")]
        ends = re.match(rf"\s*(?:$|[,;{GAP}])", sheet.line[found.end() :])
        named = [typed[0].isupper() and not (needs_both and typed.isupper()), bool(ends)]
        if all(named) if needs_both else any(named):
            sheet.take(*found.span())
            sheet.faults.append(Fault("plan_fault_partner", {"said": typed}))


def read_pupil(sheet: Sheet) -> None:
    """Take out the child: `pupil` by initials or as named, and the `class`."""
    _class(sheet)
    lead = rf"(?<!\w)(?:{sheet.any_of('pupil', 'for')})\s*:?\s+"
    dotted = r"[a-z]\.\s?[a-z](?:\.\s?[a-z])?(?:\.|(?!\w))"
    apart = rf"(?:^|[,;{GAP}])\s*(?P<who>[a-z]\s[a-z](?:\s[a-z])?)(?=\s*(?:$|[,;{GAP}]))"
    for way in (rf"{lead}(?P<who>{dotted})", rf"(?<![\w.])(?P<who>{dotted})", apart):
        found = sheet.find(way)
        if found and found["who"].strip(".").replace(" ", "") not in _NOT_INITIALS:
            _give_pupil(sheet, found)
            return
    found = sheet.find(rf"(?<!\w)(?:{sheet.any_of('pupil')})\s*:?\s+(?P<who>[a-z][a-z'-]*(?:\s+[a-z][a-z'-]*)?)")
    if found and _is_name(sheet, found):
        return
    _capitals(sheet) or _two_letters(sheet)


def _give_pupil(sheet: Sheet, found: re.Match[str]) -> None:
    typed = sheet.text[found.start("who") : found.end("who")]
    letters = re.findall(r"[^\W\d_]", typed) if not typed.isalpha() else []
    sheet.answers["pupil"] = "".join(f"{letter.upper()}." for letter in letters) if letters else " ".join(typed.split())
    sheet.take(found.start() if found.group()[0].isalnum() else found.start("who"), found.end("who"))


def _is_name(sheet: Sheet, found: re.Match[str]) -> bool:
    """After "pupil": two or three letters, or words with capitals."""
    first, _, second = found["who"].partition(" ")
    typed = sheet.text[found.start("who") : found.end("who")]
    start = found.start("who")
    if re.fullmatch(r"[a-z]{2,3}", first) and not re.fullmatch(
        sheet.any_of("acronyms", "cleaning", "not_people"), first
    ):
        sheet.answers["pupil"] = sheet.text[start : start + len(first)].upper()
        sheet.take(found.start(), start + len(first))
        return True
    if not typed[0].isupper():
        return False
    both = second and typed[len(first) + 1 :].lstrip()[:1].isupper()
    end = found.end("who") if both else start + len(first)
    sheet.answers["pupil"] = " ".join(sheet.text[start:end].split())
    sheet.take(found.start(), end)
    return True


def _capitals(sheet: Sheet) -> bool:
    """ "KT": two or three capitals that stand for nothing else."""
    shouting = sheet.text.isupper()
    for start, end in sheet.segments():
        for found in re.finditer(r"(?<![\w.])[A-Z]{2,3}(?!\w|\.\w)", sheet.text[start:end]):
            alone = sheet.line[start:end].strip() == found.group().lower()
            known = re.fullmatch(sheet.any_of("acronyms", "streets", "cleaning"), found.group().lower())
            if not known and (alone or not shouting):
                sheet.answers["pupil"] = found.group()
                sheet.take(start + found.start(), start + found.end())
                return True
    return False


def _two_letters(sheet: Sheet) -> bool:
    """ "kt attendance": two letters that are no word, where a stretch begins or ends."""
    way = r"^[\s.]*(?P<who>[a-z]{2})\.?(?![\w'.])|(?<![\w'.])(?P<last>[a-z]{2})\.?\s*$"
    for start, end in sheet.segments():
        for found in re.finditer(way, sheet.line[start:end]):
            group = "who" if found["who"] else "last"
            if not re.fullmatch(sheet.any_of("acronyms", "streets", "cleaning", "bare"), found[group]):
                sheet.answers["pupil"] = sheet.take(start + found.start(group), start + found.end(group)).upper()
                return True
    return False


def _class(sheet: Sheet) -> None:
    ends = rf"(?=\s*(?:$|[,;{GAP}]))"
    named = rf"\d{{1,2}}[a-z]?|[a-z]\d|(?<=\s)[a-z]{{1,2}}{ends}"
    found = sheet.find(rf"(?<!\w)(?P<c>(?:{sheet.any_of('class')})\s*\.?\s*(?:{named}))(?!\w)")
    found = found or sheet.find(rf"(?:^|[,;{GAP}])\s*(?P<c>reception|nursery|derbyn|meithrin){ends}")
    if found:
        sheet.answers["class"] = sheet.take(found.start("c"), found.end("c"))


def read_vehicle(sheet: Sheet) -> None:
    """Take out the car: a number plate with what stands before it, or what follows "car"."""
    lead = rf"(?:(?:{sheet.any_of('vehicle')})(?!\w)[\s:]*){{0,3}}"
    colour = rf"(?:{sheet.any_of('colours')})(?:\s+[a-z0-9-]+){{0,2}}?"
    found = sheet.find(rf"(?<!\w){lead}(?P<car>(?:{colour}\s+)?{_PLATE})")
    if found is None:
        found = sheet.find(
            rf"(?<!\w)(?:(?:{sheet.any_of('vehicle')})(?!\w)[\s:]*){{1,3}}(?P<car>{colour})(?=\s*(?:$|[,;{GAP}]))"
        )
    if found:
        sheet.answers["vehicle"] = sheet.text[found.start("car") : found.end("car")].strip()
        sheet.take(*found.span())
        return
    if own := sheet.says("own_car"):
        sheet.take(*own.span())
        sheet.answers["own_car"] = True
