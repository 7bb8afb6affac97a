"""The environment as settings: what holds when nothing is said, what is refused, and that all of it is told."""

import sys
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from portal_backend.services.allocation import UnknownUsers
from portal_backend.settings import CreateMode, SettingsError, load
from portal_backend.variables import CREDENTIALS, VARIABLES

KEY = "k" * 32


def test_without_a_word_it_runs_on_this_machine_only() -> None:
    settings = load({})
    assert (settings.host, settings.port, settings.loopback) == ("127.0.0.1", 8080, True)
    assert (settings.url, settings.site_url, settings.https) == (
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8000",
        False,
    )
    assert settings.instance == Path("instance").absolute()
    assert settings.config_file == Path("config/portal.yaml").absolute()
    assert settings.workshops_dir == Path("config/workshops").absolute()
    assert settings.database_url == f"sqlite:///{Path('instance/portal.sqlite3').absolute()}"
    assert (settings.unknown_users, settings.create_mode) == (UnknownUsers.REISSUE, CreateMode.DIRECT)
    assert (settings.proxies, settings.start_delay, settings.index_origins) == (0, timedelta(0), ())
    assert (settings.secret_key, dict(settings.credentials)) == (None, {})


@pytest.mark.parametrize(
    ("environ", "field", "value"),
    [
        ({"PORTAL_PORT": "9000"}, "url", "http://127.0.0.1:9000"),
        ({"PORTAL_HOST": "0.0.0.0"}, "url", "http://127.0.0.1:8080"),
        ({"PORTAL_HOST": "::"}, "url", "http://[::1]:8080"),
        ({"PORTAL_HOST": "[::1]"}, "url", "http://[::1]:8080"),
        ({"PORTAL_HOST": "[::1]"}, "loopback", True),
        ({"PORTAL_HOST": "0.0.0.0"}, "loopback", False),
        ({"PORTAL_URL": "https://Labs.example.com:443/"}, "url", "https://labs.example.com"),
        ({"PORTAL_URL": "https://labs.example.com"}, "https", True),
        ({"SITE_HOST": "localhost", "SITE_PORT": "1"}, "site_url", "http://localhost:1"),
        ({"SITE_URL": "https://www.example.com/labs/"}, "site_url", "https://www.example.com/labs"),
        ({"WORKSHOP_INDEX_CONFIG": "/srv/own"}, "config_file", Path("/srv/own/portal.yaml")),
        ({"PORTAL_CONFIG_FILE": "/x/p.yaml"}, "config_file", Path("/x/p.yaml")),
        ({"PORTAL_WORKSHOPS_DIR": "/x"}, "workshops_dir", Path("/x")),
        ({"WORKSHOP_INDEX_INSTANCE": "/i"}, "database_url", "sqlite:////i/portal.sqlite3"),
        ({"PORTAL_UNKNOWN_USERS": "Adopt"}, "unknown_users", UnknownUsers.ADOPT),
        ({"PORTAL_CREATE_MODE": "confirm"}, "create_mode", CreateMode.CONFIRM),
        ({"PORTAL_INDEX_ORIGINS": "https://A.example/x  http://b.example:81"}, "index_origins",
         ("https://a.example", "http://b.example:81")),
        ({}, "stylesheet", "http://127.0.0.1:8000/brand.css"),
        ({"PORTAL_HOST": "0.0.0.0"}, "stylesheet", ""),
        ({"PORTAL_HOST": "0.0.0.0", "SITE_URL": "https://i.example/labs"}, "stylesheet", "https://i.example/labs/brand.css"),
        ({"PORTAL_STYLESHEET": "https://cdn.example/look.css"}, "stylesheet", "https://cdn.example/look.css"),
        ({"PORTAL_START_DELAY": "3"}, "start_delay", timedelta(seconds=3)),
        ({"PORTAL_SECRET_KEY_FALLBACKS": f"{KEY} {KEY}"}, "secret_key_fallbacks", (KEY, KEY)),
        ({"PORTAL_ROBOT_PASSWORD_FALLBACKS": " a  b "}, "robot_password_fallbacks", ("a", "b")),
        ({"PORTAL_ROBOT_CLIENT_SECRET_FALLBACKS": "a"}, "robot_client_secret_fallbacks", ("a",)),
        ({"PORTAL_ADMIN_NETWORKS": "10.0.0.0/8 ::1"}, "admin_networks", (ip_network("10.0.0.0/8"), ip_network("::1"))),
        ({"PORTAL_ROBOT_PASSWORD": "x", "PORTAL_ADMIN_PASSWORD": ""}, "credentials", {"PORTAL_ROBOT_PASSWORD": "x"}),
    ],
)  # fmt: skip
def test_what_a_variable_says(environ: dict[str, str], field: str, value: object) -> None:
    assert getattr(load(environ), field) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("PORTAL_PORT", bad) for bad in ("x", "-1", "65536", "1e3", "٣", "9" * 5000)),
        *(
            ("PORTAL_URL", bad)
            for bad in ("labs.example.com", "ftp://x", "https://x/path", "https://x?y", "https://u@x")
        ),
        *(("SITE_URL", bad) for bad in ("javascript:x", "https://x#y")),
        *(("PORTAL_DATABASE_URL", bad) for bad in ("mysql://x/y", "nonsense", "sqlite", "postgresql://h:port/x")),
        *(
            ("PORTAL_LIMITS_URL", bad)
            for bad in ("memcached://x", "redis://:pa/ss@h/0", "redis://h/0?socket_timeout=x")
        ),
        ("PORTAL_SECRET_KEY", "short"),
        ("PORTAL_UNKNOWN_USERS", "maybe"),
        ("PORTAL_ADMIN_NETWORKS", "10.0.0.0/8 home"),
        ("PORTAL_CREATE_MODE", "never"),
        ("PORTAL_INDEX_ORIGINS", "https://a.example javascript:x"),
        ("PORTAL_START_DELAY", "1.5"),
        ("PORTAL_PROXIES", "11"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({name: value})


def test_a_redis_without_its_extra_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(SettingsError, match="PORTAL_LIMITS_URL needs the extra"):
        load({"PORTAL_LIMITS_URL": "redis://127.0.0.1:1/0"})


def test_everything_that_is_wrong_is_told_at_once_and_no_secret_with_it() -> None:
    wrong = {"PORTAL_PORT": "x", "PORTAL_SECRET_KEY": "hunter2", "PORTAL_DATABASE_URL": "mysql://u:hunter2@h/d"}
    with pytest.raises(SettingsError) as refused:
        load(wrong)
    told = str(refused.value)
    assert [line.split()[0] for line in told.splitlines()] == [
        "PORTAL_PORT",
        "PORTAL_DATABASE_URL",
        "PORTAL_SECRET_KEY",
    ]
    assert "hunter2" not in told


@pytest.mark.parametrize("name", [each.name for each in VARIABLES if each.file])
def test_a_secret_may_come_from_a_private_file(tmp_path: Path, name: str) -> None:
    file, value = tmp_path / "secret", f"redis://{KEY}" if name == "PORTAL_LIMITS_URL" else f"sqlite:////{KEY}"
    file.write_text(f"{value}\n")
    file.chmod(0o600)
    assert load({f"{name}_FILE": str(file)}) == load({name: value})
    file.chmod(0o640)
    with pytest.raises(SettingsError, match=f"{name}_FILE names .* chmod 600"):
        load({f"{name}_FILE": str(file)})
    with pytest.raises(SettingsError, match=f"{name}_FILE names .*no such file"):
        load({f"{name}_FILE": str(tmp_path / "nothing")})
    with pytest.raises(SettingsError, match=f"{name} and {name}_FILE are both set"):
        load({name: value, f"{name}_FILE": str(file)})


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    secrets = {name: f"hidden-{name}" for name in CREDENTIALS}
    settings = load({**secrets, "PORTAL_SECRET_KEY": f"hidden-{KEY}", "PORTAL_DATABASE_URL": "sqlite:///hidden-"})
    assert "hidden-" not in repr(settings)


def test_every_variable_says_what_it_is_for() -> None:
    assert len({each.name for each in VARIABLES}) == len(VARIABLES)
    assert [each.name for each in VARIABLES if not each.help.endswith(".")] == []
    assert len(CREDENTIALS) == 6
