"""A service that only writes down what is posted to it: the other end of the fakes' webhooks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.server import Json, Server, form_of


@dataclass(frozen=True)
class Parcel:
    """One request that came in. `headers` have lower-case names."""

    path: str
    form: Json
    headers: dict[str, str]


class Receiver(Server):
    """Answers what `answers_next` planned, else an empty 200."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self._parcels: list[Parcel] = []
        self._answers: list[tuple[int, str, str]] = []

    def answers_next(self, status: int, body: str = "", content_type: str = "text/xml") -> None:
        """Plan one answer; planned answers are used in order."""
        with self._lock:
            self._answers.append((status, body, content_type))

    def parcels(self, path: str = "") -> list[Parcel]:
        """What came to `path` (all, when blank), oldest first."""
        with self._lock:
            return [one for one in self._parcels if path in ("", one.path)]

    def _routes(self) -> list[Route]:
        return [Route("/{path:path}", self._take, methods=["POST"])]

    async def _take(self, request: Request) -> Response:
        form = await form_of(request)
        with self._lock:
            self._parcels.append(Parcel(request.url.path, form, dict(request.headers)))
            status, body, content_type = self._answers.pop(0) if self._answers else (200, "", "text/xml")
            self._touch()
        return Response(body, status, media_type=content_type)
