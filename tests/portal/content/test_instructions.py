"""How a page looks once rendered: what Markdown, variables and actions become, and what never gets through."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from portal_backend.content.outline import outline
from portal_backend.content.rendering import page_html, text_html

Write = Callable[[Mapping[str, str]], Path]
BASE = "/workshops/session/lab-w01-s001/"
VALUES = {
    "session_namespace": "lab-w01-s001",
    "name": "Ada",
    "evil": "<img src=x onerror=alert(1)>**b**",
    "host": "h.example",
}

MARKUP = {
    "a table": ("|a|b|\n|-|-|\n|1|2|\n", "<table>"),
    "strikethrough": ("~~gone~~\n", "<s>gone</s>"),
    "headings start at two": ("### Top\n\n#### Low\n", '<h2 id="step-top">Top</h2>\n<h3 id="step-low">Low</h3>'),
    "headings skip no level": ("# Top\n\n###### Low\n", '<h2 id="step-top">Top</h2>\n<h3 id="step-low">Low</h3>'),
    "headings go back up": (
        "# A\n\n### B\n\n## C\n",
        '<h2 id="step-a">A</h2>\n<h3 id="step-b">B</h3>\n<h3 id="step-c">C</h3>',
    ),
    "equal headings get their own ids": ("# A\n\n# A\n", '<h2 id="step-a">A</h2>\n<h2 id="step-a-2">A</h2>'),
    "a link within the page": ("[x](#top)\n", '<a href="#step-top">x</a>'),
    "a link elsewhere": (
        "[x](https://e.example/)\n",
        '<a href="https://e.example/" target="_blank" rel="noopener noreferrer">x</a>',
    ),
    "a bare address": ("https://e.example/a\n", 'href="https://e.example/a"'),
    "a footnote": ("A[^1]\n\n[^1]: Note.\n", 'id="step-fn1"'),
    "a task list": ("- [x] done\n", 'type="checkbox"'),
    "code keeps its language": ("```java\nint a;\n```\n", '<code class="language-java">int a;'),
    "a line break": ("a<br>b\n", "a<br>b"),
    "details": ("<details><summary>More</summary>\n\nx\n\n</details>\n", "<details><summary>More</summary>"),
    "generics stay readable": ("a List<String> b\n", "List&lt;String&gt;"),
    "a placeholder stays readable": ("run <your name>\n", "&lt;your name&gt;"),
    "a note": ("{{< note >}}\nMind *this*.\n{{< /note >}}\n", '<div class="note note-note">'),
    "a note with a title": ('{{% warning title="Hot" %}}\nx\n{{% /warning %}}\n', "<strong>Hot</strong>"),
    "an escaped shortcode": ("`{{</* note */>}}`\n", "<code>{{&lt; note &gt;}}</code>"),
    "other shortcodes vanish": ("{{< figure src=x >}}a{{< /figure >}}\n", "<p>a</p>"),
    "a section folds": ("```section:begin\ntitle: Hint\n```\n\nx\n\n```section:end\n```\n", "<summary>Hint</summary>"),
    "a command": ("```terminal:execute\ncommand: ls -l\n```\n", "<pre><code>ls -l\n</code></pre>"),
    "a command says what it is": ("```execute-2\nls\n```\n", "Run in a terminal</figcaption>"),
    "an action with its own title": ("```terminal:execute\ntitle: List\ncommand: ls\n```\n", "List</figcaption>"),
    "an action with faulty fields": ("```editor:open-file\nfile: [\n```\n", "<pre><code>file: ["),
    "an unknown action": ("```editor:dance\nx: 1\n```\n", "Editor: dance</figcaption>"),
    "a picture beside the page": ("![P](pic.png)\n", f'<img src="{BASE}files/part/pic.png" alt="P">'),
    "a picture from the top": ("![P](/workshop/content/top.png)\n", f'<img src="{BASE}files/top.png" alt="P">'),
    "another page": ("[x](02-next.md#there)\n", f'<a href="{BASE}?page=part/02-next#step-there">x</a>'),
    "another page, by its address": ("[x](../part/02-next/)\n", f'<a href="{BASE}?page=part/02-next">x</a>'),
    "a picture in raw HTML": ('<img src="pic.png">\n', f'<img src="{BASE}files/part/pic.png">'),
    "a picture in the text": ("![](data:image/png;base64,AAAA)\n", '<img src="data:image/png;base64,AAAA" alt="">'),
}

VARIABLES = {
    "percent signs": ("Hi %name%.", "Hi Ada."),
    "braces": ("Hi {{ name }}, {{name}}.", "Hi Ada, Ada."),
    "parameter": ('Hi {{< param name >}} {{% param "name" %}}.', "Hi Ada Ada."),
    "in code": ("`x-{{ session_namespace }}`", "<code>x-lab-w01-s001</code>"),
    "in a fence": ("```execute\necho %name%\n```", "echo Ada\n"),
    "in an address": ("[a](http://a.{{ host }}/%name%)", 'href="http://a.h.example/Ada"'),
    "in a bare address": ("http://a-{{session_namespace}}.{{ host }}/", 'href="http://a-lab-w01-s001.h.example/"'),
    "in a heading": ("# Hi {{ name }}", '<h2 id="step-hi-ada">Hi Ada</h2>'),
    "in raw HTML": ("<b>{{ name }}</b>", "<b>Ada</b>"),
    "between stars": ("**{{ name }}**", "<strong>Ada</strong>"),
    "unknown ones stay": ("{{ other }} %other%", "{{ other }} %other%"),
    "an unknown parameter stays": ("{{< param other >}}", "{{&lt; param other &gt;}}"),
    "other templates stay": ("`{{.metadata.name}}`", "{{.metadata.name}}"),
    "values are text": ("{{ evil }}", "&lt;img src=x onerror=alert(1)&gt;**b**"),
    "values are text in HTML": ("<b title='{{ evil }}'>x</b>", 'title="&lt;img src=x onerror=alert(1)&gt;**b**"'),
}

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "script in capitals": "<SCRIPT SRC=//e.example/x.js></SCRIPT>",
    "unfinished script": "<script\n",
    "handler": "<img src=x onerror=alert(1)>",
    "handler with slash": "<img/onerror=alert(1)/src=x>",
    "svg": "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "math": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "frame": '<iframe src="https://e.example"></iframe>',
    "frame text": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "object": '<object data="x"></object><embed src="x">',
    "form": '<form action="https://e.example"><input name="password"><button>x</button></form>',
    "style": "<style>*{display:none}</style><p style='position:fixed'>x</p>",
    "base": '<base href="https://e.example/">',
    "meta": '<meta http-equiv="refresh" content="0;url=https://e.example">',
    "javascript link": "[x](javascript:alert(1))",
    "javascript link, raw": '<a href="javascript:alert(1)">x</a>',
    "javascript link, disguised": '<a href="java&#10;script:alert(1)">x</a> <a href=" &#14; javascript:alert(1)">x</a>',
    "data link": "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "data link, raw": '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "svg picture": '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    "vbscript": "[x](vbscript:msgbox(1))",
    "module of the page": '<div data-module="countdown" data-expires="2020-01-01">x</div>',
    "id of the page": '<p id="main">x</p>',
    "class of the page": '<p class="banner session-bar">x</p>',
    "closing the page": "</div></main></body></html><p>after",
    "fence info": '```"><script>alert(1)</script>\nx\n```',
    "action title": "```terminal:execute\ntitle: <script>x()</script>\ncommand: </code></pre><script>x()</script>\n```",
    "note title": '{{< note title="<script>alert(1)</script>" >}}\nx\n{{< /note >}}',
    "section title": "```section:begin\ntitle: <script>alert(1)</script>\n```",
    "template": "<template><script>alert(1)</script></template>",
    "noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "comment": "<!--><script>alert(1)</script>-->",
    "address from a value": "[x]({{ js }}) <a href='{{ js }}'>x</a> [y]({{ js }}//x)",
    "picture of a value": "![x]({{ js }})",
}


ACTIVE = {*("script", "style", "iframe", "object", "embed", "form", "button"), *("base", "meta", "svg", "math", "link")}
OURS = {"action", "action-label", "note", "note-note", "note-title", "language-scriptalert1script"}


@pytest.fixture
def show(workshop: Write) -> Callable[[str], str]:
    """Return a function that renders a text as the page `part/01-here`."""

    def render(text: str, values: Mapping[str, str] = VALUES) -> str:
        root = "workshop/content/"
        folder = workshop(
            {
                root + "part/01-here.md": text,
                root + "part/02-next.md": "x",
                root + "part/pic.png": "",
                root + "top.png": "",
            }
        )
        found = outline(str(folder))
        return page_html(found, found.pages[0], values, BASE)

    return render


@pytest.mark.parametrize(("text", "html"), MARKUP.values(), ids=MARKUP)
def test_markdown_becomes(show: Callable[[str], str], text: str, html: str) -> None:
    assert html in show(f"---\ntitle: Here\n---\n{text}")


@pytest.mark.parametrize(("text", "html"), VARIABLES.values(), ids=VARIABLES)
def test_variables_become(show: Callable[[str], str], text: str, html: str) -> None:
    shown = show(f"---\ntitle: Here\n---\n{text}\n")
    assert html in shown
    assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", shown)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("place", ["{}", "- {}", "|a|\n|-|\n|{}|"], ids=["alone", "in a list", "in a table"])
def test_nothing_active_gets_through(workshop: Write, text: str, place: str) -> None:
    folder = workshop({"workshop/content/a.md": f"before\n\n{place.format(text)}\n\nafter\n"})
    found = outline(str(folder))
    shown = BeautifulSoup(page_html(found, found.pages[0], {"js": "javascript:alert(1)"}, BASE), "html5lib")
    for tag in shown.body.find_all(True):
        assert tag.name not in ACTIVE
        assert not [name for name in tag.attrs if name.startswith(("on", "data-", "style", "srcdoc", "action", "name"))]
        assert str(tag.get("id", "step-")).startswith("step-")
        assert set(tag.get("class", [])) <= OURS
        for name in ("href", "src"):
            assert re.match(r"(https?:|#|/workshops/session/|\Z)", str(tag.get(name, ""))), tag


def test_a_heading_that_repeats_the_title_is_left_out(show: Callable[[str], str]) -> None:
    assert show("# Hello there\n\nText.\n") == "<p>Text.</p>\n"


def test_sections_close_what_they_open_and_nothing_else(show: Callable[[str], str]) -> None:
    begin, end = "```section:begin\ntitle: S\n```\n\n", "```section:end\n```\n\n"
    shown = show(f"{end}one\n\n{begin}two\n\n{begin}three\n\n{end}{end}{end}four\n")
    soup = BeautifulSoup(shown, "html5lib")
    assert [p.get_text() for p in soup.body.find_all("p", recursive=False)] == ["one", "four"]
    assert [len(p.find_parents("details")) for p in soup.find_all("p")] == [0, 1, 2, 0]


def test_defaults_of_the_author_give_way_to_the_session(workshop: Write) -> None:
    folder = workshop(
        {
            "workshop/content/a.md": "{{ NAME }} {{ OTHER }}",
            "workshop/modules.yaml": (
                "modules: {a: {name: A}}\nconfig: {vars: [{name: NAME, value: n}, {name: OTHER, value: o}]}\n"
            ),
        }
    )
    found = outline(str(folder))
    assert page_html(found, found.pages[0], {"NAME": "given"}, BASE) == "<p>given o</p>\n"


def test_sessions_do_not_see_each_others_values(show: Callable[[str], str]) -> None:
    text = "{{ name }} [x](02-next.md)"
    assert "Ada" in show(text)
    assert "Bob" in show(text, {"name": "Bob"})


def test_one_rendering_serves_every_session(workshop: Write) -> None:
    found = outline(str(workshop({"workshop/content/a.md": "[b](b.md)", "workshop/content/b.md": "x"})))
    first = page_html(found, found.pages[0], {"unused": "1"}, "/workshops/session/one/")
    second = page_html(found, found.pages[0], {"unused": "2"}, "/workshops/session/two/")
    assert ("/session/one/?page=b" in first, "/session/two/?page=b" in second) == (True, True)


def test_a_page_that_went_away_has_no_text(workshop: Write) -> None:
    folder = workshop({"workshop/content/a.md": "x"})
    found = outline(str(folder))
    (folder / "workshop/content/a.md").unlink()
    assert page_html(found, found.pages[0], {}, BASE) is None


def test_asciidoc_is_shown_as_it_is_written(workshop: Write) -> None:
    found = outline(str(workshop({"workshop/content/a.adoc": "= Title\n\n<b>%name%</b>\n"})))
    assert found.pages[0].title == "Title"
    assert page_html(found, found.pages[0], VALUES, BASE) == "<pre>= Title\n\n&lt;b&gt;Ada&lt;/b&gt;\n</pre>\n"


def test_a_description_is_rendered_too() -> None:
    assert text_html("Learn *it*.") == "<p>Learn <em>it</em>.</p>\n"
