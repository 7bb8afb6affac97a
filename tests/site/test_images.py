"""Which pictures a page shows: the owner's files, https, bitmaps; never what could act."""

import pytest

from frontend.site.images import is_file, owner_image, safe_image

PIXEL = "data:image/png;base64,AAAA"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://example.com/logo.svg", "https://example.com/logo.svg"),
        (PIXEL, PIXEL),
        ("data:image/webp;base64,AA==", "data:image/webp;base64,AA=="),
        ("http://example.com/logo.png", None),
        ("javascript:alert(1)", None),
        ("data:image/svg+xml;base64,AAAA", None),
        ("data:text/html;base64,AAAA", None),
        ('data:image/png;base64,AA"onerror="x', None),
        ("//example.com/x.png", None),
        ("https://me:secret@example.com/x.png", None),
        ("", None),
    ],
)
def test_a_portals_logo_is_shown_only_when_it_is_safe(text: str, shown: str | None) -> None:
    assert safe_image(text) == shown


@pytest.mark.parametrize("text", ["", "logo.svg", "pictures/Team photo.JPG", "a/b/c.webp", PIXEL, "https://e.com/x"])
def test_an_owners_picture_is_a_file_an_address_or_a_bitmap(text: str) -> None:
    assert owner_image(text) == text
    assert is_file(text) is (text.startswith(("logo", "pictures", "a/")))


@pytest.mark.parametrize(
    "text",
    ["../secret.png", "/etc/logo.png", "a/../b.png", ".hidden.png", "logo", "logo.html", "a//b.png", "http://e.com/x"],
)
def test_an_owners_picture_is_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="expected a file name under config/theme/static/"):
        owner_image(text)
