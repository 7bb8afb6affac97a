"""The environment is read whole: what is not fit is told by the variable's name, all at once."""

import sys
from pathlib import Path

import pytest

from frontend.app import StartupError, create_app
from frontend.cookie_keys import cookie_keys
from frontend.logins import login_for
from frontend.portal_client import Login, PortalMisconfigured
from frontend.settings import VARIABLES, Settings, SettingsError, load
from frontend.site.model import Portal
from portal_backend.contract.instance import InstanceError
from portal_backend.contract.packaged import packaged

KEY = "k" * 32
PARTS = ("USERNAME", "PASSWORD", "CLIENT_ID", "CLIENT_SECRET")


def test_without_variables_everything_has_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = load({})
    assert (found.host, found.port, found.url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (found.portal_url, found.proxies, found.cache_url) == ("http://127.0.0.1:8080", 0, None)
    assert (found.instance, found.config) == (tmp_path / "instance", packaged("config"))


@pytest.mark.parametrize(
    ("variables", "field", "value"),
    [
        ({"SITE_PORT": "9000"}, "url", "http://127.0.0.1:9000"),
        ({"SITE_HOST": "0.0.0.0"}, "url", "http://127.0.0.1:8000"),
        ({"SITE_HOST": "::"}, "url", "http://[::1]:8000"),
        ({"SITE_HOST": "10.0.0.5"}, "url", "http://10.0.0.5:8000"),
        ({"SITE_URL": "https://Labs.example.com/"}, "url", "https://labs.example.com"),
        ({"PORTAL_PORT": "9090"}, "portal_url", "http://127.0.0.1:9090"),
        ({"PORTAL_URL": "https://portal.example.com"}, "portal_url", "https://portal.example.com"),
        ({"SITE_SECRET_KEY": KEY, "SITE_SECRET_KEY_FALLBACKS": "a b"}, "secret_keys", (KEY, "a", "b")),
        ({"SITE_CACHE_URL": "redis://cache:6379/1"}, "cache_url", "redis://cache:6379/1"),
        ({"SITE_PROXIES": "2"}, "proxies", 2),
        ({"SITE_PATIENCE": "250"}, "patience", 0.25),
        ({"SITE_PORT": " "}, "port", 8000),
    ],
)
def test_a_variable_counts(variables: dict[str, str], field: str, value: object) -> None:
    assert getattr(load(variables), field) == value


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"SITE_PORT": "http"}, "SITE_PORT is 'http'"),
        ({"SITE_PORT": "0"}, "from 1 to 65535"),
        ({"SITE_PORT": "65536"}, "SITE_PORT is '65536'"),
        ({"SITE_PORT": "²"}, "SITE_PORT is '²'"),
        ({"SITE_PROXIES": "-1"}, "SITE_PROXIES is '-1'"),
        ({"SITE_PATIENCE": "0"}, "SITE_PATIENCE is '0'"),
        ({"SITE_URL": "labs.example.com"}, "SITE_URL is 'labs.example.com'"),
        ({"SITE_URL": "https://example.com/labs"}, "an address without a path"),
        ({"SITE_URL": "https://me:pw@example.com"}, "SITE_URL is"),
        ({"PORTAL_URL": "ftp://example.com"}, "PORTAL_URL is"),
        ({"SITE_CACHE_URL": "memcached://x"}, "SITE_CACHE_URL is no address of a Redis"),
        ({"SITE_SECRET_KEY": "short"}, "SITE_SECRET_KEY is shorter than 32"),
        ({"SITE_SECRET_KEY_FALLBACKS": "x"}, "without SITE_SECRET_KEY"),
        ({"SITE_SECRET_KEY_FILE": "/nowhere/key"}, "SITE_SECRET_KEY_FILE names /nowhere/key, which cannot be read"),
        ({"SITE_SECRET_KEY": KEY, "SITE_SECRET_KEY_FILE": "/x"}, "are both set"),
        ({"SITE_OIDC_CLIENT_SECRET_FILE": "/nowhere/secret"}, "SITE_OIDC_CLIENT_SECRET_FILE names /nowhere/secret"),
        ({"WORKSHOP_INDEX_CONFIG": "/nowhere"}, "WORKSHOP_INDEX_CONFIG names /nowhere"),
    ],
)
def test_what_is_not_fit_is_told_by_its_name(variables: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(variables)
    assert told in str(error.value)
    assert str(error.value).count("\n") == 0


@pytest.mark.parametrize("url", ["redis://:tell-tale/@host/0", "redis://host/0?socket_timeout=tell-tale"])
def test_an_address_no_redis_can_be_reached_at_stops_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="SITE_CACHE_URL is no address of a Redis") as stopped:
        create_app(load({"WORKSHOP_INDEX_INSTANCE": str(tmp_path), "SITE_CACHE_URL": url}))
    assert "tell-tale" not in str(stopped.value)


def test_a_redis_without_its_extra_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    monkeypatch.delitem(sys.modules, "frontend.link_uses_redis", raising=False)
    with pytest.raises(StartupError, match="pip install"):
        create_app(load({"WORKSHOP_INDEX_INSTANCE": str(tmp_path), "SITE_CACHE_URL": "redis://127.0.0.1:1/0"}))


def test_everything_that_is_not_fit_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        load({"SITE_PORT": "x", "SITE_URL": "x", "SITE_SECRET_KEY": "x"})
    assert len(str(error.value).splitlines()) == 3


def test_no_secret_is_shown() -> None:
    found = load(
        {"SITE_SECRET_KEY": KEY, "SITE_CACHE_URL": "redis://:tell-tale@x", "PORTAL_ROBOT_PASSWORD": "tell-tale"}
    )
    assert KEY not in repr(found)
    assert "tell-tale" not in repr(found)


def test_every_variable_says_what_it_is_for() -> None:
    assert len({variable.name for variable in VARIABLES}) == len(VARIABLES)
    assert all(variable.help.endswith(".") for variable in VARIABLES)


@pytest.mark.parametrize(
    ("url", "name", "risky"),
    [
        ("http://127.0.0.1:8000", "workshop-index", False),
        ("http://labs.lan", "workshop-index", True),
        ("https://labs.example.com", "__Host-workshop-index", False),
    ],
)
def test_the_public_address_decides_on_the_cookie(url: str, name: str, risky: bool) -> None:
    found = load({"SITE_URL": url})
    assert (found.cookie_name, found.public_without_https) == (name, risky)


@pytest.mark.parametrize(("mode", "fit"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)])
def test_a_secret_file_is_its_owners_alone(mode: int, fit: bool, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    path.chmod(mode)
    if fit:
        assert load({"SITE_SECRET_KEY_FILE": str(path)}).secret_keys == (KEY,)
        return
    with pytest.raises(SettingsError, match=f"run: chmod 600 {path}"):
        load({"SITE_SECRET_KEY_FILE": str(path)})


def test_a_key_is_made_once_and_kept_privately(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    first = cookie_keys(folder)
    assert cookie_keys(folder) == first
    assert (folder / "site-secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["site-secret-key"]


@pytest.mark.parametrize("text", ["", "short\n", f"{KEY}\nshort\n"])
def test_a_key_file_without_a_usable_key_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "site-secret-key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(InstanceError, match="holds no usable key"):
        cookie_keys(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InstanceError, match="set WORKSHOP_INDEX_INSTANCE to another folder"):
        cookie_keys(tmp_path / "taken" / "instance")


@pytest.mark.parametrize(
    ("variables", "told"),
    [({"SITE_PORT": "x"}, "SITE_PORT"), ({}, "site.yaml:1:1: error: brnad is not a key of site.yaml")],
    ids=["a variable", "the configuration"],
)
def test_a_site_that_cannot_start_says_why(
    variables: dict[str, str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site.yaml").write_text("brnad: {}\n")
    chosen = {"WORKSHOP_INDEX_CONFIG": str(tmp_path), "WORKSHOP_INDEX_INSTANCE": str(tmp_path / "i"), **variables}
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StartupError) as error:
        create_app()
    assert told in str(error.value)


def given(prefix: str, value: str) -> dict[str, str]:
    """Return the variables of a login."""
    return {f"{prefix}_ROBOT_{part}": f"{value}-{part}" for part in PARTS}


def kept(folder: Path, text: str, mode: int = 0o600) -> None:
    """Leave a file with the portal's credentials."""
    path = folder / "portal-credentials.json"
    path.write_text(text)
    path.chmod(mode)


MAIN = Portal(name="main", url="http://a")
EAST = Portal(name="east", url="http://b", credentials="EAST")


@pytest.mark.parametrize(
    ("portal", "environ", "expected"),
    [
        (MAIN, {}, "f f f f"),
        (MAIN, given("PORTAL", "e"), "e-USERNAME e-PASSWORD e-CLIENT_ID e-CLIENT_SECRET"),
        (MAIN, {"PORTAL_ROBOT_PASSWORD": "e"}, "f e f f"),
        (EAST, given("EAST", "e"), "e-USERNAME e-PASSWORD e-CLIENT_ID e-CLIENT_SECRET"),
    ],
    ids=["from the file", "from the environment", "from both", "of another portal"],
)
def test_a_login_comes_from_the_environment_then_the_instance(
    portal: Portal, environ: dict[str, str], expected: str, tmp_path: Path
) -> None:
    kept(
        tmp_path,
        '{"PORTAL_ROBOT_USERNAME": "f", "PORTAL_ROBOT_PASSWORD": "f", '
        '"PORTAL_ROBOT_CLIENT_ID": "f", "PORTAL_ROBOT_CLIENT_SECRET": "f", "PORTAL_ADMIN_PASSWORD": 5}',
    )
    assert login_for(portal, environ, tmp_path) == Login(*expected.split())


@pytest.mark.parametrize(
    ("portal", "text", "mode", "told"),
    [
        (MAIN, None, 0o600, "set PORTAL_ROBOT_USERNAME, PORTAL_ROBOT_PASSWORD"),
        (MAIN, "[]", 0o600, "set PORTAL_ROBOT_USERNAME"),
        (MAIN, "{", 0o600, "portal-credentials.json"),
        (MAIN, "{}", 0o644, "chmod 600"),
        (EAST, "{}", 0o600, "set EAST_ROBOT_USERNAME"),
    ],
    ids=["no file", "a list", "broken", "open to others", "another portal"],
)
def test_a_login_that_is_missing_is_told(
    portal: Portal, text: str | None, mode: int, told: str, tmp_path: Path
) -> None:
    if text is not None:
        kept(tmp_path, text, mode)
    with pytest.raises(PortalMisconfigured, match=told):
        login_for(portal, {}, tmp_path)


def test_a_site_may_be_made_without_the_environment(tmp_path: Path) -> None:
    chosen = Settings(tmp_path / "i", tmp_path, "127.0.0.1", 8000, "http://127.0.0.1:8000", "http://127.0.0.1:9")
    assert create_app(chosen).test_client().get("/healthz").json == {"status": "alive"}
