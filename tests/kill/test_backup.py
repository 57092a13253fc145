"""`doorstep backup` beside the real service, in the middle of its work."""

from pathlib import Path

import pytest

from tests.kill.phones import LOOK
from tests.kill.town import Town

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
