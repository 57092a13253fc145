"""`doorstep paper`, `governors` and `feedback`, typed as an administrator types them: on a real store, with real files."""

import asyncio
import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from bot import recording
from bot.__main__ import app
from bot.agreement import State as AgreementState
from bot.alarm import Alarm, Kind
from bot.details import Details
from bot.faults import BAD_SETTINGS, FAILED
from bot.visit import Place, State
from store import alarms, journal, records, visits
from store.database import Transaction
from store.records import Feedback, Written
from tests.handlers.office import SCHOOLS, STAFF, open_office

TWO = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ANSWERS = {
    "present": "Mother and gran",
    "summary": "The bus is missed",
    "agreed": [{"what": "Mum rings by 8.30", "by": "2026-12-04"}, {"what": "bus pass", "by": "2026-12-07"}],
    "attendance": {"percent": 64.5, "missed": 31},
}


def minutes(count: int) -> datetime:
    return TWO + timedelta(minutes=count)


async def _visit(tx: Transaction, school_id: int, ids: dict[str, int], policy: object) -> int:
    made = await visits.add(
        tx,
        school_id,
        policy,  # type: ignore[arg-type]
        TWO - timedelta(hours=6),
        address="14 High Street",
        pupil="K.T.",
        reason="attendance of K.T.",
        details=Details(pupil_class="4 Oak", parents="Ms T., 07700 900962", risks="dog in the garden"),
    )
    for name in ("Asha", "Ben"):
        place = Place(ids[name], State.LEFT, None, made.id, TWO, minutes(45), minutes(2), minutes(41))
        await visits.add_place(tx, school_id, replace(place, returns_at=minutes(75)))
    return made.id


async def _fill(folder: Path) -> None:
    """One visit with everything that came of it: a text, an alarm, a record, two agreements, feedback."""
    async with open_office(folder) as office:
        await office.people(STAFF)
        ids = {name: person.id for name, person in (await office.staff()).items()}
        school_id = office.school_id
        async with office.database.transaction() as tx:
            number = await _visit(tx, school_id, ids, office.schools[school_id].policy)
            about = {"visit_id": number, "person_id": ids["Asha"]}
            await journal.append(
                tx, school_id, minutes(9), "text", **about, text="is there a blue folder", meanings=["unclear"]
            )
            await journal.append(tx, school_id, minutes(41), "text", **about, text="left", meanings=["no_concern"])
            await alarms.add(
                tx,
                Alarm(
                    code="K7Q4",
                    kind=Kind.CODE_WORD,
                    school_id=school_id,
                    raised_at=minutes(9),
                    visit_id=number,
                    visitor_id=ids["Asha"],
                    ladder=((ids["Olive"],),),
                ),
            )
            begun = Written(school_id, number, ids["Asha"], minutes(50), ANSWERS)
            await records.begin(tx, replace(begun, completed_at=minutes(60), completed_by=ids["Ben"]))
            await records.agree(tx, school_id, number, recording.agreements(ANSWERS, TODAY))
            said = Feedback("the slip is hard to read", minutes(60), ids["Asha"], number)
            await records.give_feedback(tx, school_id, said)


async def _not_kept(folder: Path, *states: AgreementState) -> None:
    async with open_office(folder) as office, office.database.transaction() as tx:
        agreed = await records.agreements_of(tx, office.school_id, 1)
        for one, state in zip(agreed, states, strict=True):
            await records.save_agreement(tx, replace(one, state=state, due_on=date(2026, 12, 18)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, schools and a store, in which the commands are typed."""
    (tmp_path / "schools.toml").write_text(SCHOOLS.replace('Primary"\n', 'Primary"\nphone = "07700 900990"\n', 1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/doorstep.db")
    monkeypatch.setenv("DOORSTEP_SECRET_KEY", "blue-kettles-sing-at-noon")
    monkeypatch.setenv("DOORSTEP_SCHOOLS_FILE", str(tmp_path / "schools.toml"))
    asyncio.run(_fill(tmp_path))
    return tmp_path


def types(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def pdf(path: Path) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)
    return " ".join(text.split())


def test_the_record_of_a_visit_is_printed(folder: Path) -> None:
    """P18: what was said by text is on the paper, with the class of the plan and the name under it, marked for referral."""
    result = types("paper", "record", "1")
    assert (result.exit_code, result.output) == (0, "visit-1-record.pdf\n")
    text = pdf(folder / "visit-1-record.pdf")
    for wanted in (
        *("Marsh Lane Primary", "K.T.", "4 Oak", "Monday 23 November 2026", "Asha: arrived 14:02, left 14:41"),
        *("Mother and gran", "The bus is missed", "Mum rings by 8.30", "Friday 4 December 2026", "64.5 %", "31"),
        *("64.5 % is below 90 %", "Concerns at leaving no", "not authorised", "deputy head"),
    ):
        assert wanted in text, wanted


def test_every_paper_is_made_in_both_kinds(folder: Path) -> None:
    """Record, slip, letter, the day's list and the incident pack, as PDF and as DOCX."""
    asyncio.run(_not_kept(folder, AgreementState.REMINDED, AgreementState.KEPT))
    papers = [["record", "1"], ["slip", "1"], ["letter", "1"], ["incident", "1"]]
    papers.append(["day", "marsh_lane", "--date", "2026-11-23"])
    for words in papers:
        for kind in ("pdf", "docx"):
            out = folder / f"{words[0]}.{kind}"
            assert types("paper", *words, "--out", str(out)).exit_code == 0
        docx.Document(str(folder / f"{words[0]}.docx"))
    assert "Please ring 07700 900990" in pdf(folder / "slip.pdf")
    assert "K.T." not in pdf(folder / "slip.pdf")
    letter = pdf(folder / "letter.pdf")
    assert "Mum rings by 8.30" in letter
    assert "Please see to it by Friday 18 December 2026" in letter
    assert "Ms T., 07700 900962" in pdf(folder / "day.pdf")
    assert "Not authorised: visit 1" in pdf(folder / "day.pdf")


@pytest.mark.parametrize(
    ("afters", "shown"),
    [
        (["asked", "authorised"], "Authorised by Ben, Monday 23 November 2026 14:00"),
        (["asked"], "Authorised by not authorised"),
        (["authorised", "asked"], "Authorised by not authorised"),
        (["authorised", "declined"], "Authorised by not authorised"),
    ],
)
def test_who_authorised_a_visit_is_on_its_papers(folder: Path, afters: list[str], shown: str) -> None:
    """P1: by name and time; a yes that was taken back, or that a change has undone, is none."""

    async def authorise() -> None:
        async with open_office(folder) as office:
            ben = (await office.staff())["Ben"].id
            async with office.database.transaction() as tx:
                for after in afters:
                    await journal.append(
                        tx, office.school_id, TWO, "authorisation", visit_id=1, person_id=ben, after=after
                    )

    asyncio.run(authorise())
    assert types("paper", "record", "1").exit_code == 0
    assert shown in pdf(folder / "visit-1-record.pdf")


def test_the_incident_pack_has_the_journal_and_its_proof(folder: Path) -> None:
    """Every entry with its hash, the alarm, and that the chain holds; a code word is warned of."""
    assert types("paper", "incident", "1", "--out", "pack.pdf").exit_code == 0
    text = pdf(folder / "pack.pdf")
    listed = types("journal", "1", "--json").output
    for wanted in (
        "is there a blue folder",
        "K7Q4",
        "code word",
        "Choose a new one",
        "entries hold",
        "dog in the garden",
    ):
        assert wanted in text, wanted
    hashes = [line.split('"')[3] for line in listed.splitlines() if '"hash"' in line]
    assert len(hashes) == 2
    assert all(one in text.replace(" ", "") for one in hashes)


def test_a_letter_has_to_know_which(folder: Path) -> None:
    """None was missed, or two were: the ones on record are listed with their numbers."""
    nothing = types("paper", "letter", "1")
    assert nothing.exit_code == FAILED
    assert (
        "visit 1: say which with --agreement; on record: 1: Mum rings by 8.30 (open); 2: bus pass (open)"
        in nothing.output
    )
    asyncio.run(_not_kept(folder, AgreementState.REMINDED, AgreementState.FOLLOW_UP))
    assert types("paper", "letter", "1").exit_code == FAILED
    assert types("paper", "letter", "1", "--agreement", "2").exit_code == 0
    assert "no agreement 9 at visit 1" in types("paper", "letter", "1", "--agreement", "9").output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["record", "99"], FAILED, "there is no visit 99; `doorstep visits list` shows them"),
        (["record", "1", "--out", "nowhere/x.pdf"], FAILED, "nowhere/x.pdf cannot be written (FileNotFoundError)"),
        (["record", "1", "--out", "."], BAD_SETTINGS, "--out: . is a folder; give the name of a file in it"),
        (["record", "1", "--out", "x.odt"], BAD_SETTINGS, "a paper is no .odt"),
        (["day", "nowhere"], FAILED, "there is no school 'nowhere'; these are known: marsh_lane"),
        (["day", "marsh_lane", "--date", "tomorrow"], BAD_SETTINGS, "tomorrow"),
        (["record", "twelve"], BAD_SETTINGS, "valid integer"),
        (["record", "1", "--format", "odt"], BAD_SETTINGS, "odt"),
    ],
)
def test_bad_input_gets_one_kind_line(folder: Path, words: list[str], code: int, said: str) -> None:
    """What is wrong and what mends it; nothing is written."""
    before = sorted(folder.iterdir())
    result = types("paper", *words)
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert "Traceback" not in result.output
    assert sorted(folder.iterdir()) == before


def test_a_paper_that_is_there_is_not_written_over_unasked(folder: Path) -> None:
    """Somebody may have added to it by hand."""
    (folder / "mine.docx").write_bytes(b"by hand")
    refused = types("paper", "record", "1", "--out", "mine.docx")
    assert (refused.exit_code, "mine.docx is there already; give --replace" in refused.output) == (FAILED, True)
    assert (folder / "mine.docx").read_bytes() == b"by hand"
    assert types("paper", "record", "1", "--out", "mine.docx", "--replace").exit_code == 0
    docx.Document(str(folder / "mine.docx"))


def test_the_format_may_be_given_beside_the_name(folder: Path) -> None:
    """A file may be called anything when it is said what it is."""
    assert types("paper", "slip", "1", "--format", "docx").output == "visit-1-slip.docx\n"
    assert types("paper", "slip", "1", "--format", "pdf", "--out", "slip.tmp").exit_code == 0
    assert (folder / "slip.tmp").read_bytes().startswith(b"%PDF")


def test_governors_get_a_table_without_a_name(folder: Path) -> None:
    """Printed, or written to a file; of the days asked for, both included."""
    result = types("governors", "Marsh Lane Primary", "--from", "2026-11-23", "--to", "2026-11-23")
    assert result.exit_code == 0
    [row] = csv.DictReader(io.StringIO(result.output))
    assert (row["date"], row["reason"], row["visitors"], row["minutes"], row["state"], row["alarm_kinds"]) == (
        *("2026-11-23", "attendance", "2", "39", "left", "code word 1"),
    )
    for secret in ("Asha", "Ben", "K.T.", "High Street", "Ms T."):
        assert secret not in result.output
    empty = types("governors", "marsh_lane", "--from", "2026-11-24", "--to", "2026-12-24", "--out", "g.csv")
    assert empty.exit_code == 0
    assert (folder / "g.csv").read_text().startswith("date,school,reason")
    turned = types("governors", "marsh_lane", "--from", "2026-11-24", "--to", "2026-11-23")
    assert (turned.exit_code, "turn them round" in turned.output) == (BAD_SETTINGS, True)


def test_feedback_is_printed_for_the_review(folder: Path) -> None:
    """P22: what was said, when, at which visit and by whom, in initials."""
    assert types("feedback", "marsh_lane").output == "feedback.pdf\n"
    text = pdf(folder / "feedback.pdf")
    assert "the slip is hard to read" in text
    assert "Monday 23 November 2026 A. 1" in text
    assert types("feedback", "marsh_lane_annexe", "--out", "none.pdf").exit_code == 0
    assert "No feedback has been given." in pdf(folder / "none.pdf")
