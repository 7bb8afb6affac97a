"""Markdown to HTML for instructions: tables, footnotes, task lists, notes, actions; headings skip no level."""

import html
import re
from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from portal_backend.content.actions import action_html, action_of, is_section, section_html
from portal_backend.content.labels import NOTE_TITLES
from portal_backend.content.sanitising import Rewrite, sanitise
from portal_backend.content.substitution import NOTE_MARK, Placed

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)[\s/>]")
_HTML_TAG = re.compile(
    "(?:a|abbr|address|area|article|aside|audio|b|base|bdi|bdo|blockquote|body|br|button|canvas|"
    "caption|center|cite|code|col|colgroup|dd|del|details|dfn|dialog|div|dl|dt|em|embed|fieldset|"
    "figcaption|figure|font|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|i|"
    "iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|math|meta|meter|nav|noscript|"
    "object|ol|optgroup|option|output|p|param|picture|pre|progress|q|s|samp|script|section|select|"
    "small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|"
    "tfoot|th|thead|time|title|tr|track|u|ul|var|video|wbr)\\Z",
    re.IGNORECASE,
)


def render(placed: Placed, rewrite: Rewrite, title: str = "") -> str:
    """Return the page `placed` as safe HTML.

    `rewrite(address, is_image)` turns an address of the page into one that works where it is shown. A first heading
    that only repeats `title` is left out.
    """
    env: dict[str, Any] = {"placed": placed, "title": title}
    return sanitise(_PARSER.render(placed.text, env), rewrite)


def _note_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not line.startswith(NOTE_MARK):
        return False
    if not silent:
        token = state.push("note", "", 0)
        token.content = line.removeprefix(NOTE_MARK).strip()
        state.line = start + 1
    return True


def _finish(state: StateCore) -> None:
    """Put values back, demote headings, give them ids, and balance the sections."""
    placed: Placed = state.env["placed"]
    for token in state.tokens:
        _put_back(token, placed)
        for child in token.children or ():
            _put_back(child, placed)
            _readdress(child, placed)
    _headings(state)
    _balance(state, _section_step)
    _balance(state, _note_step)


def _put_back(token: Token, placed: Placed) -> None:
    restore = placed.markup if token.type in ("html_inline", "html_block") else placed.plain
    token.content = restore(token.content)
    token.info = placed.plain(token.info)
    for name in ("alt", "title"):
        if name in token.attrs:
            token.attrs[name] = placed.plain(str(token.attrs[name]))
    for child in token.children or () if token.type == "image" else ():
        child.content = placed.plain(child.content)


def _readdress(token: Token, placed: Placed) -> None:
    if token.type == "image":
        token.attrs["src"] = placed.address(str(token.attrs["src"]))
    elif token.type == "link_open":
        address = token.attrs["href"] = placed.address(str(token.attrs["href"]))
        if address.startswith(("http://", "https://")):
            token.attrs |= {"target": "_blank", "rel": "noopener noreferrer"}


def _headings(state: StateCore) -> None:
    tokens, taken = state.tokens, set[str]()
    if len(tokens) > 2 and tokens[0].type == "heading_open" and _words(tokens[1]) == state.env["title"]:
        del tokens[:3]
    above: list[int] = []
    for at, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        level = int(token.tag[1])
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        # The page's title is level one; below it no level is left out, whatever the author started with.
        token.tag = tokens[at + 2].tag = f"h{min(6, len(above) + 1)}"
        token.attrs["id"] = _unused(_slug(_words(tokens[at + 1])), taken)


def _words(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ()).strip()


def _slug(words: str) -> str:
    return re.sub(r"[^\w]+", "-", words.lower()).strip("-") or "part"


def _unused(slug: str, taken: set[str]) -> str:
    number, name = 1, slug
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    taken.add(name)
    return name


def _section_step(token: Token) -> int:
    if token.type != "fence" or not is_section(token.info):
        return 0
    return 1 if token.info.split()[0] == "section:begin" else -1


def _note_step(token: Token) -> int:
    if token.type != "note":
        return 0
    return -1 if token.content == "end" else 1


def _balance(state: StateCore, step: Callable[[Token], int]) -> None:
    """Drop closings without an opening on their own level, so that nothing closes what it did not open."""
    opened: dict[int, int] = {}
    kept = []
    for token in state.tokens:
        change = step(token)
        if change < 0 and not opened.get(token.level):
            continue
        if change:
            opened[token.level] = opened.get(token.level, 0) + change
        kept.append(token)
    state.tokens = kept


def _fence(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    token = tokens[at]
    if is_section(token.info):
        return section_html(token.info, token.content)
    action = action_of(token.info)
    if action:
        return action_html(action, token.content)
    language = re.sub(r"[^\w+#-]", "", token.info.split()[0]) if token.info.split() else ""
    named = f' class="language-{language}"' if language else ""
    return f"<pre><code{named}>{html.escape(token.content)}</code></pre>\n"


def _note(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]) -> str:
    kind, _, title = tokens[at].content.partition(" ")
    if kind == "end":
        return "</div>\n"
    heading = html.escape(title.strip() or NOTE_TITLES.get(kind, NOTE_TITLES["note"]))
    return f'<div class="note note-{html.escape(kind)}"><p class="note-title"><strong>{heading}</strong></p>\n'


def _markup(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    """Keep HTML that is HTML; show `List<String>` and `<your name>` as the text they are meant to be."""
    content = tokens[at].content
    tags = _TAG.findall(content)
    if all(_HTML_TAG.match(tag) for tag in tags):
        return content
    return html.escape(content) if tokens[at].type == "html_inline" else f"<p>{html.escape(content)}</p>\n"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": True})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.use(footnote_plugin).use(tasklists_plugin).use(deflist_plugin)
    parser.block.ruler.before("fence", "note", _note_rule, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.core.ruler.push("finish", _finish)
    if parser.linkify is not None:
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    for name, rule in {"fence": _fence, "note": _note, "html_inline": _markup, "html_block": _markup}.items():
        parser.add_render_rule(name, rule)
    return parser


_PARSER = _parser()
