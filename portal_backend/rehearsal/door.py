"""The door of the live portal: the site beside it passes on what the owner presses, with the token of this run.

A portal that is rehearsed to be down answers everybody else as a proxy in front of a stopped one does.
"""

import json
import logging
from collections.abc import Iterable
from hmac import compare_digest
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from portal_backend.contract.instance import InstanceError
from portal_backend.contract.live_pages import PREFIX, Start, Wsgi, posted, text_answer
from portal_backend.contract.rehearsal import ACT_FIELD, DOOR, Switch
from portal_backend.reading import StartupError
from portal_backend.rehearsal.acting import Acts
from portal_backend.rehearsal.switches import Switches
from portal_backend.store.engine import StoreBusy

log = logging.getLogger(__name__)
_DOWN = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The portal is down</title></head>
<body><h1>The portal is down</h1>
<p>This is what is rehearsed: visitors get whatever stands in front of the portal, or nothing at all.
Press \xe2\x80\x9cBack to normal\xe2\x80\x9d in the panel of the index to end it.</p></body></html>
"""


class Door:
    """Lets the site in, and everybody else through to the portal's pages."""

    def __init__(self, pages: Wsgi, acts: Acts, switches: Switches) -> None:
        self._pages, self._acts, self._switches = pages, acts, switches

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != DOOR or not self._switches.token:
            return self._pages(environ, start)
        given = environ.get("HTTP_AUTHORIZATION", "")
        if not compare_digest(given.encode(), f"Bearer {self._switches.token}".encode()):
            return text_answer(start, HTTPStatus.FORBIDDEN, "This door is for the site of the same run.")
        if environ.get("REQUEST_METHOD") != "POST":
            return text_answer(start, HTTPStatus.METHOD_NOT_ALLOWED, "What is pressed comes by POST.")
        return self._act(parse_qs(posted(environ)).get(ACT_FIELD, [""])[0], start)

    def _act(self, act: str, start: Start) -> Iterable[bytes]:
        try:
            rehearsal = self._acts.do(act)
        except ValueError:
            return text_answer(start, HTTPStatus.BAD_REQUEST, "That is nothing that can be rehearsed.")
        except StartupError as error:
            return text_answer(start, HTTPStatus.CONFLICT, f"Nothing was switched. {error}")
        except (InstanceError, StoreBusy) as error:
            return text_answer(start, HTTPStatus.SERVICE_UNAVAILABLE, f"Nothing was switched: {error}")
        log.info("rehearsal: %s; on now: %s", act, ", ".join(sorted(rehearsal.on)) or "nothing")
        return text_answer(start, HTTPStatus.OK, json.dumps({"on": sorted(rehearsal.on)}), "application/json")


class Outage:
    """The portal, or nothing of it while it is rehearsed to be down."""

    def __init__(self, app: Wsgi, switches: Switches) -> None:
        self._app, self._switches = app, switches

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        if Switch.DOWN not in self._switches.now().on or environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._app(environ, start)
        start("502 Bad Gateway", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(_DOWN)))])
        return [_DOWN]
