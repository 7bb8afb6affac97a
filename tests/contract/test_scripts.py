"""The script that carries the others: the owner's files count, and what cannot be carried is left to be imported."""

from pathlib import Path

import brotli
import pytest

from portal_backend.contract.scripts import bundle

STATIC = Path(__file__).resolve().parents[2] / "static"


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """A built-in folder and an owner's over it, both empty of scripts but for a main one."""
    for name in ("built-in", "owner"):
        (tmp_path / name / "js").mkdir(parents=True)
    (tmp_path / "built-in" / "js" / "main.js").write_text("// about\nrun();\n")
    return [tmp_path / "built-in", tmp_path / "owner"]


def test_every_built_in_module_is_carried_and_all_are_light() -> None:
    text = bundle([STATIC])
    names = {path.stem for path in (STATIC / "js").glob("*.js")} - {"main"}
    assert {name for name in names if f'carried["{name}"] =' in text} == names
    assert "export" not in text
    assert len(brotli.compress(text.encode())) <= 10_000


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("export default function start() {}\n", True),
        ("export default () => {};\n", False),
        ("export default function start() {}\nexport const other = 1;\n", False),
        ('import x from "./x.js";\nexport default function start() {}\n', False),
    ],
    ids=["one function", "another export", "two exports", "needs another"],
)
def test_only_a_module_that_is_whole_is_carried(text: str, carried: bool, folders: list[Path]) -> None:
    (folders[1] / "js" / "own.js").write_text(text)
    joined = bundle(folders)
    assert ('carried["own"]' in joined) is carried
    assert joined.endswith("run();\n")


def test_an_owners_module_takes_the_place_of_a_built_in_one(folders: list[Path]) -> None:
    for folder, word in zip(folders, ("theirs", "mine"), strict=True):
        (folder / "js" / "x.js").write_text(f'export default function start() {{ say("{word}"); }}\n')
    assert "mine" in bundle(folders)
    assert "theirs" not in bundle(folders)
