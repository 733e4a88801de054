"""The first page of each role: what waits for me with counts, what is late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, url_for
from flask_admin import Admin
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from admin import clock
from admin.cases.actions import PAGES
from admin.extensions import db
from admin.frame import panel
from admin.pages import waiting
from admin.pages.applications import due_words, holidays, stage_words
from admin.pages.waiting import Place
from admin.security.people import actor
from admin.text import policy_label
from casework import dues
from casework.permissions import Permission
from models.applications import Application
from models.orgs import OrgUnit

LOOKED_AT = 300  # of the applications that wait for this person, the oldest, for lateness
MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits at one stage for this person."""

    label: str
    sub: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Late:
    application: Application
    stage: str
    due: object


def data() -> Mapping[str, Any] | None:
    """The panel, or None for people who take no step."""
    by = actor()
    places = waiting.places(db.session(), by)
    if not places and not by.holds(Permission.Application.REGISTER):
        return None
    return {
        "piles": piles(places),
        "late": late(places),
        "may_register": by.holds(Permission.Application.REGISTER),
    }


def piles(places: list[Place]) -> list[Pile]:
    """One line for each step, in the order of the roads; the same step of several editions is one."""
    found: dict[tuple[str, str], Pile] = {}
    for place in places:
        count = waiting.count(db.session(), place)
        if not count:
            continue
        label, sub = policy_label(place.stage.label), policy_label(place.button)
        known = found.get((label, sub))
        total = count + (known.count if known else 0)
        found[(label, sub)] = Pile(label, sub if sub != label else "", total, address(place))
    return list(found.values())


def address(place: Place) -> str:
    """The page of lists where the step is taken, or the list of applications at the stage."""
    page = PAGES.get(place.stage.kind) if place.stage.on_list or place.part else None
    if page:
        return url_for(page)
    return url_for("applications.index_view", f_stage=place.stage.id)


def late(places: list[Place]) -> list[Late]:
    """Applications that wait for this person and are past a due date, the longest first."""
    if not places or not actor().holds(Permission.Application.READ):
        return []
    rows = db.session.scalars(
        select(Application)
        .join(OrgUnit, OrgUnit.id == Application.org_id)
        .options(selectinload(Application.member), selectinload(Application.org))
        .where(or_(*(waiting.at(place) for place in places)))
        .order_by(Application.applied_on, Application.id)
        .limit(LOOKED_AT)
    )
    today, calendar = clock.today(), holidays()
    found = []
    for row in rows:
        states = {one.state for one in dues.dues_of(db.session(), row, today, calendar)}
        if "late" in states:
            found.append(Late(row, stage_words(row), due_words(row)))
        if len(found) == MOST_SHOWN:
            break
    return found


def install(app: Flask, frame: Admin) -> None:
    """Put the panel on the first page."""
    panel(app, "cases/_mine.html", data)
