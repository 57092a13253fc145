"""Twilio's REST API for messages as a server, with the platform's own semantics."""

import base64
from collections.abc import Callable
from datetime import datetime

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes.server import Fault, Json, form_of
from tests.fakes.twilio_account import Account
from tests.fakes.twilio_errors import TwilioError
from tests.fakes.twilio_hooks import Receipt
from tests.fakes.twilio_messages import API, Sms, page
from tests.fakes.twilio_schedule import TwilioSchedule, is_scheduled

BODY_LIMIT = 1600


class TwilioServer(TwilioSchedule):
    """Set `client.api.base_url = server.url` and the real client talks to it.

    The calls to plan faults for are `create`, `list`, `fetch`, `update`, `delete` and `balance`; `hold` is a create with a
    schedule.
    """

    def __init__(
        self, now: Callable[[], datetime], *, account_sid: str, auth_token: str,
        number: str = "+447700900100", service_sid: str = "MG" + "5" * 32, auto_receipts: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            now, account_sid=account_sid, auth_token=auth_token, number=number, auto_receipts=auto_receipts
        )
        self.service_sid = service_sid
        self.balance = "25.00"
        self.account = Account(account_sid, auth_token, number)
        self.other_numbers: tuple[str, ...] = ()
        """Numbers of the account beside `number`, which is in the Messaging Service as they are not."""
        self._refuses: dict[str, int] = {}
        self._unfit: dict[str, int] = {}

    # -- what a test plans --------------------------------------------------------------------------

    def refuses(self, number: str, code: int | None) -> None:
        """Refuse every text to this number with a code such as 21211 or 21614; None ends it."""
        with self._lock:
            if code is None:
                self._refuses.pop(number, None)
            else:
                self._refuses[number] = code

    def forbids(self, sender: str, code: int | None) -> None:
        """Refuse every text from this number or service with a code such as 21606 or 30002; None ends it."""
        with self._lock:
            if code is None:
                self._unfit.pop(sender, None)
            else:
                self._unfit[sender] = code

    def fails_next(
        self, status: int, *, after_accepting: bool = False, times: int = 1, method: str = "create",
        code: int = 0, after: int = 0,
    ) -> None:  # fmt: skip
        """Fail the next `times` calls, once `after` have gone well; `after_accepting`: the text goes out all the same."""
        known = code or {429: 20429, 503: 20503}.get(status, 20500)
        self._plan(Fault(method, status, code=known, after_accepting=after_accepting, after=after), times)

    def hangs_next(self, method: str = "create", times: int = 1) -> None:
        """The next `times` calls are carried out and not answered until `release()`."""
        super().hangs_next(method, times)

    def messages(self, to: str = "") -> list[Sms]:
        """Every message resource, inbound ones too, oldest first; or those to one number."""
        with self._lock:
            self._sweep()
            return [one for one in self._messages if to in ("", one.to)]

    # -- the HTTP side ------------------------------------------------------------------------------

    def _routes(self) -> list[Route]:
        account = API + "/{account}"
        return [
            Route(account + "/Messages.json", self._collection, methods=["GET", "POST"]),
            Route(account + "/Messages/{sid}.json", self._single, methods=["GET", "POST", "DELETE"]),
            Route(account + "/Balance.json", self._money, methods=["GET"]),
            *self.account.routes(),
        ]

    async def _collection(self, request: Request) -> Response:
        return await self._answer(request, "list" if request.method == "GET" else "create")

    async def _single(self, request: Request) -> Response:
        return await self._answer(request, {"GET": "fetch", "POST": "update", "DELETE": "delete"}[request.method])

    async def _money(self, request: Request) -> Response:
        return await self._answer(request, "balance")

    async def _answer(self, request: Request, method: str) -> Response:
        params = await form_of(request)
        self._note(method, params)
        if self._down:
            # What a gateway says is a page for people, not Twilio's JSON.
            return PlainTextResponse("<html><h1>502 Bad Gateway</h1></html>", 502, media_type="text/html")
        fault = (self._next_fault("hold") if is_scheduled(params) else None) or self._next_fault(method)
        try:
            self._authenticate(request)
            if fault is not None and not fault.after_accepting:
                raise _as_error(fault)
            response = await self._carry_out(method, request.path_params.get("sid", ""), params)
        except TwilioError as error:
            return error.response()
        if fault is not None and fault.status is not None:
            return _with_background(_as_error(fault).response(), response)
        if fault is not None:
            # The network does not wait for the answer: receipts come all the same.
            if response.background is not None:
                await response.background()
                response.background = None
            await self._hang()
        return response

    def _authenticate(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        wanted = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if given != wanted or request.path_params["account"] != self.account_sid:
            raise TwilioError(401, 20003)

    async def _carry_out(self, method: str, sid: str, params: Json) -> Response:
        if method == "create":
            return await self._create(params)
        with self._lock:
            self._sweep()
            if method == "list":
                return JSONResponse(page(self.account_sid, self._messages, params))
            if method == "balance":
                money = {"account_sid": self.account_sid, "balance": self.balance, "currency": "GBP"}
                return JSONResponse(money)
            sms = next((one for one in reversed(self._messages) if one.sid == sid), None)
            if sms is None:
                raise TwilioError(404, 20404)
            if method == "delete":
                self._messages.remove(sms)
                return Response(status_code=204)
            if method == "update":
                self._update(sms, params)
            return JSONResponse(sms.resource())

    def _update(self, sms: Sms, params: Json) -> None:
        if params.get("Status") == "canceled":
            self._cancel(sms)
        if params.get("Body") == "":
            sms.body = ""
        self._touch()

    # -- sending ------------------------------------------------------------------------------------

    async def _create(self, params: Json) -> Response:
        """Accept a text and answer 201; its receipts go out before that, after it, or when asked for."""
        with self._lock:
            sms = self._accept(params)
            resource = sms.resource()
            due: list[Receipt] = []
            if sms.status != "scheduled":
                due = self._hand_over(sms, self._now())
            early = bool(due) and self._plan_of(sms).when == "before"
            self._touch()
        if early:
            await self._post_receipts(due)
        late = BackgroundTask(self._post_soon, due) if due and not early else None
        return JSONResponse(resource, 201, background=late)

    def _accept(self, params: Json) -> Sms:
        """Check a POST as Twilio does and keep the text."""
        to, body, service = params.get("To", ""), params.get("Body", ""), params.get("MessagingServiceSid")
        sender = params.get("From")
        if not to:
            raise TwilioError(400, 21604)
        if not body and "MediaUrl" not in params:
            raise TwilioError(400, 21602)
        if len(body) > BODY_LIMIT:
            raise TwilioError(400, 21617)
        if not sender and not service:
            raise TwilioError(400, 21603)
        if sender not in (None, self.number, *self.other_numbers):
            raise TwilioError(400, 21606)
        if service not in (None, self.service_sid):
            raise TwilioError(404, 20404)
        if code := self._unfit.get(sender or service or ""):
            raise TwilioError(400, code)
        if to in self._refuses:
            raise TwilioError(400, self._refuses[to])
        if (to, sender or self.number) in self._opted_out:
            raise TwilioError(400, 21610)
        send_at = self._schedule(params)
        status = "scheduled" if send_at else "accepted" if service else "queued"
        sms = Sms(
            self._new_sid("SM"), self.account_sid, sender, to, body, "outbound-api", status, self._now(),
            send_at=send_at, service=service, params=dict(params),
        )  # fmt: skip
        self._messages.append(sms)
        return sms

    async def _post_soon(self, due: list[Receipt]) -> None:
        self._later(self._post_receipts(due))


def _as_error(fault: Fault) -> TwilioError:
    return TwilioError(fault.status or 500, fault.code or 20500)


def _with_background(error: Response, accepted: Response) -> Response:
    """The failure the caller gets carries on what the accepted text set going."""
    error.background = accepted.background
    return error
