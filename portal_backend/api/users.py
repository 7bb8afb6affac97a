"""What a user has: the live sessions of one user id. Only the robot may ask."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal_backend.api import access, payloads
from portal_backend.running import context
from portal_backend.services import sessions

blueprint = Blueprint("api_users", __name__, url_prefix="/workshops/user/<path:user>")


@blueprint.get("/sessions/", strict_slashes=False)
def user_sessions(user: str) -> ResponseReturnValue:
    """Return the live sessions of a user, none for a user nobody knows."""
    access.robot()
    now = context().now()
    held = sessions.of_user(context(), user)
    return {"user": user, "sessions": [payloads.own_session(each.session, each.environment, now) for each in held]}
