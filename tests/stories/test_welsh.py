"""A school that writes and reads Welsh: the same guard, in the words of its staff."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.people import Channel
from tests.world.world import SCHOOL, World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Marsh Lane Primary, in Welsh."""
    world = World(tmp_path, school=f'{SCHOOL}language = "cy"\n')
    await world.opens()
    yield world
    await world.closes()


async def test_a_planned_visit_from_wedi_cyrraedd_to_wedi_gadael(world: World) -> None:
    """Arrived, asked, all OK, late out, left: every text is read and answered in Welsh."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("wedi cyrraedd")
    asha.receives("WEDI CYRRAEDD 14:00", "14:10", "Tecstiwch 3")
    await world.passes("10m")
    asha.receives("Ydy popeth yn iawn? Atebwch 2 os ydy")
    await asha.texts("Popeth yn iawn diolch")
    asha.receives_nothing()
    await asha.texts("angen ugain munud arall")
    asha.receives("HIRACH, wedi'i nodi 14:10: disgwyl gadael erbyn 14:50")
    olive.receives("A. WEDI NEWID 14:10", "gorffen 14:50")
    await asha.texts("heb adael eto")
    asha.receives("Ydych chi wedi gadael? Atebwch 3 os ydych")
    await world.until("14:45")
    await asha.texts("Wedi gadael, ar fy ffordd yn ôl i'r ysgol")
    asha.receives("WEDI GADAEL 14:45. Diolch")
    olive.receives("A. WEDI GADAEL 14:45, ymweliad")
    await world.passes("3h")
    assert await world.state(asha) == "left"


async def test_the_buttons_of_a_visit_in_welsh(world: World) -> None:
    """They are Welsh, and a tap on each is understood."""
    asha = world.asha
    await world.enrols(asha)
    await world.plans(asha)
    await asha.writes("1")
    assert asha.receives("WEDI CYRRAEDD").buttons == ("Popeth yn iawn", "Wedi gadael")
    await asha.taps("Popeth yn iawn")
    asha.receives("IAWN 14:00", by=Channel.TELEGRAM)
    await asha.taps("Wedi gadael")
    asha.receives("WEDI GADAEL 14:00")
    world.olive.receives("WEDI GADAEL")


@pytest.mark.parametrize("cry", ["helpwch fi", "mae cyllell gyda fe", "methu gadael", "help", "9"])
async def test_danger_in_welsh_and_in_english(world: World, cry: str) -> None:
    """A cry is a cry in either language; "1" takes the alarm, and Welsh words end it."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("dwi yma")
    asha.receives("WEDI CYRRAEDD")
    await asha.texts(cry)
    asha.receives("Nodwyd 14:00", "Ffoniwch 999 os gallwch")
    alarm = olive.receives("LARWM", "Asha yn galw am GYMORTH, 14 High Street", "PEIDIWCH")
    henry.receives("LARWM", "GYMORTH")
    code = alarm.text.split()[1]
    await olive.texts("1")
    olive.receives(f"Mae {code} gyda chi 14:00", "DIOGEL")
    henry.receives(f"{code} 14:00: mae gyda Olive")
    await asha.texts("wedi gadael")
    asha.receives("WEDI GADAEL")
    for one in (olive, henry):
        one.receives("tecst o ffon Asha: WEDI GADAEL", "PEIDIWCH", "galwad am gymorth")
    olive.receives("A. WEDI GADAEL")
    await olive.texts(f"diogel {code} mae hi yn y swyddfa")
    for one in (olive, henry):
        one.receives(f"{code} WEDI'I GAU 14:00 gan Olive: diogel. mae hi yn y swyddfa")
    assert await world.open_alarms() == []


async def test_a_code_word_in_a_welsh_sentence(world: World) -> None:
    """Found in any language; its alarm is told in Welsh, to the day of the week, and the visitor's phone shows no sign."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("1")
    asha.receives("WEDI CYRRAEDD")
    await asha.texts("Allwch chi ddod o hyd i'r Blue Folder ar fy nesg i?")
    shown = asha.receives("nid oes dim wedi newid. Yno ers 14:00")
    assert "larwm" not in shown.text.lower()
    alarm = olive.receives("LARWM", "GAIR COD gan Asha, 14 High Street", "na'u tecstio", "Ffoniwch 999")
    henry.receives("GAIR COD")
    code = alarm.text.split()[1]
    await henry.texts(f"fi {code}")
    henry.receives(f"Mae {code} gyda chi")
    olive.receives("mae gyda Henry")
    await henry.texts(f"SAFE {code} spoke to her at the door")
    for one in (olive, henry):
        one.receives(f"{code} WEDI'I GAU", "spoke to her at the door")
    await asha.texts("3")
    asha.receives("WEDI GADAEL")
    olive.receives("WEDI GADAEL")
    await world.passes("24h")
    await henry.texts(code)
    henry.receives(f"Caewyd {code} Llun 14:00: diogel")


async def test_a_visit_called_off_and_a_stranger_in_welsh(world: World) -> None:
    """Why it was called off, and the answer to a number that nobody knows, are Welsh too."""
    asha, olive, henry, sam = world.asha, world.olive, world.henry, world.sam
    await world.plans(asha)
    await asha.texts("ddim yn mynd i mewn, ci mawr")
    asha.receives("WEDI CANSLO 14:00")
    for one in (olive, henry):
        one.receives("A. WEDI CANSLO 14:00", "anifeiliaid")
    await asha.texts("statws")
    asha.receives("14:00: Nid oes gennych ymweliad ar agor")
    await sam.texts("shwmae")
    sam.receives("Llinell ymweliadau ysgol yw hon", "Mewn perygl ffoniwch 999")
    olive.receives("tecst i Doorstep o rif nad yw ar y rhestr, yn gorffen gyda 099")


async def test_silence_in_welsh_is_climbed_like_any_other(world: World) -> None:
    """A check-in nobody answers: asked, nudged, raised and ended by the visitor's own words, all in Welsh."""
    asha, olive = world.asha, world.olive
    await world.plans(asha)
    await asha.texts("cyrraedd")
    asha.receives("WEDI CYRRAEDD")
    await world.passes("10m")
    asha.receives("Ydy popeth yn iawn?")
    while not await world.open_alarms():
        await world.passes("1m")
    asha.receives("Dim ateb eto. Ydy popeth yn iawn?")
    code = olive.receives("LARWM", "Asha heb ateb y gwiriad, 14 High Street, clywyd 14:00").text.split()[1]
    await asha.texts("dwi'n iawn")
    asha.receives("IAWN")
    olive.receives(f"{code} WEDI'I GAU", "tecst gan Asha: IAWN")
    await asha.texts("wedi gadael")
    asha.receives("WEDI GADAEL")
    olive.receives("A. WEDI GADAEL")
