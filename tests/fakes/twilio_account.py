"""What Twilio tells of an account: its state, its numbers and where their texts go, its Messaging Services."""

import base64
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.server import Json

ACCOUNT = "/2010-04-01/Accounts/{account}"


@dataclass
class Account:
    """Set the values; a number or a Service that is taken out of its dict is not there."""

    sid: str
    token: str
    number: str
    status: str = "active"
    type: str = "Full"
    numbers: dict[str, Json] = field(default_factory=dict)
    services: dict[str, Json] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers[self.number] = {
            "phone_number": self.number,
            "capabilities": {"sms": True, "mms": False, "voice": True},
            "sms_application_sid": "",
            "sms_url": "",
            "sms_method": "POST",
            "sms_fallback_url": "",
        }

    def leads_to(self, url: str, *, fragment: str = "#ct=2000&rt=4000&rc=3&rp=all") -> None:
        """The number as the handbook wants it: texts go to `url`, and there again when that fails."""
        self.numbers[self.number] |= {"sms_url": url + fragment, "sms_fallback_url": url}

    def adds_service(self, sid: str, *numbers: str, **values: Any) -> None:
        """A Messaging Service with these numbers in its sender pool; as a new one, it drops what comes in."""
        plain = {"inbound_request_url": None, "inbound_method": "POST", "fallback_url": None}
        self.services[sid] = {"sid": sid, "use_inbound_webhook_on_number": False, **plain, **values}
        self.members[sid] = list(numbers)

    def routes(self) -> list[Route]:
        """For a server of Twilio's."""
        return [
            Route("/2010-04-01/Accounts/{account}.json", self._account),
            Route(ACCOUNT + "/IncomingPhoneNumbers.json", self._numbers),
            Route("/v1/Services", self._services),
            Route("/v1/Services/{service}/PhoneNumbers", self._members),
        ]

    def _refusal(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        if given == base64.b64encode(f"{self.sid}:{self.token}".encode()).decode():
            return None
        return JSONResponse({"code": 20003, "message": "Authenticate", "status": 401}, 401)

    async def _account(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"sid": self.sid, "status": self.status, "type": self.type})

    async def _numbers(self, request: Request) -> Response:
        wanted = request.query_params.get("PhoneNumber")
        found = [one for number, one in self.numbers.items() if wanted in (None, number)]
        return self._refusal(request) or JSONResponse({"incoming_phone_numbers": found, "next_page_uri": None})

    async def _services(self, request: Request) -> Response:
        listed = {"services": list(self.services.values()), "meta": {"key": "services", "next_page_url": None}}
        return self._refusal(request) or JSONResponse(listed)

    async def _members(self, request: Request) -> Response:
        numbers = self.members.get(request.path_params["service"])
        if numbers is None:
            return self._refusal(request) or JSONResponse({"code": 20404, "status": 404}, 404)
        listed = {"phone_numbers": [{"phone_number": number} for number in numbers]}
        return self._refusal(request) or JSONResponse(listed)
