"""Whether all is well, for a supervisor; and the counters, for this machine's collector."""

import json
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from handlers.web.doorkeeper import this_machine_only

Health = Callable[[], Awaitable[tuple[bool, dict[str, object]]]]
"""Whether the service does its work, with details for the administrator: nothing personal."""

log = structlog.get_logger(__name__)


def router(health: Health, registry: CollectorRegistry) -> APIRouter:
    routes = APIRouter()

    @routes.api_route("/healthz", methods=["GET", "HEAD"])
    async def healthz() -> Response:
        try:
            well, details = await health()
        except Exception as error:
            log.error("health check failed", error=type(error).__name__)
            well, details = False, {"error": "the check itself failed"}
        return Response(json.dumps(details), 200 if well else 503, media_type="application/json")

    @routes.get("/metrics", dependencies=[Depends(this_machine_only)])
    async def metrics() -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return routes
