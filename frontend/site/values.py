"""The kinds of values `site.yaml` may hold, checked and made rich as they are read: nobody downstream parses text."""

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from frontend.site.colour import parse_colour
from frontend.site.images import owner_image
from portal_backend.contract.languages import locale_of
from portal_backend.contract.urls import origin_of, parse_http_url


def _colour(text: str) -> str:
    parse_colour(text)
    return text.lower()


def _address(text: str) -> str:
    clean = parse_http_url(text)
    if clean is None:
        raise ValueError("expected an address that starts with http:// or https://, without a user name or password")
    return clean


def _link(text: str) -> str:
    if text.startswith("mailto:") or (text.startswith("/") and not text.startswith(("//", "/\\"))):
        return text
    if parse_http_url(text) is None:
        raise ValueError("expected https://…, http://…, mailto:… or a path that starts with /")
    return text


def _moment(value: Any) -> Any:
    """Return an aware moment for a date or a time; one without a zone is taken as UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError("expected a date such as 2026-03-01, or a time such as 2026-03-01 09:00+01:00") from None
    if not isinstance(value, datetime):
        raise ValueError("expected a date such as 2026-03-01, or a time such as 2026-03-01 09:00+01:00")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _language(code: str) -> str:
    locale_of(code)
    return code.lower()


def _origin(text: str) -> str:
    origin = origin_of(text)
    if origin is None or text.rstrip("/").lower() not in (origin, _with_port(origin)):
        raise ValueError("expected an origin such as https://www.example.com, without a path")
    return origin


def _with_port(origin: str) -> str:
    return f"{origin}:{443 if origin.startswith('https:') else 80}"


def refuse_repeats(names: list[str], sentence: str) -> None:
    """Raise ValueError with the sentence and the names that stand more than once."""
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise ValueError(f"{sentence} {', '.join(repeated)}")


Colour = Annotated[str, AfterValidator(_colour)]
Address = Annotated[str, AfterValidator(_address)]
LanguageCode = Annotated[str, Field(max_length=20), AfterValidator(_language)]
Origin = Annotated[str, AfterValidator(_origin)]
LinkAddress = Annotated[str, AfterValidator(_link)]
Image = Annotated[str, AfterValidator(owner_image)]
Moment = Annotated[
    datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}"})
]
Text = Annotated[str, Field(max_length=20_000)]
Line = Annotated[str, Field(max_length=300)]
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", max_length=100)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=63)]


class Part(BaseModel):
    """A part of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)
