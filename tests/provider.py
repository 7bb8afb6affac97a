"""Runs a real OpenID Connect provider beside the tests: npm's certified `oidc-provider`, kept in a cache folder."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup
from node_packages import package
from programs import answers, free_ports, until

# The last line of versions that runs on every Node from 18 on.
PACKAGE = "oidc-provider@8.8.1"
SCRIPT = Path(__file__).with_suffix(".mjs")
CLIENT_ID, SECRET = "workshops", "a secret of the tests"


class Provider:
    """The provider on a port of its own; it may be stopped and started again."""

    def __init__(self, log: Path) -> None:
        """Plan it; nothing starts yet."""
        self._package = package(PACKAGE)
        self._log = log
        self._running: subprocess.Popen[bytes] | None = None
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.site = ""

    def start(self, site: str = "") -> "Provider":
        """Start it for the site at this address, and return once it answers."""
        self.site = site or self.site
        with self._log.open("ab") as log:
            command = ["node", str(SCRIPT), str(self._package), str(self.port), self.site]
            self._running = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        until(self._ready, 60)
        return self

    def _ready(self) -> bool:
        assert self._running, "not started"
        assert self._running.poll() is None, self._log.read_text(errors="replace")
        return answers(self.port, "/.well-known/openid-configuration")

    def stop(self) -> None:
        """End it."""
        if self._running is not None:
            self._running.terminate()
            self._running.wait(20)
            self._running = None


@contextmanager
def running(log: Path, site: str = "http://localhost") -> Iterator[Provider]:
    """Run a provider until the end of the block."""
    provider = Provider(log)
    try:
        yield provider.start(site)
    finally:
        provider.stop()


class Person:
    """Somebody at the provider, with a browser without scripts; stays signed in there."""

    def __init__(self, name: str) -> None:
        """Begin signed out."""
        self.name = name
        self.http = requests.Session()

    def sign_in(self, url: str, back: str) -> str:
        """Go through the provider's pages from `url`; return the address it leads back to, which begins with `back`."""
        answer = self.http.get(url, allow_redirects=False, timeout=20)
        for _ in range(20):
            if answer.is_redirect:
                to = urljoin(answer.url, answer.headers["Location"])
                if to.startswith(back):
                    return to
                answer = self.http.get(to, allow_redirects=False, timeout=20)
                continue
            answer = self._answered(answer)
        raise AssertionError(f"the provider never led back: {answer.url}")

    def _answered(self, page: requests.Response) -> requests.Response:
        """Fill in the form of the page, and send it."""
        form = BeautifulSoup(page.text, "html.parser").select_one("form")
        assert form, page.text
        fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")}
        fields |= {name: self.name for name in ("login", "password") if name in fields}
        return self.http.post(urljoin(page.url, str(form["action"])), data=fields, allow_redirects=False, timeout=20)
