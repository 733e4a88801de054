"""R-4.2.1 and design §3: a figure that changes in the member's file after the application was handed in
keeps both versions in the application, the rules are asked again, and nobody is paid on the old answer."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from casework import decisions, endings, funds, lists, payments, transfers, worksheets
from casework.clock import day_of
from casework.history import events_of
from casework.worksheets import ItemRow
from engine import messages
from engine.faults import Refused
from models import Application, HouseholdItem, TransferLine
from models.applications import CaseStatus, Decision, Outcome
from models.members import ItemKind
from tests import factories
from tests.casework.bureau import (
    LIVING,
    NOW,
    Bureau,
    applicant,
    confirm,
    refusal,
    register,
    save,
    screened,
    store,
    take,
    walk,
)

POOR = {**LIVING, "has_labor_capacity": True, "cause_illness": True}


def ill(bureau: Bureau, *, typed: bool) -> Application:
    """An application under 2.1.2, whose figures were typed or stand on a worksheet."""
    if not typed:
        return register(bureau, facts=POOR)
    member = factories.member(bureau.session, bureau.tree.branch)
    factories.household(bureau.session, member, size=2, items=[])
    return register(bureau, member, facts={**POOR, "income_year": "1200"})


def bring(bureau: Bureau, application: Application, until: str) -> Application:
    """Walk it there, with the diagnosis and the sources of income on its form."""
    walk(bureau, application, "branch_check")
    sheet = application.member.household
    if sheet is not None and not sheet.items:
        save(bureau, application, form={"income_source": "种粮1200元"})
    store(bureau, application, "diagnosis")
    return walk(bureau, application, until)


def rows(bureau: Bureau, application: Application, yuan: int, by: str = "secretary") -> None:
    """The worksheet is written with this one income, not yet checked."""
    sheet = application.member.household
    worksheets.put(
        bureau.session,
        application.member,
        size=2,
        persons=[],
        items=[ItemRow(ItemKind.INCOME, "打工收入", yuan * 100, proof="工资条")],
        by=bureau[by],
        at=NOW,
        expected_version=sheet.version if sheet else None,
        note="入户核实时发现另有收入",
    )


def check(bureau: Bureau, application: Application) -> None:
    """Somebody else checks every row."""
    items = application.member.household.items if application.member.household else []
    for item in items:
        worksheets.verify(bureau.session, item, proof="工资条", by=bureau["verifier"], at=NOW)


def corrected(bureau: Bureau, application: Application) -> list[dict[str, object]]:
    events = events_of(bureau.session, application)
    return [dict(one.data) for one in events if one.verb == "file_corrected"]


@pytest.mark.parametrize("typed", [True, False])
def test_r_4_2_1_a_figure_changed_after_the_hand_over_keeps_both_versions_and_is_judged_anew(
    bureau: Bureau, typed: bool
) -> None:
    application = bring(bureau, ill(bureau, typed=typed), "committee_verify")
    save(bureau, application, by="verifier", facts={"excl_org_unsuitable": False})
    version, before = application.version, decisions.last(bureau.session, application)
    rows(bureau, application, 90_000)
    (unchecked,) = corrected(bureau, application)
    assert unchecked["facts"] == {"income_year": ["1200", None]}
    check(bureau, application)
    _first, checked = corrected(bureau, application)
    assert checked["facts"] == {"income_year": [None, "90000"]}
    assert checked["answer"] == ["undetermined", "ineligible"]
    assert application.outcome is Outcome.INELIGIBLE
    assert application.version > version  # whoever has the old page open is told
    kept = bureau.session.scalars(
        select(Decision).where(Decision.purpose == "correction").order_by(Decision.id)
    ).all()
    assert [one.facts["income_year"] for one in kept] == [None, "90000"]
    if typed:  # what was typed is still there, beside what counts
        assert application.facts["income_year"] == "1200"
    assert before is not None
    assert before.facts["income_year"] == "1200"
    walk(bureau, application, "decision")  # who checks it sees the new answer; nobody grants on it
    assert "not_eligible" in refusal(lambda: take(bureau, application))


def test_a_change_that_comes_after_the_approval_stops_the_money_at_both_hops(
    bureau: Bureau,
) -> None:
    application = bring(bureau, ill(bureau, typed=True), "notice")
    other = bring(bureau, register(bureau), "notice")
    over = screened(bureau, [application, other])
    assert application.status is CaseStatus.OPEN
    assert application.stage == "transfer"
    granted = decisions.deciding(bureau.session, application)
    assert granted is not None
    assert granted.facts["income_year"] == "1200"
    source = factories.source(bureau.session)
    by = bureau["finance"]
    funds.allocate_budget(bureau.session, source, 2010, 200_000, by=by, at=NOW)
    unit, record = bureau.tree.committee, {"transferred_on": day_of(over), "voucher": "1"}

    def send() -> None:
        both = [application, other]
        keep: dict[str, Any] = {"by": by, "at": over, "versions": lists.versions(both)}
        transfers.transfer(bureau.session, unit, both, source, record, **keep, request_key="t")

    rows(bureau, application, 90_000)
    check(bureau, application)
    with pytest.raises(Refused) as refused:
        send()
    (fault,) = refused.value.faults
    assert (fault.code, fault.where) == ("granted_on_other", application.number)
    assert "不能拨付或发放" in messages.text(fault, "zh")
    assert bureau.session.scalars(select(TransferLine)).all() == []  # all of the list or none
    rows(bureau, application, 1_200)
    check(bureau, application)
    send()
    rows(bureau, application, 90_000)
    check(bureau, application)
    keep = {"by": bureau["committee_clerk"], "at": over}
    ready = payments.prepare(
        bureau.session, unit, [application], **keep, versions=lists.versions([application])
    )
    paid = {"paid_on": day_of(over), "cashier": "孙出纳", "witness": "李见证"}
    assert refusal(lambda: payments.pay(bureau.session, ready, paid, **keep)) == {
        "granted_on_other"
    }


def test_a_result_that_waits_is_not_confirmed_on_a_figure_that_changed(bureau: Bureau) -> None:
    application = bring(bureau, ill(bureau, typed=True), "decision")
    take(bureau, application, confirmed=False)
    rows(bureau, application, 90_000)
    check(bureau, application)
    assert refusal(lambda: confirm(bureau, application)) == {"assessment_changed", "not_eligible"}


CLAIMS_MORE = {**POOR, "other_special_claimed": True}
"""Above the line the department may still determine: not refused, but another answer (2.1.3)."""


@pytest.mark.parametrize("waits", [False, True])
def test_another_answer_after_a_correction_stops_the_approval_though_it_is_no_refusal(
    bureau: Bureau, waits: bool
) -> None:
    application = bring(bureau, register(bureau, facts=CLAIMS_MORE), "decision")
    assert application.outcome is Outcome.ELIGIBLE
    if waits:
        take(bureau, application, confirmed=False)
    rows(bureau, application, 90_000)
    check(bureau, application)
    assert application.outcome is Outcome.DISCRETIONARY
    press = (lambda: confirm(bureau, application)) if waits else (lambda: take(bureau, application))
    assert refusal(press) == {"assessment_changed"}
    endings.send_back(
        bureau.session,
        application,
        "committee_verify",
        "家庭收入有变，请重新核实",
        by=bureau["reviewer"],
        at=NOW,
        expected_version=application.version,
    )
    walk(bureau, application, "decision")  # the committee seals what the file says now
    take(bureau, application, amount="600")
    assert application.stage == "notice"
    granted = decisions.deciding(bureau.session, application)
    assert granted is not None
    assert granted.outcome is Outcome.DISCRETIONARY


def test_a_figure_that_came_back_to_what_was_recorded_stops_nobody(bureau: Bureau) -> None:
    application = bring(bureau, register(bureau, facts=CLAIMS_MORE), "decision")
    before = decisions.last(bureau.session, application)
    take(bureau, application, confirmed=False)
    rows(bureau, application, 90_000)
    check(bureau, application)
    rows(bureau, application, 1_200)
    check(bureau, application)
    assert before is not None
    assert application.outcome is before.outcome
    confirm(bureau, application)
    assert application.stage == "notice"


def test_what_changes_no_figure_of_it_leaves_the_answer_alone_and_a_draft_is_no_correction(
    bureau: Bureau,
) -> None:
    draft = ill(bureau, typed=False)
    rows(bureau, draft, 1300)
    assert corrected(bureau, draft) == []
    other = bring(bureau, register(bureau, applicant(bureau), facts=POOR), "committee_verify")
    sheet = other.member.household
    assert sheet is not None
    (item,) = sheet.items
    same = ItemRow(item.kind, item.label, item.fen_per_year, proof="新证明", id=item.id)
    worksheets.put(
        bureau.session,
        other.member,
        size=2,
        persons=[],
        items=[replace(same, verified=None)],
        by=bureau["secretary"],
        at=NOW,
        expected_version=sheet.version,
    )
    assert corrected(bureau, other) == []
    assert bureau.session.scalars(select(HouseholdItem.verified)).all().count(True) >= 1
