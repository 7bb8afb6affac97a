"""`workshop-index links sign`, `show` and `end`: what is made, what is said of it, and what stands in the way."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis
from click.testing import Result
from counted import REDIS

from frontend.generator.granting import token_in
from frontend.link_signing import LinkSigner
from frontend.link_uses import UsesInFile
from frontend.link_uses_redis import UsesInRedis
from frontend.site.signed_links import SignedLink

ROOT = Path(__file__).resolve().parents[2]
SITE = "https://labs.example.com"
KEY = "k" * 40
Run = Callable[..., Result]
DECLARES = """
apiVersion: training.educates.dev/v1beta1
kind: Workshop
metadata: {name: git-history}
spec:
  title: The history of Git
  description: Read it.
  request: {parameters: [{name: TEAM}, {name: SEED, value: "1"}]}
"""


@pytest.fixture
def words(tmp_path: Path) -> tuple[object, ...]:
    """Where the example is, with a workshop that declares two parameters and asks for one, and is hidden."""
    config = shutil.copytree(ROOT / "config", tmp_path / "config")
    shutil.rmtree(config / "workshops" / "git-history")
    (config / "workshops" / "git-history.yaml").write_text(DECLARES)
    site = (
        "catalog: {workshops: {git-history: {hidden: true, parameters: [{name: TEAM, choices: [Red, Blue]}]}}}\n"
        "portals: [{name: main, url: 'http://127.0.0.1:9'}, {name: other, url: 'http://127.0.0.1:9'}]\n"
    )
    (config / "site.yaml").write_text(site)
    return "--config", config, "--portal", config / "portal.yaml"


def signed(run: Run, words: tuple[object, ...], *more: object) -> dict[str, object]:
    """Return what `sign` tells as JSON."""
    said = run("links", "sign", "git-history", *words, *more, "--json", SITE_URL=SITE, SITE_SECRET_KEY=KEY).output
    found: dict[str, object] = json.loads(said)
    return found


def link_in(url: object) -> SignedLink:
    """Return the link that the site reads in an address."""
    found = LinkSigner([KEY]).read(token_in(str(url)))
    assert found
    return found


def test_a_link_has_everything_that_was_asked(run: Run, words: tuple[object, ...]) -> None:
    asked = ("--uses", 300, "--set", "TEAM=Red", "--set", "SEED=7", "--at", "main")
    told = signed(run, words, "--for", "8h", *asked)
    link = link_in(told["url"])
    assert str(told["url"]).startswith(f"{SITE}/go/")
    assert str(told["qr"]).startswith("<svg")
    assert (link.workshop, link.portal, link.uses, link.pinned) == (
        "git-history",
        "main",
        300,
        {"TEAM": "Red", "SEED": "7"},
    )
    assert (told["uses"], told["parameters"], told["portal"]) == (300, {"TEAM": "Red", "SEED": "7"}, "main")
    assert told["expires"] == link.ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    hours = (link.ends - datetime.now(UTC)) / timedelta(hours=1)
    assert 7.9 < hours <= 8
    assert link_in(signed(run, words, "--for", "8h")["url"]).id != link.id


def test_a_link_until_a_moment_and_without_a_limit(run: Run, words: tuple[object, ...]) -> None:
    moment = (datetime.now(UTC) + timedelta(days=30)).replace(second=0, microsecond=0)
    link = link_in(signed(run, words, "--expires", moment.strftime("%Y-%m-%dT%H:%MZ"))["url"])
    assert (link.ends, link.uses, link.portal, link.pinned) == (moment, None, "", {})


def test_lines_where_nobody_looks_and_a_qr_code_for_the_slide(run: Run, words: tuple[object, ...]) -> None:
    asked = ("--for", "2d", "--set", "TEAM=Blue", "--qr", "code.svg")
    said = run("links", "sign", "git-history", *words, *asked, SITE_URL=SITE, SITE_SECRET_KEY=KEY).output
    lines = dict(line.split("\t") for line in said.splitlines())
    assert list(lines) == ["link", "workshop", "portal", "works until", "uses", "parameter TEAM"]
    assert (lines["uses"], lines["portal"], lines["parameter TEAM"]) == ("any number", "any that offers it", "Blue")
    assert lines["link"] in Path("code.svg").read_text()


def test_the_site_that_has_the_instance_folder_reads_what_was_signed(run: Run, words: tuple[object, ...]) -> None:
    said = run("links", "sign", "git-history", *words, "--for", "8h", "--json").output
    key = Path("instance/site-secret-key").read_text().strip()
    assert LinkSigner([key]).read(token_in(json.loads(said)["url"]))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "say until when it works"),
        (("--for", "8h", "--expires", "2026-12-01"), "say until when it works"),
        (("--for", "8 hours"), "is no length of time"),
        (("--expires", "2020-01-01"), "is over already"),
        (("--for", "8h", "--set", "TEAM=Green"), "Green is not one of the choices of TEAM: Red, Blue"),
        (("--for", "8h", "--set", "SED=1"), "the Workshop has no parameter SED; did you mean SEED?"),
        (("--for", "8h", "--at", "nowhere"), "site.yaml has no portal nowhere; it has main, other"),
        (("--for", "8h", "--at", "other"), "git-history is not offered by portal other; offered: nothing"),
        (
            ("--for", "8h", "--set", f"SEED={''.join(f'{at * 7919:x}' for at in range(100))}"),
            "too long to be handed out",
        ),
        (("--for", "8h", "--qr", "no/such/folder.svg"), "No such file or directory"),
    ],
)
def test_what_stands_in_the_way_is_said(
    run: Run, words: tuple[object, ...], more: tuple[object, ...], said: str
) -> None:
    output = run("links", "sign", "git-history", *words, *more, code=1).output
    assert said in output
    assert "Traceback" not in output


def test_a_workshop_that_is_not_offered_is_not_signed(run: Run, words: tuple[object, ...]) -> None:
    output = run("links", "sign", "git-histroy", *words, "--for", "8h", code=1).output
    assert "git-histroy is not offered by any portal of this site; offered: " in output
    assert "http-exchange" in output


@pytest.mark.parametrize("kind", ["file", "redis"])
def test_a_link_is_told_of_and_ended_where_the_site_counts(run: Run, words: tuple[object, ...], kind: str) -> None:
    environ = {"SITE_SECRET_KEY": KEY}
    if kind == "redis":
        environ["SITE_CACHE_URL"] = REDIS
        with redis.Redis.from_url(REDIS, socket_connect_timeout=1) as server:
            try:
                server.ping()
            except redis.ConnectionError:
                pytest.skip("no Redis at 127.0.0.1:6379")
    url = str(signed(run, words, "--for", "8h", "--uses", "2")["url"])
    link = link_in(url)
    uses = UsesInFile(Path("instance") / "link-uses.sqlite3") if kind == "file" else UsesInRedis(REDIS)
    uses.take(link, "ann", "")
    assert "spent\t1" in run("links", "show", url, **environ).output
    for given in (url, url.removeprefix(SITE), token_in(url)):
        told = json.loads(run("links", "show", given, "--json", **environ).output)
        assert (told["spent"], told["ended"], told["uses"], told["id"]) == (1, False, 2, link.id)
    assert "is ended; it has started 1 session." in run("links", "end", url, **environ).output
    assert uses.look(link).ended
    assert "ended\tyes" in run("links", "show", url, **environ).output
    if isinstance(uses, UsesInRedis):
        uses.close()
        with redis.Redis.from_url(REDIS) as server:
            for key in server.scan_iter(f"workshop-index:link:{{{link.id}}}:*", count=1000):
                server.delete(key)


@pytest.mark.parametrize("command", ["show", "end"])
@pytest.mark.parametrize("text", ["https://labs.example.com/go/x.y/", "nothing", "https://labs.example.com/"])
def test_an_address_of_elsewhere_is_no_link_of_this_site(run: Run, command: str, text: str) -> None:
    assert "That is no link of this site." in run("links", command, text, code=1, SITE_SECRET_KEY=KEY).output


def test_without_the_redis_that_counts_nothing_is_said_to_be_ended(run: Run, words: tuple[object, ...]) -> None:
    url = signed(run, words, "--for", "8h")["url"]
    environ = {"SITE_SECRET_KEY": KEY, "SITE_CACHE_URL": "redis://127.0.0.1:1/0"}
    assert "the Redis of SITE_CACHE_URL" in run("links", "end", url, code=1, **environ).output
