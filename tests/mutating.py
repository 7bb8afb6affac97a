"""Gives the real resources of other projects to each reader, cut off and garbled, and judges the report."""

from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from frontend.site.agreement import disagreements
from frontend.site.loading import load
from portal_backend.content.checking import check_pages
from portal_backend.contract.checking import Offers
from portal_backend.contract.problems import Problem, Severity
from portal_backend.contract.sourcetext import decode
from portal_backend.contract.urls import AllowedOrigins
from portal_backend.resources import loading

URL = "http://127.0.0.1:8080"
RETURNS = AllowedOrigins({"https://labs.example.com"})
OFFERS = Offers(URL, {"git-history": frozenset({"TEAM"})}, RETURNS)
PIECES = [
    *("\t", "\n", "\r\n", "\r", ":", ": ", "- ", "{", "}", "[", "]", "'", '"', "|\n", ">", "&a ", "*a", "<<: *a", "#"),
    *("\x00", "\ufeff", "\x1b", "\u2028", "${X}", "{{ x }}", "#@ ", "~", "%", "@", "!!python/object:x ", "---\n", "? "),
    *("9" * 400, "a: 1\na: 2\n", "kind: Workshop\n", "kind: TrainingPortal\n", "brand:\n", "[" * 70, "\ud800"),
]
garbled = st.tuples(st.floats(0, 1), st.integers(0, 60), st.sampled_from(PIECES) | st.text(max_size=4))

# Each of the groups of files draws its share of the cases, several to a draw.
GROUPS = 10
AT_ONCE = 20
ten_thousand = settings(
    max_examples=10_000 // GROUPS // AT_ONCE,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@cache
def sample_files(samples: Path) -> list[Path]:
    """Return all of the real files."""
    return sorted(path for path in samples.rglob("*") if path.suffix in (".yaml", ".md") and path.name != "README.md")


def cut(text: str, share: float) -> bytes:
    """Return the beginning of a text."""
    return text[: round(len(text) * share)].encode("utf-8", "surrogatepass")


def mixed(text: str, share: float, gone: int, piece: str) -> bytes:
    """Return a text with something else in the place of a few of its characters."""
    at = round(len(text) * share)
    return (text[:at] + piece + text[at + gone :]).encode("utf-8", "surrogatepass")


def judge(folder: Path, name: str, data: bytes) -> None:
    """Give the bytes to the reader of their kind, and hold what it reports to what a report is."""
    for problem in reported(folder, name, data):
        assert problem.line >= 1 and problem.column >= 1
        assert len(str(problem)) < 2000 and "\n" not in problem.message


def reported(folder: Path, name: str, data: bytes) -> list[Problem]:
    """Return what is reported of a file of this content: as a page, as a portal's or as the site's."""
    if name.endswith(".md"):
        content = folder / "workshop" / "content"
        content.mkdir(parents=True, exist_ok=True)
        (content / "page.md").write_bytes(data)
        return list(check_pages([content], URL, RETURNS).problems)
    file = folder / "resources.yaml"
    file.write_bytes(data)
    found = loading.load(file, file)
    assert (found.portal is None) == any(each.severity is Severity.ERROR for each in found.problems)
    source = decode(data, "site.yaml")
    if isinstance(source, Problem):
        return [*found.problems, source]
    site = load(source.text)
    assert (site.site is None) == any(each.severity is Severity.ERROR for each in site.problems)
    told = disagreements(site.document, OFFERS, lambda _: False) if site.document else ()
    return [*found.problems, *site.problems, *told]
