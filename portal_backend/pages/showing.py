"""Renders a page: its template with its one value, under the policy that lets its forms end where they must."""

from collections.abc import Iterable
from typing import TypeVar

from flask import Response, make_response, render_template
from werkzeug.wrappers import Response as Plain

from portal_backend.contract.language_choice import VARIES_BY
from portal_backend.contract.urls import origin_of
from portal_backend.domain.environment import Portal
from portal_backend.headers import page_policy
from portal_backend.running import settings

AnyResponse = TypeVar("AnyResponse", bound=Plain)


def show(template: str, page: object, status: int = 200) -> Response:
    """Return `templates/portal/<template>.html` filled with `page`."""
    response = make_response(render_template(f"portal/{template}.html", page=page), status)
    response.vary.update(VARIES_BY)
    return response


def show_session(template: str, page: object, portal: Portal, leads_to: Iterable[str]) -> Response:
    """Return a page of a session: it may be framed by the portal's embedders, its forms may end at `leads_to`."""
    return like_session(show(template, page), portal, leads_to)


def like_session(response: AnyResponse, portal: Portal, leads_to: Iterable[str]) -> AnyResponse:
    """Return the response under the policy of a session's page, so that it can be learnt without having a session."""
    targets = sorted({origin for url in leads_to if (origin := origin_of(url))})
    framing = tuple(dict.fromkeys((*portal.frame_ancestors, *settings().frame_origins)))
    response.headers["Content-Security-Policy"] = page_policy(targets, framing, settings().stylesheet)
    return response
