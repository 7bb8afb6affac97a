"""Building again: after any edit the result is what a build from nothing makes, and anywhere it is the same bytes."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result
from programs import own_environment

ROOT = Path(__file__).resolve().parents[2]
URL = "https://www.example.com/labs/"
EPOCH = 1_800_000_000
Run = Callable[..., Result]
Edit = Callable[[Path], None]


def files(out: Path) -> dict[str, str]:
    """Return a digest of every file, by its path."""
    found = [path for path in out.rglob("*") if path.is_file()]
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def in_site(old: str, new: str) -> Edit:
    """Return an edit of `site.yaml`."""

    def edit(config: Path) -> None:
        text = (config / "site.yaml").read_text("utf-8")
        assert old in text
        (config / "site.yaml").write_text(text.replace(old, new, 1), "utf-8")

    return edit


def in_workshop(config: Path) -> None:
    """Say something else of a workshop, in its own file."""
    file = config / "workshops" / "http-exchange" / "resources" / "workshop.yaml"
    text = file.read_text("utf-8")
    assert "difficulty: " in text
    file.write_text(text.replace("difficulty: ", "difficulty: advanced # ", 1), "utf-8")


def in_template(config: Path) -> None:
    """Put a template of the owner's over a built-in one."""
    (config / "theme" / "site").mkdir(parents=True, exist_ok=True)
    page = '{% extends "builtin/site/workshop.html" %}{% block header %}<p>Ours</p>{% endblock %}'
    (config / "theme" / "site" / "workshop.html").write_text(page, "utf-8")


def in_sheet(config: Path) -> None:
    """Add to the style sheet."""
    (config / "theme" / "static" / "css").mkdir(parents=True, exist_ok=True)
    (config / "theme" / "static" / "css" / "brand.css").write_text("body { color: rebeccapurple; }", "utf-8")


def in_portal(config: Path) -> None:
    """Offer one workshop less."""
    text = (config / "portal.yaml").read_text("utf-8")
    before, _, after = text.partition("  - name: http-exchange\n")
    assert after
    rest = after.splitlines(keepends=True)
    while rest and rest[0].startswith("    "):
        rest.pop(0)
    (config / "portal.yaml").write_text(before + "".join(rest), "utf-8")


def nothing(_config: Path) -> None:
    """Leave everything as it is."""


EDITS: list[tuple[str, Edit]] = [
    ("nothing", nothing),
    ("a title", in_site("  # workshops:\n", "  workshops: {git-history: {title: Anew, order: 3}}\n")),
    ("a workshop's own file", in_workshop),
    ("a colour", in_site("  accent: ", "  accent: '#123456' # ")),
    ("a template", in_template),
    ("the style sheet", in_sheet),
    ("a hidden workshop", in_site("title: Anew", "hidden: true, title: Anew")),
    ("an offer", in_portal),
    ("the brand's name", in_site("  name: ", "  name: Another # ")),
]


def test_after_any_edit_only_what_changed_is_written_and_all_of_it(run: Run, tmp_path: Path) -> None:
    config = shutil.copytree(ROOT / "config", tmp_path / "config")
    for number, (name, edit) in enumerate(EDITS):
        edit(config)
        build = ("build", "--base-url", URL, "--config", config, "--portal", config / "portal.yaml", "--out")
        before = stamps(tmp_path / "kept")
        run(*build, "kept", SOURCE_DATE_EPOCH=EPOCH)
        run(*build, f"fresh-{number}", SOURCE_DATE_EPOCH=EPOCH)
        kept, fresh = files(tmp_path / "kept"), files(tmp_path / f"fresh-{number}")
        assert kept == fresh, name
        if number:
            earlier = files(tmp_path / f"fresh-{number - 1}")
            after = stamps(tmp_path / "kept")
            same = {path for path in kept if earlier.get(path) == kept[path]}
            assert {path for path in same if before[path] != after[path]} == set(), name
            assert bool(set(kept.items()) ^ set(earlier.items())) == (edit is not nothing), name


def stamps(out: Path) -> dict[str, tuple[int, int]]:
    """Return when each file was written, and which file it is."""
    found = [path for path in out.rglob("*") if path.is_file()]
    return {path.relative_to(out).as_posix(): (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}


def test_other_processes_places_and_times_make_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for number, (seed, zone, umask) in enumerate((("1", "Asia/Tokyo", 0o022), ("2", "America/Lima", 0o077))):
        place = tmp_path / f"place-{number}" / ("deep" * number)
        config = shutil.copytree(ROOT / "config", place / "config")
        for path in sorted(config.rglob("*"), reverse=bool(number)):
            os.utime(path, (EPOCH + number, EPOCH + number))
        environ = own_environment(PYTHONHASHSEED=seed, TZ=zone, LC_ALL="C", SOURCE_DATE_EPOCH=EPOCH, PYTHONPATH=ROOT)
        command = [sys.executable, "-m", "frontend.cli", "build", "--base-url", URL, "--portal", "config/portal.yaml"]
        done = subprocess.run(command, cwd=place, env=environ, umask=umask, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stderr
        made.append(files(place / "public"))
    assert made[0] == made[1]
