"""Messages on the screen: counted in the frame, opened, marked as read, nobody else's to see."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework.jobs import reminders
from models import InboxMessage, User
from tests.admin.conftest import Office
from tests.admin.roadside import Roadside, open_roadside
from tests.casework.bureau import Bureau, later, register, take
from tests.conftest import Database


def begun(bureau: Bureau, members: object) -> None:
    assert isinstance(members, dict)
    application = register(bureau, members["王建国"], road="sudden")
    take(bureau, application, event_on="2010-11-20")
    reminders.remind(bureau.session, later(0))


@pytest.fixture
def roadside(database: Database, tmp_path: Path) -> Roadside:
    return open_roadside(database, tmp_path, begun=begun)


def first_id(roadside: Roadside, name: str) -> int:
    with roadside.session() as session:
        rows = session.query(InboxMessage).join(InboxMessage.user).filter_by(username=name)
        return rows.order_by(InboxMessage.id).all()[0].id


def test_r_4_6_the_bell_counts_what_is_unread_and_opening_marks_it(roadside: Roadside) -> None:
    desk = roadside.at("clerk")
    page = desk.get("/inbox/")
    assert "消息：1条未读" in page
    assert "报送区委组织部的期限已过10天。" in page
    assert "4.6.2" in page
    assert "次日起算3天" in page, "how it was counted"
    number = first_id(roadside, "clerk")
    answer = desk.press("/inbox/", f"/inbox/{number}/open")
    assert answer.headers["Location"].startswith("/application/")
    assert "bell-count" not in desk.get("/inbox/")
    assert "报送区委组织部的期限已过10天。" in desk.get("/inbox/?show=all")


def test_all_are_marked_at_once(roadside: Roadside) -> None:
    desk = roadside.at("reviewer")
    assert "bell-count" in desk.get("/")
    desk.press("/inbox/", "/inbox/read")
    assert "没有未读消息。" in desk.get("/inbox/")


def test_another_persons_message_is_not_there(roadside: Roadside) -> None:
    number = first_id(roadside, "clerk")
    desk = roadside.at("reviewer")
    token = desk.browser.token()
    answer = desk.browser.client.post(f"/inbox/{number}/read", data={"csrf_token": token})
    assert answer.status_code == 404
    with roadside.session() as session:
        assert session.get_one(InboxMessage, number).read_at is None


def test_an_account_has_an_address_for_mails_and_a_wrong_one_is_said(fresh_office: Office) -> None:
    admin = fresh_office.as_("administrator")
    number = fresh_office.users["auditor"]
    form = {"display_name": "监督员", "locale": "zh", "active": "y", "version": "1"}
    path = f"/users/edit/?id={number}"
    wrong = admin.post(path, {**form, "email": "nobody at home"})
    assert wrong.status_code == 422
    assert "这不是有效的邮箱地址。" in wrong.text
    right = admin.post(path, {**form, "email": "jian@office.example"})
    assert right.status_code == 302, right.text
    with fresh_office.session() as session:
        assert session.get_one(User, number).email == "jian@office.example"
