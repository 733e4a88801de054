"""The first page of each role: what waits for me, what is late and why, what came back, what I did.

Every part is asked of casework, which knows nothing of pages; a part that a person has no right to
or nothing in is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_admin import Admin
from sqlalchemy import select

from admin import clock
from admin.cases.words import listed
from admin.extensions import db
from admin.figure_cards.chosen import cards_aside
from admin.figure_cards.shapes import Card
from admin.frame import panel
from admin.security.people import actor
from admin.text import policy_label, zhdate
from admin.work import shown
from casework import figures, health, places, watch, worklist
from casework.figures import Choice
from casework.permissions import Permission
from casework.places import Place
from engine.procedure import StageKind
from models.applications import CaseStatus
from models.orgs import OrgUnit
from models.people import Role

OLDEST = 8
FEW = 6
LAST_DONE = 10
LOOKED_BACK = 60
DECIDES = (Permission.Step.APPROVE, Permission.Step.MEET, Permission.Step.VERIFY)
"""Who holds one of these and reads reports leads, and has the figures on the first page."""


def data() -> Mapping[str, Any] | None:
    """Everything the page shows; None for somebody without any role today."""
    by = actor()
    if not by.roles:
        return None
    session, today = db.session(), clock.today()
    found = places.places(session, by)
    lists = watch.lists_to_screen(session, by, found)
    money = watch.money(session, by, found, today.year)
    elsewhere = {StageKind.SCREEN} if lists else set()
    elsewhere |= {StageKind.TRANSFER} if money and money.to_send else set()
    return {
        "subtitle": _who_and_when(),
        **_waiting(found, elsewhere),
        **_late(found),
        "recent": _recent(),
        "glance": figures.glance(session, by, today.year),
        "figures": _figures(),
        "year": today.year,
        "lists": lists,
        "money": money,
        "policies": watch.policies(session, by, today),
        "oversight": watch.oversight(session, by, clock.now()),
        "objections": _objections(),
        "machine": health.machine(session, by, clock.now(), today),
    }


def _who_and_when() -> str:
    """ "2 Mar 2026 · Committee clerk, Longshan" """
    by = actor()
    wanted = {(held.role_code, held.org_id) for held in by.roles}
    rows = db.session.execute(
        select(Role, OrgUnit.id, OrgUnit.name)
        .join(OrgUnit, OrgUnit.id.in_([org for _code, org in wanted]))
        .where(Role.code.in_([code for code, _org in wanted]))
        .order_by(OrgUnit.path, Role.id)
    )
    names = [
        f"{unit} {policy_label(role)}" for role, org, unit in rows if (role.code, org) in wanted
    ]
    return " · ".join([zhdate(clock.today()), listed(names)])


def _waiting(found: list[Place], elsewhere: set[StageKind]) -> dict[str, Any]:
    """Piles, but those that have a part of the page of their own: `elsewhere`, and my drafts."""
    by, session = actor(), db.session()
    may_register = by.holds(Permission.Application.REGISTER)
    piles = worklist.piles(session, found)
    drafts, drafts_count = worklist.drafts(session, by, FEW) if may_register else ([], 0)
    back, back_count = worklist.returned(session, by, found, FEW)
    oldest = worklist.oldest(session, by, found, OLDEST)
    piles = [
        one
        for one in piles
        if one.kind not in elsewhere
        and not (one.status is CaseStatus.DRAFT and one.count == drafts_count)
    ]
    return {
        "takes_steps": bool(piles) or may_register or (bool(found) and not elsewhere),
        "may_register": may_register,
        "piles": [shown.pile(one) for one in piles],
        "waiting_count": sum(one.count for one in piles),
        "oldest": [shown.case(one) for one in oldest],
        "drafts": [shown.case(one) for one in drafts],
        "drafts_count": drafts_count,
        "returned": [shown.returned(one) for one in back],
        "returned_count": back_count,
    }


def _late(found: list[Place]) -> dict[str, Any]:
    overdue, soon = worklist.late(db.session(), actor(), found, clock.today())
    lines = shown.dues([*overdue, *soon])
    return {
        "dues": lines[:FEW],
        "more_dues": lines[FEW:],
        "overdue_count": len(overdue),
        "soon_count": len(soon),
    }


def _figures() -> list[Card]:
    by, today = actor(), clock.today()
    if not by.holds(Permission.Report.READ) or not any(map(by.holds, DECIDES)):
        return []
    return cards_aside(Choice(today.year), today.year, today)


def _recent() -> list[shown.DoneLine]:
    session, by = db.session(), actor()
    found = worklist.done(session, by, LOOKED_BACK)
    others = worklist.deeds(session, by, list(shown.DEEDS), LAST_DONE)
    return shown.recent(found, others, LAST_DONE)


def _objections() -> int:
    """Objections that wait for a finding of this person."""
    by = actor()
    if not by.holds(Permission.Notice.SETTLE):
        return 0
    return watch.open_objections(db.session(), by)


def install(app: Flask, frame: Admin) -> None:
    """Put the panel on the first page."""
    panel(app, "work/page.html", data)
