"""Another office's policy goes the same way: other stages, tiers and papers, no line of Python."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from casework import applications, attachments, dues, editions, people, steps
from casework.people import Actor
from engine.faults import Refused
from models import Application, CaseStatus, User
from tests import factories
from tests.casework.bureau import LICHENG, SCAN, refusal
from tests.factories import Tree

NOW = datetime(2024, 5, 6, 2, 0, tzinfo=UTC)
TODAY = date(2024, 5, 6)
DEEP: Mapping[str, object] = {
    "union_member": True,
    "income_month": "900",
    "serious_illness": False,
    "disability": False,
    "child_at_school": False,
    "other_claimed": False,
    "homes_owned": 1,
    "has_car": False,
    "jobs_refused": 0,
}
RELATIVE = DEEP | {"income_month": "2600", "child_at_school": True}
ILL = DEEP | {"serious_illness": True, "medical_cost": "30000"}
PEOPLE = {
    "clerk": ("branch_clerk", "branch"),
    "secretary": ("branch_secretary", "branch"),
    "verifier": ("committee_verifier", "committee"),
    "leader": ("department_leader", "department"),
}
RECORDS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "registration": ("clerk", {"applied_on": TODAY, "came_by": "worker"}),
    "home_visit": (
        "secretary",
        {"visited_on": TODAY, "visitors": 2, "finding": "confirmed", "report": "属实"},
    ),
    "federation_check": (
        "verifier",
        {
            "signature": "sign",
            "filler": "self",
            "copies": 1,
            "opinion": "同意",
            "conclusion": "agree",
            "sealed": True,
            "submitted_on": TODAY,
        },
    ),
    "approval": ("leader", {"decided_on": TODAY, "result": "agreed"}),
}


class Union:
    """A trade union at work."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.tree: Tree = factories.org_tree(session)
        for role in ("committee_leader", "department_reviewer", "finance"):
            factories.role(session, role)
        self.users: dict[str, User] = {
            name: factories.user(session, (role, getattr(self.tree, where)))
            for name, (role, where) in PEOPLE.items()
        }
        folder = LICHENG.parent / "yonghe-union-2024"
        editions.publish(
            session,
            folder,
            from_on=date(2024, 1, 1),
            proposed_by=None,
            signed_by=None,
            at=NOW,
        )

    def who(self, name: str) -> Actor:
        return people.actor(self.session, self.users[name], TODAY)

    def register(self, facts: Mapping[str, object], road: str = "help") -> Application:
        worker = factories.member(
            self.session, self.tree.branch, bank_name="工商银行", bank_account="6222001"
        )
        factories.household(self.session, worker, size=2, income_yuan=10800)
        form = {"employer": "永和机械厂", "request": "生活困难", "income_source": "无"}
        return applications.register(
            self.session, worker, road, TODAY, by=self.who("clerk"), at=NOW, facts=facts, form=form
        )

    def take(self, application: Application, **changes: object) -> Application:
        name, record = RECORDS[application.stage]
        if application.stage == "federation_check":
            applications.save(
                self.session,
                application,
                by=self.who(name),
                at=NOW,
                expected_version=application.version,
                facts={"cheated_before": False},
            )
        return steps.complete(
            self.session,
            application,
            application.stage,
            {**record, **changes},
            by=self.who(name),
            at=NOW,
            expected_version=application.version,
        )


@pytest.fixture
def union(session: Session) -> Union:
    return Union(session)


def test_the_first_tier_is_fixed_and_needs_no_amount(union: Union) -> None:
    application = union.register(DEEP)
    for stage in ("home_visit", "federation_check", "approval", "workplace_notice"):
        assert union.take(application).stage == stage
    assert application.approved_fen == 240000


def test_the_second_tier_is_a_range(union: Union) -> None:
    application = union.register(RELATIVE)
    for _ in range(2):
        union.take(application)
    with pytest.raises(Refused) as caught:
        union.take(application, amount="1600.01")
    assert caught.value.faults[0].params == {"low": "800", "high": "1600"}
    union.take(application, amount="1200")
    union.take(application, amount="1600")
    assert application.approved_fen == 160000


def test_two_benefits_are_approved_as_one_sum_within_their_bounds(union: Union) -> None:
    application = union.register(ILL)
    attachments.store(
        union.session,
        SCAN,
        kind="medical_bills",
        by=union.who("clerk"),
        at=NOW,
        application=application,
    )
    for _ in range(2):
        union.take(application)
    assert refusal(lambda: union.take(application, amount="7400.01")) == {"amount_outside"}
    assert refusal(lambda: union.take(application, amount="2400")) == {"amount_outside"}
    union.take(application, amount="7400")
    assert application.suggested_fen == 740000


def test_another_road_leaves_the_visit_out(union: Union) -> None:
    facts = DEEP | {"children_admitted": 2}
    application = union.register(facts, "schooling")
    attachments.store(
        union.session,
        SCAN,
        kind="admission_letter",
        by=union.who("clerk"),
        at=NOW,
        application=application,
    )
    union.take(application)
    assert application.stage == "federation_check"
    union.take(application)
    union.take(application)
    assert application.approved_fen == 600000


def test_a_visit_that_differs_refuses_with_its_report(union: Union) -> None:
    application = union.take(union.register(DEEP))
    union.take(application, finding="differs", report="有两套住房")
    assert application.status is CaseStatus.REFUSED


def test_the_checks_of_its_records_and_its_deadlines_are_its_own(union: Union) -> None:
    application = union.take(union.register(DEEP))
    assert refusal(lambda: union.take(application, visitors=1)) == {"record_check"}
    found = dues.dues_of(union.session, application, TODAY)
    assert [each.rule.id for each in found] == ["visit_due", "approval_due", "pay_due"]
