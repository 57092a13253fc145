"""What is installed is what was locked: every part by its hash, and from whichever registry the machine is set to."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.laws import texts

HOUSE = Path(__file__).parent.parent
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
REGISTRY = re.compile(
    r"--(extra-)?index-url|--trusted-host|--find-links|/simple/?(\s|$|[\"'])"
    r"|(files\.pythonhosted|registry\.(npmjs|yarnpkg))\.(org|com)|https?://(\w+\.)?pypi\.org|_authToken"
)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(text: str) -> dict[str, list[str]]:
    """The hashes of each package of a lock, by "name==version"."""
    packages = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    return {entry.split()[0]: re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry) for entry in packages}


def without_hashes(text: str) -> list[str]:
    """The packages that are not pinned to one version, or to no hash."""
    return [name for name, hashes in locked(text).items() if not hashes or not re.fullmatch(r"[^=]+==[^=*]+", name)]


def not_locked(pyproject: str, lock: str) -> list[str]:
    """The dependencies of the project, and of its extras, that the lock lacks."""
    project = tomllib.loads(pyproject)["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    have = {normal(name.split("==")[0]) for name in locked(lock)}
    return [one for one in wanted if (match := NAME.match(one)) is None or normal(match[0]) not in have]


def registries(tree: Path) -> list[str]:
    """Where a text of the tree names a registry, an index or a pass to one."""
    found = ((path, number, line) for path, text in texts(tree) for number, line in enumerate(text.splitlines(), 1))
    return [
        f"{path}:{number}" for path, number, line in found if REGISTRY.search(line) and path != "tests/test_lock.py"
    ]


def test_every_locked_package_has_its_hash() -> None:
    """Nothing is installed but what was looked at: one version each, by SHA-256."""
    assert without_hashes((HOUSE / "requirements.lock").read_text(encoding="utf-8")) == []


def test_everything_the_project_names_is_locked() -> None:
    """The lock holds every dependency of pyproject.toml, those of its proofs too, and the build backend."""
    pyproject, lock = ((HOUSE / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "requirements.lock"))
    assert not_locked(pyproject, lock) == []


def test_no_text_names_a_registry() -> None:
    """Which mirror serves the packages is the machine's business and stands in no file."""
    assert registries(HOUSE) == []


@pytest.mark.parametrize("line", ["filelock==3.20.0\n", "filelock>=3.20 \\\n    --hash=sha256:" + "0" * 64 + "\n"])
def test_a_package_without_hash_or_version_is_seen(line: str) -> None:
    """A lock with a hole in it fails its proof."""
    assert len(without_hashes("rich==14.0.0 \\\n    --hash=sha256:" + "a" * 64 + "\n" + line)) == 1


def test_a_dependency_outside_the_lock_is_seen() -> None:
    """A new dependency without a new lock fails its proof, however the name is written."""
    pyproject = (
        '[project]\ndependencies = ["Python_Telegram.Bot>=22", "rich"]\n[project.optional-dependencies]\ndev = ["mypy"]'
    )
    assert not_locked(pyproject, "python-telegram-bot==22.5\nrich==14.0.0\n") == ["mypy"]


@pytest.mark.parametrize(
    "line",
    [
        "--extra-index-url https://mirror/simple",
        f'"resolved": "https://registry.{"npmjs"}.org/node"',
        f"see https://{'pypi'}.org/project/rich",
    ],
)
def test_a_registry_in_a_text_is_seen(line: str, tmp_path: Path) -> None:
    """An index that slips into a file fails its proof."""
    (tmp_path / "notes.md").write_text(f"# Notes\n{line}\n", encoding="utf-8")
    assert registries(tmp_path) == ["notes.md:2"]
