"""Decisions on many applications at once: a meeting with its minutes and an amount for each row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from admin import clock
from admin.acting import attempt, refused
from admin.cases.findings import benefit_words
from admin.cases.status import OUTCOMES
from admin.cases.words import usual_amount
from admin.extensions import db
from admin.forms import batch
from admin.forms.batch import Answer
from admin.i18n import _l
from admin.nav import Entry, add
from admin.pages import batches, confirming, waiting
from admin.pages.batches import Group, Heading
from admin.pages.common import policy_road
from admin.pages.confirming import Meeting
from admin.pages.minutes import DECIDE, below_the_meeting, only_at_the_meeting, sent
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import policy_label, yuan
from casework import minutes, reply_numbers, steps
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.procedure import RecordField, StageKind
from models.applications import Application
from models.orgs import OrgUnit

blueprint = Blueprint("meetings", __name__, url_prefix="/meetings")
KINDS = (StageKind.APPROVE, StageKind.MEET)
OPEN = (*DECIDE, Permission.Step.REVIEW)
"""Who re-examines records what a meeting decided, where a second person confirms."""


def found() -> list[Group]:
    """What waits for a decision by this person: one list per road and edition."""
    rows = waiting.applications(db.session(), actor(), KINDS)
    made: list[Group] = []
    for kind in KINDS:
        fitting = [one for one in rows if _kind(one) is kind]
        made += batches.groups(fitting, kind, lambda one: _top(one.org))
    return made


def _kind(application: Application) -> StageKind:
    _policy, road = policy_road(application)
    return road.stage(application.stage).kind if road else StageKind.APPROVE


def _top(unit: OrgUnit) -> OrgUnit:
    while unit.parent is not None:
        unit = unit.parent
    return unit


@blueprint.get("/")
@requires(*OPEN)
def index() -> ResponseReturnValue:
    """Every list that waits for a decision."""
    only_at_the_meeting()
    return page(None, ())


def page(
    answer: Answer | None,
    faults: Sequence[Fault],
    confirm: Sequence[Meeting] | None = None,
) -> str:
    """The lists; the one that was refused with what was typed. What waits for a second person comes
    first."""
    groups = found()
    mine = batches.chosen(groups)
    shown = []
    for group in groups:
        own = answer if mine is not None and group.key == mine.key else None
        once, each = batch.fields_of(group.stage, group.road, None)
        shown.append(
            (
                group,
                batch.show(
                    group.applications,
                    once,
                    each,
                    answer=own,
                    defaults=_once(group, once),
                    row_defaults={one.id: _row(one) for one in group.applications},
                    faults=faults if own is not None else (),
                ),
            )
        )
    return render_template(
        "lists/meetings.html",
        shown=shown,
        extra_columns=columns(),
        confirm=confirming.meetings() if confirm is None else confirm,
    )


def _once(group: Group, once: Sequence[RecordField]) -> dict[str, str]:
    """Today for dates, and the next number of a reply; both are only offered."""
    found = {one.id: clock.today().isoformat() for one in once if one.type == "date"}
    first = group.applications[0] if group.applications else None
    rules = reply_numbers.rules_of(first) if first is not None else None
    if first is not None and rules is not None and any(one.id == rules.field for one in once):
        unit = minutes.unit_of(first)
        found[rules.field] = reply_numbers.next_text(db.session(), unit, rules, clock.today().year)
    return found


def _minutes_label(application: Application) -> str:
    """What the scan of the minutes is called, "" where none is asked for."""
    rules = minutes.rules_of(application)
    return policy_label(rules.label) if rules else ""


def _row(application: Application) -> dict[str, str]:
    """The amount that the rules fix, or that was suggested, stands in the row to be confirmed."""
    return {"amount": usual_amount(application)}


def columns() -> list[Heading]:
    """What a meeting looks at beside the name."""
    return [
        Heading(_("System check"), _verdict, "long"),
        Heading(_("Proposed / suggested"), _amounts, "num"),
    ]


def _verdict(application: Application) -> Markup:
    """The outcome, and under it what the rules would give."""
    policy, _road = policy_road(application)
    benefits = (application.summary or {}).get("benefits") or []
    said = OUTCOMES[application.outcome][0] if application.outcome else ""
    lines = [
        Markup('<span class="sub">{}</span>').format(benefit_words(policy, b)) for b in benefits
    ]
    return Markup("{}{}").format(said, Markup("").join(lines))


def _amounts(application: Application) -> Markup:
    """What is proposed over what the rules suggest, each with its name."""
    given = (
        (_("Proposed"), application.proposed_fen),
        (_("Suggested"), application.suggested_fen),
    )
    if not any(fen for _name, fen in given):
        return Markup("")
    line = Markup('<span class="soft">{}</span> {}')
    return Markup("<br>").join(line.format(name, yuan(fen)) for name, fen in given)


@blueprint.post("/record")
@requires(*OPEN)
def record() -> ResponseReturnValue:
    """Record the result of a meeting for the chosen rows, all or none."""
    only_at_the_meeting()
    group = batches.chosen(found())
    if group is None:
        flash(_("This list has changed in the meantime. Here is what waits now."), "warning")
        return redirect(url_for("meetings.index"))
    once, each = batch.fields_of(group.stage, group.road, None)
    answer = batches.answered(once, each)
    ids = [one.id for one in batches.picked(answer, group.applications)]
    upload = sent()

    def do(session: Session, by: Actor, at: datetime) -> int:
        rows = [session.get_one(Application, number) for number in ids]
        lines = batches.lines_of(answer, ids)
        rules = minutes.rules_of(rows[0]) if rows and upload else None
        wrong: list[Fault] = []  # with the scan; the list is read all the same, to say all at once
        if rules is not None and upload is not None:
            number = str(answer.record.get(rules.field) or "")
            held = minutes.day_in(rules, answer.record)
            unit = minutes.unit_of(rows[0])
            try:
                minutes.keep_scan(session, unit, number, held, upload, by=by, at=at)
            except Refused as refusal:
                wrong += refusal.faults
        try:
            steps.complete_list(
                session,
                rows,
                group.stage.id,
                dict(answer.record),
                lines,
                by=by,
                at=at,
                versions=answer.versions,
            )
        except Refused as refusal:
            wrong += [fault for fault in refusal.faults if fault not in wrong]
        if wrong:
            raise Refused(wrong)
        return len(rows)

    outcome = attempt(do, "meeting.record", "stage", group.stage.id)
    if outcome.faults:
        return refused(outcome, lambda: page(answer, outcome.faults))
    count = outcome.value or 0
    if group.stage.confirmed_by:
        flash(
            _("Recorded for %(count)d applications; a second person confirms.", count=count),
            "success",
        )
    else:
        flash(_("Recorded for %(count)d applications.", count=count), "success")
    return redirect(url_for("meetings.index"))


@blueprint.post("/confirm")
@requires(*OPEN)
def confirm() -> ResponseReturnValue:
    """Confirm the chosen applications of a meeting, or send them back with a reason, all or none."""
    only_at_the_meeting()
    answer = confirming.answered()
    if answer.gone:  # in another window or by somebody else: neither fewer nor "none chosen"
        flash(_("This list has changed in the meantime. Here is what waits now."), "warning")
        return redirect(url_for("meetings.index"))
    outcome = attempt(
        lambda session, by, at: confirming.decide(session, answer, by, at),
        "meeting.send_back" if answer.back else "meeting.confirm",
        "stage",
        None,
    )
    if outcome.faults:
        return refused(
            outcome, lambda: page(None, (), confirming.meetings(answer.picked, outcome.faults))
        )
    count = outcome.value or 0
    if answer.back:
        text = ngettext("%(num)d result sent back.", "%(num)d results sent back.", count)
    else:
        text = ngettext("%(num)d result confirmed.", "%(num)d results confirmed.", count)
    flash(text, "success")
    return redirect(url_for("meetings.index"))


def install(app: Flask, frame: Admin) -> None:
    """Bind the decisions."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["minutes_label"] = _minutes_label
    add(
        app,
        Entry(
            "meetings.index",
            _l("Meetings and decisions"),
            "aid",
            OPEN,
            icon="check",
            order=30,
            unless=below_the_meeting,
        ),
    )
