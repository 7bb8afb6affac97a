"""Lets templates say things: `{{ _("Share") }}`, and whatever was said elsewhere, in the language of the page."""

import json
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from portal_backend.contract.languages import Language
from portal_backend.contract.words import Said, counted, say, told


def teach(environment: Any, speaker: Callable[[], Language], owner: Callable[[], str]) -> None:
    """Give a Jinja environment the words; `speaker` is the page's language, `owner` the code of the owner's own texts.

    `_` says a message, `counted` one about a number of things, `plurals` gives a script the words for any number.
    `tongue` marks text that was not said here, because it is the owner's, with its language where that is another one.
    """

    def plurals(one: str, many: str) -> str:
        return json.dumps(speaker().plurals(one, many), ensure_ascii=False)

    def tongue(text: object) -> str:
        own = owner()
        if not own or not text or isinstance(text, Said) or own == speaker().code:
            return ""
        return Markup(' lang="{}"').format(own)

    environment.globals.update(_=say, counted=counted, plurals=plurals, tongue=tongue)
    environment.finalize = lambda value: told(value, speaker()) if isinstance(value, Said) else value
