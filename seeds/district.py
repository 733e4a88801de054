"""The demonstration district: organisations, users with their roles, members and households."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.people import Actor, actor
from models.members import (
    Household,
    HouseholdItem,
    HouseholdPerson,
    Hukou,
    ItemKind,
    Member,
    MemberStatus,
)
from models.orgs import OrgKind, OrgLevel, OrgUnit
from models.people import Role, User, UserRole
from seeds.people import People, Person
from seeds.reference_data import read

PASSWORD = "Yangguang-2010"  # noqa: S105 (shown on the screen: demonstration data only)
_KIND_ZH = {"village": "村", "community": "社区", "unit": "单位"}
_LABEL = {Hukou.RURAL: "农业", Hukou.URBAN: "非农业"}


@dataclass
class District:
    """Handles to what was made, by short code."""

    orgs: dict[str, OrgUnit] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    members: dict[str, list[Member]] = field(default_factory=dict)

    def branches(self) -> list[OrgUnit]:
        return [org for org in self.orgs.values() if org.level is OrgLevel.BRANCH]

    def committee_of(self, branch: OrgUnit) -> OrgUnit:
        return self.orgs[branch.code.split("-")[0]]

    def actor(self, session: Session, username: str, on: date) -> Actor:
        return actor(session, self.users[username], on)


def build(session: Session, people: People, at: datetime, members: int) -> District:
    """Organisations, users and ``members`` members, spread over the branches; flushed."""
    district = District()
    _orgs(session, district)
    _users(session, district, people, at)
    _members(session, district, people, at, members)
    return district


def _orgs(session: Session, district: District) -> None:
    plan = read("district.yaml")
    root = _org(session, district, plan["department"], OrgLevel.DEPARTMENT, None)
    _org(session, district, plan["service_centre"], OrgLevel.SERVICE_CENTRE, root)
    for committee in plan["committees"]:
        unit = _org(session, district, committee, OrgLevel.COMMITTEE, root)
        for number, name in enumerate(committee["branches"], 1):
            entry = {"code": f"{committee['code']}-{number}", "name": name}
            entry["kind"] = committee["kind"]
            _org(session, district, entry, OrgLevel.BRANCH, unit)


def _org(
    session: Session,
    district: District,
    entry: dict[str, str],
    level: OrgLevel,
    parent: OrgUnit | None,
) -> OrgUnit:
    kind = entry.get("kind") if level is OrgLevel.BRANCH else None
    unit = OrgUnit(
        code=entry["code"],
        name=entry["name"],
        level=level,
        parent_id=parent.id if parent else None,
        kind=OrgKind(kind) if kind else None,
        kind_zh=_KIND_ZH[kind] if kind else None,
    )
    session.add(unit)
    session.flush()
    district.orgs[unit.code] = unit
    return unit


def _users(session: Session, district: District, people: People, at: datetime) -> None:
    """At least one user per role; two clerks, a verifier and a leader per committee."""
    secret = PasswordHasher().hash(PASSWORD)
    roles = {role.code: role for role in session.scalars(select(Role))}

    def user(username: str, role: str, org: str) -> None:
        person = people.person("")
        account = User(
            username=username,
            display_name=person.name,
            password_hash=secret,
            session_stamp=username,
            created_at=at,
        )
        session.add(account)
        session.flush()
        held = UserRole(
            user_id=account.id,
            role_id=roles[role].id,
            org_id=district.orgs[org].id,
            from_on=at.date() - timedelta(days=800),
        )
        session.add(held)
        district.users[username] = account

    for code, unit in district.orgs.items():
        name = code.lower()
        if unit.level is OrgLevel.BRANCH:
            user(f"{name}.clerk", "branch_clerk", code)
            user(f"{name}.secretary", "branch_secretary", code)
        elif unit.level is OrgLevel.COMMITTEE:
            user(f"{name}.clerk1", "committee_clerk", code)
            user(f"{name}.clerk2", "committee_clerk", code)
            user(f"{name}.verifier", "committee_verifier", code)
            user(f"{name}.leader", "committee_leader", code)
    for number in (1, 2):
        user(f"reviewer{number}", "department_reviewer", "D")
        user(f"leader{number}", "department_leader", "D")
        user(f"finance{number}", "finance", "D")
        user(f"officer{number}", "policy_officer", "D")
    user("screener", "screener", "SC")
    user("auditor", "auditor", "D")
    user("admin", "administrator", "D")
    session.flush()


def _members(
    session: Session, district: District, people: People, at: datetime, count: int
) -> None:
    branches = district.branches()
    for number in range(count):
        branch = branches[number % len(branches)]
        member = _member(branch, people.person(branch.name.removesuffix("党支部")), people, at)
        session.add(member)
        district.members.setdefault(branch.code, []).append(member)
    session.flush()


def _member(branch: OrgUnit, person: Person, people: People, at: datetime) -> Member:
    rural = branch.kind is OrgKind.VILLAGE
    hukou = Hukou.RURAL if rural == (people.random.random() < 0.9) else Hukou.URBAN
    probationary = people.random.random() < 0.03
    return Member(
        org_id=branch.id,
        name=person.name,
        sex=person.sex,
        ethnic=person.ethnic,
        birth_on=person.birth_on,
        joined_on=person.joined_on,
        status=MemberStatus.PROBATIONARY if probationary else MemberStatus.FULL,
        hukou=hukou,
        hukou_label=_LABEL[hukou],
        id_number=person.id_number,
        phone=person.phone,
        bank_name=person.bank_name,
        bank_account=person.bank_account,
        address=person.address,
        can_help_skills=person.skill,
        created_at=at,
    )


def household(
    session: Session,
    member: Member,
    people: People,
    income_fen: int,
    clerk: User,
    verifier: User,
) -> Household:
    """A household of one to five, entered by the one and verified by the other: ``income_fen`` a head, perhaps a subsidy and a cost."""
    size = people.random.randrange(1, 6)
    home = Household(member=member, size=size, note=None)
    for number in range(size - 1):
        relative = people.person("")
        relation = ("配偶", "子女", "父母", "孙子女")[number % 4]
        home.persons.append(
            HouseholdPerson(name=relative.name, relation=relation, birth_on=relative.birth_on)
        )
    rows = [(ItemKind.INCOME, "务农和零工收入", income_fen * size)]
    if people.random.random() < 0.5:
        rows.append((ItemKind.SUBSIDY, "高龄补贴", 20_000))
    if people.random.random() < 0.6:
        rows.append(
            (ItemKind.MEDICAL_COST, "住院自付费用", people.random.randrange(5, 40) * 10_000)
        )
    home.items = [
        HouseholdItem(
            kind=kind, label=label, who=member.name, fen_per_year=fen, verified=True,
            entered_by_id=clerk.id, verified_by_id=verifier.id, proof="票据复印件",
        )
        for kind, label, fen in rows
    ]  # fmt: skip
    session.add(home)
    session.flush()
    return home
