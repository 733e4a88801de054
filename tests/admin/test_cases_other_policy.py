"""Another office's files, and an edited copy of ours, run through the same pages: no Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import g

from admin import own_pages
from casework import editions, people
from engine import load_files
from engine.procedure import StageKind
from models import Member, Role, User
from tests.admin.forms_on_page import form_to, paper_cells
from tests.admin.roadside import Roadside, open_roadside
from tests.casework.bureau import LICHENG, licheng
from tests.conftest import Database
from tests.factories import NOW

UNION = LICHENG.parent / "yonghe-union-2024"
UNION_FACTS = {
    "fact-union_member": "yes",
    "fact-serious_illness": "no",
    "fact-disability": "no",
    "fact-child_at_school": "no",
    "fact-other_claimed": "no",
}
VISIT_FACTS = {
    "fact-income_month": "900",
    "fact-homes_owned": "1",
    "fact-has_car": "no",
    "fact-jobs_refused": "0",
}


@pytest.fixture
def roadside(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    card = {"bank_account": "6222020200012345678", "bank_name": "工商银行"}
    return open_roadside(database, tmp_path, {"王建国": card, "刘长河": {}})


def publish(office: Roadside, files: dict[str, bytes], from_on: date) -> None:
    """A second edition needs two people; the first of another policy does not."""
    with office.session() as session:
        persons = [
            people.actor(session, session.query(User).filter_by(username=name).one(), from_on)
            for name in ("officer", "second_officer")
        ]
        first = (
            not any(name == "policy.yaml" for name in files) or b"yonghe" in files["policy.yaml"]
        )
        proposed, signed = (None, None) if first else persons
        editions.publish(
            session, files, from_on=from_on, proposed_by=proposed, signed_by=signed, at=NOW
        )
        session.commit()


def register(office: Roadside, name: str, road: str, on: str) -> int:
    desk = office.at("clerk")
    answer = desk.browser.client.post(
        f"/register/{office.members[name]}",
        data={"csrf_token": desk.browser.token(), "road": road, "applied_on": on},
    )
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rpartition("/")[2])


def take(office: Roadside, who: str, path: str, end: str, prefix: str, **typed: Any) -> str:
    """Fill in whatever the form asks, over it what the test says, and send it."""
    desk = office.at(who)
    form = form_to(desk.get(path), end)
    words = form.filled_in(prefix, "2", "100", office.clock.now.date().isoformat())
    return desk.press(path, end, **{**words, **typed}).headers["Location"]


# a third office that calls all its stages, roles, papers, facts and deadlines otherwise
RENAMED = {
    **{one: f"x_{one}" for one in ("registration", "home_visit", "federation_check", "approval")},
    **{one: f"x_{one}" for one in ("workplace_notice", "card_payment", "filed_away", "help_form")},
    **{one: f"x_{one}" for one in ("visit_due", "approval_due", "pay_due", "medical_bills")},
    **{one: f"x_{one}" for one in ("serious_illness", "homes_owned", "income_month", "has_car")},
    "branch_clerk": "greeter",
    "branch_secretary": "foreman",
    "committee_verifier": "steward",
    "department_leader": "chair",
    "department_reviewer": "registrar",
    "finance": "bursar",
}
# `assess: approval` is a word of the rule language, not the stage
KEYWORDS = re.compile(r"\b(assess|section): x_(?=\w+)")


def renamed_union(names: Mapping[str, str]) -> dict[str, bytes]:
    """The union's files with these names changed wherever they stand, in its papers too."""
    files = editions.read_folder(UNION)
    if not names:
        return files
    words = re.compile(r"(?<![\w-])(" + "|".join(names) + r")(?![\w-]|\.docx)")

    def changed(data: bytes) -> bytes:
        return words.sub(lambda found: names[found[1]], data.decode()).encode()

    for path, data in files.items():
        if path.endswith(".yaml"):
            files[path] = KEYWORDS.sub(r"\1: ", changed(data).decode()).encode()
        elif path.endswith(".docx"):
            files[path] = rewritten(data, changed)
    return files


def rewritten(paper: bytes, changed: Callable[[bytes], bytes]) -> bytes:
    """A Word file with its texts changed."""
    made = BytesIO()
    with ZipFile(BytesIO(paper)) as old, ZipFile(made, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            new.writestr(one, changed(data) if one.filename == "word/document.xml" else data)
    return made.getvalue()


@pytest.mark.parametrize("names", [{}, RENAMED], ids=["union", "renamed"])
def test_a_trade_union_goes_its_own_road_through_the_same_pages(
    roadside: Roadside, names: Mapping[str, str]
) -> None:
    office = roadside
    office.clock.now = NOW.replace(year=2024, month=5, day=6, hour=2)
    with office.session() as session:
        for role in session.query(Role):
            role.code = names.get(role.code, role.code)
        session.commit()
    publish(office, renamed_union(names), date(2024, 1, 1))
    with office.session() as session:
        office_year(session, office.clock.now.year)
    number = register(office, "王建国", "yonghe-union-2024/help", "2024-05-06")
    fill, case = f"/register/fill/{number}", f"/application/{number}"
    page = office.at("clerk").get(fill)
    assert "职工申请" in page
    assert "家庭住房套数" in page
    form = form_to(page, "").filled_in("record-", "2", "100", "2024-05-06")
    statement = {"form-employer": "永和机械厂", "form-request": "收入低，申请帮扶。"}
    asked = called(UNION_FACTS, names)
    office.at("clerk").press(fill, "", submit="yes", **{**form, **asked, **statement})
    take(office, "secretary", case, "/complete", "complete-", **called(VISIT_FACTS, names))
    take(
        office, "verifier", case, "/complete", "complete-",
        **{"fact-cheated_before": "no", "complete-amount": ""},
    )  # fmt: skip
    take(
        office,
        "leader",
        case,
        "/complete",
        "complete-",
        **{"complete-amount": fitting(office, case)},
    )
    to_post = re.findall(r'href="(/notices/new\?group=[^"]+)"', office.at("clerk").get("/notices/"))
    notice = take(office, "clerk", to_post[0], "", "list-", post="yes")
    assert "单位公示" in office.at("clerk").get("/notices/") or "公示" in office.at("clerk").get(
        notice
    )
    paper = office.at("clerk").get(notice.replace("/notices/", "/papers/notice/"))
    assert "帮扶名单公示" in paper
    assert paper_cells(paper, "th") == [
        "姓名",
        "帮扶类别",
        "拟帮扶金额（元）",
    ]
    office.clock.later(7)
    take(office, "secretary", notice, "/end", "end-")
    source = re.findall(r'<option value="(\d+)"', office.at("finance").get("/payments/"))[0]
    take(office, "finance", "/payments/", "/payments/prepare", "row-", source=source)
    take(office, "finance", "/payments/", "/payments/pay", "list-")
    slip = re.findall(r'href="(/payment/\d+)"', office.at("finance").get("/payments/"))[0]
    take(office, "finance", slip, "/receipt", "receipt-", **{"receipt-sign": "signature"})
    take(office, "reviewer", case, "/complete", "complete-")
    row = office.application(number)
    assert (row.status.value, row.stage) == ("closed", names.get("filed_away", "filed_away"))
    printed = office.at("reviewer").get(f"/papers/form/{number}")
    assert "困难职工帮扶申请登记表" in printed
    assert "党支部" not in re.sub(r"<title>.*?</title>|value=.*?>", "", printed)


def called(facts: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Fields of the form by the names that the facts have in this policy."""
    bare = {name.removeprefix("fact-"): value for name, value in facts.items()}
    return {f"fact-{names.get(name, name)}": value for name, value in bare.items()}


def office_year(session: Any, year: int) -> None:
    """Holidays and money of the union's year."""
    from casework import calendar, funds
    from models import FundSource

    calendar.fill(session, year, year)
    source = session.query(FundSource).one()
    by = people.actor(
        session, session.query(User).filter_by(username="finance").one(), date(year, 5, 6)
    )
    funds.allocate_budget(
        session,
        source,
        year,
        10_000_000,
        by=by,
        at=NOW.replace(year=year),
        memo="",
        request_key=f"budget {year}",
    )
    session.commit()


def fitting(office: Roadside, case: str) -> str:
    """An amount that the rules on the page allow: the fixed one, or the lowest."""
    found = re.search(r"<strong>[^<]*?：([\d,]+)\.\d\d元", office.at("verifier").get(case))
    return found[1].replace(",", "") if found else "100"


def test_an_edited_copy_changes_words_fields_and_rules_of_new_applications_only(
    roadside: Roadside,
) -> None:
    office = roadside
    before = register(office, "王建国", "licheng-2010/living", "2010-12-03")
    files = edited_copy()
    publish(office, files, date(2010, 12, 4))
    office.clock.later(1)
    after = register(office, "刘长河", "licheng-2010/living", "2010-12-04")
    desk = office.at("clerk")
    old, new = desk.get(f"/register/fill/{before}"), desk.get(f"/register/fill/{after}")
    assert "名下有小轿车" in new
    assert "名下有小轿车" not in old
    assert "支部初审" in desk.get(f"/application/{after}")
    assert "支部审核" in desk.get(f"/application/{before}")
    desk.draft(f"/register/fill/{after}", **{"fact-owns_car": "yes"})
    said = desk.get(f"/application/{after}")
    assert "有小轿车的不列入" in said
    assert "不符合条件" in said


def edited_copy() -> dict[str, bytes]:
    """The 2010 policy with a stage renamed and an exclusion with a fact of its own."""
    files = dict(licheng())
    procedure = files["procedure.yaml"].decode()
    files["procedure.yaml"] = procedure.replace("zh: 支部审核", "zh: 支部初审").encode()
    fact = (
        "owns_car: {type: yes_no, zh: 名下有小轿车, en: Owns a car, section: conduct, "
        "asked: application}\n"
    )
    files["facts.yaml"] += fact.encode()
    rule = (
        '- {id: car-owner, clause: "2.3.4", zh: 有小轿车的不列入, en: Owners of a car, '
        "when: owns_car}\n"
    )
    files["exclusions.yaml"] += rule.encode()
    return {name: data for name, data in files.items() if not name.startswith("cases/")}


def test_the_member_of_the_office_is_asked_for_by_the_name_of_the_policy(
    roadside: Roadside,
) -> None:
    """The road and its form are offered by the words of each edition in force."""
    publish(roadside, editions.read_folder(UNION), date(2024, 1, 1))
    roadside.clock.now = NOW.replace(year=2024, month=5, day=6)
    with roadside.session() as session:
        member = session.get_one(Member, roadside.members["王建国"])
    page = roadside.at("clerk").get(f"/register/{member.id}")
    assert "困难党员帮扶救助申请表" in page
    assert "困难职工帮扶申请登记表" in page


QINGHE = LICHENG.parent / "qinghe-medical-2025"


def medical_case(office: Roadside, files: dict[str, bytes]) -> str:
    """The page of a case of hospital aid, just registered under these files."""
    office.clock.now = NOW.replace(year=2025, month=5, day=6, hour=2)
    publish(office, files, date(2025, 1, 1))
    number = register(office, "王建国", "qinghe-medical-2025/hospital", "2025-05-06")
    fill = f"/register/fill/{number}"
    form = form_to(office.at("clerk").get(fill), "").filled_in("record-", "2", "100", "2025-05-06")
    office.at("clerk").press(fill, "", submit="yes", **form)
    return office.at("clerk").get(f"/application/{number}")


def test_a_case_shows_the_amounts_that_its_road_sets_and_facts_that_it_asks_for(
    roadside: Roadside,
) -> None:
    page = medical_case(roadside, editions.read_folder(QINGHE))
    assert "建议金额" in page
    assert "拟救助金额" not in page, "nobody proposes one on this road"
    assert "<li>住院自付费用" in page
    assert "<li>慢特病认定日期" not in page, "only who applies for chronic illness is asked for it"
    assert "打印申请表" in page


def test_a_policy_without_papers_offers_none_to_print(roadside: Roadside) -> None:
    files = editions.read_folder(QINGHE)
    bare = {name: data for name, data in files.items() if not name.startswith("papers")}
    assert "打印申请表" not in medical_case(roadside, bare)


@pytest.mark.parametrize("folder", [LICHENG, QINGHE], ids=lambda one: one.name)
def test_the_sidebar_has_the_pages_of_steps_that_some_policy_has(
    roadside: Roadside, folder: Path
) -> None:
    policy = load_files(editions.read_folder(folder))
    with roadside.app.test_request_context():
        g.sunshine_policies = [policy]
        hidden = [kind for kind in StageKind if own_pages.without_stage(kind)()]
        own = {stage.kind for stage in policy.procedure.stages.values()}
        assert set(hidden) == set(StageKind) - own
        assert own_pages.without_round() is (policy.procedure.round is None)
        g.sunshine_policies = []
        assert not own_pages.without_stage(StageKind.FILE)(), "before the first policy"
