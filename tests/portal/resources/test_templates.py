"""Templates are refused by name and line, whole; what only looks like one is read."""

import pytest

from .conftest import PORTAL, Load, told, workshop

OFFER = f"{PORTAL}  workshops: [{{name: w, capacity: 1}}]\n"


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        pytest.param('#@ load("@ytt:data", "data")\n' + OFFER, "1:1", "ytt", id="ytt load"),
        pytest.param(OFFER.replace("academy", "#@ data.values.name"), "4:9", "ytt", id="ytt value"),
        pytest.param(OFFER + "  #@ if x:\n  portal: {}\n  #@ end\n", "7:3", "ytt", id="ytt condition"),
        pytest.param("a: '# x'  #@ y\n---\n" + OFFER, "1:11", "ytt", id="ytt in another document of the file"),
        pytest.param("{{- if .Values.on }}\n" + OFFER + "{{- end }}\n", "1:1", "Helm", id="Helm condition"),
        pytest.param("# {{- if .Values.on }}\n" + OFFER + "# {{- end }}\n", "1:1", "Helm", id="Helm in a comment"),
        pytest.param(OFFER.replace("academy", "{{ .Values.name }}"), "4:9", "Helm", id="Helm value"),
        pytest.param(OFFER.replace("academy", '"{{ .Release.Name }}"'), "4:9", "Helm", id="Helm value in quotes"),
        pytest.param(OFFER.replace("academy", "x-{{ .Release.Name }}"), "4:9", "Helm", id="Helm within a value"),
        pytest.param(OFFER.replace("capacity: 1", "capacity: {{ .n }}"), "6:35", "Helm", id="Helm number"),
        pytest.param(OFFER.replace("academy", "${NAME}"), "4:9", "variables", id="variable"),
        pytest.param(OFFER.replace("academy", '"lab-${NAME:-x}"'), "4:9", "variables", id="variable with a default"),
        pytest.param(OFFER.replace("capacity: 1", "capacity: ${N}"), "6:35", "variables", id="variable as a number"),
    ],
)
def test_a_portal_that_is_a_template_is_an_error(load_files: Load, text: str, place: str, what: str) -> None:
    resources = load_files(text, w=workshop("w"))
    assert resources.portal is None
    assert resources.environments == ()
    (problem,) = told(resources, "error")
    assert problem.startswith(f"{place} this is a ") and what in problem
    assert "render it first" in problem


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        pytest.param('#@ load("@ytt:data", "data")\n---\n' + workshop("w"), "1:1", "ytt", id="ytt"),
        pytest.param(workshop("w", "{title: T, vendor:  #@ data.vendor\n}"), "5:27", "ytt", id="ytt value"),
        pytest.param(workshop("w", "{title: T {{ .x }}}"), "5:17", "Helm", id="Helm"),
        pytest.param(workshop("w", "{title: '${TITLE}'}"), "5:15", "variables", id="variable"),
        pytest.param(workshop("${NAME}"), "4:9", "variables", id="variable in the name"),
    ],
)
def test_a_workshop_that_is_a_template_is_skipped(load_files: Load, text: str, place: str, what: str) -> None:
    resources = load_files(OFFER, w=text, v=workshop("v"))
    assert resources.portal is not None
    assert not any(each.readable for each in resources.environments)
    warnings = told(resources, "warning", "w.yaml")
    assert any(each.startswith(place) and what in each for each in warnings), warnings
    assert all("skipped" in each for each in warnings)


def test_a_workshop_in_a_skipped_file_is_told_where_it_is_named(load_files: Load) -> None:
    resources = load_files(OFFER, w="#@ x\n" + workshop("w"))
    (warning,) = told(resources, "warning")
    assert warning.startswith("6:22 the Workshop `w` cannot be read; it is offered as it was, if it was (")
    assert warning.endswith("w.yaml names it, but was skipped)")


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("\n  title: T\n  description: |\n    #@ load\n    {{ x }} and ${HOME}\n", id="in a block scalar"),
        pytest.param("\n  title: T\n  description: >-\n    #@ load {{ x }} ${HOME}\n", id="in a folded scalar"),
        pytest.param("{title: 'T #@ x'}", id="ytt's mark in quotes"),
        pytest.param("{title: T#@x}", id="ytt's mark within a word"),
        pytest.param("{title: T}  # see #@ in ytt", id="ytt's mark later in a comment"),
        pytest.param("{title: T}  #! a ytt comment", id="ytt's own comment"),
        pytest.param("{title: T}  # costs {{ nothing }}", id="braces later in a comment"),
        pytest.param("{title: T $(workshop_name)}", id="the platform's own variables"),
        pytest.param("{title: T costs 5$}", id="a dollar"),
        pytest.param(
            "{title: T, session: {env: [{name: A, value: '${HOME}'}]}}", id="a shell variable for the session"
        ),
        pytest.param("{title: T, environment: {objects: [{query: '{{pod}}'}]}}", id="braces in a foreign object"),
    ],
)
def test_what_is_only_text_is_read(load_files: Load, spec: str) -> None:
    resources = load_files(OFFER, w=workshop("w", spec))
    assert [each.workshop.name for each in resources.environments] == ["w"]
    assert told(resources, "warning", "w.yaml") == []


def test_a_template_of_a_foreign_kind_does_not_matter(load_files: Load) -> None:
    foreign = "kind: Deployment\nmetadata: {name: '${NAME}'}\na: !custom x\n"
    resources = load_files(f"{foreign}---\n{OFFER}---\n{foreign}", w=f"{foreign}---\n{workshop('w')}")
    assert resources.portal is not None
    assert resources.problems == ()
