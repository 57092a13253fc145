"""`doorstep backup` beside the real service, in the middle of its work."""

from pathlib import Path

import pytest

from tests.kill.phones import LOOK, OLIVE
from tests.kill.town import OFFICE_CHAT, Town

SEED = 2026


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path, SEED)


def test_a_backup_disturbs_nobody_and_is_proved(town: Town) -> None:
    """Taken while texts come in: it says that it was restored, holds who is out, leaves nothing else, and nobody waits."""
    with town:
        town.doorstep.opens()
        for visitor in town.visitors:
            visitor.phone.says("arrived 4 Mill Lane")
        said = town.doorstep.command("backup", "kept.backup")
        assert "restored and compared" in said
        assert "marsh_lane" in said and "holds" in said
        assert [file.name for file in town.folder.iterdir() if file.name.startswith((".doorstep", "kept"))] == [
            "kept.backup"
        ]
        refused = town.doorstep.asks("backup", "kept.backup")
        assert (refused.returncode, "is there already" in refused.stderr) == (1, True)
        assert any(town.twilio.until(lambda: answered(town), LOOK) for _ in range(100))
        assert town.doorstep.faults == []


def answered(town: Town) -> bool:
    by_sms = [visitor.phone.number for visitor in town.visitors if not visitor.phone.updates]
    return all(any(line.way == "got" for line in town.twilio.phone(number)) for number in by_sms)


def test_a_store_is_brought_back_by_the_command(town: Town) -> None:
    """Not beside a running service, and not over a store; where there is none it comes back, and the office is asked."""
    with town:
        town.doorstep.opens()
        visitor = town.visitors[1].phone
        visitor.says("arrived 4 Mill Lane")
        assert any(town.twilio.until(lambda: got(town, visitor.number, "ARRIVED"), LOOK) for _ in range(100))
        town.doorstep.command("backup", "kept.backup")
        assert "another Doorstep already acts" in town.doorstep.asks("restore", "kept.backup").stderr
        town.doorstep.kills()
        assert "move it away first" in town.doorstep.asks("restore", "kept.backup").stderr
        for lost in town.folder.glob("doorstep.db*"):
            lost.rename(town.folder / f"lost-{lost.name}")
        assert "give the file of a backup" in town.doorstep.asks("restore").stderr
        said = town.doorstep.command("restore", "kept.backup")
        assert "brought back" in said
        assert "visit 1: " in said
        town.doorstep.opens()
        assert any(town.twilio.until(lambda: asked(town), LOOK) for _ in range(100))
        assert town.doorstep.faults == []


def asked(town: Town) -> bool:
    """Whether the office has been asked, by whatever channel it has."""
    lines = [line.text for line in town.telegram.screen(OFFICE_CHAT) if line.way == "got"]
    lines += [line.body for line in town.twilio.phone(OLIVE) if line.way == "got"]
    return any("who really is?" in line for line in lines)


def got(town: Town, number: str, words: str) -> bool:
    return any(line.way == "got" and words in line.body for line in town.twilio.phone(number))
