"""The product's own labels within instructions: English in what sessions share, told in a page's language at last."""

import html
import re
from collections.abc import Callable

from portal_backend.contract.words import Said, say

_LABELLED = re.compile(
    r'(<figcaption class="action-label">|<p class="note-title"><strong>|<summary>|<input[^>]* aria-label=")'
    r'([^<"]+)(?=[<"])'
)
MORE = say("More")
NOTE_TITLES = {"note": say("Note"), "warning": say("Warning"), "danger": say("Danger")}
PLAIN = {
    "execute": say("Run in a terminal"),
    "execute-all": say("Run in every terminal"),
    "copy": say("Copy"),
    "copy-and-edit": say("Copy and change"),
}
# What the action does in words, and the fields worth showing, most telling first.
FIELDS: dict[str, tuple[Said, tuple[str, ...]]] = {
    "terminal:execute": (say("Run in a terminal"), ("command",)),
    "terminal:execute-all": (say("Run in every terminal"), ("command",)),
    "terminal:input": (say("Type in a terminal"), ("text",)),
    "terminal:interrupt": (say("Press Ctrl-C in the terminal"), ()),
    "terminal:interrupt-all": (say("Press Ctrl-C in every terminal"), ()),
    "terminal:clear": (say("Clear the terminal"), ()),
    "terminal:clear-all": (say("Clear every terminal"), ()),
    "terminal:select": (say("Go to a terminal"), ("session",)),
    "workshop:copy": (say("Copy"), ("text",)),
    "workshop:copy-and-edit": (say("Copy and change"), ("text",)),
    "dashboard:open-dashboard": (say("Open the dashboard tab"), ("name",)),
    "dashboard:create-dashboard": (say("Open a new dashboard tab"), ("name", "url")),
    "dashboard:reload-dashboard": (say("Reload the dashboard tab"), ("name", "url")),
    "dashboard:delete-dashboard": (say("Close the dashboard tab"), ("name",)),
    "dashboard:expose-dashboard": (say("Show the dashboard tab"), ("name",)),
    "dashboard:open-url": (say("Open this address"), ("url",)),
    "editor:open-file": (say("Open in the editor"), ("file", "line")),
    "editor:select-matching-text": (say("Find in the editor"), ("file", "text")),
    "editor:replace-text-selection": (say("Replace the selection in the editor"), ("file", "text")),
    "editor:replace-matching-text": (say("Replace in the editor"), ("file", "match", "replacement")),
    "editor:append-lines-to-file": (say("Add to the end of a file"), ("file", "text")),
    "editor:append-lines-after-match": (say("Add to a file"), ("file", "match", "text")),
    "editor:insert-lines-before-line": (say("Add to a file"), ("file", "line", "text")),
    "editor:execute-command": (say("Run in the editor"), ("command",)),
    "files:download-file": (say("Download a file"), ("path",)),
    "files:copy-file": (say("Copy a file"), ("path",)),
    "files:upload-file": (say("Upload a file"), ("path",)),
    "files:upload-files": (say("Upload files"), ("directory",)),
    "examiner:execute-test": (say("Check your work"), ("title", "name")),
    "section:heading": (say("Section"), ("title", "description")),
}
# What an action is called by that only the platform knows, before its verb.
FAMILIES = {
    "terminal": say("Terminal"),
    "dashboard": say("Dashboard"),
    "editor": say("Editor"),
    "files": say("Files"),
    "examiner": say("Check"),
    "workshop": say("Workshop"),
}
DONE = say("Done")
_ACTIONS = (*PLAIN.values(), *(label for label, _ in FIELDS.values()), *FAMILIES.values())
_OWN = {str(label): label for label in (MORE, DONE, *NOTE_TITLES.values(), *_ACTIONS)}


def with_labels(page: str, tell: Callable[[Said], str]) -> str:
    """Return a page's HTML with the product's labels as `tell` says them; those an author chose stay."""

    def told(found: re.Match[str]) -> str:
        label, colon, verb = html.unescape(found[2]).partition(": ")
        own = _OWN.get(label)
        return found[0] if own is None else found[1] + html.escape(f"{tell(own)}{colon}{verb}")

    return _LABELLED.sub(told, page)
