"""The yearly round at the screens: each role does its hop by pressing what is on its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models import AidRound, Application, Member, RoundDelivery, RoundMember
from models.applications import CaseStatus
from tests import factories
from tests.admin.conftest import NOW
from tests.admin.roadside import Roadside, open_roadside, said
from tests.casework.bureau import Bureau
from tests.conftest import Database


def aided_last_year(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """王建国 was aided in 2009."""
    member = members["王建国"]
    old = factories.application(
        bureau.session, member, bureau.edition, bureau.users["clerk"],
        aid_year=2009, status=CaseStatus.CLOSED, stage="archive",
        facts={"apply_type": "living", "has_labor_capacity": False},
    )  # fmt: skip
    factories.grant(bureau.session, old)


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "刘长河": {}}, aided_last_year)


def opened(office: Roadside) -> str:
    desk = office.at("reviewer")
    answer = desk.press("/rounds/new", "", document_number="历组发〔2010〕21号")
    return answer.headers["Location"]


def test_r_4_1_1_the_notice_travels_from_the_department_to_every_member(office: Roadside) -> None:
    path = opened(office)
    assert "2010年度帮扶工作" in office.at("reviewer").get(path)
    office.at("committee_clerk").press(path, "/received")
    to_send = re.search(r'/rounds/1(/send/\d+)"', office.at("committee_clerk").get(path))
    assert to_send
    office.at("committee_clerk").press(path, to_send[1])
    office.at("clerk").press(path, "/received")
    page = office.at("clerk").refused(path, "/told", told_count="1", told_channel="meeting")
    assert "还有1名党员没有告知" in " ".join(said(page))
    assert 'value="1"' in page, "what was typed is still there"
    office.at("clerk").press(path, "/told", told_count="2", told_channel="meeting")
    with office.session() as session:
        rows = session.scalars(select(RoundDelivery).order_by(RoundDelivery.id)).all()
        assert [row.told_count for row in rows if row.told_on] == [2]
        assert sum(row.received_on is not None for row in rows) == 2


def test_r_1_2_last_years_recipient_gets_a_draft_whose_answers_wait_to_be_saved(
    office: Roadside,
) -> None:
    path = opened(office)
    assert "待本人申请" in office.at("clerk").get(path)
    answer = office.at("clerk").press(path, "/apply")
    page = office.at("clerk").get(answer.headers["Location"])
    assert "保存后才生效" in page
    number = re.search(r"/fill/(\d+)", answer.headers["Location"])
    assert number
    row = office.application(int(number[1]))
    assert row.status is CaseStatus.DRAFT
    assert "has_labor_capacity" not in row.facts
    office.at("clerk").draft(answer.headers["Location"])
    assert office.application(int(number[1])).facts["has_labor_capacity"] is False


def test_a_step_is_late_for_applications_that_never_reached_it(office: Roadside) -> None:
    path = opened(office)
    assert 'class="plan-step late"' not in office.at("reviewer").get(path)
    desk = office.at("clerk")
    desk.press(path, "/apply")
    office.app.config["CLOCK"] = lambda: NOW + timedelta(days=60)
    steps = re.findall(
        r'class="plan-step( late)?">\s*<span class="plan-label">([^<]+)', desk.get(path)
    )
    assert [label for late, label in steps if late] == [label for _late, label in steps]
    with office.session() as session:
        session.scalars(
            select(Application).where(Application.aid_year == 2010)
        ).one().stage = "screening"
        session.commit()
    steps = re.findall(
        r'class="plan-step( late)?">\s*<span class="plan-label">([^<]+)', desk.get(path)
    )
    assert [bool(late) for late, _label in steps] == [True, False, False, True]


def test_who_does_not_apply_is_recorded_and_taken_back(office: Roadside) -> None:
    path = opened(office)
    desk = office.at("clerk")
    assert said(desk.refused(path, "/decline", reason=" "))
    desk.press(path, "/decline", reason="家庭情况好转")
    assert "家庭情况好转" in desk.get(path)
    desk.press(path, "/undo")
    with office.session() as session:
        assert session.scalars(select(RoundMember)).one().declined_on is None


def test_the_department_closes_with_a_reason_for_what_is_left(office: Roadside) -> None:
    path = opened(office)
    page = office.at("reviewer").refused(path, "/close", note="", done_on="昨天")
    assert "“昨天”不是日期" in " ".join(said(page))
    assert "请写明原因" in " ".join(said(page))
    office.at("reviewer").press(path, "/close", note="未通知的支部补通知")
    with office.session() as session:
        row = session.scalars(select(AidRound)).one()
        assert {one["kind"] for one in row.left_over or []} == {"untold", "unheard"}
    assert "未通知的支部补通知" in office.at("auditor").get(path)
    assert "王建国" in office.at("clerk").get(path)  # who of one's own was left over, nobody else's
    elsewhere = office.at("neighbour").get(path)
    assert "王建国" not in elsewhere
    assert "北庄村" not in elsewhere


def test_others_see_their_own_part_and_press_nothing_of_others(office: Roadside) -> None:
    path = opened(office)
    page = office.at("neighbour").get(path)
    assert "王建国" not in page
    assert "北庄村" not in page
    assert "/close" not in office.at("committee_clerk").get(path)
    office.at("screener").get(path, status=403)
    token = {"csrf_token": office.at("neighbour").browser.token()}
    for target in ("/rounds/delivery/1/received", "/rounds/offered/1/apply"):
        answer = office.at("neighbour").browser.client.post(target, data=token)
        assert answer.status_code == 404
    with office.session() as session:
        assert session.scalars(select(Application).where(Application.aid_year == 2010)).all() == []


def test_wrong_dates_and_numbers_are_said_at_their_fields_and_nothing_is_lost(
    office: Roadside,
) -> None:
    desk = office.at("reviewer")
    page = desk.refused("/rounds/new", "", notice_on="2010-13-01", year="abc", title="通知甲")
    assert said(page)
    assert "通知甲" in page
    page = desk.refused("/rounds/new", "", notice_on="昨天", title="", document_number="文" * 65)
    for fault in ("“昨天”不是日期", "请填写通知的标题和正文", "文号不超过64字"):
        assert fault in " ".join(said(page)), "read by the page or found by the verb: at once"
    page = desk.refused("/rounds/new", "", notice_on="昨天", year="1999")
    assert "年度须为" not in " ".join(said(page)), "it follows from a date that could not be read"
    page = desk.refused("/rounds/new", "", year="1999")
    assert "年度须为2009至2010：通知日期是2010年" in " ".join(said(page))
    assert "打印通知" in desk.get(opened(office))
    assert "各党（工）委" in desk.get("/rounds/1/print")
