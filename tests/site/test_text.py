"""Text becomes plain words or harmless HTML, and time becomes words."""

import pytest

from frontend.site.text import page_html, plain


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("", ""),
        ("Learn **Git** & more", "Learn Git & more"),
        ("# Heading\n\nTwo\nlines", "Heading Two lines"),
        ("[a link](https://example.com)", "a link"),
        ("1 < 2 and `a && b`", "1 < 2 and a && b"),
        ("x" * 300, "x" * 300),
        ("word " * 80, "word " * 58 + "word…"),
    ],
    ids=["nothing", "emphasis", "blocks", "a link", "signs", "just fits", "too long"],
)
def test_a_cards_text_is_plain(markdown: str, words: str) -> None:
    assert plain(markdown) == words


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# One\n\n###### Six", "<h2>One</h2>\n<h6>Six</h6>\n"),
        ("[x](https://example.com)", '<p><a href="https://example.com" rel="noopener noreferrer">x</a></p>\n'),
        ("![x](https://e.com/x.png)", '<p><img src="https://e.com/x.png" alt="x"></p>\n'),
        ("![x](http://e.com/x.png)", '<p><img alt="x"></p>\n'),
        ("a|b\n-|-\n1|2", None),
    ],
    ids=["headings one down", "a link", "a picture", "a picture a strict page would not load", "a table"],
)
def test_a_pages_text_is_html(markdown: str, html: str | None) -> None:
    assert page_html(markdown) == html if html is not None else "<table>" in page_html(markdown)


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        "<a href='javascript:alert(1)'>x</a>",
        "![x](javascript:alert(1))",
        "<svg onload=alert(1)>",
    ],
)
def test_nothing_in_a_text_can_act(markdown: str) -> None:
    html = page_html(markdown)
    assert not any(f"<{tag}" in html for tag in ("script", "svg", "iframe"))
    assert 'href="javascript' not in html
    assert "src=" not in html.replace("img src=x", "")
