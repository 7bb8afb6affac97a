"""The part of the panel in which an owner rehearses what visitors may meet, and what happens when they press it.

The buttons are a form, so they work without scripts. What they do is done by the portal beside the site: the press is
passed on through its door. A press counts only from a page of this site, and only on this machine.
"""

import logging
from collections.abc import Callable, Iterable
from hmac import compare_digest
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import requests

from frontend.portal_client import no_netrc
from frontend.site.own_path import HOME, own_path
from portal_backend.contract.live_pages import Start, Wsgi, is_local, posted, text_answer
from portal_backend.contract.rehearsal import (
    ACT_FIELD,
    DOOR,
    EXPIRE,
    NAMES,
    NORMAL,
    REHEARSAL_FILE,
    Rehearsal,
    Switch,
    form_key,
    read_rehearsal,
    turn,
)

PATH = "/live/rehearse"
_KEY, _BACK = "key", "back"
_PATIENCE_SECONDS = 15
_EFFECTS = {
    Switch.FULL: "No workshop has a seat. Who has a session keeps it.",
    Switch.SLOW: "A session somebody starts goes on starting, until it is overdue or this is off.",
    Switch.FAILING: "A session somebody starts fails while they wait for it.",
    Switch.DOWN: "The portal answers nobody. The index shows what it knew last.",
}
_log = logging.getLogger(__name__)


class Rehearsing:
    """A WSGI layer that takes presses and passes everything else on.

    `portal` is the address of the portal beside the site, `heard` is called after each press that counted.
    """

    def __init__(self, instance: Path, token: str, portal: str, heard: Callable[[], None]) -> None:
        self._file = instance / REHEARSAL_FILE
        self._token = token
        self._door = portal.rstrip("/") + DOOR
        self._heard = heard

    def now(self) -> Rehearsal:
        """Return what is on."""
        return read_rehearsal(self._file, self._token)

    def form(self, environ: dict[str, Any]) -> str:
        """Return the buttons for the page that answers a request; none where no portal can be rehearsed with."""
        if not self._token:
            return ""
        return form_html(self.now().on, form_key(self._token), _address(environ))

    def wrap(self, pages: Wsgi) -> Wsgi:
        """Return `pages` with the place the form is posted to."""

        def answer(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
            if environ.get("PATH_INFO") != PATH or not self._token or not is_local(environ):
                return pages(environ, start)
            if environ.get("REQUEST_METHOD") != "POST":
                return _back_to(start, HOME)
            return self._press(environ, start)

        return answer

    def _press(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        form = {name: values[0] for name, values in parse_qs(posted(environ)).items()}
        own = environ.get("HTTP_SEC_FETCH_SITE", "same-origin") == "same-origin"
        if not own or not compare_digest(form.get(_KEY, "").encode(), form_key(self._token).encode()):
            words = "This did not come from the panel of this run. Go back, load the page anew, and press it there."
            return text_answer(start, HTTPStatus.FORBIDDEN, words)
        status, words = self._pass_on(form.get(ACT_FIELD, ""))
        if status is not HTTPStatus.OK:
            return text_answer(start, status, f"{words}\n\nGo back to the page you came from.")
        self._heard()
        return _back_to(start, own_path(form.get(_BACK, HOME)))

    def _pass_on(self, act: str) -> tuple[HTTPStatus, str]:
        sealed = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = requests.post(
                self._door, {ACT_FIELD: act}, headers=sealed, auth=no_netrc, timeout=_PATIENCE_SECONDS
            )
        except requests.RequestException as error:
            _log.warning("the portal was not reached to rehearse: %s", error)
            return HTTPStatus.BAD_GATEWAY, "The portal does not answer, so nothing was switched. See what serve prints."
        return HTTPStatus(answer.status_code), answer.text


def form_html(on: frozenset[Switch], key: str, back: str) -> str:
    """Return the buttons; each switch says whether it is on, and pressing it turns it."""
    rows = [_row(NAMES[switch], turn(switch, on), _EFFECTS[switch], switch in on) for switch in Switch]
    rows.append(_row("Expire now", EXPIRE, "The time of every running session is up."))
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in ((_KEY, key), (_BACK, back))
    )
    quiet = "" if on else " disabled"
    return "\n".join(
        (
            "<h2>Rehearse</h2>",
            f'<form method="post" action="{PATH}">{hidden}',
            f'<ul class="live-acts">{"".join(rows)}</ul>',
            f'<p><button name="{ACT_FIELD}" value="{NORMAL}"{quiet}>Back to normal</button></p>',
            "</form>",
        )
    )


def _row(name: str, act: str, effect: str, on: bool | None = None) -> str:
    described = f"live-{act.split()[0]}"
    pressed = "" if on is None else f' aria-pressed="{str(on).lower()}"'
    state = "" if on is None else f' <span class="live-state" aria-hidden="true">{"on" if on else "off"}</span>'
    button = f'<button name="{ACT_FIELD}" value="{act}"{pressed} aria-describedby="{described}">{name}{state}</button>'
    return f'<li>{button} <span id="{described}">{effect}</span></li>'


def _address(environ: dict[str, Any]) -> str:
    """Return the page a request is for, to come back to; the index after anything but a look at a page."""
    if environ.get("REQUEST_METHOD") != "GET":
        return HOME
    path = environ.get("PATH_INFO", HOME).encode("latin-1", "replace").decode("utf-8", "replace")
    query = environ.get("QUERY_STRING", "")
    return own_path(f"{path}?{query}" if query else path)


def _back_to(start: Start, path: str) -> list[bytes]:
    start("303 See Other", [("Location", path), ("Cache-Control", "no-store"), ("Content-Length", "0")])
    return [b""]
