"""Small makers of rows for tests: valid by default, told apart by a running number.

Every maker adds to the session and flushes; name only what the test is about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Account,
    Application,
    Base,
    Edition,
    FundSource,
    Grant,
    HelpingPair,
    Household,
    HouseholdItem,
    Journal,
    Member,
    OrgUnit,
    Payment,
    Posting,
    Role,
    TransferBatch,
    TransferLine,
    User,
    UserRole,
)

NOW = datetime(2010, 12, 3, 9, 0, tzinfo=UTC)
TODAY = date(2010, 12, 3)
_ROLES = Path(__file__).parents[1] / "seeds" / "reference" / "roles.yaml"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_REGIONS = (
    *("370102", "370103", "370104", "370105", "370112"),
    *("110101", "110105", "310101", "440103", "510104"),
)

_numbers = count(1)
_identities = count()
_Row = TypeVar("_Row", bound=Base)


def _add(session: Session, row: _Row) -> _Row:
    session.add(row)
    session.flush()
    return row


def id_number(
    serial: int | None = None, *, birth: date = date(1950, 1, 1), male: bool = True
) -> str:
    """A valid identity number (GB 11643); 5,000 different ones of each birth date and sex."""
    serial = next(_identities) if serial is None else serial
    region = _REGIONS[serial // 500 % len(_REGIONS)]
    body = f"{region}{birth:%Y%m%d}{serial % 500 * 2 + (1 if male else 0):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


@dataclass(frozen=True)
class Tree:
    """A department with two committees; the first has two branches, the second one."""

    department: OrgUnit
    service_centre: OrgUnit
    committee: OrgUnit
    branch: OrgUnit
    sibling: OrgUnit
    other_committee: OrgUnit
    other_branch: OrgUnit


def org(session: Session, level: str, parent: OrgUnit | None = None, **given: Any) -> OrgUnit:
    """One organisation."""
    number = next(_numbers)
    given = {"code": f"O{number}", "name": f"组织{number}", **given}
    return _add(session, OrgUnit(level=level, parent=parent, **given))


def org_tree(session: Session) -> Tree:
    """The tree most tests need, with other people's parts to be kept out."""
    department = org(session, "department", name="历城区委组织部")
    committee = org(session, "committee", department, name="龙山镇党委")
    other = org(session, "committee", department, name="柳河镇党委")
    village = {"kind": "village", "kind_zh": "村"}
    return Tree(
        department=department,
        service_centre=org(session, "service_centre", department, name="阳光民生救助服务中心"),
        committee=committee,
        branch=org(session, "branch", committee, name="北庄村党支部", **village),
        sibling=org(session, "branch", committee, name="南庄村党支部", **village),
        other_committee=other,
        other_branch=org(session, "branch", other, name="前柳村党支部", **village),
    )


@cache
def _known_roles() -> Mapping[str, Any]:
    """The reference roles, parsed once per process: parsing costs more than most tests."""
    known: Mapping[str, Any] = YAML(typ="safe", pure=True).load(_ROLES.read_text("utf-8"))
    return known


def role(session: Session, code: str, permissions: Iterable[str] | None = None) -> Role:
    """The role ``code``; its permissions are those of the reference data unless given."""
    found = session.scalar(select(Role).where(Role.code == code))
    if found is not None:
        return found
    data = _known_roles().get(
        code, {"zh": code, "en": code, "level": "department", "permissions": []}
    )
    chosen = data["permissions"] if permissions is None else permissions
    return _add(
        session,
        Role(
            code=code, zh=data["zh"], en=data["en"], level=data["level"], permissions=list(chosen)
        ),
    )


def user(session: Session, *held: tuple[str, OrgUnit], **given: Any) -> User:
    """A user who holds the roles ``(code, organisation)`` since 2000; nobody can sign in as him."""
    number = next(_numbers)
    given = {
        "username": f"user{number}",
        "display_name": f"用户{number}",
        "created_at": NOW,
        **given,
    }
    made = _add(session, User(**given))
    for code, where in held:
        grant_role(session, made, code, where)
    return made


def grant_role(session: Session, to: User, code: str, where: OrgUnit) -> UserRole:
    """Let ``to`` hold the role ``code`` at ``where`` since 2000."""
    return _add(
        session, UserRole(user=to, role=role(session, code), org=where, from_on=date(2000, 1, 1))
    )


def member(session: Session, branch: OrgUnit, **given: Any) -> Member:
    """A full member, male, born 1950, with a valid identity number and a phone."""
    number = next(_numbers)
    given = {
        "name": "王建国",
        "sex": "male",
        "ethnic": "汉族",
        "birth_on": date(1950, 1, 1),
        "joined_on": date(1975, 7, 1),
        "hukou": "rural",
        "hukou_label": "农业",
        "id_number": id_number(),
        "phone": f"138{number:08d}",
        "address": "北庄村1号",
        "created_at": NOW,
        **given,
    }
    return _add(session, Member(org=branch, **given))


def household(
    session: Session, of: Member, *, size: int = 2, income_yuan: int = 3000, **given: Any
) -> Household:
    """A household with one verified row of income."""
    items = given.pop(
        "items",
        [
            HouseholdItem(
                kind="income", label="种粮收入", fen_per_year=income_yuan * 100, verified=True
            )
        ],
    )
    return _add(session, Household(member=of, size=size, items=items, **given))


def edition(session: Session, **given: Any) -> Edition:
    """An edition with bytes that mean nothing; tests of rules publish a real one."""
    number = next(_numbers)
    given = {
        "policy_code": "licheng-2010",
        "digest": f"sha256:{number:064x}",
        "files": b"{}",
        "in_force_from": date(1900, 1, 1) + timedelta(days=number),
        "published_at": NOW,
        **given,
    }
    return _add(session, Edition(**given))


def application(
    session: Session, of: Member, under: Edition, by: User, **given: Any
) -> Application:
    """A draft of living aid for 2010, as it stands just after registration."""
    given = {
        "number": f"2010-{next(_numbers):06d}",
        "road": "living",
        "aid_year": 2010,
        "stage": "application",
        "facts": {"apply_type": "living", "apply_date": "2010-12-03"},
        "applied_on": TODAY,
        "created_at": NOW,
        **given,
    }
    return _add(session, Application(member=of, org=of.org, edition=under, created_by=by, **given))


def source(session: Session, **given: Any) -> FundSource:
    """A source of money."""
    number = next(_numbers)
    given = {"code": f"source{number}", "zh": "区管党费", "en": "Party dues", **given}
    return _add(session, FundSource(**given))


def account(session: Session, kind: str, **given: Any) -> Account:
    """An account; it may not go below zero."""
    return _add(session, Account(kind=kind, **given))


def journal(session: Session, *moves: tuple[Account, Account, int], **given: Any) -> Journal:
    """A journal with its postings ``(to, from, fen)`` and the balances moved along."""
    for to, out_of, fen in moves:
        to.balance_fen += fen
        out_of.balance_fen -= fen
    postings = [
        Posting(debit_account=to, credit_account=out_of, fen=fen) for to, out_of, fen in moves
    ]
    given = {"kind": "test", "at": NOW, **given}
    return _add(session, Journal(postings=postings, **given))


def grant(session: Session, of: Application, *, fen: int = 60000, **given: Any) -> Grant:
    """An active grant of 600 yuan for the application's year."""
    given = {"member_id": of.member_id, "aid_year": of.aid_year, **given}
    return _add(session, Grant(application=of, fen=fen, **given))


def payment(session: Session, of: Grant, out_of: FundSource, **given: Any) -> Payment:
    """A prepared payment of the whole grant in cash."""
    given = {"fen": of.fen, "method": "cash", "payee_name": "王建国", **given}
    return _add(session, Payment(grant=of, source=out_of, **given))


def transfer(
    session: Session, to: OrgUnit, out_of: FundSource, by: User, journal: Journal, *grants: Grant
) -> TransferBatch:
    """A transfer of whole grants to a committee."""
    lines = [
        TransferLine(application_id=each.application_id, grant=each, fen=each.fen)
        for each in grants
    ]
    return _add(
        session,
        TransferBatch(
            org=to,
            source=out_of,
            fen=sum(each.fen for each in grants),
            journal=journal,
            by_id=by.id,
            at=NOW,
            lines=lines,
        ),
    )


def pair(session: Session, helper: Member, helped: Member, **given: Any) -> HelpingPair:
    """A pair in the helped member's branch."""
    given = {"org_id": helped.org_id, "start_on": TODAY, **given}
    return _add(session, HelpingPair(helper=helper, helped=helped, **given))
