"""The form of an application: made from the policy's facts, kept as typed, checked all at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from admin.forms import worksheet
from admin.forms.facts import raw_value
from engine import Policy, load
from models import Member, TypedPage
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside, said
from tests.admin.test_both_versions import rows_of
from tests.casework.bureau import LICHENG, Bureau, register
from tests.conftest import Database

FILL = "/register/fill/1"


def begun(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """1 a living draft without facts, 2 a sudden one."""
    register(bureau, members["王建国"], facts={})
    register(bureau, members["李秀英"], "sudden", facts={})


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}, "李秀英": {}}, begun)


def value(page: str, name: str) -> str:
    """What stands in a control, for radios the ticked one."""
    form = form_to(page, "")
    return next(
        (
            one.value
            for one in form.inputs
            if one.name == name and (one.kind != "radio" or one.checked)
        ),
        "",
    )


def test_every_fact_of_the_branch_is_on_the_form_in_its_section_and_order(office: Roadside) -> None:
    page = office.at("clerk").get(FILL)
    policy = load(LICHENG)
    found = re.findall(r'name="fact-([a-z_]+)"', page)
    shown = list(dict.fromkeys(found))
    by_section = sorted(shown, key=lambda name: order(policy, name))
    assert shown == by_section
    assert "has_labor_capacity" in shown
    assert "excl_org_unsuitable" not in shown, "asked at the committee"
    for section in ("困难情况", "不列入的情形", "家庭情况核算表"):
        assert section in page


def order(policy: Policy, name: str) -> tuple[int, int]:
    """Section, then place in the file."""
    section = policy.facts[name].section or ""
    return list(policy.sections).index(section), list(policy.facts).index(name)


def test_what_the_office_knows_is_shown_and_not_asked(office: Roadside) -> None:
    page = office.at("clerk").get(FILL)
    assert "取自档案" in page
    for name in ("member_status", "hukou", "household_size", "prev_aid_type", "apply_type"):
        assert f'name="fact-{name}"' not in page
    assert "正式党员" in page


def test_a_fact_without_an_answer_stays_unknown_and_is_never_taken_for_no(office: Roadside) -> None:
    desk = office.at("clerk")
    assert value(desk.get(FILL), "fact-cause_illness") == ""
    desk.draft(FILL, **{"fact-has_labor_capacity": "no"})
    facts = office.application(1).facts
    assert facts["has_labor_capacity"] is False
    assert "cause_illness" not in facts


def test_a_ticked_answer_can_be_taken_back_to_unknown(office: Roadside) -> None:
    desk = office.at("clerk")
    desk.draft(FILL, **{"fact-has_labor_capacity": "no"})
    desk.draft(FILL, **{"fact-has_labor_capacity": ""})
    assert "has_labor_capacity" not in office.application(1).facts


def test_facts_that_do_not_matter_are_hidden_and_appear_with_the_answer(office: Roadside) -> None:
    page = office.at("clerk").get(FILL)
    assert re.search(r'data-fact="fact-sudden_major_accident"[^>]* hidden', page)
    assert not re.search(r'data-fact="fact-has_labor_capacity"[^>]* hidden', page)
    desk = office.at("clerk")
    form = form_to(desk.get("/register/fill/2"), "")
    data = {**form.data(), "fact-sudden_major_illness": "no"}
    answer = desk.browser.client.post("/register/fill/2/check", data=data).json
    assert answer is not None
    assert "has_social_security" in answer["hidden"]
    data["fact-sudden_major_illness"] = "yes"
    answer = desk.browser.client.post("/register/fill/2/check", data=data).json
    assert answer is not None
    assert "has_social_security" not in answer["hidden"]


def test_the_check_beside_the_form_follows_what_is_typed_and_keeps_nothing(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    before = office.application(1).version
    data = form_to(desk.get(FILL), "").data()
    typed = {**data, **{f"fact-{name}": "no" for name in (
        "has_labor_capacity", "has_income_source", "has_statutory_supporter",
    )}}  # fmt: skip
    answer = desk.browser.client.post(f"{FILL}/check", data=typed).json
    assert answer is not None
    assert "三无对象" in answer["html"]
    assert office.application(1).version == before


def checked(office: Roadside, **typed: str) -> dict[str, Any]:
    """What is said beside the form of 1 with these values typed, nothing saved."""
    desk = office.at("clerk")
    data = {**form_to(desk.get(FILL), "").data(), **typed}
    answer = desk.browser.client.post(f"{FILL}/check", data=data).json
    assert answer is not None
    return dict(answer)


ILL = {
    **{f"fact-{name}": "no" for name in (
        "cause_disaster", "cause_accident", "other_special_claimed", "excl_subjective_cause",
        "illegal_activity", "has_income_source", "has_statutory_supporter",
    )},
    "fact-cause_illness": "yes", "fact-has_labor_capacity": "yes",
}  # fmt: skip
PROMISE, ONCE_VERIFIED = "若其余情况无碍", "若核算表照此核实、其余情况无碍"


def test_what_holds_what_it_would_give_and_the_papers_stand_beside_the_form(
    office: Roadside,
) -> None:
    html = checked(office, **ILL)["html"]
    assert "情况不全" in html, "the committee has not spoken: nothing is settled"
    assert re.search(r"成立：2\.1\.2 重病", html)
    assert re.search(PROMISE + r"：.*600\.00元", html, re.S)
    assert re.search(r"还缺材料：.*医院诊断证明", html, re.S)
    assert html.index("医院诊断证明") < html.index("经组织认定不适合申请")
    for open_or_against in ({"fact-cause_illness": ""}, {"fact-excl_subjective_cause": "yes"}):
        html = checked(office, **{**ILL, **open_or_against})["html"]
        assert PROMISE not in html
        assert "600.00" not in html


def test_the_worksheet_as_typed_counts_beside_the_form_as_saving_it_would(
    office: Roadside,
) -> None:
    without_items(office, size=None)
    answer = checked(office, **ILL, **{"fact-income_year": "6000", "household-size": "4"})
    assert answer["known"]["household_size"] == ["4", True, ""]
    assert f"{PROMISE}：" in answer["html"]
    for size in ("四", "31", ""):
        answer = checked(office, **ILL, **{"fact-income_year": "6000", "household-size": size})
        assert answer["known"]["household_size"][1] is False, size
        assert "600.00" not in answer["html"], size
    row = {"item-0-kind": "income", "item-0-label": "打工", "item-0-yuan": "6000"}
    answer = checked(office, **ILL, **row, **{"household-size": "4"})
    assert answer["known"]["income_year"][1:] == [False, "第1行经他人核实后才计入。"]
    assert "income_year" in answer["hidden"], "the worksheet gives it now"
    assert ONCE_VERIFIED in answer["html"]
    assert "成立：2.1.2" not in answer["html"].replace("将成立", ""), "not before it is verified"
    for wrong in ({"item-0-yuan": "六千"}, {"item-0-label": ""}):
        answer = checked(office, **ILL, **{**row, **wrong}, **{"household-size": "4"})
        assert "600.00" not in answer["html"], "a row that cannot be read promises nothing"
    with office.session() as session:
        member = session.get_one(Member, office.members["王建国"])
        assert member.household is not None
        assert (member.household.size, member.household.items) == (None, [])
    assert office.application(1).facts == {"apply_type": "living"}


def test_a_cost_that_cannot_be_read_is_unknown_and_not_nothing(office: Roadside) -> None:
    data = form_to(office.at("clerk").get(FILL), "").data()
    high = {"item-0-yuan": str(data["item-0-yuan"])}
    cost = {"item-1-kind": "medical_cost", "item-1-label": "药费", "item-1-yuan": "五百"}
    answer = checked(office, **ILL, **high, **cost)
    assert answer["known"]["income_year"][1] is False
    assert "600.00" not in answer["html"]


def test_after_a_refusal_the_panel_is_of_what_was_typed(office: Roadside) -> None:
    without_items(office, size=None)
    row = {"item-0-kind": "income", "item-0-label": "打工", "item-0-yuan": "六千"}
    page = office.at("clerk").refused(
        FILL, "", submit="yes", **ILL, **row, **{"household-size": "4"}
    )
    panel = page[page.index("data-live-answer") :]
    missing = re.findall(r"<li>([^<]+?) ?<", panel[panel.index("才能判定") :].split("</ul>")[0])
    assert [one.strip() for one in missing] == ["家庭年可计算收入", "经组织认定不适合申请"]


def test_a_field_that_nothing_typed_demands_is_put_away_until_it_is(office: Roadside) -> None:
    waits = re.compile(r'data-fact="record-(\w+)"( hidden)? data-waits')
    page = office.at("clerk").get(FILL)
    assert waits.findall(page) == [("applicant_name", ""), ("kinship", "")], (
        "put away by the script, so that without one all are there"
    )
    assert "record-kinship" in checked(office)["hidden"]
    assert "record-kinship" not in checked(office, **{"record-applicant": "family"})["hidden"]
    assert "record-kinship" not in checked(office, **{"record-kinship": "长子"})["hidden"], (
        "what was typed stays in sight"
    )
    assert not waits.findall(office.at("clerk").draft(FILL, **{"record-applicant": "family"}))


def test_an_amount_that_a_later_step_sets_is_not_called_filled_in(office: Roadside) -> None:
    desk = office.at("clerk")
    assert "拟救助金额" not in desk.get(FILL), "no step proposes one on this road"
    assert re.search(r"拟救助金额</dt><dd[^>]*>填于：支部审核", desk.get("/register/fill/2"))


def test_handing_in_says_every_fault_at_once_beside_the_fields(office: Roadside) -> None:
    before = office.application(1).version
    page = office.at("clerk").refused(
        FILL,
        "",
        submit="yes",
        **{
            "household-size": "many",
            "item-7-kind": "income",
            "item-7-label": "打工",
            "item-7-yuan": "12,00x",
            "record-applied_on": "",
            "record-applicant": "",
        },
    )
    assert "“many”不是人数" in page
    assert "“12,00x”不是金额" in page
    assert "请填写“申请人”" in page
    assert value(page, "household-size") == "many"
    assert "12,00x" in page
    row = office.application(1)
    assert (row.status.value, row.version) == ("draft", before)


def test_a_draft_with_a_faulty_row_is_shown_again_as_it_was_typed(office: Roadside) -> None:
    desk = office.at("clerk")
    form = form_to(desk.get(FILL), "")
    typed = {
        **form.data(),
        "draft": "yes",
        "fact-has_labor_capacity": "no",
        "item-7-kind": "income",
        "item-7-label": "打工",
        "item-7-yuan": "不少",
    }
    answer = desk.browser.client.post(FILL, data=typed)
    assert answer.status_code == 200
    assert "不少" in answer.text
    assert "“不少”不是金额" in answer.text
    assert office.application(1).facts["has_labor_capacity"] is False, "what can be used is kept"


def test_a_page_gone_stale_is_refused_with_both_versions_at_hand(office: Roadside) -> None:
    desk = office.at("clerk")
    old = form_to(desk.get(FILL), "")
    desk.draft(FILL, **{"fact-cause_illness": "yes"})
    answer = desk.send(old, FILL, draft="yes", **{"fact-cause_illness": "no"})
    assert answer.status_code == 409
    rows = rows_of(answer.text)
    assert rows == {"本人或家庭遭遇重病": ("是", "否")}, "only what differs, stored and typed"
    assert value(answer.text, "fact-cause_illness") == "no", "what was typed stays"
    assert "打开现在已保存的内容" in answer.text
    assert "请刷新" not in answer.text
    assert office.application(1).facts["cause_illness"] is True
    again = desk.send(form_to(answer.text, ""), FILL, draft="yes")
    assert again.status_code == 302, "having seen both, saving once more is meant"
    assert office.application(1).facts["cause_illness"] is False


def test_what_is_typed_and_not_saved_is_kept_sealed_for_that_person_alone(office: Roadside) -> None:
    desk = office.at("clerk")
    before = office.application(1)
    form = form_to(desk.get(FILL), "")
    typed = {"fact-cause_illness": "yes", "item-0-kind": "income", "item-0-label": "打零工"}
    answer = desk.send(form, f"{FILL}/typed", **typed)
    local = office.clock().astimezone(ZoneInfo(office.app.config["TIMEZONE"]))
    assert answer.get_json()["saved"] == f"{local:%H:%M}已替您暂存，尚未保存"
    after = office.application(1)
    assert (after.facts, after.version) == (before.facts, before.version)
    with office.session() as session:
        row = session.scalars(select(TypedPage)).one()
        assert "打零工" in (row.content or "")
        assert "打零工".encode() not in row.content_sealed
        assert "csrf_token" not in (row.content or "")
    assert "尚未保存" not in office.at("secretary").get(FILL), "nobody else is told"
    assert "接着填写" in desk.get(FILL)
    page = desk.get(f"{FILL}?typed=yes")
    assert value(page, "fact-cause_illness") == "yes"
    assert "打零工" in page
    office.at("neighbour").get(f"{FILL}?typed=yes", status=404)
    assert desk.send(form_to(page, ""), FILL, draft="yes").status_code == 302
    assert office.application(1).facts["cause_illness"] is True
    assert "接着填写" not in desk.get(FILL), "saved, so nothing is left over"


def test_the_history_says_what_each_saving_changed(office: Roadside) -> None:
    desk = office.at("clerk")
    desk.draft(FILL, **{"fact-cause_illness": "yes"})
    desk.draft(FILL, **{"fact-cause_illness": "no"})
    page = re.sub(r"<[^>]+>|\s+", " ", desk.get("/application/1").split('id="history"')[1])
    assert re.search(r"本人或家庭遭遇重病\s+原为\s+是\s+→\s+改为\s+否", page), page
    assert re.search(r"本人或家庭遭遇重病\s+原为\s+不详\s+→\s+改为\s+是", page)


def test_saved_answers_go_back_and_notes_stay_on_the_page(office: Roadside) -> None:
    desk = office.at("clerk")
    desk.draft(FILL, **{"fact-has_labor_capacity": "no", "fact-cause_illness": "yes"})
    page = desk.get("/application/1")
    form = form_to(page, "/put-back")
    boxes = [one.value for one in form.inputs if one.name == "field"]
    assert boxes == ["fact.has_labor_capacity", "fact.cause_illness"]
    assert "请先勾选" in desk.refused("/application/1", "/put-back")
    desk.press("/application/1", "/put-back", field="fact.cause_illness")
    facts = office.application(1).facts
    assert facts["has_labor_capacity"] is False
    assert "cause_illness" not in facts
    assert "恢复到以前的版本" in desk.get("/application/1")
    assert 'action="/application/1/put-back"' not in office.at("reviewer").get("/application/1")

    long = "x" * 2001
    assert long in desk.refused("/application/1", "/notes", text=long), "what was typed stays"
    desk.press("/application/1", "/notes", text="本人住院 <b>")
    assert "本人住院 &lt;b&gt;" in office.at("verifier").get("/application/1")
    assert "/notes/1/withdraw" not in office.at("verifier").get("/application/1")
    answer = desk.send(
        form_to(desk.get("/application/1"), "/notes/1/withdraw"), "/application/1", reason="写错了"
    )
    assert answer.status_code == 302
    page = office.at("verifier").get("/application/1")
    assert "<del>本人住院 &lt;b&gt;</del>" in page
    assert "写错了" in page
    neighbour = office.at("neighbour").browser
    assert neighbour.post("/application/1/notes/1/withdraw").status_code == 404
    assert neighbour.post("/application/1/notes").status_code == 404


def test_what_was_typed_can_be_forgotten_and_too_much_is_not_kept(office: Roadside) -> None:
    desk = office.at("clerk")
    form = form_to(desk.get(FILL), "")
    desk.send(form, f"{FILL}/typed", **{"fact-cause_illness": "yes"})
    desk.send(form_to(desk.get(FILL), "/typed/drop"), f"{FILL}/typed/drop")
    assert "接着填写" not in desk.get(FILL)
    answer = desk.send(form, f"{FILL}/typed", **{"item-0-label": "长" * 200_001})
    assert answer.status_code == 422
    assert "不能自动保存" in answer.get_json()["error"]


def test_the_paper_form_is_filled_in_only_after_the_stage_that_issues_it(office: Roadside) -> None:
    living, sudden = (office.at("clerk").get(f"/register/fill/{n}") for n in (1, 2))
    assert "form-hardship_statement" not in living
    assert "“支部民主评议”之后发放并填写申请表" in living
    assert "form-loss_statement" in sudden


def test_a_yearly_amount_on_the_worksheet_is_kept_and_loses_its_verification(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    page = desk.get(FILL)
    assert "已核实" in page
    name = next(n for n in form_to(page, "").data() if n.endswith("-yuan"))
    desk.draft(FILL, **{name: "1,300.50"})
    page = desk.get(FILL)
    assert value(page, name) == "1300.50"
    assert "已核实" not in page


@pytest.mark.parametrize(
    ("kind", "text", "raw"),
    [
        ("has_labor_capacity", "yes", True),
        ("has_labor_capacity", "", None),
        ("household_size", " 3 ", 3),
        ("household_size", "three", "three"),
        ("income_year", "12，000.5", "12000.5"),
        ("apply_date", "2010-13-01", "2010-13-01"),
    ],
)
def test_a_typed_text_becomes_a_raw_value_or_stays_as_it_is(
    kind: str, text: str, raw: object
) -> None:
    assert raw_value(load(LICHENG).facts[kind], text) == raw


def test_a_worksheet_survives_being_kept_with_a_draft() -> None:
    sheet, _rows = worksheet.read(
        {
            "household-size": "x",
            "item-0-label": "养老金",
            "item-0-yuan": "一千",
            "item-3-kind": "income",
        }
    )
    again = worksheet.from_json(worksheet.as_json(sheet))
    assert not worksheet.changed(sheet, again)
    assert {fault.code for fault in again.faults} == {"worksheet_size", "worksheet_money"}
    assert len(again.items) == 1, "a row with nothing in it is no row"


def test_a_draft_keeps_everything_that_was_typed_until_it_can_be_used(office: Roadside) -> None:
    desk = office.at("clerk")
    desk.draft(
        FILL,
        **{
            "record-applicant": "family",
            "record-kinship": "儿子",
            "fact-cause_illness": "yes",
            "item-7-kind": "income",
            "item-7-label": "打工",
            "item-7-yuan": "不少",
        },
    )
    page = desk.get(FILL)
    assert value(page, "record-applicant") == "family"
    assert value(page, "record-kinship") == "儿子"
    assert "“不少”不是金额" in page, "shown again with its fault"
    kept = office.application(1)
    assert kept.facts["cause_illness"] is True
    desk.draft(
        FILL, **{name: "800" for name in form_to(page, "").data() if value(page, name) == "不少"}
    )
    assert "不少" not in desk.get(FILL)
    assert "800" in desk.get(FILL)


def without_items(office: Roadside, size: int | None = 2) -> None:
    """The worksheet of the first member says nothing of any income."""
    with office.session() as session:
        member = session.get_one(Member, office.members["王建国"])
        assert member.household is not None
        member.household.size, member.household.items = size, []
        session.commit()


def test_a_fact_out_of_its_range_stays_on_the_draft_with_its_fault(office: Roadside) -> None:
    """An income is typed for a member whose worksheet says nothing."""
    without_items(office)
    desk = office.at("clerk")
    page = desk.draft(FILL, **{"fact-income_year": "2000000000"})
    assert value(page, "fact-income_year") == "2000000000"
    assert any("1000000000" in one and "income_year" not in one for one in said(page)), (
        "the label of the fact, never its key"
    )
    assert "income_year" not in office.application(1).facts
    assert value(desk.get(FILL), "fact-income_year") == "2000000000"


def test_the_worksheet_is_the_source_and_what_is_typed_otherwise_is_a_fault_with_both_figures(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    page = desk.get(FILL)
    assert re.findall(r'data-from-sheet="(\w+)"', page) == ["household_size", "income_year"]
    assert "由下面的核算表得出" in page
    assert 'name="fact-income_year"' not in page
    without_items(office, size=None)
    stale = form_to(desk.get(FILL), "")
    names = set(stale.data())
    assert "household-size" in names
    assert "fact-household_size" not in names, "the size is asked once, on the worksheet"
    assert "fact-income_year" in names, "without rows it may be typed"
    row = {"item-0-kind": "income", "item-0-label": "打工", "item-0-yuan": "14400"}
    page = desk.draft(FILL, **row, **{"fact-income_year": "100", "household-size": "3"})
    both = "填的是100，家庭情况核算表上是14400，两者不一致"
    assert any(both in one for one in said(page)), said(page)
    assert value(page, "fact-income_year") == "100", "nothing typed is lost"
    assert "income_year" not in office.application(1).facts
    record = {"record-applicant": "member"}
    refused = desk.refused(FILL, "", submit="yes", **record)
    assert both in refused
    page = desk.draft(FILL, **{"fact-income_year": ""})
    assert 'name="fact-income_year"' not in page
    assert "第1行经他人核实后才计入" in page
    answer = desk.send(stale, FILL, draft="yes", **{"fact-income_year": "100"})
    assert answer.status_code == 409
    assert both in answer.text, "an old page is held against the worksheet too"


def test_an_itemised_box_is_filled_by_the_worksheet_or_written_with_nothing_as_wu(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    second = "/register/fill/2"
    assert 'name="form-income_source"' not in desk.get(second)
    assert re.search(r"家庭收入来源及金额</dt><dd>[^<]*1200元/年", desk.get(second))
    with office.session() as session:
        member = session.get_one(Member, office.members["李秀英"])
        assert member.household is not None
        member.household.items = []
        session.commit()
    page = desk.get(second)
    assert "没有收入的写“无”" in page
    assert re.search(r"请填写“家庭收入来源及金额”：没有收入的写“无”", desk.get("/application/2"))
    desk.draft(second, **{"form-income_source": "无"})
    assert office.application(2).form["income_source"] == "无"
    assert "请填写“家庭收入来源及金额”" not in desk.get("/application/2")
