"""An outside watchdog: it is called as long as all is well, and raises its own alarm when the calls stop."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.server import Server


class Watchdog(Server):
    """`url` with any path is what is called."""

    def _routes(self) -> list[Route]:
        return [Route("/{path:path}", self._hear, methods=["GET"])]

    async def _hear(self, request: Request) -> Response:
        self._note("ping", {"path": request.url.path})
        return PlainTextResponse("OK")

    @property
    def pings(self) -> list[datetime]:
        """When it was called."""
        return [call.at for call in self.calls("ping")]
