"""A file's text with the place of every character, or the reason why it is not text.

Lines are counted as editors count them: they end at CR LF, LF or CR, and nowhere else.
"""

import codecs
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from portal_backend.contract.problems import Position, Problem, error

LARGEST = 1024 * 1024
_LINE_END = re.compile(r"\r\n|\n|\r")
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class SourceText:
    """The text of one file."""

    file: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def position(self, index: int) -> Position:
        """Return the line and column of the character at `index`."""
        line = bisect_right(self._starts, index)
        return Position(self.file, line, index - self._starts[line - 1] + 1)

    def line_end(self, index: int) -> int:
        """Return the index of the end of the line that the character at `index` is in."""
        found = _LINE_END.search(self.text, index)
        return found.start() if found else len(self.text)

    def line(self, number: int) -> str:
        """Return line `number`, counted from 1, without its end; empty when there is no such line."""
        if not 1 <= number <= len(self._starts):
            return ""
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[self._starts[number - 1] : end].rstrip("\r\n")


def read_file(path: Path) -> SourceText | Problem:
    """Return the text of the file at `path`, or the problem that keeps it from being read."""
    start = Position(str(path))
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except FileNotFoundError:
        return error(start, "there is no such file")
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) and failure.strerror else str(failure)
        return error(start, f"this cannot be read: {reason}")
    return decode(data, str(path))


def decode(data: bytes, file: str) -> SourceText | Problem:
    """Return the text in `data`, UTF-8 unless a byte order mark says otherwise, or the problem that prevents it."""
    if len(data) > LARGEST:
        return error(Position(file), f"this is larger than {LARGEST // 1024} KiB", "split it into several files")
    mark, encoding = next(((m, e) for m, e in _ENCODINGS if data.startswith(m)), (b"", "utf-8"))
    body = data[len(mark) :]
    try:
        return check(SourceText(file, body.decode(encoding)))
    except UnicodeDecodeError as failure:
        before = SourceText(file, body[: failure.start].decode(encoding, "replace"))
        at = before.position(len(before.text))
        return error(at, f"this byte is not {encoding.upper()} text", "save the file as UTF-8")


def check(source: SourceText) -> SourceText | Problem:
    """Return `source` when it is of a bearable size and has no character that YAML forbids, otherwise the problem."""
    if len(source.text) > LARGEST:
        return error(Position(source.file), f"this is larger than {LARGEST // 1024} KiB", "split it into several files")
    found = _NOT_TEXT.search(source.text)
    if found is None:
        return source
    at = source.position(found.start())
    return error(at, f"a character that text may not have, U+{ord(found[0]):04X}", "remove it")
