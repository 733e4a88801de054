"""What was done to a row is told field by field, before and after, with numbers masked."""

from __future__ import annotations

import re

from models import HelpingPair, Member
from tests.admin.conftest import Office
from tests.admin.test_tables import sheet


def past(text: str) -> str:
    """The words of the history on a page of details."""
    begin = text.find('<details class="card past"')
    assert begin > 0, "no history on the page"
    part = text[begin : text.index("</details>", begin)]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def test_a_change_of_a_member_shows_before_and_after_with_numbers_masked(
    fresh_office: Office,
) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["王小明"]
    version = fresh_office.one(Member, number).version
    data = {
        "name": "王小明",
        "status": "probationary",
        "sex": "male",
        "version": version,
        "birth_on": "1990-03-07",
        "phone": "13912345678",
        "address": "东村一号",
    }
    assert clerk.post(f"/members/edit/?id={number}", data).status_code == 302
    path = f"/members/details/?id={number}"
    page = clerk.get(path).text
    words = past(page)
    assert "branch_clerk员" in words
    assert "党员身份 原为 正式党员 → 改为 预备党员" in words
    assert "联系电话 原为 138****1234 → 改为 139****5678" in words
    assert "家庭住址 原为 — → 改为 东村一号" in words
    assert "1990年3月7日" in words
    assert "13912345678" not in page


def test_a_worksheet_tells_what_its_last_saving_changed(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["王小明"]
    path = f"/members/{number}/household"
    assert clerk.post(path, sheet(version="")).status_code == 302
    assert clerk.post(path, sheet(version="1", size="4")).status_code == 302
    words = past(clerk.get(f"/members/details/?id={number}").text)
    assert words.count("保存家庭情况核算表") == 2
    assert "家庭人口 原为 3 → 改为 4" in words


def test_a_move_names_both_branches_and_its_reason(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("committee_clerk"), fresh_office.members["李芳"]
    version = fresh_office.one(Member, number).version
    data = {"to": fresh_office.units["A2"], "version": version, "reason": "迁居"}
    assert clerk.post(f"/members/move/?id={number}", data).status_code == 302
    words = past(clerk.get(f"/members/details/?id={number}").text)
    assert "A1组织 → 改为 A2组织" in words
    assert "原因：迁居" in words


def test_a_pair_tells_its_plan_and_its_end(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.pairs["A1"]
    version = fresh_office.one(HelpingPair, number).version
    change = {"version": version, "plan": "学养殖", "end_on": "2027-02-01"}
    assert clerk.post(f"/pairs/edit/?id={number}", change).status_code == 302
    end = {"version": version + 1, "on": "2026-03-01", "reason": "脱贫"}
    assert clerk.post(f"/pairs/end/?id={number}", end).status_code == 302
    words = past(clerk.get(f"/pairs/details/?id={number}").text)
    assert "教技术 → 改为 学养殖" in words
    assert "结束结对" in words
    assert "脱贫" in words


def test_an_account_tells_its_changes_and_roles_and_never_the_member(fresh_office: Office) -> None:
    chief, number = fresh_office.sign_in("administrator"), fresh_office.users["finance"]
    data = {
        "display_name": "财务王",
        "locale": "en",
        "active": "y",
        "version": "1",
        "member_number": "110101199003074514",
    }
    assert chief.post(f"/users/edit/?id={number}", data).status_code == 302
    assert chief.post(f"/users/password/?id={number}").status_code == 200
    page = chief.get(f"/users/details/?id={number}").text
    words = past(page)
    assert "finance员 → 改为 财务王" in words
    assert "重置初始密码" in words
    assert "110101" not in page
    assert "王小明" not in page


def test_looks_and_refusals_are_the_auditors_alone(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["王小明"]
    clerk.post(f"/members/reveal/?id={number}&field=phone")
    clerk.post(f"/members/edit/?id={number}", {"name": "", "version": "1"})
    assert 'class="card past"' not in clerk.get(f"/members/details/?id={number}").text
