"""Judges an owner's templates: whether Jinja takes them, and whether what they name is there."""

import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from jinja2 import Environment, TemplateError, TemplateSyntaxError, meta, nodes

from frontend.rendering import use_theme
from portal_backend.contract.packaged import packaged
from portal_backend.contract.problems import Position, Problem, error, nearest, warning
from portal_backend.contract.sourcetext import SourceText, read_file

_INLINE = re.compile(
    r"<script(?![^>]*\bsrc\s*=)[^>]*>|<style\b|\sstyle\s*=\s*[\"']|<[a-z][^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE
)
_FOREIGN = re.compile(r"<(?:script|link|iframe)\b[^>]*\b(?:src|href)\s*=\s*[\"'](?:https?:)?//[^\"']*", re.IGNORECASE)
_GIVEN = frozenset({"brand", "lang", "static_url", "csrf_token", "whole_stylesheet", "page"})


class Templates:
    """The templates of a theme folder, over the built-in ones."""

    def __init__(self, theme: Path) -> None:
        app = Flask("frontend", static_folder=None, template_folder=None)
        use_theme(app, theme)
        self._theme = theme
        self._jinja: Environment = app.jinja_env
        builtin = packaged("templates")
        self._builtin = {path.relative_to(builtin).as_posix(): path for path in builtin.rglob("*.html")}
        self._names: frozenset[str] | None = None

    def files(self) -> list[Path]:
        """Return the owner's templates."""
        static = self._theme / "static"
        found = self._theme.rglob("*.html") if self._theme.is_dir() else ()
        return sorted(path for path in found if path.is_file() and not path.is_relative_to(static))

    def problems(self) -> Iterator[Problem]:
        """Yield everything that is wrong with them."""
        named: set[str] = set()
        for path in self.files():
            source = read_file(path)
            if isinstance(source, Problem):
                yield source
                continue
            yield from self._judge(source, named)
        for path in self.files():
            name = path.relative_to(self._theme).as_posix()
            if name not in self._builtin and name not in named:
                close = nearest(name, self._builtin)
                hint = f"did you mean {close}?" if close else "no template names it either"
                yield warning(Position(str(path)), f"{name} is no built-in template, so it replaces nothing", hint)

    def _judge(self, source: SourceText, named: set[str]) -> Iterator[Problem]:
        for pattern, told in (
            (_INLINE, "pages allow no inline script or style, so browsers ignore this"),
            (_FOREIGN, "pages load scripts, styles and frames from this site only, so browsers ignore this"),
        ):
            for match in pattern.finditer(source.text):
                yield warning(source.position(match.start()), told, "put it into theme/static/ and name it there")
        try:
            tree = self._jinja.parse(source.text, source.file, source.file)
        except TemplateSyntaxError as fault:
            yield error(_line(source, fault.lineno), f"this is no template: {fault.message}")
            return
        except RecursionError:
            yield error(Position(source.file), "this is nested too deep for a template")
            return
        yield from self._missing(source, tree, named)
        unknown = list(self._unknown(source, tree))
        yield from unknown or self._undeclared(source, tree)

    def _unknown(self, source: SourceText, tree: nodes.Template) -> Iterator[Problem]:
        """Yield the filters and tests that do not exist."""
        for kind, what, known in (
            (nodes.Filter, "filter", self._jinja.filters),
            (nodes.Test, "test", self._jinja.tests),
        ):
            for node in tree.find_all(kind):
                if node.name not in known:
                    close = nearest(node.name, known)
                    hint = f"did you mean {close}?" if close else ""
                    yield error(_word(source, node.lineno, node.name), f"there is no {what} {node.name}", hint)

    def _undeclared(self, source: SourceText, tree: nodes.Template) -> Iterator[Problem]:
        """Yield the names that no page has, each once."""
        try:
            undeclared = meta.find_undeclared_variables(tree) - self._known()
        except (TemplateError, RecursionError, ArithmeticError, ValueError):
            return
        for node in tree.find_all(nodes.Name):
            if node.ctx == "load" and node.name in undeclared:
                undeclared.discard(node.name)
                close = nearest(node.name, self._known())
                hint = f"did you mean {close}?" if close else "what a page has is in page, the owner's part in brand"
                told = f"no page is given anything called {node.name}"
                yield warning(_word(source, node.lineno, node.name), told, hint)

    def _missing(self, source: SourceText, tree: nodes.Template, named: set[str]) -> Iterator[Problem]:
        for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            template = getattr(node, "template", None)
            if not isinstance(template, nodes.Const) or not isinstance(template.value, str):
                continue
            named.add(template.value)
            if getattr(node, "ignore_missing", False) or template.value in self._jinja.list_templates():
                continue
            close = nearest(template.value, self._jinja.list_templates())
            told = f"there is no template {template.value}"
            hint = f"did you mean {close}?" if close else ""
            yield error(_word(source, node.lineno, template.value), told, hint)

    def _known(self) -> frozenset[str]:
        """Return the names templates may use: those the built-in ones use, and those every template has."""
        if self._names is None:
            texts = [path.read_text(encoding="utf-8") for path in self._builtin.values()]
            used = (meta.find_undeclared_variables(self._jinja.parse(text)) for text in texts)
            self._names = frozenset(self._jinja.globals) | _GIVEN | frozenset().union(*used)
        return self._names


def _line(source: SourceText, number: int) -> Position:
    text = source.line(number)
    return Position(source.file, number, len(text) - len(text.lstrip()) + 1)


def _word(source: SourceText, number: int, word: str) -> Position:
    """Return where a word stands in a line, or where the line begins: Jinja tells lines alone."""
    column = source.line(number).find(word)
    return Position(source.file, number, column + 1) if column >= 0 else _line(source, number)
