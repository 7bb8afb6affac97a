"""Jinja: the owner's `theme/` folder first, the built-in theme after it, nothing undefined.

An owner's template that wants to add to a built-in one of the same name extends `builtin/<name>`.
"""

from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined
from werkzeug.local import LocalProxy

from frontend.languages import Languages, OneLanguage
from portal_backend.contract.packaged import packaged
from portal_backend.contract.telling import teach

FOREVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=60"


def stylesheet(text: bytes, kept: str) -> Response:
    """Return a style sheet; one whose address changes with it may be kept for ever."""
    return Response(text, mimetype="text/css", headers={"Cache-Control": kept})


def use_theme(app: Flask, theme: Path) -> None:
    """Make the application's templates the owner's over the built-in ones."""
    builtin = FileSystemLoader(packaged("templates"))
    app.jinja_loader = ChoiceLoader([FileSystemLoader(theme), builtin, PrefixLoader({"builtin": builtin})])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def speak(app: Flask, languages: Languages | OneLanguage) -> None:
    """Let every template say things in the language of its page."""
    teach(app.jinja_env, languages.current, languages.owner)
    add_globals(
        app,
        lang=LocalProxy(lambda: languages.current().code),
        direction=LocalProxy(lambda: languages.current().direction),
        languages=LocalProxy(languages.choices),
    )


def add_globals(app: Flask, **globals_: object | Callable[..., object]) -> None:
    """Give every template and macro the names they share."""
    app.jinja_env.globals.update(globals_)
