"""The form of an application on one page: the policy's facts, the household worksheet, what the
member wrote, and the record of the first stage. Shows what is kept or was typed, and its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin import nav
from admin.cases import answers, shapes, view
from admin.cases.words import listed
from admin.extensions import db
from admin.forms import facts as fact_forms
from admin.forms import worksheet
from admin.forms.records import idle, lines
from admin.forms.worksheet import Sheet
from admin.pages import fill_versions
from admin.pages.common import policy_road
from admin.pages.fill_keeping import DRAFT, STALE
from admin.pages.fill_trial import as_typed, fact_faults
from admin.pages.fill_typed import (
    RECORD_PREFIX,
    Typed,
    asked,
    not_handed_in,
    read,
    record_fields,
    renewed,
    stage_of,
)
from admin.security.people import actor
from admin.text import fault_text, policy_label
from admin.views.both_versions import Line
from casework import corrections, entries, facts, papers
from casework.permissions import Permission
from casework.scope import may
from engine import Policy
from engine.faults import Fault
from engine.model import Fact
from engine.procedure import Road
from models.applications import Application
from models.typed_pages import TypedPage


def page(
    application: Application,
    typed: Typed | None,
    faults: Sequence[Fault],
    *,
    kept: TypedPage | None = None,
    taken_up: bool = False,
) -> str:
    """The page with what is kept, or with what was typed and every fault. After a lost race both
    versions stand side by side, and saving once more is then meant.

    `kept` is what this person typed earlier and did not save; `taken_up`: the page shows it.
    """
    session = db.session()
    policy, road = policy_road(application)
    if road is None:
        return render_template("cases/fill.html", a=application, sections=[], road=None)
    draft: Mapping[str, Any] = application.form.get(DRAFT) or {}
    versions: Sequence[Line] = ()
    stale = typed is not None and any(fault.code == STALE for fault in faults)
    if typed is not None and stale:
        versions = _versions(application, policy, road, typed)
        typed = renewed(application, typed)
    given = typed or Typed(
        version=application.version,
        household_version=application.member.household.version
        if application.member.household
        else None,
        facts={**application.facts, **draft.get("facts", {})},
        form={k: str(v) for k, v in application.form.items() if k != DRAFT},
        record={**_record_defaults(application, road), **draft.get("record", {})},
    )
    found = [
        *(fault for fault in faults if fault.code != STALE),  # said at the top, by `told`
        *(fact_faults(session, application, policy, given.facts) if typed is None or stale else ()),
    ]
    household = application.member.household
    sheet = given.sheet or (
        worksheet.from_json(draft["sheet"]) if "sheet" in draft else worksheet.shown(household)
    )
    with as_typed(session, application, policy, given.facts, sheet) as unread:
        return _page(
            application,
            policy,
            road,
            given,
            sheet,
            found,
            unread,
            {
                "stale": stale,
                "kept": kept,
                "taken_up": taken_up,
                "versions": versions,
                "carried_from": draft.get("carried_from") if typed is None else None,
            },
        )


def told(application: Application, typed: Typed, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """The faults of a refusal; after a lost race they lead to what differs, not to a reload that
    would lose what was typed."""
    policy, road = policy_road(application)
    if road is None or all(fault.code != STALE for fault in faults):
        return tuple(faults)
    alike = not _versions(application, policy, road, typed)
    code = "edge_versions_alike" if alike else "edge_versions"
    others = (fault for fault in faults if fault.code != STALE)
    return (Fault(code, {"name": application.number}), *others)


def _versions(application: Application, policy: Policy, road: Road, typed: Typed) -> Sequence[Line]:
    return fill_versions.compared(application, policy, road, typed.facts, typed.form, typed.sheet)


def _page(
    application: Application,
    policy: Policy,
    road: Road,
    given: Typed,
    sheet: Sheet,
    found: Sequence[Fault],
    unread: frozenset[str],
    more: Mapping[str, Any],
) -> str:
    """The page for what is given, whatever the form was opened for."""
    session = db.session()
    raw = answers.known_raw(session, application, policy, unread)
    facts_now = asked(application, policy, road, given.facts)
    known = {name: value for name, value in raw.items() if name not in {f.name for f in facts_now}}
    sections = fact_forms.sections(
        policy,
        facts_now,
        given.facts,
        known,
        found,
        _reasons(session, application, policy),
        _later(policy, road, raw),
    )
    form = policy.procedure.form_of(road.id)
    stage = stage_of(application, road)
    issued = entries.form_issued(road, stage)
    boxes = papers.boxes_of_sheet(application, form)
    if not not_handed_in(application, road):
        nav.stand_at("cases.show")  # a later step's form belongs to the case, not to registering
    return render_template(
        "cases/fill.html",
        a=application,
        returned=corrections.asked_for(session, application),
        version=given.version,
        road_label=policy_label(road.label),
        stage_label=policy_label(stage.label),
        submit_label=policy_label(stage.button) if not_handed_in(application, road) else "",
        record=lines(
            fields := record_fields(application, road),
            given.record,
            found,
            prefix=RECORD_PREFIX,
            waits=idle(fields, given.record),
        ),
        sections=sections,
        sheet_after=next((at for at, one in enumerate(sections) if one.sheet_here), None),
        form_label=policy_label(form.label),
        statements=fact_forms.statement_lines(form, given.form, found, boxes) if issued else [],
        boxes=[(policy_label(f.label), boxes[f.id]) for f in form.fields if f.id in boxes],
        later_form=None if issued else _issuing(road),
        sheet=_sheet_view(sheet, found),
        household_version=given.household_version or "",
        kinds=worksheet.KINDS,
        may_sheet=may(actor(), Permission.Member.WRITE, application.member.org.path),
        found=_found(session, application, policy, road, unread),
        unplaced=_unplaced(found, facts_now, given),
        **more,
    )


def _later(policy: Policy, road: Road, raw: Mapping[str, Any]) -> dict[str, str]:
    """The amounts that a later step sets, so that nobody fills them in here: the step, "" where it
    sets none on this road."""
    found = {}
    for fact in policy.facts.values():
        if facts.is_amount(fact) and raw.get(fact.name) is None:
            asked_at = fact.asked or ""
            step = road.stage(asked_at) if road.has(asked_at) else None
            sets = step is not None and view.asks_amount(step, road)
            found[fact.name] = policy_label(step.label) if step and sets else ""
    return found


def _reasons(session: Session, application: Application, policy: Policy) -> dict[str, str]:
    """The figures that the worksheet gives, and why one does not count yet."""
    found = {}
    for fact in policy.facts.values():
        if facts.on_sheet(fact):
            rows = [number for number, _item in facts.unverified(session, application, fact)]
            found[fact.name] = (
                _(
                    "It counts once somebody else has verified: row %(rows)s.",
                    rows=listed(str(row) for row in rows),
                )
                if rows
                else ""
            )
    return found


def _issuing(road: Road) -> str:
    return policy_label(next(stage for stage in road.stages if stage.issues_form).label)


def _record_defaults(application: Application, road: Road) -> dict[str, str]:
    """The day of the application is known, and what the policy calls usual stands chosen; nothing
    else is guessed."""
    asked_for = record_fields(application, road)
    dead = application.member.died_on is not None  # then nothing is as usual
    shown = {one.id: one.usual for one in asked_for if one.usual and not dead}
    if any(one.id == "applied_on" for one in asked_for):
        shown["applied_on"] = application.applied_on.isoformat()
    return shown


@dataclass(frozen=True, slots=True)
class RowView:
    values: Mapping[str, str]
    verified: bool
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetView:
    size: str
    note: str
    rows: tuple[RowView, ...]
    errors: tuple[str, ...]


def _sheet_view(sheet: Sheet, found: Sequence[Fault]) -> SheetView:
    rows = []
    for number, row in enumerate(sheet.items, 1):
        own = [*row.faults, *(f for f in found if f.where == f"items.{number}")]
        rows.append(
            RowView(row.values, row.verified, tuple(dict.fromkeys(fault_text(f) for f in own)))
        )
    errors = [f for f in found if f.where == "size"]
    return SheetView(
        sheet.size, sheet.note, tuple(rows), tuple(dict.fromkeys(fault_text(f) for f in errors))
    )


def _unplaced(found: Sequence[Fault], facts_now: Sequence[Fact], given: Typed) -> list[str]:
    """Faults that no field of the page shows."""
    shown = {fact.name for fact in facts_now} | set(given.record) | {"size", "yuan"}
    return [
        fault_text(fault)
        for fault in found
        if (fault.where or "").removeprefix("facts.").removeprefix("form.") not in shown
        and not (fault.where or "").startswith(("items.", "form."))
    ]


def answer(application: Application, posted: MultiDict[str, str]) -> ResponseReturnValue:
    """What the rules say of what is typed, as a piece of the page; which fields do not matter; and
    what the worksheet as typed gives."""
    policy, road = policy_road(application)
    if road is None:
        return jsonify(html="", hidden=[])
    typed = read(application, posted)
    session = db.session()
    names = asked(application, policy, road)
    with as_typed(session, application, policy, typed.facts, typed.sheet) as unread:
        raw = answers.known_raw(session, application, policy, unread)
        given = {fact.name for fact in names} - {f.name for f in asked(application, policy, road)}
        found = _found(session, application, policy, road, unread)
        reasons = _reasons(session, application, policy)
    blank = {name for name in given if typed.facts.get(name) is None}
    hidden = fact_forms.unseen(policy, names, {**raw, **typed.facts}) | blank
    fields = record_fields(application, road)
    waits = {RECORD_PREFIX + name for name in idle(fields, typed.record)}
    html = render_template("cases/_findings.html", found=found)
    session.rollback()
    on_sheet = [fact for fact in policy.facts.values() if facts.on_sheet(fact)]
    known = {
        one.name: [one.value, one.known, one.reason]
        for one in fact_forms.known_lines(on_sheet, raw, reasons)
    }
    return jsonify(html=html, hidden=sorted(hidden | waits), known=known)


def _found(
    session: Session, application: Application, policy: Policy, road: Road, unread: frozenset[str]
) -> shapes.Found:
    """What the rules say now, with the papers that are still to be attached."""
    found = answers.ask(session, application, policy, road, unread)
    return replace(
        found, lacking=answers.lacking(session, application, policy, road, found.evidence)
    )
