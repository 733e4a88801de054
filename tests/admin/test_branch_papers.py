"""The branch's democratic appraisal and its papers: first the short registration, the form after
(R-4.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from models import Member
from tests.admin.roadside import Roadside, open_roadside, said
from tests.casework.bureau import Bureau, register, walk
from tests.conftest import Database


def before_the_appraisal(bureau: Bureau, members: Mapping[str, Member]) -> None:
    """1 waits for its appraisal."""
    walk(bureau, register(bureau, members["王建国"]), "appraisal")


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roadside:
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path))
    return open_roadside(database, tmp_path, {"王建国": {}}, before_the_appraisal)


APPRAISAL = {
    "complete-chair": "李书记",
    "complete-expected": "12",
    "complete-present": "10",
    "complete-opinion": "情况属实",
    "complete-conclusion": "agree",
    "complete-recused": "王建国本人",
}


def test_r_4_1_2_before_the_appraisal_there_is_the_registration_and_no_form(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    answer = desk.browser.get("/papers/form/1")
    assert answer.status_code == 302
    slip = desk.get(answer.headers["Location"])
    assert "登记申请" in slip
    assert "经支部民主评议同意后，再发放并填写" in slip
    assert "本人签字（手印）" not in slip
    page = desk.get("/application/1")
    assert "/papers/form/1" not in page
    for address in ("annex_1.html", "annex_1.docx"):  # nor by any other way to a paper
        assert address not in page
        assert "现在不能打印" in desk.get(f"/papers/application/1/{address}", status=422)


def test_r_4_1_2_after_it_the_form_comes_filled_in_and_the_minutes_can_be_printed(
    office: Roadside,
) -> None:
    desk = office.at("clerk")
    desk.press(
        "/application/1", "/complete", **APPRAISAL,
        **{"complete-voting": "ballot", "complete-votes_for": "8", "complete-votes_against": "1"},
    )  # fmt: skip
    assert "本人签字（手印）" in desk.get("/papers/form/1")
    minutes = desk.get("/papers/appraisal/1")
    for text in ("李书记", "应到人数", "12", "实到人数", "10", "无记名投票", "王建国本人"):
        assert text in minutes


@pytest.mark.parametrize(
    ("votes", "words"),
    [
        ({"voting": "ballot"}, "请填写“同意票数”"),
        ({"voting": "hands", "votes_for": "3", "votes_against": "3"}, "同意票不多于不同意票"),
        (
            {"voting": "hands", "votes_for": "9", "votes_against": "3"},
            "不同意票合计不能多于实到人数",
        ),
        ({"present": "13"}, "实到人数不能多于应到人数"),
    ],
)
def test_r_4_1_2_a_count_that_cannot_be_is_refused_and_kept_on_the_page(
    office: Roadside, votes: dict[str, str], words: str
) -> None:
    typed = {**APPRAISAL, **{f"complete-{name}": text for name, text in votes.items()}}
    page = office.at("clerk").refused("/application/1", "/complete", **typed)
    assert words in " ".join(said(page))
    assert "情况属实" in page
    assert office.application(1).stage == "appraisal"


def test_papers_of_another_branch_are_not_found(office: Roadside) -> None:
    for path in ("/papers/registration/1", "/papers/appraisal/1"):
        office.at("neighbour").get(path, status=404)
