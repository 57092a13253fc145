"""What every figure ends with: one JSON object with the figures, the machine and the versions."""

import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("fastapi", "python-telegram-bot", "rapidfuzz", "sqlalchemy", "sqlmodel", "twilio", "uvicorn")


def last_line(bench: str, figures: Mapping[str, object], *, goal: str, met: bool) -> str:
    """The line that a program reads: which bench, its figures, its goal and whether it was met, where and with what."""
    written = {
        "bench": bench,
        "figures": figures,
        "goal": goal,
        "met": met,
        "machine": machine(),
        "versions": versions(),
    }
    return json.dumps(written)


def machine() -> dict[str, object]:
    """What the figures depend on, and nothing that names this machine."""
    return {
        "system": platform.system(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _processor() -> str:
    """The processor's model, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def versions() -> dict[str, str]:
    """Python, SQLite and the libraries that weigh."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them do not pass (nearest rank). Raises ValueError for none."""
    if not values:
        raise ValueError("there are no values")
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, -(-int(share * 1_000 * len(ordered)) // 1_000) - 1))]


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50, p90, p99 and the longest, to three figures after the point."""
    points = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {name: round(percentile(values, share), 3) for name, share in points.items()}
