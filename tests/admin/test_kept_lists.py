"""Filters, columns and kept lists: what the address says, what a person keeps, and whose it is."""

from __future__ import annotations

import re

from sqlalchemy import select

from models.saved_views import SavedView
from tests.admin.conftest import Office

HEAD = re.compile(r'<th scope="col"[^>]*>(?:<a [^>]*>)?\s*([^<]+?)\s*(?:</a>|<svg|</th>)')


def head(text: str) -> list[str]:
    """The headings of the table."""
    return [found.strip() for found in HEAD.findall(text)]


def kept(office: Office) -> dict[str, SavedView]:
    with office.session() as session:
        return {view.name: view for view in session.scalars(select(SavedView))}


def test_columns_are_chosen_by_name_and_the_first_always_stays(office: Office) -> None:
    clerk = office.as_("branch_clerk")
    usual = head(clerk.get("/members/").text)
    assert usual[:2] == ["姓名", "性别"]
    assert "民族" not in usual
    assert head(clerk.get("/members/?col=ethnic&col=nonsense&col=org").text) == [
        "姓名",
        "党支部",
        "民族",
    ]
    assert head(clerk.get("/members/?col=nonsense").text) == usual


def test_a_chip_takes_its_own_filter_away_and_leaves_the_rest(office: Office) -> None:
    page = (
        office.as_("branch_clerk").get("/members/?f_sex=male&f_status=full&search=王&col=org").text
    )
    chips = re.findall(r'class="chip" href="([^"]+)"', page)
    assert len(chips) == 3
    for address in chips:
        assert sum(part in address for part in ("f_sex", "f_status", "search")) == 2, address
        assert "col=org" in address


def test_the_drawer_is_a_plain_form_that_keeps_search_and_order(office: Office) -> None:
    page = office.as_("branch_clerk").get("/members/?search=王&sort=name&desc=1&col=org").text
    drawer = page[page.index('<dialog class="drawer"') :]
    assert " open " in drawer[: drawer.index(">")], "without a script it stands open"
    for name in ("search", "sort", "desc", "col"):
        assert f'type="hidden" name="{name}"' in drawer


def test_a_list_is_kept_opened_by_itself_and_forgotten(fresh_office: Office) -> None:
    clerk = fresh_office.sign_in("branch_clerk")
    data = {
        "do": "keep",
        "name": " 女党员 ",
        "first": "yes",
        "f_sex": "female",
        "sort": "name",
        "desc": "1",
        "col": ["org", "ethnic"],
        "search": "110101",
    }
    answer = clerk.post("/members/views/", data)
    assert answer.status_code == 302
    view = kept(fresh_office)["女党员"]
    assert dict(view.query) == {"f_sex": "female", "sort": "name", "desc": "1"}, "never the search"
    page = clerk.get("/members/").text
    assert "李芳" in page
    assert "王小明" not in page
    assert head(page) == ["姓名", "党支部", "民族"]
    assert clerk.get(answer.headers["Location"]).text.count("王小明") == 0
    assert "王小明" in clerk.get("/members/?view=0").text
    assert clerk.post("/members/views/", {"do": "all_first"}).status_code == 302
    assert "王小明" in clerk.get("/members/").text
    assert clerk.post("/members/views/", {"do": "first", "view": view.id}).status_code == 302
    assert "王小明" not in clerk.get("/members/").text
    assert clerk.post("/members/views/", {"do": "drop", "view": view.id}).status_code == 302
    assert not kept(fresh_office)


def test_a_name_in_use_is_written_over_and_only_one_list_opens_by_itself(
    fresh_office: Office,
) -> None:
    clerk = fresh_office.sign_in("branch_clerk")
    for sex in ("male", "female"):
        clerk.post("/members/views/", {"do": "keep", "name": "一", "f_sex": sex, "first": "yes"})
    clerk.post("/members/views/", {"do": "keep", "name": "二", "f_sex": "male", "first": "yes"})
    views = kept(fresh_office)
    assert dict(views["一"].query) == {"f_sex": "female"}
    assert [view.is_default for view in (views["一"], views["二"])] == [False, True]


def test_kept_lists_are_each_persons_own(fresh_office: Office) -> None:
    clerk, other = fresh_office.sign_in("branch_clerk"), fresh_office.sign_in("branch_secretary")
    clerk.post(
        "/members/views/", {"do": "keep", "name": "我的女党员", "f_sex": "female", "first": "yes"}
    )
    number = kept(fresh_office)["我的女党员"].id
    assert "我的女党员" not in other.get("/members/").text
    assert "王小明" in other.get("/members/").text
    for what in ("drop", "first"):
        assert other.post("/members/views/", {"do": what, "view": number}).status_code == 422
    assert clerk.post("/pairs/views/", {"do": "drop", "view": number}).status_code == 422
    assert kept(fresh_office)["我的女党员"].is_default


def test_a_kept_list_needs_a_name_and_there_is_an_end_of_them(fresh_office: Office) -> None:
    clerk = fresh_office.sign_in("branch_clerk")
    for name in ("", " ", "长" * 41):
        assert clerk.post("/members/views/", {"do": "keep", "name": name}).status_code == 422
    for number in range(30):
        assert clerk.post("/members/views/", {"do": "keep", "name": f"{number}"}).status_code == 302
    assert clerk.post("/members/views/", {"do": "keep", "name": "31"}).status_code == 422
    assert clerk.post("/members/views/", {"do": "keep", "name": "3"}).status_code == 302
    assert clerk.post("/members/views/", {"do": "nonsense"}).status_code == 302


def test_a_kept_filter_that_no_longer_means_anything_is_left_out(fresh_office: Office) -> None:
    clerk = fresh_office.sign_in("branch_clerk")
    clerk.post("/members/views/", {"do": "keep", "name": "旧", "f_sex": "female", "first": "yes"})
    with fresh_office.session() as session:
        view = session.scalars(select(SavedView)).one()
        view.query = {"f_sex": "other", "f_gone": "x", "sort": "gone"}
        view.columns = ["gone"]
        session.commit()
    page = clerk.get("/members/")
    assert page.status_code == 200
    assert "王小明" in page.text
