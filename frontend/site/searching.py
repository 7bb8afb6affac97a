"""The search form of the index and what it says: how many were found, and what to do when none was."""

from collections.abc import Iterable

from frontend.site.pages import SearchForm
from frontend.site.search import Query, Traits, filters
from portal_backend.contract.difficulties import difficulty_words
from portal_backend.contract.words import counted, say

_HANDFUL = 6
_LABELS = {"tag": say("Tag"), "difficulty": say("Difficulty"), "label": say("Label"), "portal": say("Portal")}
NONE_FOUND = say("No workshop matches. Look for fewer or other words, or take a filter away.")


def wanted(setting: str, offered: int) -> bool:
    """Whether the index has a search form: as the owner says, otherwise when there are more than a handful."""
    return bool(offered) and (setting == "always" or (setting == "auto" and offered > _HANDFUL))


def form_of(
    kinds: Iterable[str], everything: Iterable[Traits], home: str, query: Query, found: int, *, complete: bool
) -> SearchForm:
    """Return the form with what was asked in it; `complete` says that the page has every card there is."""
    labels = {kind: _LABELS[kind] for kind in kinds}
    return SearchForm(
        action=home,
        words=query.q,
        filters=filters(query, everything, labels, _shown),
        found=found_words(found),
        none=NONE_FOUND,
        reset_url=home if query.narrowed else None,
        complete=complete,
    )


def found_words(number: int) -> str:
    """Return how many workshops were found."""
    return counted("{n} workshop", "{n} workshops", number)


def none_words(query: Query) -> str:
    """Return what is said when nothing was found."""
    if not query.q:
        return NONE_FOUND
    return say("No workshop matches “{words}”. Look for fewer or other words, or take a filter away.", words=query.q)


def _shown(kind: str, value: str) -> str:
    if kind == "difficulty":
        return difficulty_words(value)
    if kind != "label":
        return value
    key, _, text = value.partition("=")
    return f"{key.rpartition('/')[2]}: {text}"
