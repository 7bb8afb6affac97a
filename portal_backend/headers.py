"""The headers every answer carries; a view that needs another value sets it first and keeps it."""

from collections.abc import Collection, Iterable

from flask import Flask, Response

from portal_backend.contract.urls import origin_of

_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


def _with_policy(policy: str) -> tuple[tuple[str, str], ...]:
    return (*_COMMON.items(), ("Content-Security-Policy", policy), ("Cache-Control", "no-store"))


_OF_DATA = _with_policy("default-src 'none'; frame-ancestors 'none'")


def of_data(own: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of an answer that is no page: its `own`, and those of the common ones that it lacks."""
    return [*own, *_lacking([name for name, _ in own], _OF_DATA)]


def _lacking(own: Iterable[str], common: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    named = {name.lower() for name in own}
    return [(name, value) for name, value in common if name.lower() not in named]


def page_policy(form_targets: Collection[str] = (), frame_ancestors: Collection[str] = (), stylesheet: str = "") -> str:
    """Return the Content-Security-Policy of a page: nothing inline, nothing from elsewhere but pictures and the brand.

    `form_targets` are the origins a form may end on after redirects, `frame_ancestors` those that may frame the page,
    `stylesheet` the address of the brand's, which brings its fonts.
    """
    brand = tuple(filter(None, (origin_of(stylesheet),)))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            " ".join(("style-src 'self'", *brand)),
            " ".join(("font-src 'self'", *brand)),
            "connect-src 'self'",
            "img-src 'self' data: https:",
            "base-uri 'none'",
            " ".join(("form-action 'self'", *form_targets)),
            " ".join(("frame-ancestors", *(frame_ancestors or ("'none'",)))),
        )
    )


def register(app: Flask, form_targets: Collection[str], stylesheet: str) -> None:
    """Put the common headers on every answer of `app`."""
    of_pages = _with_policy(page_policy(form_targets, stylesheet=stylesheet))

    @app.after_request
    def finish(response: Response) -> Response:
        common = of_pages if response.mimetype == "text/html" else _OF_DATA
        for name, value in _lacking(response.headers.keys(), common):
            response.headers.add(name, value)
        return response
