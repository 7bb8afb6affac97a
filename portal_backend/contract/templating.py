"""Tells a file that some other tool has still to fill in from plain YAML; such a template is refused whole.

Known are ytt (`#@` comments), Helm and its kind (`{{ … }}`), and environment substitution (`${NAME}`).
"""

import re

from portal_backend.contract.documents import Document, Problem, Severity
from portal_backend.contract.problems import Position, problem

_YTT = "#@"
_COMMENTED_BRACES = re.compile(r"#[ \t]*\{\{")
BRACES = re.compile(r"\{\{[^{}]{1,300}\}\}|\{\{-|-\}\}")
VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]{0,100}(?:[:?=+-][^{}]{0,300})?\}")
HELM = "a Helm template (`{{ … }}`)"
SUBSTITUTION = "a template with variables (`${…}`)"


def template_in_file(documents: list[Document]) -> Problem | None:
    """Return why the file is a template as a whole, or None: ytt comments, or marks that break its YAML."""
    if not documents:
        return None
    last = documents[-1]
    for index, comment in last.comments():
        if comment.startswith(_YTT):
            return refusal(last.source.position(index), "a ytt template (`#@`)")
        if _COMMENTED_BRACES.match(comment):
            return refusal(last.source.position(index), HELM)
    return None if all(document.readable for document in documents) else _template_in_broken_yaml(last)


def _template_in_broken_yaml(last: Document) -> Problem | None:
    for pattern, what in ((BRACES, HELM), (VARIABLE, SUBSTITUTION)):
        for found in pattern.finditer(last.source.text, 0, last.understood):
            if (last.value_end(found.start()) or 0) < found.end():
                return refusal(last.source.position(found.start()), what)
    return None


def refusal(at: Position, what: str) -> Problem:
    """Return the problem that a template is refused with."""
    return problem(at, Severity.ERROR, f"this is {what}, not a plain resource", "render it first and use the result")
