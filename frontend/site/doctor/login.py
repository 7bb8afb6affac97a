"""Whether a portal takes the robot's login, whether its token counts, and for how long."""

from dataclasses import dataclass

from frontend.site.doctor.heard import Answer, Fault, Heard, Place
from frontend.site.doctor.results import Result, failed, ok, skipped, warning
from portal_backend.contract.urls import origin_of

_SHORT_SECONDS = 300
PROXY_AUTHORIZATION = "proxy_set_header Authorization"


@dataclass(frozen=True)
class LoginNames:
    """What the variables of one portal's login are called."""

    prefix: str

    @property
    def account(self) -> tuple[str, str]:
        """Return those of the robot account."""
        return f"{self.prefix}_ROBOT_USERNAME", f"{self.prefix}_ROBOT_PASSWORD"

    @property
    def client(self) -> tuple[str, str]:
        """Return those of its OAuth2 client."""
        return f"{self.prefix}_ROBOT_CLIENT_ID", f"{self.prefix}_ROBOT_CLIENT_SECRET"


def no_login(why: str, names: LoginNames) -> Result:
    """Return that there is no login to try; `why` says what is missing and what to do."""
    named = tuple(name for name in (*names.account, *names.client) if name in why)
    todo = why if named else f"{why}, or set {', '.join((*names.account, *names.client))}"
    return failed("login", "there is no login to try", todo, *(named or (*names.account, *names.client)))


def login(place: Place, heard: Heard, names: LoginNames) -> Result:
    """Return whether the robot was let in."""
    if isinstance(heard, Fault):
        return failed("login", str(heard), f"look at what serves {place.setting} ({place.url})", place.setting)
    if heard.status == 200 and isinstance(heard.object.get("access_token"), str):
        return ok("login", "the robot account is let in")
    return _refused(place, heard, names)


def _refused(place: Place, answer: Answer, names: LoginNames) -> Result:
    error = answer.object.get("error")
    if error == "invalid_grant":
        todo = f"set {' and '.join(names.account)} to the robot account of this portal"
        return failed("login", "the portal does not take user name or password", todo, *names.account)
    if error in ("invalid_client", "unauthorized_client"):
        todo = f"set {' and '.join(names.client)} to the robot's OAuth2 client of this portal"
        return failed("login", "the portal does not take the OAuth2 client", todo, *names.client)
    if answer.status == 429:
        return failed(
            "login",
            "too many logins have failed",
            "wait a minute; PORTAL_LIMIT_TOKEN counts them",
            "PORTAL_LIMIT_TOKEN",
        )
    if answer.location:
        whither = origin_of(answer.location) or "elsewhere"
        todo = f"set {place.setting} to the address that answers without a redirect"
        return failed("login", f"redirected to {whither}, which loses the login", todo, place.setting)
    if answer.status == 400:
        todo = f"name {place.host} in PORTAL_HOSTS of the portal, or correct {place.setting}"
        return failed("login", "it does not know itself by that host name (400)", todo, "PORTAL_HOSTS", place.setting)
    if answer.status >= 500:
        todo = f"look at the portal's log, or correct {place.setting}"
        return failed("login", f"the portal, or what is in front of it, fails ({answer.status})", todo, place.setting)
    todo = f"correct {place.setting}: it is to be the address of a training portal"
    return failed("login", f"no training portal answers there ({answer.status})", todo, place.setting)


def token(given: Answer, used: Heard, returned: Heard) -> Result:
    """Return whether the token counted, how long it would, and whether it was given back afterwards."""
    if isinstance(used, Answer) and used.status in (401, 403):
        todo = f"let the proxy in front of the portal pass the header on: {PROXY_AUTHORIZATION} $http_authorization"
        return failed("token", "the token that was just given does not count", todo, PROXY_AUTHORIZATION)
    if isinstance(used, Fault):
        return skipped("token", f"nothing could be asked with it: {used}")
    told = given.object.get("expires_in")
    seconds = told if isinstance(told, int) and not isinstance(told, bool) else 0
    if seconds < _SHORT_SECONDS:
        told = f"counts for {seconds} s" if seconds > 0 else "does not say for how long it counts"
        todo = f"let tokens of the portal count for {_SHORT_SECONDS} seconds at least (expires_in)"
        return warning("token", f"it {told}, so the site logs in again and again", todo, "expires_in")
    span = f"{seconds // 3600} h" if seconds >= 7200 else f"{seconds // 60} min"
    if not isinstance(returned, Answer) or returned.status != 200:
        return warning(
            "token", f"it counts for {span}, and could not be given back", f"nothing: it ends by itself in {span}"
        )
    return ok("token", f"it counts for {span}, and was given back")
