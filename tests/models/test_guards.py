"""Rows that the office may not rewrite: decisions, events, editions, posted lists."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models import Application, Approval, CaseEvent, Decision, Duty, Notice, NoticeLine, User
from tests import factories
from tests.conftest import Database


@pytest.fixture
def case(session: Session) -> Application:
    tree = factories.org_tree(session)
    member = factories.member(session, tree.branch)
    clerk = factories.user(session)
    return factories.application(session, member, factories.edition(session), clerk)


@pytest.fixture
def clerk(case: Application) -> User:
    return case.created_by


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decision SET outcome = 'ineligible'",
        "DELETE FROM decision",
        "UPDATE case_event SET reason = 'another'",
        "DELETE FROM case_event",
    ],
)
def test_decisions_and_events_stay_as_recorded(
    session: Session, case: Application, clerk: User, statement: str
) -> None:
    session.add(
        Decision(
            application=case,
            edition=case.edition,
            purpose="approval",
            facts={"apply_type": "living"},
            assessment=b"{}",
            schema_version=1,
            outcome="eligible",
            by_id=clerk.id,
            at=factories.NOW,
        )
    )
    session.add(CaseEvent(application=case, seq=1, verb="register", by=clerk, at=factories.NOW))
    session.flush()
    with pytest.raises(IntegrityError, match="append-only"):
        session.execute(text(statement))


def test_facts_of_a_decision_come_back_exactly(session: Session, case: Application) -> None:
    facts = {"b": 2, "a": "600.10", "中": [None, True, 1.5]}
    decision = Decision(
        application=case,
        edition=case.edition,
        purpose="entry",
        facts=facts,
        assessment=b"{}",
        schema_version=1,
        outcome="eligible",
        by_id=case.created_by_id,
        at=factories.NOW,
    )
    session.add(decision)
    session.flush()
    session.expire_all()
    assert decision.facts == facts
    stored = session.scalar(text("SELECT facts FROM decision"))
    assert stored == '{"a":"600.10","b":2,"中":[null,true,1.5]}'


@pytest.mark.parametrize(
    "change",
    ["files = 'x'", "digest = 'sha256:0'", "in_force_from = '2011-01-01'", "note = 'x'"],
)
def test_a_published_edition_stays_as_it_was(
    session: Session, case: Application, change: str
) -> None:
    with pytest.raises(IntegrityError, match="content is fixed"):
        session.execute(text(f"UPDATE edition SET {change}"))


def test_an_edition_may_be_ended_but_not_before_it_began(
    session: Session, case: Application
) -> None:
    case.edition.in_force_to = date(2011, 12, 31)
    session.flush()
    case.edition.in_force_to = date(1800, 1, 1)
    with pytest.raises(IntegrityError, match="ends_after_start"):
        session.flush()


def test_an_edition_is_signed_by_somebody_else(session: Session, clerk: User) -> None:
    with pytest.raises(IntegrityError, match="signed_by_another"):
        factories.edition(session, proposed_by_id=clerk.id, signed_by_id=clerk.id)


@pytest.mark.parametrize("table", ["edition", "application", "approval", "notice", "notice_line"])
def test_records_do_not_disappear(session: Session, case: Application, table: str) -> None:
    make_notice(session, case)
    make_approval(session, case)
    with pytest.raises(IntegrityError):
        session.execute(text(f"DELETE FROM {table}"))


def make_notice(session: Session, case: Application) -> Notice:
    notice = Notice(
        number="2010-1",
        org=case.org,
        edition=case.edition,
        road="living",
        posted_on=date(2010, 12, 6),
        ends_on=date(2010, 12, 10),
        place="branch",
        frozen=[{"name": "王建国"}],
        sha256="0" * 64,
        posted_by_id=case.created_by_id,
        lines=[NoticeLine(application=case, columns={"name": "王建国"})],
    )
    session.add(notice)
    session.flush()
    return notice


def make_approval(session: Session, case: Application, **given: object) -> Approval:
    given = {"code": "branch_seal", "stage": "branch_check", "result": "agreed", **given}
    approval = Approval(application=case, by_id=case.created_by_id, at=factories.NOW, **given)
    session.add(approval)
    session.flush()
    return approval


@pytest.mark.parametrize("change", ["frozen = '[]'", "sha256 = 'x'", "ends_on = '2010-12-20'"])
def test_a_posted_list_is_frozen(session: Session, case: Application, change: str) -> None:
    make_notice(session, case)
    with pytest.raises(IntegrityError, match="content is fixed"):
        session.execute(text(f"UPDATE notice SET {change}"))


def test_an_opinion_is_given_once_a_round(session: Session, case: Application) -> None:
    make_approval(session, case)
    make_approval(session, case, round=2)
    with pytest.raises(IntegrityError):
        make_approval(session, case)


def test_a_recorded_result_is_confirmed_by_somebody_else(
    session: Session, case: Application
) -> None:
    approval = make_approval(session, case)
    approval.confirmed_by_id = case.created_by_id
    with pytest.raises(IntegrityError, match="confirmed_by_another"):
        session.flush()


def test_a_duty_is_written_down_once(session: Session, case: Application, clerk: User) -> None:
    session.add(Duty(application=case, user_id=clerk.id, duty="enter"))
    session.flush()
    session.add(Duty(application_id=case.id, user_id=clerk.id, duty="enter"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_events_of_a_case_are_numbered_without_doubles(session: Session, case: Application) -> None:
    for _ in range(2):
        session.add(CaseEvent(application=case, seq=1, verb="register", at=factories.NOW))
    with pytest.raises(IntegrityError):
        session.flush()


def test_changing_one_fact_is_saved(session: Session, case: Application) -> None:
    case.facts["income_year"] = 12000
    session.flush()
    session.expire_all()
    assert case.facts["income_year"] == 12000


def test_two_people_cannot_change_a_case_at_once(database: Database) -> None:
    with database.sessions.begin() as session:
        tree = factories.org_tree(session)
        made = factories.application(
            session,
            factories.member(session, tree.branch),
            factories.edition(session),
            factories.user(session),
        )
        number = made.id
    with database.sessions(expire_on_commit=False) as first:
        mine = first.get_one(Application, number)
        first.commit()
        with database.sessions.begin() as second:
            second.get_one(Application, number).stage = "appraisal"
        mine.stage = "branch_check"
        with pytest.raises(StaleDataError):
            first.flush()
    with database.sessions() as later:
        assert later.get_one(Application, number).stage == "appraisal"
