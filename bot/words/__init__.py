"""What people's texts mean. Anything may raise; only the certain may lower."""

from bot.words.kinds import LOWERING, MOVING, RAISING, Kind, Meaning, Outcome, Reading
from bot.words.reading import read

__all__ = ["LOWERING", "MOVING", "RAISING", "Kind", "Meaning", "Outcome", "Reading", "read"]
