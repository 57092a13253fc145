"""The desk, where everything that arrives becomes a decision and a record."""

from handlers.desk.case import Habits
from handlers.desk.desk import Desk

__all__ = ["Desk", "Habits"]
