"""Which machines events may be posted to: public ones, however their address is written, and what the owner names."""

from ipaddress import ip_address, ip_network

import pytest

from portal_backend.services.delivery_reach import Place, Reach, TargetRefused, is_public, resolve

BARRED = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.9.8.7",
    "this network": "0.0.0.0",
    "private a": "10.1.2.3",
    "private b": "172.16.0.1",
    "private b, its end": "172.31.255.255",
    "private c": "192.168.1.1",
    "link-local": "169.254.1.1",
    "metadata of the clouds": "169.254.169.254",
    "metadata of another": "100.100.100.200",
    "carrier-grade NAT": "100.64.0.1",
    "wire server": "168.63.129.16",
    "documentation": "192.0.2.1",
    "benchmarking": "198.18.0.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "loopback, 6": "::1",
    "unspecified, 6": "::",
    "link-local, 6": "fe80::1",
    "link-local with a zone": "fe80::1%2",
    "unique local": "fd12:3456::1",
    "metadata, 6": "fd00:ec2::254",
    "site-local": "fec0::1",
    "multicast, 6": "ff02::1",
    "documentation, 6": "2001:db8::1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped metadata": "::ffff:169.254.169.254",
    "mapped private, in hexadecimal": "::ffff:a00:1",
    "compatible loopback": "::127.0.0.1",
    "6to4 of a private address": "2002:a00:1::1",
    "6to4 of loopback": "2002:7f00:1::",
    "NAT64 of a private address": "64:ff9b::10.0.0.1",
    "NAT64 of metadata": "64:ff9b::a9fe:a9fe",
    "Teredo of loopback": "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "local NAT64": "64:ff9b:1::1",
    "discard": "100::1",
}
PUBLIC = {
    "4": "93.184.215.14",
    "6": "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "NAT64 of a public address": "64:ff9b::5db8:d70e",
    "mapped": "::ffff:93.184.215.14",
}


@pytest.mark.parametrize("address", BARRED.values(), ids=BARRED.keys())
def test_an_address_of_ones_own_surroundings_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(TargetRefused, match="PORTAL_WEBHOOK_PRIVATE"):
        Reach(resolve=lambda host, port: [address]).place("https://hooks.example.test")


@pytest.mark.parametrize("address", PUBLIC.values(), ids=PUBLIC.keys())
def test_an_address_of_the_public_network_is_reached(address: str) -> None:
    found = Reach(resolve=lambda host, port: [address]).place("https://hooks.example.test")
    assert found == Place("https", "hooks.example.test", 443, str(ip_address(address)))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
    ],
)
def test_a_number_that_is_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(TargetRefused, match="not public"):
        Reach().place(f"http://{host}:8080")


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(TargetRefused):
        Reach(resolve=lambda host, port: ["93.184.215.14", "10.0.0.1"]).place("https://hooks.example.test")


@pytest.mark.parametrize(
    ("network", "address", "reached"),
    [
        pytest.param("10.0.0.0/8", "10.200.0.1", True, id="named"),
        pytest.param("10.0.0.0/8", "192.168.0.1", False, id="another one"),
        pytest.param("127.0.0.1/32", "127.0.0.2", False, id="its neighbour"),
        pytest.param("127.0.0.1/32", "::ffff:127.0.0.1", True, id="named, wrapped"),
        pytest.param("fd00::/8", "fd00::9", True, id="named, 6"),
    ],
)
def test_a_private_network_the_owner_names_is_reached(network: str, address: str, reached: bool) -> None:
    reach = Reach((ip_network(network),), lambda host, port: [address])
    assert reach.allows(ip_address(address)) is reached


@pytest.mark.parametrize("origin", ["ftp://hooks.example.test", "file://", "gopher://127.0.0.1", "https://", "//x"])
def test_only_http_and_https_are_posted_to(origin: str) -> None:
    with pytest.raises(TargetRefused, match="http or https"):
        Reach(resolve=lambda host, port: ["93.184.215.14"]).place(origin)


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a" * 70 + ".invalid"], ids=["unknown", "impossible"])
def test_a_name_without_an_address_is_refused(host: str) -> None:
    with pytest.raises(TargetRefused, match="cannot be resolved"):
        resolve(host, 443)
    with pytest.raises(TargetRefused, match="no address"):
        Reach(resolve=lambda host, port: []).place(f"https://{host}")


def test_a_default_port_is_that_of_the_scheme() -> None:
    reach = Reach(resolve=lambda host, port: ["93.184.215.14"])
    assert (reach.place("http://a.test").port, reach.place("https://a.test:8443").port) == (80, 8443)
