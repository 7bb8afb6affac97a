"""One of several processes that ask a portal's store at once: `rusher.py URL ACTION COUNT`.

It says `ready`, waits for a line, acts COUNT times in four threads and prints what came of each as one JSON list.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from doubles import HandClock, InstantProvider

from portal_backend.services import sessions
from portal_backend.services.allocation import Allocated, Ask, request_session
from portal_backend.services.context import Context
from portal_backend.services.sweeper import sweep
from portal_backend.store.engine import open_store


def ask(context: Context, workshop: str) -> list[str]:
    """Return the session and its owner, or why there is none."""
    answer = request_session(context, Ask(workshop))
    return [answer.session.name, answer.session.owner or ""] if isinstance(answer, Allocated) else [answer.reason]


def end(context: Context, name: str) -> list[str]:
    """Return whether this call ended the session."""
    try:
        sessions.end(context, name)
    except sessions.UnknownSession:
        return ["unknown"]
    return ["ended"]


def sweep_up(context: Context, _: str) -> list[str]:
    """Return how many sessions this sweep ended."""
    return [str(sweep(context).ended)]


ACTIONS = {"ask": ask, "end": end, "sweep": sweep_up}


def say(text: str) -> None:
    """Tell the process that started this one."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(url: str, action: str, what: str, count: str, seconds: str) -> None:
    """Act when told to."""
    clock = HandClock()
    clock.forward(seconds=float(seconds))
    context = Context(open_store(url, wait=30), InstantProvider(), clock)
    with context.store.reading():
        say("ready")
    sys.stdin.readline()
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: ACTIONS[action](context, what), range(int(count))))
    say(json.dumps(done))
    context.store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
