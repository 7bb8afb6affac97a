"""One of several processes that post what waits in an outbox: `poster.py URL SECONDS HOW`.

It says `ready`, waits for a line, posts what can be posted `SECONDS` after the tests' first moment and says how many
letters arrived. With HOW `crash` it is killed, by itself, as soon as its first letter has arrived.
"""

import os
import signal
import sys
from ipaddress import ip_network

from doubles import HandClock, InstantProvider

from portal_backend.services.context import Context
from portal_backend.services.delivery import Delivery, Policy
from portal_backend.services.delivery_line import Answer, Line
from portal_backend.services.delivery_reach import Reach
from portal_backend.store.engine import open_store


class CrashingLine(Line):
    """Takes the whole process with it once a letter has arrived."""

    def post(self, *letter: object) -> Answer:  # type: ignore[override]
        """Post, and die."""
        super().post(*letter)  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("unreachable")


def main(url: str, seconds: str, how: str) -> None:
    """Post when told to."""
    clock = HandClock()
    clock.forward(seconds=float(seconds))
    context = Context(open_store(url, wait=30), InstantProvider(), clock)
    policy = Policy(("x" * 32,), Reach((ip_network("127.0.0.0/8"),)))
    delivery = Delivery(context, policy, line=CrashingLine if how == "crash" else Line)
    with context.store.reading():
        sys.stdout.write("ready\n")
        sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(f"{delivery.run()}\n")
    context.store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
