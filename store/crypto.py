"""Sealing what is personal, and finding it again without opening it."""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.faults import BAD_SETTINGS, Mendable

SHORTEST_SECRET = 16
SHORT, REMEMBERED = 300, 4_096


class KeyFault(Mendable):
    """A secret that cannot be used, or rows that it does not open."""

    exit_code = BAD_SETTINGS


class Sealer:
    """Fernet for what is kept, HMAC-SHA256 for what is looked up, both from one secret.

    The secret is a Fernet key, or any text of at least 16 characters; several, parted by commas, while keys are
    being changed: the first seals, all open. Raises KeyFault for a secret that is too short.
    """

    def __init__(self, secret: str) -> None:
        self._secrets = [part.strip() for part in secret.split(",") if part.strip()]
        if not self._secrets or any(len(part) < SHORTEST_SECRET for part in self._secrets):
            raise KeyFault(f"the secret key needs at least {SHORTEST_SECRET} characters")
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(part, b"seal"))) for part in self._secrets])

    @cached_property
    def _index_keys(self) -> list[bytes]:
        return [_derive(secret, b"index") for secret in self._secrets]

    def seal(self, text: str) -> bytes:
        # A phone may send half a surrogate pair; it is kept as it came.
        return self.seal_bytes(text.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes) -> str:
        """Raises KeyFault when the secret is not the one it was sealed with."""
        return self._opened(sealed) if len(sealed) <= SHORT else self._open(sealed)

    def _open(self, sealed: bytes) -> str:
        return self.open_bytes(sealed).decode("utf-8", "surrogatepass")

    @cached_property
    def _opened(self) -> Callable[[bytes], str]:
        """For what is opened again with each text: the names, numbers and code words of a school's people."""
        return lru_cache(REMEMBERED)(self._open)

    def seal_bytes(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Raises KeyFault when the secret is not the one it was sealed with."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise KeyFault(
                "DOORSTEP_SECRET_KEY does not open what is stored: give the key it was sealed with"
            ) from error

    def index(self, kind: str, value: str) -> str:
        """The same for the same value, and nothing can be read from it without the key."""
        return self.indexes(kind, value)[0]

    def indexes(self, kind: str, value: str) -> list[str]:
        """The index by each key, the one in use first: while keys are being changed, rows are found by either."""
        return list(self._indexed(f"{kind}:{value}"))

    @cached_property
    def _indexed(self) -> Callable[[str], tuple[str, ...]]:
        """For the numbers that are looked for again with each text and each notice."""

        def indexes(value: str) -> tuple[str, ...]:
            named = value.encode("utf-8", "surrogatepass")
            return tuple(hmac.new(key, named, hashlib.sha256).hexdigest()[:32] for key in self._index_keys)

        return lru_cache(REMEMBERED)(indexes)


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=b"doorstep", info=purpose).derive(secret.encode())


def key_beside(path: Path) -> str:
    """The key of a rehearsal with local phones, kept in a file only its owner reads; made when it is not there yet."""
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    key = Fernet.generate_key().decode()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{key}\n")
    return key
