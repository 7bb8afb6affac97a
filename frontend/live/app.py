"""Makes the site for an owner at work: anew after each change of the theme, unless that has errors, and each press."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from frontend.app import StartupError, create_app
from frontend.live.rehearsing import Rehearsing
from frontend.settings import Settings, load
from frontend.views.door import NAME
from portal_backend.contract.live_pages import STATE_FILE, LivePages, Wsgi, read_state
from portal_backend.contract.rehearsal import TOKEN_VARIABLE, Rehearsal
from portal_backend.contract.urls import LOOPBACK


def create_live_app() -> Wsgi:
    """Return the site with its panel; raises StartupError where others than this machine could see it."""
    settings = load(os.environ)
    if not settings.own_machine or settings.host not in LOOPBACK or settings.proxies:
        raise StartupError("The live site is for this machine alone: set SITE_HOST and SITE_URL to 127.0.0.1.")
    state = settings.instance / STATE_FILE
    rehearsing = Rehearsing(
        settings.instance, os.environ.get(TOKEN_VARIABLE, ""), settings.portal_url, lambda: anew.ask_portals()
    )
    anew = Anew(settings, state, rehearsing.now)
    pages = LivePages(anew, state, ways_back=True, rehearsal=rehearsing.now, more=rehearsing.form)
    return rehearsing.wrap(pages)


class Anew:
    """The application as the last theme without errors makes it; each press makes it forget what it knew of portals."""

    def __init__(self, settings: Settings, state: Path, rehearsal: Callable[[], Rehearsal] = Rehearsal) -> None:
        self._settings = settings
        self._state = state
        self._rehearsal = rehearsal
        self._lock = threading.Lock()
        self._version = (read_state(state).version, rehearsal().version)
        self._app, _ = _whole(settings)

    def __call__(self) -> Flask:
        """Return the application to ask now."""
        found = read_state(self._state)
        version = (found.version, self._rehearsal().version)
        if version != self._version:
            with self._lock:
                if version != self._version:
                    self._version = version
                    self._take(found.broken)
        return self._app

    def ask_portals(self) -> None:
        """Have the application learn what the portals offer now, so that the next page shows what a press changed."""
        self().extensions[NAME].broker.refresh()

    def _take(self, broken: frozenset[str]) -> None:
        if broken.isdisjoint({"theme", "site"}):
            try:
                app, readable = _whole(self._settings)
            except StartupError:
                return
            # An edit after the check may have broken the theme: its own check, which follows, tells of that.
            if readable:
                self._app = app


def _whole(settings: Settings) -> tuple[Flask, bool]:
    """Return an application that has read its templates, which later edits cannot break, and whether all were whole."""
    app = create_app(settings)
    readable = True
    for name in app.jinja_env.list_templates(extensions=["html"]):
        try:
            app.jinja_env.get_template(name)
        except Exception:  # the check has told of it; the page that needs it says so too
            app.logger.warning("the template %s cannot be read", name)
            readable = False
    return app, readable
