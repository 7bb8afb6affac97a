"""Portals with the settings that matter to strangers."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from passerby import Portal
from peer import Peer, Starter

WORKSHOPS = ("plenty", "secret-lab")


@pytest.fixture
def portal(tmp_path: Path, start: Starter) -> Portal:
    """Start a portal open to everybody; `spec` goes over its TrainingPortal's, the rest are environment variables."""

    def begin(spec: dict[str, object] | None = None, **environ: str) -> Peer:
        own: dict[str, Any] = {"title": "Bench", "registration": {"type": "anonymous"}, **(spec or {})}
        group = "training.educates.dev/v1beta1"
        offers = [{"name": name, "capacity": 400, "reserved": 0, "expires": "60m"} for name in WORKSHOPS]
        described = {"portal": own, "workshops": offers}
        resources = [{"apiVersion": group, "kind": "TrainingPortal", "metadata": {"name": "lab"}, "spec": described}]
        for name in WORKSHOPS:
            spec_of = {"title": f"Title of {name}", "description": f"About {name}"}
            resources.append({"apiVersion": group, "kind": "Workshop", "metadata": {"name": name}, "spec": spec_of})
        file = tmp_path / "portal.yaml"
        file.write_text(yaml.safe_dump_all(resources), encoding="utf-8")
        peer = start(file, **{"SITE_URL": "https://site.example.test", **environ})
        peer.log_in()
        return peer

    return begin
