"""The panel of a live site: what is wrong in the owner's files, what is being rehearsed, ways to see each banner."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from portal_backend.contract.rehearsal import NAMES, Rehearsal, Switch
from portal_backend.contract.wire import Notification

NOTHING = Rehearsal()
_HEARD_AFTER = 3_000_000_000


@dataclass(frozen=True)
class State:
    """What the watcher found last; `broken` names the rules under which there are errors."""

    version: str = ""
    problems: tuple[Mapping[str, Any], ...] = ()

    @property
    def broken(self) -> frozenset[str]:
        """Return the rules under which something keeps a file from being used."""
        return frozenset(str(each["rule"]) for each in self.problems if each["severity"] == "error")


def read_state(file: Path) -> State:
    """Return what the file says, or nothing while there is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return State(str(found["version"]), tuple(found["problems"]))
    except (OSError, ValueError, KeyError, TypeError):
        return State()


def version_of(state: State, rehearsal: Rehearsal, now: int) -> str:
    """Return what changes when pages are to load anew, with `now` in nanoseconds.

    It changes once more a few seconds after each press, when the index has heard from the portal.
    """
    if not rehearsal.version.isdigit():
        return state.version
    settled = now - int(rehearsal.version) > _HEARD_AFTER
    return f"{state.version}-{rehearsal.version}-{int(settled)}"


def panel_html(
    state: State, ways_back: bool, rehearsal: Rehearsal = NOTHING, version: str | None = None, more: str = ""
) -> str:
    """Return the panel: closed while all is well, open with every error and warning otherwise.

    `version` is the one that pages wait to see change, and `more` is HTML of which the caller is sure.
    """
    told = [each for each in state.problems if each["severity"] != "note"]
    errors = sum(each["severity"] == "error" for each in told)
    level = "error" if errors else "warning" if told else "well"
    awaited = escape(state.version if version is None else version)
    marks = f'id="live-panel" lang="en" dir="ltr" data-live-version="{awaited}"{" open" if errors else ""}'
    parts = [f'<details class="live live-{level}" {marks}>']
    headline = _headline(errors, len(told) - errors, rehearsal)
    parts.append(f'<summary>{headline}</summary>\n<div class="live-body">')
    if errors:
        parts.append("<p>The site stays as it was when it was last without errors.</p>")
    parts += ["<ul>", *map(_problem, told), "</ul>"] if told else []
    if ways_back:
        links = "".join(f'<li><a href="/?notification={code}">{code}</a></li>' for code in Notification)
        parts.append(f'<h2>Come back with</h2>\n<ul class="live-links">{links}</ul>')
    return "\n".join([*parts, *([more] if more else []), "</div>", "</details>", ""])


def _headline(errors: int, warnings: int, rehearsal: Rehearsal) -> str:
    counted = ((errors, "error"), (warnings, "warning"))
    words = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted if number]
    found = " and ".join(words) or "Live"
    on = ", ".join(NAMES[switch].lower() for switch in Switch if switch in rehearsal.on)
    return f'{found} <span class="live-on">Rehearsing: {on}</span>' if on else found


def _problem(each: Mapping[str, Any]) -> str:
    place = escape(f"{each['file']}:{each['line']}:{each['column']}")
    lines = [
        f'<span class="live-place">{place}</span>',
        f"<p>{escape(str(each['severity']))}: {escape(each['message'])}</p>",
    ]
    if each.get("hint"):
        lines.append(f"<p>{escape(each['hint'])}</p>")
    if each.get("text"):
        lines.append(f"<pre>{escape(each['text'])}</pre>")
    return "<li>" + "\n".join(lines) + "</li>"
