"""Holds pages to the HTML standard, by npm's `html-validate`."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from node_packages import package

# The last line of versions that runs on every Node from 18.19 on.
PACKAGE = "html-validate@9.7.1"
CONFIG = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y"],
    "rules": {
        "no-implicit-button-type": "off",  # the standard has a default, and it is meant
        "aria-label-misuse": ["error", {"allowAnyNamable": True}],  # ARIA 1.2, 5.2.8.6: a list may have a name
    },
}


def faults(pages: Mapping[str, str], folder: Path) -> list[str]:
    """Return what the validator finds in the pages, all in one run: page, line, rule and message."""
    program = package(PACKAGE) / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    (folder / "rules.json").write_text(json.dumps(CONFIG))
    written = folder / "pages"
    written.mkdir()
    for name, text in pages.items():
        (written / f"{name}.html").write_text(text, encoding="utf-8")
    command = ["node", str(program), "--config", "rules.json", "--formatter", "json", str(written)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in (0, 1) and done.stdout, done.stderr
    return [
        f"{Path(each['filePath']).stem}, line {fault['line']}: {fault['ruleId']}: {fault['message']}"
        for each in json.loads(done.stdout)
        for fault in each["messages"]
    ]
