"""Which letters a page is set in: families that are on people's computers already, by name, and the owner's own files.

Nothing is fetched from elsewhere. A stack names, for each system, the family of one character that comes with it.
"""

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from frontend.site.values import Line, Part

STACKS = {
    "system": 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif',
    "humanist": 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "DejaVu Sans", "Noto Sans", sans-serif',
    "grotesque": '"Helvetica Neue", Helvetica, Inter, Arimo, "Liberation Sans", Arial, "Noto Sans", sans-serif',
    "geometric": 'Avenir, Montserrat, Corbel, "URW Gothic", "Century Gothic", "Noto Sans", sans-serif',
    "rounded": 'ui-rounded, "SF Pro Rounded", "Hiragino Maru Gothic ProN", Nunito, Quicksand, system-ui, sans-serif',
    "transitional": 'Charter, "Bitstream Charter", "Sitka Text", Cambria, "Noto Serif", serif',
    "old-style": '"Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052, "Noto Serif", serif',
    "slab": 'Rockwell, "Rockwell Nova", "Roboto Slab", "DejaVu Serif", "Sitka Small", serif',
    "didone": 'Didot, "Bodoni MT", "Noto Serif Display", "URW Palladio L", P052, "Sylfaen", serif',
    "monospace": 'ui-monospace, "SF Mono", "Cascadia Code", "DejaVu Sans Mono", Menlo, Consolas, monospace',
}
FONTS = (".woff2", ".woff", ".ttf", ".otf")
_LAST_RESORT = {"text": "system-ui, sans-serif", "heading": "system-ui, sans-serif", "code": "ui-monospace, monospace"}
_PROPERTIES = {"text": ("--font-text",), "heading": ("--font-heading", "--font-display"), "code": ("--font-mono",)}


def _weight(text: str) -> str:
    numbers = text.split()
    if not (1 <= len(numbers) <= 2 and all(each.isdecimal() and 1 <= int(each) <= 1000 for each in numbers)):
        raise ValueError("expected a weight such as 400, or the range of a variable font such as 100 900")
    return " ".join(numbers)


def _family_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,79}", text):
        raise ValueError("expected letters, digits, spaces and dashes")
    return text


def _file(text: str) -> str:
    if not re.fullmatch(r"fonts/[A-Za-z0-9_-][A-Za-z0-9_.-]*\.(woff2|woff|ttf|otf)", text):
        raise ValueError("expected a file such as fonts/acme.woff2 below config/theme/static/ (woff2, woff, ttf, otf)")
    return text


FamilyName = Annotated[str, AfterValidator(_family_name)]
FontPath = Annotated[str, AfterValidator(_file)]


class FontFile(Part):
    """A font of the owner's: one file of one family."""

    family: FamilyName = Field(description="The name that text, heading and code know it by.")
    file: FontPath = Field(description="The file below config/theme/static/, such as fonts/acme.woff2.")
    weight: Annotated[str, AfterValidator(_weight)] = Field(
        "400", description="How bold it is, 1 to 1000, or two numbers for a variable font's range."
    )
    style: Literal["normal", "italic"] = Field("normal", description="Whether it is the upright or the italic one.")


class Fonts(Part):
    """What the pages are set in; each a built-in stack by name, or a family of `files`."""

    text: Line = Field("", description="The font of the text; without it, the theme's.")
    heading: Line = Field("", description="The font of headings and of the name; without it, the theme's.")
    code: Line = Field("", description="The font of commands and code; without it, the theme's.")
    files: tuple[FontFile, ...] = Field((), description="Fonts of your own.")

    @model_validator(mode="after")
    def _known(self) -> "Fonts":
        own = {each.family for each in self.files}
        for name in (self.text, self.heading, self.code):
            if name and name not in STACKS and name not in own:
                raise ValueError(f"{name} is neither a family of files nor one of {', '.join(STACKS)}")
        return self


def faces(fonts: Fonts, url: Callable[[str], str]) -> str:
    """Return the rules that bring the owner's fonts; `url` gives the address of a file."""
    return "".join(
        f'@font-face {{\n  font-family: "{each.family}";\n  src: url("{url(each.file)}");\n'
        f"  font-weight: {each.weight};\n  font-style: {each.style};\n  font-display: swap;\n}}\n"
        for each in fonts.files
    )


def chosen(fonts: Fonts) -> str:
    """Return the custom properties that set the pages in the fonts chosen; nothing where none is."""
    lines = [
        f"  {name}: {_family(font, use)};\n"
        for use, names in _PROPERTIES.items()
        if (font := getattr(fonts, use))
        for name in names
    ]
    return f":root {{\n{''.join(lines)}}}\n" if lines else ""


def _family(font: str, use: str) -> str:
    return STACKS.get(font) or f'"{font}", {_LAST_RESORT[use]}'
