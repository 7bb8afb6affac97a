"""Holds the shape of the code: who imports whom, how long things are, what the pure packages may know."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(path for top in ("frontend", "portal_backend") for path in (ROOT / top).rglob("*.py"))
MOST_LINES_OF_MODULE = 300
MOST_LINES_OF_FUNCTION = 40
VAGUE = re.compile(r"(^|_)(utils?|helpers?|managers?|commons?)(_|$)")
CONTRACT = "portal_backend.contract"

# Which of the project's own packages each part may import, itself included; the first matching prefix holds.
MAY_IMPORT = {
    "portal_backend.contract": (CONTRACT,),
    "portal_backend.domain": ("portal_backend.domain", CONTRACT),
    "portal_backend.resources": ("portal_backend.resources", "portal_backend.domain", CONTRACT),
    "portal_backend.store": ("portal_backend.store", "portal_backend.domain", CONTRACT),
    "portal_backend.providers": ("portal_backend.providers", "portal_backend.domain", CONTRACT),
    "portal_backend.conformance": ("portal_backend.conformance", CONTRACT),
    "frontend.site": ("frontend.site", CONTRACT),
    "frontend.portal_client": (
        *("frontend.portal_client", "frontend.portal_answers", "frontend.portal_asking", "frontend.portal_gate"),
        CONTRACT,
    ),
    "frontend.portal_asking": ("frontend.portal_asking", CONTRACT),
    "frontend.portal_answers": ("frontend.portal_answers", CONTRACT),
    "frontend.portal_gate": ("frontend.portal_gate",),
    "frontend": ("frontend", CONTRACT),
    "portal_backend": ("portal_backend",),
}
# What a part may not import although the line above lets it: the arrows of the design point one way.
MAY_NOT_IMPORT = {
    "portal_backend.services": (
        "portal_backend.api",
        "portal_backend.pages",
        "portal_backend.app",
        "flask",
        "werkzeug",
    ),
    "portal_backend.api": ("portal_backend.pages", "portal_backend.store", "sqlalchemy", "portal_backend.app"),
    "portal_backend.pages": ("portal_backend.api", "portal_backend.store", "sqlalchemy", "portal_backend.app"),
    "portal_backend.store": ("flask", "werkzeug", "requests"),
    "frontend.broker": ("frontend.views", "frontend.app", "flask", "requests"),
    "frontend.portal_client": ("flask", "werkzeug"),
    "frontend.views": ("frontend.portal_client", "frontend.app", "requests", "authlib"),
}
PURE = ("portal_backend.domain", "frontend.site")
IMPURE = {
    *("flask", "werkzeug", "jinja2", "sqlalchemy", "alembic", "requests", "urllib3", "http", "authlib", "wtforms"),
    *("socket", "subprocess", "time", "random", "secrets", "uuid", "gunicorn", "redis", "threading"),
}
CLOCK_CALLS = {"now", "utcnow", "today", "time", "monotonic"}


def name_of(path: Path) -> str:
    """Return the dotted name of the module at `path`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def under(name: str, prefix: str) -> bool:
    """Whether `name` is `prefix` or inside it."""
    return name == prefix or name.startswith(f"{prefix}.")


def tree_of(path: Path) -> ast.Module:
    """Return the parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> list[str]:
    """Return the dotted names a module imports, names taken from a package included."""
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def rule_for(name: str, rules: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what the first matching rule says of module `name`, or nothing."""
    return next((allowed for prefix, allowed in rules.items() if under(name, prefix)), ())


each_module = pytest.mark.parametrize("path", MODULES, ids=name_of)
each_pure_module = pytest.mark.parametrize(
    "path", [path for path in MODULES if any(under(name_of(path), pure) for pure in PURE)], ids=name_of
)


@each_module
def test_a_module_imports_only_what_its_place_allows(path: Path) -> None:
    name = name_of(path)
    own = [wanted for wanted in imports_of(path) if under(wanted, "frontend") or under(wanted, "portal_backend")]
    allowed = rule_for(name, MAY_IMPORT)
    assert [wanted for wanted in own if not any(under(wanted, prefix) for prefix in allowed)] == []


@each_module
def test_a_module_imports_nothing_its_place_forbids(path: Path) -> None:
    forbidden = rule_for(name_of(path), MAY_NOT_IMPORT)
    assert [wanted for wanted in imports_of(path) if any(under(wanted, prefix) for prefix in forbidden)] == []


@each_module
def test_production_imports_nothing_of_a_live_site(path: Path) -> None:
    live = ("frontend.live", "portal_backend.live", "portal_backend.rehearsal")
    if not any(under(name_of(path), each) for each in live):
        assert [wanted for wanted in imports_of(path) if any(under(wanted, each) for each in live)] == []


@each_pure_module
def test_a_pure_module_knows_no_framework_and_no_machine(path: Path) -> None:
    assert [wanted for wanted in imports_of(path) if wanted.partition(".")[0] in IMPURE] == []


@each_module
def test_the_domain_needs_the_standard_library_only(path: Path) -> None:
    if under(name_of(path), "portal_backend.domain"):
        tops = {wanted.partition(".")[0] for wanted in imports_of(path)}
        assert tops - {"portal_backend"} <= sys.stdlib_module_names


@each_pure_module
def test_a_pure_module_reads_no_clock(path: Path) -> None:
    calls = [node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in CLOCK_CALLS] == []


@each_module
def test_a_module_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES_OF_MODULE


@each_module
def test_every_function_is_short(path: Path) -> None:
    assert [
        node.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) >= MOST_LINES_OF_FUNCTION
    ] == []


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring and decorators."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


@each_module
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=name_of)
def test_a_package_file_is_only_a_docstring(path: Path) -> None:
    assert len(tree_of(path).body) == 1


@each_module
def test_nothing_has_a_vague_name(path: Path) -> None:
    names = [*path.relative_to(ROOT).with_suffix("").parts]
    names += [n.name for n in ast.walk(tree_of(path)) if isinstance(n, ast.ClassDef | ast.FunctionDef)]
    assert [name for name in names if VAGUE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())] == []
