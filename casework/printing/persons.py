"""A member and the household as papers show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from casework.papers import SEXES
from casework.printing.values import Lazy, Value, money, number, on, text
from engine.model import Policy
from engine.words import chinese_month
from models.members import Household, HouseholdItem, ItemKind, Member
from models.orgs import OrgLevel, OrgUnit


def committee_of(unit: OrgUnit | None) -> str:
    """The name of the committee that a unit stands under, or of the unit above it."""
    here = unit
    while here is not None and here.level != OrgLevel.COMMITTEE:
        here = here.parent
    return text(here.name) if here is not None else ""


def standing(member: Member, policy: Policy) -> str:
    """What the policy calls the member's standing; blank where it does not ask for it."""
    for fact in policy.facts.values():
        if fact.source and (fact.source.kind, fact.source.name) == ("member", "status"):
            label = (fact.choices or {}).get(str(member.status))
            return label.zh if label else ""
    return ""


def person(member: Member | None, policy: Policy, *, in_full: bool) -> Mapping[str, Value]:
    """A member; numbers whole only for people who may see them. None gives blanks."""
    if member is None:
        return {}
    return Lazy(
        name=text(member.name),
        sex=SEXES[member.sex] if member.sex else "",
        ethnic=text(member.ethnic),
        birth=on(member.birth_on),
        birth_month=chinese_month(member.birth_on) if member.birth_on else "",
        joined=on(member.joined_on),
        id_number=lambda: number(member.id_number, "id", in_full),
        phone=lambda: number(member.phone, "phone", in_full),
        address=text(member.address),
        hukou=text(member.hukou_label),
        status=lambda: standing(member, policy),
        died=on(member.died_on),
        bank_name=text(member.bank_name),
        bank_account=lambda: number(member.bank_account, "account", in_full),
        skills=text(member.can_help_skills),
        unit=lambda: text(member.org.name),
        committee=lambda: committee_of(member.org),
    )


def household(kept: Household | None, *, in_full: bool) -> Mapping[str, Value]:
    """The household and its worksheet, amounts in yuan per year."""
    if kept is None:
        return {}
    sums = {kind: sum(i.fen_per_year for i in kept.items if i.kind == kind) for kind in ItemKind}
    costs = sums[ItemKind.MEDICAL_COST] + sums[ItemKind.DISASTER_COST]
    rows = {kind.value: _lines(kept.items, kind) for kind in ItemKind}
    return Lazy(
        size=text(kept.size),
        note=text(kept.note),
        income_total=money(sums[ItemKind.INCOME]),
        subsidy_total=money(sums[ItemKind.SUBSIDY]),
        cost_total=money(costs),
        people=[
            {
                "name": text(one.name),
                "relation": text(one.relation),
                "birth": on(one.birth_on),
                "id_number": number(one.id_number, "id", in_full),
                "can_work": "" if one.can_work is None else text(one.can_work),
                "occupation": text(one.occupation),
                "note": text(one.note),
            }
            for one in kept.persons
        ],
        income=rows["income"],
        subsidy=rows["subsidy"],
        medical_cost=rows["medical_cost"],
        disaster_cost=rows["disaster_cost"],
    )


def _lines(items: Iterable[HouseholdItem], kind: ItemKind) -> list[Mapping[str, Value]]:
    return [
        {
            "who": text(item.who),
            "label": text(item.label),
            "amount": money(item.fen_per_year),
            "proof": text(item.proof),
        }
        for item in items
        if item.kind == kind
    ]
