"""What an owner says about how the site presents itself."""

from typing import Literal

from pydantic import Field

from frontend.site.fonts import Fonts
from frontend.site.values import Colour, Image, LanguageCode, Line, LinkAddress, Part
from portal_backend.contract.words import say


class Link(Part):
    """A link in the header, the footer or a banner."""

    label: Line = Field(min_length=1, description="The words of the link.")
    url: LinkAddress = Field(description="Where it leads: https://…, http://…, mailto:… or a path on this site.")


class Brand(Part):
    """How the site presents itself."""

    name: Line = Field(
        say("Workshops"), min_length=1, description="The site's name, in the header and in every page title."
    )
    tagline: Line = Field("", description="One line under the name.")
    logo: Image = Field("", description="A file in config/theme/static/, an https:// address, or a data:image URI.")
    favicon: Image = Field("", description="The icon of the browser tab; the same forms as the logo.")
    theme: Literal["workbench", "timetable", "parlour"] = Field(
        "workbench", description="The built-in look: workbench, timetable or parlour."
    )
    scheme: Literal["auto", "light", "dark"] = Field(
        "auto", description="Light or dark pages for everybody; auto leaves it to each reader's system."
    )
    accent: Colour | None = Field(None, description="The one brand colour, as #rgb or #rrggbb; the rest is derived.")
    fonts: Fonts = Field(Fonts(), description="What the pages are set in; without it, the theme's fonts.")
    header_links: tuple[Link, ...] = Field((), description="Links in the header.")
    footer_links: tuple[Link, ...] = Field((), description="Links in the footer.")
    language: LanguageCode = Field(
        "en", description="The language of the owner's texts, as a code such as en, de or pt-br."
    )
    languages: tuple[LanguageCode, ...] = Field(
        (), description="The languages visitors can choose from; without any, only that of the owner's texts."
    )

    @property
    def offered(self) -> tuple[str, ...]:
        """The languages of the site's pages, that of the owner's texts among them."""
        return tuple(dict.fromkeys((*self.languages, self.language)))
