"""Registering, writing down and withdrawing: what a draft may hold, and who may write what when."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import applications, assessments, entries, history, settings
from casework.editions import policy_of
from casework.people import Actor
from engine.faults import Refused
from models import AidRound, Application, CaseStatus, HouseholdItem, PayMethod
from tests.casework.bureau import (
    LIVING,
    NOW,
    TODAY,
    Bureau,
    applicant,
    prepare,
    refusal,
    register,
    save,
    store,
    take,
    walk,
)
from tests.engine import folders


def withdraw(bureau: Bureau, application: Application, by: Actor, reason: str = "本人要求") -> None:
    applications.withdraw(
        bureau.session,
        application,
        reason,
        by=by,
        at=NOW,
        expected_version=application.version,
    )


def test_a_draft_is_numbered_by_year_and_pinned_to_the_edition_in_force(bureau: Bureau) -> None:
    first, second = register(bureau), register(bureau)
    assert (first.number, second.number) == ("2010-000001", "2010-000002")
    assert first.edition_id == bureau.edition.id
    assert (first.status, first.stage) == (CaseStatus.DRAFT, "application")


def test_a_draft_may_leave_facts_unknown_but_not_hold_wrong_ones(bureau: Bureau) -> None:
    draft = register(bureau, facts={})
    assert draft.facts == {"apply_type": "living"}
    member = applicant(bureau)
    wrong = {"has_labor_capacity": "maybe", "cause_illnes": True, "aid_year": 1850}
    with pytest.raises(Refused) as caught:
        register(bureau, member, facts=wrong)
    assert [fault.where for fault in caught.value.faults] == ["facts.cause_illnes"]
    with pytest.raises(Refused) as caught:
        register(bureau, member, facts={"has_labor_capacity": "maybe", "aid_year": 1850})
    assert {fault.where for fault in caught.value.faults} == {"has_labor_capacity", "aid_year"}


def test_choosing_a_road_supplies_the_fact_that_leads_to_it(bureau: Bureau) -> None:
    assert register(bureau, road="sudden").facts["apply_type"] == "sudden"
    member = applicant(bureau)
    codes = refusal(lambda: register(bureau, member, facts={"apply_type": "sudden"}))
    assert "other_road" in codes


def test_an_application_is_not_dated_in_the_future_or_before_the_policy(bureau: Bureau) -> None:
    member = applicant(bureau)

    def on(day: date) -> set[str]:
        return refusal(
            lambda: applications.register(
                bureau.session, member, "living", day, by=bureau["clerk"], at=NOW, facts=LIVING
            )
        )

    assert on(TODAY + timedelta(days=1)) == {"date_in_future"}
    assert on(date(2010, 6, 6)) == {"no_edition_in_force"}


def test_registering_needs_the_permission_in_the_members_branch(bureau: Bureau) -> None:
    member = applicant(bureau)
    assert refusal(lambda: register(bureau, member, by="neighbour")) == {"out_of_scope"}
    assert refusal(lambda: register(bureau, member, by="leader")) == {"not_permitted"}


def test_a_member_does_not_register_his_own_application(bureau: Bureau) -> None:
    member = applicant(bureau)
    bureau.users["clerk"].member_id = member.id
    bureau.session.flush()
    assert refusal(lambda: register(bureau, member)) == {"recusal_self"}
    assert bureau.session.scalars(select(Application)).all() == []


def test_the_records_win_over_what_is_typed_and_another_figure_is_refused(bureau: Bureau) -> None:
    draft = register(bureau, facts={**LIVING, "hukou": "urban", "household_size": 2})
    raw = assessments.assess_now(bureau.session, draft).raw
    assert (raw["hukou"], raw["household_size"], raw["income_year"]) == ("rural", 2, "1200")
    facts = {**LIVING, "household_size": 9}
    assert refusal(lambda: register(bureau, facts=facts)) == {"fact_on_sheet"}


def test_an_unverified_income_is_unknown_whatever_is_typed(bureau: Bureau) -> None:
    member = applicant(bureau)
    assert member.household is not None
    member.household.items[0].verified = False
    facts = {**LIVING, "income_year": "100"}
    assert refusal(lambda: register(bureau, member, facts=facts)) == {"fact_on_sheet"}
    draft = register(bureau, member, facts=LIVING)
    assert assessments.assess_now(bureau.session, draft).raw["income_year"] is None


def test_r_4_1_2_the_form_is_not_filled_in_before_it_is_issued(bureau: Bureau) -> None:
    draft = register(bureau)
    form = {"hardship_statement": "困难"}
    assert refusal(lambda: save(bureau, draft, form=form)) == {"form_not_issued"}
    walk(bureau, draft, "branch_check")
    assert save(bureau, draft, form=form).form == form


def test_r_4_1_3_a_sudden_form_may_be_filled_in_at_once(bureau: Bureau) -> None:
    draft = register(bureau, road="sudden")
    assert save(bureau, draft, form={"loss_statement": "房屋失火"}).form


def test_r_4_1_3_a_sudden_case_needs_no_round_and_no_appraisal_but_a_strict_branch_check(
    bureau: Bureau,
) -> None:
    """R-1.3 and R-4.1.3."""
    assert bureau.session.scalars(select(AidRound)).all() == []  # nobody waits for one
    application = take(bureau, register(bureau, road="sudden"))
    policy = policy_of(application.edition)
    road = policy.procedure.road("sudden")
    assert (application.stage, road.form, road.has("appraisal")) == (
        *("branch_check", "annex_2", False),
    )
    blank = {"amount": "", "sealed": False, "signature": "", "copies": "1"}
    found = refusal(lambda: take(bureau, application, **blank))
    assert {"evidence_missing", "record_missing"} <= found
    prepare(bureau, application)
    for name, code in (("sealed", "seal_missing"), ("copies", "copies_insufficient")):
        wrong: object = False if name == "sealed" else 1
        assert code in refusal(lambda n=name, w=wrong: take(bureau, application, **{n: w}))
    assert take(bureau, application).stage == "committee_verify"


def test_r_4_1_5_another_writes_with_the_reason_and_the_member_himself_signs_or_gives_a_print(
    bureau: Bureau,
) -> None:
    application = walk(bureau, register(bureau), "branch_check")
    prepare(bureau, application)
    proxy = {"filler": "proxy", "proxy_name": "王小明"}
    assert "record_missing" in refusal(lambda: take(bureau, application, **proxy))
    because = {**proxy, "proxy_reason": "眼疾，不能书写"}
    assert "signature_missing" in refusal(
        lambda: take(bureau, application, **because, signature="none")
    )
    take(bureau, application, **because, signature="fingerprint")
    record = history.recorded(bureau.session, application)["branch_check"]
    assert (record["proxy_reason"], record["signature"]) == ("眼疾，不能书写", "fingerprint")


def test_a_later_stage_writes_only_what_is_asked_there(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "committee_verify")
    facts = {"has_labor_capacity": True, "excl_org_unsuitable": False}
    assert refusal(lambda: save(bureau, application, by="verifier", facts=facts)) == {
        "fact_not_now"
    }
    save(bureau, application, by="verifier", facts={"excl_org_unsuitable": False})
    assert application.facts["excl_org_unsuitable"] is False


def test_the_branch_does_not_rewrite_what_has_gone_up(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "committee_verify")
    facts = {"has_labor_capacity": True}
    assert refusal(lambda: save(bureau, application, facts=facts)) == {"wrong_role"}


def test_saving_keeps_the_values_before_and_after(bureau: Bureau) -> None:
    draft = register(bureau)
    save(bureau, draft, facts={"cause_illness": True, "cause_disaster": None})
    assert draft.facts["cause_illness"] is True
    assert "cause_disaster" not in draft.facts
    last = history.events_of(bureau.session, draft)[-1]
    assert last.data["facts"] == {"cause_disaster": [False, None], "cause_illness": [False, True]}


def test_what_cannot_be_stored_yet_is_kept_whole_until_the_stage_is_taken(bureau: Bureau) -> None:
    draft = register(bureau)
    first = {"facts": {"income_year": "三千"}, "record": {"applicant": ""}}
    before = draft.version
    save(bureau, draft, draft=first)
    assert draft.form == {"_typed": first}
    assert draft.version > before
    save(bureau, draft, facts={"cause_illness": True})
    assert draft.form == {"_typed": first}
    save(bureau, draft, draft={"facts": {"income_year": "三千元"}})
    assert draft.form == {"_typed": {"facts": {"income_year": "三千元"}}}
    take(bureau, draft)
    assert draft.form == {}


def test_an_empty_draft_removes_the_last_one(bureau: Bureau) -> None:
    draft = register(bureau)
    save(bureau, draft, draft={"facts": {"income_year": "三千"}})
    assert save(bureau, draft, draft={}).form == {}


def test_what_cannot_be_stored_yet_is_no_fact_no_text_of_the_form_and_in_no_event(
    bureau: Bureau,
) -> None:
    draft = register(bureau)
    asked = assessments.assess_now(bureau.session, draft)
    save(bureau, draft, draft={"facts": {"has_labor_capacity": "or not"}})
    assert assessments.assess_now(bureau.session, draft).document == asked.document
    assert history.events_of(bureau.session, draft)[-1].data == {"facts": {}, "form": {}}
    assert refusal(lambda: save(bureau, draft, form={"_typed": "x"})) == {"form_unknown_field"}


def test_a_refused_save_leaves_the_draft_as_it_was(bureau: Bureau) -> None:
    draft = register(bureau)
    save(bureau, draft, draft={"facts": {"income_year": "三千"}})
    wrong = {"facts": {"has_labor_capacity": "maybe"}, "draft": {"facts": {}}}
    assert refusal(lambda: save(bureau, draft, **wrong))
    bureau.session.expire_all()
    assert draft.form == {"_typed": {"facts": {"income_year": "三千"}}}


def test_a_draft_is_kept_at_the_level_of_entry_only_and_not_without_measure(
    bureau: Bureau,
) -> None:
    draft = register(bureau)
    long = {"facts": {"income_year": "三" * 200_001}}
    assert refusal(lambda: save(bureau, draft, draft=long)) == {"draft_too_long"}
    application = walk(bureau, draft, "committee_verify")
    facts = {"excl_org_unsuitable": False}
    save(bureau, application, by="verifier", facts=facts, draft={"facts": {"x": "y"}})
    assert "_typed" not in application.form


def test_countable_income_is_never_below_zero_and_only_verified_costs_are_taken_off(
    bureau: Bureau,
) -> None:
    member = applicant(bureau)
    household = member.household
    assert household is not None

    def income() -> object:
        bureau.session.flush()
        return assessments.assess_now(bureau.session, draft).raw["income_year"]

    draft = register(bureau, member)
    cost = HouseholdItem(kind="medical_cost", label="透析", fen_per_year=20_000, verified=False)
    household.items.append(cost)
    assert income() == "1200"
    cost.verified = True
    assert income() == "1000"
    loss = HouseholdItem(kind="disaster_cost", label="房屋", fen_per_year=100_001, verified=True)
    household.items.append(loss)
    assert income() == "0"
    loss.verified, loss.fen_per_year = False, 90_000
    household.items[0].fen_per_year = 1_000_000
    assert income() == "9800"  # the three withouts hold whatever is deducted
    settings.put(bureau.session, "deduct_costs", False, by=bureau["administrator"], at=NOW)
    assert income() == "10000"


def test_rows_that_could_change_the_answer_are_named_to_a_second_clerk(bureau: Bureau) -> None:
    """Two people at 150 a month each: the line is 3600 a year, the verified income 4000."""
    member = applicant(bureau)
    assert member.household is not None
    member.household.items[0].fen_per_year = 400_000
    cost = HouseholdItem(kind="medical_cost", label="透析", fen_per_year=50_000)
    member.household.items.append(cost)
    ill = {**LIVING, "has_labor_capacity": True, "cause_illness": True}
    application = walk(bureau, register(bureau, member, facts=ill), "branch_check")
    prepare(bureau, application)
    store(bureau, application, "diagnosis")
    with pytest.raises(Refused) as caught:
        take(bureau, application)
    assert [(f.code, f.params["row"], f.params["item"]) for f in caught.value.faults] == [
        ("row_unverified", 2, "透析")
    ]
    cost.verified = True
    bureau.session.flush()
    assert take(bureau, application).stage == "committee_verify"


def test_withdrawing_frees_the_year_and_keeps_its_reason(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "notice")
    withdraw(bureau, application, bureau["clerk"])
    assert application.status is CaseStatus.WITHDRAWN
    assert application.grant is not None
    assert application.grant.state == "cancelled"
    assert history.events_of(bureau.session, application)[-1].reason == "本人要求"


def test_withdrawing_needs_a_reason_and_the_branch(bureau: Bureau) -> None:
    draft = register(bureau)
    assert refusal(lambda: withdraw(bureau, draft, bureau["clerk"], " ")) == {"reason_missing"}
    assert refusal(lambda: withdraw(bureau, draft, bureau["verifier"])) == {"not_permitted"}


def test_the_payee_is_the_member_unless_he_has_died(bureau: Bureau) -> None:
    draft = register(bureau)

    def pay_to(name: str | None, kinship: str | None) -> Application:
        return applications.set_payee(
            bureau.session,
            draft,
            name=name,
            kinship=kinship,
            method=PayMethod.CARD,
            account="6222000011112222",
            by=bureau["clerk"],
            at=NOW,
            expected_version=draft.version,
        )

    take(bureau, draft)
    assert refusal(lambda: pay_to("王小明", None)) == {"payee_kinship_missing", "payee_is_member"}
    assert pay_to(None, None).payee_account == "6222000011112222"
    draft.member.died_on = TODAY
    assert refusal(lambda: pay_to("王小明", "儿子")) == {"heir_unproven"}
    store(bureau, draft, "heir_proof")
    assert refusal(lambda: pay_to("王小明", "儿子")) == {"heir_unproven"}
    store(bureau, draft, "death_certificate")
    assert pay_to("王小明", "儿子").payee_name == "王小明"


def test_what_was_decided_on_is_not_rewritten_while_the_branch_posts_the_notice(
    bureau: Bureau,
) -> None:
    road = policy_of(bureau.edition).procedure.road("living")
    assert entries.at_entry(road, road.stage("branch_check"))
    assert not entries.at_entry(road, road.stage("committee_verify"))
    assert not entries.at_entry(road, road.stage("notice"))


def test_an_official_value_is_looked_up_and_never_typed_over(bureau: Bureau) -> None:
    with pytest.raises(Refused) as caught:
        register(bureau, facts={"line_year": "900000"})
    assert [fault.code for fault in caught.value.faults] == ["fact_not_now"]


def test_the_aid_year_is_the_year_of_application_or_the_one_before(bureau: Bureau) -> None:
    with pytest.raises(Refused) as caught:
        register(bureau, facts={"aid_year": 2031})
    assert [fault.code for fault in caught.value.faults] == ["aid_year_far"]


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("year of apply_date within -1..0", (2009, 2010)),
        ("year of apply_date within -3..1", (2007, 2011)),
        ("year of apply_date", None),
    ],
)
def test_how_far_the_aid_year_may_lie_is_the_policys_to_say(
    written: str, years: tuple[int, int] | None
) -> None:
    policy = folders.policy(("facts.yaml", "year of apply_date within -1..0", written))
    right = range(2000, 2030) if years is None else range(years[0], years[1] + 1)
    for year in range(2000, 2030):
        found = entries.year_faults(policy, {"aid_year": year}, date(2010, 12, 1))
        assert [fault.code for fault in found] == ([] if year in right else ["aid_year_far"])
