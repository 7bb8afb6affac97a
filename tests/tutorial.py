"""Goes through docs/tutorial.md as a new user would: its commands in a shell, its edits, its clicks in a browser."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installing import built, downloads, link
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, expect
from programs import answers, free_ports, own_environment, until

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tutorial.md"
PLACES = ("8000", "8080", "9000")
_STAYS = re.compile(r"workshop-index serve|python3 -m http\.server")
_FILE = re.compile(r"config/[\w./-]+\.(?:yaml|md)")
_KEEP = "\nstatus=$?; pwd > {state}.folder; declare -px > {state}; exit $status\n"


@dataclass(frozen=True)
class Step:
    """One fence of the page: what to type, what that prints, or how a file changes."""

    section: str
    kind: str
    text: str
    file: str
    before: str


def steps(text: str) -> Iterator[Step]:
    """Yield the fences in their order, each with its section, the file named last, and the words before it."""
    section = file = before = ""
    tokens = MarkdownIt("commonmark").parse(text)
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            section = tokens[at + 1].content
        elif token.type == "inline":
            before = token.content
            named = [part.content for part in token.children or () if part.type == "code_inline"]
            file = next((name for name in reversed(named) if _FILE.fullmatch(name)), file)
        elif token.type == "fence":
            yield Step(section, token.info, token.content, file, before)


def patched(text: str, change: str) -> str:
    """Return the text after a change given as lines with a blank, a minus or a plus before them.

    What is to change must be there exactly once.
    """
    lines = change.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(old) == 1, f"not there once: {old}"
    return text.replace(old, new)


class Terminals:
    """Shells in which a person types: each fence goes on where the one before it ended."""

    def __init__(self, folder: Path, path: Path) -> None:
        """Open the first in `folder`; `path` is where `python3` is found."""
        self.site, self.portal, self.static = free_ports(3)
        self._ports = dict(zip(PLACES, map(str, (self.site, self.portal, self.static)), strict=True))
        self._start, self._state, self._running = folder, folder.parent / "state", list[subprocess.Popen[bytes]]()
        pip = {} if downloads() else {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
        self._environ = own_environment(
            PATH=f"{path}:/usr/bin:/bin",
            SITE_PORT=self.site,
            PORTAL_PORT=self.portal,
            WEB_CONCURRENCY=1,
            PIP_DISABLE_PIP_VERSION_CHECK=1,
            **pip,
        )
        self.another()

    def another(self) -> None:
        """Open another terminal where the first was opened."""
        self._state.write_text("", encoding="utf-8")
        self._state.with_suffix(".folder").write_text(str(self._start), encoding="utf-8")

    def here(self, text: str) -> str:
        """Return text of the page with the free ports of this machine in place of the usual ones."""
        return re.sub(rf"\b(?:{'|'.join(PLACES)})\b", lambda found: self._ports[found[0]], text)

    @property
    def folder(self) -> Path:
        """Where the shell is."""
        return Path(self._state.with_suffix(".folder").read_text(encoding="utf-8").strip())

    def _shell(self, text: str) -> list[str]:
        return ["bash", "--norc", "-c", f". {self._state}\n{self.here(text)}"]

    def type(self, text: str) -> subprocess.CompletedProcess[str]:
        """Type commands and wait for their end."""
        command = self._shell(text + _KEEP.format(state=self._state))
        return subprocess.run(
            command, cwd=self.folder, env=self._environ, capture_output=True, text=True, timeout=240, check=False
        )

    def leave_running(self, text: str, says: str) -> None:
        """Type a command that stays, and wait until it has said what it should, or answers."""
        log = self._start.parent / f"{len(self._running)}.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                self._shell(f"exec {text}"), cwd=self.folder, env=self._environ, stdout=said, stderr=said
            )
        self._running.append(process)

        def ready() -> bool:
            told = log.read_text(encoding="utf-8", errors="replace")
            assert process.poll() is None, told
            return self.here(says) in told if says else answers(self.static, "/")

        until(ready, within=90)

    def close(self) -> None:
        """Press Ctrl-C in all of them."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(30)


class Walk:
    """One person's way through the page; `look` is called with the name of each picture when it can be taken."""

    def __init__(self, terminals: Terminals, page: Page, look: Callable[[str], None]) -> None:
        """Begin at the top."""
        self.terminals, self.page, self.look = terminals, page, look
        self.text = PAGE.read_text(encoding="utf-8")
        self.steps = list(steps(self.text))

    def sections(self) -> list[str]:
        """Return the sections with something to do, in their order."""
        return list(dict.fromkeys(step.section for step in self.steps))

    def do(self, section: str) -> None:
        """Do what a section says, then look at it in the browser."""
        mine = [step for step in self.steps if step.section == section]
        assert mine, f"no section {section}"
        for at, step in enumerate(mine):
            after = mine[at + 1].text if mine[at + 1 :] and mine[at + 1].kind == "text" else ""
            if step.kind == "sh":
                self._run(step, after)
            elif step.kind != "text":
                self._edit(step)
        if section in VISITS:
            VISITS[section](self)

    def _run(self, step: Step, says: str) -> None:
        if "second terminal" in step.before:
            self.terminals.another()
        if _STAYS.match(step.text):
            return self.terminals.leave_running(step.text.strip(), says)
        done = self.terminals.type(step.text)
        told = f"{step.text}{done.stdout}{done.stderr}"
        assert done.returncode == (1 if " error" in says else 0), told
        assert self.terminals.here(says) in done.stdout, told
        return None

    def _edit(self, step: Step) -> None:
        file = self.terminals.folder / step.file
        file.parent.mkdir(parents=True, exist_ok=True)
        text = patched(file.read_text(encoding="utf-8"), step.text) if step.kind == "diff" else step.text
        file.write_text(text, encoding="utf-8")

    def press(self, name: str, what: str) -> None:
        """Press what the page calls by that name, a button or a link."""
        assert f"**{name}**" in self.text
        either = self.page.get_by_role("button", name=what, exact=True)
        with self.page.expect_navigation():
            either.or_(self.page.get_by_role("link", name=what, exact=True)).first.click()

    def sees(self, text: str) -> None:
        """Fail unless the open page shows that text, or comes to show it by itself."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=30_000)


def look_at_it(walk: Walk) -> None:
    """A session of the first workshop, and back."""
    walk.page.goto(f"http://127.0.0.1:{walk.terminals.site}/")
    walk.sees("Acme Labs")
    walk.look("tutorial-new")
    walk.press("Start", "Start First steps")
    walk.sees("This is the first page of your workshop.")
    walk.press("Finish", "Finish")
    assert walk.page.url.startswith(f"http://127.0.0.1:{walk.terminals.site}/")
    walk.sees("Your session has ended")


def make_it_yours(walk: Walk) -> None:
    """The panel tells of the mistakes while the site stays as it was."""
    walk.sees("did you mean accent?")
    walk.sees("Acme Labs")
    walk.look("tutorial-mistakes")


def check_it(walk: Walk) -> None:
    """The open page has the new name by itself."""
    walk.sees("Acme Academy")
    walk.sees("Start here")
    walk.look("tutorial-yours")


def add_a_workshop(walk: Walk) -> None:
    """The new workshop comes to be there, and starts."""
    walk.sees("Your first commit")
    walk.press("Start", "Start Your first commit")
    walk.sees("git init my-notes")
    walk.look("tutorial-session")
    walk.press("Finish", "Finish")


def publish_it(walk: Walk) -> None:
    """From the published site, on an origin of its own, to a session of the portal and back to the banner."""
    published = f"http://127.0.0.1:{walk.terminals.static}/"
    walk.page.goto(published)
    walk.sees("Acme Academy")
    walk.look("tutorial-published")
    walk.press("Start", "Start Your first commit")
    walk.page.wait_for_url(f"http://127.0.0.1:{walk.terminals.portal}/workshops/session/**")
    walk.press("Finish", "Finish")
    assert walk.page.url.startswith(published)
    walk.sees("Your session has ended")
    walk.look("tutorial-back")


VISITS: dict[str, Callable[[Walk], None]] = {
    "Look at it": look_at_it,
    "Make it yours": make_it_yours,
    "Check it": check_it,
    "Add a workshop": add_a_workshop,
    "Publish it": publish_it,
}


@contextmanager
def begun(folder: Path, browser: Browser, look: Callable[[Page, str], None]) -> Iterator[Walk]:
    """A walk that has done the first section: the wheel is installed into an environment with nothing else in it."""
    start, path = folder / "empty", folder / "bin"
    start.mkdir()
    path.mkdir()
    python = path / "python3"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    wheel = built(start)
    context = browser.new_context(viewport={"width": 1100, "height": 720}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    page, terminals = context.new_page(), Terminals(start, path)
    try:
        walk = Walk(terminals, page, lambda name: look(page, name))
        walk.do(walk.sections()[0])
        if not downloads():
            link(wheel, start / ".venv")
        yield walk
    finally:
        terminals.close()
        context.close()
