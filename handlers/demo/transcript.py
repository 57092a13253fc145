"""Playing a school's day, and writing down what every phone sent and got, line by line."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from handlers.demo.days import Day
from handlers.demo.engine import Engine, EngineFault

HERE = Path(__file__).parent / "transcripts"
_CODE = re.compile(r"\bALARM ([A-Z0-9]{4}) ")


def pinned(day: Day) -> str:
    """The transcript as it must be."""
    return (HERE / f"{day.name}.txt").read_text(encoding="utf-8")


def play(day: Day) -> str:
    """Live through the day in a process of its own; gives its transcript. Raises EngineFault."""
    with tempfile.TemporaryDirectory(prefix="doorstep-", ignore_cleanup_errors=True) as folder:
        engine = Engine(Path(folder), day.story)
        try:
            engine.prepare()
            engine.start(day.story.begins)
            for line in day.lines:
                engine.until(line.time)
                engine.text(line.phone, line.text.replace("{code}", _code(engine, line.phone.number)), "sms")
                engine.settle()
            engine.until(day.story.ends)
            return "\n".join([f"{day.name}: {day.about}", "", *_written(engine, day)]) + "\n"
        finally:
            engine.kill()


def _code(engine: Engine, number: str) -> str:
    """The code of the last alarm that a phone was told of."""
    codes = [code for line in engine.lines(number) for code in _CODE.findall(line["text"])]
    return codes[-1] if codes else ""


def _written(engine: Engine, day: Day) -> Iterator[str]:
    """Every message on every phone, in order; of one instant in the order of the cast. Codes are numbered as they come."""
    found = []
    for place, phone in enumerate(day.story.cast):
        for number, line in enumerate(engine.lines(phone.number)):
            found.append((line["at"], line["direction"] == "got", place, number, phone.name, line))
    found.sort(key=lambda row: row[:4])
    codes: dict[str, str] = {}
    for *_, line in found:
        for code in _CODE.findall(line["text"]):
            codes.setdefault(code, f"K{len(codes) + 1}XX")
    for at, got, _, _, name, line in found:
        way = "<-" if got else "->"
        yield f"{engine.local(at)}  {name:<5} {way} {_coded(line, codes)}"


def _coded(line: Mapping[str, Any], codes: Mapping[str, str]) -> str:
    text = str(line["text"])
    for code, name in codes.items():
        text = text.replace(code, name)
    return text


def perform(console: Console, day: Day) -> int:
    """Play, print and compare; 0 when the day went as it is pinned."""
    try:
        went = play(day)
    except EngineFault as fault:
        console.print(f"The engine failed: {fault}", markup=False, style="red")
        return 1
    console.print(went, markup=False, highlight=False, soft_wrap=True)
    wanted = pinned(day)
    if went == wanted:
        console.print("The day went as it should.")
        return 0
    for number, (here, there) in enumerate(zip(went.splitlines(), wanted.splitlines(), strict=False), 1):
        if here != there:
            console.print(f"Line {number} should be: {there}", markup=False, style="red")
            break
    else:
        console.print("The day should be longer or shorter than this.", style="red")
    return 1
