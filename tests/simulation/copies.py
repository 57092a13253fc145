"""The reckoning at the end of a run: how often each phone got what it was owed, and that nothing is left over."""

import json
import re
from collections import Counter

from bot.people import Channel
from tests.simulation.broken import Broken
from tests.simulation.ledger import Books, Ledger
from tests.simulation.plan import BY_NAME
from tests.simulation.record import SEALER

WITHOUT_STORE = re.compile(r"GUARD DOWN [0-9:]+: Doorstep has (not watched you|watched nobody) since")
"""What is told when there is no outbox to owe it in: once on each way there is."""
EXTRA = {Channel.SMS: 1, Channel.TELEGRAM: 2}
"""I6: at most one extra copy where it can be looked up, three copies ever."""
LEFT_OVER = """
SELECT 'inbox', id, state FROM inbox WHERE state = 'new'
UNION ALL SELECT 'outbox', id, state FROM outbox WHERE state IN ('owed', 'leased') OR trouble
UNION ALL SELECT 'alarm', id, state FROM alarm WHERE state != 'stood down'
UNION ALL SELECT 'place', id, state FROM place WHERE state NOT IN ('left', 'called off', 'returned', 'none')
UNION ALL SELECT 'drill', id, state FROM drill WHERE state IN ('asked', 'open')
"""


def left_over(books: Books) -> list[tuple[str, int, str]]:
    """What is still open, owed or unread."""
    return [(what, number, state) for what, number, state in books.rows(LEFT_OVER)]


def counts(books: Books, ledger: Ledger, *, blind: bool) -> int:
    """I6, and that nothing was written down as sent that no provider took. `blind`: look-ups were out of order.

    What a provider says it could not deliver and is sent again is no copy: phones are counted. Gives how many copies
    there were beyond what was owed.
    """
    rows = books.rows("SELECT channel, address, parcel, state FROM outbox")
    held = books.rows("SELECT address, text FROM held")
    owed: Counter[tuple[str, str, str]] = Counter()
    sent: Counter[tuple[str, str, str]] = Counter()
    for channel, address, parcel, state in rows:
        known = (channel, SEALER.open(address), json.loads(SEALER.open(parcel))["text"])
        owed[known] += 1
        sent[known] += state in ("sent", "delivered")
    owed.update((str(Channel.SMS), SEALER.open(address), SEALER.open(text)) for address, text in held)
    taken = Counter((str(channel), address, words) for channel, address, words in ledger.taken)
    for known, count in sent.items():
        if taken[known] < count:
            raise Broken("I6", f"written down as sent and never sent: {known[2]!r} for {known[1]} by {known[0]}")
    shown = Counter((str(one.channel), BY_NAME[one.who].address(one.channel), one.words) for one in ledger.got)
    owed.update({known: 1 for known in shown if WITHOUT_STORE.match(known[2])})
    for known, count in shown.items():
        most = 2 if blind else EXTRA[Channel(known[0])]
        if count > owed[known] * (1 + most):
            raise Broken(
                "I6", f"{known[1]} got {count} copies of {known[2]!r} by {known[0]}, and {owed[known]} were owed"
            )
    return sum((shown - owed).values())
