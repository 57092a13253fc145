"""The incident pack has all of the journal and its proof; the governors' table has figures and no names."""

from dataclasses import replace

import pytest

from bot.alarm import Kind
from bot.papers import COLUMNS, Authorised, Counted, Proof, governors_rows, incident_pack, sort_of
from bot.visit import State
from tests.bot.paper_values import ALARMS, ASHA, BEN, HOLDS, NOW, callouts, facts, grids, step, visit, words

# -- the incident pack ------------------------------------------------------------------------------


def test_the_pack_has_every_entry_with_its_hash() -> None:
    """Nothing of the journal is left out, in words or in proof."""
    steps = [step(seq, text=f"text {seq}") for seq in range(1, 41)]
    paper = incident_pack(visit(), ALARMS, steps, HOLDS, NOW)
    alarms, told, hashes = grids(paper)
    assert [row[0] for row in told.rows] == [str(seq) for seq in range(1, 41)]
    assert all(f"“text {seq}”" in told.rows[seq - 1][4] for seq in range(1, 41))
    assert hashes.rows == tuple((str(one.seq), one.hash) for one in steps)
    assert facts(paper)["Last hash of the chain"] == HOLDS.head
    assert alarms.rows[0] == ("K7Q4", "code word", "14:20", "Olive 14:21", "14:50", "Real, dealt with. Both are out")
    assert alarms.rows[1] == ("M3R8", "missed check-in", "14:13", "nobody", "still open", "")


def test_a_journal_that_does_not_hold_is_the_first_thing_said() -> None:
    """Whoever opens the pack learns it before anything else, and nowhere that all is well."""
    paper = incident_pack(visit(), [], [step(1)], Proof(6, "cd", "entry 7 is missing"), NOW)
    assert callouts(paper)[0] == "The journal does NOT hold: only its first 6 entries do. entry 7 is missing."
    assert "entries hold" not in words(paper)


def test_a_pack_with_a_code_word_in_it_asks_for_a_new_one() -> None:
    """The phrase stands in the texts, so it is spent."""
    assert "Choose a new one" in callouts(incident_pack(visit(), ALARMS, [], HOLDS, NOW))[0]
    assert callouts(incident_pack(visit(), ALARMS[1:], [], HOLDS, NOW)) == []


def test_a_body_whose_time_has_come_is_said_to_be_gone() -> None:
    """The entry stays, with its hash; so does an entry of a kind that has no word yet."""
    gone = replace(step(1), body=None)
    _, told, _ = grids(
        incident_pack(visit(), ALARMS, [gone, step(2, "new kind of entry", by={"a": [1, 2]})], HOLDS, NOW)
    )
    assert "taken out when its time had come" in told.rows[0][4]
    assert told.rows[1][2] == "new kind of entry"
    assert told.rows[1][4] == "by: a 1, 2"


# -- what governors read ----------------------------------------------------------------------------


def test_governors_read_figures_and_no_names() -> None:
    """Date, sort of reason, lone or pair, minutes, state, alarms by kind, authorised: and nothing that leads to a person."""
    alarms = [Kind.MISSED_CHECK_IN, Kind.DANGER, Kind.MISSED_CHECK_IN]
    (row,) = governors_rows([Counted(visit(), alarms, unplanned=False)])
    assert tuple(row) == COLUMNS
    assert row == {
        "date": "2026-11-23",
        "school": "Marsh Lane Primary",
        "reason": "attendance",
        "visitors": "2",
        "alone": "no",
        "planned_minutes": "45",
        "minutes": "39",
        "state": "left",
        "authorised": "yes",
        "unplanned": "no",
        "alarms": "3",
        "alarm_kinds": "danger 1; missed check-in 2",
        "check_ins_missed": "2",
    }
    for secret in ("Asha", "Ben", "K.T.", "High Street", "Henry", "7700"):
        assert secret not in str(row)


@pytest.mark.parametrize(
    ("reason", "sort"),
    [
        ("Attendance of K.T.", "attendance"),
        ("safeguarding, and attendance", "safeguarding"),
        ("K.T. again", "other"),
        ("", "none given"),
        ("  ", "none given"),
        ("Drop off work", "work or things to bring"),
        ("pryder am les", "other"),
        ("Diogelu", "safeguarding"),
    ],
)
def test_a_free_reason_is_told_by_its_sort(reason: str, sort: str) -> None:
    """A reason in free words may hold a name, so only our own words for it go to governors."""
    assert sort_of(reason) == sort


def test_a_visit_that_went_nowhere_has_no_minutes() -> None:
    """Called off, or still planned: there is no length to tell, and nobody is counted as having been inside."""
    off = replace(ASHA, state=State.CALLED_OFF, arrived_at=None)
    (row,) = governors_rows([Counted(replace(visit(goers=(off,)), authorised=Authorised()), [], unplanned=True)])
    assert (row["minutes"], row["state"], row["authorised"], row["unplanned"]) == ("", "called off", "no", "yes")
    assert (row["alone"], row["visitors"]) == ("yes", "1")
    back = replace(off, state=State.RETURNED, arrived_at=NOW, off=True)
    (row,) = governors_rows([Counted(visit(goers=(back,)), [], unplanned=False)])
    assert (row["minutes"], row["state"]) == ("", "called off")
    (row,) = governors_rows([Counted(visit(goers=(off, replace(BEN, state=State.THERE))), [], unplanned=False)])
    assert row["state"] == "there"
