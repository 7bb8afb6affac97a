"""Measures how long it takes to make the index of a thousand workshops into files, as the command does it."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from programs import own_environment

from bench.site import offered
from bench.table import Row, show

WORKSHOPS = 1000
MOST_SECONDS = 10
RUNS = 3
_URL = "https://www.example.com/labs/"


def measure() -> None:
    """Print the table, line by line as it comes to be."""
    show(f"`workshop-index build` of {WORKSHOPS:,} workshops from files, from its start to its end.", rows())


def rows() -> Iterator[Row]:
    """Measure in a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "config"
        config.mkdir()
        (config / "portal.yaml").write_text(json.dumps(offered(WORKSHOPS)))
        (config / "site.yaml").write_text('brand: {name: The school, accent: "#0b5a49"}\n')
        first = [seconds(folder, f"public-{number}") for number in range(RUNS)]
        yield row(f"build, {WORKSHOPS:,} workshops, from nothing", first)
        yield row("  again, nothing changed", [seconds(folder, "public-0") for _ in range(RUNS)])
        (config / "site.yaml").write_text('brand: {name: Another, accent: "#0b5a49"}\n')
        yield row("  again, every page changed", [seconds(folder, f"public-{number}") for number in range(RUNS)])
        yield row("  and every link followed", [seconds(folder, "public-0", "--check-links") for _ in range(RUNS)])


def row(what: str, taken: list[float]) -> Row:
    """Return the line for several runs; the slowest counts."""
    measured = f"{min(taken):.1f} to {max(taken):.1f} s in {len(taken)} runs"
    return Row(what, measured, f"≤ {MOST_SECONDS} s", max(taken) <= MOST_SECONDS)


def seconds(folder: Path, out: str, *more: str) -> float:
    """Build once and return how long that took."""
    words = ["build", "--base-url", _URL, "--config", "config", "--portal", "config/portal.yaml", "--out", out, *more]
    command = [sys.executable, "-m", "frontend.cli", *words]
    root = Path(__file__).resolve().parents[1]
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, env=own_environment(PYTHONPATH=root), check=True, capture_output=True)
    return time.perf_counter() - began
