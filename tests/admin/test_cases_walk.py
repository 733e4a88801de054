"""One living and one sudden application from entry to receipt, pressing what is on the pages."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from seeds.scans import blank_sheet
from tests.admin.roadside import Roadside, open_roadside, said
from tests.conftest import Database

SCAN = b"%PDF-1.4 one page %%EOF"
NUMBER_IN = re.compile(r"/(\d+)$")
LIVING = {
    "fact-has_labor_capacity": "no",
    "fact-has_income_source": "no",
    "fact-has_statutory_supporter": "no",
    "fact-cause_illness": "no",
    "fact-cause_disaster": "no",
    "fact-cause_accident": "no",
    "fact-other_special_claimed": "no",
    "fact-excl_subjective_cause": "no",
    "fact-illegal_activity": "no",
}
SUDDEN = {
    "fact-cause_illness": "no",
    "fact-cause_disaster": "no",
    "fact-cause_accident": "no",
    "fact-sudden_major_accident": "yes",
    "fact-loss_life_safety": "no",
    "fact-loss_property": "yes",
    "fact-accident_result": "none",
    "fact-sudden_major_illness": "no",
    "fact-other_urgent_claimed": "no",
    "fact-excl_subjective_cause": "no",
    "fact-illegal_activity": "no",
    "fact-same_event_aided": "no",
}


@pytest.fixture
def roadside(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "李秀英": {}})


def number_of(location: str) -> int:
    found = NUMBER_IN.search(location.split("#")[0])
    assert found, location
    return int(found[1])


def register(office: Roadside, name: str, road: str) -> int:
    """A draft, registered by the branch clerk who looked the member up by name."""
    desk = office.at("clerk")
    looked_up = desk.browser.get(f"/register/?q={name[:2]}", follow_redirects=True)
    assert name in looked_up.text
    path = f"/register/{office.members[name]}"
    answer = desk.browser.client.post(
        path,
        data={
            "csrf_token": desk.browser.token(),
            "road": f"licheng-2010/{road}",
            "applied_on": "2010-12-03",
        },
    )
    assert answer.status_code == 302, answer.text
    return number_of(answer.headers["Location"])


def hand_in(office: Roadside, number: int, facts: dict[str, str], **record: str) -> None:
    """The form filled in, first as a draft, then handed in."""
    path = f"/register/fill/{number}"
    typed = {**facts, "record-applicant": "member", **record}
    office.at("clerk").draft(path, **typed)
    office.at("clerk").press(path, "", submit="yes", **typed)


def complete(office: Roadside, who: str, number: int, **record: str) -> None:
    """The next step on the page of the application."""
    named = {f"complete-{name}": value for name, value in record.items()}
    facts = {name: value for name, value in named.items() if name.startswith("complete-fact")}
    typed = {k: v for k, v in named.items() if k not in facts}
    typed |= {k.removeprefix("complete-").replace("fact_", "fact-"): v for k, v in facts.items()}
    office.at(who).press(f"/application/{number}", "/complete", **typed)


def up_to_the_department(office: Roadside, number: int, **amount: str) -> None:
    """Branch check, committee verification, re-examination."""
    complete(
        office, "secretary", number,
        filler="self", signature="sign", copies="2", opinion="同意上报", sealed="yes",
        signed_by="李书记", **amount,
    )  # fmt: skip
    page = f"/application/{number}"
    for unseen in re.findall(rf'action="({page}/original/\d+)"', office.at("verifier").get(page)):
        office.at("verifier").press(page, unseen)
    complete(
        office, "verifier", number,
        method="visit", originals_checked="yes", opinion="情况属实", conclusion="agree",
        sealed="yes", sealed_on="2010-12-03", reported_on="2010-12-03",
        fact_excl_org_unsuitable="no", **amount,
    )  # fmt: skip
    complete(office, "reviewer", number, opinion="符合条件", conclusion="agree")


def decide(office: Roadside, number: int, **row: str) -> None:
    """The meeting, on its page of lists."""
    typed = {f"row-{number}-{name}": value for name, value in row.items()}
    office.at("reviewer").press(
        "/meetings/", "/meetings/record",
        **{"list-minutes_number": "2010-12", "list-attendees": "部长办公会成员"}, **typed,
    )  # fmt: skip
    if "会议纪要.pdf" not in office.at("leader").get("/meetings/"):
        assert "还没有上传" in office.at("leader").refused(
            "/meetings/", "/meetings/confirm", confirm="yes"
        )
        office.at("reviewer").scan_minutes()
    assert "会议纪要.pdf" in office.at("leader").get("/meetings/")
    office.at("leader").press("/meetings/", "/meetings/confirm", confirm="yes")


def post_and_end(office: Roadside) -> None:
    """The notice: posted for five days, taken down on the sixth."""
    desk = office.at("clerk")
    to_post = re.findall(r'href="(/notices/new\?group=[^"]+)"', desk.get("/notices/"))
    assert len(to_post) == 1
    answer = desk.press(to_post[0], "", **{"list-poster": "张会计", "post": "yes"})
    notice = answer.headers["Location"]
    office.clock.later(5)
    page = desk.refused(notice, "/end", **{"end-photographed": "yes"})
    assert "还没有照片" in " ".join(said(page))
    desk.press(notice, "/photo", file=(io.BytesIO(blank_sheet(1)), "公示.png"))
    desk.press(notice, "/end", **{"end-photographed": "yes"})


def file_and_screen(office: Roadside, number: int) -> None:
    """Filing by the committee, entry for screening, the result by the service centre."""
    office.at("committee_clerk").press("/filings/", "/filings/file", **{"list-contact": "赵干事"})
    office.at("committee_clerk").press("/screenings/", "/screenings/enter")
    page = office.at("screener").get("/screenings/")
    lists = re.findall(r'href="(/screenings/\d+)"', page)
    office.at("screener").press(lists[0], "/results", **{f"row-{number}-result": "pass"})


def pay(office: Roadside, number: int) -> None:
    """Transfer, roster, payment in cash before a witness, receipt, file."""
    desk = office.at("finance")
    page = desk.get("/transfers/")
    sources = re.findall(r'<option value="(\d+)"', page)
    desk.press("/transfers/", "/transfers/send", source=sources[0], **{"list-voucher": "凭证1"})
    cashier = office.at("committee_clerk")
    cashier.press("/payments/", "/payments/prepare")
    cashier.press(
        "/payments/", "/payments/pay",
        **{f"row-{number}-method": "cash", f"row-{number}-witness": "孙书记"},
    )  # fmt: skip
    slips = re.findall(r'href="(/payment/\d+)"', cashier.get("/payments/"))
    cashier.press(slips[0], "/receipt", **{"receipt-sign": "signature"})
    complete(office, "committee_clerk", number, file_number="2010-1")


def test_living_aid_goes_from_entry_to_receipt_by_its_screens(roadside: Roadside) -> None:
    number = register(roadside, "王建国", "living")
    hand_in(roadside, number, LIVING)
    complete(
        roadside, "clerk", number,
        chair="李书记", expected="12", present="10", opinion="情况属实", conclusion="agree",
    )  # fmt: skip
    form = {"form-hardship_statement": "常年无劳动能力，生活困难。", "item-5-kind": "subsidy",
            "item-5-label": "高龄补贴", "item-5-yuan": "100"}  # fmt: skip
    page = roadside.at("clerk").draft(f"/register/fill/{number}", **form)
    assert "已保存。" in page
    assert "草稿已保存" not in page, "it was handed in long ago"
    page = roadside.at("verifier").get(f"/application/{number}")
    verify = re.findall(r'action="(/application/\d+/household/\d+/verify)"', page)
    roadside.at("verifier").press(f"/application/{number}", verify[0], proof="存折复印件")
    up_to_the_department(roadside, number)
    decide(roadside, number, result="agreed")
    post_and_end(roadside)
    file_and_screen(roadside, number)
    pay(roadside, number)
    row = roadside.application(number)
    assert (row.status.value, row.stage, row.approved_fen) == ("closed", "archive", 60000)
    page = roadside.at("reviewer").get(f"/application/{number}")
    assert "已发放" in page
    assert "本人签字" in page


# living aid goes on both; its verbs are tested on both elsewhere
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sudden_relief_goes_from_entry_to_receipt_by_its_screens(roadside: Roadside) -> None:
    number = register(roadside, "李秀英", "sudden")
    hand_in(
        roadside, number, SUDDEN,
        **{"record-event_on": "2010-12-02", "record-event": "房屋失火"},
    )  # fmt: skip
    roadside.at("clerk").draft(f"/register/fill/{number}", **{"form-loss_statement": "房屋烧毁。"})
    page = f"/application/{number}"
    desk = roadside.at("clerk")
    from io import BytesIO

    answer = desk.browser.client.post(
        f"/attachment/of/{number}",
        data={
            "csrf_token": desk.browser.token(),
            "kind": "accident_proof",
            "copies": "1",
            "file": (BytesIO(SCAN), "火灾证明.pdf"),
        },
    )
    assert answer.status_code == 302, answer.text
    scan = re.findall(r'href="(/attachment/\d+)/view"', desk.get(page))
    assert desk.browser.get(scan[0]).data == SCAN
    up_to_the_department(roadside, number, amount="1500")
    decide(roadside, number, result="agreed", amount="1500")
    post_and_end(roadside)
    file_and_screen(roadside, number)
    pay(roadside, number)
    assert roadside.application(number).approved_fen == 150000
