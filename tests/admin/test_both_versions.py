"""Two people at one row: what differs is shown field by field, in the words of the page, and saving
once more loses neither what was typed nor what the other person changed."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from models import Member, OrgUnit, User
from tests.admin.conftest import Browser, Office

FIELD = re.compile(r'<h3 id="version-\d+">(.*?)</h3>\s*<dl[^>]*>(.*?)</dl>', re.S)
NUMBER = "370112198403275414"


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's form, untouched."""
    form = page.split("data-guard novalidate")[-1].split("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            sent[name[1]] = html.unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = html.unescape(text).strip()
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        found = re.findall(r"<option([^>]*)>", options)
        chosen = next((one for one in found if "selected" in one), found[0])
        sent[name] = re.search(r'value="([^"]*)"', chosen)[1]  # type: ignore[index]  # each has one
    return sent


def rows_of(page: str) -> dict[str, tuple[str, ...]]:
    """Label → (when opened, now, typed) of the table of both versions."""
    return {
        label: tuple(html.unescape(cell) for cell in re.findall("<dd>(.*?)</dd>", three))
        for label, three in FIELD.findall(page)
    }


def prepared(office: Office, **values: Any) -> str:
    with office.session() as session:
        member = session.get_one(Member, office.members["李芳"])
        for name, value in values.items():
            setattr(member, name, value)
        session.commit()
    return f"/members/edit/?id={office.members['李芳']}"


def race(path: str, one: Browser, two: Browser, **typed: dict[str, str]) -> Any:
    """Both open the page, one saves, then the other."""
    mine, theirs = form_of(one.get(path).text), form_of(two.get(path).text)
    assert one.post(path, {**mine, **typed["first"]}).status_code == 302
    return two.post(path, {**theirs, **typed["second"]})


def test_only_what_differs_is_listed_as_it_was_as_it_is_and_as_typed(fresh_office: Office) -> None:
    path = prepared(fresh_office, phone="13800001111", address="老村一号")
    late = race(
        path,
        fresh_office.sign_in("branch_clerk"),
        fresh_office.sign_in("branch_secretary"),
        first={"phone": "13900002222", "joined_on": "2004-10-15", "ethnic": "回族"},
        second={"phone": "13700003333", "joined_on": "2004-10-16", "address": "新村二号"},
    )
    assert late.status_code == 409
    rows = rows_of(late.text)
    assert rows == {
        "联系电话": ("138****1111", "139****2222", "137****3333（您填的号码）"),
        "入党时间": ("2001年7月1日", "2004年10月15日", "2004年10月16日"),
        "民族": ("汉族", "回族", "您没有改动"),
        "家庭住址": ("老村一号", "老村一号", "新村二号"),
    }
    assert "13900002222" not in late.text, "what the other typed is masked"
    assert "请刷新" not in late.text


def test_saving_once_more_keeps_what_was_typed_and_what_the_other_changed(
    fresh_office: Office,
) -> None:
    path = prepared(fresh_office, phone="13800001111")
    second = fresh_office.sign_in("branch_secretary")
    late = race(
        path,
        fresh_office.sign_in("branch_clerk"),
        second,
        first={"ethnic": "满族", "joined_on": "2001-07-02", "phone": "13900002222"},
        second={"address": "新村二号"},
    )
    assert rows_of(late.text)["联系电话"][2] == "您没有改动"
    assert second.post(path, form_of(late.text)).status_code == 302
    member = fresh_office.one(Member, fresh_office.members["李芳"])
    assert (member.ethnic, member.address, member.phone) == ("满族", "新村二号", "13900002222")
    assert str(member.joined_on) == "2001-07-02"


def test_a_change_that_is_not_on_the_form_is_said_without_a_table(fresh_office: Office) -> None:
    path = prepared(fresh_office)
    clerk = fresh_office.sign_in("branch_clerk")
    mine = form_of(clerk.get(path).text)
    prepared(fresh_office, active=False)
    late = clerk.post(path, mine)
    assert late.status_code == 409
    assert not rows_of(late.text)
    assert "不在您填写的各项之中" in late.text
    assert clerk.post(path, form_of(late.text)).status_code == 302


def test_a_form_that_is_late_and_wrong_says_both_at_once(fresh_office: Office) -> None:
    path = prepared(fresh_office)
    answer = race(
        path,
        fresh_office.sign_in("branch_clerk"),
        fresh_office.sign_in("branch_secretary"),
        first={"address": "老村一号"},
        second={"name": "", "address": "新村二号"},
    )
    assert answer.status_code == 422
    assert rows_of(answer.text)["家庭住址"] == ("—", "老村一号", "新村二号")


@pytest.mark.parametrize("field", ["name", "kind_zh"])
def test_units_are_held_against_a_lost_update_too(fresh_office: Office, field: str) -> None:
    """A unit has no counter of its own: the log's last record about it stands for one."""
    path = f"/orgs/edit/?id={fresh_office.units['A1']}"
    first, second = fresh_office.sign_in("administrator"), fresh_office.sign_in("administrator")
    late = race(path, first, second, first={field: "甲"}, second={field: "乙"})
    assert late.status_code == 409
    assert getattr(fresh_office.one(OrgUnit, fresh_office.units["A1"]), field) == "甲"
    assert [row[1:] for row in rows_of(late.text).values()] == [("甲", "乙")]
    assert second.post(path, form_of(late.text)).status_code == 302


def test_accounts_and_pairs_show_both_versions(fresh_office: Office) -> None:
    chief = fresh_office.sign_in("administrator")
    with fresh_office.session() as session:
        number = session.query(User.id).filter(User.username == "finance").scalar()
    late = race(
        f"/users/edit/?id={number}",
        chief,
        fresh_office.sign_in("administrator"),
        first={"locale": "en", "display_name": "甲"},
        second={"display_name": "乙", "member_number": NUMBER},
    )
    rows = rows_of(late.text)
    assert rows["姓名"][1:] == ("甲", "乙")
    assert rows["语言"][2] == "您没有改动"
    assert NUMBER not in late.text.split("data-guard")[0]
    pair = f"/pairs/edit/?id={next(iter(fresh_office.pairs.values()))}"
    late = race(
        pair,
        fresh_office.sign_in("branch_clerk"),
        fresh_office.sign_in("branch_secretary"),
        first={"end_on": "2027-01-31"},
        second={"end_on": "2027-02-28", "plan": "学养殖"},
    )
    assert {"2027年1月31日", "2027年2月28日"} <= set(rows_of(late.text)["计划结束日期"])


def test_a_move_says_what_somebody_else_changed_and_keeps_what_was_typed(
    fresh_office: Office,
) -> None:
    """Its page asks for a branch and a reason only; what it was opened on is the whole row."""
    path = f"/members/move/?id={fresh_office.members['李芳']}"
    clerk, second = fresh_office.sign_in("committee_clerk"), fresh_office.sign_in("committee_clerk")
    late_form = form_of(second.get(path).text)
    prepared(fresh_office, address="老村一号")
    edit = f"/members/edit/?id={fresh_office.members['李芳']}"
    writer = fresh_office.sign_in("branch_clerk")
    theirs = {**form_of(writer.get(edit).text), "address": "新村二号"}
    assert writer.post(edit, theirs).status_code == 302
    there = {"to": str(fresh_office.units["A2"]), "reason": "随子女居住"}
    assert clerk.post(path, {**form_of(clerk.get(path).text), **there}).status_code == 302
    late = second.post(path, {**late_form, **there, "reason": "工作调动"})
    assert late.status_code == 409
    rows = rows_of(late.text)
    assert "请刷新" not in late.text
    assert rows["家庭住址"][1:] == ("新村二号", "您没有改动")
    member = fresh_office.one(Member, fresh_office.members["李芳"])
    now = fresh_office.one(OrgUnit, fresh_office.units["A2"]).name
    assert member.org_id == fresh_office.units["A2"]
    branch = next(row for row in rows.values() if row[1] == now)
    assert branch[0] != now
    assert branch[2] == now
    assert "工作调动" in late.text
    assert second.post(path, form_of(late.text)).status_code == 302


def test_the_end_of_a_pair_says_that_somebody_else_has_ended_it(fresh_office: Office) -> None:
    path = f"/pairs/end/?id={next(iter(fresh_office.pairs.values()))}"
    late = race(
        path,
        fresh_office.sign_in("branch_clerk"),
        fresh_office.sign_in("branch_secretary"),
        first={"on": "2026-03-01", "reason": "已脱困"},
        second={"on": "2026-03-02", "reason": "帮扶人调离"},
    )
    assert late.status_code == 409
    assert "请刷新" not in late.text
    rows = [row[1:] for row in rows_of(late.text).values()]
    assert ("2026年3月1日", "2026年3月2日") in rows
    assert ("已脱困", "帮扶人调离") in rows
    assert "帮扶人调离" in late.text.split("data-guard")[1]
