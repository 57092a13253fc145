"""Whether a webhook is Twilio's: HMAC-SHA1 over the public URL and every parameter (Twilio, "Security")."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

_HOST = re.compile(r"(?P<scheme>https?)://(?P<host>\[[^]]*]|[^/?:]*)(?P<port>:\d+)?", re.IGNORECASE)


class Signatures:
    """Checks by any of the tokens, two while one is being changed, over the address that Twilio was given.

    Raises ValueError without a token, or for a public URL that is not http(s).
    """

    def __init__(self, tokens: Sequence[str], public_url: str) -> None:
        self._tokens = [token.encode() for token in tokens if token]
        self._base = public_url.partition("#")[0].rstrip("/")
        if not self._tokens:
            raise ValueError("signatures need at least one token")
        if not _HOST.match(self._base):
            raise ValueError("the public URL must begin with https:// and a host")

    def valid(self, path_and_query: str, params: list[tuple[str, str]], header: str | None) -> bool:
        """Whether the header fits what was received, with blank, unstripped and repeated parameters."""
        if not header:
            return False
        given = header.encode("utf-8", "surrogateescape")
        tail = _concatenated(params)
        # Every comparison is made, whichever fits: the time taken tells nothing.
        fits = [
            hmac.compare_digest(_signed(token, (url + tail).encode("utf-8", "surrogateescape")), given)
            for token in self._tokens
            for url in _with_and_without_port(self._base + path_and_query.partition("#")[0])
        ]
        return any(fits)


def _concatenated(params: list[tuple[str, str]]) -> str:
    """Names sorted by code point, each with its value; a repeated name with each different value, sorted."""
    return "".join(name + value for name, value in sorted(set(params)))


def _with_and_without_port(url: str) -> tuple[str, str]:
    """Twilio signs now with the port and now without (its own validator tries both)."""
    match = _HOST.match(url)
    assert match is not None
    rest = url[match.end() :]
    bare = f"{match['scheme']}://{match['host']}"
    port = match["port"] or (":443" if match["scheme"].lower() == "https" else ":80")
    return f"{bare}{rest}", f"{bare}{port}{rest}"


def _signed(token: bytes, content: bytes) -> bytes:
    return base64.b64encode(hmac.new(token, content, hashlib.sha1).digest())
