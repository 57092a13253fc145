"""Settings: read from two places, refused all at once, and never a secret in the refusal."""

import re
from pathlib import Path

import pytest

from bot.school import parse_schools
from bot.settings import NAMES, SECRETS, Settings, SettingsError, TelegramMode, load_settings

HOUSE = Path(__file__).parents[2]
KEY = "blue-kettles-sing-at-noon"
TOKEN = "7700900:marsh-lane"
SID, SERVICE, AUTH = "AC" + "7" * 32, "MG" + "7" * 32, "5eed" * 8
TELEGRAM = {"TELEGRAM_BOT_TOKEN": TOKEN, "DOORSTEP_SECRET_KEY": KEY}
TWILIO = {
    "TWILIO_ACCOUNT_SID": SID,
    "TWILIO_AUTH_TOKEN": AUTH,
    "TWILIO_FROM": "+447700900100",
    "DOORSTEP_PUBLIC_URL": "https://doorstep.marshlane.sch.uk",
    "DOORSTEP_SECRET_KEY": KEY,
}
BOTH = TELEGRAM | TWILIO


def refusals(environ: dict[str, str], env_file: Path | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, env_file)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def example_lines() -> dict[str, str]:
    """The settings of .env.example, as if every comment sign before one were taken away."""
    text = (HOUSE / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^# ([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_nothing_given_is_local_mode() -> None:
    """Without a single setting Doorstep starts, on this machine alone, with the local phones."""
    settings = load_settings({}, None)
    assert settings == Settings()
    assert (settings.is_local, settings.has_telegram, settings.has_twilio) == (True, False, False)
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8080)
    assert settings.secret_key is None
    assert settings.telegram_mode is TelegramMode.POLL


def test_both_platforms() -> None:
    """Every setting given arrives, each in its own form."""
    more = {
        "DOORSTEP_LISTEN": "[::1]:9000",
        "DOORSTEP_SCHOOLS_FILE": "/etc/doorstep/schools.toml",
        "DOORSTEP_DATABASE_URL": "postgresql+asyncpg://doorstep:pw@localhost/doorstep",
        "TELEGRAM_MODE": "webhook",
        "TELEGRAM_API_URL": "http://127.0.0.1:8081/",
        "TWILIO_AUTH_TOKEN_SECONDARY": AUTH[::-1],
        "TWILIO_FROM": "+447700900100, +447700900101",
        "TWILIO_MESSAGING_SERVICE_SID": SERVICE,
    }
    settings = load_settings(BOTH | more, None)
    assert settings.has_telegram
    assert settings.has_twilio
    assert not settings.is_local
    assert settings.twilio_from == ("+447700900100", "+447700900101")
    assert (settings.listen_host, settings.listen_port) == ("::1", 9000)
    assert settings.telegram_mode is TelegramMode.WEBHOOK
    assert settings.telegram_api_url == "http://127.0.0.1:8081"
    assert settings.schools_file == Path("/etc/doorstep/schools.toml")
    assert settings.secret_key is not None
    assert settings.secret_key.get_secret_value() == KEY


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    """`.env` fills in what the environment leaves out, with or without a byte-order mark; blanks are nothing."""
    env_file = tmp_path / ".env"
    env_file.write_text('\ufeffDOORSTEP_LISTEN=127.0.0.1:1\nDOORSTEP_SCHOOLS_FILE="a b.toml"\n', encoding="utf-8")
    settings = load_settings({"DOORSTEP_LISTEN": "127.0.0.1:2", "DOORSTEP_PUBLIC_URL": "  "}, env_file)
    assert settings.listen_port == 2
    assert settings.schools_file == Path("a b.toml")
    assert settings.public_url is None
    assert load_settings({}, tmp_path / "none") == Settings()


def test_settings_cannot_be_changed_or_shown() -> None:
    """Settings are frozen, and what they look like in a log holds no secret."""
    settings = load_settings(
        BOTH | {"DOORSTEP_DATABASE_URL": f"postgresql+asyncpg://doorstep:{AUTH}@db/doorstep"}, None
    )
    with pytest.raises(ValueError, match="frozen"):
        settings.listen = "127.0.0.1:1"
    assert not [secret for secret in (KEY, TOKEN, AUTH) if secret in f"{settings!r} {settings}"]


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_come_as_a_file(name: str, tmp_path: Path) -> None:
    """NAME_FILE is the same as NAME; the line's end in the file is not part of the secret."""
    environ = BOTH | {"TWILIO_AUTH_TOKEN_SECONDARY": AUTH, "DOORSTEP_DATABASE_URL": "sqlite+aiosqlite:///x.db"}
    filed = tmp_path / "secret"
    filed.write_text(environ[name] + "\n", encoding="utf-8")
    from_file = {key: text for key, text in environ.items() if key != name} | {f"{name}_FILE": str(filed)}
    assert load_settings(from_file, None) == load_settings(environ, None)


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    """Which of the two holds would be a guess."""
    filed = tmp_path / "secret"
    filed.write_text(TOKEN, encoding="utf-8")
    assert refusals(TELEGRAM | {"TELEGRAM_BOT_TOKEN_FILE": str(filed)}) == (
        "TELEGRAM_BOT_TOKEN: given both as itself and as TELEGRAM_BOT_TOKEN_FILE; take one of them out",
    )


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "cannot be read"), (b"\n", "is empty"), (b"\xff\xfe", "cannot be read")]
)
def test_a_secret_file_that_holds_nothing_is_refused(content: bytes | None, problem: str, tmp_path: Path) -> None:
    """A missing, empty or unreadable file is one problem, not also a missing half."""
    filed = tmp_path / "secret"
    if content is not None:
        filed.write_bytes(content)
    (line,) = refusals({"TELEGRAM_BOT_TOKEN_FILE": str(filed), "DOORSTEP_SECRET_KEY": KEY})
    assert line.startswith("TELEGRAM_BOT_TOKEN_FILE: ")
    assert problem in line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DOORSTEP_SECRET_KEY", "changeme-changeme-changeme"),
        ("DOORSTEP_SECRET_KEY", "<the output of: openssl rand -base64 32>"),
        ("TELEGRAM_BOT_TOKEN", "123456:your-token-here"),
        ("TELEGRAM_BOT_TOKEN", "123456789:xxxxxxxxxxxx"),
        ("TWILIO_AUTH_TOKEN", "your_auth_token"),
        ("TWILIO_AUTH_TOKEN", "xxx"),
        ("TWILIO_ACCOUNT_SID", "AC" + "x" * 32),
        ("TWILIO_ACCOUNT_SID", "AC…"),
        ("TWILIO_MESSAGING_SERVICE_SID", "MG..."),
        ("TWILIO_FROM", "+44xxx"),
        ("DOORSTEP_PUBLIC_URL", "https://example.com"),
        ("DOORSTEP_PUBLIC_URL", "https://doorstep.example.org"),
        ("DOORSTEP_PUBLIC_URL", "https://doorstep.your-school.sch.uk"),
        ("DOORSTEP_DATABASE_URL", "postgresql+asyncpg://doorstep:secret@db.example.com/doorstep"),
    ],
)
def test_a_placeholder_is_refused(name: str, text: str) -> None:
    """Text copied out of an example never starts a service."""
    assert refusals(BOTH | {name: text}) == (
        f"{name}: this is a placeholder; give the real value, or take the line out",
    )


@pytest.mark.parametrize("text", ["kx3xXx/yourself+xxAA", "Zm9vYmFyxxx-examples-2"])
def test_a_real_secret_is_no_placeholder(text: str) -> None:
    """A key of chance letters may hold a few that look like one."""
    assert load_settings(TELEGRAM | {"DOORSTEP_SECRET_KEY": text}, None).has_telegram


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"TELEGRAM_BOT_TOKEN": TOKEN}, ["DOORSTEP_SECRET_KEY"]),
        (TELEGRAM | {"TELEGRAM_MODE": "webhook"}, ["DOORSTEP_PUBLIC_URL"]),
        ({"TELEGRAM_MODE": "webhook", "DOORSTEP_PUBLIC_URL": "https://a.sch.uk"}, ["TELEGRAM_BOT_TOKEN"]),
        ({"TWILIO_FROM": "+447700900100"}, ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]),
        ({"TWILIO_MESSAGING_SERVICE_SID": SERVICE}, ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]),
        ({"TWILIO_AUTH_TOKEN_SECONDARY": AUTH}, ["TWILIO_AUTH_TOKEN"]),
        ({name: text for name, text in TWILIO.items() if name != "TWILIO_ACCOUNT_SID"}, ["TWILIO_ACCOUNT_SID"]),
        ({name: text for name, text in TWILIO.items() if name != "TWILIO_AUTH_TOKEN"}, ["TWILIO_AUTH_TOKEN"]),
        ({name: text for name, text in TWILIO.items() if name != "TWILIO_FROM"}, ["TWILIO_FROM"]),
        ({name: text for name, text in TWILIO.items() if name != "DOORSTEP_PUBLIC_URL"}, ["DOORSTEP_PUBLIC_URL"]),
        ({name: text for name, text in TWILIO.items() if name != "DOORSTEP_SECRET_KEY"}, ["DOORSTEP_SECRET_KEY"]),
    ],
)
def test_a_missing_half_is_named(environ: dict[str, str], missing: list[str]) -> None:
    """What is given only in part is refused, by the name of what is missing."""
    lines = refusals(environ)
    assert [line.split(":")[0] for line in lines] == missing
    assert all("it is missing" in line for line in lines)


def test_a_messaging_service_is_sender_enough() -> None:
    """Twilio may send by a Messaging Service in place of a number."""
    environ = {name: text for name, text in TWILIO.items() if name != "TWILIO_FROM"}
    assert load_settings(environ | {"TWILIO_MESSAGING_SERVICE_SID": SERVICE}, None).has_twilio


@pytest.mark.parametrize(
    ("name", "text", "mend"),
    [
        ("DOORSTEP_PUBLIC_URL", "http://doorstep.sch.uk", "write https://"),
        ("DOORSTEP_PUBLIC_URL", "https://doorstep.sch.uk/twilio/sms", "more than a host"),
        ("DOORSTEP_PUBLIC_URL", "https://doorstep.sch.uk?a=1", "more than a host"),
        ("DOORSTEP_PUBLIC_URL", "doorstep.sch.uk", "is not a web address"),
        ("DOORSTEP_PUBLIC_URL", "https://doorstep.sch.uk:port", "is not a web address"),
        ("DOORSTEP_PUBLIC_URL", "https://[doorstep", "is not a web address"),
        ("DOORSTEP_LISTEN", "8080", "write it like 127.0.0.1:8080"),
        ("DOORSTEP_LISTEN", "127.0.0.1", "write it like 127.0.0.1:8080"),
        ("DOORSTEP_LISTEN", "127.0.0.1:70000", "write it like 127.0.0.1:8080"),
        ("DOORSTEP_DATABASE_URL", "sqlite:///doorstep.db", "sqlite+aiosqlite://, postgresql+asyncpg://"),
        ("DOORSTEP_DATABASE_URL", "postgresql://doorstep:secret@db/doorstep", "none of the known drivers"),
        ("DOORSTEP_DATABASE_URL", "sqlite+aiosqlite:///:memory:", "nothing would be kept"),
        ("DOORSTEP_SECRET_KEY", "too short", "shorter than 16"),
        ("DOORSTEP_SECRET_KEY", f"{KEY},short", "shorter than 16"),
        ("TELEGRAM_BOT_TOKEN", "marsh-lane", "@BotFather"),
        ("TELEGRAM_BOT_TOKEN", "7700900:", "@BotFather"),
        ("TELEGRAM_MODE", "push", "'poll' or 'webhook'"),
        ("TELEGRAM_API_URL", "ftp://telegram.sch.uk", "not an address to call"),
        ("TWILIO_API_URL", "api.twilio.com", "is not a web address"),
        ("TWILIO_ACCOUNT_SID", SERVICE, "AC and 32 characters"),
        ("TWILIO_ACCOUNT_SID", "AC123", "AC and 32 characters"),
        ("TWILIO_MESSAGING_SERVICE_SID", SID, "MG and 32 characters"),
        ("TWILIO_FROM", "07700 900100", "write it like +447700900000"),
        ("TWILIO_FROM", "Doorstep", "write it like +447700900000"),
        ("TWILIO_FROM", "+447700900100,", "write it like +447700900000"),
    ],
)
def test_a_wrong_value_is_refused_with_the_mend(name: str, text: str, mend: str) -> None:
    """Each refusal names the setting and says how to put it right, without repeating a secret."""
    (line,) = refusals(BOTH | {name: text})
    assert line.startswith(f"{name}: ")
    assert mend in line
    assert name not in SECRETS or text not in line


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1:8080/", "http://[::1]:8080"])
def test_plain_http_is_for_this_machine(url: str) -> None:
    """Tests and rehearsals on loopback need no certificate; a slash at the end is no path."""
    assert load_settings(BOTH | {"DOORSTEP_PUBLIC_URL": url}, None).public_url == url.rstrip("/")


def test_the_local_phones_are_for_this_machine_alone() -> None:
    """Without credentials anybody who reached the door could speak as anybody: it opens on loopback only."""
    (line,) = refusals({"DOORSTEP_LISTEN": "0.0.0.0:8080"})
    assert line.startswith("DOORSTEP_LISTEN: without credentials")
    assert load_settings(TELEGRAM | {"DOORSTEP_LISTEN": "0.0.0.0:8080"}, None).listen_host == "0.0.0.0"
    assert load_settings({"DOORSTEP_LISTEN": "localhost:0"}, None).listen_port == 0


def test_a_typo_is_never_silent(tmp_path: Path) -> None:
    """A name that is no setting is refused, with the one perhaps meant; other programs' names are left alone."""
    env_file = tmp_path / ".env"
    env_file.write_text("TWILIO_AUTH_TOKN=a\nPOSTGRES_PASSWORD=b\n", encoding="utf-8")
    environ = {
        "DOORSTEP_SECRETKEY": KEY,
        "TWILIO_EDGE": "dublin",
        "TWILIO_ACCOUNT_SID_FILE": "/run/sid",
        "DOORSTEP_": "",
    }
    lines = refusals(environ, env_file)
    assert [line.split(":")[0] for line in lines] == [
        "DOORSTEP_",
        "DOORSTEP_SECRETKEY",
        "TWILIO_ACCOUNT_SID_FILE",
        "TWILIO_AUTH_TOKN",
    ]
    assert "did you mean DOORSTEP_SECRET_KEY?" in lines[1]
    assert load_settings({"DOORSTEP_TEST_POSTGRES": "a", "DOORSTEP_REQUIRE_PEERS": "1"}, None) == Settings()


def test_an_env_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """A `.env` that cannot be read is a problem of its own."""
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"DOORSTEP_LISTEN=\xff\n")
    assert "save it as plain UTF-8 text" in refusals({}, env_file)[0]


def test_every_fault_is_told_at_once() -> None:
    """Nobody mends a file line by line: unknown names, placeholders, missing halves and wrong values come together."""
    environ = {"DOORSTEP_LISTN": "x", "TWILIO_AUTH_TOKEN": "changeme", "TWILIO_FROM": "07700", "DOORSTEP_LISTEN": "x"}
    assert [line.split(":")[0] for line in refusals(environ)] == [
        "DOORSTEP_LISTN",
        "TWILIO_AUTH_TOKEN",
        "DOORSTEP_SECRET_KEY",
        "DOORSTEP_PUBLIC_URL",
        "TWILIO_ACCOUNT_SID",
        "DOORSTEP_LISTEN",
        "TWILIO_FROM",
    ]


def test_the_example_has_every_setting() -> None:
    """`.env.example` and the settings name the same things, and its defaults are the ones that hold."""
    lines = example_lines()
    assert list(lines) == list(NAMES)
    assert len(NAMES) > 14
    defaults = {name: text for name, text in lines.items() if "<" not in text}
    assert load_settings(defaults, None) == Settings()
    assert all(f"{name}=" in (HOUSE / ".env.example").read_text(encoding="utf-8") for name in SECRETS)


def test_the_example_explains_every_setting() -> None:
    """Each line of `.env.example` has its explanation above it, which says where a file may stand in."""
    text = (HOUSE / ".env.example").read_text(encoding="utf-8")
    explained = dict(re.findall(r"^# ([A-Z].+)\n# ([A-Z_]+)=", text, re.MULTILINE))
    said = {name: words for words, name in explained.items()}
    assert set(said) == set(NAMES)
    assert {name for name, words in said.items() if "(secret" in words} == set(SECRETS)


def test_the_values_of_the_example_start_nothing() -> None:
    """Whoever only takes the comment signs away is told of every value that is still to be given."""
    lines = example_lines()
    refused = {line.split(":")[0] for line in refusals(lines)}
    assert refused == {name for name, text in lines.items() if "<" in text}


def test_the_example_of_a_school_can_be_used() -> None:
    """`schools.example.toml` is read as it stands, and is Marsh Lane Primary."""
    schools = parse_schools((HOUSE / "schools.example.toml").read_text(encoding="utf-8"))
    assert [(key, school.name) for key, school in schools.items()] == [("marsh_lane", "Marsh Lane Primary")]
    assert schools["marsh_lane"].code_words == ("blue folder",)
    assert schools["marsh_lane"].policy.rehearsal_lengths() == []


def test_the_handbook_has_every_setting() -> None:
    """The administrator's table names each setting, in order, and marks those that may come as a file."""
    text = (HOUSE / "docs" / "administrator.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)`( \(secret\))? \|", text, re.MULTILINE)
    assert [name for name, _ in rows] == list(NAMES)
    assert {name for name, secret in rows if secret} == set(SECRETS)
