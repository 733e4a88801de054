"""What the papers of the union's policy are about, for the tests that fill and print them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import Application, Edition, HouseholdItem, Notice, NoticeLine
from tests import factories as make
from tests.casework.office import POLICY, Office, publish

UNION = POLICY.parent / "yonghe-union-2024"
FACTS = {
    "help_kind": "hardship", "apply_date": "2024-05-06", "union_member": True,
    "household_size": 3, "income_month": "3000", "medical_cost": "0", "serious_illness": True,
    "disability": False, "child_at_school": False, "homes_owned": 1, "has_car": False,
    "jobs_refused": 0, "cheated_before": False, "helped_before": "none",
}  # fmt: skip


def everything(office: Office, name: str, rows: int = 2) -> Iterator[tuple[str, tuple[int, ...]]]:
    """One of each thing that the union's papers are about, of somebody with such a name and so
    many rows of income."""
    session = office.session
    edition = publish(session, UNION, policy_code=UNION.name, in_force_from=date(2024, 1, 1))
    one = _approved(office, edition, name, rows)
    another = _approved(office, edition, "王小", 0)
    source = make.source(session, zh="工会经费")
    paid = [
        make.payment(
            session, make.grant(session, each, fen=120_000), source,
            method="card", payee_name=each.member.name, account="6217000000001234567",
        )
        for each in (one, another)
    ]  # fmt: skip
    yield "application", (one.id,)
    yield "applications", (one.id, another.id)
    yield "notice", (_notice(session, one).id,)
    yield "payments", tuple(each.id for each in paid)
    yield "member", (one.member_id,)


def _approved(office: Office, edition: Edition, name: str, rows: int) -> Application:
    session = office.session
    items = [
        HouseholdItem(kind=kind, who=name, label=f"零工{n}", fen_per_year=100_00 * n)
        for kind in ("income", "medical_cost")
        for n in range(1, rows + 1)
    ]
    given: dict[str, Any] = {"bank_account": "6217000000001234567", "bank_name": "工商银行永和支行"}
    member = make.member(session, office.tree.branch, name=name, **given)
    make.household(session, member, size=3, items=items)
    return make.application(
        session, member, edition, office.user("branch_clerk"),
        road="help", aid_year=2024, stage="card_payment", status="open", facts=FACTS,
        applied_on=date(2024, 5, 6), approved_fen=120_000,
        form={"request": "家里有人常年患病，请求帮助。" * 12, "employer": "永和纺织有限公司 挡车工"},
    )  # fmt: skip


def _notice(session: Session, application: Application) -> Notice:
    row = {"name": application.member.name, "reason": "困难职工帮扶", "amount": "1200.00"}
    made = Notice(
        number="GS2024-0001", org=application.org, edition=application.edition, road="help",
        place="branch", posted_on=date(2024, 5, 20), ends_on=date(2024, 5, 24),
        frozen=[row], sha256="0" * 64, posted_by_id=application.created_by.id,
    )  # fmt: skip
    made.lines = [NoticeLine(application_id=application.id)]
    session.add(made)
    session.flush()
    return made
