"""Writes the first files of a new site: the smallest one that works, or one for a portal that is there already."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Template

from frontend.generator import catalogs
from frontend.schema import FILE, MODELINE, schema_text
from frontend.site.offers import Known
from portal_backend.contract.packaged import packaged

_STARTER = Path(__file__).parent / "starter"
_EXTRAS = {"docker": ("Dockerfile", "dockerignore"), "kubernetes": ("kubernetes/site.yaml",)}
_OWN_PORTAL = ("config/portal.yaml", "config/workshops/")
_PORTAL_PROGRAMS = (
    'portal: gunicorn --config python:portal_backend.contract.serving --bind "${PORTAL_HOST:-127.0.0.1}'
    ':${PORTAL_PORT:-8080}" "portal_backend.app:create_app()"\nsweeper: workshop-index portal sweep'
)
_NO_SECTIONS = """\
  # Groups of workshops in your order; without any, all are shown.
  # sections:
  # - id: start-here
  #   title: Start here
  #   workshops: [first-steps]
"""
_BUNDLED = "It starts the index and its portal, and prints the address to open.\n"
_ELSEWHERE = (
    "It starts the index. The portal is {}; set PORTAL_ROBOT_USERNAME, _PASSWORD, _CLIENT_ID and\n_CLIENT_SECRET.\n"
)


class CannotStart(Exception):
    """The site cannot be written; the text says why, and what to do."""


@dataclass(frozen=True)
class Beginning:
    """What a new site begins with: its name, a portal elsewhere or none, what is offered, and files of one's own."""

    name: str
    portal_url: str = ""
    known: Known | None = None
    files: Mapping[str, bytes] | None = None
    extras: tuple[str, ...] = ()


def write(folder: Path, beginning: Beginning) -> Iterator[Path]:
    """Write the files and yield each one; raises CannotStart before the first when any of them is there already."""
    made = _contents(beginning)
    there = sorted(path for path in made if (folder / path).exists() or (folder / path).is_symlink())
    if there:
        listed = "\n".join(f"  {folder / path}" for path in there)
        raise CannotStart(f"Nothing was written, because these are there already:\n{listed}\nChoose another folder.")
    for path, data in made.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(data)
        except OSError as error:
            raise CannotStart(f"{target} cannot be written ({(error.strerror or str(error)).lower()}).") from error
        yield target


def from_files(portal_file: Path, workshops: Path | None) -> dict[str, bytes]:
    """Return the portal file, its workshops and their pages, where a site has them."""
    found = catalogs.workshop_files(portal_file, workshops)
    files = [file for _, file, _ in found]
    made = {"config/portal.yaml": portal_file.read_bytes()}
    for name, file, content in found:
        alone = files.count(file) == 1
        made[f"config/workshops/{f'{name}/resources/workshop.yaml' if alone else file.name}"] = file.read_bytes()
        if content:
            made |= dict(_tree(content.parent, f"config/workshops/{name}/workshop"))
    return made


def _tree(folder: Path, to: str) -> Iterable[tuple[str, bytes]]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"{to}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _contents(beginning: Beginning) -> dict[str, bytes]:
    extras = {file for extra, files in _EXTRAS.items() if extra not in beginning.extras for file in files}
    own = not beginning.portal_url and beginning.files is None
    words = _words(beginning)
    made = {"config/theme/README.md": (packaged("config") / "theme" / "README.md").read_bytes()}
    made[f"config/{FILE}"] = schema_text().encode()
    for path in sorted(path for path in _STARTER.rglob("*") if path.is_file()):
        name = path.relative_to(_STARTER).as_posix()
        if name in extras or (not own and name.startswith(_OWN_PORTAL)):
            continue
        text = path.read_text(encoding="utf-8")
        filled = text if name.endswith(".md") and "/" in name else Template(text).substitute(words)
        made[f".{name}" if name in ("gitignore", "dockerignore") else name] = filled.encode()
    return {**made, **(beginning.files or {})}


def _words(beginning: Beginning) -> dict[str, str]:
    elsewhere = beginning.portal_url
    return {
        "name": json.dumps(beginning.name, ensure_ascii=False),
        "heading": " ".join(beginning.name.split()),
        "modeline": MODELINE,
        "portals": _portals(elsewhere),
        "sections": _sections(beginning.known),
        "portal_programs": "" if elsewhere else _PORTAL_PROGRAMS,
        "more": _ELSEWHERE.format(elsewhere) if elsewhere else _BUNDLED,
        "version": version("workshop-index"),
    }


def _portals(url: str) -> str:
    if not url:
        return ""
    return f"""
portals:
- name: portal
  url: {json.dumps(url)}
  # The environment variables with its login begin with this: PORTAL_ROBOT_USERNAME and so on.
  credentials: PORTAL
  # Say so when it lets anybody in; then workshops can be started by link, and the index be published as files.
  # anonymous: true
"""


def _sections(known: Known | None) -> str:
    offers = known.listing.offers if known and known.listing else ()
    if not offers:
        return _NO_SECTIONS
    names = "".join(f"    - {json.dumps(name)}\n" for name in dict.fromkeys(offer.workshop for offer in offers))
    return f"  sections:\n  - id: all\n    title: All workshops\n    workshops:\n{names}"
