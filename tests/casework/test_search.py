"""What a person finds by a few characters, and what stays hidden from him."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from casework import search
from models.notices import Notice
from tests.casework.bureau import Bureau, applicant, register
from tests.factories import NOW, TODAY, id_number


def born(year: int) -> dict[str, Any]:
    """A day of birth and its number."""
    day = date(year, 1, 1)
    return {"birth_on": day, "id_number": id_number(0, birth=day)}


@pytest.fixture
def crowd(bureau: Bureau) -> Bureau:
    """Two namesakes in a branch and one next door, one of them with an application."""
    tree = bureau.tree
    # numbers of their own: those that tests are dealt end with any digits at some time
    applicant(bureau, name="欧阳建国", phone="13912345678", **born(1947))
    applicant(bureau, name="欧阳建华", phone="13800000002", **born(1948))
    applicant(bureau, tree.other_branch, name="欧阳隔壁", phone="13800000003", **born(1949))
    return bureau


def names(bureau: Bureau, who: str, words: str) -> list[str]:
    return [row.name for row in search.members(bureau.session, bureau[who], words)]


@pytest.mark.parametrize("words", ["欧", "欧阳", "欧阳建", "oyj", "OYJ", "oy"])
def test_members_are_found_by_a_character_or_two_and_by_initials(crowd: Bureau, words: str) -> None:
    assert names(crowd, "clerk", words) == ["欧阳建华", "欧阳建国"] or names(
        crowd, "clerk", words
    ) == ["欧阳建国", "欧阳建华"]


def test_members_of_other_branches_are_not_found(crowd: Bureau) -> None:
    assert "欧阳隔壁" not in names(crowd, "clerk", "欧阳")
    assert names(crowd, "neighbour", "欧阳") == ["欧阳隔壁"]
    assert "欧阳隔壁" in names(crowd, "reviewer", "欧阳")
    assert names(crowd, "administrator", "欧阳") == []


def test_the_end_or_the_whole_of_a_number_finds_its_member_and_nothing_in_between(
    crowd: Bureau,
) -> None:
    for words in ("5678", "13912345678", "139 1234 5678"):
        assert names(crowd, "clerk", words) == ["欧阳建国"], words
    for words in ("678", "45678", "1391", "9999"):
        assert names(crowd, "clerk", words) == [], words


@pytest.mark.parametrize(
    ("words", "yes"),
    [("5678", True), ("123x", True), ("567", False), ("王", False), ("ab12", False), ("", False)],
)
def test_a_search_by_a_number_is_known_for_one(words: str, yes: bool) -> None:
    assert search.by_number(words) is yes


def test_no_more_of_a_kind_than_fit_into_the_box(crowd: Bureau) -> None:
    for number in range(12):
        applicant(crowd, name=f"司马{number}")
    assert len(names(crowd, "clerk", "司马")) == search.MOST


def test_applications_are_found_by_number_in_full_in_part_and_by_the_running_one(
    crowd: Bureau,
) -> None:
    mine = register(crowd, applicant(crowd, name="诸葛亮"), "living")

    def found(words: str, who: str = "clerk") -> list[str]:
        rows = search.applications(crowd.session, crowd[who], words, TODAY)
        return [row.number for row in rows]

    running = str(int(mine.number[-6:]))
    for words in (mine.number, mine.number[:9], running, "诸葛", "zgl"):
        assert mine.number in found(words), words
    for who in ("neighbour", "administrator", "other_verifier"):
        assert found(mine.number, who) == [], who
    assert found("999998") == []


def test_notices_are_found_by_number_and_by_their_branch(crowd: Bureau) -> None:
    branch = crowd.tree.branch
    notice = Notice(
        number="GS2010-0007",
        org_id=branch.id,
        edition_id=crowd.edition.id,
        road="living",
        posted_on=date(2010, 12, 6),
        ends_on=date(2010, 12, 10),
        place="branch",
        frozen=[],
        sha256="0" * 64,
        posted_by_id=crowd["clerk"].user_id,
    )
    crowd.session.add(notice)
    crowd.session.flush()

    def found(words: str, who: str = "clerk") -> list[str]:
        return [row.number for row in search.notices(crowd.session, crowd[who], words)]

    assert found("gs2010") == found(branch.name[:3]) == ["GS2010-0007"]
    assert found("gs2010", "neighbour") == []


def test_rules_in_force_are_found_by_clause_and_by_words_in_both_languages(crowd: Bureau) -> None:
    def found(words: str, who: str = "clerk") -> list[str]:
        rows = search.rules(crowd.session, crowd[who], words, NOW.date())
        return [one.rule.id for one in rows]

    assert "three-withouts" in found("2.1.1")
    assert found("2.1.1")[0] == "three-withouts"
    assert "three-withouts" in found("三无")
    assert "three-withouts" in found("LABOUR capacity")
    assert "three-withouts" in found("sw"), "pinyin initials of 三无对象"
    assert found("nothing like it") == []
    assert found("三无", "administrator") == []
    before = search.rules(crowd.session, crowd["clerk"], "三无", date(2009, 1, 1))
    assert before == [], "no edition was in force"
