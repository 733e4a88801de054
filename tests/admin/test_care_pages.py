"""The register, checks, pairs and yearly reports at the screen, by the roles that own them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from models import Application, CheckPlan, HelpingPair, Measure, Visit
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside
from tests.casework.bureau import Bureau, register, walk
from tests.conftest import Database

REPORTS = (
    *("ledger", "funds", "deadlines", "notices", "findings", "pairs", "scorecard", "inspection"),
)


def begun(bureau: Bureau, members: object) -> None:
    assert isinstance(members, dict)
    walk(bureau, register(bureau, members["王建国"]), "notice")


@pytest.fixture
def roadside(database: Database, tmp_path: Path) -> Roadside:
    people = {"王建国": {}, "李能手": {"can_help_skills": "大棚种植"}}
    return open_roadside(database, tmp_path, people, begun)


def test_r_6_1_the_branch_enters_a_member_keeps_the_file_and_lets_him_leave(
    roadside: Roadside,
) -> None:
    desk, member = roadside.at("clerk"), roadside.members["王建国"]
    path = f"/hardship/{member}"
    assert "1名党员今年提出了申请，但未列入档案" in desk.get("/hardship/")
    page = desk.refused(path, "/join", join_reason="", situation="", joined_on="昨天")
    assert "“昨天”不是日期" in page
    assert "请从列出的原因中选择一项。" in page
    assert "请写明困难情况。" in page
    desk.press(path, "/join", join_reason="illness", situation="常年患病", needs="销路")
    assert "常年患病" in desk.get("/hardship/")
    page = desk.get(path)
    assert "因病致困" in page
    with roadside.session() as session:
        number = session.scalars(select(Application.number)).one()
    assert number in page, "his application stands in the file"
    entry = form_to(page, "/leave").action.split("/")[-2]
    desk.press(path, f"/entries/{entry}", situation="手术后好转", needs="")
    assert "手术后好转" in desk.get(path)
    assert "常年患病" in desk.get(path), "the older words stay in the history"
    desk.press(path, "/leave", leave_reason="improved", leave_words="子女就业")
    assert "子女就业" in desk.get(path)
    assert "王建国" in desk.get("/hardship/?show=left")


def test_the_file_is_closed_to_other_branches_and_read_only_above(roadside: Roadside) -> None:
    path = f"/hardship/{roadside.members['王建国']}"
    roadside.at("neighbour").get(path, 404)
    roadside.at("finance").get(path, 403)
    assert "/join" not in roadside.at("reviewer").get(path)


def test_r_4_7_a_sample_is_drawn_visited_and_what_follows_is_ordered_by_another(
    roadside: Roadside,
) -> None:
    auditor, leader = roadside.at("auditor"), roadside.at("leader")
    page = auditor.refused("/checks/new", "", title="", share="0", large_from="many")
    assert "请填写核查名称。" in page
    assert "不是金额" in page
    assert "各党（工）委抽查比例应为1至100的整数。" in page, (
        "what the page reads and the verb finds: at once"
    )
    page = auditor.refused(
        "/checks/new", "", title="抽查", share="0", large_share="x", at_least="x", year="二〇一〇"
    )
    for said in ("各党（工）委抽查比例", "大额抽查比例", "各党（工）委最少人数", "不能作为年份"):
        assert said in page
    assert "没有可以抽查的" not in page, "of a year that was not read nothing else is said"
    answer = auditor.press("/checks/new", "", title="抽查", seed="7", share="100")
    plan = answer.headers["Location"]
    page = auditor.get(plan)
    assert "重新抽取，结果一致" in page
    rows = list(csv.reader(io.StringIO(auditor.get(f"{plan}/list.csv"))))
    assert [len(rows), rows[1][4]] == [2, "1"]
    with roadside.session() as session:
        application = session.scalars(select(Application)).one()
        item = session.scalars(select(CheckPlan)).one().items[0].id
    path = f"/checks/applications/{application.id}/visit?item={item}"
    case = f"/application/{application.id}"
    assert "还没有核查记录。" in auditor.get(case)
    assert 'id="visits"' not in roadside.at("verifier").get(case), "nothing to see, nothing to do"
    page = auditor.refused(path, "", finding="fraud", fraud_by="", visited_on="昨天")
    assert "“昨天”不是日期" in page
    assert "查实骗取的，请写明是谁骗取。" in page
    given = {"way": "home", "visitors": "周检", "finding": "fraud", "fraud_by": "member"}
    where = auditor.press(path, "", **given).headers["Location"]
    assert f'href="{where}"' in roadside.at("verifier").get(case)
    assert "/measures/" not in auditor.get(where), "who found it orders nothing"
    page = leader.get(where)
    assert "通报批评" in page
    measure = form_to(page, "/measures/1").action
    leader.press(where, measure, document="组通〔2010〕9号")
    page = leader.get(where)
    assert "组通〔2010〕9号" in page
    [circular] = re.findall(r'href="(/papers/measure/\d+/circular\.html)"', page)
    assert "骗取帮扶资金的情况" in leader.get(circular)
    assert "/papers/measure/" not in auditor.get(where), "the department issues it"
    assert "抽查" not in roadside.at("verifier").get("/checks/"), "not told who is checked"
    assert "王建国" in roadside.at("verifier").get("/checks/"), "but what was found"
    with roadside.session() as session:
        assert session.scalars(select(Visit)).one().item_id == item
        assert {one.state.value for one in session.scalars(select(Measure))} == {"open", "done"}


def test_r_6_2_a_pair_is_warned_of_met_and_ended_with_a_result(roadside: Roadside) -> None:
    desk = roadside.at("clerk")
    helper, helped = roadside.members["李能手"], roadside.members["王建国"]
    with roadside.session() as session:
        branch = session.scalars(select(Application)).one().org_id
    assert "大棚种植" in desk.get("/pair-matches/")
    page = desk.refused("/pairs/new/", "", helper="", helped="", org="", start_on="")
    assert page.count("“帮扶人”没有填写") == 2, "at the top and beside the field"
    assert "帮扶人</a>：“帮扶人”" not in page, "the name of the field is said once"
    desk.press(
        "/pairs/new/",
        "",
        helper=helper,
        helped=helped,
        org=branch,
        start_on="2010-12-01",
        need="销路",
    )
    with roadside.session() as session:
        number = session.scalars(select(HelpingPair.id)).one()
    path = f"/pairs/details/?id={number}"
    page = desk.get(path)
    assert "受帮扶党员没有劳动能力" in page
    assert "尚不清楚：受帮扶党员没有劳动能力" not in page, "it is known"
    with roadside.session() as session, session.begin():
        pair = session.get_one(HelpingPair, number)
        pair.warnings = [{**one, "known": False} for one in pair.warnings or ()]
    assert "尚不清楚：受帮扶党员没有劳动能力" in desk.get(path), "not said as a fact"
    desk.press(path, "/pairs/contact/", way="training", words="讲解育苗")
    assert "讲解育苗" in desk.get(path)
    end = f"/pairs/end/?id={number}"
    desk.press(end, "", on="2010-12-03", reason="到期", result="income_up", result_words="增收")
    assert "收入增加 · 增收" in desk.get(path)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_yearly_report_opens_prints_and_exports(roadside: Roadside, lang: str) -> None:
    for name in ("auditor", "reviewer", "committee_clerk"):
        desk = roadside.at(name)
        desk.browser.client.set_cookie("lang", lang)
        desk.get("/reports/")
        paper = desk.get("/reports/paper?year=2010")
        assert paper.count("report-part") == 6
        for report in REPORTS:
            page = desk.get(f"/reports/{report}?year=2010")
            assert "data-print" in page
            assert desk.get(f"/reports/{report}.csv?year=2010")
    roadside.at("reviewer").get("/reports/nothing", 404)
    roadside.at("officer").get("/reports/ledger", 404)  # figures without names only
    assert "王建国" in roadside.at("auditor").get("/reports/ledger?year=2010")
