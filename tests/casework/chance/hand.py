"""Who, what and when of a random step, drawn from its number and from what stands in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import lists, moves, people
from casework.clock import day_of
from casework.people import Actor
from engine.procedure import StageKind
from models import Base
from models.applications import Application
from models.attachments import Attachment
from models.orgs import OrgUnit
from tests.casework.bureau import ROLES
from tests.casework.chance.town import Town
from tests.factories import TODAY


class Nothing(Exception):  # noqa: N818  # it is an answer, not an error
    """There is nothing yet that the step could be about."""


@dataclass
class Hand:
    """What every step needs. `done` counts what went through, `refused` what did not; `moved` says
    whether the last step went through."""

    town: Town
    session: Session
    now: datetime = field(init=False)
    moved: bool = False
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    random: Random = field(default_factory=Random)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.town.opened

    @property
    def today(self) -> date:
        return day_of(self.now)

    def actor(self, usual_one: str) -> Actor:
        """Mostly whoever does such a thing, else anybody."""
        name = usual_one if self.random.random() < 0.92 else self.random.choice(list(ROLES))
        if name not in self._actors:
            user = self.town.bureau.users[name]
            self._actors[name] = people.actor(self.session, user, TODAY)
        return self._actors[name]

    def likely(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, model: type[Base], *where: Any) -> Any:
        """One of the rows, mostly of those asked for."""
        ids = self.session.scalars(
            select(model.id).where(*(where if self.likely(0.9) else ())).order_by(model.id)  # type: ignore[attr-defined]
        ).all()
        if not ids:
            raise Nothing
        return self.session.get_one(model, self.random.choice(ids))

    def live(self, *kinds: StageKind) -> list[Application]:
        rows = self.session.scalars(
            select(Application).where(Application.status.in_(moves.LIVE)).order_by(Application.id)
        ).all()
        if not kinds:
            return list(rows)
        return [one for one in rows if self.stage(one).kind in kinds]

    def stage(self, application: Application) -> Any:
        return lists.road_of(application).stage(application.stage)

    def few(self, kind: StageKind, unit: OrgUnit | None = None) -> list[Application]:
        """Applications that wait for such a step, mostly of one unit; now and then others too."""
        rows = self.live(kind) if self.likely(0.95) else self.live()
        if unit is not None and self.likely(0.95):
            rows = [one for one in rows if one.org.path.startswith(unit.path)]
        if not rows:
            raise Nothing
        return self.random.sample(rows, self.random.randint(1, min(3, len(rows))))

    def version(self, application: Application) -> int:
        """As a page has it; one page in twenty is old."""
        return application.version - (0 if self.likely(0.95) else 1)

    def versions(self, applications: Sequence[Application]) -> dict[int, int]:
        self.session.flush()
        return {one.id: self.version(one) for one in applications}

    def day(self) -> date:
        """Mostly today; now and then the day before, or a day that has not come."""
        return self.today + timedelta(days=self.random.choice([0] * 38 + [-1, 1]))

    def spoiled(self, record: Mapping[str, object]) -> dict[str, object]:
        """What is typed: now and then something is missing or nonsense."""
        found = dict(record)
        if found and self.likely(0.06):
            name = self.random.choice(sorted(found))
            found[name] = self.random.choice([None, "", "?", -1, "9" * 30, "昨天", []])
        return found

    def reason(self) -> str:
        return "理由" if self.likely(0.95) else " "

    def key(self) -> str | None:
        """A request's key; few of them, so that some come twice."""
        return f"key{self.random.randint(1, 40)}" if self.likely(0.7) else None

    def committee(self) -> OrgUnit:
        tree = self.town.bureau.tree
        return tree.committee if self.likely(0.9) else tree.other_committee

    def attach(self, application: Application, kind: str) -> None:
        self.session.add(
            Attachment(
                application_id=application.id,
                kind=kind,
                filename="证明.pdf",
                mime="application/pdf",
                size=1,
                sha256="0" * 64,
                storage_key=f"{application.id}/{kind}/{self.random.random()}",
                by_id=self.town.bureau.users["clerk"].id,
                at=self.now,
            )
        )
        self.session.flush()
