"""Take one step of an application's road and move on, or refuse it there with its reason.

Posting, filing, screening, transfer and payment act on lists and have modules of their own; the
two primitives under all of them are in `casework.moves`. Returns and refusals: `casework.endings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from casework import grants, moves, results
from casework.endings import refuse, send_back
from casework.judging import Step
from casework.moves import check_ready, move
from casework.people import Actor
from engine.faults import Fault, Refused
from engine.procedure import StageKind
from models.applications import Application

__all__ = ["check_ready", "complete", "complete_list", "move", "refuse", "send_back"]

SINGLE = frozenset(
    {
        *(StageKind.APPLY, StageKind.REVIEW, StageKind.SEAL, StageKind.VERIFY),
        *(StageKind.APPROVE, StageKind.MEET, StageKind.VISIT, StageKind.ARCHIVE),
    }
)
"""Kinds of step that are taken here; the others act on lists in modules of their own."""

_ALONE = frozenset({"wrong_role", "out_of_scope", "stage_not_on_road", "no_person"})


def complete(
    session: Session,
    application: Application,
    stage_id: str,
    record: Mapping[str, object],
    *,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Application:
    """Complete the stage with what is recorded, and move on.

    `record` holds the fields of the stage for this road (`stage.records_for(road.id)`), typed or
    as form texts. Where it does not pass, the application is refused here with the recorded
    reason. Raises with every fault at once: right, version, stage, record, form, facts, amount.
    """
    found = check_ready(session, application, stage_id, by, at, expected_version)
    if any(fault.code in _ALONE for fault in found):
        raise Refused(found)
    _policy, road = moves.policy_and_road(application)
    stage = road.stage(stage_id)
    if stage.kind not in SINGLE:
        raise Refused([*found, Fault("list_step", {"stage": stage.label})])
    step = Step(session, application, road, stage, by, at)
    step.found += [*found, *results.waiting_faults(session, application)]
    step.read(record)
    step.check()
    step.finish()
    return application


def complete_list(
    session: Session,
    applications: Sequence[Application],
    stage_id: str,
    common: Mapping[str, object],
    lines: Mapping[int, Mapping[str, object]],
    *,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int],
) -> Sequence[Application]:
    """Complete the same stage for many applications, all or none (a meeting and its list).

    `common` is recorded for each, `lines` by application id on top. Faults of all applications
    come at once, each with the application's number before its field.
    """
    if not applications:
        raise Refused([Fault("empty_list", {})])
    found: list[Fault] = []
    moves.lock(session, applications)
    grants.hold(session, applications)
    with session.begin_nested():
        for application in sorted(applications, key=lambda a: a.id):
            own = lines.get(application.id, {})
            version = versions.get(application.id, -1)
            try:
                complete(
                    session,
                    application,
                    stage_id,
                    {**common, **own},
                    by=by,
                    at=at,
                    expected_version=version,
                )
            except Refused as refused:
                head = _head(application, stage_id, common, own)
                placed = (f if f.where in head else _at(application, f) for f in refused.faults)
                found += [fault for fault in placed if fault not in found]
        if found:
            raise Refused(sorted(found, key=lambda fault: ":" in (fault.where or "")))
    return applications


def _head(
    application: Application, stage_id: str, common: Mapping[str, object], own: Mapping[str, object]
) -> frozenset[str | None]:
    """The fields that were given once for the whole list."""
    _policy, road = moves.policy_and_road(application)
    if not road.has(stage_id):
        return frozenset()
    once = {field.id for field in road.stage(stage_id).records_for(road.id, for_list=True)}
    return frozenset((once | set(common)) - set(own))


def _at(application: Application, fault: Fault) -> Fault:
    where = f"{application.number}:{fault.where}" if fault.where else application.number
    return replace(fault, where=where)
