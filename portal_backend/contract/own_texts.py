"""The owner's own words as their files say now, over those that ship with the product: an edit counts at once."""

import logging
import os
import threading
from collections.abc import Hashable
from pathlib import Path

from babel import Locale

from portal_backend.contract.languages import Language, OwnWords
from portal_backend.contract.own_words import files_of, language_of, read_own_words

_log = logging.getLogger(__name__)
_Stamp = tuple[str, int, int, int]


class OwnTexts:
    """The languages of pages, with the own words that the files of a folder have for them; without it, none.

    Words of a file that cannot be read stay as they were.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._words: dict[str, OwnWords] = {}
        self._spoken: dict[str, Language] = {}
        self._seen: tuple[_Stamp, ...] = ()
        self._reread()

    def revision(self) -> Hashable:
        """Return what is another when the words may be others; an edit counts from the next call on."""
        if self._stamps() != self._seen:
            with self._lock:
                self._reread()
        return self._seen

    def language(self, locale: Locale) -> Language:
        """Return a language with the owner's words; those of `de` count for `de_AT` where that has none."""
        self.revision()
        spoken, name = self._spoken, str(locale)
        if name not in spoken:
            broad = self._words.get(locale.language, {})
            spoken[name] = Language(locale, {**broad, **self._words.get(name, {})})
        return spoken[name]

    def _reread(self) -> None:
        stamps = self._stamps()
        if self._folder is None or stamps == self._seen:
            return
        words: dict[str, OwnWords] = {}
        for path in files_of(self._folder):
            locale = language_of(path)
            if locale is None:
                continue
            found = read_own_words(path, locale)
            for problem in found.problems:
                _log.warning("%s", problem)
            taken = self._words.get(str(locale), {}) if found.words is None else found.words
            words[str(locale)] = {**words.get(str(locale), {}), **taken}
        self._words, self._spoken, self._seen = words, {}, stamps

    def _stamps(self) -> tuple[_Stamp, ...]:
        if self._folder is None:
            return ()
        try:
            with os.scandir(self._folder) as entries:
                return tuple(sorted(_stamp(entry) for entry in entries))
        except FileNotFoundError:
            return ()
        except OSError:
            return self._seen


def _stamp(entry: os.DirEntry[str]) -> _Stamp:
    found = entry.stat()
    return entry.name, found.st_mtime_ns, found.st_size, found.st_ino
