"""R-4.7: checks by people who had no part, findings, and what follows from fraud and bad work."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from casework import checks, measures
from casework.people import Actor
from casework.sampling import Method
from engine.faults import Refused
from models import Application, CheckPlan, Finding, Measure, MeasureState, Recovery, Visit
from tests.casework.office import PAY_DAY, Office, codes, hire, open_funded_office
from tests.ground import Ground

ON = date(2010, 12, 20)
WELL: dict[str, bool | None] = {"situation": True, "phone": True, "posted": True, "paid": True}


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


@pytest.fixture
def inspector(office: Office) -> Actor:
    return hire(office.session, "department_reviewer", office.tree.department)


def paid(office: Office) -> Application:
    application = office.application("transfer")
    office.receipt(office.pay(*office.roster(application))[0])
    return application


def visit(office: Office, application: Application, by: Actor, **given: Any) -> Visit:
    return checks.record(
        office.session,
        application,
        **{
            "visited_on": ON,
            "way": "home",
            "visitors": "张三、李四",
            "answers": WELL,
            "finding": Finding.GOOD,
            "by": by,
            "at": PAY_DAY,
            **given,
        },
    )


def refused(verb: Any) -> set[str]:
    with pytest.raises(Refused) as caught:
        verb()
    return set(codes(caught))


def test_r_4_7_a_visit_is_recorded_by_somebody_who_had_no_part(
    office: Office, inspector: Actor
) -> None:
    application = paid(office)
    made = visit(office, application, inspector)
    assert (made.finding, made.answers) == (Finding.GOOD, WELL)
    leader = office.staff["department_leader"]
    assert refused(lambda: visit(office, application, leader)) >= {"not_permitted"}
    clerk = office.staff["committee_clerk"]
    assert "check_own_work" in refused(lambda: visit(office, application, clerk)), "he paid it"


def test_what_does_not_fit_together_is_said_at_once(office: Office, inspector: Actor) -> None:
    application = paid(office)
    wrong: dict[str, Any] = {
        "visited_on": date(2010, 12, 31),
        "way": "dream",
        "visitors": "",
        "answers": {**WELL, "paid": False},
        "faults": ["paid_short"],
    }
    assert refused(lambda: visit(office, application, inspector, **wrong)) == {
        *("date_in_future", "check_way", "check_visitors", "check_good_but", "check_good_faults")
    }
    bad = {"finding": Finding.FAULT}
    assert refused(lambda: visit(office, application, inspector, **bad)) == {"check_fault_which"}
    bad = {"finding": Finding.FRAUD}
    assert refused(lambda: visit(office, application, inspector, **bad)) == {"check_fraud_by"}


def kinds(made: Visit) -> list[tuple[str, str, int | None]]:
    return sorted((one.kind, one.against, one.fen) for one in made.measures)


def test_r_4_7_verified_fraud_brings_recovery_criticism_and_responsibility(
    office: Office, inspector: Actor
) -> None:
    application = paid(office)
    made = visit(office, application, inspector, finding=Finding.FRAUD, fraud_by="both")
    office.session.refresh(made)
    assert kinds(made) == [
        ("circular_criticism", "member", None),
        ("circular_criticism", "org_head", None),
        ("pursue_responsibility", "member", None),
        ("pursue_responsibility", "org_head", None),
        ("recover_funds", "member", 60_000),
    ]


def test_suspicion_and_an_honest_error_bring_nothing_by_themselves(
    office: Office, inspector: Actor
) -> None:
    application = paid(office)
    for finding in (Finding.SUSPECTED, Finding.HONEST):
        made = visit(office, application, inspector, finding=finding)
        office.session.refresh(made)
        assert made.measures == []


def fraud(office: Office, inspector: Actor) -> tuple[Application, dict[str, Measure]]:
    application = paid(office)
    made = visit(office, application, inspector, finding=Finding.FRAUD, fraud_by="member")
    office.session.refresh(made)
    return application, {one.kind: one for one in made.measures}


def test_r_4_7_the_money_is_demanded_through_the_ledger_once(
    office: Office, session: Session, inspector: Actor
) -> None:
    application, open_ = fraud(office, inspector)
    leader = office.staff["department_leader"]
    given: dict[str, Any] = {"on": ON, "reason": "骗取", "by": leader, "at": PAY_DAY}
    done = measures.recover(session, open_["recover_funds"], **given)
    recovery = session.get_one(Recovery, done.recovery_id)
    assert (recovery.fen, recovery.grant_id) == (60_000, application.grant.id)  # type: ignore[union-attr]
    assert refused(lambda: measures.recover(session, done, **given)) == {"measure_is_done"}


def test_who_found_it_orders_nothing_and_a_measure_needs_its_paper(
    office: Office, session: Session, inspector: Actor
) -> None:
    _application, open_ = fraud(office, inspector)
    criticism = open_["circular_criticism"]
    given: dict[str, Any] = {"on": ON, "document": "组通〔2010〕9号", "words": "", "at": PAY_DAY}
    own = refused(lambda: measures.done(session, criticism, **given, by=inspector))
    assert own == {"measure_own_finding"}
    leader = office.staff["department_leader"]
    bare = {**given, "document": " "}
    assert refused(lambda: measures.done(session, criticism, **bare, by=leader)) == {
        "measure_document"
    }
    assert measures.done(session, criticism, **given, by=leader).state is MeasureState.DONE


def test_r_4_7_bad_work_brings_measures_without_recovery(
    office: Office, session: Session, inspector: Actor
) -> None:
    application = paid(office)
    made = visit(
        office,
        application,
        inspector,
        answers={**WELL, "posted": False},
        finding=Finding.FAULT,
        faults=["not_posted"],
    )
    leader = office.staff["department_leader"]
    measures.order(session, made, "circular_criticism", "committee", by=leader, at=PAY_DAY)
    twice = refused(
        lambda: measures.order(
            session, made, "circular_criticism", "committee", by=leader, at=PAY_DAY
        )
    )
    assert twice == {"measure_twice"}
    wrong = refused(lambda: measures.order(session, made, "prison", "dog", by=leader, at=PAY_DAY))
    assert wrong == {"measure_kind", "measure_against"}
    good = visit(office, paid(office), inspector)
    assert "measure_no_finding" in refused(
        lambda: measures.order(session, good, "correct", "committee", by=leader, at=PAY_DAY)
    )


def plan(office: Office, by: Actor, **given: Any) -> CheckPlan:
    return checks.plan(
        office.session,
        office.tree.department,
        **{
            "title": "2010年抽查",
            "year": 2010,
            "method": Method(50, at_least=1),
            "by": by,
            "at": PAY_DAY,
            **given,
        },
    )


def test_r_4_7_a_sample_is_kept_with_list_and_seed_and_comes_out_again(
    office: Office, session: Session, inspector: Actor
) -> None:
    here = [paid(office) for _ in range(4)]
    there = office.application("archive", branch=office.tree.other_branch)
    office.application("decision")  # not granted
    made = plan(office, inspector, seed="20101220")
    session.refresh(made)
    drawn = {item.application_id for item in made.items}
    assert len(made.frame) == 5
    assert len(drawn & {one.id for one in here}) == 2
    assert there.id in drawn
    assert checks.same_again(made)
    made.items[0].application.number = "2010-999999"
    assert not checks.same_again(made), "a kept sample that was tampered with is seen"


def test_a_wish_that_cannot_be_is_refused(office: Office, inspector: Actor) -> None:
    bad = {"title": " ", "year": 1999, "method": Method(0, at_least=-1)}
    assert refused(lambda: plan(office, inspector, **bad)) == {
        *("check_title", "check_nobody", "check_share", "check_at_least")
    }
    both = {"method": Method(0, large_share=101)}
    assert refused(lambda: plan(office, inspector, **both)) == {
        *("check_nobody", "check_share", "check_large_share")
    }
    clerk = office.staff["committee_clerk"]
    assert refused(lambda: plan(office, clerk)) == {"not_permitted"}
