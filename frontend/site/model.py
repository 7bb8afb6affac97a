"""What an owner says about a site in `site.yaml`: every key, with what it means, in the order of the file.

The model is frozen and complete: a key left out has its default here and nowhere else. Values arrive rich: moments are
aware, colours and addresses are checked, lists are tuples.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from frontend.site.brand import Brand, Link
from frontend.site.embedding import Embedding
from frontend.site.sign_in import SignIn
from frontend.site.values import (
    Address,
    Image,
    Line,
    Moment,
    ParameterName,
    Part,
    Slug,
    Text,
    refuse_repeats,
)
from portal_backend.contract.words import say

# Parts of the index that every site has; "more" is the section of what no other section names.
_TAKEN = frozenset({"main", "more", "own", "q", "results"})


class Portal(Part):
    """A training portal the sessions come from."""

    name: Slug = Field(description="A short name of your choice; a visitor's user id is remembered under it.")
    url: Address = Field(description="The portal's public address, as browsers see it.")
    api_url: Address | None = Field(None, description="The address the site itself uses, when it differs.")
    credentials: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] = Field(
        "PORTAL", description="Beginning of the environment variables that hold the login: <this>_ROBOT_USERNAME, …"
    )
    anonymous: bool = Field(False, description="Whether its links start workshops without this site; pages show them.")
    create_by: Literal["workshop", "environment"] = Field(
        "workshop",
        description="What those links name: the workshop, or the environment where a portal asks for that.",
    )
    people: Literal["address", "body"] = Field(
        "address",
        description="Where e-mail and names go in a request: its address, which every portal reads, or its JSON body.",
    )


def _not_taken(name: str) -> str:
    if name in _TAKEN or name.startswith("filter-"):
        raise ValueError("expected an id that no other part of the index has")
    return name


class Section(Part):
    """A group of workshops on the index, in the order written."""

    id: Annotated[Slug, AfterValidator(_not_taken)] = Field(description="Names the section in links (/#id).")
    title: Line = Field(min_length=1, description="The section's heading.")
    description: Text = Field("", description="A sentence under the heading.")
    workshops: tuple[Line, ...] = Field((), description="Names of workshops; one that no portal offers is left out.")


class Rest(Part):
    """The section of every offered workshop that no other section names."""

    title: Line = Field("", description="Its heading; without one: Workshops, or More workshops after other sections.")
    description: Text = Field("", description="A sentence under the heading.")
    hidden: bool = Field(False, description="Show only the workshops that sections name.")


class Parameter(Part):
    """A value a visitor gives before a workshop starts, as the Workshop declares it under `request.parameters`."""

    name: ParameterName = Field(description="The name in the Workshop's request.parameters.")
    label: Line = Field("", description="What the field is called; without it, the name.")
    help: Line = Field("", description="A sentence under the field.")
    value: Line = Field("", description="What stands in the field at first.")
    choices: tuple[Line, ...] = Field((), description="The values there are to choose from; without them, any text.")
    required: bool = Field(False, description="Whether the workshop cannot start without it.")

    @model_validator(mode="after")
    def _among_choices(self) -> "Parameter":
        if self.choices and self.value and self.value not in self.choices:
            raise ValueError("value is not one of choices")
        return self


class WorkshopOverride(Part):
    """What the owner says about one workshop: in place of what its portal says, or beside it."""

    title: Line = Field("", description="In place of the portal's title.")
    description: Text = Field("", description="In place of the portal's description; Markdown on the workshop's page.")
    image: Image = Field("", description="The card's picture: the same forms as the logo.")
    order: int = Field(0, ge=-10_000, le=10_000, description="Lower comes first among the rest; ties go by title.")
    hidden: bool = Field(False, description="Not offered by this site: no card, no page; only signed links start it.")
    needs: tuple[Line, ...] = Field((), description="What a visitor should have or know before, a line each.")
    parameters: tuple[Parameter, ...] = Field((), description="What a visitor is asked before it starts.")

    @model_validator(mode="after")
    def _asked_once(self) -> "WorkshopOverride":
        refuse_repeats([parameter.name for parameter in self.parameters], "two parameters have the name")
        return self


class Catalog(Part):
    """The index: its words, its sections, its corrections."""

    title: Line = Field(say("Workshops"), min_length=1, description="The heading of the index.")
    intro: Text = Field("", description="A paragraph under the heading.")
    search: Literal["auto", "always", "never"] = Field(
        "auto", description="When there is a search field: auto shows it once there are more than six workshops."
    )
    filters: tuple[Literal["tag", "difficulty", "label", "portal"], ...] = Field(
        ("tag", "difficulty", "label", "portal"), description="What can be filtered by, beside the search field."
    )
    sections: tuple[Section, ...] = Field((), description="Groups of workshops, in order.")
    rest: Rest = Field(Rest(), description="The section of everything else.")
    workshops: dict[str, WorkshopOverride] = Field({}, description="Corrections by workshop name.")

    @model_validator(mode="after")
    def _each_once(self) -> "Catalog":
        refuse_repeats([section.id for section in self.sections], "two sections have the id")
        refuse_repeats([name for s in self.sections for name in s.workshops], "two places in sections name")
        return self


class Wording(Part):
    """The owner's words for one notification; what is left out keeps its built-in words."""

    title: Line = Field("", description="The banner's first line.")
    text: Text = Field("", description="The banner's second line: what to do next.")


class Notifications(Part):
    """The banners people see when they come back from a session, by code."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    session_deleted: Wording = Field(Wording(), description="The session was finished or ended.")
    workshop_invalid: Wording = Field(Wording(), description="There is no such workshop.")
    session_unavailable: Wording = Field(
        Wording(), description="No seat was free. A portal that does not answer has words of its own."
    )
    session_invalid: Wording = Field(Wording(), description="The session is over or belongs to somebody else.")
    startup_timeout: Wording = Field(Wording(), description="The session did not start in time.")


class Announcement(Part):
    """A banner the owner puts on the index for a while."""

    id: Slug = Field(description="Its name; a visitor who dismissed it does not see this id again.")
    level: Literal["info", "success", "warning", "error"] = Field("info", description="How loud it is.")
    title: Line = Field("", description="The banner's first line; without one the text stands there.")
    text: Text = Field(min_length=1, description="What there is to say.")
    starts: Moment | None = Field(None, alias="from", description="Shown from this moment; without a zone it is UTC.")
    until: Moment | None = Field(None, description="Shown until this moment; without a zone it is UTC.")
    link: Link | None = Field(None, description="Where to read more.")
    dismissible: bool = Field(True, description="Whether a visitor may close it.")

    @model_validator(mode="after")
    def _in_order(self) -> "Announcement":
        if self.starts and self.until and self.until <= self.starts:
            raise ValueError("until is not later than from, so it would never be shown")
        return self


class Site(Part):
    """Everything `site.yaml` says."""

    brand: Brand = Field(Brand(), description="How the site presents itself.")
    portals: tuple[Portal, ...] = Field((), description="The portals, best first; without any: the one at PORTAL_URL.")
    sign_in: SignIn = Field(SignIn(), description="Who visitors are, and what they must sign in for.")
    catalog: Catalog = Field(Catalog(), description="The index.")
    notifications: Notifications = Field(Notifications(), description="The banners people come back to.")
    announcements: tuple[Announcement, ...] = Field((), description="The owner's own banners.")
    embedding: Embedding = Field(Embedding(), description="Whose pages may show start buttons in a frame.")

    @model_validator(mode="after")
    def _distinct(self) -> "Site":
        refuse_repeats([portal.name for portal in self.portals], "two portals have the name")
        refuse_repeats([item.id for item in self.announcements], "two announcements have the id")
        return self
