"""What an entry of `spec.workshops` comes to, with the defaults of the portal."""

from datetime import timedelta

import pytest

from .conftest import PORTAL, Load, told, workshop

MINUTE = timedelta(minutes=1)


def offering(portal: str, entry: str) -> str:
    return f"{PORTAL}  portal: {portal}\n  workshops:\n  - {entry}\n"


@pytest.mark.parametrize(
    ("portal", "entry", "numbers"),
    [
        pytest.param("{}", "{name: w, capacity: 3}", (3, 1, 1), id="reserved defaults to 1 and initial to reserved"),
        pytest.param("{sessions: {maximum: 8}}", "{name: w}", (8, 1, 1), id="capacity is the maximum"),
        pytest.param("{sessions: {maximum: 8}}", "{name: w, capacity: 4}", (4, 1, 1), id="its own capacity"),
        pytest.param("{}", "{name: w}", (0, 0, 0), id="neither capacity nor maximum: no sessions"),
        pytest.param("{}", "{name: w, capacity: 0}", (0, 0, 0), id="a capacity of 0 is 0"),
        pytest.param("{}", "{name: w, capacity: 3, reserved: 0}", (3, 0, 0), id="no spares"),
        pytest.param(
            "{}", "{name: w, capacity: 9, reserved: 4, initial: 2}", (9, 4, 4), id="initial raised to reserved"
        ),
        pytest.param("{}", "{name: w, capacity: 9, reserved: 4, initial: 0}", (9, 4, 0), id="initial 0 stays 0"),
        pytest.param("{}", "{name: w, capacity: 9, reserved: 2, initial: 7}", (9, 2, 7), id="initial above reserved"),
        pytest.param("{}", "{name: w, capacity: 3, reserved: 2, initial: 7}", (3, 2, 3), id="initial within capacity"),
        pytest.param("{}", "{name: w, capacity: 3, reserved: 7}", (3, 3, 3), id="reserved within capacity"),
        pytest.param(
            "{sessions: {maximum: 10}, workshop: {defaults: {capacity: 6, reserved: 2, initial: 4}}}",
            "{name: w}",
            (6, 2, 4),
            id="the portal's defaults",
        ),
        pytest.param(
            "{capacity: 5, reserved: 3, initial: 4, workshop: {defaults: {capacity: 6}}}",
            "{name: w}",
            (6, 3, 4),
            id="deprecated places, overruled by the new one",
        ),
        pytest.param("{capacity: 5, sessions: {maximum: 9}}", "{name: w}", (5, 1, 1), id="deprecated before maximum"),
        pytest.param(
            "{workshop: {defaults: {capacity: 6, reserved: ''}}}",
            "{name: w, capacity: null}",
            (6, 1, 1),
            id="empty is unset",
        ),
    ],
)
def test_numbers(load_files: Load, portal: str, entry: str, numbers: tuple[int, int, int]) -> None:
    (found,) = load_files(offering(portal, entry), w=workshop("w")).environments
    assert (found.capacity, found.reserved, found.initial) == numbers


@pytest.mark.parametrize(
    ("portal", "entry", "lengths"),
    [
        pytest.param("{}", "{name: w}", (0, 0, 0, 0, 0, 0), id="unset"),
        pytest.param(
            "{}",
            "{name: w, expires: 60m, overtime: 30m, deadline: 2h, orphaned: 300s, overdue: 2m, refresh: 24h}",
            (60, 30, 120, 5, 2, 1440),
            id="its own",
        ),
        pytest.param(
            "{workshop: {defaults: "
            "{expires: 60m, overtime: 10m, deadline: 90m, orphaned: 5m, overdue: 1m, refresh: 1h}}}",
            "{name: w, expires: 30m, deadline: ''}",
            (30, 10, 90, 5, 1, 60),
            id="the portal's defaults",
        ),
        pytest.param("{expires: 45m, orphaned: 5m}", "{name: w}", (45, 0, 0, 5, 0, 0), id="deprecated places"),
        pytest.param("{expires: 45m}", "{name: w, expires: 0s}", (0, 0, 0, 0, 0, 0), id="0 overrules a default"),
        pytest.param("{}", "{name: w, expires: 0}", (0, 0, 0, 0, 0, 0), id="a bare 0 is none"),
    ],
)
def test_lengths(load_files: Load, portal: str, entry: str, lengths: tuple[int, ...]) -> None:
    (found,) = load_files(offering(portal, entry), w=workshop("w")).environments
    terms = found.terms
    assert (terms.duration, terms.overtime, terms.deadline, terms.orphaned, terms.overdue, found.refresh) == tuple(
        length * MINUTE for length in lengths
    )


@pytest.mark.parametrize(
    "written",
    ["60", "60 m", "1h30m", "-5m", "5d", "m", "5M", "60m ago", "9999999999m", "999999h", "[5m]", "1.5h", "٣m"],
)
def test_a_length_of_another_form_is_an_error(load_files: Load, written: str) -> None:
    resources = load_files(offering("{}", f"{{name: w, expires: {written}}}"), w=workshop("w"))
    assert resources.portal is None
    assert told(resources, "error")[0].startswith("8:24 spec.workshops[0].expires is expected to be a whole number")


@pytest.mark.parametrize("written", ["-1", "1.5", "many", "true", "9999999", "[1]", f"{'9' * 400}"])
def test_a_number_of_another_form_is_an_error(load_files: Load, written: str) -> None:
    resources = load_files(offering("{}", f"{{name: w, capacity: {written}}}"), w=workshop("w"))
    assert resources.portal is None
    assert told(resources, "error")[0].startswith("8:25 spec.workshops[0].capacity is expected to be a whole number")


@pytest.mark.parametrize(
    ("portal", "entry", "warning"),
    [
        (
            "{}",
            "{name: w}",
            (
                "8:5 this workshop has no capacity, so no session is given out "
                "(set its capacity, or portal.sessions.maximum)"
            ),
        ),
        (
            "{}",
            "{name: w, capacity: '3'}",
            "8:25 spec.workshops[0].capacity is a number written as text (remove the quotes)",
        ),
        (
            "{sessions: {maximum: 2}}",
            "{name: w, capacity: 3}",
            "8:25 a capacity of 3 is above portal.sessions.maximum (2), which counts",
        ),
        ("{}", "{name: w, capacity: 1, reserved: 3}", "8:38 reserved (3) is above the capacity (1)"),
        (
            "{}",
            "{name: w, capacity: 9, reserved: 3, initial: 2}",
            "8:50 initial (2) is below reserved (3) and is raised to it",
        ),
        (
            "{}",
            "{name: w, capacity: 1, expires: 2h, deadline: 1h}",
            "8:51 the deadline is before the session expires (nothing is extended)",
        ),
        (
            "{expires: 5m}",
            "{name: w, capacity: 1}",
            (
                "6:21 spec.portal.expires is a deprecated place "
                "(spec.portal.workshop.defaults.expires is the place for it now)"
            ),
        ),
        (
            "{}",
            "{name: w, capacity: 1, capcity: 2}",
            "8:28 spec.workshops[0].capcity is not known and has no effect (did you mean `capacity`?)",
        ),
        ("{}", "{name: v, capacity: 1}", "8:12 no Workshop resource defines `v`, so it is not offered"),
        (
            "{}",
            "{name: intro-2, capacity: 1}",
            "8:12 no Workshop resource defines `intro-2`, so it is not offered (did you mean `intro`?)",
        ),
    ],
    ids=lambda text: text.split(" (")[0][:60],
)
def test_what_is_odd_is_a_warning_with_its_place(load_files: Load, portal: str, entry: str, warning: str) -> None:
    resources = load_files(offering(portal, entry), w=workshop("w"), intro=workshop("intro"))
    assert told(resources, "warning") == [warning]
    assert resources.portal is not None


def test_a_workshop_that_nobody_defines_is_not_offered(load_files: Load) -> None:
    portal = f"{PORTAL}  portal: {{capacity: 1}}\n  workshops:\n  - name: gone\n  - name: w\n"
    resources = load_files(portal, w=workshop("w"))
    assert [each.workshop.name for each in resources.environments] == ["w"]


def test_labels_of_the_entry_overrule_the_workshops_and_those_the_portals(load_files: Load) -> None:
    portal = offering(
        "{labels: [{name: all, value: portal}], "
        "workshop: {defaults: {labels: [{name: a, value: 1}, {name: b, value: 1}, {name: c, value: '1'}]}}}",
        "{name: w, capacity: 1, labels: [{name: c, value: '3'}, {name: a.b/c-d, value: x=y}, {name: empty}]}",
    )
    spec = "{title: T, labels: [{name: b, value: '2'}, {name: c, value: '2'}, {name: v, value: 1.10}]}"
    resources = load_files(portal, w=workshop("w", spec))
    assert resources.environments[0].labels == {
        "a": "1",
        "b": "2",
        "c": "3",
        "v": "1.10",
        "a.b/c-d": "x=y",
        "empty": "",
    }
    assert resources.portal is not None and resources.portal.portal.labels == {"all": "portal"}


def test_variables_of_the_entry_overrule_the_portals(load_files: Load) -> None:
    portal = offering(
        "{workshop: {defaults: {env: [{name: A, value: '1'}, {name: B, value: '1'}]}}}",
        "{name: w, capacity: 1, env: [{name: B, value: 2}, {name: C, valueFrom: {x: y}}]}",
    )
    resources = load_files(portal, w=workshop("w"))
    assert resources.environments[0].env == {"A": "1", "B": "2", "C": ""}
    assert told(resources, "warning") == ["8:76 spec.workshops[0].env[1].valueFrom is not read, the value is empty"]


def test_one_workshop_may_be_offered_under_several_aliases(load_files: Load) -> None:
    entries = "".join(f"  - {{name: w, capacity: 1, alias: {alias}}}\n" for alias in ("java", "python", "java", "''"))
    resources = load_files(f"{PORTAL}  workshops:\n{entries}", w=workshop("w"))
    assert [each.alias for each in resources.environments] == ["java", "python", ""]
    assert told(resources) == ["9:12 `w` is offered twice; the first counts (give it an alias)"]


@pytest.mark.parametrize("alias", ["a/b", "..", "ä", "'a b'"])
def test_an_alias_that_no_address_can_carry_is_an_error(load_files: Load, alias: str) -> None:
    resources = load_files(offering("{}", f"{{name: w, capacity: 1, alias: {alias}}}"), w=workshop("w"))
    assert [text.split(" is ")[0] for text in told(resources, "error")] == ["8:35 spec.workshops[0].alias"]


def test_an_alias_that_is_another_workshops_name_is_a_warning(load_files: Load) -> None:
    portal = f"{PORTAL}  workshops:\n  - {{name: w, capacity: 1}}\n  - {{name: v, capacity: 1, alias: w}}\n"
    resources = load_files(portal, w=workshop("w"), v=workshop("v"))
    assert told(resources) == ["8:35 the alias `w` is taken; the first counts"]


def test_a_portal_without_workshops_says_so(load_files: Load) -> None:
    resources = load_files(f"{PORTAL}  portal: {{title: T}}\n")
    assert told(resources) == ["6:3 spec.workshops names no workshop, so none is offered"]
    assert resources.environments == ()
