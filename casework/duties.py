"""Separation of duties within one application. Never decides what a role may do in general.

Enter ≠ verify ≠ approve ≠ transfer, by person; who pays out is not who verified; nobody acts on
an application of his own or of a relative (requirements §5). Who re-examined an application may
record what a meeting decided, since somebody else has to confirm it; who entered it may not, nor
does the recorder transfer its money.
"""

from __future__ import annotations

from itertools import combinations

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from casework.people import Actor
from engine.faults import Fault
from engine.labels import Label
from models.applications import Application, Duty, DutyKind
from models.members import Household, HouseholdPerson, Member
from models.results import RecordedResult, ResultState

RECORD = "record"
"""Writing down a result that a second person confirms. The row of the result is its memory."""
_APART = frozenset(
    {frozenset(pair) for pair in combinations(("enter", "verify", "approve", "transfer"), 2)}
    | {frozenset(("pay", "verify"))}
    | {frozenset((RECORD, other)) for other in ("enter", "approve", "transfer")}
)
LABELS = {
    "enter": Label("录入", "entering it"),
    "verify": Label("核实复核", "verifying it"),
    "approve": Label("审批", "approving it"),
    RECORD: Label("登记结果", "recording its result"),
    "screen": Label("筛查", "screening it"),
    "transfer": Label("拨付", "transferring its money"),
    "pay": Label("发放", "paying it out"),
}
_BY_KIND = {
    "apply": "enter",
    "verify": "verify",
    "approve": "approve",
    "meet": "approve",
    "screen": "screen",
    "transfer": "transfer",
    "pay": "pay",
    "receipt": "pay",
}

# written once: asked at every step of every application
_TAKEN = select(Duty.duty).where(
    Duty.application_id == bindparam("application"), Duty.user_id == bindparam("user")
)
_RECORDED = select(
    exists().where(
        RecordedResult.application_id == bindparam("application"),
        RecordedResult.by_id == bindparam("user"),
        RecordedResult.state.in_((ResultState.WAITING, ResultState.CONFIRMED)),
    )
)


def duty_of(kind: str, level: str, entry_level: str) -> str | None:
    """The duty that a step takes on, or None where it keeps nobody from another step.

    A review, seal or visit at the level where the application is entered belongs to entering it;
    at a level above it is a second look, so it is verifying.
    """
    if kind in ("review", "seal", "visit"):
        return "enter" if level == entry_level else "verify"
    return _BY_KIND.get(kind)


def held(session: Session, application: Application, user_id: int) -> frozenset[str]:
    """Duties that the person has already taken in this application."""
    asked = {"application": application.id, "user": user_id}
    taken = {duty.value for duty in session.scalars(_TAKEN, asked)}
    return frozenset(taken | {RECORD} if session.scalar(_RECORDED, asked) else taken)


def faults(session: Session, application: Application, by: Actor, duty: str | None) -> list[Fault]:
    """Why this person must leave the step to somebody else; empty when nothing stands against it."""
    if by.user_id is None:
        return [Fault("no_person", {})]
    found = recusal(session, application, by)
    if duty is not None:
        for other in sorted(held(session, application, by.user_id)):
            if frozenset((duty, other)) in _APART:
                found.append(Fault("duty_conflict", {"did": LABELS[other], "doing": LABELS[duty]}))
    return found


def take(session: Session, application: Application, by: Actor, duty: str | None) -> None:
    """Remember that the person has taken the duty in this application."""
    if duty is None or duty == RECORD or by.user_id is None:
        return
    if duty not in held(session, application, by.user_id):
        session.add(Duty(application_id=application.id, user_id=by.user_id, duty=DutyKind(duty)))
        session.flush()


def recusal(session: Session, application: Application, by: Actor) -> list[Fault]:
    """Whether the application is the person's own or that of somebody of the same household.

    People of a household are told by their identity numbers, through the blind index.
    """
    kin = kinship(session, application.member_id, by)
    if kin is None:
        return []
    return [
        Fault("recusal_self", {"number": application.number})
        if kin == "self"
        else Fault("recusal_relative", {"number": application.number})
    ]


def recusal_member(session: Session, member: Member, by: Actor) -> list[Fault]:
    """The same for what belongs to the member rather than to one application: the worksheet, the
    bank account, the papers."""
    kin = kinship(session, member.id, by)
    if kin is None:
        return []
    return [
        Fault("recusal_own_file", {"name": member.name})
        if kin == "self"
        else Fault("recusal_relative_file", {"name": member.name})
    ]


def kinship(session: Session, member_id: int, by: Actor) -> str | None:
    """`self`, `relative` (of the same household) or None."""
    if by.member_id is None:
        return None
    if by.member_id == member_id:
        return "self"
    together = _household(session, by.member_id) & _household(session, member_id)
    return "relative" if together else None


def _household(session: Session, member_id: int) -> frozenset[bytes]:
    """Blind indexes of the member and of everybody on the member's household worksheet."""
    own = session.scalar(select(Member.id_number_index).where(Member.id == member_id))
    others = session.scalars(
        select(HouseholdPerson.id_number_index)
        .join(Household, Household.id == HouseholdPerson.household_id)
        .where(Household.member_id == member_id)
    )
    return frozenset(index for index in (own, *others) if index is not None)
