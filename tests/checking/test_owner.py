"""`workshop-index check` over an owner's folder: each kind of mistake is told, all of them in one run."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Told = Callable[..., list[str]]


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that is in the file once or more."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_example_has_no_problem(told: Told) -> None:
    assert told() == []


def test_all_mistakes_of_all_files_are_told_in_one_run(config: Path, told: Told) -> None:
    edit(config / "site.yaml", "  name: Workbench", "  nam: Workbench\n  logo: gone.svg")
    edit(config / "site.yaml", "    - git-history\n", "    - git-histroy\n")
    edit(config / "site.yaml", "  level: info", "  level: infos")
    edit(config / "portal.yaml", "    reserved: 0", "    reserved: 2")
    edit(config / "portal.yaml", "    title: Workbench", "    titel: Workbench\n    capacity: 3\n    ingress: {}")
    edit(config / "portal.yaml", "    expires: 30m       #", "    expires: 30 minutes #")
    (config / "theme" / "base.html").write_text("{% block header %}\n{{ brnad.name }}\n{% endblok %}")
    page = config / "workshops" / "git-history" / "workshop" / "content" / "06-summary.md"
    page.write_text("---\ntitle: The end\n---\n\nGo [back](01-practise.md).\n")
    assert told() == [
        "config/portal.yaml:15:5 warning spec.portal.titel is not known and has no effect (did you mean `title`?)",
        (
            "config/portal.yaml:16:15 warning spec.portal.capacity is a deprecated place"
            " (spec.portal.workshop.defaults.capacity is the place for it now)"
        ),
        (
            "config/portal.yaml:54:14 error spec.workshops[0].expires is expected to be a whole number followed by s, m"
            " or h, such as `60m`, but is '30 minutes'"
        ),
        "config/portal.yaml:65:15 warning reserved (2) is above the capacity (1)",
        "config/site.yaml:7:3 error nam is not a key of brand (did you mean name?)",
        (
            "config/site.yaml:8:9 warning there is no file 'gone.svg' in theme/static/, so the picture is broken"
            " (put it there, or correct its name)"
        ),
        "config/site.yaml:66:10 error announcements.level: expected info, success, warning or error, found 'infos'",
        (
            "config/theme/base.html:3:1 error this is no template: Encountered unknown tag 'endblok'. Jinja was looking"
            " for the following tags: 'endblock'. The innermost block that needs to be closed is 'block'."
        ),
        (
            "config/workshops/git-history/workshop/content/06-summary.md:5:11 warning there is no page or file"
            " 01-practise.md beside this page"
        ),
    ]


def test_a_section_is_held_against_a_portal_that_can_be_read(config: Path, told: Told) -> None:
    edit(config / "site.yaml", "    - git-history\n", "    - git-histroy\n")
    (found,) = told()
    assert found == (
        "config/site.yaml:35:7 warning the portal offers no workshop 'git-histroy', so it is left out"
        " (did you mean git-history?)"
    )


def test_a_site_of_other_portals_needs_no_portal_file(config: Path, told: Told) -> None:
    (config / "portal.yaml").unlink()
    assert [each.partition(" ")[0] for each in told()] == ["config/portal.yaml:1:1"]
    (config / "site.yaml").write_text("portals: [{name: east, url: 'https://east.example.com'}]\n")
    assert told() == []


def test_an_empty_folder_is_told_what_it_lacks(config: Path, told: Told) -> None:
    for name in ("site.yaml", "portal.yaml"):
        (config / name).unlink()
    assert told() == ["config/portal.yaml:1:1 error there is no such file"]


def test_settings_that_cannot_be_used_are_told_beside_the_files(config: Path, told: Told) -> None:
    edit(config / "site.yaml", "  name: Workbench", "  nam: Workbench")
    found = told(PORTAL_CREATE_MODE="maybe")
    assert [each.partition(" ")[0] for each in found] == ["config/site.yaml:7:3", "environment:1:1"]
    assert "PORTAL_CREATE_MODE is 'maybe'; set it to direct or confirm" in found[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brand: {name: {{ .Values.name }}}\n", "this is a Helm template (`{{ … }}`), not a plain resource"),
        ("#@ load('@ytt:data', 'data')\nbrand: {name: a}\n", "this is a ytt template (`#@`), not a plain resource"),
        ("brand:\n  name: a\n  name: b\n", "the key 'name' is there twice, the first time in line 2"),
        ("brand:\n\tname: a\n", "this is not YAML: found character that cannot start any token"),
        ("brand: {name: a}\n---\nbrand: {name: b}\n", "a second document begins here where one is expected"),
    ],
)
def test_a_site_file_that_is_not_plain_yaml_is_refused(config: Path, told: Told, text: str, expected: str) -> None:
    (config / "site.yaml").write_text(text)
    (found,) = [each for each in told() if " error " in each]
    assert expected in found


def test_a_repeated_key_hides_no_other_problem(config: Path, told: Told) -> None:
    (config / "site.yaml").write_text("brand:\n  name: a\n  name: b\n  nam: c\n  logo: gone.svg\n")
    assert [each.partition(" ")[0] for each in told()] == [f"config/site.yaml:{at}" for at in ("3:3", "4:3", "5:9")]


def test_what_concerns_several_values_is_judged_although_others_are_wrong(config: Path, told: Told) -> None:
    (config / "site.yaml").write_text(
        "brand: {nam: a}\nannouncements:\n- {id: A}\n- {id: b, text: c, from: 2026-02-01, until: 2026-01-01}\n"
    )
    assert [each.partition(" ")[0] for each in told()] == [
        f"config/site.yaml:{at}" for at in ("1:9", "3:3", "3:8", "4:3")
    ]


def test_an_alias_that_is_another_workshops_name_is_told(config: Path, told: Told) -> None:
    edit(config / "portal.yaml", "  - name: git-history\n", "  - name: git-history\n    alias: http-exchange\n")
    (found,) = told()
    assert found == (
        "config/portal.yaml:62:11 warning `http-exchange` is the alias of another workshop too, so a link may start"
        " that one (choose another alias there)"
    )


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("site/catalgo.html", "<p>a</p>", "1:1 warning site/catalgo.html is no built-in template, so it replaces"),
        ("base.html", "\n{{ pge.title }}", "2:4 warning no page is given anything called pge (did you mean page?)"),
        ("base.html", "{{ page.title|uper }}", "1:15 error there is no filter uper (did you mean upper?)"),
        ("base.html", "{% if page is numbr %}{% endif %}", "1:15 error there is no test numbr (did you mean number?)"),
        ("base.html", '{% extends "builtin/bas.html" %}', "1:13 error there is no template builtin/bas.html"),
        ("base.html", "<script>alert(1)</script>", "1:1 warning pages allow no inline script or style"),
        ("base.html", '<p onclick="x()">', "1:1 warning pages allow no inline script or style"),
        ("base.html", '<script src="https://a.example.com/a.js"></script>', "1:1 warning pages load scripts, styles"),
        ("base.html", "{{ 1 ", "1:1 error this is no template: unexpected end of template"),
        ("base.html", "{{ " + "(" * 3000 + " }}", "1:1 error this is nested too deep for a template"),
        ("static/css/brand.css", ":root { --acent: #fff; }", "1:9 warning nothing uses the property --acent (did you"),
        ("static/css/brand.css", "p { color red; }", "1:14 warning browsers skip this: Stop token"),
        ("static/css/brand.css", "@import 'https://a.example.com/b.css';", "1:9 warning pages load fonts and styles"),
        ("static/css/brand.css", "p { background: url(no.png) }", "1:17 warning there is no file no.png beside this"),
        ("static/css/brand.css", ":root { --ink: #888888 }", "1:9 warning on light pages --ink on --paper has a contr"),
        (
            "static/css/brand.css",
            "@media (prefers-color-scheme: dark) { :root { --ink: #333333 } }",
            "1:47 warning on dark pages --ink on --paper has a contrast of 1.4 to 1 (text needs 4.5)",
        ),
        ("static/css/brand.css", "@font-face { src: url(https://a.example.com/f.woff2) }", "1:19 warning pages load f"),
    ],
)
def test_a_theme_is_judged(config: Path, told: Told, name: str, text: str, expected: str) -> None:
    file = config / "theme" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    assert told()[0].startswith(f"config/theme/{name}:{expected}")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "base.html",
            '{% extends "builtin/base.html" %}{% block main %}{{ super() }}{% include "x.html" %}{% endblock %}',
        ),
        (
            "static/css/brand.css",
            ":root { --own: 3px } p { border: var(--own) solid url(../favicon.svg) }",
        ),
        ("static/css/brand.css", "p { background: url(../favicon%2Esvg) }"),
        ("static/css/brand.css", "p { background: url(https://a.example.com/b.png), url('data:image/png;base64,AA') }"),
        (
            "static/css/brand.css",
            "@media print { @supports (a: b) { p { color: red } } } a { &:hover { color: blue } }",
        ),
    ],
)
def test_a_sound_theme_is_left_alone(config: Path, told: Told, name: str, text: str) -> None:
    file = config / "theme" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    if "x.html" in text:
        (config / "theme" / "x.html").write_text("<p>{{ page.title }}</p>")
    assert told() == []


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("content/06-summary.md", "---\ntitle: a: b\n---\nx\n", ":2:9 warning the front matter cannot be read and is"),
        ("content/06-summary.md", "---\ntitle: a\n", ":1:1 warning the front matter does not end: a second line ---"),
        ("content/06-summary.md", "+++\ntitle = \n+++\n", ":2:1 warning the front matter cannot be read and is shown"),
        ("content/06-summary.md", "a\n\n![b](c.png)\n", ":3:6 warning there is no picture c.png beside this page"),
        ("content/06-summary.md", b"a \xff b", ":1:3 warning this byte is not UTF-8 text (save the file as UTF-8)"),
        ("config.yaml", "pathways: {default: a, paths: {a: {steps: [06-sumary]}}}", ":1:44 warning there is no page"),
        ("modules.yaml", "modules: [", ":1:11 warning this is not YAML"),
        ("modules.yaml", "modules: {}\nmodules: {}", ":2:1 warning the key 'modules' is there twice"),
        (
            "content/06-summary.md",
            "[a](http://127.0.0.1:8080/workshops/environment/a/create/?index_url=https://else.example.com/)\n",
            ":1:69 warning the portal does not send anybody back to 'https://else.example.com/'",
        ),
    ],
)
def test_pages_are_judged(config: Path, told: Told, file: str, text: str | bytes, expected: str) -> None:
    path = config / "workshops" / "git-history" / "workshop" / file
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (found,) = told()
    assert found.startswith(f"config/workshops/git-history/workshop/{file}{expected}")


def test_errors_end_with_1_and_warnings_only_when_strict(config: Path, run: Callable[..., Result]) -> None:
    assert run("--strict").exit_code == 0
    edit(config / "site.yaml", '"#0b5a49"', '"#ffcc00"')
    assert run("--strict").exit_code == 0, "a note never counts"
    edit(config / "site.yaml", "  # logo: logo.svg", "  logo: logo.svg")
    assert (run().exit_code, run("--strict").exit_code) == (0, 1)
    edit(config / "site.yaml", "  name: Workbench", "  nam: Workbench")
    assert run().exit_code == 1
    assert run("--config", "nowhere").exit_code == 2


def test_the_owners_words_are_checked_with_the_rest(config: Path, told: Told) -> None:
    (config / "texts").mkdir()
    (config / "texts" / "en.yaml").write_text("Cancel: Stop\nStrat: Go\nChoose: '{what}'\n")
    (config / "texts" / "de.yaml").write_text("Cancel: Halt\n")
    (config / "texts" / "german.yaml").write_text("Cancel: Halt\n")
    (config / "texts" / "notes.txt").write_text("Cancel: Halt\n")
    assert told() == [
        (
            "config/texts/de.yaml:1:1 note the site is not offered in German, so no page of it has these words"
            " (add de to brand.languages in site.yaml)"
        ),
        "config/texts/en.yaml:2:1 warning no page says 'Strat', so this has no effect (did you mean 'Start'?)",
        "config/texts/en.yaml:3:9 error nothing stands here for {what} (it tells no values)",
        (
            "config/texts/german.yaml:1:1 warning this is not read: its name says no language"
            " (call it de.yaml, or pt-br.yaml)"
        ),
        (
            "config/texts/notes.txt:1:1 warning this is not read: its name says no language"
            " (call it de.yaml, or pt-br.yaml)"
        ),
    ]
