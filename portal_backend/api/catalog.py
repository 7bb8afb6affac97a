"""What the portal offers: by environment, and by workshop."""

from collections.abc import Callable
from threading import Lock

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from portal_backend.api import access, payloads, reading
from portal_backend.contract.wire import CATALOG_ENVIRONMENTS, CATALOG_WORKSHOPS
from portal_backend.domain.environment import PUBLIC, Portal
from portal_backend.running import context, settings
from portal_backend.services import catalog
from portal_backend.services.catalog import Listed, Standing
from portal_backend.services.context import Context

_LONGEST_REMEMBERED = 500
_listing = Lock()
"""Every session there is makes a long answer; one at a time is as fast, and memory stays what it is."""
blueprint = Blueprint("api_catalog", __name__)
_PLAIN = (f"{blueprint.name}.environments", b"", True)
"""What `_remembered` keeps the robot's environments under, asked for without anything else."""


@blueprint.get(CATALOG_ENVIRONMENTS, strict_slashes=False)
def environments() -> ResponseReturnValue:
    """Return the portal and its environments, with their sessions when the robot asks for them."""
    robot = _admit(catalog.settings(context()))
    if robot and reading.flag("sessions"):
        with _listing:
            return jsonify(_environments(robot, sessions=True))
    return _remembered(robot, lambda: _environments(robot, sessions=False))


@blueprint.get(CATALOG_WORKSHOPS, strict_slashes=False)
def workshops() -> ResponseReturnValue:
    """Return the portal and its workshops, each with the environment that offers it."""
    robot = _admit(catalog.settings(context()))
    return _remembered(robot, lambda: _workshops(robot))


def _environments(robot: bool, sessions: bool) -> payloads.Json:
    standing = catalog.portal(context())
    return {
        "portal": _told(standing),
        "environments": [environment(each, standing.portal.uid, sessions) for each in _listed(robot, sessions)],
    }


def _workshops(robot: bool) -> payloads.Json:
    standing = catalog.portal(context())
    return {
        "portal": _told(standing),
        "workshops": [
            payloads.offered_workshop(each.environment, standing.portal.uid, each.allocated, each.available)
            for each in _listed(robot, sessions=False)
        ],
    }


def _remembered(robot: bool, tell: Callable[[], payloads.Json]) -> ResponseReturnValue:
    """Answer with a body that is made once for everybody who asks the same, while nothing in it changes."""
    asked = (request.endpoint, request.query_string, robot)
    if len(request.query_string) > _LONGEST_REMEMBERED:
        return tell()
    return Response(catalog.answer(context(), asked, lambda: jsonify(tell()).data), mimetype="application/json")


def made_for_robot(context: Context) -> bytes | None:
    """Return what the robot that asks for the environments and nothing else is answered, if that is made already."""
    return catalog.made(context, _PLAIN)


def environment(each: Listed, uid: str, sessions: bool) -> payloads.Json:
    """Return one environment as the catalog tells of it."""
    body = payloads.environment(each.environment, uid, each.allocated, each.available)
    if sessions:
        terms, now = each.environment.terms, context().now()
        owned = (session for session in each.sessions if session.owner is not None)
        body["sessions"] = payloads.listed_sessions(owned, terms, now)
    return body


def _admit(portal: Portal) -> bool:
    """Return whether the robot asks; nobody may ask without a token unless the catalog is public and has no code."""
    found = access.caller_if_any() if portal.visibility == PUBLIC and not portal.password else access.caller()
    return found is not None and found.robot


def _listed(robot: bool, sessions: bool) -> list[Listed]:
    states = reading.states() if robot else catalog.RUNNING
    return catalog.environments(context(), states, reading.names(), reading.labels(), sessions)


def _told(standing: Standing) -> payloads.Json:
    return payloads.portal(standing.portal, settings().url, standing.allocated)
