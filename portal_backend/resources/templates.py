"""Tells a template, which some other tool has still to fill in, from a resource that can be read.

A template is refused whole, never half-read. Known are ytt (`#@` comments), Helm and its kind (`{{ … }}`), and
environment substitution (`${NAME}`). Inside a block scalar all of them are only text, and so they are in the parts of
a Workshop that are handed on untouched to a session, where they often have a meaning of their own.
"""

from collections.abc import Iterator
from typing import Any

from portal_backend.contract.documents import Document, KeyPath, Problem
from portal_backend.contract.templating import BRACES, HELM, SUBSTITUTION, VARIABLE, refusal

_HANDED_ON = (("session",), ("environment",), ("request", "objects"), ("publish",), ("workshop",), ("images",))


def template_in_resource(document: Document, root: KeyPath) -> Problem | None:
    """Return why the resource at `root` of a document is a template, or None: braces or variables in its values."""
    for path, text in _texts(document, root):
        if BRACES.search(text):
            return refusal(document.where(path), HELM)
        if VARIABLE.search(text):
            return refusal(document.where(path), SUBSTITUTION)
    return None


def _texts(document: Document, root: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    handed_on = {(*root, "spec", *path) for path in _HANDED_ON}
    waiting: list[tuple[KeyPath, Any]] = [(root, document.at(root))]
    while waiting:
        path, value = waiting.pop()
        if path in handed_on:
            continue
        if isinstance(value, dict):
            waiting.extend(((*path, key), value[key]) for key in reversed(value))
        elif isinstance(value, list):
            waiting.extend(((*path, place), value[place]) for place in reversed(range(len(value))))
        elif isinstance(value, str) and not document.is_block(path):
            yield path, value
