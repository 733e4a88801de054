"""What the policy says of a pair before it begins: what it refuses, what it warns of. Reads only.

Unknown is not false: what is not known is never refused, and is warned of as not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from casework import care
from engine.faults import Fault
from engine.labels import Label
from engine.procedure import PairRules
from models.applications import Application
from models.members import Member, MemberStatus
from models.pairs import HelpingPair, PairState
from models.register import HardshipEntry

IN_PARTY = frozenset({MemberStatus.FULL, MemberStatus.PROBATIONARY})


@dataclass(frozen=True, slots=True)
class Judged:
    """Faults that stop the pair; warnings as they are kept: id, zh, en, known."""

    refused: Sequence[Fault] = ()
    warnings: Sequence[Mapping[str, object]] = ()


NONE = Judged()


def judge(session: Session, helper: Member, helped: Member, on: date) -> Judged:
    """What the rules in force on a day say of the two."""
    found = care.pairs(session, on)
    if found is None:
        return NONE
    _policy, rules = found
    values = values_of(session, rules, helper, helped)
    refused = [
        Fault("pair_rule", {"rule": rule.label})
        for rule in rules.refuse
        if rule.must.truth(values) is False
    ]
    warnings = []
    for rule in rules.warn:
        truth = rule.must.truth(values)
        if truth is not True:
            label = {"zh": rule.label.zh, "en": rule.label.en}
            warnings.append({"id": rule.id, "known": truth is False, **label})
    return Judged(refused, warnings)


def values_of(
    session: Session, rules: PairRules, helper: Member, helped: Member
) -> dict[str, object]:
    """What is known of a pair, by the names of `engine.procedure.care.PAIR_NAMES`."""
    values: dict[str, object] = {
        "helper_has_skills": bool((helper.can_help_skills or "").strip()),
        "same_branch": helper.org_id == helped.org_id,
        "helper_pairs": _running(session, helper),
        "helped_pairs": _running(session, helped),
    }
    for side, member in (("helper", helper), ("helped", helped)):
        values[f"{side}_is_member"] = member.status in IN_PARTY
        values[f"{side}_in_hardship"] = _registered(session, member)
    for name, fact in rules.facts.items():
        values[name] = _fact(session, helped if name.startswith("helped_") else helper, fact)
    return values


def results(session: Session, on: date) -> Mapping[str, Label]:
    """What may have come of a pair, by code."""
    found = care.pairs(session, on)
    return found[1].results if found else {}


def ways(session: Session, on: date) -> Mapping[str, Label]:
    """Kinds of contact, by code."""
    found = care.pairs(session, on)
    return found[1].ways if found else {}


def _running(session: Session, member: Member) -> int:
    query = select(func.count(HelpingPair.id)).where(
        HelpingPair.state == PairState.ACTIVE,
        or_(HelpingPair.helper_id == member.id, HelpingPair.helped_id == member.id),
    )
    return session.scalar(query) or 0


def _registered(session: Session, member: Member) -> bool:
    query = select(HardshipEntry.id).where(
        HardshipEntry.member_id == member.id, HardshipEntry.left_on.is_(None)
    )
    return session.scalar(query) is not None


def _fact(session: Session, member: Member, fact: str) -> bool | None:
    """The fact on the latest application of the member; None where it is not known."""
    facts = session.scalar(
        select(Application.facts)
        .where(Application.member_id == member.id)
        .order_by(Application.id.desc())
        .limit(1)
    )
    value = facts.get(fact) if facts else None
    return value if isinstance(value, bool) else None
