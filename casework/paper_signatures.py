"""A signature in a circulation that was given on paper: somebody else records it, with the scan.

Who may is whoever may send the application round, but nobody who is named to sign in it: one person
alone never makes a circulation complete. Whoever signed is told of what was recorded in his name.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from casework import attachments, circulation, duties, endings, inbox, moves, people
from casework.attachments import Upload
from casework.clock import day_of
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.labels import Label
from models.applications import Application
from models.meetings import Circulation, CirculationSignature, CirculationState

VERB = "circulation_paper"


def faults(session: Session, made: Circulation, by: Actor) -> list[Fault]:
    """Why this person cannot record what somebody signed on paper; empty when he can."""
    rules = circulation.rules_of(made.application)
    if rules is None or rules.paper is None:
        return [Fault("circulation_no_paper", {})]
    found = [
        fault
        for fault in circulation.start_faults(session, made.application, by)
        if fault.code != "circulation_twice"
    ]
    if made.state != CirculationState.OPEN:
        found.append(Fault("circulation_not_open", {}))
    if any(one.user_id == by.user_id for one in made.signatures):
        found.append(Fault("circulation_recorder_named", {"label": rules.label}))
    return found


def record(
    session: Session,
    made: Circulation,
    user_id: int,
    agrees: bool | None,
    opinion: str,
    signed_on: date | None,
    upload: Upload,
    *,
    by: Actor,
    at: datetime,
) -> Circulation:
    """Write down what the named user signed on paper, with its scan; he takes the duty, not the
    recorder. `agrees` None: nobody chose what stands on the sheet. Raises with every fault at once."""
    application = made.application
    moves.lock(session, [application])
    session.refresh(made, with_for_update=True)
    found = faults(session, made, by)
    rules = circulation.rules_of(application)
    if found or rules is None or rules.paper is None:
        raise Refused(found)
    row = next((one for one in made.signatures if one.user_id == user_id), None)
    found = _row_faults(session, application, row, at) + _day_faults(made, signed_on, at)
    if agrees is None:
        found.append(Fault("circulation_answer_missing", {}, "agrees"))
    elif not agrees:
        found += endings.reason_faults(opinion)
    if not upload.content:
        found.append(Fault("circulation_scan_missing", {"scan": rules.paper_label}, "file"))
    if found or row is None or agrees is None:
        raise Refused(found)
    scan = attachments.store(
        session,
        upload,
        kind=rules.paper,
        by=by,
        at=at,
        application=application,
        permission=Permission.Application.READ,  # the procedure's `started_by` is the right to it
    )
    signer = people.actor(session, row.user, day_of(at))
    circulation.settle(session, made, row, signer, agrees, opinion, at)
    row.signed_on, row.recorded_by_id, row.attachment_id = signed_on, by.user_id, scan.id
    data = {"agrees": agrees, "state": made.state, "signer": row.user.display_name}
    data |= {"signed_on": str(signed_on), "attachment": scan.id}
    moves.move(session, application, verb=VERB, by=by, at=at, reason=opinion.strip(), data=data)
    told = inbox.Notice(
        f"circulation:{made.id}:paper:{row.id}",
        circulation.KIND,
        _told(application, by),
        application.id,
    )
    inbox.tell(session, [row.user_id], told, at)
    return made


def recorded_by(session: Session, application: Application, by: Actor) -> bool:
    """Whether this person recorded a signature of the circulation that stands."""
    made = circulation.standing(session, application)
    return made is not None and any(
        one.recorded_by_id is not None and one.recorded_by_id == by.user_id
        for one in made.signatures
    )


def _row_faults(
    session: Session, application: Application, row: CirculationSignature | None, at: datetime
) -> list[Fault]:
    if row is None:
        return [Fault("circulation_signer_unknown", {}, "signer")]
    if row.agrees is not None:
        return [Fault("circulation_signer_done", {"name": row.user.display_name}, "signer")]
    signer = people.actor(session, row.user, day_of(at))
    if duties.faults(session, application, signer, "approve"):
        return [Fault("circulation_signer_recused", {"name": row.user.display_name}, "signer")]
    return []


def _day_faults(made: Circulation, signed_on: date | None, at: datetime) -> list[Fault]:
    if signed_on is None:
        return [Fault("circulation_day_missing", {}, "signed_on")]
    if not day_of(made.at) <= signed_on <= day_of(at):
        params = {"first": day_of(made.at), "last": day_of(at)}
        return [Fault("circulation_day_wrong", params, "signed_on")]
    return []


def _told(application: Application, by: Actor) -> Label:
    number = application.number
    return Label(
        f"{by.name}按传签单扫描件登记了您对{number}的签署，请核对。",
        f"{by.name} recorded your signature for {number} from paper. Please check it.",
    )
