"""The app, put together from the routers of what this service has."""

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from handlers.web import health as health_pages
from handlers.web import local as local_phones
from handlers.web import telegram as telegram_hook
from handlers.web import twilio as twilio_hooks
from handlers.web.doorkeeper import Doorkeeper
from handlers.web.health import Health
from handlers.web.local import LocalPhones
from handlers.web.telegram import TelegramHook
from handlers.web.twilio import TwilioHooks


def build_app(
    *,
    twilio: TwilioHooks | None,
    telegram: TelegramHook | None,
    local: LocalPhones | None,
    health: Health,
    registry: CollectorRegistry,
) -> FastAPI:
    """Every door that is handed in; the others are unknown paths. The counters are added to `registry`."""
    app = FastAPI(title="Doorstep", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    doorkeeper = Doorkeeper(registry)
    if twilio is not None:
        app.include_router(twilio_hooks.router(twilio, doorkeeper))
    if telegram is not None:
        app.include_router(telegram_hook.router(telegram, doorkeeper))
    if local is not None:
        app.include_router(local_phones.router(local, doorkeeper))
    app.include_router(health_pages.router(health, registry))
    return app
