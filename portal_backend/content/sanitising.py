"""The one place that decides which HTML may stand in instructions; everything rendered passes through it last."""

import html
import re
from collections.abc import Callable

import nh3

from portal_backend.content.labels import DONE

Rewrite = Callable[[str, bool], str]
ID_PREFIX = "step-"
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em",
    "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "li", "mark", "ol",
    "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var",
}  # fmt: skip
_DROPPED_WHOLE = {"script", "style", "iframe", "object", "noscript", "template", "title", "textarea", "select"}
_ATTRIBUTES = {
    "*": {"id", "title", "lang", "dir"},
    "a": {"href", "class", "target", "rel", "download"},
    "img": {"src", "alt", "width", "height"},
    "code": {"class"},
    "div": {"class"},
    "figure": {"class"},
    "figcaption": {"class"},
    "p": {"class"},
    "section": {"class"},
    "span": {"class"},
    "hr": {"class"},
    "sup": {"class"},
    "li": {"class"},
    "ul": {"class"},
    "ol": {"start", "class"},
    "td": {"colspan", "rowspan", "align", "class"},
    "th": {"colspan", "rowspan", "align", "scope", "class"},
    "details": {"open"},
    "input": {"type", "disabled", "checked", "aria-label"},
}
_CLASS = re.compile(r"(?:language-[\w+#-]+|action|action-label|note(?:-\w+)?|footnote\w*|task-list\w*|align-\w+)\Z")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*\Z", re.IGNORECASE)
_ID = re.compile(r"[^\s\"'<>`=]{1,120}\Z")


def sanitise(markup: str, rewrite: Rewrite) -> str:
    """Return `markup` with only what the allow-list names; ids and links to them get a prefix of their own.

    `rewrite(address, is_image)` turns an address into one that works where the markup is shown.
    """

    def judge(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "id":
            return ID_PREFIX + value if _ID.match(value) else None
        if attribute == "class":
            return " ".join(name for name in value.split() if _CLASS.match(name)) or None
        return _address(value, attribute == "src", rewrite) if attribute in ("href", "src") else value

    return nh3.clean(
        markup,
        tags=_TAGS,
        clean_content_tags=_DROPPED_WHOLE,
        attributes=_ATTRIBUTES,
        attribute_filter=judge,
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": "", "aria-label": str(DONE)}},
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )


def words_of(markup: str) -> str:
    """Return the text of `markup` without any tags."""
    return html.unescape(nh3.clean(markup, tags=set()))


def _address(value: str, image: bool, rewrite: Rewrite) -> str | None:
    if value.strip().lower().startswith("data:"):
        return value if image and _PICTURE.match(value) else None
    if value.startswith("#"):
        return f"#{ID_PREFIX}{value[1:]}" if len(value) > 1 else value
    return rewrite(value, image)
