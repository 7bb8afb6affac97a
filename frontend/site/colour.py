"""Colours from one accent: what is readable on it, and what of it is readable on the page.

Luminance and contrast follow WCAG 2.2; 4.5 is the least ratio for text of normal size.
"""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

READABLE = 4.5
# The lightest and the darkest ground of the built-in theme that accented text stands on.
LIGHT_GROUND = "#e9ebe4"
DARK_GROUND = "#19211d"
_WHITE, _BLACK = 1.0, 0.0
_STEPS = 20
# How far apart the channels of a colour are at least for it to be told from the paper, and not be one of its greys.
_COLOURFUL = 64

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Shade:
    """An accent for one colour scheme, and the colour of words that stand on it."""

    accent: str
    on_accent: str


@dataclass(frozen=True)
class Palette:
    """The shades a page needs, each readable on its ground; `adjusted` when the accent itself is not, in light.

    `brand` is the accent itself, where light pages can show it at least as a ground: words are put on it, not in it.
    """

    light: Shade
    brand: Shade
    dark: Shade
    adjusted: bool


def parse_colour(text: str) -> Rgb:
    """Return the three channels of `#rgb` or `#rrggbb`; raises ValueError, in the owner's words, for anything else."""
    match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", text)
    if match is None:
        raise ValueError("expected a colour such as #0b5a49 or #06c (in quotes: YAML takes a bare # for a comment)")
    digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(parse_colour(one)), _luminance(parse_colour(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def on_colour(ground: str) -> str:
    """Return white or black, whichever is easier to read on `ground`; at least one always reaches 4.5."""
    return max("#ffffff", "#000000", key=lambda ink: contrast(ink, ground))


def palette(accent: str) -> Palette:
    """Return the shades derived from one accent colour, each readable as text on its own ground."""
    light = _towards(accent, _BLACK, LIGHT_GROUND)
    dark = _towards(accent, _WHITE, DARK_GROUND)
    brand = accent if _colourful(accent) else light
    return Palette(
        light=Shade(light, on_colour(light)),
        brand=Shade(brand, on_colour(brand)),
        dark=Shade(dark, on_colour(dark)),
        adjusted=parse_colour(light) != parse_colour(accent),
    )


def _colourful(colour: str) -> bool:
    channels = parse_colour(colour)
    return max(channels) - min(channels) >= _COLOURFUL


def _towards(accent: str, end: float, ground: str) -> str:
    """Return the first shade from `accent` to white or black that is readable on `ground`; the end itself always is."""
    return next(shade for shade in _shades(parse_colour(accent), end) if contrast(shade, ground) >= READABLE)


def _shades(start: Rgb, end: float) -> list[str]:
    """Return the way to white (1) or black (0) in equal steps of one hue: a mix with white would turn grey."""
    hue, lightness, saturation = rgb_to_hls(*(channel / 255 for channel in start))
    steps = [lightness + (end - lightness) * step / _STEPS for step in range(_STEPS + 1)]
    shades = [hls_to_rgb(hue, step, saturation) for step in steps]
    return ["#" + "".join(f"{round(channel * 255):02x}" for channel in shade) for shade in shades]


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
