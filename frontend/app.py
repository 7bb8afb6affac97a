"""Makes the site's application: reads the settings, makes the parts, hands them to each other."""

import logging
import os
from collections.abc import Hashable
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, request
from flask_caching import Cache
from gunicorn.errors import AppImportError
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from frontend import branding
from frontend.brand_sheet import BrandSheet
from frontend.broker import Broker
from frontend.cookie_keys import user_id_key
from frontend.forms import protect_forms, token
from frontend.framing import SiteCookies, framed_by
from frontend.headers import protect
from frontend.kept_catalogs import JsonValues, KeptCatalogs
from frontend.known_catalogs import KnownCatalogs
from frontend.known_sessions import KnownSessions
from frontend.languages import Languages
from frontend.link_signing import LinkSigner, site_keys
from frontend.link_starts import LinkStarts
from frontend.link_uses import uses_of
from frontend.logins import login_for
from frontend.look import Look
from frontend.newcomers import Newcomers
from frontend.portal_client import Login, PortalClient
from frontend.portal_gate import MOST_CALLS, MOST_WAITING, of_threads
from frontend.providers import Providers
from frontend.public_pages import PublicPages
from frontend.rendering import add_globals, speak, use_theme
from frontend.settings import Settings, SettingsError, load
from frontend.site.model import Portal
from frontend.site.notifications import due
from frontend.site_source import SiteSource
from frontend.static_files import StaticFiles
from frontend.views import (
    announcements,
    badges,
    catalog,
    embed,
    errors,
    go,
    leaving,
    sessions,
    sign_in,
    start,
    status,
    workshop,
)
from frontend.views.door import NAME, Parts
from frontend.visitors import Visitors
from portal_backend.contract.instance import InstanceError
from portal_backend.contract.own_texts import OwnTexts
from portal_backend.contract.own_words import FOLDER
from portal_backend.contract.variables import given

_log = logging.getLogger(__name__)


class StartupError(AppImportError):  # type: ignore[misc]
    """The site cannot start; gunicorn prints the text of this kind without a traceback and gives up."""


def create_app(settings: Settings | None = None) -> Flask:
    """Return the site as a WSGI application; raises StartupError, with all that is wrong as its text."""
    try:
        return _created(settings or load(os.environ))
    except (SettingsError, InstanceError) as error:
        raise StartupError(f"The site cannot start:\n{error}") from error


def _created(settings: Settings) -> Flask:
    if settings.public_without_https:
        _log.warning("SITE_URL is %s: without https, others on the network can read visitors' cookies", settings.url)
    app = Flask("frontend", static_folder=None, template_folder=None)
    app.config.update(_config(settings))
    parts = _parts(app, settings)
    app.extensions[NAME] = parts
    app.session_interface = SiteCookies(settings.frame_cookie_name, parts.site)
    theme = settings.config / "theme"
    use_theme(app, theme)
    sign_in.guard(app)
    protect_forms(app, settings.url)
    brand = LocalProxy(lambda: branding.shown(parts.site().brand, parts.static.url, parts.sheet()))
    look = LocalProxy(lambda: parts.look.url)
    languages = Languages(app, parts.site, parts.texts, settings.https)
    speak(app, languages)
    add_globals(app, static_url=parts.static.url, brand=brand, csrf_token=token, whole_stylesheet=look)
    add_globals(app, account=LocalProxy(sign_in.account))
    for view in (catalog, workshop, start, go, embed, leaving, sessions, sign_in, announcements, badges, status):
        app.register_blueprint(view.bp)
    errors.register(app)
    pages = PublicPages(app, lambda: _revision(parts), lambda: parts.site().sign_in.shares_pages, languages.asked)
    _protect(app, parts, settings, pages)
    app.wsgi_app = pages  # type: ignore[method-assign]
    parts.static.serve(app)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    return app


def _config(settings: Settings) -> dict[str, object]:
    newest, *earlier = site_keys(settings)
    return {
        "SECRET_KEY": newest,
        "SECRET_KEY_FALLBACKS": earlier,
        "SESSION_COOKIE_NAME": settings.cookie_name,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=90),
        "TRUSTED_HOSTS": list(settings.trusted_hosts),
        "MAX_CONTENT_LENGTH": 64 * 1024,
        # Browsers under a strict referrer policy send none; the token and Sec-Fetch-Site do that work.
        "WTF_CSRF_SSL_STRICT": False,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
    }


def _parts(app: Flask, settings: Settings) -> Parts:
    source = SiteSource(settings.config / "site.yaml", settings.portal_url, settings.instance / "site-last.yaml")

    def connect(portal: Portal) -> PortalClient:
        def login() -> Login:
            return login_for(portal, settings.environ, settings.instance)

        most = of_threads(MOST_CALLS, settings.environ)
        return PortalClient(portal.name, portal.url, portal.api_url or portal.url, login, most, settings.patience)

    static = StaticFiles(settings.config / "theme", settings.instance / "static")
    uses = uses_of(settings)  # before the cache, which has no words for a Redis that cannot be used
    kept = KeptCatalogs(_cache(app, settings), settings.instance / "catalogs")
    catalogs = KnownCatalogs(kept, _now, settings.patience)
    broker = Broker(source.current, connect, catalogs, KnownSessions(_now), f"{settings.url}/")
    sheet = BrandSheet(source.current, static, settings.config / "theme").current
    key = settings.user_id_key or user_id_key(settings.instance)
    return Parts(
        site=source.current,
        texts=OwnTexts(settings.config / FOLDER),
        broker=broker,
        visitors=Visitors(source.current, settings.identity_proxies, key.encode(), _now),
        providers=Providers(
            lambda: source.current().sign_in.provider,
            settings.url,
            lambda: given(settings.environ, "SITE_OIDC_CLIENT_SECRET"),
        ),
        static=static,
        sheet=sheet,
        look=Look(static.stylesheet, sheet),
        brand_look=Look("", sheet),
        url=settings.url,
        clock=_now,
        signer=LinkSigner([app.config["SECRET_KEY"], *app.config["SECRET_KEY_FALLBACKS"]]),
        links=LinkStarts(uses, broker),
        newcomers=Newcomers(of_threads(MOST_WAITING, settings.environ)),
    )


def _cache(app: Flask, settings: Settings) -> Cache:
    config: dict[str, object] = {"CACHE_TYPE": "SimpleCache", "CACHE_SERIALIZER": JsonValues}
    if settings.cache_url:
        limits = {"socket_connect_timeout": 1, "socket_timeout": 2}
        config |= {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": settings.cache_url, "CACHE_OPTIONS": limits}
    return Cache(app, config=config | {"CACHE_KEY_PREFIX": "workshop-index:"})


def _revision(parts: Parts) -> Hashable:
    """Return what everybody's pages are made from: two that are equal make the same pages."""
    site, now = parts.site(), parts.clock()
    known = parts.broker.known()
    ages = [int((now - item.listing.fetched).total_seconds()) // 60 for item in known if item.stale and item.listing]
    return site, known, tuple(ages), due(site.announcements, now), parts.sheet(), parts.texts.revision()


def _protect(app: Flask, parts: Parts, settings: Settings, pages: PublicPages) -> None:
    @app.after_request
    def _headers(response: Response) -> Response:
        site = parts.site()
        led_to = [*(portal.url for portal in site.portals), *parts.visitors.way_out()]
        return pages.finish(protect(response, led_to, settings.https, framed_by(request.endpoint, site)))


def _now() -> datetime:
    return datetime.now(UTC)
