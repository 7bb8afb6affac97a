"""Looks, before anything starts, for what would keep the programs from running; each finding is told in plain words."""

import errno
import os
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from frontend.settings import SettingsError
from frontend.site_source import SiteSource
from portal_backend.contract.instance import CREDENTIALS_FILE, InstanceError, read_private
from portal_backend.contract.urls import LOOPBACK


class CannotServe(Exception):
    """Something stands in the way; the text says what, and what to do."""


@dataclass(frozen=True)
class Address:
    """Where one program listens, how its variables begin, and the address people use."""

    name: str
    prefix: str
    host: str
    port: int
    url: str

    @property
    def bind(self) -> str:
        """Return `host:port` as gunicorn takes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def check_instance(folder: Path) -> None:
    """Make the instance folder where there is none; raises CannotServe when it cannot be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CannotServe(
            f"The instance folder {folder} cannot be written ({error.strerror}): "
            "make it writable, or set WORKSHOP_INDEX_INSTANCE to another folder."
        ) from error
    _check_files(folder)


def _check_files(folder: Path) -> None:
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        if not os.access(file, os.R_OK | os.W_OK):
            raise CannotServe(
                f"The file {file} is another user's: run as that user, "
                "or set WORKSHOP_INDEX_INSTANCE to another folder."
            )
    try:
        for file in sorted({folder / CREDENTIALS_FILE, *folder.glob("*-secret*")}):
            if file.is_file():
                read_private(file)
    except InstanceError as error:
        raise CannotServe(str(error)) from error


def check_alone(addresses: Sequence[Address]) -> None:
    """Raise CannotServe when others than this machine could reach a program."""
    for address in addresses:
        if not {address.host, urlsplit(address.url).hostname} <= LOOPBACK:
            raise CannotServe(
                f"A live site is for this machine alone, and the {address.name} would be at {address.url}: "
                f"leave out --live, or set {address.prefix}_HOST and {address.prefix}_URL to 127.0.0.1."
            )


def check_ports(addresses: Sequence[Address]) -> None:
    """Raise CannotServe when a port is taken, out of bounds, or wanted twice."""
    with ExitStack() as held:
        for at, address in enumerate(addresses):
            _hold_port(address, held, [before.port for before in addresses[:at]])


def _hold_port(address: Address, held: ExitStack, taken: Sequence[int]) -> None:
    """Listen where a program is to; the ports `taken` are those of the programs before it."""
    port, variable = address.port, f"{address.prefix}_PORT"
    if not port:
        raise CannotServe(f"{variable} is 0, which no browser can open: set it to a number from 1 to 65535.")
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(address.host, port, type=socket.SOCK_STREAM)[0]
        probe = held.enter_context(socket.socket(family, kind, protocol))
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(where)
        probe.listen()
    except socket.gaierror as error:
        raise _no_such_host(address) from error
    except PermissionError as error:
        raise CannotServe(
            f"Port {port} for the {address.name} needs more rights: set {variable} to one above 1023."
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise _no_such_host(address) from error
        if error.errno == errno.EADDRINUSE and port in taken:
            raise CannotServe(f"The index and the portal both want port {port}: set PORTAL_PORT to another.") from error
        raise CannotServe(
            f"Port {port} on {address.host} for the {address.name} cannot be used ({error.strerror}): "
            f"end the program that has it, or set {variable} to another port."
        ) from error


def _no_such_host(address: Address) -> CannotServe:
    return CannotServe(
        f"{address.prefix}_HOST is {address.host!r}, which is no address of this machine: "
        "set it to one, such as 127.0.0.1, or to 0.0.0.0 for all of them."
    )


def check_site(file: Path, portal_url: str) -> None:
    """Raise CannotServe with every problem of the site's file."""
    try:
        SiteSource(file, portal_url)
    except SettingsError as error:
        raise CannotServe(str(error)) from error


def check_portal(command: Sequence[str], environ: Mapping[str, str]) -> None:
    """Raise CannotServe with what the portal's own check says of its configuration."""
    said = subprocess.run(
        command, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if said.returncode:
        text = (said.stderr.strip() or said.stdout.strip()).removeprefix("Error: ")
        if not text or "Traceback" in text:
            last = text.splitlines()[-1] if text else f"exit code {said.returncode}"
            raise CannotServe(f"The portal's check did not come to its end ({last}): install the product anew.")
        raise CannotServe(text)
