"""The two primitives of every step: may this person take it now, and the one write of a state.

Nothing else in the program writes an application's stage or status. Lists (notice, filing,
screening, transfer, payment) and single steps both stand on these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from casework import access, duties, events, results
from casework.editions import policy_of
from casework.people import Actor
from casework.permissions import record_permissions
from casework.scope import may_as
from engine import Policy
from engine.faults import Fault, Refused
from engine.labels import Label
from engine.procedure import Road, Stage
from models.applications import Application, CaseEvent, CaseStatus

LIVE = frozenset({CaseStatus.DRAFT, CaseStatus.OPEN, CaseStatus.RETURNED})
ENDED = frozenset(CaseStatus) - LIVE
TRANSITIONS: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.DRAFT: frozenset(
        {CaseStatus.DRAFT, CaseStatus.OPEN, CaseStatus.REFUSED, CaseStatus.WITHDRAWN}
    ),
    CaseStatus.OPEN: frozenset(CaseStatus) - {CaseStatus.DRAFT},
    CaseStatus.RETURNED: frozenset(
        {CaseStatus.RETURNED, CaseStatus.OPEN, CaseStatus.REFUSED, CaseStatus.WITHDRAWN}
    ),
}
STATUS_LABELS: Mapping[CaseStatus, Label] = {
    CaseStatus.DRAFT: Label("草稿", "Draft"),
    CaseStatus.OPEN: Label("办理中", "In progress"),
    CaseStatus.RETURNED: Label("待补正", "To be corrected"),
    CaseStatus.REFUSED: Label("不予帮扶", "Aid refused"),
    CaseStatus.CANCELLED: Label("已取消资格", "Cancelled"),
    CaseStatus.WITHDRAWN: Label("已撤回", "Withdrawn"),
    CaseStatus.CLOSED: Label("已归档", "Archived"),
}


def policy_and_road(application: Application) -> tuple[Policy, Road]:
    """The pinned policy of the application and its road in it."""
    policy = policy_of(application.edition)
    return policy, policy.procedure.road(application.road)


def org_path(application: Application) -> str:
    """Path of the unit that the application belongs to."""
    return application.org.path


def lock(session: Session, applications: Iterable[Application]) -> None:
    """Read the rows afresh and hold them, in id order so that two lists never wait crosswise."""
    session.flush()
    for application in sorted(applications, key=lambda a: a.id):
        session.refresh(application, with_for_update=True)


def check_version(application: Application, expected_version: int) -> list[Fault]:
    """`stale_page` where somebody else has changed the application since the page was read."""
    if application.version == expected_version:
        return []
    return [Fault("stale_page", {"number": application.number})]


def check_access(
    session: Session, application: Application, by: Actor, permission: str
) -> list[Fault]:
    """`not_permitted` or `out_of_scope` for a verb that is not a stage of the road."""
    return access.faults(session, by, permission, application.org_id)


def check_ready(
    session: Session,
    application: Application,
    stage_id: str,
    by: Actor,
    at: datetime,
    expected_version: int | None,
    *,
    part: str | None = None,
    early: bool = False,
) -> list[Fault]:
    """Why this person cannot take this stage of the application now; empty when he can.

    Locks and re-reads the row. Without the right or the reach only that is said, so that nobody
    learns more. `part` names a part of a stage that is done in several goes. `early` leaves out
    the stage itself, for an authorised emergency. A list that has compared versions passes None.
    """
    lock(session, [application])
    return ready_faults(
        session, application, stage_id, by, expected_version, part=part, early=early
    )


def ready_faults(
    session: Session,
    application: Application,
    stage_id: str,
    by: Actor,
    expected_version: int | None,
    *,
    part: str | None = None,
    early: bool = False,
) -> list[Fault]:
    """The same without holding the row, for showing what could be done."""
    _policy, road = policy_and_road(application)
    if not road.has(stage_id):
        return [Fault("stage_not_on_road", {"stage": stage_id, "road": road.label})]
    stage = road.stage(stage_id)
    found = right_faults(session, application, stage, by, part)
    if found:
        return found
    if expected_version is not None:
        found += check_version(application, expected_version)
    if application.status not in LIVE:
        found.append(status_fault(application))
    elif application.stage != stage_id and not early:
        now = road.stage(application.stage)
        found.append(Fault("wrong_stage", {"asked": stage.label, "now": now.label}))
    return found + duties.faults(session, application, by, duty_at(road, stage))


def duty_at(road: Road, stage: Stage, *, confirming: bool = False) -> str | None:
    """The duty that completing the stage takes on (see `casework.duties`); where a second person
    confirms, the recorder only records."""
    if stage.confirmed_by and not confirming:
        return duties.RECORD
    return duties.duty_of(stage.kind.value, stage.level, road.first.level)


def status_fault(application: Application) -> Fault:
    """Says that nothing more can be done with the application, and what became of it."""
    what = STATUS_LABELS[application.status]
    return Fault("status_final", {"number": application.number, "status": what})


def right_faults(
    session: Session,
    application: Application,
    stage: Stage,
    by: Actor,
    part: str | None = None,
) -> list[Fault]:
    """`wrong_role` or `out_of_scope`: the stage's roles and their permission over the branch."""
    asked = record_permissions(stage.kind.value, confirmed=bool(stage.confirmed_by))
    roles = stage.part(part).by if part else _roles(application, stage)
    if not any(h.role_code in roles and not h.permissions.isdisjoint(asked) for h in by.roles):
        return [Fault("wrong_role", {"stage": stage.label})]
    if not may_as(by, asked, roles, org_path(application)):
        return [Fault("out_of_scope", {})]
    return []


def _roles(application: Application, stage: Stage) -> tuple[str, ...]:
    """Who may act: by the amount so far, unless the stage sets the amount (then it is judged)."""
    if stage.amount is not None:
        return stage.by
    known = application.approved_fen or application.suggested_fen or application.proposed_fen
    return stage.actors(known)


def move(
    session: Session,
    application: Application,
    *,
    verb: str,
    by: Actor,
    at: datetime,
    to_stage: str | None = None,
    status: CaseStatus | None = None,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> CaseEvent:
    """Write stage and status, which raises the version, add the CaseEvent and the audit record, flush.

    What is not given stays as it is. Raises `status_final` for a transition that does not exist;
    that is the last guard, verbs say why in their own words before.
    """
    before = (application.stage, str(application.status))
    target = application.status if status is None else status
    if target not in TRANSITIONS.get(application.status, frozenset()):
        raise Refused([status_fault(application)])
    leaves = to_stage is not None and to_stage != application.stage
    if leaves or target in ENDED:
        results.drop(session, application, by, at)
    if to_stage is not None and leaves:
        application.stage = to_stage
        application.stage_since = at
    application.status = target
    flag_modified(application, "stage")  # the version counts every move, also one on the spot
    session.flush()
    return events.record(
        session, application, verb=verb, by=by, at=at, before=before, reason=reason, data=data
    )


def to_next(
    session: Session,
    application: Application,
    *,
    verb: str,
    by: Actor,
    at: datetime,
    reason: str = "",
    data: Mapping[str, object] | None = None,
    skip: frozenset[str] = frozenset(),
) -> CaseEvent:
    """Move on to the next stage of the road; completing the last one closes the application.

    `skip` names stages that an emergency has already done (see `casework.emergency.done_early`).
    """
    _policy, road = policy_and_road(application)
    following = road.next_after(application.stage)
    while following is not None and following.id in skip:
        following = road.next_after(following.id)
    return move(
        session,
        application,
        verb=verb,
        by=by,
        at=at,
        to_stage=None if following is None else following.id,
        status=CaseStatus.CLOSED if following is None else CaseStatus.OPEN,
        reason=reason,
        data=data,
    )
