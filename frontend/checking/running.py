"""Runs every check there is over an owner's folder: the site, its theme, and what other packages add by entry point."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from frontend.checking.styles import check_styles
from frontend.checking.templates import Templates
from frontend.schema import FILE, is_current
from frontend.site.agreement import disagreements
from frontend.site.loading import Loaded, load
from portal_backend.contract.checking import GROUP, Finding, Findings, Offers, Task
from portal_backend.contract.languages import locale_of
from portal_backend.contract.own_words import FOLDER, files_of, language_of, misnamed, read_own_words
from portal_backend.contract.packaged import packaged
from portal_backend.contract.problems import Position, Problem, Severity, in_reading_order, problem

RULES = {
    "site": "what site.yaml says",
    "agreement": "whether site.yaml agrees with the other files",
    "theme": "templates and style sheets of the owner",
    "texts": "words of the owner in place of built-in ones",
    "portal": "what portal.yaml says",
    "workshop": "what workshop files say",
    "content": "pages of workshops",
    "settings": "the environment the programs would be started with",
}


@dataclass(frozen=True)
class Report:
    """Everything that was found, in reading order, and how many files were read."""

    found: tuple[Finding, ...]
    files: int

    def count(self, severity: Severity) -> int:
        """Return how many problems of that severity there are."""
        return sum(each.problem.severity is severity for each in self.found)

    @property
    def errors(self) -> int:
        """Return how many errors there are."""
        return self.count(Severity.ERROR)


def check(task: Task) -> Report:
    """Return everything that is wrong below the owner's folder; never raises for what is in the files."""
    file = task.config / "site.yaml"
    loaded = load(file) if file.exists() else Loaded(None)
    others = [entry.load()(task) for entry in entry_points(group=GROUP)] if _has_portal(task, loaded) else []
    offers = next((each.offers for each in others if each.offers), None)
    theme = _theme(task.config / "theme")
    texts = files_of(task.config / FOLDER)
    found = [
        *_under("site", loaded.problems),
        *_under("agreement", _agreement(task, loaded, offers)),
        *_under("site", _outdated_schema(task.config / FILE)),
        *theme.found,
        *_under("texts", _texts(texts, loaded)),
        *(finding for each in others for finding in each.found),
    ]
    files = int(file.is_file()) + theme.files + len(texts) + sum(each.files for each in others)
    return Report(tuple(_in_order(found)), files)


def _outdated_schema(file: Path) -> Iterator[Problem]:
    """Yield that editors go by an older schema than this version's."""
    if file.is_file() and not is_current(file):
        told = "editors check site.yaml by the schema of another version"
        hint = f"run: workshop-index schema --output {file.name}"
        yield problem(Position(str(file)), Severity.INFO, told, hint)


def _has_portal(task: Task, loaded: Loaded) -> bool:
    """Whether the owner runs a portal: a site whose portals are all elsewhere needs no portal.yaml."""
    elsewhere = loaded.site is not None and bool(loaded.site.portals)
    return (task.config / "portal.yaml").exists() or not elsewhere


def _agreement(task: Task, loaded: Loaded, offers: Offers | None) -> Iterator[Problem]:
    if loaded.document is not None:
        yield from disagreements(loaded.document, offers, _files_of(task.config / "theme"))


def _theme(theme: Path) -> Findings:
    templates = Templates(theme)
    sheets, styles = check_styles(theme, _files_of(theme))
    return Findings(tuple(_under("theme", [*templates.problems(), *styles])), len(templates.files()) + sheets)


def _texts(files: list[Path], loaded: Loaded) -> Iterator[Problem]:
    """Yield what is wrong with the owner's words, and which of them no page is in the language of."""
    for path in files:
        locale = language_of(path)
        if locale is None:
            yield misnamed(path)
            continue
        yield from read_own_words(path, locale).problems
        if loaded.site and locale not in map(locale_of, loaded.site.brand.offered):
            told = f"the site is not offered in {locale.get_display_name('en')}, so no page of it has these words"
            hint = f"add {path.stem} to brand.languages in site.yaml"
            yield problem(Position(str(path)), Severity.INFO, told, hint)


def _files_of(theme: Path) -> Callable[[str], bool]:
    """Return what tells whether a static file is there: the owner's, or a built-in one."""
    folders = (theme / "static", packaged("static"))
    return lambda name: any((folder / name).is_file() for folder in folders)


def _under(rule: str, problems: Iterable[Problem]) -> Iterator[Finding]:
    return (Finding(rule, each) for each in problems)


def _in_order(found: list[Finding]) -> list[Finding]:
    rules = {each.problem: each.rule for each in reversed(found)}
    return [Finding(rules[problem], problem) for problem in in_reading_order(rules)]
