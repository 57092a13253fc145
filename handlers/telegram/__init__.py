"""The Telegram door: what arrives (door, updates), what leaves (carrier). Only here `telegram` is known."""

from handlers.telegram.carrier import ERRORS, TelegramCarrier
from handlers.telegram.door import TelegramDoor
from handlers.telegram.updates import external_id, parse

__all__ = ["ERRORS", "TelegramCarrier", "TelegramDoor", "external_id", "parse"]
