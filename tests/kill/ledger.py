"""The reckoning: the store, opened with its key, held against what the platforms saw and what the people sent."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bot.people import Channel
from store.crypto import Sealer
from tests.fakes.telegram import TelegramServer
from tests.fakes.twilio import TwilioServer
from tests.kill.phones import TAKEN, Phone, Visitor, Watch
from tests.kill.process import KEY

AT_ONCE = 0.0
Message = tuple[str, str, str]
"""Channel, address, words."""

WAITING = {
    "texts not read": "SELECT count(*) FROM inbox WHERE state = 'new'",
    "notices not sent": "SELECT count(*) FROM outbox WHERE state IN ('owed', 'leased') OR trouble",
    "alarms open": "SELECT count(*) FROM alarm WHERE state != 'stood down'",
    "places open": "SELECT count(*) FROM place WHERE state NOT IN ('left', 'called off')",
}
STUCK = """
SELECT (SELECT count(*) FROM inbox WHERE state != 'done')
     + (SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'delivered', 'gone') OR lease IS NOT NULL OR trouble)
"""
RAISED_TWICE = """
SELECT count(*) FROM (
    SELECT (SELECT id FROM inbox WHERE person_id = visitor_id AND done_at = raised_at AND text IS NOT NULL) AS cry
    FROM alarm GROUP BY visitor_id, visit_id, kind, cry HAVING count(*) > 1
)
"""
"""More than one for one text, or for the silence of one visit. Two cries that Twilio's list brings late, from other homes, are
two, whichever visit is open by then."""
TEXTS_BY_VISITOR = """
SELECT person.id, (SELECT count(*) FROM inbox WHERE person_id = person.id),
       (SELECT count(*) FROM outbox WHERE person_id = person.id AND notice IN ('answer', 'talk'))
FROM person WHERE roles = 'visitor'
"""


@contextmanager
def store(folder: Path) -> Iterator[sqlite3.Connection]:
    """The store as another program reads it, also while Doorstep runs."""
    with closing(sqlite3.connect(f"file:{folder / 'doorstep.db'}?mode=ro", uri=True, timeout=10)) as connection:
        yield connection


def rows(folder: Path, query: str) -> list[Any]:
    with store(folder) as connection:
        return connection.execute(query).fetchall()


def waiting(folder: Path) -> dict[str, int]:
    """How much is still to be done, or still open, of each kind."""
    with store(folder) as connection:
        return {name: int(connection.execute(query).fetchone()[0]) for name, query in WAITING.items()}


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it, counted."""

    texts: int
    texts_sent_again: int
    receipts: int
    inbound_lost: int
    alarms_called_for: int
    alarms_missed: int
    alarms_raised: int
    seconds_of_the_slowest: int
    alarms_raised_twice: int
    alarm_notices: int
    most_copies_of_one: int
    extra_copies_of_alarms: int
    texts_without_an_answer: int
    texts_answered_twice: int
    notices: int
    extra_copies_by_telegram: int
    extra_copies_by_sms: int
    looked_up_at_twilio: int
    written_down_but_never_sent: int
    rows_stuck: int

    def lines(self) -> list[tuple[str, int]]:
        return [(one.name.replace("_", " "), getattr(self, one.name)) for one in fields(self)]


def reckon(
    folder: Path,
    telegram: TelegramServer,
    twilio: TwilioServer,
    visitors: Sequence[Visitor],
    phones: Sequence[Phone],
    watch: Watch,
) -> Figures:
    """Every figure, from the store as the dead process left it."""
    _, receipts = acknowledged(twilio, phones)
    causes = [cause for visitor in visitors for cause in visitor.causes]
    owed, seen = written_down(folder), shown(telegram, twilio)
    alarms = {message: count for message, count in seen.items() if message[2].startswith("ALARM ")}
    by_visitor = rows(folder, TEXTS_BY_VISITOR)
    return Figures(
        texts=sum(phone.sent for phone in phones),
        texts_sent_again=sum(phone.again for phone in phones),
        receipts=len(receipts),
        inbound_lost=len(lost(folder, twilio, phones)),
        alarms_called_for=len(causes),
        alarms_missed=sum(not watch.reached(cause, AT_ONCE) for cause in causes),
        alarms_raised=int(rows(folder, "SELECT count(*) FROM alarm")[0][0]),
        seconds_of_the_slowest=round(max((wait for visitor in visitors for wait in visitor.waits), default=0)),
        alarms_raised_twice=int(rows(folder, RAISED_TWICE)[0][0]),
        alarm_notices=len(alarms),
        most_copies_of_one=max(alarms.values(), default=0),
        extra_copies_of_alarms=sum(count - 1 for count in alarms.values()),
        texts_without_an_answer=sum(max(0, texts - answers) for _, texts, answers in by_visitor),
        texts_answered_twice=sum(max(0, answers - texts) for _, texts, answers in by_visitor),
        notices=owed.total(),
        extra_copies_by_telegram=extra(seen - owed, Channel.TELEGRAM),
        extra_copies_by_sms=extra(seen - owed, Channel.SMS),
        looked_up_at_twilio=len(twilio.calls("list")),
        written_down_but_never_sent=(owed - seen).total(),
        rows_stuck=int(rows(folder, STUCK)[0][0]),
    )


def lost(folder: Path, twilio: TwilioServer, phones: Sequence[Phone]) -> list[tuple[str, str]]:
    """What was acknowledged and is not in the inbox, as (channel, id)."""
    texts, receipts = acknowledged(twilio, phones)
    kept = {(channel, external_id) for channel, external_id in rows(folder, "SELECT channel, external_id FROM inbox")}
    return sorted((texts | receipts) - kept)


def extra(more: Counter[Message], channel: Channel) -> int:
    """How many messages a channel took beyond those that were owed."""
    return sum(count for message, count in more.items() if message[0] == channel)


def acknowledged(twilio: TwilioServer, phones: Sequence[Phone]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What must be in the inbox, as (channel, id): texts, and receipts. All of Telegram's must arrive at last."""
    texts = {(str(Channel.TELEGRAM), update) for phone in phones for update in phone.updates}
    taken = [hook.form for hook in twilio.hooks() if hook.status == TAKEN]
    texts |= {(str(Channel.SMS), form["MessageSid"]) for form in taken if "MessageStatus" not in form}
    receipts = {f"{form['MessageSid']}:{form['MessageStatus']}" for form in taken if "MessageStatus" in form}
    return texts, {(str(Channel.SMS), receipt) for receipt in receipts}


def written_down(folder: Path) -> Counter[Message]:
    """What the store says has left."""
    sealer = Sealer(KEY)
    query = "SELECT channel, address, parcel FROM outbox WHERE state IN ('sent', 'delivered')"
    return Counter(
        (channel, sealer.open(address), json.loads(sealer.open(parcel))["text"])
        for channel, address, parcel in rows(folder, query)
    )


def shown(telegram: TelegramServer, twilio: TwilioServer) -> Counter[Message]:
    """What the platforms took from us for somebody's phone."""
    texts = [(str(Channel.SMS), sms.to, sms.body) for sms in twilio.messages() if sms.direction != "inbound"]
    calls = telegram.calls("sendMessage")
    return Counter([*texts, *((str(Channel.TELEGRAM), call.params["chat_id"], call.params["text"]) for call in calls)])
