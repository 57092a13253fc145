"""Whom an alarm tells, rung by rung: by the policy's roles, and by who is on duty.

The theory. Nobody who can be alarmed is ever left out: who is off duty comes later, when those on duty have not answered. So
a rota that is wrong costs minutes, and never the alarm. Where nobody is on duty there is no order to keep: in school hours
everybody is told at once, because a hole in the rota is nobody's plan; outside them everybody is off, and the ladder is
climbed as it stands. Duress cannot wait for any of this (`_at_once`).
"""

from collections.abc import Iterable, Sequence

from bot.alarm import DURESS, Kind, Ladder
from bot.duty import Watch
from bot.people import Person, Role
from bot.policy import Policy

ALL_ON_DUTY = Watch()
Rungs = list[tuple[int, ...]]


def ladder(
    kind: Kind,
    policy: Policy,
    people: Iterable[Person],
    absent: frozenset[int],
    watch: Watch = ALL_ON_DUTY,
    ringing: Sequence[int] = (),
) -> Ladder:
    """The ladder of one alarm: the roles named to be told at once, then one role a rung; nobody twice.

    `absent` are those it is about: the overdue person is never their own contact (DESIGN §3). When no rung has anybody,
    every contact of the school is one rung, because an alarm that reaches nobody is the unforgivable one. `watch` says who
    is off duty now. `ringing` have read of another alarm that they are to ring: of duress they hear with the first.
    """
    contacts = [person for person in people if person.is_contact and person.id not in absent]
    rungs = _by_roles(kind, policy, contacts)
    on_duty = [tuple(number for number in rung if number not in watch.off_duty) for rung in rungs]
    if kind in DURESS:
        on_duty = _at_once(policy, contacts, rungs, on_duty, watch)
    if not any(on_duty):
        others = tuple(person.id for person in contacts if person.id not in watch.off_duty)
        on_duty = rungs if watch.outside and kind not in DURESS else [(*_everybody(rungs), *others)]
    first, *later = _with_responsible(kind, contacts, on_duty, watch)
    if kind in DURESS:
        first = (*first, *(person.id for person in contacts if person.id in ringing))
    return _tidy([first, *later, _everybody(rungs)])


def _by_roles(kind: Kind, policy: Policy, contacts: Sequence[Person]) -> Rungs:
    """Everybody who is on the ladder, rung by rung, as if all were on duty."""
    steps: list[tuple[Role, ...]] = [(role,) for role in policy.ladder]
    at_once = policy.duress if kind in DURESS else policy.quiet
    if at_once:
        steps = [at_once, *((role,) for role in policy.ladder if role not in at_once)]
    rungs = [tuple(p.id for role in roles for p in contacts if role in p.roles) for roles in steps]
    return list(_tidy(rungs)) or [tuple(person.id for person in contacts)]


def _at_once(policy: Policy, contacts: Sequence[Person], rungs: Rungs, on_duty: Rungs, watch: Watch) -> Rungs:
    """The ladder of duress, whose first rung has somebody in the place of each who is off duty.

    Where a named role has nobody on duty, the next rung that has is told in the same instant. And a rota is a guess: those
    of the first rung whom it has off are told too, unless they are away by somebody's word.
    """
    having = [[person.id for person in contacts if role in person.roles] for role in policy.duress]
    missing = any(ids and watch.off_duty.issuperset(ids) for ids in having)
    later = [rung for rung in on_duty[1:] if rung]
    moved_up = later[0] if missing and later else ()
    doubted = tuple(number for number in rungs[0] if number in watch.off - watch.away)
    return [(*on_duty[0], *moved_up, *doubted), *later] if on_duty[0] or moved_up else []


def _with_responsible(kind: Kind, contacts: Sequence[Person], rungs: Rungs, watch: Watch) -> Rungs:
    """Outside school hours the contact whom the visit has for that comes first (P3); in hours, after those on duty."""
    own = tuple(p.id for p in contacts if p.id == watch.responsible and p.id not in watch.away)
    if not watch.outside:
        return [*rungs, own]
    return [(*own, *rungs[0]), *rungs[1:]] if kind in DURESS else [own, *rungs]


def _everybody(rungs: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for rung in rungs for number in rung))


def _tidy(rungs: Iterable[tuple[int, ...]]) -> Ladder:
    """Nobody twice, and no rung without anybody."""
    seen: set[int] = set()
    kept = []
    for rung in rungs:
        fresh = tuple(number for number in dict.fromkeys(rung) if number not in seen)
        seen.update(fresh)
        kept += [fresh] if fresh else []
    return tuple(kept)
