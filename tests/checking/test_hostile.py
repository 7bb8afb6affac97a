"""Files written to break a reader, in each place an owner has: a report comes in time and takes little memory."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from promptness import done_within

from frontend.checking.running import check
from frontend.checking.texts import summary
from portal_backend.contract.checking import Task

SECONDS = 2
MEGABYTES = 400
PLACES = ("site.yaml", "portal.yaml", "workshops/w.yaml", "workshops/git-history/workshop/content/06-summary.md")
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
HOSTILE = {
    "aliases that expand": BOMB,
    "merges that expand": "a: &a {" + ",".join(f"k{n}: 1" for n in range(3000)) + "}\nb: {<<: [" + "*a," * 900 + "]}\n",
    "an alias of itself": "a: &a [*a]\nb: &b {c: *b}\n",
    "a huge number": "brand: {name: " + "9" * 500_000 + "}\ncatalog: {workshops: {a: {order: " + "9" * 5000 + "}}}",
    "a number with a huge exponent": "brand: {name: 1e999999999}\ncatalog: {workshops: {a: {order: 1e99}}}\n",
    "deep brackets": "[" * 100_000,
    "deep braces": "{a: " * 50_000,
    "deep lists": "- " * 100_000,
    "deep keys": "".join(" " * n + "a:\n" for n in range(700)),
    "keys that are mappings": "? {a: 1}\n: b\n? [c]\n: d\n",
    "many unknown keys": "brand:\n" + "".join(f"  k{n}: 1\n" for n in range(30_000)),
    "many equal keys": "brand:\n" + "  name: 1\n" * 30_000,
    "many wrong values": "catalog:\n  workshops:\n" + "".join(f"    k{n}: 1\n" for n in range(30_000)),
    "one long line": "brand: {name: '" + "a" * 900_000 + "'}",
    "one long key": "b" * 900_000 + ": 1",
    "too large": "a" * 3_000_000,
    "tabs": "brand:\n\tname: a\n\t\ttagline: b\n",
    "line ends of another system": "brand:\r\n  nam: a\r\n  logo: b\r\n",
    "line ends of an old system": "brand:\r  nam: a\r  logo: b\r",
    "tags": "a: !!python/object/apply:os.system [ls]\nb: !x c\nc: !!binary aGk=\n",
    "a directive": "%YAML 9.9\n%TAG ! x:\n---\na: 1\n",
    "many documents": "---\na: 1\n" * 5000,
    "quotes that never close": "brand: {name: '" + "{{" * 100_000,
    "many links": "[a](b.md) " * 8_000,
    "many open brackets of links": "[a](" * 8_000,
    "many quotes": "> " * 20_000 + "a",
    "an unfinished head": "---\n" + "title: a\n" * 20_000,
    "an expanding head": "---\n" + BOMB + "---\ntext\n",
}
ENCODED = {
    "a byte order mark": b"\xef\xbb\xbfbrand: {nam: a}\n",
    "UTF-16": "brand: {nam: ä}\n".encode("utf-16"),
    "UTF-32": "brand: {nam: ä}\n".encode("utf-32"),
    "Latin-1": "brand: {name: Schöne Kurse}\n".encode("latin-1"),
    "half a character": b"brand: {name: \xf0\x9f\x98",
    "a zero byte": b"brand: {name: a\x00b}\n",
    "a program": bytes(range(256)) * 400,
}
CASES = {**{name: text.encode() for name, text in HOSTILE.items()}, **ENCODED}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_is_reported_in_time(config: Path, name: str, place: str) -> None:
    (config / place).write_bytes(CASES[name])
    assert done_within(SECONDS, lambda: check(Task(config)))
    report = check(Task(config))
    assert summary(report)
    assert len(report.found) < 1000
    if place.endswith(".yaml") and "workshops" not in place:
        assert report.found


def test_hostile_files_take_little_memory(config: Path) -> None:
    worst = ("aliases that expand", "merges that expand", "many wrong values", "one long line")
    for place, name in zip(PLACES, worst, strict=True):
        (config / place).write_bytes(CASES[name])
    for name, data in CASES.items():
        (config / "workshops" / f"{name.replace(' ', '-')}.yaml").write_bytes(data)

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (MEGABYTES << 20, MEGABYTES << 20))

    command = [sys.executable, "-P", "-m", "frontend.cli", "check", "--config", str(config), "--format", "json"]
    said = subprocess.run(command, capture_output=True, preexec_fn=bound, check=False, timeout=120)
    assert said.stderr == b""
    assert said.returncode == 1


def test_the_lines_of_equal_keys_are_both_told(config: Path, told: Callable[..., list[str]]) -> None:
    (config / "site.yaml").write_text("brand:\n  name: a\n  tagline: b\n  name: c\n")
    (config / "portal.yaml").write_text("kind: TrainingPortal\nkind: TrainingPortal\n")
    assert [each.partition(" (")[0] for each in told()] == [
        "config/portal.yaml:2:1 error the key 'kind' is there twice, the first time in line 1",
        "config/site.yaml:4:3 error the key 'name' is there twice, the first time in line 2",
    ]
