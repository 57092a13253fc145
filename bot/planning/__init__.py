"""Plans of visits: read out of one line or asked for one by one, and looked at for what cannot be."""

from bot.planning.line import Line, read_line
from bot.planning.moments import WHEN, Moments, instant, moments, settled
from bot.planning.sheet import Desk, Staff
from bot.planning.where import postcode

__all__ = ["WHEN", "Desk", "Line", "Moments", "Staff", "instant", "moments", "postcode", "read_line", "settled"]
