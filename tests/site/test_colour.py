"""Colours derived from one accent are always readable."""

import pytest

from frontend.site.colour import DARK_GROUND, LIGHT_GROUND, READABLE, contrast, on_colour, palette, parse_colour


@pytest.mark.parametrize(
    ("text", "channels"),
    [("#0b5a49", (11, 90, 73)), ("#06c", (0, 102, 204)), ("#FFF", (255, 255, 255)), ("#AbCdEf", (171, 205, 239))],
)
def test_a_colour_is_three_or_six_digits(text: str, channels: tuple[int, int, int]) -> None:
    assert parse_colour(text) == channels


@pytest.mark.parametrize("text", ["", "#", "red", "0b5a49", "#12", "#1234", "#12345g", "#0b5a49 ", "#1234567"])
def test_anything_else_is_no_colour(text: str) -> None:
    with pytest.raises(ValueError, match="expected a colour such as"):
        parse_colour(text)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#777777", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_the_ratio_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize(
    ("ground", "ink"), [("#000000", "#ffffff"), ("#0b5a49", "#ffffff"), ("#f5c52b", "#000000"), ("#ffffff", "#000000")]
)
def test_words_on_a_colour_are_white_or_black(ground: str, ink: str) -> None:
    assert on_colour(ground) == ink


ACCENTS = ["#000000", "#ffffff", "#0b5a49", "#f5c52b", "#ff0000", "#00ff00", "#0000ff", "#808080", "#ffe", "#123"]


@pytest.mark.parametrize("accent", ACCENTS)
def test_every_shade_is_readable_on_its_ground_and_carries_readable_words(accent: str) -> None:
    shades = palette(accent)
    for shade, ground in ((shades.light, LIGHT_GROUND), (shades.dark, DARK_GROUND)):
        assert contrast(shade.accent, ground) >= READABLE
        assert contrast(shade.on_accent, shade.accent) >= READABLE
    assert contrast(shades.brand.on_accent, shades.brand.accent) >= READABLE


@pytest.mark.parametrize(
    ("accent", "kept"),
    [("#f5c52b", True), ("#00ff00", True), ("#0b5a49", True), ("#ffffff", False), ("#c8ccc9", False)],
)
def test_a_colour_stays_itself_as_a_ground_and_a_pale_grey_does_not(accent: str, kept: bool) -> None:
    shades = palette(accent)
    assert shades.brand.accent == (accent if kept else shades.light.accent)


@pytest.mark.parametrize(
    ("accent", "adjusted"), [("#0b5a49", False), ("#F5C52B", True), ("#06c", False), ("#05a", False)]
)
def test_an_accent_is_kept_when_it_is_readable_as_it_is(accent: str, adjusted: bool) -> None:
    shades = palette(accent)
    assert shades.adjusted is adjusted
    assert (parse_colour(shades.light.accent) == parse_colour(accent)) is not adjusted
