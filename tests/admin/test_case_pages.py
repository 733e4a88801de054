"""The page of one application: who sees it, what it says, what it refuses, what stays as typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework import assessments
from models import Application, Attachment, AuditRecord, Member, User
from tests.admin.forms_on_page import form_to, forms_of
from tests.admin.roadside import Roadside, open_roadside, said
from tests.casework.bureau import Bureau, register, walk
from tests.conftest import Database
from tests.factories import NOW, grant_role

SCAN = b"%PDF-1.4 one page %%EOF"


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """1 at the branch check, 2 with the committee, 3 a sudden case before its meeting."""
    walk(bureau, register(bureau, members["王建国"]), "branch_check")
    walk(bureau, register(bureau, members["刘长河"]), "committee_verify")
    walk(bureau, register(bureau, members["李秀英"], "sudden"), "meeting")


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    names: dict[str, dict[str, str]] = {"王建国": {}, "刘长河": {}, "李秀英": {}}
    return open_roadside(database, tmp_path, names, begun)


def reported(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """The committee has handed on one, the department has not looked at it."""
    walk(bureau, register(bureau, members["王建国"]), "department_review")


def test_the_day_of_receipt_is_offered_as_the_day_on_which_the_committee_reported(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    office = open_roadside(database, tmp_path, {"王建国": {}}, reported)
    office.app.config["CLOCK"] = lambda: NOW + timedelta(days=3)
    page = office.at("reviewer").get("/application/1")
    [form] = [f for f in forms_of(page) if f.action.endswith("/complete")]
    given = {name.rpartition("-")[2]: values for name, values in form.data().items()}
    handed_on = (NOW + timedelta(hours=8)).date().isoformat()
    assert given["received_on"] == [handed_on]
    assert given["reviewed_on"] == [(NOW + timedelta(days=3, hours=8)).date().isoformat()]
    monkeypatch.setattr("casework.step_dates.dues.find", lambda *_found: None)
    page = office.at("reviewer").get("/application/1")
    [form] = [f for f in forms_of(page) if f.action.endswith("/complete")]
    given = {name.rpartition("-")[2]: values for name, values in form.data().items()}
    assert given["received_on"] == [""], "not known: nothing is guessed"


def audited(office: Roadside, action: str) -> int:
    with office.session() as session:
        query = select(func.count()).select_from(AuditRecord).where(AuditRecord.action == action)
        return session.scalar(query) or 0


def test_an_application_of_another_branch_is_not_found(office: Roadside) -> None:
    for path in ("/application/1", "/register/fill/1", "/papers/form/1"):
        office.at("neighbour").get(path, status=404)
    office.at("clerk").get("/application/1")


def test_a_later_steps_form_belongs_to_the_applications_and_a_draft_to_registering(
    office: Roadside,
) -> None:
    lit = re.compile(r'<a[^>]*href="([^"]+)" aria-current="page"')
    assert lit.findall(office.at("clerk").get("/register/fill/1")) == ["/applications/"]
    office.at("secretary").press(
        "/application/1", "/return", **{"return-to_stage": "application", "return-reason": "补表"}
    )
    assert lit.findall(office.at("clerk").get("/register/fill/1")) == ["/register/"]


def test_a_screener_has_no_way_to_the_page_of_an_application(office: Roadside) -> None:
    office.at("screener").get("/application/1", status=403)
    office.at("screener").get("/applications/", status=403)


def test_r_4_6_4_the_forms_of_a_circulation_stay_open_with_what_was_typed(
    office: Roadside,
) -> None:
    desk, path = office.at("reviewer"), "/application/3"
    named = [i.value for i in form_to(desk.get(path), "/circulate").inputs if i.name == "named"]
    page = desk.refused(path, "/circulate", named=named[:1], reason="急需手术费")
    form = form_to(page, "/circulate")
    assert form.data()["named"] == named[:1]
    assert form.data()["reason"] == ["急需手术费"]
    desk.press(path, "/circulate", named=named, reason="急需手术费")
    typed = {
        "agrees": "yes",
        "signed_on": "2030-01-01",
        "opinion": "同意，尽快",
        "signer": named[1],
    }
    kept = form_to(desk.refused(path, "/paper", **typed), "/paper").data()
    assert {name: kept[name] for name in typed} == {n: [value] for n, value in typed.items()}
    page = desk.refused(path, "/return", **{"return-reason": "材料不全"})
    assert "请选择退回到哪个环节" in " ".join(said(page))
    assert "材料不全" in page


@pytest.mark.parametrize("verified", [True, False])
def test_r_4_2_1_a_typed_figure_stands_beside_that_of_the_worksheet_in_yuan(
    office: Roadside, verified: bool
) -> None:
    with office.session() as session:
        row = session.get_one(Application, 2)
        row.facts = {**row.facts, "income_year": "90000", "household_size": 3}
        assert row.member.household is not None
        for item in row.member.household.items:
            item.verified = verified
        session.commit()
    page = office.at("verifier").get("/application/2")
    note = page[page.index("不以原填数为准") :].split("</div>")[0]
    assert "家庭年可计算收入：原填 <del>90,000.00元</del> · 核算表 <b>1,200.00元</b>" in note
    assert "家庭人口：原填 <del>3</del> · 核算表 <b>2</b>" in note
    assert ("尚待另一人核实" in note) is not verified


def test_the_page_says_what_the_rules_find_with_clause_and_facts(office: Roadside) -> None:
    page = office.at("clerk").get("/application/1")
    assert "系统核对，供参考" in page
    assert "三无对象" in page
    assert "条款2.1.1" in page
    assert re.search(r"有劳动能力：<b>否</b>", page)
    assert "由党（工）委提供" in page, "who can give what is missing"


def test_who_may_not_take_the_next_step_reads_who_does(office: Roadside) -> None:
    page = office.at("clerk").get("/application/2")
    assert "由党（工）委办理：党（工）委组织委员" in page
    assert 'action="/application/2/complete"' not in page


def test_every_fault_stands_beside_its_field_and_what_was_typed_stays(office: Roadside) -> None:
    page = office.at("verifier").refused(
        "/application/2",
        "/complete",
        **{"complete-opinion": "情况属实", "complete-sealed_on": "2011-01-01"},
    )
    assert "请填写“核实方式”" in page
    assert "请填写“核实结论”" in page
    form = form_to(page, "/complete")
    assert next(one.value for one in form.inputs if one.name == "complete-opinion") == "情况属实"
    assert office.application(2).stage == "committee_verify"


def test_a_page_gone_stale_changes_nothing_and_keeps_what_was_typed(office: Roadside) -> None:
    first = form_to(office.at("secretary").get("/application/1"), "/return")
    office.at("secretary").press(
        "/application/1", "/return",
        **{"return-to_stage": "application", "return-reason": "缺少证明"},
    )  # fmt: skip
    typed = {"return-to_stage": "application", "return-reason": "再退一次"}
    answer = office.at("secretary").send(first, "/application/1", **typed)
    assert answer.status_code == 409
    assert "再退一次" in answer.text, "what was typed"
    assert "缺少证明" in answer.text, "what somebody else has done in the meantime"
    row = office.application(1)
    assert (row.status.value, row.stage) == ("returned", "application")


def test_a_return_needs_its_reason_and_tells_it_to_the_branch(office: Roadside) -> None:
    page = office.at("verifier").refused(
        "/application/2", "/return", **{"return-to_stage": "application"}
    )
    assert "理由" in page
    office.at("verifier").press(
        "/application/2", "/return",
        **{"return-to_stage": "application", "return-reason": "请补医院证明"},
    )  # fmt: skip
    said_above = "<p>请补医院证明</p>"
    for path in ("/application/2", "/register/fill/2"):
        page = office.at("clerk").get(path)
        assert said_above in page[: page.index("form-section") if "fill" in path else None], path
    assert said_above not in office.at("clerk").get("/application/1")
    assert said_above not in office.at("clerk").get("/register/fill/1")


def test_refusing_and_withdrawing_write_their_reason(office: Roadside) -> None:
    office.at("verifier").press("/application/2", "/refuse", **{"refuse-reason": "收入超过低保线"})
    office.at("clerk").press("/application/1", "/withdraw", **{"withdraw-reason": "本人不再申请"})
    assert office.application(2).status.value == "refused"
    assert office.application(1).status.value == "withdrawn"
    page = office.at("clerk").get("/application/1")
    assert "本人不再申请" in page
    assert "没有需要办理的事项" in page


def test_a_steps_form_asks_only_facts_that_matter(office: Roadside) -> None:
    """At the branch check the punishment matters only after illegal conduct; what rests on an
    earlier answer (priority relief on a special explanation) is not asked at all."""
    desk = office.at("secretary")
    path = "/application/1"
    shown = re.findall(r'data-fact="fact-([a-z_]+)"( hidden)?', desk.get(path))
    assert ("illegal_activity", "") in shown
    assert ("police_punished", " hidden") in shown
    assert "same_event_aided" not in dict(shown), "of a sudden event only"
    form = form_to(desk.get(path), "/complete")
    for typed, hidden in (("yes", []), ("no", ["police_punished"])):
        data = {**form.data(), "fact-illegal_activity": typed}
        answer = desk.browser.client.post(f"{path}/matter", data=data).json
        assert answer == {"hidden": hidden}
    page = desk.refused(path, "/complete", **{"fact-illegal_activity": "yes"})
    assert ("police_punished", "") in re.findall(r'data-fact="fact-([a-z_]+)"( hidden)?', page)
    asked = re.findall(r'data-fact="fact-([a-z_]+)"', office.at("verifier").get("/application/2"))
    assert asked == ["excl_org_unsuitable"], "no earlier grant, so no special explanation"


def test_a_fact_that_the_step_cannot_do_without_has_its_star_and_fields_follow(
    office: Roadside,
) -> None:
    desk, path = office.at("verifier"), "/application/2"
    page = desk.get(path)
    assert re.search(r'经组织认定不适合申请<span class="must"', page)
    form = form_to(page, "/complete")
    for conclusion, hidden in (("agree", False), ("disagree", True), ("", False)):
        data = {**form.data(), "complete-conclusion": conclusion, "complete-reported_on": ""}
        answer = desk.browser.client.post(f"{path}/matter", data=data).json
        assert answer is not None
        assert ("complete-reported_on" in answer["hidden"]) is hidden, conclusion


def test_the_page_leads_to_its_parts(office: Roadside) -> None:
    page = office.at("clerk").get("/application/1")
    part = page[page.index('aria-label="本页内容"') :].split("</nav>")[0]
    ids = re.findall(r'href="#([\w-]+)"', part)
    assert len(ids) > 6
    assert all(f'id="{one}"' in page for one in ids)


def test_a_form_of_a_step_that_is_over_says_so_alone_and_keeps_what_was_typed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two windows at one step: the later one must not be read as the form of the step after it."""
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))

    def reviewing(bureau: Bureau, members: Mapping[str, Member]) -> None:
        walk(bureau, register(bureau, members["李秀英"], "sudden"), "department_review")

    office = open_roadside(database, tmp_path, {"李秀英": {}}, reviewing)
    desk, path = office.at("reviewer"), "/application/1"
    first = form_to(desk.get(path), "/complete")
    typed = {"complete-conclusion": "agree", "complete-opinion": "拟同意"}
    desk.press(path, "/complete", **typed)
    before = office.application(1)
    answer = desk.send(first, path, **{**typed, "complete-opinion": "第二个窗口写的意见"})
    assert answer.status_code == 409
    assert len(said(answer.text)) == 1
    assert "没有保存，有1处需要处理" in said(answer.text)[0]
    assert "“2010-000001”刚被他人改动" in said(answer.text)[0]
    assert "opinion”" not in answer.text, "no name of the program"
    assert "第二个窗口写的意见" in answer.text, "what was typed"
    assert ">agree<" not in answer.text
    row = office.application(1)
    assert (row.stage, row.version) == (before.stage, before.version)


def test_who_entered_an_application_cannot_verify_it_and_reads_why(office: Roadside) -> None:
    with office.session() as session:
        user = session.query(User).filter_by(username="clerk").one()
        tree = session.get_one(Application, 2).org.parent
        assert tree is not None
        grant_role(session, user, "committee_verifier", tree)
        session.commit()
    page = office.at("clerk").get("/application/2")
    assert 'action="/application/2/complete"' not in page
    assert "录入" in page


def test_numbers_are_masked_and_each_look_is_recorded(office: Roadside) -> None:
    page = office.at("clerk").get("/application/1")
    with office.session() as session:
        number = session.get_one(Application, 1).member.id_number
    assert number is not None
    assert number not in page
    assert f"{number[:6]}********{number[-4:]}" in page
    desk = office.at("clerk")
    answer = desk.browser.post("/application/1/reveal/id_number")
    assert answer.json == {"value": number}
    assert audited(office, "look:reveal:id_number") == 1
    assert office.at("leader").browser.post("/application/1/reveal/id_number").status_code == 403


def signed_round(office: Roadside, path: str) -> None:
    """传签: sent round by the reviewer, signed by one leader on paper, by the other at his desk."""
    reviewer = office.at("reviewer")
    assert "/circulate" not in office.at("clerk").get(path)
    named = re.findall(r'name="named" value="(\d+)"', reviewer.get(path))
    assert len(named) == 2
    reviewer.press(path, "/circulate", named=named, reason="断炊")
    said_so = " ".join(said(reviewer.refused(path, "/paper")))
    for text in (
        "选择传签单上写的是同意",
        "签署日期",
        "传签单扫描件",
    ):  # all that is missing, at once
        assert text in said_so
    sheet = (BytesIO(b"%PDF-1.4 signed %%EOF"), "传签单.pdf")
    today = office.clock.now.date().isoformat()
    reviewer.press(path, "/paper", signer=named[0], agrees="yes", signed_on=today, file=sheet)
    assert "纸质签署" in reviewer.get(path)
    assert '/paper"' not in office.at("second_leader").get(path)
    assert "登记了您对" in office.at("leader").get("/inbox/")
    assert "紧急传签，请签署" in office.at("second_leader").get("/inbox/")
    office.at("second_leader").press(path, "/sign", agrees="yes")
    assert "已签完" in reviewer.get(path)
    assert "李秀英" in office.at("leader").get("/meetings/").split("尚待会议追认")[1]


def test_an_heirs_account_is_corrected_where_there_is_an_heir_and_the_page_says_why_not(
    office: Roadside,
) -> None:
    path = "/application/1/payee/account"
    page = office.at("clerk").get(path)
    assert "没有登记继承人" in page
    assert "继承人收款账户证明" not in page, "nobody to ask about"
    assert "None" not in page
    office.at("finance").get(path, status=403)
    office.at("neighbour").get(path, status=404)
    stale = office.at("clerk").browser.post(path, {"payee-method": "card"})
    assert stale.status_code == 422
    assert "没有登记继承人" in stale.text


def test_paying_first_is_offered_to_the_leader_of_a_sudden_case_only(office: Roadside) -> None:
    leader = office.at("leader")
    assert "/application/3/emergency" not in leader.get("/application/3"), "nobody has signed yet"
    signed_round(office, "/application/3")
    assert "/application/3/emergency" in leader.get("/application/3")
    assert "/application/3/emergency" not in office.at("reviewer").get("/application/3")
    leader.press(
        "/application/3", "/emergency",
        **{"emergency-authorised_by": "传签", "emergency-reason": "断炊", "emergency-amount": "1500"},
    )  # fmt: skip
    assert "待补手续" in leader.get("/application/3")


def test_paying_first_says_why_it_is_closed_before_the_departments_look(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    office = open_roadside(
        database,
        tmp_path,
        begun=lambda bureau, people: walk(
            bureau, register(bureau, *people.values(), "sudden"), "department_review"
        ),
    )
    page = office.at("leader").get("/application/1")
    assert "/application/1/emergency" not in page
    assert "区委组织部尚未审批" in page


def test_where_the_rules_refer_to_living_aid_the_page_says_so_and_opens_a_draft(
    office: Roadside,
) -> None:
    with office.session() as session:
        row = session.get_one(Application, 3)
        row.facts = {
            **row.facts,
            "sudden_major_accident": False,
            "cause_illness": True,
            "special_report": False,
        }
        assessments.show(row, assessments.assess_now(session, row))
        session.commit()
    seen = office.at("verifier").get("/application/3")
    assert "转列生活困难帮扶" in seen
    assert "因病致困的一般列入生活困难帮扶" in seen
    assert "登记：生活困难帮扶" not in seen, "the committee's verifier registers nothing"
    clerk = office.at("clerk")
    member = office.application(3).member_id
    clerk.press("/application/3", f"/register/{member}")
    with office.session() as session:
        made = session.scalars(select(Application).order_by(Application.id.desc())).first()
        assert made is not None
        assert (made.member_id, made.road, made.status) == (member, "living", "draft")
        number = made.number
    assert number in clerk.get("/application/3")


def upload(office: Roadside, who: str, number: int, content: bytes, name: str) -> tuple[int, str]:
    desk = office.at(who)
    answer = desk.browser.client.post(
        f"/attachment/of/{number}",
        data={
            "csrf_token": desk.browser.token(),
            "kind": "diagnosis",
            "copies": "1",
            "file": (BytesIO(content), name),
        },
    )
    return answer.status_code, answer.text


def test_a_scan_goes_in_and_out_unchanged_only_to_those_who_may(office: Roadside) -> None:
    status, _page = upload(office, "clerk", 1, SCAN, "诊断证明.pdf")
    assert status == 302
    with office.session() as session:
        number = session.scalars(select(Attachment.id).where(Attachment.kind == "diagnosis")).one()
    answer = office.at("verifier").browser.get(f"/attachment/{number}")
    assert answer.data == SCAN
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert audited(office, "look:attachment") == 1
    for path in (
        f"/attachment/{number}",
        f"/attachment/{number}/view",
        f"/attachment/{number}/inline",
    ):
        office.at("neighbour").get(path, status=404)
        office.at("screener").get(path, status=403)


def test_a_scan_is_looked_at_in_its_page_framed_by_this_site_only(office: Roadside) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(20) + b"IEND"
    upload(office, "clerk", 1, SCAN, "诊断证明.pdf")
    upload(office, "clerk", 1, picture, "照片.png")
    with office.session() as session:
        pdf, png = session.scalars(
            select(Attachment.id).where(Attachment.application_id == 1).order_by(Attachment.id)
        )
    desk = office.at("verifier")
    assert f'href="/attachment/{png}/view"' in desk.get("/application/1")
    page = desk.get(f"/attachment/{png}/view")
    assert f'<img src="/attachment/{png}/inline"' in page
    assert f'rel="next" href="/attachment/{pdf}/view"' in page
    assert 'rel="prev"' not in page
    assert f'<iframe src="/attachment/{pdf}/inline"' in desk.get(f"/attachment/{pdf}/view")
    assert audited(office, "look:attachment") == 0  # the frame is not the content
    for number, content, sealed in ((png, picture, True), (pdf, SCAN, False)):
        answer = desk.browser.get(f"/attachment/{number}/inline")
        assert answer.data == content
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'self'" in policy
        assert ("sandbox" in policy) is sealed
        assert answer.headers["Content-Disposition"].startswith("inline")
    assert audited(office, "look:attachment") == 2


def test_what_is_no_scan_is_refused_with_its_reason(office: Roadside) -> None:
    status, page = upload(office, "clerk", 1, b"<script>alert(1)</script>", "x.pdf")
    assert status == 422
    assert "x.pdf" in " ".join(said(page))
    assert '<option value="diagnosis" selected>' in page, "what was chosen stays"
    assert "不超过10 MB" in page


def test_what_the_form_lacks_of_the_register_leads_to_the_register(office: Roadside) -> None:
    said = "取自党员名册的内容，请在名册中填写"
    assert said not in office.at("clerk").get("/application/1")
    with office.session() as session, session.begin():
        session.get_one(Application, 1).member.phone = None
    page = office.at("clerk").get("/application/1")
    assert "请填写“联系电话（必填）”" in page
    edit = re.search(said + r'：\s*<a href="([^"]+)"', page)
    assert edit
    assert 'name="phone"' in office.at("clerk").get(edit[1].replace("&amp;", "&"))


def test_the_list_shows_only_applications_in_reach_and_narrows(office: Roadside) -> None:
    assert "王建国" in office.at("clerk").get("/applications/")
    assert "王建国" not in office.at("neighbour").get("/applications/")
    page = office.at("reviewer").get("/applications/?f_stage=committee_verify")
    assert "刘长河" in page
    assert "王建国" not in page
    assert "李秀英" in office.at("reviewer").get("/applications/?search=李秀")
    assert "李秀英" not in office.at("reviewer").get("/applications/?f_road=living")
    office.at("reviewer").get("/applications/?f_stage=no-such&f_year=abc&page=-1&search=%2500")


def test_the_first_page_counts_what_waits_for_each_role(office: Roadside) -> None:
    assert "支部审核" in office.at("secretary").get("/")
    assert "党（工）委核实" in office.at("verifier").get("/")
    assert "部长办公会" in office.at("reviewer").get("/")
    assert "现在没有待办事项" in office.at("finance").get("/")


def test_an_auditor_sees_everything_changes_nothing_and_leaves_a_trace(office: Roadside) -> None:
    page = office.at("auditor").get("/application/1")
    assert 'method="post" action="/application/' not in page
    assert audited(office, "look:inspection") == 1


def test_the_page_is_wholly_english_when_english_is_chosen(office: Roadside) -> None:
    desk = office.at("reviewer")
    desk.browser.post("/lang/en")
    page = desk.get("/application/3")
    assert "Checked by the system, for reference" in page
    assert "Sudden-accident relief" in page
    own = re.sub(r'<p lang="zh-CN">.*?</p>', " ", page)  # the paper is quoted as it was issued
    assert own != page
    words = re.sub(r"<script.*?</script>|<[^>]+>", " ", own)
    for word in ("系统核对", "办理期限", "突发事故救助", "条款"):
        assert word not in words


def test_the_sentence_of_the_paper_lies_behind_each_rule_and_due_date(office: Roadside) -> None:
    page = office.at("reviewer").get("/application/3")
    assert "遭受突发性重大事故,生命和财产安全受到重大损失" in page
    dues = page.split('id="dues"')[1].split("</section>")[0]
    assert "区委组织部将在3日内作出批复。" in dues


def test_what_paying_first_leaves_open_is_listed_until_it_is_done(office: Roadside) -> None:
    leader = office.at("leader")
    signed_round(office, "/application/3")
    leader.press(
        "/application/3", "/emergency",
        **{"emergency-authorised_by": "传签", "emergency-reason": "断炊", "emergency-amount": "1500"},
    )  # fmt: skip
    page = leader.get("/application/3")
    for what in ("补办部长办公会研究", "补办公示", "补办程序筛查"):
        assert what in page
    assert "李秀英" in office.at("finance").get("/transfers/"), "the money may go before its turn"


def test_the_payee_of_a_living_member_is_the_member(office: Roadside) -> None:
    path = "/application/1/payee"
    page = office.at("clerk").refused(
        path, "", **{"payee-name": "张三", "payee-kinship": "邻居", "payee-method": "cash"}
    )
    assert "张三" in page
    office.at("clerk").press(path, "", **{"payee-name": "", "payee-method": "cash"})
    assert office.application(1).payee_name is None
    office.at("verifier").get(path, status=403)
