"""The sweeper process's other task: posts events to webhooks, in threads of its own, so that no sweep waits for it."""

import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from portal_backend import credentials
from portal_backend.contract.wire import format_time
from portal_backend.services.context import Context
from portal_backend.services.delivery import Delivery, Policy
from portal_backend.services.delivery_reach import Reach
from portal_backend.settings import Settings
from portal_backend.store.queries import outbox
from portal_backend.store.queries.environments import find_portal

_LOOK_EVERY = 1.0


def delivery(settings: Settings, context: Context) -> Delivery:
    """Return what posts the letters of `context`, signed and bound as the settings say."""
    reach = Reach(settings.webhooks.private)
    return Delivery(context, Policy(credentials.webhook_secrets(settings), reach, certificates=trusted()))


def trusted() -> ssl.SSLContext:
    """Return what judges the certificates of targets; REQUESTS_CA_BUNDLE may name a file of authorities."""
    return ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH)


def lines(context: Context) -> Iterator[str]:
    """Yield what there is to say about the events of `context`: where they go, and what waits since when."""
    with context.store.reading() as connection:
        portal, waiting = find_portal(connection), outbox.waiting(connection)
    target = portal.webhook if portal else ""
    yield f"Events are posted to {target}" if target else "The portal has no webhook; set spec.analytics.webhook.url"
    for each in waiting:
        count = f"{each.letters} event{'' if each.letters == 1 else 's'}"
        yield f"{each.lane}: {count} waiting, the oldest since {format_time(each.oldest)}"
    if not waiting:
        yield "Nothing is waiting."


@contextmanager
def in_the_background(post: Delivery, stop: threading.Event) -> Iterator[None]:
    """Post until `stop` is set; on the way out, wait for the posts under way, which their time limits bound."""
    thread = threading.Thread(target=post.run_until, args=(stop, _LOOK_EVERY), name="webhooks")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
