"""Where: postcodes, checked for their form; addresses, by their number and street; the family's telephone."""

import re
import tomllib
from functools import cache
from importlib import resources

from bot.planning.sheet import GAP, Sheet, pattern
from bot.talk import Fault
from bot.talk.phrases import plain, table

_OUTWARD = r"(?:[a-z]{1,2}\d{1,2}|[a-z]{1,2}\d[a-z])"
_INWARD = r"\d[abd-hjlnp-uw-z]{2}"
_FULL = re.compile(rf"(?<!\w)(?P<out>{_OUTWARD})\s*(?P<in>{_INWARD})(?!\w)")
_NEARLY = re.compile(
    r"(?<!\w)(?P<out>[a-z]{1,2}\d{1,2}[a-z]?)\s+(?P<in>\d{1,2}[a-z]{1,3}|[o][a-z]{2})(?!\w)"
    r"|(?<!\w)(?P<tight>[a-z]{1,2}\d{2,3}[a-z]{2,3})(?!\w)"
)
_NO_INWARD = re.compile(r"\d{1,2}(?:am|pm|st|nd|rd|th|hr|hrs|min|mins|yrs|yr|m|h)")
_TELEPHONE = r"(?<![\w+])(?:\+44\s?(?:\(0\)\s?)?|0)\d(?:[\s-]?\d){8,9}(?!\w)"


@cache
def _areas() -> frozenset[str]:
    """The letters that a postcode can begin with."""
    file = resources.files("bot.planning") / "postcodes.toml"
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8"))["areas"].split())


def postcode(text: str) -> str | None:
    """A text as the postcode it is, "SG19 2AB"; None when there can be no such one."""
    found = _FULL.fullmatch(text.strip().lower())
    if found is None or _area(found["out"]) not in _areas():
        return None
    return f"{found['out']} {found['in']}".upper()


def _area(outward: str) -> str:
    return re.split(r"\d", outward)[0]


def read_postcode(sheet: Sheet) -> None:
    """Take the postcode out; one that cannot be is named."""
    for found in _FULL.finditer(sheet.line):
        if _area(found["out"]) in _areas():
            sheet.answers["postcode"] = f"{found['out']} {found['in']}".upper()
            sheet.take(*found.span())
            return
    for found in _NEARLY.finditer(sheet.line):
        outward, inward = found["out"] or found["tight"], found["in"] or ""
        plate = re.fullmatch(r"[a-z]{2}\d{2}[a-z]{3}", outward)
        shaped = _area(outward) in _areas() or _FULL.fullmatch(found.group()) or _is_shaped(sheet, outward, inward)
        if shaped and not plate and not _NO_INWARD.fullmatch(inward):
            said = sheet.take(*found.span()).upper()
            sheet.faults.append(Fault("plan_fault_postcode", {"said": said}))
            sheet.answers["postcode"] = said
            return


def _is_shaped(sheet: Sheet, outward: str, inward: str) -> bool:
    """ "ZZ99 9ZZZ": no letters that a postcode begins with, and yet meant as one; "yr4 3dec" is not."""
    return bool(re.fullmatch(r"\d[a-z]{3}", inward)) and not re.fullmatch(sheet.any_of("class"), _area(outward))


def besides_postcode(sheet: Sheet) -> str:
    """What a line that is an address says beside its postcode, "" where it is the postcode and courtesies."""
    rest = [sheet.text[slice(*span)].strip(" .:!-") for span in sheet.segments()]
    courtesy = pattern(table(sheet.desk.language, "talk")["courtesy"])
    filling = rf"(?:{sheet.any_of('postcode', 'address', 'cleaning', 'bare')}|{courtesy})"
    return ", ".join(part for part in rest if not re.fullmatch(rf"(?:{filling}(?:\s+{filling}){{0,9}})?", plain(part)))


def read_telephone(sheet: Sheet) -> None:
    """Take the family's number out: `house_phone`, as +44…."""
    found = sheet.find(rf"(?:(?<!\w)(?:{sheet.any_of('phone')})(?!\w)[\s:]*){{0,3}}(?P<number>{_TELEPHONE})")
    if found:
        digits = re.sub(r"\(0\)|\D", "", found["number"])
        sheet.answers["house_phone"] = "+44" + digits.removeprefix("44" if found["number"].startswith("+") else "0")
        sheet.take(*found.span())


_LONE_STREET = 5
"""The way to write a street alone, which may also follow the name of a house."""


def _ways(sheet: Sheet) -> tuple[str, ...]:
    flat, street, house = sheet.any_of("flats"), sheet.any_of("streets"), sheet.any_of("houses")
    word = rf"(?!(?:{sheet.any_of('not_streets')})(?![\w']))[a-z][a-z'.-]*"
    number = r"\d+[a-z]?(?:\s*[/-]\s*\d+[a-z]?)?"
    lead = rf"(?:(?:{flat})\.?\s*{number}\s+)?(?:(?:{flat})\.?\s*)?"
    more = rf"(?:\s+(?:{street})(?![\w'])){{0,3}}"
    first = r"(?:stryd|heol|ffordd|lon|rhodfa|clos|maes|teras|bryn|cilgant|gerddi|allt)"
    return (
        rf"{lead}{number}\s+{first}\s+(?:yr?\s+)?{word}",
        rf"{lead}{number}\s+(?:{word}\s+){{1,3}}?(?:{street})(?![\w']){more}",
        rf"{lead}{number}\s+(?:{street})(?![\w'])",
        rf"(?:the\s+)?(?:{word}\s+){{1,2}}?(?:{house})(?![\w'])",
        rf"(?:bwthyn|fferm|tyddyn|plas|ficerdy)\s+(?:yr?\s+)?{word}",
        rf"(?:the\s+)?{word}\s+(?:street|road|lane|avenue|close|drive|crescent|gardens|terrace|grove)(?![\w'])",
        rf"(?:{flat})\.?\s*{number}(?!\w)",
    )


def read_street(sheet: Sheet) -> None:
    """Take the address out where it names a street or a house, with the town before the postcode: `address`."""
    _take_address(sheet, _street(sheet))


def read_rest_of_address(sheet: Sheet) -> None:
    """An address without a street ("14 Sunnyside"), or a postcode alone, when all else has been taken out."""
    if "address" not in sheet.answers:
        _take_address(sheet, _numbered(sheet))
        if written := _good(sheet.answers.pop("postcode", "")):
            sheet.answers["address"] = written


def _take_address(sheet: Sheet, found: tuple[int, int] | None) -> None:
    if found is None:
        return
    first, end = found
    if second := re.match(r"\s*,\s*(?=[a-z])", sheet.line[end:]):
        street = _ways(sheet)[_LONE_STREET]
        if further := re.match(rf"{street}(?=\s*(?:$|[,;{GAP}]))", sheet.line[end + second.end() :]):
            end += second.end() + further.end()
    town = _town(sheet, end)
    written = ", ".join(part for part in (sheet.take(first, end), town) if part)
    sheet.answers["address"] = f"{' '.join(written.split())} {_good(sheet.answers.pop('postcode', ''))}".strip()


def _good(written: str) -> str:
    """A postcode that can be; one that cannot is asked for."""
    return postcode(written) or ""


def _street(sheet: Sheet) -> tuple[int, int] | None:
    """Where a street stands, with the flat or the house before it."""
    for way in _ways(sheet):
        for start, end in sheet.segments():
            if found := re.search(rf"(?<![\w']){way}", sheet.line[start:end]):
                first = start + found.start()
                flat = re.search(rf"(?<!\w)(?:{sheet.any_of('flats')})\.?\s*\d+[a-z]?\s*,\s*$", sheet.line[:first])
                return _without_lead(sheet, flat.start() if flat else first, start + found.end())
    return None


def _without_lead(sheet: Sheet, start: int, end: int) -> tuple[int, int]:
    lead = re.match(
        rf"(?:(?!the\s)(?:{sheet.any_of('address', 'cleaning', 'maybe')})\s+){{1,4}}", sheet.line[start:end]
    )
    return (start + lead.end(), end) if lead and lead.end() < end - start else (start, end)


def _numbered(sheet: Sheet) -> tuple[int, int] | None:
    """ "14 Sunnyside": a segment that begins with a number and has a word or two after it."""
    for start, end in sheet.segments():
        way = rf"\s*(?:(?:{sheet.any_of('address')})\s+)?(?P<at>\d{{1,4}}[a-z]?\s+[a-z][a-z'-]+(?:\s+[a-z][a-z'-]+){{0,2}})\s*"
        if found := re.fullmatch(way, sheet.line[start:end]):
            return start + found.start("at"), start + found.end("at")
    return None


def _town(sheet: Sheet, end: int) -> str:
    """What stands between the street and the postcode."""
    if "postcode" not in sheet.answers:
        return ""
    gap = re.match(rf"(?P<town>[\s,]*[a-z' .-]*(?:,[a-z' .-]+){{0,2}})[\s,]*{GAP}", sheet.line[end:])
    if gap is None or not _is_postcode_next(sheet, end + gap.end() - 1):
        return ""
    return sheet.take(end, end + gap.end("town")).strip(" ,")


def _is_postcode_next(sheet: Sheet, at: int) -> bool:
    typed = re.sub(r"\s", "", sheet.text[at : at + 9]).upper()
    return typed.startswith(sheet.answers["postcode"].replace(" ", ""))
