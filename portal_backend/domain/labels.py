"""Labels: which value counts when several places give one, and what a selection matches."""

from collections.abc import Mapping


def merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of all layers together; of two values for one key the later layer's counts."""
    return {key: value for layer in layers for key, value in layer.items()}


def matches(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether `labels` has every wanted key with exactly the wanted value."""
    return all(labels.get(key) == value for key, value in wanted.items())
