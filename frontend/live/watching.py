"""Watches the owner's folder: checks it after every change, and writes down what pages show of that."""

import json
import os
import time
from pathlib import Path

from watchfiles import watch

from frontend.checking.machines import as_json
from frontend.checking.running import check
from frontend.settings import Settings, load
from portal_backend.contract.checking import Task
from portal_backend.contract.commands import end_asked_for
from portal_backend.contract.instance import prepare, replace
from portal_backend.contract.live_pages import STATE_FILE

# The portal takes up its files within a few seconds; pages look once more when it has.
_TAKEN_UP_SECONDS = 3.0


def note(settings: Settings) -> None:
    """Check the folder, and write the outcome under a new version."""
    report = as_json(check(Task(settings.config, settings.environ)))
    state = {"version": str(time.time_ns()), "problems": report["problems"]}
    replace(settings.instance / STATE_FILE, json.dumps(state))


def concerns_portal(changed: set[str], config: Path) -> bool:
    """Whether files the portal reads are among those that changed."""
    return any(not Path(path).is_relative_to(config / "theme") and Path(path).name != "site.yaml" for path in changed)


def main() -> None:
    """Watch until a signal comes."""
    settings = load(os.environ)
    stop = end_asked_for()
    prepare(settings.instance)
    note(settings)
    for changes in watch(settings.config, stop_event=stop, debounce=300, raise_interrupt=False):
        note(settings)
        if concerns_portal({path for _, path in changes}, settings.config) and not stop.wait(_TAKEN_UP_SECONDS):
            note(settings)


if __name__ == "__main__":
    main()
