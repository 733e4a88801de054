"""Pay first, complete later; past grants as facts; what is due and why."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import (
    calendar,
    clearance,
    dues,
    emergency,
    facts,
    funds,
    lists,
    past_grants,
    pay_first,
    transfers,
)
from casework.editions import policy_of
from engine.faults import Refused
from engine.model import FactSource
from models import Application, Attachment, CaseEvent, Grant
from models.ledger import GrantState
from tests import factories
from tests.casework.bureau import (
    NOW,
    TODAY,
    Bureau,
    applicant,
    circulate,
    refusal,
    register,
    take,
    walk,
)

RECORD = {
    "reported_on": TODAY.isoformat(),
    "authorised_on": TODAY.isoformat(),
    "authorised_by": "部长、副部长",
    "reason": "房屋全毁，无处安身",
    "amount": "1500",
}


def authorise(
    bureau: Bureau, application: Application, by: str = "leader", **changes: object
) -> Grant:
    circulate(bureau, application)
    return pay_first.authorise(
        bureau.session,
        application,
        {**RECORD, **changes},
        by=bureau[by],
        at=NOW,
        expected_version=application.version,
    )


def reviewed(bureau: Bureau) -> Application:
    """A sudden application that waits for the meeting."""
    return walk(bureau, register(bureau, road="sudden"), "meeting")


def test_r_4_6_4_an_authorised_emergency_has_its_grant_before_the_meeting(bureau: Bureau) -> None:
    application = reviewed(bureau)
    grant = authorise(bureau, application)
    assert (grant.fen, grant.state) == (150000, GrantState.ACTIVE)
    assert application.emergency
    assert emergency.authorised(bureau.session, application)
    assert application.stage == "meeting"


def test_r_4_6_4_the_meeting_ratifies_the_same_grant(bureau: Bureau) -> None:
    application = reviewed(bureau)
    grant = authorise(bureau, application)
    take(bureau, application)
    assert bureau.session.scalars(select(Grant)).one() is grant
    assert application.stage == "notice"


@pytest.mark.parametrize("record", [{"amount": "1200"}, {"result": "refused", "reason": "不同意"}])
def test_r_4_6_4_once_the_money_has_gone_another_result_is_refused_when_it_is_recorded(
    bureau: Bureau, record: dict[str, str]
) -> None:
    application = reviewed(bureau)
    authorise(bureau, application)
    source = factories.source(bureau.session)
    funds.allocate_budget(bureau.session, source, 2010, 200_000, by=bureau["finance"], at=NOW)
    transfers.transfer(
        bureau.session,
        bureau.tree.committee,
        [application],
        source,
        {"transferred_on": TODAY, "voucher": "1"},
        by=bureau["finance"],
        at=NOW,
        versions=lists.versions([application]),
        request_key="t",
    )
    found = refusal(lambda: take(bureau, application, confirmed=False, **record))
    assert found == {"grant_money_other" if "amount" in record else "grant_money_moved"}
    take(bureau, application)  # what went ahead is what can be ratified
    assert application.stage == "notice"


def test_r_4_6_4_what_an_emergency_owes_closes_by_itself_once_it_is_done(bureau: Bureau) -> None:
    application = reviewed(bureau)
    authorise(bureau, application)

    def owed() -> tuple[str, ...]:
        bureau.session.flush()
        bureau.session.expire_all()
        return clearance.back_fill(bureau.session, application)

    assert owed() == ("ministers_meeting", "publicity", "filing", "screening")
    paper = bureau.session.scalars(select(Attachment)).one()
    paper.kind = "other"
    assert owed()[0] == "evidence"
    application.form = {**application.form, "loss_statement": ""}
    assert owed()[:2] == ("form", "evidence")
    paper.kind = "accident_proof"
    application.form = {**application.form, "loss_statement": "房屋烧毁"}
    take(bureau, application)
    assert owed() == ("publicity", "filing", "screening")


def test_an_emergency_excuses_no_missing_approval_of_the_department(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau, road="sudden"), "department_review")
    assert refusal(lambda: authorise(bureau, application)) == {"money_blocked"}
    assert bureau.session.scalars(select(Grant)).all() == []


def test_an_emergency_is_authorised_by_the_leader_once_and_in_full(bureau: Bureau) -> None:
    application = reviewed(bureau)
    assert refusal(lambda: authorise(bureau, application, "reviewer")) == {"wrong_role"}
    assert refusal(lambda: authorise(bureau, application, reason="", amount="")) == {
        "record_missing"
    }
    assert refusal(lambda: authorise(bureau, application, amount="2500")) == {"amount_outside"}
    authorise(bureau, application)
    assert "emergency_twice" in refusal(lambda: authorise(bureau, application))


def test_living_aid_is_never_paid_first(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "decision")
    assert refusal(lambda: authorise(bureau, application)) == {"emergency_not_here"}


def test_who_reviewed_does_not_authorise(bureau: Bureau) -> None:
    factories.grant_role(
        bureau.session, bureau.users["reviewer"], "department_leader", bureau.tree.department
    )
    application = reviewed(bureau)
    assert refusal(lambda: authorise(bureau, application, "reviewer")) == {"duty_conflict"}


def test_the_latest_other_grant_that_stands_is_a_fact(bureau: Bureau) -> None:
    member = applicant(bureau)
    first = walk(bureau, register(bureau, member), "notice")
    second = register(bureau, member, road="sudden")

    def seen(application: Application) -> tuple[object, object]:
        raw = facts.raw(bureau.session, application, policy_of(application.edition))
        return raw["prev_aid_type"], raw["prev_aid_year"]

    assert seen(second) == ("living", 2010)
    assert seen(first) == ("none", None)
    assert first.grant is not None
    first.grant.state = GrantState.CANCELLED
    bureau.session.flush()
    assert seen(second) == ("none", None)


def test_grants_are_counted_and_summed_within_a_year_or_some_months(bureau: Bureau) -> None:
    member = applicant(bureau)
    application = register(bureau, member)
    for year, months, fen in ((2010, 1, 60000), (2009, 11, 50000), (2008, 25, 40000)):
        applied = past_grants.months_before(TODAY, months)
        other = factories.application(
            bureau.session,
            member,
            bureau.edition,
            bureau.users["clerk"],
            applied_on=applied,
            aid_year=year,
            category="living",
        )
        factories.grant(bureau.session, other, fen=fen)

    def measured(measure: str, within: str | None, benefit: str | None = None) -> object:
        source = FactSource("grants", "fen", measure=measure, within=within, benefit=benefit)
        return past_grants.measure(past_grants.Records(bureau.session, application), source)

    assert measured("count", None) == 3
    assert measured("count", "year") == 1
    assert measured("sum", "12") == 110000
    assert measured("count", None, "sudden_aid") == 0
    assert measured("count", None, "living") == 3
    assert measured("latest", None) == 60000


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2010, 3, 31), 1, date(2010, 2, 28)),
        (date(2012, 3, 31), 1, date(2012, 2, 29)),
        (date(2010, 1, 15), 12, date(2009, 1, 15)),
        (date(2010, 1, 15), 1, date(2009, 12, 15)),
    ],
)
def test_months_are_counted_back_to_the_same_day_or_the_months_last(
    day: date, months: int, before: date
) -> None:
    assert past_grants.months_before(day, months) == before


def states(bureau: Bureau, application: Application, today: date) -> dict[str, str]:
    found = dues.dues_of(bureau.session, application, today)
    return {each.rule.id: each.state for each in found}


def test_each_due_date_says_whether_it_waits_runs_is_late_or_was_met(bureau: Bureau) -> None:
    calendar.fill(bureau.session, 2010, 2010)
    application = take(bureau, register(bureau, road="sudden"), event_on="2010-12-01")
    assert states(bureau, application, TODAY)["report_due"] == "open"
    assert states(bureau, application, TODAY + timedelta(days=2))["report_due"] == "late"
    assert states(bureau, application, TODAY)["reply_due"] == "waiting"
    walk(bureau, application, "notice")
    assert states(bureau, application, TODAY)["report_due"] == "met"
    assert states(bureau, application, TODAY)["reply_due"] == "met"


def test_a_due_date_says_how_it_was_counted(bureau: Bureau) -> None:
    application = take(bureau, register(bureau, road="sudden"), event_on="2010-12-01")
    due = dues.dues_of(bureau.session, application, TODAY)[0].due
    assert due is not None
    assert due.date == date(2010, 12, 4)
    assert "2010" in due.counted("zh")


def test_a_year_without_a_calendar_gives_no_guess(bureau: Bureau) -> None:
    application = walk(bureau, register(bureau), "notice")
    data = {"stage": "notice", "record": {"ends_on": "2010-12-10"}}
    bureau.session.add(
        CaseEvent(application_id=application.id, seq=99, verb="post", at=NOW, data=data)
    )
    bureau.session.flush()
    assert states(bureau, application, TODAY)["entry_due"] == "unknown"
    calendar.fill(bureau.session, 2010, 2010)
    found = {d.rule.id: d for d in dues.dues_of(bureau.session, application, TODAY)}
    entry = found["entry_due"].due
    assert entry is not None
    assert entry.date == date(2010, 12, 15)


def test_a_wrong_record_of_an_emergency_names_every_fault(bureau: Bureau) -> None:
    application = reviewed(bureau)
    early = (TODAY - timedelta(days=9)).isoformat()
    with pytest.raises(Refused) as caught:
        authorise(bureau, application, authorised_on=early, amount="15.001")
    assert {fault.where for fault in caught.value.faults} == {"authorised_on", "amount"}
