"""One spelling of a path, whatever a client or a server in front makes of it."""

from collections.abc import Iterable
from typing import Any

import pytest

from portal_backend.paths import OneSpelling


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"RAW_URI": "/a/b/?x=//y"}, "/a/b/"),
        ({"RAW_URI": "//session//s-1//schedule//"}, "/workshops/session/s-1/schedule/"),
        ({"REQUEST_URI": "/user/a%2F%2Fb/sessions"}, "/workshops/user/a//b/sessions"),
        ({"RAW_URI": "/workshops/user/%E4%BD%A0/sessions/"}, "/workshops/user/ä½\xa0/sessions/"),
        ({"PATH_INFO": "//session/x"}, "/workshops/session/x"),
        ({"PATH_INFO": "/a//b", "RAW_URI": "http://h/a//b"}, "/a/b"),
        ({"PATH_INFO": "/a//b", "RAW_URI": "/portal/a//b", "SCRIPT_NAME": "/portal"}, "/a/b"),
        ({"PATH_INFO": "/sessions/x"}, "/sessions/x"),
        ({"PATH_INFO": "/session"}, "/session"),
        ({"PATH_INFO": "//healthz/"}, "/healthz"),
        ({"RAW_URI": "/openapi.json/"}, "/openapi.json"),
        ({"PATH_INFO": ""}, ""),
        ({"RAW_URI": "*"}, ""),
    ],
)
def test_a_path_arrives_in_one_spelling(environ: dict[str, str], path: str) -> None:
    def application(seen: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return [seen["PATH_INFO"].encode()]

    assert OneSpelling(application)(environ, None) == [path.encode()]  # type: ignore[arg-type]
