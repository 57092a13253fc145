"""Plans of visits: read out of one line or asked for one by one, and looked at for what cannot be."""

from bot.planning.answering import known_pupil, who_goes
from bot.planning.form import Wants, form
from bot.planning.line import Line, may_be_a_plan, read_line, rounds
from bot.planning.moments import WHEN, Moments, instant, moments, settled
from bot.planning.orders import Do, Order, read_order
from bot.planning.sheet import Desk, Staff
from bot.planning.where import postcode

__all__ = [
    "WHEN",
    "Desk",
    "Do",
    "Line",
    "Moments",
    "Order",
    "Staff",
    "Wants",
    "form",
    "instant",
    "known_pupil",
    "may_be_a_plan",
    "moments",
    "postcode",
    "read_line",
    "read_order",
    "rounds",
    "settled",
    "who_goes",
]
