"""The list of applications: a table on our own base view that only reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin, expose
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from admin import clock, nav
from admin.acting import identifier
from admin.cases import status
from admin.extensions import db
from admin.i18n import _l
from admin.nav import Entry
from admin.pages import orders
from admin.pages.common import policy_road, remember, remembered
from admin.text import DASH, STATUSES, policy_label, yuan, zhdate
from admin.views.asked import Asked
from admin.views.base import ReadView, within
from admin.views.bulk import Bulk
from admin.views.columns import Column, Filter, UnusableError, chosen
from admin.views.paging import Count, Page
from admin.views.people_lookups import members_like
from casework import calendar, due_dates
from casework.due_dates import Bound
from casework.dues import CaseDue
from casework.editions import policy_of
from casework.permissions import Permission
from models import Application, Edition, Member, OrgLevel, OrgUnit
from models.applications import CaseStatus, Outcome

READ = Permission.Application.READ
STATES = {one: STATUSES[one.value] for one in CaseStatus}


def policies() -> list[Any]:
    """Every policy that some application runs under."""
    rows = db.session.scalars(
        select(Edition).where(Edition.id.in_(select(Application.edition_id))).order_by(Edition.id)
    )
    return [policy_of(row) for row in rows]


def _named(give: Callable[[Any], dict[str, Any]]) -> list[tuple[str, str]]:
    """(id, label) of stages or roads over all policies in use, the newest edition's word last."""
    found: dict[str, str] = {}
    for policy in policies():
        for key, thing in give(policy.procedure).items():
            found[key] = policy_label(thing.label)
    return list(found.items())


def stages() -> list[tuple[str, str]]:
    """The choices of the filter by stage."""
    return _named(lambda procedure: procedure.stages)


def roads() -> list[tuple[str, str]]:
    """The choices of the filter by kind of aid."""
    return _named(lambda procedure: procedure.roads)


def below(text: str) -> OrgUnit:
    """The unit of a filter, if the person may see it."""
    number = identifier(text)
    unit = db.session.scalars(
        select(OrgUnit).where(OrgUnit.id == number, within(OrgUnit.id, READ))
    ).first()
    if unit is None:
        raise UnusableError(text)
    return unit


def units() -> list[tuple[str, str]]:
    """Committees in reach."""
    rows = db.session.scalars(
        select(OrgUnit)
        .where(OrgUnit.level == OrgLevel.COMMITTEE, within(OrgUnit.id, READ))
        .order_by(OrgUnit.path)
    )
    return [(str(row.id), row.name) for row in rows]


def year(text: str) -> int:
    """A year people can mean."""
    number = identifier(text)
    if number is None or not 1990 <= number <= 2200:
        raise UnusableError(text)
    return number


def short(text: str) -> str:
    """An id out of a policy."""
    if not text.isascii() or len(text) > 64:
        raise UnusableError(text)
    return text


def status_words(row: Application) -> Markup:
    """The status word with its colour."""
    _policy, road = policy_road(row)
    word = status.word(row, road)
    return Markup('<span class="tag tag-{}">{}</span>').format(word.colour, word.text)


def stage_words(row: Application) -> str:
    """What the edition calls the stage."""
    _policy, road = policy_road(row)
    if road is None or not road.has(row.stage):
        return row.stage
    return policy_label(road.stage(row.stage).label)


def road_words(row: Application) -> str:
    """What the edition calls the road."""
    _policy, road = policy_road(row)
    return policy_label(road.label) if road else row.road


def applicant(row: Application) -> Markup:
    """The name over the number."""
    return Markup('{}<span class="sub">{}</span>').format(row.member.name, row.number)


def kind_and_stage(row: Application) -> Markup:
    """The kind of aid over the stage."""
    return Markup('{}<span class="sub">{}</span>').format(road_words(row), stage_words(row))


def amount_words(row: Application) -> str:
    """The amount set last."""
    return yuan(row.approved_fen or row.suggested_fen or row.proposed_fen)


def due_words(row: Application) -> str | Markup:
    """The next due date that is still open; red when it is past."""
    if row.status not in (CaseStatus.OPEN, CaseStatus.RETURNED):
        return DASH
    counted: dict[int, list[CaseDue]] = remembered("dues") or {}
    open_ones = [
        one
        for one in counted.get(row.id, ())
        if one.state in ("open", "late") and one.due is not None and one.due.date is not None
    ]
    if not open_ones:
        return DASH
    first = min(open_ones, key=lambda one: one.due.date)  # type: ignore[union-attr,arg-type,return-value]  # filtered above
    text = zhdate(first.due.date if first.due else None)
    if first.state == "late":
        return Markup('<span class="tag tag-red">{} {}</span>').format(_("Overdue"), text)
    return text


def count_dues(rows: Sequence[Application]) -> None:
    """The due dates of a page at once, kept for its rows."""
    live = [row for row in rows if row.status in (CaseStatus.OPEN, CaseStatus.RETURNED)]
    bound = [Bound(row.id, row.edition_id, row.road, row.emergency) for row in live]
    session = db.session()
    found = due_dates.dues_of_many(session, bound, clock.today(), calendar.load(session))
    remember("dues", found)


BULKS = (
    Bulk(
        "print",
        _l("Print papers"),
        "",
        Permission.Application.PRINT,
        "paper.order",
        "application",
        answer=lambda rows: orders.choose("application", rows),
        asks=True,
    ),
)


class ApplicationView(ReadView):
    """Applications in the person's reach, newest first."""

    read = READ
    export_with = Permission.Application.EXPORT
    title = _l("Applications")
    one = _l("Application")
    search_hint = _l("Name, initials, number, or last 4 of ID or phone")
    list_template = "cases/list.html"
    bulks = BULKS
    finds_people = True
    order = (Application.applied_on.desc(), Application.id.desc())
    loading = (
        selectinload(Application.member),
        selectinload(Application.org),
        selectinload(Application.edition),
        *status.LOADING,
    )
    entry: ClassVar[nav.Entry | None] = Entry(
        "applications.index_view", _l("Applications"), "aid", (READ,), "files", 10, also=("cases",)
    )
    columns = (
        Column("applicant", _l("Applicant"), applicant, css="name", in_export=False),
        Column("number", _l("Number"), lambda a: a.number, in_list=False),
        Column("name", _l("Name"), lambda a: a.member.name, in_list=False),
        Column("org", _l("{word.Branch}"), lambda a: a.org.name, css="unit"),
        Column(
            "kind", _l("Kind and stage"), kind_and_stage, Application.road, "short", in_export=False
        ),
        Column("road", _l("Kind of aid"), road_words, in_list=False),
        Column("stage", _l("Stage"), stage_words, in_list=False),
        Column(
            "status",
            _l("Status"),
            status_words,
            css="short",
            export=lambda a: str(status_words(a).striptags()),
        ),
        Column("fen", _l("Amount"), amount_words, css="num"),
        Column("due", _l("Due"), due_words, css="short", in_export=False),
        Column(
            "applied_on",
            _l("Applied on"),
            lambda a: zhdate(a.applied_on),
            Application.applied_on,
            "short",
        ),
    )
    filters = (
        Filter(
            "stage",
            _l("Stage"),
            lambda v: Application.stage == v,
            short,
            stages,
            words=lambda v: dict(stages()).get(v, v),
        ),
        Filter("status", _l("Status"), **chosen(Application.status, STATES)),
        Filter(
            "outcome",
            _l("System check"),
            **chosen(Application.outcome, {one: status.VERDICTS[one.value][0] for one in Outcome}),
        ),
        Filter(
            "road",
            _l("Kind of aid"),
            lambda v: Application.road == v,
            short,
            roads,
            words=lambda v: dict(roads()).get(v, v),
        ),
        Filter(
            "unit",
            _l("{word.Committee}"),
            lambda unit: Application.org_id.in_(
                select(OrgUnit.id).where(OrgUnit.path.startswith(unit.path, autoescape=True))
            ),
            below,
            units,
            words=lambda unit: unit.name,
        ),
        Filter("year", _l("Aid year"), lambda v: Application.aid_year == v, year, kind="number"),
    )

    def visible(self, permission: str) -> ColumnElement[bool]:
        """Applications of units in which the person holds `permission`."""
        return within(Application.org_id, permission)

    def page_of(self, wish: Asked) -> tuple[Count, Page]:
        """The page, its due dates counted together."""
        count, found = super().page_of(wish)
        count_dues(found.rows)
        return count, found

    def search(self, words: str) -> ColumnElement[bool] | None:
        """By number, or by the member: name, initials, the end of an ID or phone number."""
        by_member = Application.member_id.in_(select(Member.id).where(members_like(words)))
        if any(sign.isdigit() for sign in words):
            return or_(by_member, Application.number.contains(words.strip(), autoescape=True))
        return by_member

    def name_of(self, row: Any) -> str:
        return f"{row.member.name} {row.number}"

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """The page of the application."""
        number = identifier(request.args.get("id", ""))
        return redirect(url_for("cases.show", application_id=number or 0))


def install(app: Flask, frame: Admin) -> None:
    """Bind the list at /applications/."""
    from admin.views import add_table

    add_table(app, frame, ApplicationView, Application, "applications")
