"""What is true of each visitor, worked out anew from the school's promises: when their silence is to be told, and why.

It knows nothing of the tables of `bot/`. It is fed with the certain words that the service has heard, and says from when
on an alarm is right, by when it must be out, and what would be a false one.
"""

import math
from dataclasses import dataclass, field

from bot.policy import Returns
from tests.simulation.plan import Means
from tests.simulation.stays import Lengths, Stay

EARLY = 7_200.0
LATE = 30.0
"""What is heard so long after it was said counts from when it was said."""
BLUR = 2.0
"""Seconds. Of what was said within so long, the one that is heard later is the later one."""
DAY = 86_400.0
JUST = 1_800.0
"""How long after leaving "both left" is still about that visit, whatever is to come."""
CHANGES = (Means.LATE, Means.LONGER)
CRIES = (Means.CODE_WORD, Means.DANGER)
TO_THE_DOOR = (Means.ARRIVED, Means.SET_OUT, Means.NOBODY_HOME, Means.FAMILY_LATE)
FROM_THE_DOOR = (Means.LEFT, Means.BACK)


@dataclass(slots=True)
class Visitor:
    """The stays of one visitor, and their cries for help as (when heard, what)."""

    lengths: Lengths
    stays: list[Stay] = field(default_factory=list)
    cries: list[tuple[float, Means]] = field(default_factory=list)
    partners: set[str] = field(default_factory=set)
    """The names of those who go with them."""
    spoken_for: set[float] = field(default_factory=set)
    """When a word of a partner's was heard that counted for them."""

    def expects(self, starts: float, ends: float, back: float | None = None) -> Stay:
        """A visit is planned."""
        if back is None and self.lengths.returns is Returns.ALWAYS:
            back = ends + self.lengths.journey
        self.stays.append(Stay(starts, ends, back))
        return self.stays[-1]

    @property
    def open_ones(self) -> list[Stay]:
        return [stay for stay in self.stays if stay.is_open]

    def goes_on(self, count: int) -> None:
        """So many of their visits are watched over by now: what may be over or not is not, where that makes it so many."""
        for stay in filter(lambda one: one.perhaps, self.stays):
            stay.over, stay.perhaps = None if len(self.open_ones) < count else stay.over, False

    def meant(self, means: Means, now: float, says_where: bool = False) -> Stay | None:
        """The stay that a text is about: the one they are inside of, else the one a question waits about, else the next.

        Who is on the way back and `says_where` they are now is at another home.
        """
        inside = [stay for stay in self.open_ones if stay.is_inside]
        if inside:
            return min(inside, key=lambda stay: stay.arrived or 0)
        expected = sorted(self.open_ones, key=lambda stay: (self._urgency(stay, now), stay.starts))
        backward = [stay for stay in expected if stay.homeward or self._asked_back(stay, now)]
        coming = [stay for stay in expected if stay not in backward]
        if means is Means.ARRIVED:
            coming = [stay for stay in coming if stay.starts <= now + EARLY]
        if means in TO_THE_DOOR:
            expected = coming or ([] if says_where else backward)
        elif means in FROM_THE_DOOR:
            expected = backward or coming
        return expected[0] if expected else None

    def _asked_back(self, stay: Stay, now: float) -> bool:
        """Whether they have been asked if they are back, from where nobody awaited that they say that they had arrived."""
        return not self.lengths.await_arrival and stay.is_coming and stay.asked_at(self.lengths) < now

    def _urgency(self, stay: Stay, now: float) -> int:
        backward = stay.homeward or self._asked_back(stay, now)
        if stay.told_at(self.lengths) <= now:
            return 1 if backward else 0
        if stay.asked_at(self.lengths) <= now:
            return 3 if backward else 2
        return 4 if stay.homeward else 5 if stay.set_out else 6

    def _behind(self, means: Means, now: float) -> Stay | None:
        """The stay that is over, where "left" is said about it once more."""
        over = [stay for stay in self.stays if stay.over is not None]
        coming = [stay for stay in self.open_ones if stay.is_coming]
        if means is not Means.LEFT or not over or len(coming) < len(self.open_ones):
            return None
        last = max(over, key=lambda stay: stay.gone)
        awaited = any(stay.set_out or stay.asked_at(self.lengths) <= now for stay in coming)
        return None if coming and (awaited or now - last.gone > JUST) else last

    def _with_somebody_inside(self) -> Stay | None:
        """The stay last left of which a partner is still inside: "both left" says that they have left too."""
        left = [one for one in self.stays if one.gone and any(theirs.is_inside for _, theirs in one.others)]
        return max(left, key=lambda stay: stay.gone, default=None)

    def hears(
        self, means: Means, minutes: int, said: float, heard: float, both: bool = False, where: bool = False
    ) -> None:
        """The service has heard this, certain and first-hand. What comes late counts from when it was said."""
        if means in CRIES:
            self.cries.append((heard, means))
        now = said if heard - said > LATE else heard
        if said + BLUR < self._last_said(means):
            return  # later words stand
        if now < heard and not any(one.is_inside for one in self.open_ones):
            self._comes_late(means, minutes * 60.0, now)
        stay = self._behind(means, now) or self.meant(means, now, where)
        if both and means is Means.LEFT and (stay is None or not stay.is_inside):
            stay = self._with_somebody_inside() or stay
        if stay is None:
            self._opens(means, said, now, heard)
            return
        was_inside = stay.is_inside
        self._takes(stay, means, minutes, said, heard)
        for other, theirs in stay.others if means not in (*CRIES, Means.NOTHING) else ():
            if self._counts_for(theirs, means, both, was_inside):
                other._is_spoken_for(theirs, means, minutes, said, heard)
            elif was_inside and not stay.is_inside and not both:
                other._is_left_alone(theirs, heard)

    def _comes_late(self, means: Means, by: float, now: float) -> None:
        """From between two homes: which question waited when it was said, and which when it was read, cannot be known from
        outside. A change of plan may move any of their visits. An OK, where the return from one and the arrival at the next
        were both awaited, is of either, and what comes after it is taken by which: nothing is owed of those any more."""
        if means in CHANGES:
            for stay in self.open_ones:
                stay.slack += by
        elif means is Means.OK:
            awaited = [stay for stay in self.open_ones if stay.asked_at(self.lengths) <= now]
            if len({stay.homeward for stay in awaited}) > 1:
                for stay in awaited:
                    stay.slack += DAY

    def _counts_for(self, theirs: Stay, means: Means, both: bool, was_inside: bool) -> bool:
        """What is said for both counts for both; how all is, only of one who is there. One may answer for who is there too."""
        if means is Means.OK:
            return was_inside and (both or (self.lengths.one_for_both and theirs.is_inside))
        return both

    def _is_spoken_for(self, stay: Stay, means: Means, minutes: int, said: float, heard: float) -> None:
        """A partner has said it for them as well. What has been heard of them since stands."""
        if stay.is_open and not said + BLUR < self._heard_of(stay, means):
            self._takes(stay, means, minutes, said, heard)
            self.spoken_for.add(heard)

    def _is_left_alone(self, stay: Stay, now: float) -> None:
        """Their partner has left: they are asked at once, if no question waits for them and they are not at the door."""
        if stay.is_inside and stay.door is None and stay.asked_at(self.lengths) > now:
            stay.alone = now

    def _takes(self, stay: Stay, means: Means, minutes: int, said: float, heard: float) -> None:
        """A word about this stay."""
        stay.heard = max(stay.heard, said)
        if means in (*CRIES, Means.NOTHING) or not stay.is_open:
            return
        late = heard - said > LATE
        before, question = stay.told_from(self.lengths), self._question(stay)
        awaited = stay.is_coming and not stay.set_out and self.lengths.await_arrival
        self._changes(stay, means, minutes * 60.0, said if late else heard)
        if late:
            stay.floor = min(stay.floor, before)
            stay.perhaps = awaited and means is Means.BACK
        # Nobody could be asked this before: who leaves when they should be back is asked when that is heard.
        if self._question(stay) != question and (late or stay.asked_at(self.lengths) <= heard):
            stay.ceiling = max(stay.ceiling, heard + self.lengths.question)
        if stay.told_at(self.lengths) > heard:
            stay.noticed = False

    def _question(self, stay: Stay) -> tuple[float, float | None, bool]:
        """Which question will be put next: whether they have arrived may be asked at the minute at which all is OK would be."""
        return stay.asked_at(self.lengths), stay.arrived, stay.homeward

    def _last_said(self, means: Means) -> float:
        """What was said on the way is no later word than an arrival, and what was about no visit is none at all."""
        return max((self._heard_of(stay, means) for stay in self.stays), default=0.0)

    def _heard_of(self, stay: Stay, means: Means) -> float:
        return 0.0 if means is Means.ARRIVED and stay.is_coming else stay.heard

    def _opens(self, means: Means, said: float, now: float, heard: float) -> None:
        if means not in (Means.ARRIVED, Means.NOBODY_HOME, Means.FAMILY_LATE):
            return
        stay = Stay(now, now + self.lengths.unplanned, heard=said)
        self.stays.append(stay)
        self._changes(stay, means, 0.0, now)
        if stay.asked_at(self.lengths) <= heard:
            stay.ceiling = heard + self.lengths.question  # nobody could be asked this before

    def _changes(self, stay: Stay, means: Means, length: float, now: float) -> None:
        if means in (*TO_THE_DOOR, Means.CALLED_OFF) and self._asked_back(stay, now):
            return  # they are asked whether they are back, or where they are
        if means in (*CHANGES, Means.OK) and self._asked_back(stay, now):
            stay.homeward = True  # they answer that question: they are on the way back, and not yet there
        if means in (Means.NOBODY_HOME, Means.FAMILY_LATE) and not stay.homeward:
            self._waits(stay, means, now)
        elif stay.homeward:
            self._homeward(stay, means, length, now)
        elif stay.is_coming:
            self._coming(stay, means, length, now)
        else:
            self._inside(stay, means, length, now)

    # -- what words do ----------------------------------------------------------------------------------

    def _arrives(self, stay: Stay, now: float) -> None:
        stay.arrived, stay.door, stay.door_for, stay.floor, stay.ceiling = now, None, None, math.inf, 0.0
        stay.alone = None
        if stay.ends <= now:
            stay.ends = now + self.lengths.unplanned
        length = self.lengths.check_in
        if length is not None:
            scheduled = stay.starts + length
            counts = self.lengths.from_start and now < scheduled <= now + 2 * length
            stay.check_in = scheduled if counts else now + length

    def _waits(self, stay: Stay, means: Means, now: float) -> None:
        """At the door: from the planned start where they came a little early; said again it does not begin anew."""
        if stay.door is not None and stay.asked_at(self.lengths) <= now and means is Means.NOBODY_HOME:
            return
        length = self.lengths.nobody_home if means is Means.NOBODY_HOME else self.lengths.family_late
        since = max(now, stay.starts)
        since = since if since - now <= self.lengths.arrival_grace else now
        known = stay.door if stay.door_for is means else None
        stay.door = known if known is not None and known > now else since + length
        stay.door_for = means
        stay.arrived = now if stay.arrived is None else stay.arrived
        stay.alone, stay.floor, stay.ceiling = None, math.inf, 0.0

    def _leaves(self, stay: Stay, now: float) -> None:
        """Over, or on the way back to school where that is watched."""
        lengths = self.lengths
        wanted = lengths.returns is Returns.ALWAYS or (lengths.returns is Returns.PLANNED and stay.back is not None)
        if wanted and (stay.is_inside or stay.set_out):
            ahead = stay.back is not None and stay.back > now
            stay.homeward, stay.left, stay.back = True, now, stay.back if ahead else now + lengths.journey
            stay.floor, stay.ceiling = math.inf, 0.0
        else:
            stay.over = now

    def _coming(self, stay: Stay, means: Means, length: float, now: float) -> None:
        match means:
            case Means.ARRIVED:
                self._arrives(stay, now)
            case Means.LATE:
                put_off = stay.starts + length if stay.starts + length > now else now + length
                stay.ends += put_off - stay.starts
                stay.back = None if stay.back is None else stay.back + put_off - stay.starts
                stay.starts = put_off
            case Means.LONGER:
                self._longer(stay, length, now)
            case Means.CALLED_OFF:
                self._leaves(stay, now)
            case Means.BACK if stay.set_out or not self.lengths.await_arrival or stay.asked_at(self.lengths) <= now:
                stay.over = now
            case Means.SET_OUT:
                stay.set_out, stay.starts = True, max(stay.starts, now)
            case _:
                # After an outage the alarm may have come sooner than was owed: then this answers it all the same.
                if stay.noticed or stay.told_at(self.lengths) <= now:
                    stay.floor, stay.starts = stay.told_from(self.lengths), max(stay.starts, now)

    def _inside(self, stay: Stay, means: Means, length: float, now: float) -> None:
        match means:
            case Means.LEFT | Means.CALLED_OFF:
                self._leaves(stay, now)
            case Means.BACK:
                stay.over = now
            case Means.OK:
                self._is_well(stay, now)
            case Means.ARRIVED if stay.door is not None:
                self._arrives(stay, now)
            case Means.LATE | Means.LONGER:
                self._longer(stay, length, now)
            case _:
                return

    def _homeward(self, stay: Stay, means: Means, length: float, now: float) -> None:
        match means:
            case Means.BACK:
                stay.over = now
            case Means.OK:
                stay.floor, stay.back = stay.told_from(self.lengths), max(stay.back or now, now)
            case Means.LATE | Means.LONGER:
                back = (stay.back or now) + length
                stay.back = back if back > now else now + length
            case _:
                return

    def _longer(self, stay: Stay, length: float, now: float) -> None:
        """The expected end moves, and the return with it."""
        put_off = stay.ends + length if stay.ends + length > now else now + length
        if stay.back is not None:
            stay.back += max(0.0, put_off - stay.ends)
        stay.ends = put_off
        if stay.door is not None and stay.told_at(self.lengths) <= now:
            stay.door = None

    def _is_well(self, stay: Stay, now: float) -> None:
        """An OK answers the question that has been put, and no other; where check-ins repeat it counts as the next one."""
        lengths = self.lengths
        if stay.door is not None:
            if stay.told_at(lengths) <= now:
                stay.floor, stay.door = stay.told_from(lengths), None
                stay.ends = max(stay.ends, now + lengths.end_grace)
            return
        if stay.asked_at(lengths) > now:
            if lengths.every is not None:
                stay.floor, stay.check_in = stay.told_from(lengths), now + lengths.every
            return
        # What is said in the very instant of the alarm is heard first, if nobody has been told yet.
        silent = stay.told_at(lengths) < now or stay.noticed
        if stay.alone is not None:
            self._is_well_alone(stay, now, silent)
            return
        if silent and not stay.noticed:
            # Nobody was told while they should have been: maybe the question has come only now, or the alarm in this instant.
            stay.floor = stay.told_from(lengths)
        stay.ceiling = now + 2 * lengths.end_grace + lengths.question + (lengths.every or 0.0)
        answers_check_in = stay.check_in is not None and stay.asked_at(lengths) == stay.check_in
        if not answers_check_in or silent:
            stay.ends = max(stay.ends, now + lengths.end_grace)
        if answers_check_in or (stay.check_in is not None and stay.check_in <= now):
            stay.check_in = now + lengths.every if lengths.every else None

    def _is_well_alone(self, stay: Stay, now: float, silent: bool) -> None:
        """The answer to "your partner has left" is no check-in, unless they repeat: the one that is to come comes."""
        lengths = self.lengths
        if silent:
            stay.floor, stay.ends = stay.told_from(lengths), max(stay.ends, now + lengths.end_grace)
        stay.alone = None
        if lengths.every is not None or (stay.check_in is not None and stay.check_in <= now):
            stay.check_in = now + lengths.every if lengths.every else None
