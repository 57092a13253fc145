"""What an administrator sets: read from the environment and `.env`, and refused, with every fault at once.

The environment goes before `.env`. A blank value is a value not given. No message repeats a secret.
"""

import difflib
import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource

SHORTEST_SECRET = 16
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")

_PLACEHOLDER = re.compile(
    r"change[-_ ]?me|replace[-_ ]?(me|this)|(^|[^a-z])your[-_ ]|<.*>|…|\.\.\.|x{6}|^(ac|mg|\+?\d*:?)x{3,}$",
    re.IGNORECASE,
)
_EXAMPLE_HOST = re.compile(r"(^|\.)(example|invalid|example\.(com|org|net))$", re.IGNORECASE)
_NOT_SETTINGS = re.compile(r"DOORSTEP_TEST_.*|DOORSTEP_REQUIRE_PEERS")
"""Names that are read by the tests, not by Doorstep."""


class SettingsError(ValueError):
    """Settings that Doorstep does not start with: one line for each, with the problem and the mend."""

    def __init__(self, problems: Collection[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class TelegramMode(StrEnum):
    """How Telegram's updates come in."""

    POLL = "poll"
    WEBHOOK = "webhook"


class Settings(BaseModel):
    """Every setting, by its name in small letters and without DOORSTEP_. Made by `load_settings`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: str = Field(default="sqlite+aiosqlite:///doorstep.db", repr=False)
    schools_file: Path = Path("schools.toml")
    secret_key: SecretStr | None = None
    public_url: str | None = None
    listen: str = "127.0.0.1:8080"
    telegram_bot_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: TelegramMode = TelegramMode.POLL
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_auth_token_secondary: SecretStr | None = None
    twilio_from: tuple[str, ...] = ()
    twilio_messaging_service_sid: str | None = None
    twilio_api_url: str = "https://api.twilio.com"
    administrator: str = Field(default="", max_length=40)
    audit_phones: tuple[str, ...] = ()
    audit_ping_url: str | None = Field(default=None, repr=False)

    @property
    def has_telegram(self) -> bool:
        return self.telegram_bot_token is not None

    @property
    def has_twilio(self) -> bool:
        return self.twilio_account_sid is not None and self.twilio_auth_token is not None

    @property
    def is_local(self) -> bool:
        """No credentials at all: the local phones take the place of Telegram and Twilio."""
        return not self.has_telegram and not self.has_twilio

    @property
    def listen_host(self) -> str:
        return _host_and_port(self.listen)[0]

    @property
    def listen_port(self) -> int:
        """0 lets the machine choose a port."""
        return _host_and_port(self.listen)[1]

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        driver, _, rest = url.partition("://")
        if driver not in DRIVERS:
            raise ValueError(
                f"the database URL begins with none of the known drivers; begin it with {'://, '.join(DRIVERS)}://"
            )
        if driver == DRIVERS[0] and rest.partition("?")[0] in ("", "/", "/:memory:"):
            raise ValueError("names no file, and nothing would be kept; write it like sqlite+aiosqlite:///doorstep.db")
        return url

    @field_validator("secret_key")
    @classmethod
    def _key(cls, key: SecretStr) -> SecretStr:
        parts = [part.strip() for part in key.get_secret_value().split(",")]
        if any(len(part) < SHORTEST_SECRET for part in parts):
            raise ValueError(
                f"a key is shorter than {SHORTEST_SECRET} characters; make one with: openssl rand -base64 32"
            )
        return key

    @field_validator("public_url")
    @classmethod
    def _public(cls, url: str) -> str:
        parts = _split(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
            raise ValueError(
                f"{url} is not https, and texts would travel in the open; give it a certificate and write https://"
            )
        if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            raise ValueError(f"{url} has more than a host; write it like https://doorstep.school.uk")
        return url.rstrip("/")

    @field_validator("listen")
    @classmethod
    def _listen(cls, listen: str) -> str:
        _host_and_port(listen)
        return listen

    @field_validator("telegram_bot_token")
    @classmethod
    def _token(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value(), re.ASCII):
            raise ValueError("is not a bot's token; copy the whole of what @BotFather gave: digits, a colon, letters")
        return token

    @field_validator("telegram_api_url", "twilio_api_url")
    @classmethod
    def _api(cls, url: str) -> str:
        parts = _split(url)
        if parts.scheme not in ("http", "https") or parts.query or parts.fragment:
            raise ValueError(
                f"{url} is not an address to call; write it like https://api.telegram.org, or leave it out"
            )
        return url.rstrip("/")

    @field_validator("audit_ping_url")
    @classmethod
    def _ping(cls, url: str) -> str:
        if _split(url).scheme not in ("http", "https"):
            raise ValueError("is not an address to call; copy it from the watchdog whole, from https:// on")
        return url

    @field_validator("twilio_account_sid", "twilio_messaging_service_sid")
    @classmethod
    def _sid(cls, sid: str, info: object) -> str:
        prefix = "AC" if getattr(info, "field_name", "") == "twilio_account_sid" else "MG"
        if not re.fullmatch(prefix + r"[0-9A-Za-z]{32}", sid):
            raise ValueError(f"is not a SID of this sort; copy it from the Twilio console: {prefix} and 32 characters")
        return sid

    @field_validator("twilio_from", "audit_phones", mode="before")
    @classmethod
    def _numbers(cls, written: object) -> object:
        numbers = tuple(part.strip() for part in written.split(",")) if isinstance(written, str) else written
        wrong = [n for n in numbers if not re.fullmatch(r"\+[1-9]\d{6,14}", n)] if isinstance(numbers, tuple) else []
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not a phone number people can text; write it like +447700900000")
        return numbers


SECRETS = (
    "DOORSTEP_DATABASE_URL",
    "DOORSTEP_SECRET_KEY",
    "TELEGRAM_BOT_TOKEN",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_SECONDARY",
)
"""What may also be given as NAME_FILE: the name of a file that holds nothing else."""
NAMES: Mapping[str, str] = {
    field.upper() if field.startswith(("telegram_", "twilio_")) else f"DOORSTEP_{field.upper()}": field
    for field in Settings.model_fields
}
"""The field of each setting, by the name an administrator writes."""


def load_settings(environ: Mapping[str, str], env_file: Path | None) -> Settings:
    """Read and judge every setting. Raises SettingsError naming each wrong one, what is wrong and how to mend it.

    `env_file` need not exist. In local mode without a key `secret_key` is None, and the caller makes a key of its own.
    """
    problems: list[str] = []
    written = _written(environ, env_file, problems)
    given = {name: text for name in NAMES if (text := _value(name, written, problems)) is not None}
    placeholders = {name for name, text in given.items() if _is_placeholder(text)}
    problems += [
        f"{name}: this is a placeholder; give the real value, or take the line out" for name in sorted(placeholders)
    ]
    problems += _missing_halves(given)
    try:
        settings = Settings.model_validate(
            {NAMES[name]: text for name, text in given.items() if text and name not in placeholders}
        )
    except ValidationError as error:
        raise SettingsError([*problems, *_explain(error)]) from None  # its text could show a secret
    if problems:
        raise SettingsError(problems)
    return settings


def _written(environ: Mapping[str, str], env_file: Path | None, problems: list[str]) -> dict[str, str]:
    """The names and values that concern us, blank ones left out; a name nobody knows is a problem, not silence."""
    filed: Mapping[str, str | None] = {}
    if env_file is not None and env_file.is_file():
        try:
            source = DotEnvSettingsSource(BaseSettings, env_file, "utf-8-sig", case_sensitive=True)
            filed = source.env_vars
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{env_file}: it cannot be read ({type(error).__name__}); save it as plain UTF-8 text")
    known = {*NAMES, *(f"{name}_FILE" for name in SECRETS)}
    # TWILIO_… and TELEGRAM_… in the environment may be meant for other programs; in our own .env they are for us.
    strays = {name for name in environ if name.startswith("DOORSTEP_") or name.removesuffix("_FILE") in NAMES}
    strays |= {name for name in filed if name.startswith(("DOORSTEP_", "TELEGRAM_", "TWILIO_"))}
    problems += [_unknown(name, known) for name in sorted(strays - known) if not _NOT_SETTINGS.fullmatch(name)]
    both = {**filed, **environ}
    return {name: text.strip() for name in known if (text := both.get(name)) and text.strip()}


def _unknown(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"{name}: there is no such setting; " + (f"did you mean {near[0]}?" if near else "take it out")


def _value(name: str, written: Mapping[str, str], problems: list[str]) -> str | None:
    """What is given for a setting, itself or in a file; "" for one that is given but cannot be read."""
    path = written.get(f"{name}_FILE")
    if path is None:
        return written.get(name)
    if name in written:
        problems.append(f"{name}: given both as itself and as {name}_FILE; take one of them out")
        return ""
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        problems.append(
            f"{name}_FILE: the file cannot be read ({type(error).__name__}); check its name and who may read it"
        )
        return ""
    if not text:
        problems.append(f"{name}_FILE: the file is empty; write the value into it, and nothing else")
    return text


def _is_placeholder(text: str) -> bool:
    host = _try_split(text).hostname or "" if "://" in text else ""
    return bool(_PLACEHOLDER.search(text) or _EXAMPLE_HOST.search(host))


def _missing_halves(given: Mapping[str, str]) -> Iterator[str]:
    """What is missing beside what is given, be that right or wrong."""
    bot, sid, token = (name in given for name in ("TELEGRAM_BOT_TOKEN", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"))
    sender = "TWILIO_FROM" in given or "TWILIO_MESSAGING_SERVICE_SID" in given
    webhook = given.get("TELEGRAM_MODE") == TelegramMode.WEBHOOK
    rules = (
        ("DOORSTEP_SECRET_KEY", bot or sid or token, "what is kept about real people is sealed with it"),
        ("DOORSTEP_PUBLIC_URL", webhook or sid or token, "Twilio and a Telegram webhook call Doorstep at it"),
        ("TELEGRAM_BOT_TOKEN", webhook, "TELEGRAM_MODE=webhook is for a bot"),
        ("TWILIO_ACCOUNT_SID", token or sender, "it goes with TWILIO_AUTH_TOKEN and the number"),
        ("TWILIO_AUTH_TOKEN", sid or sender, "it goes with TWILIO_ACCOUNT_SID and the number"),
        ("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY" in given, "a secondary token goes beside it"),
        ("TWILIO_ACCOUNT_SID", "DOORSTEP_AUDIT_PHONES" in given, "the auditor's texts go by Twilio"),
    )
    missing = {name: why for name, needed, why in rules if needed and name not in given}
    yield from (f"{name}: it is missing, and {why}; give it" for name, why in missing.items())
    if (sid or token) and not sender:
        yield "TWILIO_FROM: it is missing, and texts come from a number; give it, or TWILIO_MESSAGING_SERVICE_SID"
    outside = not _is_loopback(_try_split(f"//{given.get('DOORSTEP_LISTEN', '127.0.0.1')}").hostname)
    if outside and not (bot or sid or token):
        yield (
            "DOORSTEP_LISTEN: without credentials Doorstep opens the local phones, for this machine alone; "
            "listen on 127.0.0.1, or give the credentials"
        )


def _explain(error: ValidationError) -> Iterator[str]:
    names = {field: name for name, field in NAMES.items()}
    for row in error.errors(include_input=False, include_url=False):
        yield f"{names[str(row['loc'][0])]}: {row['msg'].removeprefix('Value error, ')}"


def _try_split(url: str) -> SplitResult:
    """As `urlsplit`, and nothing at all for what is no URL."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _split(url: str) -> SplitResult:
    parts = _try_split(url)
    try:
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        parts = _try_split("")
    if not parts.hostname or re.search(r"\s", url):
        raise ValueError("is not a web address; write it like https://doorstep.school.uk")
    return parts


def _host_and_port(listen: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})", listen, re.ASCII)
    if not match or int(match[2]) > 65535:
        raise ValueError(f"{listen!r} is not a host and a port; write it like 127.0.0.1:8080")
    return match[1].strip("[]"), int(match[2])


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
