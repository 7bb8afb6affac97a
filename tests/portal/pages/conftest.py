"""A portal with workshops of every kind that matters here, and browsers to visit it with."""

from pathlib import Path

import pytest
import yaml
from passerby import Browser, Portal
from peer import Peer, Starter

OFFERS = (
    {"name": "plenty", "capacity": 5, "reserved": 1, "expires": "60m", "overtime": "15m", "deadline": "120m"},
    {"name": "single", "capacity": 1, "reserved": 0, "expires": "30m", "alias": "only-one"},
    {"name": "bare", "capacity": 5, "reserved": 0, "expires": ""},
    {"name": "hurried", "capacity": 5, "reserved": 0, "expires": "30m", "overdue": "20s"},
)
CONTENT = {
    "01-first.md": "---\ntitle: First steps\n---\nYou are in %session_name%.\n\n![A picture](images/dot.png)\n",
    "02-second.md": "# Second thoughts\n\n```terminal:execute\ncommand: ls\n```\n\n[Back](01-first.md)\n",
    "99-end.md": "---\ntitle: The end\n---\n<script>alert(1)</script>Done.\n",
    "images/dot.png": "not really a picture",
    "images/dot.svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "exercise.txt": "to be saved",
}


def workshop(name: str, **spec: object) -> dict[str, object]:
    """Return a Workshop resource."""
    return {
        "apiVersion": "training.educates.dev/v1beta1",
        "kind": "Workshop",
        "metadata": {"name": name},
        "spec": {"title": f"Title of {name}", "description": f"What *{name}* is about.", **spec},
    }


@pytest.fixture
def portal(tmp_path: Path, start: Starter) -> Portal:
    """Start a portal; `spec` goes over its TrainingPortal's, the rest are environment variables."""

    def begin(spec: dict[str, object] | None = None, **environ: str) -> Peer:
        own = {"title": "Workbench", "registration": {"type": "anonymous"}, **(spec or {})}
        resource = {
            "apiVersion": "training.educates.dev/v1beta1",
            "kind": "TrainingPortal",
            "metadata": {"name": "lab"},
            "spec": {"portal": own, "workshops": list(OFFERS)},
        }
        labs = tmp_path / "labs"
        (labs / "plenty" / "resources").mkdir(parents=True, exist_ok=True)
        (tmp_path / "portal.yaml").write_text(yaml.safe_dump(resource), encoding="utf-8")
        (labs / "plenty" / "resources" / "workshop.yaml").write_text(yaml.safe_dump(workshop("plenty", duration="45m")))
        others = [workshop("single"), workshop("bare", url="https://lab.example.test/bare"), workshop("hurried")]
        (labs / "others.yaml").write_text(yaml.safe_dump_all(others), encoding="utf-8")
        for name, text in CONTENT.items():
            path = labs / "plenty" / "workshop" / "content" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        environ = {"PORTAL_WORKSHOPS_DIR": str(labs), "SITE_URL": "https://site.example.test", **environ}
        peer = start(tmp_path / "portal.yaml", **environ)
        peer.log_in()
        return peer

    return begin


@pytest.fixture
def hub(portal: Portal) -> Peer:
    """An anonymous portal with an index elsewhere."""
    return portal({"index": "https://hub.example.test/"})


@pytest.fixture
def browser(hub: Peer) -> Browser:
    """A browser that visits `hub`."""
    return Browser(hub)
