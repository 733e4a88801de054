"""What one person records of a meeting, a second confirms or sends back; before that nothing follows."""

import pytest
from sqlalchemy import select

from casework import applications, confirmations, duties, endings, history, results, steps
from engine.faults import Refused
from models import Application, Approval, CaseStatus, Grant, RecordedResult, ResultState
from tests import factories
from tests.casework.bureau import (
    NOW,
    Bureau,
    confirm,
    refusal,
    register,
    scan_minutes,
    take,
    walk,
)


def recorded(bureau: Bureau, road: str = "living", **changes: object) -> Application:
    """An application whose result the reviewer has recorded."""
    stage = "decision" if road == "living" else "meeting"
    application = walk(bureau, register(bureau, road=road), stage)
    return take(bureau, application, confirmed=False, **changes)


def given_back(bureau: Bureau, *found: Application, by: str = "leader", why: str) -> object:
    return confirmations.send_back(
        bureau.session,
        found,
        why,
        by=bureau[by],
        at=NOW,
        versions={one.id: one.version for one in found},
    )


def opinions(bureau: Bureau) -> list[Approval]:
    query = select(Approval).where(Approval.code.in_(("dept_approve", "ministers_meeting")))
    return list(bureau.session.scalars(query))


@pytest.mark.parametrize("road", ["living", "sudden"])
def test_r_4_2_2_nothing_follows_from_a_result_that_nobody_has_confirmed(
    bureau: Bureau, road: str
) -> None:
    application = recorded(bureau, road)
    assert application.stage in ("decision", "meeting")
    assert application.approved_fen is None
    assert bureau.session.scalars(select(Grant)).all() == []
    assert opinions(bureau) == []
    assert "decided_on" not in history.recorded(bureau.session, application).get(
        application.stage, {}
    )
    assert refusal(lambda: take(bureau, application)) == {"result_waiting"}
    confirm(bureau, application)
    assert application.stage == "notice"
    [opinion] = opinions(bureau)
    users = bureau.users
    assert (opinion.by_id, opinion.confirmed_by_id) == (
        users["reviewer"].id,
        users["leader"].id,
    )
    assert application.grant is not None
    assert history.recorded(bureau.session, application)


def test_the_recorder_and_other_roles_never_confirm(bureau: Bureau) -> None:
    application = recorded(bureau)
    assert refusal(lambda: confirm(bureau, application, by="reviewer")) == {"wrong_role"}
    assert refusal(lambda: confirm(bureau, application, by="verifier")) == {"wrong_role"}
    for name, unit in (("reviewer", "department"), ("verifier", "department")):
        factories.grant_role(
            bureau.session, bureau.users[name], "department_leader", getattr(bureau.tree, unit)
        )
    own = refusal(lambda: confirm(bureau, application, by="reviewer"))
    assert own == {"result_own", "duty_conflict"}
    assert refusal(lambda: confirm(bureau, application, by="verifier")) == {"duty_conflict"}
    assert opinions(bureau) == []


def test_who_entered_never_records_what_a_meeting_decided(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "decision")
    assert refusal(lambda: take(bureau, application, by="leader")) == {"wrong_role"}
    factories.grant_role(
        bureau.session, bureau.users["clerk"], "department_reviewer", bureau.tree.department
    )
    assert refusal(lambda: take(bureau, application, by="clerk")) == {"duty_conflict"}
    take(bureau, application, confirmed=False)
    factories.grant_role(
        bureau.session, bureau.users["reviewer"], "department_leader", bureau.tree.department
    )
    did = duties.held(bureau.session, application, bureau.users["reviewer"].id)
    assert did == {"verify", duties.RECORD}
    [fault] = duties.faults(bureau.session, application, bureau["reviewer"], "transfer")[:1]
    assert fault.code == "duty_conflict"


def test_a_result_is_sent_back_with_a_reason_and_recorded_anew(bureau: Bureau) -> None:
    application = recorded(bureau, minutes_number="2010-21")
    assert refusal(lambda: given_back(bureau, application, why=" ")) == {"reason_missing"}
    assert refusal(lambda: given_back(bureau, application, by="reviewer", why="编号写错")) == {
        "wrong_role"
    }
    given_back(bureau, application, why="纪要编号应为2010-12")
    [first] = bureau.session.scalars(select(RecordedResult))
    assert (first.state, first.reason) == (ResultState.SENT_BACK, "纪要编号应为2010-12")
    assert application.stage == "decision"
    assert refusal(lambda: confirm(bureau, application)) == {"result_none"}
    take(bureau, application)
    assert application.stage == "notice"
    assert opinions(bureau)[0].minutes_number == "2010-12"


def test_a_refusal_by_the_meeting_is_confirmed_as_well(bureau: Bureau) -> None:
    application = recorded(bureau, result="refused", reason="情况不属实")
    assert application.status is CaseStatus.OPEN
    confirm(bureau, application)
    assert application.status is CaseStatus.REFUSED
    assert [one.opinion for one in opinions(bureau)] == ["情况不属实"]


def test_one_person_alone_does_not_refuse_where_a_meeting_decides(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "decision")
    codes = refusal(
        lambda: steps.refuse(
            bureau.session,
            application,
            "不同意",
            by=bureau["reviewer"],
            at=NOW,
            expected_version=application.version,
        )
    )
    assert codes == {"refuse_by_record"}


def test_all_of_one_meeting_are_confirmed_together_or_none(bureau: Bureau) -> None:
    first, second = recorded(bureau), recorded(bureau)
    second.member.household.items[0].fen_per_year = 10**9  # type: ignore[union-attr]  # made with one
    second.member.household.items[0].verified = False  # type: ignore[union-attr]  # made with one
    first.facts = {**first.facts, "has_labor_capacity": True}
    bureau.session.flush()
    with pytest.raises(Refused) as caught:
        confirm(bureau, first, second)
    assert {fault.where for fault in caught.value.faults} == {first.number}
    assert {fault.code for fault in caught.value.faults} >= {"assessment_changed"}
    assert {first.stage, second.stage} == {"decision"}
    assert opinions(bureau) == []
    first.facts = {**first.facts, "has_labor_capacity": False}
    bureau.session.flush()
    confirm(bureau, first, second)
    assert {first.stage, second.stage} == {"notice"}


def test_a_stale_page_confirms_nothing(bureau: Bureau) -> None:
    application = recorded(bureau)
    scan_minutes(bureau, application)
    codes = refusal(
        lambda: confirmations.confirm(
            bureau.session,
            [application],
            by=bureau["leader"],
            at=NOW,
            versions={application.id: application.version - 1},
        )
    )
    assert codes == {"stale_page"}


def test_what_leaves_the_stage_leaves_nothing_to_confirm(bureau: Bureau) -> None:
    sent, taken_back = recorded(bureau), recorded(bureau)
    endings.send_back(
        bureau.session,
        sent,
        "department_review",
        "材料需补充",
        by=bureau["reviewer"],
        at=NOW,
        expected_version=sent.version,
    )
    applications.withdraw(
        bureau.session,
        taken_back,
        "本人要求",
        by=bureau["clerk"],
        at=NOW,
        expected_version=taken_back.version,
    )
    states = bureau.session.scalars(select(RecordedResult.state)).all()
    assert states == [ResultState.DROPPED, ResultState.DROPPED]
    assert results.waiting(bureau.session, sent) is None


def test_the_database_itself_refuses_a_confirmation_by_the_recorder(bureau: Bureau) -> None:
    application = recorded(bureau)
    waiting = results.waiting(bureau.session, application)
    assert waiting is not None
    with pytest.raises(Exception, match="settled_by_another"):
        results.settle(bureau.session, waiting, ResultState.CONFIRMED, bureau["reviewer"], NOW)
