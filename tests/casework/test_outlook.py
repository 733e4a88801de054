"""What the rules would give if what is open turned out well: said only where every way agrees."""

from collections.abc import Mapping

import pytest
from sqlalchemy import inspect

from casework import assessments, facts, trials, worksheets
from casework.editions import policy_of
from casework.outlook import Outlook, outlook
from models import Application, ItemKind
from tests.casework.bureau import LIVING, NOW, Bureau, register

POOR = {**LIVING, "has_labor_capacity": True}
ILL = {**POOR, "cause_illness": True}


def seen(bureau: Bureau, application: Application) -> Outlook | None:
    checked = assessments.assess_now(bureau.session, application)
    return outlook(bureau.session, application, checked)


@pytest.mark.parametrize(
    ("given", "fen"),
    [
        (ILL, 60000),  # only the committee's word is open
        (POOR, None),  # no ground holds
        ({**POOR, "cause_illness": None}, None),  # none holds yet: an open one is no ground
        ({**ILL, "excl_subjective_cause": True}, None),  # refused
        ({**ILL, "illegal_activity": None}, 60000),
    ],
)
def test_an_amount_is_foreseen_only_with_a_ground_and_where_all_ways_agree(
    bureau: Bureau, given: Mapping[str, object], fen: int | None
) -> None:
    found = seen(bureau, register(bureau, facts=given))
    assert (found.checked.fixed_fen if found else None) == fen
    assert found is None or not found.verified


def test_of_a_settled_answer_nothing_is_foreseen(bureau: Bureau) -> None:
    application = register(bureau, facts=ILL)
    application.facts = {**application.facts, "excl_org_unsuitable": False}
    assert assessments.assess_now(bureau.session, application).fixed_fen == 60000
    assert seen(bureau, application) is None


def test_with_rows_unverified_it_is_foreseen_only_on_that_condition(bureau: Bureau) -> None:
    application = register(bureau, facts=ILL)
    household = application.member.household
    assert household is not None
    household.items[0].verified = False
    bureau.session.flush()
    found = seen(bureau, application)
    assert found is not None
    assert found.verified
    assert found.checked.fixed_fen == 60000
    assert not household.items[0].verified
    checked = assessments.assess_now(bureau.session, application)
    assert checked.raw["income_year"] is None, "the trial leaves nothing behind"
    assert outlook(bureau.session, application, checked, whole=False) is None
    household.items[0].fen_per_year = 10**9
    assert seen(bureau, application) is None, "verified it would be too much"


def test_a_trial_reads_as_if_saved_and_writes_nothing(bureau: Bureau) -> None:
    application = register(bureau, facts=ILL)
    session, household = bureau.session, application.member.household
    assert household is not None
    session.commit()
    row = household.items[0]
    changed = worksheets.ItemRow(ItemKind.INCOME, row.label, row.fen_per_year + 1, id=row.id)
    made, found = worksheets.as_put(
        session, household, size=99, persons=(), items=(changed,), by=bureau["clerk"], at=NOW
    )
    assert [fault.code for fault in found] == ["household_size"]
    assert made.size is None, "what is refused is not known"
    with trials.as_if(application, {"cause_illness": False, "cause_accident": None}, made):
        raw = facts.raw(session, application, policy_of(application.edition))
        assert raw["cause_illness"] is False
        assert "cause_accident" not in raw
        assert raw["income_year"] is None, "a changed row is nobody's word yet"
        session.flush()
    assert not session.dirty
    assert not session.new
    assert all(inspect(one).transient for one in (made, *made.items))
    assert application.member.household is household
    assert (household.size, row.verified) == (2, True)
    assert application.facts["cause_illness"] is True
