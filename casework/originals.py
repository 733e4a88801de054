"""原件已核: somebody has seen the original of a scanned paper. Said of each paper by itself, with who
and when; the record of a stage can claim it for all only after that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import duties, events, moves, papers
from casework.people import Actor
from casework.permissions import Permission
from casework.scope import may_as
from engine.faults import Fault, Refused
from engine.procedure import Originals, Stage
from engine.records import Value
from models.applications import Application
from models.attachments import Attachment
from models.entry import OriginalCheck

VERB = "check_original"


def rules_of(application: Application) -> Originals | None:
    """What the pinned policy says of originals; None where it does not ask for them."""
    policy, _road = moves.policy_and_road(application)
    return policy.procedure.originals


def checks(session: Session, application: Application) -> dict[int, OriginalCheck]:
    """Attachment → who saw its original and when."""
    rows = session.scalars(
        select(OriginalCheck)
        .join(Attachment, Attachment.id == OriginalCheck.attachment_id)
        .where(Attachment.application_id == application.id)
    )
    return {row.attachment_id: row for row in rows}


def faults(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Why this person cannot record it now; empty when he can."""
    rules = rules_of(application)
    if rules is None:
        return [Fault("original_not_here", {})]
    if not any(held.role_code in rules.by for held in by.roles):
        return [Fault("wrong_role", {"stage": rules.label})]
    path = moves.org_path(application)
    if not may_as(by, Permission.Attachment.READ, rules.by, path):
        return [Fault("out_of_scope", {})]
    found = duties.recusal(session, application, by)
    if application.status not in moves.LIVE:
        found.append(moves.status_fault(application))
    return found


def check(
    session: Session, application: Application, scan: Attachment, *, by: Actor, at: datetime
) -> OriginalCheck:
    """Write down that the original of the scan was seen; a second time changes nothing."""
    moves.lock(session, [application])
    found = faults(session, application, by)
    if found or scan.application_id != application.id or by.user_id is None:
        raise Refused(found or [Fault("out_of_scope", {})])
    known = checks(session, application).get(scan.id)
    if known is not None:
        return known
    made = OriginalCheck(attachment_id=scan.id, by_id=by.user_id, at=at)
    session.add(made)
    events.record(
        session,
        application,
        verb=VERB,
        by=by,
        at=at,
        before=(application.stage, application.status),
        data={"kind": scan.kind, "attachment": scan.id},
    )
    return made


def record_faults(
    session: Session,
    application: Application,
    stage: Stage,
    values: Mapping[str, Value],
    evidence: Collection[str],
) -> list[Fault]:
    """`original_unchecked` where the record says yes although papers that are demanded and attached
    have not been seen. `evidence` are the codes that the rules demand."""
    rules = rules_of(application)
    if rules is None or stage.id != rules.stage or values.get(rules.field) is not True:
        return []
    policy, road = moves.policy_and_road(application)
    seen = checks(session, application)
    rows = session.scalars(select(Attachment).where(Attachment.application_id == application.id))
    there: dict[str, bool] = {}
    for row in rows:
        there[row.kind] = there.get(row.kind, False) or row.id in seen
    left = []
    for code in papers.evidence_due(policy, road, stage, evidence):
        if policy.rules[code].asked == stage.id:
            continue  # written at this very stage: nobody copied it
        served = {rule.id: rule.served_by for rule in policy.evidence}.get(code, ())
        kinds = [kind for kind in (code, *served) if kind in there]
        if kinds and not any(there[kind] for kind in kinds):
            left.append(policy.rules[code].label)
    if not left:
        return []
    params = {"said": rules.label, "papers": left}
    return [Fault("original_unchecked", params, rules.field)]
