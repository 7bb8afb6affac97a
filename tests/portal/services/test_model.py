"""The portal against a plain model of its rules, driven through whatever sequence hypothesis thinks of."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import psycopg
import pytest
from doubles import START
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test
from storing import House, offer

from portal_backend.contract.wire import Reason
from portal_backend.domain.activation import GRACE
from portal_backend.domain.schedule import Terms
from portal_backend.services import catalog, sessions
from portal_backend.services.allocation import (
    Allocated,
    Ask,
    Refused,
    UnknownEnvironment,
    UnknownUsers,
    request_session,
)
from portal_backend.services.sessions import Activated, Lapsed, UnknownSession
from portal_backend.services.sweeper import sweep
from portal_backend.store.engine import open_store
from portal_backend.store.queries.sessions import listed
from portal_backend.store.tables import metadata

EXAMPLES = int(os.environ.get("WORKSHOP_INDEX_MODEL_EXAMPLES") or 30)
MINUTE = timedelta(minutes=1)
TERMS = Terms(duration=20 * MINUTE, overtime=5 * MINUTE, deadline=30 * MINUTE)
WORKSHOPS = ("basics", "other")


@dataclass
class Taken:
    """A session in the model: whose, in which environment, until when, and when its clock started."""

    user: str
    place: str
    ends: datetime
    asked: datetime
    started: datetime | None = None
    newest: str = ""
    good_until: datetime = START


@dataclass
class Model:
    """What must be true, kept in the simplest way."""

    maximum: int
    capacity: dict[str, int]
    reserved: dict[str, int]
    offered: dict[str, str] = field(default_factory=dict)
    made: int = 0
    spares: dict[str, int] = field(default_factory=dict)
    awake: set[str] = field(default_factory=set)
    taken: dict[str, Taken] = field(default_factory=dict)
    cap: int = 0

    def pass_time(self, now: datetime) -> None:
        """Drop what is over."""
        self.taken = {name: taken for name, taken in self.taken.items() if now < taken.ends}

    def offer(self, workshop: str) -> None:
        """Offer a workshop in a new environment, asleep until somebody asks."""
        self.made += 1
        place = self.offered[workshop] = f"lab-w{self.made:02d}"
        self.spares[place] = 0

    def take_back(self, workshop: str) -> None:
        """Hand out nothing more of a workshop; its sessions stay."""
        del self.spares[self.offered.pop(workshop)]

    def allocated(self, place: str) -> int:
        return sum(taken.place == place for taken in self.taken.values())

    def active(self, place: str) -> int:
        return self.allocated(place) + self.spares[place]

    def everywhere(self) -> int:
        return len(self.taken) + sum(self.spares.values())

    def own(self, user: str, workshop: str) -> str | None:
        """Return the user's session in the environment that offers a workshop now."""
        place = self.offered.get(workshop)
        return next((n for n, taken in self.taken.items() if (taken.user, taken.place) == (user, place)), None)

    def make_room(self, workshop: str, user: str) -> Reason | None:
        """Take a seat for one more session of a user, or return why there is none."""
        place = self.offered[workshop]
        if self.cap and sum(taken.user == user for taken in self.taken.values()) >= self.cap:
            return Reason.USER_LIMIT
        elsewhere = next((other for other in self.spares if other != place and self.spares[other]), None)
        if self.spares[place]:
            self.spares[place] -= 1
        elif self.active(place) >= self.capacity[workshop]:
            return Reason.WORKSHOP_FULL
        elif self.everywhere() >= self.maximum:
            if elsewhere is None:
                return Reason.PORTAL_FULL
            self.spares[elsewhere] -= 1
        return None

    def top_up(self, workshop: str) -> None:
        """Make spares up to the reserve, within both limits."""
        place = self.offered[workshop]
        while (
            place in self.awake
            and self.spares[place] < self.reserved[workshop]
            and self.active(place) < self.capacity[workshop]
            and self.everywhere() < self.maximum
        ):
            self.spares[place] += 1

    def topped_up(self, order: Iterable[str]) -> dict[str, int]:
        """Return the spares there are once the workshops have been topped up one after the other."""
        later = replace(self, spares=dict(self.spares))
        for workshop in order:
            later.top_up(workshop)
        return later.spares

    def resize(self, workshop: str) -> None:
        """Give up spares that are too many, or top up."""
        place = self.offered[workshop]
        room = max(0, self.capacity[workshop] - self.allocated(place))
        wanted = min(self.reserved[workshop], room)
        if self.spares[place] > wanted:
            self.spares[place] = wanted
        else:
            self.top_up(workshop)


class Portal(RuleBasedStateMachine):
    """Does the same to the portal and to the model and compares."""

    fresh: Callable[[Path], str]
    asked = Bundle("asked")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.url = type(self).fresh(self.folder)
        self.house = House(open_store(self.url))
        self.model = Model(7, dict.fromkeys(WORKSHOPS, 3), dict.fromkeys(WORKSHOPS, 1))
        for workshop in WORKSHOPS:
            self.model.offer(workshop)
        self.configure()

    def teardown(self) -> None:
        self.house.store.close()
        shutil.rmtree(self.folder)

    def configure(self) -> None:
        model = self.model
        offers = (
            offer(name, capacity=model.capacity[name], reserved=model.reserved[name], terms=TERMS)
            for name in WORKSHOPS
            if name in model.offered
        )
        self.house.offer(*offers, maximum=model.maximum, anonymous=model.cap)

    @property
    def now(self) -> datetime:
        return self.house.clock()

    def spares(self) -> dict[str, int]:
        """Return how many spares the portal has in each environment."""
        listed = catalog.environments(self.house.context)
        return {each.environment.name: each.active - each.allocated for each in listed}

    @rule(target=asked, user=st.sampled_from(["ann", "bob", "cy", "di", "ed"]), workshop=st.sampled_from(WORKSHOPS))
    def request(self, user: str, workshop: str):
        own, model = self.model.own(user, workshop), self.model
        if workshop not in model.offered:
            self.request_what_is_taken_back(user, workshop)
            return multiple()
        answer = request_session(self.house.context, Ask(workshop, user), UnknownUsers.ADOPT)
        if own is None:
            refused = model.make_room(workshop, user)
            if refused is not None:
                assert isinstance(answer, Refused)
                assert answer.reason is refused
                return multiple()
        assert isinstance(answer, Allocated)
        name = answer.session.name
        if own is None:
            assert name not in model.taken
            model.awake.add(model.offered[workshop])
            model.taken[name] = Taken(user, model.offered[workshop], self.now + MINUTE, self.now)
            model.top_up(workshop)
        elif model.taken[name].started is None:
            assert name == own
            model.taken[name].ends = min(self.now + MINUTE, model.taken[name].asked + 10 * MINUTE)
        taken = model.taken[name]
        taken.newest = answer.token
        taken.good_until = taken.ends if taken.started is None else self.now + MINUTE
        return name, answer.token, self.now + MINUTE

    def request_what_is_taken_back(self, user: str, workshop: str) -> None:
        """Nothing new is handed out; a session the user still has there may be given again."""
        try:
            answer = request_session(self.house.context, Ask(workshop, user), UnknownUsers.ADOPT)
        except UnknownEnvironment:
            return
        if isinstance(answer, Refused):
            assert answer.reason is Reason.STOPPING
            return
        taken = self.model.taken[answer.session.name]
        assert taken.user == user and taken.place not in self.model.spares
        taken.newest, taken.ends = answer.token, answer.session.ends
        taken.good_until = taken.ends if taken.started is None else self.now + MINUTE

    @rule(what=asked)
    def activate(self, what: tuple[str, str, datetime]) -> None:
        name, token, until = what
        taken = self.model.taken.get(name)
        answer = sessions.activate(self.house.context, name, token)
        if taken is None:
            assert isinstance(answer, Lapsed)
            return
        if token == taken.newest and self.now < taken.good_until:
            assert isinstance(answer, Activated)
            taken.good_until = min(taken.good_until, self.now + GRACE)
        if isinstance(answer, Activated):
            assert self.now < until
            if taken.started is None:
                taken.started, taken.ends = self.now, self.now + TERMS.duration
        else:
            assert token != taken.newest or self.now >= taken.good_until

    @rule(what=asked)
    def extend(self, what: tuple[str, str, datetime]) -> None:
        taken = self.model.taken.get(what[0])
        if taken is None:
            with pytest.raises(UnknownSession):
                sessions.extend(self.house.context, what[0])
            return
        granted = sessions.extend(self.house.context, what[0]).extended
        last = taken.started + TERMS.deadline if taken.started else self.now
        allowed = taken.started is not None and taken.ends - self.now < TERMS.overtime and taken.ends < last
        assert granted is allowed
        if granted:
            taken.ends = min(taken.ends + TERMS.overtime, last)

    @rule(what=asked)
    def end(self, what: tuple[str, str, datetime]) -> None:
        if what[0] in self.model.taken:
            sessions.end(self.house.context, what[0])
            del self.model.taken[what[0]]
        with pytest.raises(UnknownSession):
            sessions.end(self.house.context, what[0])

    @rule(seconds=st.sampled_from([1, 30, 59, 60, 300, 901, 1199]))
    def wait(self, seconds: int) -> None:
        self.model.pass_time(self.house.clock.forward(seconds=seconds))

    @rule()
    def sweep(self) -> None:
        sweep(self.house.context)
        told = self.spares()
        # Where the portal's maximum leaves room for one of two, either may have it.
        assert told in [self.model.topped_up(order) for order in permutations(self.model.offered)]
        self.model.spares = told

    @rule(workshop=st.sampled_from(WORKSHOPS))
    def take_back_or_offer_again(self, workshop: str) -> None:
        if workshop in self.model.offered:
            self.model.take_back(workshop)
        else:
            self.model.offer(workshop)
        self.configure()

    @rule(workshop=st.sampled_from(WORKSHOPS), capacity=st.integers(0, 4), reserved=st.integers(0, 2))
    def edit(self, workshop: str, capacity: int, reserved: int) -> None:
        model = self.model
        if (model.capacity[workshop], model.reserved[workshop]) == (capacity, reserved):
            return
        model.capacity[workshop], model.reserved[workshop] = capacity, reserved
        self.configure()
        if workshop in model.offered:
            model.resize(workshop)

    @rule(maximum=st.integers(1, 9), cap=st.integers(0, 2))
    def edit_limits(self, maximum: int, cap: int) -> None:
        model, before = self.model, dict(self.model.spares)
        model.maximum, model.cap = maximum, cap
        surplus = max(0, model.everywhere() - maximum)
        self.configure()
        model.spares = self.spares()
        # Nobody's session ends, and which of the spares go is the portal's choice.
        assert sum(model.spares.values()) == max(0, sum(before.values()) - surplus)
        assert all(model.spares[place] <= number for place, number in before.items())

    @rule()
    def restart(self) -> None:
        self.house.store.close()
        self.house.store = open_store(self.url)
        self.configure()

    @invariant()
    def the_catalog_tells_what_the_model_knows(self) -> None:
        listed = catalog.environments(self.house.context)
        assert {each.environment.workshop.name: each.environment.name for each in listed} == self.model.offered
        for each in listed:
            place = each.environment.name
            assert (each.active, each.allocated) == (self.model.active(place), self.model.allocated(place))
        assert catalog.portal(self.house.context).allocated == len(self.model.taken)

    @invariant()
    def each_user_holds_what_the_model_knows(self) -> None:
        with self.house.store.reading() as connection:
            held = {s.name: (s.owner, s.ends) for s in listed(connection, self.now) if s.owner}
        assert held == {name: (taken.user, taken.ends) for name, taken in self.model.taken.items()}


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest) -> Callable[[Path], str]:
    """Return what gives each run an empty store."""
    if request.param == "sqlite":
        template = request.getfixturevalue("migrated_file")
        return lambda folder: f"sqlite:///{shutil.copy(template, folder)}"
    url = request.getfixturevalue("migrated_schema")

    def emptied(_: Path) -> str:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"TRUNCATE {', '.join(metadata.tables)}")
        return str(url)

    request.addfinalizer(lambda: emptied(Path()))
    return emptied


def test_the_portal_does_what_the_model_says(fresh: Callable[[Path], str]) -> None:
    Portal.fresh = staticmethod(fresh)  # type: ignore[assignment]
    run_state_machine_as_test(
        Portal,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
