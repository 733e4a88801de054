"""Small parts of the page of an application: links, labels, printed papers, what is still owed."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import clock
from admin.cases import actions, shapes
from admin.forms import facts as fact_forms
from admin.pages import branch_papers
from admin.pages.common import policy_road
from admin.text import policy_label
from casework import clearance, heir_accounts, notices, papers
from casework.moves import LIVE
from casework.papers import kinds as kinds_of_paper
from casework.papers import later_papers
from casework.people import Actor
from casework.permissions import Permission
from casework.printing import choice
from casework.scope import may
from engine import Policy
from engine.model import Rule
from engine.procedure import Road
from models.applications import Application
from models.notices import Notice, NoticeLine


def owed(session: Session, application: Application, policy: Policy) -> list[str]:
    """What an authorised emergency still has to make up, in the policy's words."""
    rules = policy.procedure.emergency
    words = rules.back_fill if rules else {}
    return [
        policy_label(words.get(code, code)) for code in clearance.back_fill(session, application)
    ]


def payee_url(application: Application, way: Road, by: Actor) -> str:
    """Where the payee is named, for those who may while money has not moved."""
    allowed = may(by, Permission.Application.WRITE, application.org.path)
    if not allowed:
        return ""
    if not way.may_withdraw_at(
        application.stage
    ):  # the money is on its way: an heir's account only
        heir = application.payee_name and heir_accounts.rules_of(application)
        return url_for("payee.account", application_id=application.id) if heir else ""
    return url_for("payee.edit", application_id=application.id)


def entry_link(application: Application, possible: actions.Possible | None) -> list[shapes.Link]:
    """The first stage is handed in on the page of the form."""
    if possible is None or possible.entry is None:
        return []
    url = url_for("register.edit", application_id=application.id)
    return [shapes.Link(policy_label(possible.entry.label), url)]


def notice_link(
    session: Session, application: Application, possible: actions.Possible | None, by: Actor
) -> list[shapes.Link]:
    """The notice that the application is on, where no button leads there already."""
    readable = may(by, Permission.Notice.READ, application.org.path)
    if possible is None or not readable or any(one.notice for one in possible.lists):
        return []
    notice = notices.of_case(session, application)
    if notice is None or not notices.still_there(application):
        return []
    text = _("Open the public notice %(number)s", number=notice.number)
    return [shapes.Link(text, url_for("notices.show", notice_id=notice.id))]


def opens(
    session: Session, application: Application, policy: Policy, by: Actor
) -> list[shapes.Opens]:
    """Applications on another road that the rules propose for the member (an escalation's `opens`)."""
    proposed = set((application.summary or {}).get("escalations") or ())
    return [
        _opened(session, application, policy, rule, by)
        for rule in policy.escalations
        if rule.opens is not None and rule.id in proposed
    ]


def _opened(
    session: Session, application: Application, policy: Policy, rule: Rule, by: Actor
) -> shapes.Opens:
    road = policy.procedure.road(rule.opens or "")
    label = _("Register: %(road)s", road=policy_label(road.label))
    said = (policy_label(rule.label), rule.clause, policy_label(rule.help) if rule.help else "")
    there = session.scalars(
        select(Application)
        .where(
            Application.member_id == application.member_id,
            Application.road == road.id,
            Application.status.in_(LIVE),
        )
        .order_by(Application.id.desc())
        .limit(1)
    ).one_or_none()
    if there is not None:
        url = url_for("cases.show", application_id=there.id)
        text = f"{policy_label(road.label)} {there.number}"
        return shapes.Opens(*said, label, link=shapes.Link(text, url))
    if not may(by, Permission.Application.REGISTER, application.member.org.path):
        return shapes.Opens(*said, label)
    url = url_for("register.start", member_id=application.member_id)
    today = clock.today().isoformat()
    return shapes.Opens(*said, label, url, f"{policy.id}/{road.id}", today)


def stage_label(application: Application, way: Road | None) -> str:
    if way is None or not way.has(application.stage):
        return ""
    return policy_label(way.stage(application.stage).label)


def statements(application: Application, policy: Policy, way: Road | None) -> list[tuple[str, str]]:
    if way is None:
        return []
    fields = fact_forms.statement_fields(policy.procedure.form_of(way.id))
    texts = [(field, papers.field_text(application, field)) for field in fields]
    return [(policy_label(field.label), text) for field, text in texts if text]


def prints(session: Session, application: Application, by: Actor) -> list[tuple[str, str]]:
    """Further papers: the branch's own, and those in which the application stands."""
    found = []
    _policy, road = policy_road(application)
    if road is not None and may(by, Permission.Application.PRINT, application.org.path):
        if any(stage.issues_form for stage in road.stages):
            found.append(
                (
                    _("Registration of an application"),
                    url_for("branch_papers.registration", application_id=application.id),
                )
            )
        review = branch_papers.review_of(road)
        if review is not None:
            found.append(
                (
                    policy_label(review.label),
                    url_for("branch_papers.appraisal", application_id=application.id),
                )
            )
    if may(by, Permission.Notice.READ, application.org.path) and choice.prints(
        session, application.edition, "notice"
    ):
        rows = session.scalars(
            select(Notice)
            .join(NoticeLine, NoticeLine.notice_id == Notice.id)
            .where(NoticeLine.application_id == application.id)
            .order_by(Notice.id)
        )
        found += [
            (_("Notice %(number)s", number=row.number), url_for("papers.notice", notice_id=row.id))
            for row in rows
        ]
    return found


def attachment_kinds(policy: Policy) -> list[tuple[str, str]]:
    """What a scan can be: the papers that the rules or the proof of an heir demand, and any other."""
    return [
        *((code, policy_label(label)) for code, label in kinds_of_paper(policy).items()),
        *((code, policy_label(label)) for code, label in later_papers(policy).items()),
        ("photo", _("Photo of the notice")),
        ("receipt", _("Signed receipt")),
        ("other", _("Another paper")),
    ]
