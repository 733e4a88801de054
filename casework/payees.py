"""Who may receive a member's money: himself, or after death the named heir. Pays nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from casework import deaths, moves, papers
from casework.people import Actor
from engine.faults import Fault
from engine.labels import Label
from models.applications import Application, PayMethod


@dataclass(frozen=True, slots=True)
class Payee:
    """Who receives the money and how; `kinship` None is the member."""

    name: str
    kinship: str | None
    method: PayMethod
    account: str | None


def lawful(session: Session, application: Application) -> tuple[Payee | None, list[Fault]]:
    """The lawful payee: the member himself, after death the named heir with the policy's proof.

    Nobody while it is not known whether the member has died.
    """
    member, number = application.member, application.number
    death = deaths.known(session, application)
    if death.died is None:
        return None, [Fault("death_unknown", {"signs": list(death.signs)}, number)]
    if not death.died:
        if application.payee_name and application.payee_name != member.name:
            return None, [Fault("payee_not_member", {"name": application.payee_name}, number)]
        name, kinship, account = member.name, None, member.bank_account
    else:
        if not application.payee_name or not application.payee_kinship:
            words = {"name": member.name, "signs": list(death.signs)}
            return None, [Fault("heir_missing", words, number)]
        missing = unproven(session, application)
        if missing:
            return None, [replace(fault, where=number) for fault in missing]
        name, kinship = application.payee_name, application.payee_kinship
        account = application.payee_account
    method = PayMethod(application.payee_method or (PayMethod.CARD if account else PayMethod.CASH))
    methods = ways_of_paying(application)
    if method.value not in methods:
        names = list(methods.values())
        return None, [Fault("method_not_here", {"names": names}, number)]
    if method == PayMethod.CARD and not account:
        return None, [account_missing(application, name, number)]
    return Payee(name, kinship, method, account if method == PayMethod.CARD else None), []


def account_faults(
    session: Session, application: Application, by: Actor | None = None
) -> list[Fault]:
    """Why no money may be sent to the account: one person alone has stood for it.

    The member's own account, once changed, is confirmed by a second person; an heir's is paid by
    somebody else than who named it (`by`).
    """
    member, number = application.member, application.number
    if deaths.known(session, application).died is False:
        alone = member.bank_account_by_id is not None
        if alone and member.bank_account_confirmed_by_id is None:
            return [_without_account("account_unconfirmed", application, member.name, number)]
    elif by is not None and by.user_id == application.payee_account_by_id:
        return [Fault("account_same_person", {}, number)]
    return []


def ways_of_paying(application: Application) -> Mapping[str, Label]:
    """The ways of paying that the application's policy knows, by code, with its titles."""
    return moves.policy_and_road(application)[0].procedure.payment.methods


def account_missing(application: Application, name: str | None, where: str | None) -> Fault:
    """Nothing can be sent to `name`; how else the policy lets the money be paid is said, if it does."""
    return _without_account("account_missing", application, name, where)


def _without_account(
    code: str, application: Application, name: str | None, where: str | None
) -> Fault:
    others = [label for way, label in ways_of_paying(application).items() if way != PayMethod.CARD]
    otherwise = Fault("paid_otherwise", {"names": others}) if others else ""
    return Fault(code, {"name": name, "otherwise": otherwise}, where)


def unproven(session: Session, application: Application) -> list[Fault]:
    """`heir_unproven` for each paper about the heir that does not lie with the application."""
    heir = moves.policy_and_road(application)[0].procedure.payment.heir
    attached = papers.evidence_attached(session, application)
    return [
        Fault("heir_unproven", {"paper": label}, f"evidence.{code}")
        for code, label in (heir.evidence if heir else {}).items()
        if code not in attached
    ]
