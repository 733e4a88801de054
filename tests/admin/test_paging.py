"""Long lists are read page by page from the last row seen: nothing lost, nothing twice."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from admin.views import paging
from admin.views.paging import Key
from models import HelpingPair, Member
from tests import factories
from tests.admin.conftest import NOW, Office

SIZE = 7
ROW = re.compile(r'/members/details/\?id=(\d+)"')
NEXT, BEFORE = re.compile(r'href="([^"]+)" rel="next"'), re.compile(r'href="([^"]+)" rel="prev"')


def crowd(session: Session) -> list[Member]:
    """Members with namesakes, shared birthdays and unknown ones."""
    tree = factories.org_tree(session)
    born = [None, date(1950, 1, 1), date(1960, 2, 2), date(1950, 1, 1), None]
    made = []
    for number in range(31):
        one = factories.member(session, tree.branch, name=f"张{'一二三'[number % 3]}")
        one.birth_on = born[number % 5]
        made.append(one)
    session.flush()
    return made


def expected(rows: list[Member], name: str, down: bool) -> list[int]:
    """Unknown counts as the largest; ties by number, in the same direction."""

    def place(row: Member) -> tuple[bool, object, int]:
        value = getattr(row, name)
        return (value is None, value if value is not None else 0, row.id)

    return [row.id for row in sorted(rows, key=place, reverse=down)]


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("name", ["name", "birth_on", "id"])
def test_walking_there_and_back_meets_every_row_once_in_order(
    session: Session, name: str, down: bool
) -> None:
    rows = crowd(session)
    column = getattr(Member, name)
    keys = paging.keys_of([column.desc() if down else column], Member.id)
    query = select(Member).where(Member.id.in_([row.id for row in rows]))
    right, met, place = expected(rows, name, down), [], None
    while True:
        page = paging.fetch(session, query, keys, SIZE, place)
        assert page.before == bool(met)
        met += [row.id for row in page.rows]
        assert page.after == (len(met) < len(right))
        if not page.after:
            break
        place = [getattr(page.rows[-1], key.column.key) for key in keys]
    assert met == right
    back: list[int] = [row.id for row in page.rows]
    while page.before:
        place = [getattr(page.rows[0], key.column.key) for key in keys]
        page = paging.fetch(session, query, keys, SIZE, place, back=True)
        ids = [row.id for row in page.rows]
        back = ids + [one for one in back if one not in ids]
    assert back == right
    assert len(page.rows) == SIZE, "the first page is a whole one"


def test_keys_of_mixed_directions_are_walked_in_ranges(session: Session) -> None:
    keys = paging.keys_of([HelpingPair.state, HelpingPair.start_on.desc()], HelpingPair.id)
    assert [key.down for key in keys] == [False, True, False]
    found = paging.ranges(keys, ["active", date(2026, 1, 1), 5])
    assert len(found) == 3
    assert "OR" not in str(found[0])


def test_a_unique_column_needs_no_tie_breaker() -> None:
    assert len(paging.keys_of([Member.id.desc()], Member.id)) == 1
    assert paging.keys_of([Member.name.desc()], Member.id)[1] == Key(Member.id, True)


def test_a_count_is_exact_as_far_as_it_goes(session: Session) -> None:
    rows = crowd(session)
    those = [Member.id.in_([row.id for row in rows])]
    assert paging.count(session, those, Member.id, 31) == paging.Count(31, more=False)
    assert paging.count(session, those, Member.id, 30) == paging.Count(30, more=True)


# ---- on the page ---------------------------------------------------------------------------


def fill(office: Office, rows: int) -> None:
    with office.session() as session:
        for number in range(rows):
            session.add(
                Member(
                    org_id=office.units["A1"],
                    name=f"丁{number % 9}",
                    birth_on=date(1950, 1, 1 + number % 5) if number % 4 else None,
                    created_at=NOW,
                )
            )
        session.commit()


def test_next_and_previous_walk_the_whole_list_without_skipping_rows(
    fresh_office: Office,
) -> None:
    fill(fresh_office, 118)
    clerk = fresh_office.sign_in("branch_clerk")
    asked: list[tuple[str, Any]] = []
    engine = fresh_office.database.engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2:4]))
    for order in ("", "sort=birth_on", "sort=birth_on&amp;desc=1", "search=丁&amp;sort=name"):
        address, pages = f"/members/?{order.replace('&amp;', '&')}", []
        while address:
            text = clerk.get(address).text
            pages.append(list(dict.fromkeys(ROW.findall(text))))
            found = NEXT.search(text)
            address = found[1].replace("&amp;", "&") if found else ""
        rows = [row for page in pages for row in page]
        assert len(rows) == len(set(rows)) == (118 if "search" in order else 120), order
        back = BEFORE.search(text)
        assert back
        assert (
            list(dict.fromkeys(ROW.findall(clerk.get(back[1].replace("&amp;", "&")).text)))
            == pages[-2]
        )
        for one, two in pairwise(pages):
            assert not set(one) & set(two)
    lists = [one for one in asked if "member.name_initials" in one[0] and "ORDER BY" in one[0]]
    assert lists
    for statement, given in lists:  # SQLite's LIMIT always carries an OFFSET, of nothing
        assert "OFFSET" not in statement or given[-1] == 0


def test_a_list_longer_than_is_counted_says_more_than(
    fresh_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED", 60)
    fill(fresh_office, 70)
    clerk = fresh_office.sign_in("branch_clerk")
    assert "60条以上" in clerk.get("/members/").text
    assert "共1条" in clerk.get("/members/?search=李").text


@pytest.mark.parametrize(
    "place",
    [
        "page=3",
        "page=-1",
        "after=999999",
        "before=999999",
        "after=x",
        "after=&before=",
        "after=1e9",
    ],
)
def test_an_old_or_wrong_place_in_the_list_gives_its_first_page(office: Office, place: str) -> None:
    answer = office.as_("branch_clerk").get(f"/members/?{place}")
    assert answer.status_code == 200
    assert "王小明" in answer.text


def test_a_row_outside_the_persons_part_is_no_place_in_his_list(office: Office) -> None:
    """Else the order would tell where a hidden name stands."""
    clerk, hidden = office.as_("branch_clerk"), office.members["王小红"]
    whole = ROW.findall(clerk.get("/members/").text)
    assert ROW.findall(clerk.get(f"/members/?after={hidden}").text) == whole
    assert ROW.findall(clerk.get(f"/members/?before={hidden}").text) == whole
