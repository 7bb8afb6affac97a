"""npm packages that tests run, each kept in a cache folder once it has been installed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def package(named: str) -> Path:
    """Return the folder that holds a package, named with its version; skips the test where there is no Node."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip(f"no node and npm, which run {named}: make node")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "workshop-index"
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / named
    with (cache / "installing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _install(cache, named, folder)
    return folder


def _install(cache: Path, named: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        (made / "package.json").write_text("{}")
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", named]
        done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, f"{named} cannot be installed: {done.stderr[-2000:]}"
        made.rename(folder)
