"""What a TrainingPortal resource says of the portal itself, and what is wrong with one."""

from pathlib import Path

import pytest

from portal_backend.domain.environment import Portal
from portal_backend.resources.loading import load
from portal_backend.resources.model import Account, Credentials

from .conftest import PORTAL, Load, told, workshop

FULL = """\
apiVersion: training.educates.dev/v1beta1
kind: TrainingPortal
metadata:
  name: academy
  labels: {team: x}
spec:
  portal:
    title: The   Academy
    logo: data:image/png;base64,AAAA
    labels:
    - {name: stage, value: live}
    password: 0123
    index: https://www.example.com/labs?x=1
    sessions: {maximum: 8, registered: 2, anonymous: 1}
    workshop:
      defaults: {registry: {host: r}}
    theme:
      name: dark
      frame:
        ancestors: ["https://www.example.com", "http://LMS.example:80/course", "https://*.example.org", "'self'"]
    ingress: {hostname: labs}
    cookies: {domain: .example.com}
    registration: {type: anonymous, enabled: false}
    catalog: {visibility: public}
    credentials:
      admin: {username: boss, password: adminsecret}
      robot: {username: bot, password: 1234}
    clients:
      robot: {id: botclient, secret: clientsecret}
    updates: {workshop: true}
  analytics:
    webhook: {url: "https://metrics.example/?token=hooksecret"}
    google: {trackingId: G-1}
    clarity: {trackingId: ""}
  workshops:
  - {name: w, capacity: 1, registry: {host: r}}
"""


NOBODY_REGISTERS = (
    "6:33 spec.portal.registration.type: people do not register themselves here, they come through the index"
)


def test_every_field_is_read(load_files: Load) -> None:
    resources = load_files(FULL, w=workshop("w"))
    assert resources.portal is not None
    assert resources.portal.portal == Portal(
        name="academy",
        title="The Academy",
        logo="data:image/png;base64,AAAA",
        index="https://www.example.com/labs?x=1",
        password="0123",
        registration="anonymous",
        registration_enabled=False,
        visibility="public",
        labels={"stage": "live"},
        maximum=8,
        registered=2,
        anonymous=1,
        frame_ancestors=("https://www.example.com", "http://lms.example", "https://*.example.org"),
        cookie_domain="example.com",
        update_workshops=True,
        webhook="https://metrics.example/?token=hooksecret",
    )
    assert resources.portal.credentials == Credentials(
        admin=Account("boss", "adminsecret"),
        robot=Account("bot", "1234"),
        robot_client=Account("botclient", "clientsecret"),
    )


def test_what_has_no_effect_is_told_as_a_note(load_files: Load) -> None:
    assert told(load_files(FULL, w=workshop("w"))) == [
        "16:18 spec.portal.workshop.defaults.registry: read, not used here",
        "18:7 spec.portal.theme.name: read, not used here",
        "21:5 spec.portal.ingress: read, not used here",
        "33:5 spec.analytics.google: read, not used here",
        "34:5 spec.analytics.clarity: read, not used here",
        "36:28 spec.workshops[0].registry: read, not used here",
    ]


@pytest.mark.parametrize(
    ("registration", "told_of_it"),
    [("{type: one-step}", True), ("{type: one-step, enabled: false}", False), ("{type: anonymous}", False)],
)
def test_a_registration_nobody_can_use_is_told(load_files: Load, registration: str, told_of_it: bool) -> None:
    text = f"{PORTAL}  portal: {{registration: {registration}}}\n  workshops: [{{name: w, capacity: 1}}]\n"
    notes = told(load_files(text, w=workshop("w")), "info")
    assert notes == [NOBODY_REGISTERS] * told_of_it


def test_nothing_secret_is_shown(load_files: Load) -> None:
    resources = load_files(FULL, w=workshop("w"))
    for secret in ("0123", "adminsecret", "clientsecret"):
        assert secret not in repr(resources)


@pytest.mark.parametrize("unset", ["", "  portal:\n", "  portal: {}\n", "  portal: ''\n"])
def test_what_is_unset_has_the_platforms_defaults(load_files: Load, unset: str) -> None:
    resources = load_files(f"{PORTAL}{unset}  workshops: [{{name: w, capacity: 1}}]\n", w=workshop("w"))
    assert resources.portal is not None
    assert resources.portal.portal == Portal(name="academy", title="academy")
    assert resources.portal.credentials == Credentials()
    assert resources.problems == ()


def test_empty_strings_and_nulls_are_unset(load_files: Load) -> None:
    portal = (
        "  portal: {title: '', logo: , index: ' ', sessions: {maximum: '', registered: 3, anonymous: null},"
        " registration: {type: '', enabled: null}, catalog: {visibility: ''}, labels: null, credentials: ''}\n"
    )
    resources = load_files(f"{PORTAL}{portal}  workshops: [{{name: w, capacity: 1}}]\n", w=workshop("w"))
    assert resources.problems == ()
    assert resources.portal is not None
    assert resources.portal.portal == Portal(name="academy", title="academy", registered=3, anonymous=3)


@pytest.mark.parametrize(
    ("portal", "problem"),
    [
        ("{title: [a]}", "6:19 spec.portal.title is expected to be text, but is a list"),
        ("{logo: javascript:x}", "6:18 spec.portal.logo is expected to be an http(s) or `data:image/…` URL"),
        ("{index: /labs}", "6:19 spec.portal.index is expected to be an http(s) URL, but is '/labs'"),
        ("{sessions: 8}", "6:22 spec.portal.sessions is expected to be a mapping, but is 8"),
        (
            "{sessions: {maximum: all}}",
            "6:32 spec.portal.sessions.maximum is expected to be a whole number from 0 to 1000000",
        ),
        ("{registration: {type: anonymus}}", "6:33 spec.portal.registration.type is expected to be `one-step`"),
        ("{registration: {enabled: 3}}", "6:36 spec.portal.registration.enabled is expected to be true or false"),
        ("{catalog: {visibility: Public}}", "6:34 spec.portal.catalog.visibility is expected to be `private`"),
        ("{cookies: {domain: 'a; b'}}", "6:30 spec.portal.cookies.domain is expected to be a domain name"),
        ("{theme: {frame: {ancestors: ['x; script-src *']}}}", "6:39 an origin is expected to be such"),
        ("{labels: {a: [1]}}", "6:24 spec.portal.labels.a is expected to be text, but is a list"),
        ("{labels: [{value: 1}]}", "6:21 spec.portal.labels[0].name is missing"),
        (
            "{credentials: {robot: {password: [hidden]}}}",
            "6:44 spec.portal.credentials.robot.password is expected to be text, but is something else",
        ),
        ("[]", "6:11 spec.portal is expected to be a mapping, but is a list"),
        ("{updates: {workshop: sometimes}}", "6:32 spec.portal.updates.workshop is expected to be true or false"),
    ],
    ids=lambda text: text[:40],
)
def test_a_value_of_another_kind_is_an_error_at_its_place(load_files: Load, portal: str, problem: str) -> None:
    resources = load_files(f"{PORTAL}  portal: {portal}\n  workshops: [{{name: w, capacity: 1}}]\n", w=workshop("w"))
    assert [text[: len(problem)] for text in told(resources)] == [problem]
    assert resources.portal is None


def test_every_problem_is_told_in_one_go(load_files: Load) -> None:
    portal = f"{PORTAL}  portal:\n    titel: T\n    index: x\n    sessions: {{maxmum: 3}}\n  workshop: []\n"
    assert told(load_files(portal)) == [
        "6:3 spec.workshops names no workshop, so none is offered",
        "7:5 spec.portal.titel is not known and has no effect (did you mean `title`?)",
        "8:12 spec.portal.index is expected to be an http(s) URL, but is 'x'",
        "9:16 spec.portal.sessions.maxmum is not known and has no effect (did you mean `maximum`?)",
        "10:3 spec.workshop is not known and has no effect (did you mean `workshops`?)",
    ]


@pytest.mark.parametrize("name", ["Academy", "a/b", "../x", "a b", "-a", "a" * 51, "ä", "'a\n\n  b'"])
def test_a_name_that_cannot_be_in_an_address_is_an_error(load_files: Load, name: str) -> None:
    resources = load_files(PORTAL.replace("academy", name) + "  workshops: [{name: w, capacity: 1}]\n", w=workshop("w"))
    assert resources.portal is None
    assert told(resources, "error")[0].startswith("4:9 metadata.name is expected to be at most 50 lower case letters")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "1:1 a `kind: TrainingPortal` resource is expected, there is none", id="empty"),
        pytest.param(
            "kind: ConfigMap\n",
            "1:1 a `kind: TrainingPortal` resource is expected, there is none (found: ConfigMap)",
            id="another kind",
        ),
        pytest.param("just text\n", "1:1 a `kind: TrainingPortal` resource is expected, there is none", id="text"),
        pytest.param(
            "kind: TrainingPortal\nmetadata: {name: x}\n",
            "1:1 apiVersion of this TrainingPortal is expected to be `training.educates.dev/v1beta1`",
            id="no apiVersion",
        ),
        pytest.param(
            "apiVersion: training.educate.dev/v1beta1\nkind: TrainingPortal\n",
            "1:13 apiVersion of this TrainingPortal is expected to be `training.educates.dev/v1beta1`",
            id="a misspelt group",
        ),
        pytest.param(
            f"{PORTAL}  workshops: []\n---\n{PORTAL}",
            "8:1 a second TrainingPortal, the first is in line 1; one is expected (put each into a file of its own)",
            id="two portals",
        ),
        pytest.param("a: [1\n", "2:1 this is not YAML: did not find expected ',' or ']'", id="not YAML"),
        pytest.param(
            f"{PORTAL}  portal: {{title: a}}\n  portal: {{}}\n",
            "7:3 the key 'portal' is there twice, the first time in line 6 (keep one of the two)",
            id="a repeated key",
        ),
        pytest.param(
            PORTAL.replace("  name: academy", "  labels: {}"),
            "4:3 metadata.name is missing",
            id="no name",
        ),
    ],
)
def test_a_file_without_one_usable_portal_is_an_error(load_files: Load, text: str, problem: str) -> None:
    resources = load_files(text, w=workshop("w"))
    assert resources.portal is None
    assert [text[: len(problem)] for text in told(resources, "error")] == [problem]


def test_a_missing_file_is_an_error() -> None:
    resources = load(Path("/nowhere/portal.yaml"), Path("/nowhere/workshops"))
    assert resources.portal is None
    assert [str(each) for each in resources.problems] == [
        "/nowhere/portal.yaml:1:1: error: there is no such file",
        "/nowhere/workshops:1:1: warning: there is no such folder (it is to hold the workshops)",
    ]


@pytest.mark.parametrize(
    ("api", "warned"),
    [
        ("training.educates.dev/v1beta1", False),
        ("learningcenter.tanzu.vmware.com/v1beta1", False),
        ("training.eduk8s.io/v1alpha1", False),
        ("training.educates.dev/v1", True),
    ],
)
def test_the_three_groups_are_read(load_files: Load, api: str, warned: bool) -> None:
    portal = PORTAL.replace("training.educates.dev/v1beta1", api) + "  workshops: [{name: w, capacity: 1}]\n"
    resources = load_files(portal, w=workshop("w"))
    assert resources.portal is not None
    assert bool(resources.problems) is warned


@pytest.mark.parametrize(
    ("domain", "host", "kept"),
    [
        (".Example.com", "labs.example.com", "example.com"),
        ("example.com", "example.com", "example.com"),
        ("example.com", "", "example.com"),
        ("example.com", "notexample.com", ""),
        ("labs.example.com", "example.com", ""),
        ("example.com", "127.0.0.1", ""),
    ],
)
def test_a_cookie_domain_the_portal_is_not_part_of_is_not_used(
    tmp_path: Path, domain: str, host: str, kept: str
) -> None:
    file = tmp_path / "portal.yaml"
    file.write_text(f"{PORTAL}  portal: {{cookies: {{domain: {domain}}}}}\n  workshops: []\n")
    resources = load(file, None, host)
    assert resources.portal is not None
    assert resources.portal.portal.cookie_domain == kept
    warnings = [each for each in told(resources, "warning") if "cookies.domain" in each]
    assert [each.startswith("6:30 ") and host in each for each in warnings] == [True] * (not kept)
