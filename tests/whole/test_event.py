"""An event at the running programs: a link made by the command, two workers of the site, and more people than uses."""

import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests
from bs4 import BeautifulSoup
from programs import House

from frontend import serve

pytestmark = pytest.mark.whole
PEOPLE, USES = 12, 4


def links(house: House, *words: str) -> dict[str, object]:
    """Return what a command of signed links tells as JSON, run where the site runs."""
    command = serve.python("frontend.cli", "links", *words, "--json")
    done = subprocess.run(command, env=dict(house.plan.environ), capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_link_made_by_the_command_starts_so_many_sessions_and_no_more(house: House) -> None:
    url = str(links(house, "sign", "plenty", "--for", "1h", "--uses", str(USES))["url"])
    assert url.startswith(f"{house.site}/go/")
    assert len(house.workers("web")) == 2
    together = Barrier(PEOPLE)

    def press(_: int) -> str:
        with requests.Session() as browser:
            page = BeautifulSoup(browser.get(url, timeout=60).text, "html.parser")
            token = page.select_one("form.form input[name=csrf_token]")["value"]
            together.wait(60)
            twice = [
                browser.post(
                    url,
                    data={"csrf_token": token},
                    headers={"Sec-Fetch-Site": "same-origin"},
                    allow_redirects=False,
                    timeout=60,
                )
                for _ in range(2)
            ]
            assert len({answer.headers.get("Location", "").partition("?")[0] for answer in twice}) == 1
            return twice[0].headers.get("Location", "").partition("?")[0] if twice[0].status_code == 303 else "refused"

    with ThreadPoolExecutor(PEOPLE) as pool:
        found = Counter(pool.map(press, range(PEOPLE)))
    assert found.pop("refused") == PEOPLE - USES
    assert list(found.values()) == [1] * USES
    told = links(house, "show", url)
    assert (told["spent"], told["uses"], told["ended"]) == (USES, USES, False)
