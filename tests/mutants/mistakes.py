"""The mistakes: what each is, the small change of the source that makes it, and where the tests are that catch it.

Rules for editors: a change is whole lines that stand in their file exactly once. Where the source has moved on, the change
moves with it (`test_mutants.py` says which no longer applies); a mistake is never taken out because it is hard to make.
"""

from dataclasses import dataclass
from pathlib import Path


class DoesNotApply(Exception):
    """The source is no longer what the change was written for."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One of them. `looks` are the tests, files or single ones, that are run against it."""

    name: str
    file: str
    right: str
    wrong: str
    looks: tuple[str, ...]

    def made_in(self, source: str) -> str:
        """The source with the mistake in it. Raises DoesNotApply."""
        count = source.count(self.right)
        if count != 1:
            raise DoesNotApply(f"{self.name}: its lines stand {count} times in {self.file}")
        return source.replace(self.right, self.wrong)

    def put_into(self, tree: Path) -> None:
        """Make it in a copy of the tree. Raises DoesNotApply."""
        path = tree / self.file
        path.write_text(self.made_in(path.read_text(encoding="utf-8")), encoding="utf-8")


MISTAKES = (
    Mistake(
        "acknowledging before keeping",
        "handlers/telegram/door.py",
        """
            try:
                aged = with_age(update, age_of(update, self._wire.their_now()))
""",
        """
            self._offset = update_id + 1
            try:
                aged = with_age(update, age_of(update, self._wire.their_now()))
""",
        ("tests/handlers/test_telegram_door.py",),
    ),
    Mistake(
        "marking sent before sending",
        "handlers/delivery.py",
        """
        attempt = await self._try(leased)
""",
        """
        await self._write_down(leased, Attempt(Verdict.SENT))
        attempt = await self._try(leased)
""",
        (
            "tests/stories/test_channels.py::test_twilio_down_for_a_while_only_delays_the_alarm",
            "tests/stories/test_channels.py::test_an_alarm_whose_sms_is_refused_goes_to_the_next_person_at_once",
            "tests/stories/test_crashes.py::test_any_fault_of_a_provider_only_delays_an_alarm",
        ),
    ),
    Mistake(
        "`undelivered` as success",
        "handlers/sms/inbound.py",
        """
    "undelivered": Receipted.FAILED,
""",
        """
    "undelivered": Receipted.DELIVERED,
""",
        (
            "tests/stories/test_channels.py::test_an_undelivered_alarm_climbs",
            "tests/stories/test_receipts.py::test_undelivered_goes_both_ways_at_once",
            "tests/handlers/test_sms_parse.py",
        ),
    ),
    Mistake(
        "temporary as permanent",
        "handlers/sms/errors.py",
        """
_AGAIN, _REFUSED = Verdict.AGAIN, Verdict.REFUSED
""",
        """
_AGAIN, _REFUSED = Verdict.REFUSED, Verdict.REFUSED
""",
        (
            "tests/handlers/test_sms_carrier.py",
            "tests/stories/test_crashes.py::test_any_fault_of_a_provider_only_delays_an_alarm",
        ),
    ),
    Mistake(
        "reply codes reused",
        "store/alarms.py",
        """
CODE_REST = timedelta(days=30)
""",
        """
CODE_REST = timedelta(0)
""",
        ("tests/store/test_alarms.py",),
    ),
    Mistake(
        "deadline moved on an error",
        "handlers/desk/sores.py",
        """
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 15, 60))
""",
        """
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (3600, 3600, 3600))
""",
        ("tests/stories/test_strange.py::test_a_deadline_that_fails_stands_before_no_other_and_is_told_of",),
    ),
    Mistake(
        "timer created only if the prompt was sent",
        "handlers/desk/desk.py",
        """
        if fresh is not None and school_id in self.habits.schools:
            await places.deadline(""",
        """
        if fresh is not None and await __import__("store.leases").leases.next_due(tx) is not None:
            later = self.clock() + timedelta(minutes=5)
            await visits.save_place(tx, school_id, __import__("dataclasses").replace(fresh, deadline_at=later))
        elif fresh is not None and school_id in self.habits.schools:
            await places.deadline(""",
        ("tests/stories/test_silence.py::test_silence_is_noticed_though_no_question_could_be_sent",),
    ),
    Mistake(
        "a throttle on alarms",
        "handlers/desk/alarms.py",
        """
        if (alarm.visitor_id, alarm.visit_id, alarm.kind) == (visitor_id, visit_id, kind):
""",
        """
        if (alarm.visitor_id, alarm.visit_id) == (visitor_id, visit_id):
""",
        (
            "tests/stories/test_two_alarms.py",
            "tests/stories/test_chase.py",
        ),
    ),
    Mistake(
        "dedupe by order",
        "store/inbox.py",
        """
    result = await tx.write(_KEEP[tx.connection.dialect.name], **values)
""",
        """
    newest = select(func.max(InboxRow.external_id)).where(InboxRow.channel == channel)
    if external_id <= ((await tx.session.exec(newest)).one() or ""):
        return False
    result = await tx.write(_KEEP[tx.connection.dialect.name], **values)
""",
        (
            "tests/store/test_inbox.py",
            "tests/stories/test_reconcile.py::test_several_lost_texts_are_read_in_the_order_they_were_sent",
        ),
    ),
    Mistake(
        "visitor text closing a duress",
        "bot/alarm.py",
        """
    if turn.alarm.is_duress:
        turn.notify(turn.alarm.told, "alarm_words")
""",
        """
    if turn.alarm.kind is Kind.UNKNOWN:
        turn.notify(turn.alarm.told, "alarm_words")
""",
        (
            "tests/bot/test_alarm_table.py",
            "tests/stories/test_code_words.py::test_no_visitor_can_stand_down_a_code_word",
        ),
    ),
    Mistake(
        "reconcile skipped",
        "handlers/reconcile.py",
        """
                count = await self._catch_up()
""",
        """
                count = 0
""",
        (
            "tests/stories/test_reconcile.py::test_a_text_that_no_webhook_brought_is_taken_in_within_half_a_minute",
            "tests/stories/test_reconcile.py::test_a_code_word_that_no_webhook_brought_raises_the_alarm",
        ),
    ),
    Mistake(
        "lease not fenced",
        "store/leases.py",
        """
_MINE = _ONE.where(col(OutboxRow.lease) == bindparam("ours"), col(OutboxRow.state) == State.LEASED)
""",
        """
_MINE = _ONE.where(col(OutboxRow.state) == State.LEASED, or_(bindparam("ours") == "", col(OutboxRow.lease).is_not(None)))
""",
        ("tests/store/test_outbox.py",),
    ),
)
