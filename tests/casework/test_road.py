"""An application's road from registration to approval, and everything that may not pass."""

import pytest
from sqlalchemy import select

from casework import assessments, available, decisions, editions, history, moves, papers, steps
from casework.people import Actor
from engine.faults import Disagreement, Fault, Refused
from models import Application, Approval, CaseEvent, CaseStatus, Decision, Grant, HouseholdPerson
from models.applications import ApprovalResult, Outcome
from models.audit import AuditRecord
from tests import factories
from tests.casework.bureau import (
    LIVING,
    NOW,
    SUDDEN,
    WHO,
    Bureau,
    applicant,
    confirm,
    licheng,
    prepare,
    record_of,
    refusal,
    register,
    save,
    store,
    take,
    walk,
)


def events(bureau: Bureau, application: Application) -> list[CaseEvent]:
    return history.events_of(bureau.session, application)


def snapshot(bureau: Bureau, application: Application) -> tuple[object, ...]:
    """What must not change when something is refused."""
    bureau.session.expire_all()
    counts = [
        len(bureau.session.scalars(select(table)).all())
        for table in (CaseEvent, Approval, Decision, Grant, AuditRecord)
    ]
    state = (application.stage, application.status, application.version, application.approved_fen)
    return (*state, dict(application.facts), dict(application.form), *counts)


def test_r_4_2_1_living_aid_goes_from_registration_to_a_grant_of_the_ruled_amount(
    bureau: Bureau,
) -> None:
    application = walk(bureau, register(bureau), "notice")
    assert application.status is CaseStatus.OPEN
    assert application.approved_fen == 60000
    grant = bureau.session.scalars(select(Grant)).one()
    assert (grant.fen, grant.aid_year, grant.priority) == (60000, 2010, False)
    codes = bureau.session.scalars(select(Approval.code).order_by(Approval.id)).all()
    assert codes == ["branch_review", "branch_seal", "committee_seal", "dept_approve"]


def test_r_4_2_2_sudden_relief_goes_through_the_office_meeting_with_its_own_amount(
    bureau: Bureau,
) -> None:
    application = walk(bureau, register(bureau, road="sudden"), "notice")
    amounts = (application.proposed_fen, application.suggested_fen, application.approved_fen)
    assert amounts == (150000, 150000, 150000)
    codes = bureau.session.scalars(select(Approval.code).order_by(Approval.id)).all()
    assert codes == ["branch_seal", "committee_seal", "dept_review", "ministers_meeting"]


def test_every_step_writes_one_event_with_its_record_and_one_audit_record(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "committee_verify")
    done = [e for e in events(bureau, application) if e.verb == "complete"]
    assert [(e.stage_from, e.stage_to) for e in done] == [
        ("application", "appraisal"),
        ("appraisal", "branch_check"),
        ("branch_check", "committee_verify"),
    ]
    assert done[1].data["record"]["present"] == 10
    actions = bureau.session.scalars(select(AuditRecord.action)).all()
    assert actions.count("application.complete") == 3


def test_r_4_2_1_each_person_takes_one_duty_only(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "notice")
    taken = {(duty.user_id, duty.duty.value) for duty in application.duties}
    users = bureau.users
    assert taken == {
        (users["clerk"].id, "enter"),
        (users["secretary"].id, "enter"),
        (users["verifier"].id, "verify"),
        (users["reviewer"].id, "verify"),
        (users["leader"].id, "approve"),
    }


@pytest.mark.parametrize("stage", list(WHO))
def test_no_stage_is_taken_by_a_role_that_the_procedure_does_not_name(
    bureau: Bureau, stage: str
) -> None:
    road = "sudden" if stage == "meeting" else "living"
    application = walk(bureau, register(bureau, road=road), stage)
    prepare(bureau, application)
    before = snapshot(bureau, application)
    policy, way = moves.policy_and_road(application)
    for name in bureau.users:
        who = bureau[name]
        if who.role_codes.isdisjoint(way.stage(stage).by):
            assert refusal(lambda name=name: take(bureau, application, by=name)) == {"wrong_role"}
    assert snapshot(bureau, application) == before
    assert policy.id == "licheng-2010"


@pytest.mark.parametrize(
    ("stage", "stranger"), [("appraisal", "neighbour"), ("committee_verify", "other_verifier")]
)
def test_the_right_role_of_another_unit_is_out_of_scope(
    bureau: Bureau, stage: str, stranger: str
) -> None:
    application = walk(bureau, register(bureau), stage)
    prepare(bureau, application)
    before = snapshot(bureau, application)
    assert refusal(lambda: take(bureau, application, by=stranger)) == {"out_of_scope"}
    assert snapshot(bureau, application) == before


def test_a_page_read_before_another_change_is_stale(bureau: Bureau) -> None:
    application = register(bureau)
    seen = application.version
    take(bureau, application)
    stale = refusal(lambda: take(bureau, application, version=seen))
    assert stale == {"stale_page"}


def test_a_step_out_of_its_turn_is_refused(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "branch_check")
    assert "wrong_stage" in refusal(lambda: take(bureau, application, "committee_verify"))
    assert "wrong_stage" in refusal(lambda: take(bureau, application, "application"))


def test_who_entered_may_not_verify_even_with_the_role_for_it(bureau: Bureau) -> None:
    factories.grant_role(
        bureau.session, bureau.users["clerk"], "committee_verifier", bureau.tree.committee
    )
    application = walk(bureau, register(bureau), "committee_verify")
    assert "duty_conflict" in refusal(lambda: take(bureau, application, by="clerk"))


def test_who_verified_may_not_approve(bureau: Bureau) -> None:
    factories.grant_role(
        bureau.session, bureau.users["verifier"], "department_leader", bureau.tree.department
    )
    application = walk(bureau, register(bureau), "decision")
    take(bureau, application, confirmed=False)
    assert refusal(lambda: confirm(bureau, application, by="verifier")) == {"duty_conflict"}


def test_nobody_handles_his_own_application(bureau: Bureau) -> None:
    member = applicant(bureau)
    bureau.users["secretary"].member_id = member.id
    application = walk(bureau, register(bureau, member), "branch_check")
    prepare(bureau, application)
    assert refusal(lambda: take(bureau, application, by="secretary")) == {"recusal_self"}


def test_nobody_handles_the_application_of_his_household(bureau: Bureau) -> None:
    member = applicant(bureau)
    relative = factories.member(bureau.session, bureau.tree.sibling)
    bureau.users["verifier"].member_id = relative.id
    household = member.household
    assert household is not None
    person = HouseholdPerson(name="王小明", relation="儿子")
    person.id_number = relative.id_number
    household.persons.append(person)
    bureau.session.flush()
    application = walk(bureau, register(bureau, member), "committee_verify")
    assert "recusal_relative" in refusal(lambda: take(bureau, application))


def test_r_4_1_4_all_faults_of_a_form_come_at_once_and_nothing_changes(bureau: Bureau) -> None:
    member = applicant(bureau, phone=None, ethnic=None, address=None)
    application = walk(bureau, register(bureau, member), "branch_check")
    before = snapshot(bureau, application)
    with pytest.raises(Refused) as caught:
        take(bureau, application, signature="none", copies=1, sealed=False)
    where = {fault.where for fault in caught.value.faults}
    assert {"phone", "ethnic", "address", "hardship_statement"} <= where
    codes = {fault.code for fault in caught.value.faults}
    assert {"signature_missing", "copies_insufficient", "seal_missing"} <= codes
    assert snapshot(bureau, application) == before


def test_faults_of_record_and_version_come_together(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "appraisal")
    wrong = {"present": 20, "meeting_on": "2010-13-40", "opinion": ""}
    codes = refusal(lambda: take(bureau, application, version=1, **wrong))
    assert {"stale_page", "record_missing", "no_such_day", "record_check"} <= codes


def test_a_fact_that_matters_and_is_unknown_stops_the_submission(bureau: Bureau) -> None:
    facts = {**LIVING, "has_labor_capacity": None}
    application = walk(bureau, register(bureau, facts=facts), "branch_check")
    prepare(bureau, application)
    assert application.outcome is Outcome.UNDETERMINED
    with pytest.raises(Refused) as caught:
        take(bureau, application)
    assert [fault.where for fault in caught.value.faults] == ["facts.has_labor_capacity"]


def test_r_4_1_6_the_required_evidence_must_lie_with_the_application(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau, road="sudden"), "branch_check")
    save(bureau, application, form={"loss_statement": "房屋失火"})
    with pytest.raises(Refused) as caught:
        take(bureau, application)
    assert [fault.where for fault in caught.value.faults] == ["evidence.accident_proof"]
    store(bureau, application, "accident_proof")
    assert take(bureau, application).stage == "committee_verify"


def test_what_the_committee_writes_is_asked_of_the_committee_and_not_of_the_branch(
    bureau: Bureau,
) -> None:
    facts = {**SUDDEN, "sudden_major_accident": False, "loss_property": None}
    facts |= {"accident_result": None, "other_urgent_claimed": True}
    application = walk(bureau, register(bureau, road="sudden", facts=facts), "committee_verify")
    prepare(bureau, application)
    with pytest.raises(Refused) as caught:
        take(bureau, application)
    assert [fault.where for fault in caught.value.faults] == ["evidence.committee_application"]
    store(bureau, application, "committee_application")
    assert take(bureau, application).stage == "department_review"


def test_the_papers_of_a_policy_are_its_evidence_and_the_proof_of_an_heir(bureau: Bureau) -> None:
    known = papers.kinds(editions.policy_of(bureau.edition))
    assert {"annex_1", "diagnosis", "heir_proof", "death_certificate"} <= set(known)
    assert known["death_certificate"].en == "Death certificate"


@pytest.mark.parametrize(("most", "raised"), [("3000", False), ("3500", True)])
def test_above_the_limit_each_amount_is_warned_of_and_the_decision_needs_a_reason(
    bureau: Bureau, most: str, raised: bool
) -> None:
    if raised:
        changed = licheng()["parameters.yaml"].replace(b"2010-06-07: 3000}", b"2010-06-07: 3500}")
        editions.publish(
            bureau.session,
            without_cases() | {"parameters.yaml": changed},
            from_on=NOW.date(),
            proposed_by=bureau["officer"],
            signed_by=bureau["second_officer"],
            at=NOW,
        )
    facts = {**SUDDEN, "sudden_major_accident": False, "loss_property": None}
    facts |= {"accident_result": None, "other_urgent_claimed": True}
    application = register(bureau, road="sudden", facts=facts)
    steps_taken = (("branch_check", f"{most}.00", []), ("committee_verify", f"{most}.01", [WARNED]))
    for stage, amount, warned in steps_taken:
        walk(bureau, application, stage)
        prepare(bureau, application)
        if stage == "committee_verify":
            store(bureau, application, "committee_application")
        take(bureau, application, amount=amount)
        assert warnings_of(bureau, application) == warned
    walk(bureau, application, "meeting")
    prepare(bureau, application)
    with pytest.raises(Refused) as caught:
        take(bureau, application, amount=f"{most}.01")
    assert [(f.code, f.where) for f in caught.value.faults] == [("record_missing", "reason")]
    assert take(bureau, application, amount=f"{most}.00").stage == "notice", "the limit needs none"
    assert warnings_of(bureau, application) == []


WARNED = "above_severe"


def without_cases() -> dict[str, bytes]:
    """The real policy without what its cases say of its own values."""
    return {name: data for name, data in licheng().items() if not name.startswith("cases/")}


def warnings_of(bureau: Bureau, application: Application) -> list[str]:
    """What the newest answer that is kept warns of."""
    kept = bureau.session.scalars(
        select(Decision).where(Decision.application_id == application.id).order_by(Decision.id)
    ).all()
    return list(decisions.document(kept[-1]).get("warnings", []))


def test_r_4_1_6_a_death_certificate_serves_as_the_diagnosis(bureau: Bureau) -> None:
    facts = {**SUDDEN, "loss_life_safety": True, "accident_result": "death"}
    application = walk(bureau, register(bureau, road="sudden", facts=facts), "branch_check")
    prepare(bureau, application)
    with pytest.raises(Refused) as caught:
        take(bureau, application)
    assert [fault.where for fault in caught.value.faults] == ["evidence.diagnosis"]
    store(bureau, application, "death_certificate")
    assert take(bureau, application).stage == "committee_verify"


def test_an_amount_outside_the_range_of_the_rules_is_refused_with_the_range(
    bureau: Bureau,
) -> None:
    application = walk(bureau, register(bureau, road="sudden"), "branch_check")
    prepare(bureau, application)
    with pytest.raises(Refused) as caught:
        take(bureau, application, amount="2000.01")
    fault = caught.value.faults[0]
    assert (fault.code, fault.params) == ("amount_outside", {"low": "1000", "high": "2000"})
    assert take(bureau, application, amount="2000.00").stage == "committee_verify"
    found = refusal(lambda: take(bureau, application, amount="2000.01", method=None))
    rest = {"amount_outside", "fact_missing", "record_missing", "original_unchecked"}
    assert found == rest, "and the rest with it"


def test_a_fixed_amount_cannot_be_typed_over(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "decision")
    assert refusal(lambda: take(bureau, application, amount="700")) == {"amount_fixed"}


def test_an_appraisal_that_does_not_recommend_refuses_with_its_opinion(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "appraisal")
    take(bureau, application, conclusion="disagree", opinion="收入高于实际申报")
    assert application.status is CaseStatus.REFUSED
    last = events(bureau, application)[-1]
    assert (last.verb, last.reason) == ("refuse", "收入高于实际申报")
    approval = bureau.session.scalars(select(Approval)).one()
    assert approval.result is ApprovalResult.REFUSED


def test_a_refused_application_takes_no_further_step(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "appraisal")
    take(bureau, application, conclusion="disagree")
    assert "status_final" in refusal(lambda: take(bureau, application, "appraisal"))
    assert available.available(bureau.session, application, bureau["clerk"], NOW) == []


def test_a_return_names_stage_and_reason_and_both_versions_stay(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "committee_verify")
    steps.send_back(
        bureau.session,
        application,
        "branch_check",
        "困难说明不清楚",
        by=bureau["verifier"],
        at=NOW,
        expected_version=application.version,
    )
    assert (application.status, application.returned_to) == (CaseStatus.RETURNED, "branch_check")
    save(bureau, application, form={"hardship_statement": "长期患病，无子女。"})
    take(bureau, application, opinion="已补正")
    assert (application.status, application.stage) == (CaseStatus.OPEN, "committee_verify")
    opinions = [
        e.data["record"]["opinion"]
        for e in events(bureau, application)
        if e.data.get("stage") == "branch_check"
    ]
    assert opinions == ["同意上报", "已补正"]
    saved = [e.data["form"] for e in events(bureau, application) if e.verb == "save"][-1]
    assert saved["hardship_statement"] == ["常年无劳动能力，生活困难。", "长期患病，无子女。"]
    rounds = bureau.session.scalars(
        select(Approval.round).where(Approval.code == "branch_seal").order_by(Approval.round)
    ).all()
    assert rounds == [1, 2]


def test_a_return_needs_a_reason_and_a_stage_that_the_procedure_allows(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "committee_verify")
    codes = refusal(
        lambda: steps.send_back(
            bureau.session,
            application,
            "transfer",
            "  ",
            by=bureau["verifier"],
            at=NOW,
            expected_version=application.version,
        )
    )
    assert codes == {"reason_missing", "return_not_there"}


def test_a_refusal_at_the_committee_keeps_its_reason(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "committee_verify")
    steps.refuse(
        bureau.session,
        application,
        "经查不属实",
        by=bureau["verifier"],
        at=NOW,
        expected_version=application.version,
    )
    assert application.status is CaseStatus.REFUSED
    assert events(bureau, application)[-1].reason == "经查不属实"


def test_changed_facts_stop_the_approval_until_it_is_submitted_again(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "decision")
    application.member.active = False
    bureau.session.flush()
    before = snapshot(bureau, application)
    codes = refusal(lambda: take(bureau, application))
    assert {"assessment_changed", "not_eligible"} <= codes
    assert snapshot(bureau, application) == before


def test_what_the_department_determines_needs_an_amount_in_so_many_words(bureau: Bureau) -> None:
    facts = {**SUDDEN, "sudden_major_accident": False, "loss_property": None}
    facts |= {"accident_result": None, "other_urgent_claimed": True}
    application = register(bureau, road="sudden", facts=facts)
    store(bureau, application, "committee_application")
    walk(bureau, application, "meeting")
    assert application.outcome is Outcome.DISCRETIONARY
    assert "record_missing" in refusal(lambda: take(bureau, application, amount=None))
    take(bureau, application, amount="800")
    assert application.approved_fen == 80000


def test_r_3_3_1_a_second_aid_in_one_year_is_not_approved(bureau: Bureau) -> None:
    member = applicant(bureau)
    walk(bureau, register(bureau, member), "notice")
    second = walk(bureau, register(bureau, member, road="sudden"), "committee_verify")
    facts = {"excl_org_unsuitable": False, "special_explanation": False}
    save(bureau, second, by="verifier", facts=facts)
    assert second.outcome is Outcome.INELIGIBLE
    assert second.summary is not None
    assert second.summary["denials"] == ["3.3.1"]
    walk(bureau, second, "meeting")
    assert "not_eligible" in refusal(lambda: take(bureau, second))


def test_r_3_3_1_priority_relief_is_approved_on_top_of_other_aid(bureau: Bureau) -> None:
    member = applicant(bureau)
    walk(bureau, register(bureau, member), "notice")
    second = walk(bureau, register(bureau, member, road="sudden"), "committee_verify")
    facts = {"excl_org_unsuitable": False, "special_explanation": True}
    save(bureau, second, by="verifier", facts=facts)
    store(bureau, second, "special_explanation")
    walk(bureau, second, "department_review")
    save(bureau, second, by="reviewer", facts={"key_aid_approved": "pending"})
    assert second.outcome is Outcome.DISCRETIONARY
    walk(bureau, second, "meeting")
    assert refusal(lambda: take(bureau, second)) == {"already_granted"}
    take(bureau, second, priority=True)
    assert second.grant is not None
    assert second.grant.priority


def test_r_3_3_1_priority_relief_must_be_relief_on_top_of_other_aid(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "decision")
    assert refusal(lambda: take(bureau, application, priority=True)) == {"priority_needless"}


def test_r_4_2_2_a_meeting_decides_its_list_all_or_none(bureau: Bureau) -> None:
    first, second = (walk(bureau, register(bureau), "decision") for _ in range(2))
    common = record_of("decision")
    before = snapshot(bureau, first)

    def decide(lines: dict[int, dict[str, object]]) -> object:
        return steps.complete_list(
            bureau.session,
            [first, second],
            "decision",
            common,
            lines,
            by=bureau["reviewer"],
            at=NOW,
            versions={first.id: first.version, second.id: second.version},
        )

    with pytest.raises(Refused) as caught:
        decide({second.id: {"amount": "700"}})
    assert [fault.where for fault in caught.value.faults] == [f"{second.number}:amount"]
    assert snapshot(bureau, first) == before
    decide({})
    assert {first.stage, second.stage} == {"decision"}
    confirm(bureau, first, second)
    assert {first.stage, second.stage} == {"notice"}


def test_an_empty_head_and_wrong_lines_are_said_in_one_answer_and_the_head_once(
    bureau: Bureau,
) -> None:
    first, second, third = (walk(bureau, register(bureau), "decision") for _ in range(3))
    with pytest.raises(Refused) as caught:
        steps.complete_list(
            bureau.session,
            [first, second, third],
            "decision",
            {"attendees": "部长办公会成员"},
            {
                first.id: {"result": "agreed", "amount": "700"},
                second.id: {"result": "agreed", "amount": "six hundred"},
                third.id: {"result": "refused"},
            },
            by=bureau["reviewer"],
            at=NOW,
            versions={a.id: a.version for a in (first, second, third)},
        )
    found = [(fault.code, fault.where) for fault in caught.value.faults]
    assert found == [
        ("record_missing", "decided_on"),
        ("record_missing", "minutes_number"),
        ("amount_fixed", f"{first.number}:amount"),
        ("expected_money", f"{second.number}:amount"),
        ("record_missing", f"{third.number}:reason"),
    ]


def test_what_can_be_done_is_open_to_the_role_in_charge_and_closed_with_a_reason_to_others(
    bureau: Bureau,
) -> None:
    application = walk(bureau, register(bureau), "committee_verify")

    def verbs(who: Actor) -> dict[str, bool]:
        found = available.available(bureau.session, application, who, NOW)
        return {action.verb: action.open for action in found}

    assert verbs(bureau["verifier"]) == {
        "complete": True,
        "save": True,
        "return": True,
        "refuse": True,
        "withdraw": False,
    }
    assert verbs(bureau["clerk"]) == {
        "complete": False,
        "save": False,
        "return": False,
        "refuse": False,
        "withdraw": True,
    }


@pytest.mark.parametrize(
    ("stage", "doers"),
    [
        ("notice", {"clerk": {"post"}, "secretary": {"post"}, "verifier": set()}),  # not posted yet
        ("screening", {"committee_clerk": {"enter"}, "screener": {"result"}, "clerk": set()}),
        ("payment", {"committee_clerk": {"pay", "receipt"}, "finance": set(), "clerk": set()}),
    ],
)
def test_a_stage_in_parts_is_open_to_whoever_does_one_of_them(
    bureau: Bureau, stage: str, doers: dict[str, set[str]]
) -> None:
    application = register(bureau)
    moves.move(
        bureau.session,
        application,
        verb="test",
        by=bureau["leader"],
        at=NOW,
        to_stage=stage,
        status=CaseStatus.OPEN,
    )
    for name, mine in doers.items():
        step = available.available(bureau.session, application, bureau[name], NOW)[0]
        assert (step.verb, step.open) == ("list", bool(mine))
        assert {part.part.id for part in step.parts if part.open} == mine
        if not mine:
            assert {fault.code for fault in step.faults} == {"wrong_role"}


def test_a_list_step_is_not_taken_one_by_one(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "notice")
    codes = refusal(
        lambda: steps.complete(
            bureau.session,
            application,
            "notice",
            {},
            by=bureau["clerk"],
            at=NOW,
            expected_version=application.version,
        )
    )
    assert codes == {"list_step"}


def test_evaluators_that_disagree_block_the_step_and_nothing_changes(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = walk(bureau, register(bureau), "decision")
    before = snapshot(bureau, application)

    def disagree(*_: object) -> object:
        raise Disagreement([Fault("evaluators_disagree", {})])

    monkeypatch.setattr(assessments, "assess", disagree)
    assert "evaluators_disagree" in refusal(lambda: take(bureau, application, amount="600"))
    assert snapshot(bureau, application) == before


def test_archiving_closes_the_application(bureau: Bureau) -> None:
    application = register(bureau)
    moves.move(
        bureau.session,
        application,
        verb="test",
        by=bureau["leader"],
        at=NOW,
        to_stage="archive",
        status=CaseStatus.OPEN,
    )
    steps.complete(
        bureau.session,
        application,
        "archive",
        {"archived_on": NOW.date(), "file_number": "2010-1"},
        by=bureau["committee_clerk"],
        at=NOW,
        expected_version=application.version,
    )
    assert application.status is CaseStatus.CLOSED


def test_a_blank_box_does_not_hide_what_else_is_wrong_with_the_paper(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "branch_check")
    found = refusal(
        lambda: take(bureau, application, opinion="", signature="none", copies=1, sealed=None)
    )
    assert {"record_missing", "signature_missing", "copies_insufficient"} <= found
    assert "form_field_missing_how" in found
    assert "branch_seal_missing" not in found  # said already: the box for the seal is blank
