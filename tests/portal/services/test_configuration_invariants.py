"""Whatever is edited, in whatever order, between whatever people do: what must hold, holds."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storing import HOUR, House, offer, resources

from portal_backend.contract.wire import EnvironmentState
from portal_backend.resources.model import EnvironmentSpec, Resources
from portal_backend.services import catalog, configuration, sessions, sweeper
from portal_backend.services.allocation import Allocated, Ask, UnknownUsers, request_session
from portal_backend.services.errors import UnknownEnvironment
from portal_backend.store.engine import open_store
from portal_backend.store.queries import environments

EXAMPLES = int(os.environ.get("WORKSHOP_INDEX_TEST_EXAMPLES") or 40)
NAMES = ("git", "http", "shell")
RUNNING, GONE = EnvironmentState.RUNNING, EnvironmentState.STOPPED


@st.composite
def entries(draw: st.DrawFn) -> EnvironmentSpec:
    """One entry of a portal, and the workshop it names as its file is at the moment; without a title it is broken."""
    reserved, capacity = draw(st.integers(0, 3)), draw(st.integers(0, 4))
    found = offer(
        draw(st.sampled_from(NAMES)),
        alias=draw(st.sampled_from(("", "", "a", "b"))),
        capacity=capacity,
        reserved=min(reserved, capacity),
        initial=min(draw(st.sampled_from((0, reserved))), capacity),
        refresh=draw(st.sampled_from((timedelta(0), HOUR))),
    )
    return replace(found, workshop=replace(found.workshop, title=draw(st.sampled_from(("Old", "New", "")))))


@st.composite
def edits(draw: st.DrawFn) -> Resources:
    """A whole configuration; no offer is in it twice."""
    offers = draw(st.lists(entries(), max_size=5, unique_by=lambda each: (each.workshop.name, each.alias)))
    return resources(*offers, maximum=draw(st.sampled_from((0, 0, 4))), update_workshops=draw(st.booleans()))


ACTIONS = st.one_of(
    edits(),
    st.tuples(st.just("ask"), st.sampled_from(NAMES), st.sampled_from(("ann", "bob", "cid", "dan"))),
    st.tuples(st.just("end"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from((1, 30, 61))),
    st.just(("sweep",)),
)


@dataclass
class Story:
    """A portal on its way through edits and requests, and the sessions that were promised."""

    house: House
    wanted: Resources = field(default_factory=resources)
    promised: dict[str, str] = field(default_factory=dict)

    def do(self, action: Resources | tuple[object, ...]) -> None:
        """Carry out one action."""
        match action:
            case Resources():
                self.apply(action)
            case ("ask", str(workshop), str(user)):
                self.ask(workshop, user)
            case ("end", int(number)) if self.promised:
                name = list(self.promised)[number % len(self.promised)]
                del self.promised[name]
                sessions.end(self.house.context, name)
            case ("wait", int(minutes)):
                self.house.clock.forward(minutes=minutes)
                configuration.refresh(self.house.context, self.wanted)
            case ("sweep",):
                sweeper.sweep(self.house.context)

    def apply(self, wanted: Resources) -> None:
        """Apply an edit; applying it again changes nothing."""
        self.wanted = wanted
        configuration.apply(self.house.context, wanted)
        before = self.everything()
        assert configuration.apply(self.house.context, wanted) == []
        assert self.everything() == before

    def ask(self, workshop: str, user: str) -> None:
        """Ask for a session that never ends by itself."""
        try:
            ask = Ask(workshop, user, timeout=timedelta(0))
            answer = request_session(self.house.context, ask, UnknownUsers.ADOPT)
        except UnknownEnvironment:
            return
        if isinstance(answer, Allocated):
            self.promised[answer.session.name] = user

    def everything(self) -> list[object]:
        """Return all that is stored of environments, with their sessions."""
        found: list[object] = list(catalog.environments(self.house.context, list(EnvironmentState), sessions=True))
        return found

    def check(self) -> None:
        """Fail unless everything holds that must."""
        listed = catalog.environments(self.house.context, list(EnvironmentState), sessions=True)
        assert max(Counter(each.environment.name for each in listed).values(), default=1) == 1
        running = [each for each in listed if each.environment.state is RUNNING]
        offered = [(each.environment.workshop.name, each.environment.alias) for each in running]
        wanted = [(each.workshop.name, each.alias) for each in self.wanted.environments]
        assert offered == [each for each in wanted if each in offered]
        assert {(each.workshop.name, each.alias) for each in self.wanted.environments if each.readable} <= {*offered}
        assert all(each.environment.workshop.title for each in listed)
        live = {session.name: session.owner for each in listed for session in each.sessions}
        assert {name: live.get(name) for name in self.promised} == self.promised
        for each in listed:
            spares = sum(session.owner is None for session in each.sessions)
            held_below = each.environment.state is RUNNING and each.environment.capacity
            assert spares == 0 or each.active <= held_below
            assert each.environment.state is not GONE or not each.sessions
        everywhere, spare = sum(each.active for each in listed), sum(each.active - each.allocated for each in listed)
        maximum = catalog.settings(self.house.context).maximum
        assert not maximum or not spare or everywhere <= maximum
        with self.house.store.reading() as connection:
            assert environments.environments_made(connection) >= len(listed)


@contextmanager
def fresh(migrated: Path) -> Iterator[House]:
    """Give a portal of its own that offers nothing."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{shutil.copy(migrated, folder)}")
        try:
            yield House(store)
        finally:
            store.close()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=st.lists(ACTIONS, min_size=3, max_size=14))
def test_edits_and_requests_in_any_order(migrated_file: Path, actions: list[Resources | tuple[object, ...]]) -> None:
    with fresh(migrated_file) as house:
        story = Story(house)
        story.apply(story.wanted)
        for action in actions:
            story.do(action)
            story.check()
