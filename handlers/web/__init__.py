"""The HTTP app: webhooks, local phones and health, each handed what it needs and knowing no other room."""

from handlers.web.app import build_app
from handlers.web.local import LocalPhones
from handlers.web.serve import server_for
from handlers.web.telegram import TelegramHook
from handlers.web.twilio import TwilioHooks

__all__ = ["LocalPhones", "TelegramHook", "TwilioHooks", "build_app", "server_for"]
