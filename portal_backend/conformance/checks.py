"""What an answer can be looked at for; each check says what it wants and tells what it found instead."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from portal_backend.conformance.case import Answer, Check, Expect, Facts
from portal_backend.contract.schemas import rooted
from portal_backend.contract.urls import with_notification
from portal_backend.contract.wire import NOTIFICATION_PARAMETER

REDIRECTS = (301, 302, 303, 307, 308)
SEE_OTHER = (302, 303)


def of_shape(name: str) -> Check:
    """Want a JSON body that fits a schema of the contract."""
    validator = Draft202012Validator(rooted(name))

    def look(answer: Answer, _facts: Facts) -> str | None:
        if answer.body is None:
            return "a body that is not JSON"
        problem = best_match(validator.iter_errors(answer.body))
        return None if problem is None else f"{problem.json_path}: {problem.message[:160]}"

    return Check(f"JSON of the shape {name}", look)


def value(path: str, says: str, fits: Callable[[Any, Facts], bool]) -> Check:
    """Want the JSON value at `path` (keys and positions between dots) to fit."""

    def look(answer: Answer, facts: Facts) -> str | None:
        at = answer.body
        for key in path.split(".") if path else ():
            try:
                at = at[int(key)] if isinstance(at, list) else at[key]
            except (KeyError, IndexError, TypeError, ValueError):
                return f"no {path}"
        return None if _fits(fits, at, facts) else f"{path or 'body'} is {str(at)[:120]}"

    return Check(f"{path} {says}".strip(), look)


def _fits(fits: Callable[[Any, Facts], bool], at: Any, facts: Facts) -> bool:
    try:
        return fits(at, facts)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return False  # of another shape than the question takes for granted


def equals(path: str, wanted: object) -> Check:
    """Want a JSON value; text is filled in from the situation."""

    def fits(at: Any, facts: Facts) -> bool:
        return bool(at == (wanted.format_map(facts) if isinstance(wanted, str) else wanted))

    return value(path, f"= {wanted!r}", fits)


def lacks(key: str) -> Check:
    """Want a JSON object without a key."""
    return value("", f"without {key}", lambda at, _: isinstance(at, dict) and key not in at)


def header(name: str, wanted: str) -> Check:
    """Want a header to hold a text, case aside."""

    def look(answer: Answer, _facts: Facts) -> str | None:
        sent = answer.headers.get(name, "")
        return None if sent and wanted.lower() in sent.lower() else f"{name}: {sent or 'not sent'}"

    return Check(f"{name}: {wanted}…" if wanted else f"a header {name}", look)


def no_header(name: str) -> Check:
    """Want a header not to be sent."""
    return Check(f"no {name}", lambda answer, _: f"{name}: {answer.headers[name]}" if name in answer.headers else None)


def _blank(answer: Answer, _facts: Facts) -> str | None:
    return None if not answer.text.strip() else "a body"


EMPTY = Check("an empty body", _blank)


def _is_page(answer: Answer, _facts: Facts) -> str | None:
    kind = answer.headers.get("Content-Type", "no type")
    return None if kind.startswith("text/html") else kind


PAGE = Check("a page", _is_page)


def says(text: str) -> Check:
    """Want the field's error text, as JSON or as the whole of a text body."""

    def look(answer: Answer, _facts: Facts) -> str | None:
        told = answer.body.get("error") if isinstance(answer.body, dict) else answer.text.strip()
        return None if told == text else str(told)[:120] or "an empty body"

    return Check(f"the text {text!r}", look)


def goes_to(target: str) -> Check:
    """Want a redirect to an address or a path of the portal, its query aside unless `target` has one."""

    def look(answer: Answer, facts: Facts) -> str | None:
        wanted, sent = target.format_map(facts), answer.location or answer.url
        if wanted.startswith("/"):
            wanted = answer.base + wanted
        if "?" not in wanted:
            sent = urlsplit(sent)._replace(query="").geturl()
        return None if sent == wanted else f"to {sent or 'nowhere'}"

    return Check(f"to {target}", look)


def back_to(index: str, code: str) -> Check:
    """Want a redirect to an index with a notification."""

    def look(answer: Answer, facts: Facts) -> str | None:
        wanted = index.format_map(facts)
        wanted = with_notification(answer.base + wanted if wanted.startswith("/") else wanted, code)
        return None if answer.location == wanted else f"to {answer.location or 'nowhere'}"

    return Check(f"back to {index} with {code}", look)


def leads(target: str, *keys: str) -> Check:
    """Want a redirect to an address, with values for the keys in its query."""

    def look(answer: Answer, facts: Facts) -> str | None:
        parts = urlsplit(answer.location)
        sent, there = parse_qs(parts.query), parts._replace(query="").geturl()
        fits = there == target.format_map(facts) and all(sent.get(key) for key in keys)
        return None if fits else f"to {there or 'nowhere'} with {' and '.join(sent) or 'nothing'}"

    return Check(f"to {target} with {' and '.join(keys)}", look)


def notified(code: str) -> Check:
    """Want a redirect that carries a notification, wherever it leads."""

    def look(answer: Answer, _facts: Facts) -> str | None:
        sent = parse_qs(urlsplit(answer.location).query).get(NOTIFICATION_PARAMETER, ["none"])
        return None if sent == [code] else f"notification {' '.join(sent)}"

    return Check(f"with {code}", look)


def answers(status: int | tuple[int, ...], *checks: Check) -> Expect:
    """Expect one of the statuses and all the checks."""
    return Expect(status if isinstance(status, tuple) else (status,), checks)


def sent(*checks: Check) -> Expect:
    """Expect a redirect that fulfils all the checks."""
    return answers(SEE_OTHER, *checks)


def sent_off(code: str) -> Expect:
    """Expect a redirect that carries a notification."""
    return sent(notified(code))


def fits(schema: str, *checks: Check) -> Expect:
    """Expect 200 with a body of the shape."""
    return answers(200, of_shape(schema), *checks)


def oauth_error(status: int, *errors: str) -> Expect:
    """Expect an error of RFC 6749."""
    told = value("error", f"in {' '.join(errors)}", lambda at, _: at in errors)
    return answers(status, of_shape("OAuthError"), told)


def refused(status: int, text: str, *checks: Check) -> Expect:
    """Expect the one shape of errors, with the field's text."""
    return answers(status, of_shape("Error"), equals("error", text), *checks)


def told(status: int, text: str) -> Expect:
    """Expect the field's error text in any form."""
    return answers(status, says(text))


UNAUTHORIZED = answers(401, of_shape("Error"), header("WWW-Authenticate", "Bearer"))
FORBIDDEN = answers((401, 403))
