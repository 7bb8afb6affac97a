"""Real resources of other projects: every portal loads, and no file of any kind makes the reader raise."""

from pathlib import Path

from promptness import done_within

from portal_backend.contract.problems import Severity
from portal_backend.resources.loading import load
from portal_backend.resources.model import Resources

from .conftest import PORTAL

ASIDE = {"_history", "_snippets", "_fragments"}
TEMPLATES = {"waas-mvp"}


def portals(samples: Path) -> list[Path]:
    found = (file for file in sorted(samples.rglob("*.yaml")) if not ASIDE & set(file.parts))
    return [file for file in found if "\nkind: TrainingPortal\n" in file.read_text()]


def offered(resources: Resources) -> list[str]:
    return [each.workshop.name for each in resources.environments if each.readable]


def test_every_portal_offers_what_it_names(samples: Path) -> None:
    files = portals(samples)
    assert len(files) == 12
    for file in files:
        repository = samples / file.relative_to(samples).parts[0]
        for folder in (repository, samples):
            resources = load(file, folder)
            assert resources.portal is not None, file
            spoken = [each for each in resources.problems if each.file == str(file)]
            undefined = [
                each
                for each in spoken
                if "no Workshop resource defines" in each.message or "cannot be read" in each.message
            ]
            if resources.portal.portal.name in TEMPLATES:
                # Its one workshop is a ytt template, which is refused whole.
                assert (len(undefined), offered(resources)) == (1, [])
                assert "was skipped" in undefined[0].hint
            else:
                assert (undefined, len(offered(resources)) > 0) == ([], True), file
            for each in resources.environments:
                assert each.capacity > 0 and each.readable is (each.workshop.name not in TEMPLATES)
                assert not each.workshop.content or Path(each.workshop.content).is_relative_to(repository.resolve())


def test_all_plain_workshops_are_found(samples: Path, tmp_path: Path) -> None:
    names = set()
    count = 0
    for file in sorted(samples.rglob("*.yaml")):
        if ASIDE & set(file.parts) or "\nkind: Workshop\n" not in f"\n{file.read_text()}":
            continue
        count += 1
        line = next(line for line in file.read_text().splitlines() if line.startswith("  name: "))
        names.add(line.removeprefix("  name: ").strip(' "'))
    assert count == 43
    names -= TEMPLATES
    entries = "".join(f"  - {{name: {name}, capacity: 1}}\n" for name in sorted(names))
    portal = tmp_path / "portal.yaml"
    portal.write_text(f"{PORTAL}  workshops:\n{entries}")
    resources = load(portal, samples)
    assert offered(resources) == sorted(names)
    assert [each for each in resources.problems if each.severity is Severity.ERROR] == []


def test_a_template_in_a_block_scalar_is_text(samples: Path) -> None:
    repository = samples / "cdelashmutt-pivotal__vcluster-workshop"
    assert "#@ load" in (repository / "resources" / "workshop.yaml").read_text()
    assert offered(load(repository / "resources" / "training-portal.yaml", repository)) == ["vcluster-workshop"]


def test_no_file_makes_the_reader_raise_or_wait(samples: Path) -> None:
    files = [file for file in sorted(samples.rglob("*")) if file.is_file()]
    assert len(files) > 500
    for file in files:
        assert done_within(2, lambda file=file: load(file, file)), file
        resources = load(file, file)
        assert resources.portal is not None or any(each.severity is Severity.ERROR for each in resources.problems)
        lines = file.read_bytes().count(b"\n") + 1
        assert all(1 <= each.line <= lines for each in resources.problems)
