"""Labels: which value counts, and what a selection matches."""

import pytest

from portal_backend.domain.labels import matches, merged


def test_the_later_layer_counts() -> None:
    layers = {"level": "1", "area": "ops"}, {"level": "2"}, {"team": "red"}
    assert merged(*layers) == {"level": "2", "area": "ops", "team": "red"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param({}, True, id="nothing wanted"),
        pytest.param({"level": "2"}, True, id="one that is there"),
        pytest.param({"level": "2", "a.example/b-c": "x=y"}, True, id="all that are there"),
        pytest.param({"level": "2", "team": "red"}, False, id="one is missing"),
        pytest.param({"level": "20"}, False, id="another value"),
    ],
)
def test_a_selection_matches_all_of_it(wanted: dict[str, str], found: bool) -> None:
    assert matches({"level": "2", "a.example/b-c": "x=y"}, wanted) is found
