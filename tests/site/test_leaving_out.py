"""What is faulty is left out, and what is left still knows its place in the file."""

import pytest

from frontend.site.leaving_out import Entries, KeyPath, in_file, without

VALUES = {"a": Entries([{"b": 1, "c": 2}, "d", "e"]), "f": "g"}


@pytest.mark.parametrize(
    ("paths", "left"),
    [
        ([], VALUES),
        ([()], None),
        ([("f",)], {"a": VALUES["a"]}),
        ([("a", 1)], {"a": ({"b": 1, "c": 2}, "e"), "f": "g"}),
        ([("a", 0, "b"), ("a", 2)], {"a": ({"c": 2}, "d"), "f": "g"}),
        ([("f", "deeper")], {"a": VALUES["a"]}),
        ([("a", 0, "nowhere")], {"a": ("d", "e"), "f": "g"}),
        ([("a", 9)], {"f": "g"}),
        ([("nowhere",)], None),
    ],
)
def test_what_is_faulty_is_left_out(paths: list[KeyPath], left: object) -> None:
    assert without(VALUES, paths) == left


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("a", 0), ("a", 1)),
        (("a", 1), ("a", 2)),
        (("a", 5), ("a", 5)),
        (("f", 0, "h"), ("f", 0, "h")),
        (("nowhere", 1), ("nowhere", 1)),
    ],
)
def test_entries_know_where_they_stood(path: KeyPath, place: KeyPath) -> None:
    assert in_file(without(VALUES, [("a", 0)]), path) == place
