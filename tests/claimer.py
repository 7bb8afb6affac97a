"""One of several processes that want the uses of one link: `claimer.py STORE PLACE LINK COUNT`.

It says `ready`, waits for a line, and wants COUNT uses in four threads, each for a visitor of its own. Half of them
lose what they get at once, as when a start fails, and ask once more. It prints who has a use in the end.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from frontend.link_uses import Claim, LinkUses, UsesInFile
from frontend.link_uses_redis import UsesInRedis
from frontend.site.signed_links import SignedLink, from_claims


def want(uses: LinkUses, link: SignedLink, holder: str, unlucky: bool) -> str:
    """Return the session that a visitor got, or nothing; fails when more uses are spent than there are."""
    for turn in range(2 if unlucky else 1):
        claim = uses.take(link, holder, "")
        assert uses.look(link).spent <= (link.uses or 0)
        if claim is not Claim.TAKEN:
            return ""
        if unlucky and turn == 0:
            uses.give_back(link, holder)
    assert uses.keep(link, holder, f"main/{holder}")
    return holder


def main(store: str, place: str, text: str, count: str) -> None:
    """Want them when told to."""
    link = from_claims(json.loads(text))
    assert link
    uses: LinkUses = UsesInFile(Path(place)) if store == "file" else UsesInRedis(place)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    name = sys.stdin.readline().strip()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda at: want(uses, link, f"{name}-{at}", at % 2 == 1), range(int(count))))
    sys.stdout.write(json.dumps([holder for holder in found if holder]))


if __name__ == "__main__":
    main(*sys.argv[1:])
