"""The department departs from the rules together, with reasons, and never past some denials."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import select

from casework import assessments, decisions, departures, moves, pay_first
from engine.faults import Refused
from engine.procedure import Stage
from engine.records import Value
from models import Application, CaseStatus, Grant, Payment, ScreeningLine, ScreeningList
from models.applications import Outcome
from tests import factories
from tests.casework.bureau import (
    LIVING,
    NOW,
    SUDDEN,
    TODAY,
    Bureau,
    circulate,
    refusal,
    register,
    save,
    take,
    walk,
)
from tests.casework.office import PAY_DAY, Office, codes, open_funded_office
from tests.ground import Ground

ABLE = {**LIVING, "has_labor_capacity": True}
UNHURT = {
    **SUDDEN,
    "sudden_major_accident": False,
    "loss_property": None,
    "accident_result": None,
}
NO_GROUND: Mapping[str, object] = {
    "has_labor_capacity": True,
    "cause_illness": False,
    "cause_disaster": False,
    "cause_accident": False,
    "other_special_claimed": False,
}
DEPARTS = {"amount": "600", "departs": True, "reason": "家庭遭遇特殊变故，集体研究同意"}


def denied(bureau: Bureau, road: str = "living", **facts: object) -> Application:
    """An application on the agenda of the meeting although no ground holds."""
    known = {**(ABLE if road == "living" else UNHURT), **facts}
    return walk(
        bureau,
        register(bureau, road=road, facts=known),
        "decision" if road == "living" else "meeting",
    )


def test_the_meeting_may_depart_with_minutes_and_reason_and_types_the_amount(
    bureau: Bureau,
) -> None:
    application = denied(bureau)
    assert application.outcome is Outcome.INELIGIBLE
    take(bureau, application, **DEPARTS)
    assert (application.stage, application.approved_fen) == ("notice", 60000)
    assert bureau.session.scalars(select(Grant)).one().fen == 60000
    decision = decisions.deciding(bureau.session, application)
    assert decision is not None
    assert decision.outcome is Outcome.INELIGIBLE
    assert decisions.document(decision)["denials"] == ["2.1"]


def test_the_office_meeting_departs_for_sudden_relief_as_well(bureau: Bureau) -> None:
    application = denied(bureau, "sudden")
    assert take(bureau, application, **DEPARTS | {"amount": "800"}).approved_fen == 80000


def test_without_saying_so_what_does_not_meet_the_criteria_is_not_approved(
    bureau: Bureau,
) -> None:
    application = denied(bureau)
    assert refusal(lambda: take(bureau, application, amount="600")) == {"not_eligible"}


@pytest.mark.parametrize("blank", ["reason", "minutes_number", "amount"])
def test_a_departure_without_reason_minutes_or_amount_is_refused(
    bureau: Bureau, blank: str
) -> None:
    application = denied(bureau)
    with pytest.raises(Refused) as caught:
        take(bureau, application, **DEPARTS | {blank: None})
    assert [(f.code, f.where) for f in caught.value.faults] == [("record_missing", blank)]
    assert bureau.session.scalars(select(Grant)).all() == []


@pytest.mark.parametrize(
    "facts",
    [{"excl_subjective_cause": True}, {"illegal_activity": True, "police_punished": True}],
)
def test_no_decision_goes_past_a_denial_that_the_policy_marks(
    bureau: Bureau, facts: dict[str, object]
) -> None:
    application = denied(bureau, **facts)
    assert refusal(lambda: take(bureau, application, **DEPARTS)) == {"departure_barred"}


def test_a_marked_denial_counts_although_an_earlier_one_is_named(bureau: Bureau) -> None:
    application = walk(
        bureau, register(bureau, facts={**ABLE, "excl_subjective_cause": True}), "committee_verify"
    )
    application.member.active = False  # 2.0 comes before 2.3.1 and hides it
    save(bureau, application, by="verifier", facts={"excl_org_unsuitable": False})
    walk(bureau, application, "decision")
    assert application.summary is not None
    assert application.summary["denials"] == ["2.0"]
    assert refusal(lambda: take(bureau, application, **DEPARTS)) == {"departure_barred"}


def test_a_marked_denial_that_is_not_known_must_be_found_out_first(bureau: Bureau) -> None:
    application = denied(bureau, excl_subjective_cause=None)
    codes_met = refusal(lambda: take(bureau, application, **DEPARTS))
    assert codes_met <= {"departure_unknown", "fact_missing"}
    assert codes_met


def test_no_decision_goes_past_a_failed_screening(bureau: Bureau) -> None:
    application = denied(bureau)
    line = ScreeningLine(application_id=application.id, result="fail", reason="有车", at=NOW)
    bureau.session.add(
        ScreeningList(
            org_id=bureau.tree.committee.id,
            entered_on=TODAY,
            entered_by_id=bureau.users["committee_clerk"].id,
            lines=[line],
        )
    )
    bureau.session.flush()
    assert refusal(lambda: take(bureau, application, **DEPARTS)) == {"departure_screened"}


def test_a_departure_from_rules_that_agree_is_refused(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "decision")
    agreed = DEPARTS | {"amount": "600"}
    assert refusal(lambda: take(bureau, application, **agreed)) == {"departure_needless"}
    refused = denied(bureau)
    no = {"result": "refused", "departs": True, "reason": "不符合条件", "amount": None}
    assert refusal(lambda: take(bureau, refused, **no)) == {"departure_needless"}
    assert take(bureau, refused, **no | {"departs": None}).status is CaseStatus.REFUSED


def test_a_departure_does_not_hide_facts_that_have_changed(bureau: Bureau) -> None:
    application = denied(bureau)
    application.member.active = False
    bureau.session.flush()
    assert refusal(lambda: take(bureau, application, **DEPARTS)) == {"assessment_changed"}


def test_an_emergency_is_not_paid_against_the_rules(bureau: Bureau) -> None:
    application = denied(bureau, "sudden")
    today = TODAY.isoformat()
    record = {"reported_on": today, "authorised_on": today, "authorised_by": "部长"}
    circulate(bureau, application)
    codes_met = refusal(
        lambda: pay_first.authorise(
            bureau.session,
            application,
            record | {"reason": "急", "amount": "800"},
            by=bureau["leader"],
            at=NOW,
            expected_version=application.version,
        )
    )
    assert codes_met == {"not_eligible"}


def test_a_policy_that_asks_no_minutes_or_lets_one_person_decide_departs_no_easier(
    bureau: Bureau,
) -> None:
    application = denied(bureau)
    checked = assessments.assess_now(bureau.session, application)
    meeting = moves.policy_and_road(application)[1].stage("decision")

    def met(stage: Stage, values: Mapping[str, Value]) -> set[str | None]:
        found = departures.decision_faults(bureau.session, application, stage, checked, values)
        return {f"{fault.code} {fault.where}" for fault in found}

    bare: dict[str, Value] = {"departs": True}
    assert met(meeting, bare) == {
        "departure_unfounded minutes_number",
        "departure_unfounded reason",
    }
    founded = bare | {"minutes_number": "2010-12", "reason": "集体研究"}
    assert met(meeting, founded) == set()
    assert met(replace(meeting, collective=False), founded) == {"departure_not_here departs"}


# -- before payment


def departed(office: Office, **given: object) -> Application:
    """A grant against the rules, on the roster to be paid."""
    application = office.application("transfer", facts=NO_GROUND, **given)
    assert application.outcome is Outcome.INELIGIBLE
    office.roster(application)
    return application


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def prepared(application: Application) -> Payment:
    assert application.grant is not None
    return application.grant.payments[0]


def test_what_was_departed_from_is_paid_while_the_rules_say_the_same(office: Office) -> None:
    application = departed(office)
    office.pay(prepared(application))
    assert prepared(application).state == "paid"
    decision = decisions.last(office.session, application)
    assert decision is not None
    assert (decision.purpose, decision.outcome) == ("payment", Outcome.INELIGIBLE)


def test_what_was_departed_from_is_not_paid_once_the_rules_deny_it_otherwise(
    office: Office,
) -> None:
    application = departed(office)
    application.facts["excl_subjective_cause"] = True
    with pytest.raises(Refused) as refused:
        office.pay(prepared(application))
    assert codes(refused) == ["granted_on_other"]


def test_a_marked_denial_behind_the_one_departed_from_stops_the_payment(office: Office) -> None:
    stranger = factories.member(office.session, office.tree.branch, status="non_member")
    application = departed(office, member=stranger)  # 2.0 comes before 2.3.1 and hides it
    application.facts["excl_subjective_cause"] = True
    with pytest.raises(Refused) as refused:
        office.pay(prepared(application))
    assert codes(refused) == ["departure_barred"]


def test_what_is_saved_after_the_approval_does_not_stand_in_for_it(office: Office) -> None:
    application = office.application("transfer")
    office.roster(application)
    application.facts["excl_subjective_cause"] = True
    checked = assessments.assess_now(office.session, application)
    clerk = office.staff["committee_clerk"]
    assessments.record_decision(
        office.session, application, checked, "facts:filing", by=clerk, at=PAY_DAY
    )
    with pytest.raises(Refused) as refused:
        office.pay(prepared(application))
    assert codes(refused) == ["granted_on_other"]
