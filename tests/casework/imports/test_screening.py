"""Screening results and lists of other schemes as workbooks of any look (R-4.4, issue 5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from casework.imports import catalogue, runs
from engine.faults import Refused
from engine.idnumber import with_check_digit
from models import Application, AuditRecord, ImportMatching, ImportRun, SchemeList, SchemeRow
from tests import factories as make
from tests.casework.imports.desk import Desk
from tests.casework.office import noon, open_office
from tests.conftest import Database
from tests.factories import TODAY

RESULT_HEAD = ("申请编号", "姓名", "身份证号", "筛查结论", "未通过原因")
SCHEME_HEAD = ("户主姓名", "身份证号", "出生年月日", "卡号", "保障金", "说明")
ONCE = {"scheme": "城乡低保", "year": "2010"}
DAY = {"screened_on": "2010年12月14日"}
AT = noon(14)


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Three applications of one branch wait for their screening."""
    monkeypatch.setenv("SUNSHINE_DATA", str(tmp_path / "data"))
    with database.sessions.begin() as session:
        office = open_office(session)
        people = [make.member(session, office.tree.branch, name=name) for name in "甲乙丙"]
        office.enter(*(office.application("screening", member=member) for member in people))
        found = {name: actor.user_id or 0 for name, actor in office.staff.items()}
        branch = office.tree.branch.name
    return Desk(database, tmp_path, found, branch)


def waiting(desk: Desk) -> list[list[object]]:
    """The rows of the list as they stand on the screening office's own sheet, without results."""
    with desk.database.sessions() as session:
        found = session.scalars(select(Application).order_by(Application.id))
        return [[one.number, one.member.name, one.member.id_number, None, None] for one in found]


def results(desk: Desk, rows: list[list[object]], name: str = "screener") -> int:
    sheet = [["全区筛查情况"], RESULT_HEAD, *rows]
    return desk.put("screening_results", sheet, name=name, policy="licheng-2010", at=AT, once=DAY)


def stages(desk: Desk) -> list[tuple[str, str]]:
    with desk.database.sessions() as session:
        found = session.scalars(select(Application).order_by(Application.id))
        return [(one.stage, one.status.value) for one in found]


def test_r_4_4_1_results_of_any_sheet_are_tried_and_taken_and_the_same_file_changes_nothing(
    desk: Desk,
) -> None:
    rows = waiting(desk)
    rows[0][3], rows[1][3:] = "筛查无误", ["未通过", "名下有营运车辆"]
    run = results(desk, rows)
    assert desk.counts(run) == {"changed": 2, "same": 1}
    assert stages(desk) == [("screening", "open")] * 3, "a dry run writes nothing"
    desk.take(run, AT)
    done = [("transfer", "open"), ("screening", "refused"), ("screening", "open")]
    assert stages(desk) == done
    again = results(desk, rows)
    assert desk.counts(again) == {"same": 3}
    assert stages(desk) == done


def test_a_row_without_a_result_is_left_for_later_and_needs_no_date(desk: Desk) -> None:
    rows = waiting(desk)
    rows[0][3:] = "通过", None, "2010-12-14"  # type: ignore[assignment]  # three cells for two
    rows[1][3:] = "通过", None, None  # type: ignore[assignment]
    sheet = [[*RESULT_HEAD, "筛查日期"], *rows]
    run = desk.put("screening_results", sheet, name="screener", policy="licheng-2010", at=AT)
    assert desk.counts(run) == {"changed": 1, "faulty": 1, "same": 1}


def test_r_4_4_1_every_fault_of_a_row_is_told_and_the_good_rows_come_in(desk: Desk) -> None:
    first, second, third = waiting(desk)
    rows = [
        [first[0], "别人", third[2], "也许", None],
        [second[0], second[1], second[2], "不通过", None],
        ["2010-999999", "甲", None, "通过", None],
        [*third[:3], "合格", None],
    ]
    run = results(desk, rows)
    assert desk.counts(run) == {"changed": 1, "faulty": 3}
    said = [(each["row"], each["column"]) for each in desk.run(run).sample]
    assert [row for row, _column in said] == [3, 4, 5]
    desk.take(run, AT)
    assert [stage for stage, _status in stages(desk)] == ["screening", "screening", "transfer"]


def test_r_4_4_1_another_result_for_who_was_screened_and_a_shifted_row_are_refused(
    desk: Desk,
) -> None:
    rows = waiting(desk)
    rows[0][3] = "通过"
    desk.take(results(desk, rows), AT)
    rows[0][3:] = ["不通过", "后来查到"]
    rows[1][1:4] = [rows[2][1], rows[2][2], "通过"]
    texts = " ".join(str(each["text"]) for each in desk.run(results(desk, rows)).sample)
    assert "已登记了另一种筛查结果" in texts
    assert "姓名与表中“丙”不同" in texts
    assert "身份证号码与申请" in texts


def test_what_is_the_same_for_all_rows_is_demanded_read_and_not_remembered(desk: Desk) -> None:
    rows = waiting(desk)
    rows[0][3] = "通过"
    for once, code in (({}, "column_missing"), ({"screened_on": "十四日"}, "cell_date")):
        with pytest.raises(Refused) as caught:
            desk.put(
                "screening_results", [RESULT_HEAD, *rows],
                name="screener", policy="licheng-2010", at=AT, once=once,
            )  # fmt: skip
        assert [fault.code for fault in caught.value.faults] == [code]
    with pytest.raises(Refused) as caught:
        desk.put(
            "screening_results", [RESULT_HEAD, *rows],
            name="screener", policy="licheng-2010", at=AT, once={**DAY, "number": "1"},
        )  # fmt: skip
    assert [fault.code for fault in caught.value.faults] == ["column_own"]
    results(desk, rows)
    with desk.database.sessions() as session:
        kept = session.scalars(select(ImportMatching)).all()
        assert kept
        assert all(isinstance(place, int) for one in kept for place in one.mapping.values())


def test_the_kinds_are_offered_to_who_has_a_use_for_them(desk: Desk) -> None:
    def offered(name: str) -> set[str]:
        with desk.database.sessions() as session:
            found = catalogue.offers(session, desk.actor(session, name), TODAY)
            return {one.kind.id for one in found}

    assert {"screening_results", "scheme_lists"} <= offered("screener")
    assert offered("committee_clerk").isdisjoint({"screening_results", "scheme_lists"})


def test_only_who_screens_takes_results_in(desk: Desk) -> None:
    with pytest.raises(Refused) as caught:
        results(desk, waiting(desk), name="finance")
    assert [fault.code for fault in caught.value.faults] == ["not_permitted"]


# -- lists of other schemes


def scheme(desk: Desk, rows: list[list[object]], **once: str) -> int:
    sheet = [["2010年城乡低保花名册"], SCHEME_HEAD, *rows]
    return desk.put("scheme_lists", sheet, name="screener", at=AT, once={**ONCE, **once})


ROWS: list[list[object]] = [
    [" 张 三", with_check_digit("37011219610805001"), None, "6222 0000 1111 2222", "1,200元", None],
    ["李四", None, "1951年2月3日", None, 800, "大病"],
    ["合计", None, None, None, 2000, None],
]


def test_r_4_4_1_another_schemes_list_comes_in_with_its_name_and_year_given_once(
    desk: Desk,
) -> None:
    run = scheme(desk, ROWS)
    assert desk.counts(run) == {"new": 2, "skipped": 1}
    desk.take(run, AT)
    with desk.database.sessions() as session:
        [made] = session.scalars(select(SchemeList))
        assert (made.name, made.year, made.filename) == ("城乡低保", 2010, "名单.xlsx")
        first, second = made.rows
        assert (first.name, first.fen, first.row_number) == ("张三", 120_000, 3)
        assert str(first.birth_on) == "1961-08-05"
        assert (second.id_number, str(second.birth_on)) == (None, "1951-02-03")
        record = session.scalars(
            select(AuditRecord).where(AuditRecord.action == "screening.scheme")
        ).one()
        assert record.data["rows"] == 2


def test_the_same_list_twice_changes_nothing_and_a_corrected_one_adds_to_it(desk: Desk) -> None:
    desk.take(scheme(desk, ROWS), AT)
    again = scheme(desk, ROWS)
    assert desk.counts(again) == {"same": 2, "skipped": 1}
    changed = [[*ROWS[0][:3], "6222000011113333", *ROWS[0][4:]], ["王五", *ROWS[1][1:]]]
    run = scheme(desk, changed)
    assert desk.counts(run) == {"changed": 1, "new": 1}
    desk.take(run, AT)
    with desk.database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(SchemeList)) == 1
        assert session.scalar(select(func.count()).select_from(SchemeRow)) == 3


def test_every_fault_of_a_list_is_told_and_a_false_year_stops_each_row(desk: Desk) -> None:
    rows: list[list[object]] = [
        ["甲", "370112194912310039", None, None, None, None],
        [None, None, "昨天", None, "六百", None],
        ["乙", None, None, None, None, None],
    ]
    run = scheme(desk, rows)
    assert desk.counts(run) == {"faulty": 3}
    columns = [(each["row"], each["column"]) for each in desk.run(run).sample]
    assert columns == [
        (3, "身份证号码"), (4, "姓名"), (4, "出生日期"), (4, "金额（元）"), (5, "出生日期"),
    ]  # fmt: skip
    old = desk.run(scheme(desk, ROWS, year="1999"))
    assert {each["column"] for each in old.sample} == {"救助年度"}


def test_another_sheet_keeps_what_was_given_for_all_rows(desk: Desk) -> None:
    number = scheme(desk, ROWS)
    with desk.database.sessions.begin() as session:
        run = session.get_one(ImportRun, number)
        runs.choose_sheet(session, run, run.sheets[0])
        assert run.mapping["scheme"] == "城乡低保"
