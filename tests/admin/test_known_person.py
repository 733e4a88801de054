"""One identity number typed: birth and sex, the person, earlier aid, who may be the same, and
nothing of anybody elsewhere. And the forms of tables that keep what was typed and not saved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from casework import known_people
from engine.idnumber import with_check_digit
from models import AuditRecord, Member, OrgUnit, PastAid, TypedPage
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside
from tests.casework.bureau import Bureau, walk
from tests.casework.bureau import register as registered
from tests.conftest import Database
from tests.factories import NOW

LOOK = "/register/known"
NEW = "/members/new/"
FREE = with_check_digit("37011219610805001")


def begun(bureau: Bureau, members: dict[str, Member]) -> None:
    """Wang has a grant of this year and one of before this system; Zhao lives elsewhere."""
    walk(bureau, registered(bureau, members["王建国"]), "notice")
    members["赵远方"].org = bureau.tree.other_branch
    members["刘长河"].phone = "13912345678"
    bureau.session.add(
        PastAid(
            member_id=members["王建国"].id, policy_code="licheng-2010", aid_year=2009,
            category="living", fen=50000, at=NOW,
        )
    )  # fmt: skip


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    names: dict[str, dict[str, str]] = {"王建国": {}, "刘长河": {}, "赵远方": {}}
    return open_roadside(database, tmp_path, names, begun)


def number_of(office: Roadside, name: str) -> str:
    with office.session() as session:
        row = session.scalars(select(Member).where(Member.name == name)).one()
        return str(row.id_number)


def ask(office: Roadside, who: str, **sent: str) -> dict[str, object]:
    answer = office.at(who).browser.post(LOOK, sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.get_json()
    return found


def test_a_number_gives_the_person_and_earlier_aid_and_the_look_is_written_down(
    office: Roadside,
) -> None:
    number = number_of(office, "王建国")
    found = ask(office, "clerk", id_number=number)
    html = str(found["html"])
    for words in ("王建国", "2009", "500.00", "2010", "600.00", "本年度", "登记申请"):
        assert words in html, words
    assert found["fill"] == {
        "birth_on": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "sex": "male" if int(number[16]) % 2 else "female",
    }
    assert number not in html
    with office.session() as session:
        logged = session.scalars(
            select(AuditRecord).where(AuditRecord.action == "look:search_number")
        ).all()
        assert [row.data for row in logged] == [{"by": "whole", "found": 1}]


def test_of_a_person_elsewhere_only_that_he_exists_is_said_and_whom_to_ask(
    office: Roadside,
) -> None:
    number = number_of(office, "赵远方")
    with office.session() as session:
        member = session.scalars(select(Member).where(Member.name == "赵远方")).one()
        hidden = ["赵远方", member.org.name, str(member.phone), "/members/details"]
        above = session.scalars(select(OrgUnit).where(OrgUnit.parent_id.is_(None))).first()
        assert above is not None
    html = str(ask(office, "clerk", id_number=number)["html"])
    assert "已在其他单位建档" in html
    assert f"与{above.name}联系" in html
    for words in hidden:
        assert words not in html, words
    assert "赵远方" in str(ask(office, "neighbour", id_number=number)["html"])
    # nor through likeness
    wrong = number[:-2] + str((int(number[-2]) + 1) % 10) + number[-1]
    for sent in ({"id_number": wrong}, {"id_number": FREE, "name": "赵远方"}):
        assert "赵远方" not in str(ask(office, "clerk", **sent)["html"])


def test_a_number_typed_wrong_and_a_like_person_are_pointed_out(office: Roadside) -> None:
    number = number_of(office, "刘长河")
    wrong = f"{number[:15]}{(int(number[15]) + 1) % 10}{number[16:]}"
    found = ask(office, "clerk", id_number=wrong)
    assert found["fill"] == {}
    assert "刘长河" in str(found["html"])
    assert "是否输错" in str(found["html"])
    by_phone = ask(office, "clerk", id_number=FREE, phone="139 1234 5678")
    assert "电话相同" in str(by_phone["html"])
    assert "没有此身份证号码的档案" in str(by_phone["html"])


def test_only_who_enters_people_may_ask_and_not_without_end(
    office: Roadside, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who in ("screener", "finance", "leader", "auditor"):
        assert office.at(who).browser.post(LOOK, {"id_number": FREE}).status_code == 403, who
    monkeypatch.setattr(known_people, "MOST_IN_WINDOW", 2)
    for _ in range(2):
        ask(office, "clerk", id_number=FREE)
    answer = office.at("clerk").browser.post(LOOK, {"id_number": FREE})
    assert answer.status_code == 429
    assert "稍后再查" in answer.get_json()["error"]
    ask(office, "neighbour", id_number=FREE)
    office.clock.later(1)
    ask(office, "clerk", id_number=FREE)


def test_a_new_number_goes_on_to_the_form_of_a_new_member_and_to_an_application(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    html = str(ask(office, "clerk", id_number=FREE, newcomer="yes")["html"])
    assert "/register/newcomer" in html
    sent = {"id_number": FREE, "birth_on": "1961-08-05", "sex": "male"}
    assert desk.browser.post("/register/newcomer", sent).status_code == 302
    page = desk.get(f"{NEW}?typed=yes")
    form = form_to(page, "")
    data = form.data()
    assert (data["id_number"], data["birth_on"], data["sex"]) == ([FREE], ["1961-08-05"], ["male"])
    assert 'data-known="/register/known"' in page
    with office.session() as session:
        branch = session.scalars(select(Member.org_id).where(Member.name == "王建国")).one()
    answer = desk.send(form, NEW, name="新党员", status="full", org=str(branch), _apply="1")
    assert answer.status_code == 302, answer.text
    assert answer.location.startswith("/register/")
    with office.session() as session:
        assert session.scalars(select(TypedPage)).all() == []


@pytest.mark.parametrize("place", ["/members/edit/?id=1", NEW, "/pairs/new/"])
def test_what_is_typed_and_not_saved_is_kept_for_that_person_alone(
    office: Roadside, place: str
) -> None:
    desk, other = office.at("clerk"), office.at("secretary")
    page = desk.get(place)
    form = form_to(page, "")
    name = "skill" if "pairs" in place else "address"
    where = page.split('data-autosave="')[1].split('"')[0].replace("&amp;", "&")
    answer = desk.browser.post(where, {**form.data(), name: "只打了一半", "id_number": "3701"})
    assert answer.status_code == 200, answer.text
    again = desk.get(place)
    assert "只打了一半" not in again
    assert "接着填写" in again
    assert "接着填写" not in other.browser.get(place).text
    shown = desk.get(f"{place}{'&' if '?' in place else '?'}typed=yes")
    assert "只打了一半" in shown
    desk.send(form_to(desk.get(place), "/typed/drop/"), place)
    assert "接着填写" not in desk.get(place)


def test_a_kept_form_of_a_row_changed_since_is_refused_with_both_versions(office: Roadside) -> None:
    desk = office.at("clerk")
    place = "/members/edit/?id=1"
    form = form_to(desk.get(place), "")
    desk.browser.post("/members/typed/?id=1", {**form.data(), "address": "旧页上的地址"})
    with office.session() as session:
        session.get_one(Member, 1).address = "别人改的地址"
        session.commit()
    kept = form_to(desk.get(f"{place}&typed=yes"), "")
    answer = desk.send(kept, place)
    assert answer.status_code == 409
    assert "别人改的地址" in answer.text
    assert "旧页上的地址" in answer.text
    saved = desk.send(form_to(answer.text, ""), place)
    assert saved.status_code == 302, "saving once more is meant"
    with office.session() as session:
        assert session.get_one(Member, 1).address == "旧页上的地址"
    assert office.at("neighbour").browser.post("/members/typed/?id=1").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("37011219610805001", "现有17位"),
        ("3701121961080500111", "现有19位"),
        ("3701121961O8050010", "校验不符"),
        ("370112196108050019", "校验不符"),
        (with_check_digit("37011219611305001"), "19611305不存在"),
        ("无此人", None),
        ("123456789012", None),
    ],
)
def test_a_number_that_cannot_be_one_is_named_so_where_a_person_is_looked_for(
    office: Roadside, typed: str, words: str | None
) -> None:
    page = office.at("clerk").get(f"/register/?q={typed}")
    assert ("请核对姓名" in page) is (words is None)
    assert words is None or words in page
    assert "身份证号码" not in page or words is not None


def test_of_an_unknown_whole_number_one_thing_is_said(office: Roadside) -> None:
    """The look answers above; without scripts the page itself has to."""
    page = office.at("clerk").get(f"/register/?q={FREE}")
    assert re.search(r"<noscript>(?:(?!</noscript>).)*请核对姓名.*?</noscript>", page, re.S)
    assert page.count("请核对姓名") == 1


def test_what_is_known_stands_directly_under_the_number(office: Roadside) -> None:
    page = office.at("clerk").get(NEW)
    order = [page.index(one) for one in ('id="id_number"', "data-known-answer", 'id="phone"')]
    assert order == sorted(order)
