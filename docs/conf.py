"""How Sphinx makes pages of docs/: `make docs`. What they load is in the built folder, nothing from other servers."""

import re

from sphinx.application import Sphinx

project = "workshop-index"
author = "the authors of workshop-index"
html_title = project

extensions = ["myst_parser"]
nitpicky = True

# Anchors as the hosts of repositories make them, so that one link works there and here.
myst_heading_anchors = 4

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
# Fences without a language are commands, addresses and drawings.
highlight_language = "none"


def add_map(app: Sphinx, page: str, source: list[str]) -> None:
    """Make the list of pages in index.md the order of all pages, so that it is kept in one place."""
    if page != "index":
        return
    for title, body in re.findall(r"^## (.+)\n((?:(?!^## ).*\n)+)", source[0], re.MULTILINE):
        pages = re.findall(r"^(?:\d+\.|-) \[.+?\]\((.+?)\.md\)", body, re.MULTILINE)
        if pages:
            source[0] += "\n".join(["", "```{toctree}", ":hidden:", f":caption: {title}", "", *pages, "```", ""])


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", add_map)
