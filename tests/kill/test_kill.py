"""`kill -9`, again and again, under bursts from both platforms: nothing lost, nothing missed, nothing stuck.

One life in five ends by SIGTERM instead, and one in sixty is frozen (SIGSTOP) for longer than a lease lasts before it is
killed. `make test` kills sixty times; DOORSTEP_TEST_KILLS=1000 asks for more, DOORSTEP_TEST_SEED for other moments, and
`pytest -s` shows the table.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.fakes.server import Server
from tests.kill.ledger import Figures, lost, reckon, rows
from tests.kill.phones import LOOK
from tests.kill.town import Lived, Town

KILLS, SEED = 60, 2026
MUST_BE_NOTHING = (
    "inbound_lost",
    "alarms_missed",
    "alarms_raised_twice",
    "texts_without_an_answer",
    "texts_answered_twice",
    "written_down_but_never_sent",
    "rows_stuck",
)
MOST_COPIES = 2
"""Of one alarm to one contact on one rung: at most one extra (invariant I6)."""
STOP_SECONDS = 5.0


def show(lived: Lived, figures: Figures, journal: str) -> None:
    table = Table("figure", "value", title=f"{lived.kills.total()} kills, {lived.lives} lives that came to listen")
    for name, count in [*lived.ways.most_common(), *lived.kills.most_common(), *figures.lines()]:
        table.add_row(name, str(count))
    table.add_row("seconds to stop when asked", f"{lived.stop_seconds:.2f}")
    table.add_row("journal", journal)
    Console().print(table)


def test_nothing_is_lost_however_often_the_process_is_killed(tmp_path: Path) -> None:
    """What was acknowledged is kept and answered, every alarm is told, and at most once more than it should be."""
    kills = int(os.environ.get("DOORSTEP_TEST_KILLS", KILLS))
    seed = int(os.environ.get("DOORSTEP_TEST_SEED", SEED))
    with Town(tmp_path, seed) as town:
        town.plays(kills)
        checks = json.loads(town.doorstep.command("journal", "verify", "--json"))
        phones = [visitor.phone for visitor in town.visitors] + [town.deputy.phone]
        figures = reckon(tmp_path, town.telegram, town.twilio, town.visitors, phones, town.watch)
        missed = [one for visitor in town.visitors for one in visitor.causes if not town.watch.reached(one, 0.0)]
        gone = lost(tmp_path, town.twilio, phones)
        show(town.lived, figures, f"{checks[0]['entries']} entries, fault: {checks[0]['fault'] or 'none'}")
    assert town.faults == []
    assert gone == []
    assert missed == []
    assert {name: getattr(figures, name) for name in MUST_BE_NOTHING} == dict.fromkeys(MUST_BE_NOTHING, 0)
    assert figures.most_copies_of_one <= MOST_COPIES
    assert [check["fault"] for check in checks] == [""]
    assert town.doorstep.faults == []
    assert town.lived.unruly == 0
    assert (town.lived.status, town.lived.stop_seconds < STOP_SECONDS) == (0, True)


def test_nothing_is_lost_by_one_version_after_another(tmp_path: Path) -> None:
    """Asked to end in the middle of a burst, and started again, each time: it ends in peace, and all is answered once."""
    with Town(tmp_path, SEED) as town, ThreadPoolExecutor(len(town.visitors)) as people:
        ended = []
        for words in ("arrived 4 Mill Lane", "status", "the dog is lovely"):
            town.doorstep.opens()
            told = sent_answers(town)
            texts = [people.submit(visitor.phone.says, words) for visitor in town.visitors]
            town.twilio.until(partial(answers, town, told + len(texts) // 2), STOP_SECONDS)
            ended.append(town.doorstep.stops()[0])
        town.doorstep.opens()
        for text in texts:
            text.result()
        everything = partial(answers, town, 3 * len(town.visitors))
        assert any(town.twilio.until(everything, LOOK) for _ in range(400))
        ended.append(town.doorstep.stops()[0])
        phones = [visitor.phone for visitor in town.visitors]
        figures = reckon(tmp_path, town.telegram, town.twilio, town.visitors, phones, town.watch)
    assert ended == [0, 0, 0, 0]
    assert (figures.inbound_lost, figures.texts_without_an_answer, figures.texts_answered_twice) == (0, 0, 0)
    assert (figures.extra_copies_by_telegram, figures.extra_copies_by_sms) == (0, 0)
    assert town.doorstep.faults == []


def sent_answers(town: Town) -> int:
    """How many texts of visitors have had their answer since it all began."""
    return int(rows(town.folder, "SELECT count(*) FROM outbox WHERE notice = 'answer' AND sent_at IS NOT NULL")[0][0])


def answers(town: Town, count: int) -> bool:
    """Whether so many have had theirs."""
    return sent_answers(town) >= count


def hangs(server: Server) -> bool:
    """Whether a call waits for its answer."""
    return server.hanging > 0


def test_a_stop_finishes_what_is_under_way(tmp_path: Path) -> None:
    """Asked to end while both platforms are slow to answer, it hears them out, writes it down, and leaves in peace."""
    with Town(tmp_path, SEED) as town, ThreadPoolExecutor(1) as supervisor:
        town.doorstep.opens()
        for server, method in ((town.telegram, "sendMessage"), (town.twilio, "create")):
            server.hangs_next(method)
        for visitor in town.visitors[:2]:
            visitor.phone.says("status")
        for server in (town.telegram, town.twilio):
            assert server.until(partial(hangs, server), STOP_SECONDS)
        stopping = supervisor.submit(town.doorstep.stops)
        assert any(town.twilio.until(lambda: not town.doorstep.listens(), LOOK) for _ in range(40))
        town.telegram.release()
        town.twilio.release()
        status, _ = stopping.result()
        phones = [visitor.phone for visitor in town.visitors]
        figures = reckon(tmp_path, town.telegram, town.twilio, town.visitors, phones, town.watch)
    assert status == 0
    leased = rows(tmp_path, "SELECT count(*) FROM outbox WHERE state = 'leased'")
    assert (leased, figures.written_down_but_never_sent) == ([(0,)], 0)
    assert (figures.extra_copies_by_telegram, figures.extra_copies_by_sms) == (0, 0)
