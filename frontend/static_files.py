"""Static files: the owner's over the built-in ones, gathered, compressed, and served under an address that changes.

They live under one versioned address, a digest of all of them, so that they may be kept for ever and still refer to
each other. All of them are gathered in one folder of the instance, each beside its brotli and gzip form, which is made
once for a version by the first process that starts with it.
"""

import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from frontend.headers import FILE_POLICY
from frontend.site.fonts import FONTS
from frontend.site.sheet import Sheets
from portal_backend.contract.packaged import packaged
from portal_backend.contract.scripts import SCRIPT
from portal_backend.contract.scripts import bundle as bundle_scripts
from portal_backend.contract.stylesheet import DEFAULT_THEME, STYLESHEET, TOKENS, bundle, joined, themes

_KEPT_VERSIONS = 3
_log = logging.getLogger(__name__)


class StaticFiles:
    """The files under `/static/<version>/`: those of the owner's `theme/static/` over the built-in ones."""

    def __init__(self, theme: Path, gathered: Path) -> None:
        self._folders = [folder for folder in (packaged("static"), theme / "static") if folder.is_dir()]
        self.stylesheet = bundle(self._folders)
        self.sheets = Sheets(joined(self._folders, [TOKENS]), themes(self._folders))
        whole = bundle(self._folders, DEFAULT_THEME)
        self._joined = {STYLESHEET: whole, SCRIPT: bundle_scripts(self._folders)}
        self._gathered = gathered
        self.version = self._digest()

    def url(self, path: str) -> str:
        """Return the address of one file."""
        return f"/static/{self.version}/{path}"

    def serve(self, app: Flask) -> None:
        """Serve the files before the application sees the request."""
        files = WhiteNoise(
            app.wsgi_app,
            immutable_file_test=lambda *_: True,
            add_headers_function=_add_headers,
            allow_all_origins=False,
            charset="utf-8",
        )
        files.add_files(str(self._folder()), prefix=f"static/{self.version}/")
        app.wsgi_app = files  # type: ignore[method-assign]

    def _folder(self) -> Path:
        """Return the folder that holds this version; one of its own where the instance cannot be written."""
        folder = self._gathered / self.version
        if folder.is_dir():
            return folder
        try:
            self._gathered.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone_in(self._gathered):
                if not folder.is_dir():
                    self._gather(Path(tempfile.mkdtemp(dir=self._gathered, prefix="making-"))).rename(folder)
                    self._tidy()
            return folder
        except OSError as error:
            _log.warning("static files cannot be kept in %s (%s)", self._gathered, error)
            return self._gather(Path(tempfile.mkdtemp(prefix="workshop-index-static-")))

    def contents(self) -> dict[str, bytes]:
        """Return every file by its path under the address, the joined ones in place of what they join."""
        found = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for folder in self._folders
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        return found | {name: text.encode() for name, text in self._joined.items()}

    def _gather(self, folder: Path) -> Path:
        for name, data in self.contents().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        compressor = Compressor(quiet=True)
        for path in [path for path in folder.rglob("*") if path.is_file() and compressor.should_compress(path.name)]:
            compressor.compress(str(path))
        return folder

    def _tidy(self) -> None:
        """Drop what versions before the last few left, and a process that was ended while it gathered."""
        others = [path for path in self._gathered.iterdir() if path.name != self.version]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for folder in others[_KEPT_VERSIONS - 1 :]:
            shutil.rmtree(folder, ignore_errors=True)

    def _digest(self) -> str:
        digest = hashlib.sha256("".join(self._joined.values()).encode())
        for folder in self._folders:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:12]


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other process is at work in the folder, and keep others waiting meanwhile."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # on a disk without locks whoever is first is the one that counts
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _add_headers(headers: dict[str, str], path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    if path.endswith(".svg"):
        headers["Content-Security-Policy"] = FILE_POLICY
    if path.endswith(FONTS):  # the portal's pages wear them too, and browsers fetch a font of another origin by CORS
        headers["Access-Control-Allow-Origin"] = "*"
