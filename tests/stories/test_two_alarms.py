"""Two alarms at once: nobody reads that there is none, and who takes those of one visit has them all."""

from tests.world.world import World


async def test_whoever_has_one_of_a_pair_has_both(world: World) -> None:
    """Two who went together fall silent together: one digit takes both alarms, and the office is led to either."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await world.plans(asha, ben)
    await asha.texts("we have arrived")
    await world.until("14:14")
    for one in (asha, ben):
        one.ignores()
    asha_code = olive.receives("ALARM", "Asha missed check-in").text.split()[1]
    ben_code = olive.receives("ALARM", "Ben missed check-in").text.split()[1]
    await olive.texts("1")
    olive.receives(f"{asha_code} is yours", "Ring Asha +447700900001")
    olive.receives(f"{ben_code} is yours")
    await world.until("14:18")
    world.henry.receives_nothing()
    for code in (asha_code, ben_code):
        await olive.texts(f"safe {code} rang them, phones were in the car")
        olive.receives(f"{code} ENDED")
    await asha.texts("we have both left, no concerns")
    for one in (asha, ben):
        one.receives("LEFT")
    for _ in range(2):
        olive.receives("LEFT")


async def test_nobody_reads_that_there_is_no_alarm_while_there_is(world: World) -> None:
    """Two alarms of two visits: "1" asks which, and anything else names them both."""
    asha, ben, olive = world.asha, world.ben, world.olive
    await world.plans(asha)
    await world.plans(ben, address="3 Weir Close")
    for one in (asha, ben):
        await one.texts("arrived")
    await world.until("14:14")
    for one in (asha, ben):
        one.ignores()
    codes = [olive.receives("ALARM").text.split()[1] for _ in range(2)]
    await olive.texts("1")
    asked = olive.receives("Which one? Open:", "Reply MINE and the code").text
    await olive.texts("no answer")
    told = olive.receives("Not sure what you mean. Open:", "Reply MINE and the code").text
    for code in codes:
        assert code in asked and code in told
    for code in codes:
        await olive.texts(f"mine {code}")
        olive.receives(f"{code} is yours")
    for one in (asha, ben):
        await one.texts("left, no concerns")
        one.receives("LEFT")
    for code in codes:
        olive.receives(f"{code} ENDED")
    for _ in range(2):
        olive.receives("LEFT")


async def test_a_code_word_is_an_alarm_of_its_own_while_one_of_silence_is_open(world: World) -> None:
    """Whoever has the first is told of the second at once, and so is the headteacher: it is not the same alarm again."""
    asha, olive, henry = world.asha, world.olive, world.henry
    await world.plans(asha)
    await asha.texts("1")
    await world.until("14:14")
    olive.receives("ALARM", "missed check-in")
    await olive.texts("1")
    await asha.texts("is the blue folder in?")
    for one in (olive, henry):
        one.receives("CODE WORD from Asha at 14 High Street")
    assert "code word" in await world.open_alarms()
    await olive.texts(f"safe {olive.code()} spoke to her")
    for one in world.staff:
        one.ignores()
