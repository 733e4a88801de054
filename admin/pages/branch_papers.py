"""The branch's own papers: the short registration before the appraisal, and the appraisal's minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Flask, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_babel import gettext as _

from admin import looks
from admin.cases.sheets import in_chinese
from admin.cases.words import record_words
from admin.extensions import db
from admin.pages.common import application_or_404, policy_road
from admin.security.guard import requires
from admin.security.people import actor
from admin.text import mask
from casework import entries, history
from casework.permissions import Permission
from casework.scope import may
from engine.procedure import RecordField, Road, Stage, StageKind
from engine.source import parse_date
from engine.words import chinese_date
from models.applications import Application


def paper_date(day: date | None) -> str:
    """2010-12-03 → 「2010年12月3日」; None leaves room to write it by hand."""
    return chinese_date(day) if day else "　　　　年　　月　　日"


blueprint = Blueprint("branch_papers", __name__, url_prefix="/papers")


@dataclass(frozen=True, slots=True)
class Slip:
    """A short paper: a title, labelled lines, blank room to write, who signs."""

    title: str
    number: str
    above: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    room: str
    closing: str
    signers: tuple[str, ...]


def issued(application: Application, road: Road) -> bool:
    """Whether the form of the policy may be given out yet (clause 4.1.2)."""
    return entries.form_issued(road, road.stage(application.stage))


@blueprint.get("/registration/<int:application_id>")
@requires(Permission.Application.PRINT)
def registration(application_id: int) -> ResponseReturnValue:
    """The short registration that goes before the appraisal; the form itself comes after it."""
    application = application_or_404(application_id, Permission.Application.PRINT)
    policy, road = policy_road(application)
    if road is None:
        abort(404)
    in_full = may(actor(), Permission.Member.REVEAL, application.member.org.path)
    if in_full:
        looks.note("print:registration", "application", application.id)
    form = policy.procedure.form_of(road.id).label.zh
    member = application.member
    with in_chinese():
        slip = Slip(
            title=_("Registration of an application"),
            number=application.number,
            above=(member.org.name, paper_date(application.applied_on)),
            lines=(
                (_("Name"), member.name),
                (_("Identity number"), _number(member.id_number, "id_number", in_full=in_full)),
                (_("Phone"), _number(member.phone, "phone", in_full=in_full)),
                (_("Home address"), member.address or ""),
                (_("Kind of aid"), road.label.zh),
            ),
            room=_("Why I apply (briefly)"),
            closing=_closing(road, form),
            signers=(_("Signature or fingerprint:"), _("Registered by:"), _("Date:")),
        )
    return _page(slip, application, full=in_full)


def _closing(road: Road, form: str) -> str:
    issuing = [stage.label.zh for stage in road.stages if stage.issues_form]
    if not issuing:
        return ""
    said = _(
        "After a favourable %(stage)s the form %(form)s is given out and filled in.",
        stage="、".join(issuing),
        form=form,
    )
    return str(said)


def _number(value: str | None, kind: str, *, in_full: bool) -> str:
    return (value or "") if in_full else mask(value, kind) if value else ""


@blueprint.get("/appraisal/<int:application_id>")
@requires(Permission.Application.PRINT)
def appraisal(application_id: int) -> ResponseReturnValue:
    """The minutes of the branch's appraisal: as recorded, or blank to be written by hand."""
    application = application_or_404(application_id, Permission.Application.PRINT)
    _policy, road = policy_road(application)
    stage = review_of(road) if road else None
    if road is None or stage is None:
        abort(404)
    record = history.recorded(db.session(), application).get(stage.id, {})
    with in_chinese():
        lines = [(_("Applicant"), application.member.name), (_("Kind of aid"), road.label.zh)]
        for field in stage.records_for(road.id):
            value = record.get(field.id)
            lines.append((field.label.zh, "" if value is None else _in_chinese(field, value)))
        slip = Slip(
            title=_("Record of: %(what)s", what=stage.label.zh),
            number=application.number,
            above=(application.org.name,),
            lines=tuple(lines),
            room=_("Signatures of those present"),
            closing="",
            signers=(_("Chair:"), _("Minutes by:"), _("Seal of the {word.branch}:")),
        )
    return _page(slip, application, full=False)


def _in_chinese(field: RecordField, value: object) -> str:
    if field.type == "date" and isinstance(value, str) and (day := parse_date(value)):
        return chinese_date(day)
    if field.type == "choice":
        label = (field.choices or {}).get(str(value))
        return label.zh if label else str(value)
    return record_words(field, value)


def review_of(road: Road) -> Stage | None:
    """The stage at which the branch appraises, before the form is issued."""
    found = [s for s in road.stages if s.kind is StageKind.REVIEW and s.level == road.first.level]
    return found[0] if found else None


def _page(slip: Slip, application: Application, *, full: bool) -> str:
    return render_template(
        "papers/slip.html",
        paper=slip,
        title=slip.title,
        back=url_for("cases.show", application_id=application.id),
        landscape=False,
        full=full,
    )


def install(app: Flask, frame: Admin) -> None:
    """Bind the branch's papers."""
    app.register_blueprint(blueprint)
