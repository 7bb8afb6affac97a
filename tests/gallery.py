"""Every page of both programs with sample content, rendered with the values the programs give them."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from offered import ADDRESSES, NOON, crowd, known, offer

from frontend.site import pages as site
from frontend.site.embed import EmbedLinks, break_out_page, close_tab_page, embed_page, new_tab_page
from frontend.site.index import Shop
from frontend.site.model import Catalog, Parameter, Portal, Site, WorkshopOverride
from frontend.site.model import Section as Group
from frontend.site.parameters import Answers
from frontend.site.publishing import Edition, Place
from frontend.site.search import Query
from frontend.site.sign_in import Oidc, SignIn
from frontend.site.signed_links import Refusal, SignedLink, link_page, refused_page
from frontend.site.signing_in import Account, Why, sign_in_page, signed_out_page
from frontend.site.workshop import ask_page, workshop_page
from portal_backend.api import openapi_page as reference
from portal_backend.content.rendering import text_html
from portal_backend.contract.components import Availability, Card, Clock, ErrorPage, Fact, Hyperlink, Notice, Section
from portal_backend.contract.languages import Language, locale_of
from portal_backend.contract.telling import teach
from portal_backend.contract.wire import Notification
from portal_backend.pages import models as portal

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
STATES = (("ready", "Ready at once"), ("free", "12 seats free"), ("full", "Full"), ("closed", "Closed"))
TITLES = (
    "Containers from first principles",
    "Git, the second hour",
    "Write a REST client that survives",
    "A short walk through SQL windows",
    "Kubernetes fundamentals",
)
INSTRUCTIONS = """\
Three commands take back different things: `git restore` a *file*, `git reset` a branch,
[git revert](https://git-scm.com) nothing.

## Make the repository

```shell
mkdir bench && cd bench
for n in 1 2 3 4; do echo "line $n" >> notes.txt; git add notes.txt; git commit -m "Write line $n, and why"; done
```

```terminal:execute
command: git log --oneline
```

{{< note >}}
The hashes on your screen differ from those printed here.
{{< /note >}}

{{< warning >}}
What comes next throws `work` away.
{{< /warning >}}

> It is not lost yet.

### What each one touches

| Command | Working tree | Index | Branch |
|---|---|---|---|
| `git restore` | yes | on request | no |
| `git reset --hard` | yes | yes | yes |

1. Change a line.
2. Read what <kbd>git status</kbd> says.

- [x] Four commits
- [ ] One undone

---

#### And then

Go on.
"""
DESCRIBED = """\
## You learn

- undo
- `reflog`

```shell
git log --graph --all --date=short --pretty=format:"%h %ad %an %s" --since="three weeks ago" -- notes.txt
```
"""


def card(index: int, title: str = "", text: str = "Undo with confidence: reset, restore, revert and reflog.") -> Card:
    """Return one of many different cards."""
    state, words = STATES[index % len(STATES)]
    return Card(
        name=f"workshop-{index}",
        title=title or TITLES[index % len(TITLES)],
        description=text if index % 5 != 4 else "",
        url=f"/workshop/{index}/",
        image_url="/static/favicon.svg" if index % 7 == 6 else None,
        facts=(Fact("Duration", "45 minutes"), Fact("Difficulty", "Beginner")) if index % 5 != 4 else (),
        tags=("git", "history") if index % 3 else (),
        availability=Availability(state, words),
        start_url="/start/",
        start_label="Resume" if index == 1 else "Start",
        startable=state in ("ready", "free"),
        portal="lab",
    )


def catalog(*sections: Section, **changes: object) -> site.CatalogPage:
    """Return the index with these sections."""
    page = site.CatalogPage("Learn it by doing it", "Pick one and start.", (), sections, None, None)
    return replace(page, **changes)  # type: ignore[arg-type]


def notices() -> tuple[Notice, ...]:
    """Return a banner of each level."""
    link = Hyperlink("See what is free", "/")
    return (
        Notice("a", "success", "Your session has ended", "Start it again whenever you like.", link),
        Notice("b", "info", "Maintenance on Friday", "From 18:00 to 19:00 UTC.", None, True, "/b/close/"),
        Notice("c", "warning", "No seat is free right now", "", link, True, "/c/close/", "Free now:", (link, link)),
        Notice("d", "error", "The workshop did not start in time", "Start it again."),
    )


LINK = SignedLink("a", "lab", NOON, uses=300, pinned={"TEAM": "Blue", "SEED": LONG})
CARDS = tuple(card(index) for index in range(40))
CLOCK = Clock("42 minutes left", "2100-01-01T00:00:00Z", False, "Ends at 00:00 UTC")
EXPIRING = Clock("4 minutes left", None, True, "Ends at 14:30 UTC")
STEPS = tuple(portal.Link(title, f"/{at}/", current=at == 1) for at, title in enumerate((*TITLES, LONG)))
SESSION = portal.SessionPage(
    title="Make a history worth breaking",
    workshop_title="Git, the second hour",
    pages=STEPS,
    content_html=text_html(INSTRUCTIONS),
    previous=portal.Link("Before you begin", "/0/", "Previous"),
    next=portal.Link("Restore one file", "/2/", "Next"),
    clock=Clock("42 minutes left", "2100-01-01T00:00:00Z", False, "Ends at 00:00 UTC"),
    extend_url="/extend/",
    finish_url="/finish/",
    finish_label="Finish",
    schedule_url="/schedule/",
    index_url="/",
)
ROW = site.SessionRow(TITLES[1], "/", CLOCK, "/start/", "/extend/", "/end/", "/back/")
START, MORE = (
    Section("start", "Start here", "Short ones.", CARDS[:3]),
    Section("more", "More", "", CARDS[3:9]),
)
WORDY = Section("wordy", LONG[:24], LONG, tuple(card(at, LONG, f"{LONG} {LONG}") for at in range(3)))

ROWS = (ROW, replace(ROW, title=TITLES[2], clock=EXPIRING, extend_url=None))
PREPARED = WorkshopOverride(
    needs=("A terminal with Git 2.40 or later", "Having done “Git, the first hour”"),
    parameters=(
        Parameter(name="TEAM", label="Your team", help="Its colour marks your cluster.", choices=("Red", "Blue")),
        Parameter(name="NAME", label="Your name", required=True),
    ),
)
PREPARED_SHOP = Shop(
    Site(
        catalog=Catalog(workshops={"lab": PREPARED}),
        portals=(Portal(name="main", url="https://portal.example.com", anonymous=True),),
    ),
    (known(offer()),),
    (),
    replace(ADDRESSES, origin="https://workshops.example.com"),
    NOON,
)


def many(number: int, query: Query = Query()) -> site.CatalogPage:  # noqa: B008
    """Return the index of as many workshops, in two sections and the rest."""
    names = [each.workshop for each in crowd(number)]
    groups = (
        Group(id="begin", title="Begin here", description="Short ones.", workshops=tuple(names[:3])),
        Group(id="deeper", title="Go deeper", workshops=tuple(names[3 : 3 + number // 3])),
    )
    words = Catalog(title="Learn it by doing it", intro="Pick one and start.", sections=groups)
    return Shop(Site(catalog=words), (known(*crowd(number)),), (), ADDRESSES, NOON).catalog_page((), query)


ENTRY = reference.Entry(
    "get-schedule",
    "GET",
    "/workshops/session/{session}/schedule/",
    Markup("Tell <code>when</code> it ends."),
    "the robot, the owner or staff, by token",
    (reference.Field("session", "path", Markup(LONG)),),
    (reference.Given("200", Markup("Its clock."), "Schedule"), reference.Given("404", Markup("No such session."), "")),
    '{"event": {}}',
    '{"status": "RUNNING", "countdown": 3599}',
)
REFERENCE = reference.ReferencePage(
    "REST API",
    Markup("What programs may ask."),
    "/openapi.json",
    (reference.Chapter("sessions", "Sessions", Markup("One session."), (ENTRY,)),),
    (reference.Shape("Schedule", Markup("A clock."), '{"type": "object"}'),),
)

EDITION = Edition(
    Site(portals=(Portal(name="main", url="https://portal.example/", anonymous=True),)),
    (known(*crowd(10)),),
    Place("https://www.example.com/labs/", lambda path: f"/labs/{path}", lambda name: DOT),
    NOON,
)
ENDED = (replace(notices()[0], link=None),)

MEMBERS = SignIn(by="oidc", required_for="catalog", oidc=Oidc(issuer="https://login.example.com", client_id="c"))
ADA = Account("Ada Byron", None, "/sessions/", "/sign-out/", True)
STRANGER = Account("", "/sign-in/go/", "/sessions/", None, True)
# Who is signed in on the pages of these names; on others nobody signs in.
ACCOUNTS = {
    "index-10": ADA,
    "index-long-words": replace(ADA, name=LONG),
    "workshop": replace(ADA, sign_out_url="/oauth2/sign_out", sign_out_by_form=False),
    "sign-in": STRANGER,
    "sign-in-failed": STRANGER,
    "signed-out": STRANGER,
}


def address(what: str, page: str = "/") -> str:
    """Return where signing in and out leads."""
    return f"/{what}{page}"


PAGES: dict[str, tuple[str, object]] = {
    "sign-in": ("site/sign-in.html", sign_in_page(MEMBERS, "/start/lab/", None, address)),
    "sign-in-failed": ("site/sign-in.html", sign_in_page(MEMBERS, "/", Why.SILENT, address)),
    "signed-out": ("site/sign-in.html", signed_out_page(MEMBERS, address)),
    "index": ("site/catalog.html", catalog(START, MORE)),
    "index-banners": ("site/catalog.html", catalog(START, notices=notices(), stale="This list is from 5 minutes ago.")),
    "index-empty": ("site/catalog.html", catalog(empty="No workshop is offered here yet.")),
    "index-one": ("site/catalog.html", catalog(replace(START, cards=CARDS[:1]))),
    "index-forty": ("site/catalog.html", catalog(replace(START, cards=CARDS))),
    "index-10": ("site/catalog.html", replace(many(10), sessions=ROWS)),
    "index-found": ("site/catalog.html", many(200, Query(q="cafe", difficulty="advanced"))),
    "index-none-found": ("site/catalog.html", many(200, Query(q="nothing like that"))),
    "index-long-words": (
        "site/catalog.html",
        catalog(WORDY, MORE, title=LONG, notices=(Notice("l", "info", LONG),)),
    ),
    "workshop": (
        "site/workshop.html",
        site.WorkshopPage(TITLES[1], (), CARDS[1], text_html(DESCRIBED), "Ada Byron"),
    ),
    "workshop-full": ("site/workshop.html", site.WorkshopPage(LONG, (), card(2, LONG), "", "")),
    "ask": ("site/ask.html", site.AskPage(TITLES[1], (), CARDS[1], "/start/", "/")),
    "go": ("site/ask.html", link_page(PREPARED_SHOP, LINK, "/go/token/", ())),
    "go-used-up": ("site/error.html", refused_page(Refusal.USED_UP, LINK, "/")),
    "workshop-asks": ("site/workshop.html", workshop_page(PREPARED_SHOP, "lab", ())),
    "ask-again": (
        "site/ask.html",
        ask_page(
            PREPARED_SHOP, "lab", (), Answers({"TEAM": "Blue"}, {"NAME": "This is needed to start the workshop."})
        ),
    ),
    "embed": ("site/embed.html", site.EmbedPage(TITLES[1], (), TITLES[1], "Start", "/embed/lab/")),
    "embed-back": (
        "site/embed.html",
        site.EmbedPage(TITLES[1], ENDED, TITLES[1], "Start", "/embed/lab/", forget_url="/forget/"),
    ),
    "embed-asks": (
        "site/embed.html",
        replace(embed_page(PREPARED_SHOP, "lab", EmbedLinks("/embed/lab/", "/", "/", None)), notices=ENDED),
    ),
    "embed-full": (
        "site/embed.html",
        site.EmbedPage(LONG, (), LONG, "", None, "Full", "Look again", "/embed/lab/", forget_url="/forget/"),
    ),
    "embed-tab": ("site/embed.html", new_tab_page(CARDS[1], EmbedLinks("/", "/", "/tab/", None))),
    "embed-long": ("site/embed.html", site.EmbedPage(LONG, (), LONG, "Start", "/embed/lab/")),
    "break-out": ("site/break-out.html", replace(break_out_page("https://www.example.com/handbook", False), url="#")),
    "close-tab": ("site/close-tab.html", close_tab_page(ENDED, False, "/")),
    "sessions": (
        "site/sessions.html",
        site.SessionsPage(
            "Your sessions", (), (ROW, replace(ROW, clock=EXPIRING, extend_url=None)), "/forget/", "/", ""
        ),
    ),
    "sessions-none": (
        "site/sessions.html",
        site.SessionsPage("Your sessions", (), (), None, "/", "You have no session open."),
    ),
    "error": ("site/error.html", ErrorPage("There is no such page", 404, "It may be old.", "Use the index.", "/")),
    "published": ("site/catalog.html", EDITION.catalog_page()),
    "published-workshop": ("site/workshop.html", EDITION.workshop_page("lab-0001")),
    "back": ("site/back.html", EDITION.back_page()),
    "back-invalid": ("site/back.html", EDITION.back_page(Notification.SESSION_INVALID)),
    "session": ("portal/session.html", SESSION),
    "session-last": (
        "portal/session.html",
        replace(SESSION, next=None, extend_url=None, pages=STEPS[:1], workshop_title=LONG),
    ),
    "starting": (
        "portal/starting.html",
        portal.StartingPage("Starting", TITLES[1], "About 20 seconds.", 60, "/cancel/"),
    ),
    "confirm": ("portal/confirm.html", portal.ConfirmPage("Finish?", "It will be gone.", "/finish/", "Finish", "/")),
    "new-tab": (
        "portal/new-tab.html",
        portal.NewTabPage(
            "Open it in a tab of its own", "This browser keeps no cookies here.", "/c/", "Open in a new tab"
        ),
    ),
    "finished": ("portal/finished.html", portal.FinishedPage("You are done", "Nothing is kept.", "/")),
    "portal-catalog": (
        "portal/catalog.html",
        portal.CatalogPage("Workshops", (), (Section("all", "All workshops", "", ()),), None, None),
    ),
    "code": ("portal/code.html", portal.CodePage("Access code", "That is not the code.", "/")),
    "login": ("portal/login.html", portal.LoginPage("Log in", "The user name or password is wrong.", "/")),
    "reference": ("portal/reference.html", REFERENCE),
    "portal-error": ("portal/error.html", ErrorPage("Not found", 404, "It may be old.", "Use the index.", "/")),
}


LARGE: dict[str, tuple[str, object]] = {
    "index-200": ("site/catalog.html", many(200)),
    "index-1000": ("site/catalog.html", many(1000)),
    "index-page-2": ("site/catalog.html", many(1000, Query(section="more", page=2))),
}


def environment() -> Environment:
    """Return Jinja as both programs set it up, with a sample brand."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    teach(made, lambda: Language(locale_of("en")), str)
    link = SimpleNamespace(label="Help", url="/help/")
    made.globals.update(
        url_for=lambda endpoint, **_: f"/{endpoint}/",
        lang="en",
        labelled=Markup,
        direction="ltr",
        languages=(),
        csrf_token=lambda: "a-token",
        static_url=lambda path: f"/static/{path}",
        brand=SimpleNamespace(
            name="Workbench",
            tagline="Hands-on workshops by the platform team",
            logo_url=None,
            favicon_url=None,
            home_url="/",
            stylesheet_url=None,
            scheme="light dark",
            header_links=(link,),
            footer_links=(link,),
        ),
    )
    return made


def rendered(name: str) -> str:
    """Return the HTML of one page of the gallery."""
    template, page = (PAGES | LARGE)[name]
    return environment().get_template(template).render(page=page, account=ACCOUNTS.get(name))
