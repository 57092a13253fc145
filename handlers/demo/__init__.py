"""The demo: an afternoon at Marsh Lane Primary, played through the real engine and held to what must happen.

It is a client: a child process runs the service on a store of its own, and all talk with it is HTTP and command line.
"""

import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console

from handlers.demo.afternoon import Afternoon, Deviation
from handlers.demo.engine import Engine, EngineFault
from handlers.demo.screen import Screen
from handlers.demo.script import Story
from handlers.demo.story import AFTERNOON

WELL, OTHERWISE, STOPPED = 0, 1, 130


def play(console: Console, keep: Path | None = None, story: Story = AFTERNOON) -> int:
    """Play it; 0 when it went as it should, 1 when not. `keep` is a new or empty folder in which everything stays."""
    screen = Screen(console)
    try:
        with _stoppable(), _folder(keep) as folder:
            return _perform(screen, Engine(folder, story))
    except KeyboardInterrupt:
        screen.line("\nStopped.")
        return STOPPED
    except OSError as error:
        screen.fault(f"{error.filename or keep}: {error.strerror}", "")
        return OTHERWISE


def _perform(screen: Screen, engine: Engine) -> int:
    """Prepare, play and look back; whatever happens, no child is left behind."""
    began, story = time.monotonic(), engine.story
    afternoon = Afternoon(engine)
    screen.rule(f"{story.school} · {story.begins} to {story.ends}, faster than life", "cyan")
    screen.line("The real engine in its own process, on a real store. Only the clock is ours.", "italic")
    try:
        engine.prepare()
        engine.start(story.begins)
        for number, scene in enumerate(story.scenes, 1):
            try:
                afternoon.play(scene)
            finally:
                screen.scene(number, scene, afternoon.rows)
        screen.summary([*_look_back(afternoon), (f"{time.monotonic() - began:.1f}", "seconds for the whole afternoon")])
    except Deviation as deviation:
        screen.otherwise(f"{deviation.time} · {deviation.where}", deviation.expected, deviation.found)
        return OTHERWISE
    except EngineFault as fault:
        screen.fault(str(fault), engine.last_words())
        return OTHERWISE
    finally:
        engine.kill()
    return WELL


def _look_back(afternoon: Afternoon) -> Iterator[tuple[str, str]]:
    """The last look at every phone, and what the store says of the afternoon. Raises Deviation, EngineFault."""
    engine, counts = afternoon.engine, afternoon.counts
    engine.until(engine.story.ends)
    afternoon.nothing_more()
    engine.stop()
    with ThreadPoolExecutor() as both:
        visits, journal = both.map(lambda words: engine.report(*words), (("visits", "list"), ("journal", "verify")))
    states = [place["state"] for visit in visits for place in visit["visitors"]]
    if states != ["left"] * len(engine.story.plans):
        raise Deviation(engine.story.ends, "the visits", "each one left", ", ".join(states) or "none")
    for school in journal:
        if school["fault"]:
            raise Deviation(engine.story.ends, "the journal", "a chain that holds", school["fault"])
    yield str(len(visits)), "visits, all of them left and closed"
    yield str(len(counts.alarms)), "alarms, each answered by a person or ended by the visitor"
    if counts.after_silence:
        yield str(max(counts.after_silence)), "minutes at most from a question nobody answered to a person"
    if counts.after_words:
        yield str(max(counts.after_words)), "minutes from the code word to the office and the headteacher"
    if counts.kills:
        yield str(counts.kills), "kill -9, after which nobody was forgotten and nobody told twice"
    yield str(counts.messages), f"messages on {len(engine.story.cast)} phones, every one expected, at its minute"
    yield str(sum(school["entries"] for school in journal)), "journal entries verified, the chain holds"


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The given folder, which must hold nothing yet, or one that is gone afterwards."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="doorstep-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise FileExistsError(0, "something is in it already; name a new or empty folder", str(keep))
    yield keep.resolve()


@contextmanager
def _stoppable() -> Iterator[None]:
    """A SIGTERM ends the demo as Ctrl-C does, so that the child ends too."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
