"""Which files are read, which definition counts, and where instructions are looked for."""

import os
from pathlib import Path

import pytest

from portal_backend.resources.loading import load

from .conftest import PORTAL, Load, told, workshop

OFFER = f"{PORTAL}  workshops: [{{name: w, capacity: 1}}]\n"


def titled(title: str) -> str:
    return workshop("w", f"{{title: {title}}}")


def place(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.mark.parametrize(
    "name",
    ["w.yaml", "w.yml", "W.YAML", "deep/er/still/w.yaml", "workshop/content/w.yaml", "a b/ü.yaml"],
)
def test_yaml_files_are_found_at_any_depth(tmp_path: Path, name: str) -> None:
    place(tmp_path, {"portal.yaml": OFFER, f"workshops/{name}": workshop("w")})
    resources = load(tmp_path / "portal.yaml", tmp_path / "workshops")
    assert [each.workshop.name for each in resources.environments] == ["w"]
    assert resources.problems == ()


@pytest.mark.parametrize("name", [".git/w.yaml", "a/.hidden/w.yaml", ".w.yaml", "w.json", "w.yaml.bak", "w.txt"])
def test_hidden_and_other_files_are_not_read(tmp_path: Path, name: str) -> None:
    place(tmp_path, {"portal.yaml": OFFER, f"workshops/{name}": "]broken"})
    resources = load(tmp_path / "portal.yaml", tmp_path / "workshops")
    assert [each.file for each in resources.problems] == [str(tmp_path / "portal.yaml")]


def test_a_hidden_folder_may_hold_the_whole_configuration(tmp_path: Path) -> None:
    place(tmp_path, {".config/portal.yaml": OFFER, ".config/workshops/w.yaml": workshop("w")})
    resources = load(tmp_path / ".config/portal.yaml", tmp_path / ".config/workshops")
    assert len(resources.environments) == 1


def test_documents_of_one_file_may_be_in_any_order(load_files: Load) -> None:
    foreign = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    text = "---\n".join(["\n", workshop("v"), foreign, OFFER.replace("w, ", "v, "), "# end\n"])
    resources = load_files(text)
    assert [each.workshop.name for each in resources.environments] == ["v"]
    assert resources.problems == ()


def test_a_list_is_read_like_documents(load_files: Load) -> None:
    def indented(text: str) -> str:
        lines = text.splitlines()
        return "\n".join([f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]) + "\n"

    text = "apiVersion: v1\nkind: List\nitems:\n" + indented(workshop("w", "{title: T, url: /x}")) + indented(OFFER)
    resources = load_files(text + "- kind: ConfigMap\n- text\n-\n")
    assert [each.workshop.title for each in resources.environments] == ["T"]
    assert told(resources) == ["8:25 items[0].spec.url is expected to be an http(s) URL, but is '/x'"]


def test_a_portal_in_the_workshops_folder_is_left_alone(load_files: Load) -> None:
    resources = load_files(OFFER, other=OFFER.replace("academy", "other"), w=workshop("w"))
    assert resources.portal is not None and resources.portal.portal.name == "academy"
    assert resources.problems == ()


def test_the_portal_file_may_lie_in_the_folder(tmp_path: Path) -> None:
    place(tmp_path, {"portal.yaml": f"{OFFER}---\n{titled('Here')}"})
    resources = load(tmp_path / "portal.yaml", tmp_path)
    assert [each.workshop.title for each in resources.environments] == ["Here"]
    assert resources.problems == ()


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        pytest.param("a: [1\n", "2:1 this is not YAML", id="not YAML"),
        pytest.param("a: \x00", "1:4 a character that text may not have, U+0000; it is skipped", id="NUL"),
        pytest.param(workshop("w") + "kind: Workshop\n", "6:1 the key 'kind' is there twice", id="a repeated key"),
        pytest.param(
            workshop("w", api="example.com/v1"), "1:13 apiVersion of this Workshop is expected", id="another group"
        ),
    ],
)
def test_what_cannot_be_read_is_skipped_with_a_warning(load_files: Load, text: str, warning: str) -> None:
    resources = load_files(OFFER, w=text, ok=workshop("w"))
    assert len(resources.environments) == 1
    (found,) = told(resources, "warning", "w.yaml")
    assert found.startswith(warning) and "it is skipped" in found


def test_a_file_that_may_not_be_read_is_skipped(tmp_path: Path) -> None:
    place(tmp_path, {"portal.yaml": OFFER, "workshops/ok.yaml": workshop("w")})
    (tmp_path / "workshops" / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "workshops" / "again").symlink_to(tmp_path / "workshops")
    resources = load(tmp_path / "portal.yaml", tmp_path / "workshops")
    assert len(resources.environments) == 1
    assert told(resources, "warning", "gone.yaml") == ["1:1 there is no such file; it is skipped"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_warning(tmp_path: Path) -> None:
    place(tmp_path, {"portal.yaml": OFFER, "workshops/ok.yaml": workshop("w"), "workshops/shut/x.yaml": "a: 1\n"})
    (tmp_path / "workshops" / "shut").chmod(0)
    resources = load(tmp_path / "portal.yaml", tmp_path / "workshops")
    (tmp_path / "workshops" / "shut").chmod(0o700)
    assert told(resources, "warning", "shut") == ["1:1 this folder cannot be read: Permission denied"]


def test_one_file_may_stand_for_the_folder(tmp_path: Path) -> None:
    place(tmp_path, {"portal.yaml": OFFER, "w.yaml": workshop("w")})
    assert len(load(tmp_path / "portal.yaml", tmp_path / "w.yaml").environments) == 1


def test_without_a_folder_only_the_portal_file_counts(tmp_path: Path) -> None:
    place(tmp_path, {"portal.yaml": f"{OFFER}---\n{titled('Here')}", "w.yaml": titled("There")})
    assert load(tmp_path / "portal.yaml").environments[0].workshop.title == "Here"


@pytest.mark.parametrize(
    ("files", "used"),
    [
        pytest.param({"w/portal.yaml+": "mine", "w/a.yaml": "other"}, "mine", id="the portal file itself"),
        pytest.param({"w/a/b/c.yaml": "far", "w/z.yaml": "near"}, "near", id="the same folder before a deeper one"),
        pytest.param({"a.yaml": "above", "w/x/y/z.yaml": "beside"}, "beside", id="the longest common folder"),
        pytest.param({"x/a/b/w.yaml": "deep", "y/w.yaml": "flat"}, "flat", id="then the fewest parts"),
        pytest.param({"x/w.yaml": "first", "y/w.yaml": "second"}, "first", id="then the name"),
        pytest.param({"w/a.yaml": "first", "w/b.yaml": "second"}, "first", id="then the file's name"),
    ],
)
def test_of_two_definitions_the_nearest_counts(tmp_path: Path, files: dict[str, str], used: str) -> None:
    portal = "w/portal.yaml"
    place(tmp_path, {portal: OFFER})
    for name, title in files.items():
        text = f"{OFFER}---\n{titled(title)}" if name.endswith("+") else titled(title)
        place(tmp_path, {name.rstrip("+"): text})
    resources = load(tmp_path / portal, tmp_path)
    assert resources.environments[0].workshop.title == used
    (warning,) = resources.problems
    assert "the workshop `w` is defined twice; the one in " in warning.message


def test_of_two_definitions_in_one_file_the_first_counts(load_files: Load) -> None:
    resources = load_files(OFFER, both=f"{titled('first')}---\n{titled('second')}")
    assert resources.environments[0].workshop.title == "first"
    assert told(resources, "warning", "both.yaml")[0].startswith("7:1 the workshop `w` is defined twice")


@pytest.mark.parametrize(
    ("file", "content", "found"),
    [
        pytest.param("workshops/w.yaml", "workshops/workshop/content", True, id="beside the file"),
        pytest.param("workshops/w/workshop.yaml", "workshops/w/workshop/content", True, id="in its own folder"),
        pytest.param(
            "workshops/w/resources/workshop.yaml", "workshops/w/workshop/content", True, id="beside resources"
        ),
        pytest.param("workshops/all.yaml", "workshops/w/workshop/content", True, id="in a folder of its name"),
        pytest.param(
            "workshops/w/other/workshop.yaml", "workshops/w/workshop/content", False, id="beside another folder"
        ),
        pytest.param("workshops/w.yaml", "workshops/content", False, id="not below workshop"),
    ],
)
def test_instructions_are_found(tmp_path: Path, file: str, content: str, found: bool) -> None:
    place(tmp_path, {"portal.yaml": OFFER, file: workshop("w"), f"{content}/01.md": "# One\n"})
    resources = load(tmp_path / "portal.yaml", tmp_path / "workshops")
    assert resources.environments[0].workshop.content == (str(tmp_path / content) if found else "")


def test_instructions_are_found_from_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(tmp_path, {"portal.yaml": OFFER, "resources/w.yaml": workshop("w"), "workshop/content/01.md": "# One\n"})
    monkeypatch.chdir(tmp_path / "resources")
    resources = load(Path("../portal.yaml"), Path("."))
    assert resources.environments[0].workshop.content == str(tmp_path / "workshop/content")
