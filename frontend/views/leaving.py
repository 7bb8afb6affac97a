"""The ways out at the end of a session: from a frame into the whole window, and from a tab that was opened for it."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from frontend import identity
from frontend.site.embed import break_out_page, close_tab_page
from frontend.site.embedding import return_address
from frontend.site.notifications import known_code, lone_notice
from frontend.views.door import not_indexed, parts, render, told_now
from portal_backend.contract.frame_cookies import in_frame
from portal_backend.contract.urls import with_notification
from portal_backend.contract.wire import INDEX_URL_PARAMETER, NOTIFICATION_PARAMETER, Notification

bp = Blueprint("leaving", __name__)
bp.after_request(not_indexed)


@bp.get("/break-out/")
def break_out() -> str:
    """Lead the whole window to the page that is wanted, or to the index when that is not allowed."""
    at = parts()
    wanted = return_address(at.site().embedding, at.url, request.args.get(INDEX_URL_PARAMETER, ""))
    url = wanted or at.url + url_for("catalog.index")
    code = known_code(request.args.get(NOTIFICATION_PARAMETER, ""))
    page = break_out_page(with_notification(url, code.value) if code else url, not in_frame(request))
    return render("site/break-out.html", page=page)


@bp.get("/close-tab/")
def close_tab() -> str | Response:
    """Say what came of the session, and that its tab can be closed."""
    if NOTIFICATION_PARAMETER in request.args:
        code = known_code(request.args[NOTIFICATION_PARAMETER])
        if code is not None:
            identity.tell_once(code)
        return redirect(url_for("leaving.close_tab"), 303)
    kept, wordings = told_now(), parts().site().notifications
    told = (lone_notice(kept.code, wordings, kept.setback),) if kept else ()
    done = kept is not None and kept.code is Notification.SESSION_DELETED
    return render("site/close-tab.html", page=close_tab_page(told, done, url_for("catalog.index")))
