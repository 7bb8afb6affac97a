"""Host names: the portal answers to its own, and makes every link from its own address."""

import pytest
from passerby import Portal
from peer import INDEX

SITE = {"PORTAL_URL": "https://labs.example.com", "PORTAL_HOSTS": "portal.internal other.internal:8080"}
PATHS = ("/", "/healthz", "/oauth2/token/", "/workshops/catalog/environments/", "/workshops/session/lab-w01-s001/")


@pytest.mark.parametrize(
    "host",
    [
        *("labs.example.com", "labs.example.com:443", "LABS.example.com", "portal.internal:8080", "other.internal"),
        *("localhost:8080", "127.0.0.1", "[::1]:8080", "labs.example.com."),
    ],
)
def test_the_portals_names_are_answered(portal: Portal, host: str) -> None:
    client = portal(**SITE).app.test_client()
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "labs.example.com.evil.example", "evil-labs.example.com", "example.com"]
)
@pytest.mark.parametrize("path", PATHS)
def test_any_other_name_is_refused(portal: Portal, path: str, host: str) -> None:
    response = portal(**SITE).app.test_client().get(path, headers={"Host": host})
    assert response.status_code == 400
    assert host not in response.get_data(as_text=True)
    assert "Location" not in response.headers


def test_links_are_made_from_the_portals_own_address(portal: Portal) -> None:
    peer = portal(**SITE)
    inner = {"Host": "portal.internal"}
    told = peer.get("/workshops/catalog/environments/", headers=inner).body["portal"]["url"]
    name = peer.get("/workshops/environment/plenty/request/", {"index_url": INDEX}, headers=inner).body["name"]
    worked_in = peer.get(f"/workshops/session/{name}/config/", headers=inner).body["url"]
    assert told == "https://labs.example.com"
    assert worked_in.startswith("https://labs.example.com/")


def test_an_address_of_numbers_is_a_name_too(portal: Portal) -> None:
    client = portal(PORTAL_URL="http://[2001:db8::7]:8080").app.test_client()
    assert client.get("/healthz", headers={"Host": "[2001:db8::7]:8080"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "[2001:db8::8]:8080"}).status_code == 400


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_a_forwarded_name_must_be_the_portals_too(portal: Portal, proxies: str) -> None:
    client = portal(**SITE, PORTAL_PROXIES=proxies).app.test_client()
    answer = client.get("/healthz", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == (400 if proxies == "1" else 200)
