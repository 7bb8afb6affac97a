"""`workshop-index serve`: what it looks for first, what it says, and that it leaves nothing behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from programs import answers, free_ports, own_environment, until

from frontend import serve
from frontend.preflight import Address, CannotServe, check_portal, check_ports
from frontend.supervisor import Ended, Interrupted, Supervisor

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def serving(folder: Path, *arguments: str, **chosen: object) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder` to its end and return what it said."""
    command = serve.python("frontend.cli", "serve", *arguments)
    return subprocess.run(
        command, cwd=folder, env=own_environment(**chosen), capture_output=True, text=True, check=False, timeout=90
    )


def refused(said: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence the command refused with."""
    assert said.returncode != 0
    assert "Traceback" not in said.stderr + said.stdout
    (line,) = [line for line in said.stderr.splitlines() if line]
    assert line.startswith("Error: ")
    return line


def test_a_taken_port_is_named(taken: int, tmp_path: Path) -> None:
    assert re.search(rf"Port {taken} .* index .* SITE_PORT", refused(serving(tmp_path, "--port", str(taken))))


def test_the_portals_taken_port_is_named(taken: int, tmp_path: Path) -> None:
    (free,) = free_ports(1)
    said = serving(tmp_path, "--port", str(free), "--portal-port", str(taken))
    assert re.search(rf"Port {taken} .* portal .* PORTAL_PORT", refused(said))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refused(serving(tmp_path, WORKSHOP_INDEX_INSTANCE=tmp_path / "file" / "instance"))
    assert "file/instance cannot be written" in said
    assert "WORKSHOP_INDEX_INSTANCE" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir(mode=0o500)
    assert "cannot be written" in refused(serving(tmp_path))


@pytest.mark.parametrize("name", ["portal-credentials.json", "portal-secret-key", "site-secret-key"])
def test_a_secret_that_others_may_read_is_named_once(name: str, tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / name).touch(0o644)
    said = refused(serving(tmp_path))
    assert f"A secret is in {tmp_path}/instance/{name}, which others than its owner may read" in said
    assert "chmod 600" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_a_store_of_another_user_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "portal.sqlite3").touch(0)
    assert "portal.sqlite3 is another user's" in refused(serving(tmp_path))


@pytest.mark.parametrize(
    ("name", "value"),
    [("SITE_PORT", "http"), ("PORTAL_PORT", "65536"), ("PORTAL_PORT", "-1"), ("SITE_PORT", "²")],
    ids=["a word", "too high", "negative", "not a digit people type"],
)
def test_a_port_that_is_no_port_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match=name):
        serve.plan({}, {name: value, "WORKSHOP_INDEX_INSTANCE": str(tmp_path)})


def address(prefix: str, port: int, host: str = "127.0.0.1") -> Address:
    """Return an address of the kind `serve` checks."""
    return Address("index", prefix, host, port, f"http://{host}:{port}")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_one_port_for_both_is_refused(host: str) -> None:
    (port,) = free_ports(1)
    with pytest.raises(CannotServe, match="both want port"):
        check_ports([address("SITE", port, host), address("PORTAL", port)])


def test_one_port_at_two_addresses_is_none_for_both() -> None:
    (port,) = free_ports(1)
    check_ports([address("SITE", port, "127.0.0.2"), address("PORTAL", port)])


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"], ids=["unknown", "another machine's"])
def test_a_host_that_is_not_here_is_named(host: str) -> None:
    with pytest.raises(CannotServe, match="SITE_HOST"):
        check_ports([address("SITE", free_ports(1)[0], host)])


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise SystemExit('Error: portal.yaml:1:1: wrong')", "portal.yaml:1:1: wrong"),
        ("1 / 0", "did not come to its end.*ZeroDivisionError"),
        ("raise SystemExit(3)", "did not come to its end.*exit code 3"),
    ],
    ids=["a problem", "a fault of its own", "no word"],
)
def test_what_the_portals_check_finds_is_passed_on(program: str, said: str) -> None:
    with pytest.raises(CannotServe, match=said):
        check_portal([sys.executable, "-c", program], {})


def test_port_0_is_refused() -> None:
    with pytest.raises(CannotServe, match="SITE_PORT"):
        check_ports([address("SITE", 0)])


def test_a_missing_config_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="nowhere"):
        serve.plan({}, {"WORKSHOP_INDEX_CONFIG": str(tmp_path / "nowhere")})


def test_the_working_folders_config_comes_before_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert serve.plan({}, {}).config == ROOT / "config"
    (tmp_path / "config").mkdir()
    assert serve.plan({}, {}).config == tmp_path / "config"


@pytest.mark.parametrize(
    ("host", "bind", "url"),
    [
        ("127.0.0.1", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("::1", "[::1]:8000", "http://[::1]:8000"),
        ("[::1]", "[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_written_as_gunicorn_and_as_a_browser_take_it(host: str, bind: str, url: str) -> None:
    site = serve.plan({"SITE_HOST": host}, {}).site
    assert (site.bind, site.url) == (bind, url)


EMBEDS = "embedding: {origins: [https://a.example]}"


@pytest.mark.parametrize(
    ("site_yaml", "given", "framing"),
    [
        (EMBEDS, "", "https://a.example"),
        (EMBEDS, "https://b.example", "https://b.example https://a.example"),
        (None, "https://b.example", "https://b.example"),
        ("embedding: {origins: [nonsense]}", "", ""),
        ("", "", ""),
    ],
    ids=["from the site", "from both", "from the environment", "a broken file", "from nowhere"],
)
def test_the_portal_is_told_who_may_embed(site_yaml: str | None, given: str, framing: str, tmp_path: Path) -> None:
    if site_yaml is not None:
        (tmp_path / "site.yaml").write_text(site_yaml, encoding="utf-8")
    chosen = {"WORKSHOP_INDEX_CONFIG": str(tmp_path), "PORTAL_FRAME_ORIGINS": given}
    assert serve.plan({}, chosen).environ["PORTAL_FRAME_ORIGINS"] == framing


def test_the_procfile_runs_what_serve_runs() -> None:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    named = dict(line.split(": ", 1) for line in lines)
    programs = serve.plan({}, {}).programs
    assert named.keys() == programs.keys()
    for name, command in programs.items():
        assert command[-1] in named[name]
        assert command[command.index("-m") + 1].removesuffix("frontend.cli") in named[name]
    assert all("portal_backend.contract.serving" in named[name] for name in ("web", "portal"))


# The supervisor, with small programs in place of the real ones.

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]
PARENT = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
note = pathlib.Path(sys.argv[1])
note.with_suffix(".new").write_text(str(child.pid))
note.with_suffix(".new").rename(note)
time.sleep(60)
"""


@pytest.fixture
def signals() -> Iterator[None]:
    """Puts this process's own signal handlers back."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def gone(pid: int) -> bool:
    """Whether no running process has this id."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.usefixtures("signals")
class TestSupervisor:
    """Several programs run as one."""

    def test_one_that_ends_is_told_by_name_and_code(self) -> None:
        supervisor = Supervisor({"long": SLEEPS, "short": [sys.executable, "-c", "raise SystemExit(3)"]}, {})
        supervisor.start()
        try:
            assert supervisor.wait() == Ended("short", 3)
        finally:
            supervisor.stop()

    def test_a_signal_ends_the_wait(self) -> None:
        supervisor = Supervisor({"long": SLEEPS}, {})
        supervisor.start()
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            assert supervisor.wait() == Interrupted(signal.SIGTERM)
        finally:
            supervisor.stop()

    def test_one_that_does_not_listen_is_made_to_end(self) -> None:
        supervisor = Supervisor({"stubborn": STUBBORN}, {})
        supervisor.start()
        begun = time.monotonic()
        supervisor.stop(patience=0.3)
        assert time.monotonic() - begun < 10

    def test_what_a_program_started_ends_with_it(self, tmp_path: Path) -> None:
        note = tmp_path / "pid"
        supervisor = Supervisor({"parent": [sys.executable, "-c", PARENT, str(note)]}, {})
        supervisor.start()
        until(note.exists)
        supervisor.stop()
        until(lambda: gone(int(note.read_text())))

    def test_when_one_cannot_start_those_that_did_are_ended(self, tmp_path: Path) -> None:
        running = Supervisor({"marked": [*SLEEPS, str(tmp_path)], "missing": [str(tmp_path / "nowhere")]}, {})
        with pytest.raises(FileNotFoundError):
            serve.run(serve.plan({}, {}), running)
        listed = subprocess.run(["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert str(tmp_path) not in listed


# The whole command.


class Serve:
    """A running `workshop-index serve`, and what it has said."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.site, self.portal = free_ports(2)
        ports = ("--port", str(self.site), "--portal-port", str(self.portal))
        self.output = folder / "output.txt"
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                serve.python("frontend.cli", "serve", *ports, *arguments),
                cwd=folder,
                env=own_environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """Return everything said so far."""
        return self.output.read_text()

    def ready(self) -> str:
        """Return the address it tells to open, once it does."""
        until(lambda: "Ctrl-C" in self.said() or self.process.poll() is not None, within=90)
        found = re.search(r"Open (\S+)", self.said())
        assert found, self.said()
        return found[1]

    def children(self) -> list[int]:
        """Return the ids of all processes below this one."""
        below: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            below.setdefault(int(fields[1]), []).append(int(stat.parent.name))
        found, waiting = [], [self.process.pid]
        while waiting:
            children = below.get(waiting.pop(), [])
            found += children
            waiting += children
        return found


Start = Callable[..., Serve]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the command in an empty folder, and ends it after the test whatever happens."""
    started: list[Serve] = []

    def begin(*arguments: str) -> Serve:
        started.append(Serve(tmp_path, *arguments))
        return started[-1]

    yield begin
    for each in started:
        each.process.terminate()
        each.process.wait(30)


@pytest.mark.whole
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are counted through /proc")
class TestTheCommand:
    """The three programs under one command."""

    @pytest.mark.parametrize(
        ("number", "option", "least"),
        [(signal.SIGINT, "--live", 6), (signal.SIGTERM, "--no-live", 7)],
        ids=["Ctrl-C, live", "SIGTERM, as visitors see it"],
    )
    def test_asked_to_end_it_leaves_no_process(
        self, number: signal.Signals, option: str, least: int, start: Start
    ) -> None:
        running = start(option)
        assert running.ready() == f"http://127.0.0.1:{running.site}/"
        processes = running.children()
        assert len(processes) >= least
        running.process.send_signal(number)
        assert running.process.wait(30) == 0
        assert [pid for pid in processes if not gone(pid)] == []
        assert "Traceback" not in running.said()

    def test_when_one_program_dies_all_end(self, start: Start) -> None:
        running = start()
        running.ready()
        processes = running.children()
        (sweeper,) = [pid for pid in processes if b"sweep" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(sweeper, signal.SIGKILL)
        assert running.process.wait(30) != 0
        assert "The program 'sweeper' ended with exit code -9" in running.said()
        assert [pid for pid in processes if not gone(pid)] == []

    def test_it_serves_both_programs_and_logs_no_token(self, start: Start) -> None:
        running = start()
        address = running.ready()
        page = requests.get(address, timeout=20)
        assert page.status_code == 200 and "live-panel" in page.text, "live, where only this machine sees it"
        assert answers(running.portal, "/workshops/session/x-w01-s001/activate/?token=hush-hush&index_url=") is False
        assert "hush-hush" not in running.said()

    def test_secrets_are_kept_privately_and_only_in_the_instance_folder(self, start: Start, tmp_path: Path) -> None:
        start().ready()
        assert {path.name for path in tmp_path.iterdir()} == {"instance", "output.txt"}
        secrets = ("portal-credentials.json", "portal-secret-key", "site-secret-key", "portal.sqlite3")
        modes = {name: (tmp_path / "instance" / name).stat().st_mode & 0o077 for name in secrets}
        assert modes == dict.fromkeys(secrets, 0)


@pytest.fixture
def own_config(tmp_path: Path) -> Path:
    """A folder of the owner's own, begun from the example."""
    return Path(shutil.copytree(ROOT / "config", tmp_path / "config"))


@pytest.mark.whole
@pytest.mark.parametrize("name", ["site.yaml", "portal.yaml"])
@pytest.mark.parametrize(
    "text", ["brand: [", "kind: Nothing\nwrong: true\n"], ids=["not YAML", "not what it should be"]
)
def test_a_broken_config_is_named_with_its_line(name: str, text: str, own_config: Path, tmp_path: Path) -> None:
    (own_config / name).write_text(text)
    site, portal = free_ports(2)
    said = serving(tmp_path, "--port", str(site), "--portal-port", str(portal))
    assert said.returncode != 0
    assert "Traceback" not in said.stderr + said.stdout
    assert re.search(rf"{re.escape(name)}:\d+:\d+", said.stderr)
