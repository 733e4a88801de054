"""The first page of each role: what is on it, where it leads, and what of other people is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from casework import endings
from models import Application, CaseStatus, Member
from tests import factories
from tests.admin.forms_on_page import form_to
from tests.admin.roadside import Roadside, open_roadside
from tests.admin.test_pages import outline
from tests.casework.bureau import Bureau, applicant, later, register, walk
from tests.conftest import Database
from tests.factories import NOW

STRANGER = "柳河人"
LINKS = re.compile(r'<a class="pile" href="([^"]+)"')

Play = Callable[[Bureau], None]


@dataclass(frozen=True)
class Everything:
    """What a test plays, after noise of the neighbours."""

    play: Play

    def __call__(self, bureau: Bureau, _members: Mapping[str, Member]) -> None:
        for stage in ("appraisal", "branch_check", "committee_verify", "decision"):
            member = applicant(bureau, bureau.tree.other_branch, name=STRANGER)
            made = register(bureau, member, by="neighbour")
            made.stage, made.status = stage, CaseStatus.OPEN
        self.play(bureau)
        bureau.session.flush()


@pytest.fixture
def opened(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Play], Roadside]:
    """An office in which something was played before it opened, with noise of the neighbours."""
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))

    def make(play: Play) -> Roadside:
        return open_roadside(database, tmp_path, begun=Everything(play))

    return make


def main_part(page: str) -> str:
    """The page without its frame."""
    return page[page.index('<main id="main"') : page.index("</main>")]


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main_part(page)))


def applied(bureau: Bureau, name: str, until: str | None = None, road: str = "living") -> None:
    made = register(bureau, applicant(bureau, name=name), road)
    if until:
        walk(bureau, made, until)


# -- what waits


def test_a_pile_leads_to_the_one_application_or_to_the_list_of_them(
    opened: Callable[[Play], Roadside],
) -> None:
    def play(bureau: Bureau) -> None:
        applied(bureau, "王一", "appraisal")
        applied(bureau, "王二", "branch_check")
        applied(bureau, "王三", "branch_check")

    office = opened(play)
    desk = office.at("clerk")
    page = desk.get("/")
    assert STRANGER not in page
    single, several = LINKS.findall(page)
    assert "王一" in desk.get(single)
    listed = desk.get(several.replace("&amp;", "&"))
    assert "王二" in listed
    assert "王三" in listed
    assert "王一" not in main_part(listed)


def test_the_page_says_what_is_late_why_and_by_which_clause(
    opened: Callable[[Play], Roadside],
) -> None:
    office = opened(lambda bureau: applied(bureau, "王急", "committee_verify", "sudden"))
    office.clock.later(9)
    for name, mine in (("verifier", True), ("reviewer", False)):
        text = words(office.at(name).get("/"))
        assert "报送区委组织部" in text
        assert "逾期6天" in text
        assert "次日起算3天" in text
        assert "条款4.6.2" in text
        assert ("等您办理" in text) == mine
    assert "王急" not in office.at("other_verifier").get("/")


def test_what_was_returned_stands_with_its_reason(opened: Callable[[Play], Roadside]) -> None:
    def play(bureau: Bureau) -> None:
        made = walk(bureau, register(bureau, applicant(bureau, name="王退")), "committee_verify")
        endings.send_back(
            bureau.session,
            made,
            "branch_check",
            "缺少<b>低保</b>证明",
            by=bureau["verifier"],
            at=later(0),
            expected_version=made.version,
        )

    office = opened(play)
    page = office.at("clerk").get("/")
    assert "缺少&lt;b&gt;低保&lt;/b&gt;证明" in page
    assert "王退" in page
    assert "低保" not in office.at("neighbour").get("/")


def test_my_drafts_and_what_i_did_last_lead_to_the_application(
    opened: Callable[[Play], Roadside],
) -> None:
    office = opened(lambda bureau: applied(bureau, "王稿"))
    page = main_part(office.at("clerk").get("/"))
    assert "我的草稿" in page
    assert page.count("王稿") == 2
    numbers = set(re.findall(r'href="(/application/\d+)"', page))
    assert len(numbers) == 1
    assert "王稿" in office.at("clerk").get(numbers.pop())


def test_a_form_corrected_after_it_was_handed_in_is_not_called_a_draft(
    opened: Callable[[Play], Roadside],
) -> None:
    office = opened(lambda bureau: applied(bureau, "王正", "branch_check"))
    desk = office.at("clerk")
    (path,) = set(re.findall(r'href="(/application/\d+)"', main_part(desk.get("/"))))
    form = form_to(desk.get(path.replace("/application/", "/register/fill/")), "")
    sent = desk.send(form, path.replace("/application/", "/register/fill/"), draft="yes")
    assert sent.status_code == 302
    said = words(desk.get("/"))
    assert "更正" in said
    assert "保存草稿" not in said


def test_who_has_nothing_to_do_is_told_so(opened: Callable[[Play], Roadside]) -> None:
    office = opened(lambda _bureau: None)
    assert "现在没有待办事项" in words(office.at("secretary").get("/"))


# -- each role


def one_at_decision(bureau: Bureau) -> None:
    applied(bureau, "王一", "decision")


@pytest.mark.parametrize(
    ("name", "has", "hasnt"),
    [
        ("clerk", ["等我办理", "登记申请"], ["年度 全部统计", "账号与系统"]),
        ("committee_clerk", ["等我办理", "2010年度"], ["账号与系统"]),
        ("verifier", ["等我办理"], ["登记申请"]),
        ("committee_leader", ["等我办理", "2010年度", "各环节申请情况"], ["需要关注"]),
        ("reviewer", ["等我办理", "审批（批复）"], ["资金 2010", "按期办理情况"]),
        (
            "leader",
            ["2010年度", "各环节申请情况", "各资金来源使用情况", "按期办理情况", "全部统计"],
            ["需要处理"],
        ),
        ("finance", ["本年预算结余", "区管党费"], ["困难原因"]),
        ("officer", ["需要处理", "最低生活保障线", "2.1.2"], ["等我办理"]),
        ("auditor", ["需要关注", "被拒绝的操作"], ["等我办理"]),
        (
            "administrator",
            ["账号与系统", "审计日志", "近期记录完整", "后台任务"],
            ["统计", "等我办理"],
        ),
    ],
)
def test_each_role_sees_its_own_work(
    opened: Callable[[Play], Roadside], name: str, has: list[str], hasnt: list[str]
) -> None:
    office = opened(one_at_decision)
    text = words(office.at(name).get("/"))
    for each in has:
        assert each in text, (name, each)
    for each in hasnt:
        assert each not in text, (name, each)


def test_a_screener_sees_lists_and_neither_causes_nor_figures(
    opened: Callable[[Play], Roadside],
) -> None:
    office = opened(one_at_decision)
    text = words(office.at("screener").get("/"))
    for word in ("王一", "因病", "统计", "金额", STRANGER):
        assert word not in text


@pytest.mark.parametrize("code", ["zh", "en"])
def test_the_page_is_well_made_for_every_role_in_both_languages(
    opened: Callable[[Play], Roadside], code: str
) -> None:
    def play(bureau: Bureau) -> None:
        applied(bureau, "王一", "committee_verify", "sudden")
        applied(bureau, "王二")
        bureau.session.flush()

    office = opened(play)
    office.clock.later(5)
    for name in (
        *("clerk", "secretary", "committee_clerk", "verifier", "committee_leader", "reviewer"),
        *("leader", "screener", "finance", "officer", "auditor", "administrator"),
    ):
        desk = office.at(name)
        desk.browser.get(f"/lang/{code}")
        page = outline(desk.get("/"))
        assert page.headings == 1, name
        assert len(page.ids) == len(set(page.ids)), (name, page.ids)
        assert not page.inline, (name, page.inline)


def test_the_english_page_has_no_chinese_word_of_ours(
    opened: Callable[[Play], Roadside],
) -> None:
    office = opened(lambda bureau: applied(bureau, "A", "committee_verify", "sudden"))
    office.clock.later(5)
    desk = office.at("verifier")
    desk.browser.get("/lang/en")
    page = main_part(desk.get("/"))
    for known in ("龙山镇党委", "北庄村党支部"):
        page = page.replace(known, "")
    assert not re.findall(r"[\u3400-\u9fff]+", re.sub(r"<[^>]+>", " ", page))


def test_many_applications_cost_no_more_queries_than_one(
    opened: Callable[[Play], Roadside],
) -> None:
    def play(bureau: Bureau) -> None:
        applied(bureau, "王一", "committee_verify", "sudden")
        applied(bureau, "王二", "committee_verify", "sudden")

    office = opened(play)
    desk = office.at("verifier")
    desk.get("/")

    def cost() -> int:
        number = 0

        def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            nonlocal number
            number += statement.lstrip().startswith("SELECT")

        event.listen(office.database.engine, "before_cursor_execute", count)
        desk.get("/")
        event.remove(office.database.engine, "before_cursor_execute", count)
        return number

    few = cost()
    with office.session() as session:
        _more(session)
    assert cost() == few <= 45


def _more(session: Session) -> None:
    """Five more like the one there."""
    one = session.scalars(
        select(Application)
        .where(Application.stage == "committee_verify")
        .order_by(Application.id.desc())
    ).first()
    assert one is not None
    for _ in range(5):
        member = factories.member(session, one.org)
        factories.application(
            session, member, one.edition, one.created_by, road="sudden", status="open",
            stage="committee_verify", stage_since=NOW - timedelta(days=1),
        )  # fmt: skip
    session.commit()
