"""What Twilio answers instead of a resource."""

from starlette.responses import JSONResponse

MESSAGES = {
    20003: "Authenticate", 20404: "The requested resource was not found", 20429: "Too Many Requests",
    20500: "Internal Server Error", 20503: "Service Unavailable",
    21211: "Invalid 'To' Phone Number", 21602: "Message body is required.",
    21603: "A 'From' phone number is required.", 21604: "A 'To' phone number is required.",
    21606: "The 'From' phone number provided is not a valid message-capable Twilio phone number.",
    21610: "Attempt to send to unsubscribed recipient", 21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit.",
    30409: "This message cannot be canceled", 35114: "Scheduling does not support this timestamp",
}  # fmt: skip


class TwilioError(Exception):
    """What Twilio answers instead of a resource."""

    def __init__(self, status: int, code: int, message: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.message = message or MESSAGES.get(code, "The request was refused")

    def response(self) -> JSONResponse:
        """The answer as it goes over the wire."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        body = {"code": self.code, "message": self.message, "more_info": more, "status": self.status}
        return JSONResponse(body, self.status)
