"""Judges an owner's style sheets: whether they are CSS, what they load, and whether their colours can be read."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import tinycss2

from frontend.site.colour import READABLE, contrast, parse_colour
from portal_backend.contract.packaged import packaged
from portal_backend.contract.problems import Position, Problem, nearest, warning
from portal_backend.contract.sourcetext import SourceText, read_file

# Words and the ground they stand on, as the built-in sheet pairs them.
PAIRS = (
    ("--ink", "--paper"),
    ("--ink", "--surface"),
    ("--ink-soft", "--paper"),
    ("--accent", "--paper"),
    ("--on-accent", "--accent"),
    ("--on-brand", "--brand"),
    ("--on-mark", "--mark"),
    *((f"--{level}-ink", f"--{level}-ground") for level in ("info", "success", "warning", "error", "code")),
)
_DEEPEST = 8
_NESTING = frozenset({"media", "supports", "layer", "container", "scope"})

Properties = dict[str, tuple[str, Position]]


class Sheet:
    """One style sheet, read once: its faults, the addresses it loads, and the custom properties it sets."""

    def __init__(self, source: SourceText) -> None:
        self._source = source
        self.faults: list[Problem] = []
        self.loads: list[tuple[str, str, Position]] = []
        self.light: Properties = {}
        self.dark: Properties = {}
        self.used: set[str] = set()
        self._rules(tinycss2.parse_stylesheet(source.text, skip_comments=True, skip_whitespace=True), self.light, 0)

    def _at(self, node: Any) -> Position:
        return Position(self._source.file, node.source_line, node.source_column)

    def _rules(self, rules: list[Any], into: Properties, depth: int) -> None:
        for rule in rules:
            if rule.type == "error":
                self._fault(rule)
            elif rule.type == "qualified-rule":
                self._block(rule.content, into, "rule", depth)
            elif rule.type == "at-rule":
                self._at_rule(rule, into, depth)

    def _at_rule(self, rule: Any, into: Properties, depth: int) -> None:
        word = rule.lower_at_keyword
        self._tokens(rule.prelude, word)
        if rule.content is None or depth >= _DEEPEST:
            return
        if word in _NESTING:
            dark = "prefers-color-scheme" in (said := tinycss2.serialize(rule.prelude)) and "dark" in said
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            self._rules(inner, self.dark if dark else into, depth + 1)
        else:
            self._block(rule.content, {}, word, depth)

    def _block(self, content: list[Any], into: Properties, where: str, depth: int) -> None:
        for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
            if node.type == "error":
                self._fault(node)
            elif node.type == "declaration":
                if node.name.startswith("--"):
                    into[node.name] = (tinycss2.serialize(node.value).strip(), self._at(node))
                self._tokens(node.value, where)
            elif node.type in ("qualified-rule", "at-rule") and depth < _DEEPEST:
                self._rules([node], {}, depth + 1)

    def _tokens(self, tokens: list[Any], where: str, depth: int = 0) -> None:
        for token in tokens:
            if token.type == "url" or (token.type == "string" and where == "import"):
                self.loads.append((where, token.value, self._at(token)))
            elif token.type == "function":
                if token.lower_name == "url":
                    self.loads += [
                        (where, each.value, self._at(each)) for each in token.arguments if each.type == "string"
                    ]
                elif token.lower_name == "var":
                    self.used |= {each.value for each in token.arguments if each.type == "ident"}
                if depth < _DEEPEST:
                    self._tokens(token.arguments, where, depth + 1)

    def _fault(self, node: Any) -> None:
        self.faults.append(warning(self._at(node), f"browsers skip this: {node.message}"))


def check_styles(theme: Path, has_file: Callable[[str], bool]) -> tuple[int, list[Problem]]:
    """Return how many style sheets the theme has, and what is wrong with them."""
    static = theme / "static"
    files = sorted(path for path in static.rglob("*.css") if path.is_file()) if static.is_dir() else []
    builtin = Sheet(SourceText("", (packaged("static") / "css" / "tokens.css").read_text(encoding="utf-8")))
    problems: list[Problem] = []
    for path in files:
        source = read_file(path)
        if isinstance(source, Problem):
            problems.append(source)
            continue
        try:
            sheet = Sheet(source)
        except RecursionError:
            problems.append(warning(Position(source.file), "this is nested too deep to be read"))
            continue
        folder = path.relative_to(static).parent.as_posix()
        problems += [
            *sheet.faults,
            *_loads(sheet, folder, has_file),
            *_names(sheet, builtin),
            *_colours(sheet, builtin),
        ]
    return len(files), problems


def _loads(sheet: Sheet, folder: str, has_file: Callable[[str], bool]) -> Iterator[Problem]:
    for where, address, at in sheet.loads:
        word = address.strip().partition("?")[0].partition("#")[0]
        foreign = word.startswith(("http:", "https:", "//"))
        if foreign and (where in ("import", "font-face") or not word.startswith("https:")):
            told = f"pages load fonts and styles from this site only, so browsers ignore {word[:100]}"
            yield warning(at, told, "put the file into theme/static/")
        elif (
            word
            and not foreign
            and not word.startswith(("data:", "/", "#"))
            and not has_file(f"{folder}/{unquote(word)}")
        ):
            yield warning(at, f"there is no file {word[:100]} beside this style sheet")


def _names(sheet: Sheet, builtin: Sheet) -> Iterator[Problem]:
    for name, (_, at) in {**sheet.dark, **sheet.light}.items():
        close = nearest(name, builtin.light)
        if name not in builtin.light and name not in sheet.used and close:
            yield warning(at, f"nothing uses the property {name[:100]}", f"did you mean {close}?")


def _colours(sheet: Sheet, builtin: Sheet) -> Iterator[Problem]:
    schemes = (
        ("light", sheet.light, {**builtin.light, **sheet.light}),
        ("dark", {**sheet.light, **sheet.dark}, {**builtin.light, **builtin.dark, **sheet.light, **sheet.dark}),
    )
    for scheme, own, all_ in schemes:
        for words, ground in PAIRS:
            at = next((own[name][1] for name in (words, ground) if name in own), None)
            ratio = _ratio(all_[words][0], all_[ground][0]) if at and words in all_ and ground in all_ else None
            if at and ratio is not None and ratio < READABLE:
                told = f"on {scheme} pages {words} on {ground} has a contrast of {ratio:.1f} to 1"
                yield warning(at, told, f"text needs {READABLE}")


def _ratio(one: str, other: str) -> float | None:
    try:
        parse_colour(one), parse_colour(other)
    except ValueError:
        return None
    return contrast(one, other)
