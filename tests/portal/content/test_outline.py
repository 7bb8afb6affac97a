"""Which pages a workshop shows, in what order, under which names."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from portal_backend.content.outline import inside, outline

Write = Callable[[Mapping[str, str]], Path]
C = "workshop/content/"

ORDERS = {
    "numeric prefixes count as numbers": (
        {C + "10-last.md": "x", C + "2-middle.md": "x", C + "01-first.md": "x"},
        ["01-first", "2-middle", "10-last"],
    ),
    "folders stand among the files": (
        {C + "00-start.md": "x", C + "01-build/01-a.md": "x", C + "01-build/02-b.md": "x", C + "99-end.md": "x"},
        ["00-start", "01-build/01-a", "01-build/02-b", "99-end"],
    ),
    "an index is its folder, and comes first at the top": (
        {C + "a.md": "x", C + "index.md": "x", C + "b/index.md": "x"},
        ["index", "a", "b"],
    ),
    "weights come before names": (
        {C + "a.md": "x", C + "b.md": "---\nweight: 20\n---\nx", C + "c.md": "---\nweight: 3\n---\nx"},
        ["c", "b", "a"],
    ),
    "weights in TOML too": (
        {C + "a.md": "+++\nweight = 2\n+++\nx", C + "b.md": "+++\nweight = 1\n+++\nx"},
        ["b", "a"],
    ),
    "drafts, empty pages and hidden files are left out": (
        {C + "a.md": "---\ndraft: true\n---\nx", C + "b.md": "---\ntitle: B\n---\n", C + ".c.md": "x", C + "d.md": "x"},
        ["d"],
    ),
    "activated modules in their order, others left out": (
        {
            C + "a.md": "x",
            C + "deep/b.md": "x",
            C + "c.md": "x",
            "workshop/workshop.yaml": "modules:\n  activate: [deep/b, a, gone]\n",
            "workshop/modules.yaml": "modules:\n  a: {name: A}\n  c: {name: C}\n",
        },
        ["deep/b", "a"],
    ),
    "modules alone give the order": (
        {C + "a.md": "x", C + "b.md": "x", "workshop/modules.yaml": "modules:\n  b: {name: B}\n  a: {name: A}\n"},
        ["b", "a"],
    ),
    "the default pathway": (
        {
            C + "a.md": "x",
            C + "b.md": "x",
            "workshop/config.yaml": (
                "pathways:\n  default: short\n  paths:\n    long: {steps: [a, b]}\n    short: {steps: [b]}\n"
            ),
        },
        ["b"],
    ),
    "modules of the newer layout, with paths": (
        {
            C + "a.md": "x",
            C + "b.md": "x",
            "workshop/config.yaml": "modules:\n- {name: two, path: b}\n- {name: a, title: First}\n",
        },
        ["b", "a"],
    ),
    "an order file nobody can read counts as absent": (
        {C + "b.md": "x", C + "a.md": "x", "workshop/modules.yaml": "modules: [a, {"},
        ["a", "b"],
    ),
    "an order that names no page that is there counts as absent": (
        {C + "b.md": "x", C + "a.md": "x", "workshop/modules.yaml": "modules:\n  gone: {name: Gone}\n"},
        ["a", "b"],
    ),
    "an order file that is all comments counts as absent": (
        {C + "b.md": "x", C + "a.md": "x", "workshop/config.yaml": "# modules:\n# - name: a\n"},
        ["a", "b"],
    ),
}

TITLES = {
    "front matter": ('---\ntitle: "From: the head"\n---\n# Heading\n', "From: the head"),
    "first heading": ("Some words.\n\n## Get `ready` #\n", "Get ready"),
    "a comment in code is no heading": ("```\n# not this\n```\n", "First page"),
    "file name": ("Words only.\n", "First page"),
    "a head that is no mapping is text": ("---\n- a\n---\n# Heading\n", "Heading"),
    "a head that never ends is text": ("---\ntitle: x\n\n# Heading\n", "Heading"),
    "a byte order mark": ("\ufeff---\ntitle: Marked\n---\nx\n", "Marked"),
    "windows line ends": ("---\r\ntitle: Windows\r\n---\r\nx\r\n", "Windows"),
}


@pytest.mark.parametrize(("files", "slugs"), ORDERS.values(), ids=ORDERS)
def test_pages_come_in_their_authors_order(workshop: Write, files: Mapping[str, str], slugs: list[str]) -> None:
    assert [page.slug for page in outline(str(workshop(files))).pages] == slugs


@pytest.mark.parametrize(("text", "title"), TITLES.values(), ids=TITLES)
def test_a_page_is_called_what_its_author_calls_it(workshop: Write, text: str, title: str) -> None:
    assert [page.title for page in outline(str(workshop({C + "01-first-page.md": text}))).pages] == [title]


def test_the_modules_file_names_pages_buttons_and_variables(workshop: Write) -> None:
    found = outline(
        str(
            workshop(
                {
                    C + "a.md": "---\ntitle: Plain\n---\nx",
                    "workshop/modules.yaml": (
                        "modules:\n  a: {name: Named, exit_sign: Leave}\n"
                        "config:\n  vars:\n  - {name: HOST, value: h.example, aliases: [OLD_HOST]}\n  - {name: UNSET}\n"
                    ),
                }
            )
        )
    )
    assert [(page.title, page.exit_sign) for page in found.pages] == [("Named", "Leave")]
    assert found.variables == {"HOST": "h.example", "OLD_HOST": "h.example"}


def test_a_request_may_choose_its_pathway(workshop: Write) -> None:
    folder = workshop(
        {C + "a.md": "x", C + "b.md": "x", "workshop/config.yaml": "pathways:\n  paths:\n    one: {steps: [a]}\n"}
    )
    assert [page.slug for page in outline(str(folder), "one").pages] == ["a"]
    assert [page.slug for page in outline(str(folder), "other").pages] == ["a", "b"]


def test_a_changed_page_is_seen(workshop: Write) -> None:
    folder = workshop({C + "a.md": "# Before\n"})
    before = outline(str(folder)).pages[0].title
    path = folder / C / "a.md"
    path.write_text("# Afterwards\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert (before, outline(str(folder)).pages[0].title) == ("Before", "Afterwards")


@pytest.mark.parametrize("folder", ["", "/nowhere/at/all", "."], ids=["none given", "gone", "without content"])
def test_a_workshop_without_instructions_has_no_pages(folder: str, tmp_path: Path) -> None:
    assert outline(str(tmp_path) if folder == "." else folder).pages == ()


def test_the_content_folder_itself_will_do(workshop: Write) -> None:
    folder = workshop({C + "a.md": "x"})
    assert outline(str(folder / "workshop" / "content")) == outline(str(folder))


ESCAPES = {
    "parent": "../secret.md",
    "deep parent": "a/../../secret.md",
    "absolute": "/etc/passwd",
    "symlink": "link.md",
    "folder symlink": "linked/secret.md",
    "hidden": ".hidden.md",
    "hidden folder": ".git/config",
    "backslash": "..\\secret.md",
    "null": "a\0.md",
    "folder": "deep",
    "gone": "gone.md",
    "too long": "x" * 5000,
}


@pytest.mark.parametrize("relative", ESCAPES.values(), ids=ESCAPES)
def test_nothing_outside_the_folder_is_reached(workshop: Write, relative: str) -> None:
    folder = workshop({C + "a.md": "x", C + ".hidden.md": "x", C + ".git/config": "x", C + "deep/b.md": "x"})
    root = folder / "workshop" / "content"
    (root.parent / "secret.md").write_text("secret", encoding="utf-8")
    (root / "link.md").symlink_to(root.parent / "secret.md")
    (root / "linked").symlink_to(root.parent)
    assert inside(root.resolve(), relative) is None
    assert [page.slug for page in outline(str(folder)).pages] == ["a", "deep/b"]
