"""Posting a list, taking it down, objections against one name (clause 4.3, annex 3)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import cancellations, clearance, grants, ledger, lists, moves, notices, objections
from engine import messages
from engine.faults import Refused
from models.applications import Application
from models.audit import AuditRecord
from models.notices import LineState, NoticeStatus, Objection, ObjectionState
from tests.casework.office import Office, codes, hire, met, noon, open_office
from tests.ground import Ground


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_office)


def objected(office: Office, application: Application, **given: Any) -> Objection:
    """A phone call about one name, received on the notice's third day."""
    given = {
        "received_on": date(2010, 12, 8),
        "channel": "phone",
        "has_clue": True,
        "content": "家有出租房",
        "objector_name": "知情人",
        "objector_phone": "13900000000",
        "by": office.staff["department_reviewer"],
        "at": noon(9),
        **given,
    }
    return objections.register(office.session, office.line(application), **given)


def settled(office: Office, objection: Objection, *, upheld: bool, **given: Any) -> None:
    given = {
        "finding": "已核查",
        "by": office.staff["department_reviewer"],
        "at": noon(12),
        **given,
    }
    objections.settle(office.session, objection, upheld=upheld, **given)


# -- posting


def test_r_a3_a_posted_line_has_exactly_the_papers_columns_and_never_a_diagnosis(
    office: Office,
) -> None:
    application = office.application("notice", facts={"cause_illness": True})
    application.form = {"hardship_statement": "肺癌晚期"}
    notice = office.post(application)
    row = notice.frozen[0]
    assert list(row) == ["name", "sex", "birth_ym", "join_date", "reason"]
    assert row["reason"] == "因病"
    assert (row["sex"], row["birth_ym"]) == ("男", "1950年1月")
    assert "肺癌" not in str(notice.frozen)
    assert application.member.id_number not in str(notice.frozen)


def test_what_was_posted_is_frozen_and_any_change_is_seen(office: Office) -> None:
    application = office.application("notice")
    notice = office.post(application)
    assert notices.unchanged(notice)
    application.member.name = "改名"
    assert notices.unchanged(notice)
    assert notice.frozen[0]["name"] == "王建国"
    notice.frozen = [{**notice.frozen[0], "name": "改名"}]
    assert not notices.unchanged(notice)


def test_r_4_3_1_five_days_with_first_and_last_are_enough_and_four_are_not(office: Office) -> None:
    application = office.application("notice")
    with pytest.raises(Refused) as refused:
        office.post(application, record={"ends_on": date(2010, 12, 9)})
    assert codes(refused) == ["notice_too_short"]
    assert "2010年12月10日" in messages.text(refused.value.faults[0], "zh")
    office.post(application)


def test_every_fault_of_a_notice_is_said_at_once(office: Office) -> None:
    application = office.application("notice")
    wrong = {
        "posted_on": date(2010, 12, 3),
        "ends_on": date(2010, 12, 5),
        "place": "other",
    }
    with pytest.raises(Refused) as refused:
        office.post(application, record=wrong)
    said = "".join(messages.text(fault, "zh") for fault in refused.value.faults)
    assert [part in said for part in ("公示期不足", "早于审批", "地点不符")] == [True] * 3


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("请填写“张贴人”", "公示期不足", "地点不符合要求")),
        ("en", ("Posted by: please fill this in", "too short", "does not hang where it must")),
    ],
)
def test_what_is_blank_on_the_page_does_not_hide_what_is_against_the_rules(
    office: Office, language: str, words: tuple[str, ...]
) -> None:
    application = office.application("notice")
    wrong = {"posted_on": "2010-12-06", "ends_on": "2010-12-07", "place": "other", "poster": ""}
    with pytest.raises(Refused) as refused:
        office.post(application, record=wrong)
    said = "".join(messages.text(fault, language) for fault in refused.value.faults)
    assert [part in said for part in words] == [True] * 3, said
    assert {where for _code, where in met(refused)} == {"poster", "ends_on", "place"}


def test_a_place_left_blank_or_a_day_that_is_none_is_said_once(office: Office) -> None:
    application = office.application("notice")
    with pytest.raises(Refused) as refused:
        office.post(application, record={"place": "", "ends_on": "2010-12-07"})
    assert met(refused) == [("record_missing", "place"), ("notice_too_short", "ends_on")]
    with pytest.raises(Refused) as refused:
        office.post(application, record={"ends_on": "2010-12-32"})
    assert [where for _code, where in met(refused)] == ["ends_on"]


def test_one_notice_lists_one_branch_and_one_kind_of_aid(office: Office) -> None:
    living, sudden = office.application("notice"), office.application("notice", road="sudden")
    neighbour = office.application("notice", branch=office.tree.sibling)
    with pytest.raises(Refused) as refused:
        office.post(living, sudden, neighbour)
    assert ("notice_of_two_kinds", None) in met(refused)
    assert ("not_of_unit", neighbour.number) in met(refused)


def test_nobody_hangs_on_two_boards(office: Office) -> None:
    application = office.application("notice")
    office.post(application)
    with pytest.raises(Refused) as refused:
        office.post(application)
    assert met(refused) == [("already_on_notice", application.number)]


def test_only_the_branch_posts_its_own_list(office: Office, session: Session) -> None:
    application = office.application("notice")
    stranger = hire(session, "branch_clerk", office.tree.other_branch)
    for by in (stranger, office.staff["committee_clerk"]):
        with pytest.raises(Refused) as refused:
            office.post(application, by=by)
        assert codes(refused)[0] in ("out_of_scope", "wrong_role")


def test_what_waits_to_be_posted_is_offered_and_nothing_else(
    office: Office, session: Session
) -> None:
    first, second = office.application("notice"), office.application("notice")
    office.application("filing")
    clerk = office.staff["branch_clerk"]
    assert notices.waiting(session, clerk) == [first, second]
    office.post(first)
    assert notices.waiting(session, clerk) == [second]


# -- taking it down


def test_a_notice_runs_through_its_last_day(office: Office) -> None:
    notice = office.post(office.application("notice"))
    with pytest.raises(Refused) as refused:
        office.close(notice, record={"removed_on": date(2010, 12, 10)})
    assert codes(refused) == ["notice_still_runs"]
    assert [each.stage for each in office.close(notice)] == ["filing"]
    assert notice.status == NoticeStatus.ENDED


def test_each_part_says_what_the_board_has_against_it(office: Office) -> None:
    application = office.application("notice")

    def against(part: str, day: int) -> list[str]:
        on = date(2010, 12, day)
        return [f.code for f in notices.part_faults(office.session, application, part, on)]

    assert (against("post", 6), against("end", 6)) == ([], ["not_on_notice"])
    notice = office.post(application)
    assert notices.of_case(office.session, application) is notice
    assert (against("post", 6), against("end", 10)) == (
        ["already_on_notice"],
        ["notice_still_runs"],
    )
    assert against("end", 11) == []
    objected(office, application)
    office.close(notice)
    assert application.held
    assert (against("post", 12), against("end", 12)) == (
        ["already_on_notice"],
        ["notice_not_posted"],
    )


def test_a_notice_is_closed_once(office: Office) -> None:
    notice = office.post(office.application("notice"))
    office.close(notice)
    with pytest.raises(Refused) as refused:
        office.close(notice)
    assert codes(refused) == ["notice_not_posted"]


def test_a_removed_name_changes_nothing_for_the_others_and_starts_its_own_notice(
    office: Office, session: Session
) -> None:
    first, second = office.application("notice"), office.application("notice")
    notice = office.post(first, second)
    line = office.line(second)
    clerk = office.staff["branch_clerk"]
    notices.remove_line(session, line, reason="出生年月有误", by=clerk, at=noon(7))
    assert (notice.ends_on, line.state) == (date(2010, 12, 10), LineState.REMOVED)
    again = {"posted_on": date(2010, 12, 8), "ends_on": date(2010, 12, 12)}
    own = office.post(second, record=again, at=noon(8))
    assert own.id != notice.id
    assert office.close(notice) == [first]
    assert second.stage == "notice"


def test_who_left_the_road_meanwhile_does_not_stop_the_others_notice(
    office: Office, session: Session
) -> None:
    first, second = office.application("notice"), office.application("notice")
    notice = office.post(first, second)
    second.status = "withdrawn"
    session.flush()
    assert office.close(notice) == [first]


def test_r_4_3_2_who_proves_ineligible_is_cancelled_and_taken_off_the_board(
    office: Office, session: Session
) -> None:
    first, second = office.application("notice"), office.application("notice")
    notice = office.post(first, second)
    by, given = office.staff["department_reviewer"], {"at": noon(8)}
    given["expected_version"] = second.version
    with pytest.raises(Refused) as refused:
        cancellations.cancel(session, second, " ", by=by, **given)
    assert codes(refused) == ["reason_needed"]
    cancellations.cancel(session, second, "收入不实", by=by, **given)
    assert (str(second.status), office.line(second).state) == ("cancelled", LineState.REMOVED)
    assert grants.of(session, second) is None
    assert office.close(notice) == [first]


def test_what_is_not_approved_yet_is_refused_and_not_cancelled(
    office: Office, session: Session
) -> None:
    application = office.application("decision")
    by = office.staff["department_reviewer"]
    version = application.version
    with pytest.raises(Refused) as refused:
        cancellations.cancel(
            session, application, "不符", by=by, at=noon(8), expected_version=version
        )
    assert codes(refused) == ["not_granted"]


# -- objections


def test_an_open_objection_holds_one_person_and_the_others_go_on(
    office: Office, session: Session
) -> None:
    first, second = office.application("notice"), office.application("notice")
    notice = office.post(first, second)
    objection = objected(office, second)
    assert objection.state == ObjectionState.OPEN
    assert office.close(notice) == [first]
    assert (second.stage, second.held) == ("notice", True)
    settled(office, objection, upheld=False)
    assert (second.stage, second.held) == ("filing", False)


def test_r_4_3_2_an_upheld_objection_cancels_application_and_grant(
    office: Office, session: Session
) -> None:
    application = office.application("notice")
    office.post(application)
    settled(office, objected(office, application), upheld=True, finding="确有出租房")
    assert str(application.status) == "cancelled"
    assert grants.of(session, application) is None
    assert office.line(application).state == LineState.REMOVED


def test_an_upheld_objection_brings_transferred_money_back(
    office: Office, session: Session
) -> None:
    office.budget()
    application = office.application("notice")
    office.post(application)
    application.stage = "transfer"
    office.passed(application)
    office.transfer(application)
    objection = objected(office, application, at=noon(15))
    with pytest.raises(Refused) as refused:
        office.prepare(application)
    assert codes(refused) == ["held"]
    settled(office, objection, upheld=True, at=noon(16))
    unit = ledger.unit_account(session, office.tree.committee, office.source)
    assert (unit.balance_fen, str(application.status)) == (0, "cancelled")


def test_two_objections_hold_until_both_are_settled(office: Office, session: Session) -> None:
    application = office.application("notice")
    notice = office.post(application)
    first = objected(office, application)
    with pytest.raises(Refused) as refused:
        objected(office, application)  # the same form sent twice is one objection
    assert codes(refused) == ["objection_twice"]
    second = objected(office, application, objector_name="另一人")
    office.close(notice)
    settled(office, first, upheld=False)
    assert (application.held, clearance.open_objections(session, application)) == (True, 1)
    settled(office, second, upheld=False)
    assert (application.held, application.stage) == (False, "filing")


def test_without_a_clue_it_is_not_accepted_and_late_it_goes_to_a_check(office: Office) -> None:
    application = office.application("notice")
    office.post(application)
    vague = objected(office, application, has_clue=False)
    late = objected(office, application, received_on=date(2010, 12, 11), at=noon(11))
    assert (vague.state, late.state) == (ObjectionState.NOT_ACCEPTED, ObjectionState.REFERRED)
    assert not application.held
    with pytest.raises(Refused) as refused:
        settled(office, vague, upheld=True)
    assert codes(refused) == ["objection_settled"]


def test_branch_and_committee_neither_register_objections_nor_learn_who_objected(
    office: Office, session: Session
) -> None:
    application = office.application("notice")
    office.post(application)
    objection = objected(office, application)
    for role in ("branch_clerk", "committee_clerk", "committee_verifier"):
        with pytest.raises(Refused) as refused:
            objected(office, application, by=office.staff[role])
        assert codes(refused) == ["not_permitted"]
        with pytest.raises(Refused) as refused:
            objections.objector(session, objection, by=office.staff[role], at=noon(9))
        assert codes(refused) == ["not_permitted"]


def test_who_looks_at_the_objector_is_written_down_and_the_name_is_nowhere_else(
    office: Office, session: Session
) -> None:
    application = office.application("notice")
    office.post(application)
    objection = objected(office, application)
    reviewer = office.staff["department_reviewer"]
    seen = objections.objector(session, objection, by=reviewer, at=noon(9))
    assert seen == ("知情人", "13900000000")
    last = session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(1)).one()
    assert (last.action, last.actor_id) == ("look:objector", reviewer.user_id)
    everything = session.scalars(select(AuditRecord)).all()
    assert not any("知情人" in str(row.data) for row in everything)


def test_an_objection_is_dated_within_what_can_be(office: Office) -> None:
    application = office.application("notice")
    office.post(application)
    with pytest.raises(Refused) as refused:
        objected(office, application, received_on=date(2010, 12, 5), channel="fax", content=" ")
    assert codes(refused) == ["unknown_channel", "content_missing", "objection_date"]


def test_the_reason_for_a_hold_is_said_in_words(office: Office) -> None:
    fault_reason = lists.HOLDS[lists.OBJECTION]
    assert fault_reason.zh
    application = office.application("filing")
    application.held, application.hold_reason = True, lists.OBJECTION
    with pytest.raises(Refused) as refused:
        office.file(application)
    assert fault_reason.zh in messages.text(refused.value.faults[0], "zh")


def test_a_notice_is_dated_after_the_meeting_not_after_it_was_typed_in(
    office: Office, session: Session
) -> None:
    application = office.application("notice")
    held, typed_in = date(2010, 12, 3), noon(20)
    for approval in application.approvals:
        assert approval.stage == "decision"
    data = {"stage": "decision", "record": {"decided_on": held.isoformat()}}
    leader = office.staff["department_leader"]
    moves.move(session, application, verb="complete", by=leader, at=typed_in, data=data)
    assert notices._approved_on(session, [application]) == held
