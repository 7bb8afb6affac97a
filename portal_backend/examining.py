"""The portal's part of `workshop-index doctor`: where the events of the portal in this folder go, and who is there."""

from urllib.parse import urlsplit

from portal_backend import posting
from portal_backend import settings as environment
from portal_backend.contract.checking import Task
from portal_backend.contract.examining import Examination, Webhook
from portal_backend.contract.urls import origin_of
from portal_backend.domain.environment import ANONYMOUS
from portal_backend.resources import loading
from portal_backend.services.delivery_line import Limits, Line, Unreachable
from portal_backend.services.delivery_reach import Reach, TargetRefused
from portal_backend.settings import Settings, SettingsError

_AGENT = {"User-Agent": "workshop-index"}


def examine(task: Task, seconds: float) -> Examination | None:
    """Return what the files of the portal below the owner's folder say, and whether its webhook's target answers.

    The target is sent a GET, under the rules events are posted by; None when there is no portal, or no usable one.
    """
    try:
        settings = environment.load({**task.environ, "WORKSHOP_INDEX_CONFIG": str(task.config)})
    except SettingsError:
        return None
    if not settings.config_file.is_file():
        return None
    found = loading.load(settings.config_file, settings.workshops_dir, urlsplit(settings.url).hostname or "").portal
    if found is None:
        return None
    opened = found.portal.registration == ANONYMOUS
    return Examination(settings.url, opened, _asked(found.portal.webhook, settings, seconds))


def _asked(target: str, settings: Settings, seconds: float) -> Webhook:
    origin = origin_of(target) if target else None
    if origin is None:
        return Webhook()
    limits = Limits(connect=seconds, silence=seconds, total=seconds)
    try:
        line = Line(origin, Reach(settings.webhooks.private), posting.trusted(), limits)
        try:
            return Webhook(target, origin, status=line.get(target, _AGENT).status)
        finally:
            line.close()
    except TargetRefused as fault:
        return Webhook(target, origin, why=str(fault), barred=True)
    except Unreachable as fault:
        return Webhook(target, origin, why=str(fault))
