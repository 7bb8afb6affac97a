"""What an owner allows other sites' pages: to show start buttons in a frame, and to be where sessions lead back to."""

from pydantic import Field

from frontend.site.values import Origin, Part
from portal_backend.contract.urls import AllowedOrigins, origin_of


class Embedding(Part):
    """The pages elsewhere that may show this site's start buttons in a frame."""

    origins: tuple[Origin, ...] = Field(
        (), description="Their origins, such as https://www.example.com; sessions may lead back to them, too."
    )


def return_address(embedding: Embedding, own: str, given: str) -> str | None:
    """Return where a session may lead back to, as a clean address, or None for an address nobody allowed.

    `own` is this site's address; `given` what a link elsewhere asks for.
    """
    return AllowedOrigins({*embedding.origins, *filter(None, [origin_of(own)])}).accept(given)
