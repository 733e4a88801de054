"""The page of figures: who opens it, that it shows only what is in reach, charts with their tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from casework import endings
from models import CaseStatus, Member
from tests.admin.roadside import Roadside, open_roadside
from tests.admin.test_pages import outline
from tests.casework.bureau import Bureau, applicant, later, register, walk
from tests.conftest import Database

OTHER = "柳河镇党委"
READERS = ["committee_clerk", "verifier", "reviewer", "leader", "finance", "officer", "auditor"]


def begun(bureau: Bureau, _members: Mapping[str, Member]) -> None:
    """Three of ours under way, one of them returned; two of the neighbours'."""
    walk(bureau, register(bureau), "decision")
    walk(bureau, register(bureau, road="sudden"), "department_review")
    made = walk(bureau, register(bureau), "committee_verify")
    endings.send_back(
        bureau.session,
        made,
        "application",
        "缺少低保证明",
        by=bureau["verifier"],
        at=later(1),
        expected_version=made.version,
    )
    for stage in ("filing", "screening"):
        member = applicant(bureau, bureau.tree.other_branch)
        strange = register(bureau, member, by="neighbour")
        strange.stage, strange.status = stage, CaseStatus.OPEN
    bureau.session.flush()


@pytest.fixture
def roadside(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, begun=begun)


def card(page: str, key: str) -> str:
    """One figure of the page."""
    found = re.search(rf'aria-labelledby="{key}-head">(.*?)</section>', page, re.S)
    assert found, key
    return found[1]


def table(page: str, key: str) -> list[list[str]]:
    """The body of a figure's table."""
    body = re.search(r"<tbody>(.*?)</tbody>", card(page, key), re.S)
    assert body, key
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.S)
    ]


def test_only_who_reads_reports_opens_the_figures(roadside: Roadside) -> None:
    for name in READERS:
        page = roadside.at(name).get("/figures/")
        assert 'href="/figures/"' in page
    for name in ("clerk", "secretary", "screener", "administrator"):
        assert roadside.at(name).browser.get("/figures/").status_code == 403
        assert 'href="/figures/"' not in roadside.at(name).get("/")


def test_a_committee_sees_itself_and_the_department_everything(roadside: Roadside) -> None:
    own = table(roadside.at("verifier").get("/figures/"), "stages")
    every = table(roadside.at("leader").get("/figures/"), "stages")
    assert [(row[0], row[-1]) for row in own] == [
        ("个人申请", "1"),
        ("区委组织部复核", "1"),
        ("审批（批复）", "1"),
    ]
    assert [(row[0], row[-1]) for row in every][-2:] == [("备案", "1"), ("程序筛查", "1")]
    assert OTHER not in roadside.at("verifier").get("/figures/")
    assert OTHER in roadside.at("leader").get("/figures/")


def test_a_chart_says_what_its_table_says(roadside: Roadside) -> None:
    page = roadside.at("leader").get("/figures/")
    said = re.search(r'<desc id="stages-desc">(.*?)</desc>', page)
    assert said
    rows = table(page, "stages")
    assert said[1].split("; ") == [f"{row[0]}: {row[-1]}" for row in rows]
    assert re.search(r"<tfoot>.*?合计.*?<td class=\"num\">5</td>", card(page, "stages"), re.S)


def test_the_filter_narrows_by_year_road_and_committee(roadside: Roadside) -> None:
    desk = roadside.at("reviewer")
    page = desk.get("/figures/?road=sudden")
    assert [row[0] for row in table(page, "stages")] == ["区委组织部复核"]
    unit = re.search(rf'<option value="(\d+)">{OTHER}', page)
    assert unit
    page = desk.get(f"/figures/?unit={unit[1]}")
    assert [row[0] for row in table(page, "stages")] == ["备案", "程序筛查"]
    assert f'<option value="{unit[1]}" selected>{OTHER}' in page
    page = desk.get("/figures/?year=all")
    assert "全部年度" in page


@pytest.mark.parametrize("asked", ["year=abc&road=x&unit=9999999", "unit=-1", "year=", "tables=2"])
def test_what_cannot_be_meant_is_left_out(roadside: Roadside, asked: str) -> None:
    desk = roadside.at("reviewer")
    assert table(desk.get(f"/figures/?{asked}"), "stages") == table(desk.get("/figures/"), "stages")


def test_a_committee_that_asks_for_another_gets_its_own(roadside: Roadside) -> None:
    page = roadside.at("reviewer").get("/figures/")
    unit = re.search(rf'<option value="(\d+)">{OTHER}', page)
    assert unit
    desk = roadside.at("verifier")
    asked = table(desk.get(f"/figures/?unit={unit[1]}"), "stages")
    assert asked == table(desk.get("/figures/"), "stages")


def test_returns_show_their_share_and_their_words_to_who_may_read_them(roadside: Roadside) -> None:
    page = card(roadside.at("verifier").get("/figures/"), "returns")
    assert "3件中1件" in page
    assert "缺少低保证明" in page
    page = card(roadside.at("officer").get("/figures/"), "returns")
    assert "5件中1件" in page
    assert "缺少低保证明" not in page


def test_deadlines_show_a_share_and_the_clause(roadside: Roadside) -> None:
    (row, *_more) = table(roadside.at("leader").get("/figures/"), "deadlines")
    assert row[:3] == ["报送区委组织部", "4.6.2", "1"]
    assert row[-1] == "100%"


def test_a_budget_is_seen_by_the_department_alone(roadside: Roadside) -> None:
    assert table(roadside.at("leader").get("/figures/"), "sources") == [
        ["区管党费", "100,000.00", "0.00", "0.00", "100,000.00"]
    ]
    assert "100,000" not in roadside.at("verifier").get("/figures/")
    assert "100,000" not in roadside.at("officer").get("/figures/")


def test_no_name_of_a_member_is_on_the_page(roadside: Roadside) -> None:
    for name in READERS:
        page = roadside.at(name).get("/figures/")
        assert "王建国" not in page[page.index('<main id="main"') : page.index("</main>")]


def test_tables_are_open_for_paper_when_asked(roadside: Roadside) -> None:
    desk = roadside.at("leader")
    assert '<details class="numbers">' in desk.get("/figures/")
    page = desk.get("/figures/?tables=1")
    assert page.count('<details class="numbers" open>') == page.count('<details class="numbers"')


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_page_is_well_made_in_both_languages(roadside: Roadside, code: str) -> None:
    for name in ("leader", "verifier", "officer"):
        desk = roadside.at(name)
        desk.browser.get(f"/lang/{code}")
        page = outline(desk.get("/figures/"))
        assert page.headings == 1
        assert len(page.ids) == len(set(page.ids)), page.ids
        assert not page.inline


def test_the_english_figures_have_no_chinese_word_of_ours(roadside: Roadside) -> None:
    desk = roadside.at("leader")
    desk.browser.get("/lang/en")
    page = desk.get("/figures/")
    page = page[page.index('<main id="main"') : page.index("</main>")]
    for known in ("龙山镇党委", OTHER, "缺少低保证明"):
        page = page.replace(known, "")
    assert not re.findall(r"[\u3400-\u9fff]+", re.sub(r"<[^>]+>", " ", page))


def test_an_office_without_any_application_has_figures_of_nothing(
    database: Database, tmp_path: Path
) -> None:
    office = open_roadside(database, tmp_path)
    page = office.at("leader").get("/figures/")
    assert "暂无数据" in page
    assert '<svg class="plot"' in card(page, "sources")  # the budget is there already
