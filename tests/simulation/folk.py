"""The people: visitors who text what their visit holds, contacts who answer alarms as they are used to."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bot.people import Channel
from tests.simulation.ledger import Got, Ledger, Said
from tests.simulation.plan import BY_NAME, Actor, Habit, Means, Plan, Step, Visit
from tests.simulation.planning import Planners
from tests.simulation.story import Story
from tests.simulation.telegram import TelegramCloud
from tests.simulation.truth import Visitor
from tests.simulation.twilio import TwilioCloud

CODE = re.compile(r"\b([A-Z][A-Z0-9]{3})\b")
CALLS = ("ALARM ", "no answer yet", "NOBODY ANSWERS", "others are told", "AGAIN")
WORDS_OF = {
    **dict.fromkeys(("planned", "setting out", "due", "missing"), Means.CALLED_OFF),
    **dict.fromkeys(("on the way back", "return asked", "not back"), Means.BACK),
}
"""What ends a visit in which state of the store's; in any other it is "left"."""
ONE_TEXT = 1.0
"""Seconds that a text of somebody's takes."""
Later = Callable[[float, Callable[[], None]], None]


@dataclass(slots=True)
class Folk:
    """Everybody with a phone. `after` does something so many seconds later."""

    plan: Plan
    telegram: TelegramCloud
    twilio: TwilioCloud
    ledger: Ledger
    story: Story
    after: Later
    visitors: dict[str, Visitor]
    called: dict[str, dict[str, float]] = field(default_factory=dict)
    """Of which alarms, by code, each contact's phone has told, and when."""
    ended: set[str] = field(default_factory=set)
    planners: Planners = field(init=False)

    def __post_init__(self) -> None:
        self.planners = Planners(self.plan, self.says, self.after)

    def begin(self) -> None:
        """Every text of the plan gets its time."""
        self.planners.begin()
        for planned in self.plan.visits:
            for step in planned.steps:
                actor = BY_NAME[planned.partner if step.of_partner else planned.visitor]
                self.after(step.at, partial(self._steps, planned, actor, step))

    def _steps(self, planned: Visit, actor: Actor, step: Step) -> None:
        if not self.planners.goes(planned, actor):
            return
        unknown = step.means is Means.CODE_WORD and not self.plan.code_words
        means = Means.NOTHING if unknown else step.means
        self.says(actor, step.words, step.by, means, step.minutes, twice=step.how == "twice", both=step.both)

    def says(
        self,
        actor: Actor,
        words: str,
        by: Channel = Channel.SMS,
        means: Means = Means.NOTHING,
        minutes: int = 0,
        *,
        twice: bool = False,
        both: bool = False,
        visit: int | None = None,
    ) -> None:
        """One text of one person. Who has blocked the bot, or no Telegram, texts by SMS."""
        if by is Channel.TELEGRAM and (not actor.chat or actor.chat in self.telegram.blocked):
            by = Channel.SMS
        self.story.tells(actor.name, f"texts by {by}: {words}")
        if by is Channel.SMS:
            known_as = self.twilio.texts(actor.number, words, twice=twice)
        else:
            known_as = str(self.telegram.says(actor.chat, words))
        now = asyncio.get_running_loop().time()
        self.ledger.says(Said(actor.name, now, by, known_as, words, means, minutes, True, both, visit))

    # -- what phones show -------------------------------------------------------------------------------

    def gets(self, actor: Actor, channel: Channel, words: str, labels: tuple[str, ...]) -> None:
        self.story.tells(actor.name, f"   gets by {channel}: {words}")
        self.ledger.got.append(Got(asyncio.get_running_loop().time(), actor.name, channel, words, labels))
        self.planners.sees(actor, words)
        if actor.is_visitor:
            return
        found = CODE.search(words)
        code = found[1] if found else ""
        if not code or code.isalpha():
            return
        if " ENDED " in words or " was ended " in words:
            self.ended.add(code)
        elif any(call in words for call in CALLS) and code not in self.called.setdefault(actor.name, {}):
            now = asyncio.get_running_loop().time()
            before = sum(at == now for at in self.called[actor.name].values())
            self.called[actor.name][code] = now
            self._answers(actor, code, before * ONE_TEXT)

    def _answers(self, actor: Actor, code: str, wait: float) -> None:
        """Each alarm in turn: nobody sends two texts in one instant."""
        habit = next((one for one in self.plan.habits if one.contact == actor.name), Habit(actor.name, None, None))
        if habit.mine is None:
            return
        self.after(habit.mine + wait, lambda: self.says(actor, f"mine {code}", habit.by))
        if habit.outcome is not None:
            self.after(
                habit.mine + habit.outcome + wait, lambda: self.says(actor, f"safe {code} rang her, all well", habit.by)
            )

    # -- the end ----------------------------------------------------------------------------------------

    def brings_to_an_end(self, known: Mapping[str, str] | None = None) -> None:
        """Whoever is still on a visit says that it is over; the contacts end the alarms they know of.

        `known`: where it is not known otherwise who is on a visit, the state that the store has them in.
        """
        for name, state in (known or {}).items():
            means = WORDS_OF.get(state, Means.LEFT)
            self.says(BY_NAME[name], str(means), Channel.SMS, means)
        for name, visitor in self.visitors.items() if known is None else ():
            for stay in visitor.open_ones[:1]:
                # Where no arrival is awaited, "called off" may come behind the question whether they are back.
                back = stay.homeward or (stay.is_coming and not visitor.lengths.await_arrival)
                means = Means.BACK if back else Means.CALLED_OFF if stay.arrived is None else Means.LEFT
                self.says(BY_NAME[name], str(means), Channel.SMS, means)
        for name, codes in self.called.items():
            for code in codes:
                if code not in self.ended:
                    self.says(BY_NAME[name], f"safe {code} rang her, all well")
