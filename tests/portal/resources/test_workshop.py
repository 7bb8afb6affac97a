"""What a Workshop resource says, in all its forms; what is odd in one is a warning and counts as unset."""

import pytest

from portal_backend.domain.environment import Parameter, Workshop

from .conftest import PORTAL, Load, told, workshop

OFFER = f"{PORTAL}  workshops: [{{name: w, capacity: 1}}]\n"

FULL = """
  title: " First\\n  steps "
  description: |
    One.

    Two.
  vendor: Example
  authors: [Ada, "", Grace]
  version: 1.0
  difficulty: Beginner
  duration: 2h30m
  tags: [a, 1.10]
  labels:
  - {name: id, value: example.com/first}
  - {name: empty}
  logo: data:image/svg+xml;base64,AAAA
  url: https://example.com/first
  content: {files: github.com/x/y}
  request:
    parameters:
    - {name: EMAIL, value: nobody@example.com}
    - {name: CODE, generate: expression, from: "[A-Z]{8}"}
    objects: []
  session: {anything: "${HOME} {{ x }}"}
"""


@pytest.mark.parametrize(
    "api",
    [
        "training.educates.dev/v1beta1",
        "learningcenter.tanzu.vmware.com/v1beta1",
        "training.eduk8s.io/v1alpha1",
        "training.eduk8s.io/v1alpha2",
    ],
)
def test_every_field_is_read(load_files: Load, api: str) -> None:
    resources = load_files(OFFER, w=workshop("w", FULL, api))
    assert resources.environments[0].workshop == Workshop(
        name="w",
        title="First steps",
        description="One.\n\nTwo.",
        vendor="Example",
        authors=("Ada", "Grace"),
        difficulty="beginner",
        duration="2h30m",
        tags=("a", "1.10"),
        labels={"id": "example.com/first", "empty": ""},
        logo="data:image/svg+xml;base64,AAAA",
        url="https://example.com/first",
        parameters=(Parameter("EMAIL", "nobody@example.com"), Parameter("CODE", "", "expression", "[A-Z]{8}")),
    )
    assert told(resources, "warning", "w.yaml") == []
    assert told(resources, "info", "w.yaml") == [
        "13:3 spec.version: read, not used here",
        "22:3 spec.content: read, not used here",
        "28:3 spec.session: read, not used here",
    ]


@pytest.mark.parametrize(
    ("spec", "field", "expected"),
    [
        pytest.param("{title: T, duration: ''}", "duration", "", id="empty duration"),
        pytest.param("{title: T, duration: 90m}", "duration", "90m", id="duration"),
        pytest.param("{title: T, content: github.com/x/y}", "title", "T", id="content as text, the oldest form"),
        pytest.param("{title: T, authors: Ada}", "authors", ("Ada",), id="one author alone"),
        pytest.param("{title: T, labels: {a: b}}", "labels", {"a": "b"}, id="labels as a mapping"),
        pytest.param("{title: T, description: null}", "description", "", id="description null"),
        pytest.param("{title: 2024}", "title", "2024", id="a number as title"),
        pytest.param("{title: 010}", "title", "010", id="a number as it is written"),
    ],
)
def test_other_forms_are_read_without_a_warning(load_files: Load, spec: str, field: str, expected: object) -> None:
    resources = load_files(OFFER, w=workshop("w", spec))
    assert getattr(resources.environments[0].workshop, field) == expected
    assert told(resources, "warning", "w.yaml") == []


@pytest.mark.parametrize(
    ("spec", "field", "expected", "warning"),
    [
        ("{}", "title", "w", "5:7 spec.title is missing; the workshop is called by its name, `w`"),
        ("{title: [T]}", "title", "w", "5:15 spec.title is expected to be text, but is a list"),
        (
            "{title: T, difficulty: hard}",
            "difficulty",
            "hard",
            "5:30 spec.difficulty is expected to be one of beginner, intermediate, advanced, extreme",
        ),
        ("{title: T, duration: 90 min}", "duration", "90 min", "5:28 spec.duration is expected to be such"),
        ("{title: T, tags: {a: b}}", "tags", (), "5:24 spec.tags is expected to be text, but is a mapping"),
        ("{title: T, tags: [a, [b]]}", "tags", ("a",), "5:28 spec.tags[1] is expected to be text, but is a list"),
        ("{title: T, labels: x}", "labels", {}, "5:26 spec.labels is expected to be a list, but is 'x'"),
        ("{title: T, labels: [x]}", "labels", {}, "5:27 spec.labels[0] is expected to be a mapping, but is 'x'"),
        ("{title: T, logo: 'javascript:x'}", "logo", "", "5:24 spec.logo is expected to be an http(s)"),
        ("{title: T, logo: 'data:text/html,x'}", "logo", "", "5:24 spec.logo is expected to be an http(s)"),
        ("{title: T, url: /x}", "url", "", "5:23 spec.url is expected to be an http(s) URL, but is '/x'"),
        ("{title: T, desciption: x}", "description", "", "5:18 spec.desciption is not known and has no effect"),
        (
            "{title: T, request: {parameters: [{value: x}]}}",
            "parameters",
            (),
            "5:41 spec.request.parameters[0].name is missing",
        ),
        (
            "{title: T, request: {parameters: [{name: A, value: x}, {name: A}]}}",
            "parameters",
            (Parameter("A", "x"),),
            "5:69 the parameter `A` is there twice; the first counts",
        ),
        (
            "{title: T, request: {parameters: [{name: A, generate: expression}]}}",
            "parameters",
            (Parameter("A"),),
            "5:41 the parameter `A` is generated, but `from` does not say what from",
        ),
        (
            "{title: T, request: {parameters: [{name: A, generate: random, value: x}]}}",
            "parameters",
            (Parameter("A", "x"),),
            "5:61 spec.request.parameters[0].generate is expected to be `expression`",
        ),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else "",
)
def test_what_is_odd_is_a_warning(load_files: Load, spec: str, field: str, expected: object, warning: str) -> None:
    resources = load_files(OFFER, w=workshop("w", spec))
    assert getattr(resources.environments[0].workshop, field) == expected
    assert [text[: len(warning)] for text in told(resources, "warning", "w.yaml")] == [warning]
    assert resources.portal is not None


@pytest.mark.parametrize("spec", ["", "x", "[]", "[{}]"])
def test_a_workshop_whose_fields_are_not_fields_is_still_offered(load_files: Load, spec: str) -> None:
    resources = load_files(OFFER, w=workshop("w", spec))
    assert resources.environments[0].workshop == Workshop(name="w", title="w")


@pytest.mark.parametrize("name", ["W", "a/b", "..", "'a b'", "[w]", ""])
def test_a_workshop_without_a_usable_name_is_left_out(load_files: Load, name: str) -> None:
    resources = load_files(OFFER, w=workshop(name), ok=workshop("w"))
    assert [each.workshop.name for each in resources.environments] == ["w"]
    assert len(told(resources, "warning", "w.yaml")) == 1
