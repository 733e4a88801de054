"""The history of a member, a unit and an account puts changes back; who only reads is offered none."""

from __future__ import annotations

import re
from typing import Any

from models import Member, OrgUnit, User
from tests.admin.conftest import Browser, Office
from tests.admin.test_both_versions import form_of


def back_form(page: str, at: int = 0) -> dict[str, Any]:
    """What a browser would send of the putting back of the change that stands there, ticked as it is."""
    found = re.findall(r'<form[^>]*action="[^"]*put-back[^"]*".*?</form>', page, re.S)
    form = found[at]
    hidden = dict(re.findall(r'type="hidden" name="(version|seq)" value="(\d+)"', form))
    ticked = re.findall(r'name="field" value="(\w+)" checked', form)
    return {**hidden, "field": ticked, "reason": "改错了"}


def changed(browser: Browser, path: str, **values: str) -> None:
    assert browser.post(path, {**form_of(browser.get(path).text), **values}).status_code == 302


def test_a_clerk_puts_a_change_of_a_member_back_with_a_reason(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["李芳"]
    changed(clerk, f"/members/edit/?id={number}", address="西村", phone="13900002222")
    page = clerk.get(f"/members/details/?id={number}").text
    assert "联系电话：旧号码不保存" in page
    sent = back_form(page)
    assert sent["field"] == ["address"], "a number is not offered"
    path = f"/members/put-back/?id={number}"
    refused = clerk.post(path, {**sent, "reason": ""})
    assert refused.status_code == 422
    assert 'class="card past" open' in refused.text, "the refused form stands open"
    assert fresh_office.one(Member, number).address == "西村"
    assert clerk.post(path, sent).status_code == 302
    assert fresh_office.one(Member, number).address is None
    page = clerk.get(f"/members/details/?id={number}").text
    assert "撤销了一次改动" in page
    assert "改错了" in page
    assert "家庭住址：此后又改过" in page
    again = clerk.post(path, {**sent, "version": back_form(page)["version"]})
    assert again.status_code == 422, "the same change twice"


def test_a_late_page_puts_nothing_back_and_shows_the_newest(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["李芳"]
    changed(clerk, f"/members/edit/?id={number}", address="西村")
    sent = back_form(clerk.get(f"/members/details/?id={number}").text)
    changed(clerk, f"/members/edit/?id={number}", ethnic="回族")
    late = clerk.post(f"/members/put-back/?id={number}", sent)
    assert late.status_code == 409
    assert "已是最新内容" in late.text
    assert fresh_office.one(Member, number).address == "西村"
    assert clerk.post(f"/members/put-back/?id={number}", back_form(late.text, 1)).status_code == 302
    assert fresh_office.one(Member, number).address is None


def test_units_and_accounts_go_back_too(fresh_office: Office) -> None:
    chief, unit = fresh_office.sign_in("administrator"), fresh_office.units["A1"]
    changed(chief, f"/orgs/edit/?id={unit}", name="改了名的支部", kind="village")
    sent = back_form(chief.get(f"/orgs/details/?id={unit}").text)
    assert chief.post(f"/orgs/put-back/?id={unit}", sent).status_code == 302
    row = fresh_office.one(OrgUnit, unit)
    assert (row.name, row.kind) != ("改了名的支部", "village")
    account = fresh_office.users["finance"]
    changed(chief, f"/users/edit/?id={account}", locale="en", display_name="财务", active="")
    sent = back_form(chief.get(f"/users/details/?id={account}").text)
    assert set(sent["field"]) == {"locale", "display_name"}, "closing an account does not go back"
    assert chief.post(f"/users/put-back/?id={account}", sent).status_code == 302
    user = fresh_office.one(User, account)
    assert (user.locale, user.active) == ("zh", False)


def test_who_only_reads_is_offered_nothing_and_can_send_nothing(fresh_office: Office) -> None:
    clerk, number = fresh_office.sign_in("branch_clerk"), fresh_office.members["李芳"]
    changed(clerk, f"/members/edit/?id={number}", address="西村")
    sent = back_form(clerk.get(f"/members/details/?id={number}").text)
    reader = fresh_office.sign_in("department_reviewer")
    page = reader.get(f"/members/details/?id={number}").text
    assert "西村" in page
    assert "put-back" not in page
    assert reader.post(f"/members/put-back/?id={number}", sent).status_code in (403, 404)
    assert fresh_office.one(Member, number).address == "西村"
