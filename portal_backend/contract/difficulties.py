"""How hard a workshop is, in the words of the field."""

from portal_backend.contract.words import say

_WORDS = {
    "beginner": say("Beginner"),
    "intermediate": say("Intermediate"),
    "advanced": say("Advanced"),
    "extreme": say("Extreme"),
}


def difficulty_words(difficulty: str) -> str:
    """Return a difficulty as people read it: the platform's own in words, any other as it is written."""
    return _WORDS.get(difficulty.casefold()) or difficulty.capitalize()
