"""YAML as plain values with positions; everything hostile becomes a problem with a line."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from promptness import done_within

from portal_backend.contract.documents import Position, Severity, read_document, read_documents


def value(text: str) -> Any:
    """The value of a text that is expected to be without problems."""
    document = read_document(text, "f.yaml")
    assert document.problems == ()
    return document.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: 1\nb: [x, 2.5, true, ~, '', '7']", {"a": 1, "b": ["x", 2.5, True, None, "", "7"]}, id="plain"),
        pytest.param(
            "a: 2026-01-02\nb: 2026-01-02T03:04:05Z", {"a": "2026-01-02", "b": "2026-01-02T03:04:05Z"}, id="dates"
        ),
        pytest.param(
            "a: 1:30\nb: 08\nc: 1_000\nd: .inf\ne: .nan",
            dict(zip("abcde", ["1:30", "08", "1_000", ".inf", ".nan"], strict=True)),
            id="text that YAML 1.1 would count with",
        ),
        pytest.param(
            "a: 0x1F\nb: 0o17\nc: 017\nd: -3\ne: 1e3", {"a": 31, "b": 15, "c": 15, "d": -3, "e": 1000.0}, id="numbers"
        ),
        pytest.param(f"a: {'9' * 5000}", {"a": "9" * 5000}, id="a huge number stays text"),
        pytest.param("yes: no\non: off\n1: 2", {"yes": False, "on": False, "1": 2}, id="keys are text as written"),
        pytest.param("a: !!str 12\nb: !!int '12'\nc: ! 12", {"a": "12", "b": 12, "c": 12}, id="standard tags"),
        pytest.param("a: &x {k: [1]}\nb: *x", {"a": {"k": [1]}, "b": {"k": [1]}}, id="alias"),
        pytest.param(
            "a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", {"a": {"k": 1, "l": 2}, "b": {"k": 1, "l": 3}}, id="merge"
        ),
        pytest.param(
            "x: &x {k: 1}\ny: &y {k: 2, m: 3}\nb: {<<: [*x, *y]}",
            {"x": {"k": 1}, "y": {"k": 2, "m": 3}, "b": {"k": 1, "m": 3}},
            id="merge of two, the first counts",
        ),
        pytest.param(
            "a: |\n  one\n  two\nb: >-\n  three\n  four", {"a": "one\ntwo\n", "b": "three four"}, id="block scalars"
        ),
        pytest.param("a: 1\r\nb:\r\n  - x\r\n", {"a": 1, "b": ["x"]}, id="CR LF"),
        pytest.param("\ufeffa: ü", {"a": "ü"}, id="byte order mark"),
        pytest.param("{}", {}, id="empty mapping"),
        pytest.param("", None, id="empty"),
        pytest.param("# only a comment\n", None, id="comment"),
        pytest.param("---\n", None, id="empty document"),
    ],
)
def test_values_are_plain(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        pytest.param(
            "a: 1\nb:\n  c: 1\n  c: 2\n",
            "4:3",
            "the key 'c' is there twice, the first time in line 3",
            id="repeated key",
        ),
        pytest.param("a:\n\tb: 1\n", "2:1", "cannot start any token", id="tab"),
        pytest.param("a: [1,\n", "2:1", "not YAML", id="open list"),
        pytest.param("a: b: c\n", "1:5", "mapping values are not allowed", id="colon in a value"),
        pytest.param("a: 'open\n", "2:1", "not YAML", id="open quote"),
        pytest.param("a: *nobody\n", "1:4", "stands for nothing", id="alias of nothing"),
        pytest.param("a: &x\n  b: *x\n", "2:6", "stands for nothing", id="alias of itself"),
        pytest.param("a: !secret x\n", "1:4", "the tag '!secret' is not read", id="unknown tag"),
        pytest.param("a: !!python/object:os.system x\n", "1:4", "is not read", id="python tag"),
        pytest.param("a: {b: c}\n? [x, y]\n: z\n", "2:3", "a key is expected to be text", id="list as key"),
        pytest.param("a: {{ b }}\n", "1:5", "a key is expected to be text", id="braces"),
        pytest.param("x: 1\ny: 2\x00\n", "2:5", "U+0000", id="NUL"),
        pytest.param("a: \x1b[0m\n", "1:4", "U+001B", id="control character"),
        pytest.param("a: x\ufeff\n", "1:5", "U+FEFF", id="byte order mark in the middle"),
        pytest.param("[" * 500, "1:61", "nested more than 60", id="deep brackets"),
        pytest.param("- " * 5000, "1:121", "nested more than 60", id="deep lists"),
        pytest.param("a: {<<: 3}\n", "1:5", "merged by <<", id="merging a number"),
        pytest.param("%YAML 9.0\n---\na: 1\n", "1:1", "incompatible", id="another YAML"),
        pytest.param("a: " + "x" * (1 << 20), "1:1", "larger than 1024 KiB", id="too large"),
        pytest.param("---\na: 1\n" * 2001, "4001:1", "more than 2000 documents", id="too many documents"),
        pytest.param("- a\n" * 120_000, "100000:3", "more than 100000 values", id="too many"),
    ],
)
def test_what_is_wrong_has_a_line_and_a_column(text: str, place: str, message: str) -> None:
    document = read_documents(text, "f.yaml")[-1]
    first = document.problems[0]
    assert f"{first.line}:{first.column}" == place
    assert message in first.message
    assert first.file == "f.yaml"
    assert first.severity is Severity.ERROR
    assert not document.readable


def test_aliases_do_not_expand_beyond_measure() -> None:
    layers = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    document = read_document("\n".join(layers), "bomb.yaml")
    assert document.value is None
    assert "100000 values once its aliases are expanded" in document.problems[0].message


def test_merging_does_not_expand_beyond_measure() -> None:
    layers = ["a0: &a0 {k: v}"] + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12)]
    assert read_document("\n".join(layers), "bomb.yaml").value is None


def test_a_flood_of_problems_ends() -> None:
    document = read_document("a: 1\n" * 5000, "f.yaml")
    assert len(document.problems) == 101
    assert "more than 100 problems" in document.problems[-1].message


@pytest.mark.parametrize(
    ("data", "place", "expected"),
    [
        pytest.param("a: ü".encode("utf-16"), None, {"a": "ü"}, id="UTF-16 with its mark"),
        pytest.param("a: ü".encode("utf-8-sig"), None, {"a": "ü"}, id="UTF-8 with its mark"),
        pytest.param(b"a: 1\nb: gr\xfc\xdfe\n", "2:6", None, id="Latin-1"),
        pytest.param(b"\xff\xfea", "1:1", None, id="half a UTF-16 character"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00", "1:1", None, id="a picture"),
        pytest.param(b"", None, None, id="nothing"),
    ],
)
def test_files_are_text_or_a_problem(tmp_path: Path, data: bytes, place: str | None, expected: Any) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(data)
    document = read_document(file)
    assert document.value == expected
    assert [f"{each.line}:{each.column}" for each in document.problems] == ([place] if place else [])


def test_what_is_not_a_file_is_a_problem(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path, tmp_path / "nul\0.yaml"):
        document = read_document(path)
        assert document.value is None
        assert [(each.file, each.line) for each in document.problems] == [(str(path), 1)]


TEXT = """\
# a comment
brand:
  name: "Lab"   # one
  links:
  - label: A
    url: 1.10
  - &b {label: B}
  - *b
"""


@pytest.mark.parametrize(
    ("path", "where", "key"),
    [
        pytest.param((), (2, 1), (2, 1), id="the document"),
        pytest.param(("brand",), (3, 3), (2, 1), id="a mapping"),
        pytest.param(("brand", "name"), (3, 9), (3, 3), id="a scalar"),
        pytest.param(("brand", "links", 0, "url"), (6, 10), (6, 5), id="in a list"),
        pytest.param(("brand", "links", 1), (7, 5), (7, 5), id="an entry"),
        pytest.param(("brand", "links", 2, "label"), (8, 5), (8, 5), id="behind an alias"),
        pytest.param(("brand", "logo", "x"), (3, 3), (2, 1), id="what is not there: what is around it"),
    ],
)
def test_every_value_knows_its_place(path: tuple[str | int, ...], where: tuple[int, int], key: tuple[int, int]) -> None:
    document = read_document(TEXT, "f.yaml")
    assert document.where(path) == Position("f.yaml", *where)
    assert document.where_key(path) == Position("f.yaml", *key)


def test_a_scalar_is_known_as_written() -> None:
    document = read_document(TEXT, "f.yaml")
    assert document.written(("brand", "links", 0, "url")) == "1.10"
    assert document.written(("brand", "links")) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_editors_count_them(end: str) -> None:
    document = read_document(f"a: 1{end}b: \u2028{end}c: 2{end}c: 3{end}", "f.yaml")
    assert (document.problems[0].line, document.problems[0].column) == (4, 1)


def test_documents_before_a_fault_are_kept() -> None:
    first, second, third = read_documents("a: 1\n---\nb: 2\n---\n]\n", "f.yaml")
    assert (first.value, second.value, third.value) == ({"a": 1}, {"b": 2}, None)
    assert first.readable and second.readable and not third.readable
    assert third.problems[0].line == 5


def test_a_second_document_where_one_is_expected_is_a_problem() -> None:
    document = read_document("a: 1\n---\nb: 2\n", "f.yaml")
    assert (document.problems[0].line, document.readable) == (3, False)


def test_comments_are_told_from_text() -> None:
    document = read_document("# one\na: 'x # no'  # two\nb: |\n  # no\nc: y#no\n# three", "f.yaml")
    assert [text for _, text in document.comments()] == ["# one", "# two", "# three"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{" * 500_000, id="braces"),
        pytest.param("? " * 300_000, id="keys of keys"),
        pytest.param("'" * 500_000, id="quotes"),
        pytest.param("a: '" + "\n" * 500_000, id="lines"),
        pytest.param("!" * 500_000, id="bangs"),
        pytest.param("&a " * 200_000, id="anchors"),
        pytest.param("# #@\n" * 150_000, id="comments"),
        pytest.param("[" + "a, " * 90_000 + "]", id="a long list"),
        pytest.param("".join(f"k{n}: &k{n} v\n" for n in range(45_000)), id="many keys"),
        pytest.param("- {a: 1, a: 2}\n" * 20_000, id="many faults"),
    ],
)
def test_hostile_text_is_read_in_time(text: str) -> None:
    assert done_within(2, lambda: [list(document.comments()) for document in read_documents(text, "hostile.yaml")])


_PIECES = st.sampled_from(
    [
        *"abc:{}[],&*!|>'\"%@`#?-\n\t\r ~01.",
        "- ",
        ": ",
        "\n  ",
        "<<: *a",
        "&a ",
        "---\n",
        "\ufeff",
        "\x00",
        "\u2028",
        "😀",
        "!!str ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=60).map("".join))
def test_no_text_raises(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for document in read_documents(text, "f.yaml"):
        list(document.comments())
        for each in document.problems:
            assert 1 <= each.line <= lines
            assert "\n" not in str(each)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "bytes.yaml"
    file.write_bytes(data)
    for document in read_documents(file):
        assert document.value is None or document.source.file == str(file)
