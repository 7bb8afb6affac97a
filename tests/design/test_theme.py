"""Holds the themes to their promises: one sheet, nothing inline, nothing from elsewhere, colours that can be read."""

import re
from pathlib import Path
from typing import get_args

import brotli
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from frontend.site.brand import Brand
from frontend.site.colour import DARK_GROUND, LIGHT_GROUND
from portal_backend.contract.stylesheet import COVERS, DEFAULT_THEME, bundle, cover, themes

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES, STATIC = ROOT / "templates", ROOT / "static"
SHEETS = sorted((STATIC / "css").rglob("*.css"))
THEMES = sorted(themes([STATIC]))
FRAME = [path for path in SHEETS if path.parent.name != "themes"]
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
READABLE, VISIBLE = 4.5, 3.0
LEVELS = ("info", "success", "warning", "error")

# Words and the ground they stand on.
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint", "accent") for ground in ("paper", "surface", "sunken")),
    *((f"{level}-ink", f"{level}-ground") for level in LEVELS),
    *((f"cover-{number}-ink", f"cover-{number}") for number in range(1, COVERS + 1)),
    ("on-accent", "accent"),
    ("on-mark", "mark"),
    ("error-ink", "surface"),
    ("code-ink", "code-ground"),
    ("cover-ink", "cover"),
]
# Edges that tell a control from its surroundings.
EDGES = [("rule-strong", "paper"), ("rule-strong", "surface"), ("focus", "paper"), ("focus", "surface")]


def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text(encoding="utf-8")


def named(path: Path) -> str:
    """Return the short name of a file, for the list of tests."""
    return path.relative_to(ROOT).as_posix()


def tokens(scheme: str, theme: str = DEFAULT_THEME) -> dict[str, str]:
    """Return the plain colours of a theme in one colour scheme."""
    found: dict[str, str] = {}
    for sheet in (STATIC / "css" / "tokens.css", STATIC / "css" / "themes" / f"{theme}.css"):
        day, _, night = read(sheet).partition("@media (prefers-color-scheme: dark)")
        night, _, always = night.partition("\n}\n")
        for text in (day, always, night if scheme == "dark" else ""):
            found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text))
    return found


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` as WCAG 2.2 defines it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"),
    [(*pair, READABLE) for pair in TEXT] + [(*pair, VISIBLE) for pair in EDGES],
    ids=lambda value: str(value),
)
def test_colours_can_be_told_apart(theme: str, scheme: str, front: str, ground: str, least: float) -> None:
    colours = tokens(scheme, theme)
    own = theme == "timetable" and ground.startswith("cover")  # whose covers are drawn in the colours of its text
    assert own or contrast(colours[front], colours[ground]) >= least


@pytest.mark.parametrize("theme", THEMES)
def test_an_accent_that_can_be_read_in_one_theme_can_be_read_in_all(theme: str) -> None:
    grounds = ("paper", "surface", "sunken")
    assert min(luminance(tokens("light", theme)[ground]) for ground in grounds) >= luminance(LIGHT_GROUND)
    assert max(luminance(tokens("dark", theme)[ground]) for ground in grounds) <= luminance(DARK_GROUND)


def test_an_owner_may_choose_every_theme_there_is() -> None:
    assert sorted(get_args(Brand.model_fields["theme"].annotation)) == THEMES


def test_no_two_themes_are_alike() -> None:
    looks = {(tokens("light", theme)["paper"], tokens("light", theme)["accent"]) for theme in THEMES}
    assert len(looks) == len(THEMES) == 3


@pytest.mark.parametrize("theme", THEMES)
def test_the_dark_scheme_differs_from_the_light_one(theme: str) -> None:
    assert tokens("dark", theme)["paper"] != tokens("light", theme)["paper"]


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_template_parses(path: Path) -> None:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
    assert environment.get_template(path.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("path", PAGES, ids=named)
@pytest.mark.parametrize(
    "forbidden",
    [
        r"\sstyle\s*=",
        r"<style",
        r"<script(?![^>]*\ssrc=)",
        r"\son\w+\s*=",
        r"javascript:",
        r"(src|href)=\"(https?:)?//",
    ],
    ids=["style-attribute", "style-element", "inline-script", "event-handler", "script-address", "foreign-address"],
)
def test_no_template_needs_a_weaker_content_policy(path: Path, forbidden: str) -> None:
    assert re.search(forbidden, read(path), re.IGNORECASE) is None


@pytest.mark.parametrize("path", SHEETS, ids=named)
@pytest.mark.parametrize("forbidden", [r"url\(", r"@import", r"//", r"(?<!display: none )!important", r"expression\("])
def test_no_sheet_fetches_or_forces_anything(path: Path, forbidden: str) -> None:
    assert re.search(forbidden, read(path), re.IGNORECASE) is None


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_sheets_name_no_physical_side(path: Path) -> None:
    sides = r"(?<![\w-])(margin|padding|border)-(left|right)|(?<![\w-])(left|right)\s*:|text-align:\s*(left|right)"
    lopsided = r"(?:margin|padding):\s*[^\s;]+\s+([^\s;]+)\s+[^\s;]+\s+(?!\1;)[^\s;]+;"
    assert re.search(sides, read(path)) is None
    assert re.search(lopsided, read(path)) is None


@pytest.mark.parametrize("path", [path for path in FRAME if path.name != "tokens.css"], ids=named)
def test_only_tokens_and_themes_name_colours_and_ask_for_the_scheme(path: Path) -> None:
    screen = read(path).partition("@media print")[0]
    assert re.search(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsl|prefers-color-scheme", screen) is None


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_sheets_use_only_properties_that_exist(path: Path) -> None:
    known = set(re.findall(r"(--[\w-]+)\s*:", "".join(read(sheet) for sheet in SHEETS)))
    assert set(re.findall(r"var\((--[\w-]+)", read(path))) <= known


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_scripts_are_small_and_put_no_markup_together(path: Path) -> None:
    text = read(path)
    assert len(text.splitlines()) <= 80
    assert (
        re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|\.style\b|https?://", text) is None
    )


def test_every_behaviour_a_template_names_has_its_module() -> None:
    wanted = {name for path in PAGES for name in re.findall(r'data-module="([\w-]+)"', read(path))}
    assert wanted == {path.stem for path in SCRIPTS} - {"main"}


def test_every_class_a_template_names_is_drawn() -> None:
    drawn = set(re.findall(r"\.([a-z][\w-]*)", bundle([STATIC])))
    worn = {
        word
        for path in PAGES
        for value in re.findall(r'class="([^"]*)"', re.sub(r"\{%.*?%\}", "", read(path)))
        for word in value.split()
        if "{{" not in value and "}}" not in value
    }
    assert worn - drawn == set()


def test_the_one_sheet_starts_with_the_tokens_and_holds_every_source() -> None:
    sheet = bundle([STATIC], DEFAULT_THEME)
    assert sheet.startswith(":root {")
    assert "/*" not in sheet
    for path in [*FRAME, STATIC / "css" / "themes" / f"{DEFAULT_THEME}.css"]:
        first_rule = re.sub(r"/\*.*?\*/", "", read(path), flags=re.DOTALL).strip().splitlines()[0].strip()
        assert first_rule in sheet, path


@pytest.mark.parametrize("theme", ["", *THEMES])
def test_the_one_sheet_is_the_same_each_time_and_holds_one_theme_at_most(theme: str) -> None:
    sheet = bundle([STATIC], theme)
    assert sheet == bundle([STATIC], theme)
    assert [name for name, text in themes([STATIC]).items() if text in sheet] == ([theme] if theme else [])


def test_a_file_of_the_owners_counts_in_place_of_the_built_in_one(tmp_path: Path) -> None:
    for name in ("css/components/card.css", "css/themes/parlour.css"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(f".mine {{ --from: {name.count('t')}; }}")
    sheet = bundle([STATIC, tmp_path], "parlour")
    assert sheet.count(".mine") == 2
    assert ".card-foot {" not in sheet.partition(".mine")[0]
    assert ".button {" in sheet


@pytest.mark.parametrize("theme", THEMES)
def test_each_cover_has_its_drawing_and_a_name_keeps_its_cover(theme: str) -> None:
    numbers = {cover(f"workshop-{index}") for index in range(200)}
    assert numbers == set(range(1, COVERS + 1))
    assert cover("lab-git") == cover("lab-git")
    assert all(re.search(rf"\.cover-{number}\b", themes([STATIC])[theme]) for number in numbers)


@pytest.mark.parametrize("theme", THEMES)
def test_style_and_script_stay_light(theme: str) -> None:
    assert len(brotli.compress(bundle([STATIC], theme).encode(), quality=9)) <= 10_000
    assert sum(path.stat().st_size for path in SCRIPTS) <= 16_000
