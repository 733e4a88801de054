"""Filing with the department and the system screening (clauses 4.3.3 and 4.4)."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import calendar, clearance, grants, screenings
from engine.faults import Refused
from models.applications import CaseEvent
from models.screenings import ScreeningLine, ScreeningList, ScreeningResult
from tests.casework.office import Office, codes, hire, met, noon, open_office
from tests.ground import Ground


@pytest.fixture
def office(ground: Ground) -> Office:
    return ground.use(open_office)


# -- filing


def test_r_4_3_3_the_committee_files_a_list_and_every_application_moves_on(office: Office) -> None:
    both = [office.application("filing"), office.application("filing", road="sudden")]
    filing = office.file(*both)
    assert [line.application_id for line in filing.lines] == [each.id for each in both]
    assert [each.stage for each in both] == ["screening", "screening"]
    assert filing.number == "BA2010-0001"


def test_r_4_3_3_nobody_is_filed_before_his_notice_has_ended_and_the_list_is_whole_or_not_at_all(
    office: Office, session: Session
) -> None:
    good, early = office.application("filing"), office.application("notice")
    with pytest.raises(Refused) as refused:
        office.file(good, early)
    assert met(refused) == [("wrong_stage", early.number)]
    assert good.stage == "filing"


def test_nobody_stands_twice_on_a_list_and_no_list_is_empty(office: Office) -> None:
    application = office.application("filing")
    with pytest.raises(Refused) as refused:
        office.file(application, application)
    assert met(refused) == [("twice_on_list", application.number)]
    with pytest.raises(Refused) as refused:
        office.file()
    assert codes(refused) == ["list_empty"]


def test_a_committee_files_only_its_own(office: Office, session: Session) -> None:
    application = office.application("filing", branch=office.tree.other_branch)
    with pytest.raises(Refused) as refused:
        office.file(application)
    assert codes(refused) == ["out_of_scope", "not_of_unit"]


# -- screening


def test_r_4_4_1_the_committee_enters_and_the_service_centre_screens(office: Office) -> None:
    application = office.application("screening")
    entered = office.enter(application)
    assert application.stage == "screening"
    office.screen(entered)
    assert application.stage == "transfer"


def test_the_screener_sees_name_number_and_kind_and_nothing_more(
    office: Office, session: Session
) -> None:
    application = office.application("screening")
    office.enter(application)
    rows = screenings.worklist(session, office.staff["screener"])
    shown = set(type(rows[0]).__slots__)
    assert shown == {"list_id", "line_id", "application_id", "name", "id_number", "kind"}
    assert rows[0].id_number == application.member.id_number
    assert rows[0].kind.zh == "生活困难帮扶"


def test_who_holds_no_screeners_role_has_no_list(office: Office, session: Session) -> None:
    office.enter(office.application("screening"))
    assert screenings.worklist(session, office.staff["committee_clerk"]) == []


def test_the_committee_does_not_record_results_and_the_screener_does_not_enter(
    office: Office,
) -> None:
    application = office.application("screening")
    with pytest.raises(Refused) as refused:
        office.enter(application, by=office.staff["screener"])
    assert codes(refused) == ["wrong_role"]
    entered = office.enter(application)
    with pytest.raises(Refused) as refused:
        office.screen(entered, by=office.staff["committee_clerk"])
    assert codes(refused) == ["wrong_role"]


def test_a_failed_screening_needs_a_reason_ends_the_application_and_frees_the_year(
    office: Office, session: Session
) -> None:
    application = office.application("screening")
    entered = office.enter(application)
    with pytest.raises(Refused) as refused:
        office.screen(entered, lines={application.id: {"result": "fail"}})
    assert application.number in [where for _code, where in met(refused)]
    office.screen(entered, lines={application.id: {"result": "fail", "reason": "与其他救助重复"}})
    assert str(application.status) == "refused"
    assert grants.of(session, application) is None


def test_one_failure_holds_up_nobody_else(office: Office) -> None:
    good, bad = office.application("screening"), office.application("screening")
    entered = office.enter(good, bad)
    lines = {good.id: {"result": "pass"}, bad.id: {"result": "fail", "reason": "重复"}}
    office.screen(entered, lines=lines)
    assert (good.stage, str(bad.status)) == ("transfer", "refused")


def test_a_result_is_recorded_once_and_only_for_who_is_on_the_list(office: Office) -> None:
    application, other = office.application("screening"), office.application("screening")
    entered = office.enter(application)
    lines = {application.id: {"result": "pass"}}
    office.screen(entered, lines=lines)
    for wrong in (lines, {other.id: {"result": "pass"}}):
        with pytest.raises(Refused) as refused:
            office.screen(entered, lines=wrong)
        assert "not_waiting_for_screening" in codes(refused)


def test_nobody_waits_on_two_screening_lists(office: Office) -> None:
    application = office.application("screening")
    office.enter(application)
    with pytest.raises(Refused) as refused:
        office.enter(application)
    assert codes(refused) == ["already_on_screening_list"]


def test_r_4_4_1_a_late_entry_is_flagged_with_its_due_date_and_not_refused(
    office: Office, session: Session
) -> None:
    calendar.fill(session, 2010, 2010)
    application = office.application("notice")
    office.close(office.post(application))
    office.file(application)
    office.enter(application, record={"entered_on": date(2010, 12, 16)}, at=noon(16))
    event = session.scalars(
        select(CaseEvent).where(
            CaseEvent.application_id == application.id, CaseEvent.verb == "enter_list"
        )
    ).one()
    assert (event.data["due"], event.data["late"]) == ("2010-12-15", True)


def test_another_districts_screener_sees_nothing(office: Office, session: Session) -> None:
    application = office.application("screening")
    office.enter(application)
    elsewhere = hire(session, "screener", office.tree.other_committee)
    assert screenings.worklist(session, elsewhere) == []
    assert session.scalars(select(ScreeningLine.result)).one() is None


def test_a_failed_screening_stands_when_the_name_is_entered_again(
    office: Office, session: Session
) -> None:
    application = office.application("screening")
    entered = office.enter(application)
    line = session.scalars(select(ScreeningLine).where(ScreeningLine.list_id == entered.id)).one()
    line.result = ScreeningResult.FAIL
    session.add(
        ScreeningList(
            org_id=entered.org_id,
            entered_on=entered.entered_on,
            entered_by_id=entered.entered_by_id,
            at=entered.at,
        )
    )
    session.flush()
    newest = session.scalars(select(ScreeningList).order_by(ScreeningList.id.desc())).first()
    assert newest is not None
    session.add(ScreeningLine(list_id=newest.id, application_id=application.id))
    session.flush()
    assert clearance.screening(session, application) is ScreeningResult.FAIL
