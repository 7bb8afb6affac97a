"""Makes the portal for an owner at work: its pages load anew when files change, and it does what is rehearsed."""

import os
from html import escape
from urllib.parse import urlsplit

from portal_backend.app import create_app
from portal_backend.contract.live_pages import STATE_FILE, LivePages
from portal_backend.contract.urls import LOOPBACK
from portal_backend.reading import StartupError, read_settings
from portal_backend.rehearsal.acting import Acts, with_switches
from portal_backend.rehearsal.door import Door, Outage
from portal_backend.rehearsal.switches import switches_of


def create_live_app() -> Door:
    """Return the portal with its panel; raises StartupError where others than this machine could see it."""
    settings = read_settings(os.environ)
    if not settings.loopback or urlsplit(settings.url).hostname not in LOOPBACK or settings.proxies:
        raise StartupError("The live portal is for this machine alone: set PORTAL_HOST and PORTAL_URL to 127.0.0.1.")
    app = create_app(settings)
    switches = switches_of(settings.instance, os.environ)
    context = app.extensions["portal"] = with_switches(app.extensions["portal"], switches)
    acts = Acts(settings, context, switches)
    acts.settle()
    outage = Outage(app, switches)
    led = f'<p><a href="{escape(settings.site_url)}">To the index</a>, whose panel lets you rehearse.</p>'
    pages = LivePages(lambda: outage, settings.instance / STATE_FILE, rehearsal=switches.now, more=lambda _: led)
    return Door(pages, acts, switches)
