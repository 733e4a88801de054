"""The search box: its page, its answers, and what is written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from admin.looks import NOBODY
from models import AuditRecord
from tests.admin.conftest import Office


def labels(office: Office, role: str, words: str) -> dict[str, list[str]]:
    """Heading → titles found."""
    answer = office.as_(role).get(f"/search/found?q={words}", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200
    return {g["label"]: [hit["title"] for hit in g["hits"]] for g in answer.json["groups"]}


def test_members_and_pages_are_found_within_ones_own_reach(office: Office) -> None:
    assert labels(office, "branch_clerk", "王") == {"党员名册": ["王小明"]}
    assert labels(office, "committee_clerk", "wx") == {"党员名册": ["王小明"]}
    assert labels(office, "department_reviewer", "王")["党员名册"] == ["王小红", "王小明"]
    assert "党员名册" not in labels(office, "administrator", "王")
    assert labels(office, "branch_clerk", "公示")["功能页面"] == ["公示管理"]
    assert "功能页面" not in labels(office, "screener", "党员")


def test_every_hit_opens(office: Office) -> None:
    browser = office.as_("department_reviewer")
    for words in ("王", "赵强", "结对", "4514"):
        for group in browser.get(f"/search/found?q={words}").json["groups"]:
            for hit in group["hits"]:
                assert browser.get(hit["url"]).status_code == 200, hit


def test_the_page_works_without_a_script_and_in_english(office: Office) -> None:
    browser = office.sign_in("branch_clerk")
    page = browser.get("/search?q=王").text
    assert "王小明" in page
    assert "王小红" not in page
    browser.get("/lang/en")
    assert "Nothing found" in browser.get("/search?q=nobody").text
    assert browser.get("/search").status_code == 200


@pytest.mark.parametrize(
    "text", ["%", "_", "'", "%27%3B--", "١٢٣٤", "x" * 500, "\\", "<b>", "１２３４"]
)
def test_odd_words_find_nothing_and_never_fail(office: Office, text: str) -> None:
    answer = office.as_("branch_clerk").get("/search/found", query_string={"q": text})
    assert answer.status_code == 200
    assert answer.json == {"groups": []}
    page = office.as_("branch_clerk").get("/search", query_string={"q": text})
    assert page.status_code == 200
    assert "<b>" not in page.text


def test_a_look_by_a_number_is_written_down_without_the_number(fresh_office: Office) -> None:
    clerk = fresh_office.sign_in("branch_clerk")
    for path in (
        "/search/found?q=451",
        "/search/found?q=4514",
        "/search?q=110101199003074514",
        "/search/found?q=9999",
        "/members/?search=1234",
        "/members/?search=王",
        "/pairs/?search=4514",
    ):
        assert clerk.get(path).status_code == 200
    with fresh_office.session() as session:
        query = select(AuditRecord).where(AuditRecord.action == "look:search_number")
        records = session.scalars(query.order_by(AuditRecord.seq)).all()
        assert [dict(record.data) for record in records] == [
            {"by": "tail", "found": 1},
            {"by": "whole", "found": 1},
            {"by": "tail", "found": 0},
            {"by": "tail", "found": 2},
            {"by": "tail", "found": 1},
        ]
        assert all("4514" not in str(record.data) for record in records)


def test_nobody_searches_without_signing_in(office: Office) -> None:
    visitor = office.visitor()
    assert visitor.get("/search?q=王").status_code == 302
    answer = visitor.get("/search/found?q=王", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401


def test_the_help_lists_the_keys_of_the_pages_that_one_may_open(office: Office) -> None:
    page = office.as_("branch_clerk").get("/members/").text
    keys = page[page.index('<dialog class="keys"') :]
    assert "党员名册" in keys
    assert "账号" not in keys
    assert 'data-go="m"' in page
    assert page.count('data-go="') == keys.count("<kbd>g</kbd> <kbd>")


@pytest.mark.parametrize("address", ["/register/?q={}", "/applications/?search={}"])
def test_a_number_looked_for_on_other_pages_is_written_down_as_well(
    fresh_office: Office, address: str
) -> None:
    browser = fresh_office.sign_in("branch_clerk")
    assert browser.get(address.format("王"), follow_redirects=True).status_code == 200
    assert browser.get(address.format("4514"), follow_redirects=True).status_code == 200
    with fresh_office.session() as session:
        query = select(AuditRecord).where(AuditRecord.action == "look:search_number")
        [record] = session.scalars(query).all()
    assert record.data["by"] == "tail"
    assert "4514" not in str(record.data), "the number itself is never written down"


SHOW_SOMEBODY = (
    *("/members/", "/pairs/", "/applications/", "/hardship/", "/notices/", "/screenings/"),
    *("/payments/", "/transfers/", "/recoveries/", "/checks/", "/filings/", "/inbox/", "/"),
    *(
        "/search?q=王",
        "/search/found?q=王",
        "/members/?search=王",
        "/pairs/ajax/lookup/?name=helper",
    ),
)


def test_an_auditors_look_at_any_page_with_people_is_written_down_and_nobody_elses(
    fresh_office: Office,
) -> None:
    auditor, clerk = fresh_office.sign_in("auditor"), fresh_office.sign_in("branch_clerk")
    opened = [path for path in SHOW_SOMEBODY if auditor.get(path).status_code == 200]
    assert {"/members/", "/pairs/", "/applications/", "/hardship/", "/search?q=王"} <= set(opened)
    for path in ("/orgs/", "/audit/", "/editions/", "/funds/"):
        assert auditor.get(path).status_code == 200
    for path in ("/members/", "/applications/", "/hardship/?search=4514"):
        assert clerk.get(path).status_code == 200
    with fresh_office.session() as session:
        records = session.scalars(select(AuditRecord).order_by(AuditRecord.seq)).all()
        looks = [r for r in records if r.action.startswith("look:")]
        seen = [r for r in looks if r.action == "look:inspection"]
        assert len(seen) == len(opened), "each once; pages without people leave no line"
        assert {r.actor_name for r in seen} == {"auditor员"}
        assert "王" not in str([r.data for r in seen]), "what was searched for is not kept"
        numbers = [r for r in looks if r.action == "look:search_number"]
        assert [(r.actor_name, r.data["by"]) for r in numbers] == [("branch_clerk员", "tail")]
    endpoints = {rule.endpoint for rule in fresh_office.app.url_map.iter_rules()}
    assert endpoints >= NOBODY, "a page that no longer exists is no exception"
