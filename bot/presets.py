"""The presets as they stand in their files: each value with the clause it carries out, and how two of them differ."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, NamedTuple

from bot.policy import preset

_LINE = re.compile(r"(?P<name>[a-z_]+) = (?:.*?)(?:\s+# (?P<beside>.*))?$")


class Value(NamedTuple):
    """One value of a policy as written, and its clause ("P13: …"); "" where no clause is known."""

    name: str
    written: str
    clause: str = ""


def written(value: object) -> str:
    """A value as it is written in TOML."""
    return json.dumps(value, default=str)


def values(name: str) -> list[Value]:
    """Every value of a preset, in order. Raises PolicyError for a name that is none."""
    known = preset(name)
    text = (resources.files("bot") / "policies" / f"{name}.toml").read_text(encoding="utf-8")
    clauses = dict(_clauses(text))
    return [Value(key, written(value), clauses.get(key, "")) for key, value in known.items()]


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """The comment beside each value, or the line above one that is too long for it."""
    above = ""
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            above = line.removeprefix("# ") if line.startswith("# ") else ""
            continue
        yield match["name"], match["beside"] or above
        above = ""


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The values in which two presets differ: name, the one's, the other's."""
    return [(key, written(value), written(other[key])) for key, value in one.items() if value != other.get(key)]
