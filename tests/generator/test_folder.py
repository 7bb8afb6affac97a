"""The folder that is published into: whole or not at all, its own files only, and left alone where nothing changed."""

import hashlib
import json
from pathlib import Path

import pytest

from frontend.generator.folder import MANIFEST, CannotBuild, Changes, Folder


def built(out: Path, **files: str) -> Changes:
    """Publish these files (`__` in a name stands for a slash) and return what changed."""
    with Folder(out) as folder:
        for name, text in files.items():
            folder.put(name.replace("__", "/"), text.encode(), source=text)
        return folder.publish()


def there(out: Path) -> dict[str, str]:
    """Return every file with its text, without the list of what was made."""
    files = (path for path in out.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(out).as_posix(): path.read_text() for path in files}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the site goes; it is not there yet."""
    return tmp_path / "deep" / "public"


def test_the_first_build_is_whole_and_readable_for_a_server(out: Path) -> None:
    assert built(out, index="a", w__x="b") == Changes(2, 0, 0)
    assert there(out) == {"index": "a", "w/x": "b"}
    assert out.stat().st_mode & 0o005 == 0o005
    assert [path.name for path in out.parent.iterdir()] == ["public"]


def test_a_build_writes_what_changed_and_removes_what_is_gone(out: Path) -> None:
    built(out, index="a", w__x="b", v__y="c", same="d")
    before = (out / "same").stat().st_mtime_ns, (out / "same").stat().st_ino
    assert built(out, index="A", w__x="b", same="d") == Changes(1, 2, 1)
    assert there(out) == {"index": "A", "w/x": "b", "same": "d"}
    assert not (out / "v").exists()
    assert ((out / "same").stat().st_mtime_ns, (out / "same").stat().st_ino) == before


def test_files_of_others_stay(out: Path) -> None:
    built(out, index="a", w__x="b")
    (out / "CNAME").write_text("labs.example.com")
    (out / "w" / "own").write_text("mine")
    built(out, index="a")
    assert there(out) == {"index": "a", "CNAME": "labs.example.com", "w/own": "mine"}


def test_a_file_of_somebody_else_is_not_replaced(out: Path) -> None:
    out.mkdir(parents=True)
    (out / "index").write_text("mine")
    with pytest.raises(CannotBuild, match="no build made: index"):
        built(out, index="a", other="b")
    assert there(out) == {"index": "mine"}


def test_a_file_that_was_edited_is_not_removed(out: Path) -> None:
    built(out, index="a", old="b")
    (out / "old").write_text("edited")
    assert built(out, index="a").edited == ("old",)
    assert there(out) == {"index": "a", "old": "edited"}


def test_an_edited_file_is_made_again(out: Path) -> None:
    built(out, index="a")
    (out / "index").write_text("edited")
    with Folder(out) as folder:
        assert not folder.has("index", "a")
    assert built(out, index="a").written == 1
    assert there(out) == {"index": "a"}


def test_what_is_made_of_the_same_need_not_be_made(out: Path) -> None:
    built(out, index="a", other="b")
    with Folder(out) as folder:
        assert folder.has("index", "a")
        assert not folder.has("other", "B")
        assert not folder.has("third", "")
        folder.put("other", b"B", "B")
        assert folder.publish() == Changes(1, 1, 0)
    assert there(out) == {"index": "a", "other": "B"}


def test_a_build_that_fails_changes_nothing(out: Path) -> None:
    built(out, index="a")
    with pytest.raises(RuntimeError), Folder(out) as folder:
        folder.put("index", b"half")
        raise RuntimeError
    assert there(out) == {"index": "a"}
    assert [path.name for path in out.parent.iterdir()] == ["public"]


def test_a_build_cut_off_while_it_published_is_mended_by_the_next(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(out, index="a", old="b")
    monkeypatch.setattr(Folder, "_remove_gone", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        built(out, index="A", new="c")
    monkeypatch.undo()
    built(out, index="A")
    assert there(out) == {"index": "A"}


@pytest.mark.parametrize(
    "manifest",
    ["", "{", "[]", '{"files": []}', '{"files": {"a": "b"}, "notes": {}}', '{"files": {"a": [1, 2]}, "notes": {}}'],
)
def test_a_list_that_cannot_be_understood_lists_nothing(out: Path, manifest: str) -> None:
    built(out, index="a")
    (out / MANIFEST).write_text(manifest)
    with pytest.raises(CannotBuild, match="no build made"):
        built(out, index="b")


def test_a_list_cannot_name_files_outside(out: Path, tmp_path: Path) -> None:
    built(out, index="a")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    listed = json.loads((out / MANIFEST).read_text())
    digest = hashlib.sha256(b"mine").hexdigest()
    for path in ("../../precious", str(precious), "../../precious/."):
        listed["files"][path] = ["", digest]
    (out / MANIFEST).write_text(json.dumps(listed))
    assert built(out, index="a") == Changes(0, 1, 0)
    assert precious.read_text() == "mine"


def test_notes_are_kept_for_the_next_build(out: Path) -> None:
    with Folder(out) as folder:
        assert folder.notes == {}
        folder.keep({"dates": [1]})
        folder.publish()
    with Folder(out) as folder:
        assert folder.notes == {"dates": [1]}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotBuild, match="cannot be written"), Folder(tmp_path / "file" / "public"):
        pass
