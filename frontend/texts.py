"""The command `workshop-index texts`: every built-in text, in the form of a file of the owner's own words."""

import json
from collections.abc import Iterator

import click

from portal_backend.contract import languages
from portal_backend.contract.languages import Language, locale_of
from portal_backend.contract.own_words import FOLDER

_HEAD = """\
# Your own words in place of the built-in ones: config/{folder}/{code}.yaml
# Each text is named by what it is in English. Take away the # before those you want in other words, and keep what
# stands in braces; all other lines may go. `workshop-index check` tells what is wrong."""


@click.command(epilog="Exit codes: 0 done; 2 the command was not understood.")
@click.option("--language", "code", default="en", show_default=True, help="the language of the words, such as de")
def texts(code: str) -> None:
    """Print every built-in text as YAML, to say some of them in words of your own.

    Into a new file: workshop-index texts --language de > config/texts/de.yaml
    """
    try:
        language = Language(locale_of(code))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--language") from None
    click.echo(_HEAD.format(folder=FOLDER, code=code.lower()))
    for line in _lines(language):
        click.echo(f"#{line}")


def _lines(language: Language) -> Iterator[str]:
    for text, many in sorted(languages.texts().items(), key=lambda pair: pair[0].casefold()):
        if not many:
            yield f"{_quoted(text)}: {_quoted(language.message(text))}"
            continue
        yield f"{_quoted(text)}:"
        for form, words in language.plurals(text, many).items():
            yield f"  {form}: {_quoted(words)}"


def _quoted(text: str) -> str:
    """Return text as YAML has it within double quotes, which is how JSON has it."""
    return json.dumps(text, ensure_ascii=False)
