"""Counts the uses of signed links in Redis, so that processes on several machines count as one.

Each step is a script, which Redis runs as a whole. A link has three hashes and a mark, which go a day after its end.
"""

from typing import Any

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from frontend.link_uses import KEPT_AFTER, Claim, UncountedError
from frontend.site.signed_links import SignedLink, Standing

_PREFIX = "workshop-index:link"
_BEGIN = """
local claims, sessions, last, ended = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local holder, ends, uses, given = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local function spent() return redis.call('HLEN', claims) + redis.call('HLEN', sessions) end
local function free() return uses == 0 or spent() < uses end
local function lasting() for _, key in ipairs(KEYS) do redis.call('EXPIREAT', key, ends) end end
local function give_back()
  if redis.call('HEXISTS', claims, holder) == 1 and redis.call('HINCRBY', claims, holder, -1) < 1 then
    redis.call('HDEL', claims, holder)
  end
end
"""
_LOOK = "return {spent(), redis.call('EXISTS', ended), redis.call('HGET', last, holder) or ''}"
_TAKE = """
if redis.call('EXISTS', ended) == 1 then return 'ended' end
if redis.call('HEXISTS', claims, holder) == 0 then
  local held = redis.call('HGET', last, holder)
  if held and held ~= given then return 'holds' end
  if not free() then return 'used-up' end
end
redis.call('HINCRBY', claims, holder, 1)
lasting()
return 'taken'
"""
_KEEP = """
if redis.call('HEXISTS', sessions, given) == 1 then
  give_back()
  return 1
end
if redis.call('HEXISTS', claims, holder) == 0 and (redis.call('EXISTS', ended) == 1 or not free()) then return 0 end
redis.call('HDEL', claims, holder)
redis.call('HSET', sessions, given, holder)
redis.call('HSET', last, holder, given)
lasting()
return 1
"""
_GIVE_BACK = "give_back()"
_END = """
redis.call('SET', ended, 1)
lasting()
"""


class UsesInRedis:
    """Counts in the Redis at `url`."""

    def __init__(self, url: str) -> None:
        # A step that is sent twice would count twice, so nothing is retried.
        self._redis = Redis.from_url(
            url, socket_connect_timeout=1, socket_timeout=2, retry=Retry(NoBackoff(), 0), decode_responses=True
        )
        steps = {"look": _LOOK, "take": _TAKE, "keep": _KEEP, "give_back": _GIVE_BACK, "end": _END}
        self._scripts = {name: self._redis.register_script(_BEGIN + step) for name, step in steps.items()}

    def look(self, link: SignedLink, holder: str = "") -> Standing:
        """Return what has come of the link."""
        spent, ended, last = self._run("look", link, holder)
        return Standing(int(spent), bool(ended), str(last))

    def take(self, link: SignedLink, holder: str, over: str) -> Claim:
        """Claim a use for `holder`."""
        return Claim(self._run("take", link, holder, over))

    def keep(self, link: SignedLink, holder: str, session: str) -> bool:
        """Keep a started session."""
        return bool(self._run("keep", link, holder, session))

    def give_back(self, link: SignedLink, holder: str) -> None:
        """Take back one click."""
        self._run("give_back", link, holder)

    def end(self, link: SignedLink) -> None:
        """Let the link start nothing any more."""
        self._run("end", link)

    def close(self) -> None:
        """Leave the Redis."""
        self._redis.close()

    def _run(self, step: str, link: SignedLink, holder: str = "", given: str = "") -> Any:
        ends = int((link.ends + KEPT_AFTER).timestamp())
        keys = [f"{_PREFIX}:{{{link.id}}}:{name}" for name in ("claims", "sessions", "last", "ended")]
        try:
            return self._scripts[step](keys=keys, args=[holder, ends, link.uses or 0, given])
        except RedisError as error:
            raise UncountedError(f"the Redis of SITE_CACHE_URL: {error}") from error
