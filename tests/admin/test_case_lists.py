"""Lists of many applications, the money, and the papers: whole or not at all, said row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models import Application, AuditRecord, CaseStatus, Journal, Member, Notice, Objection, Payment
from tests.admin.forms_on_page import form_to, paper_cells
from tests.admin.roadside import Roadside, open_roadside, said
from tests.admin.test_cases_walk import post_and_end
from tests.casework.bureau import Bureau, register, walk
from tests.conftest import Database


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """1 and 2 wait for the decision on the living list."""
    for member in members.values():
        walk(bureau, register(bureau, member), "decision")


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "刘长河": {}}, begun)


MINUTES = {"list-minutes_number": "2010-12", "list-attendees": "部长办公会成员"}


def stages(office: Roadside) -> list[str]:
    return [office.application(number).stage for number in (1, 2)]


def posted(office: Roadside) -> str:
    """Both decided and posted; the address of the notice."""
    decide_both(office)
    desk = office.at("clerk")
    to_post = re.findall(r'href="(/notices/new\?group=[^"]+)"', desk.get("/notices/"))
    answer = desk.press(to_post[0], "", **{"list-poster": "张会计", "post": "yes"})
    return answer.headers["Location"]


def decide_both(office: Roadside) -> None:
    office.at("reviewer").press(
        "/meetings/", "/meetings/record", **MINUTES,
        **{"row-1-result": "agreed", "row-2-result": "agreed"},
    )  # fmt: skip
    confirm(office)


def confirm(office: Roadside, **typed: Any) -> None:
    """The leader's word on all that was recorded, held against the scan of the minutes."""
    if "/meetings/minutes" in office.at("reviewer").get("/meetings/"):
        office.at("reviewer").scan_minutes()
    office.at("leader").press("/meetings/", "/meetings/confirm", confirm="yes", **typed)


def listed_as(office: Roadside) -> list[str]:
    """The words for the status of the applications, in the list."""
    page = office.at("reviewer").get("/applications/")
    return re.findall(r'<span class="tag tag-[a-z]+">([^<]+)</span>', page)


def on_roster(office: Roadside) -> None:
    """Both transferred and put on the payout roster."""
    decide_both(office)
    post_and_end(office)
    file_both(office)
    office.at("finance").press(
        "/transfers/", "/transfers/send", source="1", **{"list-voucher": "凭证1"}
    )
    office.at("committee_clerk").press("/payments/", "/payments/prepare")


def test_one_faulty_row_stops_the_whole_meeting_and_every_fault_is_in_its_row(
    office: Roadside,
) -> None:
    page = office.at("reviewer").refused(
        "/meetings/", "/meetings/record", **MINUTES,
        **{"row-1-result": "agreed", "row-1-amount": "700", "row-2-result": "refused"},
    )  # fmt: skip
    assert stages(office) == ["decision", "decision"]
    words = " ".join(said(page))
    assert "600" in words, "the rules fix the amount of the first"
    assert "请填写“理由”" in words, "a refusal of the second needs a reason"
    form = form_to(page, "/record")
    assert [one.value for one in form.inputs if one.name == "row-1-amount"] == ["700"]
    assert [o.value for o in form.inputs if o.name == "row-2-result" and o.checked] == ["refused"]


def test_only_the_ticked_rows_are_decided(office: Roadside) -> None:
    office.at("reviewer").press(
        "/meetings/", "/meetings/record", pick=["2"], **MINUTES, **{"row-2-result": "agreed"}
    )
    assert stages(office) == ["decision", "decision"]
    confirm(office)
    assert stages(office) == ["decision", "notice"]


def test_an_empty_head_is_complained_of_once_with_everything_else(office: Roadside) -> None:
    page = office.at("reviewer").refused(
        "/meetings/", "/meetings/record",
        **{"row-1-result": "agreed", "row-1-amount": "700", "row-2-result": "agreed"},
    )  # fmt: skip
    faults = said(page)
    assert sum("请填写“会议纪要编号”" in one for one in faults) == 2, "at the top and at its field"
    assert any("600" in one for one in faults)


def test_a_transfer_without_a_source_is_told_the_rest_as_well(office: Roadside) -> None:
    decide_both(office)
    post_and_end(office)
    file_both(office)
    page = office.at("finance").refused(
        "/transfers/", "/transfers/send", **{"list-transferred_on": "2031-01-01"}
    )
    words = " ".join(said(page))
    assert "请选择资金来源" in words
    assert "晚于今天" in words
    assert "拨款凭证号" in words


def test_a_wrong_scan_is_complained_of_with_everything_else(office: Roadside) -> None:
    page = office.at("reviewer").refused(
        "/meetings/", "/meetings/record",
        **{"row-1-result": "agreed", "row-2-result": "refused", **MINUTES, "list-attendees": ""},
        scan=(BytesIO(b"no picture"), "minutes.docx"),
    )  # fmt: skip
    words = " ".join(said(page))
    assert "“minutes.docx”不是完整的 PDF" in words
    assert "请填写“参会人员”" in words
    assert "请填写“理由”" in words


def test_a_list_confirmed_in_another_window_is_not_called_empty(office: Roadside) -> None:
    office.at("reviewer").press(
        "/meetings/", "/meetings/record", **MINUTES,
        **{"row-1-result": "agreed", "row-2-result": "agreed"},
    )  # fmt: skip
    office.at("reviewer").scan_minutes()
    desk = office.at("leader")
    both = form_to(desk.get("/meetings/"), "/meetings/confirm")
    desk.press("/meetings/", "/meetings/confirm", confirm="yes", pick=["1"])
    answer = desk.send(both, "/meetings/", confirm="yes", pick=["1", "2"])
    assert answer.status_code == 302
    assert "名单已有变化" in desk.get("/meetings/")
    assert stages(office) == ["notice", "decision"], "not the rest of them unasked"


def test_what_was_recorded_is_confirmed_or_sent_back_by_somebody_else(office: Roadside) -> None:
    office.at("reviewer").press(
        "/meetings/", "/meetings/record", **MINUTES,
        **{"row-1-result": "agreed", "row-2-result": "refused", "row-2-reason": "情况不属实"},
    )  # fmt: skip
    assert "/meetings/confirm" not in office.at("reviewer").get("/meetings/")
    assert listed_as(office) == ["结果已登记，待确认"] * 2
    own = office.at("reviewer").get("/application/1")
    assert "正等待第二人确认" in own
    assert "由区委组织部办理：区委组织部部长" in own
    desk = office.at("leader")
    assert "确认结果" in desk.get("/")
    page = desk.get("/meetings/")
    assert "情况不属实" in page
    assert "待确认：审批（批复）" in page
    assert re.search('<td class="num" data-label="[^"]*金额[^"]*">600.00元', page), (
        "amounts below each other"
    )
    kept = desk.refused("/meetings/", "/meetings/confirm", back="yes", pick=["1"], reason=" ")
    assert "请写明原因" in kept
    assert re.search(r'<details class="action pad after-foot" open>', kept), (
        "where it is to be written"
    )
    desk.press("/meetings/", "/meetings/confirm", back="yes", pick=["1"], reason="纪要编号有误")
    assert "纪要编号有误" in office.at("leader").get("/application/1")
    confirm(office)
    assert stages(office) == ["decision", "decision"]
    assert office.application(2).status is CaseStatus.REFUSED
    office.at("reviewer").press(
        "/meetings/", "/meetings/record", **MINUTES, **{"row-1-result": "agreed"}
    )
    confirm(office)
    assert stages(office)[0] == "notice"


def test_an_approval_is_cancelled_on_the_page_of_the_application(office: Roadside) -> None:
    decide_both(office)
    assert "/application/1/cancel" not in office.at("clerk").get("/application/1")
    desk = office.at("reviewer")
    desk.refused("/application/1", "/cancel")
    desk.press("/application/1", "/cancel", **{"cancel-reason": "经核查收入超过标准"})
    assert office.application(1).status is CaseStatus.CANCELLED


def test_a_list_that_somebody_else_has_changed_is_refused(office: Roadside) -> None:
    desk = office.at("reviewer")
    form = form_to(desk.get("/meetings/"), "/record")
    with office.session() as session:
        row = session.get_one(Application, 1)
        row.hold_reason = "x"
        session.commit()
    answer = desk.send(
        form, "/meetings/", **MINUTES, **{"row-1-result": "agreed", "row-2-result": "agreed"}
    )
    assert answer.status_code == 409
    assert stages(office) == ["decision", "decision"]


def test_the_page_of_an_application_says_who_takes_a_step_that_is_done_on_lists(
    office: Roadside,
) -> None:
    decide_both(office)
    assert 'href="/notices/"' in office.at("clerk").get("/application/1")
    page = office.at("verifier").get("/application/1")
    assert "由党支部办理：党支部经办人、党支部书记" in page
    posted_on_board = office.at("auditor").get("/application/2")
    assert "登记公示结束" in posted_on_board


def test_the_meeting_is_closed_to_whoever_does_not_decide(office: Roadside) -> None:
    for who in ("clerk", "committee_clerk", "verifier", "finance", "screener"):
        office.at(who).get("/meetings/", status=403)
        assert 'href="/meetings/"' not in office.at(who).get("/")
    for who in ("reviewer", "leader"):
        assert 'href="/meetings/"' in office.at(who).get("/")


def test_the_notice_has_exactly_the_five_columns_and_the_words_of_the_annex(
    office: Roadside,
) -> None:
    notice = posted(office)
    paper = office.at("clerk").get(notice.replace("/notices/", "/papers/notice/"))
    assert paper_cells(paper, "th") == [
        "姓名", "性别", "出生年月", "入党时间", "困难原因",
    ]  # fmt: skip
    assert "现将你村生活困难党员拟帮扶名单公示如下：" in paper
    assert "公示期为2010年12月3日至7日。" in paper
    assert "故意捏造事实、诽谤中伤的，将严肃追查处理。" in paper
    assert "举报电话：88115172。" in paper
    with office.session() as session:
        number = session.get_one(Member, office.members["王建国"]).id_number
    assert str(number) not in paper


def test_too_short_a_notice_is_refused_before_it_hangs(office: Roadside) -> None:
    decide_both(office)
    desk = office.at("clerk")
    address = re.findall(r'href="(/notices/new\?group=[^"]+)"', desk.get("/notices/"))[0]
    page = desk.refused(
        address, "", **{"list-poster": "张会计", "list-ends_on": "2010-12-06", "post": "yes"}
    )
    assert "公示期不足" in " ".join(said(page))
    with office.session() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 0


def test_the_preview_shows_the_paper_and_posts_nothing(office: Roadside) -> None:
    decide_both(office)
    desk = office.at("clerk")
    address = re.findall(r'href="(/notices/new\?group=[^"]+)"', desk.get("/notices/"))[0]
    form = form_to(desk.get(address), "")
    assert listed_as(office) == ["待公示"] * 2
    page = desk.send(form, address, pick=["1"], preview="yes").text
    assert "将严肃追查处理" in page
    assert page.count("<td>王建国</td>") == 1
    assert "<td>刘长河</td>" not in page
    with office.session() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 0


def links(office: Roadside) -> list[str]:
    """What the clerk is offered on the page of 1, as addresses."""
    page = office.at("clerk").get("/application/1")
    part = page[page.index('id="next-steps"') :].split("</section>")[0]
    return re.findall(r'<a class="btn w-100 action" href="([^"]+)"', part)


def test_a_case_on_notice_leads_to_its_own_notice_and_says_when_it_can_end(
    office: Roadside,
) -> None:
    decide_both(office)
    assert links(office) == ["/notices/"], "to be posted from the list"
    assert "还没有登记公示" in office.at("clerk").get("/application/1")
    desk = office.at("clerk")
    to_post = re.findall(r'href="(/notices/new\?group=[^"]+)"', desk.get("/notices/"))
    notice = desk.press(to_post[0], "", **{"list-poster": "张会计", "post": "yes"}).headers[
        "Location"
    ]
    page = desk.get("/application/1")
    assert links(office) == [notice]
    assert "到2010年12月7日才期满" in page
    assert "登记公示结束" in page[page.index("closed-actions") :]
    assert "按名单办理" not in page, "what was done is not offered"
    office.clock.later(5)
    page = desk.get("/application/1")
    assert links(office) == [notice]
    assert "才期满" not in page


def test_an_objection_is_the_departments_and_holds_one_person_only(office: Roadside) -> None:
    notice = posted(office)
    assert "登记反映情况" not in office.at("clerk").get(notice)
    desk = office.at("reviewer")
    first = re.findall(r'action="(/objections/to/\d+/\d+)"', desk.get(notice))[0]
    unsaid = desk.refused(notice, first, channel="phone", content=" ")
    assert "请选择反映有没有具体事实或线索" in unsaid, "not answered is not none"
    assert "有2处需要处理" in unsaid
    desk.press(
        notice, first, channel="phone", has_clue="yes", content="家有新楼",
        objector_name="匿名群众", objector_phone="13900000000",
    )  # fmt: skip
    assert sorted(listed_as(office)) == ["公示中", "暂缓发放"]
    assert "正在核查" in desk.get(notice)
    for who in ("clerk", "verifier"):
        page = office.at(who).get(notice)
        assert "家有新楼" not in page
        assert "匿名群众" not in page
    asked = "/notices/?objections=open"
    assert "未核查的反映" in desk.get(asked)
    assert notice in desk.get(asked)
    assert "未核查的反映" not in office.at("clerk").get(asked), "the branch is not told"
    office.clock.later(5)
    office.at("clerk").press(notice, "/end", **{"end-photographed": "no"})
    assert sorted(stages(office)) == ["filing", "notice"]
    page = desk.get(notice)
    assert "匿名群众" not in page, "even here only on asking"
    looked = desk.browser.post("/objections/1/objector").json
    assert looked == {"value": "匿名群众 13900000000"}
    assert "有2处需要处理" in desk.refused(notice, "/objections/1/settle"), "all that is missing"
    desk.press(notice, "/objections/1/settle", upheld="no", finding="经查不属实")
    assert notice not in desk.get(asked)
    assert stages(office) == ["filing", "filing"]
    with office.session() as session:
        assert session.get_one(Objection, 1).state.value == "refuted"


def test_a_withdrawn_name_does_not_stand_on_the_page_of_the_board(office: Roadside) -> None:
    notice = posted(office)
    desk = office.at("clerk")

    def board() -> list[str]:
        """The names as the page has them: standing, or with what became of them."""
        rows = re.findall(
            r"<tr( class=\"off-board\")?><td[^>]*>([^<]+)</td>(.*?)</tr>", desk.get(notice), re.S
        )
        return [
            name + "".join(re.findall(r'"tag tag-[a-z]+">([^<]+)<', rest))
            for _off, name, rest in rows
        ]

    assert board() == ["王建国", "刘长河"]
    stale = form_to(desk.get(notice), "/remove/1")
    desk.press("/application/1", "/withdraw", **{"withdraw-reason": "本人不再申请"})
    assert board() == ["刘长河", "王建国已撤下已撤回"]
    answer = desk.send(stale, notice, reason="名单有误")
    assert answer.status_code == 422
    assert "不在这份公示上" in " ".join(said(answer.text)), "an old page takes nothing off twice"
    assert "王建国" not in desk.get(f"/papers/notice/{notice.rpartition('/')[2]}")
    desk.press("/application/2", "/withdraw", **{"withdraw-reason": "本人不再申请"})
    page = desk.get(notice)
    assert "本公示上已没有名字" in page
    assert page.index("已撤下，不再公示") < page.index("刘长河")
    assert ">打印公示<" not in page


def test_the_screener_sees_name_number_and_kind_and_nothing_else(office: Roadside) -> None:
    decide_both(office)
    post_and_end(office)
    office.at("committee_clerk").press("/filings/", "/filings/file", **{"list-contact": "赵干事"})
    office.at("committee_clerk").press("/screenings/", "/screenings/enter")
    page = office.at("screener").get("/screenings/1")
    main = page[page.index("<main") :]
    assert "王建国" in main
    assert "生活困难帮扶" in main
    for hidden in ("600", "无劳动能力", "三无", "/application/", "2010-0000"):
        assert hidden not in main
    own = office.at("committee_clerk").get("/screenings/1")
    assert 'name="row-1-result"' not in own, "who entered the list does not screen it"


def test_a_failed_screening_needs_a_reason_and_ends_that_application(office: Roadside) -> None:
    decide_both(office)
    post_and_end(office)
    office.at("committee_clerk").press("/filings/", "/filings/file", **{"list-contact": "赵干事"})
    office.at("committee_clerk").press("/screenings/", "/screenings/enter")
    typed = {"row-1-result": "fail", "row-2-result": "pass"}
    page = office.at("screener").refused("/screenings/1", "/results", **typed)
    assert "原因" in " ".join(said(page))
    assert stages(office) == ["screening", "screening"]
    office.at("screener").press(
        "/screenings/1", "/results", **typed, **{"row-1-reason": "车辆登记"}
    )
    assert office.application(1).status.value == "refused"
    assert office.application(2).stage == "transfer"


def test_money_needs_a_source_and_cannot_exceed_it(office: Roadside) -> None:
    decide_both(office)
    post_and_end(office)
    file_both(office)
    page = office.at("finance").refused(
        "/transfers/", "/transfers/send", source="", **{"list-voucher": "凭证1"}
    )
    assert "请选择资金来源" in page
    assert stages(office) == ["transfer", "transfer"]


def test_the_same_transfer_sent_twice_moves_money_once(office: Roadside) -> None:
    decide_both(office)
    post_and_end(office)
    file_both(office)
    desk = office.at("finance")
    form = form_to(desk.get("/transfers/"), "/send")
    typed = {"source": "1", "list-voucher": "凭证1"}
    assert desk.send(form, "/transfers/", **typed).status_code == 302
    desk.send(form, "/transfers/", **typed)
    with office.session() as session:
        count = select(func.count()).select_from(Journal).where(Journal.kind == "transfer")
        assert session.scalar(count) == 1


def file_both(office: Roadside) -> None:
    office.at("committee_clerk").press("/filings/", "/filings/file", **{"list-contact": "赵干事"})
    office.at("committee_clerk").press("/screenings/", "/screenings/enter")
    passed = {f"row-{n}-result": "pass" for n in (1, 2)}
    office.at("screener").press("/screenings/1", "/results", **passed)


def test_two_people_who_press_pay_pay_once(office: Roadside) -> None:
    on_roster(office)
    desk = office.at("committee_clerk")
    first, second = (form_to(desk.get("/payments/"), "/pay") for _ in range(2))
    typed = {
        f"row-{n}-{k}": v for n in (1, 2) for k, v in (("method", "cash"), ("witness", "孙书记"))
    }
    assert desk.send(first, "/payments/", **typed).status_code == 302
    again = desk.send(second, "/payments/", **typed)
    assert again.status_code in (302, 422)
    with office.session() as session:
        count = select(func.count()).select_from(Journal).where(Journal.kind == "payment")
        assert session.scalar(count) == 2, "one for each person, not four"


def test_cash_without_a_witness_is_refused_in_its_row_and_nobody_is_paid(office: Roadside) -> None:
    on_roster(office)
    page = office.at("committee_clerk").refused(
        "/payments/", "/payments/pay",
        **{"row-1-method": "cash", "row-1-witness": "孙书记", "row-2-method": "cash"},
    )  # fmt: skip
    assert "见证人" in " ".join(said(page))
    with office.session() as session:
        states = session.scalars(select(Payment.state)).all()
        assert {state.value for state in states} == {"prepared"}


def test_the_payout_roster_has_its_columns_total_and_signers_and_is_a_recorded_look(
    office: Roadside,
) -> None:
    on_roster(office)
    desk = office.at("committee_clerk")
    address = re.findall(r'href="(/payment/roster\?[^"]+)"', desk.get("/payments/"))[0]
    paper = desk.get(address.replace("&amp;", "&"))
    assert paper_cells(paper, "th") == [
        "序号", "姓名", "身份证号", "金额", "卡号", "签字/指印", "代领人及关系", "日期",
    ]  # fmt: skip
    assert {"1200.00", "共2人大写：壹仟贰佰元整"} <= set(paper_cells(paper))
    assert paper_cells(paper)[-3:] == ["制表：", "审核：", "批准："]
    with office.session() as session:
        looks = (
            select(func.count())
            .select_from(AuditRecord)
            .where(AuditRecord.action == "look:print:roster")
        )
        assert session.scalar(looks) == 1
        number = session.get_one(Member, office.members["王建国"]).id_number
    assert str(number) in paper, "the roster is signed beside the number"
    office.at("verifier").get(address.replace("&amp;", "&"), status=403)


@pytest.mark.parametrize(("language", "words"), [("zh", "导出花名册"), ("en", "Export roster")])
def test_the_roster_leaves_as_a_word_file_by_the_button_of_that_name(
    office: Roadside, language: str, words: str
) -> None:
    on_roster(office)
    desk = office.at("committee_clerk")
    desk.browser.get(f"/lang/{language}")
    page = desk.get("/payments/")
    link = rf'href="(/payment/roster\?[^"]+)">(?:(?!</a>).)*{words}</a>'
    (address,) = re.findall(link, page, re.S)
    file = desk.browser.get(address.replace("&amp;", "&"))
    assert (file.status_code, file.data[:2]) == (200, b"PK")
    assert ".docx" in file.headers["Content-Disposition"]
    office.at("verifier").get(address.replace("&amp;", "&"), status=403)
    with office.session() as session:
        looks = select(AuditRecord.data).where(AuditRecord.action == "look:print:roster")
        assert len(session.scalars(looks).all()) == 1


def test_a_returned_payment_can_be_prepared_again(office: Roadside) -> None:
    on_roster(office)
    desk = office.at("committee_clerk")
    typed = {
        f"row-{n}-{k}": v for n in (1, 2) for k, v in (("method", "cash"), ("witness", "孙书记"))
    }
    desk.press("/payments/", "/payments/pay", **typed)
    page = desk.refused("/payment/1", "/returned", reason="")
    assert "理由" in " ".join(said(page)) or "原因" in " ".join(said(page))
    desk.press("/payment/1", "/returned", reason="账号有误")
    assert "王建国" in desk.get("/payments/")
    desk.press("/payments/", "/payments/prepare")


def test_who_may_not_reveal_numbers_prints_them_masked(office: Roadside) -> None:
    with office.session() as session:
        number = session.get_one(Member, office.members["王建国"]).id_number
    assert str(number) in office.at("reviewer").get("/papers/form/1")
    paper = office.at("leader").get("/papers/form/1")
    assert str(number) not in paper
    assert f"{str(number)[:6]}********{str(number)[-4:]}" in paper


def test_the_application_form_prints_as_the_annex_in_chinese_on_every_screen(
    office: Roadside,
) -> None:
    desk = office.at("reviewer")
    desk.browser.post("/lang/en")
    paper = desk.get("/papers/form/1")
    cells = paper_cells(paper)[2:]
    assert cells[0:10:2] == ["姓名", "性别", "民族", "入党时间", "出生年月"]
    assert "发放帮扶金金额（区委组织部盖章）" in cells
    assert "注：本表一式两份，区委组织部审核存档一份，各党（工）委建档一份。" in paper
    assert paper.count("<article") == 2, "two copies"
    assert "1975年7月1日" in paper
    assert "1950年1月" in paper
    with office.session() as session:
        looks = (
            select(func.count())
            .select_from(AuditRecord)
            .where(AuditRecord.action == "look:print:annex_1")
        )
        assert session.scalar(looks) == 1
