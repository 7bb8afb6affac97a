"""The sweeper of a live site: as `workshop-index portal sweep`, and what is rehearsed counts for it, too."""

import os

from portal_backend import posting, startup
from portal_backend.reading import StartupError, read_settings
from portal_backend.rehearsal.acting import RehearsedEdits, with_switches
from portal_backend.rehearsal.switches import switches_of
from portal_backend.sweeping import Rounds, log_plainly, until_told_to_stop

_EVERY_SECONDS = 2.0


def main() -> None:
    """Sweep until a signal comes; ends with the text of what stands in the way."""
    log_plainly()
    try:
        settings = read_settings(os.environ)
        switches = switches_of(settings.instance, os.environ)
        context = with_switches(startup.begin(settings), switches)
    except StartupError as error:
        raise SystemExit(f"Error: {error}") from None
    rounds = Rounds(settings, context, RehearsedEdits(settings, context, switches))
    until_told_to_stop(rounds, posting.delivery(settings, context), _EVERY_SECONDS)


if __name__ == "__main__":
    main()
