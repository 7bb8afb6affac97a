"""Reads one Workshop resource of any group and version into the domain's Workshop.

A workshop is somebody else's work: what is odd in it is a warning and counts as unset, never a reason to refuse it.
"""

from dataclasses import replace

from portal_backend.contract.documents import Problem, Severity
from portal_backend.contract.urls import parse_http_url
from portal_backend.domain.environment import Parameter, Workshop
from portal_backend.resources.durations import is_estimate
from portal_backend.resources.kinds import Resource
from portal_backend.resources.section import Section
from portal_backend.resources.texts import accept_name, accept_picture

_USED = (
    "title",
    "description",
    "vendor",
    "authors",
    "difficulty",
    "duration",
    "tags",
    "labels",
    "logo",
    "url",
    "request",
)
_UNUSED = ("version", "content", "image", "images", "publish", "workshop", "session", "environment")
_DIFFICULTIES = ("beginner", "intermediate", "advanced", "extreme")
_EXPRESSION = "expression"


def name_of(resource: Resource, problems: list[Problem]) -> str:
    """Return the name of a Workshop resource, or an empty string and a warning when it has no usable one."""
    metadata = resource.section(Severity.WARNING, problems).section("metadata")
    if not metadata.required("name"):
        return ""
    return metadata.checked("name", "lower case letters, digits, `-` and `.`", accept_name) or ""


def read_workshop(name: str, resource: Resource, content: str, problems: list[Problem]) -> Workshop:
    """Return the workshop a resource describes; a missing title is its name."""
    spec = resource.section(Severity.WARNING, problems).section("spec")
    spec.keys(_USED, _UNUSED)
    if not spec.has("title"):
        spec.report(None, Severity.WARNING, f"spec.title is missing; the workshop is called by its name, `{name}`")
    return Workshop(
        name=name,
        title=spec.line("title") or name,
        description=spec.text("description"),
        vendor=spec.line("vendor"),
        authors=spec.texts("authors"),
        difficulty=_difficulty(spec),
        duration=_duration(spec),
        tags=spec.texts("tags"),
        labels=spec.pairs("labels"),
        logo=spec.checked("logo", "an http(s) or `data:image/…` URL", accept_picture) or "",
        url=spec.checked("url", "an http(s) URL", parse_http_url) or "",
        parameters=_parameters(spec.section("request")),
        content=content,
    )


def _difficulty(spec: Section) -> str:
    word = spec.line("difficulty")
    if word and word.lower() not in _DIFFICULTIES:
        spec.fault("difficulty", f"one of {', '.join(_DIFFICULTIES)}", "it is shown as it is")
    return word.lower() if word.lower() in _DIFFICULTIES else word


def _duration(spec: Section) -> str:
    text = spec.line("duration")
    if text and not is_estimate(text):
        spec.fault("duration", "such as `45m` or `2h30m`", "it is shown as it is")
    return text


def _parameters(request: Section) -> tuple[Parameter, ...]:
    request.keys(("parameters",), ("objects",))
    found: dict[str, Parameter] = {}
    for item in request.items("parameters"):
        item.keys(("name", "value", "generate", "from"))
        name = item.required("name")
        if name in found:
            item.report("name", Severity.WARNING, f"the parameter `{name}` is there twice; the first counts")
        elif name:
            found[name] = _parameter(name, item)
    return tuple(found.values())


def _parameter(name: str, item: Section) -> Parameter:
    parameter = Parameter(name, item.text("value"))
    if item.choice("generate", (_EXPRESSION,)) != _EXPRESSION:
        return parameter
    pattern = item.text("from")
    if not pattern:
        item.report(None, Severity.WARNING, f"the parameter `{name}` is generated, but `from` does not say what from")
        return parameter
    return replace(parameter, generate=_EXPRESSION, pattern=pattern)
