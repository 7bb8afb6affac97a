"""Theme, scheme, fonts and accent of site.yaml become one sheet."""

import re

import pytest

from frontend.site.brand import Brand
from frontend.site.fonts import STACKS
from frontend.site.loading import load
from frontend.site.sheet import Sheets, in_scheme, owners_sheet

SHEETS = Sheets(
    tokens=":root { --paper: white; }\n@media (prefers-color-scheme: dark) {\n:root { --paper: black; }\n}\n",
    themes={"workbench": ".bench {}\n", "timetable": ".table {}\n", "parlour": ".parlour {}\n"},
)


def sheet(additions: str = "", **chosen: object) -> str:
    """Return the sheet of a brand."""
    return owners_sheet(Brand.model_validate(chosen), SHEETS, additions, lambda path: f"/static/1/{path}")


@pytest.mark.parametrize(("theme", "drawn"), [(None, ".bench {}\n"), ("parlour", ".parlour {}\n")])
def test_the_theme_chosen_is_sent_and_no_other(theme: str | None, drawn: str) -> None:
    assert sheet(**({"theme": theme} if theme else {})) == drawn


def test_the_owners_rules_come_last() -> None:
    found = sheet("h1 { color: red; }\n", accent="#06c", scheme="dark", fonts={"text": "slab"})
    assert found.endswith(":root { color-scheme: dark; }\nh1 { color: red; }\n")
    assert found.index("--paper: black") < found.index(".bench") < found.index("--font-text") < found.index("--accent")


@pytest.mark.parametrize(
    ("named", "sent"),
    [
        ("url(../images/paper.png)", 'url("/static/1/images/paper.png")'),
        ('url("../images/paper.png")', 'url("/static/1/images/paper.png")'),
        ("URL( 'marks.svg#star' )", 'url("/static/1/css/marks.svg#star")'),
        ("url(marks.svg?v=1)", 'url("/static/1/css/marks.svg?v=1")'),
        ('url("../images/my paper.png")', 'url("/static/1/images/my%20paper.png")'),
        ("url( '../images/my paper.png' )", 'url("/static/1/images/my%20paper.png")'),
        (r"url(../images/my\ paper.png)", 'url("/static/1/images/my%20paper.png")'),
        (r"url(../images/my\20 paper.png)", 'url("/static/1/images/my%20paper.png")'),
        ('url("../images/my%20paper.png")', 'url("/static/1/images/my%20paper.png")'),
        ('url("../images/the owner\'s.png")', 'url("/static/1/images/the%20owner\'s.png")'),
        (r"url('../images/the owner\'s.png')", 'url("/static/1/images/the%20owner\'s.png")'),
        ("url('../images/a \"b\".png')", 'url("/static/1/images/a%20%22b%22.png")'),
        ('url("../images/paper (2).png?v=1#x")', 'url("/static/1/images/paper%20(2).png?v=1#x")'),
        (r"url(../images/paper\(2\).png)", 'url("/static/1/images/paper(2).png")'),
        (r"url(a\d800.png)", 'url("/static/1/css/a%EF%BF%BD.png")'),
        ('url("größe.svg")', 'url("/static/1/css/gr%C3%B6%C3%9Fe.svg")'),
        ("url('a.png'), url(\"b c.png\")", 'url("/static/1/css/a.png"), url("/static/1/css/b%20c.png")'),
        *((same, same) for same in ("url(/a.png)", "url(#star)", "url()", "url(data:image/gif;base64,AA==)")),
        *((same, same) for same in ('url("https://www.example.com/a.png")', 'url("../../site.yaml")')),
        *((same, same) for same in ('url("my paper.png)', "url(my paper.png)", 'url("")', "url('/my paper.png')")),
        *(
            (same, same)
            for same in (r"url(\68 ttps://www.example.com/a.png)", "url(\"data:image/svg+xml,<a b='c'/>\")")
        ),
    ],
)
def test_a_file_beside_the_owners_rules_is_found_wherever_they_are_sent(named: str, sent: str) -> None:
    assert sheet(f"body {{ background: {named}; }}\n").endswith(f"body {{ background: {sent}; }}\n")


@pytest.mark.parametrize(
    ("asked", "scheme", "answered"),
    [
        ("@media (prefers-color-scheme: dark) { x }", "dark", "@media (min-width: 0) { x }"),
        ("@media (prefers-color-scheme:light) { x }", "dark", "@media (max-width: 0) { x }"),
        (
            "@media ( prefers-color-scheme : dark ) and (hover) { x }",
            "light",
            "@media (max-width: 0) and (hover) { x }",
        ),
        ("@media print { x }", "light", "@media print { x }"),
    ],
)
def test_a_fixed_scheme_answers_for_every_reader(asked: str, scheme: str, answered: str) -> None:
    assert in_scheme(asked, scheme) == answered


def test_nothing_asks_for_the_readers_scheme_once_it_is_fixed() -> None:
    own = "@media (prefers-color-scheme: dark) { h1 { color: white; } }"
    assert "prefers-color-scheme" in sheet(own, accent="#06c")
    assert "prefers-color-scheme" not in sheet(own, accent="#06c", scheme="light")


def test_a_light_accent_stays_itself_below_words_on_light_pages() -> None:
    light, dark = sheet(accent="#ffe94d").split("@media (prefers-color-scheme: dark)")
    assert "--brand: #ffe94d;\n  --on-brand: #000000;" in light
    assert "--accent: #ffe94d" not in light
    assert "--accent: #ffe94d;" in dark
    assert "--brand: #ffe94d;" in dark
    assert "--brand" not in sheet(accent="#06c")


def test_a_stack_is_chosen_by_its_name_and_a_family_by_its_own() -> None:
    own = {"family": "Acme Sans", "file": "fonts/acme.woff2", "weight": "100  900"}
    found = sheet(fonts={"text": "Acme Sans", "heading": "didone", "code": "monospace", "files": [own]})
    assert '--font-text: "Acme Sans", system-ui, sans-serif;' in found
    assert f"--font-heading: {STACKS['didone']};" in found
    assert f"--font-display: {STACKS['didone']};" in found
    assert f"--font-mono: {STACKS['monospace']};" in found
    assert re.search(r'@font-face \{\s+font-family: "Acme Sans";\s+src: url\("/static/1/fonts/acme.woff2"\);', found)
    assert "font-weight: 100 900;" in found


FONTS = {
    "an unknown one": ("text: Comic", "Comic is neither a family of files nor one of system, humanist"),
    "a file elsewhere": ("files: [{family: A, file: acme.woff2}]", "expected a file such as fonts/acme.woff2"),
    "a way out": ("files: [{family: A, file: fonts/../x.woff2}]", "expected a file such as fonts/acme.woff2"),
    "a family that ends the string": ("files: [{family: 'A\"; }', file: fonts/a.woff2}]", "expected letters, digits"),
    "a weight in words": ("files: [{family: A, file: fonts/a.woff2, weight: bold}]", "expected a weight such as 400"),
    "too many weights": ("files: [{family: A, file: fonts/a.woff2, weight: 1 2 3}]", "expected a weight such as 400"),
    "too heavy": ("files: [{family: A, file: fonts/a.woff2, weight: 1001}]", "expected a weight such as 400"),
}


@pytest.mark.parametrize(("written", "told"), FONTS.values(), ids=FONTS)
def test_a_font_that_cannot_be_is_told(written: str, told: str) -> None:
    loaded = load(f"brand:\n  fonts:\n    {written}\n")
    assert loaded.site is None
    assert told in str(loaded.problems[0])
