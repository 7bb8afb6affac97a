"""The security headers of every answer, built once from the site's address and per request from its portals.

No page needs an inline script or style. `form-action` names the portals, because browsers apply it to where a posted
form is redirected as well.
"""

from collections.abc import Iterable

from flask import Response

from portal_backend.contract.urls import origin_of

# Pictures that are opened by themselves; a script inside an SVG must not run then.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: https:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def protect(response: Response, led_to: Iterable[str], https: bool, framed_by: Iterable[str] = ()) -> Response:
    """Return the response with every security header, and not to be stored unless it says otherwise.

    `led_to` are the addresses forms may lead to, `framed_by` the origins whose pages may show it in a frame.
    """
    origins = [origin for origin in map(origin_of, led_to) if origin]
    ancestors = " ".join(framed_by) or _POLICY["frame-ancestors"]
    forms = " ".join(("'self'", *dict.fromkeys(origins)))
    policy = _POLICY | {"frame-ancestors": ancestors, "form-action": forms}
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    for name, value in _FIXED.items():
        response.headers.setdefault(name, value)
    if ancestors != _POLICY["frame-ancestors"]:
        del response.headers["X-Frame-Options"]  # it knows no list; who reads it and not the policy shows the page
    if https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
