"""An heir's account that the bank refused is corrected, with proof, before the money goes out again.

Who the heir is stays as it was proven. Whoever enters for the application may correct it; the money
is then paid by somebody else than who did (`payees.account_faults`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from casework import attachments, deaths, duties, endings, grants, moves, payees
from casework.attachments import Upload
from casework.people import Actor
from casework.permissions import Permission
from engine.faults import Fault, Refused
from engine.procedure.rules import HeirRules
from engine.words import masked_account
from models.applications import Application, PayMethod
from models.secrets import account_number

VERB = "heir_account"


def rules_of(application: Application) -> HeirRules | None:
    """The policy's rules about heirs, where they let an account be corrected."""
    rules = moves.policy_and_road(application)[0].procedure.payment.heir
    return rules if rules is not None and rules.account_proof is not None else None


def faults(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Why this person cannot correct the heir's account now; empty when he can."""
    found = moves.check_access(session, application, by, Permission.Application.WRITE)
    if found:
        return found
    _policy, road = moves.policy_and_road(application)
    found += duties.faults(session, application, by, moves.duty_at(road, road.first))
    if rules_of(application) is None:
        found.append(Fault("heir_account_not_here", {}))
    if application.status not in moves.LIVE:
        return [*found, moves.status_fault(application)]
    if not application.payee_name or deaths.known(session, application).died is False:
        return [*found, Fault("heir_account_nobody", {})]
    if road.may_withdraw_at(application.stage):
        found.append(Fault("heir_account_early", {}))
    grant = grants.of(session, application)
    live = grants.live_payment(session, grant) if grant is not None else None
    if live is not None:
        found.append(Fault("heir_account_on_roster", {"name": live.payee_name}))
    return found


def correct(
    session: Session,
    application: Application,
    *,
    method: PayMethod | None,
    account: str | None,
    reason: str,
    upload: Upload,
    by: Actor,
    at: datetime,
    expected_version: int,
) -> Application:
    """Change how the heir is paid. Both versions stay in the event, the numbers masked."""
    moves.lock(session, [application])
    found = faults(session, application, by)
    rules = rules_of(application)
    if found or rules is None or rules.account_proof is None:
        raise Refused(found)
    number = account_number(account) if account and method == PayMethod.CARD else None
    found = moves.check_version(application, expected_version) + endings.reason_faults(reason)
    found += _account_faults(application, method, number)
    if not upload.content:
        found.append(Fault("heir_account_proof_missing", {"scan": rules.account_label}, "file"))
    if found:
        raise Refused(found)
    proof = attachments.store(
        session,
        upload,
        kind=rules.account_proof,
        by=by,
        at=at,
        application=application,
        permission=Permission.Application.WRITE,  # the correction's own right; the proof is part of it
    )
    was = _written(application)
    application.payee_method, application.payee_account = method, number
    application.payee_account_by_id = by.user_id
    _policy, road = moves.policy_and_road(application)
    duties.take(session, application, by, moves.duty_at(road, road.first))
    data = {"payee": [was, _written(application)], "attachment": proof.id}
    moves.move(session, application, verb=VERB, by=by, at=at, reason=reason.strip(), data=data)
    return application


def _account_faults(
    application: Application, method: PayMethod | None, number: str | None
) -> list[Fault]:
    if method is None:
        return [Fault("heir_method_missing", {}, "method")]
    if method == PayMethod.CARD and not number:
        return [payees.account_missing(application, application.payee_name, "account")]
    if (method, number) == (application.payee_method, application.payee_account):
        return [Fault("heir_account_same", {}, "account")]
    return []


def _written(application: Application) -> dict[str, str | None]:
    """How the heir is paid, as an event keeps it."""
    method, account = application.payee_method, application.payee_account
    return {
        "method": method.value if method else None,
        "account": masked_account(account) if account else None,
    }
