"""The dates of a step against those of the steps before: refused in words, backdating still lawful."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from casework import emergency, moves, step_dates
from engine import messages
from engine.faults import Refused
from models.applications import Application, CaseStatus
from tests.casework.bureau import Bureau, later, prepare, refusal, register, take
from tests.casework.office import Office, met, noon, open_funded_office
from tests.ground import Ground

ROAD: list[tuple[str, Mapping[str, Any], str, str]] = [
    ("application", {"applied_on": "2010-12-03"}, "", ""),
    ("appraisal", {"meeting_on": "2010-12-05"}, "meeting_on", "2010-12-02"),
    ("branch_check", {"sealed_on": "2010-12-06"}, "sealed_on", "2010-12-04"),
    (
        "committee_verify",
        {"verified_on": "2010-12-07", "sealed_on": "2010-12-07", "reported_on": "2010-12-08"},
        "verified_on",
        "2010-12-05",
    ),
    (
        "department_review",
        {"received_on": "2010-12-08", "reviewed_on": "2010-12-09"},
        "received_on",
        "2010-12-07",
    ),
    ("decision", {"decided_on": "2010-12-09"}, "decided_on", "2010-12-08"),
]
"""Each step of a living-aid application on its own day; the field and the day that is too early."""


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_funded_office)


def test_every_step_is_dated_after_the_ones_before_and_yesterdays_paper_may_be_entered_today(
    bureau: Bureau,
) -> None:
    application = register(bureau)
    typed_in = later(20)
    for stage, dates, field, early in ROAD:
        prepare(bureau, application)
        if field:
            with pytest.raises(Refused) as caught:
                take(bureau, application, at=typed_in, **{**dates, field: early})
            assert met(caught) == [("date_before_step", field)], stage
        take(bureau, application, at=typed_in, **dates)
    assert application.stage == "notice"


def test_the_refusal_names_both_dates_and_steps_and_comes_with_every_other_fault(
    bureau: Bureau,
) -> None:
    application = register(bureau)
    take(bureau, application)
    with pytest.raises(Refused) as caught:
        take(bureau, application, meeting_on="2010-12-01", opinion="")
    found = {fault.where: fault for fault in caught.value.faults}
    assert set(found) == {"meeting_on", "opinion"}
    assert messages.text(found["meeting_on"], "zh") == (
        "“评议日期”填的是2010年12月1日，早于“个人申请”的“申请日期”（2010年12月3日），先后颠倒。请对照材料改正；"
        "前面的日期登记错了的，先退回补正。"
    )
    assert messages.text(found["meeting_on"], "en") == (
        "Date of the appraisal is 1 December 2010, before Date of application (3 December 2010) of the "
        "step Personal application, which comes first. Check the papers; if the earlier date was "
        "written down wrong, return the application first."
    )
    assert refusal(lambda: take(bureau, application, meeting_on="2010-12-04")) == {"record_future"}
    assert application.status is CaseStatus.OPEN


def write(office: Office, application: Application, verb: str, data: Mapping[str, object]) -> None:
    """An event as a step would have left it; what it records lies on top of what was there."""
    moves.move(
        office.session,
        application,
        verb=verb,
        by=office.staff["department_leader"],
        at=noon(5),
        data=data,
    )


def decided(office: Office, application: Application, on: str) -> None:
    write(office, application, "test", {"stage": "decision", "record": {"decided_on": on}})


def test_a_list_says_a_date_once_where_it_is_wrong_for_all_else_by_application(
    office: Office,
) -> None:
    first, second = office.application("filing"), office.application("filing")
    for each in (first, second):
        decided(office, each, "2010-12-13")
    with pytest.raises(Refused) as caught:
        office.file(first, second)
    assert met(caught) == [("date_before_step", "filed_on")]
    decided(office, second, "2010-12-04")
    with pytest.raises(Refused) as caught:
        office.file(first, second)
    assert met(caught) == [("date_before_step", first.number)]
    with pytest.raises(Refused) as caught:
        office.file(first, second, record={"filed_on": date(2010, 12, 3), "contact": ""})
    assert {("record_missing", "contact"), ("date_before_step", first.number)} <= set(met(caught))
    decided(office, first, "2010-12-12")
    office.file(first, second)
    entered = office.enter(first, second)
    with pytest.raises(Refused) as caught:
        office.screen(entered, record={"screened_on": date(2010, 12, 12)})
    assert met(caught) == [
        ("date_before_step", "screened_on")
    ]  # entered on the 13th, a part before
    office.screen(entered)
    assert {first.stage, second.stage} == {"transfer"}


def test_an_emergency_follows_its_event_and_its_money_the_authorisation(office: Office) -> None:
    application = office.application("meeting", road="sudden", pay_first=True)
    happened = {"event_on": "2010-12-02", "applied_on": "2010-12-05"}
    write(office, application, "test", {"stage": "application", "record": happened})
    rules = moves.policy_and_road(application)[0].procedure.emergency
    assert rules is not None

    def judged(reported_on: date) -> list[str]:
        dates = {"reported_on": reported_on, "authorised_on": date(2010, 12, 16)}
        found = step_dates.emergency_faults(office.session, application, rules.records, dates)
        return [fault.code for fault in found]

    assert judged(date(2010, 12, 1)) == ["date_before_step"]
    assert judged(date(2010, 12, 2)) == []  # before the paper application, which may follow
    record = {"reported_on": "2010-12-03", "authorised_on": "2010-12-16"}
    write(office, application, emergency.VERB, {"record": record})
    with pytest.raises(Refused) as caught:
        office.transfer(application, at=noon(17))  # dated the 15th
    assert ("date_before_step", "transferred_on") in met(caught)
